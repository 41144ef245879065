"""The px0 family beside its prompts: keys, people, projects, the search."""

import time
import uuid

import pytest

from golden import Stage, scenarios
from test_px0 import Desk

FILES = ("px0_keys", "px0_profile", "px0_projects", "px0_search")


@pytest.fixture
def desk(site):
    return Desk(site)


@pytest.mark.parametrize("scenario", [
    one for name in FILES for one in scenarios(name)])
def test_golden(site, desk, scenario):
    run = str(uuid.uuid4())
    stage = Stage(site)
    [(installation_project,)] = site.installation.query(
        "SELECT project_id FROM installation")
    stage.known.update(
        desk.known(), run=run, run_slug=run.replace("-", "_"),
        run_plain=run.replace("-", ""), PROJECT=desk.project["id"].upper(),
        installation_project=installation_project)
    for number, step in enumerate(scenario["steps"], 1):
        stage.play(step, f"step {number}, {step['ask']}")
