"""promptledger doctor finds every fault that is made here, and names only
that."""

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from deployment import account, as_account, copy, own, wait_until
from program import program, shim  # noqa: F401 (fixtures)

WRONG_MACHINE = Path(__file__).with_name("wrong_machine.c")
DAY_S = 86400
is_root = os.geteuid() == 0


def examine(program, status=1, later_s=0, data=None, **variables):
    """What a doctor finds who ends with this status: kinds and subjects."""
    done = program.run(["doctor", "--json", "--data", data or program.data],
                       later_s=later_s, **variables)
    assert done.returncode == status, done
    report = json.loads(done.stdout)
    assert report["ok"] is (status == 0)
    for finding in report["findings"]:
        assert finding["text"] and not finding["text"].endswith("."), finding
    return [(one["examination"], one["kind"],
             one["subject"].removeprefix(str(program.data)).lstrip("/"))
            for one in report["findings"]]


def test_a_sound_installation_is_well_after_its_first_requests(program):
    status, _ = program.ask("POST", "/prompts",
                            b'{"title":"One","content":"x","model":"m"}',
                            token=program.token)
    assert status == 201
    assert examine(program, 0) == []
    done = program.run(["doctor", "--data", program.data])
    assert (done.returncode, done.stdout, done.stderr) == (0, b"ok\n", b"")


def test_a_directory_that_is_open_to_others(program):
    program.data.chmod(0o750)
    assert examine(program) == [("directory", "directory_open", "")]
    done = program.run(["doctor", "--data", program.data])
    assert done.stdout.decode() == (
        f"directory: {program.data} is open to other accounts (mode 750): "
        "chmod 700 it\n1 problem\n")
    program.data.chmod(0o700)
    assert examine(program, 0) == []


@pytest.mark.parametrize("name, mode", [
    ("promptledger.db", 0o644), ("promptledger.db", 0o602),
    ("promptledger.lock", 0o660), ("promptledger.conf", 0o622),
    ("keys", 0o755)])
def test_a_file_that_is_open_to_others(program, name, mode):
    program.new_request()  # which makes the keys
    (program.data / name).chmod(mode)
    assert examine(program) == [("directory", "file_open", name)]


def test_a_file_that_others_may_read_where_nothing_secret_is(program):
    (program.data / "promptledger.conf").chmod(0o644)
    assert examine(program, 0) == []


def test_a_directory_that_is_closed_to_its_owner(program):
    program.data.chmod(0o500)
    found = examine(program)
    program.data.chmod(0o700)
    kinds = [kind for _, kind, _ in found]
    assert kinds[0] == "directory_closed"
    if not is_root or as_account():
        assert kinds[1] == "directory_unwritable"


@pytest.mark.skipif(not is_root, reason="only root can give files away")
def test_a_file_that_is_somebody_else_s(program):
    os.chown(program.data / "promptledger.conf", 0, 0)
    (program.data / "promptledger.conf").chmod(0o644)
    assert examine(program) == [("directory", "file_owner",
                                 "promptledger.conf")]


@pytest.mark.skipif(not is_root, reason="only root can be somebody else")
@pytest.mark.parametrize("user, is_problem", [("nobody", True),
                                              ("root", False)])
def test_an_account_that_does_not_own_the_data(program, user, is_problem):
    program.data.chmod(0o711 if is_problem else 0o700)
    (program.data / "promptledger.conf").chmod(0o644)
    program.data.parent.chmod(0o711)
    done = subprocess.run(
        [program.installation.program, "doctor", "--json", "--data",
         program.data], user=user, group=0, extra_groups=[],
        capture_output=True, timeout=60, check=False,
        env=program.installation.environment())
    assert done.returncode == int(is_problem), done
    first = json.loads(done.stdout)["findings"][0]
    assert (first["kind"], first["is_problem"]) == ("other_account",
                                                    is_problem)
    assert f"run commands as {account()[0]}" in first["text"]


def test_data_where_a_web_server_hands_out_files(program):
    public = program.data.parent / "public_html"
    public.mkdir()
    own(public)
    program.data.rename(public / "data")
    program.data = public / "data"
    assert examine(program) == [("directory", "directory_public", "")]


def test_what_a_killed_restore_left(program):
    for name in ("restore-a1B2c3", "full.tar.Zz9Yy8", "restore-notes",
                 "assets.old"):
        (program.data / name).mkdir()
    assert examine(program, 0) == []  # they may be at work
    assert sorted(examine(program, later_s=7200)) == [
        ("directory", "left_over", "full.tar.Zz9Yy8"),
        ("directory", "left_over", "restore-a1B2c3")]


@pytest.mark.parametrize("setting", ["audit_key", "metrics_key"])
def test_a_key_that_others_may_read_or_nobody(program, setting):
    key = program.data.parent / "own.key"
    key.write_text("ab" * 32 + "\n")
    own(key)
    key.chmod(0o604)
    conf = program.data / "promptledger.conf"
    conf.write_text(f"{setting} = {key}\n")
    found = examine(program)
    assert found[0] == ("directory", "file_open", str(key).lstrip("/"))
    # With a key for the audit log it does not even open.
    assert [kind for _, kind, _ in found[1:]] == \
        ["database_closed"] * (setting == "audit_key")
    key.unlink()
    assert examine(program)[0][1] == "key_unreadable"


def test_a_database_that_is_none(program):
    (program.data / "promptledger.db").write_bytes(b"x" * 8192)
    assert examine(program) == [("database", "database_closed", "")]


def test_an_audit_log_whose_end_was_changed(program):
    [[seq]] = program.installation.query("SELECT MAX(seq) FROM audit_log")
    tamper(program, "UPDATE audit_log SET actor_id = 'x' WHERE seq = "
                    f"{seq - 2}")
    assert examine(program) == [("database", "audit_broken",
                                 f"row {seq - 2}")]
    tamper(program, f"DELETE FROM audit_log WHERE seq = {seq - 2}")
    assert examine(program) == [("database", "audit_broken",
                                 f"row {seq - 1}")]


def tamper(program, statement):
    with sqlite3.connect(program.data / "promptledger.db") as database:
        triggers = database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND"
            " tbl_name = 'audit_log'").fetchall()
        for (name,) in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement)
    database.close()
    for file in program.data.glob("promptledger.db*"):
        own(file)


def test_a_clock_that_is_behind(program):
    found = examine(program, later_s=-400 * DAY_S)
    assert [(where, kind) for where, kind, _ in found] == [
        ("machine", "clock_behind"), ("database", "clock_behind")]


def test_a_process_whose_program_was_replaced(program):
    place = program.installation.program
    new = place.with_name("new")
    copy(place, new, 0o755)
    shutil.copyfile("/bin/sleep", place.with_name("sleep"))
    place.with_name("sleep").chmod(0o755)
    os.replace(place.with_name("sleep"), place)
    old = subprocess.Popen([place, "600"], **as_account())
    try:
        wait_until(lambda: os.readlink(f"/proc/{old.pid}/exe") == str(place),
                   10, "the old program")
        os.replace(new, place)
        assert examine(program) == [("machine", "program_replaced",
                                     str(old.pid))]
    finally:
        old.kill()
        old.wait()
    assert examine(program, 0) == []


@pytest.fixture(scope="session")
def wrong_machine(tmp_path_factory):
    library = tmp_path_factory.mktemp("wrong") / "wrong_machine.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library,
                    WRONG_MACHINE, "-ldl"], check=True, timeout=60)
    return library


@pytest.mark.parametrize("fault, kinds", [
    ("locks", ["locks_broken"]), ("nfs", ["network_file_system"]),
    ("full", ["disk_full", "inodes_used_up"]), ("unshared", ["wal_missing"]),
    ("none", [])])
def test_a_machine_that_is_no_place_for_data(program, wrong_machine, fault,
                                             kinds):
    library = program.installation.home / "wrong_machine.so"
    copy(wrong_machine, library, 0o755)
    program.shim = library
    found = examine(program, int(bool(kinds)), WRONG_MACHINE=fault)
    assert [kind for _, kind, _ in found] == kinds
