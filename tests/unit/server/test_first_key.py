"""Who may start a server that others can reach: with a key, or told in so many words that there is none."""

import logging
from pathlib import Path

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.app import make_authenticator
from hiwar.server.settings import Settings, load_settings
from hiwar.serving.key_store import open_key_store
from support.streams import run


def settings_for(data_dir: Path, **flags: object) -> Settings:
    return load_settings({"host": "0.0.0.0", "data_dir": str(data_dir), **flags}, environment={}).settings  # noqa: S104


def test_beyond_loopback_a_server_without_any_key_does_not_start_and_says_both_ways(tmp_path: Path) -> None:
    with pytest.raises(HiwarError) as refused:
        run(make_authenticator(settings_for(tmp_path)))
    assert refused.value.code is ErrorCode.UNAUTHORIZED
    assert "hiwar keys create" in refused.value.message
    assert "--without-any-key" in refused.value.message


def test_told_so_it_starts_says_so_and_refuses_everyone_until_a_key_is_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        settings = settings_for(tmp_path, without_any_key=True)
        authenticator = await make_authenticator(settings)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        store = await open_key_store(settings.keys, settings.keys_file)
        try:
            for credential in ("", "guess", "local"):
                with pytest.raises(HiwarError) as refused:
                    await authenticator.authenticate(credential)
                assert refused.value.code is ErrorCode.UNAUTHORIZED
            _, key = await store.create("me")
            assert (await authenticator.authenticate(key)).name == "me"
        finally:
            await store.close()
            await authenticator.close()

    with caplog.at_level(logging.WARNING):
        run(scenario())
