"""Answers the conformance cases: ``python conformance.py CASES ANSWERS``."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from paritygate import check_project, gate_project


def main(cases: str, answers: str) -> None:
    out = {}
    for case in json.loads(Path(cases).read_text(encoding="utf-8")):
        if case.get("request"):
            out[case["name"]] = decided(case)
            continue
        report = check_project(case["files"], now=case["now"], only=case["only"], key=case["key"])
        out[case["name"]] = report.to_json()
    Path(answers).write_text(json.dumps(out), encoding="utf-8")


def decided(case: dict[str, Any]) -> str:
    """Decide the request of a case: texts are named by their paths, so they stand in a folder."""
    texts = [case["request"], *case["facts"]]
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for path in texts:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_text(case["files"][path], encoding="utf-8")
            request, *facts = map(Path, texts)
            decision = gate_project(case["files"], request, facts=facts, now=case["now"], key=case["key"])
            return decision.to_json()
        finally:
            os.chdir(here)


if __name__ == "__main__":
    main(*sys.argv[1:])
