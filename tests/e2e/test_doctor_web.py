"""promptledger doctor --url finds what a web server does to requests."""

import json

import pytest

from conftest import Site
from deployment import DEPLOYMENTS, ApacheFcgid, free_port
from test_capped_fcgid import CappedFcgidAlone


def examine(site, *options, status=1, url=None):
    url = url or f"http://127.0.0.1:{site.deployment.port}"
    done = site.installation.run_command("doctor", "--url", url, "--json",
                                         *options)
    assert (done.returncode, done.stderr) == (status, ""), done
    report = json.loads(done.stdout)
    assert report["ok"] is (status == 0)
    assert all(one["examination"] == "web" for one in report["findings"])
    return [(one["kind"], one["subject"]) for one in report["findings"]]


def open_site(kind, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, kind.name, kind)
    return Site(kind.name)


@pytest.fixture
def opened(request, monkeypatch):
    one = open_site(request.param, monkeypatch)
    yield one
    one.close()


def test_the_shipped_configurations_are_well(site):
    slash = [] if site.is_lighttpd else [("encoded_slash_refused", "%2F")]
    before = site.installation.query("SELECT COUNT(*) FROM audit_log")
    assert examine(site, "--token", site.tokens["viewer"],
                   status=0) == slash
    assert site.installation.query("SELECT COUNT(*) FROM audit_log") == before


class Adapted(ApacheFcgid):
    """The shipped file with other lines, and perhaps another module."""

    lines = ""
    module = None

    def prepare(self):
        file = self.installation.home / "apache-conf" / self.configuration
        text = file.read_text()
        kept, place = "    CGIPassAuth On\n", "LoadModule fcgid_module"
        assert (text.count(kept), text.count(place)) == (1, 1)
        text = text.replace(kept, self.lines)
        if self.module is not None:
            text = text.replace(
                place, f"LoadModule {self.module}_module "
                f'"${{PROMPTLEDGER_MODULES}}/mod_{self.module}.so"\n{place}')
        file.write_text(text)


class WithoutAuthorization(Adapted):
    name = "without-authorization"


class WithoutMethods(Adapted):
    name = "without-methods"
    module = "allowmethods"
    lines = "    CGIPassAuth On\n    AllowMethods GET POST\n"


class WithoutIfMatch(Adapted):
    name = "without-if-match"
    module = "headers"
    lines = """    CGIPassAuth On
    RequestHeader unset If-Match
    Header unset ETag
"""


class Compressing(Adapted):
    """mod_deflate changes entity tags; we know that."""

    name = "compressing"
    module = "deflate"
    lines = "    CGIPassAuth On\n    SetOutputFilter DEFLATE\n"


SLASH = ("encoded_slash_refused", "%2F")


@pytest.mark.parametrize("opened, found", [
    (WithoutAuthorization, [SLASH, ("authorization_lost", "Authorization")]),
    (WithoutMethods, [SLASH, *[("method_lost", name) for name in
                               ("PATCH", "PUT", "DELETE")]]),
    (WithoutIfMatch, [SLASH, ("if_match_lost", "If-Match"),
                      ("etag_lost", "ETag")]),
    (CappedFcgidAlone, [SLASH, ("body_capped", "200 KiB")]),
], indirect=["opened"])
def test_what_a_web_server_takes_away_is_named(opened, found):
    assert examine(opened) == found


@pytest.mark.parametrize("opened", [Compressing], indirect=True)
def test_a_compressing_web_server_is_no_fault(opened):
    answer = opened.client.get("/healthz",
                               headers={"Accept-Encoding": "gzip"})
    assert answer.headers["ETag"] == '"alive-1-gzip"'
    assert examine(opened, status=0) == [SLASH]


def test_the_line_says_what_to_do(site):
    url = f"http://127.0.0.1:{site.deployment.port}"
    done = site.installation.run_command("doctor", "--url", url, "--token",
                                         "sess_wrong")
    assert done.returncode == 1
    assert ("web: --token is answered 401 by /v1/me/teams: make a new one "
            "with promptledger token create\n") in done.stdout


def test_a_public_url_that_is_another(own_site):
    own_site.installation.configure(public_url="https://example.org/ledger")
    assert ("public_url_differs", "https://example.org/ledger") in examine(
        own_site)


def test_metrics_that_everybody_may_read(own_site):
    assert own_site.deployment.stop()
    own_site.installation.configure(metrics="loopback")
    own_site.deployment.start()
    assert examine(own_site) == [("metrics_open", "/metrics")]


def test_a_deployment_that_is_not_ready(own_site):
    database = own_site.installation.database()
    database.rename(database.with_name("aside"))
    found = examine(own_site)
    database.with_name("aside").rename(database)
    assert found[0][0] == "not_ready"


def test_an_address_where_promptledger_is_not(site):
    nobody = f"http://127.0.0.1:{free_port()}"
    assert examine(site, url=nobody) == [("no_answer", nobody + "/healthz")]
    # /healthz below it is no address of the program.
    elsewhere = f"http://127.0.0.1:{site.deployment.port}/healthz"
    assert examine(site, url=elsewhere) == [("not_promptledger", elsewhere)]


def test_curl_that_is_not_there_is_named(site):
    words = ("doctor", "--url", "http://127.0.0.1:1")
    inherited = site.installation.environment
    site.installation.environment = lambda **more: inherited(
        **{"PATH": "/nowhere", **more})
    try:
        done = site.installation.run_command(*words)
    finally:
        site.installation.environment = inherited
    assert done.returncode == 1
    assert "curl is not installed" in done.stdout


@pytest.mark.parametrize("words", [
    ("--url", "ftp://example.org"), ("--url", "/healthz"),
    ("--token", "x"), ("--url",)])
def test_a_doctor_who_is_called_wrongly_says_how(site, words):
    done = site.installation.run_command("doctor", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: promptledger doctor" in done.stderr
