"""What fuzz targets stand on: how long they run, and bytes and text that are nearly right.

Briefly with all other tests, the same each time; for as long as one likes and never the same by `make fuzz`.
"""

from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

_IS_LONG = settings.get_current_profile_name() == "fuzz"
"""The Hypothesis profile of `make fuzz`."""

fuzzed = settings(
    max_examples=1000 if _IS_LONG else 25,
    derandomize=not _IS_LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

_EDGES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)


@st.composite
def damaged(draw: st.DrawFn, whole: Sequence[bytes]) -> bytes:
    """One of `whole` with some bytes changed, and pieces cut out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from((1, 2, 4, 16, 300))))
        match draw(st.integers(0, 4)):
            case 0:
                data[at:end] = bytes([draw(st.sampled_from(_EDGES))]) * (end - at)
            case 1:
                data[at:end] = draw(st.binary(max_size=16))
            case 2:
                data[at:end] = b""
            case 3:
                data[at:at] = data[at:end]
            case _:
                del data[at:]
    return bytes(data)


def headed(whole: Sequence[bytes], octets: int = 64) -> st.SearchStrategy[bytes]:
    """Files with one to four bytes of their first `octets` changed, where parsers look for sizes."""
    places = st.lists(st.tuples(st.integers(0, octets - 1), st.integers(0, 255)), min_size=1, max_size=4)

    def changed(data: bytes, at: list[tuple[int, int]]) -> bytes:
        copy = bytearray(data)
        for place, value in at:
            if place < len(copy):
                copy[place] = value
        return bytes(copy)

    return st.builds(changed, st.sampled_from(whole), places)
