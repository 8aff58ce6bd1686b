import pytest

from hiwar.protocol.transitions import ASR, NOT_SIGNED_IN, TTS, Input, State, Transitions, mermaid

TABLES = [pytest.param(TTS, id="tts"), pytest.param(ASR, id="asr")]


@pytest.mark.parametrize("table", TABLES)
def test_every_state_is_reached_and_can_end(table: Transitions) -> None:
    reached = {State.SIGNING_IN}
    while more := {after for (state, _), after in table.items() if state in reached} - reached:
        reached |= more
    assert reached == set(State)
    for state in set(State) - {State.CLOSED}:
        assert table[state, Input.BROKEN] is State.CLOSED
        assert table[state, Input.PEER_CLOSED] is State.CLOSED


@pytest.mark.parametrize("table", TABLES)
def test_nothing_leaves_closed_and_nothing_but_acceptance_opens(table: Transitions) -> None:
    assert not [state for state, _ in table if state is State.CLOSED]
    assert {pair for pair, after in table.items() if after is State.OPEN} == {
        (state, Input.ACCEPTED) for state in NOT_SIGNED_IN
    }


@pytest.mark.parametrize("table", TABLES)
def test_the_picture_has_one_arrow_a_transition(table: Transitions) -> None:
    picture = mermaid(table)
    assert picture.startswith("stateDiagram-v2\n    [*] --> signing_in\n")
    assert picture.endswith("\n    closed --> [*]")
    for (state, moved), after in table.items():
        assert picture.count(f"    {state} --> {after}: {moved}\n") == 1
    assert picture.count("-->") == len(table) + 2
