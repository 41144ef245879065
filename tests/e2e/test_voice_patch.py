"""The voice family's partial update: JSON Patch, merge patch, and neither.

Answers are held against tests/golden/voice_patch.json.
"""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

import golden
from test_voice import Person, fresh

PATCH = "application/json-patch+json"
MERGE = "application/merge-patch+json"


def check(name, answer, **known):
    golden.check("voice_patch", name, answer, **known)


@pytest.fixture
def desk(site):
    return Desk(site)


class Desk:
    """An editor with one prompt before her."""

    def __init__(self, site):
        self.site = site
        self.editor = Person(site)
        self.client = self.editor.client
        self.prompt = self.editor.create()
        self.path = f"/voice/prompts/{self.prompt['id']}"

    def patch(self, body, media_type="application/json", **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.client.request("PATCH", self.path, body=body, headers={
            "Content-Type": media_type, **headers})

    def read(self):
        return self.client.get(self.path).json()

    def versions(self):
        return self.site.installation.query(
            "SELECT version, name, description FROM prompt_version"
            " WHERE prompt_id = ? ORDER BY version", [self.prompt["id"]])

    def records(self):
        return self.site.installation.query(
            "SELECT entity, action, changes FROM audit_log"
            " WHERE prompt_id = ? ORDER BY seq", [self.prompt["id"]])

    def is_untouched(self):
        return self.read() == self.prompt and len(self.records()) == 1


def replace(member, value, op="replace"):
    return {"op": op, "path": f"/{member}", "value": value}


def check_value(member, value):
    return replace(member, value, "test")


# What is done.

@pytest.mark.parametrize("media_type, op", [
    ("application/json", "REPLACE"), ("application/json", "replace"),
    (PATCH, "replace"), (PATCH + "; charset=utf-8", "REPLACE"),
])
@pytest.mark.parametrize("slash", ["", "/"])
def test_an_array_of_replacements_is_carried_out(desk, media_type, op, slash):
    desk.path += slash
    name = fresh("Patched")
    answer = desk.patch([replace("name", f"  {name} ", op),
                         replace("description", "desc.", op)], media_type)
    check("patched", answer, id=desk.prompt["id"], title=name,
          asset=desk.prompt["asset_id"])
    after = answer.json()
    assert desk.read() == after
    for member in ("asset_id", "created_at", "created_by", "_media"):
        assert after[member] == desk.prompt[member]


@pytest.mark.parametrize("media_type", ["application/json", MERGE])
def test_an_object_is_a_merge_patch(desk, media_type):
    answer = desk.patch({"description": "desc."}, media_type)
    check("patched", answer, id=desk.prompt["id"], title=desk.prompt["name"],
          asset=desk.prompt["asset_id"])
    name = fresh()
    assert desk.patch({"name": name}, media_type).json()["name"] == name
    assert desk.read()["description"] == "desc."


def test_a_patch_leaves_one_version_and_one_record(desk):
    name = fresh()
    assert desk.patch([replace("name", "in between"), replace("name", name),
                       replace("description", "")]).status == 200
    before = desk.prompt
    assert desk.versions() == [[1, before["name"], before["description"]],
                               [2, name, ""]]
    [_, (entity, action, changes)] = desk.records()
    assert (entity, action) == ("prompt", "UPDATE")
    changes = json.loads(changes)
    assert changes["name"] == {"old": before["name"], "new": name}
    assert changes["description"] == {"old": before["description"], "new": ""}
    assert changes["version"] == {"old": 1, "new": 2}


@pytest.mark.parametrize("media_type, body", [
    ("application/json", []), (PATCH, []), ("application/json", {}),
    (MERGE, {}),
])
def test_an_empty_patch_changes_nothing(desk, media_type, body):
    before = desk.client.get(desk.path)
    answer = desk.patch(body, media_type)
    assert (answer.status, answer.json()) == (200, desk.prompt)
    assert answer.headers["ETag"] == before.headers["ETag"]
    assert desk.is_untouched()


def test_what_changes_nothing_in_the_end_leaves_no_version(desk):
    answer = desk.patch([replace("name", "other"),
                         replace("name", desk.prompt["name"])])
    assert (answer.status, answer.json()) == (200, desk.prompt)
    assert desk.patch({"description": desk.prompt["description"]}).json() == \
        desk.prompt
    assert desk.is_untouched()


def test_tests_see_what_came_before_them(desk):
    name = fresh()
    answer = desk.patch([check_value("name", desk.prompt["name"]),
                         replace("name", name), check_value("name", name),
                         replace("description", "x" * 1024),
                         check_value("description", "x" * 1024)], PATCH)
    assert answer.status == 200, answer
    assert answer.json()["name"] == name


@pytest.mark.parametrize("value", ["Welcome", "", "welcome\n", " "])
def test_a_test_that_fails_changes_nothing(desk, value):
    check("test failed", desk.patch([replace("description", "changed"),
                                     check_value("name", value)]))
    assert desk.is_untouched()


def test_the_bounds_are_those_of_the_full_update(desk):
    name = fresh().ljust(255, "é")
    answer = desk.patch({"name": name, "description": "é" * 1024})
    assert answer.status == 200, answer
    assert answer.json()["name"] == name


# What is refused.

@pytest.mark.parametrize("body, name", [
    ([replace("id", "x")], "path unknown: /id"),
    ([replace("na~0~1me", "x")], "path unknown: /na~0~1me"),
    ([replace("name/0", "x")], "path unknown: /name/0"),
    ([{"op": "replace", "path": "", "value": {}}], "path unknown: "),
    ([{"op": "replace", "path": "name", "value": "x"}], "path unknown: name"),
    ([replace("Name", "x")], "path unknown: /Name"),
    ([replace("name~2", "x")], "path unknown: /name~2"),
])
def test_other_paths_are_refused(desk, body, name):
    name, path = name.split(": ")
    check(name, desk.patch(body), path=path)
    assert desk.is_untouched()


@pytest.mark.parametrize("op", ["add", "remove", "move", "copy", "Replace",
                                "", "replace "])
def test_other_operations_are_refused(desk, op):
    check("op unknown", desk.patch([replace("name", "x", op)]))
    assert desk.is_untouched()


@pytest.mark.parametrize("value", [None, 1, True, [], {}, ["x"]])
def test_values_are_strings(desk, value):
    for deed in (replace, check_value):
        check("values no strings", desk.patch([
            deed("name", value), deed("description", value)]))
    check("members no strings", desk.patch({
        "name": value, "description": value}))
    assert desk.is_untouched()


def test_all_faults_of_all_operations_are_told(desk):
    check("all faults", desk.patch([
        {}, 1, [], None,
        {"op": 1, "path": None, "value": "x"},
        {"op": "add", "path": "/asset_id"},
        {"op": "replace", "path": "/name"},
        {"op": "test", "path": "/description"},
        replace("name", "x" * 256), replace("name", " \t "),
        replace("name", "a\nb"), replace("description", "x" * 1025),
        {"path": "/name", "value": "x"},
        {"op": "replace", "value": "x"},
        replace("description", "fine")]))
    assert desk.is_untouched()


def test_all_faults_of_a_merge_patch_are_told(desk):
    check("faults of a merge patch", desk.patch({
        "name": "", "description": None, "type": "tts", "id": "x"}, MERGE))
    assert desk.is_untouched()


@pytest.mark.parametrize("media_type, body, name", [
    ("application/json", b"null", "neither array nor object"),
    ("application/json", b'"text"', "neither array nor object"),
    ("application/json", b"1", "neither array nor object"),
    (PATCH, b'{"name":"x"}', "no array"),
    (PATCH, b"true", "no array"),
    (MERGE, b"[]", "no object"),
    (MERGE, b"null", "no object"),
])
def test_the_body_must_be_what_its_type_says(desk, media_type, body, name):
    check(name, desk.patch(body, media_type))
    assert desk.is_untouched()


@pytest.mark.parametrize("body, name", [
    (b"", "json empty"),
    (b"[", "json syntax"),
    (b"[{'op':'replace'}]", "json syntax"),
    (b'[{"op":"replace","op":"test"}]', "json duplicate"),
    (b'{"name":"a","name":"b"}', "json duplicate"),
    (b'{"name":"a","n\\u0061me":"b"}', "json duplicate"),
    (b"[" * 17 + b"]" * 17, "json depth"),
    (b"[" * 30000 + b"]" * 30000, "json depth"),
    (b'[{"op":"replace","path":"/name","value":"\\ud800"}]',
     "json surrogate"),
    (b'[{"op":"replace","path":"/name","value":"\\u0000"}]', "json nul"),
    (b'[{"op":"replace","path":"/name","value":"\xff"}]', "json utf-8"),
])
def test_broken_json_is_refused(desk, body, name):
    for media_type in ("application/json", PATCH, MERGE):
        golden.check("voice", name, desk.patch(body, media_type))
    assert desk.is_untouched()


def test_a_body_as_deep_as_allowed_is_read(desk):
    body = [{"op": "replace", "path": "/name", "value": "x"}]
    body[0]["value"] = json.loads("[" * 14 + "]" * 14)
    check("value no string", desk.patch(body))


def test_huge_patches_are_read_up_to_64_kib(desk):
    # 1500 operations of which the last one counts.
    many = [replace("name", f"n{i}") for i in range(1300)]
    many.append(replace("name", desk.prompt["name"]))
    assert len(json.dumps(many, separators=",:")) < 65536
    body = json.dumps(many, separators=",:").encode()
    assert desk.patch(body).json() == desk.prompt
    # Of 20,000 faults as many are told as make an answer of some size.
    answer = desk.patch(b"[" + b",".join([b"{}"] * 20000) + b"]")
    assert answer.status == 422
    assert 1000 <= len(answer.json()["fields"]) <= 1001
    golden.check("voice", "body too large",
                 desk.patch(b"[" + b" " * 65536 + b"]"))
    assert desk.is_untouched()


@pytest.mark.parametrize("media_type", [
    "text/plain", "application/xml", "application/json-patch",
    "application/x-www-form-urlencoded", ""])
def test_other_media_types_are_refused(desk, media_type):
    check("media type", desk.patch([], media_type))
    assert desk.is_untouched()


def test_a_taken_name_is_a_conflict(desk):
    other = desk.editor.create()
    for body in ({"name": f" {other['name']}"},
                 [replace("description", "x"),
                  replace("name", other["name"], "REPLACE")]):
        golden.check("voice", "name taken", desk.patch(body))
    assert desk.is_untouched()


def test_unknown_prompts_are_404_after_the_body_was_read(site, desk):
    text = site.as_role("editor").post("/prompts", {
        "title": "A text", "content": "text", "model": "gpt-4"}).json()["_id"]
    for prompt_id in (uuid.uuid4(), "54awe23gby74rfsdcvbq21asd", text):
        desk.path = f"/voice/prompts/{prompt_id}"
        golden.check("voice", "prompt unknown", desk.patch([]))
        golden.check("voice", "prompt unknown",
                     desk.patch({"name": fresh()}, **{"If-Match": '"x"'}))
        check("op unknown", desk.patch([replace("name", "x", "add")]))


def test_if_match_is_honoured(desk):
    etag = desk.client.get(desk.path).headers["ETag"]
    body = [check_value("name", "another")]
    # The precondition comes before the test.
    golden.check("voice", "precondition failed",
                 desk.patch(body, **{"If-Match": '"other"'}))
    changed = desk.patch({"description": "x"}, **{"If-Match": etag})
    assert changed.status == 200
    assert changed.headers["ETag"] not in (etag, None)
    golden.check("voice", "precondition failed",
                 desk.patch([], **{"If-Match": etag}))
    assert desk.patch([], **{"If-Match": "*"}).status == 200


def test_patching_needs_the_scope(site, desk):
    key = site.installation.create_token(
        "editor@example.org", "key",
        ["prompts:read", "prompts:delete", "prompts:download"])
    for caller in (site.as_role("viewer"), site.new_person(),
                   site.client.with_token(key)):
        golden.check("voice", "scope missing",
                     caller.patch(desk.path, {"description": "x"}))
    golden.check("voice", "token missing",
                 site.client.patch(desk.path, {"description": "x"}))
    assert desk.is_untouched()


def test_failures_are_problem_documents_when_asked_for(desk):
    answer = desk.patch([replace("id", "x")], PATCH,
                        Accept="application/problem+json")
    assert answer.media_type == "application/problem+json"
    answer.headers.replace_header("Content-Type", "application/json")
    check("problem", answer)
    answer = desk.patch([], PATCH, Accept="application/hal+json")
    assert answer.media_type == "application/hal+json"


def test_of_patches_that_race_under_one_tag_one_wins(desk):
    etag = desk.client.get(desk.path).headers["ETag"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: desk.patch(
            {"description": f"d{i}"}, **{"If-Match": etag}), range(8)))
    assert sorted(a.status for a in answers) == [200] + [412] * 7
    [won] = [a.json() for a in answers if a.status == 200]
    assert desk.read() == won
    assert len(desk.versions()) == 2
