"""The OpenAPI document: what it is, where it is, and that it tells the truth.

Whether answers are as it says is seen by every test: openapi.py.
"""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from openapi import METHODS, Document

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src/api/openapi"))
from to_yaml import to_yaml  # noqa: E402  (it lies beside the document)


@pytest.fixture(scope="session", name="printed")
def print_document(site):
    return site.installation.command("openapi")


def test_it_is_answered_without_a_token(site, printed):
    answer = site.client.get("/openapi.json")
    assert answer.status == 200, answer
    assert answer.json() == json.loads(printed)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    again = site.client.get("/openapi.json", headers={
        "If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b""), again
    assert again.headers["ETag"] == answer.headers["ETag"]


def test_a_wrong_token_does_not_matter(site):
    stranger = site.client.with_token("sess_" + "0" * 64)
    assert stranger.get("/openapi.json").status == 200


def test_its_path_takes_no_other_method(site):
    answer = site.client.post("/openapi.json", {})
    assert answer.status == 405, answer
    assert answer.headers["Allow"] == "GET, HEAD"
    assert set(answer.json()) == {"error"}


def test_docs_are_what_the_program_prints(printed):
    """make openapi writes them anew."""
    assert (ROOT / "docs/openapi.yaml").read_text("utf-8") == \
        to_yaml(printed)


def test_every_route_is_in_it_and_nothing_else(site, printed):
    listed = {(method.lower(), path) for _, method, path in (
        line.split()[:3] for line
        in site.installation.command("routes").splitlines())}
    paths = json.loads(printed)["paths"]
    assert listed == {
        (method, path.replace("{", ":").replace("}", ""))
        for path, item in paths.items() for method in item}


def test_every_reference_leads_somewhere(printed):
    document = Document(printed)

    def follow(node):
        if isinstance(node, dict):
            if "$ref" in node:
                assert document.resolve(node)
            for item in node.values():
                follow(item)
        elif isinstance(node, list):
            for item in node:
                follow(item)

    follow(document.plain)


def test_every_component_is_referred_to(printed):
    for kind, components in json.loads(printed)["components"].items():
        for name in components:
            assert kind == "securitySchemes" or \
                f'"#/components/{kind}/{name}"' in printed, name


def test_every_operation_says_how_it_succeeds_and_fails(printed):
    for path, item in json.loads(printed)["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            statuses = set(operation["responses"])
            assert any(status < "300" for status in statuses), path
            assert {"400", "503", "default"} <= statuses, path
            # Whatever is wrong is why it is not ready.
            assert ("500" in statuses) == (path != "/readyz"), path
            secured = bool(operation["security"]) and \
                {} not in operation["security"]
            assert secured <= ("401" in statuses), path


def test_public_url_comes_before_every_path(own_site):
    assert own_site.deployment.stop()
    own_site.installation.configure(public_url="https://example.org/ledger")
    own_site.deployment.start()
    document = own_site.client.get("/openapi.json").json()
    assert document["servers"] == [{"url": "https://example.org/ledger"}]


def test_a_linter_finds_no_error():
    done = subprocess.run(["make", "--no-print-directory", "lint-openapi"],
                          cwd=ROOT, capture_output=True, text=True,
                          timeout=180, check=False)
    if done.stdout.startswith("lint-openapi: not run"):
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr


# The checker itself: each of these lies must be found out.

GOOD = {"_id": "01a1fdfd-d1a1-74b4-8dfa-5c716a8ee792",
        "ownerId": "01a1fdfd-d1a1-74b4-8dfa-5c716a8ee792",
        "title": "t", "content": "c", "model": "m", "tags": ["a"],
        "createdAt": "2026-11-21T12:03:52.358Z",
        "updatedAt": "2026-11-21T12:03:52.358Z"}
JSON = "application/json"


def check(printed, status=201, body=None, sent=None, headers=None, **change):
    answer = SimpleNamespace(
        status=status, body=json.dumps({**GOOD, **change}).encode()
        if body is None else body,
        headers={"X-Request-Id": "1", "Content-Type": JSON, "ETag": '"1"',
                 "Location": "/prompts/1", **(headers or {})})
    sent = {"title": "abc", "content": "c", "model": "m"} \
        if sent is None else sent
    Document(printed).check("POST", "/prompts", {"Content-Type": JSON},
                            json.dumps(sent).encode(), answer)


def test_an_answer_as_documented_passes(printed):
    check(printed)


@pytest.mark.parametrize("lie", [
    {"status": 200}, {"status": 418}, {"body": b"{}"}, {"body": b"[]"},
    {"title": 7}, {"tags": None}, {"tags": [1]}, {"more": 1},
    {"_id": "7"}, {"createdAt": "yesterday"},
    {"headers": {"Content-Type": "text/html"}},
    {"headers": {"Link": "</prompts>"}},
    {"sent": {"title": "abc"}}, {"sent": {"title": "a" * 101, "content": "c",
                                          "model": "m"}},
], ids=str)
def test_an_answer_that_is_not_as_documented_fails(printed, lie):
    with pytest.raises(AssertionError):
        check(printed, **lie)
