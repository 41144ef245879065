"""The px0 family: its golden scenarios, and what needs more than one answer."""

import uuid

import pytest

from conftest import PASSWORD
from golden import Stage, scenarios

OPEN_PATHS = ("/v1/health", "/v1/auth/register", "/v1/auth/login",
              "/v1/auth/session")


class Desk:
    """A project of the operators' team with two prompts and a payload."""

    def __init__(self, site):
        self.editor = site.as_role("editor")
        [team] = self.made(self.editor.get("/v1/me/teams"), 200)["teams"]
        self.team = team["id"]
        self.project = self.create(
            "/v1/projects", "project", team_id=self.team, name=fresh())
        self.prompts = f"/v1/projects/{self.project['id']}/prompts"
        self.prompt = self.create(self.prompts, "prompt", name=fresh())
        self.other = self.create(self.prompts, "prompt", name=fresh())
        self.payloads = f"/v1/prompts/{self.prompt['id']}/payloads"
        self.payload = self.create(
            self.payloads, "payload", variables={"name": "Ada"})
        self.path = f"{self.payloads}/{self.payload['id']}"

    def create(self, path, envelope, **body):
        return self.made(self.editor.post(path, body), 201)[envelope]

    @staticmethod
    def made(answer, status):
        assert answer.status == status, answer
        return answer.json()

    def read(self):
        return self.made(self.editor.get(self.path), 200)["payload"]

    def known(self):
        prompt, payload = self.prompt["id"], self.payload["id"]
        return {
            "team": self.team,
            "project": self.project["id"],
            "prompt": prompt,
            "prompt_plain": prompt.replace("-", ""),
            "uuid_slug": prompt.replace("-", "_"),
            "slug": self.prompt["slug"],
            "other_prompt": self.other["id"],
            "payload": payload,
            "payload_upper": payload.upper(),
        }


def fresh():
    return f"Name {uuid.uuid4()}"


@pytest.fixture
def desk(site):
    return Desk(site)


@pytest.fixture(scope="session")
def tokens(site):
    """What a scenario may name in a header of its own."""
    def make(scope):
        return site.installation.create_token("admin@example.org", "key",
                                              [scope])

    return {"reading_key": make("prompts:read"),
            "writing_key": make("prompts:write"),
            "editor_token": site.tokens["editor"]}


@pytest.mark.parametrize("scenario", scenarios("px0"))
def test_golden(site, desk, tokens, scenario):
    stage = Stage(site)
    stage.known.update(desk.known(), **tokens)
    for number, step in enumerate(scenario["steps"], 1):
        stage.play(step, f"step {number}, {step['ask']}")


@pytest.mark.parametrize("body", [
    b'{"name":"\xff"}', b'{"name":"\xc0\x80"}', b'{"name":"\xed\xa0\x80"}',
    b'{"name":"a\x00b"}', b'\x00', b'{"name":"x"}\x00',
    b'{"variables":{"\xff":1}}', b'\xff\xfe{\x00}\x00',
    b'{"name":"\xf4\x90\x80\x80"}', b"[" * 100_000,
])
def test_bytes_that_are_no_json_change_nothing(desk, body):
    answer = desk.editor.request(
        "PUT", desk.path, body=body,
        headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert answer.body == b'{"error":"invalid request body"}'
    assert desk.read() == desk.payload


def test_updated_at_moves_with_every_write_and_with_nothing_else(desk):
    seen = [desk.payload["updated_at"]]
    for _ in range(10):
        answer = desk.editor.put(desk.path, {"name": "same"})
        seen.append(answer.json()["payload"]["updated_at"])
    assert len(set(seen)) == len(seen)
    after = desk.editor.put(desk.path, {}).json()["payload"]
    assert after["updated_at"] == seen[-1]
    assert after["created_at"] == desk.payload["created_at"]
    prompt = desk.editor.get(f"/v1/prompts/{desk.prompt['id']}").json()
    assert prompt["prompt"] == desk.prompt


def test_number_text_is_kept(desk):
    variables = b'{"a":1.50,"b":-0.0,"c":1E400,"d":12345678901234567890}'
    answer = desk.editor.request(
        "PUT", desk.path, body=b'{"variables":' + variables + b"}",
        headers={"Content-Type": "application/json"})
    assert answer.status == 200
    assert b'"variables":' + variables + b"," in answer.body


def test_payloads_are_listed_newest_first(desk):
    made = [desk.payload]
    for i in range(20):
        made.append(desk.create(desk.payloads, "payload", variables={"i": i}))
    listed = desk.editor.get(desk.payloads).json()["payloads"]
    assert listed == made[::-1]


def test_an_update_leaves_one_audit_row_with_what_changed(site, desk):
    desk.editor.put(desk.path, {"name": "first", "variables": {"a": [1]}})
    desk.editor.put(desk.path, {})
    desk.editor.delete(desk.path)
    rows = site.installation.query(
        "SELECT action, family, actor_kind, changes FROM audit_log"
        " WHERE entity = 'payload' AND entity_id = ? ORDER BY seq",
        [desk.payload["id"]])
    assert [row[0] for row in rows] == ["CREATE", "UPDATE", "DELETE"]
    assert {(row[1], row[2]) for row in rows} == {("px0", "user")}
    assert rows[1][3] == ('{"name":{"old":null,"new":"first"},"variables":'
                          '{"old":{"name":"Ada"},"new":{"a":[1]}}}')


def test_every_guarded_route_wants_a_token(site):
    for line in site.installation.command("routes").splitlines():
        family, method, path = line.split()[:3]
        if family != "px0" or path in OPEN_PATHS:
            continue
        answer = site.client.request(method, path.replace(":", "x"))
        assert answer.status == 401, line
        assert answer.body == b'{"error":"unauthorized"}'
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_head_answers_as_get_without_a_body(desk):
    head = desk.editor.request("HEAD", desk.path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["ETag"] == f'"{desk.payload["id"]}-1"'


def change_unseen(site, table, change):
    """What no operation does: the table's trigger steps aside for it."""
    site.installation.query(f"DROP TRIGGER {table}_after_update_record")
    site.installation.query(f"UPDATE {table} SET {change}")


def test_unverified_and_expired_callers_are_refused(own_site):
    desk = Desk(own_site)
    change_unseen(own_site, "user", "is_verified = 0")
    answer = desk.editor.put("/v1/prompts/bad/payloads/bad", {})
    assert answer.status == 403
    assert answer.body == b'{"error":"user is not verified"}'
    login = own_site.client.post("/v1/auth/login", {
        "email": "editor@example.org", "password": PASSWORD})
    assert login.status == 200
    assert login.json()["user"]["is_verified"] is False
    change_unseen(own_site, "token", "expires_at = 1")
    answer = desk.editor.put(desk.path, {})
    assert answer.status == 401
    assert answer.body == b'{"error":"unauthorized"}'


def test_closed_registration_is_for_admins_alone(own_site):
    own_site.installation.configure(signup="closed")
    assert own_site.deployment.stop()
    own_site.deployment.start()
    person = {"email": "new@example.org", "password": "Str0ng!pass"}
    answer = own_site.client.post("/v1/auth/register", person)
    assert answer.status == 403
    assert answer.body == b'{"error":"registration is closed"}'
    answer = own_site.as_role("admin").post("/v1/auth/register", person)
    assert answer.status == 201
