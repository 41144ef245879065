"""The commands by which an operator looks after tokens, `token list` and
`token revoke`; and what they share with those for users.
"""

import re
import subprocess
import uuid

import pytest

from deployment import Installation, as_account, wait_until
from people import (NEW_PASSWORD, NO_PROMPT, NO_TOKEN, PATIENCE_S, add,
                    assert_refused, lines, log_end, log_rows, new_token, run)


@pytest.fixture
def here():
    """An installation without a server, whose log must hold at the end."""
    made = Installation()
    yield made
    made.check_integrity()
    made.remove()


# token list

def test_tokens_are_listed_the_newest_first_and_none_of_them_is_shown(here):
    add(here, "ada@example.org", "admin")
    add(here, "bob@example.org", "viewer")
    session = new_token(here, "ada@example.org")
    key = new_token(here, "bob@example.org", "--kind", "key", "--scopes",
                    "prompts:read prompts:download")
    done = run(here, "token", "list")
    assert (done.returncode, done.stderr) == (0, "")
    heading, *rows = done.stdout.splitlines()
    assert re.split("  +", heading) == ["ID", "KIND", "AT MOST", "CREATED",
                                        "EXPIRES", "USED", "USER", "NAME"]
    dates = dict(here.query(
        "SELECT id, date(expires_at / 1000, 'unixepoch') FROM token"))
    today = dict(here.query(
        "SELECT id, date(created_at / 1000, 'unixepoch') FROM token"))
    assert [re.split("  +", row) for row in rows] == [
        [key[0], "key", "prompts:read prompts:download", today[key[0]], "-",
         "-", "bob@example.org", "command line"],
        [session[0], "session", "admin", today[session[0]],
         dates[session[0]], "-", "ada@example.org", "command line"]]
    as_json = run(here, "token", "list", "--json")
    assert [token["id"] for token in lines(as_json)] == [key[0], session[0]]
    digests = [row[0] for row in here.query("SELECT hex(digest) FROM token")]
    for text in (done.stdout, as_json.stdout):
        for secret in (session[1], key[1], *digests):
            assert secret.lower() not in text.lower()


def test_tokens_of_one_user_as_json(here):
    add(here, "ada@example.org", "admin")
    add(here, "bob@example.org", "admin")
    new_token(here, "bob@example.org")
    key_id, _ = new_token(here, "ada@example.org", "--kind", "key",
                          "--scopes", "prompts:read")
    [token] = lines(run(here, "token", "list", "--json", "--user",
                        "ADA@example.org"))
    created_at = token.pop("created_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created_at)
    assert token == {
        "id": key_id, "kind": "key", "user": "ada@example.org",
        "name": "command line", "operation": "read_render",
        "scopes": "prompts:read", "organisation_id": None,
        "expires_at": None, "last_used_at": None}


def test_key_of_an_organisation_is_listed_with_its_name_and_its_use(site):
    person = site.new_person()
    [team] = person.get("/v1/me/teams").json()["teams"]
    name = str(uuid.uuid4())
    made = person.post("/v1/api-keys", {
        "name": name, "org_id": team["org_id"],
        "operation": "read_render"})
    assert made.status == 201, made
    key = made.json()

    def listed():
        [token] = [token for token in
                   lines(run(site.installation, "token", "list", "--json"))
                   if token["name"] == name]
        return token

    assert listed()["last_used_at"] is None
    assert site.client.get("/v1/prompts", token=key["key"]).status == 200
    wait_until(lambda: listed()["last_used_at"] is not None, PATIENCE_S,
               "the note of its use")
    token = listed()
    assert (token["id"], token["kind"]) == (key["id"], "key")
    assert token["operation"] == "read_render"
    assert token["organisation_id"] == team["org_id"]
    assert key["key"] not in run(site.installation, "token", "list").stdout


@pytest.mark.parametrize("words, status, text", [
    (["more"], 2, "too many arguments"),
    (["--user"], 2, "--user"),
    (["--colour"], 2, "--colour"),
    (["--user", "nobody@example.org"], 1, "no user with this address"),
])
def test_token_list_called_wrongly_says_so(here, words, status, text):
    assert_refused(here, run(here, "token", "list", *words), status, text,
                   after=log_end(here))


# token revoke

@pytest.mark.parametrize("kind", ["session", "key"])
def test_revoked_token_opens_nothing_and_others_stay(site, kind):
    email = f"{uuid.uuid4()}@example.org"
    add(site.installation, email)
    other_id, other = new_token(site.installation, email, "--kind", kind)
    token_id, token = new_token(site.installation, email, "--kind", kind)
    assert site.client.get("/prompts", token=token).status == 200
    after = log_end(site.installation)
    done = run(site.installation, "token", "revoke", token_id)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"The token {token_id} is revoked.\n"
    assert site.client.get("/prompts", token=token).status == 401
    assert site.client.get("/prompts", token=other).status == 200
    [(*row, changes)] = [row for row in log_rows(site.installation, after)
                         if row[1] == "cli"]
    assert row == ["operator", "cli", "token", "DELETE"]
    assert changes["deleted"]["id"] == token_id
    assert changes["deleted"]["digest"] == "changed"
    assert [t["id"] for t in lines(run(
        site.installation, "token", "list", "--json", "--user", email))] == [
            other_id]
    again = run(site.installation, "token", "revoke", token_id)
    assert (again.returncode, again.stdout) == (1, "")
    assert "there is no token with this id" in again.stderr


def test_access_tokens_end_with_their_key(site):
    email = f"{uuid.uuid4()}@example.org"
    add(site.installation, email, "viewer")
    key_id, key = new_token(site.installation, email, "--kind", "key")
    form = f"client_id={key_id}&client_secret={key}"
    answer = site.client.post(
        "/oauth/token",
        body=f"grant_type=client_credentials&{form}".encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200, answer
    access = answer.json()["access_token"]
    path = "/voice/prompts/" + NO_PROMPT
    assert site.client.get(path, token=access).status == 404
    assert run(site.installation, "token", "revoke",
               key_id).returncode == 0
    assert site.client.get(path, token=access).status == 401


@pytest.mark.parametrize("words, status, text", [
    ([], 2, "one id is wanted"),
    ([NO_TOKEN, NO_TOKEN], 2, "one id is wanted"),
    (["sess_" + "0" * 64], 2, "the token's id is wanted"),
    (["ak_" + "0" * 64], 2, "the token's id is wanted"),
    (["--all", NO_TOKEN], 2, "--all"),
    ([NO_TOKEN], 1, "there is no token with this id"),
    ([""], 1, "there is no token with this id"),
    (["%"], 1, "there is no token with this id"),
    (["' OR ''='"], 1, "there is no token with this id"),
    (["x" * 100_000], 1, "there is no token with this id"),
    ([b"\xff\xfe"], 1, "there is no token with this id"),
])
def test_token_revoke_called_wrongly_revokes_nothing(
        here, words, status, text):
    add(here, "ada@example.org")
    new_token(here, "ada@example.org")
    after = log_end(here)
    done = run(here, "token", "revoke", *words)
    assert_refused(here, done, status, text, after=after)
    assert "0" * 64 not in done.stderr
    assert here.query("SELECT COUNT(*) FROM token") == [[1]]


# all of them

@pytest.mark.parametrize("words", [
    ["user", "list"], ["user", "role", "ada@example.org", "admin"],
    ["user", "password", "ada@example.org"], ["token", "list"],
    ["token", "revoke", NO_TOKEN]])
def test_command_makes_no_data_where_there_is_none(here, words):
    data = here.run / "mistyped"
    done = here.run_command(*words, "--data", data, text=NEW_PASSWORD)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"there is no database in {data}" in done.stderr
    assert not data.exists()


def test_list_that_cannot_be_written_fails(here):
    add(here, "ada@example.org")
    new_token(here, "ada@example.org")
    for words in (["user", "list"], ["user", "list", "--json"],
                  ["token", "list"], ["token", "list", "--json"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [here.program, *words, "--data", here.data], stdout=full,
                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60,
                env=here.environment(), cwd=here.run, check=False,
                **as_account())
        assert done.returncode == 1, words
