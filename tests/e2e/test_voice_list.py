"""The voice family's list of prompts, and what a prompt tells of its sound.

Answers are held against tests/golden/voice_list.json.
"""

import hashlib
import uuid
from urllib.parse import parse_qs, quote, urlsplit

import pytest

import golden
from test_voice import Person, mp3, wav

ALL_LINKS = ["self", "first", "prev", "next", "last"]


def check(name, answer, **known):
    golden.check("voice_list", name, answer, **known)


@pytest.fixture
def editor(site):
    return Person(site)


@pytest.fixture(scope="module")
def shelf(site):
    """Five prompts whose names hold a word that no other has."""
    return Shelf(site)


class Shelf:
    def __init__(self, site):
        self.word = f"Shelf-{uuid.uuid4().hex[:12]}"
        self.viewer = site.as_role("viewer")
        self.editor = Person(site)
        self.prompts = [
            self.editor.create(name=f"{name} {self.word}",
                               description=description)
            for name, description in (
                ("b", "Mornings"), ("d", "Evenings"), ("a", "100% free_call"),
                ("e", "ÄRGER & more"), ("c", ""))]

    def names(self, query=""):
        answer = self.viewer.get(f"/voice/prompts?q={self.word}{query}")
        assert answer.status == 200, answer
        return [prompt["name"].split()[0]
                for prompt in answer.json()["_embedded"]["prompts"]]


def total(person, query):
    answer = person.get("/voice/prompts?" + query)
    assert answer.status == 200, answer
    return answer.json()["total"]


# The body.

def test_a_list_holds_whole_prompts_and_links(shelf):
    for path in ("/voice/prompts", "/voice/prompts/"):
        answer = shelf.viewer.get(f"{path}?q={shelf.word}&per_page=1&page=2")
        check("list", answer, id=shelf.prompts[3]["id"], word=shelf.word,
              asset=shelf.prompts[3]["asset_id"])
        [shown] = answer.json()["_embedded"]["prompts"]
        assert shown == shelf.prompts[3]
        assert shelf.viewer.get(shown["_links"]["self"]["href"]).json() == \
            shown


def test_an_empty_list_has_one_empty_page(site):
    nothing = uuid.uuid4()
    answer = site.as_role("viewer").get(f"/voice/prompts?q={nothing}")
    check("list empty", answer, nothing=nothing)


def test_links_lead_through_all_pages_and_back(shelf):
    person, seen = shelf.viewer, []
    link = f"/voice/prompts/?q={shelf.word}&per_page=2&order_by=name"
    while link:
        page = person.get(link).json()
        seen += [p["name"][0] for p in page["_embedded"]["prompts"]]
        last, link = page, page["_links"].get("next", {}).get("href")
    assert "".join(seen) == "abcde"
    assert (last["total"], last["page"], last["per_page"]) == (5, 3, 2)
    assert list(last["_links"]) == ["self", "first", "prev", "last"]
    assert last["_links"]["last"] == last["_links"]["self"]
    first = person.get(last["_links"]["first"]["href"]).json()
    assert list(first["_links"]) == ["self", "first", "next", "last"]
    assert person.get(last["_links"]["prev"]["href"]).json()["page"] == 2


def test_links_carry_every_filter_and_nothing_unknown(shelf):
    name = shelf.prompts[0]["name"]
    query = (f"q={quote('b ' + shelf.word)}&type=asset&order_by=updated_at:asc"
             f"&name={quote(name)}&per_page=7&utm_source=mail&page=1")
    page = shelf.viewer.get("/voice/prompts?" + query).json()
    assert page["total"] == 1
    for link in page["_links"].values():
        assert parse_qs(urlsplit(link["href"]).query) == {
            "page": ["1"], "per_page": ["7"], "q": ["b " + shelf.word],
            "name": [name], "type": ["asset"],
            "order_by": ["updated_at:asc"]}


def test_a_page_beyond_the_end_is_empty_and_leads_back(shelf):
    for page in (4, 2 ** 53):
        found = shelf.viewer.get(f"/voice/prompts?q={shelf.word}&per_page=2"
                                 f"&page={page}")
        assert found.status == 200
        body = found.json()
        assert (body["total"], body["page"]) == (5, page)
        assert body["_embedded"] == {"prompts": []}
        assert list(body["_links"]) == ["self", "first", "prev", "last"]
        assert body["_links"]["prev"] == body["_links"]["last"]
        assert "page=3&" in body["_links"]["prev"]["href"]


def test_twenty_stand_on_a_page_unless_told_otherwise(site, shelf):
    body = shelf.viewer.get("/voice/prompts").json()
    assert (body["page"], body["per_page"]) == (1, 20)
    assert len(body["_embedded"]["prompts"]) <= 20
    [[count]] = site.installation.query(
        "SELECT count(*) FROM prompt WHERE kind <> 'text'")
    body = shelf.viewer.get("/voice/prompts?per_page=100").json()
    assert body["total"] == count
    assert len(body["_embedded"]["prompts"]) == min(count, 100)


def test_links_begin_with_the_public_url(own_site):
    settings = own_site.installation.data / "promptledger.conf"
    settings.write_text("public_url = https://voice.example.org/ledger\n")
    settings.chmod(0o644)
    assert own_site.deployment.stop()
    own_site.deployment.start()
    viewer = own_site.as_role("viewer")
    answer = viewer.get("/voice/prompts", headers={"Host": "evil.example"})
    for link in answer.json()["_links"].values():
        assert link["href"] == ("https://voice.example.org/ledger"
                                "/voice/prompts?page=1&per_page=20")


# Order and filters.

@pytest.mark.parametrize("order, names", [
    ("", "ceadb"),
    ("created_at", "bdaec"), ("created_at:asc", "bdaec"),
    ("created_at:desc", "ceadb"),
    ("name", "abcde"), ("name:asc", "abcde"), ("name:desc", "edcba"),
    ("updated_at:asc", "bdaec"), ("updated_at:desc", "ceadb"),
])
def test_order_by_decides(shelf, order, names):
    query = f"&order_by={order}" if order else ""
    assert "".join(shelf.names(query)) == names


def test_a_change_moves_a_prompt_in_the_order_of_updates(shelf):
    prompt = shelf.prompts[1]
    path = f"/voice/prompts/{prompt['id']}"
    answer = shelf.editor.client.patch(path, {"description": "Nights"})
    assert answer.status == 200
    assert shelf.names("&order_by=updated_at:desc")[0] == "d"
    assert shelf.names("&order_by=updated_at")[-1] == "d"
    assert "".join(shelf.names()) == "ceadb"
    answer = shelf.editor.client.patch(path, {"description": "Evenings"})
    assert answer.status == 200


@pytest.mark.parametrize("text, names", [
    ("mornings", "b"), ("MORNINGS", "b"), ("ärger", "e"), ("& MORE", "e"),
    ("100%", "a"), ("0% F", "a"), ("e_c", "a"), ("e%c", ""), ("%", "a"),
    ("_", "a"), ("\\", ""), ("'", ""), ('"', ""), ("a_b", ""),
    ("' OR 1=1 --", ""), ("Mornings  ", ""),
])
def test_q_is_a_part_of_name_or_description_and_no_pattern(
        shelf, text, names):
    found = shelf.viewer.get(
        f"/voice/prompts?per_page=100&q={quote(text)}").json()
    ours = [p["name"].split()[0] for p in found["_embedded"]["prompts"]
            if shelf.word in p["name"]]
    assert "".join(sorted(ours)) == names


def test_an_empty_q_filters_nothing(shelf):
    assert total(shelf.viewer, "q=") == total(shelf.viewer, "")


def test_name_is_exact(shelf):
    name = shelf.prompts[0]["name"]
    found = shelf.viewer.get(f"/voice/prompts?name={quote(name)}").json()
    assert found["total"] == 1
    assert found["_embedded"]["prompts"] == [shelf.prompts[0]]
    for other in (name.upper(), name[:-1], name + " ", name[:-1] + "%", "",
                  "_" + name[1:]):
        assert total(shelf.viewer, f"name={quote(other)}") == 0
    beyond = shelf.viewer.get(f"/voice/prompts?name={quote(name)}&page=2")
    assert beyond.json()["_embedded"]["prompts"] == []
    assert total(shelf.viewer, f"name={quote(name)}&q=evenings") == 0
    assert total(shelf.viewer, f"name={quote(name)}&type=tts") == 0


def test_type_filters(shelf):
    assert len(shelf.names("&type=asset")) == 5
    assert shelf.names("&type=tts") == shelf.names("&type=url") == []


def test_text_prompts_are_not_listed(site, editor):
    title = f"Text {uuid.uuid4()}"
    created = site.as_role("editor").post("/prompts", {
        "title": title, "content": "text", "model": "gpt-4"})
    assert created.status == 201
    assert total(editor.client, f"q={quote(title)}") == 0
    assert total(editor.client, f"name={quote(title)}") == 0


# What is refused.

@pytest.mark.parametrize("query, name", [
    ("page=0&per_page=101", "page and per_page out of bounds"),
    ("page=-1&per_page=0", "page and per_page too small"),
    ("page=x&per_page=", "page and per_page no numbers"),
    ("page=99999999999999999999&per_page=1.5", "page huge, per_page broken"),
    ("type=text&order_by=id&page=0", "all faults at once"),
    ("order_by=name:up", "order unknown"),
    ("order_by=name:asc,id", "order unknown"),
    ("order_by=", "order unknown"),
    ("q=a&q=b", "parameter repeated"),
])
def test_bad_parameters_are_all_named(site, query, name):
    check(name, site.as_role("viewer").get("/voice/prompts?" + query))


@pytest.mark.parametrize("query", ["q=%FF&name=%FE", "q=%00&name=%00"])
def test_ill_formed_text_is_refused(site, query):
    answer = site.as_role("viewer").get("/voice/prompts?" + query)
    assert answer.status == 400
    if not site.is_lighttpd:  # which refuses it itself
        check("text ill-formed", answer)


def test_listing_needs_the_scope(site):
    for path in ("/voice/prompts", "/voice/prompts/"):
        check("token missing", site.client.get(path))
        check("scope missing", site.new_person().get(path))
        # Who may not, does not learn what else is wrong.
        check("scope missing", site.new_person().get(path + "?page=0"))
    key = site.installation.create_token("editor@example.org", "key",
                                         ["prompts:download"])
    check("scope missing", site.client.get("/voice/prompts", token=key))


# HEAD, HAL, caching, and faults as problem documents.

def test_head_answers_the_headers_alone(shelf):
    path = f"/voice/prompts?q={shelf.word}"
    head, read = shelf.viewer.request("HEAD", path), shelf.viewer.get(path)
    assert (head.status, head.body) == (200, b"")
    assert head.media_type == read.media_type
    assert read.headers["Cache-Control"] == "private, no-cache"


def test_hal_and_problem_documents_are_named_when_asked_for(shelf):
    accept = {"Accept": "application/hal+json, application/problem+json"}
    answer = shelf.viewer.get("/voice/prompts", headers=accept)
    assert answer.media_type == "application/hal+json"
    assert "Accept" in ", ".join(answer.headers.get_all("Vary"))
    answer = shelf.viewer.get("/voice/prompts?page=0", headers=accept)
    assert answer.media_type == "application/problem+json"
    answer.headers.replace_header("Content-Type", "application/json")
    check("problem", answer)


# What a prompt tells of its sound.

def test_media_tells_what_was_found_in_the_audio(editor):
    for audio, name, expected in (
            (wav(seconds=1.5), "a.wav", {
                "media_type": "audio/wav", "duration_ms": 1500,
                "sample_rate": 8000, "channels": 1, "codec": "pcm"}),
            (mp3(), "a.mp3", {
                "media_type": "audio/mpeg", "duration_ms": 360,
                "sample_rate": 16000, "channels": 1, "codec": "mp3"})):
        prompt = editor.create(audio, file_name=name)
        assert prompt["_media"] == {
            **expected, "size_bytes": len(audio),
            "sha256": hashlib.sha256(audio).hexdigest()}
        assert editor.get(prompt).json() == prompt


# Sending a POST again.

@pytest.mark.parametrize("path", ["/voice/prompts-requests",
                                  "/prompts-requests"])
def test_idempotency_key_is_honoured_when_asking_for_a_link(editor, path):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = editor.client.post(path, {}, headers=key)
    again = editor.client.post(path, {}, headers=key)
    assert first.status == 201
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = {"validation_constraints": {"allowed_mime_types": ["audio/wav"]}}
    golden.check("voice", "key reused",
                 editor.client.post(path, other, headers=key))
    # Another caller's key of the same text is another key.
    admin = Person(editor.site, "admin")
    assert admin.client.post(path, other, headers=key).status == 201
