"""JSON Web Tokens: who is let in by one, as whom, and to what.

The tokens are signed here, by Python and by openssl; the forgeries that need
no server are in tests/unit/test_jwt.c.
"""

import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

import golden
from conftest import Site
from deployment import account

ISSUER = "https://id.example.org/pool/"
AUDIENCE = "ledger"
SECRET = b"a secret of just 32 bytes or so!"
SETTINGS = """\
jwt_keys = {keys}
jwt_issuer = https://id.example.org/pool/
jwt_audience = ledger
jwt_groups_claim = cognito:groups
"""
ROLES = "jwt_roles = Prompt staff=editor, bosses = admin,guests=viewer\n"
PROMPT = {"title": "Greeting", "content": "Hello", "model": "m"}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, text=b""):
    return subprocess.run(["openssl", *map(str, words)], input=text,
                          capture_output=True, check=True, timeout=60).stdout


class Issuer:
    """Somebody who signs tokens, and publishes his keys in a file."""

    def __init__(self, directory):
        self.directory = directory
        self.rsa, self.ec = directory / "rsa.pem", directory / "ec.pem"
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
                "rsa_keygen_bits:2048", "-out", self.rsa)
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-out", self.ec)

    def rsa_jwk(self):
        modulus = openssl("rsa", "-in", self.rsa, "-noout", "-modulus")
        number = bytes.fromhex(modulus.decode().strip().split("=")[1])
        return {"kty": "RSA", "kid": "rsa", "alg": "RS256", "use": "sig",
                "n": encode(number), "e": "AQAB"}

    def ec_jwk(self):
        point = openssl("pkey", "-in", self.ec, "-pubout", "-outform",
                        "DER")[-64:]
        return {"kty": "EC", "kid": "ec", "crv": "P-256",
                "x": encode(point[:32]), "y": encode(point[32:])}

    def secret_jwk(self, secret=SECRET, kid="secret"):
        return {"kty": "oct", "kid": kid, "k": encode(secret)}

    def hs256(self, text, secret=SECRET):
        return hmac.new(secret, text, hashlib.sha256).digest()

    def rs256(self, text):
        return openssl("dgst", "-sha256", "-sign", self.rsa, text=text)

    def es256(self, text):
        der = openssl("dgst", "-sha256", "-sign", self.ec, text=text)
        first = 4 + der[3]
        return b"".join(part[-32:].rjust(32, b"\0") for part in
                        (der[4:first], der[first + 2:]))


def claims_of(person, **more):
    """What a usual token says; None takes a claim away."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": f"sub of {person}",
              "email": person, "iat": int(time.time()),
              "exp": int(time.time()) + 600, **more}
    return {name: value for name, value in claims.items()
            if value is not None}


def sign(claims, by, **header):
    header = {"alg": "HS256", "kid": "secret", "typ": "JWT", **header}
    text = b".".join(encode(json.dumps(part).encode()).encode()
                     for part in (header, claims))
    return text.decode() + "." + encode(by(text))


def write_keys(site, keys):
    """As one who publishes keys does: a new file in the old one's place."""
    path = site.installation.data / "jwks.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"keys": keys}))
    new.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(new, *account())
    new.rename(path)
    return path


def configure(site, text):
    site.deployment.stop()
    site.installation.configure(**dict(
        line.split(" = ", 1) for line in text.splitlines()))
    site.deployment.start()


@pytest.fixture(name="issuer", scope="session")
def make_issuer(tmp_path_factory):
    return Issuer(tmp_path_factory.mktemp("issuer"))


def open_site(name, issuer, settings=""):
    site = Site(name)
    path = write_keys(site, [issuer.secret_jwk(), issuer.rsa_jwk(),
                             issuer.ec_jwk()])
    configure(site, SETTINGS.format(keys=path) + settings)
    return site


@pytest.fixture(name="site", scope="session")
def make_site(request, issuer):
    """Without a mapping: roles are the users' own."""
    opened = open_site(request.param, issuer)
    yield opened
    opened.close()


@pytest.fixture(name="mapped", scope="module")
def make_mapped_site(issuer):
    opened = open_site("lighttpd-external", issuer, ROLES)
    yield opened
    opened.close()


def new_user(site, role="editor"):
    email = f"{uuid.uuid4()}@example.org"
    site.installation.add_user(email, role, "correct horse battery")
    return email


# Who is let in.

@pytest.mark.parametrize("algorithm, kid", [
    ("HS256", "secret"), ("RS256", "rsa"), ("ES256", "ec")])
def test_each_algorithm_lets_in(site, issuer, algorithm, kid):
    token = sign(claims_of(new_user(site)), getattr(issuer, algorithm.lower()),
                 alg=algorithm, kid=kid)
    assert site.client.get("/prompts", token=token).status == 200


FAMILIES = {
    "promptcrafter": ("/prompts", 200),
    "px0": ("/v1/me/teams", 200),
    "voice": (f"/voice/prompts/{uuid.uuid4()}", 404),
    "admin": (f"/api/admin/prompts/{uuid.uuid4()}", 404),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_knows_the_caller(site, issuer, family):
    path, status = FAMILIES[family]
    token = sign(claims_of(new_user(site, "admin")), issuer.hs256)
    assert site.client.get(path, token=token).status == status


def test_px0_opens_the_teams_of_the_user(site, issuer):
    token = sign(claims_of(new_user(site)), issuer.hs256)
    client = site.client.with_token(token)
    [team] = client.get("/v1/me/teams").json()["teams"]
    made = client.post("/v1/projects", {
        "team_id": team["id"], "name": f"Project {uuid.uuid4()}"})
    assert made.status in (201, 403), made
    assert site.as_role("editor").post("/v1/projects", {
        "team_id": team["id"],
        "name": f"Project {uuid.uuid4()}"}).status == made.status


def bad_tokens(issuer, email):
    """Each is wrong in one way, and right in every other."""
    now = int(time.time())
    good = claims_of(email)

    def claim(**more):
        return sign(claims_of(email, **more), issuer.hs256)

    def by_public_key(text):
        pem = openssl("pkey", "-in", issuer.rsa, "-pubout")
        return issuer.hs256(text, pem)

    text = sign(good, issuer.hs256)
    head, body, signature = text.split(".")
    return {
        "alg none": sign(good, lambda _: b"", alg="none"),
        "alg none with a signature": sign(good, issuer.hs256, alg="none"),
        "RSA key as secret": sign(good, by_public_key, kid="rsa"),
        "HS256 named RS256": sign(good, issuer.hs256, alg="RS256"),
        "RS256 named HS256": sign(good, issuer.rs256, alg="HS256"),
        "unknown kid": sign(good, issuer.hs256, kid="other"),
        "another secret": sign(good, lambda t: issuer.hs256(t, SECRET * 2)),
        "expired": claim(exp=now - 61, iat=now - 600),
        "no exp": claim(exp=None),
        "exp of text": claim(exp=str(now + 600)),
        "future nbf": claim(nbf=now + 120),
        "future iat": claim(iat=now + 120),
        "wrong audience": claim(aud="other"),
        "no audience": claim(aud=None),
        "wrong issuer": claim(iss="https://id.example.org/pool"),
        "no issuer": claim(iss=None),
        "no subject": claim(sub=None),
        "crit": sign(good, issuer.hs256, crit=["exp"]),
        "padding": text + "=",
        "broken base64": f"{head}.{body[:-1]}*.{signature}",
        "a bit too many": f"{head}.{body}.{signature[:-1]}"
                          f"{chr(ord(signature[-1]) + 1)}",
        "two parts": f"{head}.{body}",
        "four parts": text + ".e30",
        "nothing but dots": "..",
        "duplicate claims": ".".join((head, encode(
            json.dumps(good)[:-1].encode() + b',"sub":"eve"}'), signature)),
    }


def test_forgeries_are_401_in_each_familys_own_form(site, issuer):
    email = new_user(site, "admin")
    for path, _ in FAMILIES.values():
        unknown = site.client.get(path, token="ak_" + "0" * 64)
        assert unknown.status == 401
        for name, token in bad_tokens(issuer, email).items():
            answer = site.client.get(path, token=token)
            assert answer.status == 401, (name, path, answer)
            told = answer.json()
            if "timestamp" in told:
                assert told.keys() == unknown.json().keys()
            else:
                assert told == unknown.json(), (name, path)
            assert answer.headers["WWW-Authenticate"] == \
                unknown.headers["WWW-Authenticate"]
    rows = site.installation.query(
        "SELECT count(*) FROM jwt_subject WHERE subject LIKE ?",
        [f"%{email}"])
    assert rows == [[0]]


def test_voice_answers_a_forgery_as_its_golden_file_says(site, issuer):
    for token in bad_tokens(issuer, new_user(site)).values():
        golden.check("voice", "token invalid", site.client.get(
            f"/voice/prompts/{uuid.uuid4()}", token=token))


def test_a_token_of_9_kib_is_refused(site, issuer):
    """By the program, or by a web server that takes no such header."""
    email = new_user(site)
    fits = sign(claims_of(email, x="x" * 5000), issuer.hs256)
    assert site.client.get("/prompts", token=fits).status == 200
    long = sign(claims_of(email, x="x" * 6900), issuer.hs256)
    assert 9 * 1024 < len(long)
    assert site.client.get("/prompts", token=long).status in (400, 401, 431)


def test_a_clock_may_be_a_little_off(site, issuer):
    now = int(time.time())
    token = sign(claims_of(new_user(site), exp=now - 20, iat=now + 20,
                           nbf=now + 20), issuer.hs256)
    assert site.client.get("/prompts", token=token).status == 200


# As whom.

def subject_rows(site, email):
    return site.installation.query(
        "SELECT s.id, s.issuer, s.subject, u.email FROM jwt_subject AS s"
        " JOIN user AS u ON u.id = s.user_id WHERE s.subject = ?",
        [f"sub of {email}"])


def test_the_audit_log_names_user_and_subject(site, issuer):
    email = new_user(site)
    token = sign(claims_of(email), issuer.hs256)
    made = site.client.post("/prompts", PROMPT, token=token)
    assert made.status == 201, made
    [[subject, issued_by, _, linked]] = subject_rows(site, email)
    assert (issued_by, linked) == (ISSUER, email)
    [[actor, kind, token_id]] = site.installation.query(
        "SELECT u.email, a.actor_kind, a.token_id FROM audit_log AS a"
        " JOIN user AS u ON u.id = a.actor_id"
        " WHERE a.entity = 'prompt' AND a.prompt_id = ?",
        [made.json()["_id"]])
    assert (actor, kind, token_id) == (email, "user", subject)
    [[family, who]] = site.installation.query(
        "SELECT a.family, u.email FROM audit_log AS a"
        " JOIN user AS u ON u.id = a.actor_id"
        " WHERE a.entity = 'jwt_subject' AND a.entity_id = ?", [subject])
    assert (family, who) == ("jwt", email)
    bare = token.rpartition(".")[2]
    assert bare not in site.installation.logs()


def test_first_requests_at_once_link_a_subject_once(site, issuer):
    email = new_user(site)
    token = sign(claims_of(email), issuer.hs256)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda _: site.client.get("/prompts", token=token), range(8)))
    assert [answer.status for answer in answers] == [200] * 8
    assert len(subject_rows(site, email)) == 1


def test_a_linked_subject_keeps_its_user(site, issuer):
    email, other = new_user(site), new_user(site)
    token = sign(claims_of(email), issuer.hs256)
    made = site.client.post("/prompts", PROMPT, token=token).json()
    for more in ({"email": other}, {"email": None}, {"email": 7},
                 {"email_verified": False}):
        later = sign(claims_of(email, **more), issuer.hs256)
        read = site.client.get(f"/prompts/{made['_id']}", token=later)
        assert read.status == 200 and read.json()["ownerId"] == \
            made["ownerId"]


@pytest.mark.parametrize("more", [
    {"email": None}, {"email": 7}, {"email": "x"}, {"email": ""},
    {"email": "nobody@example.org"}, {"email_verified": False},
    {"email_verified": "true"}])
def test_a_new_subject_must_be_somebody(site, issuer, more):
    email = new_user(site)
    token = sign(claims_of(email, **more), issuer.hs256)
    assert site.client.get("/prompts", token=token).status == 401
    assert subject_rows(site, email) == []


def test_a_verified_address_in_another_case_is_the_same(site, issuer):
    email = new_user(site)
    token = sign(claims_of(email, email=email.upper(), email_verified=True),
                 issuer.hs256)
    assert site.client.get("/prompts", token=token).status == 200


def test_who_registered_openly_is_never_linked(site, issuer):
    """He may have given an address that is not his."""
    email = f"{uuid.uuid4()}@example.org"
    made = site.client.post("/v1/auth/register", {
        "email": email, "password": "Secret-99"})
    assert made.status == 201, made
    token = sign(claims_of(email), issuer.hs256)
    assert site.client.get("/prompts", token=token).status == 401


def test_a_deleted_users_tokens_are_refused(site, issuer):
    email = new_user(site)
    token = sign(claims_of(email), issuer.hs256)
    assert site.client.get("/prompts", token=token).status == 200
    own = site.client.with_token(site.installation.create_token(email))
    assert own.delete("/v1/auth/me").status == 204
    assert site.client.get("/prompts", token=token).status == 401
    assert subject_rows(site, email) == []


def test_a_token_is_no_session(site, issuer):
    token = sign(claims_of(new_user(site)), issuer.hs256)
    answer = site.client.get("/v1/auth/sessions", token=token)
    assert answer.status == 401


# To what.

# What four requests answer: read, write, voice's read, admin.
READ, WRITE, VOICE, ADMIN = range(4)


def reach(site, token):
    client = site.client.with_token(token)
    answers = [client.get("/prompts"), client.post("/prompts", PROMPT),
               client.get(f"/voice/prompts/{uuid.uuid4()}"),
               client.get(f"/api/admin/prompts/{uuid.uuid4()}")]
    assert all(answer.status in (200, 201, 403, 404) for answer in answers)
    return {number for number, answer in enumerate(answers)
            if answer.status != 403}


ALL = {READ, WRITE, VOICE, ADMIN}


@pytest.mark.parametrize("role, more, allowed", [
    ("admin", {}, ALL),
    ("editor", {}, {READ, WRITE, VOICE}),
    ("viewer", {}, {READ, WRITE, VOICE}),
    ("admin", {"cognito:groups": ["guests"]}, ALL),
    # A scope claim that names none of ours is about something else.
    ("admin", {"scope": "openid profile"}, {READ, WRITE, ADMIN}),
    ("admin", {"scope": ""}, {READ, WRITE, ADMIN}),
    ("admin", {"scope": 7}, {READ, WRITE, ADMIN}),
    ("admin", {"scope": "openid prompts:read"}, {READ, VOICE}),
    ("admin", {"scope": "prompts:write"}, {READ, WRITE}),
    ("admin", {"scp": ["prompts:read", "prompts:write"]},
     {READ, WRITE, VOICE}),
    ("admin", {"scope": "prompts:download", "scp": ["prompts:read"]},
     {READ}),
    ("admin", {"scope": "admin"}, {READ, WRITE, ADMIN}),
    ("viewer", {"scope": "prompts:read prompts:write admin"},
     {READ, WRITE, VOICE}),
])
def test_scopes_and_the_users_own_role_bound_a_token(
        site, issuer, role, more, allowed):
    token = sign(claims_of(new_user(site, role), **more), issuer.hs256)
    assert reach(site, token) == allowed


@pytest.mark.parametrize("role, groups, allowed", [
    ("admin", None, {READ, WRITE}),
    ("admin", [], {READ, WRITE}),
    ("admin", ["others", "Prompt", "staff", "BOSSES"], {READ, WRITE}),
    ("viewer", ["bosses"], ALL),
    ("admin", ["Prompt staff"], {READ, WRITE, VOICE}),
    ("admin", ["guests", "others"], {READ, WRITE, VOICE}),
    ("viewer", ["guests", "bosses"], ALL),
    ("viewer", "guests bosses", ALL),
    ("admin", [["bosses"], {"bosses": 1}, None], {READ, WRITE}),
])
def test_groups_decide_the_role_where_they_are_mapped(
        mapped, issuer, role, groups, allowed):
    token = sign(claims_of(new_user(mapped, role),
                           **{"cognito:groups": groups}), issuer.hs256)
    assert reach(mapped, token) == allowed


def test_a_mapped_viewer_may_not_write_voice_prompts(mapped, issuer):
    token = sign(claims_of(new_user(mapped, "admin"),
                           **{"cognito:groups": ["guests"]}), issuer.hs256)
    golden.check("voice", "scope missing", mapped.client.post(
        "/voice/prompts-requests", {}, token=token))


# The keys.

def test_the_file_is_read_again_when_it_changes(own_site, issuer):
    site = own_site
    path = write_keys(site, [issuer.secret_jwk(kid="old")])
    configure(site, SETTINGS.format(keys=path))
    email = new_user(site)
    new_secret = b"another secret of just 32 bytes!"

    def ask(kid, secret):
        token = sign(claims_of(email), lambda t: issuer.hs256(t, secret),
                     kid=kid)
        return site.client.get("/prompts", token=token).status

    assert (ask("old", SECRET), ask("new", new_secret)) == (200, 401)
    write_keys(site, [issuer.secret_jwk(new_secret, "new")])
    assert (ask("old", SECRET), ask("new", new_secret)) == (401, 200)
    # What cannot be used changes nothing, and is told once.
    path.write_text("{")
    assert [ask("new", new_secret) for _ in range(3)] == [200] * 3
    path.unlink()
    assert ask("new", new_secret) == 200
    assert site.installation.logs().count("event=jwt_keys_kept") == 1
    write_keys(site, [issuer.secret_jwk(kid="old")])
    assert (ask("old", SECRET), ask("new", new_secret)) == (200, 401)


@pytest.mark.parametrize("settings, reason", [
    ("jwt_keys = {keys}\n", "jwt_issuer and jwt_audience"),
    (SETTINGS + "jwt_roles = staff\n", "jwt_roles"),
    (SETTINGS + "jwt_roles = staff=king\n", "jwt_roles"),
    (SETTINGS + "jwt_roles = =admin\n", "jwt_roles"),
    (SETTINGS.replace("{keys}", "/nowhere/jwks.json"), "No such file"),
    (SETTINGS.replace("{keys}", "{open}"), "others than its owner"),
    (SETTINGS.replace("{keys}", "{empty}"), "neither PEM nor"),
], ids=lambda value: value[-20:])
def test_settings_that_make_no_sense_serve_nothing(
        site, issuer, settings, reason, tmp_path_factory):
    """Asked as a plain CGI program, which reads its settings each time."""
    files = {name: tmp_path_factory.mktemp("keys") / name
             for name in ("keys", "open", "empty", "conf")}
    for name in ("keys", "open"):
        files[name].write_text(json.dumps({"keys": [issuer.secret_jwk()]}))
    files["keys"].chmod(0o600)
    files["open"].chmod(0o640)
    files["empty"].touch()
    files["conf"].write_text(settings.format(**files))
    done = subprocess.run(
        [site.installation.program], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
        env={**site.installation.environment(
            PROMPTLEDGER_CONFIG=str(files["conf"]),
            PROMPTLEDGER_DATA=str(files["conf"].parent / "data")),
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "", "PATH_INFO": "/prompts"})
    assert done.stdout.startswith("Status: 503"), done
    assert reason in done.stderr


# jwt issue

def issue(site, *words):
    return site.installation.run_command(
        "jwt", "issue", *words, "--data", site.installation.data)


def test_issued_tokens_are_taken(site):
    email = new_user(site)
    done = issue(site, "--user", email, "--scopes", "prompts:read",
                 "--group", "guests", "--minutes", "5", "--kid", "secret")
    assert (done.returncode, done.stderr) == (0, "")
    token = done.stdout.strip()
    assert reach(site, token) == {READ, VOICE}
    claims = json.loads(base64.urlsafe_b64decode(
        token.split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == 300
    assert claims["cognito:groups"] == ["guests"]
    assert (claims["iss"], claims["aud"]) == (ISSUER, AUDIENCE)


def test_a_public_key_issues_nothing(site):
    done = issue(site, "--user", "ada@example.org", "--kid", "rsa")
    assert (done.returncode, done.stdout) == (1, "")
    assert "a private key or a secret signs" in done.stderr


def test_a_private_key_in_pem_issues_what_the_key_set_verifies(
        site, issuer):
    key = site.installation.data / "rsa.pem"
    shutil.copy(issuer.rsa, key)
    key.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(key, *account())
    done = issue(site, "--user", new_user(site), "--key", key)
    assert (done.returncode, done.stderr) == (0, "")
    # It has no kid, and several keys are known here.
    token = done.stdout.strip()
    assert site.client.get("/prompts", token=token).status == 401


@pytest.mark.parametrize("words, text", [
    ([], "--user wants"),
    (["--user", "ada"], "--user wants"),
    (["--user", "ada@example.org", "--minutes", "0"], "--minutes"),
    (["--user", "ada@example.org", "--minutes", "1441"], "--minutes"),
    (["--user", "ada@example.org", "--minutes", "x"], "--minutes"),
    (["--user", "ada@example.org", "--scopes", "all"], "--scopes"),
    (["--user", "ada@example.org", "more"], "too many arguments"),
])
def test_jwt_issue_called_wrongly_says_so(site, words, text):
    done = issue(site, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr
    assert "usage: promptledger jwt issue" in done.stderr
