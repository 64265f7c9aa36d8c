"""A course of treatment: what follows from its events, what cannot have happened, and what is due."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import courses
from blinadss.course import Course, CourseError, folded
from blinadss.course_due import Due, InfusionPlan
from blinadss.course_status import OpenToxicity
from blinadss.errors import UsageError
from blinadss.events import (
    TOXICITIES,
    BagChange,
    End,
    Event,
    Interruption,
    Moment,
    Resolution,
    Restart,
    Seizure,
    Start,
    Step,
    Toxicity,
    hours_in,
)
from blinadss.intake import load_profile
from blinadss.quantity import TIME
from courses import any_events, legal_events

PLAN = InfusionPlan(28, timedelta(days=7), timedelta(hours=96))


def on(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A time in December 2026, which goes on into January."""
    return datetime(2026, 12, 1, hour, minute) + timedelta(days=day - 1)  # noqa: DTZ001 - the clock on the wall


STARTED = (Start(on(1), 1, "starting"),)
STOPPED = (*STARTED, Interruption(on(4)))
RESTARTED = (*STOPPED, Restart(on(8), "starting"))


class Summer(tzinfo):
    """A zone whose clocks go back from 3 to 2 in the night of 25 October 2026, as in Berlin."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        assert when is not None
        change = datetime(2026, 10, 25, 3 if when.fold == 0 else 2)  # noqa: DTZ001
        return timedelta(hours=2 if when.replace(tzinfo=None, fold=0) < change else 1)

    def fromutc(self, when: datetime) -> datetime:
        summer = when.replace(tzinfo=None) < datetime(2026, 10, 25, 1)  # noqa: DTZ001
        shown = when + timedelta(hours=2 if summer else 1)
        return shown.replace(fold=int(not summer and shown.replace(tzinfo=None) < datetime(2026, 10, 25, 3)))  # noqa: DTZ001

    def dst(self, when: datetime | None) -> timedelta:
        return self.utcoffset(when) - timedelta(hours=1)

    def tzname(self, when: datetime | None) -> str:
        return "summer" if self.dst(when) else "winter"


BERLIN = Summer()


def problems_of(events: Sequence[Any]) -> list[str]:
    with pytest.raises(CourseError) as caught:
        Course.of(events)
    return [problem.problem for problem in caught.value.problems]


def test_an_empty_course_says_nothing() -> None:
    course, status = Course(), Course().status(on(1))
    assert len(course) == 0
    assert course.facts(on(1)) == {}
    assert course.due(on(1), PLAN) == ()
    assert (status.cycle, status.running, status.level, status.infused) == (None, False, None, timedelta(0))
    assert (status.ended, status.permanent, status.interrupted_since, status.toxicities) == (False, False, None, ())


def test_an_interruption_is_not_counted_as_infusion() -> None:
    course = Course.of(RESTARTED)
    assert course.status(on(6)).infusion_days == 3
    assert course.status(on(8)).infusion_days == 3
    assert course.status(on(9, 21)).infusion_days == Fraction(9, 2)
    assert course.status(on(9)).infused == timedelta(days=4)


def test_a_new_cycle_begins_with_no_infusion_behind_it() -> None:
    course = Course.of([*STOPPED, Start(on(20), 2, "full")])
    status = course.status(on(21))
    assert (status.cycle, status.infused, status.level) == (2, timedelta(days=1), "full")


def test_grave_toxicity_lasts_until_it_has_settled() -> None:
    course = Course.of(
        [
            *STARTED,
            Toxicity(on(2), "neurologic", 2),
            Toxicity(on(3), "neurologic", 3),
            Interruption(on(3, 10)),
            Toxicity(on(4), "neurologic", 2),
            Toxicity(on(6), "neurologic", 1),
            Resolution(on(7), "neurologic"),
        ]
    )
    assert course.facts(on(2, 10)) == {
        "toxicity.neurologic": "grade 2",
        "toxicity.neurologic_reached_grade_3": "absent",
        "toxicity.neurologic_lasting": "0 hours",
        "toxicity.neurologic_at_starting_dose": "absent",
        "infusion.interrupted_for": "0 hours",
        "plan.cycle": "1",
    }
    assert course.facts(on(4)) == {
        "toxicity.neurologic": "grade 2",
        "toxicity.neurologic_reached_grade_3": "present",
        "toxicity.neurologic_lasting": "24 hours",
        "toxicity.neurologic_settled_for": "0 hours",
        "toxicity.neurologic_at_starting_dose": "present",
        "infusion.interrupted_for": "23 hours",
        "infusion.first_cycle": "present",
        "plan.cycle": "1",
    }
    assert course.facts(on(9)) == {
        "toxicity.neurologic": "grade 0",
        "toxicity.neurologic_reached_grade_3": "present",
        "toxicity.neurologic_lasting": "0 hours",
        "toxicity.neurologic_settled_for": "72 hours",
        "toxicity.neurologic_at_starting_dose": "present",
        "infusion.interrupted_for": "143 hours",
        "infusion.first_cycle": "present",
        "plan.cycle": "1",
    }


def test_toxicity_that_comes_back_begins_to_settle_anew() -> None:
    grades = [3, 1, 2, 1]
    course = Course.of([*STARTED, *(Toxicity(on(2 + day), "neurologic", grade) for day, grade in enumerate(grades))])
    settled = [course.facts(on(2 + day, 21)).get("toxicity.neurologic_settled_for") for day in range(4)]
    assert settled == ["0 hours", "12 hours", "0 hours", "12 hours"]
    assert course.facts(on(4, 21))["toxicity.neurologic_lasting"] == "0 hours"


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], None),
        ([Toxicity(on(2), "neurologic", 2)], "absent"),
        ([Toxicity(on(2), "neurologic", 3)], "present"),
        ([Step(on(2), "full"), Toxicity(on(2), "neurologic", 3)], "absent"),
        ([Toxicity(on(2), "neurologic", 2), Step(on(3), "full"), Toxicity(on(4), "neurologic", 4)], "absent"),
        ([Toxicity(on(2), "neurologic", 3), Step(on(3), "full"), Toxicity(on(4), "neurologic", 4)], "present"),
        (
            [
                Toxicity(on(2), "neurologic", 3),
                Resolution(on(3), "neurologic"),
                Step(on(3), "full"),
                Toxicity(on(4), "neurologic", 3),
            ],
            "present",
        ),
        ([Interruption(on(2)), Toxicity(on(2, 10), "neurologic", 3)], "present"),
        ([End(on(2), permanent=False), Toxicity(on(2, 10), "neurologic", 3)], None),
    ],
)
def test_the_dose_at_which_toxicity_became_grave_is_remembered(events: list[Event], said: str | None) -> None:
    facts = Course.of([*STARTED, *events]).facts(on(9))
    assert facts.get("toxicity.neurologic_at_starting_dose") == said


def test_no_grade_and_no_count_is_made_up() -> None:
    facts = Course.of([*STARTED, Toxicity(on(2), "crs", 0)]).facts(on(3))
    assert facts == {
        "toxicity.crs": "grade 0",
        "toxicity.crs_reached_grade_3": "absent",
        "toxicity.crs_lasting": "0 hours",
        "infusion.interrupted_for": "0 hours",
        "plan.cycle": "1",
    }


def test_a_stop_is_only_spoken_of_while_it_lasts() -> None:
    course = Course.of([*RESTARTED, End(on(20), permanent=True)])
    assert course.facts(on(5))["infusion.interrupted_for"] == "24 hours"
    assert course.facts(on(8)) == {"infusion.interrupted_for": "0 hours", "plan.cycle": "1"}
    assert course.facts(on(21)) == {"plan.cycle": "1"}
    assert (course.status(on(21)).ended, course.status(on(21)).permanent) == (True, True)
    assert Course.of([*STARTED, End(on(2), permanent=False)]).status(on(2)).permanent is False
    later = Course.of([Start(on(1), 2, "full"), Interruption(on(2))])
    assert later.facts(on(3))["infusion.first_cycle"] == "absent"


def test_open_toxicities_say_when_and_at_which_level_they_began() -> None:
    course = Course.of([*STARTED, Toxicity(on(2), "liver", 1), Step(on(8), "full"), Toxicity(on(9), "liver", 3)])
    assert course.status(on(9)).toxicities == (OpenToxicity("liver", 3, on(2), "starting"),)
    assert course.then(Resolution(on(10), "liver")).status(on(10)).toxicities == ()


def test_a_profile_takes_what_the_course_says_in_place_of_its_own() -> None:
    base = load_profile(
        {
            "id": "x",
            "assessed_on": "2026-12-09",
            "patient": {"sex": "male"},
            "toxicity": {"neurologic": "grade 4", "neurologic_lasting": "9 hours", "liver": "grade 1"},
            "infusion": {"interrupted_for": "9 hours", "first_cycle": "present"},
            "plan": {"start_on": "2026-12-01", "cycle": 7},
        }
    )
    assert base.given  # what it knows of itself must not be carried over
    profile = Course.of([*RESTARTED, Toxicity(on(8), "neurologic", 1)]).profile(base, on(9))
    shown = {fact: [each.text for each in seen] for fact, seen in profile.given.items()}
    assert shown == {
        "patient.sex": ["male"],
        "toxicity.neurologic": ["grade 1"],
        "toxicity.neurologic_reached_grade_3": ["absent"],
        "toxicity.neurologic_lasting": ["0 hours"],
        "toxicity.neurologic_at_starting_dose": ["absent"],
        "toxicity.liver": ["grade 1"],
        "infusion.interrupted_for": ["0 hours"],
        "plan.start_on": ["2026-12-01"],
        "plan.cycle": ["1"],
    }
    assert (profile.id, profile.assessed_on) == ("x", date(2026, 12, 9))
    assert {each.on for each in profile.given["plan.cycle"]} == {date(2026, 12, 9)}
    assert base.given["plan.cycle"][0].text == "7"


def test_days_alone_are_counted_as_days() -> None:
    course = Course.of([Start(date(2026, 12, 1), 1, "starting"), Interruption(date(2026, 12, 4))])
    assert course.facts(date(2026, 12, 6))["infusion.interrupted_for"] == "48 hours"
    assert course.status(date(2026, 12, 6)).infusion_days == 3
    again = course.then(Restart(date(2026, 12, 6), "full"))
    assert again.due(date(2026, 12, 7), replace(PLAN, bag=None)) == (Due("end", date(2026, 12, 31), overdue=False),)


def test_an_hour_of_infusion_is_an_hour_when_the_clocks_change() -> None:
    start = datetime(2026, 10, 24, 9, tzinfo=BERLIN)
    course = Course.of([Start(start, 1, "full")])
    assert course.status(datetime(2026, 10, 25, 9, tzinfo=BERLIN)).infused == timedelta(hours=25)
    at = datetime(2026, 10, 24, 10, tzinfo=BERLIN)
    assert [str(each) for each in course.due(at, PLAN)] == [
        "bag change: 2026-10-28 08:00+01:00",
        "end: 2026-11-21 08:00+01:00",
    ]
    twice: list[Event] = [Interruption(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)),
             Restart(datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=BERLIN), "full")]  # fmt: skip
    assert Course.of([Start(start, 1, "full"), *twice]).facts(at)["plan.cycle"] == "1"


def test_what_is_due_stands_in_the_order_of_its_times() -> None:
    course = Course.of(STARTED)
    assert [str(each) for each in course.due(on(5), PLAN)] == [
        "bag change: 2026-12-05 09:00",
        "step to full: 2026-12-08 09:00",
        "end: 2026-12-29 09:00",
    ]
    assert [str(each) for each in course.due(on(9), PLAN)] == [
        "bag change: 2026-12-05 09:00 (overdue)",
        "step to full: 2026-12-08 09:00 (overdue)",
        "end: 2026-12-29 09:00",
    ]
    stepped = course.then(Step(on(8), "full"))
    assert stepped.due(on(8), PLAN) == (Due("bag_change", on(12), overdue=False), Due("end", on(29), overdue=False))


def test_the_first_week_counts_from_when_the_level_was_reached() -> None:
    down = Course.of([Start(on(1), 1, "full"), Step(on(3), "starting"), Step(on(5), "starting")])
    assert Due("step", on(10), overdue=False, level="full") in down.due(on(6), PLAN)


def test_an_interruption_moves_the_end_and_a_restart_begins_the_first_week_again() -> None:
    course = Course.of(RESTARTED)
    assert course.due(on(5), PLAN) == ()
    assert [str(each) for each in course.due(on(8), PLAN)] == [
        "bag change: 2026-12-12 09:00",
        "step to full: 2026-12-15 09:00",
        "end: 2027-01-02 09:00",
    ]


def test_nothing_but_the_end_is_due_at_the_end() -> None:
    late = Course.of([Start(on(1), 1, "full"), Interruption(on(25)), Restart(on(26), "starting")])
    assert late.due(on(26), PLAN) == (Due("end", on(30), overdue=False),)
    over = Course.of([Start(on(1), 1, "full"), Interruption(on(35)), Restart(on(36), "starting")])
    assert over.due(on(37), PLAN) == (Due("end", on(36), overdue=True),)


@pytest.mark.parametrize("wrong", [{"infusion_days": 0}, {"step_after": timedelta(0)}, {"bag": timedelta(days=400)},
                                   {"infusion_days": 10**9}])  # fmt: skip
def test_a_plan_of_impossible_lengths_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="of an infusion plan cannot be"):
        InfusionPlan(**{"infusion_days": 28, "step_after": timedelta(days=7), **wrong})


STOPS = "stopped the infusion, and it has not run since"
NO_ZONE = "time without a zone"


@pytest.mark.parametrize(
    ("before", "event", "problem"),
    [
        ((), Restart(on(5), "full"), "event 1 (restart, {5}) cannot be: no event before it started the infusion"),
        (STARTED, Restart(on(5), "full"),
         "event 2 (restart, {5}) cannot be: event 1 (start, {1}) started the infusion, and it has run since"),
        (STOPPED, Interruption(on(5)),
         "event 3 (interruption, {5}) cannot be: event 2 (interruption, {4}) " + STOPS),
        (STOPPED, Seizure(on(3)), "event 3 (seizure, {3}) lies before event 2 (interruption, {4})"),
        (STARTED, Start(on(5), 2, "full"),
         "event 2 (start, {5}) cannot be: event 1 (start, {1}) started the infusion, and it has run since"),
        (RESTARTED, Start(on(9), 2, "full"),
         "event 4 (start, {9}) cannot be: event 3 (restart, {8}) restarted the infusion, and it has run since"),
        (STOPPED, BagChange(on(5)),
         "event 3 (bag change, {5}) cannot be: event 2 (interruption, {4}) " + STOPS),
        (STOPPED, Step(on(5), "full"),
         "event 3 (step, {5}) cannot be: event 2 (interruption, {4}) stopped the infusion, and it has not run since"),
        ((*STARTED, End(on(4), permanent=False)), Restart(on(5), "full"),
         "event 3 (restart, {5}) cannot be: event 2 (end, {4}) ended the cycle, and nothing has started since"),
        ((*STARTED, End(on(4), permanent=True)), Start(on(5), 2, "full"),
         "event 3 (start, {5}) cannot be: event 2 (end, {4}) ended the treatment for good"),
        (STARTED, Toxicity(on(5), "crs", 9), "event 2 (toxicity, {5}): there is no grade `9`"),
        (STARTED, Toxicity(on(5), "crs", True), "event 2 (toxicity, {5}): there is no grade `True`"),
        (STARTED, Toxicity(on(5), "csr", 1), "event 2 (toxicity, {5}): `csr` is not graded"),
        (STARTED, Step(on(5), "half"), "event 2 (step, {5}): there is no level `half`"),  # type: ignore[arg-type]
        ((), Start(on(5), 0, "full"), "event 1 (start, {5}): there is no cycle `0`"),
        (STARTED, End(on(5), "no"),  # type: ignore[arg-type]
         "event 2 (end, {5}): it must say whether the end is permanent"),
        (STOPPED, Start(on(5), 1, "full"),
         "event 3 (start, {5}) cannot be: event 1 (start, {1}) started cycle 1 already"),
        ((Start(on(1), 3, "full"), Interruption(on(4))), Start(on(5), 2, "full"),
         "event 3 (start, {5}) cannot be: event 1 (start, {1}) started cycle 3 already"),
        (STARTED, Resolution(on(5), "crs"), "event 2 (resolution, {5}) resolves a toxicity (crs) that never was"),
        ((Toxicity(on(4), "crs", 0),), Resolution(on(5), "crs"),
         "event 2 (resolution, {5}) resolves a toxicity (crs) that never was; event 1 (toxicity, {4}) graded it 0"),
        ((Toxicity(on(5), "crs", 2),), Toxicity(on(5), "crs", 3),
         "event 2 (toxicity, {5}) gives crs grade 3, but event 1 (toxicity, {5}) grade 2 at the same time"),
        ((Toxicity(on(4), "crs", 2, "astct"),), Toxicity(on(5), "crs", 3, "ctcae-v5"),
         "event 2 (toxicity, {5}) grades crs by `ctcae-v5`, but event 1 (toxicity, {4}) by another scale"),
        (STARTED, Seizure(date(2026, 12, 5)),
         "event 2 (seizure, 2026-12-05) is given as a day, but event 1 (start, {1}) as a time without a zone"),
        (STARTED, Seizure(on(5).replace(tzinfo=UTC)),
         "event 2 (seizure, {5}+00:00) is given as a time with a zone, but event 1 (start, {1}) as a " + NO_ZONE),
        (STARTED, Seizure(datetime(26, 12, 5)),  # noqa: DTZ001
         "event 2 (seizure): the year of 0026-12-05 00:00 is not of this time"),
        (STARTED, Seizure("2026-12-05"), "event 2 (seizure): `2026-12-05` is not a time"),  # type: ignore[arg-type]
        (STARTED, "seizure", "event 2 is not an event"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_refused_beside_what_it_contradicts(
    before: tuple[Event, ...], event: Any, problem: str
) -> None:
    days = [f"2026-12-{day:02} 09:00" for day in range(10)]
    for number, day in enumerate(days):
        problem = problem.replace(f"{{{number}}}", day)
    assert problems_of([*before, event]) == [problem]
    course = Course.of(before)
    with pytest.raises(CourseError) as caught:
        course.then(event)
    assert caught.value.problems[0].problem == problem
    assert course.events == before


def test_all_that_is_wrong_is_found_in_one_pass_and_numbered_as_it_was_given() -> None:
    wrong: list[Event] = [
        *STARTED,
        Start(on(2), 0, "full"),
        Restart(on(3), "full"),
        Interruption(on(4)),
        Toxicity(on(4), "crs", 9),
    ]
    with pytest.raises(CourseError) as caught:
        Course.of([*wrong, BagChange(on(5))])
    assert [str(each).partition(" (")[0] for each in caught.value.problems] == [
        "event 2",
        "event 3",
        "event 5",
        "event 6",
    ]
    assert "event 6 (bag change, 2026-12-05 09:00) cannot be: event 4 (interruption" in str(caught.value)
    assert str(caught.value).startswith("the course has 4 problems\n")
    assert [each.hint for each in caught.value.problems] == [
        "the first cycle is 1",
        "add the interruption before it; a new cycle is a start",
        "a grade is 0 to 5",
        "put it after the restart",
    ]


@pytest.mark.parametrize("at", [date(2026, 12, 5), on(5).replace(tzinfo=UTC), on(5).replace(year=9999), "2026-12-05"])
def test_a_time_that_cannot_be_compared_is_not_asked_about(at: Any) -> None:
    with pytest.raises(UsageError):
        Course.of(STARTED).status(at)


def test_a_course_is_a_value() -> None:
    course, same = Course.of(STOPPED), Course().then(STOPPED[0]).then(STOPPED[1])
    assert course == same
    assert hash(course) == hash(same)
    assert course != Course.of(STARTED)
    assert course != STOPPED
    assert len(course) == 2
    assert repr(course) == f"Course.of({list(STOPPED)})"
    assert pickle.loads(pickle.dumps(course)) == copy.deepcopy(course) == course  # noqa: S301 - our own
    with pytest.raises(AttributeError):
        course._state = course._state  # type: ignore[misc]  # noqa: SLF001


def test_a_very_long_course_is_copied_and_dropped_without_going_deep() -> None:
    course = Course.of([*STARTED, *(BagChange(on(1) + timedelta(minutes=each)) for each in range(50_000))])
    assert pickle.loads(pickle.dumps(course)) == course  # noqa: S301
    assert course.until(on(1)).events == (STARTED[0], BagChange(on(1)))
    del course


@given(legal_events(), st.data())
def test_the_facts_are_those_that_all_events_looked_at_again_give(events: list[Event], data: Any) -> None:
    """Folding forgets nothing that counts."""
    course = Course.of(events)
    at = time_in(data, events)
    assert course.facts(at) == courses.facts_of(events, at)
    assert course.status(at).infused == courses.infused_by([event for event in events if event.at <= at], at)


@given(legal_events(), st.data())
def test_every_fact_can_be_written_in_a_profile(events: list[Event], data: Any) -> None:
    """What the course says is what the profile then knows, as it was said."""
    at = time_in(data, events)
    course = Course.of(events)
    profile = course.profile(load_profile({}), at)
    assert {fact: seen[0].text for fact, seen in profile.given.items()} == course.facts(at)


@given(any_events())
def test_exactly_what_cannot_have_happened_is_refused(events: list[Event]) -> None:
    """Every event is accepted or refused by what was accepted before it, in one pass."""
    assert [number for number, _ in folded(events)[1]] == courses.refused_of(events)


@given(legal_events(), any_events(3), st.data())
def test_one_impossible_event_among_possible_ones_is_found(events: list[Event], others: list[Event], data: Any) -> None:
    """A course with something put in or taken out is refused where the events no longer fit."""
    place = data.draw(st.integers(0, len(events)))
    changed = [*events[:place], *others, *events[place + data.draw(st.integers(0, 2)) :]]
    refused = courses.refused_of(changed)
    if refused:
        assert len(problems_of(changed)) == len(refused)
    else:
        assert Course.of(changed).events == tuple(changed)


@given(legal_events(), st.data())
def test_a_course_is_its_beginning_and_then_the_rest(events: list[Event], data: Any) -> None:
    """Folding is incremental, and no earlier course is changed by what comes after it."""
    place = data.draw(st.integers(0, len(events)))
    at = time_in(data, events)
    beginning = Course.of(events[:place])
    before = (beginning.events, beginning.status(at), beginning.facts(at), beginning.due(at, PLAN))
    course = beginning
    for event in events[place:]:
        course = course.then(event)
    other = beginning
    for event in data.draw(any_events(4)):
        other = folded([*other.events, event])[0]
    whole = Course.of(events)
    assert course == whole
    assert (course.status(at), course.facts(at), course.due(at, PLAN), course.patterns()) == (
        whole.status(at), whole.facts(at), whole.due(at, PLAN), whole.patterns()
    )  # fmt: skip
    assert (beginning.events, beginning.status(at), beginning.facts(at), beginning.due(at, PLAN)) == before


@given(legal_events(), st.data())
def test_what_comes_later_does_not_change_how_it_stood(events: list[Event], data: Any) -> None:
    """A time is answered from the events up to it."""
    at = time_in(data, events)
    earlier = Course.of([event for event in events if event.at <= at])
    course = Course.of(events)
    assert course.until(at) == earlier
    assert (course.status(at), course.facts(at), course.due(at, PLAN)) == (
        earlier.status(at), earlier.facts(at), earlier.due(at, PLAN)
    )  # fmt: skip


@given(legal_events(), st.sets(st.sampled_from(TOXICITIES), min_size=2), st.data())
def test_the_order_of_independent_events_of_one_time_does_not_matter(
    events: list[Event], which: set[str], data: Any
) -> None:
    """Different toxicities, seizures and a bag change at one time may be listed in any order."""
    at = courses.FIRST + timedelta(days=400)
    together: list[Event] = [Toxicity(at, of, data.draw(st.integers(0, 5))) for of in sorted(which)]
    together += [Seizure(at), BagChange(at)]
    both = []
    for order in (together, data.draw(st.permutations(together))):
        course = folded([*events, *order])[0]
        both.append((course.status(at), course.facts(at + timedelta(hours=5)), course.due(at, PLAN)))
    assert both[0] == both[1]


@given(legal_events(), st.integers(-14 * 60, 14 * 60), st.data())
def test_only_the_time_between_events_counts(events: list[Event], minutes: int, data: Any) -> None:
    """The same course by a clock elsewhere says the same."""
    zone = timezone(timedelta(minutes=minutes))
    at = time_in(data, events)
    elsewhere = [replace(event, at=there(event.at, zone)) for event in events]
    course, moved = Course.of(events), Course.of(elsewhere)
    assert moved.facts(at.replace(tzinfo=UTC)) == course.facts(at)
    assert [replace(each, at=there(each.at, zone)) for each in course.due(at, PLAN)] == [
        *moved.due(at.replace(tzinfo=UTC), PLAN)
    ]


@given(legal_events(), st.data())
def test_the_infusion_ends_when_it_has_run_as_long_as_it_should(events: list[Event], data: Any) -> None:
    """If nothing more happens, the end is due when the days of infusion are full."""
    at = time_in(data, events)
    course = Course.of(events).until(at)
    due = course.due(at, PLAN)
    assert bool(due) == course.status(at).running
    if due and not due[-1].overdue:
        assert due[-1].what == "end"
        assert course.status(due[-1].at).infusion_days == PLAN.infusion_days
        assert [each.overdue for each in due] == sorted((each.overdue for each in due), reverse=True)


@given(st.integers(0, 10**13), st.integers(0, 2000))
def test_hours_never_reach_or_leave_a_whole_hour_by_being_rounded(microseconds: int, threshold: int) -> None:
    """What is written compares with whole hours as the length itself does."""
    length, hour = timedelta(microseconds=microseconds), timedelta(hours=1)
    written = TIME.read(hours_in(length)).magnitude
    assert (written > threshold, written < threshold) == (length > hour * threshold, length < hour * threshold)
    assert hours_in(length) == courses.hours(length)


def time_in(data: Any, events: Sequence[Event]) -> datetime:
    """A time at an event, shortly before it, or some time after."""
    near: list[Moment] = [courses.FIRST, *(event.at for event in events)]
    offset = data.draw(st.sampled_from([timedelta(0), timedelta(seconds=-1), timedelta(days=2, minutes=1)]))
    at = data.draw(st.sampled_from(near)) + offset
    assume(isinstance(at, datetime))
    return at  # type: ignore[no-any-return]


def there(at: Moment, zone: timezone) -> datetime:
    """A time, taken as UTC, by the clock in a zone."""
    assert isinstance(at, datetime)
    return at.replace(tzinfo=UTC).astimezone(zone)
