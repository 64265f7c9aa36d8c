"""A course held against the knowledge: what to do about each toxicity, whether to stop for good, what is due next.

The course measures, the rows of `toxicity.yaml` decide. They are asked at every
event so far, so that a stop for good that once came due is not forgotten when
the toxicity settles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from blinadss.advising import Guide, guided, prepared_treatment, stated_edition
from blinadss.assessment import asked_engines
from blinadss.checklists import graded_by
from blinadss.correlating import ENGINES as CORRELATING
from blinadss.course import Course
from blinadss.course_due import Due, InfusionPlan
from blinadss.course_state import SETTLED
from blinadss.course_status import CourseStatus
from blinadss.errors import UsageError
from blinadss.events import Event, Moment, Resolution, Restart, Seizure, Start, Toxicity, day_of
from blinadss.guidance import ToxicityAdvice
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge
from blinadss.profile import PatientProfile
from blinadss.result import Result
from blinadss.treatment import GO_ON, Treatment
from blinadss.truth import Truth

STOP: Literal["stop"] = "stop"
_STOPPED = {STOP, "consider stopping", "interrupt"}  # while one of these is the action, the infusion does not run
_OVER = {*GO_ON, "interrupt"}  # what a stop for good leaves no room for


@dataclass(frozen=True, slots=True)
class StopDue(Result):
    """A stop for good that came due: when, for which toxicity, by which row, and how well that row was checked."""

    at: Moment
    toxicity: str
    row: str
    do: str
    confirm: str


@dataclass(frozen=True, slots=True)
class CourseAdvice(Result):
    """How a course stands at a time, and what to do.

    Once a stop for good has come due nothing is due any more, and no row says to go on: ``toxicities`` then hold the
    stop itself and what else there is to do. ``infused_hours`` is how long the infusion ran in this cycle, and
    ``of_days`` how long it is to run in all, interruptions not counted. ``stopped_by`` names the toxicities whose
    action is that the infusion must not run: until there is none, no other row's "resume" counts.
    """

    schema: Literal["blinadss/course/1"]
    at: Moment
    policy: str
    edition: str
    indication: str
    engines: tuple[str, ...]
    fingerprint: str
    events: int
    cycle: int | None
    running: bool
    level: str | None
    infused_hours: str
    of_days: int | None
    interrupted_since: Moment | None
    seizures: int
    ended: bool
    permanent: bool
    facts: dict[str, str]
    stops: tuple[StopDue, ...]
    toxicities: tuple[ToxicityAdvice, ...]
    stopped_by: tuple[str, ...]
    graded_by: str
    due: tuple[Due, ...]


def advise_course(  # noqa: PLR0913 - each says one thing about the course, by name
    course: Course,
    profile: PatientProfile,
    indication: str,
    *,
    at: Moment,
    bag: timedelta | None = None,
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
) -> CourseAdvice:
    """How a course under one indication stands at that time, and what the label says to do now.

    The profile says who the patient is; what happened is taken from the course. Raises `UsageError` for an
    indication, an edition or a cycle that the knowledge says nothing of.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    policy, now = indication.rpartition("/")[0], course.until(at)
    started = next((each.at for each in course.events if isinstance(each, Start)), at)
    edition = _edition(knowledge, policy, indication, day_of(started))
    asked = asked_engines(engines)
    finding = [name for name in asked if name in CORRELATING] if len(course) <= _SMALL else []
    now.correlated(engines=finding or ("reference",))  # an engine that answers tables finds no patterns
    table = _Table(knowledge, policy, profile, indication, day_of(started), asked)
    stops = tuple(table.stops(now, at))
    toxicities = tuple(_held_back(each, stops) for each in table.answers(now, at))
    status = now.status(at)
    plan = _plan(table.treatment, indication, status, now, bag)
    return CourseAdvice(
        schema="blinadss/course/1",
        at=at,
        policy=policy,
        edition=edition,
        indication=indication,
        engines=asked,
        fingerprint=knowledge.fingerprint,
        events=len(now),
        cycle=status.cycle,
        running=status.running,
        level=status.level,
        infused_hours=_hours(status.infused),
        of_days=plan.infusion_days if plan else None,
        interrupted_since=status.interrupted_since,
        seizures=status.seizures,
        ended=status.ended,
        permanent=status.permanent,
        facts=now.facts(at),
        stops=stops,
        toxicities=toxicities,
        graded_by=graded_by(table.treatment),
        stopped_by=tuple(each.id for each in toxicities if _word(each) in _STOPPED),
        due=now.due(at, plan) if plan and not stops else (),
    )


_SMALL = 500  # events, beyond which the rules take longer than anybody waits


class _Table:
    """The rows on toxicities for one patient, asked at any time of a course."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the rows are asked of
        self,
        knowledge: KnowledgeBase,
        policy: str,
        profile: PatientProfile,
        indication: str,
        day: date,
        engines: tuple[str, ...],
    ) -> None:
        self.knowledge, self.profile, self.indication, self.engines = knowledge, profile, indication, engines
        self.treatment, self.prepared = prepared_treatment(knowledge, policy, day)

    def answers(self, course: Course, at: Moment) -> tuple[ToxicityAdvice, ...]:
        """What to do about each toxicity, as the course stands at that time."""
        guide = self._guide(course, at)
        return tuple(guide.toxicity(each) for each in self.treatment.toxicities)

    def stops(self, course: Course, at: Moment) -> Iterator[StopDue]:
        """Every stop for good that has come due, one a toxicity: the first row that held at the first such event."""
        said: set[str] = set()
        for moment, before in (*_moments(course), (at, course)):
            guide = self._guide(before, moment)
            for toxicity in self.treatment.toxicities:
                held = (row for row in toxicity.act if row.action == STOP and guide.truth(row) is Truth.TRUE)
                row = next(held, None)
                if row is not None and toxicity.id not in said:
                    said.add(toxicity.id)
                    yield StopDue(moment, toxicity.id, row.id, row.statement, guide.action(row).confirm)

    def _guide(self, course: Course, at: Moment) -> Guide:
        profile = course.profile(self.profile, at)
        return guided(self.knowledge, self.prepared, profile, day_of(at), self.engines, self.indication)


def _moments(course: Course) -> Iterator[tuple[Moment, Course]]:
    """The times at which a row may come to hold or cease to: with an event, and just before one that settles."""
    before = Course()
    for event in course.events:
        if _settles(event):
            yield event.at, before  # how long it had lasted by then
        before = before.then(event)
        if isinstance(event, Toxicity | Seizure):
            yield event.at, before


def _settles(event: Event) -> bool:
    return isinstance(event, Resolution) or (isinstance(event, Toxicity) and event.grade <= SETTLED)


def _edition(knowledge: KnowledgeBase, policy_id: str, indication: str, day: date) -> str:
    """The edition of an indication's policy when the course began, if its treatment is stated."""
    if policy_id not in knowledge.treatments or policy_id not in knowledge.policies:
        known = ", ".join(each for each in knowledge.treatments if each in knowledge.policies)
        raise UsageError(f"nothing is stated of giving the treatment under `{indication}`", f"it is under {known}")
    return stated_edition(knowledge, policy_id, day, "toxicities")


def _plan(
    treatment: Treatment, indication: str, status: CourseStatus, course: Course, bag: timedelta | None
) -> InfusionPlan | None:
    """How long the infusion of the cycle is to run, and how long at the starting dose; nothing before a start."""
    cycle = status.cycle
    if cycle is None:
        return None
    rules = [each for each in treatment.cycles if each.concerns(indication)]
    rule = next((each for each in rules if each.cycles[0] <= cycle <= each.cycles[1]), None)
    if rule is None:
        last = max((each.cycles[1] for each in rules), default=0)
        raise UsageError(f"`{indication}` has no cycle {cycle}", f"it has cycles 1 to {last}" if last else None)
    turns = [each for each in course.events if isinstance(each, Start | Restart)]
    return InfusionPlan(rule.infusion, _starting_for(treatment, indication, cycle, turns), bag)


def _starting_for(
    treatment: Treatment, indication: str, cycle: int, turns: Sequence[Start | Restart]
) -> timedelta | None:
    """How long the starting dose is given: after a restart as its row says, after a start as the doses do."""
    if isinstance(turns[-1], Restart):
        rows = (dose for each in treatment.toxicities for act in each.act for dose in act.restart)
        return next((dose.lasts for dose in rows if dose.lasts), None)
    for dose in treatment.doses:
        begins = dose.level == "starting" and dose.days and dose.cycles
        if begins and dose.concerns(indication) and dose.cycles[0] <= cycle <= dose.cycles[1]:  # type: ignore[index]
            return timedelta(days=dose.days[1] - dose.days[0] + 1)  # type: ignore[index]
    return None


def _held_back(toxicity: ToxicityAdvice, stops: Sequence[StopDue]) -> ToxicityAdvice:
    """The advice on a toxicity once a stop for good has come due: that row, and none that says to go on."""
    if not stops:
        return toxicity
    due = next((each.row for each in stops if each.toxicity == toxicity.id), None)
    if due is not None:
        return replace(toxicity, action=due, unless=())
    words = {row.id: row.action for row in toxicity.rows}
    action = toxicity.action if words.get(toxicity.action or "") not in _OVER else None
    return replace(toxicity, action=action, unless=tuple(each for each in toxicity.unless if words[each] not in _OVER))


def _word(toxicity: ToxicityAdvice) -> str:
    """The action on a toxicity in a word; nothing without one."""
    return next((row.action for row in toxicity.rows if row.id == toxicity.action), "")


def _hours(length: timedelta) -> str:
    hours = Fraction(length // timedelta(microseconds=1), 3_600_000_000)
    return str(hours) if hours.denominator == 1 else f"{float(hours):.4f}"
