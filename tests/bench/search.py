# SPDX-License-Identifier: MIT
"""Measures a search among many prompts against a GET by id, side by side.

Fills a data directory through the store, starts the program behind lighttpd,
and asks in turn over one connection: GET /prompts/:id, then each search.  The
medians are compared.  Not part of any check: a million prompts take a quarter
of an hour and 20 GB.

Ends with 1 when a selective term takes more than 20 times as long as a GET,
with 2 when the measurement cannot be made.

    BENCH_PROMPTS  how many (1000000)
    BENCH_TEXTS    a CSV file with a column `prompt`, whose rows become the
                   contents in turn; without it they are made of random words
    BENCH_DATA     a directory to fill and keep, or filled already
    TMPDIR         where the data lies otherwise
"""

import contextlib
import csv
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote_plus

from machine import SOURCE, BenchError
from sites import EMAIL, Site, fill, ledger, make_data

PROMPTS = int(os.environ.get("BENCH_PROMPTS", "1000000"))
ROUNDS = 200
LIMIT = 20.0
OWN_WORD = "quokkasandwich"
LONGEST_S = 120


def read_texts():
    """The contents: bytes, each ended by a NUL."""
    file = os.environ.get("BENCH_TEXTS")
    if file is None:
        texts = make_texts()
    else:
        csv.field_size_limit(1 << 24)
        with open(file, newline="", encoding="utf-8") as rows:
            texts = [row["prompt"].replace("\0", "")
                     for row in csv.DictReader(rows)]
    return b"".join(text.encode() + b"\0" for text in texts if text)


def make_texts():
    """1,500 texts of 2,400 characters, of 5,000 words, some of them common."""
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlucmfwypvbgkjqxz",
                                    range(26, 0, -1), k=chance.randint(2, 9)))
             for _ in range(5000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    return [" ".join(chance.choices(words, weights, k=380))
            for _ in range(1500)]


def fill_once(data):
    """Make what is missing; the prompts are filled in once."""
    if not (data / "promptledger.db").exists():
        make_data(data)
        print(fill(data, PROMPTS, 0, 0, read_texts()), end="")


class Asker:
    """One connection that stays open."""

    def __init__(self, site, token):
        self.peer = http.client.HTTPConnection("127.0.0.1", site.port,
                                               timeout=LONGEST_S)
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method, path, body=None):
        """(milliseconds, answer)"""
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        start = time.perf_counter()
        self.peer.request(method, path, body, headers)
        answer = self.peer.getresponse()
        text = answer.read()
        spent = (time.perf_counter() - start) * 1000
        if answer.status not in (200, 201):
            raise BenchError(f"{method} {path}: {answer.status} {text!r}")
        return spent, json.loads(text)


def make_searches(asker):
    """The newest prompts; and title and text of each search."""
    _, found = asker.ask("GET", "/search?q=" + OWN_WORD)
    if not found:
        asker.ask("POST", "/prompts", {
            "title": "The one", "content": f"a {OWN_WORD}, photosynthesised",
            "model": "gpt-4", "tags": []})
        time.sleep(3)  # into the index
    newest = asker.ask("GET", "/prompts?page_size=100")[1]
    marked = next(one for one in newest if "item" in one["content"])
    number = marked["content"].rpartition("item")[0].rpartition("item")[2]
    return newest, [
        ("a word that one prompt has", OWN_WORD),
        ("one of common trigrams", "photosynthesised"),
        ("a number that one prompt has", f"item{number}item"),
        ("two such terms", f"{number} item"),
        ("a word that none has", "zwqxjkv"),
        ("a common and a rare word", f"one {OWN_WORD}"),
    ]


def measure(asker):
    prompts, searches = make_searches(asker)
    spent = {"GET": []}
    hits = {}
    for number in range(ROUNDS):
        prompt = prompts[number % len(prompts)]
        spent["GET"].append(asker.ask("GET", "/prompts/" + prompt["_id"])[0])
        for title, text in searches:
            ms, found = asker.ask("GET", "/search?q=" + quote_plus(text))
            spent.setdefault(title, []).append(ms)
            hits[title] = len(found)
    get = statistics.median(spent["GET"])
    print(f"{'medians of ' + str(ROUNDS):<34}{'ms':>9}{'hits':>8}"
          f"{'to GET':>9}")
    print(f"{'GET by id':<34}{get:9.3f}")
    slow = []
    for title, _ in searches:
        ms = statistics.median(spent[title])
        print(f"{title:<34}{ms:9.3f}{hits[title]:8}{ms / get:9.1f}")
        if ms > LIMIT * get:
            slow.append(title)
    return slow


def run(top):
    data = Path(os.environ.get("BENCH_DATA", top / "data")).resolve()
    fill_once(data)
    token = json.loads(ledger(data, "token", "create", "--user", EMAIL,
                              "--json"))["token"]
    with contextlib.ExitStack() as stack:
        site = Site(SOURCE, top / "run", data)
        stack.callback(site.stop)
        asker = Asker(site, token)
        size = (data / "promptledger.db").stat().st_size
        print(f"a database of {size / 1e9:.1f} GB")
        return measure(asker)


def main():
    try:
        with tempfile.TemporaryDirectory(prefix="promptledger-") as top:
            slow = run(Path(top))
    except (BenchError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    for title in slow:
        print(f"bench: {title}: over {LIMIT:g} times a GET", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
