"""Many writers at once: threads, processes or both, and no update is lost."""

import concurrent.futures

from test_crash import Counted, create_counted, title

WRITERS = 16
WRITES = 5


def run_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(function, items))


def versions(site, one):
    [[count, highest]] = site.installation.query(
        "SELECT COUNT(*), MAX(version) FROM prompt_version"
        " WHERE prompt_id = ?", [one.path.split("/")[2]])
    return count, highest


def test_parallel_updates_of_one_prompt_each_make_a_version(site):
    person = site.as_role("editor")
    one = create_counted(person)
    numbers = range(1, WRITERS * WRITES + 1)
    answers = run_parallel(
        lambda number: person.patch(one.path, {"title": title(number)}),
        numbers)
    assert [answer.status for answer in answers] == [200] * len(numbers)
    assert versions(site, one) == (len(numbers) + 1, len(numbers) + 1)
    last = person.get(one.path).json()["title"]
    assert last in {title(number) for number in numbers}


def test_only_one_of_parallel_conditional_updates_succeeds(site):
    person = site.as_role("editor")
    one = create_counted(person)
    condition = {"If-Match": person.get(one.path).headers["ETag"]}
    answers = run_parallel(
        lambda number: person.patch(one.path, {"title": title(number)},
                                    headers=condition), range(1, WRITERS + 1))
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [200] + [412] * (WRITERS - 1)
    assert versions(site, one) == (2, 2)


def test_parallel_persons_do_not_disturb_each_other(site):
    person = site.as_role("editor")
    counted = [create_counted(person) for _ in range(WRITERS)]

    def write_all(one: Counted):
        answers = [person.patch(one.path, {"title": title(number)})
                   for number in range(1, WRITES + 1)]
        return [answer.json()["title"] for answer in answers]

    expected = [title(number) for number in range(1, WRITES + 1)]
    assert run_parallel(write_all, counted) == [expected] * WRITERS


def test_reader_sees_its_own_write_at_once(site):
    person = site.as_role("editor")
    one = create_counted(person)
    for number in range(1, 21):
        answer = person.patch(one.path, {"title": title(number)})
        assert person.get(one.path).json() == answer.json()
