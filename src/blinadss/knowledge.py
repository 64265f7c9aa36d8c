"""Everything the experts say, as plain immutable values: indications, policies, cautions, notes on facts.

Nothing here decides anything. `loading` makes these from files, engines answer
the criteria, `assessment` adds the answers up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from blinadss.errors import Place, UsageError, near
from blinadss.expression import Comparison, Expression, Group, line
from blinadss.quantity import Quantity, plain
from blinadss.statements import ALWAYS, Assurance, Citation, Criterion, Evidence, Period, Source, Term, Use
from blinadss.terminology import CodeSystem, FactCode, Terminology
from blinadss.treatment import GradingSystem, Row, Toxicity, Treatment

PolicyKind = Literal["label", "funder", "payer", "trial", "policy", "cautions", "conditions"]
Severity = Literal["severe", "moderate", "mild", "informative", "not_indicated", "contradiction"]
Effort = Literal["chart", "history", "blood", "flow cytometry", "imaging", "marrow", "lumbar puncture"]
KINDS: tuple[PolicyKind, ...] = ("label", "funder", "payer", "trial", "policy")
SEVERITIES: tuple[Severity, ...] = ("severe", "moderate", "mild", "informative", "not_indicated", "contradiction")
CAUTIONS: Literal["cautions"] = "cautions"  # the id of what is asked of every patient whatever the policy
Changes = Literal["freely", "never", "upwards"]
CHANGES: tuple[Changes, ...] = ("never", "upwards")  # what is written; without a word it is freely
EFFORTS: tuple[Effort, ...] = ("chart", "history", "blood", "flow cytometry", "imaging", "marrow", "lumbar puncture")


@dataclass(frozen=True)
class Indication:
    """A circumstance in which the treatment may be given: what it requires, and what rules it out."""

    id: str
    title: str
    uses: tuple[Use, ...]
    period: Period = ALWAYS
    evidence: tuple[Evidence, ...] = ()
    terms: tuple[Term, ...] = ()
    flaw: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Edition:
    """A policy as it stood from ``start`` until the next edition."""

    start: date
    title: str
    cite: tuple[Citation, ...]
    assurance: Assurance
    note: str = ""

    @property
    def id(self) -> str:
        """The first day, which names the edition."""
        return self.start.isoformat()


@dataclass(frozen=True)
class Policy:
    """A publisher's set of indications and contraindications, through time.

    The cautions are one as well, of a kind of their own: without editions or indications, each a use of a criterion.
    """

    id: str
    title: str
    publisher: str
    jurisdiction: str
    editions: tuple[Edition, ...]
    indications: tuple[Indication, ...]
    contraindications: tuple[Use, ...]
    until: date = date.max
    kind: PolicyKind = "policy"
    terms: tuple[Term, ...] = ()
    flaw: str = ""
    place: Place | None = field(default=None, compare=False)

    def edition(self, on: date) -> Edition | None:
        """The edition in force on that day, if the policy was in force."""
        begun = [edition for edition in self.editions if edition.start <= on < self.until]
        return begun[-1] if begun else None

    def as_of(self, on: date) -> Policy:
        """The policy reduced to what was in force on that day."""
        indications = tuple(
            replace(indication, uses=_in_force(indication.uses, on), terms=_in_force(indication.terms, on))
            for indication in self.indications
            if indication.period.covers(on)
        )
        contraindications, terms = _in_force(self.contraindications, on), _in_force(self.terms, on)
        return replace(self, indications=indications, contraindications=contraindications, terms=terms)

    def uses(self) -> Iterator[Use]:
        """Every use of a criterion anywhere in the policy."""
        for indication in self.indications:
            yield from indication.uses
        yield from self.contraindications


Dated = TypeVar("Dated", Use, Term)


@dataclass(frozen=True)
class CautionNotes:
    """What is said of a caution beside its criterion: what it is about, how grave it is, what to do, what is known."""

    topic: str
    severity: Severity
    do: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Consequence:
    """A value that a fact has whenever something else holds, so that nobody needs to be asked for it, and why."""

    value: str | Quantity
    when: Expression
    rationale: str
    cite: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class FactNotes:
    """What is said about a fact beyond its type: the question that asks for it, and how long it stays fresh.

    ``changes`` says how it can become otherwise in a patient's life; ``upwards``: it only grows, or stays present.
    """

    ask: str
    effort: Effort
    fresh_for: int | None = None  # days
    rationale: str = ""
    cite: tuple[Citation, ...] = ()
    follows: tuple[Consequence, ...] = ()
    changes: Changes = "freely"


NO_CAUTIONS = Policy(CAUTIONS, "Cautions", "", "", (), (), (), kind=CAUTIONS)


def conditions(name: str, rows: Iterable[Row]) -> Policy:
    """The conditions of some rows as one policy of uses, so that every engine answers them as it does criteria."""
    uses = tuple(
        Use(Criterion(row.id, row.statement, row.when, row.cite, row.assurance, place=row.place), "applies")
        for row in rows
        if row.when is not None
    )
    return Policy(name, name, "", "", (), (), uses, kind="conditions")


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """Everything loaded from a folder of criteria. Immutable, and compared by identity; see `fingerprint`."""

    version: str
    default_policies: tuple[str, ...]
    sources: Mapping[str, Source]
    facts: Mapping[str, FactNotes]
    policies: Mapping[str, Policy]
    criteria: Mapping[str, Criterion]
    cautions: Policy = NO_CAUTIONS
    caution_notes: Mapping[str, CautionNotes] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    treatments: Mapping[str, Treatment] = field(default_factory=dict)
    grading: Mapping[str, GradingSystem] = field(default_factory=dict)
    terminology: Terminology = field(default_factory=Terminology)

    def policy(self, policy_id: str) -> Policy:
        """The policy of that id; raises `UsageError` with the nearest one if there is none."""
        if policy_id not in self.policies:
            raise UsageError(f"there is no policy `{policy_id}`", near(policy_id, list(self.policies)))
        return self.policies[policy_id]

    def select(self, names: Iterable[str]) -> tuple[Policy, ...]:
        """The policies of those names, each once: an id, a folder of several (``trials``), or ``all``.

        Raises `UsageError` with the nearest name if there is none.
        """
        chosen: dict[str, Policy] = {}
        for name in names:
            below = {each: policy for each, policy in self.policies.items() if each.startswith(f"{name}/")}
            chosen |= dict(self.policies) if name == "all" else below or {name: self.policy(name)}
        return tuple(chosen.values())

    def select_any(self, names: Iterable[str]) -> tuple[Policy, ...]:
        """As `select`, with the cautions by their name."""
        return tuple(each for name in names for each in ((self.cautions,) if name == CAUTIONS else self.select([name])))

    def with_facts(self, notes: Mapping[str, FactNotes]) -> KnowledgeBase:
        """The same knowledge with other notes on some facts."""
        return replace(self, facts=MappingProxyType({**self.facts, **notes}))

    def alone(self, what: Policy | Treatment | GradingSystem) -> KnowledgeBase:
        """The same knowledge of facts, with nothing but one policy, the cautions, one treatment or grading system."""
        nothing: Any = MappingProxyType({})
        empty = replace(
            self,
            policies=nothing,
            cautions=NO_CAUTIONS,
            caution_notes=nothing,
            criteria=nothing,
            evidence=nothing,
            sources=nothing,
            treatments=nothing,
            grading=nothing,
        )
        if isinstance(what, Treatment):
            return replace(empty, treatments={what.id: what})
        if isinstance(what, GradingSystem):
            return replace(empty, grading={what.id: what})
        criteria = {use.criterion.id: use.criterion for use in what.uses()}
        if what.id == CAUTIONS:
            return replace(empty, cautions=what, caution_notes=self.caution_notes, criteria=criteria)
        return replace(empty, policies={what.id: what}, criteria=criteria)

    def all_policies(self) -> Iterator[Policy]:
        """Every policy, and the cautions."""
        yield from self.policies.values()
        yield self.cautions

    def rows(self) -> Iterator[Row]:
        """Every row on giving the treatment and on grades."""
        for treatment in self.treatments.values():
            yield from treatment.rows()
        for system in self.grading.values():
            yield from system.rows()

    def all_criteria(self) -> Iterator[Criterion]:
        """Every criterion, and the condition of every row as one."""
        yield from self.criteria.values()
        yield from (use.criterion for use in conditions("rows", self.rows()).contraindications)

    @cached_property
    def fresh_for(self) -> dict[str, int]:
        """For each fact that goes stale, how many days it counts after it was seen."""
        return {fact: notes.fresh_for for fact, notes in self.facts.items() if notes.fresh_for is not None}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the meaning: the same whatever the order of files and criteria, the comments or the layout."""
        parts = (self.version, self.sources, self.facts, self.policies, self.criteria)
        more = (self.cautions, self.caution_notes, self.evidence, self.treatments, self.grading, self.terminology)
        meaning = _meaning((*parts, *more))
        return "sha256:" + hashlib.sha256(meaning.encode()).hexdigest()


def _in_force(dated: tuple[Dated, ...], on: date) -> tuple[Dated, ...]:
    return tuple(each for each in dated if each.period.covers(on))


def _meaning(thing: object) -> str:  # noqa: PLR0911 - one for each kind of thing
    """The thing as text: places left out, everything whose order means nothing sorted, every part marked off."""
    match thing:
        case str():
            return repr(thing)
        case Comparison():
            return line(replace(thing, codes=tuple(sorted(thing.codes))))
        case Group():
            return f"{thing.heading}({_sorted(thing.parts)})"
        case Citation():  # the sources are hashed as well, each once
            return f"{thing.source.id!r} {thing.section!r}"
        case Mapping():
            return "{" + ",".join(f"{key!r}:{_meaning(thing[key])}" for key in sorted(thing, key=str)) + "}"
        case tuple():
            return f"[{_sorted(thing)}]"
        case Decimal():
            return plain(thing)
        case _ if hasattr(thing, "__dataclass_fields__"):
            names = (name for name in thing.__dataclass_fields__ if name != "place")
            return "(" + ",".join(f"{name}:{_meaning(getattr(thing, name))}" for name in names) + ")" + _order(thing)
        case _:
            return repr(thing)


def _order(thing: object) -> str:
    """What is said by the order of its parts, which are sorted otherwise."""
    match thing:
        case Toxicity():  # the first row that holds counts
            return f"[{','.join(_meaning(row) for row in thing.act)}]"
        case CodeSystem():  # the usual one comes first
            return repr(thing.uris[:1])
        case FactCode():  # of each pair, which is asked and which is the answer
            return repr(sorted(f"{asked} = {answer}" for asked, answer in thing.components))
        case _:
            return ""


def _sorted(parts: Iterable[object]) -> str:
    return ",".join(sorted(_meaning(part) for part in parts))
