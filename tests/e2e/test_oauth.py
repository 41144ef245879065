"""OAuth's token endpoint, and which scopes open which voice routes.

Answers are held against tests/golden/oauth.json.  SCOPED has one row for each
voice route that looks at a token; a route without a row fails a test.
"""

import base64
import fcntl
import itertools
import json
import uuid
from urllib.parse import urlencode

import pytest

import golden

FORM = "application/x-www-form-urlencoded"
BOTH = pytest.mark.parametrize("path", ["/oauth/token", "/voice/oauth/token"])
SCOPES = ("prompts:read", "prompts:write", "prompts:download",
          "prompts:delete")
numbers = itertools.count()


class Key:
    """An API key of the command line: a client by its id and its secret."""

    def __init__(self, site, role="editor", scopes=(), email=None):
        self.site = site
        words = ["token", "create", "--user", email or f"{role}@example.org",
                 "--kind", "key", "--json", "--data",
                 site.installation.data]
        if scopes:
            words += ["--scopes", " ".join(scopes)]
        made = json.loads(site.installation.command(*words))
        self.id, self.secret = made["id"], made["token"]

    def ask(self, path="/oauth/token", body=None, **fields):
        """With credentials in the header."""
        fields = {"grant_type": "client_credentials", **fields}
        return ask(self.site, path, urlencode(fields) if body is None
                   else body, basic(self.id, self.secret))

    def token(self, scope=None):
        answer = self.ask(**({} if scope is None else {"scope": scope}))
        assert answer.status == 200, answer
        return answer.json()["access_token"]


def basic(client_id, secret):
    pair = f"{client_id}:{secret}".encode()
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


def ask(site, path="/oauth/token", body="", headers=(), media_type=FORM):
    if isinstance(body, str):
        body = body.encode()
    return site.client.post(path, body=body, headers={
        "Content-Type": media_type, **dict(headers)})


def check(name, answer):
    golden.check("oauth", name, answer)


@pytest.fixture(name="key")
def make_key(site):
    return Key(site)


# What is given.

@BOTH
def test_a_key_is_given_all_its_scopes(key, path):
    check("all scopes", key.ask(path))
    check("all scopes", key.ask(path + "/"))


@BOTH
def test_credentials_may_stand_in_the_body(site, key, path):
    check("all scopes", ask(site, path, urlencode({
        "grant_type": "client_credentials", "client_id": key.id,
        "client_secret": key.secret})))


def test_a_viewers_key_has_a_viewers_scopes(site):
    check("scopes of a viewer", Key(site, "viewer").ask())


def test_scopes_may_be_fewer_and_are_told_in_their_order(key):
    check("scopes asked for", key.ask(scope="prompts:delete prompts:read"))


@pytest.mark.parametrize("body", [
    "grant_type=client_credentials&scope=",
    "grant_type=client_credentials&client_secret=&client_id=",
    "grant%5Ftype=client%5fcredentials",
    "&grant_type=client_credentials&&audience=x&resource&",
])
def test_empty_and_unknown_parameters_count_as_absent(key, body):
    check("all scopes", key.ask(body=body))


def test_the_id_may_be_repeated_in_the_body(key):
    check("all scopes", key.ask(client_id=key.id))


def test_the_scheme_is_named_in_any_case(site, key):
    header = basic(key.id, key.secret)["Authorization"]
    check("all scopes", ask(
        site, body="grant_type=client_credentials",
        headers={"Authorization": header.replace("Basic", "bASIC")}))


def test_header_credentials_are_form_encoded(site, key):
    encoded = basic(key.id.replace("-", "%2D"),
                    key.secret.replace("_", "%5f"))
    check("all scopes", ask(site, body="grant_type=client_credentials",
                            headers=encoded))


def test_the_charset_of_a_form_is_no_other_type(site, key):
    check("all scopes", ask(
        site, body="grant_type=client_credentials",
        headers=basic(key.id, key.secret),
        media_type="Application/X-WWW-form-urlencoded; charset=UTF-8"))


def test_every_token_is_another_and_all_hold(site, key):
    tokens = {key.token() for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        assert site.client.get(f"/voice/prompts/{uuid.uuid4()}",
                               token=token).status == 404


# What is refused.

@BOTH
@pytest.mark.parametrize("body", ["", "scope=prompts:read", "grant_type=",
                                  "grant_type", "Grant_Type=x",
                                  "grant_type=" + "x" * 256])
def test_a_grant_type_is_wanted(key, path, body):
    check("grant type missing", key.ask(path, body=body))


@pytest.mark.parametrize("grant_type", [
    "password", "refresh_token", "authorization_code", "Client_Credentials",
    "client_credentials ", "urn:ietf:params:oauth:grant-type:jwt-bearer"])
def test_other_grants_are_none_of_ours(key, grant_type):
    check("grant type unknown", key.ask(grant_type=grant_type))


@pytest.mark.parametrize("scope", [
    "prompts:all", "admin", "prompts:read  prompts:write", " prompts:read",
    "prompts:read ", "prompts:read\tprompts:write", "prompts:read,admin",
    "PROMPTS:READ", "*"])
def test_unknown_and_ill_formed_scopes_are_refused(key, scope):
    check("scope refused", key.ask(scope=scope))


@pytest.mark.parametrize("role, scopes, wanted", [
    ("viewer", (), "prompts:write"),
    ("viewer", (), "prompts:read prompts:delete"),
    ("editor", ["prompts:read"], "prompts:download"),
    ("editor", ["prompts:delete"], "prompts:write"),
    ("admin", ["admin", "prompts:read"], "admin"),
])
def test_more_than_the_key_has_is_refused(site, role, scopes, wanted):
    check("scope refused", Key(site, role, scopes).ask(scope=wanted))


def test_a_key_of_a_writer_may_ask_to_delete_only(site):
    answer = Key(site, "editor", ["prompts:write"]).ask(scope="prompts:delete")
    assert answer.json()["scope"] == "prompts:delete"


def test_a_key_without_any_scope_is_given_nothing(site):
    for role, scopes in (("admin", ["admin"]), ("viewer", ["prompts:write"])):
        check("client refused", Key(site, role, scopes).ask())
    email = f"{uuid.uuid4()}@example.org"
    site.installation.add_user(email, "member", "correct horse battery")
    check("client refused", Key(site, email=email).ask())
    check("client refused", Key(site, email=email).ask(scope="prompts:read"))


@BOTH
def test_a_client_must_name_itself(site, path):
    for body in ("grant_type=client_credentials",
                 "grant_type=client_credentials&client_id=x",
                 "grant_type=client_credentials&client_secret=x"):
        check("client missing", ask(site, path, body))


def test_credentials_in_the_query_are_not_looked_at(site, key):
    query = urlencode({"client_id": key.id, "client_secret": key.secret})
    check("client missing", ask(site, "/oauth/token?" + query,
                                "grant_type=client_credentials"))


def test_unknown_clients_are_refused_alike(site, key):
    other = Key(site)
    session = site.tokens["editor"]
    access = key.token()
    for client, secret in (
            (key.id, other.secret), (other.id, key.secret),
            (key.id, key.secret[:-1]), (key.id, key.secret + "0"),
            (key.id, ""), ("", key.secret), ("", ""),
            (str(uuid.uuid4()), key.secret), (key.id, "ak_" + "0" * 64),
            (key.id, session), (key.id, access), (key.id.upper(), key.secret)):
        check("client unknown", ask(site, body="grant_type=client_credentials",
                                    headers=basic(client, secret)))


@pytest.mark.parametrize("credentials", [
    "", " ", "%", "Og==", "===", "YTpi=", "YTpi ", " YTpi", "YTpjZA=", "YTpjZA", "YTpjZB==", "YT pi", "YTpi.YTpi", "YW55", "YTpi/",
    "_-_-", base64.b64encode(b"a:b\0c").decode(),
    base64.b64encode(b"\0").decode(), base64.b64encode(b"a:%zz").decode(),
    base64.b64encode(b"%00:b").decode(), base64.b64encode(b"a:%").decode(),
    base64.b64encode(b"\xff:\xfe").decode(), "A" * 6000])
def test_broken_basic_credentials_are_no_client(site, credentials):
    answer = ask(site, body="grant_type=client_credentials",
                 headers={"Authorization": "Basic " + credentials})
    # A web server trims the header: a bare "Basic" is another scheme.
    name = "client unknown" if credentials.strip() else "scheme unknown"
    check(name, answer)


@pytest.mark.parametrize("header", ["Bearer x", "Digest username=x", "Basic",
                                    "Basicx YTpi", "YTpi"])
def test_other_schemes_are_refused(site, header):
    check("scheme unknown", ask(site, body="grant_type=client_credentials",
                                headers={"Authorization": header}))


def test_two_ways_at_once_are_refused(site, key):
    both = {"client_id": key.id, "client_secret": key.secret}
    check("named twice", key.ask(**both))
    check("named twice", key.ask(client_secret="x"))
    check("named twice", key.ask(client_id=Key(site).id))


@pytest.mark.parametrize("body", [
    b"grant_type=%zz", b"grant_type=client_credentials&x=%zz",
    b"grant_type=client_credentials%", b"grant_type=client_credentials&a=%0",
    b"grant_type=client_credentials%00", b"grant_type=client_credentials\0",
    b"a=\xff&grant_type=client_credentials", b"a=%ff%fe",
    b"grant_type=client_credentials&grant_type=client_credentials",
    b"grant_type=client_credentials&scope=prompts:read&scope=prompts:read",
    b"grant_type=client_credentials&unknown=1&unknown=2",
    b"grant_type=client_credentials&grant%5ftype=password"])
def test_ill_formed_bodies_are_refused(site, key, body):
    check("body ill-formed", key.ask(body=body))
    check("body ill-formed", ask(site, body=body))


def test_long_parameters_and_bodies_are_refused(key):
    for name, size in (("scope", 1025), ("client_id", 256),
                       ("client_secret", 256)):
        check("parameter too long", key.ask(**{name: "x" * size}))
    check("body too large", key.ask(padding="x" * 100_000))


@BOTH
@pytest.mark.parametrize("media_type", [
    "", "application/json", "text/plain", "multipart/form-data; boundary=x",
    "application/x-www-form-urlencodedx"])
def test_only_forms_are_taken(site, key, path, media_type):
    check("media type", ask(site, path, "grant_type=client_credentials",
                            basic(key.id, key.secret), media_type))


@BOTH
def test_other_methods_and_places(site, path):
    check("method refused", site.client.get(path))
    check("route unknown", site.client.get("/oauth/authorize"))


def test_a_long_query_is_refused(site):
    if not site.is_lighttpd:
        pytest.skip("Apache takes no line that long")
    check("query too long", site.client.get("/oauth/token?" + "x" * 8200))


def test_a_locked_database_is_a_503(own_site):
    key = Key(own_site)
    [lock] = own_site.installation.data.glob("*.lock")
    with open(lock, "rb+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        check("busy", key.ask())
    check("all scopes", key.ask())


# What becomes of a token.

def test_tokens_are_recorded_and_their_secrets_never(site, key):
    query = site.installation.query
    token = key.token("prompts:read")
    [[made]] = query("SELECT id FROM access_token WHERE key_id = ?", [key.id])
    [[actor, kind, token_id, family, changes]] = query(
        "SELECT actor_id, actor_kind, token_id, family, changes"
        " FROM audit_log WHERE entity = 'access_token' AND entity_id = ?",
        [made])
    [[owner]] = query("SELECT user_id FROM token WHERE id = ?", [key.id])
    assert (actor, kind, token_id, family) == (owner, "key", key.id, "oauth")
    created = json.loads(changes)["created"]
    assert (created["digest"], created["scopes"]) == ("changed",
                                                      "prompts:read")
    assert created["expires_at"] - created["created_at"] == 3_600_000
    for secret in (token, key.secret):
        bare = secret.partition("_")[2]
        assert bare not in site.installation.logs()
        for file in site.installation.data.rglob("*"):
            assert file.is_dir() or bare.encode() not in file.read_bytes()


def test_what_a_token_did_names_its_key(site, key):
    answer = site.client.post("/voice/prompts-requests", {},
                              token=key.token("prompts:write"))
    assert answer.status == 201
    rows = site.installation.query(
        "SELECT actor_kind, token_id FROM audit_log"
        " WHERE entity = 'upload_request' AND entity_id = ?",
        [answer.json()["id"]])
    assert rows == [["key", key.id]]


def refused(site, token):
    answer = site.client.get(f"/voice/prompts/{uuid.uuid4()}", token=token)
    golden.check("voice", "token invalid", answer)
    return answer


def test_a_tokens_hour_ends(site, key):
    token = key.token()
    query = site.installation.query
    trigger = "access_token_before_update_refuse"
    [[text]] = query("SELECT sql FROM sqlite_schema WHERE name = ?",
                     [trigger])
    query(f"DROP TRIGGER {trigger}")
    query("UPDATE access_token SET expires_at = 1 WHERE key_id = ?", [key.id])
    query(text)
    refused(site, token)
    key.token()
    assert query("SELECT count(*) FROM access_token WHERE key_id = ?",
                 [key.id]) == [[1]]


class Organisation:
    """The admin's own, with a key that the API made."""

    def __init__(self, site):
        self.site = site
        self.admin = site.as_role("admin")
        [team] = self.admin.get("/v1/me/teams").json()["teams"]
        self.team, self.id = team["id"], team["org_id"]

    def key(self, operation="all", **more):
        made = self.admin.post("/v1/api-keys", {
            "name": f"client {next(numbers)}", "org_id": self.id,
            "operation": operation, **more})
        assert made.status == 201, made
        made = made.json()
        key = Key.__new__(Key)
        key.site, key.id, key.secret = self.site, made["id"], made["key"]
        return key


def test_a_revoked_keys_tokens_die_at_once(site):
    home = Organisation(site)
    key = home.key()
    token = key.token()
    assert site.client.post("/voice/prompts-requests", {},
                            token=token).status == 201
    assert home.admin.delete(f"/v1/api-keys/{key.id}").status == 204
    refused(site, token)
    check("client unknown", key.ask())
    rows = site.installation.query(
        "SELECT action, actor_kind FROM audit_log"
        " WHERE entity = 'access_token'"
        " AND changes LIKE '%' || ? || '%' ORDER BY seq", [key.id])
    assert rows == [["CREATE", "key"], ["DELETE", "user"]]


def test_a_renewed_keys_tokens_die_at_once(site):
    home = Organisation(site)
    key = home.key()
    token = key.token()
    renewed = home.admin.post(f"/v1/api-keys/{key.id}/regenerate", body=b"")
    assert renewed.status == 200, renewed
    refused(site, token)
    check("client unknown", key.ask())
    key.secret = renewed.json()["key"]
    check("all scopes", key.ask())


def test_a_keys_operation_bounds_its_scopes(site):
    home = Organisation(site)
    check("scopes of a viewer", home.key("read_render").ask())
    check("all scopes", home.key("admin").ask())
    key = home.key("all")
    token = key.token()
    assert home.admin.put(f"/v1/api-keys/{key.id}",
                          {"name": "renamed"}).status == 200
    assert site.client.post("/voice/prompts-requests", {},
                            token=token).status == 201
    assert home.admin.put(f"/v1/api-keys/{key.id}",
                          {"operation": "read_render"}).status == 200
    refused(site, token)


def test_a_key_that_is_bound_to_teams_is_given_nothing(site):
    home = Organisation(site)
    check("client refused", home.key(team_ids=[home.team]).ask())


# Which scope opens what.

def to_prompt():
    return {"id": str(uuid.uuid4()), "flow": "f"}, None


def to_body():
    return {"id": str(uuid.uuid4()), "flow": "f"}, {}


# The scope that a route wants, and what makes a request that gets past the
# door: the path's parameters and the body.
SCOPED = {
    "POST /voice/prompts-requests": ("prompts:write", to_body),
    "POST /prompts-requests": ("prompts:write", to_body),
    "POST /voice/prompts": ("prompts:write", to_body),
    "GET /voice/prompts/:id": ("prompts:read", to_prompt),
    "PUT /voice/prompts/:id": ("prompts:write", to_body),
    "PUT /prompts/:id": ("prompts:write", to_body),
    "GET /voice/prompts": ("prompts:read", to_prompt),
    "GET /voice/prompts-usage": ("prompts:read", to_prompt),
    "GET /voice/prompts/:id/flows": ("prompts:read", to_prompt),
    "PATCH /voice/prompts/:id": ("prompts:write", to_body),
    "DELETE /voice/prompts/:id": ("prompts:delete", to_prompt),
    "GET /voice/prompts/:id/download-link": ("prompts:download", to_prompt),
}

# No scope opens these: they are for admins, and for tokens without a list.
FOR_ADMINS = {"PUT /voice/prompts/:id/flows/:flow": to_body,
              "DELETE /voice/prompts/:id/flows/:flow": to_prompt}

# No token is looked at: a signature in the link says who may.
UNSCOPED = {"PUT /voice/uploads/:request", "POST /voice/uploads/:request",
            "GET /voice/downloads/:asset"}

# What each list opens; the role bounds it.
LISTS = [list(some) for size in (1, 2, 4)
         for some in itertools.combinations(SCOPES, size)]
OF_ROLE = {"admin": set(SCOPES), "editor": set(SCOPES),
           "viewer": {"prompts:read", "prompts:download"}, "member": set()}


def opens(scopes, wanted):
    return wanted in scopes or (wanted == "prompts:delete"
                                and "prompts:write" in scopes)


def voice_routes(site):
    for line in site.installation.command("routes").splitlines():
        family, method, path = line.split()[:3]
        if family == "voice":
            yield f"{method} {path}"


def test_every_voice_route_has_its_row(site):
    assert set(voice_routes(site)) == \
        set(SCOPED) | set(FOR_ADMINS) | UNSCOPED


def send(site, route, token, make=None):
    method, path = route.split(" ")
    values, body = (make or SCOPED[route][1])()
    for name, value in values.items():
        path = path.replace(f":{name}", value)
    more = {} if body is None else {"json": body}
    return site.client.request(method, path, token=token, **more)


def assert_door(site, token, has):
    """Each route lets this token in just when one of its scopes is had."""
    for route, (wanted, _) in SCOPED.items():
        answer = send(site, route, token)
        told = answer.headers["WWW-Authenticate"]
        if opens(has, wanted):
            assert answer.status not in (401, 403), (route, has, answer)
            assert told is None
        else:
            assert answer.status == 403, (route, has, answer)
            assert answer.json()["code"] == "forbidden"
            assert told == ('Bearer error="insufficient_scope",'
                            f' scope="{wanted}"'), route


@pytest.fixture(name="people", scope="module")
def make_people():
    return {}


def email_of(site, people, role):
    if role != "member":
        return f"{role}@example.org"
    if site not in people:
        people[site] = f"{uuid.uuid4()}@example.org"
        site.installation.add_user(people[site], role, "correct horse")
    return people[site]


@pytest.mark.parametrize("role", OF_ROLE)
def test_keys_open_what_their_scopes_say(site, people, role):
    email = email_of(site, people, role)
    for scopes in [[], *LISTS]:
        key = site.installation.create_token(email, "key", scopes)
        assert_door(site, key, OF_ROLE[role] & (set(scopes or SCOPES)))


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_access_tokens_open_what_was_asked_for(site, role):
    key = Key(site, role)
    for scopes in LISTS:
        if set(scopes) <= OF_ROLE[role]:
            assert_door(site, key.token(" ".join(scopes)), set(scopes))


@pytest.mark.parametrize("operation, has", [
    ("read_render", {"prompts:read", "prompts:download"}),
    ("all", set(SCOPES)), ("admin", set(SCOPES))])
def test_an_organisations_keys_have_scopes_by_their_operation(
        site, operation, has):
    key = Organisation(site).key(operation)
    assert_door(site, key.secret, has)
    assert_door(site, key.token(), has)


@pytest.mark.parametrize("route", FOR_ADMINS)
def test_no_scope_makes_an_admin(site, route):
    admin = Key(site, "admin")

    def status(token):
        return send(site, route, token, FOR_ADMINS[route]).status

    for token in (admin.token(), Key(site, "editor").secret,
                  Key(site, "admin", SCOPES).secret,
                  Organisation(site).key("all").secret):
        assert status(token) == 403
    assert status(None) == 401
    for token in (admin.secret, Key(site, "admin", ["admin"]).secret):
        assert status(token) in (400, 404)


def test_without_a_valid_token_the_scope_is_told(site):
    for route, (wanted, _) in SCOPED.items():
        for token, error in ((None, ""),
                             ("at_" + "0" * 64, 'error="invalid_token", '),
                             ("x", 'error="invalid_token", ')):
            answer = send(site, route, token)
            assert answer.status == 401, route
            assert answer.headers["WWW-Authenticate"] == \
                f'Bearer {error}scope="{wanted}"', route


def test_access_tokens_open_the_voice_family_only(site, key):
    token = key.token()
    for path in ("/prompts", "/search?q=x", "/v1/me/teams",
                 f"/api/admin/prompts/{uuid.uuid4()}"):
        assert site.client.get(path, token=token).status == 401, path
