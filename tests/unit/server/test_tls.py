"""Which certificate is shown as files come and go. Handshakes are made in memory."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.tls import ServerTls, TlsFiles
from support.certificates import Key, Pair, authority, replace, signed_by

AUTHORITY = authority()
FIRST, SECOND = signed_by(AUTHORITY, "127.0.0.1"), signed_by(AUTHORITY, "127.0.0.1")


def trusting(issuer: Pair) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=issuer.pem.decode())


class Handshake:
    """A client and a server of TLS with nothing between them but two buffers."""

    def __init__(self, server: ServerTls, client: ssl.SSLContext) -> None:
        up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(down, up, server_hostname="127.0.0.1")
        self.server = server.http.wrap_bio(up, down, server_side=True)
        waiting = [self.client, self.server]
        while waiting:
            side = waiting.pop(0)
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                waiting.append(side)

    @property
    def shown(self) -> bytes:
        """The certificate that the client saw."""
        return ssl.DER_cert_to_PEM_cert(self.client.getpeercert(binary_form=True) or b"").encode()


def shown(tls: ServerTls) -> bytes:
    return Handshake(tls, trusting(AUTHORITY)).shown


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    return TlsFiles(*FIRST.write(tmp_path))


def test_the_first_certificate_is_shown(files: TlsFiles) -> None:
    assert shown(ServerTls(files)) == FIRST.pem


def test_http_1_1_is_what_is_spoken(files: TlsFiles) -> None:
    client = trusting(AUTHORITY)
    client.set_alpn_protocols(["h2", "http/1.1"])
    made = Handshake(ServerTls(files), client)
    assert made.client.selected_alpn_protocol() == "http/1.1"
    assert made.client.version() == "TLSv1.3"


@pytest.mark.parametrize(("version", "taken"), [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_refused(files: TlsFiles, version: ssl.TLSVersion, taken: bool) -> None:
    client = trusting(AUTHORITY)
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.minimum_version = client.maximum_version = version
    if taken:
        assert Handshake(ServerTls(files), client).client.version() == "TLSv1.2"
    else:
        with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
            Handshake(ServerTls(files), client)


def test_a_new_pair_is_for_new_connections(files: TlsFiles, tmp_path: Path) -> None:
    tls = ServerTls(files)
    open_one = Handshake(tls, trusting(AUTHORITY))
    SECOND.write(tmp_path)
    tls.look()
    assert shown(tls) == SECOND.pem
    open_one.client.write(b"still here")
    assert open_one.server.read() == b"still here"


def test_files_that_have_not_changed_are_left_alone(files: TlsFiles, caplog: pytest.LogCaptureFixture) -> None:
    tls = ServerTls(files)
    with caplog.at_level(logging.INFO):
        tls.look()
        assert not caplog.messages
        tls.look(asked=True)
    assert len(caplog.messages) == 1


def test_a_link_that_points_elsewhere_is_a_change(tmp_path: Path) -> None:
    """As secrets are mounted into containers: files that link into a folder, which is a link itself."""
    FIRST.write(tmp_path / "one")
    SECOND.write(tmp_path / "two")
    current = tmp_path / "current"
    current.symlink_to("one")
    for name in ("server.pem", "server.key"):
        (tmp_path / name).symlink_to(Path("current") / name)
    tls = ServerTls(TlsFiles(tmp_path / "server.pem", tmp_path / "server.key"))
    assert shown(tls) == FIRST.pem
    fresh = tmp_path / "fresh"
    fresh.symlink_to("two")
    fresh.replace(current)
    tls.look()
    assert shown(tls) == SECOND.pem


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


BREAKS: list[Callable[[TlsFiles], object]] = [
    lambda files: replace(files.certificate, SECOND.pem),
    lambda files: replace(files.key, SECOND.key_pem),
    lambda files: replace(files.key, FIRST.encrypted_key_pem),
    lambda files: half(files.certificate),
    lambda files: half(files.key),
    lambda files: files.certificate.write_bytes(b""),
    lambda files: files.key.unlink(),
]
NAMES = ["another certificate", "another key", "encrypted", "half a certificate", "half a key", "empty", "gone"]


@pytest.mark.parametrize("spoil", BREAKS, ids=NAMES)
def test_a_pair_that_cannot_be_used_leaves_the_old_one(
    files: TlsFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[TlsFiles], object]
) -> None:
    tls = ServerTls(files)
    spoil(files)
    for _ in range(3):
        tls.look()
        assert shown(tls) == FIRST.pem
    assert len(caplog.messages) == 1
    assert "get the old certificate" in caplog.text
    assert "name PEM files that belong together" in caplog.text
    tls.look(asked=True)
    assert len(caplog.messages) == 2
    SECOND.write(tmp_path)
    tls.look()
    assert shown(tls) == SECOND.pem


def test_files_that_come_back_as_they_were_are_mended_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder, away = tmp_path / "files", tmp_path / "away"
    tls = ServerTls(TlsFiles(*FIRST.write(folder)))
    for times in (1, 2):
        folder.rename(away)
        tls.look()
        away.rename(folder)
        tls.look()
        assert caplog.text.count("get the old certificate") == times


@pytest.mark.parametrize("spoil", BREAKS, ids=NAMES)
def test_a_server_does_not_start_with_such_a_pair(files: TlsFiles, spoil: Callable[[TlsFiles], object]) -> None:
    spoil(files)
    with pytest.raises(HiwarError, match=r"server\.pem and the key .*without a pass phrase") as refused:
        ServerTls(files)
    assert refused.value.code is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("key", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP521R1())])
def test_keys_that_one_face_could_not_use_are_refused(tmp_path: Path, key: Key) -> None:
    with pytest.raises(HiwarError, match=r"gRPC cannot use .*server\.pem: its key must be RSA, or EC"):
        ServerTls(TlsFiles(*signed_by(AUTHORITY, "127.0.0.1", key=key).write(tmp_path)))


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())])
def test_other_common_keys_are_taken(tmp_path: Path, key: Key) -> None:
    pair = signed_by(AUTHORITY, "127.0.0.1", key=key)
    assert shown(ServerTls(TlsFiles(*pair.write(tmp_path)))) == pair.pem


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff", FIRST.key_pem])
def test_authorities_that_are_none(tmp_path: Path, content: bytes) -> None:
    client_ca = tmp_path / "clients.pem"
    client_ca.write_bytes(content)
    with pytest.raises(HiwarError, match=r"clients\.pem holds no certificates"):
        ServerTls(TlsFiles(*FIRST.write(tmp_path), client_ca))


def test_who_is_on_this_machine_finds_the_certificate_without_its_chain(files: TlsFiles, tmp_path: Path) -> None:
    replace(files.certificate, FIRST.pem + AUTHORITY.pem)
    tls, copy = ServerTls(files), tmp_path / "data" / "tls" / "copy.pem"
    tls.publish(copy)
    assert copy.read_bytes() == FIRST.pem
    SECOND.write(tmp_path)
    tls.look()
    assert copy.read_bytes() == SECOND.pem
    tls.withdraw()
    assert not copy.exists()


def test_a_copy_that_cannot_be_kept_is_no_reason_to_stop(
    files: TlsFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_bytes(b"a file where a folder should be")
    tls = ServerTls(files)
    tls.publish(tmp_path / "data" / "copy.pem")
    assert "need --ca" in caplog.text
    tls.withdraw()


def test_files_are_followed_by_themselves_and_at_once_when_asked(files: TlsFiles, tmp_path: Path) -> None:
    async def until_shown(tls: ServerTls, wanted: Pair) -> None:
        async with asyncio.timeout(30):
            while shown(tls) != wanted.pem:
                await asyncio.to_thread(lambda: None)

    async def scenario(poll_s: float, *, asked: bool) -> None:
        FIRST.write(tmp_path)
        tls = ServerTls(files)
        watching = asyncio.create_task(tls.watch(poll_s))
        SECOND.write(tmp_path)
        if asked:
            tls.reload()
        await until_shown(tls, SECOND)
        watching.cancel()
        await asyncio.wait({watching})

    asyncio.run(scenario(0.01, asked=False))
    asyncio.run(scenario(3600, asked=True))
