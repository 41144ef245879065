"""What the tests of the commands for users and tokens have in common: they
run a command, read what it printed, and see what it left in the audit log."""

import json

NEW_PASSWORD = "staple battery horse"
NO_TOKEN = NO_PROMPT = "00000000-0000-7000-8000-000000000000"
PROMPT = {"title": "Greeting", "content": "Say hello.", "model": "gpt-4"}
PATIENCE_S = 20


def run(installation, *words, text=""):
    return installation.run_command(*words, "--data", installation.data,
                                    text=text)


def add(installation, email, role="member", *words):
    done = run(installation, "user", "add", "--email", email, "--role", role,
               *words, "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)["id"]


def new_token(installation, email, *words):
    """(id, token)"""
    done = run(installation, "token", "create", "--user", email, *words,
               "--json")
    made = json.loads(done.stdout)
    return made["id"], made["token"]


def lines(done):
    """What --json printed, object by object."""
    assert (done.returncode, done.stderr) == (0, ""), done
    *objects, rest = done.stdout.split("\n")
    assert rest == ""
    return [json.loads(line) for line in objects]


def log_rows(installation, after=0):
    """(actor kind, family, entity, action, changes) of the rows after."""
    rows = installation.query(
        "SELECT actor_kind, family, entity, action, changes FROM audit_log"
        " WHERE seq > ? ORDER BY seq", [after])
    return [(*row, json.loads(changes)) for *row, changes in rows]


def log_end(installation):
    return installation.query("SELECT max(seq) FROM audit_log")[0][0]


def assert_refused(installation, done, status, *texts, after):
    """Said on standard error in a line or two, and nothing was changed."""
    assert done.returncode == status, done
    assert done.stdout == ""
    for text in texts:
        assert text in done.stderr
    assert len(done.stderr.splitlines()) <= 2, done.stderr
    assert log_end(installation) == after
