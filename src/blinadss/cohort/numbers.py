"""A number in a cell as SQL reads it, exactly: with its bound, its unit, and how it is refused.

Whatever is read becomes a decimal of twelve places before and after the point. Units are those of
the fact's dimension, with the same exact factors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from blinadss.cohort.cells import text
from blinadss.cohort.layout import Column
from blinadss.engines.layers import Layers
from blinadss.engines.terms import all_of, any_of, column, formula, negated
from blinadss.kinds import Measured
from blinadss.quantity import COUNT, DURATION, GRADE, Dimension, folded, plain

NUMBER, FACTOR, MAGNITUDE = "DECIMAL(24, 12)", "DECIMAL(13, 10)", "DECIMAL(37, 22)"
LARGEST = Decimal(10) ** 12  # numbers in a table are smaller
_PLACES, _DIGITS = 12, 15
WRITTEN = "(?s)^(<=|>=|<|>|≤|≥)? *([+-]?)([0-9]*)[.]?([0-9]*)([eE][+-]?[0-9]{1,2})?( +.*|[^0-9. ].*)?$"
_PER_MICROLITRE = Decimal("0.001")
_DOTTED = ("İ", "i̇")  # as Spark and a profile have it; DuckDB's LOWER makes an i of it
NOT_A_NUMBER = ("inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "nan", "+nan", "-nan")


@dataclass(frozen=True)
class Number:
    """What a cell says: the number as written, its bound, how large its unit is, and whether it is to be refused.

    ``otherwise`` is whether the unit is on the second scale of the dimension: a multiple of the upper limit, or months.
    """

    given: exp.Expression
    number: exp.Expression
    bound: exp.Expression
    factor: exp.Expression
    otherwise: exp.Expression
    refused: exp.Expression


@dataclass(frozen=True)
class _Written:
    """A number as it stands in a cell, with what stands about it; ``power`` is that of ten, NULL without one."""

    number: exp.Expression
    bound: exp.Expression
    unit: exp.Expression
    power: exp.Expression
    ambiguous: exp.Expression


def read_number(layers: Layers, its: Column, kind: Measured, unit: str | None, units: Column | None) -> Number:
    """A number whose unit stands in the column's name, in the column ``units``, or in the cell."""
    dimension = kind.dimension
    said = layers.add(its.name, _said(its))
    written = _of_text(layers, its.name, said, dimension) if its.holds == "text" else _of_number(layers, its, said)
    its_unit, mixed = _unit(layers, its.name, written.unit, unit, units)
    factor = layers.add(f"{its.name} factor", _factor(dimension, its_unit, written.power))
    otherwise = _otherwise(layers, its.name, dimension, its_unit)
    unreadable = formula(
        "NOT :said IS NULL AND (:number IS NULL OR :factor IS NULL)", said=said, number=written.number, factor=factor
    )
    grouped = all_of(written.ambiguous, formula(f":factor = {plain(_PER_MICROLITRE)}", factor=factor))
    refused = any_of(unreadable, mixed, grouped)
    given = formula("NOT :said IS NULL", said=said)
    return Number(given, written.number, written.bound, factor, otherwise, refused)


def native(its: Column) -> exp.Expression:
    """The cell of a column of numbers as it is; NaN and infinities are nothing."""
    asked = column(its.name)
    if its.holds not in ("double", "float"):
        return asked
    return formula(
        "CASE WHEN :cell < CAST('Infinity' AS DOUBLE) AND :cell > CAST('-Infinity' AS DOUBLE) THEN :cell END",
        cell=asked,
    )


def _said(its: Column) -> exp.Expression:
    if its.holds == "nothing":
        return exp.cast(exp.Null(), NUMBER)
    if its.holds != "text":
        return native(its)
    words = ", ".join(f"'{word}'" for word in NOT_A_NUMBER)
    capital, small = _DOTTED
    lowered = f"LOWER(REPLACE(:said, '{capital}', '{small}'))"
    return formula(f"CASE WHEN NOT {lowered} IN ({words}) THEN :said END", said=text(its))


def _of_number(layers: Layers, its: Column, said: exp.Expression) -> _Written:
    """A number of a column of numbers; none where it has more places than are read."""
    nothing = exp.cast(exp.Null(), "VARCHAR")
    if _fits(its):
        as_it_is = layers.add(f"{its.name} number", exp.cast(said, NUMBER))
        return _Written(as_it_is, nothing, nothing, nothing, exp.false())
    as_text = exp.cast(said, "VARCHAR") if its.holds in ("double", "float") else said
    number = formula(f"TRY_CAST(:cell AS {NUMBER})", cell=as_text)
    if its.holds in ("double", "float", "decimal"):
        number = layers.add(f"{its.name} nearly", number)
        number = formula(
            f"CASE WHEN TRY_CAST(:number AS {its.type}) = :said THEN :number END", number=number, said=said
        )
    return _Written(layers.add(f"{its.name} number", number), nothing, nothing, nothing, exp.false())


def _fits(its: Column) -> bool:
    """Whether it is a column of decimals that has no more places than are read, so that none needs to be looked at."""
    places = re.fullmatch(r"DECIMAL\(([0-9]+), ?([0-9]+)\)", its.type.upper())
    return places is not None and int(places[1]) - int(places[2]) <= _PLACES and int(places[2]) <= _PLACES


def _of_text(layers: Layers, name: str, said: exp.Expression, dimension: Dimension) -> _Written:
    """A number of a column of texts, as a profile may hold it, but for powers of ten written out."""
    cell = said
    if dimension is GRADE:
        said = layers.add(f"{name} after the word", formula("REGEXP_REPLACE(:said, '^grade +', '')", said=said))

    def part(number: int) -> exp.Expression:
        return formula(f"REGEXP_EXTRACT(:said, '{WRITTEN}', {number})", said=said)

    whole, decimals = layers.add(f"{name} whole", part(3)), layers.add(f"{name} decimals", part(4))
    power = layers.add(f"{name} power", formula("NULLIF(SUBSTRING(:part, 2), '')", part=part(5)))
    exponent = layers.add(f"{name} exponent", formula("COALESCE(TRY_CAST(:power AS INT), 0)", power=power))
    parts = {"whole": whole, "decimals": decimals, "exponent": exponent, "power": power}
    readable = formula(
        "LENGTH(:whole) + LENGTH(:decimals) > 0"
        f" AND LENGTH(TRIM(BOTH '0' FROM CONCAT(:whole, :decimals))) <= {_DIGITS} AND ABS(:exponent) <= {_DIGITS}"
        f" AND LENGTH(LTRIM(:whole, '0')) + :exponent <= {_PLACES}"
        f" AND LENGTH(RTRIM(:decimals, '0')) - :exponent <= {_PLACES}",
        **parts,
    )
    digits = formula(
        "CONCAT(:sign, '0', :whole, '.', :decimals, '0e', CAST(:exponent AS VARCHAR))", sign=part(2), **parts
    )
    number = formula(f"CASE WHEN :readable THEN TRY_CAST(:digits AS {NUMBER}) END", readable=readable, digits=digits)
    unit: exp.Expression = part(6)
    bound: exp.Expression = formula("NULLIF(:part, '')", part=part(1))
    if dimension is GRADE:
        its = formula("REGEXP_MATCHES(:said, '^grade +[0-9]$|^[0-9]([.]0*)?$')", said=cell)
        number = formula("CASE WHEN :its THEN :number END", its=its, number=number)
        unit = formula("CASE WHEN :said LIKE 'grade %' THEN 'grade' ELSE :unit END", said=cell, unit=unit)
    ambiguous = formula(
        "LENGTH(:decimals) = 3 AND LENGTH(:whole) <= 3 AND :power IS NULL AND SUBSTRING(:whole, 1, 1) <> '0'", **parts
    )
    return _Written(layers.add(f"{name} number", number), layers.add(f"{name} bound", bound), unit, power, ambiguous)


def _unit(
    layers: Layers, name: str, written: exp.Expression, unit: str | None, units: Column | None
) -> tuple[exp.Expression, exp.Expression]:
    """The unit of the cell as it is looked up, NULL if it has none, and whether it has two that differ."""
    own = layers.add(f"{name} own unit", _folded(written))
    if unit is None and units is None:
        return own, exp.false()
    beside: exp.Expression = exp.Literal.string(folded(unit or ""))
    if units is not None:
        beside = layers.add(units.name, _folded(text(units)))
    mixed = formula(":own <> :beside", own=own, beside=beside)
    return layers.add(f"{name} unit", formula("COALESCE(:own, :beside)", own=own, beside=beside)), mixed


def _folded(unit: exp.Expression) -> exp.Expression:
    """As `quantity.folded` does it; NULL where there is no unit."""
    if not any(unit.find_all(exp.Column)):
        return unit
    for sign, ordinary in (("µ", "u"), ("μ", "u"), ("×", "x"), ("²", "2"), ("³", "3"), _DOTTED):
        unit = formula(f"REPLACE(:unit, '{sign}', '{ordinary}')", unit=unit)
    spaced = formula("REGEXP_REPLACE(LOWER(TRIM(BOTH ' ' FROM :unit)), ' +', ' ', 'g')", unit=unit)
    return formula("NULLIF(REPLACE(REPLACE(:unit, ' /', '/'), '/ ', '/'), '')", unit=spaced)


def _factor(dimension: Dimension, unit: exp.Expression, power: exp.Expression) -> exp.Expression:
    """How large the unit is; NULL where it is none, and for a number without one that is not to stand alone."""
    names: dict[Decimal, list[str]] = {}
    for name, its in dimension.folded.items():
        if name:
            names.setdefault(its.factor, []).append(f"'{name}'")
    branches = " ".join(
        f"WHEN :unit IN ({', '.join(each)}) THEN CAST({plain(factor)} AS {FACTOR})" for factor, each in names.items()
    )
    known = formula(f"CASE {branches} END" if branches else f"CAST(NULL AS {FACTOR})", unit=unit)
    if "" not in dimension.units:
        return known
    alone = formula(f"CAST({plain(dimension.units[''].factor)} AS {FACTOR})")
    if dimension.bare == "scientific":
        alone = formula("CASE WHEN NOT :power IS NULL THEN :alone END", power=power, alone=alone)
    return formula("CASE WHEN :unit IS NULL THEN :alone ELSE :known END", unit=unit, alone=alone, known=known)


def _otherwise(layers: Layers, name: str, dimension: Dimension, unit: exp.Expression) -> exp.Expression:
    """Whether the unit is on the second scale of the dimension."""
    second = [each for each, its in dimension.folded.items() if its.scale in dimension.scales()[1:]]
    if not second:
        return exp.false()
    listed = ", ".join(f"'{each}'" for each in second)
    return layers.add(f"{name} otherwise", formula(f"COALESCE(:unit IN ({listed}), FALSE)", unit=unit))


def impossible(kind: Measured, magnitude: exp.Expression, otherwise: exp.Expression) -> exp.Expression:
    """Whether a magnitude, on its own scale, is beyond what is physically or arithmetically possible."""
    parts, usual = {"magnitude": magnitude}, negated(otherwise)
    wrong = [formula(":magnitude < 0", **parts)]
    if kind.least > 0:
        wrong.append(all_of(formula(f":magnitude < {plain(kind.least)}", **parts), usual))
    if kind.most.is_finite():
        wrong.append(all_of(formula(f":magnitude > {plain(kind.most)}", **parts), usual))
    return any_of(*wrong, *_odd(kind, magnitude))


def beyond_range(kind: Measured, number: exp.Expression, *, whole: bool) -> exp.Expression:
    """The same for numbers as they stand in a column, ``whole`` ones or others."""
    most = min(kind.most, LARGEST - 1)
    outside = formula(f"NOT :number BETWEEN {plain(kind.least)} AND {plain(most)}", number=number)
    return any_of(outside, *([] if whole and not kind.above_zero else _odd(kind, number)))


def _odd(kind: Measured, magnitude: exp.Expression) -> list[exp.Expression]:
    """Zero of what is more in any case, and fractions of what has none."""
    wrong = [formula(":magnitude = 0", magnitude=magnitude)] if kind.above_zero else []
    if kind.dimension in (COUNT, GRADE, DURATION):
        wrong.append(formula(":magnitude % 1 <> 0", magnitude=magnitude))
    return wrong
