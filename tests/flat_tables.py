"""Generated flat tables: rows of cells for the facts that some policies ask, as texts or as columns of other types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, Inexact
from typing import Any

import duckdb

from blinadss.cohort.layout import Column
from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.in_sql import name_of
from blinadss.kinds import Coded, Dated, Measured
from blinadss.quantity import DURATION, EXACT, Quantity, plain
from blinadss.testing import values
from blinadss.testing.choices import Choices
from blinadss.testing.tables import text_columns, text_row

Row = dict[str, Any]


@dataclass
class Generated:
    """A table: its columns, in order, and its rows."""

    columns: list[Column]
    rows: list[Row]

    def in_duckdb(self, name: str = "cohort") -> duckdb.DuckDBPyConnection:
        """A database that has it as a table, with a column `row`."""
        connection = duckdb.connect()
        declared = ", ".join(f"{name_of(each.name)} {each.type}" for each in self.columns)
        connection.execute(f'CREATE TABLE {name} ("row" BIGINT, {declared})')
        marks = ", ".join("?" * (len(self.columns) + 1))
        cells = [[number, *(row[each.name] for each in self.columns)] for number, row in enumerate(self.rows, 1)]
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", cells)  # noqa: S608 - a name of ours
        return connection


def of_texts(
    choices: Sequence[Choices], facts: Sequence[str], on: date, marks: values.Marks, fresh_for: Mapping[str, int]
) -> Generated:
    """A row for each source of choices, every cell a text with its own unit, a third of them empty."""
    rows: list[Row] = [dict(text_row(each, facts, on, marks, fresh_for)) for each in choices]
    return Generated([Column(name, "VARCHAR") for name in text_columns(facts)], rows)


def of_types(
    layout: Choices, choices: Sequence[Choices], facts: Sequence[str], on: date, marks: values.Marks
) -> Generated:
    """The same with columns of numbers and days, of a type and a unit that ``layout`` chooses for each fact."""
    columns: list[Column] = []
    rows: list[Row] = [{} for _ in choices]
    for fact in facts:
        kind = FACTS[fact]
        match kind:
            case Coded():
                type_ = layout.of(("VARCHAR", f"ENUM ({', '.join(repr(code) for code in kind.codes)})"))
                columns.append(Column(fact, type_))
                for row, each in zip(rows, choices, strict=True):
                    row[fact] = None if each.once_in(3) else each.of(kind.codes)
            case Dated():
                type_ = layout.of(("DATE", "TIMESTAMP"))
                columns.append(Column(fact, type_))
                for row, each in zip(rows, choices, strict=True):
                    row[fact] = None if each.once_in(3) else _day(each, on, type_)
            case Measured():
                _numbers(layout, choices, rows, columns, fact, kind, marks)
        if layout.once_in(3) and f"{fact}_on" not in FACTS:
            columns.append(Column(f"{fact}_on", "DATE"))
            for row, each in zip(rows, choices, strict=True):
                row[f"{fact}_on"] = None if each.once_in(3) else on - timedelta(days=each.of((0, 1, 7, 8, 28, 29, 300)))
    return Generated(columns, rows)


def _day(choices: Choices, on: date, type_: str) -> date | datetime:
    day = on - timedelta(days=choices.of((0, 1, 13, 14, 27, 28, 84, 365, 3000, 12000)) + choices.below(3))
    return datetime(day.year, day.month, day.day) if type_ == "TIMESTAMP" else day  # noqa: DTZ001 - of no zone


def _numbers(
    layout: Choices,
    choices: Sequence[Choices],
    rows: list[Row],
    columns: list[Column],
    fact: str,
    kind: Measured,
    marks: values.Marks,
) -> None:
    units = [name for name, unit in kind.dimension.units.items() if name and unit.scale == kind.dimension.scales()[0]]
    unit = layout.of(units) if units else ""
    type_ = layout.of(("DOUBLE", "BIGINT", "DECIMAL(14, 4)", "VARCHAR", "FLOAT"))
    beside = bool(unit) and layout.once_in(3)
    name = fact if beside or not unit else f"{fact} [{unit}]"
    columns.append(Column(name, type_))
    if beside:
        columns.append(Column(f"{fact}_unit", "VARCHAR"))
    limited = "x ULN" in kind.dimension.scales() and layout.once_in(2)
    if limited:
        columns.append(Column(f"{fact}_upper_limit", "DOUBLE"))
    for row, each in zip(rows, choices, strict=True):
        number = None if each.once_in(3) else _number(each, fact, kind, unit, marks)
        row[name] = number if number is None else _as(type_, number)
        if beside:
            row[f"{fact}_unit"] = unit
        if limited:
            row[f"{fact}_upper_limit"] = None if each.once_in(3) else float(each.of((1, 17, 35, 40)))


def _number(choices: Choices, fact: str, kind: Measured, unit: str, marks: values.Marks) -> Decimal | None:
    """A number near a threshold, in that unit, if there is a possible one."""
    mark = choices.of(marks.get(fact) or values.usual_marks(fact))
    scale = kind.dimension.scales()[0]
    magnitude = mark.magnitude if mark.scale == scale or kind.dimension is DURATION else Decimal(3)
    magnitude = choices.of(
        (magnitude, magnitude + 1, magnitude / 2, magnitude * Decimal("0.99"), Decimal(0), magnitude - 1)
    )
    factor = kind.dimension.units[unit].factor
    number = round(magnitude / factor, 4) if factor != 1 else round(magnitude, 4)
    if kind.dimension.bare == "whole" or kind.dimension is DURATION or unit == "grade":
        number = Decimal(int(number))
    try:
        kind.read(str(Quantity(EXACT.multiply(number, factor), kind.dimension.units[unit].scale)))
    except (Mistake, Inexact):
        return None
    return number


def _as(type_: str, number: Decimal) -> Any:
    match type_:
        case "DOUBLE":
            return float(number)
        case "FLOAT":
            return float(int(number))
        case "BIGINT":
            return int(number)
        case "VARCHAR":
            return plain(number)
        case _:
            return number
