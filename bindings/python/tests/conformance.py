"""Answers the conformance cases: ``python conformance.py CASES ANSWERS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from paritygate import check_project


def main(cases: str, answers: str) -> None:
    out = {}
    for case in json.loads(Path(cases).read_text(encoding="utf-8")):
        report = check_project(case["files"], now=case["now"], only=case["only"], key=case["key"])
        out[case["name"]] = report.to_json()
    Path(answers).write_text(json.dumps(out), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
