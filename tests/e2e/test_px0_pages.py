"""px0's lists in pages: they make the complete list, whatever was asked for
beside them."""

import pytest

from test_px0 import Desk, fresh
from test_px0_keys import PASSWORD, Tenant
from test_promptcrafter import NEXT, path_of

ROWS = 5
NOWHERE = "0" * 16 + "01890000-0000-7000-8000-000000000000"


class Shelf(Desk):
    """A desk with a few of everything that is listed."""

    def __init__(self, site):
        super().__init__(site)
        one = f"/v1/prompts/{self.prompt['id']}"
        project = self.project["id"]
        for number in range(ROWS):
            self.create(self.payloads, "payload", variables={"n": number})
            self.create(self.prompts, "prompt", name=fresh())
            self.create("/v1/projects", "project", team_id=self.team,
                        name=fresh())
            self.create(f"{one}/versions", "version", template=f"{number}")
        for number in (1, 2, 4):
            self.made(self.editor.post(f"{one}/versions/{number}/tags",
                                       {"tag": f"tag-{number}"}), 200)
        self.lists = {
            "payloads": self.payloads,
            "prompts": self.prompts,
            "prompts by query": f"/v1/prompts?project={project}",
            "prompts by id": f"/v1/prompts?project_id={project}&archived=0",
            "active prompts": f"{self.prompts}?status=active",
            "projects": f"/v1/teams/{self.team}/projects",
            "versions": f"{one}/versions",
            "drafts": f"{one}/versions?status=draft",
            "tagged versions": f"{one}/versions?tags="
            "tag-1,%20tag%2D2%20,a%26b%3D%C3%A9+%22%3E%2Ctag-4",
        }


@pytest.fixture(scope="module")
def shelf(site):
    return Shelf(site)


def listed(answer):
    assert answer.status == 200, answer
    [rows] = answer.json().values()
    return rows


def follow(person, path, size):
    """The pages of a list, by its Link headers."""
    path += ("&" if "?" in path else "?") + f"page_size={size}"
    while path is not None:
        answer = person.get(path)
        yield listed(answer)
        link = answer.headers.get("Link")
        path = link and path_of(NEXT.fullmatch(link)[1])


def check_pages(person, path, at_least):
    answer = person.get(path)
    whole = listed(answer)
    assert len(whole) >= at_least
    assert answer.headers.get("Link") is None
    for size in (1, 2, len(whole), 200):
        pages = list(follow(person, path, size))
        assert all(len(page) == size for page in pages[:-1])
        assert pages[-1] != []
        assert [row for page in pages for row in page] == whole
    return whole


@pytest.mark.parametrize("name, at_least", [
    ("payloads", ROWS + 1), ("prompts", ROWS + 2),
    ("prompts by query", ROWS + 2), ("prompts by id", ROWS + 2),
    ("active prompts", ROWS + 2), ("projects", ROWS + 1),
    ("versions", ROWS), ("drafts", ROWS), ("tagged versions", 3),
])
def test_pages_make_the_whole_list(shelf, name, at_least):
    check_pages(shelf.editor, shelf.lists[name], at_least)


def test_filters_go_on(shelf):
    rows = check_pages(shelf.editor, shelf.lists["tagged versions"], 3)
    assert [row["version"] for row in rows] == [4, 2, 1]
    answer = shelf.editor.get(shelf.lists["tagged versions"] + "&page_size=1")
    target = NEXT.fullmatch(answer.headers["Link"])[1]
    assert target.isascii() and not set(target) & set(' "<>')
    assert f"/v1/prompts/{shelf.prompt['id']}/versions?tags=" in target


def test_keys_and_sessions_come_in_pages(site):
    tenant = Tenant(site)
    for _ in range(ROWS):
        tenant.key()
        answer = site.client.post("/v1/auth/login", {
            "email": tenant.email, "password": PASSWORD})
        assert answer.status == 200, answer
    keys = f"/v1/api-keys?org_id={tenant.organisation}"
    check_pages(tenant.client, keys, ROWS)
    check_pages(tenant.client, "/v1/auth/sessions", ROWS + 1)
    for path in (keys + "&page_size=0", "/v1/auth/sessions?page_token=x"):
        answer = tenant.client.get(path)
        assert answer.status == 400, answer
        assert answer.json() == {"error": "invalid query parameters"}


def test_odd_forms_of_the_path_lead_to_the_plain_one(shelf):
    braced = "/v1/prompts/%7B" + shelf.prompt["id"].upper() + "%7D/payloads/"
    whole = listed(shelf.editor.get(shelf.payloads))
    assert [row for page in follow(shelf.editor, braced, 4)
            for row in page] == whole


def test_a_page_begins_where_the_last_one_ended_whatever_is_written(site):
    desk = Shelf(site)
    whole = listed(desk.editor.get(desk.payloads))
    first = desk.editor.get(f"{desk.payloads}?page_size=2")
    desk.create(desk.payloads, "payload", variables={})
    assert desk.editor.delete(
        f"{desk.payloads}/{whole[1]['id']}").status == 204
    target = path_of(NEXT.fullmatch(first.headers["Link"])[1])
    assert listed(desk.editor.get(target)) == whole[2:4]


@pytest.mark.parametrize("bad", [
    "page_size=0", "page_size=201", "page_size=-1", "page_size=x",
    "page_size=", "page_size=1.5", "page_size=1&page_size=1", "page_token=",
    "page_token=x", "page_token=" + NOWHERE[:-1],
    "page_token=" + NOWHERE + "0", "page_token=f" + NOWHERE[1:],
    "page_token=%C3%A9" + NOWHERE, f"page_token={NOWHERE}&page_token={NOWHERE}",
])
def test_bad_pages_are_refused(shelf, bad):
    for path in shelf.lists.values():
        answer = shelf.editor.get(path + ("&" if "?" in path else "?") + bad)
        assert answer.status == 400, answer
        assert answer.json() == {"error": "invalid query parameters"}


def test_behind_the_last_row_there_is_nothing(shelf):
    for path in shelf.lists.values():
        more = "&" if "?" in path else "?"
        answer = shelf.editor.get(f"{path}{more}page_token={NOWHERE}")
        assert listed(answer) == []
        assert answer.headers.get("Link") is None
