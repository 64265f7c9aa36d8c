"""Time in SQL goes by the same calendar as `elapsed`, at the ends of months above all."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from blinadss.elapsed import months_between, spans_of_stated_age
from blinadss.quantity import DURATION

pytest.importorskip("duckdb")
pytest.importorskip("sqlglot")

import duckdb

from blinadss.cohort.times import births, days_between, whole_months_between
from blinadss.cohort.times import months_between as in_sql
from blinadss.engines.terms import column

STARTS = [date(2023, 12, 1) + timedelta(days=number) for number in range(100)]
STARTS += [date(1899, 12, 31), date(1900, 2, 28), date(2000, 2, 29), date(2023, 2, 28), date(2021, 3, 31)]
ENDS = [date(2024, 2, 27) + timedelta(days=number) for number in range(80)]
ENDS += [date(2100, 2, 28), date(2100, 3, 1), date(2026, 11, 22)]
AGES = ["0 days", "1 day", "30 days", "3 weeks", "0 months", "1 month", "11 months", "13 months", "1 year", "34 years"]


def test_months_and_days_are_those_of_the_calendar() -> None:
    pairs = [(start, end) for start, end in product(STARTS, ENDS) if start <= end]
    start, end = column("start"), column("finish")
    asked = ", ".join(f"{each(start, end).sql('duckdb')}" for each in (in_sql, whole_months_between, days_between))
    rows = duckdb.execute(
        f'SELECT start, finish, {asked} FROM (SELECT unnest($1) AS "start", unnest($2) AS finish)',  # noqa: S608
        [[one for one, _ in pairs], [other for _, other in pairs]],
    ).fetchall()
    assert len(rows) == len(pairs) > 5000
    for one, other, months, whole, days in rows:
        completed, over = months_between(one, other)
        assert (float(months), whole, days) == (completed + (0.5 if over else 0), completed, (other - one).days)


@pytest.mark.parametrize("age", AGES)
def test_a_stated_age_is_the_days_of_birth_that_it_leaves_open(age: str) -> None:
    quantity = DURATION.read(age)
    sides = births(column("number"), column("factor"), column("in_months"), column("seen"))
    number = int(quantity.magnitude / quantity.step)
    rows = duckdb.execute(
        f"SELECT seen, {', '.join(side.sql('duckdb') for side in sides)} FROM"  # noqa: S608 - ours
        ' (SELECT unnest($1) AS seen, $2 AS "number", $3 AS factor, $4 AS in_months)',
        [ENDS, number, int(quantity.step), quantity.scale == "months"],
    ).fetchall()
    for seen, latest, earliest in rows:
        days = spans_of_stated_age(quantity, seen, seen)["days"]
        assert ((seen - latest).days, (seen - earliest).days) == (days.low, days.high)
