"""The parity matrix and the checklist of gates for notebooks.

Colours are those of the page around them, so that they are readable in light and dark.
"""

from __future__ import annotations

from html import escape

from ._wire import Blocker, Cell, DecisionData, Finding, GateFinding, Local, ReportData

_WORDS = {"empty": "empty", "null": "null", "missing": "missing", "unresolved": "unresolved", "notCollected": "not collected"}
_COLOURS = {"error": "#d1374a", "warning": "#b97a14", "info": "#3f7fd1"}
_CELL = "padding:4px 10px;text-align:left;vertical-align:top;border-top:1px solid rgba(128,128,128,.3)"


def _mark(finding: Finding, environment: str, cell: Cell) -> str:
    if cell.state in ("unresolved", "notCollected"):
        return "?"
    if cell.state in ("missing", "null"):
        return "∅"
    if environment not in finding.environments:
        return "✓"
    reference = finding.cells.get(finding.reference) if finding.reference is not None else None
    if reference is None:
        return "✗"
    return "=" if (reference.state, reference.value) == (cell.state, cell.value) else "≠"


def _cell(finding: Finding, environment: str) -> str:
    cell = finding.cells.get(environment)
    if cell is None:
        return f'<td style="{_CELL};opacity:.5">·</td>'
    shown = cell.value if cell.state == "value" else _WORDS[cell.state]
    place = f"{cell.source.document}:{cell.source.line}" if cell.source else ""
    deviates = environment in finding.environments
    colour = f"color:{_COLOURS[finding.severity]};font-weight:600" if deviates else "opacity:.7"
    mark = _mark(finding, environment, cell)
    return (
        f'<td style="{_CELL}" title="{escape(cell.masked or place)}">'
        f'<span style="{colour}">{mark}</span> <code style="background:none">{escape(shown or "")}</code></td>'
    )


def matrix(report: ReportData) -> str:
    """The report as an HTML table."""
    names = [column.name for column in report.environments]
    rows = [finding for finding in report.findings if finding.cells]
    title = f"<b>{escape(report.verdict)}</b> · {len(report.findings)} findings in {report.summary.rows} rows"
    if not rows:
        return f"<div>{title}</div>"
    head = "".join(f'<th style="{_CELL};border-top:0">{escape(name)}</th>' for name in names)
    body = "".join(
        f'<tr><th style="{_CELL};font-weight:400" scope="row" title="{escape(finding.message)}">'
        f'<span style="color:{_COLOURS[finding.severity]}">●</span> <code style="background:none">{escape(finding.path)}</code>'
        f'<div style="opacity:.6;font-size:.85em">{escape(finding.rule)}</div></th>'
        + "".join(_cell(finding, name) for name in names)
        + "</tr>"
        for finding in rows
    )
    return (
        f'<div>{title}</div><table style="border-collapse:collapse"><thead><tr>'
        f'<th style="{_CELL};border-top:0"></th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


_MARKS = {
    "pass": ("✓", "#2e8b57"),
    "warn": ("!", "#b97a14"),
    "waived": ("⤼", "#b97a14"),
    "unknown": ("?", "#d1374a"),
    "fail": ("✗", "#d1374a"),
    "notApplicable": ("·", "inherit"),
}


def _gate(finding: GateFinding) -> str:
    mark, colour = _MARKS[finding.status]
    quiet = finding.status in ("pass", "notApplicable")
    more = () if quiet else (*finding.notes, *(() if finding.help is None else (f"→ {finding.help}",)))
    lines = "".join(f'<div style="opacity:.7;font-size:.9em">{escape(line)}</div>' for line in more)
    return (
        f'<tr><td style="{_CELL};color:{colour};font-weight:600">{mark}</td>'
        f'<th style="{_CELL};font-weight:600" scope="row">{escape(finding.rule)}</th>'
        f'<td style="{_CELL}">{escape(finding.message)}{lines}</td></tr>'
    )


def _blocker(blocker: Blocker) -> str:
    how = [str(blocker.cleared_by), *([", ".join(blocker.who)] if blocker.who else [])]
    if blocker.until_local is not None:
        how.append(f"until {blocker.until_local.time} ({blocker.until_local.zone})")
    # What the table says is not said again where it is known who or what clears it.
    message = f": {escape(blocker.message)}" if len(how) == 1 else ""
    return f'<li><b>{escape(blocker.rule)}</b>{message}<span style="opacity:.7"> · {escape(" · ".join(how))}</span></li>'


def _clock(local: Local) -> str:
    return f"{escape(local.time)} ({escape(local.zone)})"


def checklist(decision: DecisionData) -> str:
    """The decision as an HTML table, with what blocks below it."""
    asked, outcome = decision.request, decision.decision
    verdict, colour = ("allowed", "#2e8b57") if outcome.allowed else ("denied", "#d1374a")
    name = escape(asked.name or "promotion")
    title = f'<b style="color:{colour}">{verdict}</b> · {name}: {escape(asked.from_)} → {escape(asked.to)}'
    rows = "".join(_gate(finding) for finding in decision.findings)
    blockers = "".join(_blocker(blocker) for blocker in outcome.blockers)
    clocks = " / ".join(_clock(local) for local in outcome.next_eligible_local)
    next_ = escape(outcome.next_eligible_reason or "") or (f"time is in the way until {clocks}" if clocks else "")
    if outcome.next_eligible_at is not None and outcome.next_eligible_at <= decision.evaluated_at:
        next_ = "time is not in the way"
    return (
        f'<div>{title} · judged for {_clock(decision.evaluated_local)}</div>'
        f'<table style="border-collapse:collapse"><tbody>{rows}</tbody></table>'
        + (f'<ol style="margin:8px 0;padding-left:2em">{blockers}</ol>' if blockers else "")
        + (f'<div style="opacity:.7">{next_}</div>' if next_ and not outcome.allowed else "")
    )
