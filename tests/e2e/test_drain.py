"""A responder that is told to end finishes its work and exits 0 in time."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from deployment import wait_until
from fastcgi import Exchange, request_params
from test_crash import (Storm, assert_nothing_acknowledged_is_lost,
                        create_counted)

DRAIN_S = 5
BODY = json.dumps({"title": "Slow but complete", "content": "Hello.",
                   "model": "gpt-4"}).encode()
SIGNALS = [signal.SIGTERM, signal.SIGUSR1]


def open_sockets(pid):
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            count += os.readlink(link).startswith("socket:")
        except FileNotFoundError:
            pass
    return count


def assert_ends_in_time(process, since):
    assert process.wait(DRAIN_S) == 0
    assert time.monotonic() - since < DRAIN_S


@pytest.mark.parametrize("number", SIGNALS)
def test_idle_responder_exits_0(own_site, number):
    process = own_site.deployment.responder.process
    since = time.monotonic()
    process.send_signal(number)
    assert_ends_in_time(process, since)


@pytest.mark.parametrize("number", SIGNALS)
def test_accepted_request_is_finished_before_the_exit(own_site, number):
    responder = own_site.deployment.responder
    wait_until(lambda: open_sockets(responder.pid) == 1, DRAIN_S,
               "a responder without connections")
    params = request_params("POST", "/prompts", own_site.tokens["editor"],
                            CONTENT_TYPE="application/json",
                            CONTENT_LENGTH=str(len(BODY)))
    with Exchange(responder.socket) as exchange:
        exchange.begin(params)
        exchange.send_body(BODY[:20])
        wait_until(lambda: open_sockets(responder.pid) > 1, DRAIN_S,
                   "the accepted connection")
        since = time.monotonic()
        responder.process.send_signal(number)
        exchange.send_body(BODY[20:])
        exchange.end_body()
        answer = exchange.answer()
    assert answer.status == 201, answer
    assert_ends_in_time(responder.process, since)
    own_site.deployment.restart_responder()
    path = "/prompts/" + answer.json()["_id"]
    assert own_site.as_role("editor").get(path).status == 200


def test_peer_that_never_finishes_does_not_delay_the_exit(own_site):
    responder = own_site.deployment.responder
    params = request_params("POST", "/prompts", own_site.tokens["editor"],
                            CONTENT_TYPE="application/json",
                            CONTENT_LENGTH=str(len(BODY)))
    with Exchange(responder.socket) as exchange:
        exchange.begin(params)
        exchange.send_body(BODY[:20])
        since = time.monotonic()
        responder.process.send_signal(signal.SIGTERM)
        assert_ends_in_time(responder.process, since)


def test_writers_under_way_lose_nothing_acknowledged(own_site):
    person = own_site.as_role("editor")
    counted = [create_counted(person) for _ in range(16)]
    process = own_site.deployment.responder.process
    with Storm(person, counted) as storm:
        storm.wait_for(64)
        since = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert_ends_in_time(process, since)
    assert storm.unexpected == []
    own_site.deployment.restart_responder()
    assert_nothing_acknowledged_is_lost(person, counted)
