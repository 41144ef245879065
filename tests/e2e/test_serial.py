"""Two processes behind lighttpd, many clients, few prompts: what was answered
is some serial order of single changes, and If-Match lets one writer through.

The order is the audit log's; a model replays it.
"""

import os
import random
import threading
import time
from dataclasses import dataclass

from deployment import START_S, wait_until
from test_crash import Pair, create_counted

PROMPTS = 3
CLIENTS = 32
CHANGES = 15
SEED = int(os.environ.get("PROMPTLEDGER_SEED", random.randrange(1 << 32)))


@dataclass(frozen=True)
class Done:
    """One change that was answered with 200."""

    title: str
    asked: str  # If-Match, or None
    etag: str   # of the answer
    begun: float
    answered: float


class Changer(threading.Thread):
    """Reads a prompt and changes it, on the condition or not."""

    def __init__(self, person, paths, number):
        super().__init__()
        self.person, self.paths, self.number = person, paths, number
        self.chance = random.Random(SEED + number)
        self.done, self.refused, self.error = {}, 0, None

    def run(self):
        try:
            for count in range(CHANGES):
                self.change(self.chance.choice(self.paths),
                            f"client {self.number} change {count}")
        except Exception as error:  # told by the test
            self.error = error

    def change(self, path, title):
        asked = None
        if self.chance.random() < 0.7:
            asked = self.person.get(path).headers["ETag"]
        begun = time.monotonic()
        answer = self.person.patch(
            path, {"title": title},
            headers={"If-Match": asked} if asked else {})
        answered = time.monotonic()
        if answer.status == 412:
            assert asked
            self.refused += 1
            return
        assert answer.status == 200, answer
        assert answer.json()["title"] == title, answer
        self.done[title] = Done(title, asked, answer.headers["ETag"], begun,
                                answered)


def test_changes_equal_a_serial_order_of_them(own_site):
    print(f"PROMPTLEDGER_SEED={SEED}")
    Pair(own_site.deployment)
    wait_until(own_site.deployment.answers, START_S, "an answer of the two")
    editor = own_site.as_role("editor")
    paths = [create_counted(editor).path for _ in range(PROMPTS)]
    tags = {path.split("/")[2]: editor.get(path).headers["ETag"]
            for path in paths}
    changers = [Changer(editor, paths, number) for number in range(CLIENTS)]
    for changer in changers:
        changer.start()
    for changer in changers:
        changer.join()
    assert [changer.error for changer in changers] == [None] * CLIENTS
    done = {title: change for changer in changers
            for title, change in changer.done.items()}
    refused = sum(changer.refused for changer in changers)
    assert len(done) + refused == CLIENTS * CHANGES
    assert refused > 0
    check_order(own_site, done, tags)


def check_order(site, done, tags):
    titles = dict.fromkeys(tags, "count 0")
    versions = dict.fromkeys(tags, 1)
    last_begun = 0
    rows = site.installation.query(
        "SELECT prompt_id, json_extract(changes, '$.name.old'),"
        " json_extract(changes, '$.name.new'),"
        " json_extract(changes, '$.version.old'),"
        " json_extract(changes, '$.version.new') FROM audit_log"
        " WHERE entity = 'prompt' AND action = 'UPDATE' ORDER BY seq")
    for prompt, old, new, before, after in rows:
        change = done.pop(new)
        assert (titles[prompt], versions[prompt]) == (old, before)
        assert change.asked in (None, tags[prompt]), change
        assert change.answered >= last_begun, change
        last_begun = max(last_begun, change.begun)
        titles[prompt], versions[prompt] = new, after
        tags[prompt] = change.etag
    assert done == {}, "answered and not recorded"
    person = site.as_role("editor")
    for prompt, tag in tags.items():
        answer = person.get(f"/prompts/{prompt}")
        assert (answer.headers["ETag"], answer.json()["title"]) == (
            tag, titles[prompt])
