"""`hiwar say`: a text, or what a program is writing, to the speakers, a file or a pipe."""

import asyncio
import contextlib
import sys
import wave
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

import click

from hiwar.cli.piped_text import piped_text
from hiwar.cli.player import Player, find_player
from hiwar.cli.reading import print_reading
from hiwar.cli.server_choice import Server, chosen_server, server_options
from hiwar.client import AsyncClient, Speech
from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import DEFAULT_VOICE, LANGUAGE_CHOICES, SYNTHESIS_SAMPLE_RATES, LanguageChoice, SpeechFormat

_SUFFIXES = {f".{name}": name for name in SpeechFormat} | {".ogg": SpeechFormat.OPUS}


@click.command(
    epilog="""\b
Examples:
  hiwar say "مرحبا بكم في حوار"
  hiwar say "Your balance is $25.50." --voice Yara_en -o balance.wav
  echo "صباح الخير" | hiwar say --voice Nouf -o morning.mp3
  hiwar say "Hello" --voice Yara_en -o - | aplay
  hiwar say "Hello again" --voice Yara_en -o again.wav --words > again.txt
  hiwar say "رصيدك 25.50 ريال حتى 22/11/2026" --explain

\b
Speak along with a program, here one that writes with pauses:
  (echo "لحظة من فضلك."; sleep 2; echo "شكرا لانتظاركم.") | hiwar say -
  (echo "One moment, please."; sleep 2; echo "Thank you.") | hiwar say - --voice Yara_en"""
)
@click.argument("text", required=False)
@click.option("--voice", default=DEFAULT_VOICE, show_default=True, help="A name from: hiwar voices")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="File to write, - for standard output. Without it the speech is played.",
)
@click.option(
    "--format",
    "audio_format",
    type=click.Choice([str(name) for name in SpeechFormat]),
    help="What -o holds. [default: what its name ends with, else wav]",
)
@click.option("--sample-rate", type=click.Choice([str(rate) for rate in SYNTHESIS_SAMPLE_RATES]), help="In Hz.")
@click.option(
    "--speed", type=click.FloatRange(0.5, 2.0), default=1.0, show_default=True, help="1.0 is the voice's own."
)
@click.option(
    "--language", type=click.Choice(LANGUAGE_CHOICES), default="auto", show_default=True, help="Language of the text."
)
@click.option("--words", is_flag=True, help="Print each word with its start and end, in seconds.")
@click.option("--explain", is_flag=True, help="Print how the text would be read, and speak nothing.")
@server_options
def command(
    text: str | None,
    voice: str,
    output: Path | None,
    audio_format: str | None,
    sample_rate: str | None,
    speed: float,
    language: LanguageChoice,
    words: bool,
    explain: bool,
    url: str | None,
    api_key: str | None,
    ca: Path | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Speak TEXT: play it, or write it with -o. With - or no TEXT, speak what comes in by a pipe, as it comes."""
    spoken = _given(text)
    chosen = chosen_server(url, api_key, config, data_dir, ca)
    if explain:
        return asyncio.run(_explain(spoken, voice, language, chosen))
    if words and output == Path("-"):
        raise click.UsageError("Standard output carries the audio; for --words name a file: -o FILE.")
    wanted, player = _file_format(audio_format, output), find_player() if output is None else None
    if player is not None and audio_format is not None:
        raise click.UsageError("The speech is played; --format says what a file holds: add -o FILE, or leave it out.")
    if output is None and player is None:
        output = Path(f"speech.{wanted}")
        click.echo(f"No audio player found; writing {output} instead.", err=True)

    async def speak() -> None:
        async with chosen as server:
            speech = AsyncClient(server.url, server.api_key, ca=server.trusted).speak(
                spoken,
                voice=voice,
                audio_format=_wire_format(wanted, output),
                sample_rate=int(sample_rate) if sample_rate else None,
                speed=speed,
                language=language,
                word_timestamps=words,
            )
            await _deliver(speech, output, player, wanted, words=words)

    return asyncio.run(speak())


async def _explain(
    spoken: str | AsyncIterable[str],
    voice: str,
    language: LanguageChoice,
    chosen: contextlib.AbstractAsyncContextManager[Server],
) -> None:
    text = spoken if isinstance(spoken, str) else "".join([piece async for piece in spoken])
    async with chosen as server:
        await print_reading(server, text, voice, language)


def _given(text: str | None) -> str | AsyncIterable[str]:
    if text is not None and text != "-":
        return text
    if sys.stdin is None or (text is None and sys.stdin.isatty()):
        raise click.UsageError(
            'There is no text; write it behind the command, hiwar say "مرحبا", or send it by a pipe.'
        )
    return piped_text(sys.stdin.fileno())


def _file_format(named: str | None, output: Path | None) -> SpeechFormat:
    if named is not None:
        return SpeechFormat(named)
    return _SUFFIXES.get(output.suffix.lower(), SpeechFormat.WAV) if output is not None else SpeechFormat.WAV


def _wire_format(wanted: SpeechFormat, output: Path | None) -> SpeechFormat:
    """WAV files are written here, so that their header knows the length; a pipe gets the server's streaming header."""
    if output is None:
        return SpeechFormat.PCM
    return SpeechFormat.PCM if wanted is SpeechFormat.WAV and output != Path("-") else wanted


async def _deliver(
    speech: Speech, output: Path | None, player: Player | None, wanted: SpeechFormat, *, words: bool
) -> None:
    async with speech:
        if player is not None:
            await player.play(speech)
        elif output == Path("-"):
            await _write(speech, sys.stdout.buffer)
        elif output is not None:
            try:
                await _write_file(speech, output, wanted)
            except OSError as error:
                message = f"{output} cannot be written: {error.strerror}; name another file with -o."
                raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
    if speech.complete is not None and speech.complete.audio_ms == 0:
        raise HiwarError(ErrorCode.INVALID_REQUEST, "There is nothing to speak in this text.")
    if words:
        _print_words(speech)


async def _write(audio: AsyncIterator[bytes] | Speech, file: BinaryIO) -> None:
    async for chunk in audio:
        file.write(chunk)
        file.flush()


async def _write_file(speech: Speech, output: Path, wanted: SpeechFormat) -> None:
    """The file appears with the first audio, so a refused request leaves none behind."""
    with contextlib.ExitStack() as opened:
        write: Callable[[bytes], object] | None = None
        async for chunk in speech:
            if write is None and speech.started is not None:
                file = opened.enter_context(output.open("wb"))
                write = file.write
                if wanted is SpeechFormat.WAV:
                    write = opened.enter_context(_wav(file, speech.started.sample_rate)).writeframes
            if write is not None:
                write(chunk)
    if speech.complete is not None and write is not None:
        click.echo(
            f"{output}: {speech.complete.audio_ms / 1000:.1f} s, first audio after {speech.complete.ttfc_ms} ms",
            err=True,
        )


def _print_words(speech: Speech) -> None:
    """As the label tracks of audio editors have it: seconds, tabs."""
    if not speech.words:
        click.echo("This voice knows no word times.", err=True)
    for word in speech.words:
        click.echo(f"{word.start_ms / 1000:.3f}\t{word.end_ms / 1000:.3f}\t{word.word}")


def _wav(file: BinaryIO, sample_rate: int) -> wave.Wave_write:
    wav = wave.open(file, "wb")  # noqa: SIM115 - closed by the caller
    wav.setnchannels(1)
    wav.setsampwidth(2)
    wav.setframerate(sample_rate)
    return wav
