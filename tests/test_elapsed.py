"""Months and years as people count them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss.elapsed import DAYS, MONTHS, earlier, months_between, spans_between, spans_of_stated_age
from blinadss.expression import reading_of
from blinadss.kinds import Days
from blinadss.quantity import DURATION, Span
from blinadss.sight import elapsed
from blinadss.truth import Truth

DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "months", "days"),
    [
        (date(2026, 2, 1), date(2026, 3, 1), 1, 0),
        (date(2026, 2, 1), date(2026, 2, 28), 0, 27),
        (date(2026, 1, 31), date(2026, 2, 28), 0, 28),
        (date(2026, 1, 31), date(2026, 3, 1), 1, 0),
        (date(2024, 2, 29), date(2025, 2, 28), 11, 30),
        (date(2024, 2, 29), date(2025, 3, 1), 12, 0),
        (date(2024, 2, 29), date(2028, 2, 29), 48, 0),
        (date(2025, 12, 31), date(2026, 1, 31), 1, 0),
        (date(2026, 5, 5), date(2026, 5, 5), 0, 0),
    ],
)
def test_a_month_is_over_when_its_day_comes_round(start: date, end: date, months: int, days: int) -> None:
    assert months_between(start, end) == (months, days)


@given(DATES, st.integers(0, 30_000))
def test_more_days_are_never_fewer_months(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    assert months_between(start, end) <= months_between(start, end + timedelta(days=1))
    assert months_between(start - timedelta(days=1), end) >= months_between(start, end)


@given(DATES, st.integers(0, 1560))
def test_earlier_is_the_last_day_from_which_the_months_have_passed(day: date, months: int) -> None:
    start = earlier(day, months)
    assert months_between(start, day) >= (months, 0)
    assert months_between(start + timedelta(days=1), day) < (months, 0)


@given(DATES, st.integers(0, 40_000))
def test_the_scale_of_months_keeps_the_order_of_days(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    now, next_day = (spans_between(start, each)[MONTHS].low for each in (end, end + timedelta(days=1)))
    months, over = months_between(start, end)
    assert now <= next_day
    assert (now >= months) is True
    assert (now > months) == (over > 0)


@given(
    birth=DATES,
    lived=st.integers(0, 36_000),
    later=st.integers(0, 4_000),
    unit=st.sampled_from(["days", "weeks", "months", "years"]),
    threshold=st.integers(0, 1300),
    scale=st.sampled_from([MONTHS, DAYS]),
)
def test_a_stated_age_never_contradicts_the_date_of_birth(
    birth: date, lived: int, later: int, unit: str, threshold: int, scale: str
) -> None:
    """Whatever a stated age settles, the date of birth settles the same way."""
    seen_on = birth + timedelta(days=lived)
    months = months_between(birth, seen_on)[0]
    number = {"days": lived, "weeks": lived // 7, "months": months, "years": months // 12}[unit]
    on = seen_on + timedelta(days=later)
    stated = spans_of_stated_age(DURATION.read(f"{number} {unit}"), seen_on, on)
    exact = spans_between(birth, on)
    for operator in (">=", ">", "<=", "<"):
        answer = stated[scale].compared(operator, exact[scale].low.__class__(threshold))
        assert answer in {Truth.UNKNOWN, exact[scale].compared(operator, exact[scale].low.__class__(threshold))}
    assert stated[scale].low <= exact[scale].low <= stated[scale].high


def test_an_age_in_days_is_one_day_of_birth() -> None:
    spans = spans_of_stated_age(DURATION.read("30 days"), date(2026, 3, 22), date(2026, 3, 22))
    assert spans == spans_between(date(2026, 2, 20), date(2026, 3, 22))
    assert spans[MONTHS].compared(">=", spans[MONTHS].low.__class__(1)) is Truth.TRUE


@given(
    day=st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    known=st.sampled_from([4, 7]),
    later=st.integers(0, 800),
    threshold=st.integers(0, 30) | st.integers(300, 1200),
    scale=st.sampled_from([MONTHS, DAYS]),
    operator=st.sampled_from([">=", ">", "<=", "<"]),
)
def test_a_month_or_a_year_settles_exactly_what_all_of_its_days_settle(
    day: date, known: int, later: int, threshold: int, scale: str, operator: str
) -> None:
    """Settled: each day that it can be gives that answer. Unknown: two of them differ."""
    part, on = Days.read(day.isoformat()[:known]), day + timedelta(days=later)
    reading = reading_of("f", scale, since=True)

    def answer(seen: date | Days) -> Truth:
        span = elapsed("f", seen, on)[reading]
        assert isinstance(span, Span)
        return span.compared(operator, span.low.__class__(threshold))

    possible = (part.first + timedelta(days=shift) for shift in range((part.last - part.first).days + 1))
    answers = {answer(each) for each in possible if each <= on}
    assert answer(part) is (answers.pop() if len(answers) == 1 else Truth.UNKNOWN)
