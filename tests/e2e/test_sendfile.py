"""Audio that the web server sends: X-Sendfile on lighttpd and on Apache with
mod_xsendfile, X-Accel-Redirect on nginx.

The data directory has a name that would lead elsewhere if it were decoded
once too often, or not at all; but mod_xsendfile takes no '%'.
"""

import conftest
import fastcgi
import pytest
from deployment import ApacheProxy, Deployment, Installation, find
from deployment import LighttpdExternal, MODULES
from test_download import (Person, asset_file, big_wav, check, check_audio,
                           signed, soon, wav)



class OddInstallation(Installation):
    """One whose program leaves sending to the web server."""

    header = "x-sendfile"
    directory = "da ta%41 ü"

    def __init__(self):
        super().__init__()
        odd = self.data.with_name(self.directory)
        self.data.rename(odd)
        self.data = odd
        (odd / "promptledger.conf").write_text(f"sendfile = {self.header}\n")


class ApacheInstallation(OddInstallation):
    directory = "da ta ü"


class NginxInstallation(OddInstallation):
    header = "x-accel-redirect"


class ApacheSendfile(ApacheProxy):
    """The shipped file, and what mod_xsendfile needs."""

    name = "apache-xsendfile"

    def words(self):
        home = self.installation.home / "apache-conf" / self.configuration
        file = self.installation.run / "xsendfile.conf"
        file.write_text(f"""{home.read_text()}
LoadModule xsendfile_module "{MODULES}/mod_xsendfile.so"
XSendFile On
XSendFilePath "{self.installation.data}/assets"
""")
        return [find("apache2"), "-DFOREGROUND", "-f", file]


class Nginx(Deployment):
    name = "nginx"
    external = True

    def words(self):
        run = self.installation.run
        file = run / "nginx.conf"
        paths = "".join(f"{kind}_temp_path {run}/{kind};\n" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        file.write_text(f"""
daemon off;
worker_processes 1;
pid {run}/nginx.pid;
error_log {run}/nginx.log;
events {{}}
http {{
    access_log off;
    client_max_body_size 11m;
    {paths}
    server {{
        listen 127.0.0.1:{self.port};
        location / {{
            fastcgi_pass unix:{run}/external.sock;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param SCRIPT_NAME $fastcgi_script_name;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
        }}
        location /promptledger-assets/ {{
            internal;
            alias "{self.installation.data}/assets/";
            add_header X-Content-Type-Options nosniff;
        }}
    }}
}}
""")
        return [find("nginx"), "-e", run / "nginx.log", "-c", file]


SERVERS = {
    "lighttpd": (LighttpdExternal, OddInstallation),
    "apache": (ApacheSendfile, ApacheInstallation),
    "nginx": (Nginx, NginxInstallation),
}


@pytest.fixture(scope="module", params=list(SERVERS))
def sending_site(request):
    deployment, installation = SERVERS[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conftest, "Installation", installation)
        patch.setitem(conftest.DEPLOYMENTS, request.param, deployment)
        opened = conftest.Site(request.param)
    yield opened
    opened.close()


@pytest.fixture
def editor(sending_site):
    return Person(sending_site)


@pytest.fixture
def is_nginx(sending_site):
    """nginx makes an entity tag of its own, from time and size."""
    return sending_site.name == "nginx"


def test_the_program_names_the_file_and_sends_none(
        sending_site, editor, is_nginx):
    prompt = editor.create()
    path, query = editor.link(prompt).split("?")
    answer = fastcgi.call(sending_site.deployment.responder.socket,
                          fastcgi.request_params("GET", path,
                                                 QUERY_STRING=query))
    assert (answer.status, answer.body) == (200, b"")
    name = asset_file(sending_site, prompt["asset_id"])
    tail = "/".join(name.parts[-3:])
    if is_nginx:
        wanted = f"/promptledger-assets/{tail}"
    else:
        wanted = str(name).replace("%", "%25")
    header = "X-Accel-Redirect" if is_nginx else "X-Sendfile"
    # As it was sent: email's parser replaces what is no ASCII.
    sent = dict(answer.headers.raw_items())[header]
    assert sent.encode("ascii", "surrogateescape").decode() == wanted


def test_the_audio_comes_whole(sending_site, editor, is_nginx):
    for audio in (wav(), big_wav()):
        answer = sending_site.client.get(editor.link(editor.create(audio)))
        assert (answer.status, answer.body) == (200, audio)
        assert answer.headers["Content-Length"] == str(len(audio))
        assert answer.headers.get_all("X-Sendfile") is None
        assert answer.headers.get_all("X-Accel-Redirect") is None
    if not is_nginx:
        answer = sending_site.client.get(editor.link(editor.create()))
        check("audio", answer.__class__(answer.status, answer.headers, b""),
              digest=answer.headers["ETag"].strip('"'), size=len(wav()))


def test_the_headers_are_ours(sending_site, editor):
    link = editor.link(editor.create())
    for method in ("GET", "HEAD"):
        answer = sending_site.client.request(method, link)
        assert answer.status == 200
        for name, value in {
                "Content-Type": "audio/wav",
                "Content-Disposition": 'attachment; filename="welcome.wav"; '
                                       "filename*=UTF-8''welcome.wav",
                "Content-Length": "8044",
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff"}.items():
            assert answer.headers.get_all(name) == [value], answer.headers
        assert answer.headers["ETag"].startswith('"')
    assert answer.body == b""


@pytest.mark.parametrize("value, first, last", [
    ("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=-5", 8039, 8043)])
def test_the_server_cuts_out_a_part(sending_site, editor, value, first, last):
    link = editor.link(editor.create())
    answer = sending_site.client.get(link, headers={"Range": value})
    assert (answer.status, answer.body) == (206, wav()[first:last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/8044"
    etag = answer.headers["ETag"]
    answer = sending_site.client.get(link, headers={
        "Range": value, "If-Range": etag})
    assert answer.status == 206
    answer = sending_site.client.get(link, headers={
        "Range": value, "If-Range": '"other"'})
    assert (answer.status, answer.body) == (200, wav())


def test_what_needs_no_file_is_answered_by_the_program(sending_site, editor):
    prompt = editor.create(wav(pitch=9))
    link = editor.link(prompt)
    check("part beyond the end", sending_site.client.get(
        link, headers={"Range": "bytes=8044-"}))
    check("link refused", sending_site.client.get(link + "0"))
    check("audio unknown", sending_site.client.get(
        signed(sending_site, "unknown", soon())))
    etag = sending_site.client.get(link).headers["ETag"]
    answer = sending_site.client.get(link, headers={"If-None-Match": etag})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == etag
    asset_file(sending_site, prompt["asset_id"]).unlink()
    check("file damaged", sending_site.client.get(link))


def test_assets_cannot_be_asked_for_directly(sending_site, editor):
    name = asset_file(sending_site, editor.create()["asset_id"])
    path = "/promptledger-assets/" + "/".join(name.parts[-3:])
    answer = sending_site.client.get(path)
    assert answer.status == 404, answer
