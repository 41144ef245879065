"""The commands by which an operator looks after users: `user list`, `user
role`, `user password`.

What they change is seen where it matters, in the answers of a running
deployment; what they refuse leaves not a single row in the audit log; and
the log that they leave behind holds.
"""

import os
import pty
import re
import signal
import subprocess
import termios
import uuid

import pytest

from conftest import PASSWORD
from deployment import Installation, as_account, wait_until
from people import (NEW_PASSWORD, NO_PROMPT, PATIENCE_S, PROMPT, add,
                    assert_refused, lines, log_end, log_rows, new_token, run)


@pytest.fixture
def here():
    """An installation without a server, whose log must hold at the end."""
    made = Installation()
    yield made
    made.check_integrity()
    made.remove()


def role_of(installation, email):
    [[role]] = installation.query(
        "SELECT role FROM user WHERE email = ?", [email])
    return role


def teams_of(installation, email):
    """{team: role in it}"""
    return dict(installation.query(
        "SELECT m.team_id, m.role FROM membership AS m"
        " JOIN user AS u ON u.id = m.user_id WHERE u.email = ?", [email]))


def installations_team(installation):
    return installation.query("SELECT team_id FROM installation")[0][0]


# user list

def test_users_are_listed_by_address_as_a_table(here):
    ids = {email: add(here, email, role, "--name", name)
           for email, role, name in (
               ("zoe@example.org", "viewer", "Zoë"),
               ("Ada.Lovelace@example.org", "admin", "Ada Lovelace"),
               ("bob@example.org", "member", "Bob"))}
    run(here, "user", "password", "bob@example.org", text=NEW_PASSWORD)
    done = run(here, "user", "list")
    assert (done.returncode, done.stderr) == (0, "")
    heading, *rows = done.stdout.splitlines()
    assert re.split("  +", heading) == [
        "ID", "ROLE", "PASSWORD", "CREATED", "EMAIL", "NAME"]
    today = here.query("SELECT date(created_at / 1000, 'unixepoch')"
                       " FROM user ORDER BY email_key")
    assert [re.split("  +", row) for row in rows] == [
        [ids[email], role, password, day, email, name]
        for (email, role, password, name), [day] in zip((
            ("Ada.Lovelace@example.org", "admin", "no", "Ada Lovelace"),
            ("bob@example.org", "member", "yes", "Bob"),
            ("zoe@example.org", "viewer", "no", "Zoë")), today)]
    for title in ("ROLE", "EMAIL", "NAME"):
        column = heading.index(title)
        assert all(row[column - 1] == " " != row[column] for row in rows)


def test_users_are_listed_as_one_object_a_line(here):
    user_id = add(here, "ada@example.org", "editor", "--name", "Ada")
    [user] = lines(run(here, "user", "list", "--json"))
    created_at = user.pop("created_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created_at)
    assert user == {"id": user_id, "email": "ada@example.org", "name": "Ada",
                    "role": "editor", "has_password": False}
    run(here, "user", "password", "ada@example.org", text=NEW_PASSWORD)
    done = run(here, "user", "list", "--json")
    assert lines(done)[0]["has_password"] is True
    assert "argon" not in done.stdout


def test_lists_of_nothing_are_a_heading_or_no_line(here):
    for kind in ("user", "token"):
        assert len(run(here, kind, "list").stdout.splitlines()) == 1
        assert lines(run(here, kind, "list", "--json")) == []


def test_no_name_steers_the_terminal_or_looks_like_another_row(here):
    name = "\x1b[2Jx\nadmin\t\u202eoot\u0085\u2028" + "\u00a0y z"
    add(here, "ada@example.org", "member", "--name", name)
    [_, row] = run(here, "user", "list").stdout.splitlines()
    assert row.endswith("  ?[2Jx?admin??oot???y z")
    [user] = lines(run(here, "user", "list", "--json"))
    assert user["name"] == name


def test_user_who_deleted_himself_is_listed_no_more(site):
    person = site.new_person()
    assert person.post("/prompts", PROMPT).status == 201
    [user_id] = [row[0] for row in site.installation.query(
        "SELECT user_id FROM token ORDER BY created_at DESC LIMIT 1")]
    listed = lines(run(site.installation, "user", "list", "--json"))
    [email] = [user["email"] for user in listed if user["id"] == user_id]
    assert person.delete("/v1/auth/me").status == 204
    listed = lines(run(site.installation, "user", "list", "--json"))
    assert email not in [user["email"] for user in listed]
    after = log_end(site.installation)
    for address in (email, f"deleted {user_id}"):
        done = run(site.installation, "user", "role", address, "admin")
        assert done.returncode in (1, 2) and done.stdout == ""
    assert log_end(site.installation) == after


# user role

# What three requests answer to a token, by its user's role: voice's read and
# write, the admin family.
VOICE_READ, VOICE_WRITE, ADMIN = range(3)
REACH = {"admin": {VOICE_READ, VOICE_WRITE, ADMIN},
         "editor": {VOICE_READ, VOICE_WRITE},
         "viewer": {VOICE_READ}, "member": set()}


def reach(client):
    answers = [client.get("/voice/prompts/" + NO_PROMPT),
               client.post("/voice/prompts-requests", {}),
               client.get("/api/admin/prompts/" + NO_PROMPT)]
    assert all(answer.status in (201, 403, 404) for answer in answers)
    return {number for number, answer in enumerate(answers)
            if answer.status != 403}


def test_new_role_holds_from_the_next_request_on(site):
    email = f"{uuid.uuid4()}@example.org"
    add(site.installation, email)
    client = site.client.with_token(new_token(site.installation, email)[1])
    assert reach(client) == REACH["member"]
    for role in ("editor", "admin", "viewer", "member", "admin", "member"):
        done = run(site.installation, "user", "role", email.upper(), role)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{email} is {role} now.\n"
        assert reach(client) == REACH[role], role


def test_operator_who_becomes_viewer_or_member_writes_there_no_more(site):
    email = f"{uuid.uuid4()}@example.org"
    add(site.installation, email, "editor")
    client = site.client.with_token(new_token(site.installation, email)[1])
    team = installations_team(site.installation)
    project = client.get(f"/v1/teams/{team}/projects").json()["projects"][0]
    prompts = f"/v1/projects/{project['id']}/prompts"
    assert client.post(prompts, {"name": email}).status == 201
    run(site.installation, "user", "role", email, "viewer")
    assert client.post(prompts, {"name": email + "2"}).status == 403
    assert client.get(prompts).status == 200
    run(site.installation, "user", "role", email, "member")
    assert client.get(prompts).status == 404
    made = client.post("/prompts", PROMPT)  # into a project of his own
    assert made.status == 201, made
    [[owner]] = site.installation.query(
        "SELECT p.team_id FROM prompt AS r JOIN project AS p"
        " ON p.id = r.project_id WHERE r.id = ?", [made.json()["_id"]])
    assert teams_of(site.installation, email) == {owner: "admin"}


@pytest.mark.parametrize("old", ["admin", "editor", "viewer", "member"])
@pytest.mark.parametrize("new", ["admin", "editor", "viewer", "member"])
def test_role_brings_the_place_in_the_installations_team(here, old, new):
    add(here, "other@example.org", "admin")
    add(here, "ada@example.org", old)
    before, after = teams_of(here, "ada@example.org"), log_end(here)
    assert run(here, "user", "role", "ada@example.org", new).returncode == 0
    now, team = teams_of(here, "ada@example.org"), installations_team(here)
    assert role_of(here, "ada@example.org") == new
    assert now.get(team) == (None if new == "member" else new)
    own = {id: role for id, role in now.items() if id != team}
    if old == "member":
        assert own == before  # stays his
    else:
        assert list(own.values()) == (["admin"] if new == "member" else [])
    rows = log_rows(here, after)
    assert all(row[:2] == ("operator", "cli") for row in rows)
    changed = [(action, changes["role"]) for _, _, entity, action, changes
               in rows if entity == "user"]
    assert changed == ([] if old == new else
                       [("UPDATE", {"old": old, "new": new})])
    if old == new:
        assert rows == []


def test_last_admin_stays_one_and_is_told_why(here):
    add(here, "ada@example.org", "admin")
    add(here, "bob@example.org", "editor")
    for role in ("editor", "viewer", "member"):
        after = log_end(here)
        done = run(here, "user", "role", "ada@example.org", role)
        assert_refused(here, done, 1, "this is the last admin", after=after)
    assert role_of(here, "ada@example.org") == "admin"
    assert run(here, "user", "role", "ada@example.org",
               "admin").returncode == 0
    assert run(here, "user", "role", "bob@example.org",
               "admin").returncode == 0
    assert run(here, "user", "role", "ada@example.org",
               "member").returncode == 0
    after = log_end(here)
    done = run(here, "user", "role", "bob@example.org", "member")
    assert_refused(here, done, 1, "this is the last admin", after=after)


def test_of_two_last_admins_at_once_one_stays(here):
    emails = ["ada@example.org", "bob@example.org"]
    for email in emails:
        add(here, email, "admin")
    both = [subprocess.Popen(
        [here.program, "user", "role", "--data", here.data, email, "viewer"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=here.environment(), cwd=here.run,
        **as_account()) for email in emails]
    for process in both:
        process.communicate(timeout=PATIENCE_S)
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sorted(role_of(here, email) for email in emails) == [
        "admin", "viewer"]


@pytest.mark.parametrize("words, status, text", [
    ([], 2, "an e-mail address and a role are wanted"),
    (["ada@example.org"], 2, "an e-mail address and a role are wanted"),
    (["ada@example.org", "editor", "more"], 2, "an e-mail address and a role"),
    (["ada", "editor"], 2, "the first argument is an e-mail address"),
    (["", "editor"], 2, "the first argument is an e-mail address"),
    (["editor", "ada@example.org"], 2, "the first argument is an e-mail"),
    (["ada@example.org", "owner"], 2, "the role is admin, editor"),
    (["ada@example.org", "Admin"], 2, "the role is admin, editor"),
    (["ada@example.org", "none"], 2, "the role is admin, editor"),
    (["ada@example.org", ""], 2, "the role is admin, editor"),
    (["ada@example.org", "editor", "--json"], 2, "--json"),
    (["nobody@example.org", "editor"], 1, "no user with this address"),
])
def test_user_role_called_wrongly_changes_nothing(here, words, status, text):
    add(here, "ada@example.org", "admin")
    after = log_end(here)
    assert_refused(here, run(here, "user", "role", *words), status, text,
                   after=after)


# user password

def log_in(client, email, password):
    return client.post("/auth/login", {"email": email, "password": password})


def test_new_password_logs_in_the_old_one_no_more_and_sessions_stay(site):
    email = f"{uuid.uuid4()}@example.org"
    site.installation.add_user(email, "member", PASSWORD)
    session = log_in(site.client, email, PASSWORD).json()["token"]
    after = log_end(site.installation)
    done = run(site.installation, "user", "password", email.upper(),
               text=NEW_PASSWORD + "\r\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{email} has a new password.\n"
    assert [row for row in log_rows(site.installation, after)
            if row[1] == "cli"] == [
        ("operator", "cli", "user", "UPDATE",
         {"password_hash": {"old": "changed", "new": "changed"}})]
    assert log_in(site.client, email, PASSWORD).status == 401
    assert log_in(site.client, email, NEW_PASSWORD).status == 200
    # As after px0's POST /v1/auth/me/change-password.
    assert site.client.get("/prompts", token=session).status == 200
    for file in site.installation.data.rglob("*"):
        if file.is_file():
            assert NEW_PASSWORD.encode() not in file.read_bytes(), file


def test_password_of_a_thousand_characters_is_taken_whole(site):
    email = f"{uuid.uuid4()}@example.org"
    add(site.installation, email)
    password = "ü" * 999 + "x"
    assert run(site.installation, "user", "password", email,
               text=password).returncode == 0
    assert log_in(site.client, email, password).status == 200
    assert log_in(site.client, email, password[:-1] + "y").status == 401


@pytest.mark.parametrize("words, text, status, wrong", [
    (["ada@example.org"], "", 2, "8 characters"),
    (["ada@example.org"], "\n" + NEW_PASSWORD, 2, "8 characters"),
    (["ada@example.org"], "2short!\n", 2, "8 characters"),
    (["ada@example.org"], "üüüüüüü\r\n", 2, "8 characters"),
    (["ada@example.org"], "x" * 1001, 2, "8 characters"),
    (["ada@example.org"], "x" * 100_000, 2, "8 characters"),
    (["ada@example.org"], "long enough\0but not whole\n", 2, "8 characters"),
    (["ada@example.org"], "no UTF-8 \udcff\udcfe\n", 2, "8 characters"),
    ([], NEW_PASSWORD, 2, "an e-mail address is wanted"),
    (["ada"], NEW_PASSWORD, 2, "an e-mail address is wanted"),
    (["ada@example.org", NEW_PASSWORD], "", 2, "too many arguments"),
    (["nobody@example.org"], NEW_PASSWORD, 1, "no user with this address"),
])
def test_user_password_called_wrongly_changes_nothing(
        here, words, text, status, wrong):
    add(here, "ada@example.org")
    after = log_end(here)
    done = subprocess.run(
        [here.program, "user", "password", "--data", here.data, *words],
        input=text.encode(errors="surrogateescape"), capture_output=True,
        timeout=60, env=here.environment(), cwd=here.run, check=False,
        **as_account())
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    assert_refused(here, done, status, wrong, after=after)
    assert NEW_PASSWORD not in done.stderr


def test_user_add_refuses_a_password_that_it_would_have_to_cut(here):
    for password in ("x" * 1001, "long enough\0but not whole"):
        done = run(here, "user", "add", "--email", "ada@example.org",
                   "--password-stdin", text=password + "\n")
        assert done.returncode == 2 and "8 characters" in done.stderr
    assert here.query("SELECT COUNT(*) FROM user") == [[0]]


def heed_signals():
    """As a shell's jobs do; who runs the tests may ignore some (nohup, &)."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
                   signal.SIGTERM, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """The command with a terminal as its standard input."""

    def __init__(self, installation, *words):
        self.master, self.slave = pty.openpty()
        # A job of its own, as a shell makes them: the kernel stops no process
        # of a group that nobody of the session watches over, as ours is when
        # the tests themselves were started in a new session.
        self.process = subprocess.Popen(
            [installation.program, *words, "--data", installation.data],
            stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=installation.environment(), cwd=installation.run,
            process_group=0, preexec_fn=heed_signals, **as_account())
        os.set_blocking(self.master, False)
        self.shown = ""

    def echoes(self):
        return termios.tcgetattr(self.slave)[3] & termios.ECHO != 0

    def look(self):
        try:
            self.shown += os.read(self.master, 65536).decode()
        except BlockingIOError:
            pass
        return self.shown

    def wait_for(self, text):
        wait_until(lambda: text in self.look(), PATIENCE_S, text)

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        status = self.process.wait(PATIENCE_S)
        self.look()
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(here):
    add(here, "ada@example.org")
    opened = Terminal(here, "user", "password", "ada@example.org")
    opened.wait_for("New password: ")
    yield opened
    opened.close()


def test_password_is_asked_for_twice_and_never_echoed(here, terminal):
    assert not terminal.echoes()
    terminal.type(NEW_PASSWORD + "\n")
    terminal.wait_for("The same again: ")
    assert not terminal.echoes()
    terminal.type(NEW_PASSWORD + "\n")
    assert terminal.end() == 0, terminal.shown
    assert terminal.echoes()
    assert terminal.shown.splitlines() == [
        "New password: ", "The same again: ",
        "ada@example.org has a new password."]
    [user] = lines(run(here, "user", "list", "--json"))
    assert user["has_password"]


@pytest.mark.parametrize("typed, wrong", [
    ([NEW_PASSWORD, NEW_PASSWORD + "!"], "the two passwords are not the same"),
    (["2short!", "2short!"], "8 characters"),
    (["\x04"], "8 characters"),  # the end of the input
])
def test_bad_password_on_a_terminal_changes_nothing(
        here, terminal, typed, wrong):
    after = log_end(here)
    for question, text in zip(("New password: ", "The same again: "), typed):
        terminal.wait_for(question)
        terminal.type(text if text == "\x04" else text + "\n")
    assert terminal.end() == 2
    assert wrong in terminal.shown
    assert terminal.echoes()
    assert NEW_PASSWORD not in terminal.shown
    assert log_end(here) == after


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP, signal.SIGQUIT])
def test_signal_ends_the_question_and_the_terminal_echoes_again(
        terminal, number):
    terminal.type("half a pass")
    terminal.process.send_signal(number)
    assert terminal.end() == -number
    assert terminal.echoes()
    assert "half" not in terminal.shown


def test_question_is_asked_again_after_a_stop(terminal):
    def is_stopped():
        state = open(f"/proc/{terminal.process.pid}/stat").read()
        return state.rpartition(")")[2].split()[0] == "T"

    terminal.process.send_signal(signal.SIGTSTP)
    wait_until(is_stopped, PATIENCE_S, "the stop")
    assert terminal.echoes()
    terminal.process.send_signal(signal.SIGCONT)
    wait_until(lambda: terminal.look().count("New password: ") == 2,
               PATIENCE_S, "the question again")
    assert not terminal.echoes()
    terminal.type(NEW_PASSWORD + "\n")
    terminal.wait_for("The same again: ")
    terminal.type(NEW_PASSWORD + "\n")
    assert terminal.end() == 0, terminal.shown
