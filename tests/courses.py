"""Random courses for the tests, and what is true of one, worked out by looking at all of its events again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from hypothesis import strategies as st

from blinadss.events import (
    TOXICITIES,
    BagChange,
    End,
    Event,
    Interruption,
    Resolution,
    Restart,
    Seizure,
    Start,
    Step,
    Toxicity,
)

FIRST = datetime(2026, 12, 1, 9)  # noqa: DTZ001 - the clock on the wall
WAITS = [timedelta(0), timedelta(microseconds=1), timedelta(minutes=7), timedelta(hours=4), timedelta(days=1),
         timedelta(days=3), timedelta(days=7), timedelta(days=7, seconds=1)]  # fmt: skip
LETTERS = {Start: "s", Restart: "r", Interruption: "i", End: "e", BagChange: "b", Step: "t"}
# The letter that turned the infusion last (none: ^) and one that may follow it.
FOLLOWS = {"^s", "si", "sb", "st", "se", "ri", "rb", "rt", "re", "ir", "is", "ie", "es"}


LEVEL, OF, NOW = st.sampled_from(["starting", "full"]), st.sampled_from(TOXICITIES), st.just(FIRST)
SCALE = st.sampled_from([None, None, None, None, "ctcae-v5", "ctcae-v3"])
# Any event at all, mostly possible by itself; made once, since making strategies takes longer than drawing from them.
ANY: st.SearchStrategy[Event] = st.one_of(
    st.builds(Start, NOW, st.integers(0, 4), LEVEL),
    st.builds(Step, NOW, LEVEL),
    st.builds(BagChange, NOW),
    st.builds(Interruption, NOW),
    st.builds(Restart, NOW, LEVEL),
    st.builds(Toxicity, NOW, OF, st.integers(0, 6), SCALE),
    st.builds(Seizure, NOW),
    st.builds(Resolution, NOW, OF),
    st.builds(End, NOW, st.sampled_from([False, False, False, True])),
)


@st.composite
def any_events(draw: st.DrawFn, longest: int = 25) -> list[Event]:
    """Events in any order, most of them impossible."""
    at, events = FIRST, []
    for wait in draw(st.lists(st.sampled_from([*WAITS, timedelta(hours=-1)]), max_size=longest)):
        at += wait
        events.append(replace(draw(ANY), at=at))
    return events


@st.composite
def legal_events(draw: st.DrawFn, longest: int = 25) -> list[Event]:
    """Events that can have happened, in a walk from one to the next."""
    at, turned, cycle = FIRST, "^", 0
    events: list[Event] = []
    for wait in draw(st.lists(st.sampled_from(WAITS), max_size=longest)):
        at += wait
        letters = sorted(pair[1] for pair in FOLLOWS if pair[0] == turned)
        choices = [*letters, "toxicity", "toxicity", "resolution", "seizure"]
        choice = draw(st.sampled_from(choices))
        level: Any = draw(st.sampled_from(["starting", "full"]))
        of, grade = draw(st.sampled_from(TOXICITIES)), draw(st.integers(0, 5))
        graded = [each for each in events if isinstance(each, Toxicity | Resolution) and each.of == of]
        if choice == "s":
            cycle += draw(st.integers(1, 2))
        if choice in {"toxicity", "resolution"} and any(each.at == at for each in graded):
            choice = "seizure"
        if choice == "resolution" and not any(getattr(each, "grade", 0) for each in graded):
            choice = "toxicity"
        made: dict[str, Event] = {
            "s": Start(at, cycle, level), "t": Step(at, level), "b": BagChange(at), "i": Interruption(at),
            "r": Restart(at, level), "e": End(at, permanent=False), "seizure": Seizure(at),
            "toxicity": Toxicity(at, of, grade), "resolution": Resolution(at, of),
        }  # fmt: skip
        events.append(made[choice])
        turned = choice if choice in "sire" else turned
    if turned in {"s", "r", "i"} and draw(st.booleans()):
        events.append(End(at, permanent=draw(st.booleans())))
    return events


def refused_of(events: Sequence[Event]) -> list[int]:
    """The numbers of the events that cannot have happened, going on without each."""
    kept: list[Event] = []
    refused = []
    for number, event in enumerate(events, 1):
        if _possible(kept, event):
            kept.append(event)
        else:
            refused.append(number)
    return refused


def _possible(kept: Sequence[Event], event: Event) -> bool:
    ended = any(isinstance(each, End) and each.permanent for each in kept)
    if any(each.at > event.at for each in kept):
        return False
    if isinstance(event, Toxicity | Resolution):
        return _gradable(
            [each for each in kept if isinstance(each, Toxicity | Resolution) and each.of == event.of], event
        )
    return isinstance(event, Seizure) or (not ended and _turnable(kept, event))


def _turnable(kept: Sequence[Event], event: Event) -> bool:
    letters = "^" + "".join(LETTERS.get(type(each), "") for each in kept)
    pair = re.sub("[bt]", "", letters)[-1] + LETTERS[type(event)]
    if isinstance(event, End) and event.permanent and pair == "ee":
        return True
    cycles = [0, *(each.cycle for each in kept if isinstance(each, Start))]
    return pair in FOLLOWS and (not isinstance(event, Start) or event.cycle > max(cycles))


def _gradable(same: Sequence[Toxicity | Resolution], event: Toxicity | Resolution) -> bool:
    if any(each.at == event.at and grade_of(each) != grade_of(event) for each in same):
        return False
    if isinstance(event, Resolution):
        return any(grade_of(each) > 0 for each in same)
    scales = {getattr(each, "scale", None) for each in same} | {event.scale}
    return event.grade <= 5 and len(scales - {None}) <= 1


def grade_of(event: Toxicity | Resolution) -> int:
    """The grade that an event gives."""
    return event.grade if isinstance(event, Toxicity) else 0


def hours(length: timedelta) -> str:
    """The length in hours, in decimals this time; cut after four places, but not to a whole hour."""
    exact = Decimal(length // timedelta(microseconds=1)) / Decimal(3_600_000_000)
    cut = exact.quantize(Decimal("0.0001"), ROUND_FLOOR)
    if cut != exact and cut == cut.to_integral_value():
        cut += Decimal("0.0001")
    return f"{cut.normalize():f} hours"


def level_at(events: Sequence[Event], place: int) -> str | None:
    """The level that was last given when the event in that place happened."""
    for event in reversed(events[: place + 1]):
        if isinstance(event, Start | Step | Restart):
            return event.level
        if isinstance(event, End):
            return None
    return None


def infused_by(events: Sequence[Event], at: datetime) -> timedelta:
    """How long the infusion ran in the last cycle: every stretch between two events in which it ran, added up."""
    starts = [place for place, event in enumerate(events) if isinstance(event, Start)]
    this = events[starts[-1] :] if starts else []
    turns = [event for event in this if isinstance(event, Start | Restart | Interruption | End)]
    total = timedelta(0)
    for event, following in zip(turns, [*turns[1:], replace(turns[-1], at=at)] if turns else [], strict=True):
        if isinstance(event, Start | Restart):
            total += following.at - event.at
    return total


def onsets(events: Sequence[Event], of: str) -> list[tuple[int, int | None]]:
    """Where each grave episode began and where it settled, by the place in the list."""
    graded = [
        (place, grade_of(event))
        for place, event in enumerate(events)
        if isinstance(event, Toxicity | Resolution) and event.of == of
    ]
    found = []
    while any(grade >= 3 for _, grade in graded):
        first = next(number for number, (_, grade) in enumerate(graded) if grade >= 3)
        rest = [number for number, (_, grade) in enumerate(graded) if grade <= 1 and number > first]
        found.append((graded[first][0], graded[rest[0]][0] if rest else None))
        graded = graded[rest[0] + 1 :] if rest else []
    return found


def dealt_with(events: Sequence[Event], of: str, settled: int | None) -> bool:
    """Whether the infusion began again after an episode had settled, while it was settled."""
    grade = 0
    for place, event in enumerate(events):
        if isinstance(event, Toxicity | Resolution) and event.of == of:
            grade = grade_of(event)
        if settled is not None and place > settled and isinstance(event, Start | Restart) and grade <= 1:
            return True
    return False


def facts_of(everything: Sequence[Event], at: datetime) -> dict[str, str]:
    """What the events up to that time say of the patient."""
    events = [event for event in everything if event.at <= at]
    facts: dict[str, Any] = {}
    for of in TOXICITIES:
        graded = [each for each in events if isinstance(each, Toxicity | Resolution) and each.of == of]
        if not graded:
            continue
        facts[f"toxicity.{of}"] = f"grade {grade_of(graded[-1])}"
        episodes = onsets(events, of)
        open_since = events[episodes[-1][0]].at if episodes and episodes[-1][1] is None else at
        facts[f"toxicity.{of}_lasting"] = hours(at - open_since)  # type: ignore[operator]
        current = bool(episodes) and not dealt_with(events, of, episodes[-1][1])
        facts[f"toxicity.{of}_reached_grade_3"] = "present" if current else "absent"
        if current and of != "crs":
            calm = graded[max(number for number, each in enumerate(graded) if grade_of(each) > 1) + 1 :]
            facts[f"toxicity.{of}_settled_for"] = hours(at - calm[0].at) if calm else "0 hours"  # type: ignore[operator]
        levels = {level_at(events, place) for place, _ in episodes} - {None}
        if of == "neurologic" and (levels or not episodes):
            facts["toxicity.neurologic_at_starting_dose"] = "present" if "starting" in levels else "absent"
    seizures = sum(isinstance(event, Seizure) for event in events)
    if seizures:
        facts["toxicity.seizures"] = str(seizures)
    cycles = [event.cycle for event in events if isinstance(event, Start)]
    turns = [event for event in events if isinstance(event, Start | Restart | Interruption | End)]
    if turns and isinstance(turns[-1], Start | Restart):
        facts["infusion.interrupted_for"] = "0 hours"
    if turns and isinstance(turns[-1], Interruption):
        facts["infusion.interrupted_for"] = hours(at - turns[-1].at)  # type: ignore[operator]
        facts["infusion.first_cycle"] = "present" if cycles[-1] == 1 else "absent"
    if cycles:
        facts["plan.cycle"] = str(cycles[-1])
    return facts
