"""Audio goes through every web server whole, or is refused in our words."""

import struct
import uuid
from urllib.parse import urlsplit

import pytest

LIMIT = 10_485_760
FORMAT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)


def wav(size):
    """A WAV file of exactly this many bytes: silence."""
    samples = size - 44
    return (b"RIFF" + struct.pack("<I", size - 8) + b"WAVE"
            + b"fmt " + struct.pack("<I", len(FORMAT)) + FORMAT
            + b"data" + struct.pack("<I", samples) + bytes(samples))


def ask_for_link(person):
    """The id of a new upload request, and where the audio goes."""
    answer = person.post("/voice/prompts-requests", {
        "validation_constraints": {"allowed_mime_types": ["audio/wav"]}})
    assert answer.status == 201, answer
    asked = answer.json()
    link = urlsplit(asked["_links"]["upload_link"]["href"])
    return asked["id"], f"{link.path}?{link.query}"


def upload(site, link, audio):
    return site.client.put(link, body=audio,
                           headers={"Content-Type": "audio/wav"})


def words(request_id, **more):
    return {"request_id": request_id, "name": f"Welcome {uuid.uuid4()}",
            "file_name": "welcome.wav", "description": "Played first.", **more}


def create_voice_prompt(site, person):
    request_id, link = ask_for_link(person)
    assert upload(site, link, wav(1000)).status == 200
    answer = person.post("/voice/prompts", words(request_id))
    assert answer.status == 201, answer
    return answer.json()


@pytest.mark.parametrize("size", [46, 200_000, 3_000_000, LIMIT])
def test_audio_is_accepted_and_makes_a_prompt(site, size):
    person = site.as_role("editor")
    request_id, link = ask_for_link(person)
    uploaded = upload(site, link, wav(size))
    assert (uploaded.status, uploaded.body) == (200, b""), uploaded
    created = person.post("/voice/prompts", words(request_id))
    assert created.status == 201, created
    assert created.json()["type"] == "asset"


@pytest.mark.parametrize("prefix", ["/voice", ""], ids=["voice", "root"])
def test_full_update_replaces_the_audio(site, prefix):
    person = site.as_role("editor")
    before = create_voice_prompt(site, person)
    request_id, link = ask_for_link(person)
    assert upload(site, link, wav(3_000_000)).status == 200
    path = f"{prefix}/prompts/{before['id']}"
    answer = person.put(path, words(request_id, name="Renamed " + request_id))
    assert answer.status == 201, answer
    after = answer.json()
    assert after["id"] == before["id"]
    assert after["name"] == "Renamed " + request_id
    assert after["asset_id"] != before["asset_id"]
    assert person.get(f"/voice/prompts/{before['id']}").json() == after


def test_chunked_audio_is_accepted(site):
    _, link = ask_for_link(site.as_role("editor"))
    audio = wav(300_000)
    chunks = [audio[at:at + 9973] for at in range(0, len(audio), 9973)]
    answer = site.client.request("PUT", link, chunks=chunks,
                                 headers={"Content-Type": "audio/wav"})
    assert answer.status == 200, answer


def test_audio_over_the_limit_is_413_in_our_words(site):
    _, link = ask_for_link(site.as_role("editor"))
    answer = upload(site, link, wav(LIMIT + 1))
    assert answer.status == 413, answer
    assert answer.json()["code"] == "payload_too_large"


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"This is no audio at all.", 415), (wav(1000)[:40], 415),
    (b"RIFF" + b"\xff" * 996, 415)],
    ids=["empty", "text", "truncated", "noise"])
def test_what_is_not_audio_is_refused_and_cannot_be_used(site, body, status):
    person = site.as_role("editor")
    request_id, link = ask_for_link(person)
    refused = upload(site, link, body)
    assert refused.status == status, refused
    assert refused.json()["code"]
    created = person.post("/voice/prompts", words(request_id))
    assert created.status == 400, created
    assert "request_id" in created.json()["fields"][0].values()


def test_forged_link_is_refused(site):
    _, link = ask_for_link(site.as_role("editor"))
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    answer = upload(site, forged, wav(1000))
    assert answer.status == 403, answer
    assert answer.json()["code"]
