"""What a web server would never send: the program hears it all the same.

Spoken straight to the responder's socket, and to the program as plain CGI.
"""

import json
import socket
import subprocess

import pytest

from conftest import Site
from deployment import as_account
from fastcgi import Exchange, call, parse_cgi_answer, request_params

PROMPT = {"title": "Greeting", "content": "Hello.", "model": "gpt-4"}
BODY = json.dumps(PROMPT).encode()


def post_params(token, length):
    return request_params("POST", "/prompts", token,
                          CONTENT_TYPE="application/json",
                          CONTENT_LENGTH=length)


def titles(person):
    return [prompt["title"] for prompt in person.get("/prompts").json()]


def call_cgi(site, params, body):
    """Run the program as a web server runs a CGI program."""
    done = subprocess.run(
        [site.installation.program], input=body, capture_output=True,
        timeout=20, env={**params, "PROMPTLEDGER_DATA":
                         str(site.installation.data)},
        check=False, **as_account())
    assert done.returncode == 0, done
    return parse_cgi_answer(done.stdout)


def call_cgi_over_one_socket(site, params, body):
    """Do the same as mod_cgid does it: one socket is standard input and
    output, and the answer is read when the whole body has been sent."""
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    with ours, theirs:
        process = subprocess.Popen(
            [site.installation.program], stdin=theirs, stdout=theirs,
            env={**params, "PROMPTLEDGER_DATA": str(site.installation.data)},
            **as_account())
        theirs.close()
        send_all(ours, body)
        output = receive_all(ours)
        assert process.wait(20) == 0
    return parse_cgi_answer(output)


def send_all(peer, body):
    try:
        peer.sendall(body)
        peer.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError):
        pass


def receive_all(peer):
    output = b""
    while piece := peer.recv(65536):
        output += piece
    return output


def call_fcgi(site, params, body):
    return call(site.deployment.responder.socket, params, body)


def unwanted_upload(size):
    """A request that is refused before its body is looked at."""
    params = request_params("PATCH", "/prompts/invalid_prompt_id",
                            CONTENT_TYPE="application/json",
                            CONTENT_LENGTH=str(size))
    return params, b" " * size


@pytest.fixture(scope="module")
def socket_site():
    opened = Site("lighttpd-external")
    yield opened
    opened.close()


@pytest.fixture
def person(socket_site):
    """Someone without prompts."""
    return socket_site.new_person()


@pytest.fixture(params=[call_fcgi, call_cgi], ids=["fastcgi", "cgi"])
def send(request, socket_site):
    return lambda params, body: request.param(socket_site, params, body)


def test_true_length_is_accepted(person, send):
    answer = send(post_params(person.token, str(len(BODY))), BODY)
    assert answer.status == 201, answer
    assert titles(person) == ["Greeting"]


@pytest.mark.parametrize("length", [
    str(len(BODY) + 1), "1000000", "-1", "abc", "9" * 30, "1e2", " 5 5"])
def test_wrong_length_is_refused_and_stores_nothing(person, send, length):
    answer = send(post_params(person.token, length), BODY)
    assert answer.status == 400, answer
    assert "error" in answer.json()
    assert titles(person) == []


def test_chunked_body_needs_no_length(person, send):
    params = post_params(person.token, "")
    params["HTTP_TRANSFER_ENCODING"] = "chunked"
    del params["CONTENT_LENGTH"]
    assert send(params, BODY).status == 201
    assert titles(person) == ["Greeting"]


@pytest.mark.parametrize("path", [
    "/prompts/\x01", "/prompts/\n", "/prompts/\udcc0\udcaf", "prompts",
    "/prompts/" + "a" * 10_000], ids=[
    "control", "newline", "overlong_utf8", "no_slash", "too_long"])
def test_bad_path_is_refused_in_json(person, send, path):
    answer = send(request_params("GET", path, person.token), b"")
    assert answer.status in (400, 404, 414), answer
    assert "error" in answer.json()


def test_request_without_method_or_path_is_refused(send):
    answer = send({"GATEWAY_INTERFACE": "CGI/1.1"}, b"")
    assert 400 <= answer.status <= 501, answer
    assert answer.media_type == "application/json"


def test_authorization_survives_an_internal_redirect(person, send):
    params = request_params("GET", "/prompts")
    params["REDIRECT_HTTP_AUTHORIZATION"] = "Bearer " + person.token
    assert send(params, b"").status == 200


def test_peer_that_hangs_up_in_its_body_stores_nothing(socket_site, person):
    with Exchange(socket_site.deployment.responder.socket) as exchange:
        exchange.begin(post_params(person.token, str(len(BODY))))
        exchange.send_body(BODY[:10])
    assert titles(person) == []


def test_silent_peers_do_not_keep_others_waiting(socket_site, person):
    path = socket_site.deployment.responder.socket
    silent = [Exchange(path) for _ in range(8)]
    try:
        assert person.get("/prompts").status == 200
    finally:
        for exchange in silent:
            exchange.peer.close()


@pytest.mark.parametrize("size", [100, 1_000_000, 20_000_000])
@pytest.mark.parametrize("way", [call_fcgi, call_cgi,
                                 call_cgi_over_one_socket],
                         ids=["fastcgi", "cgi", "one_socket"])
def test_answer_to_an_unwanted_body_is_not_lost(socket_site, way, size):
    answer = way(socket_site, *unwanted_upload(size))
    assert answer.status == 401, answer
    assert answer.json() == {"error": "Authentication token is missing."}
