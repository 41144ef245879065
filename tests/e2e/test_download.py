"""Downloads of the voice family: links, and the audio that they lead to.

Answers are held against tests/golden/voice_download.json.  Where audio is sent
by the web server (lighttpd-spawned as it is shipped: X-Sendfile), the same
questions must be answered in the same way; what a server does with ranges that
the program would ignore is its own affair, as long as it is true.
"""

import dataclasses
import email
import hashlib
import hmac
import io
import os
import re
import shutil
import struct
import subprocess
import time
import uuid
import wave
from urllib.parse import quote, unquote, urlsplit

import pytest

import fastcgi
import golden
from conftest import Site
from deployment import as_account

FAMILY = "voice_download"
BIG = 10_000_000


def check(name, answer, **known):
    golden.check(FAMILY, name, answer, **known)


def check_audio(name, answer, body, **known):
    """The golden status and headers, and just these bytes."""
    assert answer.body == body
    check(name, dataclasses.replace(answer, body=b""), **known)


def wav(seconds=0.5, pitch=1):
    """A WAV file as Python's own library writes it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", pitch * i % 29999)
                                  for i in range(int(8000 * seconds))))
    return out.getvalue()


def big_wav():
    """A WAV file of BIG bytes that are not alike."""
    head = wav(0)
    return (head[:4] + struct.pack("<I", BIG - 8) + head[8:40]
            + struct.pack("<I", BIG - 44) + os.urandom(BIG - 44))


@pytest.fixture(scope="session")
def mp3(tmp_path_factory):
    """A second of sound as lame encodes it."""
    folder = tmp_path_factory.mktemp("mp3")
    (folder / "a.wav").write_bytes(wav(1))
    subprocess.run([shutil.which("lame"), "--quiet", folder / "a.wav",
                    folder / "a.mp3"], check=True)
    return (folder / "a.mp3").read_bytes()


def local(href):
    """Path and query of a link."""
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}"


class Person:
    """A caller, and what she does over and over."""

    def __init__(self, site, role="editor"):
        self.site = site
        self.client = site.as_role(role)

    def ask_to_upload(self):
        """A request's id, and where its audio goes."""
        asked = self.client.post("/voice/prompts-requests", {}).json()
        return asked["id"], local(asked["_links"]["upload_link"]["href"])

    def words(self, audio, file_name):
        request_id, link = self.ask_to_upload()
        answer = self.site.client.put(link, body=audio)
        assert answer.status == 200, answer
        return {"request_id": request_id, "name": f"Welcome {uuid.uuid4()}",
                "file_name": file_name, "description": ""}

    def create(self, audio=None, file_name="welcome.wav"):
        answer = self.client.post("/voice/prompts",
                                  self.words(audio or wav(), file_name))
        assert answer.status == 201, answer
        return answer.json()

    def replace(self, prompt, audio, file_name="welcome.wav"):
        answer = self.client.put(f"/voice/prompts/{prompt['id']}",
                                 self.words(audio, file_name))
        assert answer.status == 201, answer
        return answer.json()

    def ask_for_link(self, prompt, query=""):
        return self.client.get(
            f"/voice/prompts/{prompt['id']}/download-link{query}")

    def link(self, prompt, query=""):
        answer = self.ask_for_link(prompt, query)
        assert answer.status == 200, answer
        return local(answer.json()["_links"]["location"]["href"])


@pytest.fixture
def editor(site):
    return Person(site)


@pytest.fixture
def prompt(editor):
    return editor.create()


def sign(site, purpose, thing, expires):
    """The signature of a link, made with the installation's own key."""
    key = bytes.fromhex((site.installation.data / "keys" / "link.key")
                        .read_text().strip())
    text = f"{purpose}\n{thing}\n{expires}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def signed(site, thing, expires, purpose="download"):
    return (f"/voice/downloads/{quote(str(thing), safe='')}?expires={expires}"
            f"&signature={sign(site, purpose, thing, expires)}")


def soon():
    return int(time.time()) + 60


def asset_file(site, asset_id):
    [[name]] = site.installation.query(
        "SELECT lower(hex(sha256)) FROM asset WHERE id = ?", [asset_id])
    return site.installation.data / "assets" / name[:2] / name[2:4] / name


# Asking for a link.

def test_a_link_is_given_for_ten_minutes(site, editor, prompt):
    before = int(time.time())
    answer = editor.ask_for_link(prompt)
    check("link", answer, asset_id=prompt["asset_id"])
    link = local(answer.json()["_links"]["location"]["href"])
    expires = int(re.search(r"expires=(\d+)", link)[1])
    assert before + 600 <= expires <= time.time() + 601
    assert link == signed(site, prompt["asset_id"], expires)
    answer = editor.client.request(
        "HEAD", f"/voice/prompts/{prompt['id']}/download-link/")
    check("link, HEAD", answer)


@pytest.mark.parametrize("seconds", [1, 600, 3600])
def test_the_time_can_be_chosen(editor, prompt, seconds):
    answer = editor.ask_for_link(prompt, f"?expires_in={seconds}&other=x")
    check("link for another time", answer, seconds=seconds)
    assert answer.json()["expires_in"] == seconds


@pytest.mark.parametrize("query, name", [
    ("0", "time out of range"), ("3601", "time out of range"),
    ("-1", "time out of range"),
    ("9007199254740991", "time out of range"),
    ("9223372036854775808", "time not a number"),
    ("", "time not a number"), ("ten", "time not a number"),
    ("1.5", "time not a number"), ("60&expires_in=60", "time repeated"),
])
def test_times_that_cannot_be_are_refused(editor, prompt, query, name):
    check(name, editor.ask_for_link(prompt, f"?expires_in={query}"))


def test_hal_is_given_to_who_asks_for_it(editor, prompt):
    answer = editor.client.get(f"/voice/prompts/{prompt['id']}/download-link",
                               headers={"Accept": "application/hal+json"})
    assert answer.media_type == "application/hal+json"


def test_each_call_makes_a_link_of_its_own(editor, prompt):
    assert (editor.link(prompt, "?expires_in=100")
            != editor.link(prompt, "?expires_in=200"))


def test_unknown_prompts_and_texts_have_no_link(site, editor):
    text = site.as_role("editor").post("/prompts", {
        "title": "A text", "content": "text", "model": "gpt-4"}).json()["_id"]
    for unknown in (uuid.uuid4(), "54awe23gby74rfsdcvbq21asd", text):
        check("prompt unknown", editor.ask_for_link({"id": unknown}))


def test_the_scope_is_wanted(site, prompt):
    path = f"/voice/prompts/{prompt['id']}/download-link"
    check("token missing", site.client.get(path))
    key = site.installation.create_token(
        "editor@example.org", "key", ["prompts:read", "prompts:write"])
    for client in (site.client.with_token(key), site.new_person("member")):
        check("scope missing", client.get(path))
    key = site.installation.create_token(
        "editor@example.org", "key", ["prompts:download"])
    for client in (site.client.with_token(key), site.as_role("viewer")):
        assert client.get(path).status == 200


def test_other_methods_are_refused(editor, prompt):
    answer = editor.client.post(
        f"/voice/prompts/{prompt['id']}/download-link", {})
    check("method refused", answer)
    check("method refused", editor.client.delete(editor.link(prompt)))


# The audio.

def test_wav_comes_as_it_was_uploaded(site, editor):
    audio = wav()
    link = editor.link(editor.create(audio))
    for path in (link, link.replace("?", "/?"), link + "&utm_source=mail"):
        check_audio("audio", site.client.get(path), audio,
                    digest=hashlib.sha256(audio).hexdigest(),
                    size=len(audio))


def test_mp3_comes_as_it_was_uploaded(site, editor, mp3):
    link = editor.link(editor.create(mp3, "welcome.mp3"))
    check_audio("audio of MP3", site.client.get(link), mp3,
                digest=hashlib.sha256(mp3).hexdigest(), size=len(mp3))


def test_ten_megabytes_come_whole(site, editor):
    audio = big_wav()
    link = editor.link(editor.create(audio))
    assert site.client.get(link).body == audio
    answer = site.client.get(link, headers={"Range": "bytes=65000-9000000"})
    check_audio("part of 10 MB", answer, audio[65000:9000001],
                digest=hashlib.sha256(audio).hexdigest())


def test_head_tells_of_the_audio_and_sends_none(site, editor, prompt):
    answer = site.client.request("HEAD", editor.link(prompt))
    check("audio, HEAD", answer, size=len(wav()))
    answer = site.client.request("HEAD", editor.link(prompt),
                                 headers={"Range": "bytes=0-0"})
    check("audio, HEAD", answer, size=len(wav()))


def test_what_the_client_has_is_not_sent(site, editor, prompt):
    link = editor.link(prompt)
    etag = site.client.get(link).headers["ETag"]
    for value in (etag, "W/" + etag, "*", f'"a", {etag}',
                  etag[:-1] + '-gzip"'):
        for method in ("GET", "HEAD"):
            check("not modified", site.client.request(
                method, link, headers={"If-None-Match": value}))
    answer = site.client.get(link, headers={"If-None-Match": '"a"'})
    assert (answer.status, answer.body) == (200, wav())
    # It is looked at before Range.
    check("not modified", site.client.get(link, headers={
        "If-None-Match": etag, "Range": "bytes=0-0"}))


# Ranges.

@pytest.mark.parametrize("value, first, last", [
    ("bytes=0-0", 0, 0),
    ("bytes=10-19", 10, 19),
    ("bytes=8000-", 8000, 8043),
    ("bytes=-5", 8039, 8043),
    ("bytes=0-", 0, 8043),
    ("bytes=8043-9999", 8043, 8043),
    ("bytes=-8044", 0, 8043),
    ("BYTES=3-3,", 3, 3),
])
def test_one_part_is_sent(site, editor, prompt, value, first, last):
    answer = site.client.get(editor.link(prompt), headers={"Range": value})
    check_audio("part", answer, wav()[first:last + 1], first=first, last=last,
                size=len(answer.body))


@pytest.mark.parametrize("value", ["bytes=8044-", "bytes=8044-8044",
                                   "bytes=99999-", "bytes=-0",
                                   "bytes=99999999999999999999999-"])
def test_a_part_that_does_not_exist_is_refused(site, editor, prompt, value):
    answer = site.client.get(editor.link(prompt), headers={"Range": value})
    check("part beyond the end", answer)


def is_true(answer, audio):
    """Is the answer to some Range the audio, or rightly named parts of it?"""
    if answer.status == 200:
        return answer.body == audio
    if answer.media_type != "multipart/byteranges":
        return is_part(answer.headers, answer.body, audio)
    whole = email.message_from_bytes(
        b"Content-Type: " + answer.headers["Content-Type"].encode()
        + b"\r\n\r\n" + answer.body)
    return all(is_part(part, part.get_payload(decode=True), audio)
               for part in whole.get_payload())


def is_part(headers, body, audio):
    first, last, size = map(int, re.fullmatch(
        r"bytes (\d+)-(\d+)/(\d+)", headers["Content-Range"]).groups())
    return size == len(audio) and body == audio[first:last + 1]


@pytest.mark.parametrize("value", [
    "bytes=0-0,1-1", "bytes=0-1,4-5,-3", "bytes=5-3", "bytes=--5",
    "bytes=a-b", "bytes=", "bytes=-", "bytes= ", "bytes", "", "=", "0-5",
    "chars=0-1", "bytes=0x0-0x5", "bytes=+1-2", "bytes=1 - 2", "bytes=1-2-3",
    "bytes=0-99999999999999999999999", "bytes=-99999999999999999999999",
    "bytes=18446744073709551616-18446744073709551617",
    "bytes=" + ",".join(["0-"] * 1000), "bytes=" + "0" * 3000 + "-0",
])
def test_hostile_ranges_get_nothing_untrue(site, editor, prompt, value):
    answer = site.client.get(editor.link(prompt), headers={"Range": value})
    assert answer.status in (200, 206, 416), answer
    assert answer.status == 416 or is_true(answer, wav()), value


def test_if_range_lets_a_stale_part_become_the_whole(site, editor, prompt):
    link = editor.link(prompt)
    etag = site.client.get(link).headers["ETag"]

    def ask(condition):
        return site.client.get(link, headers={
            "Range": "bytes=0-3", "If-Range": condition})

    assert (ask(etag).status, ask(etag).body) == (206, wav()[:4])
    for stale in ('"other"', "W/" + etag, "Sat, 01 Jan 2000 00:00:00 GMT"):
        answer = ask(stale)
        assert (answer.status, answer.body) == (200, wav()), stale
    # A part that does not exist is no matter then.
    answer = site.client.get(link, headers={
        "Range": "bytes=99999-", "If-Range": '"other"'})
    assert (answer.status, answer.body) == (200, wav())


# Names.

@pytest.mark.parametrize("name, plain", [
    ("welcome.wav", "welcome.wav"),
    ("Guten Tag.wav", "Guten Tag.wav"),
    ("grüße.wav", "gr__e.wav"),
    ("\U0001f600.wav", "_.wav"),
    ('a"b.wav', "a_b.wav"),
    ("a%22b'c.wav", "a_22b'c.wav"),
    ('x"; filename=evil.exe; y=".wav', "x_; filename=evil.exe; y=_.wav"),
    ("\u2028\u0085Set-Cookie: a=b.wav", "__Set-Cookie: a=b.wav"),
    ("語" * 251 + ".wav", "_" * 251 + ".wav"),
], ids=lambda value: value[:12].encode("ascii", "replace").decode())
def test_the_file_is_named_as_it_was(site, editor, name, plain):
    answer = site.client.get(editor.link(editor.create(file_name=name)))
    assert answer.status == 200
    assert answer.headers.get_all("Set-Cookie") is None
    quoted, encoded = re.fullmatch(
        r"attachment; filename=\"([^\"\\]*)\"; filename\*=UTF-8''(\S*)",
        answer.headers["Content-Disposition"]).groups()
    assert quoted == plain
    assert unquote(encoded, errors="strict") == name
    assert re.fullmatch(r"([\w!#$&+.^`|~-]|%[0-9A-F]{2})*", encoded, re.ASCII)


# What becomes of links.

def test_an_old_link_plays_the_old_audio(site, editor):
    old, new = wav(pitch=2), wav(pitch=3)
    prompt = editor.create(old)
    link = editor.link(prompt)
    replaced = editor.replace(prompt, new, "other.wav")
    assert site.client.get(link).body == old
    assert 'filename="welcome.wav"' in site.client.get(
        link).headers["Content-Disposition"]
    assert site.client.get(editor.link(replaced)).body == new


def test_audio_that_was_replaced_before_its_use_is_gone(site, editor):
    request_id, upload = editor.ask_to_upload()
    assert site.client.put(upload, body=wav(pitch=4)).status == 200
    [[asset_id]] = site.installation.query(
        "SELECT asset_id FROM upload_request WHERE id = ?", [request_id])
    link = signed(site, asset_id, soon())
    answer = site.client.get(link)
    assert (answer.status, answer.body) == (200, wav(pitch=4))
    assert f'filename="{asset_id}.wav"' in answer.headers[
        "Content-Disposition"]
    assert site.client.put(upload, body=wav(pitch=5)).status == 200
    check("audio unknown", site.client.get(link))
    check("audio unknown", site.client.get(link, headers={
        "If-None-Match": answer.headers["ETag"]}))


def test_links_hold_for_their_time_and_audio_only(site, editor, prompt):
    link = editor.link(prompt)
    path, query = link.split("?")
    expires, signature = query.split("&")
    now, asset_id = int(time.time()), prompt["asset_id"]
    other = editor.create(wav(pitch=6))["asset_id"]
    request_id, upload = editor.ask_to_upload()
    for forged in [
            path,
            f"{path}?{expires}",
            f"{path}?{signature}",
            f"{path}?expires=&{signature}",
            f"{path}?expires=soon&{signature}",
            f"{path}?{expires}0&{signature}",
            f"{path}?{expires}&signature=",
            f"{path}?{expires}&signature={'0' * 64}",
            f"{path}?{expires}&{signature}0",
            f"{path}?{expires}&{signature[:-2]}",
            link.replace(asset_id, other),
            signed(site, asset_id, now - 1),
            signed(site, asset_id, now),
            signed(site, asset_id, -1),
            signed(site, asset_id, soon(), "upload"),
            signed(site, asset_id, soon(), ""),
            upload.replace("/uploads/", "/downloads/"),
    ]:
        check("link refused", site.client.get(forged))
    check("link refused, HEAD", site.client.request("HEAD", path))
    check("parameter repeated", site.client.get(link + "&expires=1"))
    # Nor does a download's signature open an upload.
    expires = soon()
    answer = site.client.put(
        f"/voice/uploads/{request_id}?expires={expires}&signature="
        + sign(site, "download", request_id, expires), body=wav())
    check("link refused", answer)
    # A token is not asked for, and of no use.
    answer = editor.client.get(link, token="sess_" + "0" * 64)
    assert answer.body == wav()
    check("link refused", editor.client.get(path))


def test_a_link_of_one_second_ends(site, editor, prompt):
    link = editor.link(prompt, "?expires_in=1")
    expires = int(re.search(r"expires=(\d+)", link)[1])
    assert site.client.get(link).status == 200
    while time.time() < expires + 0.1:
        time.sleep(0.05)
    check("link refused", site.client.get(link))


@pytest.mark.parametrize("thing", [
    "..", "../..", "../../keys/link.key", "..\\..\\keys", "a/b", "/etc/passwd",
    "%2e%2e", "x' OR 1=1 --", "x" * 2000, "é", "\U0001f600",
])
def test_ids_lead_nowhere_else(site, thing):
    """Even with a signature that nobody but the installation can make."""
    answer = site.client.get(signed(site, thing, soon()))
    assert answer.status in (403, 404), answer
    assert b"RIFF" not in answer.body and b"root:" not in answer.body


# Damage.

def test_a_file_that_is_gone_is_told_in_our_words(site, editor):
    prompt = editor.create(wav(pitch=7))
    link = editor.link(prompt)
    asset_file(site, prompt["asset_id"]).unlink()
    for headers in ({}, {"Range": "bytes=0-3"}):
        check("file damaged", site.client.get(link, headers=headers))
    check("file damaged, HEAD", site.client.request("HEAD", link))


@pytest.mark.parametrize("size", [0, 100, 9000])
def test_a_file_of_another_size_is_not_sent(site, editor, size):
    prompt = editor.create(wav(pitch=8 + size))
    link = editor.link(prompt)
    os.truncate(asset_file(site, prompt["asset_id"]), size)
    check("file damaged", site.client.get(link))


def test_a_prompt_without_audio_has_no_link(own_site):
    """Nothing in the API makes one, so a row is changed behind its back."""
    editor = Person(own_site)
    prompt = editor.create()
    make_speech(own_site.installation, prompt["id"])
    check("prompt without audio", editor.ask_for_link(prompt))


def make_speech(installation, prompt_id):
    """Turn a prompt into one of the kind tts, without an audit row."""
    script = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None) as db:
    db.execute("BEGIN IMMEDIATE")
    triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type ="
                          " 'trigger' AND tbl_name = 'prompt'").fetchall()
    for name, _ in triggers:
        db.execute(f'DROP TRIGGER "{name}"')
    db.execute("UPDATE prompt SET kind = 'tts', asset_id = NULL WHERE id = ?",
               [sys.argv[2]])
    for _, sql in triggers:
        db.execute(sql)
    db.execute("COMMIT")
"""
    subprocess.run(["/usr/bin/python3", "-c", script, installation.database(),
                    prompt_id], check=True, cwd=installation.run,
                   **as_account())


# The program itself, without a web server that may take ranges in its own way.

def ask_program(site, link, **params):
    path, query = link.split("?")
    return fastcgi.call(
        site.deployment.responder.socket,
        fastcgi.request_params("GET", path, QUERY_STRING=query, **params))


@pytest.mark.parametrize("value", [
    "bytes=0-0,1-1", "bytes=5-3", "bytes=--5", "bytes=a-b", "bytes=",
    "bytes=-", "chars=0-1", "bytes=1-2-3", "bytes=" + "0-0," * 1000 + "0-0"])
def test_what_is_no_single_range_gets_the_whole(direct_site, value):
    site, link, audio = direct_site
    answer = ask_program(site, link, HTTP_RANGE=value)
    assert (answer.status, answer.body) == (200, audio)


# Each keeps one of the program's threads.
READERS = 6


def test_slow_readers_hold_neither_memory_nor_lock(direct_site):
    site, _, _ = direct_site
    editor = Person(site)
    audio = big_wav()
    prompt = editor.create(audio)
    path, query = editor.link(prompt).split("?")
    [pid] = site.deployment.responder_pids()
    before = anonymous_kib(pid)
    params = fastcgi.request_params("GET", path, QUERY_STRING=query)
    readers = [fastcgi.Exchange(site.deployment.responder.socket)
               for _ in range(READERS)]
    for reader in readers:
        reader.begin(params)
        reader.end_body()
        reader.peer.recv(1)  # it has begun
    grown = anonymous_kib(pid) - before
    other = editor.replace(prompt, wav())
    assert editor.client.get(f"/voice/prompts/{prompt['id']}").json() == other
    for reader in readers:
        reader.peer.close()
    assert grown < 2048, f"{grown} KiB for {READERS} readers of {BIG} bytes"


def test_a_file_that_shrinks_on_the_way_is_not_taken_for_whole(direct_site):
    site, _, _ = direct_site
    editor = Person(site)
    prompt = editor.create(big_wav())
    path, query = editor.link(prompt).split("?")
    with fastcgi.Exchange(site.deployment.responder.socket) as reader:
        reader.begin(fastcgi.request_params("GET", path, QUERY_STRING=query))
        reader.end_body()
        reader.peer.recv(1)
        os.truncate(asset_file(site, prompt["asset_id"]), BIG // 2)
        rest = b"".join(iter(lambda: reader.peer.recv(1 << 20), b""))
    # Closed without the record that ends a request.
    assert BIG // 4 < len(rest) < BIG
    assert rest[-16:-8] != struct.pack(">BBHHBx", 1, 3, 1, 8, 0)
    assert "event=file_cut" in site.installation.logs()


def anonymous_kib(pid):
    text = open(f"/proc/{pid}/status", encoding="ascii").read()
    return int(re.search(r"RssAnon:\s+(\d+) kB", text)[1])


@pytest.fixture(scope="module")
def direct_site():
    """A site whose program can be spoken to, a link, and its audio."""
    opened = Site("lighttpd-external")
    audio = wav()
    editor = Person(opened)
    yield opened, editor.link(editor.create(audio)), audio
    opened.close()
