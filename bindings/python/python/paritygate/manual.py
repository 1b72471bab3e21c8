"""What there is: rules, kinds, schemas, and their manual pages."""

from __future__ import annotations

import json
from typing import Any

from ._session import call
from ._wire import RulesAnswer, VersionAnswer

__all__ = ["explain", "rules", "schema", "version"]


def explain(name: str) -> str:
    """Explain a rule of a built-in pack, or a kind of rule.

    Parameters
    ----------
    name : str
        The id of the rule, or the name of the kind.

    Returns
    -------
    str
        The manual page, as Markdown.

    Examples
    --------
    >>> explain("differ").splitlines()[0]
    '# kind differ'
    """
    text: str = call("explain", {"name": name})["text"]
    return text


def rules() -> RulesAnswer:
    """List the rules of the built-in packs, and the kinds of rules.

    Examples
    --------
    >>> "ratio" in [kind.kind for kind in rules().kinds]
    True
    """
    return RulesAnswer.from_dict(call("rules", {}))


def schema(name: str) -> dict[str, Any]:
    """Answer the JSON schema of a file format: ``environment``, ``policy``, ``project``, ``report``.

    Examples
    --------
    >>> schema("policy")["title"]
    'Policy'
    """
    read: dict[str, Any] = json.loads(call("schema", {"name": name})["text"])
    return read


def version() -> VersionAnswer:
    """Say what answers here.

    Examples
    --------
    >>> version().name
    'paritygate'
    """
    return VersionAnswer.from_dict(call("version", {}))
