"""Uploads in parts: what a part may be, and what &complete makes of them."""

import hashlib
import os
import random
import re
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

import golden
from deployment import SOURCE
from test_upload import LIMIT, upload, wav, words
from test_voice import Person, mp3

PART_MAX = 98_304
PARTS_MAX = 1000
SEED = random.Random(5)


def split(audio, size=PART_MAX):
    return [audio[at:at + size] for at in range(0, len(audio), size)]


def noisy(size):
    """A WAV file that is nowhere like elsewhere, so that order shows."""
    return wav(size)[:44] + SEED.randbytes(size - 44)


class Parts:
    """One upload request, fed by parts."""

    def __init__(self, site, body=None):
        self.site = site
        self.person = Person(site)
        self.request_id, self.link = self.person.ask_for_link(body)
        self.folder = site.installation.data / "assets/tmp" / self.request_id

    def put(self, number, part, **more):
        return self.site.client.put(f"{self.link}&part={number}", body=part,
                                    **more)

    def send(self, parts):
        for number, part in enumerate(parts, 1):
            answer = self.put(number, part)
            assert answer.status == 200, answer

    def complete(self, count, method="PUT", **more):
        return self.site.client.request(
            method, f"{self.link}&complete={count}", **more)

    def stored(self):
        """The digest of what the request holds now, or None."""
        rows = self.site.installation.query(
            "SELECT lower(hex(a.sha256)) FROM upload_request u"
            " JOIN asset a ON a.id = u.asset_id WHERE u.id = ?",
            [self.request_id])
        return rows[0][0] if rows else None

    def create(self):
        return self.person.client.post("/voice/prompts",
                                       words(self.request_id))


@pytest.fixture
def parts(site):
    return Parts(site)


def digest(audio):
    return hashlib.sha256(audio).hexdigest()


def test_parts_make_a_recording(site, parts):
    audio = noisy(250_000)
    pieces = split(audio)
    assert len(pieces) == 3
    for number, piece in enumerate(pieces, 1):
        golden.check("voice_upload", "part uploaded", parts.put(number, piece),
                     digest=digest(piece))
    assert parts.stored() is None
    golden.check("voice_upload", "uploaded in parts", parts.complete(3),
                 digest=digest(audio))
    assert parts.stored() == digest(audio)
    file = (site.installation.data / "assets" / digest(audio)[:2]
            / digest(audio)[2:4] / digest(audio))
    assert file.read_bytes() == audio
    assert parts.create().status == 201


def test_parts_come_in_any_order_and_again(parts):
    audio = noisy(500_000)
    pieces = list(enumerate(split(audio, 9_973), 1))
    SEED.shuffle(pieces)
    for number, piece in pieces[:20]:
        assert parts.put(number, b"something else").status == 200
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: parts.put(*one), pieces))
    assert {answer.status for answer in answers} == {200}
    assert parts.complete(len(pieces)).status == 200
    assert parts.stored() == digest(audio)


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_complete_may_be_repeated(site, parts, method):
    audio = noisy(120_000)
    parts.send(split(audio))
    first = parts.complete(2, method)
    rows = site.installation.query("SELECT count(*) FROM audit_log")
    again = parts.complete(2, method)
    assert first.status == again.status == 200
    assert first.headers["ETag"] == again.headers["ETag"]
    assert site.installation.query("SELECT count(*) FROM audit_log") == rows
    assert parts.create().status == 201
    golden.check("voice", "upload consumed", parts.complete(2))
    golden.check("voice", "upload consumed", parts.put(1, b"more"))


def test_parts_may_be_mended_after_complete(parts):
    one, two = noisy(120_000), noisy(120_000)
    parts.send(split(one))
    assert parts.complete(2).status == 200
    parts.send(split(two))
    assert parts.stored() == digest(one)
    assert parts.complete(2).status == 200
    assert parts.stored() == digest(two)


def test_complete_takes_the_first_parts_only(parts):
    audio = noisy(120_000)
    parts.send([*split(audio), b"left over from another try"])
    assert parts.complete(2).status == 200
    assert parts.stored() == digest(audio)


def test_missing_parts_are_named(parts):
    golden.check("voice_upload", "all parts missing", parts.complete(12))
    for number in (1, 3, 7, 8, 11):
        assert parts.put(number, b"part").status == 200
    golden.check("voice_upload", "parts missing", parts.complete(12))
    golden.check("voice_upload", "one part missing", parts.complete(3))
    assert parts.stored() is None
    golden.check("voice", "request unused", parts.create())


def test_every_other_part_may_be_missing(parts):
    assert parts.put(1, b"part").status == 200
    answer = parts.complete(PARTS_MAX)
    assert answer.json()["fields"] == [
        {"name": "part", "description": f"Missing: 2-{PARTS_MAX}."}]


@pytest.mark.parametrize("query, name", [
    ("part=0", "part out of range"), ("part=-1", "part out of range"),
    (f"part={PARTS_MAX + 1}", "part out of range"),
    ("part=one", "part of another type"), ("part=", "part of another type"),
    ("part=1.5", "part of another type"),
    ("part=../../1", "part of another type"),
    ("complete=0", "complete out of range"),
    (f"complete={PARTS_MAX + 1}", "complete out of range"),
    ("part=1&part=2", "part repeated"),
    ("part=1&complete=1", "part with complete"),
])
def test_numbers_are_checked(site, parts, query, name):
    golden.check("voice_upload", name, site.client.put(
        f"{parts.link}&{query}", body=b"part"))
    assert not parts.folder.exists()


def test_parts_have_their_limits(site, parts):
    golden.check("voice", "upload empty", parts.put(1, b""))
    for body in ({"body": bytes(PART_MAX + 1)},
                 {"chunks": [bytes(PART_MAX), b"x"]}):
        answer = site.client.put(f"{parts.link}&part=1", **body)
        golden.check("voice_upload", "part too large", answer)
    assert not parts.folder.exists()
    assert parts.put(1, bytes(PART_MAX)).status == 200


def test_all_parts_together_have_a_limit(parts):
    audio = noisy(LIMIT)
    pieces = split(audio)
    parts.send(pieces)
    golden.check("voice_upload", "part too large", parts.put(len(pieces) + 1, b"x"))
    # In the place of another one it is not too much.
    assert parts.put(1, pieces[0]).status == 200
    assert parts.complete(len(pieces)).status == 200
    assert parts.stored() == digest(audio)


def test_what_parts_make_is_sniffed_like_a_whole_upload(site):
    only_mp3 = {"validation_constraints": {"allowed_mime_types": [
        "audio/mpeg"]}}
    parts = Parts(site, only_mp3)
    parts.send([b"This is no ", b"audio at all."])
    golden.check("voice", "upload of something else", parts.complete(2))
    parts.send(split(wav(1000), 600))
    golden.check("voice", "type not allowed", parts.complete(2))
    parts.send(split(mp3(), 400))
    golden.check("voice", "type not declared", parts.complete(2, headers={
        "Content-Type": "audio/wav"}))
    assert parts.stored() is None
    assert parts.complete(2).status == 200


def test_part_and_complete_need_the_link_of_their_request(site, parts):
    other = Parts(site)
    audio = wav(1000)
    for query in ("part=1", "complete=1"):
        forged = parts.link[:-1] + ("1" if parts.link[-1] == "0" else "0")
        golden.check("voice", "link refused", site.client.put(
            f"{forged}&{query}", body=audio))
        mixed = parts.link.replace(parts.request_id, other.request_id)
        golden.check("voice", "link refused", site.client.put(
            f"{mixed}&{query}", body=audio))
    assert not parts.folder.exists()
    # The parts of one request are not another one's.
    assert parts.put(1, audio).status == 200
    golden.check("voice_upload", "only part missing", other.complete(1))


def test_a_whole_upload_and_parts_do_not_mix(site, parts):
    whole, pieces = wav(1000), noisy(1000)
    assert parts.put(1, pieces).status == 200
    assert upload(site, parts.link, whole).status == 200
    assert parts.stored() == digest(whole)
    assert parts.complete(1).status == 200
    assert parts.stored() == digest(pieces)


def test_ids_are_never_paths(site):
    for request_id in ("..", "%2e%2e", "..%2f..%2fkeys", str(uuid.uuid4())):
        answer = site.client.put(
            f"/voice/uploads/{request_id}?expires=9999999999"
            f"&signature={'0' * 64}&part=1", body=b"part")
        assert answer.status in (400, 403, 404), answer


def test_the_documentations_commands_send_a_recording_in_parts(
        parts, tmp_path):
    text = (SOURCE / "docs" / "uploads.md").read_text()
    [commands] = re.findall(r"```sh\n(.*?)```", text, re.S)
    audio = noisy(1_200_000)  # thirteen parts
    (tmp_path / "greeting.wav").write_bytes(audio)
    link = f"http://127.0.0.1:{parts.site.client.port}{parts.link}"
    done = subprocess.run(["sh", "-e", "-c", commands], cwd=tmp_path,
                          env={**os.environ, "LINK": link}, timeout=60,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    assert parts.stored() == digest(audio)
