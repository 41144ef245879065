"""What every way in must carry to the program, and back unchanged."""

import json
import os
import uuid

import pytest

from conftest import PASSWORD

PROMPT = {"title": "Greeting", "content": "Say hello to {{name}}.",
          "model": "gpt-4", "tags": ["hello"]}
MIB = 1 << 20

# Web servers may answer these themselves, in HTML, before the program is
# asked: path not decodable, escaped slash, too long.
OWN_REFUSALS = {400, 403, 404, 414, 431}


def new_prompt(client, **more):
    answer = client.post("/prompts", {**PROMPT, **more})
    assert answer.status == 201, answer
    return answer.json()


def assert_our_error(answer, status, text=None):
    assert answer.status == status, answer
    error = answer.json()
    assert isinstance(error, dict) and error, answer
    if text is not None:
        assert error == {"error": text}


def assert_refused(answer):
    """Refused by the program in JSON, or by the web server in its words."""
    assert answer is not None, "the connection was closed without an answer"
    assert 400 <= answer.status < 500, answer
    if answer.media_type != "application/json":
        assert answer.status in OWN_REFUSALS, answer
        assert "html" in answer.media_type, answer
    else:
        assert_our_error(answer, answer.status)


# Authorization.

def test_token_reaches_the_program(site):
    answer = site.as_role("editor").get("/prompts")
    assert answer.status == 200
    assert isinstance(answer.json(), list)


def test_token_may_come_in_x_api_key_but_not_for_px0(site):
    """Where suEXEC drops Authorization; px0's contract shuts it out."""
    key = {"X-Api-Key": site.tokens["editor"]}
    assert site.client.get("/prompts", headers=key).status == 200
    assert site.client.get("/v1/me/teams", headers=key).status == 401


def test_request_without_token_is_told_that_it_is_missing(site):
    assert_our_error(site.client.get("/prompts"), 401,
                     "Authentication token is missing.")


def test_request_with_unknown_token_is_told_that_it_is_invalid(site):
    answer = site.client.get("/prompts", token="sess_unknown")
    assert_our_error(answer, 401,
                     "Authentication token is expired or invalid.")


def test_token_in_the_query_string_is_not_accepted(site):
    token = site.tokens["editor"]
    for name in ("AUTHORIZATION", "HTTP_AUTHORIZATION", "token"):
        answer = site.client.get(f"/prompts?{name}=Bearer%20{token}")
        assert_our_error(answer, 401, "Authentication token is missing.")


def test_person_signs_up_and_logs_in(site):
    email = f"{uuid.uuid4()}@example.org"
    account = {"email": email, "password": PASSWORD}
    signed_up = site.client.post("/auth/signup", {"name": "Ada", **account})
    assert signed_up.status == 201
    token = site.client.post("/auth/login", account).json()["token"]
    assert site.client.get("/prompts", token=token).json() == []


# Methods and answers.

def test_prompt_is_created_read_updated_and_deleted(site):
    person = site.new_person()
    prompt = new_prompt(person)
    path = "/prompts/" + prompt["_id"]
    assert person.get(path).json() == prompt
    updated = person.patch(path, {"title": "Farewell"})
    assert updated.status == 200
    assert updated.json()["title"] == "Farewell"
    assert person.get(path).json() == updated.json()
    deleted = person.delete(path)
    assert (deleted.status, deleted.body) == (204, b"")
    assert_our_error(person.get(path), 404,
                     "No prompt found with the specified ID.")


def test_text_beyond_ascii_comes_back_unchanged(site):
    person = site.new_person()
    content = "Grüße, 世界 \U0001f600\n\t\"quoted\" \\ </script>"
    prompt = new_prompt(person, content=content)
    assert person.get("/prompts/" + prompt["_id"]).json()["content"] == content


def test_refused_update_is_answered_in_our_words(site):
    person = site.new_person()
    path = "/prompts/" + new_prompt(person)["_id"]
    assert_our_error(person.patch(path, {"title": "x"}), 400,
                     "Submitted data is invalid.")
    assert_our_error(person.patch("/prompts/invalid_prompt_id", {}), 400,
                     "The prompt ID format is invalid.")


def test_foreign_prompt_is_refused_in_our_words(site):
    prompt = new_prompt(site.new_person())
    answer = site.new_person().patch("/prompts/" + prompt["_id"], {})
    assert_our_error(answer, 403,
                     "Prompt does not belong to the authenticated user.")


def test_unknown_path_is_404_in_json(site):
    for path in ("/", "/nothing", "/prompts/a/b/c", "/v1/nothing",
                 "/voice/nothing", "/api/nothing"):
        assert_our_error(site.as_role("admin").get(path), 404)


def test_known_path_with_other_method_is_405_and_names_the_methods(site):
    answer = site.as_role("editor").delete("/prompts")
    assert_our_error(answer, 405)
    allowed = answer.headers["Allow"].replace(" ", "").split(",")
    assert {"GET", "POST"} <= set(allowed)


def test_unknown_method_is_501(site):
    answer = site.as_role("editor").request("BREW", "/prompts")
    assert answer.status == 501
    if not site.is_lighttpd:  # which answers 501 itself
        assert_our_error(answer, 501)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_method_that_is_not_for_us_is_refused(site, method):
    secret = b"X-Secret: do-not-echo"
    answer = site.as_role("editor").raw_path(method, b"/prompts", [secret])
    assert 400 <= answer.status <= 501
    assert b"do-not-echo" not in answer.body


def test_head_answers_like_get_without_a_body(site):
    person = site.as_role("editor")
    path = "/prompts/" + new_prompt(person)["_id"]
    got, head = person.get(path), person.request("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "ETag", "Cache-Control"):
        assert head.headers[name] == got.headers[name], name


def test_unchanged_prompt_is_304_without_a_body(site):
    person = site.as_role("editor")
    path = "/prompts/" + new_prompt(person)["_id"]
    etag = person.get(path).headers["ETag"]
    again = person.get(path, headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")
    person.patch(path, {"title": "Changed"})
    assert person.get(path, headers={"If-None-Match": etag}).status == 200


def test_update_of_a_stale_revision_is_412_and_changes_nothing(site):
    person = site.as_role("editor")
    path = "/prompts/" + new_prompt(person)["_id"]
    stale = {"If-Match": person.get(path).headers["ETag"]}
    assert person.patch(path, {"title": "First"}, headers=stale).status == 200
    second = person.patch(path, {"title": "Second"}, headers=stale)
    assert_our_error(second, 412)
    assert person.get(path).json()["title"] == "First"


# Bodies.

def test_chunked_body_arrives_whole(site):
    person = site.as_role("editor")
    body = json.dumps({**PROMPT, "content": "x" * 100_000}).encode()
    chunks = [body[at:at + 7919] for at in range(0, len(body), 7919)]
    answer = person.request("POST", "/prompts", chunks=chunks,
                            headers={"Content-Type": "application/json"})
    assert answer.status == 201, answer
    assert answer.json()["content"] == "x" * 100_000


def test_largest_content_is_accepted(site):
    person = site.as_role("editor")
    prompt = new_prompt(person, content="é" * (256 * 1024))
    stored = person.get("/prompts/" + prompt["_id"]).json()
    assert stored["content"] == "é" * (256 * 1024)


@pytest.mark.parametrize("size", [MIB + 1, 3_000_000, 10 * MIB])
def test_body_over_the_limit_is_413_in_our_words(site, size):
    answer = site.as_role("editor").request(
        "POST", "/prompts", body=b" " * size,
        headers={"Content-Type": "application/json"})
    assert_our_error(answer, 413)


def test_chunked_body_over_the_limit_is_413_in_our_words(site):
    answer = site.as_role("editor").request(
        "POST", "/prompts", chunks=[b" " * 65536] * 24,
        headers={"Content-Type": "application/json"})
    assert_our_error(answer, 413)


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"{'title':'single'}", b'{"title":"a\x00bc"}',
    b'{"title":"\xc0\xaf\xc0\xaf"}', b'{"title":"\\ud800abc"}',
    b'{"title":"abcd","title":"efgh"}', b'{"title":NaN}', b'{"a":1}x',
    b'{"a":' + b"[" * 17 + b"]" * 17 + b"}",
], ids=["empty", "broken", "array", "null", "single_quotes", "nul",
        "overlong_utf8", "lone_surrogate", "duplicate", "nan", "trailing",
        "depth"])
def test_bad_json_is_400_and_changes_nothing(site, body):
    person = site.as_role("editor")
    path = "/prompts/" + new_prompt(person)["_id"]
    before = person.get(path).json()
    answer = person.request("PATCH", path, body=body,
                            headers={"Content-Type": "application/json"})
    assert_our_error(answer, 400, "Submitted data is invalid.")
    assert person.get(path).json() == before


def test_body_shorter_than_announced_changes_nothing(site):
    person = site.as_role("editor")
    path = "/prompts/" + new_prompt(person)["_id"]
    before = person.get(path).json()
    answer = person.raw(
        b"PATCH %s HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{\"title\":\"Shortened\"}"
        % (path.encode(), person.token.encode()), half_close=True)
    assert answer is None or answer.status >= 400
    assert person.get(path).json() == before


def test_body_longer_than_announced_is_cut_and_refused(site):
    person = site.as_role("editor")
    path = "/prompts/" + new_prompt(person)["_id"]
    answer = person.raw(
        b"PATCH %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: 10\r\n\r\n{\"title\":\"Longer than said\"}"
        % (path.encode(), person.token.encode()))
    assert_our_error(answer, 400, "Submitted data is invalid.")


@pytest.mark.parametrize("length", [
    b"-1", b"1e3", b"99999999999999999999", b"0x10", b"5, 6"])
def test_impossible_length_is_refused(site, length):
    answer = site.client.raw(
        b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: close\r\nContent-Type: application/json\r\n"
        b"Content-Length: " + length + b"\r\n\r\n{}")
    assert 400 <= answer.status < 500


# Paths.

@pytest.mark.parametrize("path", [
    b"/prompts/a%2Fb", b"/prompts/%2F%2F", b"/prompts/a%252Fb",
    b"/prompts/%00", b"/prompts/a%00b", b"/prompts/%0A", b"/prompts/%0d%0aX:y",
    b"/prompts/%zz", b"/prompts/%", b"/prompts/%C0%AF", b"/prompts/%FF",
    b"/prompts/a%3Fb", b"/prompts/..%2F..%2Fetc%2Fpasswd",
    b"/prompts/../../../etc/passwd", b"/nothing~", b"/x.inc",
    b"/promptledger.db",
    b"/prompts/" + b"a" * 10_000, b"/" + b"a/" * 5_000,
    b"/prompts/" + b"%41" * 1_500,
], ids=lambda path: path.decode()[:32])
def test_odd_path_is_refused(site, path):
    assert_refused(site.as_role("editor").raw_path("GET", path))


@pytest.mark.parametrize("path", [b"//prompts", b"/prompts//", b"/.//prompts"])
def test_doubled_slashes_do_no_harm(site, path):
    answer = site.as_role("editor").raw_path("GET", path)
    if answer.status == 200:
        assert isinstance(answer.json(), list)
    else:
        assert_refused(answer)


def test_long_query_string_is_refused_or_ignored(site):
    answer = site.as_role("editor").raw_path(
        "GET", b"/nothing?q=" + b"a" * 7_000)
    assert_our_error(answer, 404)
    answer = site.as_role("editor").raw_path(
        "GET", b"/prompts?q=" + b"a" * 20_000)
    assert_refused(answer)


# Safety of the installation.

def test_no_file_of_the_installation_is_served(site):
    for path in ("/.htaccess", "/promptledger.fcgi", "/promptledger.cgi",
                 "/../own/data/promptledger.db", "/lighttpd.log"):
        answer = site.as_role("admin").raw_path("GET", path.encode())
        assert_refused(answer)


def test_data_directory_is_for_its_owner_alone(site):
    data = site.installation.data
    for file in (data, *data.rglob("*")):
        assert file.stat().st_mode & 0o077 == 0, file


def test_every_answer_forbids_sniffing_and_shared_caching(site):
    answer = site.as_role("editor").get("/prompts")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"] or \
        "no-store" in answer.headers["Cache-Control"]


def test_client_headers_configure_nothing(site):
    answer = site.as_role("editor").get("/prompts", headers={
        "PROMPTLEDGER_DATA": "/nonexistent",
        "Promptledger-Data": "/nonexistent",
        "Proxy": "http://example.org"})
    assert answer.status == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up root")
def test_program_does_not_run_as_root(site):
    for pid in site.deployment.responder_pids():
        assert os.stat(f"/proc/{pid}").st_uid != 0
