"""One line, one schedule; and what is said about a line that is not one."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss.errors import Mistake
from blinadss.schedule import MOST, Length, Schedule, Unit, read_schedule

WHAT_FOLLOWS = "after the anchor come the days, as `days 1-9`, and then the repetition, as `every 8 hours`"
BOUNDLESS = "what has no beginning or no end cannot be repeated"
WHAT_A_LINE_IS = "write for example `before cycle 1`, `cycle 1, days 1-9` or `at every bag change`"


def hours(number: int) -> Length:
    return Length(number, "hour")


def days(number: int) -> Length:
    return Length(number, "day")


def mistake(text: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        read_schedule(text)
    return caught.value


@pytest.mark.parametrize(
    ("line", "schedule"),
    [
        ("cycle 1, days 1-9", Schedule("cycle", "on days", 1, 1, days=(1, 9))),
        ("cycle 1, day 15", Schedule("cycle", "on days", 1, 1, days=(15, 15))),
        ("cycles 2-4, days 1-2", Schedule("cycle", "on days", 2, 4, days=(1, 2))),
        ("cycle 2 onwards, days 1-2, every 8 hours", Schedule("cycle", "on days", 2, days=(1, 2), every=hours(8))),
        ("every cycle, days 1-28, every 1 day", Schedule("cycle", "on days", days=(1, 28), every=days(1))),
        ("every cycle, days 1-28, every 2 weeks", Schedule("cycle", "on days", days=(1, 28), every=Length(2, "week"))),
        ("the last cycle, day 29", Schedule("cycle", "on days", last_only=True, days=(29, 29))),
        ("before cycle 1", Schedule("cycle", "before", 1, 1)),
        ("1 hour before cycle 1", Schedule("cycle", "before", 1, 1, lead=(hours(1), hours(1)))),
        ("14 days before cycle 1", Schedule("cycle", "before", 1, 1, lead=(days(14), days(14)))),
        ("within 1 hour before every cycle", Schedule("cycle", "before", lead=(hours(1), hours(0)))),
        ("6-12 hours before cycle 1", Schedule("cycle", "before", 1, 1, lead=(hours(12), hours(6)))),
        ("2 days before cycle 1, day 8", Schedule("cycle", "before", 1, 1, lead=(days(2), days(2)), days=(8, 8))),
        ("at the end of cycle 1", Schedule("cycle", "at end", 1, 1)),
        ("for 48 hours after the end of every cycle", Schedule("cycle", "after end", lasts=hours(48))),
        ("before every step of dose", Schedule("step", "before")),
        ("at every step of dose, days 1-2, every 8 hours", Schedule("step", "at", days=(1, 2), every=hours(8))),
        ("at every bag change", Schedule("bag change", "at")),
        ("at every restart", Schedule("restart", "at")),
        ("at every restart after >= 4 hours", Schedule("restart", "at", after_stop_of=hours(4))),
        (
            "within 1 hour before every restart after >= 4 hours in cycle 1",
            Schedule("restart", "before", lead=(hours(1), hours(0)), after_stop_of=hours(4), in_cycle=1),
        ),
    ],
)  # fmt: skip
def test_a_line_becomes_one_schedule_and_the_schedule_that_line(line: str, schedule: Schedule) -> None:
    assert read_schedule(line) == schedule
    assert str(schedule) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  cycle  1 ,days 01-9,  every 1 days ", "cycle 1, days 1-9, every 1 day"),
        ("cycle 1 onwards, days 3-3", "every cycle, day 3"),
        ("cycles 2-2, day 1", "cycle 2, day 1"),
        ("6-6 hours before cycle 1", "6 hours before cycle 1"),
        ("2 hour before cycle 1", "2 hours before cycle 1"),
    ],
)
def test_one_meaning_has_one_line(text: str, line: str) -> None:
    assert str(read_schedule(text)) == line


NUMBERS = st.integers(1, MOST)
SPANS = st.lists(NUMBERS, min_size=2, max_size=2).map(sorted).map(lambda span: f"{span[0]}-{span[1]}")


def lengths(*units: Unit) -> st.SearchStrategy[str]:
    return st.builds(lambda number, unit: str(Length(number, unit)), NUMBERS, st.sampled_from(units))


LENGTHS = lengths("minute", "hour", "day", "week")
CYCLES = st.one_of(
    st.sampled_from(["every cycle", "the last cycle"]),
    st.builds("cycle {}".format, NUMBERS),
    st.builds("cycle {} onwards".format, NUMBERS),
    st.builds("cycles {}".format, SPANS),
)
EVENTS = st.one_of(
    st.sampled_from(["every step of dose", "every bag change", "every restart"]),
    st.builds("every restart after >= {}".format, LENGTHS),
    st.builds("every restart after >= {} in cycle {}".format, LENGTHS, NUMBERS),
)
ON_DAYS = st.one_of(st.builds(", day {}".format, NUMBERS), st.builds(", days {}".format, SPANS))
MAYBE_DAY = st.just("") | st.builds(", day {}".format, NUMBERS)
EVERY = st.builds(", every {}".format, lengths("hour", "day", "week"))
MAYBE_EVERY = st.just("") | EVERY
UNITS = st.sampled_from(["minutes", "hours", "days", "weeks"])
LINES = st.one_of(
    st.builds("{}{}{}".format, CYCLES, ON_DAYS, MAYBE_EVERY),
    st.builds("before {}{}".format, CYCLES | EVENTS, MAYBE_DAY),
    st.builds("{} before {}{}".format, LENGTHS, CYCLES | EVENTS, MAYBE_DAY),
    st.builds("within {} before {}{}{}".format, LENGTHS, CYCLES | EVENTS, MAYBE_DAY, MAYBE_EVERY),
    st.builds("{} {} before {}".format, SPANS, UNITS, CYCLES | EVENTS),
    st.builds("at the end of {}".format, CYCLES),
    st.builds("for {} after the end of {}{}".format, LENGTHS, CYCLES, MAYBE_EVERY),
    st.builds("at {}".format, EVENTS),
    st.builds("at {}{}{}".format, EVENTS, ON_DAYS, MAYBE_EVERY),
)


@given(LINES)
def test_every_line_of_the_grammar_is_read_and_written_back(text: str) -> None:
    schedule = read_schedule(text)
    assert read_schedule(str(schedule)) == schedule
    assert str(read_schedule(str(schedule))) == str(schedule)
    assert schedule.conditional is ("restart" in text)


@given(LINES, st.sampled_from(["upper", "comma", "dash", "to", "unit"]))
def test_a_near_miss_is_refused_with_the_line_that_was_meant(text: str, slip: str) -> None:
    schedule = read_schedule(text)
    line = str(schedule)
    missed = {
        "upper": line.upper(),
        "comma": line.replace(",", ""),
        "dash": line.replace("-", "–"),
        "to": line.replace("-", " to "),
        "unit": line.replace(" hours", "h").replace(" weeks", "wk").replace(" minutes", "min"),
    }[slip]
    if missed != line:
        assert mistake(missed).hint == f"write `{line}`"


@given(st.lists(st.sampled_from(
    ["cycle", "cycles", "every", "the last", "onwards", "day", "days", "1", "2-9", "9-1", "0", "hours", "before", ",",
     "within", "at", "the end of", "after", "for", ">= 4", "restart", "bag change", "step of dose", "q8h", "\n"],
)).map(" ".join) | st.text(max_size=40))  # fmt: skip
def test_any_text_is_read_or_refused_in_place_with_a_hint(text: str) -> None:
    schedule, refused = None, None
    try:
        schedule = read_schedule(text)
    except Mistake as mistaken:
        refused = mistaken
    assert refused is None or (refused.hint and 0 <= refused.offset <= len(text))
    assert schedule is None or read_schedule(str(schedule)) == schedule


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cycle 1 days 1-9", "cycle 1, days 1-9"),
        ("cycle 1; days 1-9.", "cycle 1, days 1-9"),
        ("cycle 1, days 1-9,", "cycle 1, days 1-9"),
        ("cycle 1, day 1-9", "cycle 1, days 1-9"),
        ("cycle 1, days 4", "cycle 1, day 4"),
        ("cycle 1, day 9-1", "cycle 1, days 1-9"),
        ("cycle 1, days 9-1", "cycle 1, days 1-9"),
        ("cycles 3-1, day 1", "cycles 1-3, day 1"),
        ("cycle 1-3, day 1", "cycles 1-3, day 1"),
        ("cycles 2, day 1", "cycle 2, day 1"),
        ("12-6 hours before cycle 1", "6-12 hours before cycle 1"),
        ("cycle 1, days 1-9, every 8h", "cycle 1, days 1-9, every 8 hours"),
        ("cycle 1, days 1-9, q8h", "cycle 1, days 1-9, every 8 hours"),
        ("cycle 1, days 1-9, daily", "cycle 1, days 1-9, every 1 day"),
        ("cycle 1, days 1-9, every day", "cycle 1, days 1-9, every 1 day"),
        ("cycle 1, days 1-9, every other day", "cycle 1, days 1-9, every 2 days"),
        ("cycle 1, days 1-28, weekly", "cycle 1, days 1-28, every 1 week"),
        ("cycle 1, every 8 hours, days 1-9", "cycle 1, days 1-9, every 8 hours"),
        ("cycle 2+, days 1-2", "cycle 2 onwards, days 1-2"),
        ("from cycle 2 and later, days 1-2", "cycle 2 onwards, days 1-2"),
        ("each cycle, day 1", "every cycle, day 1"),
        ("all cycles, day 1", "every cycle, day 1"),
        ("at the end of last cycle", "at the end of the last cycle"),
        ("on days 1-2 of cycle 2", "cycle 2, days 1-2"),
        ("days 1-2, cycle 2, daily", "cycle 2, days 1-2, every 1 day"),
        ("prior to cycle 1", "before cycle 1"),
        ("at bag change", "at every bag change"),
        ("every bag change", "at every bag change"),
        ("1 hour before the step of dose", "1 hour before every step of dose"),
        ("at every dose step", "at every step of dose"),
        ("at every restart after 4 hours", "at every restart after >= 4 hours"),
        ("at every restart after ≥4h", "at every restart after >= 4 hours"),
        ("at cycle 1", "cycle 1, day 1"),
    ],
)
def test_what_people_write_instead_is_answered_with_the_line_they_mean(text: str, meant: str) -> None:
    assert mistake(text).hint == f"write `{meant}`"


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        ("", "an empty text is nothing to count time from", WHAT_A_LINE_IS),
        ("monthly", "`monthly` is nothing to count time from", WHAT_A_LINE_IS),
        ("1.5 hours before cycle 1", "`1.5 hours before cycle 1` is nothing to count time from", WHAT_A_LINE_IS),
        ("at every bag chnage", "`every bag chnage` is nothing to count time from", "did you mean `every bag change`?"),
        ("before every restrat", "`every restrat` is nothing to count time from", "did you mean `every restart`?"),
        ("cylce 3, days 1-2", "`cylce 3` is nothing to count time from", "did you mean `cycle 3`?"),
        ("days 1-9", "`days 1-9` does not say of which cycle", "write `cycle 1, days 1-9` or `every cycle, days 1-9`"),
        ("cycle 1", "`cycle 1` does not say on which days", "write `cycle 1, days 1-9`, or `before cycle 1`"),
        ("cycle 0, days 1-9", "there is no cycle 0 in `cycle 0`", "counting begins at 1"),
        ("cycle 1, days 0-9", "there is no day 0 in `days 0-9`", "counting begins at 1"),
        ("cycle 1, days 1-9, every 0 hours", "there is no hour 0 in `every 0 hours`", "counting begins at 1"),
        ("0 hours before cycle 1", "there is no hour 0 in `0 hours before cycle 1`", "counting begins at 1"),
        ("0-6 hours before cycle 1", "`0-6 hours before cycle 1` begins at nothing", "write `within 6 hours before`"),
        ("within 4-6 hours before cycle 1", "`within` takes one length of time", "write `within 6 hours before`"),
        ("cycle 1, day 1000", "`1000` is more than is possible", "write a number from 1 to 999"),
        (f"cycle {'9' * 9999}, day 1", f"`{'9' * 59}…` is more than is possible", "write a number from 1 to 999"),
        ("cycle 1, day 1, day 8", "`day 8` does not say on which days or how often", WHAT_FOLLOWS),
        ("cycle 1, days 1-9, at night", "`at night` does not say on which days or how often", WHAT_FOLLOWS),
        ("cycle 1, day 1, every 15 minutes", "nothing is repeated by the minute", "write hours, days or weeks"),
        ("before cycle 1, every 1 day", BOUNDLESS, "leave `every` out"),
        ("1 day before cycle 1, every 1 day", BOUNDLESS, "leave `every` out"),
        (
            "at every bag change, every 8 hours",
            BOUNDLESS,
            "give it days before `every`, as `days 1-2`",
        ),
        ("before cycle 1, days 1-3", "several days have no one time before them", "write a line for each, as `day 1`"),
        ("at the end of cycle 1, day 2", "an end has no days", "write `for 48 hours after the end of cycle 1`"),
        ("at the end of every bag change", "only a cycle has an end", "write `at the end of cycle 1`"),
        ("at every cycle, days 1-9", "a cycle lasts, so nothing is done at it", "write `cycle 1, day 1`"),
    ],
)  # fmt: skip
def test_a_mistake_says_what_is_wrong_and_what_to_write(text: str, problem: str, hint: str) -> None:
    refused = mistake(text)
    assert (refused.problem, refused.hint) == (problem, hint)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("cylce 1, days 1-9", "cylce 1"),
        ("cycle 1, days 0-9", "days 0-9"),
        ("cycle 1,  days 1-9,  every 8h", "every 8h"),
        ("before cycle 1, days 1-3", "days 1-3"),
    ],
)
def test_a_mistake_is_placed_on_its_part_of_the_line(text: str, wrong: str) -> None:
    assert text[mistake(text).offset :].startswith(wrong)


@pytest.mark.parametrize(
    ("unit", "time", "calendar"),
    [
        ("minute", timedelta(minutes=3), False),
        ("hour", timedelta(hours=3), False),
        ("day", timedelta(days=3), True),
        ("week", timedelta(weeks=3), True),
    ],
)
def test_days_and_weeks_are_of_the_calendar_and_hours_and_minutes_pass(
    unit: Literal["minute", "hour", "day", "week"], time: timedelta, *, calendar: bool
) -> None:
    length = Length(3, unit)
    assert (length.time, length.calendar) == (time, calendar)
