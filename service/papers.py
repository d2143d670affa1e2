"""附件: the documents of a case, handed out as downloads only, to who may see the case."""

from flask import Blueprint, Flask, Response, g, send_file, url_for
from flask_login import current_user

from service import cases, photos
from workflows import papers
from workflows.engine import Subject, tasks
from workflows.errors import NotFound

blueprint = Blueprint("papers", __name__, url_prefix="/papers")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(paper=papers.read, paper_url=address, photo_url=photo_address)


def address(paper: papers.Reference, subject: Subject | None = None) -> str:
    """Where a file of a case is handed out; `subject`: the case, unless it is a hazard."""
    if subject is not None and subject.kind != "hazard":
        return url_for("papers.of_case", kind=subject.kind, subject_id=subject.id, sha=paper.sha256)
    return url_for("photos.show" if paper.kind == "jpg" else "papers.show", sha=paper.sha256)


def photo_address(sha: str, subject: Subject | None = None) -> str:
    """The same for a photo."""
    return address(papers.read(sha), subject)


@blueprint.get("/<sha>")
def show(sha: str) -> Response:
    """A document of a case, if the caller may see the case."""
    use, paper = papers.get_for(g.session, current_user.caller, sha)
    return _send(papers.Reference(sha, paper.kind, use.name))


@blueprint.get("/of/<kind>/<int:subject_id>/<sha>")
def of_case(kind: str, subject_id: int, sha: str) -> Response:
    """A file that was handed in about something else than a hazard (a month's return …), if the caller may see that."""
    subject = Subject(kind, subject_id)
    if kind == "hazard" or kind not in cases.KINDS or not cases.may_see(subject):
        raise NotFound("没有找到这份附件。")
    named = (each for given in tasks.submissions(g.session, subject) for each in papers.named(given.data))
    if found := next((each for each in named if each.sha256 == sha), None):
        return _send(found)
    raise NotFound("没有找到这份附件。")


@blueprint.get("/kept/<path:token>")
def kept(token: str) -> Response:
    """A document of a form not yet handed in, for the one who uploaded it."""
    found = photos.signed([token])
    if not found:
        raise NotFound("没有找到这份附件。")
    return _send(papers.read(found[0]))


def _send(paper: papers.Reference) -> Response:
    """Never shown in our own pages: whatever it holds, a browser must not run it with our address. `nosniff` comes with every
    answer."""
    file = photos.fetch(papers.stored_as(paper.sha256, paper.kind))
    response = send_file(file, mimetype=papers.KINDS[paper.kind], as_attachment=True, download_name=paper.name, etag=paper.sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
