"""Every allocation of a request fails in turn: the family answers 500, or the
request succeeds; the process lives on, nothing half-done is seen, and nothing
is leaked."""

import os
import subprocess

import pytest

from faults import (DEEDS, FOREVER, LIBFCGI, MEMORY, WAIT_S, Large,
                    faulty, faulty_shim, make_deed, sweep)  # noqa: F401
from families import Promptcrafter, Seen

EVERY = int(os.environ.get("PROMPTLEDGER_FAULTS_EVERY", 9))
ENOMEM = 12
REFUSED = (500,)
LEAKED_MAX = 20  # what caches may still hold after the third time


def warm_up(deed, name):
    """So that caches are filled."""
    if name != "delete":
        assert deed.do() == 200


def fill_page_caches(site):
    large = Large(Promptcrafter, site)
    for _ in range(4):
        assert large.do() == 200


@pytest.mark.parametrize("name", DEEDS)
def test_a_failing_allocation_is_told_and_changes_nothing(own_site, faulty,
                                                          name):
    deed = make_deed(name, own_site)
    warm_up(deed, name)
    met = sweep(faulty, deed, MEMORY, ENOMEM, allowed=REFUSED, every=EVERY)
    deed.check(own_site.installation)
    print(f"{name}: {len(met)} allocations failed")
    assert len(met) * EVERY > 20
    own_site.installation.check_integrity()


@pytest.mark.parametrize("name", ["get", "patch", "payload"])
def test_a_failing_allocation_leaks_nothing(own_site, faulty, name):
    deed = make_deed(name, own_site)
    fill_page_caches(own_site)
    live = []
    for _ in range(4):
        sweep(faulty, deed, MEMORY, ENOMEM, allowed=REFUSED, every=EVERY)
        live.append(faulty.live())
    # A page more or less in SQLite's caches, by turns, is no leak.
    assert max(live[2:]) - max(live[:2]) <= LEAKED_MAX, live


def do_and_restart(faulty, deed):
    """Do the deed; if that ended the process, start another and see that
    nothing that was answered is gone.  Did it end?"""
    status = deed.do()
    faulty.disarm()
    if status == 200:
        return False
    try:
        faulty.process.wait(0 if deed.writer.person.last.media_type
                            == "application/json" else WAIT_S)
    except subprocess.TimeoutExpired:
        deed.check_refused(REFUSED)
        return False
    faulty.start()
    deed.writer.check(Seen(faulty.site.installation))
    return True


@pytest.mark.parametrize("what, count, tries", [
    (MEMORY, FOREVER, (1, 2, 5, 10, 20, 40, 80, 160)),
    (LIBFCGI, 1, (1, 2, 3, 4, 5, 6))], ids=["for good", "in libfcgi"])
def test_a_process_that_ends_for_want_of_memory(own_site, faulty, what, count,
                                                tries):
    """Where nothing at all can be had, or libfcgi, which asserts that there
    is memory, has none, the process ends; nothing that was answered is lost,
    and the next one serves."""
    deed = make_deed("patch", own_site)
    ended = 0
    for at in tries:
        assert deed.do() == 200
        faulty.arm(what, ENOMEM, at, count)
        ended += do_and_restart(faulty, deed)
    assert deed.do() == 200
    deed.check(own_site.installation)
    own_site.installation.check_integrity()
    assert what == MEMORY or ended == len(tries)
