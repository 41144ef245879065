"""promptledger doctor: what it finds, what it says, what it sweeps."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

from program import (DAYS_S, HOURS_S, later,
                     program, shim)  # noqa: F401 (fixtures)
from test_upload import ask_for_link, upload, wav

UPLOADS = 24
MINUTES_S = 120  # no upload is under way for so long


def audio(number):
    return wav(1000)[:-8] + number.to_bytes(8, "big")


def path_of(content):
    name = hashlib.sha256(content).hexdigest()
    return f"assets/{name[:2]}/{name[2:4]}/{name}"


def examine(program, status, *options, **more):
    """The findings of a doctor who ends with this status."""
    done = program.doctor("--json", *options, **more)
    assert done.returncode == status, done
    report = json.loads(done.stdout)
    assert list(report) == ["ok", "findings"]
    assert report["ok"] is (status == 0)
    for finding in report["findings"]:
        assert list(finding) == ["examination", "kind", "is_problem",
                                 "subject", "text"]
        assert finding["examination"] == "assets"
    return {(one["kind"], one["subject"], one["is_problem"])
            for one in report["findings"]}


def test_a_new_installation_is_well(program):
    assert examine(program, 0) == set()
    assert program.doctor("--sweep").stdout == b"ok\n"


def test_a_row_without_its_file_is_named_with_what_to_do(program):
    program.make_prompt(program.new_request(audio(1)), "One")
    (program.data / path_of(audio(1))).unlink()
    found = {("row_without_file", path_of(audio(1)), True)}
    assert examine(program, 1) == found
    assert examine(program, 1, "--sweep") == found
    [[asset_id]] = program.installation.query("SELECT id FROM asset")
    assert program.doctor().stdout.decode() == (
        f"assets: {path_of(audio(1))} is missing, the file of recording "
        f"{asset_id}: take it from a backup, or upload this audio again\n"
        "1 problem\n")
    # Which helps.
    program.new_request(audio(1))
    assert examine(program, 0) == set()


def test_a_damaged_file_is_named_and_never_swept(program):
    program.make_prompt(program.new_request(audio(1)), "One")
    file = program.data / path_of(audio(1))
    file.write_bytes(audio(2))
    found = {("file_damaged", path_of(audio(1)), True)}
    assert examine(program, 1) == found
    assert examine(program, 1, "--sweep") == found
    assert file.read_bytes() == audio(2)


def test_strays_are_swept_unless_their_row_may_still_come(program):
    file = program.plant(audio(1))
    assert examine(program, 0, "--sweep", later_s=0) == set()
    assert file.exists()
    assert examine(program, 1) == {
        ("file_without_row", path_of(audio(1)), True)}
    assert file.exists()
    assert examine(program, 0, "--sweep") == {
        ("file_swept", path_of(audio(1)), False)}
    assert not file.exists()
    assert examine(program, 0) == set()


def test_what_is_not_ours_is_named_and_left_alone(program):
    name = hashlib.sha256(b"").hexdigest()
    strange = [program.plant(b"x", "abcd.wav"), program.plant(b"x", "notes"),
               program.plant(b"x", name.upper())]
    strange[0].rename(program.assets / "abcd.wav")
    strange[0] = program.assets / "abcd.wav"
    (program.assets / "link").symlink_to("/etc/passwd")
    (program.assets / "ab").mkdir(exist_ok=True)
    (program.assets / "ab" / "tmp").mkdir()
    found = examine(program, 1, "--sweep")
    assert found == {("file_foreign", f"assets/{one}", True) for one in (
        "abcd.wav", "link", "ab/tmp", name[:2].upper(), "no")}
    assert all(one.exists() for one in strange)


def test_what_waits_is_told_and_swept(program):
    half = program.new_request()
    assert program.ask("PUT", program.link(half) + "&part=1", b"x")[0] == 200
    program.new_request(audio(1))
    assert program.ask("PUT", program.link(program.new_request()), audio(2),
                       kill_at=program.step_of("renameat"))[0] is None
    assert examine(program, 0, later_s=0) == set()
    assert examine(program, 0, later_s=HOURS_S) == {
        ("uploads_abandoned", "2", False)}
    assert examine(program, 0, later_s=DAYS_S) == {
        ("uploads_expired", "4", False), ("uploads_abandoned", "2", False)}
    assert examine(program, 0, "--sweep", later_s=DAYS_S) == {
        ("uploads_purged", "4", False), ("assets_purged", "2", False),
        ("files_purged", "2", False), ("uploads_purged_half_way", "2", False)}
    assert examine(program, 0, later_s=DAYS_S) == set()
    assert program.files() == set()
    assert list((program.assets / "tmp").iterdir()) == []


def test_keep_time_is_honoured(program):
    program.new_request(audio(1))
    keep = {"PROMPTLEDGER_AUDIO_KEEP_HOURS": "1000"}
    # It was never published, so there is nothing to keep.
    examine(program, 0, "--sweep", later_s=DAYS_S, **keep)
    assert program.files() == set()


def test_doctor_needs_a_database_and_takes_no_arguments(program):
    done = program.run(["doctor", "--data", program.data.parent / "none"])
    assert (done.returncode, done.stdout) == (1, b""), done
    assert b"there is no database" in done.stderr
    for words in (["now"], ["--mend"], ["--data"]):
        done = program.run(["doctor", *words])
        assert (done.returncode, done.stdout) == (2, b""), done
        assert b"usage: promptledger doctor" in done.stderr


def test_sweeps_among_uploads_take_nothing_that_is_needed(own_site, shim):
    """Three recordings come and go under many requests.  For the sweeper it
    is some minutes later, so that no file is too young for it and only the
    order of writes protects those whose row is on its way."""
    install = own_site.installation
    links = [ask_for_link(own_site.as_role("editor"))[1]
             for _ in range(UPLOADS)]
    over = threading.Event()

    def put(link, content):
        """503 says that the file was swept: send it again."""
        status = 503
        while status == 503:
            status = upload(own_site, link, content).status
        return status

    def replace_again_and_again(number):
        return {put(links[number], content) for _ in range(3)
                for content in (audio(1000 + number), audio(number % 3))}

    def sweep():
        ended = []
        while not over.is_set():
            ended.append(install.run_command(
                "doctor", "--sweep", "--data", install.data).returncode)
        return ended

    with later(install, shim, MINUTES_S), ThreadPoolExecutor(9) as pool:
        sweeper = pool.submit(sweep)
        statuses = set().union(*pool.map(replace_again_and_again,
                                         range(UPLOADS)))
        over.set()
        ended = sweeper.result()
    assert (statuses, set(ended)) == ({200}, {0})
    with later(install, shim, MINUTES_S):
        assert install.command("doctor", "--sweep", "--data", install.data)
    assert install.command("doctor", "--data", install.data) == "ok\n"
    assert len(list((install.data / "assets").glob("??/??/*"))) == 3
