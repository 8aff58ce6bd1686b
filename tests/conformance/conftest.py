"""What the conversations are replayed on, once for each face: every test of this folder looks at the same replays."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest
from faces.servers import Servers
from golden.faces import Face
from golden.replay import Replay, Told
from golden.steps import Conversation

Replayed = Callable[[Face, Conversation], Sequence[Told]]


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    """Replays a conversation over a face, unless that was done before, and says what the server told."""
    done: dict[tuple[Face, str], Sequence[Told]] = {}
    with ExitStack() as running:
        servers = Servers(tmp_path_factory.mktemp("data"), running)

        def replay(face: Face, conversation: Conversation) -> Sequence[Told]:
            if (face, conversation.name) not in done:
                run = Replay(*servers.of(face, conversation))
                run.run(conversation)
                done[face, conversation.name] = run.told
            return done[face, conversation.name]

        yield replay
