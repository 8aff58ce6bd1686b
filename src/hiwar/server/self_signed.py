"""A certificate that signs itself, for trying TLS. Nobody trusts it who was not given the file."""

import contextlib
import datetime
import ipaddress
import os
import socket
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hiwar.engines.file_lock import locked
from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.tls import TlsFiles

_VALID = datetime.timedelta(days=397)
"""Clients refuse certificates that live longer."""
_LEFT_MIN = datetime.timedelta(days=7)
_CLOCK_SKEW = datetime.timedelta(hours=1)


def self_signed(certificate: Path, host: str, now: datetime.datetime) -> TlsFiles:
    """The pair at `certificate`, made at the first call, and anew when `host` is another or its end is a week away.

    It is for loopback, this machine's host name and `host`. The key has mode 0600. Blocks. Raises HiwarError.
    """
    files, folder = TlsFiles(certificate, certificate.with_suffix(".key")), certificate.parent
    names = _names(host)
    try:
        for missing in (folder.parent, folder):  # the mode is for the last folder that is made only
            missing.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(folder / ".lock"):
            if not _serves(files, names, now):
                _make(files, names, now)
    except OSError as error:
        message = f"No certificate can be kept in {folder}; check its rights, or name another folder with --data-dir."
        raise HiwarError(ErrorCode.INTERNAL, message) from error
    return files


def _names(host: str) -> list[x509.GeneralName]:
    texts = dict.fromkeys(("localhost", "127.0.0.1", "::1", host, socket.gethostname()))
    return [name for text in texts if (name := _name(text)) is not None]


def _name(text: str) -> x509.GeneralName | None:
    """None for what no certificate can name: every address at once, or a host name that is not ASCII."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return x509.DNSName(text) if text and text.isascii() else None
    return None if address.is_unspecified else x509.IPAddress(address)


def _serves(files: TlsFiles, names: list[x509.GeneralName], now: datetime.datetime) -> bool:
    """Whether the pair is there, whole, made out to all these names and valid for long enough."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(files.certificate, files.key, password="")
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    lasts = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _LEFT_MIN
    return lasts and set(names) <= set(named)


def _make(files: TlsFiles, names: list[x509.GeneralName], now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hiwar")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now - _CLOCK_SKEW + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(files.key, private, 0o600)
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    fresh = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):  # left by a process that was ended
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
        file.write(content)
    fresh.replace(path)
