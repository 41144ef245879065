"""The PromptCrafter family: each status, text and body of its golden file,
lists in pages, and the search under hostile queries and many writers."""

import re
import uuid
from urllib.parse import quote_plus

import pytest

import golden
from test_parallel import WRITERS, WRITES, run_parallel

NEXT = re.compile(r'<(.*)>; rel="next"')

HOSTILE = [
    '"', '""', "'", "\\", "*", "a*", "^title", "-title", "+", "(", ")", "{}",
    "title:", "words:title", "words : title", "NEAR(title first)",
    "NEAR(title first, 5)", "title OR first", "title NOT first", "NOT", "AND",
    '"title" AND "first"', '" OR 1=1 --', "'; DROP TABLE prompt; --", "%",
    "%%%", "___", "?1", ":owner_id", "char(0)", "\U000f0000\U000f0001x",
    "\ufffe\uffff", "\u202etitle", "🙂", "x" * 1000, "\u0390" * 333,
    " ".join("ab" for _ in range(50)), '"' * 1000,
]


@pytest.mark.parametrize("scenario", golden.scenarios("promptcrafter"))
def test_promptcrafter_family_answers_as_its_contract_says(site, scenario):
    golden.play(site, scenario)


def create(person, title, content="Hello", tags=()):
    answer = person.post("/prompts", {"title": title, "content": content,
                                      "model": "gpt-4", "tags": list(tags)})
    assert answer.status == 201, answer
    return answer.json()


def search(person, text):
    answer = person.get("/search?q=" + quote_plus(text))
    assert answer.status == 200, answer
    return answer.json()


def follow(person, path):
    """The pages of a list, by its Link headers."""
    while path is not None:
        answer = person.get(path)
        assert answer.status == 200, answer
        yield answer.json()
        link = answer.headers.get("Link")
        path = link and path_of(NEXT.fullmatch(link)[1])


def path_of(target):
    return "/" + target.split("://")[-1].partition("/")[2] \
        if "://" in target else target


def joined(pages):
    return [one for page in pages for one in page]


def test_prompts_come_in_pages_that_make_the_whole_list(site):
    person = site.new_person()
    for number in range(7):
        create(person, f"Prompt {number}")
    whole = person.get("/prompts")
    assert whole.headers.get("Link") is None
    for size, lengths in ((1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (200, [7])):
        pages = list(follow(person, f"/prompts?page_size={size}"))
        assert [len(page) for page in pages] == lengths
        assert joined(pages) == whole.json()


def test_a_page_begins_where_the_last_one_ended_whatever_is_written(site):
    person = site.new_person()
    old = [create(person, f"Prompt {number}")["_id"] for number in range(4)]
    first = person.get("/prompts?page_size=2")
    create(person, "A new one")
    person.delete("/prompts/" + first.json()[1]["_id"])
    target = path_of(NEXT.fullmatch(first.headers["Link"])[1])
    assert [one["_id"] for one in person.get(target).json()] == \
        [old[1], old[0]]


def test_logs_come_in_pages_of_one_prompt_or_all(site):
    person = site.new_person()
    ids = [create(person, f"Prompt {number}")["_id"] for number in range(2)]
    for number in range(10):
        answer = person.post("/logs", {"promptId": ids[number % 2],
                                       "output": f"out {number}",
                                       "modelUsed": "gpt-4"})
        assert answer.status == 201
    for path, count in (("/logs", 10), (f"/logs?promptId={ids[0]}", 5),
                        (f"/logs-by-prompt?promptId={ids[0]}", 5)):
        whole = person.get(path).json()
        assert len(whole) == count
        more = "&" if "?" in path else "?"
        assert joined(follow(person, f"{path}{more}page_size=3")) == whole
    outputs = [one["output"] for one in person.get("/logs").json()]
    assert outputs == [f"out {number}" for number in range(9, -1, -1)]


def test_a_page_token_of_another_s_shows_only_own_prompts(site):
    ada, bob = site.new_person(), site.new_person()
    mine = create(ada, "Mine")
    for number in range(3):
        create(bob, f"Prompt {number}")
    link = bob.get("/prompts?page_size=1").headers["Link"]
    assert ada.get(path_of(NEXT.fullmatch(link)[1])).json() == [mine]


def has_all(prompt, text):
    places = [prompt["title"], prompt["content"], *prompt["tags"]]
    return all(any(term in place.casefold() for place in places)
               for term in text.casefold().split())


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_looked_for_is_text_and_no_query_language(site, text):
    person = site.new_person()
    prompts = [create(person, "title first", "nothing else"),
               create(person, "The very text", f"before {text} behind")]
    for asked in (text, *text.split()):
        expected = [one["_id"] for one in prompts if has_all(one, asked)]
        found = [one["_id"] for one in search(person, asked)]
        assert sorted(found) == expected


def test_a_search_with_too_many_or_too_long_terms_is_refused(site):
    person = site.new_person()
    for text in (" ".join("ab" for _ in range(1000)), "x" * 1001, " " * 50):
        answer = person.get("/search?q=" + quote_plus(text))
        assert answer.status == 400
        assert answer.json() == {"error": "Missing or malformed query string."}
        assert answer.headers["X-Error-Field"] == "q"


def test_nobody_finds_another_s_prompts(site):
    word = "w" + uuid.uuid4().hex
    create(site.new_person(), "Secret", word, [word])
    for person in (site.new_person(), *map(site.as_role, ("admin", "editor"))):
        for text in (word, word[:2] + " " + word, word[5:9]):
            assert all(word not in one["content"]
                       for one in search(person, text))


def test_a_search_sees_each_write_at_once_among_many_writers(site):
    person = site.as_role("editor")

    def write_and_look(_):
        base = "b" + uuid.uuid4().hex
        one = create(person, "Searched", base + "w0")
        for number in range(1, WRITES + 1):
            answer = person.patch("/prompts/" + one["_id"],
                                  {"tags": [f"{base}w{number}"],
                                   "content": "moved to the tag"})
            assert search(person, f"{base}w{number}") == [answer.json()]
            assert search(person, f"{base}w{number - 1}") == []
        assert person.delete("/prompts/" + one["_id"]).status == 204
        return search(person, base)

    assert run_parallel(write_and_look, range(WRITERS)) == [[]] * WRITERS


def test_the_index_catches_up_and_finds_the_same(own_site):
    person = own_site.new_person()
    prompts = [create(person, f"Prompt {number}", f"Größe no{number}.")
               for number in range(30)]

    def looks():
        return [search(person, text) for text in ("GRÖSSE", "no7.", "o7", "no")]

    before = looks()
    assert before[1] == [prompts[7]]
    own_site.installation.wait_for_index()
    assert looks() == before
    person.patch("/prompts/" + prompts[7]["_id"], {"content": "other"})
    assert search(person, "no7.") == []
    own_site.installation.wait_for_index()
    assert search(person, "no7.") == []
