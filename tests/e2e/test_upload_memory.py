"""Uploads of 10 MB do not grow the program: they pass through it."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from test_upload import LIMIT, ask_for_link, upload, wav

PARALLEL = 16
GROWTH_MAX_KB = 1024
WARM_UPS = 5
LOOK_S = 0.005


def private_kb(pid):
    """The memory that is the process's own, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1])


class Watch:
    """Looks at a process's memory again and again; the most it saw."""

    def __init__(self, pid):
        self.pid = pid
        self.most_kb = 0
        self.looks = 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._look)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.is_over.set()
        self.thread.join()

    def _look(self):
        while not self.is_over.wait(LOOK_S):
            self.most_kb = max(self.most_kb, private_kb(self.pid))
            self.looks += 1


def upload_at_once(site, audio):
    person = site.as_role("editor")
    links = [ask_for_link(person)[1] for _ in range(PARALLEL)]
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(
            lambda link: upload(site, link, audio), links))
    assert {answer.status for answer in answers} == {200}, answers


@pytest.mark.parametrize("own_site", ["lighttpd-external"], indirect=True)
def test_parallel_uploads_of_10_mb_take_less_than_a_mebibyte(own_site):
    [pid] = own_site.deployment.responder_pids()
    for _ in range(WARM_UPS):
        upload_at_once(own_site, wav(200_000))
    before_kb = private_kb(pid)
    with Watch(pid) as watch:
        upload_at_once(own_site, wav(LIMIT))
    print(f"RssAnon {before_kb} KiB, at most {watch.most_kb} KiB in "
          f"{watch.looks} looks, {private_kb(pid)} KiB after")
    assert watch.looks > 10
    assert watch.most_kb - before_kb < GROWTH_MAX_KB
