"""Error rates of streamed finals against whole-file decodes by the same engine, in virtual time.

AUDIO_DIR holds recordings and a manifest.tsv with the columns file, language, category and text. The engines are those
of the settings (HIWAR_ENGINES_RECOGNITION and so on), on one thread. What streaming costs in time is left to
`make bench-asr`; here nothing waits, so that a change of the pipeline is seen within minutes.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from error_rates import ErrorRates, error_rates
from recordings import Recording, Wire, read_recordings
from whole_files import Engines, WholeFile, load_engines

from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.vocabulary import (
    LANGUAGES,
    RECOGNITION_SAMPLE_RATES,
    AudioEncoding,
    Language,
    RecognitionConfig,
    RecognitionEvent,
    Transcript,
)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/quality/streaming_recognition.py recordings --rate 8000 --encoding mulaw",
    )
    parser.add_argument("audio_dir", type=Path, metavar="AUDIO_DIR")
    parser.add_argument(
        "--rate", type=int, nargs="+", default=[8000, 16000, 48000], choices=RECOGNITION_SAMPLE_RATES, help="Hz"
    )
    parser.add_argument("--encoding", type=AudioEncoding, default=AudioEncoding.LINEAR16, choices=[*AudioEncoding])
    parser.add_argument("--language", nargs="+", choices=["given", "auto"], default=["auto", "given"])
    parser.add_argument("--only", default="", help="recordings whose name contains this")
    parser.add_argument("--verbose", action="store_true", help="print every transcript")
    return parser.parse_args()


def streamed(
    engines: Engines, recording: Recording, wire: Wire, *, given: bool, words: bool = False
) -> list[Transcript]:
    """Frame by frame, each worked on before the next one comes: real time without the waiting."""
    language = recording.language if given and recording.language is not None else "auto"
    config = RecognitionConfig(
        "benchmark", language=language, sample_rate=wire.rate, encoding=wire.encoding, word_timestamps=words
    )
    pipeline = RecognitionPipeline(config, engines.recognition, engines.voice_activity)
    found: list[RecognitionEvent] = []
    for frame in wire.frames(recording.samples):
        pipeline.accept(frame)
        found += _answers(pipeline)
    pipeline.finish()
    found += _answers(pipeline)
    pipeline.close()
    return [event for event in found if isinstance(event, Transcript)]


def _answers(pipeline: RecognitionPipeline) -> Iterator[RecognitionEvent]:
    while True:
        listened = pipeline.listen()
        yield from listened.events
        if listened.hearing is not None:
            listened.hearing.run()
        elif not listened.more:
            return


def compare(engines: Engines, files: list[WholeFile], wire: Wire, language: str, *, verbose: bool) -> None:
    """One rate and one choice of language, printed by language."""
    began_s = time.perf_counter()
    texts: list[str] = []
    on_noise = 0
    for file in files:
        transcripts = streamed(engines, file.recording, wire, given=language == "given")
        texts.append(" ".join(one.text for one in transcripts if one.is_final))
        on_noise += len(transcripts) if file.recording.language is None else 0
        if verbose:
            print(f"  {file.recording.name}: {texts[-1]}")
    for code in LANGUAGES:
        _print_rates(f"{wire.rate} Hz, language {language}, {code}", code, files, texts)
    took_s = time.perf_counter() - began_s
    print(f"{wire.rate} Hz, language {language}: transcripts on noise {on_noise}, {took_s:.0f} s", flush=True)


def _print_rates(head: str, code: Language, files: list[WholeFile], texts: list[str]) -> None:
    chosen = [
        (file.recording.text, text, file.decoded)
        for file, text in zip(files, texts, strict=True)
        if file.recording.language == code and file.recording.text and file.decoded is not None
    ]
    if not chosen:
        return
    said, heard, decoded = zip(*chosen, strict=True)
    print(
        f"{head}: {len(chosen)} recordings,"
        f" streamed {_shown(error_rates(said, heard))}, whole file {_shown(error_rates(said, decoded))}"
    )


def _shown(rates: ErrorRates | None) -> str:
    return "-" if rates is None else f"WER {rates.wer:.1f} CER {rates.cer:.1f}"


def main() -> None:
    chosen = options()
    engines = load_engines()
    recordings = read_recordings(chosen.audio_dir, chosen.only)
    info = engines.recognition.info
    print(f"engine {info.name}, model {info.model}, one thread, {chosen.encoding}")
    files = [engines.whole(recording) for recording in recordings]
    for rate in chosen.rate:
        for language in chosen.language:
            compare(engines, files, Wire(rate, chosen.encoding), language, verbose=chosen.verbose)
    engines.close()


if __name__ == "__main__":
    main()
