"""Plays the golden files: what is asked and what exactly is answered.

A file tests/golden/<family>.json is a list of scenarios; each is a list of
steps played in order by people whom nobody else knows:

    [{"scenario": "a title can be changed",
      "steps": [
        {"as": "ada", "ask": "POST /prompts", "json": {"title": "Greeting"},
         "status": 201, "answer": {"_id": "<uuid:id>", "title": "Greeting"}},
        {"as": "ada", "ask": "PATCH /prompts/<id>", "json": {"title": "Hi"},
         "status": 400, "answer": {"error": "Submitted data is invalid."}}]}]

A step's request: `as` names the caller: admin, editor or viewer; any other
name is a member made for the scenario; absent, nobody.  The body is `json`,
or `body` (text) of media type `type`; `headers` go along.  Long texts are
told by `times`: {"long": ["x", 201]} puts 201 times x wherever <long> stands.

Its answer: `status`; `answer`, the JSON body, with its members in this very
order; without `answer` the body must be empty.  `has` lists headers.  In
both, these stand for what differs from run to run: <uuid>, <time>, <token>,
<integer>, <sha256>, <text>.  <uuid:id> also keeps it as <id> for what
follows; where <id> is known already it must be that.

Where a test asks its questions itself, the file is an object of answers by
name, and `check` holds one against its own:

    {"prompt unknown": {"status": 404, "headers": {"ETag": null},
                        "body": {"code": "prompt_not_found", ...}}}

A header of null must be absent; a body of null is an empty one.
"""

import json
import re
from pathlib import Path

import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ROLES = ("admin", "editor", "viewer")
HEX = "[0-9a-f]"
FORMS = {
    "uuid": f"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "token": f"(sess|ak|at)_{HEX}{{64}}",
    "integer": r"-?\d+",
    "sha256": f"{HEX}{{64}}",
    "text": "(?s:.*)",
}
PLACEHOLDER = re.compile(r"<(\w+)(?::(\w+))?>")


def load(family, **how):
    return json.loads((GOLDEN / f"{family}.json").read_text("utf-8"), **how)


def scenarios(family):
    """The parameters of a family's test: one for each scenario."""
    listed = load(family)
    return [pytest.param(one, id=one["scenario"].replace(" ", "-"))
            for one in listed]


def play(site, scenario):
    """Ask each step's question and hold the answer against its own."""
    stage = Stage(site)
    for number, step in enumerate(scenario["steps"], 1):
        stage.play(step, f"step {number}, {step['ask']}")


def check(family, name, answer, **known):
    """The answer is the golden one of this name; known fills <name>s."""
    expected = load(family)[name]
    known = {name: str(value) for name, value in known.items()}
    where = f"{name}\n  answered {answer.status} {answer.body!r:.2000}"
    assert answer.status == expected["status"], where
    compare_body(expected["body"], answer, known, where)
    compare_headers(expected.get("headers", {}), answer, known, where)


class Stage:
    """One scenario's people, and the values that its answers gave."""

    def __init__(self, site):
        self.site = site
        self.people = {}
        self.known = {}

    def play(self, step, where):
        self.known.update({name: text * times for name, (text, times)
                           in step.get("times", {}).items()})
        answer = self.ask(step)
        where = f"{where}\n  answered {answer.status} {answer.body!r:.2000}"
        assert answer.status == step["status"], where
        if "answer" not in step:
            assert answer.headers.get("Content-Type") is None, where
        compare_body(step.get("answer"), answer, self.known, where)
        compare_headers(step.get("has", {}), answer, self.known, where)

    def ask(self, step):
        method, target = self.fill(step["ask"]).split(" ", 1)
        headers = {name: self.fill(value) for name, value
                   in step.get("headers", {}).items()}
        body = None
        if "json" in step:
            body = json.dumps(self.fill(step["json"]), ensure_ascii=False)
            headers.setdefault("Content-Type", "application/json")
        elif "body" in step:
            body = self.fill(step["body"])
            if step.get("type"):
                headers["Content-Type"] = step["type"]
        return self.caller(step.get("as")).request(
            method, target, headers=headers,
            body=None if body is None else body.encode())

    def caller(self, name):
        if name is None:
            return self.site.client
        if name in ROLES:
            return self.site.as_role(name)
        if name not in self.people:
            self.people[name] = self.site.new_person()
        return self.people[name]

    def fill(self, value):
        """Put what is known in the place of its <name>."""
        if isinstance(value, str):
            return PLACEHOLDER.sub(
                lambda m: self.known.get(m[1], m[0]), value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {self.fill(name): self.fill(item)
                    for name, item in value.items()}
        return value


class Members(list):
    """The members of a JSON object in the order in which they stood."""


def compare_headers(expected, answer, known, where):
    for name, value in expected.items():
        compare(value, answer.headers.get(name), known, name, where)


def compare_body(expected, answer, known, where):
    if expected is None:
        assert answer.body == b"", where
        return
    assert answer.media_type == "application/json", where
    found = json.loads(answer.body, object_pairs_hook=Members)
    expected = json.loads(json.dumps(expected), object_pairs_hook=Members)
    compare(expected, found, known, "body", where)


def compare(expected, found, known, at, where):
    """Equal, down to the order of members; placeholders are filled."""
    if isinstance(expected, Members) and isinstance(found, Members):
        assert [name for name, _ in found] == \
            [name for name, _ in expected], f"{at}: {where}"
        for (name, wanted), (_, got) in zip(expected, found):
            compare(wanted, got, known, f"{at}.{name}", where)
    elif type(expected) is list and type(found) is list:
        assert len(found) == len(expected), f"{at}: {where}"
        for i, (wanted, got) in enumerate(zip(expected, found)):
            compare(wanted, got, known, f"{at}[{i}]", where)
    elif isinstance(expected, str) and PLACEHOLDER.search(expected):
        compare_form(expected, found, known, at, where)
    else:
        # True == 1 in Python, and not in JSON.
        assert (type(found), found) == (type(expected), expected), \
            f"{at}: {where}"


def compare_form(expected, found, known, at, where):
    """Text with placeholders in it; <integer> alone may be a number."""
    if expected == "<integer>" and type(found) is int:
        return
    assert isinstance(found, str), f"{at}: {where}"
    pattern, names = to_pattern(expected, known)
    match = re.fullmatch(pattern, found)
    assert match, f"{at} is not {expected}: {where}"
    known.update({name: match[name] for name in names})


def to_pattern(expected, known):
    """A regular expression, and the names that it will make known."""
    parts, names, end = [], [], 0
    for m in PLACEHOLDER.finditer(expected):
        parts.append(re.escape(expected[end:m.start()]))
        end = m.end()
        form, name = m[1], m[2] or m[1]
        if name in known:
            parts.append(re.escape(known[name]))
        elif form not in FORMS:
            parts.append(re.escape(m[0]))
        elif m[2] and name not in names:
            names.append(name)
            parts.append(f"(?P<{name}>{FORMS[form]})")
        else:
            parts.append(f"(?:{FORMS[form]})")
    parts.append(re.escape(expected[end:]))
    return "".join(parts), names
