"""A cell of a table as SQL reads it: a text, or a day; and how it is refused.

What is blank, or is called NaN as dataframes call what is not there, is nothing at all.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from blinadss.cohort.layout import Column
from blinadss.engines.layers import Layers
from blinadss.engines.terms import column, formula, one_of
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
    """The code in a cell, and whether it is to be refused."""
    said = layers.add(its.name, text(its))
    return said, formula("NOT :known", known=one_of(said, codes))


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
    wrong = formula("COALESCE(:wrong, FALSE) OR :day < :first", wrong=wrong, day=found, first=first)
    if kind is None or kind.past:
        wrong = formula(":wrong OR :day > :on", wrong=wrong, day=found, on=on)
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
            shape = formula(f"REGEXP_MATCHES(:said, '^{_DATE}$')", said=said)
            found = formula("CASE WHEN :shape THEN TRY_CAST(:said AS DATE) END", shape=shape, said=said)
            found = layers.add(f"{its.name} day", found)
            is_never = formula(f"COALESCE(:said = '{NEVER}', FALSE)", said=said) if may_be_never else exp.false()
            parts = {"said": said, "day": found, "never": is_never}
            return found, is_never, formula("NOT :said IS NULL AND :day IS NULL AND NOT :never", **parts)
