"""Promotions: may it go there, and when; over a project, or over what is at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._session import Attachments, Key, Named, Text, call, instant, listed, name_of, wrong_type
from ._wire import Diagnostic, DiagramAnswer, GateAnswer, ReplayAnswer, WhenAnswer
from .decision import Decision
from .disk import Folder
from .errors import ParityGateError, PromotionError
from .project import Project, prepared

if TYPE_CHECKING:
    from .engine import Engine, Environment, Policy

__all__ = ["diagram", "gate_project", "read_diagram", "replay", "when"]


def gate_project(
    project: Project,
    request: Text,
    *,
    now: datetime | str | None = None,
    facts: Iterable[Text] = (),
    policies: Iterable[Policy] | None = None,
    engine: Engine | None = None,
    environments: Iterable[Environment] = (),
    manifest: str | None = None,
    key: Key | None = None,
    read: Callable[[str], Any] | None = None,
    allow_outside: bool = False,
) -> Decision:
    """Decide a promotion over a project: its pipeline, its policies and its environments.

    Denied is no exception: ask the decision.

    Parameters
    ----------
    project : path, sequence of paths or mapping
        As for `check_project`.
    request : str, bytes, path or mapping
        The promotion request: a text, a path, or data.
    now : datetime or str, optional
        The host's clock. Without it the request's ``evaluateAt`` counts, and the decision says so.
    facts : iterable of texts
        Facts that other systems printed: they count as imported.
    environments : iterable of Environment
        Environments that were imported, beside those that the project describes.
    policies, engine, manifest, key, read, allow_outside
        As for `check_project`.

    Raises
    ------
    PromotionError
        If the request, a fact, a policy or a file is wrong.

    Examples
    --------
    >>> manifest = '''
    ... environments: { staging: , production: }
    ... policies: [gates.yaml]
    ... '''
    >>> gates = "policy: gates\\ngates: [{ id: path, kind: path-edge }]"
    >>> files = {"paritygate.yaml": manifest, "gates.yaml": gates}
    >>> gate_project(files, {"from": "staging", "to": "production"}, now="2026-03-01T09:00:00Z").allowed
    True
    """
    attachments = Attachments()
    subject = prepared(
        project,
        attachments,
        policies=policies,
        engine=engine,
        environments=environments,
        manifest=manifest,
        key=key,
        read=read,
        allow_outside=allow_outside,
    )
    promotion = {**subject.params, **asked(request, facts, attachments, subject.folder)}
    return decided(promotion, now, subject.files, attachments, subject.read)


def decided(
    promotion: dict[str, Any], now: datetime | str | None, files: dict[str, Any], attachments: Attachments, read: Any
) -> Decision:
    """Ask for a decision, and say what is broken."""
    from .engine import supplied

    params = {"promotion": promotion, **({} if now is None else {"now": instant(now)})}
    answer = GateAnswer.from_dict(supplied("gate", params, files, attachments, read))
    if answer.decision is None:
        raise PromotionError(answer.diagnostics)
    return Decision(answer)


def asked(
    request: Text, facts: Iterable[Text], attachments: Attachments, folder: Folder | None = None
) -> dict[str, Any]:
    """A request and facts as a call speaks of them. Those that lie in the project's folder are named from there."""
    if isinstance(facts, (os.PathLike, Mapping, Named)):
        raise ParityGateError("wrong-type", "the facts are one text, and a list of texts is needed")

    def text(one: Text, at: int, what: str) -> dict[str, Any]:
        name, how = attachments.add(name_of(one, at, what, folder), one)
        return {"name": name, **how}

    given = [text(one, at, "facts") for at, one in enumerate(listed("the facts", facts, "texts"), 1)]
    return {"request": text(request, 1, "request"), "facts": given}


def when(
    project: Project,
    *,
    now: datetime | str,
    to: str | None = None,
    request: Text | None = None,
    facts: Iterable[Text] = (),
    until: datetime | str | None = None,
    count: int = 5,
    transitions: bool = False,
    **options: Any,
) -> WhenAnswer:
    """Say when the gates of a promotion are open together, and when each opens and shuts.

    Parameters
    ----------
    project : path, sequence of paths or mapping
        As for `check_project`.
    now : datetime or str
        From when on.
    to : str, optional
        The environment that it goes to, where there is no request: then only the calendar counts. The last of the
        pipeline where it is absent.
    request, facts
        As for `gate_project`.
    until : datetime or str, optional
        Until when; ten years ahead where it is absent.
    count : int
        How many openings at most.
    transitions : bool
        Whether to say when each gate opens and shuts as well; that needs ``until``.
    **options
        As for `gate_project`: ``policies``, ``engine``, ``environments``, ``manifest``, ``key``, ``read``,
        ``allow_outside``.

    Returns
    -------
    WhenAnswer
        Its ``openings`` and ``transitions``, with instants as datetimes and as texts on the clocks of their zone.

    Raises
    ------
    PromotionError
        If a text is wrong. That no opening is in sight is an answer.

    Examples
    --------
    >>> gates = '''
    ... policy: gates
    ... gates:
    ...   - id: hours
    ...     kind: allowed-window
    ...     params: { timezone: Europe/London, windows: [{ days: [mon], start: "09:00", end: "17:00" }] }
    ... '''
    >>> files = {"paritygate.yaml": "environments: { production: }\\npolicies: [gates.yaml]", "gates.yaml": gates}
    >>> opening = when(files, now="2026-03-01T09:00:00Z", to="production", count=1).openings[0]
    >>> opening.open, opening.open_local
    (datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc), 'Mon 2026-03-02 09:00Z')
    """
    from .engine import supplied

    attachments = Attachments()
    subject = prepared(project, attachments, **options)
    params = subject.params
    if request is not None:
        params.update(asked(request, facts, attachments, subject.folder))
    if to is not None:
        if not isinstance(to, str):
            raise wrong_type("`to`", to, "a str")
        params["to"] = to
    call_: dict[str, Any] = {"promotion": params, "now": instant(now), "count": count, "transitions": transitions}
    if until is not None:
        call_["until"] = instant(until)
    answer = WhenAnswer.from_dict(supplied("when", call_, subject.files, attachments, subject.read))
    _sound(answer.diagnostics)
    return answer


def diagram(project: Project, *, decision: Decision | None = None, **options: Any) -> str:
    """Draw the pipeline as a Mermaid flowchart; with what each gate says, where there is a decision.

    Parameters
    ----------
    project : path, sequence of paths or mapping
        As for `check_project`.
    decision : Decision, optional
        The decision whose gates are drawn.
    **options
        As for `when`.

    Raises
    ------
    PromotionError
        If a text is wrong.

    Examples
    --------
    >>> print(diagram({"paritygate.yaml": "environments: { staging: , production: }"}), end="")
    flowchart LR
      s0["staging"]
      s1["production"]
      s0 --> s1
    """
    from .engine import supplied

    attachments = Attachments()
    subject = prepared(project, attachments, **options)
    call_: dict[str, Any] = {"promotion": subject.params}
    if decision is not None:
        call_["decision"] = decision.handle
    answer = DiagramAnswer.from_dict(supplied("diagram", call_, subject.files, attachments, subject.read))
    _sound(answer.diagnostics)
    return answer.text or ""


def read_diagram(text: Text) -> dict[str, Any]:
    """Read a Mermaid flowchart as the part of a manifest that it draws.

    Parameters
    ----------
    text : str, bytes or path
        The flowchart.

    Raises
    ------
    PromotionError
        If it is no flowchart, or says what no pipeline can say.

    Examples
    --------
    >>> read_diagram("flowchart LR\\n  staging --> production\\n")["pipeline"]["stages"]
    ['staging', 'production']
    """
    attachments = Attachments()
    name, how = attachments.add(name_of(text, 1, "pipeline"), text)
    answer = DiagramAnswer.from_dict(call("diagram", {"read": {"name": name, **how}}, attachments.texts))
    _sound(answer.diagnostics)
    manifest: dict[str, Any] = json.loads(answer.manifest or "{}")
    return manifest


def replay(
    recorded: Text, project: Project, request: Text, *, facts: Iterable[Text] = (), **options: Any
) -> ReplayAnswer:
    """Make a recorded decision again: the same bytes, or what is another.

    It is made by the clock that the recorded one names, so there is no ``now``.

    Parameters
    ----------
    recorded : str, bytes or path
        The decision, as `Decision.to_json` wrote it.
    project, request, facts
        As for `gate_project`, under the names that they had: texts that lie in the project's folder are named from there.
    **options
        As for `when`.

    Raises
    ------
    PromotionError
        If a text is wrong, so that nothing can be decided.

    Examples
    --------
    >>> files = {"paritygate.yaml": "environments: { staging: , production: }\\npolicies: [gates.yaml]"}
    >>> files["gates.yaml"] = "policy: gates\\ngates: [{ id: path, kind: path-edge }]"
    >>> request = {"from": "staging", "to": "production"}
    >>> recorded = gate_project(files, request, now="2026-03-01T09:00:00Z").to_json()
    >>> replay(recorded, files, request).same
    True
    >>> replay(recorded, files, {"from": "production", "to": "staging"}).changes
    ('the request `request-1.json` is another text',)
    """
    from .engine import supplied

    attachments = Attachments()
    subject = prepared(project, attachments, **options)
    name, how = attachments.add(name_of(recorded, 1, "decision"), recorded)
    promotion = {**subject.params, **asked(request, facts, attachments, subject.folder)}
    call_ = {"recorded": {"name": name, **how}, "promotion": promotion}
    answer = ReplayAnswer.from_dict(supplied("replay", call_, subject.files, attachments, subject.read))
    _sound(answer.diagnostics)
    return answer


def _sound(diagnostics: tuple[Diagnostic, ...]) -> None:
    if any(diagnostic.level == "error" for diagnostic in diagnostics):
        raise PromotionError(diagnostics)
