"""Every call that changes a file of the store or of the asset store fails in
turn: the family answers 503 or 507, the process lives on, nothing half-done is
seen, and the next request succeeds."""

import pytest

from faults import (DEEDS, ERRORS, FILES, Large, faulty,  # noqa: F401
                    faulty_shim, make_deed, sweep)
from families import Promptcrafter

WRITES = [name for name in DEEDS if name != "get"]


@pytest.mark.parametrize("error", ERRORS)
def test_a_failing_file_is_told_and_changes_nothing(own_site, faulty, error):
    met = {}
    for name in WRITES:
        deed = make_deed(name, own_site)
        met[name] = sweep(faulty, deed, FILES, ERRORS[error])
        deed.check(own_site.installation)
        print(error, name, len(met[name]), sorted(set(met[name])))
    assert all(met.values()), met
    own_site.installation.check_integrity()
