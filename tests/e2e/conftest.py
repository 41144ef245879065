"""Fixtures of the end-to-end tests: deployments, people and their tokens."""

import os
import uuid

import pytest

from client import Client

from deployment import DEPLOYMENTS, Installation
from openapi import Document

PASSWORD = "correct horse battery"
ROLES = ("admin", "editor", "viewer")


class Site:
    """A running deployment with an admin, an editor and a viewer.

    `credentials`, arguments for subprocess, make the web server run as
    someone else than the account that owns the data.
    """

    def __init__(self, name, credentials=None):
        self.name = name
        self.installation = Installation()
        self.tokens = {}
        for role in ROLES:
            email = f"{role}@example.org"
            self.installation.add_user(email, role, PASSWORD)
            self.tokens[role] = self.installation.create_token(email)
        self.deployment = DEPLOYMENTS[name](self.installation, credentials)
        self.deployment.start()
        plain = Client(self.deployment.port)
        document = Document(plain.get("/openapi.json").text)
        self.client = Client(self.deployment.port, document=document)

    @property
    def is_lighttpd(self):
        return self.name.startswith("lighttpd")

    def as_role(self, role):
        return self.client.with_token(self.tokens[role])

    def new_person(self, role="member"):
        """A person whom nobody else knows: her client."""
        email = f"{uuid.uuid4()}@example.org"
        self.installation.add_user(email, role, PASSWORD)
        token = self.installation.create_token(email)
        return self.client.with_token(token)

    def close(self):
        """Stop the servers, then see that they left sound data behind."""
        has_ended = self.deployment.stop()
        logs = self.installation.logs()
        self.installation.check_integrity()
        assert has_ended, f"{self.name} had to be killed\n{logs}"
        self.installation.remove()


def pytest_addoption(parser):
    parser.addoption("--deployment", action="append", metavar="NAME",
                     choices=list(DEPLOYMENTS),
                     help="run only this way in; may be repeated")


def chosen_deployments(config):
    named = config.getoption("--deployment")
    listed = os.environ.get("PROMPTLEDGER_DEPLOYMENTS", "").split()
    return named or listed or list(DEPLOYMENTS)


def pytest_generate_tests(metafunc):
    if "site" in metafunc.fixturenames:
        metafunc.parametrize("site", chosen_deployments(metafunc.config),
                             indirect=True, scope="session")


@pytest.fixture(scope="session")
def site(request):
    """Each of the deployments in turn, started once in the session."""
    opened = Site(request.param)
    yield opened
    opened.close()


@pytest.fixture(params=["lighttpd-external"])
def own_site(request):
    """A deployment for one test alone, which may do to it what it likes."""
    opened = Site(request.param)
    yield opened
    opened.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Show the servers' logs beside a failure."""
    report = (yield).get_result()
    used = getattr(item, "funcargs", {})
    opened = next((value for value in used.values()
                   if isinstance(value, Site)), None)
    if report.failed and opened and opened.installation.run.exists():
        report.sections.append((f"logs of {opened.name}",
                                opened.installation.logs()))
