"""Files of a project: nothing outside its folder is read, and no link out of it followed, unless that was allowed."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ParityGateError

#: The largest text that is read, in bytes; one more is read, so that the engine says that it is too large.
MAX_BYTES = 32 * 1024 * 1024
#: How much is read of one project, in bytes.
MAX_ALL_BYTES = 256 * 1024 * 1024
#: How many entries of folders are looked at in search of environments, and how deep.
MAX_SEARCHED = 200_000
MAX_FOLDERS = 16
#: Folders that are large and never hold a project's own environments. Hidden folders are not looked into either.
_SKIPPED = {"__pycache__", "bower_components", "coverage", "node_modules", "site-packages", "target", "venv"}


@dataclass(frozen=True)
class Refused:
    """A file that is there and not handed in, with the reason."""

    why: str


class Folder:
    """The folder of a project."""

    def __init__(self, root: str | os.PathLike[str], allow_outside: bool = False) -> None:
        try:
            self.root = Path(root).resolve(strict=True)
            why = "" if self.root.is_dir() else "it is a file"
        except (OSError, RuntimeError, ValueError) as wrong:
            why = _reason(wrong)
        if why:
            raise ParityGateError("no-such-folder", f"the folder `{os.fspath(root)}` can't be used: {why}")
        self._allow_outside = allow_outside
        self._left = MAX_ALL_BYTES

    @classmethod
    def of(cls, paths: Sequence[str | os.PathLike[str]], allow_outside: bool) -> tuple[Folder, list[str]]:
        """The folder that holds some files, and their names in it."""
        if not paths:
            raise ParityGateError("nothing-to-check", "there is no file; name at least one")
        absolute = [Path(os.path.abspath(path)) for path in paths]
        here = Path.cwd()
        inside = all(path.is_relative_to(here) for path in absolute)
        root = here if inside else Path(os.path.commonpath([path.parent for path in absolute]))
        return cls(root, allow_outside), [path.relative_to(root).as_posix() for path in absolute]

    def name(self, path: str | os.PathLike[str]) -> str:
        """The name of a file that the user named: its path in the folder where it lies in it, else as it was given."""
        try:
            return Path(path).resolve(strict=True).relative_to(self.root).as_posix()
        except (OSError, RuntimeError, ValueError):
            return Path(path).as_posix()

    def read(self, path: str) -> bytes | Refused | None:
        """The content of a file by its path in the folder; None where there is none."""
        full = self.root / path
        # A path that leaves the folder is not even looked at: whether something is there is nobody's business.
        if not self._may_read(Path(os.path.normpath(full))):
            return Refused("it is outside the project; `allow_outside` reads it")
        try:
            full = full.resolve(strict=True)
            if not self._may_read(full):
                return Refused("it is outside the project; `allow_outside` reads it")
            content = read_regular(full, min(MAX_BYTES, self._left))
        except (FileNotFoundError, NotADirectoryError):
            return None
        # A circle of links is a RuntimeError before Python 3.13, a zero byte in a path a ValueError.
        except (OSError, RuntimeError, ValueError) as wrong:
            return Refused(f"it can't be read: {_reason(wrong)}")
        if isinstance(content, bytes) and self._left < len(content) <= MAX_BYTES:
            return Refused(f"the files have more than {MAX_ALL_BYTES // 1_000_000} MB together, which is the limit")
        self._left -= len(content) if isinstance(content, bytes) else 0
        return content

    def _may_read(self, path: Path) -> bool:
        return self._allow_outside or path.is_relative_to(self.root)

    def top(self) -> list[str]:
        """The names of the files in the folder itself, sorted."""
        return sorted(entry.name for entry in _entries(self.root) if _is_file(entry))

    def names(self) -> list[str]:
        """The paths of its files, sorted; links to folders are not followed."""
        names: list[str] = []
        folders = deque([(self.root, "", 1)])
        searched = 0
        while folders:
            folder, prefix, depth = folders.popleft()
            for entry in _entries(folder):
                searched += 1
                if not entry.is_dir(follow_symlinks=False):
                    names.extend([prefix + entry.name] if _is_file(entry) else [])
                elif not entry.name.startswith(".") and entry.name not in _SKIPPED:
                    folders.append((Path(entry.path), f"{prefix}{entry.name}/", depth + 1))
            if searched > MAX_SEARCHED or (folders and folders[-1][2] > MAX_FOLDERS):
                what = f"holds more than {MAX_SEARCHED} files, or folders in folders more than {MAX_FOLDERS} deep"
                help_ = "name its environments in `paritygate.yaml`"
                raise ParityGateError("search-limit", f"the folder {what}; {help_}")
        return sorted(names)


def read_regular(path: Path, most: int) -> bytes | Refused:
    """The content of a regular file, up to one byte more than `most`. Nothing waits: a pipe is refused."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return Refused("it is no regular file")
        return file.read(most + 1)


def read_named(path: str | os.PathLike[str]) -> bytes:
    """The content of a file that the user named: it may lie anywhere."""
    try:
        content = read_regular(Path(path), MAX_BYTES)
        why = content.why if isinstance(content, Refused) else ""
    except (OSError, ValueError) as wrong:
        content, why = b"", _reason(wrong)
    if isinstance(content, bytes) and not why:
        return content
    raise ParityGateError("file-not-readable", f"`{os.fspath(path)}` can't be read: {why}")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    # A folder that can't be read holds nothing that could be compared.
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    # No name of ours holds what is no Unicode.
    if any("\ud800" <= c <= "\udfff" for c in entry.name):
        return False
    try:
        return not entry.is_dir()
    except OSError:
        return True


def _reason(wrong: Exception) -> str:
    if isinstance(wrong, OSError) and wrong.errno is not None:
        return os.strerror(wrong.errno).lower()
    return "its links lead in a circle" if isinstance(wrong, RuntimeError) else "its path can't be used"
