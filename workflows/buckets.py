"""A store in a bucket of any S3-compatible service (MinIO, Ceph, the clouds'), spoken to by signed requests.

1. Of that protocol a store needs five requests: PUT, HEAD, GET, DELETE of an object, and the list of names. Signing them (AWS
   Signature Version 4) takes the forty lines below; the smallest client brings five packages, one of them a cryptography library.
2. An object's name is made of its content's digest, so writing it twice is writing it once, and a request may be repeated.
3. When not to use it: for anything that changes, or that must go with a transaction.
"""

import hashlib
import hmac
import http.client
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import parse_qs, quote, unquote, urlsplit

from lxml import etree

from workflows import clock
from workflows.errors import NotFound, Unavailable

SCHEMES = {"s3+https": http.client.HTTPSConnection, "s3+http": http.client.HTTPConnection}
SECONDS = 30  # a service that is silent for so long is away
IN_MEMORY = 1024 * 1024  # what is larger goes through a temporary file on its way
EMPTY = hashlib.sha256(b"").hexdigest()
AWAY = "暂时连接不上存放照片和附件的地方，刚才的操作没有保存。请稍后再试。"
BROKEN_OFF = (OSError, http.client.HTTPException)
log = logging.getLogger(__name__)
XML = etree.XMLParser(resolve_entities=False, no_network=True)


@dataclass(frozen=True)
class Key:
    """Who signs, and for which region of the service."""

    id: str
    secret: str
    region: str


@dataclass(frozen=True)
class Bucket:
    """A store in a bucket. `path` is the bucket's own part of every address, empty where the host names it."""

    is_secure: bool
    host: str
    path: str
    key: Key

    def put(self, name: str, content: bytes) -> None:
        """Write the object; the service answers when it is safe."""
        if not self.has(name):
            self._ask("PUT", name, content=content).close()

    def has(self, name: str) -> bool:
        """Whether the object is there."""
        try:
            self._ask("HEAD", name).close()
        except NotFound:
            return False
        return True

    def open(self, name: str) -> BinaryIO:
        """The object, fetched whole: who reads it may be slow, and may go back."""
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by whoever reads it
        with self._ask("GET", name) as answer:
            try:
                while piece := answer.read(IN_MEMORY):
                    file.write(piece)
            except BROKEN_OFF:
                file.close()
                raise Unavailable(AWAY) from None
        file.seek(0)
        return file  # type: ignore[return-value]

    def remove(self, name: str) -> None:
        """Delete the object; the service says the same whether it was there or not."""
        with suppress(NotFound):
            self._ask("DELETE", name).close()

    def names(self, folder: str) -> Iterator[str]:
        """Every object's name under a folder, in order, asked for by the thousand."""
        query = {"list-type": "2", "prefix": f"{folder}/"}
        while True:
            with self._ask("GET", "", query=query) as answer:
                listed = etree.fromstring(answer.read(), XML)
            yield from (key.text or "" for key in listed.iterfind("{*}Contents/{*}Key"))
            if listed.findtext("{*}IsTruncated") != "true":
                return
            query["continuation-token"] = listed.findtext("{*}NextContinuationToken") or ""

    def tidy(self, before: datetime) -> None:
        """Nothing to do: an object is there whole or not at all."""

    def _ask(
        self, method: str, name: str, *, content: bytes = b"", query: Mapping[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """One signed request; NotFound for a missing object, Unavailable for everything else that is not a success."""
        path, asked = quote(f"{self.path}/{name}"), _query(query or {})
        headers = {"host": self.host, "x-amz-content-sha256": hashlib.sha256(content).hexdigest() if content else EMPTY}
        signed = sign(self.key, method, path, asked, headers, at=clock.real())
        connection = SCHEMES["s3+https" if self.is_secure else "s3+http"](self.host, timeout=SECONDS)
        try:
            connection.request(method, f"{path}?{asked}" if asked else path, content or None, {**signed, "connection": "close"})
            answer: http.client.HTTPResponse = connection.getresponse()
        except BROKEN_OFF:
            connection.close()
            raise Unavailable(AWAY) from None
        if answer.status in (http.HTTPStatus.OK, http.HTTPStatus.NO_CONTENT):
            return answer
        answer.close()
        if answer.status == http.HTTPStatus.NOT_FOUND and name:
            raise NotFound("没有找到这个文件。")
        log.error("the store answered %s to %s", answer.status, method)
        raise Unavailable(AWAY)


# ---- rules -------------------------------------------------------------------------------------------------------------


@lru_cache
def read(address: str) -> Bucket:
    """The bucket of an address `s3+https://KEY:SECRET@HOST/BUCKET?region=REGION`; ValueError if it is none.

    Without a bucket in the path the host names it, as some clouds demand. The region is `us-east-1` if the service does not care.
    """
    parts = urlsplit(address)
    path = parts.path.strip("/")
    if parts.scheme not in SCHEMES or not parts.hostname or not parts.username or not parts.password:
        raise ValueError("expected s3+https://KEY:SECRET@HOST/BUCKET?region=REGION")
    if path and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", path):
        raise ValueError("a bucket's name is 3 to 63 small letters, digits, dots and hyphens")
    region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
    key = Key(unquote(parts.username), unquote(parts.password), region)
    host = parts.netloc.rpartition("@")[2]
    return Bucket(parts.scheme == "s3+https", host, f"/{path}" if path else "", key)


def sign(key: Key, method: str, path: str, query: str, headers: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """The headers of a request with its signature (AWS Signature Version 4, single chunk). Path and query come escaped, the
    query sorted; the names of headers are small letters."""
    moment = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    every = dict(sorted({**headers, "x-amz-date": moment}.items()))
    names = ";".join(every)
    lines = [method, path, query, *(f"{name}:{value}" for name, value in every.items()), "", names, every["x-amz-content-sha256"]]
    scope = f"{moment[:8]}/{key.region}/s3/aws4_request"
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    secret = f"AWS4{key.secret}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.digest(secret, f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()
    given = f"AWS4-HMAC-SHA256 Credential={key.id}/{scope},SignedHeaders={names},Signature={signature}"
    return {**every, "authorization": given}


def _query(asked: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(asked.items()))
