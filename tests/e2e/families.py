"""One writer for each family, who writes ever higher numbers into a thing of
his own, and can tell from the database what became of each write."""

import hashlib
import uuid

from test_upload import ask_for_link, wav


def audio(number):
    """A recording that no other number has."""
    return wav(1000)[:-8] + number.to_bytes(8, "big")


class Writer:
    """Writes number after number.

    `acknowledged` was answered, `attempted` was sent; after a crash the
    stored number is one of the two.
    """

    role = "editor"

    def __init__(self, site):
        self.site = site
        self.person = site.as_role(self.role)
        self.acknowledged = self.attempted = 0
        self.prompt = self.create()

    def made(self, path, json):
        answer = self.person.post(path, json)
        assert answer.status == 201, answer
        return answer.json()

    def put(self, path, json):
        return self.person.put(path, json).status

    def write(self, _client=None):
        """Write the number attempted; the status, 200 for any success."""
        raise NotImplementedError

    def stored(self, seen):
        """The number in the database, and the count of its audit rows."""
        prompt = seen.prompts[self.prompt]
        assert prompt.version == seen.versions[self.prompt][-1], self
        return int(prompt.name.split()[-1]), seen.audited[self.prompt]

    def check(self, seen):
        """Every acknowledged write is there, the one under way is there
        whole or not at all."""
        number, audited = self.stored(seen)
        assert number in (self.acknowledged, self.attempted), self
        assert audited == number, self
        self.acknowledged = self.attempted = number

    def __repr__(self):
        return f"{type(self).__name__} {self.__dict__}"


class Promptcrafter(Writer):
    def create(self):
        return self.made("/prompts", {
            "title": "count 0", "content": "Counts.", "model": "gpt-4"})["_id"]

    def write(self, _client=None):
        return self.person.patch(f"/prompts/{self.prompt}", {
            "title": f"count {self.attempted}"}).status

    def check(self, seen):
        super().check(seen)
        assert seen.versions[self.prompt] == list(
            range(1, self.acknowledged + 2)), self


class Px0(Writer):
    def create(self):
        prompt = Promptcrafter(self.site).prompt
        payload = self.made(f"/v1/prompts/{prompt}/payloads",
                            {"variables": {"count": 0}})["payload"]
        self.path = f"/v1/prompts/{prompt}/payloads/{payload['id']}"
        return prompt

    def write(self, _client=None):
        return self.put(self.path, {"variables": {"count": self.attempted}})

    def stored(self, seen):
        payload = seen.payloads[self.prompt]
        assert payload["revision"] == 1 + payload["count"], self
        return payload["count"], seen.audited[self.prompt]


class Voice(Writer):
    def create(self):
        self.name = str(uuid.uuid4())
        self.uploaded = {}  # acknowledged: request to digest
        return self.made("/voice/prompts",
                         self.words(self.upload(0), 0))["id"]

    def words(self, request_id, number):
        return {"request_id": request_id, "name": f"{self.name} {number}",
                "file_name": "count.wav", "description": ""}

    def upload(self, number):
        request_id, link = ask_for_link(self.person)
        answer = self.person.put(link, body=audio(number))
        assert answer.status == 200, answer
        self.uploaded[request_id] = hashlib.sha256(audio(number)).hexdigest()
        return request_id

    def write(self, _client=None):
        answer = self.person.post("/voice/prompts-requests", {})
        if answer.status != 201:
            return answer.status
        asked = answer.json()
        link = asked["_links"]["upload_link"]["href"]
        link = link[link.index("/voice/"):]
        status = self.person.put(link, body=audio(self.attempted)).status
        if status != 200:
            return status
        self.uploaded[asked["id"]] = hashlib.sha256(
            audio(self.attempted)).hexdigest()
        status = self.put(f"/voice/prompts/{self.prompt}",
                          self.words(asked["id"], self.attempted))
        return 200 if status == 201 else status

    def check(self, seen):
        super().check(seen)
        digest = hashlib.sha256(audio(self.acknowledged)).hexdigest()
        assert seen.digests[seen.prompts[self.prompt].asset] == digest, self
        for request_id, digest in self.uploaded.items():
            assert seen.digests[seen.requests[request_id]] == digest, self


class Admin(Writer):
    """Updates, and deletes the snapshot that the update made."""

    role = "admin"

    def create(self):
        self.updated = 0
        self.deleted = set()  # acknowledged
        self.deleting = set()
        return self.made("/api/admin/prompts/create", {
            "name": "count 0", "section": "parser",
            "route": f"/{uuid.uuid4()}", "systemPrompt": "Count.",
            "userPromptTemplate": "Counts."})["data"]["id"]

    def write(self, _client=None):
        number = self.attempted
        path = f"/api/admin/prompts/{self.prompt}"
        if self.updated < number:
            status = self.put(f"{path}/update", {"name": f"count {number}"})
            if status != 200:
                return status
        self.updated = number
        self.deleting.add(number)  # as a version: the update made the next
        status = self.person.delete(f"{path}?version={number}").status
        if status != 204:
            return status
        self.deleted.add(number)
        return 200

    def check(self, seen):
        super().check(seen)
        versions = set(seen.versions[self.prompt])
        assert not versions & self.deleted, self
        assert (set(range(1, self.acknowledged + 2)) - self.deleting
                <= versions <= set(range(1, self.acknowledged + 2))), self
        assert seen.dropped[self.prompt] == (
            self.acknowledged + 1 - len(versions)), self


FAMILIES = (Promptcrafter, Px0, Voice, Admin)


class Row:
    def __init__(self, **columns):
        self.__dict__ = columns


class Seen:
    """What is in the database, and in the asset store, now."""

    def __init__(self, installation):
        ask = installation.query
        self.prompts = {row[0]: Row(name=row[1], version=row[2], asset=row[3])
                        for row in ask("SELECT id, name, version, asset_id"
                                       " FROM prompt")}
        self.versions = {}
        for prompt, version in ask("SELECT prompt_id, version FROM"
                                   " prompt_version ORDER BY 1, 2"):
            self.versions.setdefault(prompt, []).append(version)
        self.payloads = {row[0]: {"count": row[1], "revision": row[2]}
                         for row in ask(
            "SELECT prompt_id, json_extract(variables, '$.count'), revision"
            " FROM payload")}
        self.audited = Count(ask(
            "SELECT prompt_id, COUNT(*) FROM audit_log"
            " WHERE action = 'UPDATE' AND entity IN ('prompt', 'payload')"
            " GROUP BY 1"))
        self.dropped = Count(ask(
            "SELECT prompt_id, COUNT(*) FROM audit_log WHERE action = 'DELETE'"
            " AND entity = 'prompt_version' GROUP BY 1"))
        self.requests = dict(ask("SELECT id, asset_id FROM upload_request"))
        self.digests = dict(ask("SELECT id, lower(hex(sha256)) FROM asset"))
        for digest in self.digests.values():
            file = (installation.data / "assets" / digest[:2] / digest[2:4]
                    / digest)
            assert hashlib.sha256(file.read_bytes()).hexdigest() == digest


class Count(dict):
    def __missing__(self, key):
        return 0
