"""The voice family: which flows use a prompt, and deleting prompts.

Answers are held against tests/golden/voice_flow.json.
"""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

import golden
from test_voice import Person, words


def check(name, answer, **known):
    golden.check("voice_flow", name, answer, **known)


def version(**more):
    return {"flow_name": "Front desk", "flow_version_id": "v1",
            "flow_version_status": "PUBLISHED",
            "flow_trigger_type": "VOICE_INBOUND", **more}


BODY = {"published_flow_version": version()}


@pytest.fixture
def desk(site):
    return Desk(site)


class Desk:
    """An admin with one prompt before him."""

    def __init__(self, site):
        self.site = site
        self.editor = Person(site)
        self.admin = site.as_role("admin")
        self.viewer = site.as_role("viewer")
        self.prompt = self.editor.create()
        self.id = self.prompt["id"]
        self.path = f"/voice/prompts/{self.id}"

    def tell(self, flow="flow-1", body=None, **headers):
        return self.admin.put(f"{self.path}/flows/{flow}", body or BODY,
                              headers=headers)

    def forget(self, flow="flow-1", **headers):
        return self.admin.delete(f"{self.path}/flows/{flow}", headers=headers)

    def flows(self, query=""):
        answer = self.viewer.get(f"{self.path}/flows{query}")
        assert answer.status == 200, answer
        return answer.json()

    def flow_ids(self, query=""):
        return [flow["flow_id"] for flow
                in self.flows(query)["_embedded"]["prompt_flows"]]

    def records(self, entity):
        rows = self.site.installation.query(
            "SELECT action, entity_id, changes FROM audit_log"
            " WHERE prompt_id = ? AND entity = ? ORDER BY seq",
            [self.id, entity])
        return [(action, name, json.loads(changes))
                for action, name, changes in rows]


# Telling of flows.

@pytest.mark.parametrize("slash", ["", "/"])
def test_a_flow_is_told_and_shown(desk, slash):
    both = {**BODY, "draft_flow_version": version(
        flow_version_id="v2", flow_version_status="DRAFT",
        flow_trigger_type="MODULE", flow_id="flow-1", other=1)}
    check("flow created", desk.tell("flow-1" + slash), id=desk.id)
    answer = desk.tell("flow-1" + slash, both)
    check("flow replaced", answer, id=desk.id)
    shown = desk.viewer.get(f"{desk.path}/flows{slash}")
    check("flows", shown, id=desk.id)
    assert shown.json()["_embedded"]["prompt_flows"] == [answer.json()]
    gone = desk.forget("flow-1" + slash)
    assert (gone.status, gone.body) == (204, b"")
    check("flows none", desk.viewer.get(f"{desk.path}/flows{slash}"),
          id=desk.id)
    check("flow unknown", desk.forget("flow-1" + slash))


def test_each_change_of_a_flow_is_recorded_once(desk):
    name = f"{desk.id}/flow-1"
    changed = {"published_flow_version": version(flow_name="Night desk")}
    for body in (BODY, BODY, changed, changed):
        assert desk.tell("flow-1", body).status in (200, 201)
    assert desk.forget().status == 204
    created, updated, deleted = desk.records("prompt_flow")
    assert created[:2] == ("CREATE", name)
    assert created[2]["created"]["published_version"] == {
        "flow_id": "flow-1", **version()}
    assert updated[:2] == ("UPDATE", name)
    assert updated[2]["published_version"]["new"]["flow_name"] == "Night desk"
    assert deleted[:2] == ("DELETE", name)
    assert deleted[2]["deleted"]["flow_id"] == "flow-1"
    # The prompt itself has not changed.
    assert desk.editor.get(desk.prompt).json() == desk.prompt
    assert len(desk.records("prompt")) == 1


def test_flow_ids_are_opaque(desk):
    ids = ["54awe23gby74rfsdcvbq21asd", "a%20b", "%C3%BC~'%22", "x" * 255, "a,b"]
    for flow in ids:
        assert desk.tell(flow).status == 201, flow
    assert sorted(desk.flow_ids()) == sorted(
        ["54awe23gby74rfsdcvbq21asd", "a b", "ü~'\"", "x" * 255, "a,b"])
    check("flow id too long", desk.tell("x" * 256))
    for flow in ids:
        assert desk.forget(flow).status == 204, flow


def test_the_text_of_versions_may_be_anything(desk):
    body = {"published_flow_version": version(
        flow_name='"\\\u2028<ü>"', flow_version_id="x" * 255)}
    shown = desk.tell("odd", body).json()["published_flow_version"]
    assert shown == {"flow_id": "odd", **body["published_flow_version"]}
    assert desk.flows()["_embedded"]["prompt_flows"][0][
        "published_flow_version"] == shown


@pytest.mark.parametrize("body, name", [
    ({}, "published missing"),
    ({"published_flow_version": None, "draft_flow_version": "x"},
     "versions no objects"),
    ({"published_flow_version": {}, "draft_flow_version": {}},
     "members missing"),
    ({"published_flow_version": version(
        flow_id="other", flow_name="", flow_version_id=1,
        flow_version_status="published", flow_trigger_type=None),
      "draft_flow_version": version(
          flow_name="x" * 256, flow_version_id="a\nb", flow_id=7,
          flow_version_status="ARCHIVED", flow_trigger_type="")},
     "members wrong"),
])
def test_all_faults_of_a_flow_are_told(desk, body, name):
    answer = desk.admin.put(f"{desk.path}/flows/flow-1", body)
    check(name, answer)
    assert desk.flow_ids() == []


@pytest.mark.parametrize("body, name", [
    (b"", "json empty"), (b"{", "json syntax"), (b"[]", "json no object"),
    (b'{"a":1,"a":1}', "json duplicate"),
    (b'{"published_flow_version":' + b'{"a":' * 16 + b"1" + b"}" * 17,
     "json depth"),
])
def test_broken_json_is_refused(desk, body, name):
    golden.check("voice", name, desk.admin.put(
        f"{desk.path}/flows/flow-1", body=body,
        headers={"Content-Type": "application/json"}))


def test_only_admins_tell_of_flows(site, desk):
    path = f"{desk.path}/flows/flow-1"
    key = site.installation.create_token("admin@example.org", "key",
                                         ["prompts:read", "prompts:write"])
    for caller in (site.as_role("editor"), desk.viewer, site.new_person(),
                   site.client.with_token(key)):
        check("not an admin", caller.put(path, BODY))
        check("not an admin", caller.delete(path))
    check("token missing", site.client.put(path, BODY))
    check("token missing", site.client.delete(path))
    golden.check("voice", "media type", desk.admin.put(
        path, body=b"{}", headers={"Content-Type": "text/plain"}))
    assert desk.flow_ids() == []


def test_flows_of_unknown_prompts_are_404(site, desk):
    text = site.as_role("editor").post("/prompts", {
        "title": "A text", "content": "text", "model": "gpt-4"}).json()["_id"]
    for prompt_id in (uuid.uuid4(), text):
        desk.path = f"/voice/prompts/{prompt_id}"
        for answer in (desk.tell(), desk.forget(),
                       desk.viewer.get(desk.path + "/flows")):
            golden.check("voice", "prompt unknown", answer)
    check("method refused", desk.admin.get(f"{desk.path}/flows/flow-1"))


def test_if_match_is_honoured(desk):
    golden.check("voice", "precondition failed",
                 desk.tell(**{"If-Match": "*"}))
    first = desk.tell().headers["ETag"]
    second = desk.tell(body={"published_flow_version": version(
        flow_version_id="v2")}, **{"If-Match": first}).headers["ETag"]
    assert first != second
    for answer in (desk.tell(**{"If-Match": first}),
                   desk.forget(**{"If-Match": first}),
                   desk.forget("flow-2", **{"If-Match": "*"})):
        golden.check("voice", "precondition failed", answer)
    # What is said again has the tag that it had.
    assert desk.tell(**{"If-Match": second}).headers["ETag"] == first
    assert desk.forget(**{"If-Match": first}).status == 204


def test_flows_told_at_once_are_all_kept(desk):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda i: desk.tell(f"flow-{i % 4}"), range(16)))
    assert sorted(a.status for a in answers) == [200] * 12 + [201] * 4
    assert desk.flow_ids() == [f"flow-{i}" for i in range(4)]
    assert len(desk.records("prompt_flow")) == 4


# Listing them.

def test_flows_are_listed_in_pages(desk):
    for i in range(5):
        desk.tell(f"flow-{i}")
    seen, link = [], f"{desk.path}/flows?per_page=2&utm_source=mail"
    while link:
        page = desk.viewer.get(link).json()
        seen += [f["flow_id"] for f in page["_embedded"]["prompt_flows"]]
        assert (page["total"], page["per_page"]) == (5, 2)
        link = page["_links"].get("next", {}).get("href")
    assert seen == [f"flow-{i}" for i in range(5)]
    links = page["_links"]
    assert links == {
        "self": {"href": f"{desk.path}/flows?page=3&per_page=2"},
        "first": {"href": f"{desk.path}/flows?page=1&per_page=2"},
        "prev": {"href": f"{desk.path}/flows?page=2&per_page=2"},
        "last": {"href": f"{desk.path}/flows?page=3&per_page=2"}}
    assert desk.flow_ids("?page=9") == []
    check("page and per_page out of bounds",
          desk.viewer.get(f"{desk.path}/flows?page=0&per_page=101"))


def test_listing_flows_needs_the_scope(site, desk):
    for path in (desk.path + "/flows",
                 f"/voice/prompts-usage?id={desk.id}"):
        golden.check("voice", "read scope missing",
                     site.new_person().get(path))
        golden.check("voice", "token missing", site.client.get(path))


# How many use a prompt.

@pytest.mark.parametrize("slash", ["", "/"])
def test_usage_counts_flows(desk, slash):
    other = desk.editor.create()["id"]
    for i in range(3):
        desk.tell(f"flow-{i}")
    unknown = uuid.uuid4()
    path = f"/voice/prompts-usage{slash}"
    for query in (f"id={other}&id={desk.id}&id={unknown}",
                  f"id={other},{desk.id}&x=1&id={unknown}"):
        answer = desk.viewer.get(f"{path}?{query}")
        check("usage", answer, id=desk.id, other=other, unknown=unknown)
        again = desk.viewer.get(answer.json()["_links"]["self"]["href"])
        assert again.json() == answer.json()
    sparse = desk.viewer.get(f"{path}?id=,{other},,&id=&id={desk.id},")
    assert sparse.json()["_embedded"] == answer.json()["_embedded"]


def test_usage_tells_of_each_prompt_once(desk):
    answer = desk.viewer.get("/voice/prompts-usage?" + "&".join(
        [f"id={desk.id}"] * 100))
    assert answer.json()["_embedded"]["prompt_usages"] == [
        {"id": desk.id, "usage": 0}]


def test_usage_of_unknown_prompts_is_empty(site, desk):
    text = site.as_role("editor").post("/prompts", {
        "title": "A text", "content": "text", "model": "gpt-4"}).json()["_id"]
    for ids in (text, "%22%5D%27", "a%0", "%F0%9F%98%80", "x" * 2000):
        answer = desk.viewer.get(f"/voice/prompts-usage?id={ids}")
        if answer.status == 400 and ids == "a%0":
            continue  # some servers refuse the broken escape themselves
        assert answer.json()["_embedded"] == {"prompt_usages": []}


@pytest.mark.parametrize("query, name", [
    ("", "ids missing"), ("ids=1", "ids missing"), ("id=", "ids too few"),
    ("id=,&id=,,", "ids too few"),
    ("&".join(f"id={i}" for i in range(101)), "ids too many"),
    ("id=" + ",".join(["x"] * 101), "ids too many"),
])
def test_usage_asks_for_1_to_100_ids(desk, query, name):
    check(name, desk.viewer.get(f"/voice/prompts-usage?{query}"))


def test_a_hundred_ids_are_fine(desk):
    query = "id=" + ",".join([desk.id] + [str(i) for i in range(99)])
    answer = desk.viewer.get(f"/voice/prompts-usage?{query}")
    assert answer.json()["_embedded"]["prompt_usages"] == [
        {"id": desk.id, "usage": 0}]


# Deleting.

@pytest.mark.parametrize("slash", ["", "/"])
def test_a_deleted_prompt_is_gone_and_its_name_free(desk, slash):
    answer = desk.editor.client.delete(desk.path + slash)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers.get("Content-Type") is None
    for answer in (desk.editor.client.delete(desk.path + slash),
                   desk.editor.get(desk.prompt),
                   desk.editor.client.put(desk.path, words("x"))):
        golden.check("voice", "prompt unknown", answer)
    again = desk.editor.create(name=desk.prompt["name"])
    assert again["id"] != desk.id


def test_the_audit_log_keeps_what_was_deleted(desk):
    desk.editor.client.patch(desk.path, {"description": "last words"})
    desk.tell()
    assert desk.editor.client.delete(desk.path).status == 204
    [*_, (action, entity, changes)] = desk.records("prompt")
    assert (action, entity) == ("DELETE", desk.id)
    assert changes["deleted"]["name"] == desk.prompt["name"]
    assert changes["deleted"]["description"] == "last words"
    assert changes["deleted"]["asset_id"] == desk.prompt["asset_id"]
    assert [row[0] for row in desk.records("prompt_flow")] == [
        "CREATE", "DELETE"]
    assert [row[0] for row in desk.records("prompt_version")] == ["DELETE"] * 2


def test_what_was_deleted_can_be_restored_with_its_flows(desk):
    etag = desk.tell().headers["ETag"]
    flows = desk.flows()
    assert desk.editor.client.delete(desk.path).status == 204
    answer = desk.admin.post(f"/api/admin/prompts/{desk.id}/restore")
    assert answer.status == 200, answer
    assert desk.flows() == flows
    back = desk.editor.get(desk.prompt).json()
    assert (back["asset_id"], back["_media"]) == (
        desk.prompt["asset_id"], desk.prompt["_media"])
    assert desk.forget(**{"If-Match": etag}).status == 204


def test_deleting_honours_if_match(desk):
    etag = desk.editor.get(desk.prompt).headers["ETag"]
    golden.check("voice", "precondition failed", desk.editor.client.delete(
        desk.path, headers={"If-Match": '"other"'}))
    assert desk.editor.get(desk.prompt).json() == desk.prompt
    assert desk.editor.client.delete(
        desk.path, headers={"If-Match": etag}).status == 204
    golden.check("voice", "prompt unknown", desk.editor.client.delete(
        desk.path, headers={"If-Match": etag}))


def test_deleting_needs_one_of_two_scopes(site, desk):
    def key(*scopes):
        return site.client.with_token(site.installation.create_token(
            "editor@example.org", "key", list(scopes)))

    for caller in (desk.viewer, site.new_person(),
                   key("prompts:read", "prompts:download")):
        check("delete scope missing", caller.delete(desk.path))
    golden.check("voice", "token missing", site.client.delete(desk.path))
    assert desk.editor.get(desk.prompt).json() == desk.prompt
    narrow = key("prompts:delete")
    # It opens nothing else, in this family or another.
    assert narrow.post("/prompts", {
        "title": "x", "content": "x", "model": "gpt-4"}).status == 403
    golden.check("voice", "scope missing",
                 narrow.patch(desk.path, {"description": "x"}))
    golden.check("voice", "read scope missing", narrow.get(desk.path))
    assert narrow.delete(desk.path).status == 204
    other = desk.editor.create()
    assert key("prompts:write").delete(
        f"/voice/prompts/{other['id']}").status == 204


def test_a_role_is_not_widened_by_a_narrow_scope(site, desk):
    token = site.installation.create_token("viewer@example.org", "key",
                                           ["prompts:delete"])
    check("delete scope missing", site.client.delete(desk.path, token=token))


def test_use_is_no_obstacle_by_default(desk):
    desk.tell()
    assert desk.editor.client.delete(desk.path).status == 204


@pytest.mark.parametrize("value", ["1", "yes", "", "TRUE", "%FF"])
def test_force_is_true_or_false(site, desk, value):
    answer = desk.editor.client.delete(f"{desk.path}?force={value}")
    assert answer.status == 400
    if not (site.is_lighttpd and value == "%FF"):  # refused by itself
        check("force neither true nor false", answer)
    assert desk.editor.get(desk.prompt).json() == desk.prompt
    assert desk.editor.client.delete(
        desk.path + "?force=false").status == 204


def test_a_setting_refuses_to_delete_what_flows_use(own_site):
    settings = own_site.installation.data / "promptledger.conf"
    settings.write_text("delete_in_use = refuse\n")
    settings.chmod(0o644)
    assert own_site.deployment.stop()
    own_site.deployment.start()
    desk = Desk(own_site)
    desk.tell("one")
    check("in use by one", desk.editor.client.delete(desk.path))
    desk.tell("two")
    check("in use by two",
          desk.editor.client.delete(desk.path + "?force=false"))
    assert desk.editor.get(desk.prompt).json() == desk.prompt
    # The precondition comes first.
    golden.check("voice", "precondition failed", desk.editor.client.delete(
        desk.path + "?force=true", headers={"If-Match": '"other"'}))
    assert desk.editor.client.delete(
        desk.path + "?force=true").status == 204
    unused = desk.editor.create()
    assert desk.editor.client.delete(
        f"/voice/prompts/{unused['id']}").status == 204
