"""Guessing passwords and registering in masses are slowed down, across all
processes, and nobody learns by it whether an account exists."""

import pytest

from conftest import PASSWORD

LOGINS = {
    "promptcrafter": ("/auth/login",
                      {"error": "Too many attempts. Please try again later."}),
    "px0": ("/v1/auth/login",
            {"error": "too many attempts, please try again later"}),
}


def restart(site, **settings):
    assert site.deployment.stop()
    site.installation.configure(**settings)
    site.deployment.start()


def login(site, path, email, password):
    return site.client.post(path, {"email": email, "password": password})


def assert_throttled(answer, body, window_s):
    assert answer.status == 429
    assert answer.json() == body
    assert 0 < int(answer.headers["Retry-After"]) <= window_s
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("family", LOGINS)
@pytest.mark.parametrize("email", ["editor@example.org", "nobody@example.org"])
def test_an_account_takes_so_many_wrong_passwords_and_no_more(
        own_site, family, email):
    path, body = LOGINS[family]
    restart(own_site, login_failures=3)
    for _ in range(3):
        assert login(own_site, path, email, "Wrong0!pass").status == 401
    # Neither a wrong password nor the right one is looked at now, and the
    # spelling of the address does not help.
    for spelling in (email, email.upper()):
        for password in ("Wrong0!pass", PASSWORD):
            assert_throttled(login(own_site, path, spelling, password),
                             body, 900 / 3)
    assert login(own_site, path, "viewer@example.org", PASSWORD).status == 200
    # It is in the store, not in the process.
    restart(own_site, login_failures=3)
    assert login(own_site, path, email, PASSWORD).status == 429
    restart(own_site, login_failures=0)
    assert login(own_site, path, "editor@example.org", PASSWORD).status == 200


def test_right_passwords_are_not_counted(own_site):
    restart(own_site, login_failures=1)
    for _ in range(3):
        assert login(own_site, "/auth/login", "editor@example.org",
                     PASSWORD).status == 200


def test_one_network_address_cannot_try_many_accounts(own_site):
    restart(own_site, login_failures=1)
    for i in range(10):
        assert login(own_site, "/v1/auth/login", f"user{i}@example.org",
                     "Wrong0!pass").status == 401
    answer = login(own_site, "/v1/auth/login", "viewer@example.org", PASSWORD)
    assert_throttled(answer, LOGINS["px0"][1], 900 / 10)


def test_changing_a_password_counts_as_a_guess_of_it(own_site):
    restart(own_site, login_failures=2)
    editor = own_site.as_role("editor")
    change = {"current_password": "Wrong0!pass",
              "new_password": "An0ther!pass"}
    statuses = [editor.post("/v1/auth/me/change-password", change).status
                for _ in range(3)]
    assert statuses[2] == 429 and 429 not in statuses[:2]


@pytest.mark.parametrize("path,person,body", [
    ("/auth/signup",
     {"name": "Ann", "email": "a{}@example.org", "password": "Str0ng!pass"},
     LOGINS["promptcrafter"][1]),
    ("/v1/auth/register",
     {"name": "Ann", "email": "a{}@example.org", "password": "Str0ng!pass"},
     LOGINS["px0"][1]),
])
def test_one_network_address_registers_so_many_users_an_hour(
        own_site, path, person, body):
    def register(i, client=own_site.client):
        return client.post(path, {**person,
                                  "email": person["email"].format(i)})

    restart(own_site, signups=2)
    users = own_site.installation.query("SELECT COUNT(*) FROM user")[0][0]
    assert [register(i).status for i in range(2)] == [201, 201]
    assert_throttled(register(2), body, 3600 / 2)
    assert own_site.installation.query(
        "SELECT COUNT(*) FROM user") == [[users + 2]]
    # Whom an admin invites is no stranger.
    if path.startswith("/v1"):
        assert register(3, own_site.as_role("admin")).status == 201


def test_what_was_tried_is_not_stored(own_site):
    restart(own_site, login_failures=3)
    login(own_site, "/auth/login", "my-hushword-by-mistake", "Wrong0!pass")
    login(own_site, "/auth/login", "hushword@example.org", "Wrong0!pass")
    assert own_site.installation.query("SELECT COUNT(*) FROM throttle") != [[0]]
    assert own_site.deployment.stop()
    for file in own_site.installation.data.iterdir():
        if file.is_file():
            assert b"hushword" not in file.read_bytes(), file


def test_tokens_have_no_limit_unless_one_is_set(own_site):
    answer = own_site.as_role("editor").get("/prompts")
    assert "X-RateLimit-Limit" not in answer.headers


@pytest.mark.parametrize("path,body", [
    ("/prompts", {"error": "Too many attempts. Please try again later."}),
    ("/v1/me/teams", {"error": "too many attempts, please try again later"}),
    ("/voice/prompts/1", {"code": "too_many_requests"}),
    ("/api/admin/prompts/list",
     {"statusCode": 429, "error": "TOO_MANY_REQUESTS",
      "message": "ThrottlerException: Too Many Requests"}),
])
def test_a_token_has_so_many_requests_a_minute(own_site, path, body):
    restart(own_site, token_rate=3)
    admin = own_site.as_role("admin")
    for left in (2, 1, 0):
        answer = admin.get(path)
        assert answer.status in (200, 404)
        assert answer.headers["X-RateLimit-Limit"] == "3"
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
        assert 0 < int(answer.headers["X-RateLimit-Reset"]) <= 60
    answer = admin.get(path)
    assert answer.status == 429
    assert body.items() <= answer.json().items()
    assert 0 < int(answer.headers["Retry-After"]) <= 20
    # Others have their own, and who has no token has none.
    assert own_site.as_role("editor").get("/prompts").status == 200
    for _ in range(5):
        answer = own_site.client.get("/prompts")
        assert answer.status == 401
        assert "X-RateLimit-Limit" not in answer.headers


def test_refused_requests_of_a_known_caller_count_too(own_site):
    restart(own_site, token_rate=3)
    viewer = own_site.as_role("viewer")
    statuses = [viewer.get("/api/admin/prompts/list").status for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def test_every_answer_carries_the_security_headers(site):
    for path in ("/prompts", "/v1/prompts", "/voice/prompts/1",
                 "/api/admin/prompts", "/nowhere"):
        for client in (site.client, site.as_role("admin")):
            headers = client.get(path).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Security-Policy"] == (
                "default-src 'none'; frame-ancestors 'none'")
            assert headers["Referrer-Policy"] == "no-referrer"
