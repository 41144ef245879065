"""The audit log against somebody who has the files but not the key.

A real installation is filled through the web server and the command line;
then copies of it are tampered with by plain SQLite, past all triggers.
"""

import json
import re
import secrets
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from client import Client
from conftest import PASSWORD
from deployment import DEPLOYMENTS, Installation, as_account, own

PROMPT = {"title": "Greeting", "content": "Say hello.", "model": "gpt-4"}
COLUMNS = ("seq", "at", "actor_id", "actor_kind", "token_id", "request_id",
           "family", "entity", "entity_id", "prompt_id", "action", "changes")

# Runs statements on a copy of a data directory.  `rehash(first)` makes the
# chain good again from that row on, as a careful forger would.
TAMPER = """
import hashlib, shutil, sqlite3, sys
source, target, *statements = sys.argv[1:]
shutil.copytree(source, target)
database = sqlite3.connect(target + "/promptledger.db")
for (name,) in database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        " AND tbl_name IN ('audit_log', 'installation')").fetchall():
    database.execute(f"DROP TRIGGER {name}")

def field(value):
    if value is None:
        return b"n" + bytes(8)
    kind = b"b" if isinstance(value, bytes) else b"t"
    value = value if isinstance(value, bytes) else str(value).encode()
    return kind + len(value).to_bytes(8, "big") + value

def rehash(first):
    before = database.execute(
        "SELECT coalesce((SELECT hash FROM audit_log WHERE seq = ?),"
        " (SELECT genesis FROM installation))", [first - 1]).fetchone()[0]
    for row in database.execute(
            "SELECT seq, at, actor_id, actor_kind, token_id, request_id,"
            " family, entity, entity_id, prompt_id, action, changes"
            " FROM audit_log WHERE seq >= ? ORDER BY seq",
            [first]).fetchall():
        digest = hashlib.sha256(b"".join(map(field, (before, *row)))).digest()
        database.execute("UPDATE audit_log SET prev_hash = ?, hash = ?"
                         " WHERE seq = ?", [before, digest, row[0]])
        before = digest

for statement in statements:
    if statement.startswith("rehash "):
        rehash(int(statement.split()[1]))
    else:
        before = database.total_changes
        database.execute(statement)
        assert database.total_changes > before, statement
database.commit()
database.close()
"""


def make_key(installation, name="audit.key"):
    key = installation.run / name
    key.write_text(secrets.token_hex(32) + "\n")
    key.chmod(0o600)
    own(key)
    return key


def use_key(installation, key, data=None):
    settings = (data or installation.data) / "promptledger.conf"
    settings.write_text(f"audit_key = {key}\n")
    settings.chmod(0o600)
    own(settings)


def audit(installation, *words, data=None, text=""):
    return installation.run_command(
        "audit", *words, "--data", data or installation.data, text=text)


def verify(installation, *words, data=None, text=""):
    """(exit status, what --json says)."""
    done = audit(installation, "verify", "--json", *words, data=data,
                 text=text)
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def here():
    made = Installation()
    yield made
    made.remove()


def fill(installation):
    """Rows of every column, with and without token and prompt, by a web
    server that signs; and a head noted on the way."""
    noted = audit(installation, "head").stdout
    deployment = DEPLOYMENTS["lighttpd-spawned"](installation)
    deployment.start()
    token = installation.create_token("editor@example.org")
    client = Client(deployment.port, token)
    for number in range(3):
        made = client.post("/prompts", dict(PROMPT, title=f"T {number}"))
        assert made.status == 201, made
        path = "/prompts/" + made.json()["_id"]
        assert client.patch(path, {"title": f"U {number}"}).status == 200
        noted += audit(installation, "head").stdout
    assert client.delete(path).status in (200, 204)
    assert deployment.stop()
    return noted


@pytest.fixture(scope="module")
def signed():
    made = Installation()
    made.add_user("editor@example.org", "editor", PASSWORD)
    use_key(made, make_key(made))
    assert audit(made, "sign").stdout == "The log is signed from here on.\n"
    noted = fill(made)
    [[rows]] = made.query("SELECT MAX(seq) FROM audit_log")
    [[middle]] = made.query(
        "SELECT MIN(seq) FROM audit_log"
        " WHERE token_id IS NOT NULL AND prompt_id IS NOT NULL")
    assert 3 < middle < rows - 3
    yield SimpleNamespace(installation=made, rows=rows, middle=middle,
                          noted=noted)
    made.remove()


@pytest.fixture
def tampered(signed, tmp_path_factory):
    """Makes copies that were tampered with."""
    made = []

    def tamper(*statements):
        here = signed.installation
        copy = here.run / f"copy-{secrets.token_hex(4)}"
        made.append(copy)
        subprocess.run(
            [sys.executable, "-c", TAMPER, here.data, copy,
             *(statement.format(n=signed.rows, m=signed.middle)
               for statement in statements)],
            check=True, cwd=here.run, timeout=60, **as_account())
        return copy

    yield tamper
    for copy in made:
        shutil.rmtree(copy)


def broken(signed, copy, *words, text=""):
    status, said = verify(signed.installation, *words, data=copy, text=text)
    assert (status, said["ok"]) == (1, False), said
    return said["broken_seq"]


def place(signed, text):
    """A row's number from "m", "n - 1", "4"."""
    return eval(text, {"n": signed.rows, "m": signed.middle})


# The whole log.

def test_whole_log_is_signed_and_holds_against_every_noted_head(signed):
    status, said = verify(signed.installation, "--head", "-",
                          text=signed.noted)
    assert (status, said["signature"], said["rows"]) == (
        0, "valid", signed.rows), said
    assert len(signed.noted.splitlines()) == 4


def test_copy_that_nobody_touched_holds(signed, tampered):
    copy = tampered()
    assert verify(signed.installation, data=copy)[1]["signature"] == "valid"


# Single rows: found by the chain alone.

@pytest.mark.parametrize("column", COLUMNS[1:])
@pytest.mark.parametrize("where", ["1", "m", "n"])
def test_every_changed_field_is_found_in_its_row(
        signed, tampered, column, where):
    seq = place(signed, where)
    value = f"{column} + 1" if column == "at" else \
        f"coalesce({column}, '') || 'x'"
    copy = tampered(
        f"UPDATE audit_log SET {column} = {value} WHERE seq = {seq}")
    assert broken(signed, copy) == seq


@pytest.mark.parametrize("column", ["prev_hash", "hash"])
@pytest.mark.parametrize("where", ["1", "m", "n"])
def test_every_changed_hash_is_found_in_its_row(
        signed, tampered, column, where):
    seq = place(signed, where)
    copy = tampered(f"UPDATE audit_log SET {column} = randomblob(32)"
                    f" WHERE seq = {seq}")
    assert broken(signed, copy) == seq


COPY = ("INSERT INTO audit_log SELECT {at}, " + ", ".join(COLUMNS[1:])
        + ", prev_hash, hash FROM audit_log WHERE seq = {of}")


@pytest.mark.parametrize("statements, where", [
    # Removed: the first, one in the middle, several.
    (["DELETE FROM audit_log WHERE seq = 1"], "2"),
    (["DELETE FROM audit_log WHERE seq = {m}"], "m + 1"),
    (["DELETE FROM audit_log WHERE seq BETWEEN 2 AND {m}"], "m + 1"),
    (["DELETE FROM audit_log WHERE seq = {m}",
      "UPDATE audit_log SET seq = seq - 1 WHERE seq > {m}"], "m"),
    # Reordered: neighbours, and the two ends.
    (["UPDATE audit_log SET seq = -1 WHERE seq = {m}",
      "UPDATE audit_log SET seq = {m} WHERE seq = {m} + 1",
      "UPDATE audit_log SET seq = {m} + 1 WHERE seq = -1"], "m"),
    (["UPDATE audit_log SET seq = -1 WHERE seq = 1",
      "UPDATE audit_log SET seq = 1 WHERE seq = {n}",
      "UPDATE audit_log SET seq = {n} WHERE seq = -1"], "1"),
    # Put in: before the first, in the middle, behind the last.
    ([COPY.replace("{at}", "0").replace("{of}", "1")], "0"),
    (["UPDATE audit_log SET seq = -seq WHERE seq > {m}",
      "UPDATE audit_log SET seq = 1 - seq WHERE seq < 0",
      COPY.replace("{at}", "{m} + 1").replace("{of}", "{m}")], "m + 1"),
    ([COPY.replace("{at}", "{n} + 1").replace("{of}", "{n}")], "n + 1"),
    (["UPDATE installation SET genesis = randomblob(32)"], "1"),
])
def test_rows_removed_reordered_and_put_in_are_found(
        signed, tampered, statements, where):
    assert broken(signed, tampered(*statements)) == place(signed, where)


# What a forger who recomputes every hash leaves: found by the key.

@pytest.mark.parametrize("statements, where", [
    (["DELETE FROM audit_log WHERE seq = {n}"], "n"),
    (["DELETE FROM audit_log WHERE seq > {m}"], "m + 1"),
    (["DELETE FROM audit_log"], "1"),
    (["UPDATE audit_log SET actor_id = 'x' WHERE seq = {m}", "rehash {m}"],
     "n"),
    (["UPDATE audit_log SET actor_id = 'x' WHERE seq = {n}", "rehash {n}"],
     "n"),
    (["UPDATE installation SET genesis = randomblob(32)", "rehash 1"], "n"),
    (["DELETE FROM audit_log WHERE seq = {m}",
      "UPDATE audit_log SET seq = seq - 1 WHERE seq > {m}", "rehash {m}"],
     "n"),
    ([COPY.replace("{at}", "{n} + 1").replace("{of}", "{n}"),
      "rehash {n}"], "n + 1"),
    # The signature itself.
    (["DELETE FROM audit_signature"], "n"),
    (["UPDATE audit_signature SET mac = zeroblob(32)"], "n"),
    (["UPDATE audit_signature SET mac = x''"], "n"),
    (["UPDATE audit_signature SET key_id = zeroblob(8)"], "n"),
    (["UPDATE audit_signature SET seq = {m}",
      "DELETE FROM audit_log WHERE seq > {m}"], "m"),
    (["UPDATE audit_signature SET seq = {n} - 1"], "n - 1"),
])
def test_cut_or_rewritten_log_does_not_fit_its_signature(
        signed, tampered, statements, where):
    copy = tampered(*statements)
    assert broken(signed, copy) == place(signed, where)
    # Without the key only the chain is seen, and it is sound.
    (copy / "promptledger.conf").unlink()
    assert verify(signed.installation, data=copy)[0] == 0


def test_row_rewritten_with_all_its_hashes_is_named_by_a_noted_head(
        signed, tampered):
    noted = [int(line.split()[0]) for line in signed.noted.splitlines()]
    copy = tampered("UPDATE audit_log SET actor_id = 'x' WHERE seq = {m}",
                    "rehash {m}")
    first = min(seq for seq in noted if seq >= signed.middle)
    assert broken(signed, copy, "--head", "-", text=signed.noted) == first


def test_old_copy_with_its_old_signature_needs_a_noted_head(here):
    """What the key cannot show: everything as it was once."""
    use_key(here, make_key(here))
    assert audit(here, "sign").returncode == 0
    old = here.run / "old"
    shutil.copytree(here.data, old)
    for path in [old, *old.rglob("*")]:
        own(path)
    here.add_user("ada@example.org", "member", PASSWORD)
    head = audit(here, "head").stdout
    status, said = verify(here, data=old)
    assert (status, said["signature"]) == (0, "valid")
    status, said = verify(here, "--head", "-", data=old, text=head)
    assert (status, said["broken_seq"]) == (1, said["rows"] + 1)


def test_server_does_not_heal_what_was_forged(here):
    use_key(here, make_key(here))
    assert audit(here, "sign").returncode == 0
    [[rows]] = here.query("SELECT MAX(seq) FROM audit_log")
    copy = here.run / "copy"
    subprocess.run([sys.executable, "-c", TAMPER, here.data, copy,
                    f"DELETE FROM audit_log WHERE seq = {rows}"], check=True,
                   cwd=here.run, timeout=60, **as_account())
    for email in ("ada@example.org", "grace@example.org"):
        here.command("user", "add", "--email", email, "--data", copy)
    status, said = verify(here, data=copy)
    assert (status, said["broken_seq"]) == (1, rows), said
    refused = audit(here, "sign", data=copy)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert audit(here, "sign", "--force", data=copy).returncode == 0
    assert verify(here, data=copy)[1]["signature"] == "valid"
    last = json.loads(audit(here, "show", "--limit", "1", "--json",
                            data=copy).stdout)
    assert (last["entity"], last["action"]) == ("installation", "SIGN")


# The key.

def test_signed_log_takes_no_write_without_the_key(here):
    use_key(here, make_key(here))
    assert audit(here, "sign").returncode == 0
    (here.data / "promptledger.conf").unlink()
    done = here.run_command("user", "add", "--email", "ada@example.org",
                            "--data", here.data)
    assert done.returncode == 1
    assert "audit_key" in done.stderr
    status, said = verify(here)
    assert (status, said["signature"]) == (0, "unchecked")


def test_another_key_is_told_from_a_forgery(here):
    use_key(here, make_key(here))
    assert audit(here, "sign").returncode == 0
    use_key(here, make_key(here, "other.key"))
    status, said = verify(here)
    assert (status, said["reason"]) == (1, "it is signed by another key")


@pytest.mark.parametrize("spoil, text", [
    (lambda here, key: key.chmod(0o640), "readable by others"),
    (lambda here, key: key.write_text("00" * 31), "too short"),
    (lambda here, key: key.write_text("xy" * 32), "holds no key"),
    (lambda here, key: key.unlink(), "cannot be opened"),
    (lambda here, key: use_key(here, key.rename(here.data / "audit.key")),
     "inside of the data directory"),
], ids=["mode", "short", "no key", "missing", "inside"])
def test_bad_key_stops_every_command(here, spoil, text):
    key = make_key(here)
    use_key(here, key)
    spoil(here, key)
    done = audit(here, "verify")
    assert (done.returncode, done.stdout) == (1, "")
    assert text in done.stderr


def test_new_installation_with_a_key_is_signed_from_its_first_row(here):
    data = here.data.parent / "second"
    key = make_key(here)
    env = here.environment(PROMPTLEDGER_AUDIT_KEY=str(key),
                           PROMPTLEDGER_DATA=str(data))
    for words in (["init"], ["audit", "verify"]):
        done = subprocess.run([here.program, *words], env=env, cwd=here.run,
                              text=True, capture_output=True, timeout=60,
                              check=True, **as_account())
    assert done.stdout.endswith("signature: valid\n")
    shutil.rmtree(data)


def test_sign_without_a_key_says_what_is_missing(here):
    done = audit(here, "sign")
    assert done.returncode == 1
    assert "audit_key" in done.stderr


# head

def test_head_is_one_line_that_verify_takes_back(signed):
    done = audit(signed.installation, "head")
    assert re.fullmatch(
        rf"{signed.rows} [0-9a-f]{{64}} \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z"
        r" [0-9a-f]{64}\n", done.stdout)
    as_json = json.loads(audit(signed.installation, "head", "--json").stdout)
    assert done.stdout.split() == [str(as_json["seq"]), as_json["hash"],
                                   as_json["at"], as_json["signature"]]
    file = signed.installation.run / "heads"
    file.write_text(signed.noted + done.stdout)
    assert verify(signed.installation, "--head", file)[0] == 0


@pytest.mark.parametrize("text", ["", "x\n", "1\n", "1 00\n", "-1 " + "0" * 64,
                                  "1 " + "0" * 65 + "\n"])
def test_heads_that_are_none_are_refused(signed, text):
    done = audit(signed.installation, "verify", "--head", "-", text=text)
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 1" in done.stderr


# show

def show(signed, *words):
    done = audit(signed.installation, "show", "--json", *words)
    assert done.returncode == 0, done
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_show_gives_every_row_the_newest_first(signed):
    rows = show(signed)
    assert [row["seq"] for row in rows] == list(range(signed.rows, 0, -1))
    assert [row["seq"] for row in show(signed, "--oldest-first")] == \
        list(range(1, signed.rows + 1))
    stored = signed.installation.query(
        f"SELECT {', '.join(COLUMNS)}, lower(hex(hash)) FROM audit_log"
        " ORDER BY seq DESC")
    for row, columns in zip(rows, stored, strict=True):
        expected = dict(zip((*COLUMNS, "hash"), columns, strict=True))
        assert row.pop("at").endswith("Z")
        del expected["at"]
        expected["changes"] = json.loads(expected["changes"])
        assert row == expected


@pytest.mark.parametrize("option, column", [
    ("--entity", "entity"), ("--id", "entity_id"), ("--prompt", "prompt_id"),
    ("--actor", "actor_id"), ("--action", "action"), ("--family", "family")])
def test_show_filters_by_each_column(signed, option, column):
    rows = show(signed)
    values = {row[column] for row in rows} - {None}
    assert values
    for value in values:
        expected = [row for row in rows if row[column] == value]
        assert 0 < len(expected)
        assert show(signed, option, value) == expected
    assert show(signed, option, "no such thing") == []


def test_show_filters_by_time_up_to_a_limit(signed):
    rows = show(signed)
    at = rows[len(rows) // 2]["at"]
    assert show(signed, "--since", at) == [r for r in rows if r["at"] >= at]
    assert show(signed, "--until", at) == [r for r in rows if r["at"] < at]
    assert show(signed, "--limit", "2") == rows[:2]
    assert show(signed, "--since", "2999-01-01") == []
    east = at.replace("Z", "+00:00")
    assert show(signed, "--since", east) == show(signed, "--since", at)


@pytest.mark.parametrize("words", [
    ["--since", "yesterday"], ["--until", "2026-02-30"],
    ["--since", "2026-01-01T00:00:00"], ["--limit", "0"], ["--limit", "x"],
    ["--colour", "red"], ["too", "many"]])
def test_show_called_wrongly_says_so(signed, words):
    done = audit(signed.installation, "show", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: promptledger audit show" in done.stderr


def test_plain_lines_let_no_name_steer_a_terminal(here):
    here.command("user", "add", "--email", "ada@example.org", "--data",
                 here.data)
    copy = here.run / "copy"
    subprocess.run([sys.executable, "-c", TAMPER, here.data, copy,
                    "UPDATE audit_log SET entity_id = char(27, 155, 10, 32)"
                    " || 'x' WHERE seq = 1"], check=True, cwd=here.run,
                   timeout=60, **as_account())
    line = audit(here, "show", "--oldest-first", "--limit", "1",
                 data=copy).stdout
    assert re.fullmatch(r"1 \S+ system installation system CREATE \S+ "
                        r"\?\?\?\?x\n", line), line
