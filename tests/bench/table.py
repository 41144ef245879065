# SPDX-License-Identifier: MIT
"""All results of one run: medians, ratios, goals, as a table and as JSON."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from machine import SOURCE

SUBJECT = "promptledger"
COLUMNS = (("rate/s", 9), ("p50 ms", 9), ("p99 ms", 9), ("longest", 9),
           ("CPU s", 8), ("+server", 8), ("MiB", 7), ("runs", 6),
           ("errors", 7), ("ratio", 7), ("least-most", 12))


@dataclass(frozen=True)
class Cell:
    """Who did what at how many connections; the row that it is."""
    operation: str
    connections: int
    contestant: str


@dataclass(frozen=True)
class Goal:
    """A ratio, or a bound, that a run should reach."""
    title: str
    value: float    # None: not measured
    bound: float
    is_most: bool = False

    def is_met(self):
        if self.value is None:
            return None
        return (self.value <= self.bound if self.is_most
                else self.value >= self.bound)


class Table:
    """Collects results, a list by round for each cell."""

    def __init__(self, title):
        self.title = title
        self.started = time.time()
        self.load_before = os.getloadavg()[0]
        self.results = {}

    def add(self, cell, result):
        self.results.setdefault(cell, []).append(result)
        if result.errors:
            print(f"bench: {cell.contestant}: {cell.operation} at "
                  f"{cell.connections}: {result.errors} of the requests "
                  "failed: this is no result", file=sys.stderr)

    def errors(self):
        return sum(r.errors for runs in self.results.values() for r in runs)

    def median(self, cell, member):
        """Over the runs without error; None when there is none."""
        values = [getattr(r, member) for r in self.results.get(cell, ())
                  if not r.errors]
        values = [value for value in values if value is not None]
        return statistics.median(values) if values else None

    def most(self, cell, member):
        values = [getattr(r, member) for r in self.results.get(cell, ())]
        values = [value for value in values if value is not None]
        return max(values) if values else None

    def ratios(self, cell, other, member="rate"):
        """Of the runs of one round, both without error."""
        return [getattr(a, member) / getattr(b, member)
                for a, b in zip(self.results.get(cell, ()),
                                self.results.get(other, ()))
                if not a.errors and not b.errors
                and getattr(a, member) and getattr(b, member)]

    def ratio(self, cell, other, member="rate"):
        found = self.ratios(cell, other, member)
        return statistics.median(found) if found else None

    def show(self, subject=SUBJECT):
        """The ratio is the subject's to this row: above 1, it was faster."""
        print(f"\n{self.title}: medians; CPU seconds of the responder and of "
              "the web server\nbefore it for 1,000 requests; ratio = "
              f"{subject} to this row, with its\nleast and its most of all "
              "rounds.\n")
        print(f"{'':<42}" + "".join(f"{name:>{width}}"
                                    for name, width in COLUMNS))
        last = None
        for cell in self.results:
            what = f"{cell.operation} at {cell.connections}"
            print(f"{what if what != last else '':<20} {cell.contestant:<21}"
                  + "".join(f"{text:>{width}}" for text, (_, width) in
                            zip(self.row(cell, subject), COLUMNS)))
            last = what

    def row(self, cell, subject):
        def show(member, digits):
            value = self.median(cell, member)
            return "-" if value is None else f"{value:.{digits}f}"

        runs = self.results[cell]
        ratios = [] if cell.contestant == subject else self.ratios(
            Cell(cell.operation, cell.connections, subject), cell)
        longest = self.most(cell, "longest_ms")
        return (show("rate", 0), show("p50_ms", 2), show("p99_ms", 2),
                "-" if longest is None else f"{longest:.0f}",
                show("cpu_s", 3), show("server_cpu_s", 3),
                show("private_mib", 1),
                str(sum(not r.errors for r in runs)),
                str(sum(r.errors for r in runs)),
                f"{statistics.median(ratios):.2f}" if ratios else "",
                f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else "")

    def finish(self, goals, path, more=None):
        """Tell which goals are met, write the JSON.  0: all; 1: not all; 2:
        some run failed."""
        print(f"\n{'goal':<52}{'wanted':>10}{'got':>9}")
        for goal in goals:
            sign = "<=" if goal.is_most else ">="
            got = "-" if goal.value is None else f"{goal.value:.2f}"
            word = {None: "not measured", True: "met",
                    False: "MISSED"}[goal.is_met()]
            print(f"{goal.title:<52}{sign + f' {goal.bound:g}':>10}{got:>9}"
                  f"  {word}")
        self.write(goals, path, more or {})
        minutes = (time.time() - self.started) / 60
        print(f"\n{minutes:.1f} minutes; load average before "
              f"{self.load_before:.2f}; all of it in {path}")
        if self.errors():
            return 2
        return 1 if any(goal.is_met() is False for goal in goals) else 0

    def write(self, goals, path, more):
        commit = subprocess.run(
            ["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            check=False).stdout.strip()
        document = {
            "title": self.title, "commit": commit, "started": self.started,
            "cores": os.cpu_count(), "kernel": platform.release(),
            "load_before": self.load_before, **more,
            "rows": [{
                "operation": cell.operation,
                "connections": cell.connections,
                "contestant": cell.contestant,
                "median": {member: self.median(cell, member)
                           for member in runs[0].as_json()},
                "runs": [r.as_json() for r in runs],
            } for cell, runs in self.results.items()],
            "goals": [{"title": g.title, "bound": g.bound,
                       "is_most": g.is_most, "value": g.value,
                       "met": g.is_met()} for g in goals],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n")
