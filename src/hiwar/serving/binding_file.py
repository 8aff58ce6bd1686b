"""The file that remembers which voices `hiwar voices bind` has put behind which names, over all starts of a server."""

import os
from pathlib import Path

import msgspec

from hiwar.engines.file_lock import locked
from hiwar.errors import ErrorCode, HiwarError


class BindingFile:
    """A JSON object of public name to voice, as `bindings.binding_of` reads it. Any process may change it at any time.

    Every method raises HiwarError when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """The names that were rebound; empty when there is no file."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:  # msgspec's own errors are ValueErrors
            message = f"The voice bindings in {self._path} cannot be read; mend the file, or delete it and bind again."
            raise HiwarError(ErrorCode.INTERNAL, message) from error

    def change(self, name: str, reference: str | None) -> None:
        """Remember the voice of a name, or forget it with None. The file is whole at every moment."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._path.with_name(f".{self._path.name}.lock")):
                kept = {other: voice for other, voice in self.read().items() if other != name}
                wanted = kept if reference is None else {**kept, name: reference}
                with fresh.open("wb") as file:
                    file.write(msgspec.json.format(msgspec.json.encode(wanted)) + b"\n")
                    file.flush()
                    # The rename must not reach the disk before the bytes do.
                    os.fsync(file.fileno())
                fresh.replace(self._path)
        except OSError as error:
            message = f"The voice bindings in {self._path} cannot be written; check the folder's rights and its disk."
            raise HiwarError(ErrorCode.INTERNAL, message) from error
