"""A synthesis engine that loads when it is let: an engine of a package of its own, as others would write one."""

from pathlib import Path

from hiwar.engines.contracts import EngineContext
from hiwar.engines.tone.synthesis import ToneSynthesis

GATE = "gate"


def load(context: EngineContext) -> ToneSynthesis:
    """Wait until somebody opens the named pipe in the models folder for writing, then load the tone engine."""
    context.report("waiting at the gate")
    (context.models_dir / GATE).read_bytes()
    return ToneSynthesis()


def install(site: Path) -> None:
    """Write the metadata of a package that offers this engine under the name `gated`."""
    folder = site / "gated_engine-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: gated-engine\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(f"[hiwar.synthesis_engines]\ngated = {__name__}:load\n")
