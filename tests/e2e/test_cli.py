"""The command line, which scripts rely on, and the demonstration.

Standard output and exit status are the contract: 0 done, 1 failed, 2 called
wrongly.  Whatever is served here is served by `promptledger serve`.
"""

import fcntl
import hashlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

from client import Client, read_raw_answer
from conftest import PASSWORD, ROLES
from deployment import (SEARCH_PATH, SOURCE, START_S, Installation,
                        as_account, children, free_port, is_running,
                        wait_until)

END_S = 8
DEMO_S = 60
NO_PROMPT = "00000000-0000-7000-8000-000000000000"
PROMPT = {"title": "Greeting", "content": "Say hello.", "model": "gpt-4"}

FORMS = """\
promptledger init [--data DIR]
promptledger user add --email E [--name N] [--role admin|editor|viewer|member]\
 [--password-stdin] [--data DIR] [--json]
promptledger user list [--json] [--data DIR]
promptledger user role [--data DIR] EMAIL admin|editor|viewer|member
promptledger user password [--data DIR] EMAIL
promptledger token create --user E [--kind session|key] [--scopes LIST]\
 [--data DIR] [--json]
promptledger token list [--user E] [--json] [--data DIR]
promptledger token revoke [--data DIR] ID
promptledger jwt issue --user E [--key FILE] [--kid K] [--group G]...\
 [--scopes LIST] [--minutes N] [--data DIR]
promptledger serve [--listen 127.0.0.1:8080] [--data DIR] [--threads N]
promptledger audit verify [--head FILE] [--json] [--data DIR]
promptledger audit head [--json] [--data DIR]
promptledger audit show [--entity E] [--id ID] [--prompt ID] [--actor ID]\
 [--action A] [--family F] [--since T] [--until T] [--limit N]\
 [--oldest-first] [--json] [--data DIR]
promptledger audit sign [--force] [--data DIR]
promptledger backup [--force] [--json] [--data DIR] FILE
promptledger restore [--force] [--json] [--data DIR] FILE
promptledger doctor [--sweep] [--url URL [--token T]] [--json] [--data DIR]
promptledger config [--data DIR] [--json]
promptledger routes
promptledger version
promptledger help
""".splitlines()

# Copies a data directory and writes to the copy past all triggers.
TAMPER = """
import shutil, sqlite3, sys
source, target, *statements = sys.argv[1:]
shutil.copytree(source, target)
with sqlite3.connect(target + "/promptledger.db") as database:
    for (name,) in database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            " AND tbl_name = 'audit_log'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert database.execute(statement).rowcount == 1, statement
"""


class Serving:
    """`promptledger serve` in a process group of its own, like under a
    shell."""

    def __init__(self, installation, *words, port=None):
        self.port = free_port() if port is None else port
        self.output = installation.run / f"serve-{self.port}.log"
        with open(self.output, "wb") as log:
            self.process = subprocess.Popen(
                [installation.program, "serve", "--listen",
                 f"127.0.0.1:{self.port}", "--data", installation.data,
                 *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=installation.environment(), cwd=installation.run,
                start_new_session=True, **as_account())
        wait_until(self._serves_or_ended, START_S, "the start of serve")
        assert self.process.poll() is None, self.output.read_text()
        self.client = Client(self.port)
        self.family = [self.process.pid, *children(self.process.pid)]
        self.files = run_directories(self.family)

    def _serves_or_ended(self):
        said = self.output.read_text()
        return (f"serves on http://127.0.0.1:{self.port}" in said
                or self.process.poll() is not None)

    def responder(self):
        [directory] = self.files
        program = os.fsencode(directory / "promptledger.fcgi")
        [pid] = [pid for pid in self.family
                 if command_line(pid).split(b"\0")[0] == program]
        return pid

    def end(self, number):
        """Ctrl-C reaches the whole group, a supervisor's SIGTERM only us."""
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def assert_ends_cleanly(self, since):
        status = self.process.wait(START_S)
        assert time.monotonic() - since < END_S
        assert status == 0, self.output.read_text()
        assert not any(map(is_running, self.family))
        assert self.files
        assert not any(directory.exists() for directory in self.files)

    def stop(self):
        for pid in [self.process.pid, *children(self.process.pid)]:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(START_S)


def command_line(pid):
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def run_directories(pids):
    """Where these processes have their configuration and their sockets."""
    found = set()
    for pid in pids:
        for word in command_line(pid).split(b"\0"):
            if word.endswith(b"/lighttpd.conf"):
                found.add(Path(os.fsdecode(word)).parent)
    return found


@pytest.fixture
def here():
    """An installation without a server."""
    made = Installation()
    yield made
    made.remove()


@pytest.fixture
def serve(here):
    """Starts servers on `here`, and sees that none outlives the test."""
    started = []

    def start(*words, **more):
        started.append(Serving(here, *words, **more))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def served():
    """A server with one user of each role, for many tests."""
    installation = Installation()
    for role in (*ROLES, "member"):
        installation.add_user(f"{role}@example.org", role, PASSWORD)
    server = Serving(installation)
    server.installation = installation
    yield server
    since = time.monotonic()
    server.end(signal.SIGTERM)
    server.assert_ends_cleanly(since)
    installation.check_integrity()
    installation.remove()


def run(installation, *words, text="", **environment):
    """A command as an operator types it, before the web server's account
    may change anything: status, output, errors."""
    return subprocess.run(
        [installation.program, *words], input=text, text=True, timeout=60,
        capture_output=True, cwd=installation.run, check=False, umask=0,
        env=installation.environment(**environment), **as_account())


def assert_fails_plainly(done, status, *texts):
    """Nothing on standard output, and one short text for a person."""
    assert done.returncode == status, done
    assert done.stdout == ""
    for text in texts:
        assert text in done.stderr
    assert len(done.stderr.splitlines()) <= 2, done.stderr


def modes(directory):
    return {path.relative_to(directory).as_posix():
            oct(path.stat().st_mode & 0o7777)
            for path in [directory, *directory.rglob("*")]}


# init

def test_init_makes_everything_for_its_owner_only(here):
    data = here.run / "a" / "b" / "data"
    done = run(here, "init", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    assert str(data) in done.stdout
    made = modes(data)
    assert {"promptledger.db", "keys", "keys/link.key"} < set(made)
    for name, mode in made.items():
        wanted = "0o700" if (data / name).is_dir() else "0o600"
        assert mode == wanted, name


def test_init_again_changes_nothing(here):
    key = (here.data / "keys" / "link.key").read_bytes()
    rows = here.query("SELECT seq, hash IS NULL FROM audit_log")
    assert run(here, "init", "--data", here.data).returncode == 0
    assert (here.data / "keys" / "link.key").read_bytes() == key
    assert here.query("SELECT seq, hash IS NULL FROM audit_log") == rows


def test_data_directory_may_come_from_the_environment(here):
    data = here.run / "elsewhere"
    assert run(here, "init", PROMPTLEDGER_DATA=str(data)).returncode == 0
    assert (data / "promptledger.db").exists()


def test_relative_data_directory_is_below_the_working_directory(here):
    assert run(here, "init", "--data", "near").returncode == 0
    assert (here.run / "near" / "promptledger.db").exists()


def test_init_where_nothing_can_be_made_fails_plainly(here):
    assert_fails_plainly(run(here, "init", "--data", "/proc/nowhere"), 1,
                         "cannot open the data directory",
                         "the data directory cannot be made")


# user add

def add_user(installation, email, *words, text=""):
    return run(installation, "user", "add", "--email", email, *words,
               "--data", installation.data, text=text)


def membership(installation, email):
    """(organisation, team, role in the team) of each membership."""
    return installation.query(
        "SELECT t.organisation_id, t.id, m.role FROM membership AS m"
        " JOIN team AS t ON t.id = m.team_id"
        " JOIN user AS u ON u.id = m.user_id WHERE u.email = ?", [email])


def test_operators_join_the_installations_team_with_the_same_role(here):
    [home] = here.query("SELECT organisation_id, team_id FROM installation")
    for role in ROLES:
        email = f"{role}@example.org"
        assert add_user(here, email, "--role", role).returncode == 0
        assert membership(here, email) == [[*home, role]]


@pytest.mark.parametrize("words", [(), ("--role", "member")])
def test_members_get_an_organisation_and_a_team_of_their_own(here, words):
    [home] = here.query("SELECT organisation_id, team_id FROM installation")
    seen = [tuple(home)]
    for email in ("ada@example.org", "grace@example.org"):
        assert add_user(here, email, *words).returncode == 0
        [[organisation, team, role]] = membership(here, email)
        assert role == "admin"
        assert all(organisation != other[0] and team != other[1]
                   for other in seen)
        seen.append((organisation, team))
    assert here.query("SELECT DISTINCT role FROM user") == [["member"]]


def test_user_add_prints_the_user_as_json(here):
    done = add_user(here, "ada@example.org", "--name", 'Ada "L" Ünal',
                    "--role", "editor", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    [[user_id]] = here.query("SELECT id FROM user")
    assert json.loads(done.stdout) == {
        "id": user_id, "email": "ada@example.org", "name": 'Ada "L" Ünal',
        "role": "editor"}
    assert done.stdout.count("\n") == 1


def test_user_add_without_json_is_a_sentence_with_the_address(here):
    done = add_user(here, "ada@example.org", "--role", "viewer")
    assert "ada@example.org is viewer" in done.stdout


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.org"])
def test_address_that_is_taken_is_refused(here, email):
    assert add_user(here, "ada@example.org").returncode == 0
    rows = here.query("SELECT COUNT(*) FROM audit_log")
    assert_fails_plainly(
        add_user(here, email, "--role", "admin"), 1,
        "there is a user with this address already")
    assert here.query("SELECT COUNT(*) FROM user") == [[1]]
    assert here.query("SELECT COUNT(*) FROM audit_log") == rows


@pytest.mark.parametrize("words, text", [
    (["--email", "ada@example.org", "--role", "owner"], "--role is admin"),
    (["--email", "ada@example.org", "--role", ""], "--role is admin"),
    (["--email", "ada"], "--email wants an e-mail address"),
    ([], "--email wants an e-mail address"),
    (["--email", "ada@example.org", "more"], "too many arguments"),
    (["--email", "ada@example.org", "--colour", "red"], "--colour"),
    (["--email", "ada@example.org", "--password-stdin"], "8 characters"),
])
def test_user_add_called_wrongly_says_so_and_adds_nobody(here, words, text):
    done = run(here, "user", "add", *words, "--data", here.data,
               text="2short\n")
    assert_fails_plainly(done, 2, text, "usage: promptledger user add")
    assert here.query("SELECT COUNT(*) FROM user") == [[0]]


def test_password_from_standard_input_logs_in(served):
    for role in ("admin", "member"):
        answer = served.client.post("/auth/login", {
            "email": f"{role}@example.org", "password": PASSWORD})
        assert answer.status == 200
        token = answer.json()["token"]
        assert served.client.get("/prompts", token=token).status == 200
    wrong = served.client.post("/auth/login", {
        "email": "admin@example.org", "password": PASSWORD + "\n"})
    assert wrong.status == 401


def test_user_without_password_cannot_log_in(served):
    email = f"{uuid.uuid4()}@example.org"
    assert add_user(served.installation, email).returncode == 0
    answer = served.client.post("/auth/login", {"email": email,
                                                "password": PASSWORD})
    assert answer.status == 401


def test_password_is_stored_as_argon2id_only(served):
    hashes = served.installation.query(
        "SELECT password_hash FROM user WHERE email = 'admin@example.org'")
    assert hashes[0][0].startswith("$argon2id$")
    assert_nowhere_in_the_data(served.installation, PASSWORD)


# token create

def assert_nowhere_in_the_data(installation, secret):
    for file in installation.data.rglob("*"):
        assert file.is_dir() or secret.encode() not in file.read_bytes(), file


def create_token(installation, email, *words):
    return run(installation, "token", "create", "--user", email, *words,
               "--data", installation.data)


@pytest.mark.parametrize("words, pattern, kind", [
    ([], r"sess_[0-9a-f]{64}", "session"),
    (["--kind", "session"], r"sess_[0-9a-f]{64}", "session"),
    (["--kind", "key"], r"ak_[0-9a-f]{64}", "key"),
])
def test_token_is_printed_once_and_stored_as_its_digest(
        served, words, pattern, kind):
    here = served.installation
    done = create_token(here, "editor@example.org", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(pattern + "\n", done.stdout)
    token = done.stdout.strip()
    digest = hashlib.sha256(token.encode()).hexdigest().upper()
    [[stored, lasts]] = here.query(
        "SELECT kind, expires_at - created_at FROM token"
        " WHERE hex(digest) = ?", [digest])
    assert stored == kind
    assert lasts == (24 * 3600 * 1000 if kind == "session" else None)
    assert served.client.get("/prompts", token=token).status == 200
    assert_nowhere_in_the_data(here, token)
    assert_nowhere_in_the_data(here, token.partition("_")[2])


@pytest.mark.parametrize("kind", ["session", "key"])
def test_token_as_json_has_its_id(served, kind):
    done = create_token(served.installation, "editor@example.org", "--json",
                        "--kind", kind)
    made = json.loads(done.stdout)
    token = made["token"]
    assert done.stdout == '{"id":"%s","token":"%s"}\n' % (made["id"], token)
    assert served.installation.query(
        "SELECT id FROM token WHERE hex(digest) = ?",
        [hashlib.sha256(token.encode()).hexdigest().upper()]) == [[made["id"]]]
    assert served.client.get("/prompts", token=token).status == 200


# What four requests answer to a token: read, write, voice's read, admin.
READ, WRITE, VOICE, ADMIN = range(4)


def reach(client):
    answers = [client.get("/prompts"),
               client.post("/prompts", PROMPT),
               client.get("/voice/prompts/" + NO_PROMPT),
               client.get("/api/admin/prompts/" + NO_PROMPT)]
    assert all(answer.status in (200, 201, 403, 404) for answer in answers)
    return {number for number, answer in enumerate(answers)
            if answer.status != 403}


@pytest.mark.parametrize("role, scopes, allowed", [
    ("admin", [], {READ, WRITE, VOICE, ADMIN}),
    ("admin", ["prompts:read"], {READ, VOICE}),
    ("admin", ["prompts:download"], {READ}),
    ("admin", ["prompts:write"], {READ, WRITE}),
    ("admin", ["prompts:read", "prompts:write"], {READ, WRITE, VOICE}),
    ("admin", ["prompts:read", "admin"], {READ, WRITE, VOICE, ADMIN}),
    ("admin", ["admin"], {READ, WRITE, ADMIN}),
    ("editor", ["prompts:read", "admin"], {READ, WRITE, VOICE}),
    ("member", ["prompts:read", "admin"], {READ, WRITE}),
])
def test_scopes_limit_a_token_and_never_widen_its_users_role(
        served, role, scopes, allowed):
    token = served.installation.create_token(f"{role}@example.org", "key",
                                             scopes)
    assert reach(served.client.with_token(token)) == allowed
    stored = served.installation.query(
        "SELECT scopes FROM token WHERE hex(digest) = ?",
        [hashlib.sha256(token.encode()).hexdigest().upper()])
    assert stored == [[" ".join(scopes) or None]]


def test_scope_to_read_voice_prompts_is_no_scope_to_write_them(served):
    token = served.installation.create_token("admin@example.org", "session",
                                             ["prompts:read"])
    answer = served.client.post("/voice/prompts-requests", {}, token=token)
    assert answer.status == 403
    assert "prompts:write" in answer.headers["WWW-Authenticate"]


def test_token_for_an_unknown_user_is_refused(here):
    assert_fails_plainly(create_token(here, "nobody@example.org"), 1,
                         "there is no user with this address")
    assert here.query("SELECT COUNT(*) FROM token") == [[0]]


def test_token_from_a_directory_without_database_makes_none(here):
    data = here.run / "mistyped"
    done = run(here, "token", "create", "--user", "ada@example.org",
               "--data", data)
    assert_fails_plainly(done, 1, f"there is no database in {data}")
    assert not data.exists()


@pytest.mark.parametrize("words, text", [
    (["--user", "ada@example.org", "--kind", "cookie"], "--kind is session"),
    (["--user", "ada@example.org", "--scopes", "all"], "--scopes is a list"),
    (["--user", "ada@example.org", "--scopes", ""], "--scopes is a list"),
    (["--user", "ada@example.org", "--scopes", "prompts:read "],
     "--scopes is a list"),
    (["--user", "ada@example.org", "--scopes", "prompts:read,admin"],
     "--scopes is a list"),
    (["--user", "ada@example.org", "more"], "too many arguments"),
    (["--json"], "--user wants"),
])
def test_token_create_called_wrongly_says_so(here, words, text):
    add_user(here, "ada@example.org")
    done = run(here, "token", "create", *words, "--data", here.data)
    assert_fails_plainly(done, 2, text, "usage: promptledger token create")
    assert here.query("SELECT COUNT(*) FROM token") == [[0]]


# audit verify

def test_audit_verify_tells_rows_and_head(here):
    add_user(here, "ada@example.org")
    [[rows, head]] = here.query(
        "SELECT seq, lower(hex(hash)) FROM audit_log ORDER BY seq DESC"
        " LIMIT 1")
    done = run(here, "audit", "verify", "--data", here.data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"ok: {rows} rows, head {head}\n"


@pytest.mark.parametrize("statement, broken", [
    ("UPDATE audit_log SET actor_id = 'mallory' WHERE seq = 5", 5),
    ("UPDATE audit_log SET changes = '{}' WHERE seq = 4", 4),
    ("UPDATE audit_log SET at = at + 1 WHERE seq = 3", 3),
    ("UPDATE audit_log SET hash = zeroblob(32) WHERE seq = 2", 2),
    ("UPDATE audit_log SET seq = 1000 WHERE seq = 5", 6),
    ("DELETE FROM audit_log WHERE seq = 4", 5),
    ("DELETE FROM audit_log WHERE seq = 1", 2),
])
def test_audit_verify_names_the_first_row_that_is_broken(
        here, statement, broken):
    for email in ("ada@example.org", "grace@example.org"):
        add_user(here, email)
    copy = here.run / "copy"
    # A second change, further on, does not hide the first.
    later = "UPDATE audit_log SET action = 'x' WHERE seq = 8"
    subprocess.run([sys.executable, "-c", TAMPER, here.data, copy, later,
                    statement], check=True, cwd=here.run, timeout=60,
                   **as_account())
    done = run(here, "audit", "verify", "--data", copy)
    assert done.returncode == 1
    assert re.match(rf"broken at row {broken}: .+\n", done.stdout), done
    assert run(here, "audit", "verify", "--data", here.data).returncode == 0


def test_audit_verify_makes_no_data_where_there_is_none(here):
    data = here.run / "mistyped"
    assert_fails_plainly(run(here, "audit", "verify", "--data", data), 1,
                         f"there is no database in {data}")
    assert not data.exists()


# config

def test_config_tells_values_and_sources_in_the_form_of_the_file(here):
    file = here.data / "promptledger.conf"
    file.write_text("# one\nthreads = 4\nsignup = closed\n")
    file.chmod(0o644)
    done = run(here, "config", "--data", here.data, PROMPTLEDGER_LOG="off")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"# {file}:2\nthreads = 4\n" in done.stdout
    assert f"# {file}:3\nsignup = closed\n" in done.stdout
    assert "# environment\nlog = off\n" in done.stdout
    assert "# default\nlock_ms = 5000\n" in done.stdout
    assert f"# data = {here.data}\n" in done.stdout
    # What it prints is a file that it reads, and that changes nothing.
    file.write_text(done.stdout)
    again = run(here, "config", "--data", here.data)
    values = [line for line in done.stdout.splitlines() if " = " in line]
    assert values == [line for line in again.stdout.splitlines()
                      if " = " in line]


def test_config_for_scripts_is_json_and_opens_no_data(here):
    data = here.run / "nowhere"
    done = run(here, "config", "--json", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    settings = json.loads(done.stdout)
    assert settings["data"] == {"value": str(data), "source": "--data"}
    assert settings["threads"] == {"value": "16", "source": "default"}
    assert not data.exists()


@pytest.mark.parametrize("text, line, wrong", [
    ("threads = 4\nthread = 4\n", 2, "unknown setting thread"),
    ("\n\nthreads = many\n", 3, "threads: a number from 1 to 256"),
    ("signup = maybe\n", 1, "signup: one of these is wanted: open closed"),
])
def test_config_names_file_and_line_of_what_is_wrong(here, text, line, wrong):
    file = here.data / "promptledger.conf"
    file.write_text(text)
    file.chmod(0o644)
    for command in (["config"], ["audit", "verify"]):
        done = run(here, *command, "--data", here.data)
        assert_fails_plainly(done, 1, f"{file}:{line}: {wrong}")


# routes, version, help, and what is no command

def test_routes_lists_the_core_operations_with_their_families(here):
    done = run(here, "routes")
    assert (done.returncode, done.stderr) == (0, "")
    listed = {tuple(line.split()[:3]) for line in done.stdout.splitlines()}
    assert {("promptcrafter", "PATCH", "/prompts/:id"),
            ("px0", "PUT", "/v1/prompts/:prompt/payloads/:payload"),
            ("voice", "PUT", "/voice/prompts/:id"),
            ("voice", "PUT", "/prompts/:id"),
            ("admin", "DELETE", "/api/admin/prompts/:id")} <= listed
    assert len(listed) == len(done.stdout.splitlines())


@pytest.mark.parametrize("word", ["version", "--version"])
def test_version_is_one_line(here, word):
    done = run(here, word)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"promptledger \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("words", [["help"], ["--help"], ["-h"], []])
def test_help_lists_every_command_in_its_exact_form(here, words):
    done = run(here, *words)
    assert (done.returncode, done.stderr) == (0, "")
    listed = [line.strip() for line in done.stdout.splitlines()
              if line.startswith("  promptledger ")]
    assert [form for form in listed if form in FORMS] == FORMS
    assert "PROMPTLEDGER_THREADS=16\n" in done.stdout


@pytest.mark.parametrize("words", [
    ["frobnicate"], ["audit"], ["user"], ["token", "burn"], [""], ["--data"]])
def test_unknown_command_points_to_help(here, words):
    done = run(here, *words)
    assert_fails_plainly(done, 2, "no command", "promptledger help")


@pytest.mark.parametrize("command", ["init", "audit verify", "routes",
                                     "config", "version", "help", "serve"])
def test_argument_too_many_is_called_wrongly(here, command):
    done = run(here, *command.split(), "more")
    assert_fails_plainly(done, 2, "too many arguments",
                         f"usage: promptledger {command}")


def test_setting_without_sense_stops_a_command(here):
    done = run(here, "audit", "verify", "--data", here.data,
               PROMPTLEDGER_THREADS="many")
    assert_fails_plainly(done, 1, "PROMPTLEDGER_threads")


# serve

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_until_it_is_told_to_end(serve, number):
    server = serve()
    assert server.client.get("/api/health").status == 200
    assert server.client.get("/prompts").status == 401
    since = time.monotonic()
    server.end(number)
    server.assert_ends_cleanly(since)


def test_serve_ends_when_its_group_and_itself_are_told_again(serve):
    server = serve()
    since = time.monotonic()
    server.end(signal.SIGINT)
    server.end(signal.SIGTERM)
    server.assert_ends_cleanly(since)


def half_of_a_post(server, token):
    """A peer that has sent a head and a part of its body; and the rest."""
    body = json.dumps(PROMPT).encode()
    peer = socket.create_connection(("127.0.0.1", server.port),
                                    timeout=START_S)
    peer.sendall(b"POST /prompts HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Type: application/json\r\n"
                 b"Authorization: Bearer " + token.encode()
                 + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:9])
    # What was sent before is read before: the other request's answer says
    # that this one has arrived.
    assert server.client.get("/api/health").status == 200
    return peer, body[9:]


def new_token(installation):
    installation.add_user("ada@example.org", "editor", PASSWORD)
    return installation.create_token("ada@example.org")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_request_under_way_is_answered_before_serve_ends(
        here, serve, number):
    token = new_token(here)
    server = serve()
    peer, rest = half_of_a_post(server, token)
    since = time.monotonic()
    with peer:
        server.end(number)
        wait_until(lambda: "graceful" in server.output.read_text(), END_S,
                   "lighttpd's knowledge of its end")
        peer.sendall(rest)
        assert read_raw_answer(peer, b"POST").status == 201
    server.assert_ends_cleanly(since)
    assert here.query("SELECT COUNT(*) FROM prompt") == [[1]]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_client_that_never_finishes_does_not_keep_serve(here, serve, number):
    server = serve()
    peer, _ = half_of_a_post(server, new_token(here))
    since = time.monotonic()
    with peer:
        server.end(number)
        server.assert_ends_cleanly(since)
    assert here.query("SELECT COUNT(*) FROM prompt") == [[0]]


def test_write_that_waits_for_the_lock_does_not_keep_serve(here, serve):
    person = serve().client.with_token(new_token(here))
    server = serve()
    with open(here.data / "promptledger.lock", "r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        writer = threading.Thread(target=post_in_vain, args=(
            Client(server.port, person.token),))
        writer.start()
        wait_until(lambda: holds_connection(server.responder()), START_S,
                   "the write at the responder")
        since = time.monotonic()
        server.end(signal.SIGTERM)
        server.assert_ends_cleanly(since)
        writer.join(START_S)
    assert not writer.is_alive()
    assert here.query("SELECT COUNT(*) FROM prompt") == [[0]]
    here.check_integrity()
    assert person.post("/prompts", PROMPT).status == 201


def post_in_vain(client):
    try:
        assert client.post("/prompts", PROMPT).status >= 500
    except OSError:
        pass


def holds_connection(pid):
    """Has it a socket besides the one that it listens on?"""
    links = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(link.startswith("socket:") for link in links) > 1


def test_serve_on_a_port_in_use_fails_plainly_and_leaves_nothing(here):
    before = set(Path("/tmp").glob("promptledger-??????"))
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = "127.0.0.1:%d" % taken.getsockname()[1]
        done = run(here, "serve", "--listen", listen, "--data", here.data)
    assert_fails_plainly(done, 1, f"cannot listen on {listen}",
                         "Address already in use")
    ours = [directory for directory in Path("/tmp").glob(
                "promptledger-??????")
            if directory not in before and refers_to(directory, here)]
    assert ours == []


def refers_to(directory, installation):
    """Does a directory of `serve` belong to this installation?"""
    try:
        return os.readlink(directory / "promptledger.fcgi") == str(
            installation.program)
    except OSError:
        return False


def test_serve_starts_as_many_workers_as_asked(serve):
    for threads in (1, 5):
        server = serve("--threads", str(threads))
        tasks = Path(f"/proc/{server.responder()}/task")
        wait_until(lambda: len(list(tasks.iterdir())) == 1 + threads,
                   START_S, f"{threads} workers and the main thread")
        assert server.client.get("/api/health").status == 200


@pytest.mark.parametrize("words, text", [
    (["--threads", "0"], "--threads is a number"),
    (["--threads", "257"], "--threads is a number"),
    (["--threads", "two"], "--threads is a number"),
    (["--listen", "8080"], "--listen is an address and a port"),
    (["--listen", "127.0.0.1:"], "--listen is an address and a port"),
    (["--listen", "127.0.0.1:65536"], "--listen is an address and a port"),
    (["--listen", "example.org:8080"], "--listen is an address and a port"),
    (["--listen", "[127.0.0.1.1]:80"], "--listen is an address and a port"),
    (["--listen", ":8080"], "--listen is an address and a port"),
])
def test_serve_called_wrongly_says_so(here, words, text):
    done = run(here, "serve", *words, "--data", here.data)
    assert_fails_plainly(done, 2, text, "usage: promptledger serve")


def test_serve_links_to_where_it_listens(here, serve):
    token = new_token(here)
    server = serve()
    answer = server.client.post("/voice/prompts-requests", {}, token=token)
    href = answer.json()["_links"]["upload_link"]["href"]
    assert href.startswith(f"http://127.0.0.1:{server.port}/voice/uploads/")


# The demonstration: what `make run` starts once everything is built.

class Demo:
    def __init__(self, directory, data, port, *words):
        self.output = directory / "demo.log"
        with open(self.output, "wb") as log:
            self.process = subprocess.Popen(
                [SOURCE / "tests" / "demo" / "run.sh", *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, cwd="/",
                env={"PATH": SEARCH_PATH, "HOME": str(directory),
                     "LANG": "C.UTF-8", "PROMPTLEDGER_DATA": str(data),
                     "LISTEN": f"127.0.0.1:{port}"})

    @property
    def text(self):
        return self.output.read_text(errors="replace")

    def wait_serving(self):
        wait_until(lambda: "\nServing on " in self.text
                   or self.process.poll() is not None, DEMO_S, "the demo")
        assert self.process.poll() is None, self.text

    def shown(self):
        """(method, path without ids, status) of what it carried out."""
        shown = re.findall(
            r"^(PATCH|PUT|DELETE|GET) (\S+).*\n  (\d+)", self.text, re.M)
        return [(method, re.sub(r"[0-9a-f-]{36}", "ID", path), int(status))
                for method, path, status in shown]

    def lines_to_paste(self):
        return re.findall(r"^curl .*$", self.text, re.M)


@pytest.fixture
def demo(tmp_path):
    started = []

    def start(*words):
        started.append(Demo(tmp_path, tmp_path / "data", free_port(), *words))
        return started[-1]

    yield start
    for one in started:
        for pid in [one.process.pid, *children(one.process.pid)]:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
        one.process.wait(START_S)


CORE_OPERATIONS = [
    ("PATCH", "/prompts/ID", 200),
    ("PUT", "/v1/prompts/ID/payloads/ID", 200),
    ("PUT", "/voice/prompts/ID", 201),
    ("DELETE", "/api/admin/prompts/ID?version=1", 204),
    ("DELETE", "/api/admin/prompts/ID", 204),
    ("GET", "/api/admin/prompts/ID/history", 200),
]


def paste(line):
    """Run a line as it was printed, in a shell; the status it got."""
    done = subprocess.run(
        ["sh", "-c", line + " -s -o /dev/null -w '%{http_code}'"], text=True,
        capture_output=True, timeout=60, check=True,
        env={"PATH": SEARCH_PATH})
    return int(done.stdout)


def test_demo_carries_out_the_core_operations_again_and_again(demo):
    for _ in range(2):
        once = demo("1")
        assert once.process.wait(DEMO_S) == 0, once.text
        assert once.shown() == CORE_OPERATIONS
        assert len(once.lines_to_paste()) == 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_every_line_of_the_demo_can_be_pasted_until_it_ends(demo, number):
    serving = demo()
    serving.wait_serving()
    assert serving.shown() == CORE_OPERATIONS
    assert [paste(line) for line in serving.lines_to_paste()] == [
        200, 200, 201, 204]
    family = [serving.process.pid, *children(serving.process.pid)]
    assert len(family) == 4  # the shell, serve, lighttpd, the responder
    files = run_directories(family)
    since = time.monotonic()
    if number == signal.SIGINT:
        os.killpg(serving.process.pid, number)
    else:
        serving.process.send_signal(number)
    assert serving.process.wait(START_S) == 0, serving.text
    assert time.monotonic() - since < END_S
    assert not any(map(is_running, family))
    assert files
    assert not any(directory.exists() for directory in files)


def test_demo_makes_an_admin_an_editor_and_a_dozen_prompts(demo, tmp_path):
    assert demo("1").process.wait(DEMO_S) == 0
    listed = subprocess.run(
        [SOURCE / "build" / "promptledger", "audit", "verify", "--data",
         tmp_path / "data"], capture_output=True, timeout=60, check=False)
    assert listed.returncode == 0
    database = sqlite3.connect(tmp_path / "data" / "promptledger.db")
    try:
        roles = database.execute("SELECT role FROM user ORDER BY 1")
        assert roles.fetchall() == [("admin",), ("editor",)]
        samples = database.execute(
            "SELECT COUNT(*) FROM prompt WHERE tags = '[\"sample\"]'")
        assert samples.fetchall() == [(12,)]
    finally:
        database.close()
