"""The certificate for trying TLS: what it is for, how long it stays, and who may read its key."""

import datetime
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from hiwar.errors import HiwarError
from hiwar.server.self_signed import self_signed
from support.certificates import authority

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tls" / "self-signed.pem"


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names(path: Path) -> set[str]:
    named = read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*named.get_values_for_type(x509.DNSName), *map(str, named.get_values_for_type(x509.IPAddress))}


@pytest.mark.parametrize(
    ("host", "also"),
    [
        ("127.0.0.1", set()),
        ("0.0.0.0", set()),  # noqa: S104 - no address to connect to, so none to be named
        ("::", set()),
        ("192.0.2.7", {"192.0.2.7"}),
        ("fe80::1%lo", {"fe80::1"}),
        ("speech.example", {"speech.example"}),
        ("خادم", set()),
    ],
)
def test_it_is_for_this_machine_and_the_host_that_was_given(path: Path, host: str, also: set[str]) -> None:
    self_signed(path, host, NOW)
    assert names(path) == {"localhost", "127.0.0.1", "::1", socket.gethostname(), *also}


def test_its_key_is_for_the_owner_alone(path: Path) -> None:
    files = self_signed(path, "127.0.0.1", NOW)
    assert files.certificate == path
    assert files.key.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


def test_it_lives_no_longer_than_clients_take(path: Path) -> None:
    self_signed(path, "127.0.0.1", NOW)
    made = read(path)
    assert made.not_valid_before_utc < NOW
    assert made.not_valid_after_utc - made.not_valid_before_utc <= datetime.timedelta(days=397)


def test_it_signs_itself_and_nothing_else(path: Path) -> None:
    self_signed(path, "127.0.0.1", NOW)
    made = read(path)
    made.verify_directly_issued_by(made)
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize(("days", "kept"), [(0, True), (388, True), (391, False), (500, False), (-2, False)])
def test_it_is_kept_while_it_is_valid_for_a_week(path: Path, days: int, kept: bool) -> None:
    self_signed(path, "127.0.0.1", NOW)
    before = path.read_bytes()
    self_signed(path, "127.0.0.1", NOW + datetime.timedelta(days=days))
    assert (path.read_bytes() == before) is kept
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path, path.with_suffix(".key"))


@pytest.mark.parametrize("name", ["self-signed.pem", "self-signed.key", "self-signed.key.new"])
@pytest.mark.parametrize("content", [b"", b"nonsense", authority().key_pem, authority().pem])
def test_files_that_are_spoilt_are_made_anew(path: Path, name: str, content: bytes) -> None:
    self_signed(path, "127.0.0.1", NOW)
    (path.parent / name).write_bytes(content)
    files = self_signed(path, "127.0.0.2", NOW)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(files.certificate, files.key)
    assert files.key.stat().st_mode & 0o777 == 0o600


def test_another_host_gets_another(path: Path) -> None:
    self_signed(path, "192.0.2.7", NOW)
    before = path.read_bytes()
    self_signed(path, "127.0.0.1", NOW)
    assert path.read_bytes() == before
    self_signed(path, "192.0.2.8", NOW)
    assert path.read_bytes() != before


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"a file")
    with pytest.raises(HiwarError, match="--data-dir"):
        self_signed(tmp_path / "data" / "tls" / "self-signed.pem", "127.0.0.1", NOW)
