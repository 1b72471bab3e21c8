"""Reports: what a check answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Any

from . import _html
from ._session import Held, call
from ._wire import CheckAnswer, Column, Counts, Diagnostic, DiscoverAnswer, Finding, ReportData, Summary, Verdict

__all__ = ["Report"]


class Report(Held):
    """The answer of a check. Iterating gives its findings.

    Its verdict and counts are at hand at once; everything else is fetched when it is first asked for.

    Examples
    --------
    >>> from paritygate import Engine
    >>> files = {"staging.env": "A=1\\nB=2\\n", "production.env": "A=1\\n"}
    >>> report = Engine.compile("recommended").check(files, now="2026-03-01T09:00:00Z")
    >>> report.verdict
    'fail'
    >>> [finding.message for finding in report]
    ['`variables.B` is missing in production: staging has it']
    """

    __slots__ = ("_answer", "_data")

    def __init__(self, answer: CheckAnswer) -> None:
        super().__init__(answer.report or 0)
        self._set(_answer=answer, _data=None)

    _answer: CheckAnswer
    _data: ReportData | None

    @property
    def verdict(self) -> Verdict:
        """How the check ended: ``pass``, ``warn``, ``unknown``, ``fail``, or ``error`` where a text was wrong."""
        return self._answer.verdict or "error"

    @property
    def ok(self) -> bool:
        """Whether nothing failed and everything could be judged."""
        return self.verdict in ("pass", "warn")

    @property
    def counts(self) -> Counts:
        """How many findings of each status there are."""
        return self._answer.counts

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the texts that were handed in."""
        return self._answer.diagnostics

    @property
    def found(self) -> DiscoverAnswer | None:
        """What was read, where a project was handed in."""
        return self._answer.found

    @property
    def data(self) -> ReportData:
        """The whole report."""
        data = self._data
        if data is None:
            data = ReportData.from_dict(call("report", {"report": self.handle}))
            self._set(_data=data)
        return data

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of the rules and then of the paths."""
        return self.data.findings

    @property
    def environments(self) -> tuple[Column, ...]:
        """The environments that were compared, lowest tier first."""
        return self.data.environments

    @property
    def summary(self) -> Summary:
        """How many of what."""
        return self.data.summary

    @property
    def evaluated_at(self) -> datetime:
        """The ``now`` that was handed in."""
        return self.data.evaluated_at

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        counts = self.counts
        return counts.fail + counts.unknown + counts.warn + counts.pass_ + counts.waived

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Report {self.verdict}: {len(self)} findings>"

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        data: dict[str, Any] = json.loads(self.to_json())
        return data

    def to_json(self) -> str:
        """The report as one JSON object, byte for byte as ``paritygate check --format json`` prints it."""
        return self.format("json")

    def to_text(self, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
        """The report for people: the matrix, then each finding with its lines of source."""
        return self.format("text", color=color, width=width, verbose=verbose)

    def format(
        self, format: str, *, color: bool = False, width: int = 100, unicode: bool = True, verbose: bool = False
    ) -> str:
        """The report in one of the output formats.

        Parameters
        ----------
        format : str
            The format's name: ``json``, ``text``.
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
        text: str = call("format", {"report": self.handle, "format": format, **style})["text"]
        return text

    def _repr_html_(self) -> str:
        return _html.matrix(self.data)

    def __enter__(self) -> Report:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
