"""Backups of a site that is being written to, and what a restore makes of
them: real servers, real archives, and archives of a hostile stranger."""

import hashlib
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time

import pytest

from conftest import PASSWORD
from deployment import START_S, Installation, as_account, own, wait_until
from test_crash import (Storm, assert_nothing_acknowledged_is_lost,
                        create_counted, stored_number)
from test_voice import Person, wav

WRITERS = 32
KILLS = 12
BLOCK = 512


@pytest.fixture
def here():
    made = Installation()
    yield made
    made.remove()


def backup(installation, path, *words):
    return installation.run_command("backup", *words, "--data",
                                    installation.data, path)


def restore(installation, path, *words, data=None):
    return installation.run_command("restore", *words, "--data",
                                    data or installation.data, path)


def query(installation, database, sql):
    """Rows of any database file, read by the account that owns it."""
    done = subprocess.run(
        [sys.executable, "-c",
         "import json, sqlite3, sys\n"
         "print(json.dumps(sqlite3.connect(sys.argv[1])"
         ".execute(sys.argv[2]).fetchall()))", database, sql],
        capture_output=True, text=True, timeout=60, check=True,
        cwd=installation.run, **as_account())
    return json.loads(done.stdout)


def assert_sound(installation, data):
    database = data / "promptledger.db"
    assert query(installation, database, "PRAGMA integrity_check") == [["ok"]]
    assert query(installation, database, "PRAGMA foreign_key_check") == []
    done = installation.run_command("audit", "verify", "--data", data)
    assert done.returncode == 0, done


def contents(directory):
    """Every file below a directory, by what it holds."""
    return {path.relative_to(directory).as_posix():
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in directory.rglob("*") if path.is_file()}


def settled(installation):
    """The data directory, its WAL folded into the database."""
    query(installation, installation.database(),
          "PRAGMA wal_checkpoint(TRUNCATE)")
    return contents(installation.data)


def last_row(installation, data):
    done = installation.run_command("audit", "show", "--limit", "1", "--json",
                                    "--data", data)
    return json.loads(done.stdout)


# While others write.

def test_backup_holds_every_write_that_was_acknowledged_before_it(own_site):
    here = own_site.installation
    person = own_site.as_role("editor")
    voice = Person(own_site).create(wav(0.5))
    counted = [create_counted(person) for _ in range(WRITERS)]
    archive, other = here.run / "backup.tar", here.run / "other"
    with Storm(person, counted) as storm:
        storm.wait_for(2 * WRITERS)
        before = [one.acknowledged for one in counted]
        at_begin = storm.acknowledged
        done = backup(here, archive, "--json")
        at_end = storm.acknowledged
        storm.wait_for(at_end + WRITERS)
    assert storm.unexpected == []
    assert done.returncode == 0, done
    assert at_end > at_begin, "nobody wrote meanwhile"
    said = json.loads(done.stdout)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in here.run.glob("backup*")] == ["backup.tar"]

    restored = restore(here, archive, "--json", data=other)
    assert restored.returncode == 0, restored
    assert_sound(here, other)
    versions = dict(query(
        here, other / "promptledger.db",
        "SELECT prompt_id, MAX(version) FROM prompt_version GROUP BY 1"))
    for one, acknowledged in zip(counted, before, strict=True):
        assert versions[one.path.split("/")[2]] >= 1 + acknowledged
    [[rows, head]] = query(
        here, other / "promptledger.db",
        "SELECT seq, lower(hex(hash)) FROM audit_log"
        f" WHERE seq = {said['rows']}")
    assert (rows, head) == (said["rows"], said["head"])
    assert said["recordings"] == 1
    asset = hashlib.sha256(wav(0.5)).hexdigest()
    path = f"assets/{asset[:2]}/{asset[2:4]}/{asset}"
    assert (other / path).read_bytes() == wav(0.5)
    assert voice["asset_id"]


@pytest.mark.parametrize("own_site", ["lighttpd-spawned", "lighttpd-external",
                                      "apache-cgi"], indirect=True)
def test_servers_write_on_into_the_restored_database(own_site):
    """A database replaced under 32 writers: no error, and nothing that was
    acknowledged afterwards is anywhere else."""
    here = own_site.installation
    person = own_site.as_role("editor")
    counted = [create_counted(person) for _ in range(WRITERS)]
    archive = here.run / "backup.tar"
    assert backup(here, archive).returncode == 0
    with Storm(person, counted) as storm:
        storm.wait_for(2 * WRITERS)
        before = [one.acknowledged for one in counted]
        done = restore(here, archive, "--force", "--json")
        at_end = storm.acknowledged
        storm.wait_for(at_end + 4 * WRITERS)
    assert done.returncode == 0, done
    assert storm.unexpected == []
    said = json.loads(done.stdout)
    for one in counted:
        assert stored_number(person, one) in (one.acknowledged,
                                              one.attempted), one
    here.check_integrity()
    # Every write acknowledged before is in the one put aside.
    aside = here.data / said["replaced"]
    assert aside.stat().st_mode & 0o777 == 0o600
    assert query(here, aside, "PRAGMA integrity_check") == [["ok"]]
    versions = dict(query(
        here, aside,
        "SELECT prompt_id, MAX(version) FROM prompt_version GROUP BY 1"))
    for one, acknowledged in zip(counted, before, strict=True):
        assert versions[one.path.split("/")[2]] >= 1 + acknowledged
    # The new log says so, with the very end of the old one.
    [[seq, action, changes]] = here.query(
        "SELECT seq, action, changes FROM audit_log"
        " WHERE entity = 'installation' AND action = 'RESTORE'")
    changes = json.loads(changes)
    assert seq == said["rows"] + 1
    assert changes["backup"]["head"] == said["head"]
    assert [[changes["replaced"]["rows"], changes["replaced"]["head"]]] == \
        query(here, aside, "SELECT seq, lower(hex(hash)) FROM audit_log"
                           " ORDER BY seq DESC LIMIT 1")


def test_database_moved_away_is_a_clear_error_and_then_service(own_site):
    """Without `restore`: somebody moves the files by hand."""
    here = own_site.installation
    person = own_site.as_role("editor")
    one = create_counted(person)
    database = here.database()
    query(here, database, "PRAGMA wal_checkpoint(TRUNCATE)")
    moved = [path for path in here.data.glob("promptledger.db*")]
    for path in moved:
        path.rename(path.with_name("x" + path.name))
    assert person.get(one.path).status == 503
    refused = person.patch(one.path, {"title": "lost?"})
    assert refused.status == 503
    assert not database.exists()
    for path in moved:
        path.with_name("x" + path.name).rename(path)
    assert person.patch(one.path, {"title": "count 1"}).status == 200
    assert stored_number(person, one) == 1


@pytest.mark.parametrize("own_site", ["lighttpd-spawned"], indirect=True)
def test_files_beside_the_database_may_vanish(own_site):
    """As after a restore that was killed between two renames: the server
    saves what only the lost WAL held, takes no more writes, and ends; the
    next one goes on."""
    here = own_site.installation
    person = own_site.as_role("editor")
    counted = [create_counted(person) for _ in range(WRITERS)]
    for _ in range(3):
        old = own_site.deployment.responder_pids()
        with Storm(person, counted) as storm:
            storm.wait_for(WRITERS)
            for suffix in ("-wal", "-shm"):
                (here.data / f"promptledger.db{suffix}").unlink()
        assert storm.unexpected == []
        wait_until(lambda: own_site.deployment.answers()
                   and own_site.deployment.responder_pids() not in ([], old),
                   START_S, "a new responder")
        assert_nothing_acknowledged_is_lost(person, counted)
    here.check_integrity()


# What is refused.

def test_database_that_is_there_is_not_replaced_without_force(here):
    archive = here.run / "backup.tar"
    assert backup(here, archive).returncode == 0
    before = settled(here)
    done = restore(here, archive)
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert contents(here.data) == before


def test_archive_that_is_there_is_not_replaced_without_force(here):
    archive = here.run / "backup.tar"
    assert backup(here, archive).returncode == 0
    before = archive.read_bytes()
    done = backup(here, archive)
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert archive.read_bytes() == before
    here.add_user("ada@example.org", "member", PASSWORD)
    assert backup(here, archive, "--force").returncode == 0
    assert archive.read_bytes() != before
    assert restore(here, archive, data=here.run / "other").returncode == 0


@pytest.fixture(scope="module")
def sample():
    """An installation with two recordings, and its backup."""
    made = Installation()
    for number in range(2):
        add_recording(made, bytes([number]) * (700 + number))
    made.archive = made.run / "backup.tar"
    assert backup(made, made.archive).returncode == 0
    made.before = settled(made)
    yield made
    made.remove()


ADD_ROW = """
import hashlib, json, sqlite3, sys
path, digest, size = sys.argv[1:]
database = sqlite3.connect(path)
for name in ("audit_actor", "audit_request"):
    database.create_function(name, 1, lambda what: 0 if what == "at" else what)
database.create_function("audit_row", -1, lambda *row:
    json.dumps(dict(zip(row[::2], row[1::2]))))

def field(value):
    if value is None:
        return b"n" + bytes(8)
    kind = b"b" if isinstance(value, bytes) else b"t"
    value = value if isinstance(value, bytes) else str(value).encode()
    return kind + len(value).to_bytes(8, "big") + value

database.create_function("sha256", -1, lambda *values: hashlib.sha256(
    b"".join(map(field, values))).digest())
database.execute(
    "INSERT INTO asset VALUES (?, ?, 'audio/wav', ?, 1, 8000, 1, 'pcm', 0,"
    " NULL)", [digest, bytes.fromhex(digest), int(size)])
database.commit()
"""


def add_recording(installation, content):
    """A row and its file; its digest.  What it holds plays no part here."""
    digest = hashlib.sha256(content).hexdigest()
    path = installation.data / "assets" / digest[:2] / digest[2:4] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    for made in (path, *path.parents):
        if made == installation.data:
            break
        own(made)
    subprocess.run([sys.executable, "-c", ADD_ROW, installation.database(),
                    digest, str(len(content))], check=True, timeout=60,
                   cwd=installation.run, **as_account())
    return digest


def assert_refused(here, archive, bytes_, *texts, text=None):
    """The archive is refused, by force or not, and nothing has changed."""
    archive.write_bytes(bytes_)
    own(archive)
    done = restore(here, archive, "--force")
    assert done.returncode == 1, (done, text)
    assert done.stdout == ""
    for expected in texts:
        assert expected in done.stderr
    assert contents(here.data) == here.before, text
    assert not list(here.data.glob("restore-*"))


def members(archive):
    """(name, where its header begins, its size)."""
    with tarfile.open(archive) as tar:
        return [(one.name, one.offset, one.size) for one in tar.getmembers()]


def test_archive_is_an_ordinary_tar_with_a_list_that_sha256sum_reads(sample):
    names = [name for name, _, _ in members(sample.archive)]
    assert names[:2] == ["promptledger/MANIFEST",
                         "promptledger/promptledger.db"]
    assert names[2:] == sorted(names[2:]) and len(names) == 4
    unpacked = sample.run / "unpacked"
    unpacked.mkdir(exist_ok=True)
    subprocess.run(["tar", "-xf", sample.archive, "-C", unpacked], check=True,
                   timeout=60)
    lines = (unpacked / "promptledger" / "MANIFEST").read_text().splitlines()
    assert lines[0] == "promptledger backup 1"
    sums = "".join("{0}  {2}\n".format(*line.split()) for line in lines[5:])
    subprocess.run(["sha256sum", "--check", "--strict"], input=sums, text=True,
                   check=True, timeout=60, cwd=unpacked / "promptledger")
    assert len(lines) == 5 + 3


def test_whole_archive_is_restored(sample):
    other = sample.run / "whole"
    assert restore(sample, sample.archive, data=other).returncode == 0
    assert_sound(sample, other)
    recordings = {name: digest for name, digest in sample.before.items()
                  if name.startswith("assets/")}
    assert len(recordings) == 2
    assert recordings.items() <= contents(other).items()


def regions(archive):
    """A place in every part of an archive: each field of each header, the
    list, the contents, the padding, the end."""
    fields = (0, 14, 90, 100, 108, 116, 124, 135, 136, 147, 148, 154, 156,
              157, 257, 263, 265, 297, 329, 345, 500, 511)
    for name, offset, size in members(archive):
        for field in fields:
            yield f"{name} header {field}", offset + field
        content = offset + BLOCK
        for part in sorted({0, size // 3, size // 2, size - 1}):
            yield f"{name} content {part}", content + part
        end = content + size
        if size % BLOCK:
            yield f"{name} padding", end
            yield f"{name} last padding", end + BLOCK - size % BLOCK - 1
    length = archive.stat().st_size
    for back in (1, BLOCK, BLOCK + 1, 2 * BLOCK):
        yield f"end {back}", length - back


def test_one_flipped_bit_anywhere_is_refused(sample):
    whole = sample.archive.read_bytes()
    spoiled = sample.run / "spoiled.tar"
    moments = random.Random(7)
    count = 0
    for text, at in regions(sample.archive):
        bytes_ = bytearray(whole)
        bytes_[at] ^= 1 << moments.randrange(8)
        assert_refused(sample, spoiled, bytes_, text=text)
        count += 1
    assert count > 90


def test_archive_cut_anywhere_is_refused(sample):
    whole = sample.archive.read_bytes()
    cuts = {0, 1, BLOCK - 1, BLOCK, len(whole) - 1, len(whole) - BLOCK,
            len(whole) - 2 * BLOCK}
    for _, offset, size in members(sample.archive):
        cuts |= {offset, offset + 7, offset + BLOCK, offset + BLOCK + size,
                 offset + BLOCK + size // 2}
    for cut in sorted(cuts - {len(whole)}):
        assert_refused(sample, sample.run / "cut.tar", whole[:cut],
                       text=f"cut at {cut}")
    assert_refused(sample, sample.run / "long.tar", whole + bytes(BLOCK),
                   "behind its end")


def rebuild(sample, change):
    """The archive once more, by Python's own tar; change(one, content) gives
    the members that each member becomes."""
    out = io.BytesIO()
    with tarfile.open(sample.archive) as tar, \
            tarfile.open(fileobj=out, mode="w",
                         format=tarfile.USTAR_FORMAT) as new:
        for one in tar.getmembers():
            for member, content in change(one, tar.extractfile(one).read()):
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    whole = out.getvalue()
    last = max(offset + BLOCK + -(-size // BLOCK) * BLOCK for _, offset, size
               in members_of(whole))
    return whole[:last] + bytes(2 * BLOCK)


def members_of(bytes_):
    with tarfile.open(fileobj=io.BytesIO(bytes_)) as tar:
        return [(one.name, one.offset, one.size) for one in tar.getmembers()]


def link(kind, target):
    def change(one, content):
        if "/assets/" in one.name:
            one.type, one.linkname = kind, target
            content = b""
        return [(one, content)]
    return change


def renamed(name):
    def change(one, content):
        if "/assets/" in one.name:
            one.name = name
        return [(one, content)]
    return change


def extra(name):
    def change(one, content):
        more = tarfile.TarInfo(name)
        more.mtime, more.mode = one.mtime, 0o600
        return [(one, content), (more, b"x")] \
            if one.name.endswith(".db") else [(one, content)]
    return change


def listed(old, new):
    """With a list that says the same."""
    def change(one, content):
        if one.name.endswith("MANIFEST"):
            assert re.search(old, content)
            content = re.sub(old, new, content)
        return [(one, content)]
    return change


@pytest.mark.parametrize("change", [
    link(tarfile.SYMTYPE, "/etc/passwd"), link(tarfile.LNKTYPE, "/etc/passwd"),
    link(tarfile.DIRTYPE, ""), link(tarfile.FIFOTYPE, ""),
    renamed("../../evil"), renamed("/etc/evil"),
    renamed("promptledger/keys/link.key"),
    extra("promptledger/promptledger.conf"), extra("../evil"),
    listed(rb"assets/.*", b"../../evil"),
    listed(rb"assets/..", b"assets/.."), listed(rb"files 3", b"files 2"),
    listed(rb"files 3", b"files 999999999"), listed(rb"files 3", b"files -1"),
    listed(rb"files 3", b"files 03"), listed(rb"rows \d+", b"rows 1"),
    listed(rb"head [0-9a-f]{64}", b"head " + b"0" * 64),
    listed(rb"backup 1", b"backup 2"), listed(rb"\Z", b"\n"),
    listed(rb"\Z", b"\0"), listed(rb"(\w{64} 70\d .*\n)", rb"\1\1"),
    listed(rb"(?m)^(\w{64}) 70\d", rb"\1 9223372036854775807"),
    listed(rb"(?m)^(\w{64}) 70\d", rb"\1 -1"),
], ids=lambda change: None)
def test_hostile_archives_are_refused(sample, change):
    assert_refused(sample, sample.run / "hostile.tar",
                   rebuild(sample, change))
    assert not (sample.root / "evil").exists()


def test_rebuilding_alone_is_no_offence(sample):
    """The changes above are refused for what they are."""
    assert rebuild(sample, lambda one, content: [(one, content)]) == \
        sample.archive.read_bytes()


def redo(sample, database):
    """The archive with another database, and a list that fits it."""
    digest = hashlib.sha256(database).hexdigest().encode()

    def change(one, content):
        if one.name.endswith(".db"):
            content = database
        elif one.name.endswith("MANIFEST"):
            content = re.sub(
                rb"\w{64} \d+ promptledger.db",
                digest + b" %d promptledger.db" % len(database), content)
        return [(one, content)]
    return rebuild(sample, change)


def spoil(sample, *statements):
    """The archive's database, after somebody was at it."""
    file = sample.run / "spoiled.db"
    with tarfile.open(sample.archive) as tar:
        file.write_bytes(tar.extractfile(
            "promptledger/promptledger.db").read())
    with sqlite3.connect(file) as database:
        for (name,) in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
                ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert database.execute(statement).rowcount != 0, statement
    database.close()
    content = file.read_bytes()
    file.unlink()
    return content


@pytest.mark.parametrize("statement, text", [
    ("UPDATE audit_log SET actor_id = 'x' WHERE seq = 2", "broken at row 2"),
    ("DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)",
     "not the one that its list names"),
    ("DELETE FROM team", "refers to what is not there"),
    ("PRAGMA user_version = 9999", "newer promptledger"),
    ("INSERT INTO asset SELECT 'x', randomblob(32), media_type, 5, 1, 1, 1,"
     " codec, 0, NULL FROM asset LIMIT 1", "is not in it"),
])
def test_database_that_does_not_hold_is_refused(sample, statement, text):
    assert_refused(sample, sample.run / "unsound.tar",
                   redo(sample, spoil(sample, statement)), text)


def test_damaged_page_is_refused(sample):
    with tarfile.open(sample.archive) as tar:
        database = bytearray(tar.extractfile(
            "promptledger/promptledger.db").read())
    middle = len(database) // 2 // 4096 * 4096
    database[middle:middle + 4096] = bytes(4096)
    assert_refused(sample, sample.run / "page.tar",
                   redo(sample, bytes(database)))
    assert_refused(sample, sample.run / "page.tar",
                   redo(sample, b"no database at all"))


@pytest.mark.parametrize("name", ["missing", "/dev/zero", "fifo", "."])
def test_what_is_no_file_is_refused_at_once(sample, name):
    path = sample.run / name
    if name == "fifo" and not path.exists():
        os.mkfifo(path)
        own(path)
    done = restore(sample, path, "--force")
    assert (done.returncode, done.stdout) == (1, "")
    assert contents(sample.data) == sample.before


# What else may go wrong.

def test_restore_over_a_damaged_database_keeps_it_aside(here):
    archive = here.run / "backup.tar"
    assert backup(here, archive).returncode == 0
    damaged = b"not a database " * 1000
    here.database().write_bytes(damaged)
    assert backup(here, here.run / "second.tar").returncode == 1
    done = restore(here, archive, "--force", "--json")
    assert done.returncode == 0, done
    assert (here.data / json.loads(done.stdout)["replaced"]).read_bytes() == \
        damaged
    assert_sound(here, here.data)
    assert json.loads(json.dumps(last_row(here, here.data)["changes"]))[
        "replaced"] is None


def test_killed_restore_leaves_one_whole_database(here):
    """Killed at any moment: the old database or the new one, never less."""
    archive = here.run / "backup.tar"
    assert backup(here, archive).returncode == 0
    begin = time.monotonic()
    assert restore(here, archive, "--force").returncode == 0
    lasts_s = time.monotonic() - begin
    killed = 0
    for moment in range(KILLS):
        here.add_user(f"{moment}@example.org", "member", PASSWORD)
        [[old]] = here.query("SELECT MAX(seq) FROM audit_log")
        process = subprocess.Popen(
            [here.program, "restore", "--force", "--data", here.data,
             archive], env=here.environment(), cwd=here.run,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **as_account())
        try:
            process.wait(lasts_s * (moment + 1) / KILLS)
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        process.wait()
        here.check_integrity()
        [[rows]] = here.query("SELECT MAX(seq) FROM audit_log")
        [[restored]] = here.query("SELECT COUNT(*) FROM audit_log"
                                  " WHERE action = 'RESTORE'")
        assert rows == old or restored == 1
    assert killed >= KILLS // 4
    assert restore(here, archive, "--force").returncode == 0


@pytest.mark.parametrize("harm, text", [
    (lambda path: path.unlink(), "is missing"),
    (lambda path: path.write_bytes(b"x" * path.stat().st_size), "is damaged"),
    (lambda path: path.write_bytes(path.read_bytes()[:-1]), "is damaged"),
    (lambda path: path.write_bytes(path.read_bytes() + b"x"), "is damaged"),
])
def test_recording_that_is_gone_or_damaged_makes_no_backup(here, harm, text):
    digest = add_recording(here, b"sound" * 100)
    [path] = here.data.glob(f"assets/*/*/{digest}")
    harm(path)
    done = backup(here, here.run / "backup.tar")
    assert (done.returncode, done.stdout) == (1, "")
    assert digest in done.stderr and text in done.stderr
    assert not list(here.run.glob("backup.tar*"))


def test_full_disk_leaves_the_old_backup_and_nothing_else(here):
    archive = here.run / "backup.tar"
    assert backup(here, archive).returncode == 0
    before = archive.read_bytes()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [here.program, "backup", "--force", "--data", here.data, archive],
        env=here.environment(), cwd=here.run, capture_output=True, text=True,
        timeout=60, check=False, preexec_fn=limit, **as_account())
    assert done.returncode == 1, done
    assert "no backup was made" in done.stderr
    assert archive.read_bytes() == before
    assert [path.name for path in here.run.glob("backup*")] == ["backup.tar"]


def test_progress_is_a_bar_on_a_terminal(sample):
    out = subprocess.run(
        ["script", "-qec",
         f"{sample.program} backup --force --data {sample.data} "
         f"{sample.run}/bar.tar", "/dev/null"],
        env=sample.environment(), cwd=sample.run, capture_output=True,
        timeout=60, check=True, **as_account()).stdout
    assert b"\rpacked [" in out and b"100%" in out
    assert b"\rread back [" in out


@pytest.mark.parametrize("words", [[], ["a", "b"], ["--colour", "x"]])
@pytest.mark.parametrize("name", ["backup", "restore"])
def test_called_wrongly_says_so(here, name, words):
    done = here.run_command(name, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"usage: promptledger {name}" in done.stderr
