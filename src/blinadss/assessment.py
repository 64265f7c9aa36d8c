"""A profile, a day and a policy become an assessment: what each criterion found, what that adds up to, what is missing.

Eligible is: all requirements hold and no exclusion does. A verdict is: any
indication applies and nothing contraindicates. Both in three values, and
exact: undetermined only if it can really still go both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from blinadss.completions import Question
from blinadss.engines import ABSENT, ENGINES, Conclusions
from blinadss.errors import UsageError, near
from blinadss.expression import Comparison, Values
from blinadss.facts import FACTS
from blinadss.findings import (
    Assessment,
    Compared,
    Eligibility,
    Finding,
    IndicationResult,
    KnowledgeStamp,
    Missing,
    PolicyResult,
    ProfileStamp,
    Verdict,
)
from blinadss.knowledge import Indication, KnowledgeBase, Policy, Use
from blinadss.loading import load_knowledge
from blinadss.lookup import look_up, refuse_future, values_in
from blinadss.prepared import Key, PreparedPolicy, key_of, prepared_policy
from blinadss.profile import PatientProfile
from blinadss.sight import Sight
from blinadss.truth import Truth

_ELIGIBILITY = {
    Truth.TRUE: Eligibility.ELIGIBLE,
    Truth.FALSE: Eligibility.INELIGIBLE,
    Truth.UNKNOWN: Eligibility.UNDETERMINED,
}
_VERDICT = {Truth.TRUE: Verdict.ELIGIBLE, Truth.FALSE: Verdict.INELIGIBLE, Truth.UNKNOWN: Verdict.UNDETERMINED}


def assess(
    profile: PatientProfile,
    *,
    on: date | None = None,
    policies: Sequence[str] | None = None,
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
) -> Assessment:
    """Assess one profile on the day ``on`` (or the profile's own ``assessed_on``) under each policy.

    Every engine that can run here answers, or those named in ``engines``, and the result
    records which. The same arguments give the same result: no clock, no network, no
    state. Raises `EngineDisagreement` if the engines differ in anything, `ProfileError`
    if a value lies after that day, and `UsageError` for an unknown policy or engine, or
    where no day is given.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    day = on or profile.assessed_on
    if day is None:
        raise UsageError("no day of assessment is given", "pass `on=`, or write `assessed_on` in the profile")
    asked = knowledge.default_policies if policies is None else tuple(dict.fromkeys(policies))
    names = _engines(engines)
    refuse_future(profile, day)
    results = tuple(_assess(profile, day, knowledge, knowledge.policy(policy), names) for policy in asked)
    return Assessment(
        schema="blinadss/assessment/1",
        profile=ProfileStamp(id=profile.id, digest=profile.digest),
        assessed_on=day,
        knowledge=KnowledgeStamp(version=knowledge.version, fingerprint=knowledge.fingerprint),
        engines=names,
        policies=results,
    )


def _engines(asked: Sequence[str] | None) -> tuple[str, ...]:
    """The engines to ask, each once: all that can run here, unless some are named."""
    names = tuple(dict.fromkeys(ENGINES if asked is None else asked))
    if not names:
        raise UsageError("no engine is named", near("", list(ENGINES)))
    for name in names:
        if name in ABSENT:
            raise UsageError(f"the engine `{name}` cannot run here: {ABSENT[name]}", near("", list(ENGINES)))
        if name not in ENGINES:
            raise UsageError(f"there is no engine `{name}`", near(name, list(ENGINES)))
    return names


def _assess(
    profile: PatientProfile, on: date, knowledge: KnowledgeBase, policy: Policy, engines: tuple[str, ...]
) -> PolicyResult:
    edition = policy.edition(on)
    if edition is None:
        return _not_in_force(policy, on)
    prepared = prepared_policy(knowledge, policy.id, edition.start, engines)
    sights = look_up(profile, prepared.facts, on, knowledge.fresh_for)
    values = values_in(sights)
    return _Patient(prepared, knowledge, sights, values, on).result()


class _Patient:
    """One patient under one prepared policy."""

    def __init__(
        self,
        prepared: PreparedPolicy,
        knowledge: KnowledgeBase,
        sights: Mapping[str, Sight],
        values: Values,
        on: date,
    ) -> None:
        self.prepared, self.knowledge, self.sights, self.values, self.on = prepared, knowledge, sights, values, on
        self.conclusions: Conclusions = prepared.agreement.conclude(values)

    def result(self) -> PolicyResult:
        prepared, policy = self.prepared, self.prepared.policy
        findings = {key: self.finding(use) for key, use in prepared.uses.items()}
        contraindications = tuple(findings[key_of(use)] for use in policy.contraindications)
        indications = tuple(self.indication(each, findings) for each in policy.indications)
        verdict = self.verdict([each.eligibility for each in indications])
        missing = self.missing_for(indications, contraindications) if verdict is Verdict.UNDETERMINED else ()
        return PolicyResult(
            policy=policy.id,
            title=policy.title,
            edition=prepared.edition.id,
            edition_title=prepared.edition.title,
            edition_assurance=prepared.edition.assurance,
            note=prepared.edition.note,
            verdict=verdict,
            indications=indications,
            contraindications=contraindications,
            missing=missing,
            rests_on=_rests_on(verdict, indications, contraindications),
        )

    def exact(self, truth: Truth, question: Question) -> Truth:
        """What the engine concluded, or, where that is unknown, whether it can really still go both ways."""
        return question.truth(self.values, self.on) if truth is Truth.UNKNOWN else truth

    def verdict(self, eligibilities: Sequence[Eligibility]) -> Verdict:
        """The verdict; where a contraindication alone is open, the indications have already said the rest."""
        contraindicated = self.conclusions.contraindicated
        if contraindicated is Truth.TRUE:
            return Verdict.CONTRAINDICATED
        if contraindicated is Truth.UNKNOWN and self.prepared.contraindications_stand_alone:
            possible = any(eligibility is not Eligibility.INELIGIBLE for eligibility in eligibilities)
            return Verdict.UNDETERMINED if possible else Verdict.INELIGIBLE
        return _VERDICT[self.exact(self.conclusions.eligible, self.prepared.verdict)]

    def indication(self, indication: Indication, findings: Mapping[Key, Finding]) -> IndicationResult:
        question = self.prepared.questions[indication.id]
        truth = self.exact(self.conclusions.indications[indication.id], question)
        found = tuple(findings[key_of(use)] for use in indication.uses)
        missing = self.missing(found) if truth is Truth.UNKNOWN else ()
        return IndicationResult(indication.id, indication.title, _ELIGIBILITY[truth], found, missing)

    def finding(self, use: Use) -> Finding:
        criterion, values = use.criterion, self.values
        truth, reasons = self.conclusions.criteria[criterion.id], self.prepared.reasons[criterion.id]
        if len(reasons.comparisons) == 1:
            compared: tuple[Compared, ...] = (self.compared(reasons.comparisons[0], truth, decisive=True),)
        else:
            decisive = tuple((reasons.open if truth is Truth.UNKNOWN else reasons.settling)(values))
            compared = tuple(
                self.compared(leaf, reasons.truth(values, leaf), decisive=leaf in decisive)
                for leaf in reasons.comparisons
            )
        statement, cite = criterion.statement, self.prepared.cited[criterion.id]
        return Finding(
            criterion.id, use.role, truth, statement, compared, cite, criterion.assurance, criterion.rationale
        )

    def compared(self, leaf: Comparison, truth: Truth, *, decisive: bool) -> Compared:
        sight = self.sights[leaf.fact]
        because = sight.because if truth is Truth.UNKNOWN else None
        return Compared(leaf.text, leaf.fact, sight.text, sight.on, truth, because, decisive)

    def missing(self, findings: Iterable[Finding]) -> tuple[Missing, ...]:
        """The facts that keep the findings open, each once."""
        because = {
            compared.fact: compared.unknown_because
            for finding in findings
            if finding.truth is Truth.UNKNOWN
            for compared in finding.comparisons
            if compared.decisive and compared.unknown_because
        }
        notes = self.knowledge.facts
        return tuple(
            Missing(fact, why, notes[fact].ask, notes[fact].effort)
            if fact in notes
            else Missing(fact, why, f"{FACTS[fact].says}?", None)
            for fact, why in because.items()
        )

    def missing_for(
        self, indications: Sequence[IndicationResult], contraindications: tuple[Finding, ...]
    ) -> tuple[Missing, ...]:
        """The facts that keep the verdict open: once an indication applies, only the contraindications do."""
        missing = {each.fact: each for each in self.missing(contraindications)}
        if not any(each.eligibility is Eligibility.ELIGIBLE for each in indications):
            missing |= {each.fact: each for indication in indications for each in indication.missing}
        return tuple(missing.values())


def _rests_on(
    verdict: Verdict, indications: Iterable[IndicationResult], contraindications: Iterable[Finding]
) -> tuple[str, ...]:
    """The criteria behind the verdict whose assurance is below verified.

    An eligible patient's verdict rests on the indications that apply and on every contraindication; a
    contraindicated one's on the contraindications that hold; any other on all that was asked.
    """
    if verdict is Verdict.CONTRAINDICATED:
        behind = [finding for finding in contraindications if finding.truth is Truth.TRUE]
    else:
        eligible = [each for each in indications if each.eligibility is Eligibility.ELIGIBLE]
        chosen = eligible if verdict is Verdict.ELIGIBLE else list(indications)
        behind = [*contraindications, *(finding for each in chosen for finding in each.findings)]
    return tuple(dict.fromkeys(finding.criterion for finding in behind if finding.assurance != "verified"))


def _not_in_force(policy: Policy, on: date) -> PolicyResult:
    first = policy.editions[0]
    note = (
        f"This policy is not in force on {on}; its first edition begins on {first.start}."
        if on < first.start
        else f"This policy is no longer in force on {on}; it ended on {policy.until}."
    )
    return PolicyResult(
        policy=policy.id,
        title=policy.title,
        edition=None,
        edition_title=None,
        edition_assurance=None,
        note=note,
        verdict=Verdict.NOT_IN_FORCE,
        indications=(),
        contraindications=(),
        missing=(),
        rests_on=(),
    )
