"""A course held against the labels: what to do now, when a stop for good has come due, what is due next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import blinadss
from blinadss import Course, CourseAdvice, advise_course
from blinadss.course_page import course_text
from blinadss.events import (
    End,
    Event,
    Interruption,
    Level,
    Resolution,
    Restart,
    Seizure,
    Start,
    Step,
    Toxicity,
)
from courses import legal_events

ROOT = Path(__file__).parents[1]
ADULT = blinadss.load_profile(
    {"patient": {"birth_date": "1981-02-03", "weight": "71 kg", "height": "174 cm"}, "toxicity": {"seizures": "0"}}
)
CHILD = blinadss.load_profile(
    {"patient": {"age": "9 years", "weight": "30 kg", "height": "117 cm"}, "toxicity": {"seizures": "0"}}
)
US, EU = "us-label/relapsed-refractory", "eu-label/relapsed-refractory"


def on(day: int, hour: int = 9) -> datetime:
    """A time in the days after the start, which is day 1 at nine."""
    return datetime(2026, 12, 1, hour) + timedelta(days=day - 1)  # noqa: DTZ001 - the clock on the wall


STARTED: list[Event] = [Start(on(1), 1, "starting")]
FULL: list[Event] = [*STARTED, Step(on(8), "full")]


def advice(
    events: Sequence[Event], at: datetime, profile: Any = ADULT, indication: str = US, **how: Any
) -> CourseAdvice:
    return advise_course(Course.of(events), profile, indication, at=at, engines=["reference"], **how)


def action(given: CourseAdvice, toxicity: str) -> tuple[str | None, tuple[str, ...]]:
    """The action on a toxicity and what comes before it, without the folder."""
    found = next(each for each in given.toxicities if each.id == f"{given.policy}/{toxicity}")
    return found.action and found.action.partition("/")[2], tuple(each.partition("/")[2] for each in found.unless)


def stopped(given: CourseAdvice) -> list[tuple[str, datetime]]:
    return [(each.row.partition("/")[2], each.at) for each in given.stops]  # type: ignore[misc]


def test_grade_3_interrupts_and_says_with_which_dose_to_begin_again() -> None:
    given = advice([*FULL, Toxicity(on(10), "crs", 3), Interruption(on(10))], on(10, 12))
    assert action(given, "crs") == ("crs-grade-3", ())
    (row,) = [row for toxicity in given.toxicities for row in toxicity.rows if row.id == "us-label/crs-grade-3"]
    assert [each.amount for each in row.restart] == ["9 mcg/day", "28 mcg/day"]
    assert given.stops == ()


@pytest.mark.parametrize(("hours", "over"), [(168, False), (169, True)])
def test_a_grade_3_that_takes_more_than_7_days_to_settle_ends_the_treatment(hours: int, *, over: bool) -> None:
    onset = on(10)
    settled = onset + timedelta(hours=hours)
    events = [*FULL, Toxicity(onset, "neurologic", 3), Interruption(onset), Toxicity(settled, "neurologic", 1)]
    later = advice(events, settled + timedelta(days=4))
    assert stopped(later) == ([("neurologic-over-7-days", settled)] if over else [])
    assert action(later, "neurologic") == (("neurologic-over-7-days" if over else "neurologic-settled"), ())
    assert bool(later.due) is False


def test_a_stop_for_good_is_not_forgotten_when_the_toxicity_settles() -> None:
    events = [*FULL, Toxicity(on(10), "neurologic", 4), Interruption(on(10)), Resolution(on(11), "neurologic")]
    given = advice(events, on(20))
    assert stopped(given) == [("neurologic-grade-4", on(10))]
    assert action(given, "interruption") == (None, ())
    assert "STOP FOR GOOD · due since 2026-12-10 09:00" in course_text(given)


def test_once_a_stop_for_good_is_due_nothing_else_is_though_the_infusion_runs() -> None:
    given = advice([*FULL, Toxicity(on(10), "neurologic", 4)], on(11), bag=timedelta(hours=96))
    assert (given.running, given.due) == (True, ())
    assert "Nothing: the treatment is to be stopped for good." in course_text(given)


def test_the_second_seizure_ends_the_treatment_and_the_first_does_not() -> None:
    one: list[Event] = [*FULL, Seizure(on(10))]
    assert stopped(advice(one, on(11))) == []
    assert stopped(advice([*one, Seizure(on(12))], on(13))) == [("neurologic-seizures", on(12))]


@pytest.mark.parametrize(("level", "row"), [("starting", "neurologic-at-starting-dose"), ("full", None)])
def test_grade_3_at_the_starting_dose_ends_the_treatment(level: Level, row: str | None) -> None:
    events: list[Event] = [Start(on(1), 2, level), Toxicity(on(3), "neurologic", 3)]
    assert [name for name, _ in stopped(advice(events, on(3, 12)))] == ([row] if row else [])


def test_a_grade_3_that_was_dealt_with_is_no_reason_of_a_later_stop() -> None:
    dealt = [
        *FULL,
        Toxicity(on(10), "neurologic", 3),
        Interruption(on(10)),
        Toxicity(on(11), "neurologic", 1),
        Restart(on(14, 12), "starting"),
    ]
    pump = advice([*dealt, Interruption(on(20), "the pump failed")], on(20, 15))
    assert action(pump, "neurologic") == ("neurologic-grade-1", ())
    assert action(pump, "interruption") == ("interruption-from-4-hours", ())
    assert pump.stopped_by == ()
    waiting = advice(dealt[:-1], on(12))
    assert action(waiting, "neurologic") == ("neurologic-grade-3", ())


def test_for_a_child_the_same_stop_rests_on_a_row_that_nobody_has_read() -> None:
    given = advice([*STARTED, Toxicity(on(3), "neurologic", 3)], on(4), CHILD)
    assert [(each.row, each.confirm) for each in given.stops] == [
        ("us-label/neurologic-at-starting-dose-any-weight", "confirm against the current label")
    ]


@pytest.mark.parametrize(
    ("gap", "row", "word"),
    [
        (timedelta(hours=3), "interruption-below-4-hours", "resume"),
        (timedelta(hours=4), "interruption-from-4-hours", "resume"),
        (timedelta(days=7), "interruption-from-4-hours", "resume"),
        (timedelta(days=7, hours=1), "interruption-over-7-days", "new cycle"),
    ],
)
def test_how_long_it_stopped_says_whether_it_is_the_same_cycle(gap: timedelta, row: str, word: str) -> None:
    given = advice([*FULL, Interruption(on(10))], on(10) + gap)
    assert action(given, "interruption") == (row, ())
    found = next(each for toxicity in given.toxicities for each in toxicity.rows if each.id == f"us-label/{row}")
    assert found.action == word


def test_a_running_infusion_says_when_to_step_to_change_the_bag_and_to_end() -> None:
    given = advice(STARTED, on(2), bag=timedelta(hours=96))
    assert [(each.what, each.at, each.level) for each in given.due] == [
        ("bag_change", on(5), None),
        ("step", on(8), "full"),
        ("end", on(29), None),
    ]


def test_days_before_and_after_an_interruption_make_28_and_a_restart_steps_after_7_days() -> None:
    again: list[Event] = [*FULL, Interruption(on(10)), Restart(on(13), "starting")]
    given = advice(again, on(14))
    assert [(each.what, each.at) for each in given.due] == [("step", on(20)), ("end", on(32))]
    assert (given.infused_hours, given.of_days) == ("240", 28)


def test_an_indication_without_a_starting_dose_steps_only_after_a_restart() -> None:
    mrd = "us-label/mrd-positive"
    assert [each.what for each in advice([Start(on(1), 1, "full")], on(2), indication=mrd).due] == ["end"]
    again: list[Event] = [Start(on(1), 1, "full"), Interruption(on(5)), Restart(on(7), "starting")]
    assert next((each.what, each.at) for each in advice(again, on(8), indication=mrd).due) == ("step", on(14))


def test_what_is_late_is_marked() -> None:
    assert [(each.what, each.overdue) for each in advice(STARTED, on(9)).due] == [("step", True), ("end", False)]


def test_the_european_table_answers_in_its_own_rows() -> None:
    given = advice([*FULL, Toxicity(on(10), "crs", 4)], on(10), indication=EU)
    assert {row.partition("-")[0] for row, _ in stopped(given)} == {"crs"}
    assert all(each.confirm for each in given.stops)


def test_every_engine_gives_the_same_advice_and_the_rules_find_the_same_patterns() -> None:
    events = [*FULL, Toxicity(on(10), "neurologic", 3), Seizure(on(10)), Interruption(on(10))]
    alone = advice(events, on(12)).model_dump()
    together = advise_course(Course.of(events), ADULT, US, at=on(12)).model_dump()
    assert {**alone, "engines": None} == {**together, "engines": None}


def test_an_earlier_time_is_answered_as_it_stood_then() -> None:
    events: list[Event] = [*FULL, Toxicity(on(10), "neurologic", 4), End(on(10), permanent=True)]
    assert stopped(advice(events, on(9))) == []
    assert advice(events, on(9)) == advice(events[:2], on(9))


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"indication": "nhs-england/x"}, "nothing is stated of giving the treatment under `nhs-england/x`"),
        ({"events": [Start(datetime(2019, 1, 1, 9), 1, "full")]}, "what `us-label` says of toxicities on 2019-01-01"),  # noqa: DTZ001
        ({"events": [Start(on(1), 12, "full")]}, "`us-label/relapsed-refractory` has no cycle 12"),
    ],
)
def test_what_the_knowledge_does_not_cover_is_refused(how: dict[str, Any], problem: str) -> None:
    with pytest.raises(blinadss.UsageError) as error:
        advice(how.get("events", FULL), on(9), indication=how.get("indication", US))
    assert problem in str(error.value)


def test_a_course_that_has_not_begun_says_so() -> None:
    given = advice([], on(1))
    assert (given.cycle, given.due, given.stops) == (None, (), ())
    assert "The infusion has not started." in course_text(given)


def test_the_example_of_the_documentation_reads_as_it_did() -> None:
    course = blinadss.load_course(ROOT / "docs" / "examples" / "course.yaml")
    profile = blinadss.load_profile(ROOT / "docs" / "examples" / "patient.yaml")
    given = advise_course(course, profile, US, at=on(14, 10), engines=["reference"])
    assert action(given, "neurologic")[0] == "neurologic-grade-3"
    assert given.infused_hours == "222.3333"
    with_zone = blinadss.Course.of([Start(datetime(2026, 12, 1, 9, tzinfo=UTC), 1, "full")])
    assert advise_course(with_zone, profile, US, at=datetime(2026, 12, 2, 9, tzinfo=UTC)).infused_hours == "24"
    days = blinadss.Course.of([Start(date(2026, 12, 1), 1, "full")])
    assert advise_course(days, profile, US, at=date(2026, 12, 3)).infused_hours == "48"


def test_a_toxicity_that_interrupts_keeps_the_infusion_stopped_whatever_another_row_says() -> None:
    events = [*FULL, Toxicity(on(10), "neurologic", 3), Interruption(on(10))]
    given = advice(events, on(11))
    assert action(given, "interruption")[0] == "interruption-from-4-hours"
    assert given.stopped_by == ("us-label/neurologic",)
    text = " ".join(course_text(given).split())
    assert "← NOT YET: Neurologic toxicity, ICANS included keeps the infusion stopped" in text


@settings(max_examples=40)
@given(legal_events())
def test_a_stop_for_good_that_came_due_is_due_at_every_later_event(events: list[Event]) -> None:
    course = Course.of(events)
    before: set[tuple[str, str]] = set()
    for at in dict.fromkeys(event.at for event in events):
        cycles = [event.cycle for event in course.until(at).events if isinstance(event, Start)]
        if cycles and cycles[-1] > 9:
            return
        now = advise_course(course, ADULT, US, at=at, engines=["reference"])
        due = {(each.toxicity, each.row) for each in now.stops}
        assert before <= due
        assert not (due and now.due)
        assert all(each.action is None or each.rows for each in now.toxicities)
        before = due
