"""px0's versions and tags: golden scenarios, what the other families see of
them, and many people at once."""

import concurrent.futures
import json
import random

import pytest

from golden import Stage, scenarios
from test_px0 import Desk

PARALLEL = 50


class Bench(Desk):
    """A desk whose prompt has no version yet."""

    def __init__(self, site):
        super().__init__(site)
        self.site = site
        self.id = self.prompt["id"]
        self.one = f"/v1/prompts/{self.id}"
        self.versions = f"{self.one}/versions"
        self.admin = site.as_role("admin")

    def draft(self, template):
        return self.create(self.versions, "version", template=template)

    def promote(self, number):
        return self.made(self.editor.post(
            f"{self.versions}/{number}/promote"), 200)["version"]

    def live(self, template):
        number = self.draft(template)["version"]
        self.promote(number)
        return self.promote(number)

    def do(self, method, path, status, body=None):
        answer = self.editor.request(method, path, json=body)
        assert answer.status == status, answer
        return answer

    def list(self, query=""):
        return self.made(self.editor.get(self.versions + query),
                         200)["versions"]

    def statuses(self):
        return {one["version"]: one["status"] for one in self.list()}

    def row(self):
        [[version, content, revision]] = self.site.installation.query(
            "SELECT version, content, revision FROM prompt WHERE id = ?",
            [self.id])
        return version, content, revision

    def audit(self):
        return [(*row, json.loads(changes)) for *row, changes
                in self.site.installation.query(
                    "SELECT entity, entity_id, action, changes"
                    " FROM audit_log WHERE prompt_id = ? ORDER BY seq",
                    [self.id])]

    def history(self):
        return self.made(self.admin.get(
            f"/api/admin/prompts/{self.id}/history"), 200)["data"]


@pytest.fixture
def bench(site):
    return Bench(site)


@pytest.mark.parametrize("scenario", scenarios("px0_version"))
def test_golden(site, bench, scenario):
    stage = Stage(site)
    stage.known.update(bench.known())
    for number, step in enumerate(scenario["steps"], 1):
        stage.play(step, f"step {number}, {step['ask']}")


def seen_by_all(bench):
    """The prompt's text as each of the families shows it."""
    crafted = bench.made(bench.editor.get(f"/prompts/{bench.id}"), 200)
    managed = bench.made(bench.admin.get(f"/api/admin/prompts/{bench.id}"),
                         200)
    return {crafted["content"], managed["data"]["userPromptTemplate"]}


def test_what_is_live_shows_in_every_family(bench):
    bench.draft("draft")
    assert seen_by_all(bench) == {"draft"}  # nothing better to show
    bench.do("PUT", f"{bench.versions}/1", 200, {"template": "first"})
    assert seen_by_all(bench) == {"first"}
    bench.promote(1)
    bench.draft("second")
    assert seen_by_all(bench) == {"first"}  # released goes before drafts
    bench.promote(1)
    assert seen_by_all(bench) == {"first"}
    bench.promote(2)
    bench.promote(2)
    assert seen_by_all(bench) == {"second"}
    assert bench.row()[:2] == (2, "second")
    bench.do("POST", f"{bench.one}/rollback", 200,
             {"target_version": 1, "rollback_reason": "no"})
    assert seen_by_all(bench) == {"first"}
    assert bench.row()[:2] == (1, "first")


def clear_section(admin, section):
    """Whatever else is served there would be a rival."""
    listed = admin.get(f"/api/admin/prompts/list?section={section}"
                       "&isActive=true&limit=100").json()["data"]["prompts"]
    for prompt in listed:
        path = f"/api/admin/prompts/{prompt['id']}/toggle-active"
        assert admin.post(path).status == 201


def test_what_is_live_is_what_the_runtime_serves(bench):
    clear_section(bench.admin, "gap_detector")
    answer = bench.admin.post("/api/admin/prompts/create", {
        "name": "served", "section": "gap_detector", "systemPrompt": "s",
        "userPromptTemplate": "first", "route": bench.id})
    bench.id = bench.made(answer, 201)["data"]["id"]
    bench.versions = f"/v1/prompts/{bench.id}/versions"

    def served():
        answer = bench.site.client.get("/api/prompts/section/gap_detector")
        return bench.made(answer, 200)["data"]["userPromptTemplate"]

    assert served() == "first"
    bench.draft("second")
    assert served() == "first"
    bench.promote(2)
    bench.promote(2)
    assert served() == "second"
    bench.do("DELETE", f"{bench.versions}/2", 204)
    assert served() == "first"
    bench.admin.delete(f"/api/admin/prompts/{bench.id}")


def test_an_update_of_another_family_makes_a_live_version(bench):
    bench.live("first")
    answer = bench.admin.put(f"/api/admin/prompts/{bench.id}/update",
                             {"userPromptTemplate": "second"})
    assert bench.made(answer, 200)["data"]["version"] == 2
    assert bench.statuses() == {2: "live", 1: "stable"}
    [live] = bench.list("?status=live")
    assert live["template"] == "second"
    assert live["published_at"] is not None
    answer = bench.admin.get(f"/api/admin/prompts/{bench.id}?version=1")
    assert bench.made(answer, 200)["data"]["userPromptTemplate"] == "first"


def test_a_draft_on_the_way_keeps_its_number(bench):
    bench.live("first")
    bench.draft("draft")
    bench.admin.put(f"/api/admin/prompts/{bench.id}/update",
                    {"userPromptTemplate": "third"})
    assert bench.statuses() == {3: "live", 2: "draft", 1: "stable"}


def test_the_live_version_steps_down_and_the_newest_released_shows(bench):
    bench.live("first")
    bench.live("second")
    bench.draft("third")
    bench.do("POST", f"{bench.versions}/2/demote", 200)
    assert bench.row()[:2] == (0, "second")
    assert bench.statuses() == {3: "draft", 2: "stable", 1: "stable"}
    bench.do("POST", f"{bench.versions}/2/archive", 200)
    assert bench.row()[:2] == (0, "first")
    bench.do("POST", f"{bench.versions}/1/archive", 200)
    assert bench.row()[:2] == (0, "third")
    bench.do("DELETE", f"{bench.versions}/3", 204)
    assert bench.row()[:2] == (0, "second")
    answer = bench.admin.get(f"/api/admin/prompts/{bench.id}")
    assert bench.made(answer, 200)["data"]["version"] == 0
    answer = bench.admin.put(f"/api/admin/prompts/{bench.id}/update", {})
    assert bench.made(answer, 200)["data"]["version"] == 3
    assert bench.statuses() == {3: "live", 2: "archived", 1: "archived"}


def test_a_prompt_whose_last_draft_is_deleted_says_nothing(bench):
    bench.draft("secret")
    bench.do("DELETE", f"{bench.versions}/1", 204)
    assert bench.row()[:2] == (0, "")


def test_a_prompt_of_another_family_keeps_the_rest_without_versions(bench):
    bench.admin.put(f"/api/admin/prompts/{bench.id}/update",
                    {"userPromptTemplate": "first", "tone": "calm"})
    bench.do("POST", f"{bench.versions}/1/demote", 200)
    bench.admin.delete(f"/api/admin/prompts/{bench.id}?version=1")
    assert bench.list() == []
    data = bench.admin.get(f"/api/admin/prompts/{bench.id}").json()["data"]
    assert (data["userPromptTemplate"], data["tone"]) == ("", "calm")


def test_an_archived_live_version_is_not_live_any_more(bench):
    bench.live("first")
    bench.do("DELETE", f"{bench.versions}/1", 204)
    assert bench.statuses() == {1: "archived"}
    assert bench.row()[:2] == (0, "first")


def test_a_name_is_not_rolled_back(bench):
    bench.live("first")
    bench.admin.put(f"/api/admin/prompts/{bench.id}/update",
                    {"name": "renamed", "userPromptTemplate": "second",
                     "systemPrompt": "system"})
    bench.do("POST", f"{bench.one}/rollback", 200,
             {"target_version": 1, "rollback_reason": "no"})
    data = bench.admin.get(f"/api/admin/prompts/{bench.id}").json()["data"]
    assert (data["name"], data["userPromptTemplate"], data["systemPrompt"]) \
        == ("renamed", "first", "")


def test_the_number_of_a_deleted_draft_is_given_out_again(bench):
    bench.live("first")
    bench.draft("second")
    bench.do("DELETE", f"{bench.versions}/2", 204)
    assert bench.draft("again")["version"] == 2


def test_the_number_of_a_deleted_release_is_not(bench):
    bench.live("first")
    bench.draft("second")
    bench.promote(2)
    answer = bench.admin.delete(f"/api/admin/prompts/{bench.id}?version=2")
    assert answer.status == 204
    assert bench.draft("third")["version"] == 3


def test_a_roll_back_keeps_its_reason(bench):
    bench.live("first")
    for template, reason in (("second", "it <broke>"), ("third", "again"),
                             ("fourth", "again")):
        bench.live(template)
        bench.do("POST", f"{bench.one}/rollback", 200,
                 {"target_version": 1, "rollback_reason": reason})
    told = [one["comment"] for one in bench.history()]
    assert told[:6] == ["again", None, "again", None, "it <broke>", None]
    assert set(told[6:]) == {None}
    bench.live("fifth")
    bench.promote(1)
    assert bench.history()[0]["comment"] is None


def test_each_step_leaves_one_record_of_each_thing_it_changed(bench):
    bench.draft("first")
    before = len(bench.audit())
    bench.promote(1)
    bench.promote(1)
    stable, version, prompt = (row[-1] for row in bench.audit()[before:])
    assert stable["state"] == {"old": "draft", "new": "released"}
    assert list(version) == ["published_at"]
    assert prompt == {"version": {"old": 0, "new": 1}}
    before, revision = len(bench.audit()), bench.row()[2]
    bench.do("POST", f"{bench.versions}/1/demote", 200)
    assert bench.audit()[before:] == [
        ("prompt", bench.id, "UPDATE", {"version": {"old": 1, "new": 0}})]
    assert bench.row()[2] == revision + 1


def test_what_was_refused_changed_nothing(bench):
    bench.live("first")
    before = bench.audit()
    for method, path, status, body in (
            ("POST", "versions/1/promote", 422, None),
            ("PUT", "versions/1", 422, {"template": "x"}),
            ("POST", "rollback", 409,
             {"target_version": 1, "rollback_reason": "x"}),
            ("POST", "versions", 400, {"template": ""}),
            ("POST", "versions/2/tags", 404, {"tag": "x"}),
            ("DELETE", "versions/2", 404, None)):
        bench.do(method, f"{bench.one}/{path}", status, body)
    assert bench.audit() == before


def test_a_version_is_not_sent_again_until_it_changes(bench):
    bench.live("first")
    path = f"{bench.versions}/1"
    etag = bench.editor.get(path).headers["ETag"]

    def again(path=path):
        return bench.editor.get(path, headers={"If-None-Match": etag}).status

    assert again() == 304
    bench.do("POST", f"{path}/tags", 200, {"tag": "prod"})
    assert again() == 200
    etag = bench.editor.get(path).headers["ETag"]
    bench.live("second")
    assert again() == 200
    etag = bench.editor.get(f"{bench.one}?version=1").headers["ETag"]
    assert again(f"{bench.one}?version=1") == 304
    bench.do("PUT", bench.one, 200, {"description": "new"})
    assert again(f"{bench.one}?version=1") == 200


def test_ten_thousand_lines_are_compared(bench):
    lines = [f"line {i}\n" for i in range(10_000)]
    bench.draft("".join(lines))
    random.Random(1).shuffle(lines)
    bench.draft("".join(lines))
    answer = bench.do("GET", f"{bench.versions}/diff?from=1&to=2", 200).json()
    signs = [line[:1] for line in answer["diff"].splitlines()]
    assert signs.count(" ") + signs.count("-") > 100
    assert signs.count("-") == signs.count("+")


def test_a_restored_prompt_has_its_versions_and_tags(bench):
    bench.live("first")
    bench.live("second")
    bench.draft("third")
    bench.draft("fourth")
    bench.do("POST", f"{bench.versions}/4/archive", 200)
    bench.do("POST", f"{bench.versions}/3/tags", 200, {"tag": "next"})
    bench.do("POST", f"{bench.one}/rollback", 200,
             {"target_version": 1, "rollback_reason": "no"})
    listed, row = bench.list(), bench.row()[:2]
    bench.admin.delete(f"/api/admin/prompts/{bench.id}")
    bench.made(bench.admin.post(f"/api/admin/prompts/{bench.id}/restore"),
               200)
    assert (bench.list(), bench.row()[:2]) == (listed, row)
    assert bench.draft("fifth")["version"] == 5


def replay(audit):
    """What the log alone says: which version is live, and the state of each.

    A version that an update appended is told by the prompt's own record.
    """
    live, states, numbers = None, {}, {}
    for entity, entity_id, action, changes in audit:
        if entity == "prompt" and action == "CREATE":
            live = changes["created"]["version"]
        elif entity == "prompt" and "version" in changes:
            assert changes["version"]["old"] == live
            live = changes["version"]["new"]
            assert states.setdefault(live, "released") == "released"
        elif entity == "prompt_version" and action == "CREATE":
            numbers[entity_id] = changes["created"]["version"]
            states[numbers[entity_id]] = changes["created"]["state"]
        elif entity == "prompt_version" and "state" in changes:
            number = numbers[entity_id]
            assert changes["state"]["old"] == states[number]
            states[number] = changes["state"]["new"]
    return live, states


def test_fifty_at_once_leave_one_live_version_and_a_history(bench):
    for number in range(1, 5):
        bench.draft(f"version {number}")
        bench.promote(number)
    bench.promote(1)

    def act(number):
        target = 1 + number % 4
        if number % 3 == 0:
            return bench.editor.post(f"{bench.versions}/{target}/promote")
        if number % 3 == 1:
            return bench.editor.post(f"{bench.one}/rollback", {
                "target_version": target, "rollback_reason": f"{number}"})
        return bench.editor.patch(f"/prompts/{bench.id}",
                                  {"content": f"update {number}"})

    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(act, range(PARALLEL)))
    done = [number for number, answer in enumerate(answers)
            if answer.status == 200]
    assert {answer.status for answer in answers} <= {200, 409, 422}
    assert set(done) >= set(range(2, PARALLEL, 3))
    [live] = bench.list("?status=live")
    number, content, _ = bench.row()
    assert (live["version"], live["template"]) == (number, content)
    assert seen_by_all(bench) == {content}
    told, states = replay(bench.audit())
    assert told == number
    assert states == {
        one["version"]: {"live": "released", "stable": "released"}.get(
            one["status"], one["status"]) for one in bench.list()}
    moves = [changes for entity, _, action, changes in bench.audit()
             if entity == "prompt" and action == "UPDATE"
             and "version" in changes]
    assert len(moves) == len(done) + 1
    reasons = {one["comment"] for one in bench.history()} - {None}
    assert reasons == {str(number) for number in done if number % 3 == 1}
