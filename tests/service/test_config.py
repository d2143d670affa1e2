"""The settings: what is missing in production stops the start."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from service.config import Config, Misconfigured


def test_the_secret_is_made_once_and_kept(tmp_path):
    first = Config.from_env({"BIHUAN_HOME": str(tmp_path)})
    assert len(first.secret_key) == 64
    assert Config.from_env({"BIHUAN_HOME": str(tmp_path)}).secret_key == first.secret_key
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("secret", ["", "short"])
def test_production_needs_a_secret(tmp_path, secret):
    with pytest.raises(Misconfigured):
        Config.from_env({"BIHUAN_HOME": str(tmp_path), "BIHUAN_ENV": "production", "BIHUAN_SECRET_KEY": secret})


@pytest.mark.parametrize(
    ("name", "value"),
    [("BIHUAN_ENV", "Production"), ("BIHUAN_ENV", "prod"), ("BIHUAN_ADDRESS", "8000"), ("BIHUAN_ADDRESS", "localhost"),
     ("BIHUAN_IDLE_MINUTES", "quarter"), ("BIHUAN_IDLE_MINUTES", "0"), ("BIHUAN_UPLOAD_MB", "-1"), ("BIHUAN_LOG", "xml")],
)  # fmt: skip
def test_what_makes_no_sense_stops_the_start_by_its_name(tmp_path, name, value):
    """A house that takes `prod` for a trial would send its cookies in the clear."""
    with pytest.raises(Misconfigured, match=name):
        Config.from_env({"BIHUAN_HOME": str(tmp_path), name: value})


def test_servers_that_start_at_once_share_one_secret(tmp_path):
    """None of them reads it half written; more often than not one would, so it is tried twenty times."""
    together = Barrier(8)

    def start(home):
        together.wait()
        return Config.from_env({"BIHUAN_HOME": str(home)}).secret_key

    with ThreadPoolExecutor(8) as pool:
        for home in (tmp_path / str(number) for number in range(20)):
            home.mkdir()
            assert [len(secret) for secret in set(pool.map(start, [home] * 8))] == [64]
            assert [file.name for file in home.iterdir()] == ["secret"]


def test_defaults(tmp_path):
    config = Config.from_env({"BIHUAN_HOME": str(tmp_path)})
    assert (config.host, config.port, config.idle_minutes) == ("127.0.0.1", 8000, 15)
    assert config.database_url == f"sqlite:///{tmp_path / 'bihuan.db'}"
