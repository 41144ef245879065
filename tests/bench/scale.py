# SPDX-License-Identifier: MIT
"""Measures what size costs: a large database beside a small one.

The small one has 10,000 prompts, the large one a million; both have, for each
prompt, a payload and four versions, so five rows of the audit log.  Both were
filled through the store, by the triggers and into the chain, and are measured
in turn, in one run.  What is asked for is spread over the whole of each, and
as many prompts in both, so that what is asked for again and again fits into
memory in both: a disk's speed is not what is compared.  Each begins with none
of its pages in memory and is warmed by every operation.  (Those that filling
leaves there lie in folios of up to 2 MB, and for each page that is changed
ext4 of Linux 6.18 then walks, and counts as written, a whole folio: 1.2 MB
instead of 70 KB for a PATCH.)

The large one takes 10 GB and a quarter of an hour to fill, so it is kept
for the next run in BENCH_SCALE_DATA; what a run changes stays in it.

Ends with 1 when a goal is missed, with 2 when a measurement is not valid.

    BENCH_SCALE_DATA     the directory to fill and keep, or filled already
                         (build/bench/scale)
    BENCH_SCALE_PROMPTS  prompts of the large one (1000000)
    BENCH_SCALE_SAMPLE   prompts that are asked for (10000); many more show what
                         a disk costs
    BENCH_SCALE_VERIFY   1: walk the large one's audit log before, too
    BENCH_SECONDS, BENCH_ROUNDS, TMPDIR  as in run.py; BENCH_JSON: where the
                         results go (build/bench/scale.json)
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from load import GET, PATCH, PAYLOAD_PUT, run_wrk
from machine import BUILD, BenchError
from run import MANY, ROUNDS, SECONDS, plan_load, run_rounds
from sites import ADMIN_LIST, HISTORY, Ledger, make_filled, make_token
from table import Cell, Goal, Table

SMALL, LARGE = "small", "large"
PROMPTS = {SMALL: 10000,
           LARGE: int(os.environ.get("BENCH_SCALE_PROMPTS", "1000000"))}
UPDATES = 3  # of each prompt; with it and its payload created, five rows
WARM_UP_S = 10  # of each operation on each database
SAMPLE = int(os.environ.get("BENCH_SCALE_SAMPLE", "10000"))
OPERATIONS = (GET, PATCH, PAYLOAD_PUT, ADMIN_LIST, HISTORY)
LEAST = 0.8


def grow(data):
    """The large database, with a token; filled when it is not there yet."""
    if (data / "filled").exists():
        return make_token(data)
    if data.exists():
        raise BenchError(f"{data} is not a database that was filled to its "
                         "end: remove it")
    data.parent.mkdir(parents=True, exist_ok=True)
    print(f"bench: filling {data} once; this takes long", file=sys.stderr)
    began = time.monotonic()
    token = make_filled(data, PROMPTS[LARGE], UPDATES * PROMPTS[LARGE])
    (data / "filled").write_text(f"{time.monotonic() - began:.0f} s\n")
    return token


def describe(site):
    rows, audit_rows = site.query("SELECT count(*), (SELECT count(*) FROM "
                                  "audit_log) FROM prompt")[0]
    size = (site.data / "promptledger.db").stat().st_size
    print(f"{site.name}: {rows} prompts, {audit_rows} audit rows, "
          f"{size / 1e6:.0f} MB", file=sys.stderr)
    return {"prompts": rows, "audit_rows": audit_rows, "bytes": size}


def forget(path):
    """Out of the kernel's cache, as after a start of the machine."""
    file = os.open(path, os.O_RDWR)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


def start(top, stack):
    kept = Path(os.environ.get("BENCH_SCALE_DATA",
                               BUILD / "scale")).resolve()
    data = {SMALL: top / "data", LARGE: kept}
    tokens = {LARGE: grow(kept),
              SMALL: make_filled(data[SMALL], PROMPTS[SMALL],
                                 UPDATES * PROMPTS[SMALL])}
    sites = []
    for name in (SMALL, LARGE):
        sites.append(Ledger(name, top, data[name], tokens[name],
                            sample=SAMPLE))
        stack.callback(sites[-1].stop)
    return sites


def measure_all(table):
    with tempfile.TemporaryDirectory(prefix="promptledger-") as top, \
            contextlib.ExitStack() as stack:
        sites = start(Path(top), stack)
        if os.environ.get("BENCH_SCALE_VERIFY") == "1":
            for site in sites:
                print(f"audit log of {site.name}: {site.verify()}",
                      file=sys.stderr)
        sizes = {site.name: describe(site) for site in sites}
        for site in sites:
            forget(site.data / "promptledger.db")
            for operation in OPERATIONS:
                run_wrk(site, operation, MANY, site.ids, WARM_UP_S)
        run_rounds(table, [plan_load(operation, MANY, sites)
                           for operation in OPERATIONS])
        return sizes


def main():
    table = Table("A small database and a large one")
    path = Path(os.environ.get("BENCH_JSON", BUILD / "scale.json"))
    try:
        sizes = measure_all(table)
    except (BenchError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    table.show(LARGE)
    goals = [Goal(f"{operation.title}, large to small",
                  table.ratio(Cell(operation.title, MANY, LARGE),
                              Cell(operation.title, MANY, SMALL)), LEAST)
             for operation in OPERATIONS]
    return table.finish(goals, path, {"seconds": SECONDS, "rounds": ROUNDS,
                                      "sizes": sizes, "sample": SAMPLE})


if __name__ == "__main__":
    sys.exit(main())
