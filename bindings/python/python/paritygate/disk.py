"""Files of a project: nothing outside its folder is read, and no link out of it followed, unless that was allowed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ParityGateError

#: The largest text that is read, in bytes; one more is read, so that the engine says that it is too large.
MAX_BYTES = 32 * 1024 * 1024
#: How many files are looked at in search of environments.
MAX_FILES = 100_000
#: Folders that are not searched: the engine would pass over what is in them.
_PASSED_OVER = {".git", ".venv", "bower_components", "node_modules", "site-packages", "target", "vendor", "venv"}


@dataclass(frozen=True)
class Refused:
    """A file that is there and not handed in, with the reason."""

    why: str


class Folder:
    """The folder of a project."""

    def __init__(self, root: str | os.PathLike[str], allow_outside: bool = False) -> None:
        try:
            self.root = Path(root).resolve(strict=True)
        except OSError as wrong:
            message = f"the folder `{os.fspath(root)}` can't be used: {wrong.strerror}"
            raise ParityGateError("no-such-folder", message) from wrong
        self._allow_outside = allow_outside

    @classmethod
    def of(cls, paths: Sequence[str | os.PathLike[str]], allow_outside: bool) -> tuple[Folder, list[str]]:
        """The folder that holds some files, and their names in it."""
        absolute = [Path(os.path.abspath(path)) for path in paths]
        here = Path.cwd()
        inside = all(path.is_relative_to(here) for path in absolute)
        root = here if inside else Path(os.path.commonpath([path.parent for path in absolute]))
        return cls(root, allow_outside), [path.relative_to(root).as_posix() for path in absolute]

    def read(self, path: str) -> bytes | Refused | None:
        """The content of a file by its path in the folder; None where there is none."""
        try:
            full = (self.root / path).resolve(strict=True)
        except OSError:
            return None
        if not self._allow_outside and not full.is_relative_to(self.root):
            return Refused("it is outside the project; `allow_outside` reads it")
        if not full.is_file():
            return Refused("it is no regular file")
        try:
            with full.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as wrong:
            return Refused(f"it can't be read: {wrong.strerror}")

    def names(self) -> list[str]:
        """The paths of its files, sorted; links to folders are not followed."""
        names: list[str] = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in _PASSED_OVER)
            relative = Path(folder).relative_to(self.root)
            names.extend((relative / name).as_posix() for name in files)
            if len(names) > MAX_FILES:
                help_ = "name its environments in `paritygate.yaml`"
                raise ParityGateError("search-limit", f"the folder holds more than {MAX_FILES} files; {help_}")
        return sorted(names)
