"""What goes wrong with the data directory while the program runs: it is told
clearly, nothing that was answered is lost, and when the trouble is over the
service goes on."""

import errno
import os
import shutil
import sqlite3
import subprocess
import time

import pytest

from deployment import START_S, Installation, account, wait_until
from faults import FILES, FOREVER, faulty, faulty_shim  # noqa: F401
from families import FAMILIES, Promptcrafter, Seen

LOCKED_S = float(os.environ.get("PROMPTLEDGER_LOCKED_S", 3))
LOCK_MS = 1000
ROOM = 16 << 20


def write(writer):
    writer.attempted = writer.acknowledged + 1
    status = writer.write()
    if status == 200:
        writer.acknowledged = writer.attempted
    return status


def make_writers(site):
    writers = [family(site) for family in FAMILIES]
    assert [write(writer) for writer in writers] == [200] * len(writers)
    return writers


def check_all(site, writers):
    seen = Seen(site.installation)
    for writer in writers:
        writer.attempted = writer.acknowledged
        writer.check(seen)
    site.installation.check_integrity()


def check_reads(writer):
    answer = writer.person.get(f"/prompts/{writer.prompt}")
    assert answer.status == 200, answer
    assert answer.json()["title"] == f"count {writer.acknowledged}"


@pytest.mark.parametrize("error, status", [
    (errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EROFS, 503)])
def test_a_disk_that_refuses_writes_for_a_while(own_site, faulty, error,
                                                status):
    writers = make_writers(own_site)
    faulty.arm(FILES, error, 1, FOREVER)
    for _ in range(3):
        assert [write(writer) for writer in writers] == [status] * 4
        check_reads(writers[0])
    faulty.disarm()
    faulty.check_lives()
    assert [write(writer) for writer in writers] == [200] * 4
    check_all(own_site, writers)


@pytest.fixture
def small_disk(monkeypatch):
    """Installations have their data on a disk of 16 MiB."""
    mounted = []
    make = Installation._own_directory

    def make_own(self, name, mode):
        directory = make(self, name, mode)
        if name == "own":
            done = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=700",
                 "tmpfs", directory], check=False, capture_output=True)
            if done.returncode != 0:
                pytest.skip("may not mount a small disk")
            mounted.append(directory)
            shutil.chown(directory, *account())
        return directory

    monkeypatch.setattr(Installation, "_own_directory", make_own)
    monkeypatch.setattr(Installation, "remove", lambda self: [
        subprocess.run(["umount", "-l", directory], check=True)
        for directory in mounted] + [shutil.rmtree(self.root)])


def fill(directory):
    """Leave not a byte free."""
    file = directory / "filler"
    with open(file, "wb", buffering=0) as opened:
        for size in (1 << 20, 4096):
            try:
                while True:
                    opened.write(bytes(size))
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return file


def test_a_disk_that_is_full_and_freed_again(small_disk, own_site):
    site = own_site
    writers = make_writers(site)
    for _ in range(3):
        filler = fill(site.installation.data)
        # What has room in blocks that are there already may still succeed.
        for _ in range(100):
            statuses = {write(writer) for writer in writers}
            assert statuses <= {200, 507}
            if statuses == {507}:
                break
        assert statuses == {507}
        check_reads(writers[0])
        filler.unlink()
        assert [write(writer) for writer in writers] == [200] * 4
    assert site.deployment.responder.process.poll() is None
    check_all(site, writers)


def test_data_that_may_only_be_read_at_first(own_site):
    """The program says that it cannot open its data, until it can."""
    site = own_site
    writers = make_writers(site)
    site.deployment.responder.stop()
    files = [site.installation.data, *site.installation.data.glob("*.db*")]
    modes = [file.stat().st_mode for file in files]
    for file in files:
        file.chmod(0o500 if file.is_dir() else 0o400)
    site.deployment.start_responder()
    assert write(writers[0]) == 503
    for file, mode in zip(files, modes):
        file.chmod(mode)
    assert [write(writer) for writer in writers] == [200] * 4
    check_all(site, writers)


def hold_database(site):
    """Another program's write transaction."""
    other = sqlite3.connect(site.installation.database(),
                            isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_database_that_another_program_has_locked(own_site):
    site = own_site
    writers = make_writers(site)
    site.deployment.responder.stop()
    site.deployment.start_responder(PROMPTLEDGER_LOCK_MS=str(LOCK_MS))
    check_reads(writers[0])
    other = hold_database(site)
    until = time.monotonic() + LOCKED_S
    while time.monotonic() < until:
        since = time.monotonic()
        answer = writers[0].person.patch(f"/prompts/{writers[0].prompt}",
                                         {"title": "never"})
        waited_s = time.monotonic() - since
        assert answer.status == 503, answer
        assert int(answer.headers["Retry-After"]) > 0
        assert LOCK_MS / 2000 < waited_s < LOCK_MS / 1000 + 2, waited_s
        check_reads(writers[0])
    other.execute("ROLLBACK")
    other.close()
    assert [write(writer) for writer in writers] == [200] * 4
    check_all(site, writers)


def test_a_wal_that_is_taken_away(own_site):
    """All that was answered moves into the database, and the process ends."""
    site = own_site
    responder = site.deployment.responder
    writers = make_writers(site)
    wal = site.installation.database().with_name("promptledger.db-wal")
    wal.unlink()
    assert write(writers[0]) == 503
    wait_until(lambda: responder.process.poll() is not None, START_S,
               "the end of the process")
    assert "event=wal_lost" in site.installation.logs()
    site.deployment.restart_responder()
    assert [write(writer) for writer in writers] == [200] * 4
    check_all(site, writers)


def test_another_database_that_is_moved_over_the_open_one(own_site):
    """The other one is served, whole; the old WAL, which SQLite would read
    into it, is kept aside with all that was answered."""
    site = own_site
    writers = make_writers(site)
    database = site.installation.database()
    other = database.with_name("other")
    with sqlite3.connect(database) as opened:
        opened.execute("VACUUM INTO ?", [str(other)])
    opened.close()
    shutil.chown(other, *account())
    other.chmod(0o600)
    later = [write(writer) for writer in writers for _ in range(5)]
    assert later == [200] * 20
    old = database.with_name("old")
    os.link(database, old)
    os.rename(other, database)
    fresh = [family(site) for family in FAMILIES]
    assert [write(writer) for writer in fresh] == [200] * 4
    assert "event=database_replaced" in site.installation.logs()
    check_all(site, fresh)
    [wal] = database.parent.glob("promptledger.db.replaced-*-wal")
    wal.rename(database.with_name("old-wal"))
    with sqlite3.connect(old) as opened:
        names = {name for name, in opened.execute("SELECT name FROM prompt")}
    opened.close()
    assert "count 6" in names
