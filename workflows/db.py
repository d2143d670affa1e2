"""The database: one engine, one base class, and the two ways to talk to it, `reading()` and `transaction()`.

SQLite (the embedded default) knows one writer. Its busy wait is unfair (four writers: up to 1.4 s), so the writers of this
process queue at a lock of our own, and every writing transaction begins IMMEDIATE: it can wait, it can never fail half-way.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Date, DateTime, Engine, Integer, MetaData, Table, Text, create_engine, event
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as Session  # the pages name it, and may not import SQLAlchemy
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from workflows.errors import Conflict, Invalid, Unavailable

WAIT_SECONDS = 30  # a writer that waited this long is told so; it would mean a transaction that never ends
CONNECT_SECONDS = 5  # a PostgreSQL that does not answer by then is away
AWAY = "暂时连接不上数据库，刚才的操作可能没有保存。请稍等片刻，刷新页面核对后再办理。"
FULL = "存放数据库的磁盘已满，刚才的操作没有保存。请联系系统管理员处理后再试。"
OVERTAKEN = "刚才有人同时办理了这件事，您的操作没有保存。请刷新后再看。"
CROSSED = frozenset({"40P01", "40001"})  # PostgreSQL ended one of two transactions that waited for each other
TOO_MUCH = frozenset({"22001", "22003"})  # a text or number that its column does not hold
DISK_FULL = "53100"
SQLITE_TAKEN = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
SQLITE_AWAY = ("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")

Key = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored as naive UTC so that SQLite and PostgreSQL compare alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """SQLite keeps no zone and compares texts, so all are written in one zone."""
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What comes back is UTC again, and says so."""
        return value.replace(tzinfo=UTC) if value is not None else None


class Json(TypeDecorator[Any]):
    """JSON as opaque text: the database never looks inside, so any SQL database will do. The order of keys is kept: that of a
    form's fields is the order people fill them in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Our own writer: Chinese as it is, moments and dates as texts."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain) if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """No type of the database's own has read it before."""
        return json.loads(value) if value is not None else None


def canonical(value: Any) -> str:
    """One JSON text for one value: keys sorted, no spaces. Hashes are taken over it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go into JSON")


class Base(DeclarativeBase):
    """What every table inherits. Keys are named by rule, so that migrations are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, date: Date, dict[str, Any]: Json, list[Any]: Json}

    @classmethod
    def rows(cls) -> Table:
        """The bare table, for rows that are written without objects: a session then need not look for any it might hold."""
        return cls.metadata.tables[cls.__tablename__]


class _Session(Session):
    """A session whose lost races are refusals: the second of two writers of one revision gets a sentence, not a traceback."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what has changed; Conflict if somebody else has changed it first, or has taken what there can be but once: the
        verbs look before they write, so a row that is there all the same has come in between."""
        try:
            super().flush() if objects is None else super().flush(objects)
        except StaleDataError:
            raise Conflict(OVERTAKEN) from None
        except IntegrityError as error:
            if _is_taken(error.orig):
                raise Conflict(OVERTAKEN) from None
            raise


class _Reader(_Session):
    """A session that only reads, on PostgreSQL, which sees to that. It ends with a commit: after a rollback psycopg throws away
    every statement it has prepared, and those of the next click would be parsed and planned anew."""

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        """Nothing is written, whatever may have been changed in memory."""
        if kind is None:
            self.expunge_all()
            self.commit()
        super().__exit__(kind, value, trace)


class Database:
    """One database and its two kinds of transaction. `url`: sqlite:///file or postgresql+psycopg://…; `has_effects`: whether what
    is ordered here (`jobs`) is ever done, which it is not where a case is only rehearsed."""

    def __init__(self, url: str, *, has_effects: bool = True) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self.engine.update_execution_options(has_effects=has_effects)
        event.listen(self.engine, "handle_error", _say)
        options: dict[str, Any] = {} if self.is_sqlite else {"postgresql_readonly": True}
        self._reading = self.engine.execution_options(reads_only=True, **options)

    def session(self, *, writes: bool) -> Session:
        """A session for a caller that ends it itself (the request). Objects stay readable after the commit."""
        if writes:
            return _Session(self.engine, expire_on_commit=False)
        return (_Session if self.is_sqlite else _Reader)(self._reading, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: leaving the block commits, an exception rolls back."""
        with self.session(writes=True) as session:
            yield session
            session.commit()

    @contextmanager
    def as_one(self) -> Iterator["Database"]:
        """One transaction around many, for what is made as a whole or not at all: whoever works with the database that the block
        is given works on one connection, sees what he has written, and nobody else sees any of it before the block ends."""
        with self.engine.connect() as connection, connection.begin():
            yield _AsOne(self, connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """The whole database as of one moment, however long one reads, while others go on writing."""
        with self._reading.connect() as connection:
            if not self.is_sqlite:  # a reading transaction of SQLite is a snapshot by itself
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A snapshot to read from; it takes no lock and writes nothing."""
        with self.session(writes=False) as session:
            yield session


class _AsOne(Database):
    """A database inside one transaction: each of its own is a savepoint, so that what is refused is undone alone."""

    def __init__(self, whole: Database, connection: Connection) -> None:
        self.url, self.is_sqlite, self.engine = whole.url, whole.is_sqlite, whole.engine
        self.connection = connection

    def session(self, *, writes: bool) -> Session:
        """A session on the one connection. One that only reads begins nothing."""
        mode: Any = "create_savepoint" if writes else "rollback_only"
        return _Session(self.connection, expire_on_commit=False, join_transaction_mode=mode)

    @contextmanager
    def as_one(self) -> Iterator[Database]:
        """The same one: a second connection would wait for this one for ever."""
        yield self


def _is_taken(error: Any) -> bool:
    """Whether a row was refused because another one has its unique key."""
    return getattr(error, "sqlstate", "") == "23505" or getattr(error, "sqlite_errorname", "") in SQLITE_TAKEN


def _say(context: ExceptionContext) -> Exception | None:
    """Turn every error that means "the database is away" into its sentence, so that of two who waited for each other, and those
    of what no column holds; all others stay what they are."""
    if context.is_pre_ping:  # the pool asks whether a connection is still good, and mends it by itself
        return None
    error, state = context.original_exception, getattr(context.original_exception, "sqlstate", None)
    if state in CROSSED:
        return Conflict(OVERTAKEN)
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):
        return Invalid("", "内容里有不能保存的字符（空字符），请删去后再试。")
    if state in TOO_MUCH or isinstance(error, OverflowError):
        return Invalid("", "有一项内容太长，或者数字、日期太大，保存不了。请改短后再试。")
    code = getattr(error, "sqlite_errorname", "")
    if state == DISK_FULL or code == "SQLITE_FULL":
        return Unavailable(FULL)
    if context.is_disconnect or context.connection is None or code.startswith(SQLITE_AWAY):
        return Unavailable(AWAY)
    return None


def _postgresql(url: str) -> Engine:
    # Errors must not show what was typed: they end in logs.
    waits = {"connect_timeout": CONNECT_SECONDS}
    # The connection used last is used next: it has prepared the most.
    return create_engine(url, pool_size=16, pool_use_lifo=True, pool_pre_ping=True, hide_parameters=True, connect_args=waits)


def _sqlite(url: str) -> Engine:
    options: dict[str, Any] = {"hide_parameters": True, "connect_args": {"check_same_thread": False}}
    engine = create_engine(url, pool_size=16, max_overflow=16, **options)
    writers = threading.Lock()

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_SECONDS * 1000}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reads_only"):
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get("writes"):
            if not writers.acquire(timeout=WAIT_SECONDS):
                raise Conflict("系统正忙，刚才的操作没有保存，请稍后再试。")
            connection.info["writes"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def release(_connection: Any, record: Any) -> None:
        if record.info.pop("writes", False):  # not at "commit": that event comes before the commit is on disk
            writers.release()

    return engine
