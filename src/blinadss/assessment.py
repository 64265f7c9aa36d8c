"""A profile, a day and a policy become an assessment: what each criterion found, what that adds up to, what is missing.

Eligible is: all requirements hold and no exclusion does. A verdict is: any
indication applies and nothing contraindicates. Both in three values, and
exact: undetermined only if it can really still go both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from blinadss.answers import Answers, Patient, cautions_for
from blinadss.completions import Question
from blinadss.engines import ABSENT, ENGINES, Conclusions
from blinadss.errors import UsageError, near
from blinadss.findings import (
    Applicability,
    Assessment,
    Eligibility,
    Finding,
    IndicationResult,
    KnowledgeStamp,
    Missing,
    PolicyResult,
    ProfileStamp,
    Verdict,
    made_indication,
)
from blinadss.knowledge import KnowledgeBase, Policy, PolicyKind
from blinadss.loading import load_knowledge
from blinadss.lookup import refuse_future
from blinadss.prepared import (
    PreparedIndication,
    PreparedPolicy,
    prepared_cautions,
    prepared_panel,
    prepared_policy,
)
from blinadss.profile import PatientProfile
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


def assess(  # noqa: PLR0913 - each says one thing about the question, by name
    profile: PatientProfile,
    *,
    on: date | None = None,
    policies: Sequence[str] | None = None,
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
    cautions: bool = True,
) -> Assessment:
    """Assess one profile on the day ``on`` (or the profile's own ``assessed_on``) under each policy.

    A policy is named by its id, several by the folder they are in (``trials``), every one by
    ``all``. The cautions are answered whatever the policies, unless ``cautions`` is false.

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
    names = asked_engines(engines)
    refuse_future(profile, day)
    asked = knowledge.select(knowledge.default_policies if policies is None else policies)
    editions = [(policy, policy.edition(day)) for policy in asked]
    prepared = [
        prepared_policy(knowledge, policy.id, edition.start) if edition else None for policy, edition in editions
    ]
    risks = prepared_cautions(knowledge) if cautions else None
    answered = tuple(each for each in (*prepared, risks) if each)
    patient = Patient(profile, day, knowledge, dict.fromkeys(fact for each in answered for fact in each.criteria.facts))
    concluded = iter(prepared_panel(knowledge, answered, names).conclude(patient.values))
    return Assessment(
        schema="blinadss/assessment/1",
        profile=ProfileStamp(id=profile.id, digest=profile.digest),
        assessed_on=day,
        knowledge=KnowledgeStamp(version=knowledge.version, fingerprint=knowledge.fingerprint),
        engines=names,
        policies=tuple(
            _PolicyAnswers(patient, ready, next(concluded)).result() if ready else _not_in_force(policy, day)
            for policy, ready in zip(asked, prepared, strict=True)
        ),
        cautions=cautions_for(patient, risks, next(concluded)) if risks else (),
    )


def asked_engines(asked: Sequence[str] | None) -> tuple[str, ...]:
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


class _PolicyAnswers:
    """One patient under one prepared policy."""

    def __init__(self, patient: Patient, prepared: PreparedPolicy, conclusions: Conclusions) -> None:
        self.prepared, self.on, self.values = prepared, patient.on, patient.values
        self.answers = Answers(conclusions, patient)

    def result(self) -> PolicyResult:
        prepared, policy = self.prepared, self.prepared.policy
        findings = [self.answers.finding(use) for use in prepared.criteria.uses]
        contraindications = tuple(findings[place] for place in prepared.contraindications)
        indications = tuple(self.indication(each, findings) for each in prepared.indications)
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
            indications=indications + prepared.not_in_force,
            contraindications=contraindications,
            missing=missing,
            rests_on=_rests_on(verdict, prepared, indications, contraindications),
            kind=policy.kind,
            answer=_answer(policy.kind, verdict),
            terms=prepared.terms,
            flaw=policy.flaw,
        )

    def exact(self, truth: Truth, question: Question) -> Truth:
        """What the engine concluded, or, where that is unknown, whether it can really still go both ways."""
        return question.truth(self.values, self.on) if truth is Truth.UNKNOWN else truth

    def verdict(self, eligibilities: Sequence[Eligibility]) -> Verdict:
        """The verdict, from what the indications came to wherever that says it exactly."""
        contraindicated, verdict = self.answers.conclusions.contraindicated, self.prepared.verdict
        possible = [each for each in eligibilities if each is not Eligibility.INELIGIBLE]
        if contraindicated is Truth.TRUE:
            return Verdict.CONTRAINDICATED
        if contraindicated is Truth.UNKNOWN and self.prepared.contraindications_stand_alone:
            return Verdict.UNDETERMINED if possible else Verdict.INELIGIBLE
        if contraindicated is Truth.UNKNOWN:
            return _VERDICT[self.exact(self.answers.conclusions.eligible, verdict)]
        if Eligibility.ELIGIBLE in possible:
            return Verdict.ELIGIBLE
        if len(possible) > 1:  # each can apply, and one or the other may be certain to
            open_ = verdict.can_be(Truth.FALSE, self.values, self.on)
            return Verdict.UNDETERMINED if open_ else Verdict.ELIGIBLE
        return Verdict.UNDETERMINED if possible else Verdict.INELIGIBLE

    def indication(self, prepared: PreparedIndication, findings: Sequence[Finding]) -> IndicationResult:
        shown, truth = prepared.shown, self.answers.conclusions.indications[prepared.id]
        truth = self.exact(truth, prepared.question)
        found = tuple([findings[place] for place in prepared.places])
        missing = self.answers.missing(found) if truth is Truth.UNKNOWN else ()
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
        )

    def missing_for(
        self, indications: Sequence[IndicationResult], contraindications: tuple[Finding, ...]
    ) -> tuple[Missing, ...]:
        """The facts that keep the verdict open: once an indication applies, only the contraindications do."""
        missing = {each.fact: each for each in self.answers.missing(contraindications)}
        if not any(each.eligibility is Eligibility.ELIGIBLE for each in indications):
            missing |= {each.fact: each for indication in indications for each in indication.missing}
        return tuple(missing.values())


def _answer(kind: PolicyKind, verdict: Verdict) -> str:
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


def _not_in_force(policy: Policy, on: date) -> PolicyResult:
    first, last = policy.editions[0], policy.editions[-1]
    note = (
        f"This policy is not in force on {on}; its first edition begins on {first.start}."
        if on < first.start
        else f"This policy is no longer in force on {on}; it ended on {policy.until}. {last.note}".strip()
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
        kind=policy.kind,
        answer=_answer(policy.kind, Verdict.NOT_IN_FORCE),
        terms=(),
        flaw=policy.flaw,
    )
