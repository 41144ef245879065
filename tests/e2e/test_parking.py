"""Calls whose commit is under way hold no thread: on a slow disk two threads
have as many writes in flight as there are clients."""

import concurrent.futures
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from deployment import wait_until
from fastcgi import Exchange, request_params
from test_crash import (Storm, assert_nothing_acknowledged_is_lost,
                        create_counted, title)
from test_drain import DRAIN_S, assert_ends_in_time, open_sockets

FEW = 8
WRITERS = 64
WRITES = 10
WAIT_S = 20
SHIM = Path(__file__).parents[1] / "slow_disk.c"


class SlowDisk:
    """An own_site whose responder has two threads and a slow fsync."""

    def __init__(self, site, shim, delay_ms):
        self.site = site
        self.count = site.installation.run / "fsyncs"
        self.editor = site.as_role("editor")
        site.deployment.responder.stop()
        site.deployment.start_responder(
            LD_PRELOAD=str(shim), SLOW_DISK_MS=str(delay_ms),
            SLOW_DISK_COUNT=str(self.count), PROMPTLEDGER_THREADS="2")

    @property
    def responder(self):
        return self.site.deployment.responder

    def fsyncs(self):
        return self.count.stat().st_size if self.count.exists() else 0

    def create(self, count):
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(create_counted, [self.editor] * count))


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    target = tmp_path_factory.mktemp("shim") / "slow_disk.so"
    subprocess.run([os.environ.get("CC", "cc"), "-D_GNU_SOURCE", "-shared",
                    "-fPIC", "-O2", "-o", target, SHIM], check=True)
    for directory in (target.parent, *target.parent.parents[:2]):
        directory.chmod(0o755)  # the servers' account reads it
    return target


def write_at_once(disk, counted):
    """Each writer writes again as soon as it was answered; the fsyncs."""
    before = disk.fsyncs()

    def write_all(one):
        return [disk.editor.patch(one.path, {"title": title(number)}).status
                for number in range(1, WRITES + 1)]

    with concurrent.futures.ThreadPoolExecutor(len(counted)) as pool:
        statuses = list(pool.map(write_all, counted))
    assert statuses == [[200] * WRITES] * len(counted)
    return disk.fsyncs() - before


def test_writers_who_come_again_share_the_next_commit(own_site, shim):
    disk = SlowDisk(own_site, shim, 100)
    # Those who were not quick enough for a group would otherwise be half of
    # the writers, and every round need two commits.
    assert write_at_once(disk, disk.create(FEW)) < WRITES * 1.5


def test_two_threads_share_each_commit_among_all_writers(own_site, shim):
    disk = SlowDisk(own_site, shim, 20)
    counted = disk.create(WRITERS)
    # Threads that wait for their commit would need one for every two writes.
    assert write_at_once(disk, counted) < WRITERS * WRITES / 6
    for one in counted:
        one.acknowledged = one.attempted = WRITES
    assert_nothing_acknowledged_is_lost(disk.editor, counted)


def test_parked_calls_are_finished_before_the_exit(own_site, shim):
    disk = SlowDisk(own_site, shim, 250)
    counted = disk.create(16)
    with Storm(disk.editor, counted) as storm:
        wait_until(lambda: open_sockets(disk.responder.pid) > 8, WAIT_S,
                   "more calls at once than there are threads")
        since = time.monotonic()
        disk.responder.process.send_signal(signal.SIGTERM)
        assert_ends_in_time(disk.responder.process, since)
    assert storm.unexpected == []
    assert storm.acknowledged > 2
    own_site.deployment.restart_responder()
    assert_nothing_acknowledged_is_lost(disk.editor, counted)


def test_client_that_leaves_while_parked_disturbs_nobody(own_site, shim):
    disk = SlowDisk(own_site, shim, 250)
    [stays, leaves] = disk.create(2)
    body = json.dumps({"title": title(1)}).encode()
    params = request_params("PATCH", leaves.path, disk.editor.token,
                            CONTENT_TYPE="application/json",
                            CONTENT_LENGTH=str(len(body)))
    before = disk.fsyncs()
    with Exchange(disk.responder.socket) as exchange:
        exchange.begin(params)
        exchange.send_body(body)
        exchange.end_body()
        wait_until(lambda: disk.fsyncs() > before, WAIT_S, "its commit")
    assert disk.editor.patch(stays.path, {"title": title(1)}).status == 200
    for one in (stays, leaves):
        one.acknowledged = one.attempted = 1
    assert_nothing_acknowledged_is_lost(disk.editor, [stays, leaves])
    wait_until(lambda: open_sockets(disk.responder.pid) == 1, DRAIN_S,
               "the connections' end")
