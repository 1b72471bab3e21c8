"""A whole project in one call: its manifest, or what the names of its files suggest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Union

from ._session import Attachments, Key, Text, call, instant, key_of, names_of, wrong_type
from ._wire import CheckAnswer, DiscoverAnswer
from .disk import Folder, read_named
from .engine import Engine, Environment, Policy, hand_in, handles_of, policies_of, supplied
from .errors import ParityGateError
from .report import Report

__all__ = ["check_project", "discover"]

#: The folder of a project; files of it, each of which is used; or its files at hand: texts by path.
Project = Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]], Mapping[str, Text]]


def discover(names: Iterable[str]) -> DiscoverAnswer:
    """Say what the names of a project's files suggest.

    Parameters
    ----------
    names : iterable of str
        Paths relative to the project's root, with ``/`` between folders.

    Examples
    --------
    >>> [environment.name for environment in discover([".env", ".env.staging", ".env.production"]).environments]
    ['production', 'staging']
    """
    return DiscoverAnswer.from_dict(call("discover", {"names": names_of(names, "names")}))


def check_project(
    project: Project,
    *,
    now: datetime | str,
    policies: Iterable[Policy] | None = None,
    engine: Engine | None = None,
    only: Iterable[str] | None = None,
    manifest: str | None = None,
    key: Key | None = None,
    read: Callable[[str], Any] | None = None,
    allow_outside: bool = False,
    pairing: str = "parity",
    before: Mapping[str, Text] | None = None,
) -> Report:
    """Check a project by its manifest, or by what the names of its files suggest.

    Parameters
    ----------
    project : path, sequence of paths or mapping
        The project's folder; files of it, each of which is used; or its files at hand: texts by path.
    now : datetime or str
        The instant of the check. The engine has no clock.
    policies : iterable of policies, optional
        Policies instead of those that the manifest names.
    engine : Engine, optional
        A compiled engine instead of policies.
    only : iterable of str, optional
        The rules to run; all of them where it is absent.
    manifest : str, optional
        The path of the manifest; ``paritygate.yaml`` where that is there.
    key : str or bytes, optional
        The key for fingerprints of secrets; one for this process where it is absent.
    read : callable, optional
        Answers the text of a file that a text asks for, by its path; None where there is none.
    allow_outside : bool
        Whether files outside the project are read where its texts name them.
    pairing : str
        What is compared with what: environments with each other, unless it says ``drift`` or ``change``.
    before : mapping, optional
        All files of the project as it was, for the pairing ``change``: texts by path.

    Examples
    --------
    >>> files = {".env.staging": "A=1\\nB=2\\n", ".env.production": "A=1\\n"}
    >>> check_project(files, now="2026-03-01T09:00:00Z").verdict
    'fail'
    """
    attachments = Attachments()
    options: dict[str, Any] = {"policies": policies, "engine": engine, "manifest": manifest, "key": key, "read": read}
    subject = prepared(project, attachments, allow_outside=allow_outside, **options)
    params = {**subject.params, "now": instant(now), "only": names_of(only, "only"), "pairing": pairing}
    if before is not None:
        files = attachments.files(before)
        params["before"] = {"files": files, "paths": list(files), **key_of(key, attachments)}
    return Report(CheckAnswer.from_dict(supplied("check", params, subject.files, attachments, subject.read)))


class Prepared(NamedTuple):
    """A project that is ready to be asked about."""

    #: How a call speaks of it.
    params: dict[str, Any]
    #: Its files at hand.
    files: dict[str, Any]
    #: Who answers for the others.
    read: Callable[[str], Any] | None
    #: The folder that it is in; None where its texts are only at hand.
    folder: Folder | None


def prepared(
    project: Project,
    attachments: Attachments,
    *,
    policies: Iterable[Policy] | None = None,
    engine: Engine | None = None,
    environments: Iterable[Environment] = (),
    manifest: str | None = None,
    key: Key | None = None,
    read: Callable[[str], Any] | None = None,
    allow_outside: bool = False,
) -> Prepared:
    """A project as a call speaks of it."""
    if read is not None and not callable(read):
        raise wrong_type("`read`", read, "a function from a path to a text")
    if manifest is not None and not isinstance(manifest, str):
        raise wrong_type("`manifest`", manifest, "a str")
    folder: Folder | None = None
    inner: dict[str, Any] = {"allowOutside": allow_outside}
    files: dict[str, Any] = {}
    if isinstance(project, Mapping):
        files = attachments.files(project)
    elif isinstance(project, (list, tuple)):
        for path in project:
            if not isinstance(path, (str, os.PathLike)):
                raise wrong_type("a file", path, "a path")
        folder, names = Folder.of(project, allow_outside)
        read = read or folder.read
        inner["names"] = "each"
        for name, path in zip(names, project):
            hand_in(files, name, read_named(path), attachments)
    elif not isinstance(project, (str, os.PathLike)):
        raise ParityGateError("wrong-type", f"the project is {type(project).__name__}, and a path or a mapping is needed")
    else:
        folder = Folder(project, allow_outside)
        read = read or folder.read
        manifest = manifest or discover(folder.top()).manifest
        if manifest is None:
            inner["paths"] = folder.names()
        else:
            # One that can't be read is told, not passed over.
            hand_in(files, manifest, folder.read(manifest), attachments)
    # What is supplied on request makes no environment of its own.
    inner.setdefault("paths", list(files))
    inner.update({"files": files, **key_of(key, attachments)})
    params: dict[str, Any] = {"environments": handles_of(environments)}
    if engine is not None:
        if not isinstance(engine, Engine):
            raise wrong_type("the engine", engine, "an `Engine`")
        if policies is not None:
            raise ParityGateError("usage", "an engine and policies are both given; hand in one of them")
        params["engine"] = engine.handle
    if manifest is not None:
        inner["manifest"] = manifest
    if policies is not None:
        inner["policies"] = policies_of(policies, attachments)
    params["project"] = inner
    return Prepared(params, files, read, folder)
