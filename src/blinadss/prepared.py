"""Policies as they stand on one day, and the cautions, made ready once for any number of patients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Protocol

from blinadss.engines import Panel, maker_of
from blinadss.expression import Expression, Group, facts_in
from blinadss.findings import (
    CautionFinding,
    Cited,
    Compared,
    Eligibility,
    Finding,
    IndicationResult,
    ShownEffect,
    ShownEvidence,
    ShownTerm,
    made_finding,
)
from blinadss.knowledge import Edition, Indication, KnowledgeBase, Policy
from blinadss.links import Link, links_of
from blinadss.normal_form import NormalForm, normal_form
from blinadss.reasons import Reasons
from blinadss.statements import Citation, Evidence, Role, Term, Use
from blinadss.truth import Truth


class PreparedUse:
    """One criterion in one role, with all of its finding that no patient changes."""

    def __init__(self, use: Use) -> None:
        self.criterion, self.role = use.criterion, use.role
        self.facts = facts_in(use.criterion.when)
        self.cited = cited(use.criterion.cite)
        self.unasked: Finding | None = None  # every patient's finding where nobody said anything; made when it comes up

    @cached_property
    def reasons(self) -> Reasons:
        """The expression, ready for being asked why; only where somebody asks."""
        return Reasons(self.criterion.when)

    def found(self, truth: Truth, compared: tuple[Compared, ...]) -> Finding:
        """The finding with that truth and those comparisons."""
        said = self.criterion
        return made_finding(
            said.id,
            self.role,
            truth,
            said.statement,
            compared,
            self.cited,
            said.assurance,
            said.rationale,
            said.flaw,
        )


class PreparedCriteria:
    """The criteria that a policy uses on one day, ready for being explained."""

    def __init__(self, policy: Policy, more: Iterable[str] = ()) -> None:
        self.policy = policy
        # Each use once, however many indications share it, and where it stands.
        self.places = {key: place for place, key in enumerate(dict.fromkeys(_key_of(use) for use in policy.uses()))}
        uses = {_key_of(use): use for use in policy.uses()}
        self.uses = tuple(PreparedUse(uses[key]) for key in self.places)
        self.facts = tuple(sorted({fact for use in self.uses for fact in use.facts}.union(more)))

    def places_of(self, uses: Iterable[Use]) -> tuple[int, ...]:
        """Where the findings of some uses stand among those of all."""
        return tuple(self.places[_key_of(use)] for use in uses)


def _key_of(use: Use) -> tuple[str, Role]:
    """What names the finding of a use: indications that use a criterion in the same role share it."""
    return use.criterion.id, use.role


class PreparedIndication:
    """One indication: what decides it, what is said of it whatever the patient, and where its findings stand."""

    def __init__(self, indication: Indication, criteria: PreparedCriteria, form: NormalForm) -> None:
        self.id, self.blocks, self.shown = indication.id, form.indications[indication.id], _shown(indication)
        self.places = criteria.places_of(indication.uses)
        self.scope = criteria.places_of(use for use in indication.uses if use.scope)


class PreparedPolicy:
    """One edition of a policy, with everything that no patient changes already worked out."""

    def __init__(self, whole: Policy, edition: Edition, links: tuple[Link, ...] = ()) -> None:
        self.policy, self.edition = whole.as_of(edition.start), edition
        self.form = normal_form(self.policy, links)
        self.criteria = PreparedCriteria(self.policy, self.form.facts)
        self.indications = tuple(PreparedIndication(each, self.criteria, self.form) for each in self.policy.indications)
        self.contraindications = self.criteria.places_of(self.policy.contraindications)
        self.terms = shown_terms(self.policy.terms)
        asked = [*self.policy.contraindications, *(use for each in self.policy.indications for use in each.uses)]
        self.not_verified = tuple(
            dict.fromkeys(use.criterion.id for use in asked if use.criterion.assurance != "verified")
        )
        in_force = {each.id for each in self.policy.indications}
        self.not_in_force = tuple(_not_in_force(each, edition) for each in whole.indications if each.id not in in_force)


@lru_cache(maxsize=96)
def prepared_policy(knowledge: KnowledgeBase, policy_id: str, edition_start: date) -> PreparedPolicy:
    """The edition of a policy that begins on that day, ready to be answered; kept while it is in use."""
    policy = knowledge.policies[policy_id]
    edition = next(edition for edition in policy.editions if edition.start == edition_start)
    return PreparedPolicy(policy, edition, links_of(knowledge))


class PreparedCautions:
    """The cautions, with the evidence for each."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.criteria = PreparedCriteria(knowledge.cautions)
        self.notes = knowledge.caution_notes
        self.evidence = {name: shown_evidence(notes.evidence) for name, notes in knowledge.caution_notes.items()}
        self.unasked: dict[str, CautionFinding] = {}


@lru_cache(maxsize=16)
def prepared_cautions(knowledge: KnowledgeBase) -> PreparedCautions:
    """The cautions, ready to be answered; kept while they are in use."""
    return PreparedCautions(knowledge)


class Prepared(Protocol):
    """Anything ready to be answered: a policy, the cautions, the rows of a treatment."""

    criteria: PreparedCriteria


@lru_cache(maxsize=48)
def prepared_panel(knowledge: KnowledgeBase, asked: tuple[Prepared, ...], engines: tuple[str, ...]) -> Panel:
    """The engines of those names for everything that is asked together; kept while it is in use."""
    policies = [each.criteria.policy for each in asked]
    fingerprint = knowledge.fingerprint if len(engines) > 1 else ""  # one alone disagrees with nobody; it takes long
    return Panel(policies, {name: maker_of(name) for name in engines}, fingerprint, links_of(knowledge))


def verdict_expression(policy: Policy) -> Expression:
    """The verdict as one expression: any indication, and no contraindication."""
    parts: list[Expression] = [Group("any", tuple(requirement(each) for each in policy.indications))]
    if policy.contraindications:
        parts.append(Group("none", tuple(use.criterion.when for use in policy.contraindications)))
    return Group("all", tuple(parts))


def requirement(indication: Indication) -> Expression:
    """An indication as one expression: all it requires, and none of what it excludes."""
    required: list[Expression] = [use.criterion.when for use in indication.uses if use.role == "requires"]
    excluded = tuple(use.criterion.when for use in indication.uses if use.role == "excludes")
    return Group("all", tuple([*required, Group("none", excluded)] if excluded else required))


def _shown(indication: Indication) -> IndicationResult:
    """What is said of an indication whatever the patient."""
    return IndicationResult(
        id=indication.id,
        title=indication.title,
        eligibility=Eligibility.UNDETERMINED,
        findings=(),
        missing=(),
        terms=shown_terms(indication.terms),
        evidence=shown_evidence(indication.evidence),
        flaw=indication.flaw,
    )


def _not_in_force(indication: Indication, edition: Edition) -> IndicationResult:
    """An indication of another edition: nobody has it, and nothing is asked for it."""
    period = indication.period
    note = f"In force from {period.start}." if edition.start < period.start else f"Not in force since {period.until}."
    shown = _shown(indication)
    return replace(shown, eligibility=Eligibility.INELIGIBLE, applicability="not_in_force", note=note)


def cited(cite: Iterable[Citation]) -> tuple[Cited, ...]:
    """Citations as an assessment shows them."""
    return tuple(
        Cited(source=each.source.id, section=each.section, url=each.source.url, title=each.source.title)
        for each in cite
    )


def shown_terms(terms: Iterable[Term]) -> tuple[ShownTerm, ...]:
    """Terms as an assessment shows them."""
    return tuple(ShownTerm(each.id, each.statement, cited(each.cite), each.assurance) for each in terms)


def shown_evidence(evidence: Iterable[Evidence]) -> tuple[ShownEvidence, ...]:
    """Published results as an assessment shows them."""
    return tuple(
        ShownEvidence(
            id=each.id,
            study=each.study,
            population=each.population,
            patients=each.patients,
            endpoint=each.endpoint,
            result=each.result,
            comparator=each.comparator,
            effect=ShownEffect(**vars(each.effect)) if each.effect else None,
            cite=cited(each.cite),
            assurance=each.assurance,
            note=each.note,
        )
        for each in evidence
    )
