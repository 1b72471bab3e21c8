"""The engine: the Python package ``paritygate``, which is loaded on the controller."""

from __future__ import annotations

import json
import os

from collections import namedtuple
from datetime import datetime, timezone

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

REASON = ""

try:
    import paritygate
except ImportError as error:
    paritygate = None
    REASON = str(error)

MANIFEST = "paritygate.json"

# Which verdicts fail a task, by where the line is drawn.
FAILS = {
    "error": ("fail", "error"),
    "unknown": ("fail", "error", "unknown"),
    "warning": ("fail", "error", "unknown", "warn"),
    "never": (),
}

Answer = namedtuple("Answer", "verdict summary findings diagnostics text")
Decided = namedtuple("Decided", "decision summary text")


def options(where, given, spec):
    """Options that are maps of their own, checked like those of a task."""
    if not isinstance(given, dict):
        raise AnsibleError(f"`{where}` has to be a group, a list of groups, or a map with options")
    checked = ArgumentSpecValidator(spec).validate(dict(given))
    if checked.error_messages:
        raise AnsibleError(f"`{where}`: {checked.error_messages[0]}")
    return checked.validated_parameters


def package():
    """The Python package; an error says how to get it."""
    if paritygate is None:
        raise AnsibleError(
            f"the Python package `paritygate` can't be loaded on the controller: {REASON}. Install it for the Python "
            "that runs Ansible, with `python -m pip install paritygate` or `pipx inject ansible-core paritygate`"
        )
    return paritygate


def describe(name, texts, source, key):
    """The document of an environment that texts in one format describe."""
    engine = package()
    try:
        with engine.Environment.from_files(texts, name=name, from_=source, key=_key(key)) as environment:
            return environment.to_dict()
    except engine.ParityGateError as error:
        raise AnsibleError(f"paritygate: {error}") from error


def check(texts, only=(), key=None, now=None, read=None):
    """Checks a project: its manifest and its texts by path. ``read`` answers those that they ask for."""
    engine = package()
    now = now or datetime.now(timezone.utc)
    try:
        # What a text asks for lies beside it on the controller: the reader decides what it hands over.
        with engine.check_project(
            texts, manifest=MANIFEST, only=only, key=_key(key), now=now, read=read, allow_outside=True
        ) as report:
            data, text = report.to_dict(), report.to_text()
    except engine.ParityGateError as error:
        raise AnsibleError(f"paritygate: {error}") from error
    diagnostics = data.get("diagnostics", [])
    wrong = [_told(wrong) for wrong in diagnostics if wrong["level"] == "error"]
    return Answer(
        verdict=data["verdict"],
        summary="; ".join(wrong) if wrong else text.rstrip().rpartition("\n")[2],
        findings=data["findings"],
        diagnostics=diagnostics,
        text=text,
    )


def named(name, content):
    """A text, with the name under which mistakes in it are told."""
    return package().Named(name, content)


def gate(texts, manifest, request, facts, policies=(), environments=None, key=None, now=None, read=None):
    """Decides a promotion. Denied is an answer; only what is broken is an error.

    ``environments`` are what the play knows beside the project: options and texts by name.
    """
    engine = package()
    key, now = _key(key), now or datetime.now(timezone.utc)
    held = []
    try:
        for name, (given, layers) in (environments or {}).items():
            options = {option: given.get(option) for option in ("tier", "aliases") if given.get(option)}
            # What a text asks for lies beside it on the controller: the reader decides what it hands over.
            held.append(
                engine.Environment.from_files(layers, name=name, key=key, read=read, allow_outside=True, **options)
            )
        with engine.gate_project(
            texts,
            request,
            facts=facts,
            manifest=manifest,
            policies=list(policies) or None,
            environments=held,
            key=key,
            now=now,
            read=read,
            allow_outside=True,
        ) as decision:
            data, text = decision.to_dict(), decision.to_text()
    except engine.ParityGateError as error:
        raise AnsibleError(f"paritygate: {error}") from error
    finally:
        for environment in held:
            environment.close()
    return Decided(data, text.rstrip().rpartition("\n")[2], text)


def _key(given):
    """The key for fingerprints, as the command line takes it; without one the engine makes its own."""
    return given or os.environ.get("PARITYGATE_KEY") or None


def manifest(environments, policies):
    """The manifest of a project: environments with their options and the paths of their texts, and policies."""
    described = {}
    for name, (given, sources) in environments.items():
        described[name] = {"sources": sources}
        for option in ("tier", "aliases"):
            if given.get(option):
                described[name][option] = given[option]
    wanted = {"policies": list(policies)} if policies else {}
    return json.dumps({"environments": described, **wanted}, indent=1).encode()


def _told(wrong):
    """What is wrong with a text, in one line."""
    place = f"{wrong['document']}:{wrong['line']}:{wrong['column']}: " if wrong.get("document") and wrong.get("line") else ""
    return f"{place}{wrong['message']}" + (f" ({wrong['help']})" if wrong.get("help") else "")
