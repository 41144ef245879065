"""A new program is put in place by renaming it over the old one."""

import os
import shutil

import pytest

from deployment import START_S, wait_until
from test_crash import create_counted, stored_number


def replace_program(installation):
    new = installation.program.with_suffix(".new")
    shutil.copy(installation.program, new)
    os.replace(new, installation.program)


@pytest.mark.parametrize("own_site", ["lighttpd-spawned"], indirect=True)
def test_replaced_program_is_followed_by_the_new_one(own_site):
    deployment = own_site.deployment
    person = own_site.as_role("editor")
    counted = create_counted(person)
    old = deployment.responder_pids()
    assert len(old) == 1

    def only_the_new_one_answers():
        # lighttpd starts it when the first request finds the old one gone.
        has_answered = deployment.answers()
        pids = deployment.responder_pids()
        return has_answered and len(pids) == 1 and pids != old

    replace_program(own_site.installation)
    wait_until(only_the_new_one_answers, START_S, "the new program")
    assert stored_number(person, counted) == 0


def test_replaced_program_exits_0_for_its_supervisor(own_site):
    replace_program(own_site.installation)
    process = own_site.deployment.responder.process
    wait_until(lambda: process.poll() is not None, START_S, "the end")
    assert process.returncode == 0
