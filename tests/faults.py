"""Faults put into two engines on purpose, to see that the comparison of engines finds them, and how soon.

``python tests/faults.py`` lists after how many pairs of a patient and a criterion each is found.
"""
# ruff: noqa: SLF001 - the faults are put where nobody else has any business

from __future__ import annotations

import statistics
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from blinadss.engines import durable, encoding, makers_here
from blinadss.expression import Comparison, Group, Values
from blinadss.quantity import Span
from found import Fault, found_after


def at_the_threshold_is_below_it() -> AbstractContextManager[Any]:
    """`>=` is read as `>`."""
    measured = encoding.Encoding.measured

    def wrong(self: Any, leaf: Comparison) -> Any:
        return measured(self, replace(leaf, operator=">") if leaf.operator == ">=" else leaf)

    return patch.object(encoding.Encoding, "measured", wrong)


def a_bound_includes_itself() -> AbstractContextManager[Any]:
    """`< 5 %` is read as `<= 5 %`."""
    known = encoding.Encoding.known

    def wrong(self: Any, values: Values) -> dict[str, int]:
        closed = {r: replace(v, high_open=False) if isinstance(v, Span) else v for r, v in values.items()}
        return known(self, closed)

    return patch.object(encoding.Encoding, "known", wrong)


def an_unknown_code_is_another_code() -> AbstractContextManager[Any]:
    """A code that nobody gave counts as one that no criterion names."""
    known = encoding.Encoding.known

    def wrong(self: Any, values: Values) -> dict[str, int]:
        return {self._keys[reads]: 0 for reads in self._codes} | known(self, values)

    return patch.object(encoding.Encoding, "known", wrong)


def one_fewer_is_enough() -> AbstractContextManager[Any]:
    """`at least 3 of` is read as `at least 2 of`."""
    at_least = durable._Plan._at_least
    return patch.object(durable._Plan, "_at_least", lambda self, needed, parts: at_least(self, needed - 1, parts))


def the_last_patient_is_remembered() -> AbstractContextManager[Any]:
    """What was known of the patient before counts for this one, where it is not known."""
    known, last = encoding.Encoding.known, dict[int, dict[str, int]]()

    def wrong(self: Any, values: Values) -> dict[str, int]:
        mine = known(self, values)
        both, last[id(self)] = last.get(id(self), {}) | mine, mine
        return both

    return patch.object(encoding.Encoding, "known", wrong)


def none_is_read_as_not_all() -> AbstractContextManager[Any]:
    """`none` of several is read as "not all of" them."""
    asked = durable._Plan.asked

    def wrong(self: Any, expression: Any) -> Any:
        if isinstance(expression, Group) and expression.word == "none":
            return self.step("all", [self.asked(part) for part in expression.parts]).negated
        return asked(self, expression)

    return patch.object(durable._Plan, "asked", wrong)


FAULTS: tuple[Fault, ...] = (
    at_the_threshold_is_below_it,
    a_bound_includes_itself,
    an_unknown_code_is_another_code,
    one_fewer_is_enough,
    the_last_patient_is_remembered,
    none_is_read_as_not_all,
)


def _columnar() -> tuple[Fault, ...]:
    if "columnar" not in makers_here():
        return ()
    from columnar_faults import COLUMNAR_FAULTS

    return COLUMNAR_FAULTS


def main() -> None:
    """List when each fault is found, over a few runs with different patients."""
    names = " and ".join(makers_here())
    print(f"faults put into the engines, and after how many pairs {names} disagree (9 runs)")
    for fault in (*FAULTS, *_columnar()):
        runs = [found_after(fault, seed) for seed in range(9)]
        found = [run for run in runs if run is not None]
        missed = f", missed {len(runs) - len(found)} times" if len(found) < len(runs) else ""
        print(f"  {fault.__doc__}\n    median {statistics.median(found):,.0f}, at most {max(found):,}{missed}")


if __name__ == "__main__":
    main()
