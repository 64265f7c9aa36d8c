"""Faults put into the columnar engine on purpose; `faults` does the same to the durable-rules engine."""
# ruff: noqa: SLF001 - the faults are put where nobody else has any business

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from blinadss.engines import clauses, columnar, readings, ruler, truths
from blinadss.expression import Comparison
from blinadss.quantity import Span
from found import Fault


def in_sql_at_the_threshold_is_below_it() -> AbstractContextManager[Any]:
    """In SQL, `>=` is read as `>`."""
    asked = readings.PlainReading.asked

    def wrong(self: Any, leaf: Comparison) -> Any:
        return asked(self, replace(leaf, operator=">") if leaf.operator == ">=" else leaf)

    return patch.object(readings.PlainReading, "asked", wrong)


def in_sql_magnitudes_are_rounded() -> AbstractContextManager[Any]:
    """In SQL, what lies between two marks is moved to the lower one."""
    lowest = ruler.Ruler.lowest

    def wrong(self: Any, span: Span) -> Any:
        exact = lowest(self, span)
        return exact if exact == span.low else exact - self.half

    return patch.object(ruler.Ruler, "lowest", wrong)


def in_sql_a_span_is_its_lowest_end() -> AbstractContextManager[Any]:
    """In SQL, a range counts as its lowest magnitude."""
    return patch.object(ruler.Ruler, "highest", ruler.Ruler.lowest)


def in_sql_unknown_is_false() -> AbstractContextManager[Any]:
    """In SQL, a part that is unknown does not count, where it may."""
    count = truths._count

    def wrong(parts: Any, *, unknown: bool, needed: int) -> Any:  # noqa: ARG001 - that is the fault
        return count(parts, unknown=False, needed=needed)

    return patch.object(truths, "_count", wrong)


def in_sql_what_the_tables_do_not_see_is_forgotten() -> AbstractContextManager[Any]:
    """In SQL, nothing is added to what the tables say."""
    concluded = clauses.Clauses._concluded

    def wrong(self: Any, step: Any, parts: Any) -> Any:
        return concluded(self, replace(step, block=None), parts)

    return patch.object(clauses.Clauses, "_concluded", wrong)


def in_sql_patients_are_mixed_up() -> AbstractContextManager[Any]:
    """In SQL, the answers come back in another order."""
    rows = columnar.ColumnarEngine._rows
    return patch.object(columnar.ColumnarEngine, "_rows", lambda self, patients: rows(self, patients)[::-1])


COLUMNAR_FAULTS: tuple[Fault, ...] = (
    in_sql_at_the_threshold_is_below_it,
    in_sql_magnitudes_are_rounded,
    in_sql_a_span_is_its_lowest_end,
    in_sql_unknown_is_false,
    in_sql_what_the_tables_do_not_see_is_forgotten,
    in_sql_patients_are_mixed_up,
)
