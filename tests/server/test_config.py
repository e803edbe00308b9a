from __future__ import annotations

import pytest

from geoteam.errors import InputError
from geoteam.server.config import SETTINGS, ServerConfig


def test_nothing_set_means_the_defaults() -> None:
    assert ServerConfig.from_environment("127.0.0.1", 8000, {}) == ServerConfig()


def test_what_is_set_is_used() -> None:
    environ = {"GEOTEAM_HTTPS": "1", "GEOTEAM_TRUSTED_PROXIES": "2", "GEOTEAM_THREADS": "16"}
    config = ServerConfig.from_environment("0.0.0.0", 80, environ)
    assert config == ServerConfig("0.0.0.0", 80, https=True, trusted_proxies=2, threads=16)
    assert set(environ) <= set(SETTINGS)


@pytest.mark.parametrize("value", ["yes", "-1", "2", "1.0", "99999999"])
def test_a_wrong_value_is_named(value: str) -> None:
    with pytest.raises(InputError, match="GEOTEAM_HTTPS must be a whole number from 0 to 1"):
        ServerConfig.from_environment("127.0.0.1", 8000, {"GEOTEAM_HTTPS": value})
