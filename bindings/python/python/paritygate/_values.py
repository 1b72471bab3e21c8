"""Values of answers that Python has no frozen type for, and instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timezone
from typing import Any, TypeVar

V = TypeVar("V")


class FrozenMap(Mapping[str, V]):
    """A map that can't be changed, in the order in which the engine answers. It can be hashed, copied and pickled."""

    __slots__ = ("_items",)
    _items: dict[str, V]

    def __init__(self, items: Mapping[str, V]) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an answer can't be changed: `{name}`")

    def __reduce__(self) -> tuple[type[FrozenMap[Any]], tuple[dict[str, V]]]:
        return (FrozenMap, (self._items,))


def instant(text: str) -> datetime:
    """Read an instant of an answer. What is finer than a microsecond is cut off."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{rest[:6]:0<6}+00:00")


def instant_text(moment: datetime) -> str:
    """Write an instant as the engine does."""
    text = moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def is_date(value: object) -> bool:
    """Whether it is a date without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)
