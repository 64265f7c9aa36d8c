"""Where a course stands after each event, and why an event that cannot have happened is refused.

One event is folded at a time and the state is never changed, only replaced: so a
course can be asked how it stood at any earlier time, and nothing is ever worked
out twice. No number of days decides anything here; lengths are only measured.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from blinadss.errors import quoted
from blinadss.events import (
    BagChange,
    End,
    Event,
    Interruption,
    Level,
    Moment,
    Resolution,
    Restart,
    Seizure,
    Start,
    Step,
    Toxicity,
    between,
    precision,
)
from blinadss.stamps import Refusal, Stamp, stamped

# What the profile's facts mean by grave and by settled (see `bedside`); what follows from it is said in the knowledge.
GRAVE, SETTLED = 3, 1
Phase = Literal["waiting", "running", "stopped", "ended"]


class Infusion(NamedTuple):
    """The infusion: ``infused`` is what ran in this cycle before ``turned``, the event that began this phase."""

    phase: Phase = "waiting"
    turned: Stamp | None = None
    started: Stamp | None = None
    cycle: int | None = None
    level: Level | None = None
    level_since: Moment | None = None
    bag_since: Moment | None = None
    infused: timedelta = timedelta(0)

    def infused_by(self, now: Moment) -> timedelta:
        """How long the infusion ran in this cycle."""
        running = self.phase == "running" and self.turned is not None
        return self.infused + between(self.turned.clock, now) if running and self.turned else self.infused


class Graded(NamedTuple):
    """One toxicity: its grade now, since when there is any, and since when it is grave or has settled again."""

    last: Stamp
    grade: int = 0
    worst: int = 0
    scale: Stamp | None = None
    since: Stamp | None = None
    level: Level | None = None
    grave: Stamp | None = None  # the event with which the grave episode began that has not settled
    settled: Stamp | None = None  # the event with which it came down to what counts as settled
    was_grave: bool = False  # since the infusion last began or began again, or before that if it had not settled
    at_starting: bool | None = None  # whether a grave episode began at the starting dose, if one began at any


class State(NamedTuple):
    """Where a course stands after its ``last`` event, and where it stood ``before``; ``length`` counts the events."""

    last: Stamp | None = None
    infusion: Infusion = Infusion()
    toxicities: dict[str, Graded] = {}  # noqa: RUF012 - replaced, never changed
    seizures: int = 0
    before: State | None = None
    length: int = 0


Parts = tuple[Infusion, dict[str, Graded], int]  # what an event may change of a state


def after(state: State, number: int, event: Event) -> State:
    """The state after one more event; raises `Refusal` if it cannot have happened."""
    stamp = stamped(number, event)
    if state.last is not None:
        _refuse_disorder(state.last, stamp)
    turned = state.infusion.turned
    over = turned is not None and isinstance(turned.event, End) and turned.event.permanent
    if over and not isinstance(event, Toxicity | Seizure | Resolution):  # what goes wrong is recorded to its end
        raise _contradiction(stamp, turned, "ended the treatment for good", "take it out, or end only the cycle before")
    infusion, toxicities, seizures = _FOLDS[type(event)](state, stamp, event)
    return State(stamp, infusion, toxicities, seizures, state, state.length + 1)


def _refuse_disorder(last: Stamp, stamp: Stamp) -> None:
    try:
        earlier = stamp.clock < last.clock
    except TypeError:  # a day and a time, or times with a zone and without
        problem = f"{stamp} is given as {precision(stamp.clock)}, but {last} as {precision(last.clock)}"
        raise Refusal(problem, "give every time of a course in the same way", last) from None
    if earlier:
        raise Refusal(f"{stamp} lies before {last}", "list the events in the order in which they happened", last)


def _contradiction(stamp: Stamp, other: Stamp | None, why: str, hint: str | None = None) -> Refusal:
    """An event that cannot follow ``other``, which did what ``why`` says; or anything, if nothing has started."""
    if other is None:
        return Refusal(f"{stamp} cannot be: no event before it started the infusion", hint or "add the start")
    return Refusal(f"{stamp} cannot be: {other} {why}", hint, other)


_TURNED = {
    "start": "started the infusion, and it has run since",
    "restart": "restarted the infusion, and it has run since",
    "interruption": "stopped the infusion, and it has not run since",
    "end": "ended the cycle, and nothing has started since",
}


def _need(state: State, stamp: Stamp, *phases: Phase, hint: str) -> Infusion:
    infusion = state.infusion
    if infusion.phase not in phases:
        turned = infusion.turned
        raise _contradiction(stamp, turned, _TURNED[turned.event.kind] if turned else "", hint if turned else None)
    return infusion


def _start(state: State, stamp: Stamp, event: Start) -> Parts:
    hint = "add the interruption or the end before it"
    infusion = _need(state, stamp, "waiting", "stopped", "ended", hint=hint)
    before = infusion.started
    if before is not None and infusion.cycle is not None and event.cycle <= infusion.cycle:
        again = event.cycle == infusion.cycle
        hint = "a cycle that goes on is a restart" if again else "cycles are numbered upwards"
        raise _contradiction(stamp, before, f"started cycle {infusion.cycle} already", hint)
    began = Infusion("running", stamp, stamp, event.cycle, event.level, stamp.clock, stamp.clock)
    return began, _dealt_with(state.toxicities), state.seizures


def _step(state: State, stamp: Stamp, event: Step) -> Parts:
    infusion = _need(state, stamp, "running", hint="a restart says at which level it goes on")
    since = infusion.level_since if infusion.level == event.level else stamp.clock
    infusion = infusion._replace(level=event.level, level_since=since, bag_since=stamp.clock)
    return infusion, state.toxicities, state.seizures


def _bag_change(state: State, stamp: Stamp, _event: BagChange) -> Parts:
    infusion = _need(state, stamp, "running", hint="put it after the restart")
    return infusion._replace(bag_since=stamp.clock), state.toxicities, state.seizures


def _interruption(state: State, stamp: Stamp, _event: Interruption) -> Parts:
    infusion = _need(state, stamp, "running", hint="add the restart between them, or take one of them out")
    return _turned(state, infusion, stamp, "stopped")


def _restart(state: State, stamp: Stamp, event: Restart) -> Parts:
    infusion = _need(state, stamp, "stopped", hint="add the interruption before it; a new cycle is a start")
    infusion = infusion._replace(
        phase="running", turned=stamp, level=event.level, level_since=stamp.clock, bag_since=stamp.clock
    )
    return infusion, _dealt_with(state.toxicities), state.seizures


def _dealt_with(toxicities: dict[str, Graded]) -> dict[str, Graded]:
    """The toxicities once the infusion begins again: a grave one that has settled is no reason of a later stop."""
    return {
        of: graded._replace(was_grave=False, settled=None)
        if graded.was_grave and graded.grave is None and graded.grade <= SETTLED
        else graded
        for of, graded in toxicities.items()
    }


def _end(state: State, stamp: Stamp, event: End) -> Parts:
    phases: tuple[Phase, ...] = ("running", "stopped", "ended") if event.permanent else ("running", "stopped")
    infusion = _need(state, stamp, *phases, hint="take one of them out")
    return _turned(state, infusion._replace(level=None), stamp, "ended")


def _turned(state: State, infusion: Infusion, stamp: Stamp, phase: Phase) -> Parts:
    infusion = infusion._replace(phase=phase, turned=stamp, infused=infusion.infused_by(stamp.clock))
    return infusion, state.toxicities, state.seizures


def _seizure(state: State, _stamp: Stamp, _event: Seizure) -> Parts:
    return state.infusion, state.toxicities, state.seizures + 1


def _resolution(state: State, stamp: Stamp, event: Resolution) -> Parts:
    before = state.toxicities.get(event.of)
    if before is None or not before.worst:
        seen = f"; {before.last} graded it 0" if before else ""
        problem = f"{stamp} resolves a toxicity ({event.of}) that never was{seen}"
        raise Refusal(problem, "add the event that graded it", before.last if before else None)
    return _graded(state, stamp, event.of, 0)


def _toxicity(state: State, stamp: Stamp, event: Toxicity) -> Parts:
    before = state.toxicities.get(event.of)
    scaled = before.scale if before else None
    if event.scale is not None and scaled is not None and scaled.event.scale != event.scale:  # type: ignore[union-attr]
        problem = f"{stamp} grades {event.of} by {quoted(event.scale)}, but {scaled} by another scale"
        hint = f"grade it by {quoted(str(scaled.event.scale))} throughout"  # type: ignore[union-attr]
        raise Refusal(problem, hint, scaled)
    return _graded(state, stamp, event.of, event.grade)


def _graded(state: State, stamp: Stamp, of: str, grade: int) -> Parts:
    graded = state.toxicities.get(of) or Graded(stamp)
    if graded.last.clock == stamp.clock and graded.last is not stamp and graded.grade != grade:
        problem = f"{stamp} gives {of} grade {grade}, but {graded.last} grade {graded.grade} at the same time"
        raise Refusal(problem, "keep the one that is right", graded.last)
    level, scale = state.infusion.level, graded.scale
    if scale is None and getattr(stamp.event, "scale", None) is not None:
        scale = stamp
    since, onset = (graded.since or stamp, graded.level if graded.since else level) if grade else (None, None)
    grave, settled, was, starting = graded.grave, graded.settled, graded.was_grave, graded.at_starting
    if grade >= GRAVE and grave is None:
        grave, settled, was = stamp, None, True
        starting = starting if level is None else bool(starting) or level == "starting"
    elif grade <= SETTLED and was:
        grave, settled = None, settled or stamp
    elif grade > SETTLED:
        settled = None
    worst = max(grade, graded.worst)
    after_it = Graded(stamp, grade, worst, scale, since, onset, grave, settled, was, starting)
    return state.infusion, {**state.toxicities, of: after_it}, state.seizures


_FOLDS: dict[type, Callable[[State, Stamp, Any], Parts]] = {
    Start: _start,
    Step: _step,
    BagChange: _bag_change,
    Interruption: _interruption,
    Restart: _restart,
    Toxicity: _toxicity,
    Seizure: _seizure,
    Resolution: _resolution,
    End: _end,
}
