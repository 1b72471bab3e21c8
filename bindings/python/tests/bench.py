"""A whole check beside `json.loads` of the same text: ``python bench.py TEXT POLICY``."""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from paritygate import Engine

ROUNDS = 300
NOW = "2026-01-01T00:00:00Z"


def by_hand(text: bytes) -> int:
    """What someone would write without an engine: the comparisons of the policy that need no more than a loop."""
    found = 0
    environments = {one["environment"]: one for one in json.loads(text)["environments"]}
    production = environments["production"]
    for name, one in environments.items():
        if name == "production":
            continue
        for section in ("variables", "files", "backingServices"):
            mine, theirs = one[section], production[section]
            for key in mine.keys() | theirs.keys():
                found += (key in mine) != (key in theirs)
        for key, file in one["files"].items():
            found += any(file[part] != production["files"][key][part] for part in ("mode", "owner", "group", "digest"))
        for key, versions in one["packages"]["api"]["npm"].items():
            found += versions[0].split(".")[0] != production["packages"]["api"]["npm"][key][0].split(".")[0]
        for key, service in one["backingServices"].items():
            other = production["backingServices"][key]
            found += any(service[part] != other[part] for part in ("kind", "charset", "collation"))
        found += one["network"]["firewall"] != production["network"]["firewall"]
    secrets: dict[str, str] = {}
    for name, one in environments.items():
        for variable in one["variables"].values():
            if "fingerprint" in variable:
                found += secrets.setdefault(variable["fingerprint"]["hex"], name) != name
    return found


def main(text_path: str, policy_path: str) -> None:
    data = Path(text_path).read_bytes()
    text = data.decode()
    engine = Engine.compile(Path(policy_path))

    def check(value: str | bytes) -> None:
        engine.check({"w1.json": value}, now=NOW)

    def findings(value: str | bytes) -> None:
        assert len(engine.check({"w1.json": value}, now=NOW).findings) > 10

    candidates: list[tuple[str, Callable[[], object]]] = [
        ("json.loads of the same text", lambda: json.loads(text)),
        ("check from str", lambda: check(text)),
        ("check from bytes", lambda: check(data)),
        ("check from bytes, with all findings as objects", lambda: findings(data)),
        ("json.loads and a loop written by hand", lambda: by_hand(data)),
    ]
    times: list[list[float]] = [[] for _ in candidates]
    gc.disable()
    for round_ in range(ROUNDS + 30):
        for (_, run), spent in zip(candidates, times):
            start = time.perf_counter()
            run()
            if round_ >= 30:
                spent.append(time.perf_counter() - start)
    floor = statistics.median(times[0])
    print(f"\nPython {sys.version.split()[0]}, W1: {len(data)} bytes")
    for (name, _), spent in zip(candidates, times):
        median = statistics.median(spent)
        print(f"  {name:<50} {median * 1e6:>9.1f} µs {median / floor:>6.2f} ×")


if __name__ == "__main__":
    main(*sys.argv[1:])
