"""All settings of hiwar: what they are called, their defaults and their bounds.

A nested dataclass is a section: `streams_max` of `limits` is `[limits] streams_max` in the TOML file,
`HIWAR_LIMITS_STREAMS_MAX` in the environment and `limits.streams_max` as a flag. Laying the sources over each other
is left to `settings_sources`. The TOML file is named by `--config`, or else by `HIWAR_CONFIG`.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import platformdirs
from msgspec import Meta

from hiwar.errors import ErrorCode, HiwarError
from hiwar.pipelines.settings import RecognitionSettings, SynthesisSettings
from hiwar.server.settings_sources import Provenance, read_sources
from hiwar.serving.bindings import VoiceBinding
from hiwar.serving.limits import AdmissionSettings, ServingLimits

Port = Annotated[int, Meta(ge=0, le=65535)]
"""A TCP port; 0 lets the system choose a free one."""

CLIENT_VARIABLES = frozenset({"HIWAR_URL", "HIWAR_API_KEY", "HIWAR_CA"})
"""Read by the client commands from their own options; no settings of the server."""


_CONFIG_VARIABLE = "HIWAR_CONFIG"


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What is loaded, by engine name, and the threads that run it."""

    synthesis: str = "hibari"
    synthesis_model: str | None = None
    """For the piper engine: a voice file, or a folder of them; None is the folder `piper` of `models_dir`."""
    recognition: str = "whisper"
    recognition_model: str | None = None
    """A model of the store, by name, for sherpa also a folder, with a / in it; None is the engine's own."""
    recognition_beam: Annotated[int, Meta(ge=1, le=10)] | None = None
    """How many readings side by side a final is chosen from where one is not sure; None is the engine's own choice."""
    recognition_english: str | None = None
    """Another engine for the streams that ask for English, such as moonshine; None leaves them to `recognition`."""
    voice_activity: str = "silero"
    end_of_turn: str | None = None
    """What tells the end of a turn from a pause in it, such as smart-turn; None is silence alone."""
    lexicon: Path | None = None
    """A file of words and how they are spoken, one to a line with a tab between, for every voice."""
    threads: Annotated[int, Meta(ge=1, le=64)] = field(default_factory=lambda: min(2, os.cpu_count() or 1))
    """More than the machine has cores only makes them wait for each other."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Whose signed tokens (JWT) are good, beside the keys of the server's own store."""

    key_file: Path | None = None
    """Their key: a PEM public key (RSA for RS256, EC P-256 for ES256), or a secret of 32 bytes or more for HS256."""
    jwks: str | None = None
    """Where their keys are published instead: an https address."""
    issuer: str | None = None
    """What `iss` of a token must be; None takes any."""
    audience: str = "hiwar"
    """What must be in `aud` of a token."""
    signing_key: Path | None = None
    """A secret (a file of 32 bytes or more) that signs the server's own tokens, for servers that take each other's
    without one `data_dir`; None is one that is made in it."""


def _data_dir() -> Path:
    return platformdirs.user_data_path("hiwar", appauthor=False)


def _models_dir() -> Path:
    return platformdirs.user_cache_path("hiwar", appauthor=False) / "models"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. `data_dir` holds what must be kept, `models_dir` what can be fetched again."""

    host: str = "127.0.0.1"
    port: Port = 8080
    grpc_port: Port = 9101
    tls_cert: Path | None = None
    """The certificate chain (PEM) for HTTP, WebSocket and gRPC; read again, with its key, when the files change."""
    tls_key: Path | None = None
    """Its private key (PEM), without a pass phrase."""
    tls_self_signed: bool = False
    """Whether a certificate is made and kept in `data_dir`, for trying TLS; instead of `tls_cert`."""
    grpc_client_ca: Path | None = None
    """Authorities (PEM): of gRPC only clients with a certificate from one of them get in, and still need a key."""
    allowed_origins: tuple[str, ...] = ()
    """Origins (https://app.example.com) whose pages may use the server from a browser, beside its own; "*" is any.
    In the environment with commas between. A server on loopback takes only pages of loopback for its own."""
    without_any_key: bool = False
    """Whether a server that others can reach starts although no key is good; it refuses everyone until one is."""
    data_dir: Path = field(default_factory=_data_dir)
    models_dir: Path = field(default_factory=_models_dir)
    hub: str | None = None
    """Address of the model hub; None is the default one of its library."""
    offer_voices: bool = True
    """Whether `hiwar serve` on a terminal asks the hub, once it is ready, if it could give a better Arabic voice."""
    engines: EngineSettings = field(default_factory=EngineSettings)
    synthesis: SynthesisSettings = field(default_factory=SynthesisSettings)
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)
    limits: ServingLimits = field(default_factory=ServingLimits)
    admission: AdmissionSettings = field(default_factory=AdmissionSettings)
    tokens: TokenSettings = TokenSettings()
    keys: str | None = None
    """A PostgreSQL (postgresql://user@host/database) whose keys servers share; None: `keys.db` in `data_dir`."""
    counters: str | None = None
    """A Redis or Valkey (redis://, rediss://) in which servers count together what keys use; None: each alone."""
    log: LogSettings = LogSettings()
    tracing: str | None = None
    """Where OpenTelemetry traces go, by OTLP over HTTP: http://collector:4318; None makes none."""
    voices: dict[str, VoiceBinding] = field(default_factory=dict)

    @property
    def keys_file(self) -> Path:
        """The store of API keys, unless it is a database."""
        return self.data_dir / "keys.db"

    @property
    def usage_file(self) -> Path:
        """What keys have used, by day."""
        return self.data_dir / "usage.db"

    @property
    def bindings_file(self) -> Path:
        """What `hiwar voices bind` has put behind which names; it goes before `voices`."""
        return self.data_dir / "voices.json"

    @property
    def tls(self) -> bool:
        """Whether the server speaks TLS, and nothing else."""
        return self.tls_cert is not None or self.tls_self_signed

    @property
    def self_signed_certificate(self) -> Path:
        """Where the certificate that signs itself is kept, with its key beside it."""
        return self.data_dir / "tls" / "self-signed.pem"

    def shown_certificate(self, port: int) -> Path:
        """Where a server with TLS on this port keeps a copy of its certificate for the commands on its machine."""
        return self.data_dir / "tls" / f"port-{port}.pem"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and for each (by its dotted name) the value and the source it came from."""

    settings: Settings
    provenance: tuple[Provenance, ...]


def load_settings(
    flags: Mapping[str, object] | None = None,
    config: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> LoadedSettings:
    """Lay flags over environment over TOML file over defaults.

    The file is `config`, or else what HIWAR_CONFIG names, if anything.
    `flags` are by dotted name; None among them means not given, as does an empty environment variable.
    Raises HiwarError with what to correct: an unknown name, a value out of bounds, an unreadable file.
    """
    if config is None and (named := environment.get(_CONFIG_VARIABLE)):
        config = Path(named).expanduser()
    foreign_variables = CLIENT_VARIABLES | {_CONFIG_VARIABLE}
    settings, provenance = read_sources(Settings, flags or {}, environment, config, foreign_variables)
    if (wrong := _contradiction(settings)) is not None:
        raise HiwarError(ErrorCode.INVALID_REQUEST, wrong)
    return LoadedSettings(settings, provenance)


def _contradiction(settings: Settings) -> str | None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        return "TLS needs both tls_cert and tls_key; only one of them is set."
    if settings.tls_self_signed and settings.tls_cert is not None:
        return "tls_self_signed makes a certificate, and tls_cert names one; leave out one of them."
    if settings.grpc_client_ca is not None and not settings.tls:
        return "grpc_client_ca needs TLS; set tls_cert and tls_key as well."
    tokens = settings.tokens
    if tokens.key_file is not None and tokens.jwks is not None:
        return "tokens.key_file and tokens.jwks are both set; choose one of them."
    if tokens.signing_key is not None and tokens.signing_key == tokens.key_file:
        return "tokens.signing_key and tokens.key_file are the same; who issues tokens must not sign the server's own."
    if tokens.jwks is not None and not _is_sure(tokens.jwks):
        return "tokens.jwks must be an https address: who signs must be sure."
    if settings.keys is not None and not settings.keys.startswith(("postgresql://", "postgres://")):
        return "keys must be the address of a PostgreSQL: postgresql://user:password@host:5432/database"
    if settings.counters is not None and not settings.counters.startswith(("redis://", "rediss://")):
        return "counters must be the address of a Redis or Valkey: redis://host:6379/0, or rediss://..."
    if settings.tracing is not None and not _is_web(settings.tracing):
        return "tracing must be the address of a collector: http://collector:4318, or https://..."
    if not all(map(_is_origin, settings.allowed_origins)):
        return 'allowed_origins must hold origins such as https://app.example.com, without a path, or "*".'
    if settings.port == settings.grpc_port != 0:
        return "port and grpc_port are the same; choose two different ports."
    return None


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _is_origin(text: str) -> bool:
    """Whether browsers write an origin so: scheme, host and perhaps a port. The star is any."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    whole = f"{parts.scheme}://{parts.netloc}".lower()
    return text == "*" or (bool(parts.scheme and parts.hostname) and text.lower() == whole)


def _is_sure(address: str) -> bool:
    """Whether nobody between can change what an address answers."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"})
        )
    except ValueError:
        return False
