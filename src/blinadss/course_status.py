"""How a course stands at one time, in the terms of the profile: measured, and nothing decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from blinadss.bedside import Toxicity as Section
from blinadss.course_state import GRAVE, Graded, State
from blinadss.events import End, Level, Moment, between, clock, days_in, hours_in

# What the profile should say of a fact, by section and name; `None` where it must not say anything.
Spoken = Mapping[str, Mapping[str, str | None]]


@dataclass(frozen=True, slots=True)
class OpenToxicity:
    """A toxicity that is above grade 0: ``since`` when, and at which ``level`` of dose it began (none: no infusion)."""

    of: str
    grade: int
    since: Moment
    level: Level | None


@dataclass(frozen=True, slots=True)
class CourseStatus:
    """How a course stands: ``infused`` is what ran in this cycle, ``level`` the dose last given in it."""

    cycle: int | None
    running: bool
    level: Level | None
    infused: timedelta
    interrupted_since: Moment | None
    toxicities: tuple[OpenToxicity, ...]
    seizures: int
    ended: bool
    permanent: bool

    @property
    def infusion_days(self) -> Fraction:
        """How many days the infusion ran in this cycle, exactly."""
        return days_in(self.infused)


def status_of(state: State, at: Moment) -> CourseStatus:
    """How a course in this state stands at that time."""
    infusion, turned = state.infusion, state.infusion.turned
    return CourseStatus(
        cycle=infusion.cycle,
        running=infusion.phase == "running",
        level=infusion.level,
        infused=infusion.infused_by(clock(at)),
        interrupted_since=turned.event.at if turned and infusion.phase == "stopped" else None,
        toxicities=tuple(
            OpenToxicity(of, graded.grade, graded.since.event.at, graded.level)
            for of, graded in sorted(state.toxicities.items())
            if graded.since
        ),
        seizures=state.seizures,
        ended=infusion.phase == "ended",
        permanent=turned is not None and isinstance(turned.event, End) and turned.event.permanent,
    )


def spoken_of(state: State, at: Moment) -> Spoken:
    """What a course in this state has to say to the profile at that time.

    What it knows to be over is nothing that can be known (how long a stop lasts
    while the infusion runs), and must not be taken from elsewhere either.
    """
    now, infusion = clock(at), state.infusion
    toxicity: dict[str, str | None] = {}
    for of, graded in sorted(state.toxicities.items()):
        toxicity |= {fact: said for fact, said in _of(of, graded, now).items() if fact in Section.model_fields}
    if state.seizures:
        toxicity["seizures"] = str(state.seizures)
    if infusion.turned is None:
        return {"toxicity": toxicity}
    stopped, running = infusion.phase == "stopped", infusion.phase == "running"
    interrupted: dict[str, str | None] = {
        "interrupted_for": hours_in(between(infusion.turned.clock, now) if stopped else timedelta(0))
        if stopped or running
        else None,
        "first_cycle": ("present" if infusion.cycle == 1 else "absent") if stopped else None,
    }
    return {"toxicity": toxicity, "infusion": interrupted, "plan": {"cycle": str(infusion.cycle)}}


def _of(of: str, graded: Graded, now: Moment) -> dict[str, str | None]:
    """Everything that can be said of one toxicity; the profile has a place for some of it only."""
    settled_for = timedelta(0) if graded.settled is None else between(graded.settled.clock, now)
    never = graded.at_starting is None and graded.worst < GRAVE
    at_starting = {True: "present", False: "absent", None: "absent" if never else None}[graded.at_starting]
    return {
        of: f"grade {graded.grade}",
        f"{of}_reached_grade_3": "present" if graded.was_grave else "absent",
        f"{of}_lasting": hours_in(between(graded.grave.clock, now) if graded.grave else timedelta(0)),
        f"{of}_settled_for": hours_in(settled_for) if graded.was_grave else None,
        f"{of}_at_starting_dose": at_starting,
    }
