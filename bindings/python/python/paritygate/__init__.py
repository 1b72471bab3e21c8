"""Environment parity and promotion policies, evaluated from the files that a team already has.

Examples
--------
>>> import paritygate
>>> files = {".env.staging": "A=1\\nB=2\\n", ".env.production": "A=1\\n"}
>>> report = paritygate.check_project(files, now="2026-03-01T09:00:00Z")
>>> print(report.findings[0].message)
`variables.B` is missing in production: staging has it
"""

from __future__ import annotations

from ._session import Named
from ._wire import (
    Blocker,
    Cell,
    Column,
    Counts,
    DecisionData,
    Diagnostic,
    DiscoverAnswer,
    Finding,
    Fix,
    GateFinding,
    Opening,
    Place,
    ReplayAnswer,
    ReportData,
    RulesAnswer,
    Summary,
    Transition,
    VersionAnswer,
    WhenAnswer,
)
from .decision import Decision
from .engine import Engine, Environment
from .errors import InputError, ParityGateError, PolicyError, PromotionError
from .manual import explain, rules, schema, version
from .project import check_project, discover
from .promotion import diagram, gate_project, read_diagram, replay, when
from .report import Report

__version__ = version().version

__all__ = [
    "Blocker",
    "Cell",
    "Column",
    "Counts",
    "Decision",
    "DecisionData",
    "Diagnostic",
    "DiscoverAnswer",
    "Engine",
    "Environment",
    "Finding",
    "Fix",
    "GateFinding",
    "InputError",
    "Named",
    "Opening",
    "ParityGateError",
    "Place",
    "PolicyError",
    "PromotionError",
    "ReplayAnswer",
    "Report",
    "ReportData",
    "RulesAnswer",
    "Summary",
    "Transition",
    "VersionAnswer",
    "WhenAnswer",
    "__version__",
    "check_project",
    "diagram",
    "discover",
    "explain",
    "gate_project",
    "read_diagram",
    "replay",
    "rules",
    "schema",
    "version",
    "when",
]
