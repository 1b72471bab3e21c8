from collections.abc import Sequence
from typing import final

@final
class Session:
    """One side of the engine: what was compiled and imported, by number."""

    def __new__(cls, random: bytes) -> Session: ...
    def call(self, call: str, attachments: Sequence[bytes | str]) -> str: ...
