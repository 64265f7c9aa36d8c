"""A profile, a day and a policy become an assessment: what each criterion found, what that adds up to, what is missing.

Eligible is: all requirements hold and no exclusion does. A verdict is: any
indication applies and nothing contraindicates. Both in three values, and
exact: undetermined only if it can really still go both ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from blinadss.answers import Patient, cautions_for
from blinadss.engines import ABSENT, ENGINES, NAMED
from blinadss.errors import Mistake, Problem, UsageError, near, quoted
from blinadss.facts import FACTS, near_fact
from blinadss.findings import Assessment, KnowledgeStamp, PolicyResult, ProfileStamp, Verdict
from blinadss.knowledge import KnowledgeBase, Policy
from blinadss.lapsing import outlooks
from blinadss.loading import load_knowledge
from blinadss.lookup import refuse_future
from blinadss.policy_answers import PolicyAnswers, in_words_of
from blinadss.prepared import prepared_cautions, prepared_panel, prepared_policy
from blinadss.profile import PatientProfile


def assess(  # noqa: PLR0913 - each says one thing about the question, by name
    profile: PatientProfile,
    *,
    on: date | None = None,
    policies: Sequence[str] | None = None,
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
    cautions: bool = True,
    further: bool = True,
    supposing: Mapping[str, str] = MappingProxyType({}),
    edition_on: date | None = None,
) -> Assessment:
    """Assess one profile on the day ``on`` (or the profile's own ``assessed_on``) under each policy.

    A policy is named by its id, several by the folder they are in (``trials``), every one by
    ``all``. The cautions are answered whatever the policies, unless ``cautions`` is false.
    With ``further``, each answer says as well what it could still become, what to find out
    next, why it is no, and until when it holds; without, an assessment takes a fraction of the time.
    ``supposing`` replaces facts of the profile by others, by path, and the result says so.
    ``edition_on`` is the day whose editions are asked (by default the day of assessment); how
    time goes on under the editions of another day is nothing to search, so nothing further is said.

    The two engines of an assessment answer, as far as they can run here, or those named in
    ``engines``, and the result records which. The same arguments give the same result: no clock, no network, no
    state. Raises `EngineDisagreement` if the engines differ in anything, `ProfileError`
    if a value lies after that day, and `UsageError` for an unknown policy or engine, or
    where no day is given.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    day = on or profile.assessed_on
    if day is None:
        raise UsageError("no day of assessment is given", "pass `on=`, or write `assessed_on` in the profile")
    names = asked_engines(engines)
    profile = _supposing(profile, supposing) if supposing else profile
    refuse_future(profile, day)
    asked = knowledge.select(knowledge.default_policies if policies is None else policies)
    standing_on = edition_on or day
    editions = [(policy, policy.edition(standing_on)) for policy in asked]
    prepared = [
        prepared_policy(knowledge, policy.id, edition.start) if edition else None for policy, edition in editions
    ]
    risks = prepared_cautions(knowledge) if cautions else None
    answered = tuple(each for each in (*prepared, risks) if each)
    facts = dict.fromkeys(fact for each in answered for fact in each.criteria.facts)
    linked = {link.fact for each in prepared if each for link in each.form.links}
    patient = Patient(profile, day, knowledge, facts, linked)
    further = further and standing_on == day
    ahead = outlooks(profile, day, knowledge, [policy.id for policy in asked]) if further else [None] * len(asked)
    concluded = iter(prepared_panel(knowledge, answered, names).conclude(patient.values))
    return Assessment(
        schema="blinadss/assessment/1",
        profile=ProfileStamp(id=profile.id, digest=profile.digest),
        assessed_on=day,
        knowledge=KnowledgeStamp(version=knowledge.version, fingerprint=knowledge.fingerprint),
        engines=names,
        policies=tuple(
            PolicyAnswers(patient, ready, next(concluded), outlook).result()
            if ready
            else _not_in_force(policy, standing_on)
            for policy, ready, outlook in zip(asked, prepared, ahead, strict=True)
        ),
        cautions=cautions_for(patient, risks, next(concluded)) if risks else (),
        supposed=dict(supposing),
    )


def asked_engines(asked: Sequence[str] | None) -> tuple[str, ...]:
    """The engines to ask, each once: those of `ENGINES`, unless some are named."""
    names = tuple(dict.fromkeys(ENGINES if asked is None else asked))
    if not names:
        raise UsageError("no engine is named", near("", list(ENGINES)))
    for name in names:
        if name in ABSENT:
            raise UsageError(f"the engine `{name}` cannot run here: {ABSENT[name]}", near("", list(ENGINES)))
        if name not in ENGINES and name not in NAMED:
            raise UsageError(f"there is no engine `{name}`", near(name, [*ENGINES, *NAMED]))
    return names


def _supposing(profile: PatientProfile, supposing: Mapping[str, str]) -> PatientProfile:
    """The profile with other facts; raises `UsageError` for every one that there is not, or that cannot be so."""
    problems = []
    for fact, value in supposing.items():
        if fact not in FACTS:
            problems.append(Problem(f"there is no fact {quoted(fact)}", near_fact(fact)))
            continue
        try:
            FACTS[fact].read(value)
        except Mistake as mistake:
            problems.append(Problem(f"`{fact}` {mistake.problem}", mistake.hint))
    if problems:
        raise UsageError(problems)
    return profile.supposing(supposing)


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
        answer=in_words_of(policy.kind, Verdict.NOT_IN_FORCE),
        terms=(),
        flaw=policy.flaw,
    )
