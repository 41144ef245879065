"""Who may call what: every route by every kind of caller.

tests/golden/access.json says what each is answered.  A route without a row in
it, or a row without a route, fails a test; so does a kind of caller of whom a
row says nothing.

Whatever is asked for belongs to an admin, in the operators' organisation, of
which editor and viewer are, too, and the member is not.  Refusals share one
object for each route, and change nothing; who may call gets an object of his
own wherever the call changes it.
"""

import base64
import itertools
import json
import uuid
from pathlib import Path
from urllib.parse import urlencode

import pytest

from conftest import Site
from test_jwt import SETTINGS, Issuer, claims_of, sign, write_keys
from test_voice import wav

MATRIX = json.loads((Path(__file__).resolve().parents[1] / "golden"
                     / "access.json").read_text("utf-8"))
ROUTES = MATRIX["routes"]
PASSWORD = "Secret-99"
FORM = "application/x-www-form-urlencoded"
SCOPES = ("read", "write", "download", "delete")
numbers = itertools.count()

# Each kind of caller: how people of it come to their token.
CALLERS = {
    "nobody": lambda people: None,
    "bad token": lambda people: "sess_" + "0" * 64,
    "expired session": lambda people: people.expired_session(),
    "revoked key": lambda people: people.revoked_key(),
    "forged JWT": lambda people: people.jwt("admin", secret=b"x" * 32),
    "expired JWT": lambda people: people.jwt("admin", exp=1),
    "member": lambda people: people.session("member"),
    "viewer": lambda people: people.session("viewer"),
    "editor": lambda people: people.session("editor"),
    "admin": lambda people: people.session("admin"),
    "JWT of a member": lambda people: people.jwt("member"),
    "JWT of a viewer": lambda people: people.jwt("viewer"),
    "JWT of an editor": lambda people: people.jwt("editor"),
    "JWT of an admin": lambda people: people.jwt("admin"),
    "reading key": lambda people: people.key("read_render")["key"],
    "writing key": lambda people: people.key("all")["key"],
    "admin key": lambda people: people.key("admin")["key"],
    "team key": lambda people: people.key("admin", bound=True)["key"],
    **{f"key to {scope}": lambda people, scope=scope:
       people.scoped_key(f"prompts:{scope}")[1] for scope in SCOPES},
    **{f"access token to {scope}": lambda people, scope=scope:
       people.access_token(f"prompts:{scope}") for scope in SCOPES},
}


CLASSES = {"everybody": CALLERS, **MATRIX["classes"]}


class People:
    """One of each role, who have just come."""

    def __init__(self, site):
        self.site = site
        self.emails, self.sessions = {}, {}

    def email(self, role):
        if role not in self.emails:
            email = f"{uuid.uuid4()}@example.org"
            self.site.installation.add_user(email, role, PASSWORD)
            self.emails[role] = email
        return self.emails[role]

    def session(self, role):
        if role not in self.sessions:
            self.sessions[role] = self.site.installation.create_token(
                self.email(role))
        return self.sessions[role]

    def say(self, method, path, body=None, **more):
        """What an admin asks for, to make something ready."""
        answer = self.site.client.with_token(self.session("admin")).request(
            method, path, json=body, **more)
        assert answer.status in (200, 201, 204), answer
        return answer.json() if answer.body else None

    def jwt(self, role, secret=None, **claims):
        hs256 = Issuer.hs256
        return sign(claims_of(self.email(role), **claims), lambda text:
                    hs256(None, text, *([] if secret is None else [secret])))

    def key(self, operation, bound=False):
        [team] = self.say("GET", "/v1/me/teams")["teams"]
        return self.say("POST", "/v1/api-keys", {
            "name": operation, "org_id": team["org_id"],
            "operation": operation,
            **({"team_ids": [team["id"]]} if bound else {})})

    def scoped_key(self, scope):
        made = json.loads(self.site.installation.command(
            "token", "create", "--user", self.email("admin"), "--kind", "key",
            "--scopes", scope, "--json", "--data",
            self.site.installation.data))
        return made["id"], made["token"]

    def access_token(self, scope):
        pair = ":".join(self.scoped_key(scope)).encode()
        answer = self.site.client.post("/oauth/token", body=urlencode({
            "grant_type": "client_credentials"}).encode(), headers={
                "Content-Type": FORM, "Authorization":
                "Basic " + base64.b64encode(pair).decode()})
        assert answer.status == 200, answer
        return answer.json()["access_token"]

    def revoked_key(self):
        key = self.key("admin")
        self.say("DELETE", f"/v1/api-keys/{key['id']}")
        return key["key"]

    def expired_session(self):
        """Nobody can do that but time, and the trigger would tell."""
        token = self.site.installation.create_token(self.email("admin"))
        query = self.site.installation.query
        trigger = "token_after_update_record"
        [(text,)] = query("SELECT sql FROM sqlite_schema WHERE name = ?",
                          [trigger])
        query(f"DROP TRIGGER {trigger}")
        query("UPDATE token SET expires_at = 1 WHERE id = (SELECT id"
              " FROM token WHERE kind = 'session'"
              " ORDER BY created_at DESC, id DESC LIMIT 1)")
        query(text)
        return token


class World:
    """What the admin has, made when it is asked for.  Each method gives the
    values that fill a path, a query and a body."""

    def __init__(self, people):
        self.say = people.say
        self.people = people
        [self.team] = self.say("GET", "/v1/me/teams")["teams"]

    def nothing(self):
        return {"team": self.team["id"], "org": self.team["org_id"],
                "unique": f"{next(numbers)}-{uuid.uuid4()}"}

    def project(self):
        made = self.say("POST", "/v1/projects", {
            "team_id": self.team["id"], "name": f"Project {uuid.uuid4()}"})
        return {**self.nothing(), "project": made["project"]["id"]}

    def prompt(self):
        made = self.say("POST", "/prompts", {
            "title": f"Prompt {uuid.uuid4()}", "content": "text",
            "model": "m"})
        prompt = self.say("GET", f"/v1/prompts/{made['_id']}")["prompt"]
        return {**self.nothing(), "id": made["_id"], "prompt": made["_id"],
                "project": prompt["project_id"], "slug": prompt["slug"],
                "version": "1"}

    def two_projects(self):
        return {**self.prompt(), "target": self.project()["project"]}

    def draft(self):
        values = self.prompt()
        made = self.say("POST", f"/v1/prompts/{values['prompt']}/versions",
                        {"template": "other"})
        number = str(made["version"]["version"])
        self.say("POST", f"/v1/prompts/{values['prompt']}/versions/{number}"
                 "/tags", {"tag": "t"})
        return {**values, "version": number, "tag": "t"}

    def stable(self):
        values = self.draft()
        self.say("POST", f"/v1/prompts/{values['prompt']}/versions/"
                 f"{values['version']}/promote")
        return values

    def payload(self):
        values = self.prompt()
        made = self.say("POST", f"/v1/prompts/{values['prompt']}/payloads",
                        {"variables": {}})
        return {**values, "payload": made["payload"]["id"]}

    def log(self):
        values = self.prompt()
        made = self.say("POST", "/logs", {
            "promptId": values["prompt"], "output": "o", "modelUsed": "m"})
        return {**values, "id": made["_id"]}

    def key(self):
        return {**self.nothing(), "key": self.people.key("all")["id"]}

    def colleague(self):
        """Somebody of the team whose role may be changed."""
        email = f"{uuid.uuid4()}@example.org"
        made = self.say("POST", "/v1/auth/register", {
            "email": email, "password": PASSWORD,
            "team_id": self.team["id"]})
        return {**self.nothing(), "user": made["user"]["id"]}

    def session(self):
        return {**self.nothing(), "session": str(uuid.uuid4())}

    def admin_prompt(self):
        made = self.say("POST", "/api/admin/prompts/create", {
            "name": f"Prompt {uuid.uuid4()}", "section": "parser",
            "route": f"/{uuid.uuid4()}", "systemPrompt": "S",
            "userPromptTemplate": "U", "isActive": True})
        return {**self.nothing(), "id": made["data"]["id"],
                "section": "parser"}

    def deleted_prompt(self):
        values = self.admin_prompt()
        self.say("DELETE", f"/api/admin/prompts/{values['id']}")
        return values

    def upload_link(self):
        made = self.say("POST", "/voice/prompts-requests", {})
        href = made["_links"]["upload_link"]["href"]
        return {**self.nothing(), "request": made["id"],
                "query": href.split("?", 1)[1], "href": href}

    def upload(self):
        """Audio that waits for a prompt, and the prompt that might get it."""
        values = self.upload_link()
        answer = self.people.site.client.put(values["href"], body=wav(
            pitch=next(numbers)))
        assert answer.status == 200, answer
        return values

    def voice_prompt(self):
        values = self.upload()
        made = self.say("POST", "/voice/prompts", {
            "request_id": values["request"], "name": f"V {uuid.uuid4()}",
            "file_name": "a.wav", "description": ""})
        return {**self.nothing(), "id": made["id"],
                "asset": made["asset_id"], "flow": "f"}

    def voice_prompt_and_upload(self):
        return {**self.upload(), "id": self.voice_prompt()["id"]}

    def flow(self):
        values = self.voice_prompt()
        self.say("PUT", f"/voice/prompts/{values['id']}/flows/f", {
            "published_flow_version": {
                "flow_name": "F", "flow_version_id": "1",
                "flow_version_status": "PUBLISHED",
                "flow_trigger_type": "API"}})
        return values

    def download_link(self):
        values = self.voice_prompt()
        made = self.say("GET",
                        f"/voice/prompts/{values['id']}/download-link")
        href = made["_links"]["location"]["href"]
        return {**values, "query": href.split("?", 1)[1]}


def fill(node, values):
    if isinstance(node, str):
        for name, value in values.items():
            node = node.replace(f"<{name}>", value)
        return node
    if isinstance(node, dict):
        return {name: fill(item, values) for name, item in node.items()}
    if isinstance(node, list):
        return [fill(item, values) for item in node]
    return node


def expect(row):
    """What each caller is answered, from the row's ladder: what stands later
    in it wins."""
    expected = {}
    for steps in (MATRIX["ladders"][row["ladder"]], row.get("but", {})):
        for who, status in steps.items():
            for caller in CLASSES.get(who, [who]):
                assert caller in CALLERS, f"there is no {caller}"
                expected[caller] = row["ok"] if status == "ok" else status
    return expected


def ask(site, route, token, values):
    row = ROUTES[route]
    method, path = route.split()
    for name in sorted(values, key=len, reverse=True):
        path = path.replace(f":{name}", values[name])
    if "query" in row:
        path += "?" + fill(row["query"], values)
    body = fill(row.get("body"), values)
    return site.client.with_token(token).request(method, path, json=body)


def is_refusal(row, status):
    return status != row["ok"]


class Matrix:
    """Everybody's tokens, and what the refused were told."""

    def __init__(self, site):
        self.site = site
        self.people = People(site)
        self.world = World(self.people)
        self.tokens = {name: make(self.people)
                       for name, make in CALLERS.items()}
        self.objects = {route: self.make(route) for route in ROUTES}
        for token in self.tokens.values():
            # A JWT's subject is noted when it is first seen.
            site.client.with_token(token).get("/v1/search?q=me")
        before = self.last_change()
        self.refused = {route: self.refuse(route) for route in ROUTES}
        self.changes = self.last_change() - before

    def last_change(self):
        [[last]] = self.site.installation.query(
            "SELECT MAX(seq) FROM audit_log")
        return last

    def make(self, route):
        return getattr(self.world, ROUTES[route].get("on", "nothing"))()

    def refuse(self, route):
        row = ROUTES[route]
        return {caller: ask(self.site, route, self.tokens[caller],
                            self.objects[route])
                for caller, status in expect(row).items()
                if is_refusal(row, status)}

    def let_in(self, route):
        row = ROUTES[route]
        for caller, status in expect(row).items():
            if is_refusal(row, status):
                continue
            token, values = self.tokens[caller], self.objects[route]
            if row.get("spoils"):
                token = CALLERS[caller](People(self.site))
            if not route.startswith("GET "):
                values = self.make(route)
            yield caller, ask(self.site, route, token, values)


@pytest.fixture(scope="module", name="matrix")
def make_matrix():
    site = Site("lighttpd-external")
    keys = write_keys(site, [Issuer.secret_jwk(None)])
    assert site.deployment.stop()
    site.installation.configure(**dict(
        line.split(" = ", 1)
        for line in SETTINGS.format(keys=keys).splitlines()))
    site.deployment.start()
    yield Matrix(site)
    site.close()


def test_every_route_has_its_row(matrix):
    listed = [line.split()[:3] for line in
              matrix.site.installation.command("routes").splitlines()]
    assert {f"{method} {path}" for _, method, path in listed} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_every_caller_has_his_status(route):
    assert set(expect(ROUTES[route])) == set(CALLERS)


def test_refusals_change_nothing(matrix):
    assert matrix.changes == 0


@pytest.mark.parametrize("route", ROUTES)
def test_who_may_not_is_told_so(matrix, route):
    expected = expect(ROUTES[route])
    answers = matrix.refused[route]
    assert {caller: answer.status for caller, answer in answers.items()} == \
        {caller: expected[caller] for caller in answers}
    for caller, answer in answers.items():
        assert ("WWW-Authenticate" in answer.headers) >= \
            (answer.status == 401), (caller, answer)


@pytest.mark.parametrize("route", ROUTES)
def test_who_may_is_let_in(matrix, route):
    found = {caller: answer.status for caller, answer in matrix.let_in(route)}
    assert found == {caller: ROUTES[route]["ok"] for caller in found}
