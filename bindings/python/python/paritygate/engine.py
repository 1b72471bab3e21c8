"""Engines and environments: compile once, check many."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Union

from ._session import (
    Attachments,
    Held,
    Key,
    Named,
    Text,
    call,
    content_of,
    instant,
    key_of,
    listed,
    name_of,
    names_of,
    wrong_type,
)
from ._wire import CheckAnswer, CompiledRule, Diagnostic, ImportAnswer
from .disk import Folder, Refused
from .errors import InputError, ParityGateError, PolicyError
from .report import Report

if TYPE_CHECKING:
    from .decision import Decision

__all__ = ["Engine", "Environment"]

#: What can be checked: environments, or texts that describe them.
Environments = Union[Mapping[str, Text], Iterable[Union["Environment", Text]]]
#: A policy: the name of a built-in pack, a path, or a text.
Policy = Text

#: How often files may ask for further files.
MAX_ROUNDS = 64

_PACK = re.compile(r"[a-z][a-z0-9-]*")


class _Closing(Held):
    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Environment(_Closing):
    """The description of one environment, imported and held by the engine.

    Examples
    --------
    >>> staging = Environment.from_files({"staging.env": "LOG_LEVEL=debug\\n"})
    >>> staging.name, staging.tier
    ('staging', 'staging')
    >>> staging.to_dict()["variables"]["LOG_LEVEL"]["value"]
    'debug'
    """

    __slots__ = ("diagnostics", "name", "tier")

    def __init__(self, handle: int, name: str, tier: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(handle)
        self._set(name=name, tier=tier, diagnostics=diagnostics)

    #: Its name.
    name: str
    #: Its tier: ``production``, ``staging``, ``testing``, ``development``, ``other``.
    tier: str
    #: What is doubtful in its files.
    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def load(cls, *paths: str | os.PathLike[str], allow_outside: bool = False, **options: Any) -> Environment:
        """Read files as layers of one environment, lowest first.

        Files that they name (``env_file``, ``extends``, ``include``) are read from the current folder where all of them
        lie below it, else from the one that holds them, and from outside of it only with ``allow_outside``.

        Parameters
        ----------
        *paths : path
            The files.
        allow_outside : bool
            Whether files outside the folder are read as well.
        **options
            As for `from_files`.

        Raises
        ------
        InputError
            If a file is wrong or missing.
        """
        if not paths:
            raise ParityGateError("nothing-to-import", "there is no file to import; hand in at least one")
        for path in paths:
            if not isinstance(path, (str, os.PathLike)):
                raise wrong_type("a file", path, "a path")
        folder, names = Folder.of(paths, allow_outside)
        files: dict[str, Text] = {name: Path(path) for name, path in zip(names, paths)}
        return cls.from_files(files, paths=names, read=folder.read, allow_outside=allow_outside, **options)

    @classmethod
    def from_files(
        cls,
        files: Mapping[str, Text],
        *,
        name: str | None = None,
        tier: str | None = None,
        paths: Sequence[str] | None = None,
        aliases: Iterable[str] | None = None,
        component: str | None = None,
        from_: str | None = None,
        profiles: Iterable[str] | None = None,
        secrets: Mapping[str, Sequence[str]] | None = None,
        key: Key | None = None,
        read: Any = None,
        allow_outside: bool = False,
    ) -> Environment:
        """Import texts as layers of one environment.

        Parameters
        ----------
        files : mapping of str to text
            The texts by path: the layers, and what they ask for.
        name : str, optional
            The environment's name; else the document's own, or told from the name of the last file.
        tier : str, optional
            Its tier; else the document's own, or told from its name.
        paths : sequence of str, optional
            The layers among the files, lowest first; all files in their order where it is absent.
        aliases : iterable of str, optional
            Other names under which values speak of the environment, as whole words.
        component : str, optional
            The component whose variables the layers hold. Services of Compose are named below it: ``orders/db``.
        from_ : str, optional
            The format of the layers, where their names do not tell it.
        profiles : iterable of str, optional
            Compose: the active profiles.
        secrets : mapping, optional
            Names whose values are never (``plain``), or always (``secret``), secret.
        key : str or bytes, optional
            The key for fingerprints of secrets; one for this process where it is absent.
        read : callable, optional
            Answers the text of a file that a layer asks for, by its path; None where there is none.
        allow_outside : bool
            Whether files outside the root are asked for.

        Raises
        ------
        InputError
            If a text is wrong, or a needed file is not at hand.
        """
        attachments = Attachments()
        given = attachments.files(files)
        for what, text in {"name": name, "tier": tier, "component": component, "from_": from_}.items():
            if text is not None and not isinstance(text, str):
                raise wrong_type(f"`{what}`", text, "a str")
        params: dict[str, Any] = {
            "files": given,
            "paths": list(given) if paths is None else names_of(paths, "paths"),
            "name": name or "",
            "aliases": names_of(aliases, "aliases"),
            "profiles": names_of(profiles, "profiles"),
            "allowOutside": allow_outside,
            **key_of(key, attachments),
        }
        optional = {"tier": tier, "component": component, "from": from_, "secrets": secrets}
        params.update({name: value for name, value in optional.items() if value is not None})
        answer = supplied("import", params, given, attachments, read)
        imported = ImportAnswer.from_dict(answer)
        held = [cls(one.environment, one.name, one.tier, imported.diagnostics) for one in imported.environments]
        if not imported.ok:
            raise InputError(imported.diagnostics)
        if len(held) != 1:
            message = f"the files describe {len(held)} environments, and one is needed"
            raise ParityGateError("not-one-environment", f"{message}; check them with `Engine.check(files)`")
        return held[0]

    def to_dict(self) -> dict[str, Any]:
        """The environment document, with fingerprints where secrets stood."""
        document: dict[str, Any] = call("document", {"environment": self.handle})["document"]
        return document

    def __repr__(self) -> str:
        return f"<Environment {self.name} ({self.tier})>"

    def __enter__(self) -> Environment:
        return self


class Engine(_Closing):
    """Compiled policies. Compile once, check many; threads may share it.

    Examples
    --------
    >>> policy = '''
    ... policy: acme/web
    ... rules:
    ...   - { id: same-node, kind: version-tolerance, select: runtimes.node, params: { level: minor } }
    ... '''
    >>> engine = Engine.compile(policy)
    >>> staging = {"environment": "staging", "runtimes": {"node": "20.11.1"}}
    >>> production = {"environment": "production", "runtimes": {"node": "22.3.0"}}
    >>> report = engine.check([staging, production], now="2026-03-01T09:00:00Z")
    >>> report.verdict, report.findings[0].cells["staging"].value
    ('fail', '20.11.1')
    """

    __slots__ = ("diagnostics", "rules")

    def __init__(self, handle: int, rules: tuple[CompiledRule, ...], diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(handle)
        self._set(rules=rules, diagnostics=diagnostics)

    #: The rules that it holds, in their order.
    rules: tuple[CompiledRule, ...]
    #: What is doubtful in its policies.
    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def compile(cls, *policies: Policy) -> Engine:
        """Compile policies.

        Parameters
        ----------
        *policies : str, bytes, path or mapping
            Names of built-in packs, texts, paths or data; the pack ``recommended`` where there is none.

        Raises
        ------
        PolicyError
            If a policy is wrong.
        """
        attachments = Attachments()
        answer = call("compile", {"policies": policies_of(policies, attachments)}, attachments.texts)
        diagnostics = tuple(Diagnostic.from_dict(item) for item in answer["diagnostics"])
        engine = cls(answer["engine"], tuple(CompiledRule.from_dict(rule) for rule in answer["rules"]), diagnostics)
        if not answer["ok"]:
            engine.close()
            raise PolicyError(diagnostics)
        return engine

    def check(
        self,
        environments: Environments,
        *,
        now: datetime | str,
        only: Iterable[str] | None = None,
        key: Key | None = None,
    ) -> Report:
        """Check environments.

        What is wrong with a text does not raise: the verdict is then ``error``, and the report's diagnostics say it.

        Parameters
        ----------
        environments : mapping or iterable
            Environments, texts that describe them, or a mapping from names of files to texts.
        now : datetime or str
            The instant of the check. The engine has no clock.
        only : iterable of str, optional
            The rules to run; all of them where it is absent.
        key : str or bytes, optional
            The key for fingerprints of secrets in texts.
        """
        attachments = Attachments()
        own_key = key_of(key, attachments)
        handles, files = _described(environments, attachments)
        params: dict[str, Any] = {
            "now": instant(now),
            "engine": self.handle,
            "environments": handles,
            "only": names_of(only, "only"),
        }
        if files:
            params["project"] = {"files": files, "names": "each", **own_key}
        answer = supplied("check", params, files, attachments, None)
        return Report(CheckAnswer.from_dict(answer))

    def gate(
        self,
        request: Text,
        *,
        now: datetime | str | None = None,
        facts: Iterable[Text] = (),
        environments: Environments = (),
        manifest: Text | None = None,
        key: Key | None = None,
    ) -> Decision:
        """Decide a promotion by this engine's gates. Denied is no exception: ask the decision.

        Parameters
        ----------
        request : str, bytes, path or mapping
            The promotion request: a text, a path, or data.
        now : datetime or str, optional
            The host's clock. Without it the request's ``evaluateAt`` counts, and the decision says so.
        facts : iterable of texts
            Facts that other systems printed: they count as imported.
        environments : mapping or iterable
            The descriptions that gates over parity, keys and migrations judge, as for `check`. Beside a manifest they are
            imported ones: what files describe its environments, a manifest says itself.
        manifest : str, bytes, path or mapping, optional
            The manifest with the pipeline. `gate_project` reads the files that it names, too.
        key : str or bytes, optional
            The key for fingerprints of secrets in texts.

        Raises
        ------
        PromotionError
            If the request, a fact, the manifest or a description is wrong.

        Examples
        --------
        >>> engine = Engine.compile('''
        ... policy: acme/web
        ... rules: [{ id: same-node, kind: same, select: runtimes.node }]
        ... gates: [{ id: alike, kind: parity-gate }]
        ... ''')
        >>> environments = [
        ...     {"environment": "staging", "runtimes": {"node": "22.3.0"}},
        ...     {"environment": "production", "runtimes": {"node": "22.3.0"}},
        ... ]
        >>> request = {"from": "staging", "to": "production"}
        >>> engine.gate(request, now="2026-03-01T09:00:00Z", environments=environments).allowed
        True
        """
        from .promotion import asked, decided

        attachments = Attachments()
        own_key = key_of(key, attachments)
        handles, files = _described(environments, attachments)
        params: dict[str, Any] = {
            "engine": self.handle,
            "environments": handles,
            **asked(request, facts, attachments),
        }
        if manifest is not None:
            if files:
                help_ = "import them with `Environment.from_files`, or hand all texts to `gate_project`"
                raise ParityGateError("usage", f"texts of environments stand beside a manifest; {help_}")
            name, how = attachments.add("paritygate.yaml", manifest)
            files[name] = how
            params["project"] = {"files": files, "manifest": name, "paths": [name], **own_key}
        elif files:
            params["project"] = {"files": files, "names": "each", **own_key}
        return decided(params, now, files, attachments, None)

    def __repr__(self) -> str:
        return f"<Engine with {len(self.rules)} rules>"

    def __enter__(self) -> Engine:
        return self


def _described(environments: Environments, attachments: Attachments) -> tuple[list[int], dict[str, Any]]:
    """Environments as a call speaks of them: the numbers of those that are held, and the texts that describe others."""
    if isinstance(environments, Mapping) and "environment" not in environments:
        return [], attachments.files(environments)
    if isinstance(environments, (str, bytes, bytearray, memoryview, os.PathLike, Mapping, Named, Environment)):
        environments = [environments]
    handles: list[int] = []
    files: dict[str, Any] = {}
    for at, one in enumerate(listed("the environments", environments, "environments or texts"), 1):
        if isinstance(one, Environment):
            handles.append(one.handle)
        else:
            name, how = attachments.add(name_of(one, at, "environment"), one)
            if name in files:
                help_ = "hand in a mapping that gives each its own name"
                raise ParityGateError("duplicate-environment", f"two texts are called `{name}`; {help_}")
            files[name] = how
    return handles, files


def handles_of(environments: Iterable[Environment]) -> list[int]:
    """The numbers of environments that are held."""
    if isinstance(environments, Environment):
        environments = [environments]
    handles: list[int] = []
    for one in listed("the environments", environments, "environments"):
        if not isinstance(one, Environment):
            help_ = "import it with `Environment.from_files`"
            message = f"an environment is {type(one).__name__}, and an `Environment` is needed; {help_}"
            raise ParityGateError("wrong-type", message)
        handles.append(one.handle)
    return handles


def policies_of(policies: Iterable[Policy], attachments: Attachments) -> list[dict[str, Any]]:
    """Policies as a call speaks of them."""
    out: list[dict[str, Any]] = []
    if isinstance(policies, (str, bytes, bytearray, memoryview, os.PathLike, Mapping, Named)):
        policies = [policies]
    for at, policy in enumerate(listed("the policies", policies, "policies"), 1):
        if isinstance(policy, str) and _PACK.fullmatch(policy):
            out.append({"pack": policy})
        else:
            name, how = attachments.add(name_of(policy, at, "policy"), policy)
            out.append({"name": name, **how})
    return out


def supplied(
    verb: str, params: dict[str, Any], files: dict[str, Any], attachments: Attachments, read: Any
) -> dict[str, Any]:
    """Make a call, and hand in what it asks for until it asks no more."""
    for _ in range(MAX_ROUNDS):
        answer = call(verb, params, attachments.texts)
        if not answer["needs"]:
            return answer
        for need in answer["needs"]:
            path: str = need["path"]
            if need.get("before"):
                # What was before is handed in whole.
                params["before"]["files"][path] = {"absent": True}
                continue
            hand_in(files, path, read(path) if read is not None else None, attachments)
    message = f"files ask for files more than {MAX_ROUNDS} times; name fewer files that name others"
    raise ParityGateError("too-many-files", message)


def hand_in(files: dict[str, Any], path: str, text: Text | Refused | None, attachments: Attachments) -> None:
    """Say what is under a path: a text, nothing, or something that is not handed in."""
    if text is None:
        files[path] = {"absent": True}
    elif isinstance(text, Refused):
        files[path] = {"refused": text.why}
    else:
        attachments.texts.append(content_of(path, text)[1])
        files[path] = {"attachment": len(attachments.texts) - 1}
