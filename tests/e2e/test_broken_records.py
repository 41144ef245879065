"""FastCGI records that no web server sends, straight to the responder's
socket: the next good request is answered within 1 s, and the program does not
grow."""

import re
import struct
import time
from pathlib import Path

import pytest

from conftest import Site
from fastcgi import (BEGIN, PARAMS, RESPONDER, STDIN, Exchange, call,
                     encode_params, pieces, record, request_params, stream)

ABORT, END, GET_VALUES, UNKNOWN = 2, 3, 9, 99
ANSWER_S = 1.0
HOLDERS = 40  # more than workers
IDLE = 1000
MIB = 1 << 20
GROWTH_MAX = 8 * MIB
PARAMS_BYTES = 100 * MIB


def header(kind, length, version=1, number=1, padding=0):
    return struct.pack(">BBHHBx", version, kind, number, length, padding)


def begin(role=RESPONDER):
    return record(BEGIN, struct.pack(">HB5x", role, 0))


PAIRS = encode_params(request_params("GET", "/prompts"))
HEAD = begin() + stream(PARAMS, PAIRS)

BROKEN = {
    "nothing": b"",
    "one byte": b"\1",
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "version 0": header(BEGIN, 8, version=0) + bytes(8),
    "version 2": header(BEGIN, 8, version=2) + bytes(8),
    "version 255 in the middle": begin() + header(PARAMS, 0, version=255),
    "unknown kind": header(UNKNOWN, 0),
    "unknown kind in the middle": begin() + header(UNKNOWN, 4) + bytes(4),
    "a question about the program": header(GET_VALUES, 0, number=0),
    "request 0": header(BEGIN, 8, number=0) + struct.pack(">HB5x", 1, 0),
    "another request's parameters":
        begin() + header(PARAMS, 0, number=2),
    "authorizer": begin(2) + stream(PARAMS, PAIRS),
    "filter": begin(3) + stream(PARAMS, PAIRS),
    "no such role": begin(65535) + stream(PARAMS, PAIRS),
    "beginning without content": header(BEGIN, 0),
    "beginning too long": header(BEGIN, 65535) + bytes(100),
    "beginning twice": begin() + begin() + stream(PARAMS, PAIRS),
    "beginning again behind parameters":
        begin() + record(PARAMS, PAIRS) + begin(),
    "body before the beginning": record(STDIN, b"x") + HEAD,
    "parameters before the beginning": stream(PARAMS, PAIRS),
    "end before the beginning": header(END, 8) + bytes(8),
    "body among the parameters":
        begin() + record(PARAMS, PAIRS) + record(STDIN, b"x"),
    "abort at once": header(ABORT, 0),
    "abort among the parameters":
        begin() + record(PARAMS, PAIRS) + header(ABORT, 0),
    "abort in the body": HEAD + header(ABORT, 0),
    "half a header": begin() + header(PARAMS, 100)[:5],
    "half a record": begin() + header(PARAMS, 100) + PAIRS[:10],
    "length that lies": begin() + header(PARAMS, 65535) + PAIRS,
    "padding that lies": begin() + header(PARAMS, 4, padding=255) + PAIRS[:4],
    "cut parameters": begin() + stream(PARAMS, PAIRS[:-1]),
    "a name that is too long":
        begin() + stream(PARAMS, b"\xff\xff\xff\xff\1A"),
    "name and value that add up to nothing":
        begin() + stream(PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xff" + PAIRS),
    "a value of 100 MB": begin() + stream(
        PARAMS, struct.pack(">II", 1 | 1 << 31, PARAMS_BYTES | 1 << 31)
        + b"A" * 1000),
    "half a body": HEAD + header(STDIN, 1000) + b"x",
}


@pytest.fixture(scope="module")
def socket_site():
    opened = Site("lighttpd-external")
    yield opened
    opened.close()


def assert_answers(site):
    """A good request is answered, soon, and as it should be."""
    start = time.monotonic()
    answer = call(site.deployment.responder.socket, request_params(
        "GET", "/prompts", site.tokens["editor"]))
    took = time.monotonic() - start
    assert answer.status == 200, answer
    assert took < ANSWER_S, f"{took:.2f} s"


def private_bytes(site):
    """The responder's own memory."""
    status = Path(f"/proc/{site.deployment.responder.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024


def open_files(site):
    return len(list(Path(
        f"/proc/{site.deployment.responder.pid}/fd").iterdir()))


@pytest.mark.parametrize("name", BROKEN)
def test_broken_records_harm_nobody_else(socket_site, name):
    """Once they hang up, and while they stay."""
    path = socket_site.deployment.responder.socket
    for _ in range(HOLDERS):
        with Exchange(path) as exchange:
            exchange.send(BROKEN[name])
    assert_answers(socket_site)
    if name in ("abort in the body", "half a body"):
        return  # a head that is whole holds a worker until its peer leaves
    stayed = [Exchange(path) for _ in range(HOLDERS)]
    try:
        for exchange in stayed:
            exchange.send(BROKEN[name])
        assert_answers(socket_site)
    finally:
        for exchange in stayed:
            exchange.peer.close()


def test_hundred_megabytes_of_parameters_are_not_kept(socket_site):
    assert_answers(socket_site)
    before = private_bytes(socket_site)
    pair = encode_params({"NAME": "v" * 1000})
    with Exchange(socket_site.deployment.responder.socket) as exchange:
        exchange.send(begin())
        for piece in pieces(pair * (PARAMS_BYTES // len(pair))):
            if not exchange.send(record(PARAMS, piece)):
                break
        else:
            pytest.fail("all was taken")
        assert_answers(socket_site)
        assert private_bytes(socket_site) - before < GROWTH_MAX


def test_broken_records_leave_nothing_behind(socket_site):
    """Thousands of them: neither memory nor descriptors."""
    path = socket_site.deployment.responder.socket

    def send_all():
        for broken in BROKEN.values():
            with Exchange(path) as exchange:
                exchange.send(broken)
        assert_answers(socket_site)

    for _ in range(10):
        send_all()
    memory, files = private_bytes(socket_site), open_files(socket_site)
    for _ in range(50):
        send_all()
    assert private_bytes(socket_site) - memory < GROWTH_MAX
    assert open_files(socket_site) <= files + 2


def test_idle_connections_to_the_socket_hold_nobody_up(socket_site):
    """As many as may be; when descriptors get short the first has to go."""
    path = socket_site.deployment.responder.socket
    idle = [Exchange(path) for _ in range(IDLE)]
    try:
        for _ in range(5):
            assert_answers(socket_site)
        # The last of them may still ask.
        idle[-1].begin(request_params("GET", "/prompts",
                                      socket_site.tokens["editor"]))
        idle[-1].end_body()
        assert idle[-1].answer().status == 200
    finally:
        for exchange in idle:
            exchange.peer.close()
    assert_answers(socket_site)
