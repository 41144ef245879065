"""The PromptCrafter family: each status, text and body of its golden file."""

import pytest

import golden


@pytest.mark.parametrize("scenario", golden.scenarios("promptcrafter"))
def test_promptcrafter_family_answers_as_its_contract_says(site, scenario):
    golden.play(site, scenario)
