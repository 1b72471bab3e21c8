"""Calls to the engine: texts beside them as they are, answers as plain data."""

from __future__ import annotations

import json
import os
import secrets
import weakref
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Union

from ._paritygate import Session
from .errors import ParityGateError

#: A text: as such, as bytes, as the path of a file, or as data that is written as JSON.
Text = Union[str, bytes, bytearray, memoryview, "os.PathLike[str]", Mapping[str, Any]]
#: A key for fingerprints of secrets.
Key = Union[str, bytes]

_session = Session(secrets.token_bytes(36))


def call(verb: str, params: Mapping[str, Any], attachments: Iterable[bytes | str] = ()) -> dict[str, Any]:
    """Ask for something, and get the answer."""
    try:
        text = json.dumps({"wire": 1, verb: params}, allow_nan=False)
        answer: dict[str, Any] = json.loads(_session.call(text, list(attachments)))
    except UnicodeEncodeError as wrong:
        raise ParityGateError("encoding", "a text holds half of a surrogate pair, which UTF-8 can't hold") from wrong
    if "error" in answer:
        raise ParityGateError._of(answer["error"])
    found: dict[str, Any] = answer[verb]
    return found


def release(handle: int) -> None:
    """Let go of what has that number."""
    call("release", {"handles": [handle]})


class Held:
    """Something that the engine holds until it is closed, or until nobody refers to it any more."""

    __slots__ = ("__weakref__", "_finalizer", "_handle")

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._finalizer = weakref.finalize(self, release, handle)
        # At the end of the process everything goes anyway.
        self._finalizer.atexit = False

    @property
    def handle(self) -> int:
        """The number under which it is held."""
        if not self._finalizer.alive:
            raise ParityGateError("released", f"this {type(self).__name__.lower()} was closed; keep it until its last use")
        return self._handle

    def close(self) -> None:
        """Let go of it. Closing twice does no harm."""
        self._finalizer()


class Attachments:
    """The texts beside a call."""

    def __init__(self) -> None:
        self.texts: list[bytes | str] = []

    def add(self, name: str, text: Text) -> tuple[str, dict[str, int]]:
        """Put a text beside the call: its name, and how the call speaks of it."""
        name, content = content_of(name, text)
        self.texts.append(content)
        return name, {"attachment": len(self.texts) - 1}

    def files(self, files: Mapping[str, Text]) -> dict[str, Any]:
        """Put several texts beside the call, by name."""
        return dict(self.add(name, text) for name, text in files.items())


def content_of(name: str, text: Text) -> tuple[str, bytes | str]:
    """The name and content of a text. Data gets a name that says JSON."""
    if not isinstance(name, str):
        raise ParityGateError("wrong-type", f"a file's name is a str, not {type(name).__name__}")
    if isinstance(text, (str, bytes)):
        return name, text
    if isinstance(text, (bytearray, memoryview)):
        return name, bytes(text)
    if isinstance(text, os.PathLike):
        try:
            return name, Path(text).read_bytes()
        except OSError as wrong:
            raise ParityGateError("file-not-readable", f"`{name}` can't be read: {wrong.strerror}") from wrong
    if isinstance(text, Mapping):
        try:
            written = json.dumps(text, allow_nan=False, ensure_ascii=False)
        except (TypeError, ValueError) as wrong:
            raise ParityGateError("wrong-type", f"`{name}` can't be written as JSON: {wrong}") from wrong
        return (name if name.endswith(".json") else f"{name}.json"), written
    wanted = "str, bytes, a path or a mapping"
    raise ParityGateError("wrong-type", f"`{name}` is {type(text).__name__}, and a text is {wanted}")


def name_of(text: Text, at: int, what: str) -> str:
    """The name of a text that was handed in without one."""
    if isinstance(text, os.PathLike):
        return PurePosixPath(*Path(text).parts).name
    return f"{what}-{at}"


def instant(now: datetime | str) -> str:
    """An instant as the engine reads it."""
    if isinstance(now, datetime):
        if now.utcoffset() is None:
            help_ = "use `datetime.now(timezone.utc)`"
            raise ParityGateError("naive-instant", f"`now` has no time zone, so it says no instant; {help_}")
        return now.isoformat()
    if isinstance(now, str):
        return now
    raise ParityGateError("wrong-type", f"`now` is {type(now).__name__}, and an instant is a datetime or a str")


def key_of(key: Key | None, attachments: Attachments) -> dict[str, Any]:
    """The key of a call, where one is given."""
    if key is None:
        return {}
    if not isinstance(key, (str, bytes)):
        raise ParityGateError("wrong-type", f"the key is {type(key).__name__}, and a key is str or bytes")
    attachments.texts.append(key)
    return {"key": {"attachment": len(attachments.texts) - 1}}


def names_of(names: Iterable[str] | None, what: str) -> list[str]:
    """Several names; one text is a mistake that would be taken for its letters."""
    if names is None:
        return []
    if isinstance(names, str):
        raise ParityGateError("wrong-type", f"`{what}` is one str, and a list of them is needed: [{names!r}]")
    return list(names)
