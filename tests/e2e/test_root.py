"""Started by root, Apache must give up root and still reach everything."""

import os

import pytest

from conftest import Site
from deployment import account, children

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

STAY_ROOT = {}


@pytest.fixture(params=["apache-fcgid", "apache-proxy", "apache-cgi"])
def root_site(request):
    opened = Site(request.param, STAY_ROOT)
    yield opened
    opened.close()


def test_apache_started_by_root_serves_as_the_named_user(root_site):
    person = root_site.as_role("editor")
    answer = person.post("/prompts", {"title": "Greeting", "content": "Hello.",
                                      "model": "gpt-4"})
    assert answer.status == 201, answer
    for file in root_site.installation.data.rglob("*"):
        assert file.owner() == account()[0], file


def test_no_program_behind_apache_runs_as_root(root_site):
    server = root_site.deployment.server
    assert os.stat(f"/proc/{server.pid}").st_uid == 0
    assert root_site.as_role("editor").get("/prompts").status == 200
    pids = children(server.pid)
    assert pids
    assert all(os.stat(f"/proc/{pid}").st_uid != 0 for pid in pids)
