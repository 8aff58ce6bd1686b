"""`hiwar transcribe`: an audio file to text, at once or as it would be heard live."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import click
import msgspec

from hiwar.cli.audio_files import PcmFile, open_audio
from hiwar.cli.live_text import LiveText
from hiwar.cli.server_choice import chosen_server, server_options
from hiwar.client import AsyncClient
from hiwar.protocol.messages import AsrServerMessage, ErrorEvent, Final, Partial
from hiwar.vocabulary import DIGIT_STYLES, LANGUAGE_CHOICES, DigitStyle, LanguageChoice


@click.command(
    epilog="""\b
Examples:
  hiwar transcribe call.wav
  hiwar transcribe مكالمة.wav --language ar
  hiwar transcribe meeting.m4a --live
  hiwar transcribe call.wav --json --words > call.jsonl"""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--language",
    type=click.Choice(LANGUAGE_CHOICES),
    default="auto",
    show_default=True,
    help="Naming it is faster and surer than detection.",
)
@click.option(
    "--digits",
    type=click.Choice(DIGIT_STYLES),
    default="western",
    show_default=True,
    help="How numbers are written: spelled, 0-9, or ٠-٩ in Arabic.",
)
@click.option("--itn", is_flag=True, help="Write spoken numbers as digits: twenty five dollars as $25.")
@click.option("--live", is_flag=True, help="Stream in real time and show partial results replacing each other.")
@click.option("--words", is_flag=True, help="With --json: a time and a confidence for each word.")
@click.option("--json", "as_json", is_flag=True, help="Print every event of the server as a line of JSON.")
@server_options
def command(
    file: Path,
    language: LanguageChoice,
    digits: DigitStyle,
    itn: bool,
    live: bool,
    words: bool,
    as_json: bool,
    url: str | None,
    api_key: str | None,
    ca: Path | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Write down what FILE says, a line for each utterance."""
    audio = open_audio(file)

    async def transcribe() -> None:
        async with chosen_server(url, api_key, config, data_dir, ca) as server:
            events = AsyncClient(server.url, server.api_key, ca=server.trusted).transcribe(
                _paced(audio) if live else _at_once(audio),
                sample_rate=audio.sample_rate,
                language=language,
                interim_results=live or as_json,
                word_timestamps=words,
                digits=digits,
                itn=itn,
            )
            await (_print_json(events) if as_json else _show(events, live=live))

    asyncio.run(transcribe())


async def _print_json(events: AsyncIterator[AsrServerMessage]) -> None:
    async for event in events:
        click.echo(msgspec.json.encode(event).decode())


async def _show(events: AsyncIterator[AsrServerMessage], *, live: bool) -> None:
    refused: ErrorEvent | None = None
    with LiveText(enabled=live) as shown:
        async for event in events:
            if refused is not None:  # not the last word, so not the error that ends the command
                click.echo(f"The server refused something: {refused.message}", err=True)
            refused = event if isinstance(event, ErrorEvent) else None
            if isinstance(event, Partial):
                shown.partial(event.stable, event.transcript)
            elif isinstance(event, Final):
                shown.final(event.transcript if event.itn is None else event.itn)


async def _at_once(audio: PcmFile) -> AsyncIterator[bytes]:
    for chunk in audio.chunks:
        yield chunk


async def _paced(audio: PcmFile) -> AsyncIterator[bytes]:
    """Each chunk when it would have been spoken to its end."""
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    for chunk in audio.chunks:
        due_s += len(chunk) / 2 / audio.sample_rate
        await asyncio.sleep(due_s - loop.time())
        yield chunk
