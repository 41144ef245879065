"""A small HTTP client for the tests, and a rude one for hostile requests.

`Client.request` speaks proper HTTP through http.client, one connection for
each request.  `Client.raw` puts bytes on a socket as they are.
"""

import gzip
import http.client
import json as json_module
import socket
from dataclasses import dataclass

TIMEOUT_S = 20


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers, and the body as bytes."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def media_type(self):
        return self.headers.get("Content-Type", "").split(";")[0].strip()

    def json(self):
        """The body, which must be declared as JSON and be JSON."""
        assert self.media_type == "application/json", self
        return json_module.loads(self.body)


class Client:
    """Sends requests to one port of 127.0.0.1, with a token or without.

    With an openapi.Document each exchange is held against it.
    """

    def __init__(self, port, token=None, timeout=TIMEOUT_S, document=None):
        self.port = port
        self.token = token
        self.timeout = timeout
        self.document = document

    def with_token(self, token):
        return Client(self.port, token, self.timeout, self.document)

    def request(self, method, path, *, json=None, body=None, chunks=None,
                headers=None, token=None):
        """Send one request and read the whole answer.

        `json` is sent as such; `body` as raw bytes; `chunks`, a list of
        bytes, with Transfer-Encoding: chunked.
        """
        sent = self._headers(json is not None, token, headers)
        if json is not None:
            body = json_module.dumps(json, ensure_ascii=False).encode()
        if chunks is not None:
            sent["Transfer-Encoding"] = "chunked"
            body = iter(chunks)
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=self.timeout)
        try:
            try:
                connection.request(method, path, body=body, headers=sent,
                                   encode_chunked=chunks is not None)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent: read why
            answer = read_answer(connection.getresponse())
        finally:
            connection.close()
        if self.document is not None:
            self.document.check(method, path, sent, body, answer)
        return answer

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, json=None, **more):
        return self.request("POST", path, json=json, **more)

    def put(self, path, json=None, **more):
        return self.request("PUT", path, json=json, **more)

    def patch(self, path, json=None, **more):
        return self.request("PATCH", path, json=json, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def raw(self, request, half_close=False):
        """Send bytes as they are; the first answer, None when there is none.

        With `half_close` the peer learns that nothing more will come.
        """
        with socket.create_connection(("127.0.0.1", self.port),
                                      timeout=self.timeout) as peer:
            try:
                peer.sendall(request)
                if half_close:
                    peer.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_raw_answer(peer, request.split(b" ", 1)[0])

    def raw_path(self, method, path, headers=()):
        """Send a request line that http.client would refuse."""
        lines = [b"%s %s HTTP/1.1" % (method.encode(), path),
                 b"Host: localhost", b"Connection: close", *headers]
        if self.token is not None:
            lines.append(b"Authorization: Bearer " + self.token.encode())
        return self.raw(b"\r\n".join(lines) + b"\r\n\r\n")

    def _headers(self, is_json, token, headers):
        sent = {"Connection": "close"}
        if is_json:
            sent["Content-Type"] = "application/json"
        token = token if token is not None else self.token
        if token is not None:
            sent["Authorization"] = "Bearer " + token
        sent.update(headers or {})
        return sent


def read_answer(response):
    body = response.read()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return Answer(response.status, response.headers, body)


def read_raw_answer(peer, method):
    response = http.client.HTTPResponse(peer, method=method.decode("latin-1"))
    try:
        response.begin()
        return read_answer(response)
    except (http.client.BadStatusLine, ConnectionResetError):
        return None
    finally:
        response.close()
