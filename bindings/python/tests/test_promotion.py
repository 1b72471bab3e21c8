"""Promotions: decisions, errors, times, diagrams and replays. What gates say is tested elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import paritygate
import pytest
from paritygate import Engine, Environment, ParityGateError, PromotionError, gate_project

GATES = """
policy: acme/gates
gates:
  - { id: ran-upstream, kind: upstream-succeeded, acceptSources: imported }
  - id: hours
    kind: allowed-window
    params: { timezone: Europe/London, windows: [{ days: [mon], start: "09:00", end: "17:00" }] }
"""
FILES = {
    "paritygate.yaml": "environments: { staging: , production: }\npolicies: [gates.yaml]\n",
    "gates.yaml": GATES,
}
REQUEST: dict[str, Any] = {
    "request": "release-7",
    "from": "staging",
    "to": "production",
    "artifacts": [{"component": "api", "digest": "sha256:aa"}],
}
FACTS = """
deployments:
  - { environment: staging, component: api, digest: "sha256:aa", startedAt: 2026-08-20T08:00:00Z, result: succeeded }
"""
FRIDAY = datetime(2026, 8, 21, 15, 40, tzinfo=timezone.utc)
MONDAY = "2026-08-24T08:00:00Z"


class TestDecision:
    def test_denied_is_no_exception(self) -> None:
        decision = gate_project(FILES, REQUEST, now=FRIDAY)
        assert (decision.allowed, decision.verdict, bool(decision)) == (False, "fail", True)
        assert [finding.status for finding in decision] == ["unknown", "fail"]
        assert [blocker.rule for blocker in decision.blockers] == ["ran-upstream", "hours"]
        assert decision.next_eligible_at == datetime(2026, 8, 24, 8, tzinfo=timezone.utc)
        assert decision.evaluated_at == FRIDAY
        assert repr(decision) == "<Decision denied: fail>"

    def test_facts_beside_the_request_are_imported(self) -> None:
        decision = gate_project(FILES, REQUEST, now=MONDAY, facts=[FACTS])
        assert decision.allowed and decision.verdict == "pass" and not decision.blockers
        assert not gate_project(FILES, {**REQUEST, **json.loads('{"deployments": []}')}, now=MONDAY).allowed

    def test_is_plain_data_and_texts(self) -> None:
        decision = gate_project(FILES, REQUEST, now=FRIDAY)
        assert decision.to_dict()["decision"]["nextEligibleAt"] == "2026-08-24T08:00:00Z"
        assert "what blocks" in decision.to_text()
        assert decision.format("markdown").startswith("### release-7: ⛔ denied")
        assert "release-7" in decision._repr_html_() and "<script" not in decision._repr_html_()

    def test_the_request_may_say_what_time_it_is(self) -> None:
        decision = gate_project(FILES, {**REQUEST, "evaluateAt": MONDAY}, facts=[FACTS])
        assert decision.allowed and decision.data.decision.clock == "request"
        with pytest.raises(ParityGateError) as raised:
            gate_project(FILES, REQUEST)
        assert raised.value.code == "no-clock"

    def test_an_engine_gates_with_environments(self) -> None:
        rule = "rules: [{ id: same, kind: same, select: variables.* }]\n"
        engine = Engine.compile(f"policy: p\n{rule}gates: [{{ id: alike, kind: parity-gate }}]\n")
        texts = [{"environment": name, "variables": {"A": value}} for name, value in (("staging", 1), ("production", 2))]
        environments = [Environment.from_files({f"{text['environment']}.json": text}) for text in texts]
        decision = engine.gate(REQUEST, now=MONDAY, environments=environments)
        assert [finding.status for finding in decision] == ["fail"]


class TestErrors:
    def test_what_is_broken_is_told_at_its_place(self) -> None:
        with pytest.raises(PromotionError, match="request-1:2:1: a request needs a field `to`|needs a field `to`"):
            gate_project(FILES, "from: staging\n", now=MONDAY)
        with pytest.raises(PromotionError) as raised:
            gate_project(FILES, "from: a\nto: b\nkindOfChange: hotfixx\n", now=MONDAY)
        assert raised.value.code == "promotion" and raised.value.diagnostics[0].line == 3

    def test_types_are_told(self) -> None:
        with pytest.raises(ParityGateError):
            gate_project(FILES, 7, now=MONDAY)  # type: ignore[arg-type]
        with pytest.raises(ParityGateError, match="a list of texts"):
            gate_project(FILES, REQUEST, now=MONDAY, facts=FACTS)
        with pytest.raises(ParityGateError) as raised:
            gate_project(FILES, REQUEST, now=datetime(2026, 1, 1))
        assert raised.value.code == "naive-instant"

    def test_use_after_close(self) -> None:
        decision = gate_project(FILES, REQUEST, now=MONDAY)
        decision.close()
        with pytest.raises(ParityGateError):
            decision.to_json()


def test_looks_ahead() -> None:
    answer = paritygate.when(FILES, now=FRIDAY, to="production", count=2)
    assert [opening.open for opening in answer.openings] == ["2026-08-24T08:00:00Z", "2026-08-31T08:00:00Z"]
    answer = paritygate.when(
        FILES, now="2026-10-24T00:00:00Z", to="production", until="2026-10-27T00:00:00Z", transitions=True
    )
    assert [(one.rule, one.opens) for one in answer.transitions] == [(None, False), ("hours", True), ("hours", False)]


def test_draws_reads_and_replays() -> None:
    drawn = paritygate.diagram(FILES)
    assert paritygate.read_diagram(drawn)["pipeline"]["stages"] == ["staging", "production"]
    with pytest.raises(PromotionError):
        paritygate.read_diagram("sequenceDiagram\n")
    decision = gate_project(FILES, REQUEST, now=MONDAY, facts=[FACTS])
    assert paritygate.replay(decision.to_json(), FILES, REQUEST, facts=[FACTS]).same
    other = paritygate.replay(decision.to_json(), FILES, REQUEST, facts=[FACTS.replace("aa", "bb")])
    assert (other.same, other.changes) == (False, ("the facts `facts-1` is another text",))


def test_the_command_line(tmp_path: Path) -> None:
    for name, text in {**FILES, "request.json": json.dumps(REQUEST), "facts.yaml": FACTS}.items():
        (tmp_path / name).write_text(text)

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "paritygate", "gate", "--request", "request.json", *args]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
        )

    denied = run("--now", "2026-08-21T15:40:00Z")
    assert denied.returncode == 1 and "what blocks" in denied.stdout
    allowed = run("--now", MONDAY, "--facts", "facts.yaml")
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    (tmp_path / "request.json").write_text("{}")
    assert run("--now", MONDAY).returncode == 2
