"""Starts and stops promptledger in the five ways that are shipped.

Every deployment is an installation of its own below the temporary directory:
the binary and the configuration files as they are in the source tree, a data
directory, a directory for sockets and logs, and a port of 127.0.0.1.

Started by root, everything runs as www-data, the way a web server would run
it; started by anyone else, as that person.
"""

import grp
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("PROMPTLEDGER_BINARY",
                             SOURCE / "cgi-bin" / "promptledger.fcgi"))
MODULES = Path("/usr/lib/apache2/modules")
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
START_S = 15
STOP_S = 10
INDEX_S = 60
POLL_S = 0.02

CHECK_DATABASE = """
import json, sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    rows = database.execute(sys.argv[2], json.loads(sys.argv[3])).fetchall()
print(json.dumps(rows))
"""


class DeploymentError(Exception):
    """A server did not start, stop or answer; carries the logs."""


def wait_until(is_true, seconds, what):
    """Ask again and again, for a bounded time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise DeploymentError(f"{what}: not within {seconds} s")
        time.sleep(POLL_S)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def account():
    """The user and group that servers run as."""
    if os.geteuid() == 0:
        return "www-data", grp.getgrgid(
            pwd.getpwnam("www-data").pw_gid).gr_name
    return (pwd.getpwuid(os.geteuid()).pw_name,
            grp.getgrgid(os.getegid()).gr_name)


def as_account():
    """Arguments for subprocess that give up root."""
    if os.geteuid() != 0:
        return {}
    user, group = account()
    return {"user": user, "group": group, "extra_groups": []}


def own(path):
    """Give a file or directory that root made to that account."""
    if os.geteuid() == 0:
        shutil.chown(path, *account())


def children(pid):
    """The processes that pid started, and those that they started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and parent(entry) == pid:
            found += [int(entry.name), *children(int(entry.name))]
    return found


def parent(process):
    try:
        stat = (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, ppid = stat.rpartition(")")[2].split()[:2]
    return None if state == "Z" else int(ppid)


def is_running(pid):
    return parent(Path("/proc") / str(pid)) is not None


class Installation:
    """The files of one deployment, and the command line on its data."""

    def __init__(self):
        if not BINARY.exists():
            raise DeploymentError(f"{BINARY} is missing: run make first")
        self.root = Path(tempfile.mkdtemp(prefix="promptledger-"))
        self.root.chmod(0o711)
        self.home = self.root / "home"
        self.site = self._own_directory("site", 0o711)
        self.run = self._own_directory("run", 0o700)
        self.data = self._own_directory("own", 0o700) / "data"
        self._copy_shipped_files()
        self.program = self.home / "cgi-bin" / "promptledger.fcgi"
        self.command("init", "--data", self.data)
        self.configure()

    def _own_directory(self, name, mode):
        directory = self.root / name
        directory.mkdir()
        directory.chmod(mode)
        own(directory)
        return directory

    def _copy_shipped_files(self):
        (self.home / "cgi-bin").mkdir(parents=True)
        copy(BINARY, self.home / "cgi-bin" / "promptledger.fcgi", 0o755)
        for name in ("lighttpd-conf", "apache-conf"):
            (self.home / name).mkdir()
            for file in (SOURCE / name).iterdir():
                copy(file, self.home / name / file.name, 0o644)
        for directory in (self.home, *self.home.iterdir()):
            directory.chmod(0o755)

    def configure(self, **settings):
        """Write the settings' file; it is read when a process starts."""
        # All the tests' users register from one address.
        settings = {"signups": 0, **settings}
        file = self.data / "promptledger.conf"
        file.write_text("".join(f"{name} = {value}\n"
                                for name, value in settings.items()))
        file.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(file, *account())

    def install_site(self, htaccess="htaccess"):
        """Do what a person does who uploads to rented web space."""
        text = (self.home / "apache-conf" / htaccess).read_text()
        example = "/home/you/promptledger-data"
        assert text.count(example) == 1
        (self.site / ".htaccess").write_text(
            text.replace(example, str(self.data)))
        (self.site / ".htaccess").chmod(0o644)
        copy(self.program, self.site / "promptledger.cgi", 0o755)

    def environment(self, **more):
        user, group = account()
        return {
            "PATH": SEARCH_PATH,
            "HOME": str(self.run),
            "LANG": "C.UTF-8",
            "PROMPTLEDGER_HOME": str(self.home),
            "PROMPTLEDGER_SITE": str(self.site),
            "PROMPTLEDGER_RUN": str(self.run),
            "PROMPTLEDGER_DATA": str(self.data),
            "PROMPTLEDGER_SOCKET": str(self.run / "external.sock"),
            "PROMPTLEDGER_USER": user,
            "PROMPTLEDGER_GROUP": group,
            "PROMPTLEDGER_MODULES": str(MODULES),
            **more,
        }

    def command(self, *words, text="", check=True):
        """Run the program as command line tool; what it printed."""
        done = self.run_command(*words, text=text)
        if check and done.returncode != 0:
            raise DeploymentError(f"promptledger {' '.join(map(str, words))}:"
                                  f" {done.returncode}\n{done.stderr}")
        return done.stdout

    def run_command(self, *words, text=""):
        return subprocess.run(
            [self.program, *words], input=text, text=True, timeout=60,
            capture_output=True, env=self.environment(), cwd=self.run,
            check=False, **as_account())

    def add_user(self, email, role, password):
        self.command("user", "add", "--email", email, "--role", role,
                     "--password-stdin", "--data", self.data,
                     text=password + "\n")

    def create_token(self, email, kind="session", scopes=()):
        words = ["token", "create", "--user", email, "--kind", kind]
        if scopes:
            words += ["--scopes", " ".join(scopes)]
        printed = self.command(*words, "--data", self.data, "--json")
        return json.loads(printed)["token"]

    def query(self, sql, parameters=()):
        """Rows of the database, read by the account that owns it."""
        done = subprocess.run(
            [sys.executable, "-c", CHECK_DATABASE, self.database(), sql,
             json.dumps(parameters)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, cwd=self.run, check=False, **as_account())
        if done.returncode != 0:
            raise DeploymentError(done.stderr)
        return json.loads(done.stdout)

    def wait_for_index(self):
        """Until every prompt is in the search's index."""
        wait_until(lambda: self.query(
            "SELECT COUNT(*) FROM search_pending") == [[0]], INDEX_S,
            "the index")

    def database(self):
        files = list(self.data.glob("*.db"))
        assert len(files) == 1, f"databases in the data directory: {files}"
        return files[0]

    def check_integrity(self):
        """The database is sound, its totals are right, and so is the chain of
        its audit rows."""
        assert self.query("PRAGMA integrity_check") == [["ok"]]
        assert self.query("PRAGMA foreign_key_check") == []
        assert self.query(
            "SELECT is_voice, total FROM prompt_total WHERE total <> 0 "
            "ORDER BY is_voice") == self.query(
            "SELECT kind <> 'text' AS is_voice, count(*) FROM prompt "
            "GROUP BY is_voice ORDER BY is_voice")
        verified = self.run_command("audit", "verify", "--data", self.data)
        assert verified.returncode == 0, verified

    def logs(self):
        """The last lines of everything that the servers wrote, but for those
        that tell of success."""
        text = ""
        for file in sorted([*self.run.glob("*.log"), *self.run.glob("*.err")]):
            lines = [line for line
                     in file.read_text(errors="replace").splitlines()
                     if " status=2" not in line]
            text += f"== {file.name}\n" + "\n".join(lines[-50:]) + "\n"
        return text

    def remove(self):
        shutil.rmtree(self.root)


class Server:
    """One process that we started and will end."""

    def __init__(self, installation, name, words, credentials=None,
                 **environment):
        self.installation = installation
        self.name = name
        self.log = installation.run / f"{name}.err"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=installation.environment(**environment),
                cwd=installation.run,
                **(as_account() if credentials is None else credentials))

    @property
    def pid(self):
        return self.process.pid

    def wait_ready(self, is_ready):
        def has_answered_or_died():
            return self.process.poll() is not None or is_ready()

        try:
            wait_until(has_answered_or_died, START_S, f"start of {self.name}")
            if self.process.poll() is not None:
                raise DeploymentError(
                    f"{self.name} ended with {self.process.returncode}")
        except DeploymentError as error:
            self.stop()
            raise DeploymentError(
                f"{error}\n{self.installation.logs()}") from None

    def stop(self):
        """Ask it to end, insist after a while; True if asking was enough."""
        family = [self.pid, *children(self.pid)]
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
            wait_until(lambda: not any(map(is_running, family)), STOP_S,
                       f"end of what {self.name} started")
            return True
        except (subprocess.TimeoutExpired, DeploymentError):
            for pid in filter(is_running, family):
                os.kill(pid, signal.SIGKILL)
            self.process.wait(STOP_S)
            return False


class Responder(Server):
    """The program under spawn-fcgi, which becomes it: same process id."""

    def __init__(self, installation, **environment):
        self.socket = str(installation.run / "external.sock")
        super().__init__(installation, "responder", [
            find("spawn-fcgi"), "-n", "-s", self.socket, "--",
            installation.program], **environment)
        self.wait_ready(self.is_listening)

    def is_listening(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(self.socket) == 0


class Deployment:
    """A web server with the program behind it.  Subclasses say how."""

    name = None
    configuration = None
    external = False

    def __init__(self, installation, credentials=None):
        self.installation = installation
        self.credentials = credentials
        self.port = free_port()
        self.responder = None
        self.server = None

    def words(self):
        raise NotImplementedError

    def prepare(self):
        """What must be in place before the web server starts."""

    def start(self):
        self.prepare()
        if self.external:
            self.start_responder()
        self.server = Server(self.installation, self.name, self.words(),
                             self.credentials,
                             PROMPTLEDGER_PORT=str(self.port))
        try:
            self.server.wait_ready(self.answers)
        except DeploymentError:
            self.stop()
            raise

    def start_responder(self, **environment):
        self.responder = Responder(self.installation, **environment)

    def restart_responder(self):
        """Start the program again after it was killed or has ended."""
        self.responder.process.wait(STOP_S)
        self.start_responder()
        wait_until(self.answers, START_S, "an answer after the restart")

    def stop(self):
        """True when everything ended as soon as it was asked to."""
        ended = [server.stop() for server in (self.server, self.responder)
                 if server is not None]
        return all(ended)

    def answers(self):
        """Does the program answer, not only the web server?"""
        try:
            with socket.create_connection(("127.0.0.1", self.port),
                                          timeout=START_S) as peer:
                peer.sendall(b"GET /prompts HTTP/1.0\r\n\r\n")
                return peer.recv(32).split()[1:2] == [b"401"]
        except OSError:
            return False

    def responder_pids(self):
        """The processes that run the program now."""
        pids = children(self.server.pid)
        if self.responder is not None:
            pids.append(self.responder.pid)
        return [pid for pid in pids if self._runs_program(pid)]

    def _runs_program(self, pid):
        try:
            program = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            return False
        return Path(program).parent in (self.installation.home / "cgi-bin",
                                        self.installation.site)


class Lighttpd(Deployment):
    def words(self):
        file = self.installation.home / "lighttpd-conf" / self.configuration
        return [find("lighttpd"), "-D", "-f", file]


class LighttpdSpawned(Lighttpd):
    name = "lighttpd-spawned"
    configuration = "spawned.conf"


class LighttpdExternal(Lighttpd):
    name = "lighttpd-external"
    configuration = "external.conf"
    external = True


class Apache(Deployment):
    def words(self):
        file = self.installation.home / "apache-conf" / self.configuration
        return [find("apache2"), "-DFOREGROUND", "-f", file]


class ApacheFcgid(Apache):
    name = "apache-fcgid"
    configuration = "mod_fcgid.conf"


class ApacheProxy(Apache):
    name = "apache-proxy"
    configuration = "mod_proxy_fcgi.conf"
    external = True


class ApacheCgi(Apache):
    name = "apache-cgi"
    configuration = "plain-cgi.conf"

    def prepare(self):
        self.installation.install_site()


DEPLOYMENTS = {kind.name: kind for kind in (
    LighttpdSpawned, LighttpdExternal, ApacheFcgid, ApacheProxy, ApacheCgi)}


def find(program):
    path = shutil.which(program, path=SEARCH_PATH)
    if path is None:
        raise DeploymentError(f"{program} is not installed: run make deps")
    return path


def copy(source, target, mode):
    shutil.copyfile(source, target)
    target.chmod(mode)
