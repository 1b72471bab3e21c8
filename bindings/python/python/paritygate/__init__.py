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

from ._wire import (
    Cell,
    Column,
    Counts,
    Diagnostic,
    DiscoverAnswer,
    Finding,
    Fix,
    Place,
    ReportData,
    RulesAnswer,
    Summary,
    VersionAnswer,
)
from .engine import Engine, Environment
from .errors import InputError, ParityGateError, PolicyError
from .manual import explain, rules, schema, version
from .project import check_project, discover
from .report import Report

__version__ = version().version

__all__ = [
    "Cell",
    "Column",
    "Counts",
    "Diagnostic",
    "DiscoverAnswer",
    "Engine",
    "Environment",
    "Finding",
    "Fix",
    "InputError",
    "ParityGateError",
    "Place",
    "PolicyError",
    "Report",
    "ReportData",
    "RulesAnswer",
    "Summary",
    "VersionAnswer",
    "__version__",
    "check_project",
    "discover",
    "explain",
    "rules",
    "schema",
    "version",
]
