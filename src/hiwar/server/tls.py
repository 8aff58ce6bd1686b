"""TLS from one pair of files for HTTP, WebSocket and gRPC: read at the start, and again whenever the files change.

Making a pair is left to `self_signed`, listening with it to `lifecycle`.
"""

import asyncio
import contextlib
import logging
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hiwar.errors import ErrorCode, HiwarError

log = logging.getLogger("hiwar.server")

_GRPC_CURVES = {"secp256r1", "secp384r1"}
_END_OF_CERTIFICATE = b"-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the chain with the server's own certificate first, its key, and who signs the clients of gRPC."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def stamps(self) -> tuple[tuple[int, ...], ...]:
        """Differs once a file, or what a link to it points to, has been replaced or written; empty for one missing."""
        return tuple(_stamp(path) for path in (self.certificate, self.key, self.client_ca) if path is not None)

    def read(self) -> tuple[bytes, bytes, bytes | None]:
        """The bytes of the three. Raises OSError."""
        client_ca = self.client_ca.read_bytes() if self.client_ca is not None else None
        return self.certificate.read_bytes(), self.key.read_bytes(), client_ca


@dataclass(frozen=True, slots=True)
class _Identity:
    """A pair that belongs together, in the forms that HTTP and gRPC take it."""

    context: ssl.SSLContext
    configuration: grpc.ServerCertificateConfiguration = field(repr=False)
    certificate: bytes


class ServerTls:
    """The certificate that is shown. New connections get the newest that could be loaded, open ones keep theirs.

    The constructor reads the files, blocking, and raises HiwarError when they cannot be used.
    """

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._stamps = files.stamps()
        self._identity = _load(files)
        self._failed = False
        self._asked = asyncio.Event()
        self._published: Path | None = None
        self.http = self._identity.context
        """For HTTP and WebSocket, for good: every handshake with it is handed over to the newest."""
        self.http.sni_callback = self._hand_over

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """For one port of gRPC, which asks for the newest certificate at every handshake, on threads of its own."""
        handed = self._identity

        def newest() -> grpc.ServerCertificateConfiguration | None:
            nonlocal handed
            if handed is self._identity:
                return None
            handed = self._identity
            return handed.configuration

        clients_need_certificates = self._files.client_ca is not None
        return grpc.dynamic_ssl_server_credentials(
            handed.configuration,
            newest,  # type: ignore[arg-type] # None is "as before", which the stubs forget
            clients_need_certificates,
        )

    def publish(self, path: Path) -> None:
        """Keep a copy of the certificate at `path`, blocking, until `withdraw`: by it clients here know this server.

        A copy that cannot be written is logged, and costs them only that.
        """
        self._published = path
        own, end, _rest = self._identity.certificate.partition(_END_OF_CERTIFICATE)
        fresh = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_bytes(own + end + b"\n")
            fresh.replace(path)
        except OSError as error:
            log.warning("the commands on this machine need --ca: %s cannot be written: %s", path, error.strerror)

    def withdraw(self) -> None:
        """Remove the copy."""
        path, self._published = self._published, None
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def reload(self) -> None:
        """Read the files at once, whether they look changed or not. Call it on the event loop."""
        self._asked.set()

    async def watch(self, poll_s: float) -> None:
        """Follow the files until cancelled, by a look every `poll_s` seconds. None of it is done on the event loop."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(poll_s):
                    await self._asked.wait()
            asked = self._asked.is_set()
            self._asked.clear()
            await asyncio.to_thread(self.look, asked=asked)

    def look(self, *, asked: bool = False) -> None:
        """Read the files if they have changed, or could not be used the last time, or if somebody asked. Blocks.

        Files that cannot be used leave everything as it is; that is logged once.
        """
        stamps = self._files.stamps()
        if not (asked or self._failed or stamps != self._stamps):
            return
        try:
            identity = _load(self._files)
        except HiwarError as error:
            if asked or not self._failed:
                log.warning("new connections get the old certificate until this is mended: %s", error.message)
            self._failed = True
            return
        self._stamps = stamps
        self._failed = False
        self._identity = identity
        if self._published is not None:
            self.publish(self._published)
        log.info("new connections get the certificate that was read from %s", self._files.certificate)

    def _hand_over(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._identity.context


def _load(files: TlsFiles) -> _Identity:
    """Raises HiwarError."""
    try:
        certificate, key, client_ca = files.read()
        context = _context(files)
        changing = files.read() != (certificate, key, client_ca)
    except OSError as error:  # ssl.SSLError is one
        raise _unusable(files) from error
    if changing:
        raise _unusable(files)
    _check_kind(files, certificate)
    if client_ca is not None:
        _check_authorities(files, client_ca)
    configuration = grpc.ssl_server_certificate_configuration([(key, certificate)], client_ca)
    return _Identity(context, configuration, certificate)


def _context(files: TlsFiles) -> ssl.SSLContext:
    """Raises OSError. The pass phrase is for not being asked on the terminal for one."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(files.certificate, files.key, password="")
    return context


def _check_kind(files: TlsFiles, pem: bytes) -> None:
    """OpenSSL takes more kinds of keys than gRPC, whose every handshake would fail."""
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, rsa.RSAPublicKey):
        return
    if not (isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _GRPC_CURVES):
        message = f"gRPC cannot use {files.certificate}: its key must be RSA, or EC on the curve P-256 or P-384."
        raise HiwarError(ErrorCode.INVALID_REQUEST, message)


def _check_authorities(files: TlsFiles, pem: bytes) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem.decode("ascii"))
    except (ValueError, ssl.SSLError) as error:
        message = f"grpc_client_ca: {files.client_ca} holds no certificates that can be read; name a PEM file of them."
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error


def _unusable(files: TlsFiles) -> HiwarError:
    also = f" and the authorities {files.client_ca}" if files.client_ca is not None else ""
    message = (
        f"TLS cannot be set up with the certificate {files.certificate} and the key {files.key}{also}; "
        "name PEM files that belong together, without a pass phrase, with --tls-cert and --tls-key."
    )
    return HiwarError(ErrorCode.INVALID_REQUEST, message)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
