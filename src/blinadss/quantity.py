"""Numbers with units: read exactly, converted exactly, and compared here and nowhere else.

A number is decimal from the first character to the last comparison, so 0.1 % is
never 0.1000000000000000055 %. Each dimension lists the units that laboratories
use, with factors that are finite decimals, so that no conversion rounds.
Some dimensions have two *scales* that no factor joins: months are not a number
of days, and a multiple of the upper limit of normal is not U/L.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import cached_property
from typing import Literal

from blinadss.errors import Mistake, near, quoted
from blinadss.truth import Truth

# Exact or an error: inputs are limited below to what 60 digits always hold.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
# For quotients and square roots. Two numbers of at most 15 digits and 15 places, divided, differ from any
# threshold of such digits by more than 1e-60 of it unless they are equal to it, so 100 digits compare as exactly.
WIDE = Context(prec=100, traps=[InvalidOperation])
_DIGITS = 15

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_PLAIN = str.maketrans({"µ": "u", "μ": "u", "×": "x", "−": "-"})
_POINTS = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
_PER_MICROLITRE = Decimal("0.001")
_GROUPED = re.compile(r"[,'_.]?[0-9]{3}(?![0-9*^])")
_RAISED = re.compile(r"10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POINTED = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_NUMBER = re.compile(
    rf"""(?: (?P<mantissa>{_POINTED}) \s*[x·*]\s* 10 (?:\^|\*\*?|(?=[+-])) (?P<power>[+-]?[0-9]+)
           | (?P<letter>{_POINTED}[eE][+-]?[0-9]+) (?![0-9.])
           | 10(?:\^|\*) (?P<alone>[+-]?[0-9]+)
           | (?P<plain>{_POINTED})
         ) \s* (?P<unit>.*)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: the scale it belongs to and its exact size on that scale."""

    scale: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact magnitude on one scale; ``14 days == 2 weeks``, and neither is comparable with a month.

    ``step`` is the size of the unit it was written in: 12 for an age in years on the scale of months.
    """

    magnitude: Decimal
    scale: str
    step: Decimal = field(default=Decimal(1), compare=False)

    def __str__(self) -> str:
        number = plain(self.magnitude)
        return f"grade {number}" if self.scale == "grade" else f"{number} {self.scale}".strip()


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of a magnitude: it lies between ``low`` and ``high``; equal bounds are a plain value.

    An open end excludes the bound itself: "below 0.01 %" is ``Span(0, 0.01, high_open=True)``.
    """

    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False

    def compared(self, operator: str, threshold: Decimal) -> Truth:
        """Whether the magnitude stands in that relation to the threshold; unknown if the span reaches both sides.

        >>> Span(Decimal(0), Decimal("0.1"), high_open=True).compared("<", Decimal("0.1"))
        <Truth.TRUE: 'true'>
        """
        if operator == ">=":
            if self.low >= threshold:
                return Truth.TRUE
            below = self.high < threshold or (self.high == threshold and self.high_open)
            return Truth.FALSE if below else Truth.UNKNOWN
        if operator == ">":
            if self.high <= threshold:
                return Truth.FALSE
            above = self.low > threshold or (self.low == threshold and self.low_open)
            return Truth.TRUE if above else Truth.UNKNOWN
        return ~self.compared(">=" if operator == "<" else ">", threshold)

    def meet(self, other: Span) -> Span | None:
        """What both spans allow, or nothing if they contradict each other."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, high_closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        if low > high or (low == high and (low_open or not high_closed)):
            return None
        return Span(low, high, low_open, not high_closed)

    @classmethod
    def point(cls, magnitude: Decimal) -> Span:
        """A span of one magnitude."""
        return cls(magnitude, magnitude)


@dataclass(frozen=True)
class Dimension:
    """What a number measures, and the units it may be written in.

    ``bare`` says whether a number may stand alone: never, only as a whole number (a count),
    or only in scientific form (a fraction such as 1e-3).
    """

    name: str
    units: Mapping[str, Unit]
    example: str
    bare: Literal["never", "whole", "scientific"] = "never"

    @cached_property
    def folded(self) -> dict[str, Unit]:
        """Its units by how they are written, but for blanks and capitals; see `folded`."""
        return {folded(name): unit for name, unit in self.units.items()}

    @cached_property
    def _scales(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(unit.scale for unit in self.units.values()))

    def scales(self) -> tuple[str, ...]:
        """The scales a quantity of this dimension can lie on, the usual one first."""
        return self._scales

    def read(self, text: str) -> Quantity:
        """The quantity written in ``text``; raises `Mistake` with a hint where it is not one.

        >>> print(PERCENTAGE.read("1e-3"), "=", PERCENTAGE.read("0.1 %"))
        0.1 % = 0.1 %
        """
        if self is GRADE:
            return _grade(text)
        raised = _RAISED.sub(lambda found: "10^" + found[1].translate(_SUPERSCRIPT), text.strip())
        match = _NUMBER.fullmatch(raised.translate(_PLAIN))
        if match is None:
            raise Mistake(f"{quoted(text)} is not a number with a unit", f"write for example `{self.example}`")
        number = _number(match, text)
        unit = self.folded.get(folded(match["unit"]))
        start = match.start("unit")
        start -= sum(1 for power in _RAISED.finditer(text.strip()) if power.start() < start)  # each has gained a `^`
        start += len(text) - len(text.lstrip())
        if not match["unit"] and not self._may_stand_alone(number, scientific=match["plain"] is None):
            raise self._without_unit(text)
        if unit is None:
            raise self._wrong_unit(text, start)
        if unit.factor == _PER_MICROLITRE and _POINTS.fullmatch(match["plain"] or ""):
            raise self._ambiguous(text)  # 150.000 /µL is 150,000 where thousands have points
        return Quantity(EXACT.multiply(number, unit.factor), unit.scale, unit.factor)

    def _without_unit(self, text: str) -> Mistake:
        if self.bare == "whole":
            return Mistake(f"{quoted(text)} is not a whole number", f"write for example `{self.example}`")
        if self.bare == "scientific":  # the one unit that everybody means
            hint = f"write `{text.strip()} {next(iter(self.units))}` or another unit"
            return Mistake(f"{quoted(text)} has no unit", hint, len(text))
        hint = f"write the unit too, for example `{self.example}`"
        return Mistake(f"{quoted(text)} has no unit", hint, len(text))

    def _ambiguous(self, text: str) -> Mistake:
        return Mistake(f"{quoted(text)} is ambiguous", "write the number with a decimal point and no separators")

    def _wrong_unit(self, text: str, start: int) -> Mistake:
        written = text[start:].strip()
        if _GROUPED.match(written) or written[:1] in {",", "'", "_"}:
            return self._ambiguous(text)
        listed = [name for name in self.units if name]
        hint = near(written, listed) or f"write for example `{self.example}`"
        return Mistake(f"{quoted(written)} is not a unit of {self.name}", hint, start)

    def _may_stand_alone(self, number: Decimal, *, scientific: bool) -> bool:
        if self.bare == "whole":
            return number == number.to_integral_value()
        return self.bare == "scientific" and scientific


def _number(match: re.Match[str], text: str) -> Decimal:
    if match["mantissa"] is not None:
        mantissa, power = match["mantissa"], match["power"]
    elif match["alone"] is not None:
        mantissa, power = "1", match["alone"]
    else:
        mantissa, _, power = (match["letter"] or match["plain"]).lower().partition("e")
    digits = len(mantissa.strip("+-").replace(".", "").strip("0"))
    if len(power) > 4 or abs(int(power or 0)) > _DIGITS:
        raise Mistake(f"{quoted(text)} is out of any measurable range")
    if digits > _DIGITS or len(mantissa) > 4 * _DIGITS:
        raise Mistake(f"{quoted(text)} has more digits than anything measured", "round it as the report does")
    number = EXACT.scaleb(Decimal(mantissa), int(power or 0))
    if number and not -_DIGITS <= number.adjusted() <= _DIGITS:
        raise Mistake(f"{quoted(text)} is out of any measurable range")
    return number


def _grade(text: str) -> Quantity:
    match = re.fullmatch(r"\s*grade\s+([0-9])\s*", text)
    if match is None:
        number = text.strip()
        hint = f"write `grade {number}`" if re.fullmatch("[0-9]", number) else "write for example `grade 3`"
        raise Mistake(f"{quoted(text)} is not a grade", hint)
    return Quantity(Decimal(match[1]), "grade")


def folded(unit: str) -> str:
    """A unit as it is looked up: small letters, no blanks about a stroke, plain signs."""
    written = unit.translate(_PLAIN).replace("m²", "m2").replace("m³", "m3")
    return " ".join(written.casefold().split()).replace(" /", "/").replace("/ ", "/")


def plain(number: Decimal) -> str:
    """The number without an exponent or trailing zeros: ``0.1``, ``1500``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dimension(
    name: str,
    example: str,
    units: Mapping[str, str],
    *,
    uln: bool = False,
    bare: Literal["never", "whole", "scientific"] = "never",
) -> Dimension:
    scale = next(iter(units))
    table = {unit: Unit(scale, Decimal(factor)) for unit, factor in units.items()}
    if uln:
        table |= dict.fromkeys(("x ULN", "xULN", "times ULN", "ULN"), Unit("x ULN", Decimal(1)))
    return Dimension(name, table, example, bare)


PERCENTAGE = _dimension("a percentage", "5 %", {"%": "1", "": "100"}, bare="scientific")
CELLS = _dimension(
    "a cell count per volume",
    "0.5 10*9/L",
    {
        **dict.fromkeys(
            ("10*9/L", "10^9/L", "10e9/L", "G/L", "10*3/uL", "10^3/uL", "10e3/uL", "K/uL", "10*3/mm3"), "1"
        ),
        **dict.fromkeys(("10^3/mm3", "K/mm3"), "1"),
        **dict.fromkeys(("/uL", "cells/uL", "/mm3", "cells/mm3", "10*6/L", "10^6/L"), "0.001"),
        **dict.fromkeys(("/L", "cells/L"), "0.000000001"),
    },
)
ENZYME = _dimension("an enzyme activity", "120 U/L", {"U/L": "1", "IU/L": "1", "ukat/L": "60"}, uln=True)
# Molar factors as laboratories publish them (AMA Manual of Style, SI conversion table): 1 mg/dL = 17.104 umol/L.
BILIRUBIN = _dimension("a bilirubin concentration", "1.2 mg/dL", {"umol/L": "1", "mg/dL": "17.104"}, uln=True)
CREATININE = _dimension("a creatinine concentration", "0.9 mg/dL", {"umol/L": "1", "mg/dL": "88.4"}, uln=True)
HAEMOGLOBIN = _dimension("a haemoglobin concentration", "9.5 g/dL", {"g/L": "1", "g/dL": "10"})
PROTEIN = _dimension("a protein concentration", "4 g/L", {"g/L": "1", "mg/dL": "0.01", "g/dL": "10", "mg/L": "0.001"})
CRP = _dimension("a CRP concentration", "12 mg/L", {"mg/L": "1", "mg/dL": "10", "ug/mL": "1"}, uln=True)
FERRITIN = _dimension("a ferritin concentration", "900 ug/L", {"ug/L": "1", "ng/mL": "1", "mcg/L": "1"}, uln=True)
CLEARANCE = _dimension("a clearance", "60 mL/min", {"mL/min": "1"})
MASS = _dimension("a body weight", "70 kg", {"kg": "1", "g": "0.001", "lb": "0.45359237", "lbs": "0.45359237"})
LENGTH = _dimension("a height", "170 cm", {"cm": "1", "m": "100", "mm": "0.1", "in": "2.54"})
AREA = _dimension("a body surface", "1.8 m2", {"m2": "1", "m^2": "1"})
INTERVAL = _dimension(
    "a length of time in months",
    "9 months",
    {**dict.fromkeys(("months", "month", "mo"), "1"), **dict.fromkeys(("years", "year", "yr"), "12")},
)
TIME = _dimension(
    "a length of time in hours or days",
    "7 days",
    {
        **dict.fromkeys(("hours", "hour", "h"), "1"),
        **dict.fromkeys(("days", "day", "d"), "24"),
        **dict.fromkeys(("weeks", "week", "wk"), "168"),
    },
)
TEMPERATURE = _dimension("a temperature", "38.0 C", {"C": "1", "°C": "1"})
MULTIPLE = _dimension("a multiple of the baseline", "2.5 x baseline", {"x baseline": "1"})
COUNT = _dimension("a count", "2", {"": "1"}, bare="whole")
GRADE = Dimension("a grade", {"grade": Unit("grade", Decimal(1))}, "grade 3")
DURATION = Dimension(
    "a length of time",
    {
        **dict.fromkeys(("days", "day", "d"), Unit("days", Decimal(1))),
        **dict.fromkeys(("weeks", "week", "wk"), Unit("days", Decimal(7))),
        **dict.fromkeys(("months", "month", "mo"), Unit("months", Decimal(1))),
        **dict.fromkeys(("years", "year", "yr", "a"), Unit("months", Decimal(12))),
    },
    "12 weeks",
)
# Nothing in a patient's life is longer ago than this, on either scale.
LIFETIME = {"months": Decimal(130 * 12), "days": Decimal(130 * 365)}
