"""What the cells of one fact say by themselves: the counterpart of `sight.given`, for every kind of fact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlglot import exp

from blinadss.cohort import cells
from blinadss.cohort.layout import Column, FactColumns, Layout
from blinadss.cohort.numbers import MAGNITUDE, NUMBER, Number, beyond_range, impossible, native, read_number
from blinadss.cohort.seen import (
    ENDLESS,
    HALF,
    OnLimit,
    Seen,
    SeenCode,
    SeenDays,
    SeenSpan,
    decimal_literal,
    double_literal,
    magnitude_literal,
    whole_literal,
)
from blinadss.cohort.times import births, days_between, too_old
from blinadss.engines.layers import Layers
from blinadss.engines.terms import all_of, any_of, decimal, formula, negated
from blinadss.kinds import Coded, Dated, Measured
from blinadss.quantity import DURATION, folded, plain

_NATIVE = {"whole": whole_literal, "decimal": decimal_literal, "double": double_literal}
_BELOW, _ABOVE = "('<', '<=', '≤')", "('>', '>=', '≥')"


_Common = tuple[exp.Expression, exp.Expression, exp.Expression, exp.Expression, exp.Expression]


@dataclass
class Table:
    """A table whose facts are read: its columns, the day of assessment of a row, and how long facts count.

    ``day`` is that of assessment where it is the same for all rows. ``exactly`` are facts that must be decimals,
    since others are compared with them. ``refused`` gathers, by column, when a cell of it cannot be read.
    """

    layout: Layout
    layers: Layers
    on: exp.Expression
    day: date | None
    fresh_for: Mapping[str, int]
    exactly: Collection[str] = ()
    refused: dict[str, exp.Expression] = field(default_factory=dict)
    _seen: dict[tuple[str, int | None], Seen] = field(default_factory=dict)

    def refuse(self, its: Column, when: exp.Expression) -> None:
        """Note that a cell of this column cannot be read where that is so."""
        self.refused[its.name] = when

    def seen(self, fact: str, *, always: bool = False) -> Seen | None:
        """What the cells of the fact say, however old if it counts ``always``; nothing if the table has none."""
        columns = self.layout.facts.get(fact)
        if columns is None:
            return None
        window = None if always or columns.seen_on is None else self.fresh_for.get(fact)
        if (fact, window) not in self._seen:
            self._seen[fact, window] = _Cells(self, columns, window).seen()
        return self._seen[fact, window]


class _Cells:
    """The cells of one fact, which count for so many days (``window``), or for ever."""

    def __init__(self, table: Table, columns: FactColumns, window: int | None) -> None:
        self.table, self.columns, self.window = table, columns, window
        self.fact, self.add = columns.fact, table.layers.add
        self.seen_on, self.dated = self._day_of_it()

    def seen(self) -> Seen:
        """What they say."""
        kind = self.columns.kind
        match kind:
            case Coded():
                return self._code(kind)
            case Dated():
                return self._day(kind)
            case Measured():
                return self._measured(kind)

    def _day_of_it(self) -> tuple[exp.Expression, exp.Expression]:
        """The day on which it was seen, that of assessment if nobody said; and as far as anybody said."""
        its = self.columns.seen_on
        if its is None:
            return self.table.on, exp.cast(exp.Null(), "DATE")
        found, _, wrong = cells.day(self.table.layers, its, self.table.on)
        self.table.refuse(its, wrong)
        seen_on = formula("COALESCE(:day, :on)", day=found, on=self.table.on)
        return self.add(f"{self.fact} was seen on", seen_on), found

    @cached_property
    def stale(self) -> exp.Expression:
        """Whether it was seen too long ago."""
        if self.window is None:
            return exp.false()
        passed = days_between(self.seen_on, self.table.on)
        return self.add(f"{self.fact} is stale", formula(f":passed > {self.window}", passed=passed))

    def _known(self, value: exp.Expression) -> exp.Expression:
        """The value, nothing if it is stale."""
        if self.window is None:
            return value
        return formula("CASE WHEN NOT :stale THEN :value END", stale=self.stale, value=value)

    def _seen(self, given: exp.Expression) -> _Common:
        """What all kinds have in common."""
        return given, all_of(given, self.stale), exp.false(), self.seen_on, self.dated

    def _code(self, kind: Coded) -> Seen:
        said, wrong = cells.code(self.table.layers, self.columns.value, kind.codes)
        self.table.refuse(self.columns.value, wrong)
        given = formula("NOT :said IS NULL", said=said)
        return SeenCode(*self._seen(given), self.add(f"{self.fact} known", self._known(said)))

    def _day(self, kind: Dated) -> Seen:
        found, never, wrong = cells.day(self.table.layers, self.columns.value, self.table.on, kind)
        self.table.refuse(self.columns.value, wrong)
        given = any_of(formula("NOT :day IS NULL", day=found), never)
        day = self.add(f"{self.fact} day", self._known(found))
        return SeenDays(*self._seen(given), day, day, all_of(never, negated(self.stale)))

    def _measured(self, kind: Measured) -> Seen:
        columns = self.columns
        if self._is_native(kind):
            return self._native(kind)
        read = read_number(self.table.layers, columns.value, kind, columns.unit, columns.units)
        return self._age(kind, read) if kind.dimension is DURATION else self._magnitude(kind, read)

    def _is_native(self, kind: Measured) -> bool:
        """Whether the numbers can be asked as they are: a column of numbers in the usual unit, with none beside it."""
        columns = self.columns
        unit = kind.dimension.folded.get(folded(columns.unit or ""))
        usual = unit is not None and unit.factor == 1 and unit.scale == kind.dimension.scales()[0]
        alone = columns.units is None and columns.limit is None and self.fact not in self.table.exactly
        return columns.value.holds in _NATIVE and usual and alone and kind.dimension is not DURATION

    def _native(self, kind: Measured) -> Seen:
        its = self.columns.value
        number = self.add(f"{self.fact} number", native(its))
        self.table.refuse(its, beyond_range(kind, number, whole=its.holds == "whole"))
        given = formula("NOT :number IS NULL", number=number)
        number = self.add(f"{self.fact} known", self._known(number))
        return SeenSpan(*self._seen(given), number, number, _NATIVE[its.holds])

    def _age(self, kind: Measured, read: Number) -> Seen:
        magnitude = formula(":number * :factor", number=read.number, factor=read.factor)
        wrong = [read.refused, impossible(kind, magnitude, read.otherwise), too_old(magnitude, read.otherwise)]
        wrong += [formula(":number % 1 <> 0", number=read.number), formula("NOT :b IS NULL", b=read.bound)]
        self.table.refuse(self.columns.value, any_of(*wrong))
        number = self._known(read.number)
        both = births(number, read.factor, read.otherwise, self.seen_on)
        latest, earliest = (
            self.add(f"{self.fact} {end} birth", day) for end, day in zip(("latest", "earliest"), both, strict=True)
        )
        return SeenDays(*self._seen(read.given), latest, earliest, exp.false())

    def _magnitude(self, kind: Measured, read: Number) -> Seen:
        product = formula(f"TRY_CAST(:number * :factor AS {MAGNITUDE})", number=read.number, factor=read.factor)
        magnitude = self.add(f"{self.fact} magnitude", product)
        said = {"bound": read.bound, "magnitude": magnitude, "otherwise": read.otherwise, "given": read.given}
        wrong = [read.refused, impossible(kind, magnitude, read.otherwise)]
        wrong.append(formula(":given AND :magnitude IS NULL", **said))
        wrong.append(formula(f":bound = '<' AND :magnitude = {plain(kind.least)}", **said))
        if kind.most.is_finite():
            wrong.append(formula(f":bound = '>' AND :magnitude = {plain(kind.most)}", **said))
        limit = self._limit(kind, read, wrong) if "x ULN" in kind.dimension.scales() else None
        self.table.refuse(self.columns.value, any_of(*wrong))
        usual = magnitude
        if not isinstance(read.otherwise, exp.Boolean):
            usual = formula("CASE WHEN NOT :otherwise THEN :magnitude END", **said)
        parts = {
            "bound": read.bound,
            "value": self._known(usual),
            "least": magnitude_literal(kind.least),
            "most": magnitude_literal(kind.most if kind.most.is_finite() else ENDLESS),
            "half": magnitude_literal(HALF),
        }
        low = formula(
            f"CAST(CASE WHEN :value IS NULL OR :bound IS NULL THEN :value WHEN :bound IN {_BELOW} THEN :least"
            f" WHEN :bound = '>' THEN :value + :half ELSE :value END AS {MAGNITUDE})",
            **parts,
        )
        high = formula(
            f"CAST(CASE WHEN :value IS NULL OR :bound IS NULL THEN :value WHEN :bound IN {_ABOVE} THEN :most"
            f" WHEN :bound = '<' THEN :value - :half ELSE :value END AS {MAGNITUDE})",
            **parts,
        )
        low, high = self.add(f"{self.fact} low", low), self.add(f"{self.fact} high", high)
        return SeenSpan(*self._seen(read.given), low, high, decimal_literal, limit)

    def _limit(self, kind: Measured, read: Number, wrong: list[exp.Expression]) -> OnLimit:
        """The value as a multiple of the upper limit: as given, or by the limit beside it."""
        columns = self.columns
        one, nothing = f"CAST(1.0 AS {NUMBER})", f"CAST(NULL AS {NUMBER})"
        per = formula(f"CASE WHEN :otherwise THEN {one} ELSE {nothing} END", otherwise=read.otherwise)
        if columns.limit is not None:
            unit = columns.limit_unit if columns.limit_unit is not None else columns.unit
            units = None if unit is not None else columns.units
            its = read_number(self.table.layers, columns.limit, kind, unit, units)
            bad = [its.refused, its.otherwise, formula("NOT :bound IS NULL OR :n <= 0", bound=its.bound, n=its.number)]
            self.table.refuse(columns.limit, any_of(*bad))
            both = {"otherwise": read.otherwise, "given": its.given, "one": read.factor, "other": its.factor}
            wrong.append(formula(":given AND (:otherwise OR :one <> :other)", **both))
            per = formula(f"CASE WHEN :otherwise THEN {one} ELSE :limit END", limit=its.number, **both)
        parts = {"bound": read.bound, "number": self._known(read.number)}
        low = formula(f"CASE WHEN :bound IN {_BELOW} AND NOT :number IS NULL THEN 0 ELSE :number END", **parts)
        high = formula(
            f"CASE WHEN :bound IN {_ABOVE} AND NOT :number IS NULL THEN :endless ELSE :number END",
            endless=exp.cast(decimal(ENDLESS), "DECIMAL(26, 12)"),
            **parts,
        )
        return OnLimit(
            self.add(f"{self.fact} low in multiples", low),
            self.add(f"{self.fact} high in multiples", high),
            formula("COALESCE(:bound = '>', FALSE)", **parts),
            formula("COALESCE(:bound = '<', FALSE)", **parts),
            self.add(f"{self.fact} per", per),
        )
