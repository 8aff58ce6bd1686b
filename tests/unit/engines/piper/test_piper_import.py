"""The engine's folder costs nothing until it is loaded."""

import subprocess
import sys


def test_importing_the_engine_imports_no_heavy_package() -> None:
    program = (
        "import sys, hiwar.engines.piper;"
        "print([name for name in ('onnx', 'onnxruntime', 'hibari', 'text2tashkeel') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
