"""Promotions: decisions, errors, times, diagrams and replays. What gates say is tested elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
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
        files = {f"{text['environment']}.environment.json": json.dumps(text) for text in texts}
        cases: tuple[Any, ...] = (environments, texts, files, iter([environments[0], texts[1]]))
        for given in cases:
            decision = engine.gate(REQUEST, now=MONDAY, environments=given)
            assert [finding.status for finding in decision] == ["fail"]
        manifest = "environments: { staging: , production: }"
        assert engine.gate(REQUEST, now=MONDAY, environments=environments, manifest=manifest).verdict == "fail"
        assert engine.gate(REQUEST, now=MONDAY, manifest=manifest).verdict == "unknown"
        with pytest.raises(ParityGateError, match="beside a manifest"):
            engine.gate(REQUEST, now=MONDAY, environments=texts, manifest=manifest)
        assert gate_project({}, REQUEST, now=MONDAY, engine=engine, environments=environments).verdict == "fail"
        with pytest.raises(ParityGateError, match="an `Environment` is needed"):
            gate_project({}, REQUEST, now=MONDAY, engine=engine, environments=texts)  # type: ignore[arg-type]

    def test_texts_are_named_from_the_folder(self, tmp_path: Path) -> None:
        outside, root = tmp_path / "facts.yaml", tmp_path / "project"
        (root / "requests").mkdir(parents=True)
        for path, text in {**FILES, "requests/one.json": json.dumps(REQUEST)}.items():
            (root / path).write_text(text)
        outside.write_text(FACTS)
        decision = gate_project(root, root / "requests" / "one.json", facts=[outside], now=MONDAY)
        names = {one.role: one.name for one in decision.data.inputs}
        assert (names["request"], names["facts"]) == ("requests/one.json", outside.as_posix())
        assert paritygate.replay(decision.to_json(), root, root / "requests" / "one.json", facts=[outside]).same

    def test_survives_in_part_when_closed(self) -> None:
        with gate_project(FILES, REQUEST, now=FRIDAY) as decision:
            findings = decision.findings
        assert decision.findings == findings and decision.next_eligible_at is not None
        with pytest.raises(ParityGateError, match="was closed"):
            decision.to_text()

    def test_html(self) -> None:
        html = gate_project(FILES, {**REQUEST, "request": "<script>"}, now=FRIDAY)._repr_html_()
        assert "<script>" not in html and "&lt;script&gt;" in html
        for text in ("denied", "<table", "ran-upstream", "<ol", "until 2026-08-24T09:00:00+01:00"):
            assert text in html
        allowed = gate_project(FILES, REQUEST, now=MONDAY, facts=[FACTS])._repr_html_()
        assert "allowed" in allowed and "<ol" not in allowed


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
    monday = datetime(2026, 8, 24, 8, tzinfo=timezone.utc)
    assert [(one.open, one.close) for one in answer.openings] == [
        (monday + timedelta(days=days), monday + timedelta(days=days, hours=8)) for days in (0, 7)
    ]
    answer = paritygate.when(
        FILES, now="2026-10-24T00:00:00Z", to="production", until="2026-10-27T00:00:00Z", transitions=True
    )
    assert [(one.rule, one.opens) for one in answer.transitions] == [(None, False), ("hours", True), ("hours", False)]
    assert [one.at for one in answer.transitions] == sorted(one.at for one in answer.transitions)
    with pytest.raises(PromotionError):
        paritygate.when({**FILES, "gates.yaml": "policy: p\ngates: [{ id: a, kind: sme }]"}, now=FRIDAY, to="production")
    with pytest.raises(ParityGateError, match="stand in the request"):
        paritygate.when(FILES, now=FRIDAY, to="production", request=REQUEST)


def test_draws_reads_and_replays() -> None:
    drawn = paritygate.diagram(FILES)
    assert paritygate.read_diagram(drawn)["pipeline"]["stages"] == ["staging", "production"]
    with pytest.raises(PromotionError):
        paritygate.read_diagram("sequenceDiagram\n")
    decision = gate_project(FILES, REQUEST, now=MONDAY, facts=[FACTS])
    assert paritygate.replay(decision.to_json(), FILES, REQUEST, facts=[FACTS]).same
    other = paritygate.replay(decision.to_json(), FILES, REQUEST, facts=[FACTS.replace("aa", "bb")])
    assert (other.same, other.changes) == (False, ("the facts `facts-1` is another text",))
    with pytest.raises(PromotionError, match="needs a field `to`"):
        paritygate.replay(decision.to_json(), FILES, "from: staging\n")


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
    (tmp_path / "pipeline.yaml").write_text(FILES["paritygate.yaml"])
    assert run("--now", MONDAY, "--facts", "facts.yaml", "--", "pipeline.yaml").returncode == 0
    written = run("--now", MONDAY, "--facts", "facts.yaml", "--format", "json").stdout
    assert written == gate_project(tmp_path, tmp_path / "request.json", facts=[tmp_path / "facts.yaml"], now=MONDAY).to_json()
    (tmp_path / "request.json").write_text("{}")
    assert run("--now", MONDAY).returncode == 2
