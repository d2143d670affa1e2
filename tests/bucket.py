"""A small S3-compatible service on this machine: objects in memory, and every signature checked by code of its own."""

import hashlib
import hmac
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

KEY, SECRET, REGION = "county", "a/secret+with=signs", "cn-county-1"
PAGE = 2  # names in one answer, so that a list always has several


class Service(http.server.ThreadingHTTPServer):
    """`objects` by path; `fails` makes it answer 500 from now on; `asked` is the methods it was asked by; `before_delete` is what
    happens while somebody waits for an object to go."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.fails = False
        self.before_delete: Callable[[], None] = lambda: None

    @property
    def place(self) -> str:
        """The address of a bucket of it, as the setting wants it."""
        return f"s3+http://{KEY}:a%2Fsecret%2Bwith%3Dsigns@127.0.0.1:{self.server_port}/evidence?region={REGION}"


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Service

    def log_message(self, *_args: object) -> None:
        pass

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_allowed(content):
            self.server.objects[unquote(self.path)] = content
            self._give(200)

    def do_DELETE(self) -> None:
        if self._is_allowed():
            self.server.before_delete()
            self.server.objects.pop(unquote(self.path), None)
            self._give(204)

    def do_HEAD(self) -> None:
        if self._is_allowed():
            self._give(200 if unquote(self.path) in self.server.objects else 404)

    def do_GET(self) -> None:
        if not self._is_allowed():
            return
        if "list-type" in self.path:
            self._give(200, self._names())
        elif (content := self.server.objects.get(unquote(self.path))) is not None:
            self._give(200, content)
        else:
            self._give(404)

    def _names(self) -> bytes:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        root = urlsplit(self.path).path
        every = sorted(path.removeprefix(root) for path in self.server.objects)
        wanted = [name for name in every if name.startswith(asked["prefix"]) and name > asked.get("continuation-token", "")]
        more = len(wanted) > PAGE
        token = f"<NextContinuationToken>{wanted[PAGE - 1]}</NextContinuationToken>" if more else ""
        keys = "".join(f"<Contents><Key>{name}</Key></Contents>" for name in wanted[:PAGE])
        truncated = str(more).lower()
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        return f'<ListBucketResult xmlns="{space}"><IsTruncated>{truncated}</IsTruncated>{token}{keys}</ListBucketResult>'.encode()

    def _is_allowed(self, content: bytes = b"") -> bool:
        self.server.asked.append(self.command)
        status = 500 if self.server.fails else 200 if self._is_signed(content) else 403
        if status != 200:
            self._give(status)
        return status == 200

    def _is_signed(self, content: bytes) -> bool:
        """By the specification of AWS Signature Version 4, from what came over the wire."""
        pattern = r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w{64})"
        found = re.fullmatch(pattern, self.headers.get("Authorization", ""))
        if not found or found[1] != KEY or found[3] != REGION:
            return False
        stamp, digest = self.headers["x-amz-date"], self.headers["x-amz-content-sha256"]
        age = datetime.now(UTC) - datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(age.total_seconds()) > 900 or hashlib.sha256(content).hexdigest() != digest:
            return False
        path, _, query = self.path.partition("?")
        headers = "".join(f"{name}:{self.headers[name].strip()}\n" for name in found[4].split(";"))
        request = f"{self.command}\n{path}\n{'&'.join(sorted(query.split('&')))}\n{headers}\n{found[4]}\n{digest}"
        key = b"AWS4" + SECRET.encode()
        for part in (found[2], REGION, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{found[2]}/{REGION}/s3/aws4_request\n{hashlib.sha256(request.encode()).hexdigest()}"
        return hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), found[5])

    def _give(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def serving() -> Iterator[Service]:
    """The service, running until the block is left."""
    service = Service()
    thread = threading.Thread(target=service.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()
