"""The patterns of a course: what the fold finds, what all events looked at again give, and what rules find."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given

import courses
from blinadss import correlating
from blinadss.correlating import PatternDisagreement
from blinadss.course import Course
from blinadss.engines import ABSENT
from blinadss.errors import UsageError
from blinadss.events import (
    TOXICITIES,
    BagChange,
    End,
    Event,
    Interruption,
    Restart,
    Seizure,
    Start,
    Step,
    Toxicity,
)
from blinadss.patterns import Episode, Gap, Patterns
from courses import legal_events

AT = [courses.FIRST + timedelta(hours=hour) for hour in range(40)]
EVERYTHING: list[Event] = [
    Start(AT[0], 1, "starting"),
    Toxicity(AT[1], "neurologic", 3),
    Seizure(AT[2]),
    Interruption(AT[3]),
    Toxicity(AT[4], "crs", 4),
    Toxicity(AT[5], "neurologic", 1),
    Restart(AT[6], "full"),
    Toxicity(AT[7], "neurologic", 4),
    Seizure(AT[8]),
    Seizure(AT[9]),
    Interruption(AT[10]),
]
FOUND = Patterns(
    (Gap(4, 7), Gap(11)),
    (
        Episode(2, "neurologic", 6, at_starting=True),
        Episode(5, "crs", None, at_starting=True),
        Episode(8, "neurologic"),
    ),
    9,
)
needs_rules = pytest.mark.skipif("durable" in ABSENT, reason="durable-rules cannot be imported here")


def looked_for(events: Sequence[Event]) -> Patterns:
    """The patterns, by looking at all events again for each."""
    gaps = []
    for place, event in enumerate(events):
        if isinstance(event, Interruption):
            later = [each for each in range(place, len(events)) if isinstance(events[each], Restart | Start | End)]
            gaps.append(Gap(place + 1, later[0] + 1 if later else None))
    episodes = [
        Episode(onset + 1, of, None if settled is None else settled + 1, courses.level_at(events, onset) == "starting")
        for of in TOXICITIES
        for onset, settled in courses.onsets(events, of)
    ]
    seizures = [place for place, event in enumerate(events, 1) if isinstance(event, Seizure)]
    return Patterns(tuple(gaps), tuple(sorted(episodes)), seizures[1] if len(seizures) > 1 else None)


def test_patterns_name_the_events_they_are_made_of() -> None:
    patterns = Course.of(EVERYTHING).patterns()
    assert patterns == FOUND
    assert patterns.open_gap == Gap(11)
    assert Course.of(EVERYTHING[:9]).patterns().open_gap is None
    assert Course().patterns() == Patterns()


def test_a_new_cycle_or_an_end_closes_a_gap() -> None:
    stopped: list[Event] = [Start(AT[0], 1, "full"), Interruption(AT[1])]
    assert Course.of([*stopped, Start(AT[2], 2, "full")]).patterns().gaps == (Gap(2, 3),)
    assert Course.of([*stopped, End(AT[2], permanent=True)]).patterns().gaps == (Gap(2, 3),)


@given(legal_events())
def test_the_fold_finds_what_looking_again_finds(events: list[Event]) -> None:
    """The patterns are those of the events, whatever the fold remembers of them."""
    assert Course.of(events).patterns() == looked_for(events)


@needs_rules
@given(legal_events(40))
def test_rules_find_what_the_fold_finds(events: list[Event]) -> None:
    """Forward chaining over the events concludes what folding them concludes."""
    course = Course.of(events)
    assert course.correlated(engines=("durable",)) == course.patterns()


@needs_rules
def test_the_result_records_which_engines_found_it() -> None:
    course = Course.of(EVERYTHING)
    assert course.correlated() == FOUND
    assert course.correlated().engines == ("reference", "durable")
    assert course.correlated(engines=("durable", "durable")).engines == ("durable",)


@needs_rules
def test_engines_that_differ_give_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlating, "_by_rules", lambda _: Patterns(FOUND.gaps[:1], FOUND.episodes, 9))
    with pytest.raises(PatternDisagreement, match="no answer is given") as caught:
        Course.of(EVERYTHING).correlated()
    assert caught.value.found["reference"] == FOUND


@pytest.mark.parametrize("engines", [(), ("durabel",)])
def test_engines_there_are_not_are_not_asked(engines: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        Course().correlated(engines=engines)


def test_without_durable_rules_the_fold_answers_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ABSENT, "durable", "it is not here")
    monkeypatch.setitem(sys.modules, "blinadss.engines.correlation", None)
    assert Course.of(EVERYTHING).correlated().engines == ("reference",)
    with pytest.raises(UsageError, match="it is not here"):
        Course.of(EVERYTHING).correlated(engines=("durable",))


@needs_rules
def test_nothing_of_a_course_is_left_in_the_rules() -> None:
    from blinadss.engines.correlation import _IDLE

    Course.of(EVERYTHING).correlated()
    Course.of(EVERYTHING[:4]).correlated()
    for memory in _IDLE:
        assert (memory._facts, memory._kept) == ({}, set())  # noqa: SLF001
    assert Course().correlated() == Patterns()


@needs_rules
def test_threads_do_not_share_a_network() -> None:
    steps: list[Event] = [Step(AT[11] + timedelta(minutes=minute), "full") for minute in range(20)]
    course = Course.of([*EVERYTHING[:10], *steps, BagChange(AT[20])])
    ready = threading.Barrier(8)

    def ask(_: int) -> list[Patterns]:
        ready.wait()
        return [course.correlated() for _ in range(30)]

    with ThreadPoolExecutor(8) as pool:
        answers = [each for found in pool.map(ask, range(8)) for each in found]
    assert set(map(repr, answers)) == {repr(course.correlated())}


@needs_rules
def test_a_network_that_failed_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import durable_rules_engine

    from blinadss.engines import correlation
    from blinadss.engines.network import NetworkError

    def fails(*_: object) -> None:
        raise durable_rules_engine.error("no")

    correlation._IDLE.clear()  # noqa: SLF001
    with monkeypatch.context() as patched:
        patched.setattr(durable_rules_engine, "retract_fact", fails)
        with pytest.raises(NetworkError, match="durable-rules failed"):
            Course.of(EVERYTHING).correlated()
    assert correlation._IDLE == []  # noqa: SLF001
    assert Course.of(EVERYTHING).correlated() == FOUND
