"""Who may do what in /v1: every route against every kind of caller.

ROUTES has one row for each route that `promptledger routes` lists; a route
without a row fails a test, so a new one needs a line here:

    "PUT /v1/prompts/:prompt": Row("editor", put_prompt),

The row names the role that is needed, and what makes a request that succeeds
for whoever may: a function of the world that answers the path's parameters
and the body.  The rest follows from the ladder: 401 without a valid token,
404 out of reach, 403 below the role.
"""

import itertools
import uuid
from dataclasses import dataclass
from typing import Callable, Optional

import pytest

PASSWORD = "Secret-99"
INVALID = ("nobody", "bad token", "expired session", "revoked key")
RANKS = {"stranger": 0, "read_render key": 1, "viewer": 1, "all key": 2,
         "editor": 2, "admin key": 3, "team admin": 3}
NEEDED = {"viewer": 1, "editor": 2, "admin": 3}
numbers = itertools.count()


@dataclass
class Row:
    """What a route asks of its callers."""

    need: Optional[str]  # viewer, editor, admin; None: any valid token
    make: Callable = lambda world: ({}, None)
    ok: int = 200
    out: int = 404      # for who reaches nothing of it
    guard: str = "any"  # any token; "account": 403 for a reading key;
                        # "session": 401 for every key; "open"
    keys: Optional[int] = None  # what keys get that pass the guard
    spoils: bool = False        # the callers: it gets a world of its own


class World:
    """An organisation with its people and keys, and a stranger."""

    def __init__(self, site):
        self.site = site
        self.tokens = {"nobody": None, "bad token": "sess_" + "0" * 64}
        self.boss = self.person("team admin")
        self.person("stranger")
        [team] = self.get("/v1/me/teams")["teams"]
        self.team, self.organisation = team["id"], team["org_id"]
        self.person("editor", team_id=self.team)
        self.viewer = self.person("viewer", team_id=self.team)
        self.say("PUT", f"/v1/teams/{self.team}/members/{self.viewer}/role",
                 {"role": "viewer"})
        for operation in ("read_render", "all", "admin"):
            self.tokens[f"{operation} key"] = self.key(operation)["key"]
        revoked = self.key("admin")
        self.tokens["revoked key"] = revoked["key"]
        self.say("DELETE", f"/v1/api-keys/{revoked['id']}")
        self.tokens["expired session"] = self.expire(self.log_in(
            self.email("team admin")))
        self.project = self.new_project()

    def email(self, name):
        return f"{name.replace(' ', '-')}-{id(self)}-{self.run}@example.org"

    def person(self, name, **more):
        self.run = getattr(self, "run", uuid.uuid4())
        body = {"email": self.email(name), "password": PASSWORD, **more}
        caller = self.as_caller("team admin") if more else self.site.client
        answer = caller.post("/v1/auth/register", body)
        assert answer.status == 201, answer
        self.tokens[name] = self.log_in(body["email"])
        return answer.json()["user"]["id"]

    def log_in(self, email):
        answer = self.site.client.post(
            "/v1/auth/login", {"email": email, "password": PASSWORD})
        assert answer.status == 200, answer
        return answer.json()["token"]

    def expire(self, token):
        """Nobody can do that but time, and the trigger would tell."""
        query = self.site.installation.query
        trigger = "token_after_update_record"
        [(text,)] = query("SELECT sql FROM sqlite_schema WHERE name = ?",
                          [trigger])
        query(f"DROP TRIGGER {trigger}")
        # The newest of the boss's sessions.
        query("UPDATE token SET expires_at = 1 WHERE id = (SELECT id"
              " FROM token WHERE user_id = ? AND kind = 'session'"
              " ORDER BY created_at DESC, id DESC LIMIT 1)", [self.boss])
        query(text)
        return token

    def as_caller(self, name):
        return self.site.client.with_token(self.tokens[name])

    def say(self, method, path, body=None):
        answer = self.as_caller("team admin").request(method, path, json=body)
        assert answer.status in (200, 201, 204), answer
        return answer.json() if answer.body else None

    def get(self, path):
        return self.say("GET", path)

    def key(self, operation):
        return self.say("POST", "/v1/api-keys", {
            "name": operation, "org_id": self.organisation,
            "operation": operation})

    def new_project(self):
        made = self.say("POST", "/v1/projects", {
            "team_id": self.team, "name": f"Project {next(numbers)}"})
        return made["project"]["id"]

    def new_prompt(self):
        made = self.say("POST", f"/v1/projects/{self.project}/prompts",
                        {"name": f"Prompt {next(numbers)}"})
        return made["prompt"]["id"]

    def new_payload(self):
        prompt = self.new_prompt()
        made = self.say("POST", f"/v1/prompts/{prompt}/payloads",
                        {"variables": {}})
        return {"prompt": prompt, "payload": made["payload"]["id"]}

    def new_version(self, steps):
        """A version that was promoted so many times, and its tag."""
        prompt = self.new_prompt()
        path = f"/v1/prompts/{prompt}/versions"
        self.say("POST", path, {"template": "text"})
        for _ in range(steps):
            self.say("POST", f"{path}/1/promote")
        self.say("POST", f"{path}/1/tags", {"tag": "t"})
        return {"prompt": prompt, "version": "1", "tag": "t"}

    def new_render(self):
        values = self.new_version(2)
        made = self.get(f"/v1/prompts/{values['prompt']}")["prompt"]
        return {**values, "project": self.project, "slug": made["slug"]}


# What makes a request that succeeds: the path's parameters, and the body.

def on_team(body=None):
    return lambda world: ({"team": world.team}, body)


def on_project(body=None):
    return lambda world: ({"project": world.new_project()}, body)


def on_prompt(body=None):
    return lambda world: ({"prompt": world.new_prompt()}, body)


def on_payload(body=None):
    return lambda world: (world.new_payload(), body)


def on_version(steps=0, body=None, query=None):
    more = {} if query is None else {"?": query}
    return lambda world: ({**world.new_version(steps), **more}, body)


def on_render(body):
    return lambda world: (world.new_render(), body)


def on_key(body=None):
    return lambda world: ({"key": world.key("all")["id"]}, body)


def with_body(body):
    return lambda world: ({}, body)


def new_project(world):
    return {}, {"team_id": world.team, "name": f"Project {next(numbers)}"}


def new_prompt(world):
    return {"project": world.project}, {"name": f"Prompt {next(numbers)}"}


def new_key(world):
    return {}, {"name": "k", "org_id": world.organisation}


def keys_of(world):
    return {"?": f"org_id={world.organisation}"}, None


def prompts_of(world):
    return {"?": f"project_id={world.project}"}, None


def moved_prompt(world):
    return ({"prompt": world.new_prompt()},
            {"project_id": world.new_project()})


def some_words(_world):
    return {"?": "q=words"}, None


def viewers_role(world):
    return {"team": world.team, "user": world.viewer}, {"role": "viewer"}


def no_session(_world):
    return {"session": str(uuid.uuid4())}, None


def new_email(_world):
    return {}, {"email": f"{uuid.uuid4()}@example.org"}


def same_password(_world):
    return {}, {"current_password": PASSWORD, "new_password": PASSWORD}


ROUTES = {
    "GET /v1/health": Row(None, guard="open"),
    # Bodies of no use: only who looks at the token first answers otherwise.
    "POST /v1/auth/register": Row(None, with_body({}), 400, guard="open"),
    "POST /v1/auth/login": Row(None, with_body({}), 401, guard="open"),
    "DELETE /v1/auth/session": Row(None, ok=204, guard="open", spoils=True),

    "GET /v1/auth/me": Row(None, guard="account"),
    "PUT /v1/auth/me": Row(None, new_email, guard="account", keys=403,
                           spoils=True),
    "DELETE /v1/auth/me": Row(None, ok=204, guard="account", keys=403,
                              spoils=True),
    "POST /v1/auth/me/change-password":
        Row(None, same_password, guard="account", keys=403),
    "GET /v1/auth/sessions": Row(None, guard="session"),
    "DELETE /v1/auth/sessions/:session":
        Row(None, no_session, 404, guard="session"),
    "GET /v1/me/teams": Row(None, guard="account"),
    "GET /v1/me/orgs": Row(None, guard="account"),
    "PUT /v1/teams/:team/members/:user/role":
        Row("admin", viewers_role, guard="account"),

    "POST /v1/api-keys": Row("admin", new_key, 201, 403, guard="session"),
    "GET /v1/api-keys": Row("admin", keys_of, 200, 403, guard="session"),
    "PUT /v1/api-keys/:key": Row("admin", on_key({}), guard="session"),
    "DELETE /v1/api-keys/:key": Row("admin", on_key(), 204, guard="session"),
    "POST /v1/api-keys/:key/regenerate":
        Row("admin", on_key(), guard="session"),

    "GET /v1/teams/:team/projects":
        Row("viewer", on_team(), 200, 403, guard="account"),
    "POST /v1/projects": Row("editor", new_project, 201),
    "GET /v1/projects/:project": Row("viewer", on_project()),
    "PUT /v1/projects/:project": Row("editor", on_project({})),
    "DELETE /v1/projects/:project": Row("admin", on_project(), 204),

    "POST /v1/projects/:project/prompts": Row("editor", new_prompt, 201),
    "GET /v1/projects/:project/prompts": Row("viewer", on_project()),
    "GET /v1/prompts": Row("viewer", prompts_of, 200, 403),
    "GET /v1/prompts/:prompt": Row("viewer", on_prompt()),
    "PUT /v1/prompts/:prompt": Row("editor", on_prompt({})),
    "DELETE /v1/prompts/:prompt": Row("admin", on_prompt(), 204),
    "POST /v1/prompts/:prompt/archive": Row("admin", on_prompt()),
    "POST /v1/prompts/:prompt/restore": Row("admin", on_prompt()),
    "POST /v1/prompts/:prompt/schema":
        Row("editor", on_prompt({"schema": {}})),
    "POST /v1/prompts/:prompt/move": Row("admin", moved_prompt),

    "POST /v1/prompts/:prompt/versions":
        Row("editor", on_prompt({"template": "text"}), 201),
    "GET /v1/prompts/:prompt/versions": Row("viewer", on_prompt()),
    "GET /v1/prompts/:prompt/versions/diff":
        Row("viewer", on_version(query="from=1&to=t")),
    "GET /v1/prompts/:prompt/versions/:version": Row("viewer", on_version()),
    "GET /v1/prompts/:prompt/versions/:version/variables":
        Row("viewer", on_version()),
    "PUT /v1/prompts/:prompt/versions/:version":
        Row("editor", on_version(0, {"template": "other"})),
    "DELETE /v1/prompts/:prompt/versions/:version":
        Row("editor", on_version(), 204),
    "POST /v1/prompts/:prompt/versions/:version/promote":
        Row("editor", on_version()),
    "POST /v1/prompts/:prompt/versions/:version/demote":
        Row("editor", on_version(2)),
    "POST /v1/prompts/:prompt/versions/:version/archive":
        Row("editor", on_version()),
    "POST /v1/prompts/:prompt/versions/:version/duplicate":
        Row("editor", on_version(), 201),
    "POST /v1/prompts/:prompt/rollback":
        Row("editor", on_version(1, {"target_version": 1,
                                     "rollback_reason": "r"})),
    "POST /v1/prompts/:prompt/versions/:version/tags":
        Row("editor", on_version(0, {"tag": "other"})),
    "GET /v1/prompts/:prompt/tags": Row("viewer", on_version()),
    "DELETE /v1/prompts/:prompt/tags/:tag":
        Row("editor", on_version(), 204),

    "POST /v1/projects/:project/prompts/:slug/render":
        Row("viewer", on_render({})),
    "POST /v1/projects/:project/prompts/:slug/versions/:version/render":
        Row("viewer", on_render({})),

    "POST /v1/prompts/:prompt/payloads":
        Row("editor", on_prompt({"variables": {}}), 201),
    "GET /v1/prompts/:prompt/payloads": Row("viewer", on_prompt()),
    "GET /v1/prompts/:prompt/payloads/:payload": Row("viewer", on_payload()),
    "PUT /v1/prompts/:prompt/payloads/:payload":
        Row("editor", on_payload({"name": "n"})),
    "DELETE /v1/prompts/:prompt/payloads/:payload":
        Row("editor", on_payload(), 204),

    "GET /v1/search": Row(None, some_words),
}


def expect(row, caller):
    """The status that the ladder has for a caller."""
    if row.guard == "open":
        return row.ok
    if caller in INVALID:
        return 401
    if caller.endswith(" key"):
        if row.guard == "session":
            return 401
        if row.guard == "account" and caller == "read_render key":
            return 403
        if row.keys is not None:
            return row.keys
    if row.need is None:
        return row.ok
    if RANKS[caller] == 0:
        return row.out
    return row.ok if RANKS[caller] >= NEEDED[row.need] else 403


def ask(world, route, make, caller):
    method, path = route.split()
    values, body = make(world)
    for name, value in values.items():
        path = path.replace(f":{name}", value)
    if "?" in values:
        path += "?" + values["?"]
    return world.as_caller(caller).request(method, path, json=body)


@pytest.fixture(scope="session")
def world(site):
    return World(site)


def test_every_route_has_its_row(site):
    listed = [line.split()[:3] for line
              in site.installation.command("routes").splitlines()]
    assert {f"{method} {path}" for family, method, path in listed
            if family == "px0"} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_the_ladder(site, world, route):
    row = ROUTES[route]
    if row.spoils:
        world = World(site)
    for caller in (*INVALID, *RANKS):
        status = expect(row, caller)
        answer = ask(world, route, row.make, caller)
        where = f"{caller} got {answer}"
        assert answer.status == status, where
        if row.guard == "open" or status < 400:
            continue
        error = answer.json()["error"]
        if status == 401:
            assert error == "unauthorized", where
        elif status == 403:
            assert error == "forbidden", where
        else:
            assert error.endswith(" not found"), where
