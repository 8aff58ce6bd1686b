"""Which origins a server takes, by its own name, by its settings, and where only its machine can reach it."""

import pytest

from hiwar.transports.rest.origins import OriginPolicy

OPEN = OriginPolicy()
LOOPBACK = OriginPolicy(on_loopback=True)
NAMED = OriginPolicy(frozenset({"https://app.example.com", "http://localhost:3000"}), on_loopback=True)
ANY = OriginPolicy(frozenset({"*"}))


@pytest.mark.parametrize(
    ("policy", "origin", "host", "allowed"),
    [
        (OPEN, "https://speech.example.com", "speech.example.com", True),
        (OPEN, "https://Speech.example.com", "speech.EXAMPLE.com:443", True),
        (OPEN, "http://speech.example.com:8080", "speech.example.com:8080", True),
        (OPEN, "http://speech.example.com", "speech.example.com:8080", False),
        (OPEN, "https://speech.example.com.evil.example", "speech.example.com", False),
        (OPEN, "https://speech.example.com@evil.example", "evil.example", False),
        (OPEN, "https://evil.example", "evil.example@speech.example.com", False),
        (OPEN, "https://evil.example", "", False),
        (OPEN, "null", "null", False),
        (OPEN, "", "", False),
        (OPEN, "http://[::1", "[::1", False),
        (OPEN, "http://a:port", "a:port", False),
        (LOOPBACK, "http://127.0.0.1:8080", "127.0.0.1:8080", True),
        (LOOPBACK, "http://localhost:8080", "localhost:8080", True),
        (LOOPBACK, "http://[::1]:8080", "[::1]:8080", True),
        (LOOPBACK, "http://localhost:3000", "localhost:8080", False),
        (LOOPBACK, "http://rebound.example:8080", "rebound.example:8080", False),
        (LOOPBACK, "http://127.0.0.1.rebound.example:8080", "127.0.0.1.rebound.example:8080", False),
        (NAMED, "https://app.example.com", "127.0.0.1:8080", True),
        (NAMED, "HTTPS://APP.example.com", "127.0.0.1:8080", True),
        (NAMED, "http://localhost:3000", "localhost:8080", True),
        (NAMED, "http://app.example.com", "127.0.0.1:8080", False),
        (NAMED, "https://app.example.com:8443", "127.0.0.1:8080", False),
        (ANY, "https://evil.example", "speech.example.com", True),
        (ANY, "null", "speech.example.com", True),
    ],
)
def test_a_page_is_taken_from_the_server_itself_and_from_where_it_is_named(
    policy: OriginPolicy, origin: str, host: str, allowed: bool
) -> None:
    assert policy.allows(origin, host) is allowed
