"""Recognition over the WebSocket, measured from the client's side: how soon text is there, how still it stands, and
how right it is. Recordings are sent in real time, N at once; what each figure means stands in
docs/reference/benchmarks.md.

AUDIO_DIR holds recordings and a manifest.tsv with the columns file, language (ar, en), category and text; those of the
category noise must give no text. All on loopback, with the client on the server's machine. Every part is bounded and
ends by itself. The tables are Markdown; --json keeps all figures, those of each recording too.
"""

import argparse
import itertools
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

sys.path.append(str(Path(__file__).parents[1] / "quality"))  # recordings, error rates and captions are shared

from listener import run
from listening_peers import PEERS, PeerFigures, measure_peer
from long_stream import MINUTES_MAX, LongStream, measure_long_stream
from measured_captions import Measured, measured
from measured_server import Facts, MeasuredServer, facts, measured_server, setting
from process_use import use_of
from recognition_figures import Asked, Configuration, configuration
from recognition_tables import configuration_tables, long_stream_table, peer_table
from recordings import Wire, read_recordings
from spoken_streams import SILENCE_S, stream_all
from whole_files import Engines, WholeFile, load_engines

from hiwar.vocabulary import RECOGNITION_SAMPLE_RATES, AudioEncoding

STREAMS_MAX = 32


@dataclass(slots=True)
class Figures:
    """What --json holds."""

    facts: Facts
    whole_files_by: str
    configurations: list[Configuration] = field(default_factory=list)
    long_stream: LongStream | None = None
    peers: list[PeerFigures] = field(default_factory=list)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/serving/recognition.py recordings --streams 1,4 --json figures.json",
    )
    parser.add_argument("audio_dir", type=Path, metavar="AUDIO_DIR")
    parser.add_argument("--url", help="a running server, such as ws://127.0.0.1:8080; without it one is started")
    parser.add_argument("--api-key", help="the key for --url")
    parser.add_argument("--threads", type=int, default=2, help="engine threads of a server that is started here")
    parser.add_argument("--streams", type=_streams, default=(1,), help=f"such as 1,4,8; each at most {STREAMS_MAX}")
    parser.add_argument("--language", choices=["given", "auto"], nargs="+", default=["given"])
    parser.add_argument("--rate", type=int, choices=RECOGNITION_SAMPLE_RATES, help="Hz; 8000 for G.711, else 16000")
    parser.add_argument("--encoding", type=AudioEncoding, default=AudioEncoding.LINEAR16, choices=[*AudioEncoding])
    parser.add_argument("--only", default="", help="recordings whose name contains this")
    parser.add_argument("--seconds", type=float, default=1800, help="a configuration takes no new recording after this")
    parser.add_argument("--minutes", type=float, default=0, help=f"of one long stream, at most {MINUTES_MAX}")
    parser.add_argument("--peer", action="append", default=[], choices=[*PEERS], help="repeatable; installed if needed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser.parse_args()


def _streams(value: str) -> tuple[int, ...]:
    try:
        chosen = tuple(int(part) for part in value.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("numbers with commas between") from None
    if not all(1 <= streams <= STREAMS_MAX for streams in chosen):
        raise argparse.ArgumentTypeError(f"from 1 to {STREAMS_MAX} each")
    return chosen


def measure(server: MeasuredServer, files: list[WholeFile], asked: Asked) -> Configuration:
    """All recordings once, `asked.streams` at a time."""
    by_name = {file.recording.name: file for file in files}
    chosen = [file.recording for file in files]
    before = use_of(server.process)
    heard = run(
        stream_all(
            server,
            chosen,
            asked.wire,
            streams=asked.streams,
            given=asked.language == "given",
            seconds_max=asked.seconds_max,
        )
    )
    after = use_of(server.process)
    found = [measured(by_name[recording.name], captions, asked.wire) for recording, captions in heard.once]
    return configuration(asked, found, len(files), heard.audio_s, before, after)


def measure_all(
    server: MeasuredServer, files: list[WholeFile], chosen: argparse.Namespace, wire: Wire, figures: Figures
) -> None:
    """Every configuration, then the long stream, each printed as soon as it is there."""
    for streams, language in itertools.product(chosen.streams, chosen.language):
        figures.configurations.append(measure(server, files, Asked(streams, language, wire, chosen.seconds)))
        _show(configuration_tables(figures.configurations[-1]))
    if chosen.minutes:
        figures.long_stream = run(measure_long_stream(server, files, wire, min(chosen.minutes, MINUTES_MAX)))
        _show(long_stream_table(figures.long_stream))


def _single(figures: Figures) -> list[Measured]:
    """The recordings of our own configuration that a peer is compared with."""
    ours = (one.each for one in figures.configurations if one.asked.streams == 1 and one.asked.language == "given")
    return next(ours, [])


def _show(table: str) -> None:
    print(f"\n{table}", flush=True)


def _whole_files(engines: Engines, chosen: argparse.Namespace) -> list[WholeFile]:
    files = [engines.whole(recording) for recording in read_recordings(chosen.audio_dir, chosen.only)]
    if not files:
        sys.exit("The manifest names no recording that can be read here.")
    random.Random(0).shuffle(files)  # noqa: S311 - languages mixed, and the same order in every run
    return files


def main() -> None:
    chosen = options()
    rate = chosen.rate or (16000 if chosen.encoding is AudioEncoding.LINEAR16 else 8000)
    wire = Wire(rate, chosen.encoding)
    engines = load_engines()
    files = _whole_files(engines, chosen)
    info = engines.recognition.info
    engines.close()
    with measured_server(chosen.url, chosen.api_key, chosen.threads) as server:
        figures = Figures(facts(server), f"{info.name} ({info.model})")
        print(f"{setting(server)}\nwhole files by {figures.whole_files_by}; {wire.encoding} at {wire.rate} Hz")
        print(f"{len(files)} recordings, each followed by {SILENCE_S:.0f} s of digital silence", flush=True)
        measure_all(server, files, chosen, wire, figures)
    for name in chosen.peer:
        figures.peers.append(measure_peer(name, files, chosen.seconds, _single(figures)))
        _show(peer_table(figures.peers[-1]))
    if chosen.json is not None:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")


if __name__ == "__main__":
    main()
