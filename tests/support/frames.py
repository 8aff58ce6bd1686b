"""Frames as peers might send them, right and wrong, for property tests. All of their words carry `MARK`."""

import json

from hypothesis import strategies as st

from hiwar.protocol.transitions import State, Transitions

MARK = "§"
"""In every text that a simulated client writes, and in nothing that the server says."""

marked_text = st.text(max_size=20).map(lambda text: f"{MARK}{text}")

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([-1, 0, 2, 8000, 2**64, 10**400])
    | st.floats()
    | marked_text
    | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(marked_text, inner, max_size=3),
    max_leaves=6,
)

broken_frames = st.one_of(
    marked_text,
    json_values.map(json.dumps),
    st.sampled_from(["", "{", "[]", '{"text": "\ud800"}', '{"text": NaN}', "[" * 5000, '{"a": 1, "a": 2}', "\ufeff{}"]),
)

sign_ins = st.fixed_dictionaries(
    {"x-api-key": st.just("key") | json_values}, optional={"token": json_values, "text": marked_text}
).map(json.dumps)


def reachable(table: Transitions, before: State) -> set[State]:
    """The states that a table leads to from one state, in any number of moves; the state itself too."""
    found = {before}
    while more := {after for (state, _), after in table.items() if state in found} - found:
        found |= more
    return found
