"""What opens something is written nowhere: not in the database, not in its
audit log, not in the program's log, not in an answer that did not make it."""

import base64
import json

import pytest

from conftest import Site
from test_oauth import FORM

PASSWORD = "Pl4in!text-password"
OTHER = "An0ther!text-password"


@pytest.fixture(scope="module")
def lived():
    """A site on which everything that takes a secret was done, well and
    badly; with all the secrets that took part."""
    opened = Site("lighttpd-external")
    secrets = live(opened)
    yield opened, secrets
    opened.close()


def live(site):
    secrets = [PASSWORD, OTHER, *site.tokens.values()]
    anyone = site.client

    def post(path, body, token=None, **more):
        return anyone.post(path, body, token=token, **more)

    session = post("/auth/signup", {
        "name": "Ann", "email": "ann@example.org",
        "password": PASSWORD}).json()["token"]
    secrets.append(session)
    for path in ("/auth/login", "/v1/auth/login"):
        person = {"email": "ann@example.org", "password": PASSWORD}
        answer = post(path, person)
        assert answer.status == 200
        secrets.append(answer.json()["token"])
        assert post(path, {**person, "password": OTHER}).status == 401
        # Broken in every way, with the secret in it.
        for broken in (f'{{"password":"{PASSWORD}"', f'{{"{PASSWORD}":1}}',
                       f'{{"email":"{PASSWORD}","password":1}}'):
            assert anyone.request(
                "POST", path, body=broken.encode(),
                headers={"Content-Type": "application/json"}).status >= 400
    organisation = anyone.get("/v1/me/orgs", token=session).json()
    organisation = next(iter(organisation.values()))[0]["id"]
    made = post("/v1/api-keys", {"name": "build", "org_id": organisation,
                                 "operation": "all"}, token=session)
    assert made.status == 201, made
    secrets.append(made.json()["key"])
    changed = post("/v1/auth/me/change-password", {
        "current_password": PASSWORD, "new_password": OTHER}, token=session)
    assert changed.status in (200, 204), changed
    secrets += oauth(site)
    # Tokens in all the wrong places.
    for path in (f"/prompts?access_token={session}", f"/prompts/{session}",
                 f"/v1/prompts?token={session}", f"/voice/prompts/{session}"):
        anyone.get(path)
    for header in (f"Basic {session}", f"bearer  {session}", session,
                   f"Bearer {session}x"):
        assert anyone.get("/prompts", headers={
            "Authorization": header}).status == 401
    return secrets


def oauth(site):
    made = site.installation.command(
        "token", "create", "--user", "editor@example.org", "--kind", "key",
        "--json", "--data", site.installation.data)
    key = json.loads(made)
    pair = f"{key['id']}:{key['token']}".encode()
    answer = site.client.request(
        "POST", "/oauth/token", body=b"grant_type=client_credentials",
        headers={"Content-Type": FORM, "Authorization":
                 "Basic " + base64.b64encode(pair).decode()})
    assert answer.status == 200, answer
    wrong = site.client.request(
        "POST", "/oauth/token",
        body=(f"grant_type=client_credentials&client_id={key['id']}"
              f"&client_secret={key['token']}x").encode(),
        headers={"Content-Type": FORM})
    assert wrong.status == 401 and key["token"].encode() not in wrong.body
    return [key["token"], answer.json()["access_token"]]


def test_no_secret_is_in_the_data(lived):
    site, secrets = lived
    files = [file for file in site.installation.data.rglob("*")
             if file.is_file() and file.parent.name != "keys"]
    assert site.installation.database() in files
    for file in files:
        content = file.read_bytes()
        for secret in secrets:
            assert secret.encode() not in content, (file, secret)


def test_no_secret_is_in_the_log(lived):
    """In the program's: web servers write request lines into their own."""
    site, secrets = lived
    log = (site.installation.run / "responder.err").read_text()
    assert log.count("route=") > 20
    for secret in secrets:
        assert secret not in log


def test_the_audit_log_tells_of_secrets_only_that_they_changed(lived):
    site, secrets = lived
    shown = site.installation.command(
        "audit", "show", "--json", "--data", site.installation.data)
    assert '"user"' in shown and '"token"' in shown
    for secret in secrets:
        assert secret not in shown
    hashes = site.installation.query(
        "SELECT password_hash FROM user UNION SELECT hex(digest) FROM token")
    for [hash] in hashes:
        if hash is not None:
            assert hash not in shown and hash.lower() not in shown.lower()
