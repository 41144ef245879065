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


@pytest.mark.parametrize("path, message", [
    ("/api/admin/prompts/list?search=%FF", ["search must be a string"]),
    ("/api/prompts/section/parser?categories=%FF",
     "categories must be a string")])
def test_a_query_that_is_no_utf8_is_refused(site, path, message):
    answer = site.as_role("admin").get(path)
    assert answer.status == 400
    if not site.is_lighttpd:  # which refuses it itself
        assert answer.json()["message"] == message


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


def test_of_fifty_activations_of_rivals_one_succeeds(site):
    admin = site.as_role("admin")
    ids = [make_prompt(admin, isActive=False, route="/crowd",
                       categories=["all", str(n)]) for n in range(50)]
    answers = at_once([
        lambda id=id: admin.post(f"/api/admin/prompts/{id}/toggle-active")
        for id in ids])
    assert sorted(answer.status for answer in answers) == [201] + [409] * 49
    [winner] = [id for id, answer in zip(ids, answers)
                if answer.status == 201]
    for answer in answers:
        if answer.status == 409:
            assert answer.json()["message"].endswith(f"(id: {winner})")
    rows = site.installation.query(
        "SELECT id, version FROM prompt WHERE route = '/crowd'"
        " AND is_active")
    assert rows == [[winner, 2]]
    for id in ids:
        assert admin.delete(f"/api/admin/prompts/{id}").status == 204


def test_racing_toggles_each_turn_it_once(site):
    admin = site.as_role("admin")
    path = f"/api/admin/prompts/{make_prompt(admin, isActive=False)}"
    answers = at_once([lambda: admin.post(path + "/toggle-active")] * 10)
    assert [answer.status for answer in answers] == [201] * 10
    shown = {answer.json()["data"]["version"]:
             answer.json()["data"]["isActive"] for answer in answers}
    assert shown == {n: n % 2 == 0 for n in range(2, 12)}
    types = [change["changeType"] for change
             in admin.get(path + "/history").json()["data"]]
    assert types == ["DEACTIVATE", "ACTIVATE"] * 5 + ["CREATE"]
    assert admin.delete(path).status == 204


def test_rivals_restored_at_once_do_not_both_come_back(site):
    admin = site.as_role("admin")
    ids = []
    for _ in range(8):
        ids.append(make_prompt(admin, route="/back"))
        assert admin.delete(f"/api/admin/prompts/{ids[-1]}").status == 204
    answers = at_once([
        lambda id=id: admin.post(f"/api/admin/prompts/{id}/restore")
        for id in ids + ids])
    assert sorted(answer.status for answer in answers) == [200] + [409] * 15
    [back] = [id for id, answer in zip(ids + ids, answers)
              if answer.status == 200]
    assert admin.delete(f"/api/admin/prompts/{back}").status == 204
