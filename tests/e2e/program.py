"""The program run for one request or one command, as plain CGI does it; it
may die at a chosen step, and see a later time of day (step_killer.c)."""

import contextlib
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import PASSWORD
from deployment import Installation, as_account, copy
from test_upload import wav

SOURCE = Path(__file__).with_name("step_killer.c")
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
        self.admin_token = None
        self.saved = self.installation.root / "saved"

    def admin(self):
        """The token of somebody who may delete."""
        if self.admin_token is None:
            self.installation.add_user("admin@example.org", "admin", PASSWORD)
            self.admin_token = self.installation.create_token(
                "admin@example.org")
        return self.admin_token

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

    def ask(self, method, path, body=b"", kill_at=None, token=None,
            later_s=0, **variables):
        """The status of an answer, None when the program died first, and the
        answer's body."""
        target, _, query = path.partition("?")
        if token:
            variables["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        done = self.run([], body, kill_at, later_s, GATEWAY_INTERFACE="CGI/1.1",
                        REQUEST_METHOD=method, SCRIPT_NAME="",
                        PATH_INFO=target, QUERY_STRING=query,
                        SERVER_PROTOCOL="HTTP/1.1",
                        CONTENT_TYPE="application/json" if token else "",
                        CONTENT_LENGTH=str(len(body)), **variables)
        assert done.returncode in (0, -signal.SIGKILL), done
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        if not head:
            assert done.returncode != 0, done
            return None, b""
        return int(head.split()[1]), rest

    def new_request(self, audio=None):
        """The id of an upload request, with audio when it is given."""
        status, body = self.ask("POST", "/voice/prompts-requests", b"{}",
                                token=self.token)
        assert status == 201, body
        request_id = json.loads(body)["id"]
        if audio is not None:
            assert self.ask("PUT", self.link(request_id), audio)[0] == 200
        return request_id

    def step_of(self, call):
        """The number of the step at which an upload makes this call."""
        assert self.ask("PUT", self.link(self.new_request()), wav(1000),
                        kill_at=0)[0] == 200
        return self.steps().index(call) + 1

    def link(self, request_id):
        expires = int(time.time()) + 600
        key = bytes.fromhex((self.data / "keys/link.key").read_text().strip())
        signature = hmac.new(key, f"upload\n{request_id}\n{expires}".encode(),
                             hashlib.sha256).hexdigest()
        return (f"/voice/uploads/{request_id}?expires={expires}"
                f"&signature={signature}")

    def make_prompt(self, request_id, name, **variables):
        """The id of a new prompt with the request's audio."""
        body = json.dumps({"request_id": request_id, "name": name,
                           "file_name": "audio.wav", "description": ""})
        status, body = self.ask("POST", "/voice/prompts", body.encode(),
                                token=self.token, **variables)
        assert status == 201, body
        return json.loads(body)["id"]

    def plant(self, content, name=None):
        """Put a file into the store that no upload brought."""
        name = name or hashlib.sha256(content).hexdigest()
        folder = self.assets / name[:2] / name[2:4]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        owner = self.data.stat()
        for path in (folder / name, folder, folder.parent, self.assets):
            os.chown(path, owner.st_uid, owner.st_gid)
        return folder / name

    def save(self):
        """Keep the data as they are now, for go_back."""
        subprocess.run(["cp", "-a", self.data, self.saved], check=True,
                       timeout=WAIT_S)

    def go_back(self):
        shutil.rmtree(self.data)
        subprocess.run(["cp", "-a", self.saved, self.data], check=True,
                       timeout=WAIT_S)

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

    def doctor(self, *options, later_s=HOURS_S, kill_at=None,
               **variables):
        return self.run(["doctor", *options, "--data", self.data],
                        kill_at=kill_at, later_s=later_s, **variables)

    def check_sweep_leaves_what_is_needed(self, later_s=HOURS_S):
        needed = self.digests()
        done = self.doctor("--sweep", later_s=later_s)
        assert done.returncode == 0, done
        assert self.files() == needed == self.digests()
        assert list((self.assets / "tmp").iterdir()) == []
        done = self.doctor(later_s=later_s)
        assert (done.returncode, done.stdout) == (0, b"ok\n"), done
        self.installation.check_integrity()


@contextlib.contextmanager
def later(installation, shim, seconds):
    """What the installation starts meanwhile sees a later time of day."""
    library = installation.home / "step_killer.so"
    copy(shim, library, 0o755)
    inherited = installation.environment
    installation.environment = lambda **more: inherited(
        LD_PRELOAD=str(library), STEP_KILLER_LATER=str(seconds), **more)
    try:
        yield
    finally:
        installation.environment = inherited


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
