"""Whose certificates a client believes. There is no way to believe every certificate."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from hiwar.errors import ErrorCode, HiwarError


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """A PEM file with the very certificate that one server shows: that one is believed, whatever it is made out to."""

    file: Path


Trusted = Path | KnownCertificate | None
"""A PEM file of authorities, or of certificates that sign themselves; None is what the system trusts."""


def client_context(trusted: Trusted) -> ssl.SSLContext:
    """For connections that are secured. Reads files. Raises HiwarError when they hold no certificate."""
    file = trusted.file if isinstance(trusted, KnownCertificate) else trusted
    try:
        context = ssl.create_default_context(cafile=file)
    except OSError as error:  # ssl.SSLError is one
        message = f"{file} holds no certificate that can be read; name a PEM file with --ca, or with ca= in a program."
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # What the file holds need not be the root of its chain.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = not isinstance(trusted, KnownCertificate)
    return context


def not_secured(url: str, error: ssl.SSLError) -> str:
    """What to do when TLS with the server at `url` has failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate of the server at {url} is not trusted ({error.verify_message}). If it is the right "
            "server, name the file with its authority, or with its own certificate, by --ca, or by ca= in a program."
        )
    return f"What listens at {url} speaks no TLS that can be used; is it one without (--url ws://...)?"
