"""On which days what is known of a fact changes by itself: it goes stale, a time is complete, an age is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from blinadss.consequences import Follows
from blinadss.derived import UNDATED, origins
from blinadss.elapsed import DAYS, MONTHS, anniversary, spans_of_stated_age
from blinadss.engines.reference import Answer, answer_to
from blinadss.expression import Comparison, Value
from blinadss.facts import FACTS
from blinadss.kinds import Amount, Dated, Days, Measured
from blinadss.observation import Observation
from blinadss.profile import PatientProfile
from blinadss.quantity import DURATION
from blinadss.sight import latest
from blinadss.truth import Truth
from blinadss.wording import passed_prose, stale_prose

_DAY = timedelta(days=1)
_NO_END = date.max


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes about on one day with one fact of the profile, in words; ``stale`` if it no longer counts."""

    fact: str
    because: str
    stale: bool = False


@dataclass(frozen=True)
class Watch:
    """One fact that is asked for: what it is compared with, and what of the profile can turn it as time passes.

    ``timed`` names each such fact of the profile, with the lengths of time that count for it.
    """

    fact: str
    answers: tuple[Answer, ...]
    timed: Mapping[str, tuple[Comparison, ...]]

    def truths(self, values: Mapping[str, Value]) -> list[Truth]:
        """On which side of each comparison the values lie; all that an answer can rest on."""
        return [answer(values) for answer in self.answers]

    def turns(self, profile: PatientProfile, on: date, fresh_for: Mapping[str, int]) -> Iterator[tuple[date, Turn]]:
        """The days after ``on`` on which the fact can turn, with what comes about; the profile is a pinned one."""
        for fact, leaves in self.timed.items():
            seen = profile.given.get(fact)
            if seen:
                yield from _turns(fact, seen, leaves, on, fresh_for.get(fact))


def pinned(profile: PatientProfile, on: date) -> PatientProfile:
    """The same patient, with the day of assessment written on every observation that has no day.

    On ``on`` all answers are the same. On a later day an observation without a day would be of that day.
    """
    return profile.supposing(
        {
            fact: tuple(each if each.on else replace(each, on=on) for each in seen)
            for fact, seen in profile.given.items()
            if fact not in UNDATED
        }
    )


def watches(asked: Iterable[Comparison], follows: Follows) -> tuple[Watch, ...]:
    """What to watch for these comparisons, by fact, with what follows from other facts."""
    by_fact: dict[str, dict[Comparison, None]] = {}
    for leaf in asked:
        by_fact.setdefault(leaf.fact, {})[leaf] = None
    return tuple(_watch(fact, by_fact[fact], follows) for fact in sorted(by_fact))


def _watch(fact: str, leaves: Iterable[Comparison], follows: Follows) -> Watch:
    read = [leaf for each in follows.get(fact, ()) for leaf in each.reasons.comparisons]
    timed: dict[str, dict[Comparison, None]] = {origin: {} for origin in origins(fact)}
    for leaf in (*leaves, *read):
        for origin in origins(leaf.fact):
            timed.setdefault(origin, {}).update({leaf: None} if _of_time(leaf) else {})
    lengths = {origin: tuple(each) for origin, each in timed.items()}
    return Watch(fact, tuple(answer_to(leaf) for leaf in leaves), lengths)


def _of_time(leaf: Comparison) -> bool:
    kind = FACTS[leaf.fact]
    return leaf.since or (isinstance(kind, Measured) and kind.dimension is DURATION)


def _turns(
    fact: str, seen: tuple[Observation, ...], leaves: tuple[Comparison, ...], on: date, window: int | None
) -> Iterator[tuple[date, Turn]]:
    """What comes about with one fact of the profile, up to the day on which it goes stale."""
    newest = latest(seen, on)
    if len(seen) > 1 and any(each.on is None for each in seen):  # then one without a day is later than the others
        yield on + _DAY, Turn(fact, f"an observation without a day ({FACTS[fact].says}) is the latest")
    seen_on = newest[0].on or on
    stale = _NO_END
    if window is not None and newest[0].on and window < (date.max - seen_on).days:
        stale = seen_on + timedelta(days=window + 1)
        if stale > on:
            yield stale, Turn(fact, stale_prose(fact, seen_on, window), stale=True)
    for each in newest:
        for start, perhaps in _starts(fact, each, on):
            for leaf in leaves:
                turn = _turned(leaf, start)
                if on < turn < stale:
                    yield turn, Turn(fact, passed_prose(leaf, str(each.value), perhaps=perhaps))


def _starts(fact: str, observation: Observation, on: date) -> Iterator[tuple[date, bool]]:
    """The days from which time is counted: the last and the first that a date or a stated age leaves open.

    A time that is complete since the first of them may be complete, and one that is since the last certainly is.
    """
    kind, value = FACTS[fact], observation.value
    if isinstance(kind, Dated) and kind.past and isinstance(value, date):
        yield value, False
    elif isinstance(kind, Dated) and kind.past and isinstance(value, Days):
        if value.last < date.max:  # otherwise it may always have been a moment ago
            yield value.last, False
        yield value.first, True
    elif isinstance(kind, Measured) and kind.dimension is DURATION and isinstance(value, Amount):
        seen_on = observation.on or on
        days = spans_of_stated_age(value.quantity, seen_on, seen_on)[DAYS]
        youngest, oldest = (seen_on - timedelta(days=int(end)) for end in (days.low, days.high))
        yield youngest, False
        if oldest < youngest:
            yield oldest, True


def _turned(leaf: Comparison, start: date) -> date:
    """The first day on which a comparison of the time since ``start`` has its other answer; far off if never."""
    assert leaf.threshold is not None  # noqa: S101 - a length of time is compared with one
    length = int(leaf.threshold.magnitude)
    try:
        complete = anniversary(start, length) if leaf.threshold.scale == MONTHS else start + timedelta(days=length)
        return complete + _DAY if leaf.operator in {">", "<="} else complete
    except (OverflowError, ValueError):  # beyond the last day of the calendar
        return _NO_END
