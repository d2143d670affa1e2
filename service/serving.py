"""Serving: pages, sweep and jobs in one process (the embedded default), or sweep and jobs alone (a worker)."""

import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click
import waitress.channel
import waitress.task

from service import HEADERS, App, create_app, documents, errors, exports, heap, logs, setup
from service.config import Config, Misconfigured
from workflows import daily, steps, strays
from workflows.db import Database
from workflows.engine import jobs
from workflows.engine.timers import Sweeper
from workflows.errors import Unavailable

ADDRESS_TAKEN = (
    "不能在 {} 启动服务：这个地址已被占用（服务可能已经在运行），或者不能使用。"
    "可以用 BIHUAN_ADDRESS 换一个，例如 BIHUAN_ADDRESS=127.0.0.1:8001。"
)
MAKING = {"county": "正在建演示县（一两分钟）", "town": "正在建演示县的小镇"}
NOBODY = (
    "库中还没有人员，现在谁也不能登录。启用一个县：bihuan county 区划代码 县名；看演示：bihuan demo。"
    "都在同一个 BIHUAN_HOME 下运行。"
)
WAIT_SECONDS = 2  # between two looks for a database that is away at the start
THREADS = 8  # two cores answer no faster with more, and each thread costs memory of its own


def run(config: Config, *, demo: str | None) -> None:
    """Prepare the database, make the demo county if asked and nobody is there, and serve until stopped."""
    logs.configure(config.log)
    heap.spare()
    bound = _bind(config)
    database = Database(config.database_url)
    if demo:
        make_demo(config, database, demo)
    else:
        setup.prepare(database)
        if not setup.has_people(database):
            click.echo(NOBODY)
    app = create_app(config, database, steps.RULES)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the block below is left in order
    with _background(config, database):
        click.echo(f"服务已启动：http://{config.address}　（按 Ctrl+C 停止）")
        # Twice what a form may bring: until there, our page refuses it. waitress keeps a body on disk, not in memory.
        listen(app, bound, most_bytes=2 * config.upload_megabytes * 1024 * 1024).run()
    _end(database)


def listen(app: App, bound: socket.socket, *, most_bytes: int) -> Any:
    """A server at an address that is taken; whatever it refuses by itself it refuses in Chinese."""
    server = waitress.create_server(app, sockets=[bound], threads=THREADS, ident=None, max_request_body_size=most_bytes)
    server.channel_class, server.house = Channel, app
    return server


class Refusal(waitress.task.ErrorTask):  # type: ignore[misc]
    """What waitress refuses before a page of ours is asked: too large, cut off, no HTTP."""

    def execute(self) -> None:
        """Answer with a page that looks like ours, and close the connection."""
        refused, known = self.request.error, self.request.headers
        said = {name: known[name.upper()] for name in ("Host", "Referer") if name.upper() in known}
        status = refused.code if refused.code in errors.SENTENCES else 400
        body = errors.before_ours(self.channel.server.house, status, said).encode()
        self.status = f"{refused.code} {refused.reason}"
        self.response_headers += [("Content-Type", "text/html; charset=utf-8"), *HEADERS.items()]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(waitress.channel.HTTPChannel):  # type: ignore[misc]
    """A connection whose refusals are told in Chinese."""

    error_task_class = Refusal


def _bind(config: Config) -> socket.socket:
    """The address, taken before anything else is done: who starts the service twice learns it at once."""
    bound = socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((config.host, config.port))
    except OSError:
        bound.close()
        raise Misconfigured(ADDRESS_TAKEN.format(config.address)) from None
    return bound


def make_demo(config: Config, database: Database, kind: str) -> bool:
    """Prepare the database, make the demo county or town with its progress on the terminal, and print who can sign in; False,
    and nothing made, if there was somebody."""
    from service import demo

    if config.is_production:
        raise Misconfigured("The demo county has well-known passwords: it is not made in production.")
    setup.prepare(database)
    is_empty = not setup.has_people(database)
    if is_empty:
        jobs.prepare(database)  # its loop and its weekly reports order documents
        with progress(MAKING[kind]) as tell:
            demo.build(database, config.place, steps.RULES, kind, tell=tell)
    if sign_ins := demo.sign_ins(database):
        click.echo(sign_ins)
    return is_empty


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None]]:
    """Tell how far something is, from 0 to 1: a bar on a terminal; in a file or a pipe a line at each tenth."""
    if sys.stdout.isatty():
        with click.progressbar(length=100, label=label) as bar:
            yield lambda share: bar.update(int(share * 100) - bar.pos)
        return
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        if int(share * 10) > told:
            told = int(share * 10)
            click.echo(f"{label}：{told * 10}%")

    click.echo(f"{label} …")
    yield tell


def work(config: Config) -> None:
    """Sweep and run jobs until the process is told to stop."""
    logs.configure(config.log)
    heap.spare()
    database = Database(config.database_url)
    if database.is_sqlite:
        raise Misconfigured("SQLite has one process, and `bihuan run` sweeps by itself; a worker needs PostgreSQL.")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with _background(config, database):
        click.echo("后台进程已启动。")
        stopping.wait()
    _end(database)


def _end(database: Database) -> None:
    """Leave at once. Python would wait for the threads of effects, also for one that sleeps for minutes until it is tried again;
    what is cut off here runs again at the next start."""
    database.engine.dispose()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


@contextmanager
def _background(config: Config, database: Database) -> Iterator[None]:
    """Sweep and jobs beside whatever the block does. DBOS takes a second to load, so the pages do not wait for it."""
    sweeper, stopping = Sweeper(database, steps.RULES), threading.Event()
    starting = threading.Thread(target=_start_jobs, args=(config, database, stopping), name="jobs", daemon=True)
    sweeper.start()
    starting.start()
    try:
        yield
    finally:
        stopping.set()
        sweeper.stop()
        starting.join()
        jobs.stop()


def _start_jobs(config: Config, database: Database, stopping: threading.Event) -> None:
    for effect in (exports.write, documents.write, daily.collect_weeks):  # declared where they are written
        assert effect
    jobs.daily("strays.clear", 3, 50)(partial(strays.clear, place=config.place))
    if wait_for(database, stopping):
        jobs.prepare(database)
        jobs.start(database)
    gc.collect()
    gc.freeze()  # what is loaded by now stays; so whoever tidies up after a document looks only at what came later


def wait_for(database: Database, stopping: threading.Event) -> bool:
    """Wait until the database answers: a worker may be started before it. False if the process is to stop before that."""
    while not stopping.is_set():
        try:
            with database.reading() as session:
                session.connection()
            return True
        except Unavailable:
            stopping.wait(WAIT_SECONDS)
    return False
