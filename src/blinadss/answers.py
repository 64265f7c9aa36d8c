"""The findings of one patient: what each criterion found, and which facts keep an answer open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from blinadss.consequences import follows
from blinadss.engines import Conclusions
from blinadss.expression import Comparison
from blinadss.facts import FACTS
from blinadss.findings import CautionFinding, Compared, Finding, Missing, made_caution, made_compared
from blinadss.knowledge import KnowledgeBase
from blinadss.lookup import look_up, values_in
from blinadss.prepared import PreparedCautions, PreparedUse
from blinadss.profile import PatientProfile
from blinadss.sight import MISSING
from blinadss.truth import Truth


class Patient:
    """What is known of one patient on one day, for any number of policies."""

    def __init__(
        self,
        profile: PatientProfile,
        on: date,
        knowledge: KnowledgeBase,
        facts: Iterable[str],
        linked: Iterable[str] = (),
    ) -> None:
        self.profile, self.on, self.knowledge = profile, on, knowledge
        self.sights = look_up(profile, facts, on, knowledge.fresh_for, follows(knowledge))
        self.linked = tuple(linked)
        self.values = values_in(self.sights, self.linked)
        self.heard_of = frozenset(fact for fact, sight in self.sights.items() if sight is not MISSING)
        self._missing: dict[str, Missing] = {}

    def missing(self, fact: str) -> Missing:
        """The question that asks for a fact, and why it is not known."""
        if fact not in self._missing:
            because, notes = self.sights[fact].because, self.knowledge.facts.get(fact)
            ask, effort = (notes.ask, notes.effort) if notes else (f"{FACTS[fact].says}?", None)
            self._missing[fact] = Missing(fact, because, ask, effort)
        return self._missing[fact]

    def supposing(self, facts: Mapping[str, str]) -> Patient:
        """The same patient if these facts were so."""
        return Patient(self.profile.supposing(facts), self.on, self.knowledge, self.sights, self.linked)


class Answers:
    """What the engines concluded of one patient, and how each answer came about."""

    def __init__(self, conclusions: Conclusions, patient: Patient) -> None:
        self.conclusions, self.patient = conclusions, patient

    def finding(self, use: PreparedUse) -> Finding:
        """The answer to a criterion, with the comparisons that it rests on."""
        if not use.facts.isdisjoint(self.patient.heard_of):
            return self._found(use)
        if use.unasked is None:
            use.unasked = self._found(use)
        return use.unasked

    def _found(self, use: PreparedUse) -> Finding:
        values, truth, reasons = self.patient.values, self.conclusions.criteria[use.criterion.id], use.reasons
        leaves = reasons.comparisons
        if len(leaves) == 1:
            return use.found(truth, (self._compared(leaves[0], truth, decisive=True),))
        compared = reasons.compared(values, truth)
        return use.found(truth, tuple(self._compared(leaf, each, decisive=decides) for leaf, each, decides in compared))

    def _compared(self, leaf: Comparison, truth: Truth, *, decisive: bool) -> Compared:
        sight = self.patient.sights[leaf.fact]
        because = sight.because if truth is Truth.UNKNOWN else None
        return made_compared(leaf.text, leaf.fact, sight.text, sight.on, truth, because, decisive)


def cautions_for(patient: Patient, prepared: PreparedCautions, conclusions: Conclusions) -> tuple[CautionFinding, ...]:
    """Every caution for one patient, as the engines concluded."""
    answers, unasked = Answers(conclusions, patient), prepared.unasked
    found = []
    for use in prepared.criteria.uses:
        finding, name = answers.finding(use), use.criterion.id
        if finding is not use.unasked:
            found.append(_caution(finding, prepared, name))
            continue
        if name not in unasked:
            unasked[name] = _caution(finding, prepared, name)
        found.append(unasked[name])
    return tuple(found)


def _caution(finding: Finding, prepared: PreparedCautions, name: str) -> CautionFinding:
    notes = prepared.notes[name]
    return made_caution(
        finding.criterion,
        finding.role,
        finding.truth,
        finding.statement,
        finding.comparisons,
        finding.cite,
        finding.assurance,
        finding.rationale,
        finding.flaw,
        notes.topic,
        notes.severity,
        notes.do,
        prepared.evidence[name],
    )
