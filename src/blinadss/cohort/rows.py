"""One row of a table as a profile, by the same rules as in SQL, and why a cell of it cannot be read.

What a profile may hold and a table may not is said here as well: powers of ten written out, two units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from math import isfinite
from typing import Any

from blinadss.cohort.layout import Column, FactColumns, Layout
from blinadss.cohort.numbers import NOT_A_NUMBER, WRITTEN
from blinadss.errors import Mistake, quoted
from blinadss.kinds import Dated, Measured, day, is_part
from blinadss.observation import Mistakes, as_text, read_observations
from blinadss.profile import PatientProfile
from blinadss.quantity import GRADE, folded

Row = Mapping[str, Any]
_WRITTEN = re.compile(WRITTEN)
_FORMS = "write a plain number with one unit, such as `0.5 10*9/L`; powers of ten belong to the unit"


def profile_of(layout: Layout, row: Row, facts: Iterable[str] | None = None) -> PatientProfile:
    """The profile that a row stands for, with these facts, or all; its cells must be readable."""
    sections: dict[str, dict[str, Any]] = {}
    for fact in layout.facts if facts is None else facts:
        columns = layout.facts.get(fact)
        observation = _observation(columns, row) if columns else None
        if observation:
            section, _, name = fact.partition(".")
            sections.setdefault(section, {})[name] = observation
    own = {"id": layout.id, "assessed_on": layout.assessed_on}
    said = {name: text for name, its in own.items() if its and (text := cell(its, row))}
    return PatientProfile.model_validate({**said, **sections})


def cell(its: Column, row: Row) -> str | None:
    """A cell as text, without blanks about it; nothing where it says nothing."""
    value = row[its.name]
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return None
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    try:
        text = as_text(value).strip(" ")
    except Mistake:
        text = str(value)
    return None if not text or text.casefold() == "nan" else text


def _observation(columns: FactColumns, row: Row) -> dict[str, str] | None:
    """What the cells of a fact say, as a profile holds it."""
    value = _with_unit(columns, columns.value, row)
    if value is None:
        return None
    found = {"value": value}
    if columns.seen_on and (seen_on := cell(columns.seen_on, row)):
        found["on"] = seen_on
    if columns.limit and (limit := _with_unit(columns, columns.limit, row)):
        found["upper_limit"] = limit
    return found


def _with_unit(columns: FactColumns, its: Column, row: Row) -> str | None:
    """A cell of a magnitude with its unit behind it, wherever that stands."""
    text, kind = cell(its, row), columns.kind
    if text is None or not isinstance(kind, Measured):
        return text
    if text.casefold() in NOT_A_NUMBER:
        return None
    unit = _unit_beside(columns, its, row)
    if kind.dimension is GRADE:
        number = re.sub(r"\.0*$", "", text)
        return text if text.startswith("grade") or folded(unit) != "grade" else f"grade {number}"
    written = _WRITTEN.fullmatch(text)
    own = (written[6] or "").strip() if written else ""
    return f"{text} {unit}".strip() if not own else text


def _unit_beside(columns: FactColumns, its: Column, row: Row) -> str:
    """The unit in the name of the column, or in the column beside it."""
    in_name = columns.unit if its is columns.value or columns.limit_unit is None else columns.limit_unit
    if in_name is not None:
        return in_name
    return (cell(columns.units, row) or "") if columns.units else ""


def day_of(layout: Layout, row: Row) -> date | None:
    """The day of assessment of a row, if there is one."""
    its = layout.assessed_on
    try:
        return day(cell(its, row) or "") if its else None
    except Mistake:
        return None


def why_refused(layout: Layout, names: Iterable[str], row: Row, on: date | None) -> Iterator[tuple[str, str, str]]:
    """Of each of some cells that cannot be read: its column, what it says, and what is wrong with it.

    ``on`` is the day of assessment, by default that of the row.
    """
    on = on or day_of(layout, row)
    beside = {each.name: columns for columns in layout.facts.values() for each in _columns(columns)}
    for name in names:
        if layout.assessed_on and name == layout.assessed_on.name:
            yield name, cell(layout.assessed_on, row) or "", _why_no_day(layout.assessed_on, row, None)
            continue
        columns = beside[name]
        its = next(each for each in _columns(columns) if each.name == name)
        yield name, cell(its, row) or "", _why(columns, its, row, on)


def _columns(columns: FactColumns) -> list[Column]:
    return [each for each in (columns.value, columns.seen_on, columns.limit) if each]


def _why(columns: FactColumns, its: Column, row: Row, on: date | None) -> str:
    kind = columns.kind
    if its is columns.seen_on or isinstance(kind, Dated) or isinstance(row[its.name], datetime):
        return _why_no_day(its, row, on)
    value, limit = (_with_unit(columns, each, row) if each else None for each in (columns.value, columns.limit))
    raw = {"value": limit or "", "upper_limit": limit or ""} if its is columns.limit else {"value": value or ""}
    try:
        read_observations(raw, kind)
    except Mistakes as mistakes:
        mistake = mistakes.found[0][1]
        return f"{mistake.problem}; {mistake.hint}" if mistake.hint else mistake.problem
    unit = folded(_unit_beside(columns, its, row))
    written = _WRITTEN.fullmatch(cell(its, row) or "")
    own = folded(written[6] or "") if written else ""
    if own and unit and own != unit:
        return f"{quoted(own)} is one unit, and {quoted(unit)} beside it another; keep one"
    if limit and its is columns.value:
        return (
            f"the upper limit, {quoted(limit)}, is in another unit, or beside a multiple of it; write both in one unit"
        )
    return f"{quoted(cell(its, row) or '')} is a form that a table cannot have; {_FORMS}"


def _why_no_day(its: Column, row: Row, on: date | None) -> str:
    text = cell(its, row)
    if text is None:
        return "no day of assessment is given; fill it in, or pass `--on`"
    value = row[its.name]
    if isinstance(value, datetime) and value.time() != time():
        return f"{quoted(text)} has a time of day, which is not used; write the date only"
    if is_part(text):
        return f"{quoted(text)} is not a whole day, and a table holds whole days; write the day too, or nothing"
    try:
        found = day(text)
    except Mistake as mistake:
        return f"{mistake.problem}; {mistake.hint}"
    if on is not None and found > on:
        return f"{found} is after the day of assessment, {on}; correct the date, or assess on a later day"
    return f"{quoted(text)} is no day in anybody's life; check the year"
