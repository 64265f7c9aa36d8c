"""A profile, an indication and a start become a dated checklist: what to give, what to watch, when, and what to do.

The rows come from three places that are kept apart: the label of the indication,
practice, and the cautions that hold or cannot be ruled out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from blinadss.advising import Guide, PreparedRows, prepared_treatment, stated_edition
from blinadss.answers import Patient, cautions_for
from blinadss.assessment import asked_engines, assess
from blinadss.derived import SURFACE
from blinadss.errors import UsageError, near, quoted
from blinadss.events import day_of
from blinadss.findings import CautionFinding, Eligibility, KnowledgeStamp, Missing, ProfileStamp, Verdict
from blinadss.guidance import CONFIRM, CONFIRM_LOCALLY, Checklist, ItemAdvice, PlannedDose
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge
from blinadss.lookup import refuse_future
from blinadss.prepared import prepared_cautions, prepared_panel
from blinadss.profile import PatientProfile
from blinadss.regimen import Regimen
from blinadss.schedule import read_schedule
from blinadss.treatment import Item, Treatment
from blinadss.treatment_files import PRACTICE
from blinadss.truth import Truth

_BEFORE = read_schedule("before cycle 1")
_TASKS = {"severe", "moderate", "mild"}  # the other cautions are about the choice of treatment, not about giving it


def checklist(  # noqa: PLR0913 - each says one thing about the course, by name
    profile: PatientProfile,
    indication: str,
    *,
    start: date | datetime,
    cycle: int | None = None,
    bag: timedelta | None = None,
    ordered: str | None = None,
    on: date | None = None,
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
) -> Checklist:
    """The checklist of one indication from ``start``, the first day of the first cycle that it lists.

    ``cycle`` lists that cycle alone; otherwise every cycle of the indication is listed, one after the other
    without delay. With a time in ``start`` entries have times; with a time zone, a day on which the clocks
    change is as long as it really is. ``bag`` says how long a bag of infusion lasts, ``ordered`` is a dose that
    somebody ordered, held against the rule. Facts are taken as of ``on``, or the profile's ``assessed_on``, or
    the day of the start. Raises `UsageError` for what the knowledge does not cover, and says what it covers.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    day = on or profile.assessed_on or day_of(start)
    return _Builder(knowledge, profile, day, asked_engines(engines)).checklist(indication, start, cycle, bag, ordered)


class _Builder:
    def __init__(self, knowledge: KnowledgeBase, profile: PatientProfile, on: date, engines: tuple[str, ...]) -> None:
        refuse_future(profile, on)
        self.knowledge, self.profile, self.on, self.engines = knowledge, profile, on, engines

    def checklist(
        self, indication: str, start: date | datetime, cycle: int | None, bag: timedelta | None, ordered: str | None
    ) -> Checklist:
        first = day_of(start)
        policy, title = self.indication(indication)
        edition = stated_edition(self.knowledge, policy, first, "doses", "; start no earlier")
        treatment, prepared = prepared_treatment(self.knowledge, policy, first)
        practice, prepared_practice = self.practice(first)
        cautions = prepared_cautions(self.knowledge)
        asked = (prepared, *([prepared_practice] if prepared_practice else []), cautions)
        facts = dict.fromkeys(fact for each in (prepared, prepared_practice) if each for fact in each.facts)
        facts |= dict.fromkeys((SURFACE, *cautions.criteria.facts))
        patient = Patient(self.profile, self.on, self.knowledge, facts)
        concluded = prepared_panel(self.knowledge, asked, self.engines).conclude(patient.values)
        guide = Guide(prepared, concluded[0], patient, indication)
        regimen = Regimen(treatment, indication, guide, start, cycle=cycle, bag=bag)
        label = [(guide.item(item, "label"), item.schedule) for item in _concerning(treatment, indication)]
        if prepared_practice and practice:
            other = Guide(prepared_practice, concluded[1], patient, indication, CONFIRM_LOCALLY)
            label += [(other.item(item, "practice"), item.schedule) for item in _concerning(practice, indication)]
        found = cautions_for(patient, cautions, concluded[-1])
        label += [(_caution_item(each), (_BEFORE,)) for each in found if each.severity in _TASKS]
        held = [(item, lines) for item, lines in label if item.truth is not Truth.FALSE]
        toxicities = tuple(guide.toxicity(each) for each in treatment.toxicities)
        eligibility, verdict = self.assessed(policy, indication)
        return Checklist(
            schema="blinadss/checklist/1",
            profile=ProfileStamp(self.profile.id, self.profile.digest),
            assessed_on=self.on,
            knowledge=KnowledgeStamp(self.knowledge.version, self.knowledge.fingerprint),
            engines=self.engines,
            policy=policy,
            edition=edition,
            indication=indication,
            title=title,
            eligibility=eligibility,
            verdict=verdict,
            start=start,
            cycles=regimen.cycle_dates(),
            of_cycles=regimen.last_cycle,
            doses=regimen.doses,
            not_stated=regimen.not_stated(),
            ordered=regimen.held_against(ordered) if ordered else None,
            bags=regimen.bags(),
            items=tuple(item for item, _ in held),
            not_for_this_patient=tuple(item.id for item, _ in label if item.truth is Truth.FALSE),
            entries=regimen.entries(held),
            toxicities=toxicities,
            graded_by=graded_by(treatment),
            missing=_missing(regimen.doses),
        )

    def indication(self, name: str) -> tuple[str, str]:
        """The policy and the title of an indication that the knowledge says how to treat."""
        stated = {
            each.id: (policy.id, each.title)
            for policy in self.knowledge.policies.values()
            for each in policy.indications
            if policy.id in self.knowledge.treatments and self.knowledge.treatments[policy.id].cycles
        }
        if name not in stated:
            raise UsageError(
                f"no checklist is known for {quoted(name)}", near(name, list(stated)) or f"there is {', '.join(stated)}"
            )
        return stated[name]

    def practice(self, day: date) -> tuple[Treatment | None, PreparedRows | None]:
        if PRACTICE not in self.knowledge.treatments:
            return None, None
        return prepared_treatment(self.knowledge, PRACTICE, day)

    def assessed(self, policy: str, indication: str) -> tuple[Eligibility, Verdict]:
        """What the assessment of the same facts says of the indication and of the policy."""
        assessment = assess(
            self.profile,
            on=self.on,
            policies=[policy],
            knowledge=self.knowledge,
            engines=self.engines,
            cautions=False,
            further=False,
        )
        result = assessment.policy(policy)
        found = (each.eligibility for each in result.indications if each.id == indication)
        return next(found, Eligibility.INELIGIBLE), result.verdict


def _concerning(treatment: Treatment, indication: str) -> Iterator[Item]:
    return (item for item in treatment.items if item.concerns(indication))


def _caution_item(found: CautionFinding) -> ItemAdvice:
    """A caution as something to do before the start."""
    return ItemAdvice(
        id=found.criterion,
        title=found.topic.replace("-", " ").capitalize(),
        kind="advice",
        basis="caution",
        truth=found.truth,
        statement=found.do,
        schedule=(str(_BEFORE),),
        give=(),
        watch=(),
        rationale=found.statement,
        note="",
        comparisons=tuple(each for each in found.comparisons if each.decisive),
        cite=found.cite,
        assurance=found.assurance,
        confirm=CONFIRM_LOCALLY if found.assurance == "unverified" else "",
    )


def graded_by(treatment: Treatment) -> str:
    """How the treatment's table of toxicities grades, and whether anybody has read that."""
    said = treatment.graded_by
    if said is None:
        return ""
    return f"{said.statement} ({said.assurance}: {CONFIRM})" if said.assurance == "unverified" else said.statement


def _missing(doses: Sequence[PlannedDose]) -> tuple[Missing, ...]:
    """What has to be found out before every dose is known."""
    facts = {each.fact: each for planned in doses for each in planned.dose.missing}
    return tuple(facts.values())
