"""Holds answers, and the requests that were accepted, against the OpenAPI
document that the server itself gives.

Every request of every Client of a Site comes by here.  An answer of the
program (the web server may answer by itself, too) to a documented operation
must have a documented status, media type, headers and body; objects must have
no members that the document does not know.  What was accepted must have been
as the document says, in query and body.
"""

import copy
import json
import re
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
HEADERS = ("ETag", "Location", "Link", "Content-Disposition")
OPTIONAL_HEADERS = ("Link",)
METHODS = ("get", "post", "put", "patch", "delete")

formats = FormatChecker(formats=("uuid",))
formats.checks("date-time")(
    lambda value: not isinstance(value, str) or TIME.fullmatch(value))


class Document:
    def __init__(self, text):
        self.plain = json.loads(text)
        self.strict = copy.deepcopy(self.plain)
        for schema in self.strict["components"]["schemas"].values():
            forbid_others(schema)
        self.paths = [(to_pattern(path), path) for path
                      in sorted(self.plain["paths"], key=literals_first)]
        self.validators = {}

    def find(self, method, target):
        """The operation's place in the document, or None."""
        path = urlsplit(target).path
        method = "get" if method == "HEAD" else method.lower()
        for pattern, name in self.paths:
            if pattern.fullmatch(path) and method in self.plain["paths"][name]:
                return name, method
        return None

    def operation(self, place):
        path, method = place
        return self.plain["paths"][path][method]

    def resolve(self, node):
        """What a node is, or refers to."""
        while "$ref" in node:
            found = self.plain
            for part in node["$ref"].split("/")[1:]:
                found = found[part]
            node = found
        return node

    def faults(self, schema, value, strict):
        """What is wrong with a value, as text; '' when nothing is.  Requests
        are not held strictly: ids may be written in several ways, and most
        families skip what they do not know."""
        key = id(schema), strict
        if key not in self.validators:
            root = self.strict if strict else self.plain
            self.validators[key] = Draft202012Validator(
                schema, resolver=RefResolver("", root),
                format_checker=formats if strict else None)
        return "; ".join(
            f"{'/'.join(map(str, error.absolute_path)) or '.'}: "
            f"{error.message[:500]}"
            for error in self.validators[key].iter_errors(value))

    def check(self, method, target, headers, body, answer):
        """Hold one exchange against its operation."""
        place = self.find(method, target)
        if place is None or "X-Request-Id" not in answer.headers:
            return
        if answer.status == 404 and is_bent(target, place[0]):
            return
        where = f"{method} {target}: {answer.status} {answer.body!r:.1000}\n"
        operation = self.operation(place)
        responses = operation["responses"]
        assert str(answer.status) in responses, \
            where + "has no such status in the OpenAPI document"
        response = self.resolve(responses[str(answer.status)])
        if method != "HEAD":
            self.check_body(response, answer, where)
        if answer.status < 300:
            check_headers(response, answer, where)
            self.check_query(operation, target, where)
            self.check_request(operation, headers, body, where)

    def check_body(self, response, answer, where):
        content = response.get("content")
        media = answer.headers.get("Content-Type")
        if content is None:
            assert answer.body == b"", where
            assert media is None or answer.status == 304, where
            return
        media = media.split("; boundary=")[0]
        assert media in content, f"{where}undocumented {media}"
        if "json" in media:
            faults = self.faults(content[media]["schema"],
                                 json.loads(answer.body), True)
            assert not faults, where + faults

    def check_query(self, operation, target, where):
        sent = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
        for parameter in map(self.resolve, operation.get("parameters", [])):
            if parameter["in"] != "query":
                continue
            name, schema = parameter["name"], parameter["schema"]
            assert name in sent or not parameter["required"], where + name
            if name in sent:
                value = from_query(sent[name], schema)
                faults = self.faults(schema, value, False)
                assert not faults, f"{where}{name}: {faults}"

    def check_request(self, operation, headers, body, where):
        documented = operation.get("requestBody")
        if documented is None:
            return
        if not body:
            assert not documented["required"], where + "no body"
            return
        media = headers.get("Content-Type", "")
        schema = documented["content"].get(media, {}).get("schema")
        if schema is None or not isinstance(body, bytes):
            return
        value = json.loads(body) if "json" in media else \
            dict(parse_qsl(body.decode(), keep_blank_values=True))
        # px0 reads null as {}, which nobody needs to be told.
        faults = "" if value is None else self.faults(schema, value, False)
        assert not faults, f"{where}accepted {body!r:.500}\n{faults}"


def check_headers(response, answer, where):
    documented = response.get("headers", {})
    for name in HEADERS:
        if name not in documented:
            assert name not in answer.headers, f"{where}undocumented {name}"
        elif name not in OPTIONAL_HEADERS:
            assert name in answer.headers, f"{where}no {name}"


def is_bent(target, path):
    """Is this only nearly the documented path?"""
    sent, literals = urlsplit(target).path, re.split(r"\{\w+\}", path)
    return sent.endswith("/") or "%2f" in sent.lower() or \
        any(part not in sent for part in literals)


def forbid_others(schema):
    """Let objects have no members but their properties, all the way down."""
    if isinstance(schema, list):
        for item in schema:
            forbid_others(item)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    for item in schema.values():
        forbid_others(item)


def from_query(text, schema):
    """A query's text as the value that its schema speaks of."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return [text] if kind == "array" else text


def to_pattern(path):
    """A regular expression for a documented path.  Some families let it end
    with a slash, or have capitals."""
    parts = re.split(r"\{\w+\}", path)
    return re.compile("[^/]+".join(map(re.escape, parts)) + "/?",
                      re.IGNORECASE)


def literals_first(path):
    """Of two paths that fit, the one with fewer parameters is meant."""
    return path.count("{"), -path.count("/")
