"""Every allocation of a request fails in turn: the family answers 500 or 503,
or the request succeeds; the process lives on and nothing half-done is seen."""

import pytest

from faults import (DEEDS, LIBFCGI, MEMORY, faulty,  # noqa: F401
                    faulty_shim, make_deed, sweep)

ENOMEM = 12
REFUSED = (500, 503)


@pytest.mark.parametrize("name", DEEDS)
def test_a_failing_allocation_is_told_and_changes_nothing(own_site, faulty,
                                                          name):
    deed = make_deed(name, own_site)
    if name != "delete":
        assert deed.do() == 200  # so that caches are filled
    met = sweep(faulty, deed, MEMORY, ENOMEM, allowed=REFUSED)
    deed.check(own_site.installation)
    print(name, len(met))
    own_site.installation.check_integrity()
