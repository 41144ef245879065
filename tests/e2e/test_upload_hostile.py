"""Uploads by somebody who means no good, or whose encoder is broken.

Every sentence that the program has about damaged audio is in the golden
file; what each byte may do is tested in tests/unit/test_audio.c.
"""

import shutil
import struct
import subprocess
import time

import pytest

import golden
from deployment import wait_until
from test_upload import FORMAT, wav, words
from test_voice import Person, mp3, sign

WAIT_S = 30


def riff(*chunks, size=None, kind=b"WAVE"):
    """A RIFF file of (name, content, announced size or None)."""
    body = kind + b"".join(
        name + struct.pack("<I", len(content) if told is None else told)
        + content for name, content, told in chunks)
    told = len(body) if size is None else size
    return b"RIFF" + struct.pack("<I", told) + body


FMT = (b"fmt ", FORMAT, None)
DATA = (b"data", bytes(1600), None)


def pcm(**changed):
    """A format chunk's content with something changed in it."""
    values = {"tag": 1, "channels": 1, "rate": 8000, "bytes": 16000,
              "frame": 2, "bits": 16, **changed}
    return (b"fmt ", struct.pack("<HHIIHH", *values.values()), None)


def id3(size, content=b""):
    """An ID3 tag that announces so many bytes."""
    told = bytes((size >> shift) & 0x7f for shift in (21, 14, 7, 0))
    return b"ID3\4\0\0" + told + content


DAMAGED = [
    ("neither wav nor mp3", b"\x89PNG\r\n\x1a\n" + bytes(2000)),
    ("neither wav nor mp3", b"OggS" + bytes(2000)),
    ("neither wav nor mp3", bytes(2000)),
    ("neither wav nor mp3", b"\xff" * 2000),
    ("neither wav nor mp3", wav(2000)[1:]),
    ("neither wav nor mp3", mp3()[:3]),
    ("neither wav nor mp3", b"RIFX" + wav(2000)[4:]),
    ("neither wav nor mp3", b"<!DOCTYPE html><script>alert(1)</script>"),
    ("riff without wave", riff(FMT, DATA, kind=b"AVI ")),
    ("wav shorter than it says", riff(FMT, DATA, size=0x7fffffff)),
    ("wav shorter than it says", riff(FMT, DATA, size=0xffffffff)),
    ("wav shorter than it says", wav(2000)[:43]),
    ("format cut short", riff((b"fmt ", FORMAT[:8], None), DATA)),
    ("format cut short", riff((b"fmt ", FORMAT, 0), DATA)),
    ("format without sense", riff(pcm(channels=0), DATA)),
    ("format without sense", riff(pcm(rate=0), DATA)),
    ("format without sense", riff(pcm(frame=7), DATA)),
    ("format without sense", riff(pcm(bits=12), DATA)),
    ("wav of another codec", riff(pcm(tag=0x11), DATA)),
    ("samples before their format", riff(DATA, FMT)),
    ("wav without data", riff(FMT)),
    ("wav without data", riff(FMT, (b"LIST", bytes(1600), None))),
    ("wav shorter than its data", riff(FMT, (b"data", bytes(16), 1600))),
    ("wav shorter than its data", riff(FMT, (b"data", bytes(16),
                                             0xffffffff))),
    ("id3 damaged", b"ID3\4\0\0\xff\xff\xff\xff" + mp3()),
    ("mp3 shorter than its id3", id3(100_000, bytes(50)) + mp3()),
    ("mp3 without sound", id3(50, bytes(50)) + b"no sound" * 100),
]


@pytest.mark.parametrize("name, content", DAMAGED, ids=[
    f"{name.replace(' ', '-')}-{number}"
    for number, (name, _) in enumerate(DAMAGED)])
def test_damaged_audio_is_refused_with_its_reason(site, name, content):
    person = Person(site)
    request_id, link = person.ask_for_link()
    golden.check("voice_upload", name, site.client.put(
        link, body=content, headers={"Content-Type": "audio/wav"}))
    golden.check("voice", "request unused",
                 person.client.post("/voice/prompts", words(request_id)))
    assert site.client.put(link, body=wav(1000)).status == 200


def test_an_mp3_by_any_other_name_is_still_one(site, tmp_path):
    """Made by a real encoder, named and declared as WAV."""
    lame = shutil.which("lame")
    if lame is None:
        pytest.skip("lame is not installed")
    (tmp_path / "tone.wav").write_bytes(wav(32_000))
    subprocess.run([lame, "--quiet", tmp_path / "tone.wav",
                    tmp_path / "tone.mp3"], check=True, timeout=60)
    encoded = (tmp_path / "tone.mp3").read_bytes()
    person = Person(site)
    request_id, link = person.ask_for_link()
    golden.check("voice", "type not declared", site.client.put(
        link, body=encoded, headers={"Content-Type": "audio/wav"}))
    assert site.client.put(link, body=encoded).status == 200
    golden.check("voice", "file name of mp3", person.client.post(
        "/voice/prompts", words(request_id, file_name="tone.wav")))
    created = person.client.post(
        "/voice/prompts", words(request_id, file_name="tone.mp3"))
    assert created.status == 201, created


@pytest.mark.parametrize("file_name", [
    "../../keys/link.wav", "/etc/passwd.mp3", "C:\\audio.wav", "a\0.wav",
    "a\r\nX-Evil: 1.wav", ".wav", "..", "a.wav/../b.sh", "audio.wav\u0007"])
def test_file_names_are_never_paths(site, file_name):
    person = Person(site)
    request_id = person.upload(wav(1000))
    answer = person.client.post("/voice/prompts",
                                words(request_id, file_name=file_name))
    assert answer.status == 400, answer
    assert answer.json()["code"] in ("validation_error", "invalid_json")


def test_a_link_is_good_for_its_own_request_whatever_is_asked(site):
    """One's signature opens nobody else's request, in no way of writing."""
    person = Person(site)
    request_id, link = person.ask_for_link()
    other_id, _ = person.ask_for_link()
    for forged in (link.replace(request_id, other_id),
                   link.replace(request_id, f"{request_id}/../{other_id}"),
                   link.replace(request_id, request_id.upper()),
                   link.replace("signature=", "signature=0"),
                   sign(site, request_id, int(time.time()) - 1)):
        for more in ("", "&part=1", "&complete=1"):
            answer = site.client.put(forged + more, body=wav(1000))
            assert answer.status in (403, 404), (forged, answer)
            assert answer.json()["code"] in ("forbidden", "route_not_found")
    for one in (request_id, other_id):
        golden.check("voice", "request unused",
                     person.client.post("/voice/prompts", words(one)))


@pytest.mark.parametrize("query", ["", "&part=1"], ids=["whole", "part"])
def test_a_body_that_breaks_off_leaves_nothing(site, query):
    person = Person(site)
    request_id, link = person.ask_for_link()
    head = (f"PUT {link}{query} HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Length: 90000\r\nConnection: close\r\n\r\n")
    answer = site.client.raw(head.encode() + wav(50_000), half_close=True)
    # Some web servers answer themselves, and do not call the program.
    assert answer is None or answer.status >= 400, answer
    tmp = site.installation.data / "assets" / "tmp"
    wait_until(lambda: not tmp.exists() or not list(tmp.glob("?" * 64)),
               WAIT_S, "the end of the upload")
    assert not (tmp / request_id).exists()
    golden.check("voice", "request unused",
                 person.client.post("/voice/prompts", words(request_id)))
