"""One fact as it was seen: the value, the day, how, and where that was written down.

A fact in a profile is a scalar (``5 %``), an observation (``{value: 5 %, on:
2026-03-02}``) or a list of either. All three are read here, into a tuple of observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from blinadss.errors import Mistake, Path, near, printable, quoted
from blinadss.kinds import Amount, Days, Kind, Measured, day
from blinadss.quantity import Quantity

_KEYS = ("value", "on", "method", "origin", "upper_limit")
_LONGEST = 10_000  # characters of free text (method, origin) that are kept


@dataclass(frozen=True, slots=True)
class Observation:
    """A fact's value as somebody saw it.

    ``on`` is the day it was seen; without one it is taken as of the assessment day.
    ``upper_limit`` is the laboratory's own upper limit of normal; there is never a default.
    """

    value: str | Amount | date | Days
    text: str
    on: date | None = None
    method: str | None = None
    origin: str | None = None
    upper_limit: Quantity | None = None
    upper_limit_text: str | None = None

    def dumped(self) -> str | dict[str, str]:
        """The observation as it may be written in a profile: a scalar where there is nothing but the value."""
        extra = {
            "on": self.on.isoformat() if self.on else None,
            "method": self.method,
            "origin": self.origin,
            "upper_limit": self.upper_limit_text,
        }
        given = {key: text for key, text in extra.items() if text is not None}
        return {"value": self.text, **given} if given else self.text


class Mistakes(Exception):
    """Everything wrong with one fact, each with the way to it from the fact."""

    def __init__(self, found: list[tuple[Path, Mistake]]) -> None:
        super().__init__(str(found[0][1]))
        self.found = found


def read_observations(raw: Any, kind: Kind) -> tuple[Observation, ...]:  # noqa: ANN401 - whatever a caller wrote
    """The observations in one field of a profile; nothing (`None`, an empty list) is no observation.

    Raises `Mistakes` with every mistake there is.
    """
    if raw is None:
        return ()
    if isinstance(raw, tuple) and all(isinstance(item, Observation) for item in raw):
        return raw
    mistakes: list[tuple[Path, Mistake]] = []
    items = list(enumerate(raw)) if isinstance(raw, list | tuple) else [(None, raw)]
    seen = [_read(item, kind, () if index is None else (index,), mistakes) for index, item in items]
    if mistakes:
        raise Mistakes(mistakes)
    return tuple(observation for observation in seen if observation)


def _read(raw: Any, kind: Kind, path: Path, mistakes: list[tuple[Path, Mistake]]) -> Observation | None:  # noqa: ANN401
    """One observation, or nothing if a mistake was noted."""
    if isinstance(raw, Observation):
        return raw
    parts = raw if isinstance(raw, dict) else {"value": raw}
    before = len(mistakes)
    has = "it has `value`, `on`, `method`, `origin` and `upper_limit`"
    mistakes += (
        ((*path, str(key)), Mistake(f"{quoted(str(key))} is not part of an observation", near(str(key), _KEYS) or has))
        for key in parts
        if key not in _KEYS
    )

    def part(key: str, read: Any) -> Any:  # noqa: ANN401
        given = parts.get(key)
        if given is None:
            return None
        try:
            return read(as_text(given))
        except Mistake as mistake:
            mistakes.append(((*path, key) if isinstance(raw, dict) else path, mistake))
            return None

    value, text = part("value", lambda text: (kind.read(text), text)) or (None, "")
    limit, limit_text = part("upper_limit", lambda text: (_upper_limit(text, kind), text)) or (None, None)
    if parts.get("value") is None:
        mistakes.append((path, Mistake("an observation needs a `value`", "leave the fact out if it is not known")))
    on, method, origin = part("on", day), part("method", _free_text), part("origin", _free_text)
    if value is None or len(mistakes) > before:
        return None
    return Observation(value, text, on, method, origin, limit, limit_text)


def _upper_limit(text: str, kind: Kind) -> Quantity:
    if not isinstance(kind, Measured) or "x ULN" not in kind.dimension.scales():
        raise Mistake("this fact has no upper limit of normal", "leave `upper_limit` out")
    limit = kind.threshold(text)
    if limit.scale == "x ULN" or limit.magnitude == 0:
        raise Mistake(f"{quoted(text)} is not an upper limit", f"write for example `{kind.dimension.example}`")
    return limit


def _free_text(text: str) -> str:
    if len(text) > _LONGEST:
        raise Mistake(f"{quoted(text)} is longer than {_LONGEST} characters", "shorten it")
    return text


def as_text(raw: Any) -> str:  # noqa: ANN401
    """The value as text, exactly as it would be written; raises `Mistake` for what cannot be one value."""
    match raw:
        case str():
            return raw
        case bool():
            return "true" if raw else "false"
        case datetime():
            raise Mistake("a time of day is not used", "write the date only")
        case date():
            return raw.isoformat()
        case float():
            return f"{Decimal(repr(raw)):f}"  # never 1e-05, which would be a fraction
        case dict() | list() | tuple():
            raise Mistake("one value is needed here, not a list or a group", "write a single value")
        case _:
            return printable(str(raw))
