"""Clients that dawdle: they open connections and say nothing, stop in the
middle, or close their half; whoever asks meanwhile is answered within 1 s.

lighttpd takes a request from its client as a whole before it passes it on, and
any number of idle connections.  Apache gives each connection a thread of its
own, of which there are some hundreds; and its mod_proxy_fcgi passes a body on
as it comes, so that each slow one holds a worker of ours: there the test has
fewer of them than there are workers.
"""

import contextlib
import resource
import socket
import time

import pytest

ANSWER_S = 1.0
IDLE = 1000
IDLE_APACHE = 100
SLOW = 40
SLOW_APACHE = 4
BODY = b'{"title":"Greeting","content":"Hello.","model":"gpt-4"}'


@pytest.fixture(autouse=True, scope="module")
def descriptors():
    """As many as this test's own connections take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2 * IDLE:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def connections(site, count, first=b""):
    """Connections to the web server, each with this much said."""
    opened = []
    try:
        for _ in range(count):
            peer = socket.create_connection(
                ("127.0.0.1", site.deployment.port), timeout=20)
            opened.append(peer)
            peer.sendall(first)
        yield opened
    finally:
        for peer in opened:
            peer.close()


def assert_prompt(person, times=5):
    """Asked again and again, each time answered soon."""
    for _ in range(times):
        start = time.monotonic()
        answer = person.get("/prompts")
        took = time.monotonic() - start
        assert answer.status == 200, answer
        assert took < ANSWER_S, f"{took:.2f} s"


def post_head(token, length):
    return (f"POST /prompts HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n").encode()


def status_of(peer):
    peer.settimeout(20)
    return int(peer.recv(1000).split()[1])


def test_idle_connections(site):
    person = site.new_person()
    with connections(site, IDLE if site.is_lighttpd else IDLE_APACHE):
        assert_prompt(person)


def test_heads_that_stop_in_the_middle(site):
    person = site.new_person()
    head = post_head(person.token, len(BODY))
    with connections(site, SLOW, head[:60]):
        assert_prompt(person)


def test_bodies_that_stop_in_the_middle(site):
    person = site.new_person()
    head = post_head(person.token, len(BODY))
    count = SLOW if site.is_lighttpd else SLOW_APACHE
    with connections(site, count, head + BODY[:10]) as slow:
        assert_prompt(person)
        # They may still go on.
        for peer in (slow[0], slow[-1]):
            peer.sendall(BODY[10:])
            assert status_of(peer) == 201
    titles = [prompt["title"] for prompt in person.get("/prompts").json()]
    assert titles == ["Greeting"] * 2


def test_half_closed_connections(site):
    """Closed for writing: in a head, in a body, and when all was said."""
    person = site.new_person()
    head = post_head(person.token, len(BODY))
    for said in (b"", head[:60], head + BODY[:10]):
        count = SLOW if site.is_lighttpd else SLOW_APACHE
        with connections(site, count, said) as halves:
            for peer in halves:
                peer.shutdown(socket.SHUT_WR)
            assert_prompt(person)
    assert person.get("/prompts").json() == []


def test_answers_that_nobody_reads(site):
    """The clients ask for much and do not take it."""
    person = site.new_person()
    for _ in range(4):
        answer = person.post("/prompts", {
            "title": "Long", "content": "x" * 250_000, "model": "gpt-4"})
        assert answer.status == 201, answer
    ask = (f"GET /prompts HTTP/1.1\r\nHost: localhost\r\n"
           f"Authorization: Bearer {person.token}\r\n\r\n").encode()
    other = site.new_person()
    with connections(site, SLOW if site.is_lighttpd else SLOW_APACHE, ask):
        if site.name == "apache-fcgid":
            # It starts a process when none is free, once a second.
            assert other.get("/prompts").status == 200
        assert_prompt(other)
