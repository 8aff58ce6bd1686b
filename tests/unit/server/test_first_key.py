"""Who may start a server that others can reach: with a key, or told in so many words that there is none."""

import asyncio
import logging
from pathlib import Path

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.app import make_authenticator
from hiwar.server.settings import Settings, load_settings
from hiwar.serving.auth import read_local_key
from hiwar.serving.keys import KeyStore


def settings_for(data_dir: Path, **flags: object) -> Settings:
    return load_settings({"host": "0.0.0.0", "data_dir": str(data_dir), **flags}, environment={}).settings  # noqa: S104


def test_beyond_loopback_a_server_without_any_key_does_not_start_and_says_both_ways(tmp_path: Path) -> None:
    with pytest.raises(HiwarError) as refused:
        make_authenticator(settings_for(tmp_path))
    assert refused.value.code is ErrorCode.UNAUTHORIZED
    assert "hiwar keys create" in refused.value.message
    assert "--without-any-key" in refused.value.message


def test_told_so_it_starts_says_so_and_refuses_everyone_until_a_key_is_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(tmp_path, without_any_key=True)
    with caplog.at_level(logging.WARNING):
        authenticator = make_authenticator(settings)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    try:
        for credential in ("", "guess", read_local_key(tmp_path) or "local"):
            with pytest.raises(HiwarError) as refused:
                asyncio.run(authenticator.authenticate(credential))
            assert refused.value.code is ErrorCode.UNAUTHORIZED
        store = KeyStore(settings.keys_file)
        _, key = store.create("me")
        store.close()
        assert asyncio.run(authenticator.authenticate(key)).name == "me"
    finally:
        authenticator.close()
