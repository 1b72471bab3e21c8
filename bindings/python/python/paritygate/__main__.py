"""``python -m paritygate check`` and ``gate``: the command line, as far as a project is checked and promotions are decided."""

from __future__ import annotations

import argparse
import io
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import (
    Diagnostic,
    ParityGateError,
    PolicyError,
    PromotionError,
    Report,
    __version__,
    check_project,
    explain,
    gate_project,
    rules,
    version,
)
from ._session import Text
from .disk import read_named

#: From where on a check fails; each level includes those before it.
LEVELS = ("error", "unknown", "warning", "info")


def _arguments(args: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m paritygate", description="Compare environments.")
    parser.add_argument("--version", action="version", version=f"paritygate {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="compare environments and say what drifted")
    check.add_argument("paths", nargs="*", metavar="PATH", help="a folder, a manifest, or files; this folder by default")
    check.add_argument("--policy", action="append", metavar="NAME|FILE", help="a policy instead of those of the manifest")
    check.add_argument("--only", action="append", metavar="RULE", help="run this rule only")
    check.add_argument("--format", default="text", choices=version().output_formats, help="how to write the report")
    check.add_argument("--fail-on", default="error", choices=LEVELS, help="from where on the check fails")
    check.add_argument("--now", metavar="INSTANT", help="the instant of the check; else the clock's")
    check.add_argument("--key-file", metavar="FILE", help="a file with the key for fingerprints of secrets")
    check.add_argument("--allow-outside", action="store_true", help="read files outside the folder too")
    check.add_argument("--verbose", "-v", action="store_true", help="show in full what is usually only counted")
    gate = commands.add_parser("gate", help="decide whether a promotion may go")
    gate.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder or a manifest; this folder by default")
    gate.add_argument("--request", required=True, metavar="FILE", help="the promotion request")
    gate.add_argument("--facts", nargs="+", default=[], metavar="FILE", help="facts that other systems printed")
    gate.add_argument("--policy", action="append", metavar="NAME|FILE", help="a policy instead of those of the manifest")
    gate.add_argument("--format", default="text", choices=("json", "markdown", "text"), help="how to write the decision")
    gate.add_argument("--now", metavar="INSTANT", help="the instant to judge for; else the request's, else the clock's")
    gate.add_argument("--key-file", metavar="FILE", help="a file with the key for fingerprints of secrets")
    gate.add_argument("--allow-outside", action="store_true", help="read files outside the folder too")
    gate.add_argument("--verbose", "-v", action="store_true", help="show in full what is usually only counted")
    explain_ = commands.add_parser("explain", help="explain a rule or a kind of rule")
    explain_.add_argument("name")
    commands.add_parser("rules", help="list the rules of the built-in packs")
    return parser.parse_args(args)


def _exit(report: Report, fail_on: str) -> int:
    informs = any(finding.status == "pass" and not finding.observed for finding in report)
    worst = {"fail": "error", "error": "error", "unknown": "unknown", "warn": "warning"}.get(report.verdict)
    worst = worst or ("info" if informs else None)
    # A policy may make mere warnings of what can't be judged; the line still includes it.
    unjudged = any(finding.status == "unknown" and not finding.observed for finding in report)
    if worst != "error" and (unjudged or report.summary.unknown):
        worst = "unknown"
    if report.verdict == "error":
        return 2
    if worst is not None and LEVELS.index(worst) <= LEVELS.index(fail_on):
        return 1
    return 3 if report.verdict == "unknown" else 0


def _is_file(policy: str) -> bool:
    return "/" in policy or policy.endswith((".yaml", ".yml", ".json"))


def _policies(args: argparse.Namespace) -> list[Text] | None:
    if not args.policy:
        return None
    return [Path(policy) if _is_file(policy) else policy for policy in args.policy]


def _key(args: argparse.Namespace) -> str | bytes | None:
    if args.key_file:
        key: str | bytes = read_named(args.key_file)
        return key
    return os.environ.get("PARITYGATE_KEY") or None


def _tell(diagnostics: tuple[Diagnostic, ...]) -> None:
    for diagnostic in diagnostics:
        place = f"{diagnostic.document}:{diagnostic.line}:{diagnostic.column}: " if diagnostic.document else ""
        sys.stderr.write(f"{place}{diagnostic.level}: {diagnostic.message}\n")
        if diagnostic.help:
            sys.stderr.write(f"  help: {diagnostic.help}\n")


def _write(text: str) -> None:
    """Write to the output, as far as somebody reads it."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still written at the end of the process goes nowhere, and fails nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_unicode() -> bool:
    try:
        "✓✗│…".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _style(args: argparse.Namespace) -> dict[str, Any]:
    width = os.get_terminal_size().columns if sys.stdout.isatty() else 100
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return {"color": color, "width": width, "verbose": args.verbose, "unicode": _is_unicode()}


def _gate(args: argparse.Namespace) -> int:
    options: dict[str, Any] = {
        "facts": [Path(path) for path in args.facts],
        "policies": _policies(args),
        "key": _key(args),
        "allow_outside": args.allow_outside,
    }
    project = Path(args.path)
    if project.is_file():
        # A manifest: what it names counts from its own folder.
        project, options["manifest"] = project.parent, project.name
    try:
        decision = gate_project(project, Path(args.request), now=args.now, **options)
    except ParityGateError as wrong:
        # Neither the caller nor the request says what time it is: the clock does.
        if wrong.code != "no-clock" or args.now:
            raise
        now = datetime.now(timezone.utc).replace(microsecond=0)
        decision = gate_project(project, Path(args.request), now=now, **options)
    if args.format == "json":
        _write(decision.to_json())
    else:
        _tell(decision.diagnostics)
        _write(decision.format(args.format, **_style(args)))
    return 0 if decision.allowed else 1


def _check(args: argparse.Namespace) -> int:
    options: dict[str, Any] = {
        "now": args.now or datetime.now(timezone.utc).replace(microsecond=0),
        "policies": _policies(args),
        "only": args.only,
        "key": _key(args),
        "allow_outside": args.allow_outside,
    }
    paths = args.paths or ["."]
    if len(paths) == 1 and os.path.isdir(paths[0]):
        report = check_project(paths[0], **options)
    else:
        report = check_project(paths, **options)
        if len(paths) == 1 and any(found.code == "unexpected-file" for found in report.diagnostics):
            # A manifest: what it names counts from its own folder.
            path = Path(paths[0])
            report = check_project(path.parent, manifest=path.name, **options)
    if args.format == "json":
        _write(report.to_json())
        return _exit(report, args.fail_on)
    _tell(report.diagnostics)
    _write(report.format(args.format, **_style(args)))
    return _exit(report, args.fail_on)


def main(args: list[str] | None = None) -> int:
    """Run the command line, and answer its exit code."""
    parsed = _arguments(args)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name in a text may hold what the terminal can't show.
            stream.reconfigure(errors="backslashreplace")
    try:
        if parsed.command == "check":
            return _check(parsed)
        if parsed.command == "gate":
            return _gate(parsed)
        if parsed.command == "explain":
            _write(explain(parsed.name))
        else:
            for rule in rules().rules:
                _write(f"{rule.id}  {rule.kind}  {rule.pack}\n")
        return 0
    except (PolicyError, PromotionError) as wrong:
        sys.stderr.write(f"{wrong}\n")
    except ParityGateError as wrong:
        sys.stderr.write(f"error[{wrong.code}]: {wrong}\n")
    except OSError as wrong:
        sys.stderr.write(f"error: {wrong.filename}: {wrong.strerror}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
