"""SIGKILL at every step of an upload: never a row without its file.

The program runs as plain CGI with step_killer.c preloaded, once for every
call that changes a file, from the first on until it comes through.  After
each death every row must have its file; in the end `doctor --sweep` must have
removed all that was left over, and nothing else.
"""

import hashlib
import signal

from program import DAYS_S, program, shim  # noqa: F401 (fixtures)
from test_upload import wav

STEPS_MAX = 400


def audio(number):
    """A recording that no other number has."""
    return wav(1000)[:-8] + number.to_bytes(8, "big")


def digest(number):
    return hashlib.sha256(audio(number)).hexdigest()


def kill_at_every_step(program, deed, wanted, every=1):
    """Do the deed with every step as the last but one; what of the wanted
    steps was never met."""
    seen = set()
    for number in range(1, STEPS_MAX, every):
        survived = deed(number)
        seen.update(program.steps())
        program.check_rows_have_files()
        if survived:
            return wanted - seen
    raise AssertionError(f"not done after {STEPS_MAX} steps")


def test_a_kill_at_any_step_of_an_upload_leaves_no_row_without_file(program):
    """Answered with 200 it is stored; else it may be sent again."""
    def put(number):
        link = program.link(program.new_request())
        status, body = program.ask("PUT", link, audio(number), number)
        assert status in (None, 200), body
        if status == 200:
            assert digest(number) in program.digests()
            return True
        status, body = program.ask("PUT", link, audio(number))
        assert status == 200, body
        return False

    missed = kill_at_every_step(program, put, {
        "openat", "write", "mkdirat", "fsync", "renameat", "fdatasync"})
    assert missed == set()
    program.check_sweep_leaves_what_is_needed()


def test_interrupted_uploads_are_swept(program):
    """As above, but nobody tries again: all of it is stray."""
    def put(number):
        link = program.link(program.new_request())
        return program.ask("PUT", link, audio(number), number)[0] == 200

    assert kill_at_every_step(program, put, {"renameat"}) == set()
    strays = program.files() - program.digests()
    assert strays, "no kill came between rename and commit"
    assert list((program.assets / "tmp").iterdir()), "no kill came before the rename"
    done = program.doctor()
    assert done.returncode == 1, done
    assert done.stdout.count(b"is left over from an interrupted upload") \
        == len(strays)
    program.check_sweep_leaves_what_is_needed()


def test_a_kill_at_any_step_of_a_part_or_of_complete(program):
    pieces = [audio(0)[:600], audio(0)[600:]]

    def put_part(number):
        link = program.link(program.new_request())
        status, body = program.ask("PUT", f"{link}&part=1", pieces[0], number)
        assert status in (None, 200), body
        again = program.ask("PUT", f"{link}&complete=2")
        if status == 200:
            assert b"Missing: 2." in again[1], again
            return True
        assert again[0] == 400, again
        return False

    assert kill_at_every_step(program, put_part, {"renameat"}) == set()

    def complete(number):
        link = program.link(program.new_request())
        parts = [audio(number)[:600], audio(number)[600:]]
        for n, part in enumerate(parts, 1):
            assert program.ask("PUT", f"{link}&part={n}", part)[0] == 200
        status, body = program.ask("PUT", f"{link}&complete=2", b"", number)
        assert status in (None, 200), body
        if status == 200:
            assert digest(number) in program.digests()
            return True
        status, body = program.ask("PUT", f"{link}&complete=2")
        assert status == 200, body
        return False

    assert kill_at_every_step(program, complete, {"renameat"}) == set()
    program.check_sweep_leaves_what_is_needed()


def test_a_kill_at_any_step_of_a_sweep_leaves_no_row_without_file(program):
    """Expired requests, their recordings and parts, a stray, and a recording
    that is wanted: the sweep may die anywhere and be repeated."""
    program.make_prompt(program.new_request(audio(1)), "Kept")
    program.new_request(audio(1))  # the same bytes, and nobody wants these
    for number in (2, 3):
        link = program.link(program.new_request(audio(number)))
        assert program.ask("PUT", f"{link}&part=1", b"part")[0] == 200
    program.plant(audio(4))
    program.save()

    def sweep(number):
        program.go_back()
        done = program.doctor("--sweep", later_s=DAYS_S, kill_at=number)
        assert done.returncode in (0, -signal.SIGKILL), done
        return done.returncode == 0

    def sweep_again(number):
        survived = sweep(number)
        assert program.doctor("--sweep", later_s=DAYS_S).returncode == 0
        assert program.files() == {digest(1)}
        return survived

    assert kill_at_every_step(program, sweep, {"unlinkat"}) == set()
    assert kill_at_every_step(program, sweep_again, set(), every=7) == set()
    program.check_sweep_leaves_what_is_needed(DAYS_S)
    assert program.files() == {digest(1)}
    assert list((program.assets / "tmp").iterdir()) == []
