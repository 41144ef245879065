# SPDX-License-Identifier: MIT
"""Measures downloads of audio against the same file served by lighttpd itself.

Each lighttpd is as it is shipped, and serves a copy of the audio as a static
file beside.  Both are fetched in turn, several times, and the medians of the
rates compared, so that a machine that slows down slows all of them.

Ends with 1 when a download of 10 MB, served as the shipped configuration
does it (X-Sendfile), is slower than half the static file, with 2 when a
measurement is not valid.

What the program streams itself is measured beside it and stays below that:
lighttpd sends a file by sendfile(), without a copy, while a streamed one is
copied into the socket, out of it, and, beyond 64 KiB, into temporary files of
1 MiB, from which it is sent.  server.stream-response-body = 1 does not spare
the files; 2 does, at the price of a responder's thread for as long as the
client reads, and was no faster.

    BENCH_SECONDS      how long each measurement lasts (2)
    BENCH_ROUNDS       how often each is made (5)
    BENCH_CONNECTIONS  how many fetch at the same time (4)
    TMPDIR             where the data lies
"""

import contextlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from load import Result
from machine import SOURCE, BenchError, find
from sites import SHIPPED, Site, ledger

SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "4"))
SIZES = {"100 KB": 100_000, "1 MB": 1_000_000, "10 MB": 10_000_000}
LIMIT = 0.5
EMAIL = "bench@example.org"
STATIC = """
$HTTP["url"] =~ "^/static/" {
    fastcgi.server = ()
    server.document-root = "%s"
}
"""
WRK = re.compile(r"(\d+) requests in ([\d.]+)(ms|s|m)\b")


def wav(size):
    """A WAV file of so many bytes, none of which can be packed."""
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    return (b"RIFF" + struct.pack("<I", size - 8) + b"WAVE" + b"fmt "
            + struct.pack("<I", 16) + form + b"data"
            + struct.pack("<I", size - 44) + os.urandom(size - 44))


def configuration(top, sendfile):
    """The shipped file, with or without X-Sendfile, and the static files."""
    text = SHIPPED.read_text()
    setting = '"PROMPTLEDGER_SENDFILE" => "%s"'
    if text.count(setting % "x-sendfile") != 1:
        raise BenchError(f"{SHIPPED} has changed: X-Sendfile is not in it")
    file = top / f"{sendfile}.conf"
    file.write_text(text.replace(setting % "x-sendfile", setting % sendfile)
                    + STATIC % top)
    return file


def ask(site, token, method, path, body=None):
    status, answer = site.ask(
        method, path, None if body is None else json.dumps(body),
        {"Authorization": f"Bearer {token}",
         "Content-Type": "application/json"})
    if status not in (200, 201):
        raise BenchError(f"{method} {path}: {status} {answer!r}")
    return json.loads(answer)


def local(link):
    parts = urlsplit(link["href"])
    return f"{parts.path}?{parts.query}"


def make_prompt(site, token, name, audio):
    """The id of a prompt with this audio."""
    asked = ask(site, token, "POST", "/voice/prompts-requests", {})
    status, answer = site.ask("PUT", local(asked["_links"]["upload_link"]),
                              audio, {"Content-Type": "audio/wav"})
    if status != 200:
        raise BenchError(f"upload: {status} {answer!r}")
    return ask(site, token, "POST", "/voice/prompts", {
        "request_id": asked["id"], "name": name, "file_name": "a.wav",
        "description": ""})["id"]


def download_path(site, token, prompt, audio):
    """A link that leads to just this audio."""
    link = ask(site, token, "GET",
               f"/voice/prompts/{prompt}/download-link?expires_in=3600")
    path = local(link["_links"]["location"])
    if site.ask("GET", path, None, {}) != (200, audio):
        raise BenchError("the download is not what was uploaded")
    return path


def fetch(site, path, size):
    """Bytes a second, as wrk measures; anything but success is an error."""
    output = subprocess.run(
        [find("wrk"), "-t", "1", "-c", str(CONNECTIONS), "-d",
         f"{max(1, round(SECONDS))}s", "--timeout", "10s",
         f"http://127.0.0.1:{site.port}{path}"], check=True,
        stdout=subprocess.PIPE, text=True).stdout
    found = WRK.search(output)
    if not found or "Non-2xx" in output or "Socket errors" in output:
        raise BenchError(f"{path}: not all was answered with success:"
                         f"\n{output}")
    seconds = float(found[2]) * {"ms": 0.001, "s": 1, "m": 60}[found[3]]
    return Result(int(found[1]) * size / seconds)


def make_runs(top, token, sites):
    """What to measure, by the text for people; each returns a Result."""
    runs = {}
    (top / "static").mkdir()
    for title, size in SIZES.items():
        audio = wav(size)
        (top / "static" / f"{size}.wav").write_bytes(audio)
        prompt = make_prompt(sites["off"], token, title, audio)
        for way, site in sites.items():
            path = download_path(site, token, prompt, audio)
            runs[title, way, "static"] = (site, f"/static/{size}.wav", size)
            runs[title, way, "download"] = (site, path, size)
    return runs


def measure(top):
    ledger(top / "data", "init")
    ledger(top / "data", "user", "add", "--email", EMAIL, "--role", "editor",
           "--password-stdin", input="bench password\n")
    token = json.loads(ledger(top / "data", "token", "create", "--user",
                              EMAIL, "--json"))["token"]
    with contextlib.ExitStack() as stack:
        sites = {}
        for way in ("off", "x-sendfile"):
            sites[way] = Site(SOURCE, top / f"{way}-run", top / "data",
                              configuration(top, way))
            stack.callback(sites[way].stop)
        runs = make_runs(top, token, sites)
        results = {name: [] for name in runs}
        for number in range(1, ROUNDS + 1):
            print(f"round {number} of {ROUNDS}, load {os.getloadavg()[0]:.1f}",
                  file=sys.stderr)
            for name, what in runs.items():
                results[name].append(fetch(*what))
        return results


def median(results):
    """The run in the middle, by rate."""
    return sorted(results, key=lambda r: r.rate)[len(results) // 2]


def report(results):
    """Print the table; is the shipped way as fast as it must be?"""
    ways = {"off": "streamed", "x-sendfile": "X-Sendfile"}
    fast = True
    print(f"\n{'medians of ' + str(ROUNDS) + ', MB/s':<24}{'static':>10}"
          f"{'download':>10}{'ratio':>8}{'each round':>14}")
    for title, way in dict.fromkeys(name[:2] for name in results):
        static, download = (results[title, way, what]
                            for what in ("static", "download"))
        ratio = median(download).rate / median(static).rate
        each = [d.rate / s.rate for d, s in zip(download, static)]
        print(f"{title + ', ' + ways[way]:<24}"
              f"{median(static).rate / 1e6:>10.0f}"
              f"{median(download).rate / 1e6:>10.0f}{ratio:>8.2f}"
              f"{min(each):>8.2f}-{max(each):.2f}")
        if title == "10 MB" and way == "x-sendfile":
            fast = ratio >= LIMIT
    return fast


def main():
    try:
        with tempfile.TemporaryDirectory(prefix="promptledger-") as top:
            results = measure(Path(top))
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if report(results):
        return 0
    print(f"bench: downloads of 10 MB by X-Sendfile are under {LIMIT:g} times the "
          "static file", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
