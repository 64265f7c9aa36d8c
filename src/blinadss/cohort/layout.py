"""Which columns of a flat table say what: one for each fact, with its unit, its day and its upper limit beside it.

A column is called by its fact (`disease.cd19`), a magnitude with its unit in brackets (`labs.alt [U/L]`).
Beside it may stand `labs.alt_unit` (a unit for each row), `labs.alt_on` (the day on which it was seen) and
`labs.alt_upper_limit`. See docs/reference/cohort-table.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from blinadss.errors import Problem, UsageError, close_to, near, one_of, quoted
from blinadss.facts import FACTS
from blinadss.kinds import Coded, Dated, Kind, Measured
from blinadss.quantity import COUNT, DURATION, folded

Holds = Literal["text", "whole", "double", "float", "decimal", "day", "moment", "nothing", "other"]
_NAME = re.compile(r"(?P<what>[^\[\]]+?)\s*(?:\[(?P<unit>[^\[\]]*)\])?", re.DOTALL)
_BESIDE = ("_upper_limit", "_unit", "_on")
_WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_OWN = ("id", "assessed_on")
ROW = "row"  # the number of a row, which every table gets
_PLACES = 20  # of a column of decimals, at most: with 18 digits before them


@dataclass(frozen=True)
class Column:
    """A column of a table, and its type as DuckDB calls it."""

    name: str
    type: str

    @property
    def holds(self) -> Holds:
        """What kind of cells it has."""
        its = self.type.upper()
        if its.startswith(("VARCHAR", "ENUM")):
            return "text"
        if _WHOLE.fullmatch(its):
            return "whole"
        if its.startswith("DECIMAL"):
            return "decimal"
        if its.startswith("TIMESTAMP") and "ZONE" not in its:
            return "moment"
        known: dict[str, Holds] = {"DOUBLE": "double", "FLOAT": "float", "DATE": "day", '"NULL"': "nothing"}
        return known.get(its, "other")


@dataclass(frozen=True)
class FactColumns:
    """The columns of one fact. ``unit`` is that of all its cells, written in the column's name."""

    fact: str
    value: Column
    unit: str | None = None
    units: Column | None = None
    seen_on: Column | None = None
    limit: Column | None = None
    limit_unit: str | None = None

    @property
    def kind(self) -> Kind:
        """What kind of fact it is."""
        return FACTS[self.fact]


@dataclass(frozen=True)
class Layout:
    """The columns of a table by what they say, those that are carried along, and those that are left out."""

    facts: Mapping[str, FactColumns]
    id: Column | None
    assessed_on: Column | None
    kept: tuple[Column, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def carried(self) -> tuple[Column, ...]:
        """The columns that stand beside the answers as they are."""
        return tuple(each for each in (self.id, *self.kept) if each is not None)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column that may be read."""
        own = [*self.carried, self.assessed_on]
        of_facts = [each for its in self.facts.values() for each in (its.value, its.units, its.seen_on, its.limit)]
        return tuple(each for each in (*of_facts, *own) if each is not None)


@dataclass
class _Named:
    """A column whose name is that of a fact, or of something beside one."""

    column: Column
    fact: str
    beside: str  # nothing for the fact itself
    unit: str | None


def read_layout(columns: Sequence[Column], *, keep: Collection[str] = (), leave_out: Collection[str] = ()) -> Layout:
    """The layout of a table with these columns; ``keep`` carries some along, ``leave_out`` says that some are no facts.

    Raises `UsageError` with everything that is wrong: names that are nearly a fact's, units that are none,
    columns that stand beside no fact, cells that can hold no fact.
    """
    names = sorted({column.name for column in columns})
    problems = [
        Problem(f"there is no column {quoted(name)} in the table", near(name, names))
        for name in (*keep, *leave_out)
        if name not in names
    ]
    named, own, others = list[_Named](), dict[str, Column](), list[str]()
    for column in columns:
        found = None if column.name in leave_out else _named(column)
        if column.name in _OWN:
            own[column.name] = column
        elif found is not None:
            named.append(found)
        elif column.name not in keep and column.name not in leave_out and (hint := _meant(column.name)):
            problems.append(Problem(f"there is no fact {quoted(column.name)}", hint))
        else:
            others.append(column.name)
    layout = Layout(
        _together(named, problems),
        own.get("id"),
        own.get("assessed_on"),
        tuple(column for column in columns if column.name in keep),
        tuple(name for name in others if name not in keep),
    )
    if layout.assessed_on and layout.assessed_on.holds not in ("text", "day", "moment", "nothing"):
        problems.append(_no_day(layout.assessed_on))
    if problems:
        raise UsageError(problems)
    return layout


def _named(column: Column) -> _Named | None:
    match = _NAME.fullmatch(column.name)
    if match is None:
        return None
    what, unit = match["what"], match["unit"]
    if what in FACTS:
        return _Named(column, what, "", unit)
    for beside in _BESIDE:
        fact = what.removesuffix(beside)
        if fact != what and fact in FACTS:
            return _Named(column, fact, beside, unit)
    return None


def _meant(name: str) -> str | None:
    """A hint for a name that is nearly a fact's, or nothing."""
    match = _NAME.fullmatch(name)
    what = (match["what"] if match else name).strip()
    plain, beside = what, ""
    for each in _BESIDE:
        if what.endswith(each):
            plain, beside = what.removesuffix(each), each
    key = re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")
    fact = _KEYS.get(key) or _KEYS.get(re.sub(r"[^a-z0-9]+", "_", what.casefold()).strip("_"))
    if fact is None and "." in what:
        fact = close_to(plain.casefold(), list(FACTS))
    if fact is None:
        return None
    beside = "" if fact.endswith(beside) else beside
    return f"did you mean `{fact}{beside}`? If it is another thing, leave it out with `--leave-out` or `leave_out=`"


def _keys() -> dict[str, str]:
    """Each fact by what its name may look like in a table: with underscores, or without its section."""
    fields: dict[str, list[str]] = {}
    for fact in FACTS:
        fields.setdefault(fact.partition(".")[2], []).append(fact)
    alone = {name: facts[0] for name, facts in fields.items() if len(facts) == 1}
    return alone | {fact.replace(".", "_"): fact for fact in FACTS}


_KEYS = _keys()


def _together(named: Iterable[_Named], problems: list[Problem]) -> dict[str, FactColumns]:
    """The columns of each fact."""
    facts: dict[str, FactColumns] = {}
    besides: list[_Named] = []
    for each in named:
        if each.beside:
            besides.append(each)
        elif each.fact in facts:
            problem = (
                f"`{each.fact}` has two columns, {quoted(facts[each.fact].value.name)} and {quoted(each.column.name)}"
            )
            problems.append(Problem(problem, "keep one; write the unit of each row into a column of its own"))
        else:
            facts[each.fact] = FactColumns(each.fact, each.column, each.unit)
    for each in besides:
        if each.fact not in facts:
            hint = f"add a column `{each.fact}`, or leave this one out with `--leave-out` or `leave_out=`"
            problems.append(Problem(f"{quoted(each.column.name)} stands beside no column `{each.fact}`", hint))
            continue
        at = facts[each.fact]
        if each.beside == "_on":
            facts[each.fact] = replace(at, seen_on=each.column)
        elif each.beside == "_unit":
            facts[each.fact] = replace(at, units=each.column)
        else:
            facts[each.fact] = replace(at, limit=each.column, limit_unit=each.unit)
    for columns in facts.values():
        problems += _wrong(columns)
    return facts


def _wrong(columns: FactColumns) -> Iterator[Problem]:
    """What is wrong with the columns of one fact."""
    kind, value = columns.kind, columns.value
    for day in (columns.seen_on, value if isinstance(kind, Dated) else None):
        if day and day.holds not in ("text", "day", "moment", "nothing"):
            yield _no_day(day)
    if isinstance(kind, Measured):
        yield from _wrong_units(columns, kind)
        return
    for beside in (columns.units, columns.limit):
        if beside:
            hint = "leave it out with `--leave-out` or `leave_out=`"
            yield Problem(f"{quoted(beside.name)}: `{columns.fact}` has no unit and no upper limit", hint)
    if columns.unit is not None:
        yield Problem(f"{quoted(value.name)}: `{columns.fact}` has no unit", f"call the column `{columns.fact}`")
    if isinstance(kind, Coded) and value.holds not in ("text", "nothing"):
        hint = f"write {one_of(kind.codes)}" if len(kind.codes) <= 6 else "write its codes as text"
        yield Problem(f"{quoted(value.name)} is a column of {value.type}, and `{columns.fact}` is a word", hint)


def _wrong_units(columns: FactColumns, kind: Measured) -> Iterator[Problem]:
    fact, value = columns.fact, columns.value
    if value.holds == "decimal" and int(value.type.rstrip(")").rpartition(",")[2]) > _PLACES:
        yield Problem(f"{quoted(value.name)} is a column of {value.type}", f"cast it to {_PLACES} places or fewer")
    listed = [name for name in kind.dimension.units if name]
    example = f"`{fact} [{listed[0]}]`" if listed else f"`{fact}`"
    if value.holds in ("day", "moment", "other"):
        yield Problem(f"{quoted(value.name)} is a column of {value.type}, and `{fact}` is {kind.dimension.name}")
        return
    for unit, column in ((columns.unit, value), (columns.limit_unit, columns.limit)):
        if unit is not None and column and folded(unit) not in kind.dimension.folded:
            hint = near(unit, listed) or f"call the column {example}"
            yield Problem(f"{quoted(column.name)}: {quoted(unit)} is not a unit of {kind.dimension.name}", hint)
    if columns.units and columns.unit is not None:
        hint = "keep one of them"
        yield Problem(
            f"`{fact}` has a unit in its name, {quoted(value.name)}, and in {quoted(columns.units.name)}", hint
        )
    if columns.units and columns.units.holds not in ("text", "nothing"):
        yield Problem(f"{quoted(columns.units.name)} is a column of {columns.units.type}, and a unit is a text")
    bare = columns.unit is None and columns.units is None and kind.dimension is not COUNT
    if bare and value.holds not in ("text", "nothing"):
        yield Problem(f"{quoted(value.name)} is a column of numbers without a unit", f"call it {example}")
    if columns.limit and "x ULN" not in kind.dimension.scales():
        yield Problem(f"{quoted(columns.limit.name)}: `{fact}` has no upper limit of normal", "leave it out")
    elif columns.limit and columns.limit.holds in ("day", "moment", "other"):
        yield Problem(f"{quoted(columns.limit.name)} is a column of {columns.limit.type}, not of upper limits")


def _no_day(column: Column) -> Problem:
    hint = "make it a DATE, or a text such as `2026-03-02`"
    return Problem(f"{quoted(column.name)} is a column of {column.type}, and not of days", hint)


def headings_of(fact: str, *, dated: bool) -> list[str]:
    """What the columns of a fact are called, in its usual unit; with its day, and its upper limit if it has one."""
    kind = FACTS[fact]
    if not isinstance(kind, Measured):
        return [fact, *([f"{fact}_on"] if dated else [])]
    unit = "years" if kind.dimension is DURATION else kind.dimension.scales()[0]
    beside = f" [{unit}]" if unit else ""
    limit = [f"{fact}_upper_limit{beside}"] if "x ULN" in kind.dimension.scales() else []
    return [f"{fact}{beside}", *([f"{fact}_on"] if dated else []), *limit]
