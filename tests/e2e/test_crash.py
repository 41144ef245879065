"""SIGKILL among parallel writers: what was acknowledged is kept."""

import http.client
import os
import random
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

import pytest

from deployment import START_S, as_account, find, is_running, wait_until
from families import FAMILIES, Seen

KILLS = int(os.environ.get("PROMPTLEDGER_KILLS", 5))
RESPONDERS = 2
WRITERS = 32
SPREAD = 400  # a kill comes after 1 to this many acknowledged writes
LATE_S = 0.02  # and up to this much later
WAIT_S = 20
SEED = int(os.environ.get("PROMPTLEDGER_SEED", random.randrange(1 << 32)))


@dataclass
class Counted:
    """One writer's prompt and the last number that was acknowledged."""

    path: str
    acknowledged: int = 0
    attempted: int = 0

    def write(self, client):
        return client.patch(self.path,
                            {"title": title(self.attempted)}).status


class Storm:
    """Writers that PATCH ever higher numbers into titles until told to stop,
    each into its own prompt."""

    def __init__(self, client, counted):
        self.client = client
        self.acknowledged = 0
        self.unexpected = []
        self.condition = threading.Condition()
        self.is_over = False
        self.threads = [threading.Thread(target=self._write, args=(one,))
                        for one in counted]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.is_over = True
        for thread in self.threads:
            thread.join(WAIT_S)
        assert not any(thread.is_alive() for thread in self.threads)

    def wait_for(self, writes):
        with self.condition:
            assert self.condition.wait_for(
                lambda: self.acknowledged >= writes or self.unexpected,
                WAIT_S), f"{self.acknowledged} of {writes} writes"

    def _write(self, one):
        while not self.is_over:
            one.attempted += 1
            status = self._write_one(one)
            with self.condition:
                if status == 200:
                    one.acknowledged = one.attempted
                    self.acknowledged += 1
                elif status is not None and status < 500:
                    self.unexpected.append((one, status))
                self.condition.notify()
            if status != 200:
                return

    def _write_one(self, one):
        try:
            return one.write(self.client)
        except (OSError, http.client.HTTPException):
            return None


def title(number):
    return f"count {number}"


def create_counted(person):
    answer = person.post("/prompts", {
        "title": title(0), "content": "Counts.", "model": "gpt-4"})
    assert answer.status == 201, answer
    return Counted("/prompts/" + answer.json()["_id"])


def stored_number(person, one):
    answer = person.get(one.path)
    assert answer.status == 200, answer
    return int(answer.json()["title"].split()[1])


def assert_nothing_acknowledged_is_lost(person, counted):
    """The write that was under way may be there or not; none before it."""
    for one in counted:
        stored = stored_number(person, one)
        assert stored in (one.acknowledged, one.attempted), one
        one.acknowledged = one.attempted = stored


class Pair:
    """Two processes of the program on one socket, as spawn-fcgi starts them."""

    def __init__(self, deployment):
        self.installation = deployment.installation
        self.socket = deployment.responder.socket
        deployment.responder.stop()
        deployment.responder = self
        self.start()

    @property
    def pid(self):
        return self.pids[0]

    def start(self):
        file = self.installation.run / "responder.pids"
        subprocess.run(
            [find("spawn-fcgi"), "-s", self.socket, "-F", str(RESPONDERS),
             "-P", file, "--", self.installation.program], check=True,
            env=self.installation.environment(), timeout=WAIT_S,
            cwd=self.installation.run, stdout=subprocess.DEVNULL,
            **as_account())
        self.pids = [int(pid) for pid in file.read_text().split()]
        assert len(self.pids) == RESPONDERS

    def kill(self, pids):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self._wait_for_end(pids)

    def stop(self):
        for pid in filter(is_running, self.pids):
            os.kill(pid, signal.SIGTERM)
        self._wait_for_end(self.pids)
        return True

    @staticmethod
    def _wait_for_end(pids):
        wait_until(lambda: not any(map(is_running, pids)), WAIT_S,
                   f"the end of {pids}")


def test_killed_responders_lose_no_acknowledged_write(own_site):
    """One of the two processes, or both at once; 16 writers of each family.
    PROMPTLEDGER_SEED and PROMPTLEDGER_KILLS repeat what was seen."""
    print(f"PROMPTLEDGER_SEED={SEED} PROMPTLEDGER_KILLS={KILLS}")
    moments = random.Random(SEED)
    deployment = own_site.deployment
    pair = Pair(deployment)
    wait_until(deployment.answers, START_S, "an answer of the two")
    writers = [family(own_site) for family in FAMILIES for _ in range(16)]
    kills = acknowledged = 0
    while kills < KILLS:
        with Storm(None, writers) as storm:
            storm.wait_for(moments.randint(1, SPREAD))
            time.sleep(moments.uniform(0, LATE_S))
            killed = pair.pids[:moments.randint(1, RESPONDERS)]
            pair.kill(killed)
        assert storm.unexpected == []
        kills += len(killed)
        acknowledged += storm.acknowledged
        pair.stop()
        own_site.installation.check_integrity()
        seen = Seen(own_site.installation)
        for writer in writers:
            writer.check(seen)
        pair.start()
        wait_until(deployment.answers, START_S, "an answer after the restart")
    print(f"{kills} kills, {acknowledged} acknowledged writes, none lost")
    for family in FAMILIES:
        assert any(writer.acknowledged for writer in writers
                   if isinstance(writer, family)), family


@pytest.mark.parametrize("own_site", ["lighttpd-spawned"], indirect=True)
def test_lighttpd_starts_a_killed_responder_again(own_site):
    person = own_site.as_role("editor")
    counted = [create_counted(person) for _ in range(WRITERS)]
    [killed] = own_site.deployment.responder_pids()
    with Storm(person, counted) as storm:
        storm.wait_for(WRITERS)
        os.kill(killed, signal.SIGKILL)
    wait_until(own_site.deployment.answers, START_S, "a new responder")
    assert_nothing_acknowledged_is_lost(person, counted)
    assert own_site.deployment.responder_pids() != [killed]
