"""The voice family: upload links, uploads, create, get, and the full update.

Answers are held against tests/golden/voice.json; how audio travels through
the web servers is tested in test_upload.py.
"""

import hashlib
import hmac
import io
import shutil
import struct
import subprocess
import time
import uuid
import wave
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

import golden

JSON = {"Content-Type": "application/json"}
PREFIXES = pytest.mark.parametrize("prefix", ["/voice", ""],
                                   ids=["voice", "root"])


def wav(seconds=0.1, pitch=1):
    """A WAV file as Python's own library writes it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", pitch * i % 999)
                                  for i in range(int(8000 * seconds))))
    return out.getvalue()


def mp3():
    """Ten frames of silence: MPEG 2, layer III, 16 kbit/s, 16 kHz, mono."""
    return (b"\xff\xf3\x28\xc0" + bytes(68)) * 10


def fresh(text="Welcome"):
    return f"{text} {uuid.uuid4()}"


def words(request_id, **more):
    return {"request_id": request_id, "name": fresh(),
            "file_name": "welcome.wav", "description": "Played first.", **more}


class Person:
    """A caller, and what she does over and over."""

    def __init__(self, site, role="editor"):
        self.site = site
        self.client = site.as_role(role)

    def ask_for_link(self, body=None):
        answer = self.client.post("/voice/prompts-requests", body or {})
        assert answer.status == 201, answer
        asked = answer.json()
        link = urlsplit(asked["_links"]["upload_link"]["href"])
        return asked["id"], f"{link.path}?{link.query}"

    def upload(self, audio=None):
        """The id of a request that has its audio."""
        request_id, link = self.ask_for_link()
        answer = self.site.client.put(link, body=audio or wav())
        assert answer.status == 200, answer
        return request_id

    def create(self, audio=None, **more):
        answer = self.client.post("/voice/prompts",
                                  words(self.upload(audio), **more))
        assert answer.status == 201, answer
        return answer.json()

    def get(self, prompt):
        return self.client.get(f"/voice/prompts/{prompt['id']}")


@pytest.fixture
def editor(site):
    return Person(site)


def known(prompt):
    """What a golden prompt leaves open."""
    return {"id": prompt["id"], "title": prompt["name"],
            "asset_id": prompt["asset_id"]}


# The full update.

@PREFIXES
def test_full_update_answers_the_new_object(editor, prefix):
    before = editor.create()
    body = words(editor.upload(wav(pitch=3)), name=fresh(), description="")
    answer = editor.client.put(f"{prefix}/prompts/{before['id']}", body)
    after = answer.json()
    golden.check("voice", "prompt replaced", answer, id=before["id"],
                 title=body["name"])
    assert after["asset_id"] != before["asset_id"]
    for member in ("id", "created_at", "created_by", "created_user_name"):
        assert after[member] == before[member]
    assert editor.get(before).json() == after


def test_full_update_makes_a_version_that_keeps_the_old_audio(site, editor):
    before = editor.create()
    answer = editor.client.put(f"/voice/prompts/{before['id']}",
                               words(editor.upload()))
    assert answer.status == 201, answer
    rows = site.installation.query(
        "SELECT version, asset_id, state FROM prompt_version"
        " WHERE prompt_id = ? ORDER BY version", [before["id"]])
    assert rows == [[1, before["asset_id"], "released"],
                    [2, answer.json()["asset_id"], "released"]]
    rows = site.installation.query(
        "SELECT action, actor_kind, family FROM audit_log"
        " WHERE prompt_id = ? ORDER BY seq", [before["id"]])
    assert rows == [["CREATE", "user", "voice"], ["UPDATE", "user", "voice"]]


def test_one_may_keep_ones_own_name(editor):
    prompt = editor.create()
    answer = editor.client.put(f"/voice/prompts/{prompt['id']}",
                               words(editor.upload(), name=prompt["name"]))
    assert answer.status == 201, answer


def test_another_editor_is_named_as_updater(site, editor):
    prompt = editor.create()
    admin = Person(site, "admin")
    answer = admin.client.put(f"/voice/prompts/{prompt['id']}",
                              words(editor.upload()))
    after = answer.json()
    assert after["created_by"] == prompt["created_by"]
    assert after["updated_by"] not in ("", prompt["created_by"])
    assert after["updated_user_name"] != after["created_user_name"]


def test_names_are_trimmed_and_unknown_members_ignored(editor):
    prompt = editor.create()
    body = words(editor.upload(), name="  Trimmed  " + fresh() + " \t\n")
    answer = editor.client.put(f"/voice/prompts/{prompt['id']}/",
                               {**prompt, **body})
    assert answer.status == 201, answer
    assert answer.json()["name"] == body["name"].strip()


@PREFIXES
def test_full_update_needs_a_token(site, prefix):
    path = f"{prefix}/prompts/{uuid.uuid4()}"
    answer = site.client.put(path, {})
    golden.check("voice", "token missing", answer)
    answer = site.client.put(path, {}, token="sess_" + "0" * 64)
    golden.check("voice", "token invalid", answer)
    answer = site.client.put(path, {}, headers={
        "Authorization": "Basic dTpw"})
    golden.check("voice", "token of another scheme", answer)


@PREFIXES
def test_full_update_needs_the_scope(site, editor, prefix):
    prompt = editor.create()
    path = f"{prefix}/prompts/{prompt['id']}"
    body = words(editor.upload())
    key = site.installation.create_token("editor@example.org", "key",
                                         ["prompts:read"])
    for person in (site.as_role("viewer"), site.new_person("member"),
                   site.client.with_token(key)):
        golden.check("voice", "scope missing", person.put(path, body))
    assert editor.get(prompt).json() == prompt


def test_an_api_key_with_the_scope_may_write(site, editor):
    prompt = editor.create()
    key = site.installation.create_token("editor@example.org", "key",
                                         ["prompts:read", "prompts:write"])
    answer = site.client.put(f"/voice/prompts/{prompt['id']}",
                             words(editor.upload()), token=key)
    assert answer.status == 201, answer


@PREFIXES
def test_full_update_takes_json_only(editor, prefix):
    path = f"{prefix}/prompts/{uuid.uuid4()}"
    for media_type in ("text/plain", "application/merge-patch+json", ""):
        answer = editor.client.put(path, body=b"{}", headers={
            "Content-Type": media_type})
        golden.check("voice", "media type", answer)


@PREFIXES
def test_bodies_over_64_kib_are_refused(editor, prefix):
    path = f"{prefix}/prompts/{uuid.uuid4()}"
    body = b'{"name":"' + b"x" * 65536 + b'"}'
    golden.check("voice", "body too large",
                 editor.client.put(path, body=body, headers=JSON))
    answer = editor.client.request("PUT", path, headers=JSON,
                                   chunks=[body[:9], body[9:]])
    golden.check("voice", "body too large", answer)


@pytest.mark.parametrize("body, name", [
    (b"", "json empty"),
    (b"{", "json syntax"),
    (b"{'name':'x'}", "json syntax"),
    (b'{"name":"\xff"}', "json utf-8"),
    (b'{"name":"\\ud800"}', "json surrogate"),
    (b'{"name":"\\u0000"}', "json nul"),
    (b'{"a":1,"a":2}', "json duplicate"),
    (b'{"a":' * 16 + b"{}" + b"}" * 16, "json depth"),
    (b"[]", "json no object"),
    (b'"text"', "json no object"),
    (b"null", "json no object"),
])
def test_broken_json_is_refused(editor, body, name):
    for path in (f"/voice/prompts/{uuid.uuid4()}", f"/prompts/{uuid.uuid4()}"):
        golden.check("voice", name,
                     editor.client.put(path, body=body, headers=JSON))


def test_all_faults_are_told_at_once(editor):
    path = f"/voice/prompts/{uuid.uuid4()}"
    golden.check("voice", "fields missing", editor.client.put(path, {}))
    golden.check("voice", "fields of other types", editor.client.put(path, {
        "request_id": 1, "name": None, "file_name": [], "description": {}}))
    golden.check("voice", "fields empty", editor.client.put(path, {
        "request_id": "", "name": " \t ", "file_name": "", "description": ""}))
    golden.check("voice", "fields too long", editor.client.put(path, {
        "request_id": "x" * 256, "name": "x" * 256,
        "file_name": "x" * 252 + ".wav", "description": "x" * 1025}))
    golden.check("voice", "control characters", editor.client.put(path, {
        "request_id": "x", "name": "a\nb", "file_name": "a\t.wav",
        "description": "several\nlines are fine"}))


@pytest.mark.parametrize("file_name", [
    "../welcome.wav", "/etc/welcome.wav", "..\\welcome.wav", "a/b.mp3",
    "welcome", "welcome.ogg", ".wav", "welcome.wav.exe", "welcome.wav ",
    "welcome.wav/", "wav",
])
def test_file_names_are_plain_and_of_audio(editor, file_name):
    answer = editor.client.put(f"/voice/prompts/{uuid.uuid4()}",
                               words("x", file_name=file_name))
    golden.check("voice", "file name refused", answer)


def test_lengths_count_code_points(editor):
    body = words(editor.upload(), name=fresh().ljust(255, "é"),
                 file_name="é" * 251 + ".WAV", description="é" * 1024)
    created = editor.client.post("/voice/prompts", body)
    assert created.status == 201, created
    assert created.json()["name"] == body["name"]


@PREFIXES
def test_unknown_prompts_are_404(site, editor, prefix):
    text = site.as_role("editor").post("/prompts", {
        "title": "A text", "content": "text", "model": "gpt-4"}).json()["_id"]
    for prompt_id in (uuid.uuid4(), "54awe23gby74rfsdcvbq21asd", "a~b", text):
        path = f"{prefix}/prompts/{prompt_id}"
        golden.check("voice", "prompt unknown",
                     editor.client.put(path, words("unknown")))
    for prompt_id in (uuid.uuid4(), text):
        golden.check("voice", "prompt unknown", editor.client.get(
            f"/voice/prompts/{prompt_id}"))


def test_if_match_is_honoured(editor):
    prompt = editor.create()
    path = f"/voice/prompts/{prompt['id']}"
    etag = editor.client.get(path).headers["ETag"]
    request_id = editor.upload()
    golden.check("voice", "precondition failed", editor.client.put(
        path, words(request_id), headers={"If-Match": '"other"'}))
    # It comes before the request's state.
    golden.check("voice", "precondition failed", editor.client.put(
        path, words("unknown"), headers={"If-Match": '"other"'}))
    answer = editor.client.put(path, words(request_id),
                               headers={"If-Match": etag})
    assert answer.status == 201, answer
    assert answer.headers["ETag"] not in (etag, None)
    golden.check("voice", "precondition failed", editor.client.put(
        path, words(editor.upload()), headers={"If-Match": etag}))


@PREFIXES
def test_unknown_and_unused_requests_are_a_fault_of_the_body(editor, prefix):
    prompt = editor.create()
    path = f"{prefix}/prompts/{prompt['id']}"
    golden.check("voice", "put request unknown",
                 editor.client.put(path, words(str(uuid.uuid4()))))
    request_id, _ = editor.ask_for_link()
    golden.check("voice", "request unused",
                 editor.client.put(path, words(request_id)))
    assert editor.get(prompt).json() == prompt


def test_a_request_is_good_for_one_prompt(editor):
    request_id = editor.upload()
    body = words(request_id)
    assert editor.client.post("/voice/prompts", body).status == 201
    prompt = editor.create()
    path = f"/voice/prompts/{prompt['id']}"
    for other in (body, words(request_id)):
        golden.check("voice", "request consumed",
                     editor.client.put(path, other))
    golden.check("voice", "request consumed",
                 editor.client.post("/voice/prompts", words(request_id)))
    assert editor.get(prompt).json() == prompt


def test_file_name_must_fit_the_audio(editor):
    prompt = editor.create()
    path = f"/voice/prompts/{prompt['id']}"
    golden.check("voice", "file name of wav", editor.client.put(
        path, words(editor.upload(), file_name="welcome.mp3")))
    golden.check("voice", "file name of mp3", editor.client.post(
        "/voice/prompts", words(editor.upload(mp3()))))


def test_a_taken_name_is_a_conflict(editor):
    one, two = editor.create(), editor.create()
    body = words(editor.upload(), name=f" {one['name']} ")
    golden.check("voice", "name taken", editor.client.put(
        f"/voice/prompts/{two['id']}", body))
    golden.check("voice", "name taken",
                 editor.client.post("/voice/prompts", body))
    assert editor.get(two).json() == two
    body["name"] = one["name"].upper()
    assert editor.client.post("/voice/prompts", body).status == 201


def test_the_name_of_a_text_prompt_is_free(site, editor):
    name = fresh("Text")[:90]
    created = site.as_role("editor").post("/prompts", {
        "title": name, "content": "text", "model": "gpt-4"})
    assert created.status == 201
    assert editor.create(name=name)["name"] == name


def test_a_failed_call_does_not_consume_the_request(editor):
    prompt, other = editor.create(), editor.create()
    path = f"/voice/prompts/{prompt['id']}"
    body = words(editor.upload())
    failures = [
        (path, {**body, "name": other["name"]}, 409, {}),
        (path, {**body, "file_name": "welcome.mp3"}, 400, {}),
        (path, {**body, "name": ""}, 400, {}),
        (path, body, 412, {"If-Match": '"other"'}),
        (f"/voice/prompts/{uuid.uuid4()}", body, 404, {}),
    ]
    for target, sent, status, headers in failures:
        answer = editor.client.put(target, sent, headers=headers)
        assert answer.status == status, answer
    assert editor.get(prompt).json() == prompt
    assert editor.client.put(path, body).status == 201


# A call whose answer was lost is sent again.

@PREFIXES
def test_a_repeated_update_changes_nothing(site, editor, prefix):
    prompt = editor.create()
    path = f"{prefix}/prompts/{prompt['id']}"
    body = words(editor.upload())
    before = editor.client.get(f"/voice/prompts/{prompt['id']}")
    first = editor.client.put(path, body,
                              headers={"If-Match": before.headers["ETag"]})
    count = audit_rows(site)
    # The same words in another order, and a tag that matches no more.
    again = editor.client.put(path, dict(reversed(body.items())),
                              headers={"If-Match": before.headers["ETag"]})
    assert (again.status, again.json()) == (201, first.json())
    assert again.headers["ETag"] == first.headers["ETag"]
    assert audit_rows(site) == count
    golden.check("voice", "request consumed", editor.client.put(
        path, {**body, "description": "other"}))


def test_an_update_is_not_repeated_once_the_audio_was_replaced(editor):
    prompt = editor.create()
    path = f"/voice/prompts/{prompt['id']}"
    body = words(editor.upload())
    assert editor.client.put(path, body).status == 201
    later = editor.client.put(path, words(editor.upload()))
    golden.check("voice", "request consumed", editor.client.put(path, body))
    assert editor.get(prompt).json() == later.json()


def test_a_repeated_creation_changes_nothing(site, editor):
    body = words(editor.upload())
    first = editor.client.post("/voice/prompts", body)
    count = audit_rows(site)
    again = editor.client.post("/voice/prompts", body)
    assert (again.status, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert audit_rows(site) == count


def test_idempotency_key_replays_the_answer(editor):
    body = words(editor.upload())
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = editor.client.post("/voice/prompts", body, headers=key)
    again = editor.client.post("/voice/prompts", body, headers=key)
    assert (again.status, again.body) == (201, first.body)
    golden.check("voice", "key reused", editor.client.post(
        "/voice/prompts", words(editor.upload()), headers=key))


def audit_rows(site):
    [[count]] = site.installation.query("SELECT count(*) FROM audit_log")
    return count


# Creating and reading.

def test_created_prompt_is_answered_with_its_location(editor):
    body = words(editor.upload())
    answer = editor.client.post("/voice/prompts/", body)
    golden.check("voice", "prompt created", answer, title=body["name"])
    location = answer.headers["Location"]
    assert location == answer.json()["_links"]["self"]["href"]
    read = editor.client.get(location)
    golden.check("voice", "prompt read", read, **known(answer.json()))
    assert read.json() == answer.json()


def test_creating_needs_a_known_request(editor):
    golden.check("voice", "post request unknown", editor.client.post(
        "/voice/prompts", words(str(uuid.uuid4()))))
    request_id, _ = editor.ask_for_link()
    golden.check("voice", "request unused", editor.client.post(
        "/voice/prompts", words(request_id)))
    golden.check("voice", "fields missing",
                 editor.client.post("/voice/prompts", {}))


def test_viewers_read_and_do_not_write(site, editor):
    prompt = editor.create()
    viewer = site.as_role("viewer")
    path = f"/voice/prompts/{prompt['id']}"
    assert viewer.get(path).json() == prompt
    golden.check("voice", "scope missing",
                 viewer.post("/voice/prompts", words("x")))
    for target in ("/voice/prompts-requests", "/prompts-requests"):
        golden.check("voice", "scope missing", viewer.post(target, {}))
    golden.check("voice", "read scope missing",
                 site.new_person("member").get(path))
    golden.check("voice", "token missing", site.client.get(path))


def test_reading_knows_entity_tags_and_head(editor):
    prompt = editor.create()
    path = f"/voice/prompts/{prompt['id']}"
    read = editor.client.get(path)
    assert read.headers["Cache-Control"] == "private, no-cache"
    same = editor.client.get(path, headers={
        "If-None-Match": read.headers["ETag"]})
    assert (same.status, same.body) == (304, b"")
    other = editor.client.get(path, headers={"If-None-Match": '"other"'})
    assert other.status == 200
    head = editor.client.request("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["ETag"] == read.headers["ETag"]


@pytest.mark.parametrize("accept, sent", [
    ("application/hal+json", "application/hal+json"),
    ("text/html, application/HAL+json;q=0.5", "application/hal+json"),
    ("application/hal+json;q=0", "application/json"),
    ("application/json", "application/json"),
    ("*/*", "application/json"),
])
def test_hal_is_named_when_asked_for(editor, accept, sent):
    prompt = editor.create()
    read = editor.client.get(f"/voice/prompts/{prompt['id']}",
                             headers={"Accept": accept})
    assert read.media_type == sent
    assert "Accept" in ", ".join(read.headers.get_all("Vary"))


def test_failures_are_problem_documents_when_asked_for(editor):
    answer = editor.client.get(f"/voice/prompts/{uuid.uuid4()}", headers={
        "Accept": "application/problem+json, application/hal+json"})
    assert answer.media_type == "application/problem+json"
    answer.headers.replace_header("Content-Type", "application/json")
    golden.check("voice", "problem", answer)


def test_unknown_routes_and_methods(site, editor):
    golden.check("voice", "route unknown", editor.client.get("/voice/nothing"))
    golden.check("voice", "method refused", editor.client.get(
        "/voice/prompts-requests"))
    # Chosen without a body: lighttpd refuses one that is unexpected.
    golden.check("voice", "method of a prompt refused",
                 editor.client.post(f"/voice/prompts/{uuid.uuid4()}"))


# Asking for a link.

@pytest.mark.parametrize("path", ["/voice/prompts-requests",
                                  "/voice/prompts-requests/",
                                  "/prompts-requests", "/prompts-requests/"])
@pytest.mark.parametrize("body", [
    {},
    {"validation_constraints": {"allowed_mime_types": ["audio/mp3"]}},
    {"validation_constraints": {"allowed_mime_types": [
        "audio/mpeg", "audio/x-mp3", "audio/mpeg3", "AUDIO/WAV",
        "audio/x-wav", "audio/wave", "audio/vnd.wave"], "other": 1}},
])
def test_links_are_given(editor, path, body):
    golden.check("voice", "link", editor.client.post(path, body))


@pytest.mark.parametrize("body, name", [
    ({"validation_constraints": None}, "constraints of another type"),
    ({"validation_constraints": "x"}, "constraints of another type"),
    ({"validation_constraints": []}, "constraints of another type"),
    ({"validation_constraints": {}}, "types missing"),
    ({"validation_constraints": {"allowed_mime_types": []}}, "types empty"),
    ({"validation_constraints": {"allowed_mime_types": "audio/wav"}},
     "types of another type"),
    ({"validation_constraints": {"allowed_mime_types": ["audio/wav", 1]}},
     "types of another type"),
    ({"validation_constraints": {"allowed_mime_types": ["audio/ogg"]}},
     "types refused"),
    ({"validation_constraints": {"allowed_mime_types": ["audio/wav", ""]}},
     "types refused"),
])
def test_constraints_are_checked(editor, body, name):
    for path in ("/voice/prompts-requests", "/prompts-requests"):
        golden.check("voice", name, editor.client.post(path, body))


def test_links_are_made_for_those_who_write(site):
    for path in ("/voice/prompts-requests", "/prompts-requests"):
        golden.check("voice", "token missing", site.client.post(path, {}))
        answer = site.as_role("editor").post(path, body=b"x", headers={
            "Content-Type": "text/plain"})
        golden.check("voice", "media type", answer)


# Uploading.

@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_upload_answers_nothing_but_a_tag(site, editor, method):
    _, link = editor.ask_for_link()
    audio = wav()
    answer = site.client.request(method, link, body=audio, headers={
        "Content-Type": "audio/x-wav"})
    golden.check("voice", "uploaded", answer,
                 digest=hashlib.sha256(audio).hexdigest())
    assert answer.headers.get("Content-Type") is None


def drafts(site):
    """What lies in the folder of uploads that are under way."""
    folder = site.installation.data / "assets" / "tmp"
    return set(folder.iterdir()) if folder.exists() else set()


def test_uploaded_bytes_lie_under_their_own_name(site, editor):
    before = drafts(site)
    audio = wav(pitch=int(time.time()) % 900 + 2)
    prompt = editor.create(audio)
    digest = hashlib.sha256(audio).hexdigest()
    file = (site.installation.data / "assets" / digest[:2] / digest[2:4]
            / digest)
    assert file.read_bytes() == audio
    assert file.stat().st_mode & 0o777 == 0o600
    assert drafts(site) <= before
    [row] = site.installation.query(
        "SELECT lower(hex(sha256)), media_type, size_bytes, duration_ms,"
        " sample_rate, channels, codec FROM asset WHERE id = ?",
        [prompt["asset_id"]])
    assert row == [digest, "audio/wav", len(audio), 100, 8000, 1, "pcm"]


def test_an_mp3_file_by_lame_is_taken(site, editor, tmp_path):
    lame = shutil.which("lame")
    if lame is None:
        pytest.skip("lame is not installed")
    (tmp_path / "tone.wav").write_bytes(wav(2))
    for options in (["-b", "32"], ["-V", "5"],
                    ["--tt", "Tone", "--id3v2-only"], ["--tt", "T"]):
        subprocess.run([lame, "--quiet", *options, tmp_path / "tone.wav",
                        tmp_path / "tone.mp3"], check=True, timeout=60)
        prompt = editor.create((tmp_path / "tone.mp3").read_bytes(),
                               file_name="Tone.MP3")
        [[media_type, duration]] = site.installation.query(
            "SELECT media_type, duration_ms FROM asset WHERE id = ?",
            [prompt["asset_id"]])
        assert media_type == "audio/mpeg"
        assert 1900 <= duration <= 2400


def test_a_bearer_on_an_upload_is_ignored(site, editor):
    _, link = editor.ask_for_link()
    assert site.client.put(link, body=wav(), token="nonsense").status == 200


def test_the_last_upload_counts(site, editor):
    request_id, link = editor.ask_for_link()
    one, two = wav(0.1, 5), wav(0.2, 7)
    for audio in (one, one, two, two):
        assert site.client.put(link, body=audio).status == 200
    prompt = editor.client.post("/voice/prompts", words(request_id)).json()
    rows = site.installation.query(
        "SELECT lower(hex(sha256)) FROM asset WHERE id = ?",
        [prompt["asset_id"]])
    assert rows == [[hashlib.sha256(two).hexdigest()]]
    golden.check("voice", "upload consumed", site.client.put(link, body=one))
    assert editor.get(prompt).json() == prompt


@pytest.mark.parametrize("name, body", [
    ("upload empty", b""),
    ("upload of something else", b"This is no audio at all."),
    ("upload without its last byte", wav()[:-1]),
    ("upload of a truncated wav", wav()[:40]),
    ("upload of another riff", b"RIFF\4\0\0\0AVI "),
    ("upload of a lying id3", b"ID3\4\0\0\x7f\x7f\x7f\x7f" + mp3()),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_no_audio_is_refused(site, editor, name, body):
    before = drafts(site)
    _, link = editor.ask_for_link()
    golden.check("voice", name, site.client.put(link, body=body))
    assert drafts(site) <= before


def test_audio_must_be_of_the_type_that_was_allowed_and_declared(
        site, editor):
    only_mp3 = {"validation_constraints": {"allowed_mime_types": [
        "audio/mpeg"]}}
    _, link = editor.ask_for_link(only_mp3)
    golden.check("voice", "type not allowed",
                 site.client.put(link, body=wav()))
    assert site.client.put(link, body=mp3()).status == 200
    _, link = editor.ask_for_link()
    for audio, declared in ((wav(), "audio/mpeg"), (mp3(), "Audio/Wav; x=y")):
        golden.check("voice", "type not declared", site.client.put(
            link, body=audio, headers={"Content-Type": declared}))
    assert site.client.put(link, body=mp3(), headers={
        "Content-Type": "application/octet-stream"}).status == 200


def test_uploads_over_10_mib_are_refused(site, editor):
    before = drafts(site)
    _, link = editor.ask_for_link()
    big = wav() + bytes(11_000_000)
    golden.check("voice", "upload too large", site.client.put(link, body=big))
    if not site.is_lighttpd:
        pieces = [big[at:at + 65536] for at in range(0, len(big), 65536)]
        golden.check("voice", "upload too large", site.client.request(
            "PUT", link, chunks=pieces))
    assert drafts(site) <= before


def sign(site, request_id, expires):
    key = bytes.fromhex((site.installation.data / "keys" / "link.key")
                        .read_text().strip())
    text = f"upload\n{request_id}\n{expires}".encode()
    signature = hmac.new(key, text, hashlib.sha256).hexdigest()
    return (f"/voice/uploads/{request_id}?expires={expires}"
            f"&signature={signature}")


def test_links_hold_for_their_time_and_request_only(site, editor):
    request_id, link = editor.ask_for_link()
    other_id, _ = editor.ask_for_link()
    path, query = link.split("?")
    now = int(time.time())
    expires, signature = query.split("&")
    assert 890 <= int(expires.split("=")[1]) - now <= 900
    bad = [
        path,
        f"{path}?{expires}",
        f"{path}?{signature}",
        f"{path}?expires=&{signature}",
        f"{path}?expires=soon&{signature}",
        f"{path}?expires={now + 899}0&{signature}",
        f"{path}?{expires}&signature=",
        f"{path}?{expires}&signature={'0' * 64}",
        f"{path}?{expires}&{signature}0",
        link.replace(request_id, other_id),
        sign(site, request_id, now - 1),
        sign(site, request_id, -1),
    ]
    for forged in bad:
        golden.check("voice", "link refused",
                     site.client.put(forged, body=wav()))
    golden.check("voice", "request unused", editor.client.post(
        "/voice/prompts", words(request_id)))
    assert site.client.put(link + "&utm_source=mail",
                           body=wav()).status == 200
    assert site.client.put(f"{path}/?{query}", body=wav()).status == 200


def test_signed_links_to_unknown_requests_are_404(site):
    link = sign(site, uuid.uuid4(), int(time.time()) + 60)
    golden.check("voice", "upload unknown", site.client.put(link, body=wav()))


def test_a_parameter_given_twice_is_400(site, editor):
    _, link = editor.ask_for_link()
    golden.check("voice", "parameter repeated", site.client.put(
        link + "&expires=1", body=wav()))


def test_many_updates_of_one_prompt_all_leave_a_version(site, editor):
    prompt = editor.create()
    path = f"/voice/prompts/{prompt['id']}"
    bodies = [words(editor.upload()) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda body: editor.client.put(path, body), bodies))
    assert [answer.status for answer in answers] == [201] * 8
    [[versions]] = site.installation.query(
        "SELECT count(*) FROM prompt_version WHERE prompt_id = ?",
        [prompt["id"]])
    assert versions == 9
    assert editor.get(prompt).json() in [a.json() for a in answers]
