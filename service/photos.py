"""Photos on their way (and the papers beside them): taken in from a form, carried along by a form shown again, served to who
may see them.

A photo that is stored but not yet part of a case travels in the form as a token: its digest, signed for the person who
uploaded it. So nobody can hang a photo onto his form, or look at one, by knowing or guessing a digest.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from flask import Blueprint, Flask, Response, g, request, send_file
from flask_login import current_user
from itsdangerous import BadSignature, Signer
from werkzeug.datastructures import FileStorage

from service import house
from workflows import papers, photos, store, strays
from workflows.errors import Invalid, NotFound

blueprint = Blueprint("photos", __name__)

MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp", b"%PDF": "application/pdf"}
FILES = "files-"
PAPERS = "papers-"
KEPT = "kept-"


@dataclass(frozen=True)
class Taken:
    """What a form brought: the references of each field of photos or papers, kept ones first, and a sentence for each field in
    which a file was refused."""

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
    stored: list[papers.Stored] = []
    for name in request.form:
        if name.startswith(KEPT):
            key, carried = name.removeprefix(KEPT), signed(request.form.getlist(name))
            found[key] = _bring_again(carried)
            if lost := len(carried) - len(found[key]):
                faults[key] = f"有 {lost} 个文件上传后超过 {strays.KEPT.days} 天没有提交，已被清理，请重新选择。"
    for name, file in request.files.items(multi=True):
        key = name.removeprefix(PAPERS).removeprefix(FILES)
        if file.filename:
            try:
                stored.append(_receive(file, is_paper=name.startswith(PAPERS)))
                found.setdefault(key, []).append(stored[-1].reference)
            except Invalid as invalid:
                faults[key] = faults.get(key, "") + invalid.message
    if stored:
        papers.keep(house().database, stored, by=current_user.id)
    return Taken({key: list(dict.fromkeys(shas)) for key, shas in found.items()}, faults)


def _bring_again(references: list[str]) -> list[str]:
    """Those whose file was not removed meanwhile, because the form lay open for too long; from now on it is not."""
    if not references:
        return []
    with house().database.transaction() as session:
        missing = papers.bring_again(session, references)
    return [each for each in references if each not in missing]


def _receive(file: FileStorage, *, is_paper: bool) -> papers.Stored:
    """One file into the store; in a field of photos a photo is referred to by its digest alone."""
    place, filename, announce = house().config.place, Path(file.filename or "").name, partial(strays.announce, house().database)
    if is_paper:
        return papers.receive(place, file.stream, filename, announce)
    photo = photos.receive(place, file.stream, filename, announce)
    return papers.Stored(photo.sha256, 0, photo)


def token_of(sha: str) -> str:
    """The signed reference of a photo or paper, good for the person who is signed in."""
    return _signer().sign(sha).decode()


def signed(tokens: Iterable[str]) -> list[str]:
    """What tokens of the person who is signed in refer to, each once."""
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
    found = signed([token])
    if not found:
        raise NotFound("没有找到这张照片。")
    return _send(found[0])


def fetch(name: str) -> BinaryIO:
    """A file from the store. That may be far away: no connection of the database waits for it."""
    g.session.close()
    return store.at(house().config.place).open(name)


def _send(sha: str) -> Response:
    file = fetch(photos.stored_as(sha))
    start = file.read(4)
    file.seek(0)
    kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), "application/octet-stream")
    response = send_file(file, mimetype=kind, etag=sha)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
