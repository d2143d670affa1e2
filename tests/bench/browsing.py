"""A small browser on one kept-alive connection: cookies, the CSRF token of the last page, and how long each answer took."""

import http.client
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

Fields = Mapping[str, str | list[str]]
BOUNDARY = "bihuan-bench-boundary"


@dataclass(frozen=True)
class Answer:
    """A response and the milliseconds from the first byte sent to the last one read."""

    status: int
    location: str
    text: str
    ms: float


class Browser:
    """Somebody at a browser; `sign_in` makes it a certain person."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> Answer:
        """Open a page; it must be there."""
        answer = self._ask("GET", path)
        assert answer.status == 200, (path, answer.status, answer.text[:2000])
        if found := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text):
            self.token = found[1]
        return answer

    def post(self, path: str, fields: Fields, *, parts: bool = False) -> Answer:
        """Submit a form with the token of the last page; it must be taken, that is, redirect. `parts`: as multipart/form-data,
        as the product's forms that may bring files."""
        kind, body = written({"csrf_token": self.token, **fields}, parts=parts)
        answer = self._ask("POST", path, body, kind)
        assert answer.status == 302, (path, answer.status, re.findall(r'class="fault"[^>]*>([^<]+)', answer.text))
        return answer

    def sign_in(self, login: str, password: str) -> "Browser":
        """Sign in, and keep a page's token: it stays good as long as the session."""
        self.get("/sign-in")
        self.post("/sign-in", {"login": login, "password": password})
        self.get("/")
        return self

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept": "text/html"}
        if kind:
            headers["Content-Type"] = kind
        began = time.perf_counter()
        self.connection.request(method, path, body or None, headers)
        response = self.connection.getresponse()
        text = response.read()
        ms = (time.perf_counter() - began) * 1000
        for line in response.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, response.headers.get("Location", ""), text.decode(), ms)


def written(fields: Fields, *, parts: bool = False) -> tuple[str, bytes]:
    """A form as a browser sends it, in `parts` if it may bring files: the kind of the body, and the body."""
    if not parts:
        return "application/x-www-form-urlencoded", urlencode(fields, doseq=True).encode()
    pairs = [(name, each) for name, value in fields.items() for each in ([value] if isinstance(value, str) else value)]
    body = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs]
    return f"multipart/form-data; boundary={BOUNDARY}", ("".join(body) + f"--{BOUNDARY}--\r\n").encode()
