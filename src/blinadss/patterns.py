"""What the events of a course add up to: stops and their ends, grave episodes, a second seizure.

No length of time is judged. Events are named by their place in the course, from 1. The fold's own answer is
here; `engines.correlation` finds the same with rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from blinadss.course_state import State


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """The infusion ``stopped`` with one event and went on, began anew or ended with another; `None`: not yet."""

    stopped: int
    closed: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Episode:
    """A toxicity became grave with one event and settled with another; `None`: not yet."""

    onset: int
    of: str
    settled: int | None = None
    at_starting: bool = False


@dataclass(frozen=True, slots=True)
class Patterns:
    """Everything that is correlated: ``second_seizure`` is the event that made it more than one."""

    gaps: tuple[Gap, ...] = ()
    episodes: tuple[Episode, ...] = ()
    second_seizure: int | None = None
    engines: tuple[str, ...] = field(default=(), compare=False)  # those that found this and were compared

    @property
    def open_gap(self) -> Gap | None:
        """The interruption that still lasts, if one does."""
        return next((gap for gap in self.gaps if gap.closed is None), None)


def patterns_in(states: Iterable[State]) -> Patterns:
    """The patterns in the states that a course went through, the empty one first."""
    gaps: list[Gap] = []
    episodes: dict[str, list[Episode]] = {}
    second = None
    for place, (before, now) in enumerate(pairwise(states), 1):
        stopped, stops = before.infusion.phase == "stopped", now.infusion.phase == "stopped"
        if stopped and not stops:
            gaps[-1] = Gap(gaps[-1].stopped, place)
        elif stops and not stopped:
            gaps.append(Gap(place))
        for of, graded in now.toxicities.items():
            earlier = before.toxicities.get(of)
            was_grave = earlier is not None and earlier.grave is not None
            if graded.grave and not was_grave:
                episodes.setdefault(of, []).append(Episode(place, of, None, now.infusion.level == "starting"))
            elif was_grave and not graded.grave:
                last = episodes[of][-1]
                episodes[of][-1] = Episode(last.onset, of, place, last.at_starting)
        if second is None and now.seizures > 1:
            second = place
    return Patterns(tuple(gaps), tuple(sorted(each for found in episodes.values() for each in found)), second)
