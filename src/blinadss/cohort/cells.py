"""A cell of a table as SQL reads it: a text, or a day; and how it is refused.

What is blank, or is called NaN as dataframes call what is not there, is nothing at all.
"""

from __future__ import annotations

import re
from datetime import date

from sqlglot import exp

from blinadss.cohort.layout import Column
from blinadss.engines.layers import Layers
from blinadss.engines.terms import all_of, any_of, column, formula, negated, one_of
from blinadss.kinds import EARLIEST, NEVER, Dated

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FIRST_DAY = date(1, 1, 1)  # of the calendar


def text(its: Column) -> exp.Expression:
    """The cell as text without blanks about it, NULL where it says nothing."""
    asked: exp.Expression = column(its.name)
    if its.holds == "nothing":
        return exp.cast(exp.Null(), "VARCHAR")
    if its.type.upper().startswith("ENUM"):
        asked = exp.cast(asked, "VARCHAR")
    said = formula("NULLIF(TRIM(BOTH ' ' FROM :cell), '')", cell=asked)
    return formula("CASE WHEN LOWER(:said) <> 'nan' THEN :said END", said=said)


def code(layers: Layers, its: Column, codes: tuple[str, ...]) -> tuple[exp.Expression, exp.Expression]:
    """The code in a cell, and whether it is to be refused; what is one as it stands is looked at no further."""
    if its.holds == "nothing":
        return exp.cast(exp.Null(), "VARCHAR"), exp.false()
    asked: exp.Expression = column(its.name)
    if its.type.upper().startswith("ENUM"):
        if set(re.findall("'((?:[^']|'')*)'", its.type)) <= set(codes):
            return asked, exp.false()
        asked = exp.cast(asked, "VARCHAR")
    trimmed = formula("TRIM(BOTH ' ' FROM :cell)", cell=asked)
    parts = {"cell": asked, "trimmed": trimmed, "is_one": one_of(asked, codes), "may_be": one_of(trimmed, codes)}
    text = "CASE WHEN :cell IS NULL OR :is_one THEN :cell WHEN :may_be THEN :trimmed END"
    found = layers.add(its.name, formula(text, **parts))
    text = "CASE WHEN :cell IS NULL OR NOT :found IS NULL THEN FALSE ELSE NOT LOWER(:trimmed) IN ('', 'nan') END"
    return found, formula(text, found=found, **parts)


def day_literal(day: date) -> exp.Expression:
    """A day."""
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def day(
    layers: Layers, its: Column, on: exp.Expression, kind: Dated | None = None
) -> tuple[exp.Expression, exp.Expression, exp.Expression]:
    """The day in a cell, whether it is ``never``, and whether it is to be refused, as one after ``on`` is.

    Without ``kind`` it is the day on which something was seen.
    """
    found, is_never, wrong = any_day(layers, its, may_be_never=kind is not None and kind.never)
    first = day_literal(EARLIEST if kind else _FIRST_DAY)
    wrong = any_of(wrong, formula(":day < :first", day=found, first=first))
    if kind is None or kind.past:
        wrong = any_of(wrong, formula(":day > :on", day=found, on=on))
    return found, is_never, wrong


def any_day(
    layers: Layers, its: Column, *, may_be_never: bool = False
) -> tuple[exp.Expression, exp.Expression, exp.Expression]:
    """The same, however long ago or far ahead."""
    asked = column(its.name)
    match its.holds:
        case "day":
            return asked, exp.false(), exp.false()
        case "moment":
            found: exp.Expression = exp.cast(asked, "DATE")
            return found, exp.false(), formula("CAST(:day AS TIMESTAMP) <> :cell", day=found, cell=asked)
        case "nothing":
            return exp.cast(exp.Null(), "DATE"), exp.false(), exp.false()
        case _:
            said = layers.add(its.name, text(its))
            shape = formula(f"LENGTH(:said) = 10 AND REGEXP_MATCHES(:said, '^{_DATE}$')", said=said)
            found = formula("CASE WHEN :shape THEN TRY_CAST(:said AS DATE) END", shape=shape, said=said)
            found = layers.add(f"{its.name} day", found)
            is_never = formula(f"COALESCE(:said = '{NEVER}', FALSE)", said=said) if may_be_never else exp.false()
            no_day = formula("NOT :said IS NULL AND :day IS NULL", said=said, day=found)
            return found, is_never, all_of(no_day, negated(is_never))
