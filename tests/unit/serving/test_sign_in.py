"""A key store that fails is told to the operator, and not to whoever wants to sign in."""

import logging
from pathlib import Path

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.pipelines.settings import RecognitionSettings, SynthesisSettings
from hiwar.serving.auth import Authenticator
from hiwar.serving.key_store import KeyStore
from hiwar.serving.key_text import new_key
from hiwar.serving.limits import ServingLimits
from hiwar.serving.metrics import Metrics
from hiwar.serving.observation import Observatory
from hiwar.serving.service import SpeechService
from hiwar.serving.sqlite_keys import SqliteKeys
from hiwar.serving.workers import Workers
from support.accounts import open_admission, own_accounts
from support.streams import HeldClock, run


def test_a_broken_store_shows_no_path(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = KeyStore(SqliteKeys(tmp_path / "keys.db"))
    run(store.close())
    workers = Workers(name="engine", threads=1, niceness=0, waiting_max=1)
    service = SpeechService(
        authenticator=Authenticator(store, None),
        accounts=own_accounts(),
        admission=open_admission(),
        observatory=Observatory(Metrics(), HeldClock()),
        limits=ServingLimits(),
        synthesis=SynthesisSettings(),
        recognition=RecognitionSettings(),
        synthesis_workers=workers,
        listening_workers=workers,
        hearing_workers=workers,
        clock=HeldClock(),
    )
    try:
        with caplog.at_level(logging.ERROR), pytest.raises(HiwarError) as caught:
            run(service.sign_in(new_key(), "tts"))
    finally:
        workers.close()
    assert caught.value.code is ErrorCode.INTERNAL
    assert str(tmp_path) not in caught.value.message
    assert str(tmp_path) in caplog.text
