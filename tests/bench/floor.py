"""The floor: the product's HTTP stack and its writes, with no BPM in it.

Flask, SQLAlchemy, Flask-Login and Flask-WTF on waitress, SQLite in WAL with synchronous=FULL. A case of five steps is written
by hand: completing a task stores what was handed in, a line of the record, closes the task and its address, stores a changed
state of the size the engine's has, and opens the next task with its address: the rows of the product, one by one, in one
commit. `python -m tests.bench.floor [n]` serves it; with n, a completion writes n rows more, which stand for the business
rows that a verb of the main loop writes, and updates its case.
"""

import json
import os
import secrets
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import waitress
from flask import Flask, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import Date, ForeignKey, Index, String, Text, create_engine, event, func, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, scoped_session, sessionmaker
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from service.config import Config

LOGIN, PASSWORD = "ann", "Bench-2026-pass"
STEPS = ("discover", "handover", "rectify", "verify", "close")
STATE = 700  # characters, as the engine's frozen state of the main loop
THREADS = 16


class Base(DeclarativeBase):
    """The floor's own tables."""


class User(Base, UserMixin):
    """A person and the one post he holds."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    password: Mapped[str] = mapped_column(String(200))
    post: Mapped[str] = mapped_column(String(40))


class Case(Base):
    """What five tasks are about, and its state."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20), default="open")
    touched: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(Text, deferred=True)
    revision: Mapped[int] = mapped_column(default=1)


class Task(Base):
    """A step that is or was open."""

    __tablename__ = "tasks"
    __table_args__ = (Index("ix_tasks_case", "case_id", "status"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    name: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20), default="open")
    done_by: Mapped[int | None]
    done_at: Mapped[datetime | None]


class Address(Base):
    """The post at which a task waits."""

    __tablename__ = "addresses"
    __table_args__ = (Index("ix_addresses_inbox", "post", "state", "due_on", "task_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    post: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    due_on: Mapped[date] = mapped_column(Date)


class Submission(Base):
    """What was handed in."""

    __tablename__ = "submissions"
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(index=True)
    user_id: Mapped[int]
    data: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Line(Base):
    """A line of the record, or a business row."""

    __tablename__ = "history"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True)
    user_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Empty(FlaskForm):
    """Only the CSRF token."""


class Note(FlaskForm):
    """What a task asks for."""

    note = TextAreaField("Note", validators=[DataRequired(), Length(max=1000)])
    severity = SelectField("Severity", choices=["low", "medium", "high"])
    ref = StringField("Reference", validators=[Length(max=80)])


HEAD = """<!doctype html><html lang=en><meta charset=utf-8><title>Floor</title>
<header><nav><a href="/">Inbox</a> {{ current_user.name }}</nav></header><main>"""
PAGES = {
    "inbox": HEAD
    + """<h1>Inbox ({{ total }})</h1><table><tr><th>Task<th>Case<th>Due<th></tr>
{% for t in rows %}<tr><td>{{ t.name }}</td><td>{{ t.title }}</td><td>{{ t.due_on.isoformat() }}</td>
<td><a href="{{ url_for('task', task_id=t.id) }}">open</a></td></tr>{% endfor %}</table></main>
<form method=post action="/sign-out">{{ form.hidden_tag() }}<button>Sign out</button></form>""",
    "task": HEAD
    + """<h1>{{ t.name }}</h1><form method=post action="{{ url_for('complete', task_id=t.id) }}">
{{ form.hidden_tag() }}{% for f in (form.note, form.severity, form.ref) %}<p>{{ f.label }} {{ f() }}
{% for e in f.errors %}<b>{{ e }}</b>{% endfor %}</p>{% endfor %}<button>Complete</button></form></main>""",
    "start": HEAD + "<form method=post>{{ form.hidden_tag() }}<input name=title><button>Start</button></form></main>",
    "sign_in": """<!doctype html><form method=post>{{ form.hidden_tag() }}
<input name=login><input name=password type=password><button>Sign in</button></form>""",
}


def make_database(home: Path) -> scoped_session:  # type: ignore[type-arg]
    """The tables in a folder, and the sessions on them."""
    engine = create_engine(f"sqlite:///{home / 'floor.db'}", pool_size=16, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def configure(connection, _record):  # type: ignore[no-untyped-def]
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    Base.metadata.create_all(engine)
    return scoped_session(sessionmaker(engine, expire_on_commit=False))


def seed(home: Path, crowds: dict[str, int]) -> None:
    """A user for each name, with that many open tasks at his post."""
    sessions = make_database(home)
    now, due_on = _now(), date.today()
    with sessions() as session:
        for name, count in crowds.items():
            session.add(User(name=name, password=generate_password_hash(PASSWORD), post=name))
            cases = [Case(title=f"Case {name} {n}", state="x" * STATE) for n in range(count)]
            session.add_all(cases)
            session.flush()
            tasks = [Task(case_id=c.id, name=STEPS[0], title=c.title, due_on=due_on, opened_at=now) for c in cases]
            session.add_all(tasks)
            session.flush()
            session.add_all(Address(task_id=task.id, post=name, due_on=due_on) for task in tasks)
        session.commit()
    sessions.remove()


def make_app(home: Path, secret: str, business_rows: int = 0) -> Flask:
    """The pages."""
    sessions = make_database(home)
    app = Flask("floor")
    app.config.update(SECRET_KEY=secret, WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    logins = LoginManager(app)
    logins.login_view = "sign_in"
    pages = {name: app.jinja_env.from_string(text) for name, text in PAGES.items()}

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        sessions.remove()

    @logins.user_loader
    def load(key: str) -> User | None:
        return sessions.get(User, int(key))

    @app.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> ResponseReturnValue:
        if request.method == "GET":
            return render_template(pages["sign_in"], form=Empty())
        user = sessions.scalar(select(User).where(User.name == request.form["login"]))
        if user is None or not check_password_hash(user.password, request.form["password"]):
            abort(403)
        login_user(user)
        return redirect("/")

    @app.get("/")
    @login_required
    def inbox() -> ResponseReturnValue:
        mine = (Address.post == current_user.post) & (Address.state == "waiting")
        total = sessions.scalar(select(func.count()).select_from(Address).where(mine))
        found = select(Task.id, Task.name, Task.title, Task.due_on).join(Address, Address.task_id == Task.id).where(mine)
        rows = sessions.execute(found.order_by(Address.due_on, Address.task_id).limit(25)).all()
        return render_template(pages["inbox"], rows=rows, total=total, form=Empty())

    @app.route("/start", methods=["GET", "POST"])
    @login_required
    def start() -> ResponseReturnValue:
        if request.method == "GET":
            return render_template(pages["start"], form=Empty())
        case = Case(title=request.form["title"], state=secrets.token_hex(STATE // 2))
        sessions.add(case)
        sessions.flush()
        _open(case.id, case.title, STEPS[0])
        _line(case.id, "start", "{}")
        sessions.commit()
        return redirect("/")

    @app.get("/tasks/<int:task_id>")
    @login_required
    def task(task_id: int) -> ResponseReturnValue:
        return render_template(pages["task"], t=_find(task_id), form=Note())

    @app.post("/tasks/<int:task_id>")
    @login_required
    def complete(task_id: int) -> ResponseReturnValue:
        task, form = _find(task_id), Note()
        if not form.validate_on_submit():
            return render_template(pages["task"], t=task, form=form), 422
        _hand_in(task, json.dumps({"note": form.note.data, "severity": form.severity.data, "ref": form.ref.data}))
        if task.name == STEPS[-1]:
            sessions.execute(update(Case).where(Case.id == task.case_id).values(status="closed"))
        else:
            _open(task.case_id, task.title, STEPS[STEPS.index(task.name) + 1])
        sessions.commit()
        return redirect("/")

    def _find(task_id: int) -> Task:
        open_here = (Task.id == task_id, Task.status == "open", Address.post == current_user.post)
        found = select(Task).join(Address, Address.task_id == Task.id).where(*open_here)
        return sessions.scalar(found) or abort(404)

    def _hand_in(task: Task, data: str) -> None:
        case, now = task.case_id, _now()
        state, revision = sessions.execute(select(Case.state, Case.revision).where(Case.id == case)).one()
        sessions.execute(insert(Submission).values(task_id=task.id, user_id=current_user.id, data=data, at=now))
        _line(case, "complete", data)
        for n in range(business_rows):
            _line(case, f"business {n}", data)
        if business_rows:
            sessions.execute(update(Case).where(Case.id == case).values(touched=revision))
        sessions.execute(
            update(Task)
            .where(Task.id == task.id, Task.status == "open")
            .values(status="done", done_by=current_user.id, done_at=now),
            execution_options={"synchronize_session": False},
        )
        sessions.execute(update(Address).where(Address.task_id == task.id).values(state="closed"))
        kept = update(Case).where(Case.id == case, Case.revision == revision)
        changed = {"state": state[16:] + secrets.token_hex(8), "revision": revision + 1}
        if sessions.execute(kept.values(**changed), execution_options={"synchronize_session": False}).rowcount != 1:
            abort(409)

    def _open(case_id: int, title: str, name: str) -> None:
        today = date.today()
        values = {"case_id": case_id, "name": name, "title": title, "due_on": today, "status": "open", "opened_at": _now()}
        task_id = sessions.execute(insert(Task).values(**values)).inserted_primary_key[0]
        sessions.execute(insert(Address).values(task_id=task_id, post=current_user.post, state="waiting", due_on=today))

    def _line(case_id: int, what: str, body: str) -> None:
        sessions.execute(insert(Line).values(case_id=case_id, user_id=current_user.id, what=what, body=body, at=_now()))

    return app


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def serve() -> None:
    """Serve the folder BIHUAN_HOME at BIHUAN_ADDRESS."""
    config = Config.from_env(os.environ)
    app = make_app(config.home, config.secret_key, int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    waitress.serve(app, host=config.host, port=config.port, threads=THREADS, ident=None)


if __name__ == "__main__":
    serve()
