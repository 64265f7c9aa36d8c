"""A course laid out in time: in days, by a clock that never changes, and through the changes of real clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss.errors import UsageError
from blinadss.schedule import Schedule, read_schedule
from blinadss.timing import Bag, CyclePlan, Occurrence, Timetable, When

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TWO_CYCLES = (CyclePlan(1, 28, 14, (8,)), CyclePlan(2, 28, 14))
MONDAY, MORNING = date(2026, 3, 2), datetime.fromisoformat("2026-03-02T08:30")

# Without a database of zones, which some machines lack, there is nothing here to test.
ZONES = sorted({"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} & available_timezones())
in_zones = pytest.mark.skipif(not ZONES, reason="no zones on this machine")

PLANS = st.integers(1, 35).flatmap(
    lambda days: st.tuples(
        st.just(days), st.integers(1, 60), st.sets(st.integers(2, days), max_size=3) if days > 1 else st.just(set())
    )
)
COURSES = st.lists(PLANS, min_size=1, max_size=4).map(
    lambda plans: [CyclePlan(n, days, off, tuple(sorted(steps))) for n, (days, off, steps) in enumerate(plans, 1)]
)
DATES = st.dates(date(2019, 1, 1), date(2032, 12, 31))
NAIVE = st.datetimes(datetime.fromisoformat("2019-01-01"), datetime.fromisoformat("2032-12-31"))
AWARE = st.builds(lambda at, zone: at.replace(tzinfo=ZoneInfo(zone)), NAIVE, st.sampled_from(ZONES or ["UTC"]))
# Weeks in which a clock changes somewhere are rare among all weeks, and wanted here.
CHANGES = st.builds(
    lambda month, day, hour, minute, zone: datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone)),
    st.sampled_from([3, 4, 10, 11]), st.integers(1, 30), st.integers(0, 23), st.sampled_from([0, 15, 45]),
    st.sampled_from(ZONES or ["UTC"]),
)  # fmt: skip
STARTS = st.one_of(DATES, NAIVE, AWARE, CHANGES)
BAGS = st.sampled_from([24 * HOUR, 48 * HOUR, 72 * HOUR, 96 * HOUR, 7 * DAY, 36 * HOUR, 5 * HOUR])
SPANS = st.lists(st.integers(1, 45), min_size=2, max_size=2).map(sorted)
ANCHORS = st.sampled_from(["every cycle", "cycle 1", "cycles 2-3", "cycle 2 onwards", "the last cycle"])
EVERY = st.sampled_from(
    ["", ", every 1 day", ", every 3 days", ", every 1 week", ", every 8 hours", ", every 50 hours"]
)
EVENTS = st.sampled_from(["at every step of dose", "at every bag change"])
ON_DAYS = st.builds(
    lambda start, days, every: f"{start}, days {days[0]}-{days[1]}{every}", ANCHORS | EVENTS, SPANS, EVERY
)
OTHER = st.builds(
    "{}{}".format,
    st.sampled_from(["before ", "1 hour before ", "within 2 weeks before ", "6-30 hours before ", "2 days before "]),
    st.sampled_from(["cycle 1", "every cycle", "every step of dose", "every bag change", "every cycle, day 8"]),
) | st.sampled_from([
    "at the end of every cycle", "for 50 hours after the end of every cycle, every 8 hours", "at every bag change",
    "for 2 weeks after the end of the last cycle, every 1 day", "within 3 days before every cycle, every 8 hours",
])  # fmt: skip


def at(text: str, zone: str = "") -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=ZoneInfo(zone)) if zone else moment


def due(table: Timetable, line: str) -> tuple[Occurrence, ...]:
    return table.occurrences(read_schedule(line))


def instant(moment: date | datetime | None) -> datetime:
    """The moment on a scale on which differences are time that passed."""
    assert moment is not None
    moment = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def hung(bag: Bag) -> datetime:
    return instant(bag.at.at or bag.at.day)


def begun(table: Timetable, cycle: int) -> datetime:
    return instant(table.starts[cycle].at or table.starts[cycle].day)


def ended(table: Timetable, cycle: int) -> datetime:
    return instant(table.end_of_infusion(cycle).at or table.end_of_infusion(cycle).day)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("before cycle 1", [(1, 1, None, "2026-03-02", None)]),
        ("14 days before cycle 1", [(1, -14, "2026-02-16", None, None)]),
        ("2 weeks before every cycle", [(1, -14, "2026-02-16", None, None), (2, -14, "2026-03-30", None, None)]),
        ("1 hour before every step of dose", [(1, 8, "2026-03-09", None, None)]),
        ("within 1 hour before cycle 2", [(2, 1, "2026-04-13", "2026-04-13", None)]),
        ("6-12 hours before cycle 1", [(1, -1, "2026-03-01", "2026-03-02", None)]),
        ("before cycle 1, day 15", [(1, 15, None, "2026-03-16", None)]),
        ("cycle 1, days 1-9", [(1, 1, "2026-03-02", "2026-03-10", None)]),
        ("cycle 2, day 1", [(2, 1, "2026-04-13", "2026-04-13", None)]),
        ("cycle 1, days 1-28", [(1, 1, "2026-03-02", "2026-03-29", None)]),
        ("cycle 1, days 29-42", [(1, 29, "2026-03-30", "2026-04-12", None)]),
        ("cycle 1, days 41-50", [(1, 41, "2026-04-11", "2026-04-12", None)]),
        ("cycle 1, days 43-50", []),
        ("cycle 3 onwards, days 1-2", []),
        ("cycle 1, days 1-2, every 1 day", [(1, 1, "2026-03-02", None, None), (1, 2, "2026-03-03", None, None)]),
        ("cycle 1, days 1-9, every 1 week", [(1, 1, "2026-03-02", None, None), (1, 8, "2026-03-09", None, None)]),
        ("cycle 2 onwards, days 1-2, every 8 hours",
         [(2, 1, "2026-04-13", None, "every 8 hours"), (2, 2, "2026-04-14", None, "every 8 hours")]),
        ("cycle 1, days 1-4, every 36 hours",
         [(1, 1, "2026-03-02", None, "every 36 hours"), (1, 2, "2026-03-03", None, "every 36 hours"),
          (1, 4, "2026-03-05", None, "every 36 hours")]),
        ("at the end of every cycle", [(1, 29, "2026-03-30", None, None), (2, 29, "2026-05-11", None, None)]),
        ("for 48 hours after the end of the last cycle", [(2, 29, "2026-05-11", "2026-05-13", None)]),
        ("at every step of dose", [(1, 8, "2026-03-09", None, None)]),
        ("at every step of dose, days 1-2, every 8 hours",
         [(1, 8, "2026-03-09", None, "every 8 hours"), (1, 9, "2026-03-10", None, "every 8 hours")]),
        ("at every restart", []),
    ],
)  # fmt: skip
def test_where_only_the_day_of_the_start_is_known_everything_has_a_day(
    line: str, expected: list[tuple[int, int, str | None, str | None, str | None]]
) -> None:
    days = [
        Occurrence(cycle, n, day(start) if start else None, day(end) if end else None, every)
        for cycle, n, start, end, every in expected
    ]
    assert list(due(Timetable(MONDAY, TWO_CYCLES, bag=7 * DAY), line)) == days


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("before cycle 1", [(1, None, "2026-03-02T08:30")]),
        ("within 1 hour before cycle 1", [(1, "2026-03-02T07:30", "2026-03-02T08:30")]),
        ("6-12 hours before cycle 1", [(-1, "2026-03-01T20:30", "2026-03-02T02:30")]),
        ("30 minutes before every step of dose", [(8, "2026-03-09T08:00", None)]),
        ("cycle 1, days 1-2", [(1, "2026-03-02T08:30", "2026-03-04T08:30")]),
        ("cycle 1, days 1-2, every 12 hours",
         [(1, "2026-03-02T08:30", None), (1, "2026-03-02T20:30", None),
          (2, "2026-03-03T08:30", None), (2, "2026-03-03T20:30", None)]),
        ("at every bag change", [(8, "2026-03-09T08:30", None), (18, "2026-03-19T08:30", None),
                                 (28, "2026-03-29T08:30", None)]),
        ("for 2 days after the end of cycle 1, every 1 day",
         [(29, "2026-03-30T08:30", None), (30, "2026-03-31T08:30", None)]),
    ],
)  # fmt: skip
def test_where_the_time_of_the_start_is_known_everything_has_a_time(
    line: str, expected: list[tuple[int, str | None, str | None]]
) -> None:
    table = Timetable(MORNING, TWO_CYCLES[:1], bag=10 * DAY)
    times = [Occurrence(1, n, at(start) if start else None, at(end) if end else None) for n, start, end in expected]
    assert list(due(table, line)) == times


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2024-02-28", 2, "2024-02-29"),
        ("2024-02-29", 2, "2024-03-01"),
        ("2026-02-28", 2, "2026-03-01"),
        ("2026-12-31", 2, "2027-01-01"),
        ("2026-01-31", 29, "2026-02-28"),
        ("2023-12-20", 72, "2024-02-29"),
    ],
)
def test_months_and_years_end_and_leap_days_come(start: str, n: int, expected: str) -> None:
    table = Timetable(day(start), [CyclePlan(1, 28, 56)])
    assert table.days(1, n) == day(expected)
    assert due(table, f"cycle 1, day {n}") == (Occurrence(1, n, day(expected), day(expected)),)


def test_the_last_bag_before_a_step_and_before_the_end_is_shortened() -> None:
    table = Timetable(MORNING, TWO_CYCLES, bag=96 * HOUR)
    lengths = [(bag.at.day.day, bag.lasts // HOUR, bag.short) for bag in table.bag_changes(1)]
    whole = [(day, 96, False) for day in (9, 13, 17, 21, 25)]
    assert lengths == [(2, 96, False), (6, 72, True), *whole, (29, 24, True)]


def test_without_the_length_of_a_bag_no_bag_change_is_known() -> None:
    table = Timetable(MORNING, TWO_CYCLES)
    assert table.bag_changes(1) == ()
    assert due(table, "at every bag change") == ()


def test_the_same_thing_at_the_same_time_is_listed_once() -> None:
    """Day 2 of one bag is day 1 of the next."""
    table = Timetable(MONDAY, [CyclePlan(1, 5, 1)], bag=24 * HOUR)
    assert [each.day for each in due(table, "at every bag change, days 1-2, every 1 day")] == [2, 3, 4, 5, 6]


@in_zones
@pytest.mark.parametrize(
    ("zone", "start", "clocks"),
    [
        ("Europe/Berlin", "2026-03-28T08:30", ["28 08:30", "29 09:30", "30 09:30"]),
        ("Europe/Berlin", "2026-10-24T08:30", ["24 08:30", "25 07:30", "26 07:30"]),
        ("America/New_York", "2026-03-07T08:30", ["07 08:30", "08 09:30", "09 09:30"]),
        ("America/New_York", "2026-10-31T08:30", ["31 08:30", "01 07:30", "02 07:30"]),
        ("Australia/Lord_Howe", "2026-10-03T08:30", ["03 08:30", "04 09:00", "05 09:00"]),
        ("Australia/Lord_Howe", "2026-04-04T08:30", ["04 08:30", "05 08:00", "06 08:00"]),
    ],
)
def test_bags_run_their_hours_and_days_keep_their_time_when_clocks_change(
    zone: str, start: str, clocks: list[str]
) -> None:
    table = Timetable(at(start, zone), [CyclePlan(1, 3, 1, (3,))], bag=24 * HOUR)
    shown = [f"{bag.at.at:%d %H:%M}" for bag in table.bag_changes(1) if bag.at.at]
    assert shown == clocks
    assert {bag.lasts for bag in table.bag_changes(1)} == {24 * HOUR}
    assert [f"{each.from_:%d %H:%M}" for each in due(table, "at every step of dose")] == clocks[2:]
    daily = due(table, "cycle 1, days 1-3, every 1 day")
    assert {f"{each.from_:%H:%M}" for each in daily} == {"08:30"}


@in_zones
def test_a_time_that_the_clocks_skip_is_moved_forward_and_of_two_the_first_is_taken() -> None:
    skipped = Timetable(at("2026-03-28T02:30", "Europe/Berlin"), [CyclePlan(1, 3, 1)])
    daily = due(skipped, "cycle 1, days 1-3, every 1 day")
    assert [f"{each.from_:%d %H:%M}" for each in daily] == ["28 02:30", "29 03:30", "30 02:30"]
    twice = Timetable(at("2026-10-24T02:30", "Europe/Berlin"), [CyclePlan(1, 3, 1)])
    days = [instant(each.from_) for each in due(twice, "cycle 1, days 1-3, every 1 day")]
    assert [later - earlier for earlier, later in pairwise(days)] == [24 * HOUR, 25 * HOUR]


@in_zones
def test_a_start_is_the_very_moment_that_was_given() -> None:
    second = at("2026-10-25T02:30", "Europe/Berlin").replace(fold=1)
    table = Timetable(second, [CyclePlan(1, 3, 1)])
    assert begun(table, 1) == at("2026-10-25T01:30+00:00")
    assert instant(due(table, "cycle 1, day 1")[0].from_) == begun(table, 1)
    for fold in (0, 1):
        never = at("2026-03-29T02:30", "Europe/Berlin").replace(fold=fold)
        assert begun(Timetable(never, [CyclePlan(1, 3, 1)]), 1) == at("2026-03-29T01:30+00:00")


@in_zones
def test_what_a_clock_change_moves_past_the_end_of_the_cycle_is_left_out() -> None:
    """Hung after 71 hours, and so on day 3, the bag has its own day 2 only when the next cycle begins."""
    table = Timetable(at("2026-03-28T00:00", "Europe/Berlin"), [CyclePlan(1, 3, 1)], bag=71 * HOUR)
    assert [f"{each.from_:%d %H:%M}" for each in due(table, "at every bag change, days 1-2, every 1 day")] == [
        "31 00:00"
    ]


@in_zones
def test_entries_are_in_the_order_of_time_even_in_the_hour_that_comes_twice() -> None:
    table = Timetable(at("2026-10-25T00:00", "Europe/Berlin"), [CyclePlan(1, 1, 1)])
    entries = due(table, "cycle 1, day 1, every 1 hour")
    assert [f"{each.from_:%H}" for each in entries[:5]] == ["00", "01", "02", "02", "03"]
    assert len(entries) == 25
    backwards = entries[::-1]
    assert sorted(backwards, key=lambda each: each.order) == list(entries)


@in_zones
@given(CHANGES | AWARE, COURSES, st.integers(1, 60), SPANS)
def test_hours_are_hours_through_every_change_of_the_clock(
    start: datetime, course: list[CyclePlan], hours: int, days: list[int]
) -> None:
    table = Timetable(start, course, bag=24 * HOUR)
    line = f"every cycle, days {days[0]}-{days[1]}"
    whole = {each.cycle: each for each in due(table, line)}
    entries = due(table, f"{line}, every {hours} hour{'s' * (hours > 1)}")
    assert {each.cycle for each in entries} == set(whole)
    for cycle, span in whole.items():
        times = [instant(each.from_) for each in entries if each.cycle == cycle]
        assert times[0] == instant(span.from_)
        assert {later - earlier for earlier, later in pairwise(times)} <= {hours * HOUR}
        assert times[-1] < instant(span.until) <= times[-1] + hours * HOUR


@given(STARTS, COURSES, BAGS)
def test_the_bags_of_a_cycle_fill_its_infusion_and_none_runs_over_a_step(
    start: date | datetime, course: list[CyclePlan], bag: timedelta
) -> None:
    table = Timetable(start, course, bag=bag)
    for plan in course:
        bags = table.bag_changes(plan.number)
        assert sum((each.lasts for each in bags), timedelta()) == plan.infusion_days * DAY
        assert all(timedelta() < each.lasts <= bag and each.short == (each.lasts < bag) for each in bags)
        starts, passed = [], timedelta()
        for each in bags:
            assert each.cycle == plan.number
            if each.at.at:  # days alone do not show a change in the middle of one
                assert hung(each) == begun(table, plan.number) + passed
            else:
                assert each.at.day == table.starts[plan.number].day + passed // DAY * DAY
            starts.append(passed)
            passed += each.lasts
        new = {timedelta(), *((step - 1) * DAY for step in plan.steps), plan.infusion_days * DAY}
        assert new <= {*starts, passed}
        assert all(begin + each.lasts in new for begin, each in zip(starts, bags, strict=True) if each.short)


@given(STARTS, COURSES)
def test_cycles_follow_each_other_in_the_calendar_and_their_infusion_lasts_its_hours(
    start: date | datetime, course: list[CyclePlan]
) -> None:
    table = Timetable(start, course)
    assert list(table.starts) == [plan.number for plan in course]
    for plan, later in pairwise(course):
        assert table.days(later.number, 1) - table.days(plan.number, 1) == (plan.infusion_days + plan.off_days) * DAY
        assert table.days(plan.number, plan.infusion_days + plan.off_days + 1) == table.days(later.number, 1)
    for plan in course:
        assert ended(table, plan.number) - begun(table, plan.number) == plan.infusion_days * DAY
        assert table.starts[plan.number].day == table.days(plan.number, 1)


@given(STARTS, COURSES, BAGS, ON_DAYS)
def test_what_is_due_on_days_lies_inside_its_cycle(
    start: date | datetime, course: list[CyclePlan], bag: timedelta, line: str
) -> None:
    table = Timetable(start, course, bag=bag)
    lengths = {plan.number: plan.infusion_days + plan.off_days for plan in course}
    over = Timetable(start, [*course, CyclePlan(len(course) + 1, 1, 0)])
    for each in due(table, line):
        assert 1 <= each.day <= lengths[each.cycle]
        assert begun(table, each.cycle) <= instant(each.from_) < begun(over, each.cycle + 1)
        assert each.until is None or instant(each.from_) <= instant(each.until) <= begun(over, each.cycle + 1)


@given(STARTS, COURSES, SPANS)
def test_a_daily_entry_comes_as_often_as_there_are_days(
    start: date | datetime, course: list[CyclePlan], days: list[int]
) -> None:
    table = Timetable(start, course)
    entries = due(table, f"every cycle, days {days[0]}-{days[1]}, every 1 day")
    for plan in course:
        wanted = range(days[0], min(days[1], plan.infusion_days + plan.off_days) + 1)
        found = [each for each in entries if each.cycle == plan.number]
        assert [each.day for each in found] == list(wanted)
        assert [(each.from_.date() if isinstance(each.from_, datetime) else each.from_) for each in found] == [
            table.days(plan.number, n) for n in wanted
        ]


@given(STARTS, COURSES, BAGS, ON_DAYS | OTHER)
def test_entries_come_in_order_and_none_twice_and_the_same_each_time(
    start: date | datetime, course: list[CyclePlan], bag: timedelta, line: str
) -> None:
    table, again = Timetable(start, course, bag=bag), Timetable(start, course, bag=bag)
    entries = due(table, line)
    assert [each.order for each in entries] == sorted(each.order for each in entries)
    assert entries == due(table, line) == due(again, line)
    assert all(each.from_ is not None or each.until is not None for each in entries)
    assert all(
        each.until is None or each.from_ is None or instant(each.from_) <= instant(each.until) for each in entries
    )
    if isinstance(start, datetime):
        assert len({(each.order, each.until and instant(each.until)) for each in entries}) == len(entries)


@given(NAIVE, COURSES, BAGS, ON_DAYS | OTHER)
def test_a_zone_whose_clocks_never_change_changes_nothing(
    start: datetime, course: list[CyclePlan], bag: timedelta, line: str
) -> None:
    naive = due(Timetable(start, course, bag=bag), line)
    aware = due(Timetable(start.replace(tzinfo=UTC), course, bag=bag), line)
    assert [(each.cycle, each.day, each.every) for each in naive] == [
        (each.cycle, each.day, each.every) for each in aware
    ]
    for one, other in zip(naive, aware, strict=True):
        assert [local and instant(local).replace(tzinfo=UTC) for local in (one.from_, one.until)] == [
            other.from_,
            other.until,
        ]


@given(DATES, COURSES, SPANS, st.sampled_from(["", ", every 1 day", ", every 3 days"]), ANCHORS)
def test_days_are_the_days_of_the_times(
    start: date, course: list[CyclePlan], days: list[int], every: str, anchor: str
) -> None:
    line = f"{anchor}, days {days[0]}-{days[1]}{every}"
    timed = due(Timetable(datetime.combine(start, time(9)), course), line)
    expected = [
        (each.cycle, each.day, each.from_.date() if isinstance(each.from_, datetime) else None) for each in timed
    ]
    assert [(each.cycle, each.day, each.from_) for each in due(Timetable(start, course), line)] == expected


@given(STARTS, COURSES, BAGS, st.sampled_from(["before ", "at ", "1 hour before ", "within 2 days before "]),
       st.sampled_from(["", " after >= 4 hours", " after >= 4 hours in cycle 1"]))  # fmt: skip
def test_what_depends_on_a_restart_has_no_date(
    start: date | datetime, course: list[CyclePlan], bag: timedelta, when: str, stop: str
) -> None:
    schedule = read_schedule(f"{when}every restart{stop}")
    assert schedule.conditional
    assert Timetable(start, course, bag=bag).occurrences(schedule) == ()


def test_an_occurrence_is_written_out_as_the_rest_of_a_result_is() -> None:
    entry = due(Timetable(MONDAY, TWO_CYCLES), "cycle 1, days 1-9")[0]
    assert entry.model_dump(mode="json") == {
        "cycle": 1, "day": 1, "from_": "2026-03-02", "until": "2026-03-10", "every": None,
    }  # fmt: skip


def test_a_moment_is_a_day_and_a_time_as_far_as_it_is_known() -> None:
    assert Timetable(MONDAY, TWO_CYCLES).starts[2] == When(day("2026-04-13"))
    assert Timetable(MORNING, TWO_CYCLES).starts[2] == When(day("2026-04-13"), at("2026-04-13T08:30"))
    assert Timetable(MONDAY, ()).occurrences(Schedule("cycle", "before")) == ()


@pytest.mark.parametrize(
    ("start", "cycles", "bag", "problem"),
    [
        (date(202, 3, 2), TWO_CYCLES, DAY, "`0202-03-02` is no day on which a treatment starts"),
        (MONDAY, TWO_CYCLES[::-1], DAY, "the cycles are not in order"),
        (MONDAY, [CyclePlan(0, 28, 14)], DAY, "the cycles are not in order"),
        (MONDAY, TWO_CYCLES[:1] * 2, DAY, "the cycles are not in order"),
        (MONDAY, [CyclePlan(1, 0, 14)], DAY, "the days of cycle 1 do not fit together"),
        (MONDAY, [CyclePlan(1, 28, -1)], DAY, "the days of cycle 1 do not fit together"),
        (MONDAY, [CyclePlan(1, 28, 14, (1,))], DAY, "the days of cycle 1 do not fit together"),
        (MONDAY, [CyclePlan(1, 28, 14, (29,))], DAY, "the days of cycle 1 do not fit together"),
        (MONDAY, [CyclePlan(1, 28, 14, (15, 8))], DAY, "the days of cycle 1 do not fit together"),
        (MONDAY, [CyclePlan(1, 28, 36_500)], DAY, "the course lasts more than a hundred years"),
        (MONDAY, TWO_CYCLES, timedelta(), "a bag cannot run for `0:00:00`"),
    ],
)
def test_a_course_that_cannot_be_is_refused(
    start: date, cycles: Sequence[CyclePlan], bag: timedelta, problem: str
) -> None:
    with pytest.raises(UsageError) as caught:
        Timetable(start, cycles, bag=bag)
    assert [each.problem for each in caught.value.problems] == [problem]


def test_a_cycle_that_is_not_in_the_course_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no cycle 3 in this course"):
        Timetable(MONDAY, TWO_CYCLES).days(3, 1)
