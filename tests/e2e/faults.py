"""A responder in which chosen calls fail (faulty.c), and deeds that must come
through that: refused in the family's own words, or done; never half."""

import errno
import mmap
import os
import struct
import subprocess
from pathlib import Path

import pytest

from client import Client
from deployment import copy
from families import Admin, Promptcrafter, Px0, Seen, Voice

SOURCE = Path(__file__).with_name("faulty.c")
WAIT_S = 60
FILES, MEMORY, LIBFCGI = 1, 2, 3
SHORT_WRITE = -1
FOREVER = 1 << 30
LAYOUT = struct.Struct("7i36s36s")  # and live, after padding
LIVE = struct.Struct("q")
LIVE_AT = 104
UNAVAILABLE = (503, 507)
MEMBERS = {
    Promptcrafter: {"error"},
    Px0: {"error"},
    Voice: {"code", "message"},
    Admin: {"statusCode", "error", "message", "timestamp", "path"},
}


class Faulty:
    """The responder of an own_site, with faulty.c in it."""

    def __init__(self, site, shim):
        self.site = site
        installation = site.installation
        library = installation.home / "faulty.so"
        copy(shim, library, 0o755)
        file = installation.run / "faulty"
        file.write_bytes(bytes(LIVE_AT + LIVE.size))
        file.chmod(0o666)
        with open(file, "r+b") as opened:
            self.control = mmap.mmap(opened.fileno(), LIVE_AT + LIVE.size)
        self.environment = {"LD_PRELOAD": str(library),
                            "FAULTY_CONTROL": str(file),
                            "FAULTY_BELOW": str(installation.data)}
        site.deployment.responder.stop()
        self.start()

    def start(self):
        self.site.deployment.start_responder(**self.environment)
        self.process = self.site.deployment.responder.process

    def arm(self, what, error, at, count=1, only=""):
        """From now on, count calls from the at-th on fail."""
        self.control[:LAYOUT.size] = LAYOUT.pack(
            0, what, at, count, error, 0, 0, b"", only.encode())
        self.control[:4] = struct.pack("i", 1)

    def disarm(self):
        """How many calls failed, and the name of the first of them."""
        self.control[:4] = struct.pack("i", 0)
        fields = LAYOUT.unpack(self.control[:LAYOUT.size])
        return fields[6], fields[7].rstrip(b"\0").decode()

    def live(self):
        """How many allocations there are that were not freed."""
        return LIVE.unpack(self.control[LIVE_AT:])[0]

    def check_lives(self, *fault):
        assert self.process.poll() is None, f"it died of {fault}"


class Recorder(Client):
    """Remembers the answer that came last."""

    last = None

    def request(self, *args, **more):
        self.last = super().request(*args, **more)
        return self.last


class Deed:
    """A family's writer, one number at a time."""

    def __init__(self, family, site):
        self.writer = family(site)
        self.writer.person = Recorder(self.writer.person.port,
                                      self.writer.person.token)

    def do(self):
        """The status; 200 is done."""
        self.writer.attempted = self.writer.acknowledged + 1
        status = self.writer.write()
        if status == 200:
            self.writer.acknowledged = self.writer.attempted
        return status

    def check_refused(self, allowed):
        answer = self.writer.person.last
        assert answer.status in allowed, answer
        assert MEMBERS[type(self.writer)] <= set(answer.json()), answer
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) > 0, answer

    def check(self, installation):
        """Nothing is there that was refused."""
        self.writer.attempted = self.writer.acknowledged
        self.writer.check(Seen(installation))


class Reading(Deed):
    """GET of a prompt, which changes nothing."""

    def do(self):
        answer = self.writer.person.get(f"/prompts/{self.writer.prompt}")
        if answer.status == 200:
            assert answer.json()["title"] == "count 0", answer
        return answer.status


class Deletion(Deed):
    """DELETE of a prompt with two versions; the next one is made when
    nothing fails."""

    def prepare(self):
        self.writer.prompt = self.writer.create()
        self.writer.attempted = 1
        assert self.writer.write() == 200

    def do(self):
        path = f"/api/admin/prompts/{self.writer.prompt}"
        status = self.writer.person.delete(path).status
        self.is_gone = status == 204
        return 200 if self.is_gone else status

    def check(self, installation):
        rows = Seen(installation)
        assert self.is_gone == (self.writer.prompt not in rows.prompts)
        assert self.is_gone == (self.writer.prompt not in rows.versions)


class Large(Deed):
    """As many large PATCHes as fill the WAL to where SQLite moves it into the
    database, and some more."""

    def do(self):
        person, prompt = self.writer.person, self.writer.prompt
        for _ in range(12):
            self.writer.attempted = self.writer.acknowledged + 1
            status = person.patch(f"/prompts/{prompt}", {
                "title": f"count {self.writer.attempted}",
                "content": f"{self.writer.attempted % 10}" * 100_000}).status
            if status != 200:
                return status
            self.writer.acknowledged = self.writer.attempted
        return status


DEEDS = {
    "get": (Reading, Promptcrafter),
    "patch": (Deed, Promptcrafter),
    "payload": (Deed, Px0),
    "voice": (Deed, Voice),
    "admin": (Deed, Admin),
    "delete": (Deletion, Admin),
}


def make_deed(name, site):
    kind, family = DEEDS[name]
    return kind(family, site)


def sweep(faulty, deed, what, error, allowed=UNAVAILABLE, every=1, count=1,
          only=""):
    """Do the deed with each of its calls failing, from the first on until it
    meets none; the names of those that failed.  Where a deed makes some calls
    more or fewer from one time to the next, the last ones may be missed: name
    those with only."""
    names = []
    at = 1
    while do_faulty(faulty, deed, (what, error, at, count, only), allowed,
                    names):
        at += every
    return names


def do_faulty(faulty, deed, fault, allowed, names):
    """Do the deed once, and again if it was refused; did a call fail?"""
    if isinstance(deed, Deletion):
        deed.prepare()
    faulty.arm(*fault)
    status = deed.do()
    failed, name = faulty.disarm()
    faulty.check_lives(fault, name)
    if status != 200:
        assert failed > 0, fault
        deed.check_refused(allowed)
        assert deed.do() == 200, (fault, name)
    if failed:
        names.append(name)
    return failed > 0


@pytest.fixture(scope="session")
def faulty_shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "faulty.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1",
                    "-o", library, SOURCE, "-ldl"], check=True,
                   timeout=WAIT_S)
    return library


@pytest.fixture
def faulty(own_site, faulty_shim):
    return Faulty(own_site, faulty_shim)


ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EINTR": errno.EINTR,
          "short": SHORT_WRITE}
