"""The admin family: each status, text and body of its golden file."""

import threading

import pytest

import golden


@pytest.mark.parametrize("scenario", golden.scenarios("admin"))
def test_admin_family_answers_as_its_contract_says(site, scenario):
    golden.play(site, scenario)


@pytest.mark.parametrize("method, rest", [
    ("GET", ""), ("DELETE", ""), ("PUT", "/update"), ("GET", "/history")])
def test_an_escape_that_cannot_be_decoded_is_named(site, method, rest):
    if not site.is_lighttpd:
        pytest.skip("Apache refuses it itself")
    admin = site.as_role("admin")
    for id, status in (("%zz", 400), ("a%2", 400), ("%", 400), ("%25zz", 404)):
        answer = admin.raw_path(
            method, f"/api/admin/prompts/{id}{rest}".encode())
        assert answer.status == status, answer
        assert answer.json()["message"] == (
            f"Failed to decode param '{id}'" if status == 400
            else "Prompt not found")


def make_prompt(admin, **more):
    answer = admin.post("/api/admin/prompts/create", {
        "name": "P", "section": "risk_analysis", "systemPrompt": "S",
        "userPromptTemplate": "U", **more})
    assert answer.status == 201, answer
    return answer.json()["data"]["id"]


def at_once(deeds):
    """Do all of them at the same time; their answers in order."""
    answers = [None] * len(deeds)

    def do(i):
        answers[i] = deeds[i]()

    threads = [threading.Thread(target=do, args=[i])
               for i in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_racing_updates_all_succeed_one_after_the_other(site):
    admin = site.as_role("admin")
    path = f"/api/admin/prompts/{make_prompt(admin, isActive=False)}"
    answers = at_once([
        lambda n=n: admin.put(path + "/update", {"name": f"P{n}"})
        for n in range(8)])
    assert [answer.status for answer in answers] == [200] * 8
    versions = [answer.json()["data"]["version"] for answer in answers]
    assert sorted(versions) == list(range(2, 10))
    history = admin.get(path + "/history").json()["data"]
    assert [change["version"] for change in history] == list(range(9, 0, -1))


def test_of_racing_rivals_one_becomes_active(site):
    admin = site.as_role("admin")
    paths = [f"/api/admin/prompts/{make_prompt(admin, isActive=False)}"
             for _ in range(6)]
    answers = at_once([
        lambda path=path: admin.put(path + "/update", {"isActive": True})
        for path in paths])
    assert sorted(answer.status for answer in answers) == [200] + [409] * 5
    for path in paths:
        assert admin.delete(path).status == 204
