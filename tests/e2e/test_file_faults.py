"""Every call that changes a file of the store or of the asset store fails in
turn: the family answers 503 or 507, the process lives on, nothing half-done is
seen, and the next request succeeds."""

import os

import pytest

from faults import (DEEDS, ERRORS, FILES, Large, faulty,  # noqa: F401
                    faulty_shim, make_deed, sweep)
from families import Promptcrafter

EVERY = int(os.environ.get("PROMPTLEDGER_CHECKPOINT_EVERY", 307))
WRITES = [name for name in DEEDS if name != "get"]


@pytest.mark.parametrize("error", ERRORS)
def test_a_failing_file_is_told_and_changes_nothing(own_site, faulty, error):
    for name in WRITES:
        deed = make_deed(name, own_site)
        met = sweep(faulty, deed, FILES, ERRORS[error])
        assert met.count("pwrite64") > 3, (name, met)
        print(f"{error} {name}: {len(met)} calls failed")
        for call in wanted_calls(name, error):
            assert sweep(faulty, deed, FILES, ERRORS[error], only=call), call
        deed.check(own_site.installation)
    own_site.installation.check_integrity()


def wanted_calls(name, error):
    """What must have failed at least once."""
    if error == "short":
        return ["write"] if name == "voice" else []
    if name == "voice":
        return ["fdatasync", "openat", "write", "fsync", "renameat"]
    return ["fdatasync"]


def test_a_failing_checkpoint_harms_no_commit(own_site, faulty):
    """Its calls, one of PROMPTLEDGER_CHECKPOINT_EVERY, fail with each error."""
    for error in ERRORS.values():
        deed = Large(Promptcrafter, own_site)
        met = sweep(faulty, deed, FILES, error, every=EVERY)
        deed.check(own_site.installation)
        assert len(met) * EVERY > 1000, len(met)
        print(f"checkpoint, errno {error}: {len(met)} calls failed")
    own_site.installation.check_integrity()
