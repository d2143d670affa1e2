"""Backups: the whole house in one file, made while it works, and put back into an empty one.

1. One format for SQLite and PostgreSQL: each table as lines of JSON, read from one snapshot. So a county that outgrows the
   embedded database moves by backup and restore, and nothing but Python is needed for either.
2. The rows are read by the tables' own columns, not by our models: a backup of an older version is restored at its own
   structure and then brought to the newest.
3. The pictures come after the rows: a picture is stored before its row is committed, so none can be missing.
4. The manifest stands last, with a hash of every part: a file without one was cut off.
5. The secret is left out. It is not needed to read anything, and who has it can sign in as anybody.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, MetaData, Table, bindparam, func, inspect, select, text, update
from sqlalchemy.orm import Session

from workflows import clock, migrations, store
from workflows.db import Database
from workflows.engine import history, jobs
from workflows.errors import Conflict, Invalid, NotFound

FORMAT = 1
FOLDERS = ("photos", "papers")  # what lies in the store beside the database
LEFT_OUT = frozenset({"alembic_version", "dbos_migrations", "pulses"})  # made anew by whoever restores
BATCH = 500
BROKEN = "这个备份文件不完整或已损坏，没有恢复：{}。"


@dataclass(frozen=True)
class Part:
    """One file within a backup."""

    sha256: str
    bytes: int
    rows: int = 0


# ---- making ------------------------------------------------------------------------------------------------------------


def make(database: Database, place: store.Place, file: Path) -> int:
    """Write a backup to `file`, which appears whole or not at all; answers how many rows it holds. Nobody has to stop."""
    if file.exists():
        raise Conflict(f"文件 {file} 已经存在，没有覆盖。")
    with _appearing(file) as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        parts: dict[str, Part] = {}
        revision = migrations.current(database)
        if revision is None:
            raise Invalid("", "库中没有数据表，没有可以备份的内容。")
        with database.snapshot() as connection:
            for table in _tables(connection):
                parts[f"tables/{table.name}.jsonl"] = _add_table(tar, connection, table)
        kept = store.at(place)
        for name in _names(kept):
            with suppress(NotFound):  # one that nobody refers to was just removed (`workflows.strays`)
                parts[name] = _add_file(tar, kept, name)
        manifest = {"format": FORMAT, "made_at": clock.now().isoformat(), "migration": revision}
        _add(tar, "manifest.json", json.dumps({**manifest, "parts": {n: asdict(p) for n, p in parts.items()}}).encode())
    return sum(part.rows for part in parts.values())


@contextmanager
def _appearing(file: Path) -> Iterator[BinaryIO]:
    """Write under a temporary name; on disk first, then under its own."""
    handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.link(name, file)  # unlike a rename it fails if somebody was there first
    except FileExistsError:
        raise Conflict(f"文件 {file} 已经存在，没有覆盖。") from None
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(file.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _tables(connection: Connection) -> list[Table]:
    """Every table there is, ours and those of the jobs, each after those it points to."""
    found = MetaData()
    found.reflect(connection)
    if connection.dialect.name != "sqlite" and inspect(connection).has_schema("dbos"):
        found.reflect(connection, schema="dbos")
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def _add_table(tar: tarfile.TarFile, connection: Connection, table: Table) -> Part:
    """A table as lines of JSON, one array of values a row; the first line names the columns."""
    rows = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key.columns))
    with tempfile.TemporaryFile() as spool:
        spool.write(_line([column.name for column in table.columns]))
        count = 0
        for row in rows:
            spool.write(_line([_plain(value) for value in row]))
            count += 1
        size = spool.tell()
        spool.seek(0)
        return _add_stream(tar, f"tables/{table.name}.jsonl", spool, size, rows=count)


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return value


def _names(kept: store.Store) -> Iterator[str]:
    for folder in FOLDERS:
        yield from kept.names(folder)


def _add_file(tar: tarfile.TarFile, kept: store.Store, name: str) -> Part:
    with kept.open(name) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        return _add_stream(tar, name, stream, size)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    _add_stream(tar, name, io.BytesIO(content), len(content))


def _add_stream(tar: tarfile.TarFile, name: str, stream: Any, size: int, *, rows: int = 0) -> Part:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(clock.now().timestamp())
    hashing = _Hashing(stream)
    tar.addfile(entry, hashing)
    return Part(hashing.digest.hexdigest(), size, rows)


class _Hashing:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, hashed on their way."""
        data = self.stream.read(size)
        self.digest.update(data)
        return data


# ---- putting back ------------------------------------------------------------------------------------------------------


def restore(database: Database, place: store.Place, file: Path) -> int:
    """Put a backup into an empty database and store; answers how many rows there are. Everything is verified before the one
    commit: the hash of every part, and every chain of the record.

    Conflict if somebody lives here already, Invalid if the backup is not whole or its record was altered.
    """
    manifest, parts = verify(file)
    kept = store.at(place)
    _must_be_empty(database, kept, parts)
    jobs.prepare(database)
    with tarfile.open(file) as tar:
        for name in sorted(parts):
            if not name.startswith("tables/"):
                kept.put(name, _opened(tar, name).read())
        with database.transaction() as session:
            _fill(session, tar, parts, str(manifest["migration"]))
            if faults := history.verify(session):
                raise Invalid("", BROKEN.format("；".join(faults[:3])))
    return sum(part.rows for part in parts.values())


def verify(file: Path) -> tuple[dict[str, Any], dict[str, Part]]:
    """The manifest of a backup and its parts, after each was compared with its hash; Invalid if one is missing or altered."""
    try:
        with tarfile.open(file) as tar:
            names = tar.getnames()
            if names[-1:] != ["manifest.json"]:
                raise Invalid("", BROKEN.format("没有清单"))
            manifest = json.load(_opened(tar, "manifest.json"))
            if manifest["format"] != FORMAT:
                raise Invalid("", BROKEN.format("格式不认识"))
            parts = {name: Part(**part) for name, part in manifest["parts"].items()}
            if set(names) != {*parts, "manifest.json"} or any(not _is_ours(name) for name in parts):
                raise Invalid("", BROKEN.format("内容与清单不符"))
            for name, part in parts.items():
                if hashlib.file_digest(_opened(tar, name), "sha256").hexdigest() != part.sha256:
                    raise Invalid("", BROKEN.format(f"{name} 的内容与其校验值不符"))
    except (OSError, tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise Invalid("", BROKEN.format(type(error).__name__)) from None
    return manifest, parts


def _opened(tar: tarfile.TarFile, name: str) -> Any:
    """The content of a part; only plain files have one."""
    if content := tar.extractfile(name):
        return content
    raise Invalid("", BROKEN.format(f"{name} 不是文件"))


def _is_ours(name: str) -> bool:
    """Whether a part may become a file or a table here; nothing may lead out of the store."""
    parts = name.split("/")
    return parts[0] in ("tables", *FOLDERS) and len(parts) > 1 and not {"", ".", ".."} & set(parts) and "\\" not in name


def _must_be_empty(database: Database, kept: store.Store, parts: dict[str, Part]) -> None:
    """A restore that was cut off has left pictures only: those may lie there already."""
    if migrations.current(database) is not None or any(name not in parts for name in _names(kept)):
        raise Conflict("这里已有数据。备份只能恢复到空的数据库和空的 BIHUAN_HOME（或空的存储桶），没有恢复。")


def _fill(session: Session, tar: tarfile.TarFile, parts: dict[str, Part], revision: str) -> None:
    connection = session.connection()
    migrations.move(connection, revision)
    later = [_put_table(connection, _opened(tar, f"tables/{table.name}.jsonl"), table) for table in _wanted(connection, parts)]
    for point in later:
        point()
    migrations.move(connection, "head")


def _wanted(connection: Connection, parts: dict[str, Part]) -> list[Table]:
    tables = [table for table in _tables(connection) if f"tables/{table.name}.jsonl" in parts]
    filled = {name for name, part in parts.items() if name.startswith("tables/") and part.rows}
    if unknown := filled - {f"tables/{table.name}.jsonl" for table in tables}:  # DBOS has a few only on PostgreSQL
        raise Invalid("", BROKEN.format(f"没有对应的数据表：{'、'.join(sorted(unknown))}"))
    return tables


def _put_table(connection: Connection, content: Any, table: Table) -> Callable[[], None]:
    """Insert the rows; what points to a row of the same table is left to the function answered, as that row may come later."""
    names = json.loads(content.readline())
    if unknown := [name for name in names if name not in table.columns]:
        raise Invalid("", BROKEN.format(f"{table.name} 没有 {'、'.join(unknown)} 列"))
    readers = [_reader(table.columns[name].type.python_type) for name in names]
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    pointing: list[dict[str, Any]] = []
    batch: list[dict[str, Any]] = []
    for line in content:
        row = {name: read(value) for name, read, value in zip(names, readers, json.loads(line), strict=True)}
        if any(row[name] is not None for name in own):
            pointing.append({f"to_{name}": row[name] for name in own} | {"the_id": row["id"]})
        batch.append({**row, **dict.fromkeys(own)})
        if len(batch) == BATCH:
            connection.execute(table.insert(), batch)
            batch = []
    if batch:
        connection.execute(table.insert(), batch)
    _continue_numbers(connection, table)
    return lambda: _point(connection, table, own, pointing)


def _point(connection: Connection, table: Table, own: list[str], pointing: list[dict[str, Any]]) -> None:
    if pointing:
        set_them = update(table).where(table.c.id == bindparam("the_id"))
        connection.execute(set_them.values({name: bindparam(f"to_{name}") for name in own}), pointing)


def _reader(kind: type) -> Callable[[Any], Any]:
    """How a value of JSON becomes one of this column."""
    readers: dict[type, Callable[[Any], Any]] = {
        datetime: datetime.fromisoformat,
        date: date.fromisoformat,
        bytes: bytes.fromhex,
        bool: bool,
        float: float,
    }
    read = readers.get(kind)
    return (lambda value: None if value is None else read(value)) if read else lambda value: value


def _continue_numbers(connection: Connection, table: Table) -> None:
    """PostgreSQL counts apart from the rows: let it go on after the highest."""
    if connection.dialect.name == "sqlite":
        return
    for column in table.primary_key.columns:
        name = connection.scalar(text("select pg_get_serial_sequence(:t, :c)"), {"t": str(table), "c": column.name})
        highest = connection.scalar(select(func.max(column))) if name else None
        if highest is not None:
            connection.execute(text("select setval(:name, :highest)"), {"name": name, "highest": highest})
