"""One store, four views: the life of one prompt through three families."""

from uuid import uuid4

from test_transfer import import_text
from test_voice import Person, words


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


# Every table with rows of a prompt, and the order in which to compare them.
TABLES = {"prompt": "id", "prompt_version": "version", "version_tag": "tag",
          "payload": "id", "comment": "id", "run_log": "id",
          "prompt_flow": "flow_id", "external_reference": "foreign_id"}


def stored(site, prompt_id):
    """What the database holds of a prompt, as text, type and bytes."""
    found = {}
    for table, order in TABLES.items():
        names = [name for [name] in site.installation.query(
            f"SELECT name FROM pragma_table_info('{table}')")]
        shown = ", ".join(f"typeof({name}) || ' ' || quote({name})"
                          for name in names)
        key = "id" if table == "prompt" else "prompt_id"
        found[table] = [dict(zip(names, row)) for row in
                        site.installation.query(
            f"SELECT {shown} FROM {table} WHERE {key} = ? ORDER BY {order}",
            [prompt_id])]
    return found


def fill(person, admin, prompt_id):
    """Give a prompt versions, payloads, comments and odd texts."""
    odd = "tab\t, quote \", backslash \\, slash /, \u0001\u007f\u2028 \U0001f600"
    path = f"/api/admin/prompts/{prompt_id}"
    for body in ({"title": odd}, {"content": odd + "\r\n"}, {"tags": [odd]}):
        assert person.patch(f"/prompts/{prompt_id}", body).status == 200
    body = ('{"section": "parser", "subSection": "", "context": {"big": '
            '12345678901234567890, "small": 1.50e-7, "\\u00e9": "\\u0041/\\/",'
            ' "null": null, "deep": [[[{"a": []}]]]}, "fewShot": [1.0, -0, '
            '"x"], "categories": ["\\ud83d\\ude00", ""]}')
    assert admin.put(path + "/update", body=body.encode(), headers={
        "Content-Type": "application/json"}).status == 200
    for variables in ({}, {"name": odd, "n": [1, 2.5, None, True]}):
        assert person.post(f"/v1/prompts/{prompt_id}/payloads",
                           {"variables": variables}).status == 201
    assert person.post("/logs", {"promptId": prompt_id, "output": odd,
                                 "modelUsed": "gpt-4"}).status == 201
    parent = None
    for content in (odd, "reply", "reply to the reply"):
        said = admin.post(path + "/comments",
                          {"content": content, "parentId": parent})
        assert said.status == 201, said
        parent = said.json()["data"]["id"]


def test_what_is_deleted_comes_back_byte_for_byte(site):
    admin, person = site.as_role("admin"), site.new_person("member")
    prompt_id = create_prompt(person)
    path = f"/api/admin/prompts/{prompt_id}"
    fill(person, admin, prompt_id)
    assert admin.delete(path + "?version=2").status == 204
    before = stored(site, prompt_id)
    seen = [person.get(f"/prompts/{prompt_id}").body, admin.get(path).body,
            admin.get(path + "/comments").body,
            person.get(f"/v1/prompts/{prompt_id}/payloads").body]
    tag = admin.get(path).headers["ETag"]
    told = history(admin, path)
    assert [len(rows) for rows in before.values()] == [1, 4, 0, 2, 3, 1, 0, 0]

    assert admin.delete(path).status == 204
    assert not any(stored(site, prompt_id).values())
    assert admin.post(path + "/restore").status == 200

    after = stored(site, prompt_id)
    [old], [new] = before.pop("prompt"), after.pop("prompt")
    assert int(new.pop("revision").split()[1]) == \
        int(old.pop("revision").split()[1]) + 1
    assert new == old
    assert after == before
    assert seen == [
        person.get(f"/prompts/{prompt_id}").body, admin.get(path).body,
        admin.get(path + "/comments").body,
        person.get(f"/v1/prompts/{prompt_id}/payloads").body]
    assert admin.get(path).headers["ETag"] != tag
    assert history(admin, path)[2:] == told
    assert [change[0] for change in history(admin, path)[:2]] == \
        ["RESTORE", "DELETE"]

    assert person.patch(f"/prompts/{prompt_id}", {"title": "Onwards"}).status == 200
    assert admin.get(path).json()["data"]["version"] == 6
    assert admin.get(path + "?version=2").status == 404
    assert admin.delete(path).status == 204


def test_a_slug_that_was_taken_meanwhile_is_made_anew(site):
    person, admin = site.new_person("member"), site.as_role("admin")
    first = create_prompt(person)
    assert admin.delete(f"/api/admin/prompts/{first}").status == 204
    second = create_prompt(person)
    assert admin.post(f"/api/admin/prompts/{first}/restore").status == 200
    slugs = site.installation.query(
        "SELECT slug FROM prompt WHERE id IN (?, ?) ORDER BY id",
        [first, second])
    assert slugs == [[f"greeting_{first[24:]}"], ["greeting"]]
    for id in (first, second):
        assert admin.delete(f"/api/admin/prompts/{id}").status == 204


def snapshots(admin, path, numbers):
    """What ?version= shows of each: name, text and state, or the status."""
    shown = []
    for number in numbers:
        answer = admin.get(f"{path}?version={number}")
        if answer.status == 200:
            data = answer.json()["data"]
            assert data["version"] == number
            shown.append((data["name"], data["userPromptTemplate"],
                          data["isActive"]))
        else:
            shown.append(answer.status)
    return shown


def test_every_family_appends_to_one_history(site):
    admin, person = site.as_role("admin"), site.new_person("member")
    prompt_id = create_prompt(person)
    path = f"/api/admin/prompts/{prompt_id}"
    text = "Hello {{name}}."
    assert person.patch(f"/prompts/{prompt_id}",
                        {"title": "Patched"}).status == 200
    assert admin.put(path + "/update",
                     {"userPromptTemplate": "Updated"}).status == 200
    assert admin.post(path + "/toggle-active").status == 201
    assert admin.put(path + "/update", {}).status == 200
    assert admin.get(path).json()["data"]["version"] == 5
    assert snapshots(admin, path, range(7)) == [
        404, ("Greeting", text, False), ("Patched", text, False),
        ("Patched", "Updated", False), ("Patched", "Updated", True), 404, 404]

    # Neither a hole nor the last number is ever filled again.
    for number in (2, 4):
        assert admin.delete(f"{path}?version={number}").status == 204
    assert person.patch(f"/prompts/{prompt_id}",
                        {"title": "Last one"}).status == 200
    assert admin.delete(path + "?version=5").status == 204
    assert admin.post(path + "/toggle-active").status == 201
    assert snapshots(admin, path, range(1, 8)) == [
        ("Greeting", text, False), 404, ("Patched", "Updated", False), 404,
        404, ("Last one", "Updated", True), 404]
    assert admin.get(path).json()["data"]["version"] == 7
    assert admin.delete(path).status == 204


def test_a_voice_update_is_a_version_that_can_be_restored(site):
    admin, editor = site.as_role("admin"), Person(site)
    before = editor.create()
    path = f"/api/admin/prompts/{before['id']}"
    body = words(editor.upload())
    assert editor.client.put(f"/voice/prompts/{before['id']}",
                             body).status == 201
    assert snapshots(admin, path, (1, 2)) == [(before["name"], "", False), 404]
    shown = editor.get(before).json()
    rows = stored(site, before["id"])["prompt_version"]

    assert admin.delete(path).status == 204
    rival = editor.create(name=body["name"])
    refused = admin.post(path + "/restore")
    assert refused.status == 409
    assert refused.json()["message"] == "A prompt of this name already exists"
    assert not any(stored(site, before["id"]).values())
    assert admin.delete(f"/api/admin/prompts/{rival['id']}").status == 204

    assert admin.post(path + "/restore").status == 200
    assert editor.get(before).json() == shown
    assert stored(site, before["id"])["prompt_version"] == rows
    assert admin.delete(path).status == 204


def test_an_imported_prompt_that_was_restored_is_not_imported_again(site):
    admin, act = site.as_role("admin"), f"Act {uuid4()}"
    text = f"act,prompt\n{act},Play.\n"

    def listed():
        return [prompt["id"] for prompt in admin.get(
            "/api/admin/prompts/list?search=" + act.replace(" ", "+")
        ).json()["data"]["prompts"]]

    import_text(site, text, "a.csv")
    [first] = listed()
    path = f"/api/admin/prompts/{first}"
    before = stored(site, first)["external_reference"]
    assert len(before) == 1
    assert admin.delete(path).status == 204
    assert admin.post(path + "/restore").status == 200
    assert stored(site, first)["external_reference"] == before
    import_text(site, text, "a.csv")
    assert listed() == [first]

    # Imported anew while it was away, the foreign id is the new one's.
    assert admin.delete(path).status == 204
    import_text(site, text, "a.csv")
    [second] = listed()
    assert admin.post(path + "/restore").status == 200
    assert stored(site, first)["external_reference"] == []
    assert len(stored(site, second)["external_reference"]) == 1
    for id in (first, second):
        assert admin.delete(f"/api/admin/prompts/{id}").status == 204
