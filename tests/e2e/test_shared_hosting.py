"""docs/SHARED-HOSTING.md, done step by step: rented web space, no shell.

The commands and the table of uploads are taken from the page, and `/home/ada`
in them becomes a directory of the test.  Apache grants .htaccess what hosts
grant, and nothing more.
"""

import json
import os
import re
import shlex
import subprocess

import pytest

from client import Client
from deployment import (SEARCH_PATH, SOURCE, Apache, Installation, account,
                        as_account, copy, find)

PAGE = (SOURCE / "docs" / "SHARED-HOSTING.md").read_text()
GRANTED = "FileInfo Options Limit AuthConfig Indexes"


@pytest.fixture(scope="session")
def program():
    """`make static`, which says nothing but what it does."""
    done = subprocess.run(
        ["make", "-j2", "static"], cwd=SOURCE, capture_output=True, text=True,
        check=False, timeout=600,
        env={key: value for key, value in os.environ.items()
             if not key.startswith("MAKE")})
    assert done.returncode == 0, done
    assert done.stderr == ""
    return SOURCE / "build" / "static" / "promptledger"


def commands(heading):
    """The shell lines below a heading of the page."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.S)
    assert blocks, heading
    return "".join(blocks)


def uploads():
    """(at home, on the host, mode) of each row of the table."""
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (\d{3}) \|$", PAGE, re.M)
    assert len(rows) == 5
    return [(home, host, int(mode, 8)) for home, host, mode in rows]


class Host(Apache):
    """The host's Apache, set up as the page expects it."""

    name = "host"

    def __init__(self, installation, runs_cgi):
        super().__init__(installation)
        self.runs_cgi = runs_cgi

    def words(self):
        text = (SOURCE / "apache-conf" / "plain-cgi.conf").read_text()
        assert text.count("AllowOverride FileInfo\n") == 1
        text = text.replace("AllowOverride FileInfo\n",
                            f"AllowOverride {GRANTED}\n")
        modules = '${PROMPTLEDGER_MODULES}/mod_'
        text = text.replace(
            "LoadModule cgid_module", f'LoadModule mime_module "{modules}'
            'mime.so"\nTypesConfig /dev/null\nLoadModule cgid_module')
        if not self.runs_cgi:
            text = text.replace("+ExecCGI ", "").replace(
                "    SetHandler cgi-script\n", "")
        file = self.installation.run / "host.conf"
        file.write_text(text)
        return [find("apache2"), "-DFOREGROUND", "-f", file]

    def answers(self):
        try:
            Client(self.port).get("/")
            return True
        except OSError:
            return False


class Space:
    """The rented space, and the customer's computer."""

    def __init__(self, program):
        self.installation = Installation()
        self.installation.program = program
        self.you = self.installation._own_directory("you", 0o711)
        (self.you / "htdocs").mkdir()
        self.home = self.installation._own_directory("computer", 0o755)
        self._as_owner(self.you / "htdocs")
        for name in ("apache-conf", "build"):
            (self.home / name).mkdir()
        (self.home / "build" / "static").mkdir()
        copy(program, self.home / "build" / "static" / "promptledger", 0o755)
        copy(SOURCE / "apache-conf" / "htaccess",
             self.home / "apache-conf" / "htaccess", 0o644)
        self._as_owner(self.home, *self.home.rglob("*"))
        self.installation.site = self.you / "htdocs"
        self.host = None

    @staticmethod
    def _as_owner(*paths):
        if os.geteuid() == 0:
            user, group = account()
            subprocess.run(["chown", f"{user}:{group}", *paths], check=True)

    def at_home(self, lines):
        lines = lines.replace("/home/ada", str(self.you))
        return subprocess.run(
            ["sh", "-euc", lines], cwd=self.home, check=True, text=True,
            capture_output=True, timeout=60, env={"PATH": SEARCH_PATH},
            **as_account())

    def upload(self):
        for source, target, mode in uploads():
            target = target.replace("/home/ada", str(self.you))
            if source.endswith("/"):
                self.at_home(f"mkdir {target} && chmod {mode:o} {target}")
            else:
                self.at_home(f"cp {source} {target} && chmod {mode:o} {target}")

    def open(self, runs_cgi=True):
        self.host = Host(self.installation, runs_cgi)
        self.host.start()
        return Client(self.host.port)

    def close(self):
        if self.host is not None:
            assert self.host.stop(), self.installation.logs()
        self.installation.remove()


@pytest.fixture
def space(program):
    made = Space(program)
    # Step 1 is the fixture `program`.
    assert commands("1. Build the program") == "make static\n"
    made.at_home(commands("2. Make the data, with the first operator"))
    made.at_home(commands("3. Say where the data will lie"))
    made.upload()
    yield made
    made.close()


def try_it(client):
    """Step 5; the token."""
    first, second = commands("5. Try it").splitlines()
    refused = client.get(shlex.split(first)[1].removeprefix(
        "https://example.org"))
    assert refused.status == 401
    assert refused.json() == {"error": "Authentication token is missing."}
    words = shlex.split(second)
    answer = client.post(
        words[1].removeprefix("https://example.org"),
        json.loads(words[words.index("-d") + 1]))
    assert answer.status == 200, answer
    return answer.json()["token"]


def test_static_program_needs_no_shared_library(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True,
                            check=False)
    assert re.search(r"statically linked|not a dynamic executable",
                     listed.stdout + listed.stderr)
    headers = subprocess.run(["readelf", "-dlW", program], text=True,
                             capture_output=True, check=True).stdout
    assert "NEEDED" not in headers
    assert "INTERP" not in headers
    assert "GNU_RELRO" in headers


def test_the_page_leads_to_a_site_that_works(space):
    client = space.open()
    token = try_it(client)
    person = client.with_token(token)
    made = person.post("/prompts", {"title": "Greeting", "model": "any",
                                    "content": "Say hello."})
    assert made.status == 201, made
    path = "/prompts/" + made.json()["_id"]
    assert person.patch(path, {"title": "Farewell"}).status == 200
    # An operator, as step 2 made her: the admin API knows the prompt.
    admin = person.get("/api/admin/prompts/" + made.json()["_id"])
    assert admin.status == 200, admin
    # Strangers do not register: the settings arrived, too.
    stranger = client.post("/auth/signup", {
        "name": "Eve", "email": "eve@example.org",
        "password": "another good password"})
    assert stranger.status == 403, stranger
    # Nothing but the program is shown.
    for file in ("/.htaccess", "/promptledger.db"):
        assert client.get(file).status in (403, 404)
    data = space.you / "promptledger-data"
    for file in data.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file
    verified = space.installation.run_command("audit", "verify", "--data",
                                              data)
    assert verified.returncode == 0, verified


def test_where_cgi_does_not_run_by_itself_two_lines_make_it(space):
    client = space.open(runs_cgi=False)
    # The page's table says what is seen then.
    assert client.get("/prompts").status != 401
    file = space.you / "htdocs" / ".htaccess"
    lines = file.read_text().splitlines()
    assert [line[:2] for line in lines[-2:]] == ["# ", "# "]
    lines[-2:] = [line[2:] for line in lines[-2:]]
    file.write_text("\n".join(lines) + "\n")
    try_it(client)


def test_a_part_of_the_site_is_served_from_its_own_directory(space):
    part = space.you / "htdocs" / "ledger"
    space.at_home(f"mkdir {part}; mv {part.parent}/.htaccess"
                  f" {part.parent}/promptledger.cgi {part}")
    client = space.open()
    assert client.get("/ledger/prompts").status == 401
    assert client.get("/prompts").status == 404


def test_data_inside_the_site_are_refused(space):
    space.at_home(f"mv {space.you}/promptledger-data {space.you}/htdocs;"
                  f" sed -i 's|{space.you}/promptledger-data|{space.you}"
                  f"/htdocs/promptledger-data|' {space.you}/htdocs/.htaccess")
    client = space.open()
    answer = client.get("/prompts")
    assert answer.status == 503
    assert "cannot open its data" in answer.json()["error"]
    assert "lies inside the document root" in space.installation.logs()


def test_more_operators_come_by_cron(space):
    client = space.open()
    section = PAGE.split("\n## More operators, later\n")[1].split("\n## ")[0]
    [line] = re.findall(r"```\n(.*?)```", section, re.S)
    space.at_home(line)
    answer = client.post("/auth/login", {
        "email": "editor@example.org", "password": "another good password"})
    assert answer.status == 200, answer
    # Strangers who register may not do this.
    link = client.post("/voice/prompts-requests", {},
                       token=answer.json()["token"])
    assert link.status == 201, link


def test_the_closing_htaccess_of_a_backup_closes(space):
    client = space.open()
    section = PAGE.split("\n## Backup\n")[1].split("\n## ")[0]
    [text] = re.findall(r"```\n(.*?)```", section, re.S)
    file = space.you / "htdocs" / ".htaccess"
    own = file.read_text()
    file.write_text(text)
    for path in ("/prompts", "/promptledger.cgi/prompts"):
        assert client.get(path).status == 403
    file.write_text(own)
    try_it(client)
