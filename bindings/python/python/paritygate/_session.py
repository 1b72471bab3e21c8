"""Calls to the engine: texts beside them as they are, answers as plain data."""

from __future__ import annotations

import json
import os
import secrets
import weakref
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar, Union

from ._paritygate import Session
from ._values import instant_text
from .disk import Folder, read_named
from .errors import ParityGateError


class Named:
    """A text with the name under which mistakes in it are told, where one that is handed in alone has none.

    Parameters
    ----------
    name : str
        The name, such as ``release.yaml``; its ending says the format.
    content : str, bytes, path or mapping
        The text.

    Examples
    --------
    >>> Named("release.yaml", "to: production").name
    'release.yaml'
    """

    __slots__ = ("content", "name")

    def __init__(self, name: str, content: Text) -> None:
        self.name = name
        self.content = content


#: A text: as such, as bytes, as the path of a file, as data that is written as JSON, or one of these with a name.
Text = Union[str, bytes, bytearray, memoryview, "os.PathLike[str]", Mapping[str, Any], Named]
V = TypeVar("V")

#: A key for fingerprints of secrets.
Key = Union[str, bytes]

_session = Session(secrets.token_bytes(36))


def call(verb: str, params: Mapping[str, Any], attachments: Iterable[bytes | str] = ()) -> dict[str, Any]:
    """Ask for something, and get the answer."""
    try:
        text = json.dumps({"wire": 1, verb: params}, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ParityGateError("wrong-type", "a parameter has a type that means nothing here; see its documentation") from None
    said: str | None = None
    try:
        said = _session.call(text, list(attachments))
    except UnicodeEncodeError:
        pass
    except RuntimeError as wrong:
        raise ParityGateError("internal", str(wrong)) from None
    if said is None:
        # Raised out here: the error that Python has for it holds the whole text, and would be its context.
        raise ParityGateError("encoding", "a text holds half of a surrogate pair, which UTF-8 can't hold")
    answer: dict[str, Any] = json.loads(said)
    if "error" in answer:
        raise ParityGateError._of(answer["error"])
    found: dict[str, Any] = answer[verb]
    return found


def _release(handle: int) -> None:
    _session.call(f'{{"wire":1,"release":{{"handles":[{handle}]}}}}', [])


class Held:
    """Something that the engine holds until it is closed, or until nobody refers to it any more."""

    __slots__ = ("__weakref__", "_finalizer", "_handle")

    def __init__(self, handle: int) -> None:
        finalizer = weakref.finalize(self, _release, handle)
        # At the end of the process everything goes anyway.
        finalizer.atexit = False
        self._set(_handle=handle, _finalizer=finalizer)

    _handle: int
    _finalizer: weakref.finalize[[int], Any]

    def _set(self, **attributes: object) -> None:
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"this {type(self).__name__.lower()} can't be changed: `{name}`")

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"this {type(self).__name__.lower()} belongs to its process; pickle its data instead")

    @property
    def handle(self) -> int:
        """The number under which it is held."""
        if not self._finalizer.alive:
            raise ParityGateError("released", f"this {type(self).__name__.lower()} was closed; keep it until its last use")
        return self._handle

    def close(self) -> None:
        """Let go of it. Closing twice does no harm."""
        self._finalizer()


def wrong_type(what: str, value: object, wanted: str) -> ParityGateError:
    """The error for an argument of the wrong type. It says nothing of what the value holds."""
    return ParityGateError("wrong-type", f"{what} is {type(value).__name__}, and {wanted} is needed")


def listed(what: str, values: Iterable[V], of: str) -> list[V]:
    """What is handed in one by one; a text is a mistake that would be taken for its letters."""
    if isinstance(values, (str, bytes, bytearray, memoryview)) or not isinstance(values, Iterable):
        raise wrong_type(what, values, f"a list of {of}")
    return list(values)


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
        if not isinstance(files, Mapping):
            raise wrong_type("the files", files, "a mapping from names to texts")
        return dict(self.add(name, text) for name, text in files.items())


def content_of(name: str, text: Text) -> tuple[str, bytes | str]:
    """The name and content of a text. Data gets a name that says JSON."""
    if not isinstance(name, str):
        raise ParityGateError("wrong-type", f"a file's name is a str, not {type(name).__name__}")
    if isinstance(text, (str, bytes)):
        return name, text
    if isinstance(text, (bytearray, memoryview)):
        try:
            return name, bytes(text)
        except ValueError as wrong:
            raise ParityGateError("released", f"the bytes of `{name}` are gone: {wrong}") from None
    if isinstance(text, Named):
        return content_of(text.name, text.content)
    if isinstance(text, os.PathLike):
        return name, read_named(text)
    if isinstance(text, Mapping):
        try:
            written = json.dumps(text, allow_nan=False, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError) as wrong:
            why = "it is nested too deep" if isinstance(wrong, RecursionError) else str(wrong)
            raise ParityGateError("wrong-type", f"`{name}` can't be written as JSON: {why}") from None
        return (name if name.endswith(".json") else f"{name}.json"), written
    wanted = "str, bytes, a path or a mapping"
    raise ParityGateError("wrong-type", f"`{name}` is {type(text).__name__}, and a text is {wanted}")


def name_of(text: Text, at: int, what: str, folder: Folder | None = None) -> str:
    """The name of a text that was handed in beside no name: what lies in the project's folder is named from there."""
    if isinstance(text, Named):
        return text.name
    if isinstance(text, os.PathLike):
        return Path(text).as_posix() if folder is None else folder.name(text)
    return f"{what}-{at}"


def instant(now: datetime | str) -> str:
    """An instant as the engine reads it."""
    if isinstance(now, datetime):
        if now.utcoffset() is None:
            help_ = "use `datetime.now(timezone.utc)`"
            raise ParityGateError("naive-instant", f"`now` has no time zone, so it says no instant; {help_}")
        try:
            return instant_text(now)
        except OverflowError:
            raise ParityGateError("bad-instant", "`now` is too far away; use an instant of our age") from None
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
    found = [] if names is None else listed(f"`{what}`", names, "str")
    for name in found:
        if not isinstance(name, str):
            raise wrong_type(f"an item of `{what}`", name, "a str")
    return found
