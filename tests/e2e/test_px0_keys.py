"""The px0 family beside its prompts: keys, people, projects, the search."""

import time
import uuid
from datetime import datetime

import pytest

from deployment import wait_until
from golden import Stage, scenarios
from test_px0 import Desk

FILES = ("px0_keys", "px0_profile", "px0_projects", "px0_search")
PASSWORD = "Secret-99"


@pytest.fixture
def desk(site):
    return Desk(site)


@pytest.mark.parametrize("scenario", [
    one for name in FILES for one in scenarios(name)])
def test_golden(site, desk, scenario):
    run = str(uuid.uuid4())
    stage = Stage(site)
    [(installation_project,)] = site.installation.query(
        "SELECT project_id FROM installation")
    stage.known.update(
        desk.known(), run=run, run_slug=run.replace("-", "_"),
        run_plain=run.replace("-", ""), PROJECT=desk.project["id"].upper(),
        installation_project=installation_project)
    for number, step in enumerate(scenario["steps"], 1):
        stage.play(step, f"step {number}, {step['ask']}")


class Tenant:
    """Who registered openly: her own organisation, team and project."""

    def __init__(self, site):
        self.site = site
        self.email = f"{uuid.uuid4()}@example.org"
        person = {"email": self.email, "password": PASSWORD}
        assert site.client.post("/v1/auth/register", person).status == 201
        login = site.client.post("/v1/auth/login", person).json()
        self.id = login["user"]["id"]
        self.client = site.client.with_token(login["token"])
        [team] = self.client.get("/v1/me/teams").json()["teams"]
        self.team, self.organisation = team["id"], team["org_id"]
        [project] = self.client.get(
            f"/v1/teams/{self.team}/projects").json()["projects"]
        self.prompts = f"/v1/projects/{project['id']}/prompts"

    def prompt(self, name, **more):
        answer = self.client.post(self.prompts, {"name": name, **more})
        assert answer.status == 201, answer
        return answer.json()["prompt"]

    def key(self, **more):
        answer = self.client.post("/v1/api-keys", {
            "name": "k", "org_id": self.organisation, **more})
        assert answer.status == 201, answer
        made = answer.json()
        return made["id"], self.site.client.with_token(made["key"])

    def listed_key(self, key_id):
        keys = self.client.get(
            f"/v1/api-keys?org_id={self.organisation}").json()["api_keys"]
        return next(key for key in keys if key["id"] == key_id)

    def member(self):
        other = {"email": f"{uuid.uuid4()}@example.org", "password": PASSWORD,
                 "team_id": self.team}
        assert self.client.post("/v1/auth/register", other).status == 201
        login = self.site.client.post("/v1/auth/login", other).json()
        return self.site.client.with_token(login["token"])


@pytest.fixture
def tenant(site):
    return Tenant(site)


def found(client, words):
    answer = client.get("/v1/search?q=" + words)
    assert answer.status == 200, answer
    return [hit["id"] for hit in answer.json()["results"]]


def test_a_search_never_leaves_the_tenant(site, tenant):
    rare = f"w{uuid.uuid4().hex}"
    other = Tenant(site)
    ours = tenant.prompt(f"Our {rare}")["id"]
    theirs = other.prompt(f"Their {rare}")["id"]
    _, key = tenant.key()
    let_index_catch_up(site)
    for words in (rare, f"their+or+{rare}", f"{rare}+or+-nothing"):
        assert found(tenant.client, words) == [ours]
        assert found(key, words) == [ours]
        assert found(other.client, words) == [theirs]
    assert found(site.as_role("admin"), rare) == []


def test_the_index_finds_what_pending_prompts_found(site, tenant):
    made = [tenant.prompt(name, description=text)["id"] for name, text in (
        ("Translations of poems", ""), ("Café", "translating menus"),
        ("Poem", "no menu"), ("state-of-the-art", "a translator's poem"))]
    questions = {"translate": [0, 3, 1], "poem+translator": [0, 3],
                 "cafe": [1], "%22of+poems%22": [0], "state-of-the-art": [3],
                 "menu+-translate": [2], "poem": [2, 0, 3],
                 "-translate": [2], "%22x+or+cafe": [], "%2A": [],
                 "name+:+poem": [], "caf%C3%A9": [1]}
    expected = {words: [made[i] for i in hits]
                for words, hits in questions.items()}
    assert {words: found(tenant.client, words)
            for words in questions} == expected
    let_index_catch_up(site)
    assert {words: found(tenant.client, words)
            for words in questions} == expected


def test_a_search_has_twenty_results_at_most(tenant):
    rare = f"w{uuid.uuid4().hex}"
    made = [tenant.prompt(f"{rare} {i}") for i in range(25)]
    # Equal rank: newest first, then by id, where a millisecond saw two.
    made.sort(key=lambda prompt: prompt["id"])
    made.sort(key=lambda prompt: datetime.fromisoformat(prompt["updated_at"]),
              reverse=True)
    assert found(tenant.client, rare) == [one["id"] for one in made[:20]]


def let_index_catch_up(site):
    """Under plain CGI no process outlives a request to do it, until a search
    meets so many pending prompts that it asks: there they stay pending."""
    if site.name != "apache-cgi":
        wait_until(lambda: not site.installation.query(
            "SELECT 1 FROM search_pending LIMIT 1"),
            30, "the index is up to date")


def test_a_key_opens_its_teams_only(site, tenant):
    prompt = tenant.prompt("Reach")["id"]
    key_id, key = tenant.key(operation="all", team_ids=[tenant.team])
    assert key.get(f"/v1/prompts/{prompt}").status == 200
    assert key.get("/v1/prompts/reach").status == 200
    # The other families know owners, not teams.
    assert key.get(f"/prompts/{prompt}").status == 401
    change = tenant.client.put(f"/v1/api-keys/{key_id}", {"team_ids": []})
    assert "team_id" not in change.json()["api_key"]
    assert key.get(f"/prompts/{prompt}").status == 200
    assert key.get(f"/v1/prompts/{prompt}").status == 200
    assert Tenant(site).key()[1].get(f"/v1/prompts/{prompt}").status == 404


def test_the_use_of_a_key_is_noted_and_not_audited(site, tenant):
    key_id, key = tenant.key()
    assert tenant.listed_key(key_id)["last_used_at"] is None
    assert key.get("/v1/prompts").status == 200
    wait_until(lambda: tenant.listed_key(key_id)["last_used_at"], 10,
               "the use is noted")
    first = tenant.listed_key(key_id)["last_used_at"]
    assert key.get("/v1/prompts").status == 200
    time.sleep(1.5)  # longer than upkeep rests: there was nothing to write
    assert tenant.listed_key(key_id)["last_used_at"] == first
    assert site.installation.query(
        "SELECT action FROM audit_log WHERE entity = 'token'"
        " AND entity_id = ?", [key_id]) == [["CREATE"]]


def test_a_secret_is_stored_nowhere(site, tenant):
    _, key = tenant.key()
    rows = site.installation.query(
        "SELECT count(*) FROM audit_log WHERE instr(changes, ?)", [key.token])
    assert rows == [[0]]


def test_who_leaves_alone_takes_the_organisation_along(site, tenant):
    prompt = tenant.prompt("Mine alone")["id"]
    _, key = tenant.key()
    assert tenant.client.delete("/v1/auth/me").status == 204
    assert key.get("/v1/prompts").status == 401
    for table, column, value in (
            ("organisation", "id", tenant.organisation),
            ("prompt", "id", prompt), ("user", "id", tenant.id)):
        assert site.installation.query(
            f"SELECT 1 FROM {table} WHERE {column} = ?", [value]) == []


def test_who_leaves_others_leaves_them_the_team(site, tenant):
    prompt = tenant.prompt("Shared")["id"]
    member = tenant.member()
    key_id, key = tenant.key(operation="admin")
    assert tenant.client.delete("/v1/auth/me").status == 204
    assert key.get(f"/v1/prompts/{prompt}").status == 200
    assert member.delete(f"/v1/api-keys/{key_id}").status == 204
    assert member.post(f"/v1/prompts/{prompt}/archive").status == 200
    assert site.installation.query(
        "SELECT email, name, password_hash FROM user WHERE id = ?",
        [tenant.id]) == [["", "deleted user", None]]
