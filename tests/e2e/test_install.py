"""make install and make uninstall, and the manual pages they bring."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from deployment import SEARCH_PATH, SOURCE

FILES = {
    "bin/promptledger": 0o755,
    "lib/promptledger/promptledger.fcgi": None,
    "share/man/man1/promptledger.1": 0o644,
    "share/man/man5/promptledger.conf.5": 0o644,
    "share/doc/promptledger/README.md": 0o644,
    "share/doc/promptledger/SHARED-HOSTING.md": 0o644,
    "share/doc/promptledger/examples/promptledger.conf": 0o644,
    "share/doc/promptledger/examples/htaccess": 0o644,
    "share/doc/promptledger/examples/spawned.conf": 0o644,
    "share/doc/promptledger/examples/external.conf": 0o644,
    "share/doc/promptledger/examples/mod_fcgid.conf": 0o644,
    "share/doc/promptledger/examples/mod_proxy_fcgi.conf": 0o644,
    "share/doc/promptledger/examples/plain-cgi.conf": 0o644,
}
CONFIGURATION = {
    "apache2/conf-available/promptledger.conf": 0o644,
    "lighttpd/conf-available/50-promptledger.conf": 0o644,
}


def make(*words):
    done = subprocess.run(
        ["make", "-j2", "-C", SOURCE, *words], text=True, capture_output=True,
        timeout=600, check=False,
        env={key: value for key, value in os.environ.items()
             if not key.startswith("MAKE")})
    assert done.returncode == 0, done
    return done


def files_below(root):
    return {str(path.relative_to(root)): path for path in root.rglob("*")
            if not path.is_dir()}


@pytest.mark.parametrize("prefix, etc", [
    ("/usr", "etc"), ("/usr/local", "usr/local/etc"), ("/opt/pl", "opt/pl/etc")
])
def test_install_puts_each_file_in_its_place_and_uninstall_takes_it(
        tmp_path, prefix, etc):
    where = [f"DESTDIR={tmp_path}", f"PREFIX={prefix}"]
    make("install", *where)
    wanted = {f"{prefix[1:]}/{name}": mode for name, mode in FILES.items()}
    wanted |= {f"{etc}/{name}": mode for name, mode in CONFIGURATION.items()}
    found = files_below(tmp_path)
    documents = f"{prefix[1:]}/share/doc/promptledger/"
    assert {name for name in found if name in wanted
            or not name.startswith(documents)} == set(wanted)
    for name, mode in wanted.items():
        if mode is not None:
            assert found[name].stat().st_mode & 0o7777 == mode, name
    link = found[f"{prefix[1:]}/lib/promptledger/promptledger.fcgi"]
    assert os.readlink(link) == f"{prefix}/bin/promptledger"
    for name in CONFIGURATION:
        text = found[f"{etc}/{name}"].read_text()
        assert f"{prefix}/lib/promptledger/promptledger.fcgi" in text
        assert "@" not in text
    # Again, over what is there; what is not ours stays.
    stranger = tmp_path / etc / "apache2/conf-available/other.conf"
    stranger.write_text("# other\n")
    make("install", *where)
    make("uninstall", *where)
    assert set(files_below(tmp_path)) == {str(stranger.relative_to(tmp_path))}


def test_each_directory_may_be_given_alone(tmp_path):
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/usr", "bindir=/b",
         "cgidir=/c", "sysconfdir=/e", "mandir=/m", "docdir=/d")
    assert {name.split("/")[0] for name in files_below(tmp_path)} == set(
        "bcemd")


def test_installed_program_runs_and_keeps_its_data_where_the_prefix_says(
        tmp_path):
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/opt/pl")
    printed = subprocess.run(
        [tmp_path / "opt/pl/bin/promptledger", "config"], text=True,
        capture_output=True, check=True, env={"PATH": SEARCH_PATH}).stdout
    assert f"# data = {tmp_path}/opt/pl/var\n" in printed


# The manual pages.

def build_page(name):
    make("man")
    return SOURCE / "build" / "man" / name


def show(page):
    """A page as read on a terminal, without its overstruck characters."""
    text = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=300", page],
                          text=True, capture_output=True, check=True).stdout
    return re.sub(".\b", "", text)


@pytest.mark.parametrize("name", ["promptledger.1", "promptledger.conf.5"])
def test_manual_page_has_no_fault(name):
    done = subprocess.run(
        ["mandoc", "-T", "lint", build_page(name)], text=True,
        capture_output=True, check=False)
    faults = [line for line in done.stdout.splitlines()
              if "referenced manual not found" not in line]
    assert faults == []


def help_text():
    return subprocess.run(
        [SOURCE / "build" / "promptledger", "help"], text=True,
        capture_output=True, check=True, env={"PATH": SEARCH_PATH}).stdout


def test_manual_lists_the_commands_of_help():
    page = show(build_page("promptledger.1"))
    pairs = re.findall(r"(?m)^  promptledger (.+)\n      (.+)$", help_text())
    assert len(pairs) >= 10
    for form, summary in pairs:
        assert re.search(rf"(?m)^ +{re.escape(form)} +{re.escape(summary)}$"
                         rf"|^ +{re.escape(form)}\n +{re.escape(summary)}$",
                         page), form


def test_manual_lists_the_settings_with_their_ranges():
    page = show(build_page("promptledger.conf.5"))
    listed = page.split("\nSETTINGS\n")[1].split("\nFILES\n")[0]
    words = " ".join(listed.split())
    settings = re.findall(r"(?m)^  PROMPTLEDGER_(\w+)(?:=(.*))?\n      (.+)$",
                          help_text())
    assert len(settings) >= 11
    for name, fallback, text in settings:
        assert re.search(rf"(?m)^ +{name.lower()}( |$)", listed), name
        assert " ".join(text.split()) in words, name
        if fallback:
            assert f"Default: {fallback}." in words, name
    assert "A number from 1 to 256. Default: 16." in words
    assert "One of: open closed. Default: open." in words


def test_file_of_defaults_changes_nothing_when_its_lines_are_opened(tmp_path):
    text = build_page("promptledger.conf").read_text()
    opened = re.sub(r"(?m)^#(?=\w)", "", text)
    (tmp_path / "promptledger.conf").write_text(opened)

    def values(data):
        printed = subprocess.run(
            [SOURCE / "build" / "promptledger", "config", "--data", data],
            text=True, capture_output=True, check=True,
            env={"PATH": SEARCH_PATH}).stdout
        return [line for line in printed.splitlines()
                if " = " in line and not line.startswith("#")]

    assert values(tmp_path) == values(Path("/nowhere"))
    assert len(values(tmp_path)) >= 10
