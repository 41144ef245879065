"""The Debian package in a Debian of its own.

debootstrap makes a system with real lighttpd and Apache; the package that
`make deb` built is installed into a copy of it with dpkg, enabled with
Debian's own commands, upgraded while requests run, removed and purged.  Needs
root, and takes minutes the first time.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))

# pylint: disable=wrong-import-position
from client import Client  # noqa: E402
from deployment import START_S, children, free_port, wait_until  # noqa: E402

BUILT = SOURCE / "build" / "deb"
BASE = SOURCE / "build" / "chroot"
INSIDE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
          "HOME": "/", "DEBIAN_FRONTEND": "noninteractive"}
PROMPT = {"title": "Greeting", "content": "Say hello.", "model": "any"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def built_package():
    [package] = BUILT.glob("promptledger_*.deb")
    return package


def make_base():
    """A Debian with what the package depends on, made once."""
    depends = subprocess.run(
        ["dpkg-deb", "-f", built_package(), "Depends"], check=True, text=True,
        capture_output=True).stdout
    packages = [re.split(r"[ (|]", word.strip())[0]
                for word in depends.split(",")]
    shutil.rmtree(BASE, ignore_errors=True)
    making = BASE.with_suffix(".new")
    shutil.rmtree(making, ignore_errors=True)
    subprocess.run(
        ["debootstrap", "--variant=minbase",
         "--include=" + ",".join(["lighttpd", "apache2", "man-db",
                                  "libapache2-mod-fcgid", *packages]),
         "bookworm", making], check=True, stdout=subprocess.DEVNULL)
    making.rename(BASE)


class Machine:
    """A copy of the base: commands in it, and servers from it."""

    def __init__(self, root):
        self.root = root
        subprocess.run(["cp", "-a", BASE, root], check=True)
        # Services are started by the tests alone.
        policy = root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        self.servers = []
        self.ports = {"lighttpd": free_port(), "apache2": free_port()}
        self._listen_on_loopback()

    def _listen_on_loopback(self):
        conf = self.root / "etc/lighttpd/lighttpd.conf"
        text = conf.read_text()
        text = re.sub(r"(?m)^server\.port.*$", "server.port = %d\n"
                      'server.bind = "127.0.0.1"' % self.ports["lighttpd"],
                      text)
        conf.write_text(re.sub(r"(?m)^.*use-ipv6.*$", "", text))
        (self.root / "etc/apache2/ports.conf").write_text(
            "Listen 127.0.0.1:%d\nServerName localhost\n"
            % self.ports["apache2"])

    def words(self, command):
        """/proc is there for this command alone: nothing to undo."""
        return ["unshare", "--mount", "sh", "-ec",
                'mount -t proc proc "$1/proc"; root=$1; shift;'
                ' exec chroot "$root" "$@"', "sh", self.root, *command]

    def run(self, *command, text="", check=True):
        done = subprocess.run(
            self.words(command), input=text, env=INSIDE, text=True,
            capture_output=True, timeout=300, check=False)
        assert not check or done.returncode == 0, done
        return done

    def as_owner(self, *command, text=""):
        return self.run("runuser", "-u", "www-data", "--", "promptledger",
                        *command, text=text).stdout

    def start(self, name, *command):
        log = self.root.parent / f"{name}.log"
        with open(log, "wb") as out:
            server = subprocess.Popen(
                self.words(command), env=INSIDE, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out)
        self.servers.append(server)
        client = Client(self.ports[name])

        def answers():
            assert server.poll() is None, log.read_text()
            try:
                return client.get("/promptledger/prompts").status == 401
            except OSError:
                return False

        wait_until(answers, START_S, name)
        return server, client

    def programs(self, server):
        """What the processes of the program below a server run: its path,
        marked as deleted once it was replaced."""
        found = []
        for pid in children(server.pid):
            try:
                path = os.readlink(f"/proc/{pid}/exe")
            except OSError:
                continue
            if path.startswith(f"{self.root}/usr/bin/promptledger"):
                found.append(path.removeprefix(str(self.root)))
        return found

    def stop(self):
        for server in self.servers:
            family = [server.pid, *children(server.pid)]
            server.terminate()
            server.wait(START_S)
            wait_until(lambda family=family: not any(
                Path(f"/proc/{pid}").exists() for pid in family), START_S,
                "the end of what it started")
        self.servers = []

    def mode(self, path):
        status = (self.root / path).lstat()
        return status.st_uid, oct(status.st_mode & 0o7777)


@pytest.fixture(scope="module")
def base():
    if not BASE.exists():
        make_base()


@pytest.fixture
def machine(base, tmp_path):
    made = Machine(tmp_path / "machine")
    shutil.copy(built_package(), made.root / "tmp/promptledger.deb")
    made.run("dpkg", "-i", "/tmp/promptledger.deb")
    yield made
    made.stop()
    shutil.rmtree(made.root)


def enable(machine, name):
    """As README.Debian says; the server's pid and a client of it."""
    if name == "lighttpd":
        machine.run("lighty-enable-mod", "promptledger")
        # What its init script does.
        machine.run("install", "-d", "-o", "www-data", "-g", "www-data",
                    "/run/lighttpd")
        return machine.start(name, "lighttpd", "-D", "-f",
                             "/etc/lighttpd/lighttpd.conf")
    machine.run("a2enmod", "fcgid")
    machine.run("a2enconf", "promptledger")
    # What apache2ctl does, which would stand between us and the server.
    return machine.start(
        name, "sh", "-ec", ". /etc/apache2/envvars; mkdir -p"
        " $APACHE_RUN_DIR $APACHE_LOCK_DIR; exec apache2 -DFOREGROUND")


def add_operator(machine):
    """As README.Debian says; a token of hers."""
    machine.as_owner("user", "add", "--email", "ada@example.org", "--role",
                     "admin", "--password-stdin", text="a good password\n")
    return machine.as_owner("token", "create", "--user",
                            "ada@example.org").strip()


def test_data_are_for_the_web_server_s_account_alone(machine):
    www_data = int(machine.run("id", "-u", "www-data").stdout)
    assert machine.mode("var/lib/promptledger") == (www_data, "0o700")
    add_operator(machine)
    assert machine.mode("var/lib/promptledger/promptledger.db") == (
        www_data, "0o600")
    printed = machine.as_owner("config")
    assert "# data = /var/lib/promptledger\n" in printed


def test_settings_stand_in_etc(machine):
    file = machine.root / "etc/promptledger/promptledger.conf"
    text = file.read_text()
    assert "\n#signup = open\n" in text
    file.write_text(text.replace("#signup = open", "signup = closed"))
    printed = machine.as_owner("config")
    assert re.search(r"# /var/lib/promptledger/promptledger\.conf:\d+\n"
                     r"signup = closed\n", printed)


def test_nothing_is_served_before_it_is_enabled(machine):
    for folder in ("apache2", "lighttpd"):
        enabled = machine.root / "etc" / folder / "conf-enabled"
        assert list(enabled.glob("*promptledger*")) == []


@pytest.mark.parametrize("name", ["lighttpd", "apache2"])
def test_enabled_with_debian_s_commands_it_serves(machine, name):
    token = add_operator(machine)
    _, client = enable(machine, name)
    person = client.with_token(token)
    # Beyond what mod_fcgid takes by default.
    made = person.post("/promptledger/prompts",
                       {**PROMPT, "content": "x" * 200_000})
    assert made.status == 201, made
    path = "/promptledger/prompts/" + made.json()["_id"]
    assert person.get(path).json()["content"] == "x" * 200_000
    assert person.patch(path, {"title": "Farewell"}).status == 200
    assert person.delete(path).status == 204
    # The command line works on the same data.
    assert "ok: " in machine.as_owner("audit", "verify")
    # Nothing else of the site is ours.
    assert client.get("/promptledgers/prompts").status == 404
    assert client.get("/prompts").status == 404


def repack(machine, version):
    """The same package, as the next version."""
    machine.run("dpkg-deb", "-R", "/tmp/promptledger.deb", "/tmp/next")
    control = machine.root / "tmp/next/DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {version}",
                              control.read_text()))
    machine.run("dpkg-deb", "-b", "/tmp/next", "/tmp/next.deb")


def inode(machine):
    return (machine.root / "usr/bin/promptledger").stat().st_ino


@pytest.mark.parametrize("name", ["lighttpd", "apache2"])
def test_upgrade_while_requests_run_fails_none(machine, name):
    token = add_operator(machine)
    server, client = enable(machine, name)
    person = client.with_token(token)
    repack(machine, "0.2.0-1")
    assert machine.programs(server)
    before = inode(machine)
    stop, statuses = threading.Event(), []

    def ask():
        while not stop.is_set():
            statuses.append(person.post("/promptledger/prompts",
                                        PROMPT).status)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        machine.run("dpkg", "-i", "/tmp/next.deb")
        assert inode(machine) != before
        wait_until(lambda: set(machine.programs(server)) == {
            "/usr/bin/promptledger"}, START_S, "the new program")
    finally:
        stop.set()
        for thread in threads:
            thread.join(START_S)
    assert len(statuses) > 10
    assert set(statuses) == {201}


def test_removed_it_leaves_a_server_that_starts_and_the_data(machine):
    add_operator(machine)
    for name in ("lighttpd", "apache2"):
        enable(machine, name)
    machine.stop()
    machine.run("dpkg", "-r", "promptledger")
    for folder in ("apache2", "lighttpd"):
        enabled = machine.root / "etc" / folder / "conf-enabled"
        assert list(enabled.glob("*promptledger*")) == []
    machine.run("lighttpd", "-tt", "-f", "/etc/lighttpd/lighttpd.conf")
    machine.run("apache2ctl", "configtest")
    assert not (machine.root / "usr/bin/promptledger").exists()
    purged = machine.run("dpkg", "-P", "promptledger")
    assert "/var/lib/promptledger are kept" in purged.stderr
    assert not (machine.root / "etc/promptledger").exists()
    assert (machine.root / "var/lib/promptledger/promptledger.db").exists()
    # Installed again, the data are there again.
    machine.run("dpkg", "-i", "/tmp/promptledger.deb")
    assert "ok: " in machine.as_owner("audit", "verify")


def test_purged_before_it_was_used_it_leaves_nothing(machine):
    purged = machine.run("dpkg", "-P", "promptledger")
    assert "kept" not in purged.stderr
    for path in ("var/lib/promptledger", "etc/promptledger",
                 "usr/lib/promptledger", "usr/share/doc/promptledger"):
        assert not (machine.root / path).exists(), path


@pytest.mark.parametrize("page", ["promptledger.1", "promptledger.conf.5"])
def test_manual_pages_are_found_by_man(machine, page):
    name, section = page.rsplit(".", 1)
    shown = machine.run("man", "-P", "cat", section, name)
    assert "promptledger" in shown.stdout
    assert shown.stderr == ""
