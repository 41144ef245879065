"""One store, four views: the life of one prompt through three families."""

from uuid import uuid4


def create_prompt(person):
    answer = person.post("/prompts", {
        "title": "Greeting", "content": "Hello {{name}}.", "model": "gpt-4"})
    assert answer.status == 201, answer
    return answer.json()["_id"]


def add_payload(person, prompt_id):
    answer = person.post(f"/v1/prompts/{prompt_id}/payloads",
                         {"variables": {"name": "Ada"}})
    assert answer.status == 201, answer
    return answer.json()["payload"]["id"]


def test_prompt_lives_and_dies_through_every_family(site):
    admin = site.as_role("admin")
    prompt_id = create_prompt(admin)
    payload_id = add_payload(admin, prompt_id)
    payload_path = f"/v1/prompts/{prompt_id}/payloads/{payload_id}"
    admin_path = f"/api/admin/prompts/{prompt_id}"

    renamed = admin.put(payload_path, {"name": "first",
                                       "variables": {"name": "Grace"}})
    assert renamed.status == 200
    assert renamed.json()["payload"]["variables"] == {"name": "Grace"}

    updated = admin.patch(f"/prompts/{prompt_id}", {"title": "Welcome"})
    assert updated.status == 200
    seen = admin.get(admin_path).json()["data"]
    assert (seen["name"], seen["version"]) == ("Welcome", 2)
    assert seen["userPromptTemplate"] == "Hello {{name}}."

    assert admin.delete(admin_path + "?version=2").status == 404
    assert admin.delete(admin_path + "?version=1").status == 204
    assert admin.delete(admin_path + "?version=1").status == 404
    assert admin.get(f"/prompts/{prompt_id}").json()["title"] == "Welcome"
    assert change_types(site, prompt_id) == ["CREATE", "UPDATE", "DELETE"]
    assert history(admin, admin_path) == [
        ("DELETE", 2, {"deletedVersion": 1}),
        ("UPDATE", 2, {"name": {"old": "Greeting", "new": "Welcome"}}),
        ("CREATE", 1, {"created": True}),
    ]

    assert admin.delete(admin_path).status == 204
    assert admin.get(f"/prompts/{prompt_id}").status == 404
    assert admin.get(payload_path).json() == {"error": "prompt not found"}
    assert admin.delete(admin_path).status == 404
    assert_only_the_final_record_is_left(site, admin_path, prompt_id)
    assert_audit_log_has_kept_everything(site, prompt_id)


def change_types(site, prompt_id):
    rows = site.installation.query(
        "SELECT change_type FROM prompt_changes WHERE prompt_id = ?"
        " ORDER BY seq", [prompt_id])
    return [change_type for [change_type] in rows]


def history(admin, admin_path):
    listed = admin.get(admin_path + "/history").json()["data"]
    return [(change["changeType"], change["version"], change["changes"])
            for change in listed]


def assert_only_the_final_record_is_left(site, admin_path, prompt_id):
    assert change_types(site, prompt_id) == ["DELETE"]
    history = site.as_role("admin").get(admin_path + "/history")
    [record] = history.json()["data"]
    assert record["changeType"] == "DELETE"
    assert record["changes"] == {"deletedAll": True, "name": "Welcome"}
    assert record["author"]["email"] == "admin@example.org"


def assert_audit_log_has_kept_everything(site, prompt_id):
    rows = site.installation.query(
        "SELECT entity, action, family FROM audit_log WHERE prompt_id = ?"
        " ORDER BY seq", [prompt_id])
    deeds = [tuple(row) for row in rows]
    assert deeds[:5] == [
        ("prompt", "CREATE", "promptcrafter"),
        ("payload", "CREATE", "px0"),
        ("payload", "UPDATE", "px0"),
        ("prompt", "UPDATE", "promptcrafter"),
        ("prompt_version", "DELETE", "admin"),
    ]
    assert deeds[5:] == [
        ("payload", "DELETE", "admin"),
        ("prompt_version", "DELETE", "admin"),
        ("prompt", "DELETE", "admin"),
    ]


def test_members_cannot_reach_the_operators_families(site):
    person = site.new_person("member")
    prompt_id = create_prompt(person)
    for method, path in (("DELETE", f"/api/admin/prompts/{prompt_id}"),
                         ("GET", f"/voice/prompts/{prompt_id}"),
                         ("PUT", f"/voice/prompts/{prompt_id}")):
        body = {} if method == "PUT" else None
        answer = person.request(method, path, json=body)
        assert answer.status == 403, answer
        assert answer.json()
    assert person.get(f"/prompts/{prompt_id}").status == 200


def test_every_family_names_its_unknown_prompt_in_its_own_words(site):
    admin = site.as_role("admin")
    unknown = uuid4()
    px0 = admin.put(f"/v1/prompts/{unknown}/payloads/{uuid4()}", {})
    assert (px0.status, px0.json()) == (404, {"error": "prompt not found"})
    path = f"/api/admin/prompts/{unknown}"
    error = admin.delete(path).json()
    assert (error["statusCode"], error["error"], error["message"]) == \
        (404, "NOT_FOUND", "Prompt not found")
    assert error["path"] == path
    voice = admin.get(f"/voice/prompts/{unknown}")
    assert voice.status == 404
    assert voice.json()["code"] == "prompt_not_found"
