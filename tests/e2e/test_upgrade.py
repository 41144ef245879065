"""A new program is put in place by renaming it over the old one."""

import os
import shutil
import threading
from collections import Counter

import pytest

from deployment import START_S, STOP_S, wait_until
from test_crash import create_counted, stored_number

RENAMES = 4
CLIENTS = 4


def replace_program(installation):
    """The old file stays, under another name, so that its inode number is not
    used again.  mod_fcgid tells programs apart by that number and may start
    the new program for a request that it looked up before the change; a third
    program with the number of the first would get such a process, though it
    is about to end, and answer 500.  Two upgrades within seconds do that."""
    new = installation.program.with_suffix(".new")
    number = installation.program.stat().st_ino
    os.link(installation.program,
            installation.program.with_suffix(f".{number}"))
    shutil.copy(installation.program, new)
    os.replace(new, installation.program)


def runs(installation, pid):
    """Does this process run the file that now has the program's name?"""
    try:
        return os.path.samefile(f"/proc/{pid}/exe", installation.program)
    except OSError:
        return False


def test_replaced_program_exits_0_for_its_supervisor(own_site):
    replace_program(own_site.installation)
    process = own_site.deployment.responder.process
    wait_until(lambda: process.poll() is not None, START_S, "the end")
    assert process.returncode == 0


def become(site):
    """Start the program again with the setting `replaced = become`."""
    site.deployment.responder.stop()
    file = site.installation.data / "promptledger.conf"
    file.write_text("replaced = become\n")
    file.chmod(0o644)
    site.deployment.start_responder()


def test_replaced_program_becomes_the_new_one(own_site):
    """In the same process, so that its supervisor notices nothing."""
    installation = own_site.installation
    become(own_site)
    process = own_site.deployment.responder.process
    person = own_site.as_role("editor")
    counted = create_counted(person)
    for _ in range(3):
        replace_program(installation)
        assert not runs(installation, process.pid)
        wait_until(lambda: runs(installation, process.pid), START_S,
                   "the new program")
        assert stored_number(person, counted) == 0
    assert process.poll() is None


def remove(program):
    program.unlink()


def put_text_in_place(program):
    new = program.with_suffix(".new")
    new.write_text("not a program, and not executable either\n")
    os.replace(new, program)


@pytest.mark.parametrize("spoil", [remove, put_text_in_place])
def test_without_a_new_program_it_exits_0_for_its_supervisor(own_site, spoil):
    installation = own_site.installation
    become(own_site)
    kept = installation.program.with_suffix(".kept")
    shutil.copy(installation.program, kept)
    spoil(installation.program)
    process = own_site.deployment.responder.process
    wait_until(lambda: process.poll() is not None, START_S, "the end")
    assert process.returncode == 0
    os.replace(kept, installation.program)  # the fixture's checks need it


def test_told_to_end_after_the_replacement_it_ends(own_site):
    installation = own_site.installation
    become(own_site)
    process = own_site.deployment.responder.process
    replace_program(installation)
    wait_until(lambda: runs(installation, process.pid), START_S, "the new one")
    process.terminate()
    assert process.wait(STOP_S) == 0


class Load:
    """Clients that read and write without a pause, and count what they
    get."""

    def __init__(self, person):
        self.person = person
        self.answers = Counter()
        self.is_over = False
        self.threads = [threading.Thread(target=self._ask, args=(
            create_counted(person),)) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.is_over = True
        for thread in self.threads:
            thread.join(START_S)
        assert not any(thread.is_alive() for thread in self.threads)

    def _ask(self, counted):
        while not self.is_over:
            counted.attempted += 1
            self._count("PATCH", counted.path,
                        {"title": f"number {counted.attempted}"})
            self._count("GET", counted.path)

    def _count(self, method, path, body=None):
        try:
            answer = self.person.request(method, path, json=body)
            self.answers[method, answer.status] += 1
        except OSError as error:
            self.answers[method, type(error).__name__] += 1

    def wait_for_more(self, count):
        wanted = self.answers.total() + count
        wait_until(lambda: self.answers.total() >= wanted, START_S,
                   f"{count} more answers")


@pytest.mark.parametrize("own_site", [
    "lighttpd-spawned", "lighttpd-external", "apache-fcgid", "apache-proxy",
    "apache-cgi"], indirect=True)
def test_no_request_fails_while_the_program_is_replaced(own_site):
    deployment, installation = own_site.deployment, own_site.installation
    if own_site.name == "apache-cgi":
        installation.program = installation.site / "promptledger.cgi"

    if deployment.external:
        become(own_site)

    def only_the_new_one_runs():
        return all(runs(installation, pid)
                   for pid in deployment.responder_pids())

    with Load(own_site.as_role("editor")) as load:
        for _ in range(RENAMES):
            load.wait_for_more(50)
            replace_program(installation)
            wait_until(only_the_new_one_runs, START_S, "the new program")
            load.wait_for_more(50)
    assert set(load.answers) == {("PATCH", 200), ("GET", 200)}, load.answers
