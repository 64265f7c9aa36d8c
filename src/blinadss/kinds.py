"""What kind of thing a fact is: a code, a measurement or a date, and how each is read from text.

Everything that reads a fact, in a patient's file or in a criterion, asks the fact's kind.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blinadss.errors import Mistake, near, one_of, quoted
from blinadss.quantity import COUNT, DURATION, GRADE, LIFETIME, Dimension, Quantity, Span

# What people type instead of a code. Refused with the word meant as a hint, never guessed.
_TYPED = {
    "positive": ("pos", "reactive", "yes", "true", "present", "detected"),
    "negative": ("neg", "non-reactive", "no", "false", "absent", "not detected"),
    "present": ("yes", "true", "y", "pos", "positive", "1"),
    "absent": ("no", "false", "n", "none", "neg", "negative", "0"),
    "detected": ("positive", "pos", "yes", "true", "detectable"),
    "not_detected": ("negative", "neg", "no", "false", "undetectable", "undetected"),
    "female": ("f", "w"),
    "male": ("m",),
}
_BOUND = re.compile(r"\s*(<=|>=|<|>|≤|≥)?\s*(.*)", re.DOTALL)
_PART = re.compile(r"\s*([0-9]{4})(?:-([0-9]{2}))?\s*")  # of a date: a year, or a month of it
_WRITE = "write year-month-day, for example `2026-03-02`"


# What a date says of something that has not happened: any length of time has passed since.
NEVER = "never"

# No patient of today's drugs was born before this; an earlier year is a slip of the keyboard.
EARLIEST = date(1890, 1, 1)


@dataclass(frozen=True, slots=True)
class Amount:
    """A measured value as reported: exactly, or only as a bound (``< 0.01 %``)."""

    quantity: Quantity
    bound: str = ""

    def span(self, least: Decimal, most: Decimal) -> Span:
        """What the value says of the magnitude, which lies between ``least`` and ``most`` in any case."""
        magnitude = self.quantity.magnitude
        if self.bound in {"<", "<="}:
            return Span(least, magnitude, high_open=self.bound == "<")
        if self.bound in {">", ">="}:
            return Span(magnitude, most, low_open=self.bound == ">")
        return Span.point(magnitude)


@dataclass(frozen=True)
class Coded:
    """A fact that is one of a few words."""

    codes: tuple[str, ...]
    says: str = ""

    def read(self, text: str) -> str:
        """The code, or `Mistake` with the code that was probably meant."""
        if text in self.codes:
            return text
        code = text.strip()
        typed = {"+": "positive", "-": "negative", "−": "negative"}.get(code[-1:], code.casefold())
        spelt = re.sub(r"[\s-]+", "_", typed)
        meant = [code for code in self.codes if typed in (*_TYPED.get(code, ()), code) or spelt == code]
        hint = f"write `{meant[0]}`" if meant else None
        few = len(self.codes) <= 10
        if hint is None and not few:
            hint = near(code, self.codes) or f"write {one_of(self.codes)}"
        choice = f"; it is {one_of(self.codes)}" if few else ""
        raise Mistake(f"cannot be {quoted(text)}{choice}", hint)

    def shown(self) -> str:
        """The codes as one line of a table."""
        return " · ".join(self.codes)


@dataclass(frozen=True)
class Measured:
    """A fact that is a number with a unit, within what is physically or arithmetically possible."""

    dimension: Dimension
    says: str = ""
    least: Decimal = Decimal(0)
    most: Decimal = Decimal("Infinity")
    above_zero: bool = False

    def read(self, text: str) -> Amount:
        """The amount, or `Mistake`: no number, no unit, the wrong unit, or an impossible magnitude."""
        bound, written = _BOUND.fullmatch(text).groups()  # type: ignore[union-attr]  # it matches any text
        amount = Amount(self.dimension.read(written), {"≤": "<=", "≥": ">="}.get(bound, bound or ""))
        self._refuse_impossible(amount.quantity, text)
        magnitude = amount.quantity.magnitude
        if amount.bound and self.dimension is DURATION:
            raise Mistake(f"{quoted(text)} is a bound, not an age", f"write for example `{self.dimension.example}`")
        if (amount.bound == "<" and magnitude == self.least) or (amount.bound == ">" and magnitude == self.most):
            raise Mistake(f"{quoted(text)} leaves no possible value", "check the number and the unit")
        return amount

    def threshold(self, text: str) -> Quantity:
        """The quantity a comparison compares with; limits hold for it too, so 500 % is refused when criteria load."""
        quantity = self.dimension.read(text)
        self._refuse_impossible(quantity, text)
        return quantity

    def _refuse_impossible(self, quantity: Quantity, text: str) -> None:
        magnitude = quantity.magnitude
        most = self.most if quantity.scale == self.dimension.scales()[0] else Decimal("Infinity")
        if self.dimension is DURATION:
            most = LIFETIME[quantity.scale]
        if magnitude < 0:
            raise Mistake(f"{quoted(text)} is negative", "a measurement is zero or more")
        if quantity.scale == self.dimension.scales()[0] and magnitude < self.least:
            hint = f"at least `{Quantity(self.least, quantity.scale)}`; check the number and the unit"
            raise Mistake(f"{quoted(text)} is less than is possible", hint)
        if magnitude == 0 and self.above_zero:
            raise Mistake(f"{quoted(text)} is not possible", "leave the fact out if it is not known")
        if magnitude > most:
            shown = "130 years" if self.dimension is DURATION else Quantity(most, quantity.scale)
            hint = f"at most `{shown}`; check the number and the unit"
            raise Mistake(f"{quoted(text)} is more than is possible", hint)
        if self.dimension is DURATION and magnitude % quantity.step:
            raise Mistake(f"{quoted(text)} is not a whole number", "write whole years, months, weeks or days")

    def shown(self) -> str:
        """The units as one line of a table."""
        if self.dimension is GRADE:
            return f"grade 0 to grade {self.most}"
        if self.dimension is COUNT:
            return "a whole number"
        scales = [scale for scale in self.dimension.scales() if scale]
        return f"{self.dimension.name}, in {one_of(scales)} or another unit"


@dataclass(frozen=True)
class Dated:
    """A fact that is a day: ``past`` if it lies at or before the day of assessment, ``never`` if it may have no day."""

    says: str = ""
    past: bool = True
    never: bool = False

    def read(self, text: str) -> date | Days | str:
        """The day, or ``never``, or `Mistake`; only ``2026-03-02``, since 02/03/2026 means two days.

        Of something in the past the year or the month may be all that is known; then the days that it can be.
        What may have happened again since is ``>= 2026-03-02``: on that day or later.
        """
        if not self.past or (self.never and text.strip() == NEVER):
            return self.whole(text)
        bound, written = _BOUND.fullmatch(text).groups()  # type: ignore[union-attr]  # it matches any text
        seen = Days(day(written), date.max) if self.never and bound in {">=", "≥"} else Days.read(text)
        _refuse_long_ago(seen.first, text)
        return seen.first if seen.first == seen.last else seen

    def whole(self, text: str) -> date | str:
        """The day, or ``never``, where nothing else can stand, as in a table; a year or a month is a `Mistake` too."""
        if self.never and text.strip() == NEVER:
            return NEVER
        seen = day(text)
        _refuse_long_ago(seen, text)
        return seen

    def is_later(self, seen: object, on: date) -> bool:
        """Whether what lies in the past, as `read` gives it, is certainly after the day ``on``."""
        first = seen.first if isinstance(seen, Days) else seen
        return self.past and isinstance(first, date) and first > on

    def shown(self) -> str:
        """The form as one line of a table."""
        forms = ["a date, 2026-03-02", *(["2026-03", "2026"] if self.past else [])]
        forms += [">= 2026-03-02", NEVER] if self.never else []
        return forms[0] if len(forms) == 1 else f"{', '.join(forms[:-1])} or {forms[-1]}"


@dataclass(frozen=True, slots=True)
class Days:
    """What is known of a day that is not known exactly: it is one of these, both included.

    The last is ``date.max`` where it may be any later day.
    """

    first: date
    last: date

    @classmethod
    def read(cls, text: str) -> Days:
        """The days that ``1988``, ``1988-05`` or ``1988-05-17`` can mean; raises `Mistake`.

        >>> print(Days.read("2024-02").last)
        2024-02-29
        """
        part = _PART.fullmatch(text)
        if part is None:
            whole = day(text, f"{_WRITE}, or `2026-03` or `2026` if no more is known")
            return cls(whole, whole)
        year, month = part.groups()
        try:
            first, last = (date(int(year), int(month or end), 1) for end in (1, 12))
        except ValueError:
            raise Mistake(f"{quoted(text)} is not in the calendar", "check the year and the month") from None
        return cls(first, last.replace(day=monthrange(last.year, last.month)[1]))

    def __str__(self) -> str:
        """As it is written: ``1988``, ``1988-05``, ``1988-05-17`` or ``>= 1988-05-17``; other days by their ends."""
        whole = self.first.isoformat()
        if self.last == date.max:
            return f">= {whole}"
        written = (text for text in (whole[:4], whole[:7], whole) if Days.read(text) == self)
        return next(written, f"{self.first} to {self.last}")


Kind = Coded | Measured | Dated


def is_part(text: str) -> bool:
    """Whether the text is a year, or a month of a year, and no whole day."""
    return _PART.fullmatch(text) is not None


def day(text: str, hint: str = _WRITE) -> date:
    """The day written as year-month-day; raises `Mistake` for anything else, with the hint, or a day that never was."""
    if re.fullmatch(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*", text) is None:
        raise Mistake(f"{quoted(text)} is not a {'whole day' if is_part(text) else 'date'}", hint)
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Mistake(f"{quoted(text)} is not a day in the calendar", "check the month and the day") from None


def _refuse_long_ago(seen: date, text: str) -> None:
    if seen < EARLIEST:
        raise Mistake(f"{quoted(text)} is longer ago than anybody's life", "check the year")
