# SPDX-License-Identifier: MIT
"""The peers: what the same work costs in PHP and in Node.

A directory of peers (tests/bench/peers; another by BENCH_PEERS) holds
schema.sql, seed.py DATABASE (10,000 prompts, `prompt0` and so on, with the
token `bench-token`), php/index.php and node/server.js.  They read BENCH_DB and
PORT; see ours for what they do.  An operation that one does not know is left
out for it, and said so.

PHP runs under PHP-FPM behind the same lighttpd, with eight workers: on two
cores 4 and 16 answered 0.96 times as many GETs and 0.96 and 0.93 times as many
PATCHes as 8.  Node answers HTTP itself.
"""

import contextlib
import os
import pwd
import sqlite3
import subprocess
import sys
from pathlib import Path

from load import DELETE, GET, MIXED, PATCH, PAYLOAD_PUT
from machine import (BUILD, HERE, SEARCH_PATH, START_S, BenchError,
                     descendants, end, find, free_port, look_for, wait_until)
from sites import Contestant

PEERS = Path(os.environ.get("BENCH_PEERS", HERE / "peers")).resolve()
PHP_MODULE = "pdo_sqlite"
FPM_NAMES = ("php-fpm", "php-fpm8.4", "php-fpm8.3", "php-fpm8.2",
             "php-fpm8.1")
FPM_WORKERS = 8
NODE_MODULES = BUILD / "node" / "node_modules"
TOKEN = "bench-token"

FPM_CONF = """
[global]
error_log = {run}/fpm.log
[bench]
listen = {run}/fpm.sock
listen.backlog = 1024
user = {user}
pm = static
pm.max_children = {workers}
clear_env = no
"""

LIGHTTPD_CONF = """
server.modules = ("mod_rewrite", "mod_fastcgi")
server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{php}"
server.errorlog = "{run}/lighttpd.log"
server.upload-dirs = ("{run}")
url.rewrite-once = ("" => "/index.php")
fastcgi.server = (".php" => (("socket" => "{run}/fpm.sock")))
"""


class Peer(Contestant):
    """What both have: a database as seed.py makes it."""

    token = TOKEN
    paths = {
        GET: "/prompts/{id}",
        PATCH: "/prompts/{id}",
        PAYLOAD_PUT: "/prompts/{id}/payloads/{payload}",
        DELETE: "/prompts/{id}",
        MIXED: "/prompts/{id}",
    }

    def __init__(self, top, preload):
        super().__init__()
        self.run = top / f"{self.name}-run"
        self.run.mkdir()
        self.database = self.run / "peer.db"
        subprocess.run([sys.executable, PEERS / "seed.py", self.database],
                       check=True)
        self.port = free_port()
        self.ids = self.run / "ids"
        self.rows_added = 0
        with self.open() as db:
            self.ids.write_text("".join(
                f"{id} payload-of-{id}\n"
                for id, in db.execute("SELECT id FROM prompts")))
        self.process = self.start({
            "PATH": SEARCH_PATH, "BENCH_DB": str(self.database),
            "BENCH_SYNC": "FULL", "PORT": str(self.port),
            "NODE_PATH": str(NODE_MODULES),
            **({"LD_PRELOAD": preload} if preload else {})})
        try:
            wait_until(self.answers, START_S, f"start of {self.name}")
            self.learn()
        except BenchError:
            self.stop()
            raise

    def start(self, env):
        """Start what answers, with this environment."""
        raise NotImplementedError

    def responders(self):
        return [self.process.pid, *descendants(self.process.pid)]

    def stop(self):
        end(self.process)

    def open(self):
        return contextlib.closing(sqlite3.connect(self.database,
                                                  timeout=START_S))

    def add_rows(self, count):
        """Copies of the first prompts, under new ids."""
        ids = [f"new{self.rows_added + n}" for n in range(count)]
        self.rows_added += count
        with self.open() as db:
            others = ", ".join(
                row[1] for row in db.execute("PRAGMA table_info(prompts)")
                if row[1] != "id")
            db.executemany(
                f"INSERT INTO prompts (id, {others}) SELECT ?, {others}"
                " FROM prompts WHERE id = ?",
                ((id, f"prompt{n % 1000}") for n, id in enumerate(ids)))
            db.commit()
        file = self.run / "new-ids"
        file.write_text("\n".join(ids) + "\n")
        return file

    def learn(self):
        """Leave out what this peer does not know."""
        status, answer = self.ask(
            "PUT", "/prompts/prompt0/payloads/payload-of-prompt0",
            '{"name":"sample","variables":{"text":"one"}}',
            {"Authorization": f"Bearer {TOKEN}",
             "Content-Type": "application/json"})
        if status in (404, 405):
            print(f"bench: the {self.name} peer knows no {PAYLOAD_PUT.title}",
                  file=sys.stderr)
            self.paths = {operation: path
                          for operation, path in Peer.paths.items()
                          if operation is not PAYLOAD_PUT}
        elif status != 200:
            raise BenchError(f"{self.name}: PUT: {status} {answer!r}")


class Php(Peer):
    name = "php"

    def start(self, env):
        words = {"run": self.run, "port": self.port, "php": PEERS / "php",
                 "user": pwd.getpwuid(os.geteuid()).pw_name,
                 "workers": FPM_WORKERS}
        fpm_conf = self.run / "fpm.conf"
        fpm_conf.write_text(FPM_CONF.format(**words))
        lighttpd_conf = self.run / "lighttpd.conf"
        lighttpd_conf.write_text(LIGHTTPD_CONF.format(**words))
        as_root = ["-R"] if os.geteuid() == 0 else []
        fpm = subprocess.Popen(
            [look_for(*FPM_NAMES), "-F", "-y", fpm_conf, *as_root], env=env,
            stdin=subprocess.DEVNULL)
        self.front = subprocess.Popen(
            [find("lighttpd"), "-D", "-f", lighttpd_conf],
            env={"PATH": SEARCH_PATH}, stdin=subprocess.DEVNULL)
        self.server = self.front.pid
        return fpm

    def stop(self):
        end(self.front)
        super().stop()


class Node(Peer):
    name = "node"

    def start(self, env):
        return subprocess.Popen(
            [find("node"), PEERS / "node" / "server.js"],
            env={**env, "NODE_ENV": "production"}, stdin=subprocess.DEVNULL)


def missing_of_php():
    """What keeps the PHP peer from being measured; None: nothing."""
    fpm = look_for(*FPM_NAMES)
    if fpm is None:
        return "php-fpm is not installed"
    modules = subprocess.run([fpm, "-m"], stdout=subprocess.PIPE,
                             check=True, text=True).stdout.split()
    return None if PHP_MODULE in modules else "php-sqlite3 is not installed"


def missing_of_node():
    if look_for("node") is None:
        return "node is not installed"
    if not (NODE_MODULES / "better-sqlite3" / "build" / "Release" /
            "better_sqlite3.node").exists():
        return "its packages are not installed"
    return None


def start_peers(top, stack, preload=None):
    """The peers that can be had; those that cannot are named."""
    started = []
    for peer, missing in ((Php, missing_of_php()), (Node, missing_of_node())):
        if missing is not None:
            print(f"bench: without the {peer.name} peer: {missing} (make "
                  "bench-peers installs it)", file=sys.stderr)
            continue
        started.append(peer(top, preload))
        stack.callback(started[-1].stop)
    return started
