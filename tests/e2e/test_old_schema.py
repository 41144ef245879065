"""A database that an older program has written is taken over as it is.

old/schema-2.sql is what the program of schema version 2 had written: three
people, a prompt with two versions, a payload, a run log, a deleted prompt, a
voice prompt with its audio, and 27 rows of audit.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from client import Client
from conftest import PASSWORD
from deployment import Installation, LighttpdSpawned, as_account

OLD = Path(__file__).parent / "old" / "schema-2.sql"
HEAD = "d73f740844a7520c1c66075dce544acfea3d874376216d808fd6eb12648e6f16"
ROWS = 27
GREETING = "01a1fdd9-0afc-79a5-9095-afcca826aabd"
GONE = "01a1fdd9-0bba-792f-b9aa-45ba147b95c6"
WELCOME = "01a1fdd9-0e1a-7e49-b101-20e1dc425c12"
CONTENT = "Say good day to {{.name}}, from Zürich."

LOAD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.executescript(sys.stdin.read())
assert database.execute("PRAGMA user_version").fetchall() == [(2,)]
"""


@pytest.fixture
def old():
    """An installation of the new program on the old one's data."""
    made = Installation()
    for file in made.data.glob("promptledger.db*"):
        file.unlink()
    subprocess.run(
        [sys.executable, "-c", LOAD, made.data / "promptledger.db"],
        input=OLD.read_text(), text=True, check=True, timeout=60,
        **as_account())
    (made.data / "promptledger.db").chmod(0o600)
    yield made
    made.remove()


@pytest.fixture
def served(old):
    deployment = LighttpdSpawned(old)
    deployment.start()
    yield Client(deployment.port)
    assert deployment.stop(), old.logs()
    old.check_integrity()


def version(installation):
    [[number]] = installation.query("PRAGMA user_version")
    return number


def newest():
    """What an empty directory gets."""
    made = Installation()
    try:
        return version(made)
    finally:
        made.remove()


def schema(installation):
    """Every table, index, view and trigger, as it was made."""
    return sorted(installation.query(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema"), key=str)


def tables(installation):
    return {name: installation.query(f"SELECT COUNT(*) FROM {name}")
            for name in ("user", "prompt", "prompt_version", "payload",
                         "run_log", "asset", "team", "membership", "token")}


def test_first_command_brings_it_up_to_date_and_keeps_every_row(old):
    before = tables(old)
    done = old.run_command("audit", "verify", "--data", old.data)
    assert (done.returncode, done.stdout) == (
        0, f"ok: {ROWS} rows, head {HEAD}\n")
    assert version(old) == newest() > 2
    assert tables(old) == before
    old.check_integrity()


def test_it_becomes_what_an_empty_directory_gets(old):
    old.command("audit", "verify", "--data", old.data)
    new = Installation()
    try:
        assert schema(old) == schema(new)
    finally:
        new.remove()


def test_programs_that_start_at_once_upgrade_it_once(old):
    commands = [subprocess.Popen(
        [old.program, "audit", "verify", "--data", old.data], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=old.environment(), cwd=old.run, **as_account())
        for _ in range(6)]
    for command in commands:
        said = command.communicate(timeout=60)
        assert (command.returncode, said) == (
            0, (f"ok: {ROWS} rows, head {HEAD}\n", ""))
    assert version(old) == newest()
    old.check_integrity()


def test_what_people_had_is_there_and_goes_on(old, served):
    token = served.post("/auth/login", {
        "email": "editor@example.org", "password": PASSWORD}).json()["token"]
    person = served.with_token(token)
    prompt = person.get(f"/prompts/{GREETING}").json()
    assert (prompt["title"], prompt["content"], prompt["tags"]) == (
        "Greeting", CONTENT, ["hello", "old"])
    versions = person.get(f"/v1/prompts/{GREETING}/versions").json()
    assert [one["version"] for one in versions["versions"]] == [2, 1]
    payloads = person.get(f"/v1/prompts/{GREETING}/payloads").json()
    assert [one["variables"] for one in payloads["payloads"]] == [
        {"name": "Ada"}]
    logs = person.get(f"/logs?promptId={GREETING}").json()
    assert [one["output"] for one in logs] == ["Good day, Ada."]
    found = person.get("/search?q=z%C3%BCrich").json()
    assert [one["_id"] for one in found] == [GREETING]
    voice = person.get(f"/voice/prompts/{WELCOME}").json()
    assert voice["name"] == "Welcome"
    # And it can be changed.
    changed = person.patch(f"/prompts/{GREETING}", {"title": "Good day"})
    assert changed.status == 200, changed
    assert old.query("SELECT version FROM prompt WHERE id = ?",
                     [GREETING]) == [[3]]


def test_what_had_been_deleted_can_be_restored(old, served):
    token = old.create_token("admin@example.org")
    admin = served.with_token(token)
    restored = admin.post(f"/api/admin/prompts/{GONE}/restore")
    assert restored.status in (200, 201), restored
    assert admin.get(f"/api/admin/prompts/{GONE}").status == 200
    assert old.query("SELECT name, content FROM prompt WHERE id = ?",
                     [GONE]) == [["Gone", "To be deleted."]]


def test_database_of_a_newer_program_is_refused_and_left_alone(old):
    old.command("audit", "verify", "--data", old.data)
    future = version(old) + 1
    subprocess.run(
        [sys.executable, "-c", "import sqlite3, sys;"
         "sqlite3.connect(sys.argv[1]).execute("
         f"'PRAGMA user_version = {future}')", old.database()], check=True,
        timeout=60, **as_account())
    before = tables(old)
    done = old.run_command("audit", "verify", "--data", old.data)
    assert done.returncode == 1
    assert "written by a newer promptledger" in done.stderr
    assert (version(old), tables(old)) == (future, before)
