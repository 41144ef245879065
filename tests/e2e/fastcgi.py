"""Speaks FastCGI to a responder's unix socket, as no web server would.

A web server keeps CONTENT_LENGTH and body in agreement; this one lies when
told to, and can stop in the middle of a request.
"""

import email
import socket
import struct

from client import Answer

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
RESPONDER = 1
TIMEOUT_S = 10


class Exchange:
    """One request on one connection, sent piece by piece."""

    def __init__(self, path):
        self.peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.peer.settimeout(TIMEOUT_S)
        self.peer.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.peer.close()

    def send(self, content):
        """Any bytes; False when the responder has hung up."""
        try:
            self.peer.sendall(content)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def begin(self, params):
        begin = struct.pack(">HB5x", RESPONDER, 0)
        self.peer.sendall(record(BEGIN, begin)
                          + stream(PARAMS, encode_params(params)))

    def send_body(self, body):
        for piece in pieces(body):
            self.peer.sendall(record(STDIN, piece))

    def end_body(self):
        self.peer.sendall(record(STDIN, b""))

    def answer(self):
        """The program's answer, once it said that the request has ended."""
        output = b""
        while True:
            kind, content = read_record(self.peer)
            if kind == STDOUT:
                output += content
            if kind == END:
                return parse_cgi_answer(output)


def call(path, params, body=b""):
    """Send a whole request and return its answer."""
    with Exchange(path) as exchange:
        exchange.begin(params)
        exchange.send_body(body)
        exchange.end_body()
        return exchange.answer()


def request_params(method, path, token=None, **more):
    """The parameters that a web server would send for this request."""
    params = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "REQUEST_URI": path,
        "QUERY_STRING": "",
        "REMOTE_ADDR": "127.0.0.1",
    }
    if token is not None:
        params["HTTP_AUTHORIZATION"] = "Bearer " + token
    params.update(more)
    return params


def parse_cgi_answer(output):
    """A CGI answer: header lines with Status among them, then the body."""
    head, _, body = output.partition(b"\r\n\r\n")
    headers = email.message_from_bytes(head)
    status = int(headers.get("Status", "200").split()[0])
    return Answer(status, headers, body)


def record(kind, content):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def stream(kind, content):
    return b"".join(record(kind, piece) for piece in pieces(content)) \
        + record(kind, b"")


def pieces(content, size=32768):
    return [content[at:at + size] for at in range(0, len(content), size)]


def encode_params(params):
    encoded = b""
    for name, value in params.items():
        name, value = name.encode(), value.encode("utf-8", "surrogateescape")
        encoded += struct.pack(">II", len(name) | 1 << 31,
                               len(value) | 1 << 31) + name + value
    return encoded


def read_record(peer):
    _, kind, _, length, padding = struct.unpack(">BBHHBx", read(peer, 8))
    return kind, read(peer, length + padding)[:length]


def read(peer, length):
    content = b""
    while len(content) < length:
        piece = peer.recv(length - len(content))
        if not piece:
            raise ConnectionError("the responder hung up")
        content += piece
    return content
