"""Prompts on their way out and in: export, import, and the command line's."""

import csv
import http.client
import io
import json
import re
import signal
import subprocess
import uuid

import pytest

import golden
from conftest import Site
from deployment import as_account, wait_until

# Other tests' prompts are exported too, and some are long.
csv.field_size_limit(1 << 24)

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


def fill(site, first, last, size):
    """Put prompts of a size in, through the command line."""
    import_text(site, rows_of((f"Prompt {i}", f"{i} " + "x" * size)
                              for i in range(first, last)), "many.csv")


def rows_of(pairs):
    """A CSV file as collections of prompts are published."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["act", "prompt"])
    writer.writerows(pairs)
    return text.getvalue()


def test_an_export_of_20000_large_prompts_takes_no_memory(own_site):
    # One worker: each has buffers of its own, which would be counted.
    own_site.deployment.stop()
    own_site.installation.configure(threads=1)
    own_site.deployment.start()
    admin = own_site.as_role("admin")
    [pid] = own_site.deployment.responder_pids()
    fill(own_site, 0, 1000, 4000)
    own_site.installation.wait_for_index()
    for form in ("json", "csv"):  # fills what is bounded: page cache, buffers
        drain(own_site, admin, form)
    fill(own_site, 1000, 20000, 4000)
    # The search's index takes some of its own while it catches up.
    wait_until(lambda: pending(own_site) == 0, 60, "the index catches up")
    before = high_water_kib(pid)
    for form in ("json", "csv"):
        assert drain(own_site, admin, form) > 20000 * 4000
    grown = high_water_kib(pid) - before
    assert grown < 2048, f"{grown} KiB above {before} KiB"


def pending(site):
    """Prompts that the search's index does not hold yet."""
    [[count]] = site.installation.query("SELECT count(*) FROM search_pending")
    return count


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


def write_file(site, text, name):
    file = site.installation.run / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(0o644)
    return file


def import_text(site, text, name, *words, status=0):
    """Run `promptledger import` on a file of this text."""
    done = site.installation.run_command(
        "import", write_file(site, text, name), "--data",
        site.installation.data, *words)
    assert done.returncode == status, done
    return done


def counted(done):
    """The counts of each line printed: {"prompts": (1, 0, 0)}."""
    return {what: tuple(map(int, numbers)) for what, *numbers in re.findall(
        r"(\w+): (\d+) imported, (\d+) skipped, (\d+) rejected",
        done.stdout)}


def test_a_csv_file_goes_in_once_and_comes_back_equal(own_site):
    pairs = [(f"Act {text}", text) for text in TRICKY]
    pairs += [("Same", "same"), ("Same", "same"), ("Same", "other")]
    text = "\ufeff" + rows_of(pairs)
    assert counted(import_text(own_site, text, "a.csv")) == {
        "prompts": (len(pairs), 0, 0)}
    for _ in range(2):
        assert counted(import_text(own_site, text, "a.csv")) == {
            "prompts": (0, len(pairs), 0)}
    more = text + 'New,"row"\r\n'
    assert counted(import_text(own_site, more, "a.csv")) == {
        "prompts": (1, len(pairs), 0)}
    pairs.append(("New", "row"))
    admin = own_site.as_role("admin")
    assert sorted((one["title"], one["content"])
                  for one in admin.get("/prompts").json()) == sorted(pairs)
    found = exported(admin)
    assert sorted((one["name"], one["userPromptTemplate"])
                  for one in found) == sorted(pairs)
    for one in found:
        assert one == admin.get(f"{LIST}/{one['id']}").json()["data"]
        assert one["section"] is None and not one["isActive"]


def test_each_row_that_is_rejected_is_told(own_site):
    lines = [b"prompt,act,other", b"good,one,x", b",two", b"no act,",
             b"only one cell", b"\"quoted\"text,three", b"bad \xff,four",
             b"long," + b"x" * 201, b'"two\nlines",five', b"good,six,y",
             b'"never closed,seven']
    done = import_text(own_site, b"\r\n".join(lines), "b.csv", status=1)
    assert counted(done) == {"prompts": (3, 0, 7)}
    told = [line for line in done.stderr.splitlines()
            if line.startswith("row ")]
    assert told == [
        "row 2 (line 3): prompt is empty",
        "row 3 (line 4): act is empty",
        "row 4 (line 5): the row has too few cells",
        "row 5 (line 6): text follows a closing quote",
        "row 6 (line 7): the row is not UTF-8 text",
        "row 7 (line 8): act is longer than 200 characters",
        "row 10 (line 12): the file ends inside quotes"]
    done = import_text(own_site, b"\r\n".join(lines), "b.csv", status=1)
    assert counted(done) == {"prompts": (0, 3, 7)}


@pytest.mark.parametrize("text, reason", [
    ("", "must name the columns"), ("title,text\na,b\n", "must name"),
    ("{", "not JSON"), ('{"data":{}}', "must be arrays"),
    ('{"other":[]}', "neither data nor prompts"),
    ('{"data":[],"data":[]}', "not JSON")])
def test_a_file_of_another_kind_is_refused(own_site_once, text, reason):
    done = import_text(own_site_once, text, "c", status=1)
    assert reason in done.stderr


@pytest.fixture(name="own_site_once", scope="module")
def one_site_for_all_refusals():
    opened = Site("lighttpd-external")
    yield opened
    opened.close()


def test_the_command_line_says_how_it_is_called(own_site_once):
    run = own_site_once.installation.run_command
    data = own_site_once.installation.data
    for words in (["import"], ["import", "a", "b"], ["import", "--x", "a"],
                  ["export", "a", "b"], ["export", "--format", "xml"]):
        assert run(*words).returncode == 2, words
    for words in (["import", "/nowhere"], ["import", "/"],
                  ["export", "/nowhere/file"]):
        assert run(*words, "--data", data).returncode == 1, words
    file = write_file(own_site_once, "act,prompt\na,b\n", "d.csv")
    done = run("import", "--data", data, "--user", "no@example.org", file)
    assert done.returncode == 1
    assert "there is no user with this address" in done.stderr


def test_promptcrafter_data_keeps_its_ids_as_references(own_site):
    hash = "$2b$10$abcdefghijklmnopqrstuv"
    text = json.dumps({
        "users": [
            {"_id": "user1", "email": "ada@example.org", "name": "Ada",
             "passwordHash": hash},
            {"_id": "user2", "email": "ADMIN@example.org"},
            {"_id": "user3", "email": "no address"}],
        "prompts": [
            {"_id": "prompt1", "ownerId": "user1", "title": "Of Ada",
             "content": "c", "model": "m", "tags": ["a"],
             "createdAt": "2024-01-01T00:00:00Z"},
            {"_id": "prompt2", "ownerId": "user2", "title": "Of the admin",
             "content": "c", "model": "m"},
            {"_id": "prompt3", "title": "Of nobody", "content": "c"},
            {"title": "Without an id", "content": "c"},
            {"_id": "prompt4", "ownerId": "user9", "title": "t",
             "content": "c"},
            {"_id": "prompt5", "title": "", "content": 1}, 7]})
    done = import_text(own_site, text, "e.json", status=1)
    assert counted(done) == {"users": (1, 1, 1), "prompts": (4, 0, 3)}
    assert [line for line in done.stderr.splitlines()
            if line.startswith(("row ", "user "))] == [
        "user 3: email is not well formed",
        "row 6: title is too short, content has the wrong type",
        "row 7: it is no object",
        "row 5: its owner is not in the file"]
    done = import_text(own_site, text, "e.json", status=1)
    assert counted(done) == {"users": (0, 2, 1), "prompts": (0, 4, 3)}
    query = own_site.installation.query
    assert query("SELECT r.foreign_id, p.name, u.email "
                 "FROM external_reference AS r JOIN prompt AS p "
                 "ON p.id = r.prompt_id JOIN user AS u ON u.id = p.owner_id "
                 "WHERE r.foreign_id LIKE 'prompt%' ORDER BY 1") == [
        ["prompt1", "Of Ada", "ada@example.org"],
        ["prompt2", "Of the admin", "admin@example.org"],
        ["prompt3", "Of nobody", "admin@example.org"]]
    assert query("SELECT password_hash FROM user "
                 "WHERE email = 'ada@example.org'") == [[None]]
    assert query("SELECT count(*) FROM audit_log "
                 "WHERE entity = 'external_reference'") == [[6]]
    token = own_site.installation.create_token("ada@example.org")
    [prompt] = own_site.client.with_token(token).get("/prompts").json()
    assert (prompt["title"], prompt["model"], prompt["tags"]) == (
        "Of Ada", "m", ["a"])
    # What is deleted here may come again, and what is restored is there.
    admin = own_site.as_role("admin")
    path = f"{LIST}/{prompt['_id']}"
    assert admin.delete(path).status == 204
    assert admin.post(path + "/restore").status == 200
    done = import_text(own_site, text, "e.json", status=1)
    assert counted(done)["prompts"] == (0, 4, 3)
    assert admin.delete(path).status == 204
    done = import_text(own_site, text, "e.json", status=1)
    assert counted(done)["prompts"] == (1, 3, 3)


def test_an_exported_file_goes_into_another_installation(own_site):
    admin = own_site.as_role("admin")
    items = [make_item(systemPrompt=text, context={"a": 1.50})
             for text in TRICKY]
    items.append(make_item(section="gap_detector", isActive=True))
    import_items(admin, items)
    import_text(own_site, rows_of(zip(TRICKY[:1] * 3, TRICKY)), "f.csv")
    run = own_site.installation.run_command
    there = own_site.installation.data.with_name("other")
    file = own_site.installation.run / "out.json"
    assert run("export", "--data", own_site.installation.data,
               file).returncode == 0
    written = json.loads(file.read_text("utf-8"))
    assert written == export(admin).json()
    count = len(written["data"])
    for command in (["init"], ["user", "add", "--role", "admin", "--email",
                               "x@example.org"]):
        assert run(*command, "--data", there).returncode == 0
    for counts in ((count, 0, 0), (0, count, 0), (0, count, 0)):
        assert counted(run("import", "--data", there, file)) == {
            "prompts": counts}
    back = json.loads(run("export", "--data", there).stdout)["data"]
    assert sorted(map(json.dumps, map(words, back))) == \
        sorted(map(json.dumps, map(words, written["data"])))
    # And what comes from there is known here.
    file.write_text(json.dumps({"data": written["data"]}))
    assert counted(run("import", "--data", own_site.installation.data,
                       file)) == {"prompts": (0, count, 0)}
    printed = run("export", "--format", "csv", "--data", there).stdout
    assert len(list(csv.reader(io.StringIO(printed, newline="")))) == count + 1


def test_an_import_that_was_killed_is_finished_by_a_rerun(own_site):
    rows = 8000
    file = write_file(own_site, rows_of(
        (f"Row {i}", f"text {i}") for i in range(rows)), "g.csv")
    command = ["import", file, "--data", own_site.installation.data]
    killed = subprocess.Popen(
        [own_site.installation.program, *command], stderr=subprocess.PIPE,
        env=own_site.installation.environment(), **as_account())
    killed.stderr.readline()  # the first tenth
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    killed.stderr.close()
    [[there]] = own_site.installation.query("SELECT count(*) FROM prompt")
    assert there % 1000 == 0 and there < rows
    done = own_site.installation.run_command(*command)
    assert counted(done) == {"prompts": (rows - there, there, 0)}
    assert own_site.installation.query(
        "SELECT count(*), count(DISTINCT name) FROM prompt") == [[rows, rows]]
