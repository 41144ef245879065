"""Renders: the golden scenarios, and what the other operations cannot set."""

import uuid

import pytest

from golden import Stage, scenarios

TEMPLATES = {
    "hello": "Hello, {{.name}}!",
    "list": "{{range $i, $e := .items}}{{if $i}}, {{end}}{{$e}}{{end}}",
    "broken": "{{.name",
    "values": "{{.n}} {{.big}} {{.nil}} {{.o}} {{.a}} {{.s}}",
    "deep": "{{.a.b}}",
    "endless": "{{range .a}}{{range $.a}}{{range $.a}}{{range $.a}}"
               "{{range $.a}}{{range $.a}}{{end}}{{end}}{{end}}{{end}}"
               "{{end}}{{end}}",
    "long": "{{range .a}}{{range $.a}}{{range $.a}}{{$.s}}"
            "{{end}}{{end}}{{end}}",
    "plain": "{name} }} text",
    "escaped": "<b>{{.name}}</b>",
}


class Shelf:
    """Prompts that are live, and one that is not, with their project."""

    def __init__(self, site, templates):
        self.site = site
        self.editor = site.as_role("editor")
        self.prompts = {name: self.create(text)
                        for name, text in templates.items()}
        self.project = self.prompts["hello"]["project_id"]
        self.prompts["empty"] = self.made(self.editor.post(
            f"/v1/projects/{self.project}/prompts",
            {"name": str(uuid.uuid4())}), 201)["prompt"]

    def create(self, text):
        made = self.made(self.editor.post("/prompts", {
            "title": str(uuid.uuid4()), "content": text, "model": "gpt-4",
            "tags": []}), 201)
        return self.made(
            self.editor.get(f"/v1/prompts/{made['_id']}"), 200)["prompt"]

    @staticmethod
    def made(answer, status):
        assert answer.status == status, answer
        return answer.json()

    def path(self, name, version=None):
        """Where to render a prompt."""
        path = f"/v1/projects/{self.project}/prompts/" \
            + self.prompts[name]["slug"]
        return path + (f"/versions/{version}" if version else "") + "/render"

    def add_payload(self, name, variables):
        answer = self.editor.post(
            f"/v1/prompts/{self.prompts[name]['id']}/payloads",
            {"variables": variables})
        return self.made(answer, 201)["payload"]["id"]

    def known(self):
        return {
            "project": self.project,
            "payload": self.add_payload("hello", {"name": "Ada", "x": 1}),
            "other_payload": self.add_payload("list", {"items": [1]}),
            **{name: prompt["slug"]
               for name, prompt in self.prompts.items()},
        }


@pytest.fixture(scope="session")
def shelf(site):
    return Shelf(site, TEMPLATES)


@pytest.mark.parametrize("scenario", scenarios("px0_render"))
def test_golden(site, shelf, scenario):
    stage = Stage(site)
    stage.known.update(shelf.known())
    for number, step in enumerate(scenario["steps"], 1):
        stage.play(step, f"step {number}, {step['ask']}")


def test_each_version_is_rendered_by_number(shelf):
    prompt = shelf.create("first {{.x}}")
    shelf.prompts["moving"] = prompt
    answer = shelf.editor.request("PATCH", f"/prompts/{prompt['id']}",
                                  json={"content": "second {{.x}}"})
    assert answer.status == 200, answer
    for version, rendered, number in [
            (None, "second 1", 2), ("1", "first 1", 1), ("+2", "second 1", 2),
            ("01", "first 1", 1)]:
        answer = shelf.editor.post(shelf.path("moving", version),
                                   {"variables": {"x": 1}})
        assert answer.status == 200, answer
        assert answer.json()["rendered"] == rendered
        assert answer.json()["version"] == number


def test_a_render_changes_nothing(site, shelf):
    count = "SELECT count(*) FROM audit_log"
    before = site.installation.query(count)
    for name in ("hello", "deep"):
        shelf.editor.post(shelf.path(name), {"variables": {"name": "Ada"}})
    assert site.installation.query(count) == before


def test_bounds_are_told_as_422(shelf):
    tens = {"a": list(range(10)), "s": "x" * 10_000}
    for name, what in (("endless", "template takes too many steps"),
                       ("long", "output is too long")):
        answer = shelf.editor.post(shelf.path(name), {"variables": tens})
        assert answer.status == 422, answer
        assert answer.json()["error"].startswith("template execution failed")
        assert answer.json()["error"].endswith(what)


def set_unseen(site, shelf, name):
    """A tag and a schema, without the operations that set them."""
    prompt = shelf.prompts[name]["id"]
    for trigger in ("version_tag_after_insert_record",
                    "prompt_after_update_record"):
        site.installation.query(f"DROP TRIGGER {trigger}")
    for tag in ("prod", "beta-1"):
        site.installation.query(
            "INSERT INTO version_tag VALUES (?, ?, 1, 1)", [prompt, tag])
    site.installation.query(
        "UPDATE prompt SET payload_schema = ?, model_params = NULL"
        " WHERE id = ?",
        ['{"type":"object","required":["name"],"additionalProperties":false,'
         '"properties":{"name":{"type":"string","minLength":2,"maxLength":5},'
         '"n":{"type":"integer","minimum":1,"maximum":9},'
         '"l":{"type":"array","items":{"enum":["a",1,null]}}}}', prompt])


def test_tags_and_the_schema_are_honoured(own_site):
    shelf = Shelf(own_site, {"hello": TEMPLATES["hello"]})
    set_unseen(own_site, shelf, "hello")

    def ask(variables, version=None):
        return shelf.editor.post(shelf.path("hello", version),
                                 {"variables": variables})

    answer = ask({"name": "Ada", "n": 9, "l": ["a", 1, None]}, "beta-1")
    assert answer.status == 200, answer
    assert answer.json()["tags"] == ["beta-1", "prod"]
    assert ask({"name": "Ada"}, "Prod").status == 404
    for variables, what in [
            ({}, "variables.name: is required"),
            ({"name": 1}, "variables.name: must be of type string"),
            ({"name": "x"}, "variables.name: is too short"),
            ({"name": "éééééé"}, "variables.name: is too long"),
            ({"name": "Ada", "n": 1.5}, "variables.n: must be of type integer"),
            ({"name": "Ada", "n": 0}, "variables.n: is too small"),
            ({"name": "Ada", "n": 10}, "variables.n: is too large"),
            ({"name": "Ada", "l": ["a", "b"]},
             "variables.l[1]: must be one of the listed values"),
            ({"name": "Ada", "z": 1}, "variables.z: is not allowed")]:
        answer = ask(variables)
        assert answer.status == 422, answer
        assert answer.json() == {
            "error": f"variables do not match the prompt schema: {what}"}
