"""SIGKILL at every step of an upload: never a row without its file.

The program runs as plain CGI with step_killer.c preloaded, once for every
call that changes a file, from the first on until it comes through.  After
each death every row must have its file; in the end `doctor --sweep` must have
removed all that was left over, and nothing else.
"""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import PASSWORD
from deployment import Installation, as_account, copy
from test_upload import wav

SOURCE = Path(__file__).with_name("step_killer.c")
STEPS_MAX = 400
WAIT_S = 60
HOURS_S = 2 * 3600   # links are void, what was left in tmp is abandoned
DAYS_S = 2 * 86400   # requests have expired too


class Program:
    """The program as a web server runs it for one request, and as command;
    either may die at a chosen step."""

    def __init__(self, shim):
        self.installation = Installation()
        self.data = self.installation.data
        self.assets = self.data / "assets"
        self.shim = self.installation.home / "step_killer.so"
        copy(shim, self.shim, 0o755)
        self.installation.add_user("editor@example.org", "editor", PASSWORD)
        self.token = self.installation.create_token("editor@example.org")

    def run(self, words, body=b"", kill_at=None, later_s=0, **variables):
        """Exit status (-9: killed) and output."""
        environment = self.installation.environment(
            LD_PRELOAD=str(self.shim), STEP_KILLER_LATER=str(later_s),
            **variables)
        if kill_at is not None:
            environment |= {"STEP_KILLER_AT": str(kill_at),
                            "STEP_KILLER_LOG": str(self.log)}
        return subprocess.run(
            [self.installation.program, *words], input=body, timeout=WAIT_S,
            capture_output=True, env=environment, check=False,
            cwd=self.installation.run, **as_account())

    @property
    def log(self):
        return self.installation.run / "steps"

    def steps(self):
        """The steps that were taken since this was last asked."""
        taken = self.log.read_text().split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return taken

    def ask(self, method, path, body=b"", kill_at=None, token=None):
        """The status of an answer, None when the program died first, and the
        answer's body."""
        target, _, query = path.partition("?")
        more = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        done = self.run([], body, kill_at, GATEWAY_INTERFACE="CGI/1.1",
                        REQUEST_METHOD=method, SCRIPT_NAME="",
                        PATH_INFO=target, QUERY_STRING=query,
                        SERVER_PROTOCOL="HTTP/1.1",
                        CONTENT_TYPE="application/json" if token else "",
                        CONTENT_LENGTH=str(len(body)), **more)
        assert done.returncode in (0, -signal.SIGKILL), done
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        if not head:
            assert done.returncode != 0, done
            return None, b""
        return int(head.split()[1]), rest

    def new_request(self):
        """The id of an upload request."""
        status, body = self.ask("POST", "/voice/prompts-requests", b"{}",
                                token=self.token)
        assert status == 201, body
        return json.loads(body)["id"]

    def link(self, request_id):
        expires = int(time.time()) + 600
        key = bytes.fromhex((self.data / "keys/link.key").read_text().strip())
        signature = hmac.new(key, f"upload\n{request_id}\n{expires}".encode(),
                             hashlib.sha256).hexdigest()
        return (f"/voice/uploads/{request_id}?expires={expires}"
                f"&signature={signature}")

    def digests(self):
        return {row[0] for row in self.installation.query(
            "SELECT lower(hex(sha256)) FROM asset")}

    def files(self):
        """The digests in the names of files, which they must live up to."""
        found = set()
        for file in self.assets.glob("??/??/*"):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            assert file.name == content
            assert file.parent.name == content[2:4]
            found.add(content)
        return found

    def check_rows_have_files(self):
        assert self.digests() <= self.files()

    def doctor(self, *options, later_s=HOURS_S, kill_at=None):
        return self.run(["doctor", *options, "--data", self.data],
                        kill_at=kill_at, later_s=later_s)

    def check_sweep_leaves_what_is_needed(self):
        needed = self.digests()
        done = self.doctor("--sweep")
        assert done.returncode == 0, done
        assert self.files() == needed == self.digests()
        assert list((self.assets / "tmp").iterdir()) == []
        done = self.doctor()
        assert (done.returncode, done.stdout) == (0, b"ok\n"), done
        self.installation.check_integrity()


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "step_killer.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE,
                    "-ldl"], check=True, timeout=WAIT_S)
    return library


@pytest.fixture
def program(shim):
    opened = Program(shim)
    yield opened
    opened.installation.remove()


def audio(number):
    """A recording that no other number has."""
    return wav(1000)[:-8] + number.to_bytes(8, "big")


def kill_at_every_step(program, deed, wanted):
    """Do the deed with every step as the last but one; what of the wanted
    steps was never met."""
    seen = set()
    for number in range(1, STEPS_MAX):
        survived = deed(number)
        seen.update(program.steps())
        program.check_rows_have_files()
        if survived:
            return wanted - seen
    raise AssertionError(f"not done after {STEPS_MAX} steps")


def test_a_kill_at_any_step_of_an_upload_leaves_no_row_without_file(program):
    """Answered with 200 it is stored; else it may be sent again."""
    def put(number):
        link = program.link(program.new_request())
        status, body = program.ask("PUT", link, audio(number), number)
        assert status in (None, 200), body
        if status == 200:
            assert hashlib.sha256(audio(number)).hexdigest() \
                in program.digests()
            return True
        status, body = program.ask("PUT", link, audio(number))
        assert status == 200, body
        return False

    missed = kill_at_every_step(program, put, {
        "openat", "write", "mkdirat", "fsync", "renameat", "fdatasync"})
    assert missed == set()
    program.check_sweep_leaves_what_is_needed()


def test_interrupted_uploads_are_swept(program):
    """As above, but nobody tries again: all of it is stray."""
    def put(number):
        link = program.link(program.new_request())
        return program.ask("PUT", link, audio(number), number)[0] == 200

    assert kill_at_every_step(program, put, {"renameat"}) == set()
    strays = program.files() - program.digests()
    assert strays, "no kill came between rename and commit"
    assert list((program.assets / "tmp").iterdir()), "no kill came before the rename"
    done = program.doctor()
    assert done.returncode == 1, done
    assert done.stdout.count(b"is left over from an interrupted upload") \
        == len(strays)
    program.check_sweep_leaves_what_is_needed()


def test_a_kill_at_any_step_of_a_part_or_of_complete(program):
    pieces = [audio(0)[:600], audio(0)[600:]]

    def put_part(number):
        link = program.link(program.new_request())
        status, body = program.ask("PUT", f"{link}&part=1", pieces[0], number)
        assert status in (None, 200), body
        again = program.ask("PUT", f"{link}&complete=2")
        if status == 200:
            assert b"Missing: 2." in again[1], again
            return True
        assert again[0] == 400, again
        return False

    assert kill_at_every_step(program, put_part, {"renameat"}) == set()

    def complete(number):
        link = program.link(program.new_request())
        parts = [audio(number)[:600], audio(number)[600:]]
        for n, part in enumerate(parts, 1):
            assert program.ask("PUT", f"{link}&part={n}", part)[0] == 200
        status, body = program.ask("PUT", f"{link}&complete=2", b"", number)
        assert status in (None, 200), body
        if status == 200:
            assert hashlib.sha256(audio(number)).hexdigest() \
                in program.digests()
            return True
        status, body = program.ask("PUT", f"{link}&complete=2")
        assert status == 200, body
        return False

    assert kill_at_every_step(program, complete, {"renameat"}) == set()
    program.check_sweep_leaves_what_is_needed()


def test_a_kill_at_any_step_of_a_sweep_leaves_no_row_without_file(program):
    """Expired requests, their recordings and parts, strays, and one
    recording that is wanted: the sweep may die anywhere and be repeated."""
    kept = program.new_request()
    assert program.ask("PUT", program.link(kept), audio(1))[0] == 200
    words = {"request_id": kept, "name": "Kept", "file_name": "kept.wav",
             "description": ""}
    status, body = program.ask("POST", "/voice/prompts",
                               json.dumps(words).encode(), token=program.token)
    assert status == 201, body

    def sweep(number):
        for name in range(3):
            link = program.link(program.new_request())
            assert program.ask("PUT", link,
                               audio(1000 * number + name))[0] == 200
            assert program.ask("PUT", f"{link}&part=1", b"part")[0] == 200
        # The same bytes as the kept one's, which must stay.
        assert program.ask("PUT", program.link(program.new_request()),
                           audio(1))[0] == 200
        stray = hashlib.sha256(audio(number)).hexdigest()
        folder = program.assets / stray[:2] / stray[2:4]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / stray).write_bytes(audio(number))
        for path in (folder / stray, folder, folder.parent):
            os.chown(path, *owner(program))
        done = program.doctor("--sweep", later_s=DAYS_S, kill_at=number)
        assert done.returncode in (0, -signal.SIGKILL), done
        if done.returncode == 0:
            return True
        program.check_rows_have_files()
        assert program.doctor("--sweep", later_s=DAYS_S).returncode == 0
        return False

    assert kill_at_every_step(program, sweep, {"unlinkat"}) == set()
    program.check_sweep_leaves_what_is_needed()
    assert program.files() == {hashlib.sha256(audio(1)).hexdigest()}
    assert list((program.assets / "tmp").iterdir()) == []


def owner(program):
    found = program.data.stat()
    return found.st_uid, found.st_gid
