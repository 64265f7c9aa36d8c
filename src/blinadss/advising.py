"""Guidance for one patient: which rows of a treatment hold, what doses come to, which action a toxicity asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property, lru_cache

from blinadss.answers import Answers, Patient
from blinadss.derived import SURFACE
from blinadss.dosing import amount_of
from blinadss.engines import Conclusions
from blinadss.errors import UsageError
from blinadss.expression import Values
from blinadss.findings import Compared, Finding, Missing
from blinadss.guidance import (
    CONFIRM,
    ActionAdvice,
    BagAdvice,
    Basis,
    DoseAdvice,
    Grade,
    GradeFinding,
    ItemAdvice,
    ToxicityAdvice,
)
from blinadss.knowledge import KnowledgeBase, conditions
from blinadss.prepared import PreparedCriteria, cited, prepared_panel
from blinadss.profile import PatientProfile
from blinadss.treatment import Action, BagRule, DoseRule, GradeRow, GradingSystem, Item, Row, Scale, Toxicity, Treatment
from blinadss.truth import Truth
from blinadss.wording import condition_text


class PreparedRows:
    """The rows of a treatment or a grading system on one day, with all of their answers that no patient changes."""

    def __init__(self, name: str, rows: Iterable[Row]) -> None:
        rows = tuple(rows)
        self.criteria = PreparedCriteria(conditions(name, rows))
        self.uses = {use.criterion.id: use for use in self.criteria.uses}
        self.cited = {row.id: cited(row.cite) for row in rows}
        by_surface = any(isinstance(row, DoseRule) and row.dose.by_surface for row in rows)
        self.facts = (*self.criteria.facts, *((SURFACE,) if by_surface else ()))


@lru_cache(maxsize=64)
def prepared_treatment(knowledge: KnowledgeBase, name: str, day: date) -> tuple[Treatment, PreparedRows]:
    """A treatment as it is stated on a day, and its rows ready to be answered; kept while it is in use."""
    treatment = knowledge.treatments[name].as_of(day)
    return treatment, PreparedRows(f"{name}/treatment", treatment.rows())


@lru_cache(maxsize=16)
def prepared_grading(knowledge: KnowledgeBase, system: str) -> tuple[GradingSystem, PreparedRows]:
    """A grading system, ready to be answered; kept while it is in use."""
    grading = knowledge.grading[system]
    return grading, PreparedRows(f"grading/{system}", grading.rows())


class Guide:
    """One patient, and the rows that the engines have answered for that patient."""

    def __init__(
        self,
        prepared: PreparedRows,
        conclusions: Conclusions,
        patient: Patient,
        indication: str | None = None,
        confirm: str = CONFIRM,
    ) -> None:
        self.prepared, self.patient, self.indication, self.confirm = prepared, patient, indication, confirm
        self.answers = Answers(conclusions, patient)
        self._found: dict[str, Finding] = {}

    def truth(self, row: Row) -> Truth:
        """Whether a row holds of the patient; one without a condition does."""
        return self.answers.conclusions.criteria[row.id] if row.when is not None else Truth.TRUE

    def comparisons(self, row: Row) -> tuple[Compared, ...]:
        """The comparisons of a row's condition that settle it or keep it open."""
        if row.when is None:
            return ()
        if row.id not in self._found:
            self._found[row.id] = self.answers.finding(self.prepared.uses[row.id])
        return tuple(each for each in self._found[row.id].comparisons if each.decisive)

    def confirmed(self, row: Row) -> str:
        """What to say of a row that nobody has read in its source."""
        return self.confirm if row.assurance == "unverified" else ""

    def missing(self, rows: Iterable[Row]) -> tuple[Missing, ...]:
        """The facts that keep rows open, each once."""
        open_ = (each for row in rows if self.truth(row) is Truth.UNKNOWN for each in self.comparisons(row))
        facts = dict.fromkeys(each.fact for each in open_ if each.unknown_because)
        return tuple(self.patient.missing(fact) for fact in facts)

    def dose(self, rule: DoseRule) -> DoseAdvice:
        """What the patient gets by one rule."""
        truth = self.truth(rule)
        amount = amount_of(rule.dose, self.patient.sights) if truth is Truth.TRUE else None
        missing = self.missing([rule])
        if truth is Truth.TRUE and amount is None:
            missing = (self.patient.missing(SURFACE),)
        return DoseAdvice(
            id=rule.id,
            drug=rule.drug,
            rule=str(rule.dose),
            truth=truth,
            amount=amount.shown if amount else None,
            unrounded=amount.unrounded if amount else None,
            working=amount.working if amount else "",
            how=rule.how,
            level=rule.level,
            statement=rule.statement,
            note=rule.note,
            comparisons=self.comparisons(rule),
            missing=missing,
            cite=self.prepared.cited[rule.id],
            assurance=rule.assurance,
            confirm=self.confirmed(rule),
        )

    def doses(self, rules: Iterable[DoseRule]) -> tuple[DoseAdvice, ...]:
        """What the patient gets, or may get, by some rules; those for others, or another indication, are left out."""
        mine = (rule for rule in rules if self.indication is None or rule.concerns(self.indication))
        return tuple(self.dose(rule) for rule in mine if self.truth(rule) is not Truth.FALSE)

    def bag(self, rule: BagRule, *, chosen: bool) -> BagAdvice:
        """Whether a bag suits the patient."""
        return BagAdvice(
            id=rule.id,
            hours=int(rule.lasts.total_seconds() // 3600),
            rate=rule.rate,
            preservative=rule.preservative,
            truth=self.truth(rule),
            chosen=chosen,
            statement=rule.statement,
            note=rule.note,
            comparisons=self.comparisons(rule),
            cite=self.prepared.cited[rule.id],
            assurance=rule.assurance,
            confirm=self.confirmed(rule),
        )

    def item(self, item: Item, basis: Basis) -> ItemAdvice:
        """An item as it concerns the patient."""
        return ItemAdvice(
            id=item.id,
            title=item.title,
            kind=item.kind,
            basis=basis,
            truth=self.truth(item),
            statement=item.statement,
            schedule=tuple(str(each) for each in item.schedule),
            give=self.doses(item.give),
            watch=item.watch,
            rationale=item.rationale,
            note=item.note,
            comparisons=self.comparisons(item),
            cite=self.prepared.cited[item.id],
            assurance=item.assurance,
            confirm=self.confirmed(item),
        )

    def toxicity(self, toxicity: Toxicity) -> ToxicityAdvice:
        """What to do about a toxicity: the first row that holds, and the rows above it that may hold as well."""
        action, unless = first_match(toxicity.act, [self.truth(each) for each in toxicity.act])
        rows = [each for each in toxicity.act if each.id in unless]
        possible = [each for each in toxicity.act if self._may_ever_hold(each)]
        return ToxicityAdvice(
            id=toxicity.id,
            title=toxicity.title,
            fact=toxicity.fact,
            action=action,
            unless=unless,
            rows=tuple(self.action(each) for each in possible),
            missing=self.missing(rows),
        )

    @cached_property
    def _lasting(self) -> Values:
        """What is known of the person, which nothing that happens during treatment changes."""
        return {reading: value for reading, value in self.patient.values.items() if reading.startswith("patient.")}

    def _may_ever_hold(self, row: Row) -> bool:
        """Whether a row may come to hold of this patient, whatever happens during treatment: not for another weight."""
        return row.when is None or self.prepared.uses[row.id].reasons.truth(self._lasting) is not Truth.FALSE

    def action(self, action: Action) -> ActionAdvice:
        """One row of what to do."""
        assert action.when is not None  # noqa: S101 - the files require it
        return ActionAdvice(
            id=action.id,
            action=action.action,
            do=action.statement,
            truth=self.truth(action),
            give=self.doses(action.give),
            restart=self.doses(action.restart),
            note=action.note,
            condition=condition_text(action.when),
            comparisons=self.comparisons(action),
            cite=self.prepared.cited[action.id],
            assurance=action.assurance,
            confirm=self.confirmed(action),
        )

    def grade(self, scale: Scale, system: GradingSystem) -> Grade:
        """The grade by one scale: that of the first row that holds, and as high as the gravest that may hold."""
        truths = [self.truth(row) for row in scale.grades]
        certain = next((row.grade for row, truth in zip(scale.grades, truths, strict=True) if truth is Truth.TRUE), 0)
        possible = [row.grade for row, truth in zip(scale.grades, truths, strict=True) if truth is Truth.UNKNOWN]
        at_most = max((certain, *possible))
        return Grade(
            scale=scale.id,
            title=scale.title,
            system=system.title,
            version=system.version,
            fact=scale.fact,
            at_least=certain,
            at_most=at_most,
            rows=tuple(self._graded(row, truth) for row, truth in zip(scale.grades, truths, strict=True)),
            missing=self.missing(row for row in scale.grades if row.grade > certain),
            note=scale.note,
        )

    def _graded(self, row: GradeRow, truth: Truth) -> GradeFinding:
        return GradeFinding(
            row.id, row.grade, truth, row.statement, self.comparisons(row), self.prepared.cited[row.id], row.assurance
        )


def guided(  # noqa: PLR0913, PLR0917 - who is asked what, when, by which engines
    knowledge: KnowledgeBase,
    prepared: PreparedRows,
    profile: PatientProfile,
    on: date,
    engines: tuple[str, ...],
    indication: str | None = None,
) -> Guide:
    """Some rows as the engines of those names answer them for a patient on a day."""
    patient = Patient(profile, on, knowledge, prepared.facts)
    (concluded,) = prepared_panel(knowledge, (prepared,), engines).conclude(patient.values)
    return Guide(prepared, concluded, patient, indication)


def stated_edition(knowledge: KnowledgeBase, policy_id: str, day: date, of: str, then: str = "") -> str:
    """The edition of a policy on a day; raises `UsageError` if what it says ``of`` something is not in the files."""
    edition, start = knowledge.policies[policy_id].edition(day), knowledge.treatments[policy_id].start
    if edition is None or day < start:
        problem = f"what `{policy_id}` says of {of} on {day} is not in these files"
        raise UsageError(problem, f"they state it from {start} on{then}")
    return edition.id


def first_match(rows: Sequence[Row], truths: Sequence[Truth]) -> tuple[str | None, tuple[str, ...]]:
    """The id of the first row that holds, if any is certain to, and of those above it that may."""
    unless: list[str] = []
    for row, truth in zip(rows, truths, strict=True):
        if truth is Truth.TRUE:
            return row.id, tuple(unless)
        if truth is Truth.UNKNOWN:
            unless.append(row.id)
    return None, tuple(unless)
