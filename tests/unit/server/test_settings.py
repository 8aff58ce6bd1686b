from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.settings import CLIENT_VARIABLES, LoadedSettings, Settings, load_settings


def _from_toml(tmp_path: Path, text: str) -> LoadedSettings:
    config = tmp_path / "hiwar.toml"
    config.write_text(text, encoding="utf-8")
    return load_settings(config=config, environment={})


def _source(loaded: LoadedSettings, name: str) -> str:
    return next(each.source for each in loaded.provenance if each.name == name)


def test_defaults_are_for_this_machine_only() -> None:
    loaded = load_settings(environment={})
    assert loaded.settings == Settings()
    assert loaded.settings.on_loopback
    assert {each.source for each in loaded.provenance} == {"default"}


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    config = tmp_path / "hiwar.toml"
    config.write_text('host = "192.0.2.1"\nport = 1\ngrpc_port = 2\n[limits]\nstreams_max = 3\n')
    environment = {"HIWAR_PORT": "11", "HIWAR_GRPC_PORT": "12"}
    loaded = load_settings({"port": 21}, config, environment)
    settings = loaded.settings
    assert (settings.host, settings.port, settings.grpc_port, settings.limits.streams_max) == ("192.0.2.1", 21, 12, 3)
    assert _source(loaded, "port") == "flag"
    assert _source(loaded, "grpc_port") == "environment HIWAR_GRPC_PORT"
    assert _source(loaded, "host") == f"file {config}"
    assert _source(loaded, "tls_cert") == "default"


def test_a_section_is_part_of_every_name(tmp_path: Path) -> None:
    assert load_settings({"limits.streams_max": 7}, environment={}).settings.limits.streams_max == 7
    assert load_settings(environment={"HIWAR_LIMITS_STREAMS_MAX": "8"}).settings.limits.streams_max == 8
    assert _from_toml(tmp_path, "limits.streams_max = 9").settings.limits.streams_max == 9


def test_what_is_not_given_does_not_count() -> None:
    loaded = load_settings({"host": None}, environment={"HIWAR_PORT": "", "PATH": "/bin"})
    assert loaded.settings == Settings()


def test_paths_are_expanded() -> None:
    settings = load_settings({"data_dir": Path("/srv/hiwar")}, environment={"HIWAR_MODELS_DIR": "~/models"}).settings
    assert settings.data_dir == Path("/srv/hiwar")
    assert settings.keys_file == Path("/srv/hiwar/keys.db")
    assert settings.models_dir == Path.home() / "models"


def test_voices_are_named_by_the_operator(tmp_path: Path) -> None:
    loaded = _from_toml(tmp_path, '[voices."سارة"]\nengine = "tone"\n')
    voice = loaded.settings.voices["سارة"]
    assert (voice.engine, voice.engine_voice, voice.description) == ("tone", None, None)


@pytest.mark.parametrize("variable", sorted(CLIENT_VARIABLES))
def test_variables_of_the_client_are_let_pass(variable: str) -> None:
    assert load_settings(environment={variable: "x"}).settings == Settings()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"HIWAR_PROT": "1"}, r"HIWAR_PROT.*did you mean HIWAR_PORT\?"),
        ({"HIWAR_LIMITS_STREAM_MAX": "1"}, r"did you mean HIWAR_LIMITS_STREAMS_MAX\?"),
        ({"HIWAR_COLOUR": "1"}, "no setting HIWAR_COLOUR.*known are:.*HIWAR_DATA_DIR"),
        ({"HIWAR_VOICES": "{}"}, "no setting HIWAR_VOICES"),
        ({"HIWAR_PORT": "many"}, "port .environment HIWAR_PORT.*int"),
        ({"HIWAR_PORT": "65536"}, "port .environment HIWAR_PORT.*65535"),
        ({"HIWAR_LIMITS_STREAMS_MAX": "0"}, "limits.streams_max .*>= 1"),
        ({"HIWAR_LOG_LEVEL": "loud"}, "must be one of: debug, info, warning, error"),
        ({"HIWAR_TLS_CERT": "cert.pem"}, "needs both tls_cert and tls_key"),
        ({"HIWAR_TLS_SELF_SIGNED": "true", "HIWAR_TLS_CERT": "a", "HIWAR_TLS_KEY": "b"}, "leave out one of them"),
        ({"HIWAR_GRPC_CLIENT_CA": "ca.pem"}, "grpc_client_ca needs TLS"),
        ({"HIWAR_GRPC_PORT": "8080"}, "two different ports"),
    ],
)
def test_a_wrong_variable_is_refused_with_what_to_correct(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(HiwarError, match=sentence) as caught:
        load_settings(environment=environment)
    assert caught.value.code is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 1", r"no setting prot .in file .*hiwar.toml.; did you mean port\?"),
        ("[limit]\nstreams_max = 1", r"did you mean limits\?"),
        ("[limits]\nstream_max = 1", r"did you mean limits.streams_max\?"),
        ("limits = 3", r"is a section; give its settings below \[limits\]"),
        ('[voices.Sara]\nengin = "tone"', r"engin .in \[voices.Sara\].*did you mean engine\?"),
        ("[voices.Sara]\nengine = 3", "voices .*int"),
        ("voices = 3", "voices .*object"),
        ("port = [", "is not TOML"),
        ("[port]\nlow = 1", "port .*int"),
        ("data_dir = 3", "data_dir .*path"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_correct(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(HiwarError, match=sentence):
        _from_toml(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HiwarError, match=r"missing.toml cannot be read: No such file"):
        load_settings(config=tmp_path / "missing.toml", environment={})


def test_an_unknown_flag_is_refused() -> None:
    with pytest.raises(HiwarError, match=r"no setting limits.stream .in the flags"):
        load_settings({"limits.stream": 1}, environment={})


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("192.0.2.1", False), ("::", False)],
)
def test_loopback(host: str, expected: bool) -> None:
    assert Settings(host=host).on_loopback is expected


def test_a_host_name_is_not_taken_for_loopback() -> None:
    assert not Settings(host="speech.example").on_loopback


def test_free_ports_may_both_be_zero() -> None:
    assert load_settings({"port": 0, "grpc_port": 0}, environment={}).settings.port == 0


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().limits.streams_max = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recognition.partial_interval_ms", 0),
        ("recognition.speech_start_ms", 30_000),
        ("recognition.pending_max_ms", -1),
        ("recognition.utterance_max_ms", 31_000),
        ("recognition.utterance.doubt_below", 1.5),
        ("engines.recognition_beam", 0),
        ("engines.recognition_beam", 11),
    ],
)
def test_recognition_settings_that_would_break_every_stream_are_refused(name: str, value: float) -> None:
    with pytest.raises(HiwarError, match=name):
        load_settings({name: value}, None, {})


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        ({"tokens.jwks": "http://example.com/keys"}, "https"),
        ({"tokens.jwks": "http://localhost.example.com/keys"}, "https"),
        ({"tokens.jwks": "https:///keys"}, "https"),
        ({"tokens.jwks": "https://[/keys"}, "https"),
        ({"tokens.jwks": "https://example.com/keys", "tokens.key_file": "key.pem"}, "choose one"),
        ({"tokens.signing_key": "key", "tokens.key_file": "key"}, "must not sign"),
        ({"counters": "localhost:6379"}, "redis://"),
        ({"keys": "keys.db"}, "postgresql://"),
    ],
    ids=str,
)
def test_addresses_that_will_not_do_are_refused(flags: dict[str, object], word: str) -> None:
    with pytest.raises(HiwarError, match=word):
        load_settings(flags, None, {})


def test_addresses_that_will_do() -> None:
    for jwks in ("https://example.com/keys", "http://localhost:8000/keys", "http://127.0.0.1/keys"):
        assert load_settings({"tokens.jwks": jwks}, None, {}).settings.tokens.jwks == jwks


@pytest.mark.parametrize(
    ("name", "address", "shown"),
    [
        ("counters", "redis://user:hidden@host:6379/0", "redis://***@host:6379/0"),
        (
            "keys",
            "postgresql://user:hidden@host/keys?sslmode=verify-full",
            "postgresql://***@host/keys?sslmode=verify-full",
        ),
        ("keys", "postgresql:///keys?user=me&password=hidden", "postgresql:///keys***@"),
    ],
)
def test_addresses_are_shown_without_their_passwords(name: str, address: str, shown: str) -> None:
    loaded = load_settings({name: address}, None, {})
    assert getattr(loaded.settings, name) == address
    assert [row.value for row in loaded.provenance if row.name == name] == [shown]


def test_origins_come_as_a_list_or_with_commas_between() -> None:
    named = ("https://app.example.com", "http://localhost:3000")
    assert load_settings({"allowed_origins": list(named)}, environment={}).settings.allowed_origins == named
    environment = {"HIWAR_ALLOWED_ORIGINS": ", ".join(named)}
    assert load_settings(environment=environment).settings.allowed_origins == named


@pytest.mark.parametrize(
    "origin", ["app.example.com", "https://app.example.com/", "https://", "https://a:port", "null"]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(HiwarError, match="allowed_origins"):
        load_settings({"allowed_origins": [origin]}, environment={})
