# SPDX-License-Identifier: MIT
"""Measures promptledger behind lighttpd, against two floors, as ratios.

The floors: an echo responder on the same libfcgi with as many threads behind
the same lighttpd configuration, and the same transaction straight against
SQLite.  All are measured in turn, several times, and the medians compared, so
that a machine that slows down slows all of them.

Ends with 1 when group commit does not show (durable PATCH at 64 connections
under twice the rate at one), with 2 when a measurement is not valid.

    BENCH_SECONDS   how long each measurement lasts (4)
    BENCH_ROUNDS    how often each is made (3)
    TMPDIR          where the data lies; a real disk, or fsync costs nothing
"""

import concurrent.futures
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
PROGRAM = SOURCE / "cgi-bin" / "promptledger.fcgi"
SHIPPED = SOURCE / "lighttpd-conf" / "spawned.conf"
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
THREADS = os.environ.get("PROMPTLEDGER_THREADS", "8")
PROMPTS = 1000
CONNECTIONS = 64
GROUP_COMMIT_MIN = 2.0
START_S = 15
STOP_S = 10
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


class BenchError(Exception):
    """The measurement cannot be made, or is not valid."""


def find(program):
    path = shutil.which(program, path=SEARCH_PATH)
    if path is None:
        raise BenchError(f"{program} is not installed: run make bench")
    return path


def build(source, target, *flags):
    """Compile one floor with what the program itself is compiled with."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-O2",
                    "-D_GNU_SOURCE", "-pthread", "-Wall", "-Wextra", *flags,
                    "-o", target, HERE / source, "-lfcgi", "-lsqlite3"],
                   check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_true, seconds, what):
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise BenchError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def children(pid):
    """The processes that pid has started and that still run."""
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(word) for word in words]


def is_running(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Site:
    """lighttpd with a responder, as it is shipped, on a port of its own."""

    def __init__(self, home, run, data, configuration=SHIPPED):
        self.port = free_port()
        self.run = run
        run.mkdir(mode=0o700)
        self.server = subprocess.Popen(
            [find("lighttpd"), "-D", "-f", configuration],
            env={"PATH": SEARCH_PATH, "HOME": str(run),
                 "PROMPTLEDGER_HOME": str(home),
                 "PROMPTLEDGER_RUN": str(run),
                 "PROMPTLEDGER_DATA": str(data),
                 "PROMPTLEDGER_PORT": str(self.port),
                 "PROMPTLEDGER_THREADS": THREADS,
                 "PROMPTLEDGER_LOG": "errors"},
            stdin=subprocess.DEVNULL)
        try:
            wait_until(self.answers, START_S, f"start of {home}")
        except BenchError:
            self.stop()
            raise

    def answers(self):
        if self.server.poll() is not None:
            raise BenchError(f"lighttpd ended: see {self.run}")
        try:
            return self.ask("GET", "/prompts", None, {})[0] < 500
        except OSError:
            return False

    def ask(self, method, path, body, headers):
        peer = http.client.HTTPConnection("127.0.0.1", self.port,
                                          timeout=START_S)
        try:
            peer.request(method, path, body, headers)
            answer = peer.getresponse()
            return answer.status, answer.read()
        finally:
            peer.close()

    def stop(self):
        """Wait for the responder, too: it still has its data open."""
        started = children(self.server.pid)
        self.server.terminate()
        try:
            self.server.wait(STOP_S)
            wait_until(lambda: not any(map(is_running, started)), STOP_S,
                       "end of the responder")
        except (subprocess.TimeoutExpired, BenchError):
            for pid in filter(is_running, started):
                os.kill(pid, signal.SIGKILL)
            self.server.kill()
            self.server.wait()


def ledger(data, *words, **more):
    """What one command of the program prints."""
    return subprocess.run([PROGRAM, *words, "--data", data], check=True,
                          stdout=subprocess.PIPE, text=True, **more).stdout


def make_token(data):
    """A data directory with one user, and his token."""
    ledger(data, "init")
    ledger(data, "user", "add", "--email", "bench@example.org", "--role",
           "member", "--password-stdin", input="bench password\n")
    return json.loads(ledger(data, "token", "create", "--user",
                             "bench@example.org", "--json"))["token"]


def make_prompts(site, token):
    """The ids of new prompts, made through HTTP by several at once."""
    headers = {"Authorization": f"Bearer {token}",
               "Content-Type": "application/json"}

    def make(number):
        body = json.dumps({"title": f"Prompt {number}",
                           "content": f"Prompt {number}. " + "x" * 200,
                           "model": "GPT-4", "tags": ["bench"]})
        status, answer = site.ask("POST", "/prompts", body, headers)
        if status != 201:
            raise BenchError(f"POST /prompts: {status} {answer!r}")
        return json.loads(answer)["_id"]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return list(pool.map(make, range(PROMPTS)))


@dataclass(frozen=True)
class Result:
    rate: float
    p50_ms: float = None
    p99_ms: float = None


def load(site, method, connections, ids, token, seconds=SECONDS):
    """What wrk measures; anything but answers of success is an error."""
    threads = min(2, connections)
    output = subprocess.run(
        [find("wrk"), "-t", str(threads), "-c", str(connections), "-d",
         f"{max(1, round(seconds))}s", "--timeout", "10s", "-s",
         HERE / "requests.lua", f"http://127.0.0.1:{site.port}", "--",
         method, ids, token], check=True, stdout=subprocess.PIPE,
        text=True).stdout
    counts = json.loads(output.strip().rsplit("\n", 1)[-1])
    if counts["status"] or counts["socket"] or "Non-2xx" in output:
        raise BenchError(f"{method} at {connections}: not all was answered "
                         f"with success:\n{output}")
    if counts["requests"] == 0:
        raise BenchError(f"{method} at {connections}: no answer at all")
    return Result(counts["requests"] * 1e6 / counts["duration_us"],
                  counts["p50_us"] / 1000, counts["p99_us"] / 1000)


def median(results):
    """The run in the middle, by rate."""
    return sorted(results, key=lambda r: r.rate)[len(results) // 2]


def show(title, result, others):
    spread = [result.rate / r.rate for r in others]
    times = ("" if result.p50_ms is None else
             f"{result.p50_ms:9.2f} {result.p99_ms:9.2f}")
    print(f"{title:<34}{result.rate:10.0f} {times:<19}"
          f"  {min(spread):.2f}-{max(spread):.2f}")


def show_ratio(title, a, b):
    print(f"{title:<34}{a.rate / b.rate:10.2f}")


def floor_home(top, name, *flags):
    """An installation whose program is an echo responder."""
    home = top / name
    build("floor_echo.c", home / "cgi-bin" / "promptledger.fcgi", *flags)
    return home


def measure(top):
    """All measurements, by name."""
    with contextlib.ExitStack() as stack:
        def start(home, name):
            site = Site(home, top / f"{name}-run", top / "data")
            stack.callback(site.stop)
            return site

        token = make_token(top / "data")
        ids = top / "ids"
        site = start(SOURCE, "ledger")
        ids.write_text("\n".join(make_prompts(site, token)) + "\n")
        echo = start(floor_home(top, "echo"), "echo")
        waiting = start(floor_home(top, "waiting", "-DWAIT_IN_EPOLL"),
                        "waiting")
        build("floor_sqlite.c", top / "floor_sqlite")

        def sqlite():
            return Result(float(subprocess.run(
                [top / "floor_sqlite", top / "floor.db", str(SECONDS)],
                check=True, stdout=subprocess.PIPE, text=True).stdout))

        many = CONNECTIONS
        runs = {
            "echo": lambda: load(echo, "GET", many, ids, token),
            "waiting": lambda: load(waiting, "GET", many, ids, token),
            "get": lambda: load(site, "GET", many, ids, token),
            "patch_many": lambda: load(site, "PATCH", many, ids, token),
            "patch_one": lambda: load(site, "PATCH", 1, ids, token),
            "sqlite": sqlite,
        }
        for warm in (echo, waiting, site):
            load(warm, "GET", many, ids, token, 1)
        results = {name: [] for name in runs}
        for number in range(1, ROUNDS + 1):
            print(f"round {number} of {ROUNDS}", file=sys.stderr)
            for name, run in runs.items():
                results[name].append(run())
        return results


def report(results):
    """Print the table; is group commit to be seen?"""
    titles = {
        "echo": f"echo, {CONNECTIONS} connections",
        "waiting": "echo that waits in epoll",
        "get": f"GET, {CONNECTIONS} connections",
        "patch_many": f"PATCH, {CONNECTIONS} connections",
        "patch_one": "PATCH, 1 connection",
        "sqlite": "raw SQLite, 1 connection",
    }
    best = {name: median(runs) for name, runs in results.items()}
    print(f"\n{'medians of ' + str(ROUNDS):<34}{'rate/s':>10} "
          f"{'p50 ms':>9} {'p99 ms':>9}  median / each")
    for name, title in titles.items():
        show(title, best[name], results[name])
    print(f"\n{'ratios':<34}")
    show_ratio("GET / echo", best["get"], best["echo"])
    show_ratio("epoll echo / echo", best["waiting"], best["echo"])
    show_ratio(f"PATCH at {CONNECTIONS} / PATCH at 1", best["patch_many"],
               best["patch_one"])
    show_ratio(f"PATCH at {CONNECTIONS} / raw SQLite", best["patch_many"],
               best["sqlite"])
    show_ratio("PATCH at 1 / raw SQLite", best["patch_one"], best["sqlite"])
    return (best["patch_many"].rate >=
            GROUP_COMMIT_MIN * best["patch_one"].rate)


def main():
    try:
        with tempfile.TemporaryDirectory(prefix="promptledger-") as top:
            results = measure(Path(top))
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if report(results):
        return 0
    print(f"bench: group commit does not show: PATCH at {CONNECTIONS} is "
          f"under {GROUP_COMMIT_MIN:g} times PATCH at 1", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
