"""The settings: what is missing in production stops the start."""

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


def test_defaults(tmp_path):
    config = Config.from_env({"BIHUAN_HOME": str(tmp_path)})
    assert (config.host, config.port, config.idle_minutes) == ("127.0.0.1", 8000, 15)
    assert config.database_url == f"sqlite:///{tmp_path / 'bihuan.db'}"
