"""Serving: pages, sweep and jobs in one process (the embedded default), or sweep and jobs alone (a worker)."""

import logging
import signal
import threading

import click
import waitress

from service import create_app, setup
from service.config import Config
from workflows import steps
from workflows.db import Database
from workflows.engine.timers import Sweeper

THREADS = 16


def run(config: Config, *, demo: bool) -> None:
    """Prepare the database, make the demo county if asked and nobody is there, and serve until stopped."""
    from service import demo as county

    _log()
    database = Database(config.database_url)
    setup.prepare(database)
    if demo:
        county.build(database, config.home, steps.RULES)
        click.echo(county.sign_ins())
    app = create_app(config, database, steps.RULES)
    sweeper = Sweeper(database, steps.RULES)
    sweeper.start()
    click.echo(f"服务已启动：http://{config.address}　（按 Ctrl+C 停止）")
    try:
        waitress.serve(app, host=config.host, port=config.port, threads=THREADS, ident=None)
    finally:
        sweeper.stop()


def work(config: Config) -> None:
    """Sweep and run jobs until the process is told to stop."""
    _log()
    database = Database(config.database_url)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    sweeper = Sweeper(database, steps.RULES)
    sweeper.start()
    click.echo("后台进程已启动。")
    stopping.wait()
    sweeper.stop()


def _log() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
