"""Photos on their way: taken in from a form, carried along by a form shown again, served to who may see them.

A photo that is stored but not yet part of a case travels in the form as a token: its digest, signed for the person who
uploaded it. So nobody can hang a photo onto his form, or look at one, by knowing or guessing a digest.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, g, request, send_file
from flask_login import current_user
from itsdangerous import BadSignature, Signer

from service import house
from workflows import photos
from workflows.errors import Invalid, NotFound

blueprint = Blueprint("photos", __name__)

MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp", b"%PDF": "application/pdf"}
FILES = "files-"
KEPT = "kept-"


@dataclass(frozen=True)
class Taken:
    """What a form brought: the digests of each photo field, kept ones first, and a sentence for each file refused."""

    photos: dict[str, list[str]]
    faults: dict[str, str]


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["photo_token"] = token_of


def take() -> Taken:
    """Store the files of this request and verify the kept ones. Call it before the first question to the database."""
    found: dict[str, list[str]] = {}
    faults: dict[str, str] = {}
    stored: list[photos.Stored] = []
    for name in request.form:
        if name.startswith(KEPT):
            found[name.removeprefix(KEPT)] = _digests(request.form.getlist(name))
    for name in request.files:
        key = name.removeprefix(FILES)
        for file in request.files.getlist(name):
            if file.filename:
                try:
                    stored.append(photos.receive(house().config.home, file.stream, Path(file.filename).name))
                    found.setdefault(key, []).append(stored[-1].sha256)
                except Invalid as invalid:
                    faults[key] = invalid.message
    if stored:
        photos.keep(house().database, stored, by=current_user.id)
    return Taken({key: list(dict.fromkeys(shas)) for key, shas in found.items()}, faults)


def token_of(sha: str) -> str:
    """The signed reference of a photo, good for the person who is signed in."""
    return _signer().sign(sha).decode()


def _digests(tokens: Iterable[str]) -> list[str]:
    found = []
    for token in tokens:
        try:
            found.append(_signer().unsign(token).decode())
        except BadSignature:
            continue  # made up, or of an earlier sign-in as somebody else: it is simply not there
    return list(dict.fromkeys(found))


def _signer() -> Signer:
    return Signer(house().config.secret_key, salt=f"photo of {current_user.id}", digest_method=hashlib.sha256)


@blueprint.get("/photos/<sha>")
def show(sha: str) -> Response:
    """A photo of a case, if the caller may see the case."""
    photos.get_for(g.session, current_user.caller, sha)
    return _send(sha)


@blueprint.get("/photos/kept/<token>")
def kept(token: str) -> Response:
    """A photo of a form not yet handed in, for the one who uploaded it."""
    found = _digests([token])
    if not found:
        raise NotFound("没有找到这张照片。")
    return _send(found[0])


def _send(sha: str) -> Response:
    file = photos.path(house().config.home, sha)
    if not file.is_file():
        raise NotFound("没有找到这张照片。")
    with file.open("rb") as opened:
        start = opened.read(4)
    kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), "application/octet-stream")
    response = send_file(file, mimetype=kind, etag=sha)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
