"""What `hiwar say --explain` prints: how a server would read a text, token by token."""

import asyncio

import click
import msgspec

from hiwar.cli.http_request import request
from hiwar.cli.server_choice import Server
from hiwar.cli.tables import print_table
from hiwar.text.explanation import SegmentReading, TokenReading
from hiwar.vocabulary import LanguageChoice

_TIMEOUT_S = 30.0
_NAMES = {"ar": "Arabic", "en": "English"}


class _Answer(msgspec.Struct, frozen=True):
    segments: list[SegmentReading]


async def print_reading(server: Server, text: str, voice: str, language: LanguageChoice) -> None:
    """Ask the server and print a table for each segment. Raises HiwarError, ConnectionFailedError."""
    body = {"text": text, "voice": voice, "language": language}
    answer = await asyncio.to_thread(request, server, "/v1/text/explain", body, timeout_s=_TIMEOUT_S)
    segments = msgspec.json.decode(answer, type=_Answer).segments
    for number, segment in enumerate(segments, 1):
        click.secho(f"{number}  {_NAMES[segment.language]}: {segment.text}", bold=True)
        print_table(("written", "is", "said", "phones", "phonemes"), map(_row, filter(_is_said, segment.tokens)))
        click.echo()


def _row(token: TokenReading) -> tuple[str, ...]:
    kind = token.kind if token.language == "ar" else f"{token.kind} ({token.language})"
    return (token.written, kind, token.marked or token.spoken or "-", token.phones, token.phonemes)


def _is_said(token: TokenReading) -> bool:
    """Punctuation is seen in the line above the table."""
    return token.kind != "mark"
