"""The settings, read once from the environment. A missing secret stops the start in production."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from workflows import buckets
from workflows.store import Place


class Misconfigured(Exception):
    """The server may not start like this; the message tells the administrator what to set."""


@dataclass(frozen=True)
class Config:
    """Every setting: its variable, its default and unit, and why there is a choice at all."""

    home: Path = Path("data")
    """BIHUAN_HOME, default ./data: where photos, the secret and the embedded database lie. Back up this folder."""

    store: str = ""
    """BIHUAN_STORE: where photos and papers lie instead of in the home folder, a bucket of an S3-compatible service as
    `s3+https://KEY:SECRET@HOST/BUCKET?region=REGION`. For counties whose machines share no folder."""

    address: str = "127.0.0.1:8000"
    """BIHUAN_ADDRESS, host:port. Loopback only, because TLS belongs to the proxy in front."""

    database_url: str = ""
    """DATABASE_URL, default sqlite:///HOME/bihuan.db. A county with several servers names its PostgreSQL here."""

    secret_key: str = ""
    """BIHUAN_SECRET_KEY signs cookies. Required in production, so that all servers share it; else made once and kept
    in HOME/secret."""

    env: str = "development"
    """BIHUAN_ENV: `production` demands the secret and sends cookies over HTTPS only."""

    idle_minutes: int = 15
    """BIHUAN_IDLE_MINUTES, minutes without a click until one is signed out (等保 suggestion, domain §8)."""

    upload_megabytes: int = 100
    """BIHUAN_UPLOAD_MB, megabytes one form may carry: several photos of a phone, 20 MB each at most (domain §3.3)."""

    log: str = "text"
    """BIHUAN_LOG, `text` for people or `json` for machines: one object a line with request, case and person ids and every
    request; `json` in production."""

    metrics_token: str = ""
    """BIHUAN_METRICS_TOKEN opens /metrics to a Prometheus elsewhere. Without one it answers this machine only."""

    @property
    def place(self) -> Place:
        """Where evidence lies."""
        return self.store or self.home

    @property
    def is_production(self) -> bool:
        """Whether real cases are handled here."""
        return self.env == "production"

    @property
    def host(self) -> str:
        """The host part of the address."""
        return self.address.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port part of the address."""
        return int(self.address.rpartition(":")[2])

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Config":
        """The settings of this process. Makes the home folder and, outside production, its secret.

        Raises Misconfigured when production has no secret or one shorter than 32 characters, and when a setting makes no sense.
        """
        home = Path(env.get("BIHUAN_HOME") or cls.home).absolute()
        home.mkdir(parents=True, exist_ok=True)
        stage = _stage(env.get("BIHUAN_ENV") or cls.env)
        return cls(
            home=home,
            store=_store(env.get("BIHUAN_STORE", "")),
            address=_address(env.get("BIHUAN_ADDRESS") or cls.address),
            database_url=env.get("DATABASE_URL") or f"sqlite:///{home / 'bihuan.db'}",
            secret_key=_secret(env.get("BIHUAN_SECRET_KEY", ""), home, stage),
            env=stage,
            idle_minutes=_number(env, "BIHUAN_IDLE_MINUTES", cls.idle_minutes),
            log=_log(env.get("BIHUAN_LOG", ""), stage),
            metrics_token=env.get("BIHUAN_METRICS_TOKEN") or cls.metrics_token,
            upload_megabytes=_number(env, "BIHUAN_UPLOAD_MB", cls.upload_megabytes),
        )


def _stage(given: str) -> str:
    """A slip of the hand must not serve real cases as if they were a trial."""
    if given not in ("development", "production"):
        raise Misconfigured("BIHUAN_ENV must be development or production.")
    return given


def _address(given: str) -> str:
    if not re.fullmatch(r".+:\d{1,5}", given):
        raise Misconfigured("BIHUAN_ADDRESS must be host:port, as in 127.0.0.1:8000.")
    return given


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    given = env.get(name) or str(default)
    if not re.fullmatch(r"[1-9]\d{0,5}", given):
        raise Misconfigured(f"{name} must be a whole number, 1 or more.")
    return int(given)


def _store(given: str) -> str:
    """The address of a bucket, after a look at its shape; the message never repeats it, because it holds a secret."""
    try:
        if given:
            buckets.read(given)
    except ValueError as error:
        raise Misconfigured(f"BIHUAN_STORE is not understood: {error}.") from None
    return given


def _log(given: str, stage: str) -> str:
    if given not in ("", "json", "text"):
        raise Misconfigured("BIHUAN_LOG must be json or text.")
    return given or ("json" if stage == "production" else "text")


def _secret(given: str, home: Path, stage: str) -> str:
    if stage == "production":
        if len(given) < 32:
            raise Misconfigured("BIHUAN_SECRET_KEY must be set to at least 32 random characters in production.")
        return given
    return given or _kept_secret(home / "secret")


def _kept_secret(file: Path) -> str:
    """The secret of this folder. It is there whole or not at all, and once: two servers starting at once end up with the same."""
    if not file.exists():
        with NamedTemporaryFile("w", dir=file.parent, prefix="secret.") as part, suppress(FileExistsError):  # for its owner alone
            part.write(secrets.token_hex(32))
            part.flush()
            os.link(part.name, file)
    return file.read_text().strip()
