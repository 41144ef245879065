# SPDX-License-Identifier: MIT
"""Measures promptledger behind lighttpd beside floors and peers.

    make bench        each operation, on the disk that TMPDIR names
    make bench-disk   the writes, with every fsync 5 ms slower (run.py --disk)
    make bench-scale  a small database beside a large one (see scale.py)

The floors: an echo responder on the same libfcgi with as many threads behind
the same lighttpd configuration, the same transaction straight against SQLite,
and a CGI program that only prints a header.  The peers do the same audited,
versioned work in PHP and in Node; `make bench-peers` installs what they need,
and without it they are left out (see peers.py).  All are durable: SQLite in
WAL mode with synchronous=FULL.

All are measured in turn, in each round in another order, and only ratios
within a round count, so that a machine that slows down slows all of them.
Every answer that is no success is counted, and a run with one is no result.
wrk asks from the same machine, with two threads (one at one connection).

Ends with 1 when a goal is missed, with 2 when a measurement is not valid.

    BENCH_SECONDS   how long each load lasts (3)
    BENCH_ROUNDS    how often each is made (3)
    BENCH_PEERS     the directory of the peers (tests/bench/peers)
    BENCH_JSON      where the results go (build/bench/bench.json)
    PROMPTLEDGER_THREADS  of promptledger and of the echo (16)
    TMPDIR          where the data lies; a real disk, or fsync costs nothing
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from load import (DELETE, GET, MIXED, PATCH, PAYLOAD_PUT, WARM_S, measure,
                  run_wrk)
from machine import BUILD, BenchError, build
from peers import PEERS, start_peers
from sites import (CGI_GET, THREADS, Echo, HeaderCgi, Ledger, LedgerCgi, RawSqlite,
                   as_file, make_filled)
from table import SUBJECT, Cell, Goal, Table

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PROMPTS = 10000
CONNECTIONS = (1, 8, 64)
MANY = CONNECTIONS[-1]
PROCESSES = 4
SEVERAL = f"{PROCESSES} processes"
EPOLL = "echo, in epoll"
CGI = "promptledger"  # in rows of its own
WRITES = (PATCH, PAYLOAD_PUT, DELETE)
SLOW_MS = 5
# Behind the shim: see slow_disk.c.
SLOW_LIBRARIES = "libsqlite3.so.0"


def make_ledger(name, top, stack, kind=Ledger, **more):
    top = top / f"{kind.__name__}-{as_file(name)}"
    top.mkdir()
    data = top / "data"
    site = kind(name, top, data, make_filled(data, PROMPTS), **more)
    stack.callback(site.stop)
    return site


def plan_load(operation, connections, contestants):
    """(cell, how to measure it) for those who know the operation."""
    return [(Cell(operation.title, connections, one.name),
             lambda one=one: measure(one, operation, connections, SECONDS))
            for one in contestants if operation in one.paths]


def plan_raw(operation, connections, raw):
    return [(Cell(operation.title, connections, raw.name),
             lambda: raw.measure(SECONDS))]


def plan_bench(top, stack):
    """Groups of measurements, those of a group made in turn; the ledgers to
    verify at the end; what to warm up before."""
    site = make_ledger(SUBJECT, top, stack)
    peers = start_peers(top, stack)
    floors = [Echo("echo", top, site),
              Echo(EPOLL, top, site, "-DWAIT_IN_EPOLL")]
    several = make_ledger(SEVERAL, top, stack, processes=PROCESSES)
    cgi = make_ledger(CGI, top, stack, LedgerCgi)
    header = HeaderCgi(top, cgi)
    for floor in (*floors, header):
        stack.callback(floor.stop)
    groups = []
    for operation in (GET, *WRITES, MIXED):
        for connections in CONNECTIONS:
            group = plan_load(operation, connections, [site, *peers])
            if operation is GET:
                group += plan_load(operation, connections, floors)
            if operation is PATCH:
                group += plan_raw(operation, connections,
                                  RawSqlite(top, connections))
                if connections == MANY:
                    group += plan_load(operation, connections, [several])
            groups.append(group)
    groups.append(plan_load(CGI_GET, 1, [header, cgi]))
    return groups, [site, several, cgi], [site, several, *peers, *floors]


def check_slow(contestants):
    """One connection waits for one fsync a write, at least."""
    for one in contestants:
        counts = run_wrk(one, PATCH, 1, one.ids, WARM_S)
        rate = counts["requests"] * 1e6 / counts["duration_us"]
        if counts["refused"] or counts["broken"] or rate > 1000 / SLOW_MS:
            raise BenchError(f"{one.name}: {rate:.0f} PATCH/s over one "
                             f"connection: its fsync is not {SLOW_MS} ms "
                             "slower")
        print(f"{one.name}: {rate:.0f} PATCH/s over one connection, under "
              f"{1000 / SLOW_MS:.0f}: its disk is slow", file=sys.stderr)


def plan_disk(top, stack):
    shim = build("../slow_disk.c", top / "slow_disk.so", "-shared", "-fPIC",
                 f"-DSLOW_DISK_MS={SLOW_MS}")
    preload = f"{shim} {SLOW_LIBRARIES}"
    site = make_ledger(SUBJECT, top, stack, preload=preload)
    peers = start_peers(top, stack, preload)
    check_slow([site, *peers])
    raw = RawSqlite(top, 1, preload)
    if raw.measure(WARM_S).rate > 1000 / SLOW_MS:
        raise BenchError(f"{raw.name}: its fsync is not slower")
    groups = []
    for operation in WRITES:
        for connections in CONNECTIONS:
            group = plan_load(operation, connections, [site, *peers])
            if operation is PATCH and connections == 1:
                group += plan_raw(operation, connections, raw)
            groups.append(group)
    return groups, [site], []


def run_rounds(table, groups, rounds=ROUNDS):
    """In each round each group begins with another of its members."""
    for group in groups:  # the order of the table
        for cell, _ in group:
            table.results[cell] = []
    for number in range(rounds):
        for group in groups:
            first = number % len(group)
            for cell, run in group[first:] + group[:first]:
                result = run()
                table.add(cell, result)
                print(f"round {number + 1} of {rounds}: {cell.operation} at "
                      f"{cell.connections}: {cell.contestant}: "
                      f"{result.rate:.0f}/s", file=sys.stderr, flush=True)


def goals_of_bench(table):
    def cell(operation, contestant=SUBJECT, connections=MANY):
        return Cell(operation.title, connections, contestant)

    cgi, header = (Cell(CGI_GET.title, 1, name)
                   for name in (CGI, HeaderCgi.name))
    private = [table.most(c, "private_mib") for c in table.results
               if c.contestant == SUBJECT]
    longest = table.most(cell(PATCH, SEVERAL), "longest_ms")
    return [
        Goal("GET to echo", table.ratio(cell(GET), cell(GET, "echo")), 0.8),
        Goal("GET to PHP", table.ratio(cell(GET), cell(GET, "php")), 2.2),
        Goal("PATCH to PHP", table.ratio(cell(PATCH), cell(PATCH, "php")), 5),
        Goal("PATCH to Node",
             table.ratio(cell(PATCH), cell(PATCH, "node")), 2.5),
        Goal("PATCH, p99 to PHP's",
             table.ratio(cell(PATCH), cell(PATCH, "php"), "p99_ms"), 0.2,
             is_most=True),
        Goal(f"PATCH with {SEVERAL} to one",
             table.ratio(cell(PATCH, SEVERAL), cell(PATCH)), 0.8),
        Goal(f"PATCH with {SEVERAL}, longest wait in s",
             None if longest is None else longest / 1000, 1, is_most=True),
        Goal("private memory after a load, MiB", max(private), 24,
             is_most=True),
        Goal("GET by CGI, time to a program's with a header only",
             table.ratio(header, cgi), 3, is_most=True),
    ]


def goals_of_disk(table):
    patch = {name: Cell(PATCH.title, MANY, name)
             for name in (SUBJECT, "php", "node")}
    return [Goal(f"PATCH to {name}, slow disk",
                 table.ratio(patch[SUBJECT], patch[name]), 20)
            for name in ("php", "node")]


def main():
    is_disk = sys.argv[1:] == ["--disk"]
    plan, goals_of = ((plan_disk, goals_of_disk) if is_disk
                      else (plan_bench, goals_of_bench))
    name = "disk" if is_disk else "bench"
    path = Path(os.environ.get("BENCH_JSON", BUILD / f"{name}.json"))
    table = Table(f"Every fsync {SLOW_MS} ms slower" if is_disk
                  else "Each operation")
    try:
        with tempfile.TemporaryDirectory(prefix="promptledger-") as top, \
                contextlib.ExitStack() as stack:
            groups, ledgers, to_warm = plan(Path(top), stack)
            for one in to_warm:
                run_wrk(one, GET, MANY, one.ids, WARM_S)
            run_rounds(table, groups)
            for one in ledgers:
                print(f"audit log of {one.name}: {one.verify()}",
                      file=sys.stderr)
    except (BenchError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    table.show()
    return table.finish(goals_of(table), path, {
        "seconds": SECONDS, "rounds": ROUNDS, "peers": PEERS.name,
        "threads": int(THREADS)})


if __name__ == "__main__":
    sys.exit(main())
