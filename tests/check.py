#!/usr/bin/python3
"""Runs every test and says at the end `N passed, N failed`.

Called by make with the steps to take:

    check.py build/tests/test_a … --e2e tests/e2e

Unit tests are cmocka programs, which report in JUnit XML like pytest does;
other programs count as one test each.  A program that dies counts as failed
whatever it had reported.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

UNIT_SECONDS = 300


class Count:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.failed_units = []

    def add(self, passed, failed):
        self.passed += passed
        self.failed += failed


def read_report(path):
    """(passed, failed) of a JUnit file; skipped tests count as neither."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return 0, 0
    cases = list(root.iter("testcase"))
    failed = sum(1 for case in cases
                 if case.find("failure") is not None
                 or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return len(cases) - failed - skipped, failed


def run_unit(program, count):
    """One cmocka program."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="xml",
                   CMOCKA_XML_FILE=str(report))
        try:
            done = subprocess.run([program], env=env, capture_output=True,
                                  text=True, timeout=UNIT_SECONDS,
                                  errors="replace", check=False)
            status, output = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            status, output = -1, f"not done within {UNIT_SECONDS} s"
        passed, failed = read_report(report)
        told = report.read_text() if report.exists() else ""
    if status != 0 and failed == 0 or passed + failed == 0:
        failed += 1
    print(f"{'ok  ' if failed == 0 else 'FAIL'} {program}: {passed} passed, "
          f"{failed} failed, {time.monotonic() - start:.1f} s", flush=True)
    if failed:
        print(f"exit status {status}\n{told}\n{output}", flush=True)
        count.failed_units.append(program)
    count.add(passed, failed)


def run_pytest(folder, arguments, count):
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary, "report.xml")
        command = ["/usr/bin/python3", "-m", "pytest", "-q", "-ra",
                   "-p", "no:cacheprovider", f"--junitxml={report}", folder]
        status = subprocess.run(command + arguments, check=False).returncode
        passed, failed = read_report(report)
    if status != 0 and failed == 0 or passed + failed == 0:
        failed += 1
    count.add(passed, failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("units", nargs="*", help="cmocka programs")
    parser.add_argument("--e2e", action="append", default=[],
                        help="a folder of pytest files")
    parser.add_argument("--pytest", action="append", default=[],
                        help="an argument for pytest")
    options = parser.parse_args()
    count = Count()
    for program in options.units:
        run_unit(program, count)
    for folder in options.e2e:
        run_pytest(folder, options.pytest, count)
    # pytest names its own again at its end.
    for program in count.failed_units:
        print(f"FAILED {program}")
    print(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main())
