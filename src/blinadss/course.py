"""A course of treatment as a list of events that only grows, and how it stands at any time.

    course = Course().then(Start(at, cycle=1, level="starting")).then(Interruption(later))
    course.status(at) · course.facts(at) · course.profile(base, at) · course.due(at, plan)

A course is never changed: `then` gives a new one that shares everything with the
old. A time that lies before later events is answered as it stood then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from blinadss.course_due import Due, InfusionPlan, due_of
from blinadss.course_state import State, after
from blinadss.course_status import CourseStatus, Spoken, spoken_of, status_of
from blinadss.errors import BlinadssError, Mistake, Problem, UsageError
from blinadss.events import Event, Moment, clock, precision, shown
from blinadss.facts import FACTS
from blinadss.observation import Observation, read_observations
from blinadss.patterns import Patterns, patterns_in
from blinadss.profile import PatientProfile
from blinadss.stamps import Refusal


class CourseError(BlinadssError):
    """Events that cannot all have happened; whoever recorded them can correct them."""

    subject = "the course"


_NOTHING = State()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Course:
    """Events in the order in which they happened; ``Course()`` has none. Equal to another of the same events."""

    _state: State = _NOTHING

    @classmethod
    def of(cls, events: Iterable[Event]) -> Course:
        """The course of these events; raises `CourseError` with every event that contradicts an earlier one.

        After an event that is refused the rest is read without it.
        """
        course, refused = folded(events)
        if refused:
            raise CourseError(Problem(each.problem, each.hint) for _, each in refused)
        return course

    def then(self, event: Event) -> Course:
        """The course with one more event; raises `CourseError` if it contradicts an earlier one."""
        try:
            return Course(after(self._state, len(self) + 1, event))
        except Refusal as refusal:
            raise CourseError(refusal.problem, refusal.hint) from None

    def __len__(self) -> int:
        return self._state.length

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Course):
            return NotImplemented
        return self is other or (len(self) == len(other) and self.events == other.events)

    def __hash__(self) -> int:
        return hash(self.events)

    def __repr__(self) -> str:
        return f"Course.of({list(self.events)})"

    def __reduce__(self) -> tuple[Callable[..., Course], tuple[Any, ...]]:
        return Course.of, (self.events,)  # not link by link, which is deeper than Python goes

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, the first one first."""
        return tuple(state.last.event for state in self._states() if state.last)

    def until(self, at: Moment) -> Course:
        """The course as it stood at that time: the events up to and at it."""
        return Course(self._state_at(at))

    def status(self, at: Moment) -> CourseStatus:
        """How the course stands at that time."""
        return status_of(self._state_at(at), at)

    def facts(self, at: Moment) -> dict[str, str]:
        """What the course says of the patient at that time, as a profile writes it; what is not known is left out."""
        return {
            f"{section}.{name}": text
            for section, facts in spoken_of(self._state_at(at), at).items()
            for name, text in facts.items()
            if text is not None
        }

    def profile(self, base: PatientProfile, at: Moment) -> PatientProfile:
        """The profile with what the course says at that time in place of what it said of the same facts."""
        return _laid_over(base, spoken_of(self._state_at(at), at), at)

    def due(self, at: Moment, plan: InfusionPlan) -> tuple[Due, ...]:
        """What is due at that time and next, by time; what should have been done before it is marked."""
        return due_of(self._state_at(at), at, plan)

    def patterns(self) -> Patterns:
        """Stops, grave episodes and a second seizure, by the place of their events."""
        return patterns_in(self._states())

    def correlated(self, *, engines: Sequence[str] | None = None) -> Patterns:
        """The patterns, found by the fold and again by rules; raises `PatternDisagreement` if they differ in anything.

        For small courses: rules take many times as long. The result records which engines ran.
        """
        from blinadss.correlating import correlated  # the rules are only loaded by whoever asks for them

        return correlated(self.events, self.patterns, engines)

    def _states(self) -> list[State]:
        """The states the course went through, that before all events included."""
        found = [state := self._state]
        while state.before is not None:
            found.append(state := state.before)
        found.reverse()
        return found

    def _state_at(self, at: Moment) -> State:
        now, state = self._asked(at), self._state
        while state.before is not None and state.last and state.last.clock > now:
            state = state.before
        return state

    def _asked(self, at: Moment) -> Moment:
        """The time somebody asks about, as times are compared in this course."""
        try:
            now = clock(at)
        except Mistake as mistake:
            raise UsageError(mistake.problem, mistake.hint) from None
        last = self._state.last
        if last is not None and precision(now) != precision(last.clock):
            asked, given = precision(now), precision(last.clock)
            raise UsageError(f"{shown(at)} is {asked}, but the events are given as {given}", f"ask for {given}")
        return now


def folded(events: Iterable[Event]) -> tuple[Course, list[tuple[int, Refusal]]]:
    """The course of all events that can have happened, and those that cannot, each by its number in the list."""
    state, refused = _NOTHING, []
    for number, event in enumerate(events, 1):
        try:
            state = after(state, number, event)
        except Refusal as refusal:
            refused.append((number, refusal))
    return Course(state), refused


def _laid_over(base: PatientProfile, spoken: Spoken, at: Moment) -> PatientProfile:
    sections: dict[str, Any] = {name: getattr(base, name) for name in PatientProfile.model_fields}
    for section, facts in spoken.items():
        seen = {name: _observed(f"{section}.{name}", text, at) for name, text in facts.items()}
        given = sections[section]
        sections[section] = type(given)(**{name: getattr(given, name) for name in type(given).model_fields} | seen)
    return PatientProfile(**sections)


def _observed(fact: str, text: str | None, at: Moment) -> tuple[Observation, ...]:
    """What was seen on the day of ``at``, which is the day in the zone of whoever asks."""
    raw = None if text is None else {"value": text, "on": f"{at.year:04}-{at.month:02}-{at.day:02}"}
    return read_observations(raw, FACTS[fact])
