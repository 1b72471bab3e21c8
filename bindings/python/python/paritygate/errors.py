"""What can go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._wire import Diagnostic

__all__ = ["InputError", "ParityGateError", "PolicyError", "PromotionError"]


class ParityGateError(Exception):
    """A call that could not be carried out.

    Attributes
    ----------
    code : str
        Which mistake this is, stable across versions: ``released``, ``no-clock``.
    diagnostics : tuple of Diagnostic
        All that is wrong, each with its place in a text where it has one.
    """

    def __init__(self, code: str, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.diagnostics = tuple(diagnostics)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (type(self), self.code, str(self), self.diagnostics))

    @classmethod
    def _of(cls, answer: Mapping[str, Any]) -> ParityGateError:
        diagnostics = (Diagnostic.from_dict(item) for item in answer["diagnostics"])
        return cls(answer["code"], answer["message"], diagnostics)


def _again(
    kind: type[ParityGateError], code: str, message: str, diagnostics: tuple[Diagnostic, ...]
) -> ParityGateError:
    """Make an error again that was pickled."""
    error = kind.__new__(kind, message)
    ParityGateError.__init__(error, code, message, diagnostics)
    return error


class _TextsError(ParityGateError):
    _code = ""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        found = tuple(diagnostics)
        errors = [diagnostic for diagnostic in found if diagnostic.level == "error"] or list(found)
        lines = [self._line(diagnostic) for diagnostic in errors]
        super().__init__(self._code, "\n".join(lines), found)

    @staticmethod
    def _line(diagnostic: Diagnostic) -> str:
        place = f"{diagnostic.document}:{diagnostic.line}:{diagnostic.column}: " if diagnostic.document else ""
        return f"{place}{diagnostic.message}" + (f"; {diagnostic.help}" if diagnostic.help else "")


class PolicyError(_TextsError):
    """A policy is wrong: the message has a line for each mistake."""

    _code = "policy"


class InputError(_TextsError):
    """A file that describes an environment is wrong: the message has a line for each mistake."""

    _code = "input"


class PromotionError(_TextsError):
    """A request, a fact, or a text that a promotion is judged by is wrong: the message has a line for each mistake."""

    _code = "promotion"
