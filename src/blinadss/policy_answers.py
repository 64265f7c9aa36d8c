"""One patient under one policy: what the engines concluded becomes findings, eligibilities and a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from blinadss.answers import Answers, Patient
from blinadss.blocks import Block
from blinadss.engines import Conclusions
from blinadss.exploring import Explorer
from blinadss.findings import (
    Applicability,
    Eligibility,
    Finding,
    IndicationResult,
    Missing,
    PolicyResult,
    Verdict,
    made_indication,
)
from blinadss.further import Further
from blinadss.implicants import Box
from blinadss.knowledge import PolicyKind
from blinadss.lapses import Outlook
from blinadss.prepared import PreparedIndication, PreparedPolicy
from blinadss.standing import Standing
from blinadss.truth import Truth, all_of

_ELIGIBILITY = {
    Truth.TRUE: Eligibility.ELIGIBLE,
    Truth.FALSE: Eligibility.INELIGIBLE,
    Truth.UNKNOWN: Eligibility.UNDETERMINED,
}
_APPLICABILITY: dict[Truth, Applicability] = {
    Truth.TRUE: "applicable",
    Truth.FALSE: "not_applicable",
    Truth.UNKNOWN: "unknown",
}
_TRIAL = {
    Verdict.ELIGIBLE: "would_have_met",
    Verdict.INELIGIBLE: "not_met",
    Verdict.CONTRAINDICATED: "not_met",
    Verdict.UNDETERMINED: "cannot_say",
    Verdict.NOT_IN_FORCE: "not_in_force",
}
_VERDICT = {Truth.TRUE: Verdict.ELIGIBLE, Truth.FALSE: Verdict.INELIGIBLE, Truth.UNKNOWN: Verdict.UNDETERMINED}


class PolicyAnswers:
    """One patient under one prepared policy."""

    def __init__(
        self, patient: Patient, prepared: PreparedPolicy, conclusions: Conclusions, outlook: Outlook | None
    ) -> None:
        self.prepared, self.patient, self.outlook = prepared, patient, outlook
        self.answers, self.explorer = Answers(conclusions, patient), Explorer(patient, prepared.form)

    @cached_property
    def known(self) -> Box:
        """What is known, in the classes of the policy; worked out where an answer is open."""
        return self.prepared.form.classes.known(self.patient.values)

    def result(self) -> PolicyResult:
        """All answers of the policy, and what is said beyond them if an outlook is given."""
        prepared, policy = self.prepared, self.prepared.policy
        findings = [self.answers.finding(use) for use in prepared.criteria.uses]
        contraindications = tuple(findings[place] for place in prepared.contraindications)
        indications = tuple(self.indication(each, findings) for each in prepared.indications)
        verdict = self.verdict()
        missing, further = self.beyond(policy.id, self.answers.conclusions.eligible, prepared.form.verdict)
        return PolicyResult(
            policy=policy.id,
            title=policy.title,
            edition=prepared.edition.id,
            edition_title=prepared.edition.title,
            edition_assurance=prepared.edition.assurance,
            note=prepared.edition.note,
            verdict=verdict,
            indications=indications + prepared.not_in_force,
            contraindications=contraindications,
            missing=missing,
            rests_on=_rests_on(verdict, prepared, indications, contraindications),
            kind=policy.kind,
            answer=in_words_of(policy.kind, verdict),
            terms=prepared.terms,
            flaw=policy.flaw,
            further=further,
        )

    def verdict(self) -> Verdict:
        """The verdict, which a contraindication settles whatever the indications say."""
        concluded = self.answers.conclusions
        return Verdict.CONTRAINDICATED if concluded.contraindicated is Truth.TRUE else _VERDICT[concluded.eligible]

    def beyond(self, about: str, truth: Truth, blocks: Sequence[Block]) -> tuple[tuple[Missing, ...], Further | None]:
        """The facts on which an open answer depends, so that no other is asked for, and what is said beyond it."""
        if self.outlook is None and truth is not Truth.UNKNOWN:
            return (), None
        standing = Standing(blocks, self.known)
        weights, known = standing.weights, self.patient.missing
        missing = tuple(replace(known(fact), weight=weights[fact]) for fact in standing.matters)
        if self.outlook is None:
            return missing, None
        against = self.prepared.form.contraindications if about == self.prepared.policy.id else ()
        lapses = tuple(each for each in self.outlook.changes if each.about == about)
        further = self.explorer.further(standing, against)
        return missing, replace(further, lapses=lapses, searched_until=self.outlook.searched_until)

    def indication(self, prepared: PreparedIndication, findings: Sequence[Finding]) -> IndicationResult:
        shown, truth = prepared.shown, self.answers.conclusions.indications[prepared.id]
        found = tuple([findings[place] for place in prepared.places])
        missing, further = self.beyond(prepared.id, truth, prepared.blocks)
        scope = all_of([findings[place].truth for place in prepared.scope])
        return made_indication(
            shown.id,
            shown.title,
            _ELIGIBILITY[truth],
            found,
            missing,
            _APPLICABILITY[scope],
            shown.note,
            shown.terms,
            shown.evidence,
            shown.flaw,
            further,
        )


def in_words_of(kind: PolicyKind, verdict: Verdict) -> str:
    """The verdict in the words of the kind of policy."""
    return _TRIAL[verdict] if kind == "trial" else verdict.value


def _rests_on(
    verdict: Verdict,
    prepared: PreparedPolicy,
    indications: Iterable[IndicationResult],
    contraindications: Iterable[Finding],
) -> tuple[str, ...]:
    """The criteria behind the verdict whose assurance is below verified.

    An eligible patient's verdict rests on the indications that apply and on every contraindication; a
    contraindicated one's on the contraindications that hold; any other on all that was asked.
    """
    if verdict is Verdict.CONTRAINDICATED:
        behind = [finding for finding in contraindications if finding.truth is Truth.TRUE]
    elif verdict is Verdict.ELIGIBLE:
        eligible = (each for each in indications if each.eligibility is Eligibility.ELIGIBLE)
        behind = [*contraindications, *(finding for each in eligible for finding in each.findings)]
    else:
        return prepared.not_verified
    return tuple(dict.fromkeys(finding.criterion for finding in behind if finding.assurance != "verified"))
