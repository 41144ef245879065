"""SIGKILL among 32 parallel writers: what was acknowledged is kept."""

import http.client
import os
import random
import signal
import threading
from dataclasses import dataclass

import pytest

from deployment import START_S, wait_until

ROUNDS = 20
WRITERS = 32
SPREAD = 400  # a kill comes after 1 to this many acknowledged writes
WAIT_S = 20
SEED = int(os.environ.get("PROMPTLEDGER_SEED", random.randrange(1 << 32)))


@dataclass
class Counted:
    """One writer's prompt and the last number that was acknowledged."""

    path: str
    acknowledged: int = 0
    attempted: int = 0


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
            status = self._patch(one)
            with self.condition:
                if status == 200:
                    one.acknowledged = one.attempted
                    self.acknowledged += 1
                elif status is not None and status < 500:
                    self.unexpected.append((one.path, status))
                self.condition.notify()
            if status != 200:
                return

    def _patch(self, one):
        try:
            return self.client.patch(
                one.path, {"title": title(one.attempted)}).status
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


def assert_one_version_for_each_write(site, counted):
    rows = dict(site.installation.query(
        "SELECT prompt_id, MAX(version) FROM prompt_version GROUP BY 1"))
    for one in counted:
        assert rows[one.path.split("/")[2]] == 1 + one.acknowledged, one


def test_killed_responder_loses_no_acknowledged_write(own_site):
    moments = random.Random(SEED)
    print(f"PROMPTLEDGER_SEED={SEED}")
    person = own_site.as_role("editor")
    counted = [create_counted(person) for _ in range(WRITERS)]
    for _ in range(ROUNDS):
        with Storm(person, counted) as storm:
            storm.wait_for(moments.randint(1, SPREAD))
            os.kill(own_site.deployment.responder.pid, signal.SIGKILL)
        assert storm.unexpected == []
        own_site.deployment.restart_responder()
        assert_nothing_acknowledged_is_lost(person, counted)
        assert_one_version_for_each_write(own_site, counted)
        own_site.installation.check_integrity()


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
