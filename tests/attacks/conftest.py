"""The application over the demo town, as the pages' tests have it."""

from tests.service.conftest import app, client, driver, signed_in, town, web

__all__ = ["app", "client", "driver", "signed_in", "town", "web"]
