# SPDX-License-Identifier: MIT
"""One load on one contestant, by wrk, and what it came to."""

import json
import math
import os
import subprocess
from dataclasses import asdict, dataclass

from machine import HERE, BenchError, find

WARM_S = 1
LONGEST_S = 10
ROWS_FIRST = 2000
ROWS_SPARE = 1.5
TRIES = 4


@dataclass(frozen=True)
class Operation:
    """What is asked for; every contestant has its own path for it."""
    title: str
    method: str            # or MIXED, see requests.lua
    uses_up: bool = False  # each row serves one request


GET = Operation("GET", "GET")
PATCH = Operation("PATCH", "PATCH")
PAYLOAD_PUT = Operation("payload PUT", "PUT")
DELETE = Operation("DELETE", "DELETE", uses_up=True)
MIXED = Operation("90 GET, 10 PATCH", "MIXED")


@dataclass(frozen=True)
class Result:
    """What one load came to.  With any error it is none."""
    rate: float
    p50_ms: float = None
    p99_ms: float = None
    longest_ms: float = None
    cpu_s: float = None         # of the responder, for 1,000 requests
    server_cpu_s: float = None  # of the web server before it
    private_mib: float = None   # of the responder, after the load
    errors: int = 0

    def as_json(self):
        return asdict(self)


def run_wrk(contestant, operation, connections, ids, seconds):
    """What wrk counted.  As many threads for all alike: two, as soon as there
    are two connections."""
    threads = str(min(2, connections))
    output = subprocess.run(
        [find("wrk"), "-t", threads, "-c", str(connections), "-d",
         f"{max(1, round(seconds))}s", "--timeout", f"{LONGEST_S}s", "-s",
         HERE / "requests.lua", f"http://127.0.0.1:{contestant.port}", "--",
         operation.method, contestant.paths[operation], ids,
         contestant.token],
        env={**os.environ, "BENCH_THREADS": threads},
        check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.strip().rsplit("\n", 1)[-1])


def measure_once(contestant, operation, connections, ids, seconds):
    """(were ids used twice, the result); the CPU time covers what the
    contestant puts off, too."""
    contestant.settle()
    before = contestant.usage()
    counts = run_wrk(contestant, operation, connections, ids, seconds)
    private_mib = contestant.private_mib()
    contestant.settle()
    after = contestant.usage()
    requests = counts["requests"]
    if requests == 0:
        raise BenchError(f"{contestant.name}: {operation.title} at "
                         f"{connections}: no answer at all")
    thousands = requests / 1000
    return counts["rounds"] > 1, Result(
        rate=requests * 1e6 / counts["duration_us"],
        p50_ms=counts["p50_us"] / 1000,
        p99_ms=counts["p99_us"] / 1000,
        longest_ms=counts["longest_us"] / 1000,
        cpu_s=(after.responder_s - before.responder_s) / thousands,
        server_cpu_s=(after.server_s - before.server_s) / thousands,
        private_mib=private_mib,
        errors=counts["refused"] + counts["broken"])


def measure(contestant, operation, connections, seconds):
    """Put the load on.  An operation that uses rows up gets as many new ones
    as it may need, going by how fast it was; should they run out all the
    same, it begins again with more."""
    if not operation.uses_up:
        return measure_once(contestant, operation, connections,
                            contestant.ids, seconds)[1]
    speed = contestant.speeds.get((operation, connections), ROWS_FIRST)
    for _ in range(TRIES):
        rows = math.ceil(speed * seconds * ROWS_SPARE) + 2 * connections
        ids = contestant.add_rows(rows)
        ran_out, result = measure_once(contestant, operation, connections,
                                       ids, seconds)
        if not ran_out:
            contestant.speeds[(operation, connections)] = result.rate
            return result
        speed = 2 * max(speed, result.rate)
    raise BenchError(f"{contestant.name}: {operation.title} at {connections}: "
                     "the rows run out again and again")
