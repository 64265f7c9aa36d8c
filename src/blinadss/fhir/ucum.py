"""Quantities of FHIR: which codes of UCUM are read for each dimension, and a quantity from and to a profile's text.

An allow-list and no parser: each code is one of our own units, by the same exact
factor. What is not listed is refused, because a unit that is nearly right is a
value that is wrong by a thousand. Codes are compared as they are written: in UCUM
capitals matter, and ``K/uL`` is kelvin per microlitre.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from blinadss import quantity as q
from blinadss.errors import Mistake, one_of, quoted
from blinadss.fhir.naming import UCUM
from blinadss.kinds import Amount, Measured

UCUM_NAMES = (UCUM, "urn:oid:2.16.840.1.113883.6.8")
COMPARATORS = ("<", "<=", ">", ">=")
_LARGEST = 30  # decimal places on either side of the point; a profile takes fewer, and says so itself
_NONE: Mapping[str, str] = MappingProxyType({})
_ULN = {"{ULN}": "x ULN"}

# By the dimension's name: the codes of UCUM, and our unit for each. The first code of a unit is the one written.
_CODES: Mapping[str, Mapping[str, str]] = {
    q.PERCENTAGE.name: {"%": "%"},
    q.CELLS.name: {
        **{each: each for each in ("10*9/L", "10*3/uL", "/uL", "10*6/L", "10*3/mm3", "/mm3", "/L")},
        **{each: each for each in ("10^9/L", "10^3/uL", "10^6/L", "10^3/mm3")},
        **dict.fromkeys(("10*6/mL", "/nL"), "10*9/L"),
        "10*3/mL": "/uL",
        "{#}/uL": "/uL",
        "{cells}/uL": "cells/uL",
        "{cells}/mm3": "cells/mm3",
        "{cells}/L": "cells/L",
    },
    q.ENZYME.name: {**dict.fromkeys(("U/L", "[IU]/L", "[iU]/L", "mU/mL"), "U/L"), "ukat/L": "ukat/L", **_ULN},
    q.BILIRUBIN.name: {"umol/L": "umol/L", "mg/dL": "mg/dL", **_ULN},
    q.CREATININE.name: {"umol/L": "umol/L", "mg/dL": "mg/dL", **_ULN},
    q.HAEMOGLOBIN.name: {"g/L": "g/L", "g/dL": "g/dL"},
    q.PROTEIN.name: {"g/L": "g/L", "mg/dL": "mg/dL", "g/dL": "g/dL", "mg/L": "mg/L"},
    q.CRP.name: {"mg/L": "mg/L", "mg/dL": "mg/dL", "ug/mL": "ug/mL", **_ULN},
    q.FERRITIN.name: {"ug/L": "ug/L", "ng/mL": "ng/mL", **_ULN},
    q.CLEARANCE.name: {"mL/min": "mL/min"},
    q.MASS.name: {"kg": "kg", "g": "g", "[lb_av]": "lb"},
    q.LENGTH.name: {"cm": "cm", "m": "m", "mm": "mm", "[in_i]": "in"},
    q.AREA.name: {"m2": "m2"},
    q.INTERVAL.name: {"mo": "months", "a": "years"},
    q.TIME.name: {"h": "hours", "d": "days", "wk": "weeks"},
    q.TEMPERATURE.name: {"Cel": "C"},
    q.MULTIPLE.name: {"{baseline}": "x baseline"},
    q.COUNT.name: dict.fromkeys(("{#}", "{score}", "{count}", "1"), ""),
    q.GRADE.name: dict.fromkeys(("{score}", "{grade}", "{#}", "1"), "grade"),
    q.DURATION.name: {"d": "days", "wk": "weeks", "mo": "months", "a": "years"},
}
# A litre is `L` or `l` in UCUM; the capital is what the FHIR specification and these pages write.
_LISTED: Mapping[str, Mapping[str, str]] = {
    name: {**{code.replace("L", "l"): ours for code, ours in codes.items() if code not in _ULN}, **codes}
    for name, codes in _CODES.items()
}
# What laboratories write for thousands in a volume, and what UCUM reads in it.
_MISREAD = {
    "K/uL": "kelvin per microlitre",
    "K/mm3": "kelvin per cubic millimetre",
    "G/L": "gauss per litre",
    "k/uL": "no unit",
    "M/uL": "no unit",
    "10e3/uL": "no unit",
    "x10E3/uL": "no unit",
}


def codes_of(kind: Measured) -> Mapping[str, str]:
    """The codes of UCUM in which the fact is read, each with our unit for it; the first is the usual one."""
    return _CODES[kind.dimension.name]


def read(quantity: Mapping[str, Any], kind: Measured, units: Mapping[str, str] = _NONE) -> str:
    """A FHIR Quantity as the text that a profile holds: ``6.7 g/dL``, ``< 0.01 %``, ``grade 1``, ``2``.

    ``units`` are what a laboratory writes, by its own text, as a code of UCUM or as one
    of our units; they come before anything else. Raises `Mistake` where there is no
    number, no unit of the fact, a comparator that FHIR does not have, or a value that is
    not possible.
    """
    text = worded(quantity, kind, units)
    kind.read(text)
    return text


def worded(quantity: Mapping[str, Any], kind: Measured, units: Mapping[str, str] = _NONE) -> str:
    """The text of `read`, of which it has not been seen yet whether the kind can read it."""
    number = number_of(quantity.get("value"))
    comparator = quantity.get("comparator")
    if comparator is not None and comparator not in COMPARATORS:
        raise Mistake(f"the comparator {quoted(str(comparator))} is not known", f"it is {one_of(COMPARATORS)}")
    unit = _unit(_stated(quantity, kind, units), kind, units)
    amount = f"grade {q.plain(number)}" if unit == "grade" else f"{number:f} {unit}" if unit else q.plain(number)
    return f"{comparator} {amount}" if comparator else amount


def written(amount: Amount, kind: Measured, text: str) -> dict[str, Any]:
    """The FHIR Quantity from which `read` gives an equal amount back.

    ``text`` is how the amount stands in the profile: its number and its unit are kept
    where UCUM has them. The value is an `int`, or a `float` whose shortest form is the
    number itself, as it is for any number of up to 15 digits.
    """
    ours = codes_of(kind)
    own = _worth(kind, amount.quantity.scale, amount.quantity.step)
    if own:
        same = max(own, key=lambda code: len(ours[code]) if text.rstrip().endswith(ours[code]) else 0)
        kept = _quantity(amount, kind, same)
        if not _refused(kept, kind):
            return kept
    # A fraction without a unit is written in per cent, and 1.234 per microlitre would be taken for a thousand.
    return _quantity(amount, kind, _worth(kind, amount.quantity.scale, Decimal(1))[0])


def _worth(kind: Measured, scale: str, factor: Decimal) -> list[str]:
    """The codes of that much of a scale."""
    unit = q.Unit(scale, factor)
    return [code for code, ours in codes_of(kind).items() if kind.dimension.units[ours] == unit]


def _quantity(amount: Amount, kind: Measured, code: str) -> dict[str, Any]:
    ours = codes_of(kind)[code]
    number = q.EXACT.divide(amount.quantity.magnitude, kind.dimension.units[ours].factor)
    value = int(number) if number == number.to_integral_value() else float(number)
    comparator = {"comparator": amount.bound} if amount.bound else {}
    shown = {"unit": ours} if ours else {}
    return {"value": value, **comparator, **shown, "system": UCUM, "code": code}


def _refused(quantity: Mapping[str, Any], kind: Measured) -> bool:
    try:
        read(quantity, kind)
    except Mistake:
        return True
    return False


def number_of(value: object) -> Decimal:
    """The value with the digits it was written with; a float stands for its shortest form."""
    if value is None:
        raise Mistake("the quantity has no value")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Mistake("the quantity's value is not a number", "JSON writes a number without quotation marks")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or (number and abs(number.adjusted()) > _LARGEST):
        raise Mistake("the quantity's value is out of any measurable range")
    return number


def _stated(quantity: Mapping[str, Any], kind: Measured, units: Mapping[str, str]) -> str:
    """The unit as the record gives it: a code of UCUM, or the text of a unit that has no code."""
    system, code, text = (quantity.get(key) for key in ("system", "code", "unit"))
    stated = text if code is None else code
    if stated is None and system is None and "1" in codes_of(kind):
        return "1"
    if not isinstance(stated, str) or not stated.strip():
        raise Mistake("the quantity has no unit", _accepted(kind))
    if code is not None and system not in UCUM_NAMES and stated not in units:
        raise Mistake(f"the unit {quoted(stated)} is not given as a code of UCUM", _accepted(kind))
    return stated


def _unit(stated: str, kind: Measured, units: Mapping[str, str]) -> str:
    """Our own unit for the one stated; raises `Mistake` for any that is not listed."""
    listed, meant = _LISTED[kind.dimension.name], units.get(stated, stated)
    if meant in listed:
        return listed[meant]
    if stated in units and meant in kind.dimension.units:
        return meant
    if meant in _MISREAD and "10*3/uL" in listed:
        hint = f"thousands per microlitre are `10*3/uL`; a file of codes may say what is meant by {quoted(stated)}"
        raise Mistake(f"{quoted(meant)} is {_MISREAD[meant]} in UCUM", hint)
    raise Mistake(f"{quoted(meant)} is not among the codes of UCUM for {kind.dimension.name}", _accepted(kind))


def _accepted(kind: Measured) -> str:
    usual = one_of(list(codes_of(kind))[:6])
    return f"codes of UCUM are {usual}; a file of codes may say what a laboratory means by a unit of its own"
