# SPDX-License-Identifier: MIT
"""What the measurements need of the machine: programs, ports, processes."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
PROGRAM = SOURCE / "cgi-bin" / "promptledger.fcgi"
STATIC = SOURCE / "build" / "static" / "promptledger"
BUILD = SOURCE / "build" / "bench"
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
START_S = 15
STOP_S = 10
TICKS = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The measurement cannot be made, or is not valid."""


def look_for(*programs):
    """The path of the first of these programs that is installed, or None."""
    for program in programs:
        path = shutil.which(program, path=SEARCH_PATH)
        if path is not None:
            return path
    return None


def find(program):
    path = look_for(program)
    if path is None:
        raise BenchError(f"{program} is not installed: run make bench")
    return path


def build(source, target, *flags):
    """Compile a program of this folder as the program itself is compiled."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-O2",
                    "-D_GNU_SOURCE", "-pthread", "-Wall", "-Wextra",
                    "-o", target, HERE / source, *flags], check=True)
    return target


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


def descendants(pid):
    """Its children, theirs, and so on."""
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def read_stat(pid):
    """The fields of /proc/PID/stat from the state on; None when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat.rpartition(")")[2].split()


def is_running(pid):
    stat = read_stat(pid)
    return stat is not None and stat[0] != "Z"


def cpu_seconds(pid):
    """(its own, that of its children that have ended)"""
    stat = read_stat(pid)
    if stat is None:
        raise BenchError(f"process {pid} has ended during the measurement")
    own, theirs = stat[11:13], stat[13:15]
    return sum(map(int, own)) / TICKS, sum(map(int, theirs)) / TICKS


def private_kib(pid):
    """RssAnon: the memory that no other process shares."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


@dataclass(frozen=True)
class Usage:
    """What a contestant has used since it was started."""
    responder_s: float  # all processes that answer
    server_s: float     # the web server in front of them


def measure_usage(responders, server):
    """A program that a web server starts for each request is its child that
    has ended."""
    responder_s = sum(sum(cpu_seconds(pid)) for pid in responders)
    if server is None:
        return Usage(responder_s, 0.0)
    own_s, ended_s = cpu_seconds(server)
    return Usage(responder_s + ended_s, own_s)


def end(process):
    """End a process and all below it: they still have their data open."""
    started = descendants(process.pid)
    process.terminate()
    try:
        process.wait(STOP_S)
        wait_until(lambda: not any(map(is_running, started)), STOP_S,
                   "end of what was started")
    except (subprocess.TimeoutExpired, BenchError):
        for pid in filter(is_running, started):
            os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()
