# SPDX-License-Identifier: MIT
"""promptledger and the floors, behind lighttpd as it is shipped."""

import contextlib
import http.client
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess

import machine
from load import DELETE, GET, MIXED, PATCH, PAYLOAD_PUT, Operation, Result
from machine import (BUILD, HERE, PROGRAM, SEARCH_PATH, SOURCE, START_S,
                     STATIC, BenchError, build, descendants, end, find,
                     free_port, wait_until)

EMAIL = "bench@example.org"
THREADS = os.environ.get("PROMPTLEDGER_THREADS", "16")
SHIPPED = SOURCE / "lighttpd-conf" / "spawned.conf"
SETTLE_S = 300

ADMIN_LIST = Operation("admin list, page 1", "GET")
HISTORY = Operation("admin history", "GET")
# All that is asked of a prompt, and where.
PATHS = {
    GET: "/prompts/{id}",
    PATCH: "/prompts/{id}",
    PAYLOAD_PUT: "/v1/prompts/{id}/payloads/{payload}",
    DELETE: "/api/admin/prompts/{id}",
    MIXED: "/prompts/{id}",
    ADMIN_LIST: "/api/admin/prompts/list",
    HISTORY: "/api/admin/prompts/{id}/history",
}


class Contestant:
    """Something that answers on a port; see load.py for what it is asked."""

    name = None
    port = None
    token = None
    ids = None          # a file: see requests.lua
    server = None       # the web server's process id
    paths = PATHS

    def __init__(self):
        self.speeds = {}

    def responders(self):
        """The process ids of what answers."""
        raise NotImplementedError

    def usage(self):
        return machine.measure_usage(self.responders(), self.server)

    def private_mib(self):
        return sum(map(machine.private_kib, self.responders())) / 1024

    def settle(self):
        """Wait until all is done that the last load has left to do."""

    def add_rows(self, count):
        """A file with the ids of so many new rows."""
        raise NotImplementedError

    def ask(self, method, path, body=None, headers=None):
        peer = http.client.HTTPConnection("127.0.0.1", self.port,
                                          timeout=START_S)
        try:
            peer.request(method, path, body, headers or {})
            answer = peer.getresponse()
            return answer.status, answer.read()
        finally:
            peer.close()

    def answers(self):
        try:
            return self.ask("GET", "/prompts")[0] < 500
        except (OSError, http.client.HTTPException):
            return False


def as_file(name):
    """A name as it can stand in paths and commands."""
    return re.sub(r"\W+", "-", name)


def derive_conf(target, changes):
    """The shipped lighttpd.conf with these texts in place of those."""
    text = SHIPPED.read_text()
    for old, new in changes.items():
        if text.count(old) != 1:
            raise BenchError(f"{SHIPPED} has not one '{old}'")
        text = text.replace(old, new)
    target.write_text(text)
    return target


def preload_change(libraries):
    """What makes lighttpd start its responder under these libraries."""
    old = '"PROMPTLEDGER_DATA" => env.PROMPTLEDGER_DATA'
    return {old: f'{old}, "LD_PRELOAD" => "{libraries}"'} if libraries else {}


class Site(Contestant):
    """lighttpd with a responder, on a port of its own."""

    def __init__(self, home, run, data, conf=SHIPPED):
        super().__init__()
        self.port = free_port()
        self.run = run
        run.mkdir(mode=0o700, exist_ok=True)
        self.process = subprocess.Popen(
            [find("lighttpd"), "-D", "-f", conf],
            env={"PATH": SEARCH_PATH, "HOME": str(run),
                 "PROMPTLEDGER_HOME": str(home),
                 "PROMPTLEDGER_RUN": str(run),
                 "PROMPTLEDGER_DATA": str(data),
                 "PROMPTLEDGER_PORT": str(self.port),
                 "PROMPTLEDGER_THREADS": THREADS,
                 "PROMPTLEDGER_LOG": "errors"},
            stdin=subprocess.DEVNULL)
        self.server = self.process.pid
        try:
            wait_until(self.answers, START_S, f"start of {home}")
        except BenchError:
            self.stop()
            raise

    def answers(self):
        if self.process.poll() is not None:
            raise BenchError(f"lighttpd ended: see {self.run}")
        return super().answers()

    def responders(self):
        return descendants(self.server)

    def stop(self):
        end(self.process)


class Echo(Site):
    """A floor that answers the same bytes to all."""

    def __init__(self, name, top, like, *flags):
        home = top / as_file(name)
        build("floor_echo.c", home / "cgi-bin" / "promptledger.fcgi", *flags,
              "-lfcgi")
        super().__init__(home, top / f"{as_file(name)}-run", top)
        self.name = name
        self.token = like.token
        self.ids = like.ids


class Ledger(Site):
    """promptledger itself, on a data directory that was filled."""

    def __init__(self, name, top, data, token, **more):
        file = as_file(name)
        changes = preload_change(more.get("preload"))
        if "processes" in more:
            changes['"max-procs" => 1'] = \
                f'"max-procs" => {more["processes"]}'
        if "cgi" in more:
            conf = make_cgi_conf(top / f"{file}.conf", more["cgi"], data)
        else:
            conf = derive_conf(top / f"{file}.conf", changes)
        self.name = name
        self.data = data
        self.token = token
        super().__init__(SOURCE, top / f"{file}-run", data, conf)
        self.ids = top / f"{file}-ids"
        self.write_ids(more.get("sample"))

    def query(self, sql, *values):
        with contextlib.closing(sqlite3.connect(
                f"file:{self.data}/promptledger.db?mode=ro", uri=True,
                timeout=START_S)) as db:
            return db.execute(sql, values).fetchall()

    def write_ids(self, sample):
        """Those of all prompts that have a payload, or of so many."""
        rows = self.query("SELECT prompt_id, id FROM payload")
        if sample is not None and sample < len(rows):
            rows = random.Random(1).sample(rows, sample)
        self.ids.write_text("".join(f"{a} {b}\n" for a, b in rows))

    def settle(self):
        """The index is brought up to date behind the writes."""
        wait_until(lambda: self.query(
            "SELECT count(*) FROM search_pending")[0][0] == 0,
            SETTLE_S, "the search's index")

    def add_rows(self, count):
        newest = self.query("SELECT max(id) FROM prompt")[0][0]
        fill(self.data, count, 0, 0)
        ids = self.run / "new-ids"
        ids.write_text("".join(f"{id}\n" for id, in self.query(
            "SELECT id FROM prompt WHERE id > ?", newest)))
        self.settle()
        return ids

    def verify(self):
        """Does the audit log's chain hold, after all that?"""
        return ledger(self.data, "audit", "verify").strip()


def make_cgi_conf(target, program, data):
    """lighttpd that starts a program for each request: the shipped file, but
    for the way in."""
    top = target.with_suffix("")
    top.mkdir()
    shutil.copy(program, top / "program.cgi")
    shipped = SHIPPED.read_text().partition("fastcgi.server")[0]
    for old, new in (('"mod_fastcgi"', '"mod_cgi", "mod_setenv"'),
                     ('env.PROMPTLEDGER_HOME + "/cgi-bin"', f'"{top}"')):
        if shipped.count(old) != 1:
            raise BenchError(f"{SHIPPED} has not one '{old}'")
        shipped = shipped.replace(old, new)
    target.write_text(
        shipped + 'cgi.assign = (".cgi" => "")\n'
        "setenv.set-environment = (\n"
        f'    "PROMPTLEDGER_DATA" => "{data}",\n'
        '    "PROMPTLEDGER_LOG" => "errors"\n)\n')
    return target


CGI_GET = Operation("GET by CGI", "GET")
CGI_PATHS = {CGI_GET: "/program.cgi/prompts/{id}"}


class LedgerCgi(Ledger):
    """promptledger, started for each request: the program that the documents
    recommend for that."""

    paths = CGI_PATHS

    def __init__(self, name, top, data, token):
        super().__init__(name, top, data, token, cgi=STATIC)

    def responders(self):
        return []

    def answers(self):
        if self.process.poll() is not None:
            raise BenchError(f"lighttpd ended: see {self.run}")
        try:
            return self.ask("GET", "/program.cgi/prompts")[0] < 500
        except (OSError, http.client.HTTPException):
            return False


class HeaderCgi(Site):
    """The floor of that: a program that only prints a header."""

    paths = CGI_PATHS
    name = "header only"

    def __init__(self, top, like):
        program = build("floor_cgi.c", top / "floor_cgi")
        conf = make_cgi_conf(top / "header.conf", program, top)
        super().__init__(top, top / "header-run", top, conf)
        self.token = like.token
        self.ids = like.ids

    def responders(self):
        return []


class RawSqlite:
    """The transaction of a PATCH straight against SQLite, so many a COMMIT."""

    def __init__(self, top, per_commit, preload=None):
        self.name = f"raw SQLite, {per_commit} a COMMIT"
        self.program = build("floor_sqlite.c", top / "floor_sqlite",
                             "-lsqlite3")
        self.database = top / f"floor-{per_commit}.db"
        self.per_commit = per_commit
        self.env = {**os.environ, **({"LD_PRELOAD": preload} if preload
                                     else {})}

    def measure(self, seconds):
        return Result(float(subprocess.run(
            [self.program, self.database, str(seconds), str(self.per_commit)],
            check=True, stdout=subprocess.PIPE, text=True,
            env=self.env).stdout))


def ledger(data, *words, **more):
    """What one command of the program prints."""
    return subprocess.run([PROGRAM, *words, "--data", data], check=True,
                          stdout=subprocess.PIPE, text=True, **more).stdout


def make_data(data):
    """A data directory with one operator."""
    ledger(data, "init")
    ledger(data, "user", "add", "--email", EMAIL, "--role", "admin",
           "--password-stdin", input="bench password\n")


def make_token(data):
    return json.loads(ledger(data, "token", "create", "--user", EMAIL,
                             "--json"))["token"]


# What every contestant keeps of each prompt: 270 characters.
TEXTS = b"".join(
    f"Text {number}. ".encode() + b"Answer as briefly as you can, and as "
    b"politely as the question allows: the reader has little time. " * 3 +
    b"\0" for number in range(1000))


def fill(data, prompts, payloads, updates, texts=TEXTS):
    """Put rows in through the store, as fill.c tells."""
    program = BUILD / "fill"
    built_of = [HERE / "fill.c", SOURCE / "build" / "libpromptledger.a"]
    if not program.exists() or any(
            part.stat().st_mtime > program.stat().st_mtime
            for part in built_of):
        build("fill.c", program, f"-I{SOURCE}/src",
              f"-I{SOURCE}/build/gen", built_of[1], "-lsqlite3",
              "-lsodium", "-lcrypto", "-lfcgi")
    return subprocess.run(
        [program, data, EMAIL, *map(str, (prompts, payloads, updates))],
        input=texts, check=True, stdout=subprocess.PIPE).stdout.decode()


def make_filled(data, prompts, updates=0):
    """A data directory of so many prompts with a payload each."""
    make_data(data)
    fill(data, prompts, prompts, updates)
    return make_token(data)
