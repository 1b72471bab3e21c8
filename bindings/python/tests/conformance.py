"""Answers the conformance cases: ``python conformance.py CASES ANSWERS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from paritygate import Named, check_project, gate_project


def main(cases: str, answers: str) -> None:
    out = {}
    for case in json.loads(Path(cases).read_text(encoding="utf-8")):
        if case.get("request"):
            out[case["name"]] = decided(case)
            continue
        views: dict[str, Any] = {"pairing": case.get("pairing") or "parity"}
        if case.get("pairing") == "change":
            views["before"] = case["before"]
        report = check_project(case["files"], now=case["now"], only=case["only"], key=case["key"], **views)
        out[case["name"]] = report.to_json()
    Path(answers).write_text(json.dumps(out), encoding="utf-8")


def decided(case: dict[str, Any]) -> str:
    """Decide the request of a case."""
    request, *facts = (Named(path, case["files"][path]) for path in [case["request"], *case["facts"]])
    return gate_project(case["files"], request, facts=facts, now=case["now"], key=case["key"]).to_json()


if __name__ == "__main__":
    main(*sys.argv[1:])
