"""Prompts on their way out and in: export, import, and the command line's."""

import csv
import http.client
import io
import json
import re
import uuid

import pytest

import golden

LIST = "/api/admin/prompts"
SERVER_SET = ("id", "version", "commentsCount", "createdById", "updatedById",
              "createdAt", "updatedAt", "createdBy", "updatedBy")
TRICKY = [
    "=1+1", "+1", "-1", "@a", "'quoted", 'say "hi", twice', "a\nb\r\nc\rd",
    "tab\there", "{{x}} ${y} %s \\n", "été 😀 漢字", " blanks ", "a;b", ","]


@pytest.mark.parametrize("scenario", golden.scenarios("transfer"))
def test_import_answers_as_its_contract_says(site, scenario):
    golden.play(site, scenario)


def make_item(**more):
    return {"name": f"Item {uuid.uuid4()}", "section": "parser",
            "systemPrompt": "S", "userPromptTemplate": "U", **more}


def import_items(admin, items, mode="create_new", status=200):
    answer = admin.post(LIST + "/import", {"prompts": items, "mode": mode})
    assert answer.status == status, answer
    return answer.json().get("data")


def export(admin, form="json"):
    answer = admin.get(f"{LIST}/export?format={form}")
    assert answer.status == 200, answer
    return answer


def exported(admin):
    return export(admin).json()["data"]


def words(prompt):
    """What of a prompt an import keeps."""
    return {name: value for name, value in prompt.items()
            if name not in SERVER_SET}


def test_an_export_holds_each_prompt_as_get_shows_it(site):
    admin = site.as_role("admin")
    text = "\n".join(TRICKY)
    items = [make_item(name=name + str(uuid.uuid4()), systemPrompt=text,
                       tags=TRICKY, context={"a": [1.50, None]},
                       fewShot=[{"input": name}]) for name in TRICKY]
    assert import_items(admin, items)["created"] == len(items)
    answer = export(admin)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="prompts-\d{4}-\d\d-\d\d\.json"',
        answer.headers["Content-Disposition"])
    assert answer.headers["X-Request-Id"]
    found = answer.json()["data"]
    times = [prompt["updatedAt"] for prompt in found]
    assert times == sorted(times, reverse=True)
    by_name = {prompt["name"]: prompt for prompt in found}
    for item in items:
        prompt = by_name[item["name"]]
        assert prompt == admin.get(f"{LIST}/{prompt['id']}").json()["data"]
        assert prompt["isActive"] is False
        assert prompt["systemPrompt"] == text


def test_csv_is_what_spreadsheets_read_and_no_formula(site):
    admin = site.as_role("admin")
    items = [make_item(name=f"{text}{uuid.uuid4()}", userPromptTemplate=text,
                       categories=['a"b', "=c"], tags=[], tone=text,
                       subSection=None) for text in TRICKY]
    import_items(admin, items)
    answer = export(admin, "csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="prompts-\d{4}-\d\d-\d\d\.csv"',
        answer.headers["Content-Disposition"])
    assert not answer.body.endswith(b"\n")
    header, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    assert ",".join(header) == (
        "id,name,section,subSection,route,categories,tags,version,isActive,"
        "systemPrompt,userPromptTemplate,tone,outputFormat,createdAt,"
        "updatedAt")
    by_name = {row[1]: dict(zip(header, row)) for row in rows}
    for item, text in zip(items, TRICKY):
        guard = "'" if text[0] in "=+-@" else ""
        row = by_name[guard + item["name"]]
        assert row["userPromptTemplate"] == row["tone"] == guard + text
        assert row["categories"] == 'a"b;=c' and row["tags"] == ""
        assert row["subSection"] == "" and row["isActive"] == "false"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                            row["createdAt"])
    # An empty array is a quoted cell, and an empty text is none.
    assert b',,,"a""b;=c","",1,false,' in answer.body


def test_any_other_format_means_json(site):
    admin = site.as_role("admin")
    for query in ("", "?format=", "?format=CSV", "?format=xml"):
        answer = admin.get(LIST + "/export" + query)
        assert answer.media_type == "application/json", query


def test_an_export_comes_back_unchanged_and_only_once(own_site):
    admin = own_site.as_role("admin")
    member = own_site.new_person()
    for title in TRICKY:
        answer = member.post("/prompts", {
            "title": f"title {title}".strip(), "model": "m",
            "content": title, "tags": [title]})
        assert answer.status == 201, answer
    import_items(admin, [
        make_item(systemPrompt=text, tone=text, isActive=False,
                  context={"x": text}) for text in TRICKY])
    import_items(admin, [make_item(section="gap_detector", isActive=True)])
    before = exported(admin)
    assert len(before) == 2 * len(TRICKY) + 1
    again = import_items(admin, before)
    assert again["created"] == again["updated"] == 0
    assert [error["index"] for error in again["errors"]] == \
        list(range(len(before)))
    assert exported(admin) == before
    for prompt in before:
        assert admin.delete(f"{LIST}/{prompt['id']}").status == 204
    assert import_items(admin, before) == {
        "created": len(before), "updated": 0, "errors": []}
    after = exported(admin)
    assert sorted(map(json.dumps, map(words, after))) == \
        sorted(map(json.dumps, map(words, before)))
    assert import_items(admin, after)["created"] == 0
    assert exported(admin) == after


def test_upsert_appends_a_version_and_its_record(site):
    admin = site.as_role("admin")
    item = make_item(tone="dry", tags=["a"], isActive=False)
    assert import_items(admin, [item], "upsert") == {
        "created": 1, "updated": 0, "errors": []}
    change = {**item, "systemPrompt": "S2", "tone": None, "tags": ["b"]}
    assert import_items(admin, [change], "upsert") == {
        "created": 0, "updated": 1, "errors": []}
    [prompt] = [one for one in exported(admin) if one["name"] == item["name"]]
    assert prompt["version"] == 2 and prompt["systemPrompt"] == "S2"
    assert prompt["tone"] == "dry" and prompt["tags"] == ["b"]
    path = f"{LIST}/{prompt['id']}"
    assert admin.get(path + "?version=1").json()["data"]["tags"] == ["a"]
    history = admin.get(path + "/history").json()["data"]
    assert [change["changeType"] for change in history] == \
        ["UPDATE", "CREATE"]
    assert set(history[0]["changes"]) == {"systemPrompt", "tags"}


def test_a_conflict_fails_the_whole_import(site):
    admin = site.as_role("admin")
    route = f"/{uuid.uuid4()}"
    items = [make_item(),
             make_item(section="report_generation", route=route,
                       isActive=True),
             make_item(section="report_generation", route=route,
                       isActive=True)]
    import_items(admin, items, status=409)
    names = {prompt["name"] for prompt in exported(admin)}
    assert not names & {item["name"] for item in items}


def test_head_of_an_export_has_no_body(site):
    answer = site.as_role("admin").request("HEAD", LIST + "/export")
    assert answer.status == 200 and answer.body == b""
    assert "attachment" in answer.headers["Content-Disposition"]


def high_water_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1])


def fill(site, prompts, size):
    """Put prompts of a size in, through the command line."""
    rows = io.StringIO(newline="")
    writer = csv.writer(rows)
    writer.writerow(["act", "prompt"])
    for i in range(prompts):
        writer.writerow([f"Prompt {i}", f"{i} " + "x" * size])
    import_text(site, rows.getvalue(), "many.csv")


def test_an_export_of_20000_large_prompts_takes_no_memory(own_site):
    admin = own_site.as_role("admin")
    small = exported(admin)  # the worker, its reader and buffers are there
    assert small == []
    fill(own_site, 20000, 4000)
    [pid] = own_site.deployment.responder_pids()
    grown = {}
    for form in ("json", "csv"):
        before = high_water_kib(pid)
        size = drain(own_site, admin, form)
        grown[form] = high_water_kib(pid) - before
        assert size > 20000 * 4000
    assert max(grown.values()) < 2048, grown


def drain(site, admin, form):
    """Read an export piece by piece; its size."""
    peer = http.client.HTTPConnection("127.0.0.1", site.deployment.port,
                                      timeout=60)
    peer.request("GET", f"{LIST}/export?format={form}", headers={
        "Authorization": "Bearer " + admin.token})
    answer, size = peer.getresponse(), 0
    assert answer.status == 200
    while piece := answer.read(1 << 16):
        size += len(piece)
    peer.close()
    return size


def import_text(site, text, name, *words, status=0):
    """Run `promptledger import` on a file of this text."""
    file = site.installation.run / name
    file.write_text(text, encoding="utf-8", newline="")
    file.chmod(0o644)
    done = site.installation.run_command(
        "import", file, "--data", site.installation.data, *words)
    assert done.returncode == status, done
    return done
