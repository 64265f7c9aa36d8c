"""What can be drawn under one name: the words of a code, a number in a unit, or how many days ago something was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from blinadss.errors import Mistake, quoted
from blinadss.facts import FACTS, near_fact
from blinadss.kinds import NEVER, Coded, Dated, Kind, Measured
from blinadss.quantity import COUNT, DURATION, GRADE

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DAYS = Measured(COUNT)
_AGO = Measured(DURATION)
_DIGITS = 9  # of a number in the table, those after the point included


@dataclass(frozen=True, slots=True)
class Drawn:
    """A fact (``kind``), or something that only others depend on, with the unit and the digits of its numbers."""

    name: str
    kind: Kind | None = None
    unit: str = ""
    digits: int = 0

    def value(self, text: str) -> str:
        """The word or the number that is written, or `Mistake` where it cannot be drawn under this name."""
        if isinstance(self.kind, Coded):
            return self.kind.read(text)
        if isinstance(self.kind, Dated) and self.kind.never and text == NEVER:
            return text
        if self.kind is None and _NAME.fullmatch(text):
            return text
        self.number(text)
        return text

    def number(self, text: str) -> Decimal:
        """The number that is written, in the unit; `Mistake` where the fact cannot be that, or has fewer digits."""
        if isinstance(self.kind, Coded):
            raise Mistake(f"`{self.name}` is a word, not a number", f"write for example `{self.kind.codes[0]}`")
        value = not_negative(text)
        if self.kind is not None and value != round(value, self.digits):
            raise Mistake(f"{quoted(text)} has more digits than `{self.name}` has", "round it, or raise `digits`")
        self.refuse_impossible(value)
        return value

    def refuse_impossible(self, value: Decimal) -> None:
        """Raise `Mistake` for a number that the fact cannot be, or that the table has no room for."""
        if isinstance(self.kind, Dated):
            _AGO.read(f"{round(value)} days")
        elif isinstance(self.kind, Measured):
            self.kind.read(self._written(f"{value:f}"))
            if value.scaleb(self.digits) >= 10**_DIGITS:
                raise Mistake(f"{quoted(f'{value:f}')} has more than {_DIGITS} digits", "lower `digits`")

    def refuse_readable(self, text: str, on: date) -> None:
        """Raise `Mistake` if a cell with this text could be read after all, on the day of assessment."""
        if not isinstance(self.kind, Coded | Dated):
            number(text)  # the column holds numbers, wrong ones too
        try:
            read = self._read(text)
        except Mistake:
            return
        if not (isinstance(read, date) and read > on):
            raise Mistake(f"{quoted(text)} is not bad: `{self.name}` can be that", "write something it cannot be")

    def _read(self, text: str) -> object:
        """What a cell with this text says; raises `Mistake` where it cannot be read."""
        if isinstance(self.kind, Dated):
            return self.kind.whole(text)
        return self.kind.read(self._written(text)) if self.kind else None

    def is_word(self, text: str) -> bool:
        """Whether a value that can be drawn is a word."""
        return isinstance(self.kind, Coded) or _NAME.fullmatch(text) is not None

    def _written(self, text: str) -> str:
        if not isinstance(self.kind, Measured):
            return text
        return f"grade {text}" if self.kind.dimension is GRADE else f"{text} {self.unit}".strip()


def drawn(name: str, unit: str, digits: int) -> Drawn:
    """What the name stands for; `Mistake` where it is no fact, or the unit is none of the fact's."""
    if "." not in name:
        if _NAME.fullmatch(name) is None:
            raise Mistake(f"{quoted(name)} is not a name", "use lower-case words joined by `_`")
        return Drawn(name)
    kind = FACTS.get(name)
    if kind is None:
        raise Mistake(f"unknown fact {quoted(name)}", near_fact(name))
    if not isinstance(kind, Measured):
        return Drawn(name, kind)
    if not unit and kind.dimension is not COUNT and kind.dimension is not GRADE:
        raise Mistake(f"`{name}` has no `unit`", f"write for example `unit: {kind.dimension.scales()[0]}`")
    if kind.dimension is not GRADE:
        kind.dimension.read(f"1 {unit}".strip())
    return Drawn(name, kind, unit, digits)


def days_ago(name: str) -> Drawn:
    """The number of days since a fact was seen."""
    return Drawn(f"{name}_on", _DAYS)


def limit_of(its: Drawn) -> Drawn:
    """The laboratory's upper limit of a fact; `Mistake` for a fact that is not judged by one."""
    if not isinstance(its.kind, Measured) or "x ULN" not in its.kind.dimension.scales():
        raise Mistake(f"`{its.name}` has no upper limit of normal", "leave `upper_limit` out")
    return its


def number(text: str) -> Decimal:
    """The plain number that is written."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Mistake(f"{quoted(text)} is not a number", "write for example `0.5`") from None
    if not value.is_finite():
        raise Mistake(f"{quoted(text)} is not a number", "write for example `0.5`")
    return value


def not_negative(text: str) -> Decimal:
    """The plain number that is written, zero or more."""
    value = number(text)
    if value < 0:
        raise Mistake(f"{quoted(text)} is less than zero", "everything that is drawn is zero or more")
    return value
