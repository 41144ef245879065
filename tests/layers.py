#!/usr/bin/python3
"""The order of the source tree: arrows point down only.

A file includes its own header, files of the layers that its folder may use,
and inside its folder only what the list below names before it.  Foreign
libraries stay in the one folder that hides them.  Prints every violation;
exit status 1 when there was one.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"

# Folder by folder, from the bottom: its modules in order, what it may use.
LAYERS = {
    "base": ("given text fold clock log arena buf err tally config seal", ""),
    "http": ("range disposition request response cors pattern porch fcgi", "base"),
    "wire": ("scan doc form body field csv exposition jwk jwt", "base"),
    "store": ("statement matcher stemmer recorder connection lock schema signer store "
              "snapshot txn query", "base"),
    "domain": ("template template_cache payload_schema secret throttle rate "
               "user scope token access_token subject key key_use audio "
               "signed_link asset_dir asset asset_check asset_copy upload "
               "upload_part purge download project role reach prompt version "
               "recording flow render payload "
               "run_log search word_search comment diff change restore "
               "placeholder transfer audit installation", "base store"),
    "api": ("json_value call route family metrics jwt_keys jwt_caller auth "
            "dispatch account page service promptcrafter px0 voice oauth admin "
            "health openapi meta",
            "base http wire store domain"),
    "cli": ("command progress plain table password importer import_csv import_json "
            "import export init user user_list user_role user_password token "
            "token_list token_revoke jwt serve ask doctor doctor_directory "
            "doctor_machine doctor_database doctor_assets doctor_web audit "
            "audit_head audit_show tar archive_list archive backup restore "
            "config routes openapi version help",
            "base wire store domain api"),
}

# What lies behind the store's other headers is its own.
DOMAIN_MAY_SEE = {"store/txn.h", "store/query.h", "store/store.h"}

GENERATED = ("statement_", "migration_", "openapi_table")

FOREIGN = {
    "sqlite3.h": "store/",
    "openssl/": "wire/jwk.c",
    "fcgiapp.h": "http/fcgi/",
    "fcgi_stdio.h": "nowhere",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def module_of(path):
    """'api/px0/payload.c' belongs to the module px0 of the folder api,
    'store/txn_private.h' to txn."""
    parts = path.split("/")
    return parts[0], parts[1].split(".")[0].removesuffix("_private")


def check_include(source, target):
    """What is wrong with source including target, or None."""
    if source == "main.c":
        return None
    folder, module = module_of(source)
    if "/" not in target:
        return None if target.startswith(GENERATED) \
            else "includes are written from src/"
    wanted_folder, wanted = module_of(target)
    if wanted_folder != folder:
        if wanted_folder not in LAYERS[folder][1].split():
            return f"{folder}/ may not use {wanted_folder}/"
        if folder == "domain" and wanted_folder == "store" \
                and target not in DOMAIN_MAY_SEE:
            return "domain/ sees txn.h, query.h and store.h only"
        return None
    order = LAYERS[folder][0].split()
    for name in (module, wanted):
        if name not in order:
            return f"{folder}/{name} has no place in tests/layers.py"
    if order.index(wanted) > order.index(module):
        return f"{wanted} comes after {module}"
    return None


def check_foreign(source, target):
    for name, home in FOREIGN.items():
        if target.startswith(name) and not source.startswith(home):
            return f"{target} belongs to {home}"
    return None


def violations():
    for path in sorted(SRC.rglob("*.[ch]")):
        source = str(path.relative_to(SRC))
        for kind, target in INCLUDE.findall(path.read_text()):
            check = check_include if kind == '"' else check_foreign
            wrong = check(source, target)
            if wrong:
                yield f"src/{source}: {target}: {wrong}"


def lone_headers(compile_command):
    """Headers that do not compile by themselves."""
    for path in sorted(SRC.rglob("*.h")):
        done = subprocess.run(
            compile_command + ["-fsyntax-only", "-x", "c", str(path)],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield f"{path.relative_to(ROOT)}: does not compile alone\n" \
                + done.stderr


def main():
    found = list(violations()) + list(lone_headers(sys.argv[1:]))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
