"""What uploads leave behind goes by itself, and nothing else does."""

import hashlib
import json

from deployment import wait_until
from program import (DAYS_S, HOURS_S, later,
                     program, shim)  # noqa: F401 (fixtures)
from test_upload import ask_for_link, upload, wav

WAIT_S = 30


def audio(number):
    return wav(1000)[:-8] + number.to_bytes(8, "big")


def digest(number):
    return hashlib.sha256(audio(number)).hexdigest()


def count(program, table):
    return program.installation.query(f"SELECT count(*) FROM {table}")[0][0]


def look(program, later_s, **variables):
    """Any request: the purge comes after its answer."""
    status, _ = program.ask("GET", "/voice/prompts/none", token=program.token,
                            later_s=later_s, **variables)
    assert status in (401, 404)  # the token may have expired by then


def test_unused_requests_go_after_a_day_with_their_audio(program):
    program.new_request()
    program.new_request(audio(1))
    look(program, HOURS_S)
    assert count(program, "upload_request") == 2
    assert program.files() == {digest(1)}
    look(program, DAYS_S)
    assert count(program, "upload_request") == 0
    assert count(program, "asset") == 0
    assert count(program, "asset_leftover") == 0
    assert program.files() == set()


def test_removals_are_in_the_audit_log(program):
    program.new_request(audio(1))
    look(program, DAYS_S)
    rows = program.installation.query(
        "SELECT entity, action, actor_id, family FROM audit_log"
        " WHERE action = 'DELETE' ORDER BY seq")
    assert rows == [["upload_request", "DELETE", "system", "purge"],
                    ["asset", "DELETE", "system", "purge"]]
    program.installation.check_integrity()


def test_published_audio_stays_and_replaced_audio_with_its_version(program):
    prompt = program.make_prompt(program.new_request(audio(1)), "One")
    body = {"request_id": program.new_request(audio(2)), "name": "One",
            "file_name": "two.wav", "description": ""}
    status, answer = program.ask("PUT", f"/voice/prompts/{prompt}",
                                 json.dumps(body).encode(),
                                 token=program.token)
    assert status == 201, answer
    look(program, DAYS_S)
    assert count(program, "upload_request") == 0
    assert count(program, "asset_archive") == 0
    assert program.files() == program.digests() == {digest(1), digest(2)}
    assert program.doctor(later_s=DAYS_S).stdout == b"ok\n"


def test_an_upload_that_was_replaced_goes_soon(program):
    request_id = program.new_request(audio(1))
    assert program.ask("PUT", program.link(request_id), audio(2))[0] == 200
    assert program.files() == {digest(1), digest(2)}
    look(program, 120)
    assert program.files() == program.digests() == {digest(2)}


def delete(program, prompt, **variables):
    status, body = program.ask("DELETE", f"/api/admin/prompts/{prompt}",
                               token=program.admin(), **variables)
    assert status in (200, 204), body


def restore(program, prompt, **variables):
    status, _ = program.ask("POST", f"/api/admin/prompts/{prompt}/restore",
                            token=program.admin(), **variables)
    return status


def test_audio_of_deleted_prompts_goes_with_its_request(program):
    prompt = program.make_prompt(program.new_request(audio(1)), "One")
    delete(program, prompt)
    look(program, HOURS_S)
    assert program.files() == {digest(1)}  # a repeated POST asks for it
    look(program, DAYS_S)
    assert program.files() == program.digests() == set()
    assert restore(program, prompt) >= 400


def test_audio_of_deleted_prompts_is_kept_for_the_time_that_was_set(program):
    keep = {"PROMPTLEDGER_AUDIO_KEEP_HOURS": "24"}
    gone, back = (program.make_prompt(program.new_request(audio(number)),
                                      str(number)) for number in (1, 2))
    look(program, DAYS_S, **keep)  # the requests go
    assert count(program, "upload_request") == 0
    delete(program, gone, **keep)
    delete(program, back, **keep)
    assert count(program, "asset_archive") == 2
    look(program, 23 * 3600, **keep)
    assert program.files() == {digest(1), digest(2)}
    assert restore(program, back, **keep) == 200
    look(program, 25 * 3600, **keep)
    assert program.files() == program.digests() == {digest(2)}
    assert count(program, "asset_archive") == 0


def test_parts_go_with_their_link_or_their_use(program):
    used, left = program.new_request(), program.new_request()
    for request_id in (used, left):
        link = program.link(request_id)
        assert program.ask("PUT", f"{link}&part=1", audio(1))[0] == 200
    assert program.ask("PUT", program.link(used) + "&complete=1")[0] == 200
    look(program, 0)
    assert {one.name for one in (program.assets / "tmp").iterdir()} == \
        {used, left}
    program.make_prompt(used, "Used")
    look(program, 0)
    assert [one.name for one in (program.assets / "tmp").iterdir()] == [left]
    look(program, 17 * 60)
    assert list((program.assets / "tmp").iterdir()) == []


def test_the_same_bytes_under_two_requests_stay_while_one_is_used(program):
    program.make_prompt(program.new_request(audio(1)), "Used")
    program.new_request(audio(1))
    look(program, DAYS_S)
    assert count(program, "asset") == 1
    assert program.files() == program.digests() == {digest(1)}


def test_the_upkeep_thread_purges_while_the_program_serves(own_site, shim):
    site = own_site
    for number in range(40):  # more than one batch
        _, link = ask_for_link(site.as_role("editor"))
        assert upload(site, link, audio(number)).status == 200
    assets = site.installation.data / "assets"
    with later(site.installation, shim, DAYS_S):
        site.deployment.responder.process.terminate()
        site.deployment.restart_responder()
        wait_until(lambda: not list(assets.glob("??/??/*")), WAIT_S,
                   "the purge")
    for table in ("upload_request", "asset", "asset_leftover"):
        assert site.installation.query(f"SELECT count(*) FROM {table}") == \
            [[0]]
