#!/usr/bin/python3
"""Runs fuzz targets, each for a while, and says what came of it.

    run.py --seconds 60 build/…/fuzz/scan build/…/fuzz/csv …

A target starts from tests/fuzz/corpus/<target> and from what earlier runs kept
in build/fuzz/<target>; tests/fuzz/<target>.dict helps it along.  An input that
breaks a target stays in build/fuzz as <target>-crash-….  Scratch data lie in
memory where there is room for them.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
FUZZ = SOURCE / "tests" / "fuzz"
KEPT = SOURCE / "build" / "fuzz"
MEMORY = "/dev/shm"
# Argon2 under a sanitizer, on a machine with other work, takes a while.
UNIT_SECONDS = 20


def find_count(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run_target(program, seconds):
    """One target; True when nothing was found."""
    name = program.name
    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    words = [program, f"-max_total_time={seconds}", "-print_final_stats=1",
             f"-timeout={UNIT_SECONDS}", "-rss_limit_mb=2048",
             f"-artifact_prefix={KEPT}/{name}-", kept, FUZZ / "corpus" / name]
    dictionary = FUZZ / f"{name}.dict"
    if dictionary.exists():
        words.append(f"-dict={dictionary}")
    scratch = tempfile.mkdtemp(
        prefix="promptledger-",
        dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace",
            cwd=SOURCE, env={**os.environ, "TMPDIR": scratch}, check=False)
    finally:
        shutil.rmtree(scratch)
    (KEPT / f"{name}.log").write_text(done.stderr)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} fuzz {name}: "
          f"{find_count(r'number_of_executed_units: ([0-9]+)', done.stderr)}"
          f" runs, "
          f"{find_count(r'new_units_added: +([0-9]+)', done.stderr)}"
          f" new units, "
          f"{find_count(r'cov: ([0-9]+)', done.stderr)} edges, "
          f"{0 if done.returncode == 0 else 1} findings", flush=True)
    if done.returncode != 0:
        print(done.stderr[-6000:], flush=True)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="+", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    good = [run_target(program, options.seconds)
            for program in options.programs]
    print(f"{sum(good)} passed, {len(good) - sum(good)} failed")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
