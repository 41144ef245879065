"""Rented web space whose mod_fcgid lets no more than 128 KiB through.

The Apache here is set up as hosting companies do it, with mod_fcgid's own
default; all else is `.htaccess`.  A recording of 3 MB gets through as plain
CGI beside it, by the file that we ship for that, and in parts.
"""

import hashlib

import pytest

from conftest import Site
from deployment import DEPLOYMENTS, ApacheCgi, copy
from test_upload import ask_for_link, upload, wav, words
from test_upload_parts import Parts, digest, noisy, split

AUDIO = noisy(3_000_000)
CAP = 131_072  # mod_fcgid's default

# plain-cgi.conf is an Apache as hosting companies set it up; this adds what
# they do for FastCGI.  FcgidMaxRequestLen is not named.
FCGID = """
LoadModule fcgid_module "${PROMPTLEDGER_MODULES}/mod_fcgid.so"
FcgidIPCDir "${PROMPTLEDGER_RUN}/fcgid"
FcgidProcessTableFile "${PROMPTLEDGER_RUN}/fcgid.table"
FcgidConnectTimeout 20
<FilesMatch "\\.fcgi$">
    SetHandler fcgid-script
</FilesMatch>
"""


class CappedFcgid(ApacheCgi):
    """The shipped .htaccess: uploads as plain CGI, all else through fcgid."""

    name = "capped-fcgid"
    configuration = "capped.conf"
    htaccess = "htaccess-fcgid"

    def prepare(self):
        home = self.installation.home
        hosting = (home / "apache-conf" / "plain-cgi.conf").read_text()
        file = home / "apache-conf" / self.configuration
        file.write_text(hosting + FCGID)
        file.chmod(0o644)
        self.installation.install_site(self.htaccess)
        copy(self.installation.program,
             self.installation.site / "promptledger.fcgi", 0o755)
        self.adapt(self.installation.site / ".htaccess")

    def adapt(self, htaccess):
        """What the person changes in the shipped file."""


class CappedFcgidAlone(CappedFcgid):
    """A host that runs no plain CGI programs: all goes through fcgid."""

    name = "capped-fcgid-alone"

    def adapt(self, htaccess):
        lines = htaccess.read_text().splitlines(keepends=True)
        kept = [line for line in lines
                if not line.startswith("RewriteRule ^((.*/)?voice/uploads/")]
        assert len(kept) == len(lines) - 1
        htaccess.write_text("".join(kept))
        (self.installation.site / "promptledger.cgi").unlink()


def open_site(kind, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, kind.name, kind)
    return Site(kind.name)


@pytest.fixture
def with_cgi(monkeypatch):
    opened = open_site(CappedFcgid, monkeypatch)
    yield opened
    opened.close()


@pytest.fixture
def alone(monkeypatch):
    opened = open_site(CappedFcgidAlone, monkeypatch)
    yield opened
    opened.close()


def programs(site):
    """The names under which the program runs now."""
    found = set()
    for pid in site.deployment.responder_pids():
        with open(f"/proc/{pid}/cmdline", "rb") as line:
            found.add(line.read().split(b"\0")[0].rpartition(b"/")[2])
    return found


def test_uploads_go_around_the_cap_as_plain_cgi(with_cgi):
    person = with_cgi.as_role("editor")
    request_id, link = ask_for_link(person)
    answer = upload(with_cgi, link, AUDIO)
    assert (answer.status, answer.headers["ETag"]) == (
        200, f'"{hashlib.sha256(AUDIO).hexdigest()}"'), answer
    created = person.post("/voice/prompts", words(request_id))
    assert created.status == 201, created
    # What stays is the FastCGI program, which did the rest.
    assert programs(with_cgi) == {b"promptledger.fcgi"}


def test_the_cap_is_there_and_parts_get_below_it(alone):
    parts = Parts(alone)
    refused = upload(alone, parts.link, AUDIO)
    assert (refused.status, refused.media_type) == (500, "text/html"), refused
    assert upload(alone, parts.link, wav(CAP)).status == 200
    parts.send(split(AUDIO))
    assert parts.complete(len(split(AUDIO))).status == 200
    assert parts.stored() == digest(AUDIO)
    assert parts.create().status == 201


def test_parts_get_through_beside_plain_cgi_too(with_cgi):
    parts = Parts(with_cgi)
    parts.send(split(AUDIO))
    answer = parts.complete(len(split(AUDIO)), method="POST")
    assert answer.status == 200, answer
    assert parts.stored() == digest(AUDIO)
