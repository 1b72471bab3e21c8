"""The package's own work: types, errors, files, the life of what is held. What rules say is tested elsewhere."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import paritygate
import pytest
from paritygate import Engine, Environment, InputError, ParityGateError, PolicyError, check_project

NOW = "2026-03-01T09:00:00Z"
FILES = {".env.staging": "A=1\nB=2\n", ".env.production": "A=1\n"}
POLICY = "policy: tests\nrules:\n  - { id: same-node, kind: same, select: runtimes.node }\n"


def test_names_are_texts() -> None:
    with pytest.raises(ParityGateError, match="a file's name is a str"):
        check_project({1: "A=1"}, now=NOW)  # type: ignore[dict-item]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.compile(POLICY) as engine:
        yield engine


def node(name: str, version: str) -> dict[str, Any]:
    return {"environment": name, "runtimes": {"node": version}}


class TestEngine:
    def test_takes_texts_paths_bytes_and_mappings(self, tmp_path: Path) -> None:
        path = tmp_path / "policy.yaml"
        path.write_text(POLICY)
        data = {"policy": "tests", "rules": [{"id": "a", "kind": "same", "select": "runtimes.*"}]}
        for policy in (POLICY, POLICY.encode(), bytearray(POLICY.encode()), memoryview(POLICY.encode()), path, data):
            assert len(Engine.compile(policy).rules) == 1
        assert len(Engine.compile().rules) == len(Engine.compile("recommended").rules) > 5

    def test_says_all_that_is_wrong_with_policies(self) -> None:
        wrong = "policy: a\nrules:\n  - { id: a, kind: smae, select: runtimes.* }\n  - { id: b, knd: same }\n"
        with pytest.raises(PolicyError) as raised:
            Engine.compile(wrong)
        assert raised.value.code == "policy"
        assert len(raised.value.diagnostics) >= 2
        first = raised.value.diagnostics[0]
        assert (first.document, first.line, first.column) == ("policy-1", 3, 20)
        assert "did you mean `same`?" in str(raised.value)

    def test_checks_whatever_describes_environments(self, engine: Engine, tmp_path: Path) -> None:
        staging, production = node("staging", "20"), node("production", "22")
        path = tmp_path / "production.environment.json"
        path.write_text(json.dumps(production))
        imported = Environment.from_files({"staging.environment.json": json.dumps(staging)})
        cases: tuple[Any, ...] = (
            [staging, production],
            [json.dumps(staging), json.dumps(production).encode()],
            [imported, path],
            {"a.json": staging, "b.json": production},
            iter([imported, production]),
        )
        for environments in cases:
            report = engine.check(environments, now=NOW)
            assert report.verdict == "fail", report.to_text()
            assert [finding.path for finding in report] == ["runtimes.node"]

    def test_instants(self, engine: Engine) -> None:
        moment = datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=1)))
        assert engine.check([node("a", "1")], now=moment).evaluated_at == moment
        with pytest.raises(ParityGateError, match="no time zone") as raised:
            engine.check([node("a", "1")], now=datetime(2026, 3, 1))
        assert raised.value.code == "naive-instant"
        with pytest.raises(ParityGateError) as raised:
            engine.check([node("a", "1")], now="tomorrow")
        assert raised.value.code == "bad-instant"
        with pytest.raises(TypeError):
            engine.check([node("a", "1")])  # type: ignore[call-arg]

    def test_use_after_close(self, engine: Engine) -> None:
        engine.close()
        engine.close()
        with pytest.raises(ParityGateError) as raised:
            engine.check([node("a", "1")], now=NOW)
        assert raised.value.code == "released"


class TestReport:
    def test_is_typed_and_immutable(self, engine: Engine) -> None:
        with engine.check([node("staging", "20"), node("production", "22")], now=NOW) as report:
            finding = report.findings[0]
            assert finding.cells["staging"].value == "20"
            assert finding.cells["staging"].source is not None
            assert (finding.cells["staging"].source.document, finding.cells["staging"].source.line) == ("environment-1.json", 1)
            assert report.counts.fail == len(report) == 1
            assert not report.ok
            with pytest.raises(FrozenInstanceError):
                finding.rule = "other"  # type: ignore[misc]
            with pytest.raises(TypeError):
                finding.cells["staging"] = finding.cells["production"]  # type: ignore[index]

    def test_plain_data_and_objects_say_the_same(self) -> None:
        report = check_project(FILES, now=NOW)
        assert report.data.to_dict() == report.to_dict() == json.loads(report.to_json())

    def test_html(self) -> None:
        files = {".env.staging": "X=<script>alert(1)</script>\n", ".env.production": "PASSWORD=hunter2-canary\n"}
        html = check_project(files, now=NOW)._repr_html_()
        assert "<table" in html and "variables.X" in html
        assert "<script>" not in html and "hunter2-canary" not in html

    def test_survives_in_part_when_closed(self) -> None:
        report = check_project(FILES, now=NOW)
        findings = report.findings
        report.close()
        assert report.findings == findings and report.verdict == "fail"
        with pytest.raises(ParityGateError, match="was closed"):
            report.to_text()


class TestFiles:
    def project(self, folder: Path) -> Path:
        root = folder / "project"
        (root / "node_modules" / "x").mkdir(parents=True)
        (root / "compose.yaml").write_text("services: { api: { image: a:1, env_file: [api.env] } }\n")
        (root / "compose.production.yaml").write_text("services: { api: { env_file: [../outside.env, link.env] } }\n")
        (root / "api.env").write_text("A=1\n")
        (folder / "outside.env").write_text("OUTSIDE=canary-outside\n")
        (root / "link.env").symlink_to(folder / "outside.env")
        return root

    def test_nothing_outside_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(Path(__file__).parent)
        root = self.project(tmp_path)
        document = Environment.load(root / "compose.yaml", root / "compose.production.yaml", name="production").to_dict()
        assert "canary-outside" not in json.dumps(document)
        assert set(document["workloads"]["api"]["variables"]) == {"A"}
        inside = Environment.load(
            root / "compose.yaml", root / "compose.production.yaml", name="production", allow_outside=True
        )
        assert "OUTSIDE" in inside.to_dict()["workloads"]["api"]["variables"]

    def test_a_project_is_discovered(self, tmp_path: Path) -> None:
        report = check_project(self.project(tmp_path), now=NOW)
        assert report.found is not None
        assert [environment.name for environment in report.found.environments] == ["production"]

    def test_what_is_supplied_on_request_is_no_environment(self, tmp_path: Path) -> None:
        text = "services: { api: { image: a:1, env_file: [staging.env] } }\n"
        (tmp_path / "compose.production.yaml").write_text(text)
        (tmp_path / "staging.env").write_text("A=1\n")
        for report in (
            check_project({"compose.production.yaml": text}, now=NOW, read={"staging.env": "A=1\n"}.get),
            check_project([tmp_path / "compose.production.yaml"], now=NOW),
        ):
            assert report.found is not None
            assert [environment.name for environment in report.found.environments] == ["production"]

    def test_a_manifest_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "paritygate.yaml").write_text(
            "environments:\n"
            "  staging: { sources: [{ path: a.env }] }\n"
            "  production: { sources: [{ path: b.env }] }\n"
            "policies: [p.yaml]\n"
        )
        (tmp_path / "a.env").write_text("A=1\n")
        (tmp_path / "b.env").write_text("A=2\n")
        (tmp_path / "p.yaml").write_text("policy: p\nrules: [{ id: a, kind: same, select: variables.A }]\n")
        assert [finding.rule for finding in check_project(tmp_path, now=NOW)] == ["a"]
        (tmp_path / "b.env").unlink()
        report = check_project(tmp_path, now=NOW)
        assert report.verdict == "error"
        assert report.diagnostics[0].code == "file-not-found"

    def test_wrong_inputs_say_where(self) -> None:
        with pytest.raises(InputError) as raised:
            Environment.from_files({"a.environment.yaml": "environment: [\n"})
        assert raised.value.diagnostics[0].document == "a.environment.yaml"
        with pytest.raises(InputError, match="missing.env"):
            Environment.from_files({"compose.yaml": "services: { a: { image: b, env_file: missing.env } }"})
        with pytest.raises(ParityGateError, match="no-such-folder|can't be used"):
            check_project("no/such/folder", now=NOW)
        with pytest.raises(ParityGateError, match="can't be read"):
            Engine.compile(Path("no-such-file.yaml"))


class TestFailsClosed:
    def test_no_environment_is_no_pass(self) -> None:
        report = check_project({"README.md": "x"}, now=NOW)
        assert (report.verdict, report.diagnostics[0].code) == ("error", "nothing-found")

    def test_a_manifest_that_is_not_read_is_told(self, tmp_path: Path) -> None:
        root = tmp_path / "project"
        root.mkdir()
        for name in (".env.staging", ".env.production"):
            (root / name).write_text("A=1\n")
        (tmp_path / "outside.yaml").write_text("environments: {}\n")
        (root / "paritygate.yaml").symlink_to(tmp_path / "outside.yaml")
        assert check_project(root, now=NOW).verdict == "error"
        (root / "paritygate.yaml").unlink()
        (root / "paritygate.yaml").symlink_to("paritygate.yaml")
        assert check_project(root, now=NOW).verdict == "error"

    def test_a_pipe_is_told_and_nobody_waits(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / ".env.staging")
        (tmp_path / ".env.production").write_text("A=1\n")
        report = check_project(tmp_path, now=NOW)
        assert report.verdict == "error" and "no regular file" in report.diagnostics[0].message
        with pytest.raises(ParityGateError, match="no regular file"):
            Engine.compile(tmp_path / ".env.staging")

    def test_a_file_that_is_passed_over_is_read_where_another_names_it(self, tmp_path: Path) -> None:
        (tmp_path / "compose.yaml").write_text("services: { api: { image: a:1, env_file: [.env.local] } }\n")
        (tmp_path / "compose.production.yaml").write_text("services: { api: { image: a:2 } }\n")
        (tmp_path / ".env.local").write_text("A=1\n")
        inputs = {one.name: one.digest for one in check_project(tmp_path, now=NOW).data.inputs}
        assert inputs[".env.local"] == "sha256:" + hashlib.sha256(b"A=1\n").hexdigest()

    def test_files_of_one_name_do_not_replace_each_other(self, engine: Engine, tmp_path: Path) -> None:
        paths = [tmp_path / folder / "app.env" for folder in ("staging", "production")]
        for path in paths:
            path.parent.mkdir()
            path.write_text("A=1\n")
        found = engine.check(paths, now=NOW).found
        assert found is not None and len(found.environments) == 2
        with pytest.raises(ParityGateError, match="two texts are called"):
            engine.check([paths[0], paths[0]], now=NOW)

    def test_paths_that_no_disk_has(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")
        for use in (
            lambda: check_project(tmp_path / "loop", now=NOW),
            lambda: check_project("a\0b", now=NOW),
            lambda: Engine.compile(Path("a\0b")),
        ):
            with pytest.raises(ParityGateError):
                use()


class TestWrongUse:
    @pytest.mark.parametrize("text", [1, None, 1.5, object(), [], ("a",), {1, 2}, float("nan")])
    def test_types(self, engine: Engine, text: Any) -> None:
        for use in (
            lambda: engine.check([text], now=NOW),
            lambda: Engine.compile(text),
            lambda: Environment.from_files({"a": text}),
            lambda: check_project(text, now=NOW),
            lambda: engine.check([node("a", "1")], now=text),
        ):
            with pytest.raises(ParityGateError):
                use()

    @pytest.mark.parametrize("value", [1, 1.5, object(), "letters", b"bytes"])
    def test_every_argument_is_looked_at(self, engine: Engine, value: Any) -> None:
        uses: list[Callable[[], object]] = [
            lambda: Environment.from_files(value),
            lambda: Environment.from_files({"a.env": "A=1"}, paths=value),
            lambda: Environment.from_files({"a.env": "A=1"}, aliases=value),
            lambda: engine.check([node("a", "1")], now=NOW, only=value),
            lambda: engine.gate({"from": "a", "to": "b"}, now=NOW, facts=value),
            lambda: check_project(FILES, now=NOW, engine=value),
            lambda: check_project(FILES, now=NOW, read=value),
            lambda: check_project(FILES, now=NOW, before=value, pairing="change"),
            lambda: paritygate.discover(value),
        ]
        if not isinstance(value, (str, bytes)):
            uses += [
                lambda: engine.check(value, now=NOW),
                lambda: engine.gate({"from": "a", "to": "b"}, now=NOW, key=value),
                lambda: Environment.load(value),
                lambda: Environment.from_files({"a.env": "A=1"}, name=value),
                lambda: check_project(FILES, now=NOW, manifest=value),
                lambda: check_project(FILES, now=NOW, policies=value),
                lambda: paritygate.when(FILES, now=NOW, to=value),
            ]
        for use in uses:
            with pytest.raises(ParityGateError) as raised:
                use()
            assert raised.value.code == "wrong-type", str(raised.value)

    def test_bytes_that_are_gone(self) -> None:
        view = memoryview(b"A=1")
        view.release()
        with pytest.raises(ParityGateError, match="are gone"):
            Environment.from_files({"a.env": view})

    def test_no_calendar_has_the_year_0(self) -> None:
        with pytest.raises(ParityGateError, match="before the year 1"):
            check_project(FILES, now="0000-01-01T00:00:00Z")

    def test_texts_that_utf_8_cannot_hold(self, engine: Engine) -> None:
        for use in (
            lambda: engine.check(["\ud800"], now=NOW),
            lambda: Engine.compile("policy: \udfff\n"),
            lambda: engine.check([{"environment": "\ud800"}], now=NOW),
        ):
            with pytest.raises(ParityGateError) as raised:
                use()
            assert raised.value.code == "encoding"

    def test_data_that_json_cannot_hold(self, engine: Engine) -> None:
        for value in (float("nan"), float("inf"), object(), {1: 2, "a": {1, 2}}):
            with pytest.raises(ParityGateError, match="JSON"):
                engine.check([{"environment": "a", "config": {"x": value}}], now=NOW)

    def test_bytes_that_are_no_text(self, engine: Engine) -> None:
        assert engine.check({"a.env": b"\xff\xfe\x00"}, now=NOW).verdict == "error"
        assert engine.check({"a.env": b"A=\xff\n"}, now=NOW).verdict == "error"

    def test_huge_texts(self, engine: Engine) -> None:
        report = engine.check({"a.env": b"A=1\n" * 9_000_000}, now=NOW)
        assert report.diagnostics[0].code == "document-too-large"

    def test_one_name_is_no_list(self, engine: Engine) -> None:
        with pytest.raises(ParityGateError, match="a list of str is needed"):
            engine.check([node("a", "1")], now=NOW, only="same-node")

    def test_answers_can_be_copied_hashed_and_pickled_and_not_changed(self) -> None:
        report = check_project(FILES, now=NOW)
        assert pickle.loads(pickle.dumps(report.data)) == copy.deepcopy(report.data) == report.data
        assert len(set(report.findings)) == len(report.findings)
        with pytest.raises(AttributeError, match="can't be changed"):
            report._answer = None  # type: ignore[assignment]
        with pytest.raises(TypeError, match="pickle its data"):
            pickle.dumps(report)

    def test_no_error_keeps_a_text(self, engine: Engine) -> None:
        with pytest.raises(ParityGateError) as raised:
            engine.check({"a.env": "PASSWORD=canary\ud800"}, now=NOW)
        assert raised.value.__cause__ is None and raised.value.__context__ is None

    def test_data_that_is_too_deep(self, engine: Engine) -> None:
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(ParityGateError, match="too deep"):
            engine.check({"a.json": {"x": deep}}, now=NOW)

    def test_errors_can_be_pickled_and_printed(self) -> None:
        with pytest.raises(PolicyError) as raised:
            Engine.compile("policy: a\n")
        assert str(raised.value)
        again = pickle.loads(pickle.dumps(raised.value))
        assert (type(again), str(again), again.code) == (PolicyError, str(raised.value), raised.value.code)
        assert again.diagnostics == raised.value.diagnostics


class TestProcess:
    def test_other_threads_run_meanwhile(self) -> None:
        text = "environment: a\nvariables:\n" + "".join(f"  KEY_{at}: value {at}\n" for at in range(60_000))
        ticks, done = 0, threading.Event()

        def tick() -> None:
            nonlocal ticks
            while not done.wait(0.001):
                ticks += 1

        thread = threading.Thread(target=tick)
        thread.start()
        Engine.compile().check({"a.environment.yaml": text}, now=NOW)
        done.set()
        thread.join()
        assert ticks > 5, "the lock of the interpreter was held"

    def test_threads_share_an_engine(self, engine: Engine) -> None:
        found: list[str] = []
        threads = [
            threading.Thread(target=lambda: found.append(engine.check([node("a", "1"), node("b", "2")], now=NOW).verdict))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == ["fail"] * 8

    def test_10_000_checks_grow_the_memory_by_nothing(self, engine: Engine) -> None:
        def resident() -> int:
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

        for _ in range(300):
            engine.check([node("a", "1"), node("b", "2")], now=NOW).findings
        before = resident()
        for _ in range(10_000):
            engine.check([node("a", "1"), node("b", "2")], now=NOW).findings
        assert resident() - before < 1_000_000, "less than 100 bytes a check"

    def test_the_command_line(self, tmp_path: Path) -> None:
        for name, text in FILES.items():
            (tmp_path / name).write_text(text)

        def run(*args: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "paritygate", *args]
            return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

        assert run("check", "--now", NOW).returncode == 1
        report = json.loads(run("check", "--now", NOW, "--format", "json").stdout)
        assert report["verdict"] == "fail"
        assert run("check", "--only", "no-such-rule").returncode == 2
        assert json.loads(run("check", "--now", NOW, "--format", "sarif").stdout)["version"] == "2.1.0"
        narrow = subprocess.run(
            [sys.executable, "-m", "paritygate", "check", "--now", NOW],
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            check=False,
        )
        assert (narrow.returncode, narrow.stderr) == (1, b"") and narrow.stdout.isascii()
        with subprocess.Popen(
            [sys.executable, "-m", "paritygate", "rules"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as gone:
            assert gone.stdout is not None and gone.stderr is not None
            gone.stdout.close()
            assert (gone.wait(), gone.stderr.read()) == (0, b"")
        named = run("check", *FILES, "--now", NOW)
        assert (named.returncode, named.stderr) == (1, "")
        (tmp_path / "b.env").write_text("A=1\n")
        (tmp_path / "m.yaml").write_text("environments:\n  staging: { sources: [{ path: b.env }] }\n")
        assert run("check", "m.yaml", "--now", NOW).returncode == 0
        assert run("check", "gone.env").returncode == 2
        assert run("check", "nowhere").returncode == 2
        assert run("explain", "differ").stdout.startswith("# kind differ")
        assert paritygate.__version__ in run("--version").stdout
