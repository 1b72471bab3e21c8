"""Decisions: what a promotion answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Any

from . import _html
from ._session import Held, call
from ._wire import Blocker, DecisionData, Diagnostic, DiscoverAnswer, GateAnswer, GateFinding, GateSummary, Verdict

__all__ = ["Decision"]


class Decision(Held):
    """The answer to a promotion: allowed or not, and why. Iterating gives what each gate says.

    Whether it may go, the verdict and the next opening are at hand at once; everything else is fetched when it is first asked
    for. As a condition a decision is always true, like a match or a response, whatever it says: ask for `allowed`.

    Examples
    --------
    >>> from paritygate import Engine
    >>> engine = Engine.compile('''
    ... policy: acme/gates
    ... gates:
    ...   - { id: pinned, kind: pinned-reference }
    ... ''')
    >>> request = {"from": "staging", "to": "production", "artifacts": [{"component": "api", "tag": "v1.2.3"}]}
    >>> decision = engine.gate(request, now="2026-03-01T09:00:00Z")
    >>> decision.allowed
    False
    >>> [finding.message for finding in decision]
    ['`api` is named by its tag `v1.2.3` alone, and a tag can be moved']
    """

    __slots__ = ("_answer", "_data")

    def __init__(self, answer: GateAnswer) -> None:
        super().__init__(answer.decision or 0)
        self._set(_answer=answer, _data=None)

    _answer: GateAnswer
    _data: DecisionData | None

    @property
    def allowed(self) -> bool:
        """Whether it may go."""
        return self._answer.allowed

    @property
    def verdict(self) -> Verdict:
        """The worst of all gates that count: ``pass``, ``warn``, ``unknown``, ``fail``."""
        return self._answer.verdict or "error"

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is doubtful in the texts that were handed in."""
        return self._answer.diagnostics

    @property
    def found(self) -> DiscoverAnswer | None:
        """What was read, where a project was handed in."""
        return self._answer.found

    @property
    def data(self) -> DecisionData:
        """The whole decision."""
        data = self._data
        if data is None:
            data = DecisionData.from_dict(call("decision", {"decision": self.handle}))
            self._set(_data=data)
        return data

    @property
    def findings(self) -> tuple[GateFinding, ...]:
        """What each gate says, in the order of the policies."""
        return self.data.findings

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """What blocks, in the order in which it can be cleared."""
        return self.data.decision.blockers

    @property
    def next_eligible_at(self) -> datetime | None:
        """The earliest instant at which time is not in the way; None where there is none in sight."""
        return self._answer.next_eligible_at

    @property
    def next_eligible_reason(self) -> str | None:
        """Why there is no such instant."""
        return self.data.decision.next_eligible_reason

    @property
    def summary(self) -> GateSummary:
        """How many of what."""
        return self.data.summary

    @property
    def evaluated_at(self) -> datetime:
        """The instant that it was judged for: ``now``, or the planned start."""
        return self.data.evaluated_at

    def __iter__(self) -> Iterator[GateFinding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Decision {'allowed' if self.allowed else 'denied'}: {self.verdict}>"

    def to_dict(self) -> dict[str, Any]:
        """The decision as plain data."""
        data: dict[str, Any] = json.loads(self.to_json())
        return data

    def to_json(self) -> str:
        """The decision as one JSON object, byte for byte as ``paritygate gate --format json`` prints it."""
        return self.format("json")

    def to_text(self, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
        """The decision for people: a checklist, what blocks, and the next opening."""
        return self.format("text", color=color, width=width, verbose=verbose)

    def format(
        self, format: str, *, color: bool = False, width: int = 100, unicode: bool = True, verbose: bool = False
    ) -> str:
        """The decision in one of the output formats.

        Parameters
        ----------
        format : str
            The format's name: ``text`` for the checklist, ``markdown`` for a comment or a summary, ``json``.
        color : bool
            Whether to colour with ANSI escapes.
        width : int
            How many columns a line may have.
        unicode : bool
            Whether marks may be other than ASCII.
        verbose : bool
            Whether to show what is usually only counted.
        """
        style = {"color": color, "width": width, "unicode": unicode, "verbose": verbose}
        text: str = call("format", {"decision": self.handle, "format": format, **style})["text"]
        return text

    def _repr_html_(self) -> str:
        return _html.checklist(self.data)

    def __enter__(self) -> Decision:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
