"""What came out of Ansible Vault, and how values are handed to the engine so that it knows.

Decrypted values reach plugins as plain texts. Three things tell where they came from: a tag (an inline ``!vault`` value),
the file that a value was read from (a file that is encrypted as a whole), and the variables that a template names.
"""

from __future__ import annotations

import math
import re

from collections.abc import Mapping, Sequence, Set

from ansible.errors import AnsibleError

try:
    from ansible.module_utils._internal._datatag import AnsibleTagHelper
except ImportError:
    AnsibleTagHelper = None

_ENCRYPTED = {"__ansible_vault": ""}
_HEADER = b"$ANSIBLE_VAULT"
_TEMPLATE = re.compile(r"\{[{%#].*?[#%}]\}", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Shorter texts stand in too many others by chance.
_SHORTEST = 4


def in_facts(text):
    """A secret among facts and variables, as ansible-core itself writes it where it keeps its tags."""
    return {"__ansible_type": "_AnsibleTaggedStr", "value": text, "tags": [{"__ansible_type": "VaultedValue"}]}


def in_documents(text):
    """A secret among the variables of an environment document."""
    return {"value": text, "sensitivity": "secret"}


class Vault:
    """Tells which values came out of Ansible Vault."""

    def __init__(self, mark=in_facts):
        if AnsibleTagHelper is None:
            raise AnsibleError(
                "this version of ansible-core does not tell which values came out of Ansible Vault, "
                "so none can be handed on; paritygate.paritygate needs ansible-core 2.19 or later"
            )
        self._mark = mark
        self._files = {}
        self._texts = set()

    def learn(self, variables):
        """Learns the secrets among a host's variables as they were written; answers the names that lead to one."""
        secret = set()
        templates = {}
        for name, value in variables.items():
            texts = list(self._secrets(value))
            if texts:
                secret.add(name)
                self._texts.update(text for text in texts if len(text) >= _SHORTEST)
            words = _words(value)
            if words:
                templates[name] = words
        # A template that names a secret, or another template that does, makes a secret.
        while True:
            more = {name for name, words in templates.items() if name not in secret and words & secret}
            if not more:
                return secret
            secret |= more

    def plain(self, value, raw=None, secret=frozenset()):
        """A value as JSON can hold it. What came out of Ansible Vault is marked.

        ``raw`` is the value as it was written, and ``secret`` are the names that lead to a secret.
        """
        if self._came_out(value) or self._came_out(raw) or _words(raw, deep=False) & secret:
            return _each(value, self._mark)
        if isinstance(value, str):
            text = str(value)
            return self._mark(text) if self.holds_secret(text) else text
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, Mapping):
            below = raw if isinstance(raw, Mapping) else {}
            return {str(key): self.plain(item, below.get(key), secret) for key, item in value.items()}
        if isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray)):
            below = list(raw) if isinstance(raw, Sequence) and len(raw) == len(value) else [None] * len(value)
            return [self.plain(item, part, secret) for item, part in zip(value, below)]
        # Dates and the like.
        return str(value)

    def data(self, value, what, raw=None, secret=frozenset()):
        """What a play says of a promotion, as JSON can hold it. Its environments are marked where they hold a secret; nothing
        else can be, and is refused: a decision shows what it judges by.
        """
        if isinstance(value, Mapping):
            self.refuse(value, what)
            below = raw if isinstance(raw, Mapping) else {}
            known = {}
            for key, item in value.items():
                self.refuse(key, what)
                if key == "environments" and "." not in what and isinstance(item, (list, tuple)):
                    known[str(key)] = self.plain(item, below.get(key), secret)
                else:
                    known[str(key)] = self.data(item, f"{what}.{key}", below.get(key), secret)
            return known
        if isinstance(value, (Sequence, Set)) and not isinstance(value, (str, bytes, bytearray)):
            self.refuse(value, what)
            below = list(raw) if isinstance(raw, Sequence) and len(raw) == len(value) else [None] * len(value)
            return [self.data(item, f"{what}[{at}]", part, secret) for at, (item, part) in enumerate(zip(value, below))]
        self.refuse(value, what, raw, secret)
        # Instants that stand in a playbook without quotes.
        return value.isoformat() if hasattr(value, "isoformat") else self.plain(value)

    def refuse(self, value, what, raw=None, secret=frozenset()):
        """Refuses what came out of Ansible Vault."""
        holds = isinstance(value, str) and self.holds_secret(value)
        if holds or self._came_out(value) or self._came_out(raw) or _words(raw, deep=False) & secret:
            raise AnsibleError(f"`{what}` holds a value from Ansible Vault; a decision shows what it judges by, so leave it out")

    def holds_secret(self, text):
        """Whether a secret that was learnt stands in a text."""
        return any(known in text for known in self._texts)

    def is_secret(self, text):
        """Whether a text came out of Ansible Vault, or a secret that was learnt stands in it."""
        return self._came_out(text) or self.holds_secret(text)

    def variable(self, host, name, variables, secret):
        """A variable of a host, with its templates resolved. What can't be resolved is handed on as it was written."""
        raw = variables[name]
        try:
            value = host[name]
            return self.plain(value, raw, secret)
        except Exception:  # pylint: disable=broad-exception-caught
            # Whatever fails here may quote the value: only that it can't be known is handed on.
            return "{{ }}" if _words(raw) else dict(_ENCRYPTED)

    def _secrets(self, value):
        """The texts below a value that came out of Ansible Vault."""
        # The variables of other hosts are a mapping too, and no part of these.
        if isinstance(value, dict):
            for item in value.values():
                yield from self._secrets(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                yield from self._secrets(item)
        elif self._came_out(value):
            try:
                yield str(value)
            except Exception:  # pylint: disable=broad-exception-caught
                # It can't be decrypted here, and so it reaches nobody.
                yield ""

    def _came_out(self, value):
        if type(value).__name__ == "EncryptedString":
            return True
        for tag in AnsibleTagHelper.tags(value):
            name = type(tag).__name__
            if name in ("VaultedValue", "SourceWasEncrypted"):
                return True
            if name == "Origin" and self._is_encrypted(getattr(tag, "path", None)):
                return True
        return False

    def _is_encrypted(self, path):
        if not path:
            return False
        if path not in self._files:
            try:
                with open(path, "rb") as file:
                    self._files[path] = file.read(len(_HEADER)) == _HEADER
            except OSError:
                # It was read before; what is gone since may have been encrypted.
                self._files[path] = True
        return self._files[path]


def written(context):
    """The variables that a template sees, as they were written: none of them is resolved."""
    # Asked for its values in the usual way, the context resolves templates, the one that is being resolved among them.
    layers = getattr(context.parent, "maps", [context.parent])
    return {
        name: getattr(value, "value", value) if type(value).__name__ == "_LazyValue" else value
        for layer in reversed(layers)
        for name, value in (dict.items(layer) if isinstance(layer, dict) else layer.items())
    }


def _words(value, deep=True):
    """The names in the templates of a value."""
    if isinstance(value, str) and type(value).__name__ != "EncryptedString":
        if "{{" in value or "{%" in value:
            return {word for part in _TEMPLATE.findall(str(value)) for word in _WORD.findall(part)}
    elif deep and isinstance(value, dict):
        return set().union(*(_words(item) for item in value.values()))
    elif deep and isinstance(value, (list, tuple)):
        return set().union(*(_words(item) for item in value))
    return set()


def _each(value, mark):
    """Marks every scalar below a value."""
    if isinstance(value, Mapping):
        return {str(key): _each(item, mark) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_each(item, mark) for item in value]
    if value is None:
        return None
    if isinstance(value, bool):
        return mark("true" if value else "false")
    return mark(str(value))
