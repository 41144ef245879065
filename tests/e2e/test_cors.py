"""Pages of configured origins may call the API from a browser; no others."""

ORIGIN = "https://app.example.org"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH",
             "Access-Control-Request-Headers": "authorization,content-type"}
PATHS = {"/prompts/1": "PATCH", "/v1/auth/login": "POST",
         "/voice/prompts/1": "PUT", "/api/admin/prompts/1": "DELETE"}


def restart(site, **settings):
    assert site.deployment.stop()
    site.installation.configure(**settings)
    site.deployment.start()


def cors_headers(answer):
    return [name for name in answer.headers
            if name.lower().startswith("access-control-")]


def test_without_the_setting_no_origin_is_allowed(site):
    for path in PATHS:
        answer = site.client.request("OPTIONS", path, headers=PREFLIGHT)
        assert cors_headers(answer) == []
    answer = site.as_role("editor").get("/prompts",
                                        headers={"Origin": ORIGIN})
    assert answer.status == 200
    assert cors_headers(answer) == []


def test_an_allowed_origin_may_ask_and_read(own_site):
    restart(own_site, cors_origins=f"https://other.example.org {ORIGIN}")
    for path, method in PATHS.items():
        # No token: a browser sends none with a preflight.
        answer = own_site.client.request("OPTIONS", path, headers=PREFLIGHT)
        assert answer.status == 204, path
        assert answer.body == b""
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert method in answer.headers["Access-Control-Allow-Methods"]
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert {"authorization", "content-type", "if-match"} <= {
            name.strip() for name in allowed.split(",")}
        assert "Origin" in answer.headers.get_all("Vary")
        assert "Access-Control-Allow-Credentials" not in answer.headers
    # Good answers and bad ones can be read.
    for role, status in (("editor", 200), ("nobody", 401)):
        client = (own_site.as_role(role) if role != "nobody"
                  else own_site.client)
        answer = client.get("/prompts", headers={"Origin": ORIGIN})
        assert answer.status == status
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_other_origins_are_told_nothing(own_site):
    restart(own_site, cors_origins=ORIGIN)
    for origin in ("https://evil.example.org", ORIGIN + ".evil.example.org",
                   ORIGIN[:-1], ORIGIN + "/", "null", "*", "http" + ORIGIN[5:],
                   ORIGIN.upper()):
        answer = own_site.client.request(
            "OPTIONS", "/prompts/1", headers={**PREFLIGHT, "Origin": origin})
        assert cors_headers(answer) == [], origin
        assert answer.status == 405
        answer = own_site.as_role("editor").get("/prompts",
                                                headers={"Origin": origin})
        assert cors_headers(answer) == [], origin
        assert answer.status == 200
        # What a cache keeps for one origin is not for the next.
        assert "Origin" in answer.headers.get_all("Vary")


def test_an_unknown_path_has_no_preflight(own_site):
    restart(own_site, cors_origins=ORIGIN)
    answer = own_site.client.request("OPTIONS", "/nowhere",
                                     headers=PREFLIGHT)
    assert answer.status == 404
    assert "Access-Control-Allow-Methods" not in answer.headers
