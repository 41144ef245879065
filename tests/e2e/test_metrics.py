"""/metrics adds up over all processes and threads; /healthz and /readyz say
how the program is."""

import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import exposition
from conftest import Site
from deployment import account, wait_until
from fastcgi import Exchange, request_params
from program import program, shim  # noqa: F401 (fixtures)
from test_upload import ask_for_link, upload, wav

KEY = "0123456789abcdef" * 4
PROMPT = {"title": "One", "content": "Hello.", "model": "gpt-4"}


def read(site):
    return exposition.check(site.as_role("admin").get("/metrics"))


def requests(samples):
    return {tuple(dict(labels)[name] for name in
                  ("family", "method", "route", "status")): value
            for (metric, labels), value in samples.items()
            if metric == "promptledger_http_requests_total"}


def durations(samples):
    return {tuple(dict(labels)[name] for name in
                  ("family", "method", "route")): value
            for (metric, labels), value in samples.items()
            if metric == "promptledger_http_request_duration_seconds_count"}


def since(before, after):
    """What was counted in between, without the asking itself."""
    return {key: value - before.get(key, 0) for key, value in after.items()
            if value != before.get(key, 0) and "/metrics" not in key}


def single(samples, name):
    return samples["promptledger_" + name, frozenset()]


def test_counts_equal_the_requests_that_were_sent(site):
    editor, viewer = site.as_role("editor"), site.as_role("viewer")
    before = read(site)
    sent = [lambda: editor.post("/prompts", PROMPT)] * 12 \
        + [lambda: editor.post("/prompts", {})] * 5 \
        + [lambda: viewer.get("/voice/prompts/nothing")] * 7 \
        + [lambda: viewer.get("/v1/me/teams")] * 9 \
        + [lambda: site.client.get("/v1/me/teams")] * 4 \
        + [lambda: viewer.get("/api/admin/prompts/list")] * 3 \
        + [lambda: site.client.request("DELETE", "/healthz")] * 2 \
        + [lambda: site.client.get("/nowhere/else")] * 6
    with ThreadPoolExecutor(8) as pool:
        statuses = [answer.status for answer in
                    pool.map(lambda send: send(), sent)]
    assert statuses == [201] * 12 + [400] * 5 + [404] * 7 + [200] * 9 \
        + [401] * 4 + [403] * 3 + [405] * 2 + [404] * 6
    after = read(site)
    assert since(requests(before), requests(after)) == {
        ("promptcrafter", "POST", "/prompts", "201"): 12,
        ("promptcrafter", "POST", "/prompts", "400"): 5,
        ("voice", "GET", "/voice/prompts/:id", "404"): 7,
        ("px0", "GET", "/v1/me/teams", "200"): 9,
        ("px0", "GET", "/v1/me/teams", "401"): 4,
        ("admin", "GET", "/api/admin/prompts/list", "403"): 3,
        ("health", "none", "none", "405"): 2,
        ("promptcrafter", "none", "none", "404"): 6,
    }
    assert since(durations(before), durations(after)) == {
        ("promptcrafter", "POST", "/prompts"): 17,
        ("voice", "GET", "/voice/prompts/:id"): 7,
        ("px0", "GET", "/v1/me/teams"): 13,
        ("admin", "GET", "/api/admin/prompts/list"): 3,
        ("health", "none", "none"): 2,
        ("promptcrafter", "none", "none"): 6,
    }
    # The upkeep commits, too.
    for name in ("commit_group_writes_sum", "audit_seq"):
        assert single(after, name) - single(before, name) >= 12
    assert single(after, "commits_total") == single(
        after, "commit_group_writes_count")
    assert 1 <= single(after, "processes") <= 20
    assert single(after, "commit_failures_total") == 0


def test_uploads_are_counted_in_bytes(site):
    before = single(read(site), "upload_bytes_total")
    sound = wav(5000)
    assert upload(site, ask_for_link(site.as_role("editor"))[1],
                  sound).status == 200
    assert single(read(site), "upload_bytes_total") - before == len(sound)


def test_what_the_store_holds_is_measured(own_site):
    samples = read(own_site)
    [[seq]] = own_site.installation.query("SELECT MAX(seq) FROM audit_log")
    assert single(samples, "audit_seq") == seq
    database = own_site.installation.database()
    assert single(samples, "database_bytes") == database.stat().st_size
    wal = database.with_name(database.name + "-wal")
    assert single(samples, "wal_bytes") == wal.stat().st_size
    assert single(samples, "search_pending_rows") == 0
    version = own_site.installation.command("version").split()[1]
    assert samples["promptledger_build_info",
                   frozenset({("version", version)})] == 1


def test_nothing_of_a_request_but_its_route_is_shown(own_site):
    editor = own_site.as_role("editor")
    path = "/prompts/" + editor.post("/prompts", PROMPT).json()["_id"]
    assert editor.get(path).status == 200
    assert editor.get("/prompts/se%22cr%5Cet?secret=1").status == 400
    assert own_site.client.get("/secret").status == 404
    text = own_site.as_role("admin").get("/metrics").text
    for secret in ("secret", path, *own_site.tokens.values()):
        assert secret not in text


def two_spawned_processes(own_site):
    """lighttpd with two of them instead of one."""
    assert own_site.deployment.stop()
    file = own_site.installation.home / "lighttpd-conf" / "spawned.conf"
    text = file.read_text()
    assert text.count('"max-procs" => 1') == 1
    file.write_text(text.replace('"max-procs" => 1', '"max-procs" => 2'))
    own_site.deployment.start()


@pytest.mark.parametrize("own_site", ["lighttpd-spawned"], indirect=True)
def test_several_processes_count_together_and_survive_each_other(own_site):
    two_spawned_processes(own_site)
    viewer = own_site.as_role("viewer")

    def ask(times):
        with ThreadPoolExecutor(16) as pool:
            return {answer.status for answer in pool.map(
                lambda _: viewer.get("/v1/me/teams"), range(times))}

    assert ask(300) == {200}
    key = "px0", "GET", "/v1/me/teams", "200"
    wait_until(lambda: single(read(own_site), "processes") == 2, 10,
               "both processes")
    assert requests(read(own_site))[key] == 300
    pids = own_site.deployment.responder_pids()
    assert len(pids) == 2
    os.kill(pids[0], signal.SIGKILL)
    wait_until(lambda: pids[0] not in own_site.deployment.responder_pids(),
               10, "its end")
    wait_until(lambda: viewer.get("/prompts").status == 200, 10, "an answer")
    # Nobody had asked it for anything when it was killed.
    assert requests(read(own_site))[key] == 300
    assert ask(100) <= {200, 503}
    assert own_site.deployment.stop()
    own_site.deployment.start()
    assert requests(read(own_site))[key] >= 300


@pytest.mark.parametrize("own_site", ["apache-fcgid"], indirect=True)
def test_processes_of_mod_fcgid_count_together(own_site):
    link = ask_for_link(own_site.as_role("editor"))[1]
    content = wav(200000)
    with ThreadPoolExecutor(6) as pool:
        statuses = {answer.status for answer in pool.map(
            lambda _: upload(own_site, link, content), range(48))}
    assert statuses == {200}
    samples = read(own_site)
    assert requests(samples)["voice", "PUT", "/voice/uploads/:request",
                             "200"] == 48
    assert single(samples, "upload_bytes_total") == 48 * len(content)
    # One that mod_fcgid has started and not yet asked does not count.
    assert 1 < single(samples, "processes") <= len(
        own_site.deployment.responder_pids())


#
# Who may read them.
#

def reconfigure(site, **settings):
    assert site.deployment.stop()
    site.installation.configure(**settings)
    site.deployment.start()


def statuses(site, **headers):
    return [client.get("/metrics", headers=headers).status
            for client in (site.client, site.as_role("admin"))]


def test_metrics_are_an_admin_s(own_site):
    assert statuses(own_site) == [401, 200]
    for role in ("editor", "viewer"):
        answer = own_site.as_role(role).get("/metrics")
        assert (answer.status, answer.json()) == (
            403, {"status": "refused", "reason": "role_too_low"})
    answer = own_site.client.get("/metrics")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    reading = own_site.installation.create_token(
        "admin@example.org", "key", ["prompts:read"])
    assert own_site.client.get("/metrics", token=reading).status == 403


def test_the_metrics_key_opens_metrics_and_nothing_else(own_site):
    file = own_site.installation.run / "metrics.key"
    file.write_text(KEY + "\n")
    file.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(file, *account())
    reconfigure(own_site, metrics_key=file)
    for key, status in ((KEY, 200), (KEY.upper(), 200), (KEY[:-1], 401),
                        (KEY[:-1] + "0", 401), ("", 401), (KEY + "00", 401)):
        assert own_site.client.get("/metrics", token=key).status == status
    for path in ("/prompts", "/v1/me/teams", "/api/admin/prompts/list"):
        assert own_site.client.get(path, token=KEY).status == 401
    assert statuses(own_site) == [401, 200]


def test_loopback_must_be_asked_for_and_ends_at_a_proxy(own_site):
    reconfigure(own_site, metrics="loopback")
    assert statuses(own_site) == [200, 200]
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert statuses(own_site, **{header: "127.0.0.1"}) == [401, 200]
    socket = own_site.deployment.responder.socket
    for address, status in (("127.0.0.1", 200), ("::1", 200),
                            ("127.0.0.1.example.org", 401), ("", 401),
                            ("192.0.2.1", 401), ("::ffff:192.0.2.1", 401)):
        with Exchange(socket) as exchange:
            exchange.begin(request_params("GET", "/metrics",
                                          REMOTE_ADDR=address))
            exchange.end_body()
            assert exchange.answer().status == status, address


def test_metrics_may_be_off(own_site):
    for file in own_site.installation.data.glob("metrics-*"):
        file.unlink()
    reconfigure(own_site, metrics="off")
    assert statuses(own_site) == [401, 404]
    assert not list(own_site.installation.data.glob("metrics-*"))


def test_requests_are_served_where_nothing_can_be_counted(own_site):
    assert own_site.deployment.stop()
    [file] = own_site.installation.data.glob("metrics-*")
    file.unlink()
    file.symlink_to("/nowhere")
    own_site.deployment.start()
    assert own_site.as_role("viewer").get("/prompts").status == 200
    assert own_site.as_role("admin").get("/metrics").status == 404
    assert "event=no_metrics" in own_site.installation.logs()


#
# Alive and ready.
#

def test_a_sound_installation_is_alive_and_ready(site):
    for path, status, cache in (
            ("/healthz", "alive", "private, no-cache"),
            ("/readyz", "ready", "no-store")):
        answer = site.client.get(path)
        assert (answer.status, answer.json()) == (200, {"status": status})
        assert answer.headers["Cache-Control"] == cache
        assert site.client.request("HEAD", path).body == b""
    answer = site.client.post("/healthz", {})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert site.as_role("admin").get("/api/health").status == 200


def break_data(program, how):
    data = program.data
    if how == "rubbish":
        database = data / "promptledger.db"
        database.write_bytes(b"x" * 8192)
        return "io"
    if how == "nowhere":
        program.data = Path("/proc/nowhere")
        return "io"
    (data / "promptledger.conf").write_text("metrics_key = /nowhere\n")
    return "io"


@pytest.mark.parametrize("how", ["rubbish", "nowhere", "settings"])
def test_without_a_store_the_program_lives_and_is_not_ready(program, how):
    reason = break_data(program, how)
    ask = {"PROMPTLEDGER_DATA": str(program.data)}
    assert program.ask("GET", "/healthz", **ask) == (
        200, b'{"status":"alive"}')
    assert program.ask("GET", "/readyz", **ask) == (
        503, b'{"status":"unavailable","reason":"%s"}' % reason.encode())
    assert program.ask("GET", "/metrics", **ask)[0] == 503
    assert program.ask("GET", "/prompts", **ask)[0] == 503


def test_a_database_that_turns_bad_is_noticed(own_site):
    database = own_site.installation.database()
    aside = database.with_name("aside")
    database.rename(aside)
    answer = own_site.client.get("/readyz")
    assert (answer.status, answer.json()) == (
        503, {"status": "unavailable", "reason": "io"})
    assert own_site.client.get("/healthz").status == 200
    aside.rename(database)
    assert own_site.client.get("/readyz").status == 200


def test_who_drains_is_not_ready(own_site):
    """The only worker is busy, /readyz waits, and then comes the end."""
    reconfigure(own_site, threads=1)
    responder = own_site.deployment.responder
    body = b'{"title":"Slow"}'
    params = request_params("POST", "/prompts", own_site.tokens["editor"],
                            CONTENT_TYPE="application/json",
                            CONTENT_LENGTH=str(len(body)))
    with Exchange(responder.socket) as slow, \
            Exchange(responder.socket) as asking:
        slow.begin(params)
        slow.send_body(body[:5])
        asking.begin(request_params("GET", "/readyz"))
        asking.end_body()
        responder.process.send_signal(signal.SIGTERM)
        slow.send_body(body[5:])
        slow.end_body()
        assert slow.answer().status == 400
        slow.peer.close()  # or the worker waits for that
        answer = asking.answer()
    assert (answer.status, answer.json()) == (
        503, {"status": "unavailable", "reason": "draining"})
    assert responder.process.wait(10) == 0
    own_site.deployment.restart_responder()
    assert own_site.client.get("/readyz").status == 200
