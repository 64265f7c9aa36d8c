"""What is due in a running infusion, now and next: a step of dose, a bag change, the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from blinadss.course_state import State
from blinadss.errors import UsageError
from blinadss.events import Level, Moment, clock, shown
from blinadss.result import Result

_LONGEST = timedelta(days=366)  # no cycle is longer


@dataclass(frozen=True, slots=True)
class InfusionPlan:
    """How long the infusion of a cycle runs, how long at the starting level, and how long a bag lasts, if bags count.

    ``step_after`` of `None` leaves the dose where it is.
    """

    infusion_days: int
    step_after: timedelta | None
    bag: timedelta | None = None

    def __post_init__(self) -> None:
        lengths = {"infusion_days": self.infusion, "step_after": self.step_after, "bag": self.bag}
        for name, length in lengths.items():
            if length is not None and not timedelta(0) < length <= _LONGEST:
                raise UsageError(f"`{name}` of an infusion plan cannot be {getattr(self, name)}", "check the number")

    @property
    def infusion(self) -> timedelta:
        """How long the infusion of a cycle runs, interruptions not counted."""
        return timedelta(days=min(self.infusion_days, _LONGEST.days + 1))


@dataclass(frozen=True, slots=True)
class Due(Result):
    """One thing to do and when; ``overdue`` if that time has passed. A step goes to ``level``."""

    what: Literal["step", "bag_change", "end"]
    at: Moment
    overdue: bool
    level: Level | None = None

    def __str__(self) -> str:
        what = f"{self.what.replace('_', ' ')}{f' to {self.level}' if self.level else ''}"
        return f"{what}: {shown(self.at)}{' (overdue)' if self.overdue else ''}"


def due_of(state: State, at: Moment, plan: InfusionPlan) -> tuple[Due, ...]:
    """What is due in a course in this state, by time; nothing while the infusion does not run.

    A bag is hung with every start, restart and step, and lasts from then on.
    Nothing is due at the end or after it but the end itself. Times are in the zone of ``at``.
    """
    infusion, now = state.infusion, clock(at)
    turned, level_since, bag_since = infusion.turned, infusion.level_since, infusion.bag_since
    if infusion.phase != "running" or turned is None or level_since is None or bag_since is None:
        return ()
    end = turned.clock + max(plan.infusion - infusion.infused, timedelta(0))
    times: list[tuple[Moment, Literal["step", "bag_change", "end"], Level | None]] = []
    if plan.step_after is not None and infusion.level == "starting":
        times.append((level_since + plan.step_after, "step", "full"))
    if plan.bag is not None:
        times.append((bag_since + plan.bag, "bag_change", None))
    times = [(when, what, level) for when, what, level in times if when < end]
    times = sorted([*times, (end, "end", None)], key=lambda each: each[0])
    return tuple(Due(what, _in_zone_of(at, when), when < now, level) for when, what, level in times)


def _in_zone_of(at: Moment, when: Moment) -> Moment:
    """A time of the `clock` as somebody who asks in that zone writes it."""
    zone = getattr(at, "tzinfo", None)
    return when.astimezone(zone) if zone is not None and getattr(when, "tzinfo", None) is not None else when  # type: ignore[union-attr]
