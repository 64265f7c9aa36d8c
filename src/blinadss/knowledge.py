"""Everything the experts say, as plain immutable values: sources, criteria, indications, policies, notes on facts.

Nothing here decides anything. `loading` makes these from files, engines answer
the criteria, `assessment` adds the answers up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from blinadss.errors import Place, UsageError, near
from blinadss.expression import Comparison, Expression, Group, line

Assurance = Literal["verified", "secondary", "unverified"]
Role = Literal["requires", "excludes", "contraindicates"]
Effort = Literal["chart", "history", "blood", "flow cytometry", "imaging", "marrow", "lumbar puncture"]
ASSURANCES: tuple[Assurance, ...] = ("verified", "secondary", "unverified")
EFFORTS: tuple[Effort, ...] = ("chart", "history", "blood", "flow cytometry", "imaging", "marrow", "lumbar puncture")


@dataclass(frozen=True)
class Source:
    """A document that criteria cite: a label, a guideline, a trial, a paper."""

    id: str
    title: str
    publisher: str
    kind: str
    edition: str
    url: str
    retrieved: str
    note: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Citation:
    """A source and the place in it."""

    source: Source
    section: str

    def __str__(self) -> str:
        section = f" §{self.section}" if self.section[:1].isdigit() else f" {self.section}"
        return f"{self.source.id}{section if self.section else ''}"


@dataclass(frozen=True)
class Criterion:
    """A cited question about a profile whose answer is true, false or unknown."""

    id: str
    statement: str
    when: Expression
    cite: tuple[Citation, ...]
    assurance: Assurance
    rationale: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Period:
    """The days on which something is in force: from the first day, up to but not including ``until``."""

    start: date = date.min
    until: date = date.max

    def covers(self, day: date) -> bool:
        """Whether that day lies in the period."""
        return self.start <= day < self.until


@dataclass(frozen=True)
class Use:
    """A criterion as an indication or a policy uses it: in which role, and since when."""

    criterion: Criterion
    role: Role
    period: Period = Period()


@dataclass(frozen=True)
class Indication:
    """A circumstance in which the treatment may be given: what it requires, and what rules it out."""

    id: str
    title: str
    uses: tuple[Use, ...]
    period: Period = Period()
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
    """A publisher's set of indications and contraindications, through time."""

    id: str
    title: str
    publisher: str
    jurisdiction: str
    editions: tuple[Edition, ...]
    indications: tuple[Indication, ...]
    contraindications: tuple[Use, ...]
    until: date = date.max

    def edition(self, on: date) -> Edition | None:
        """The edition in force on that day, if the policy was in force."""
        begun = [edition for edition in self.editions if edition.start <= on < self.until]
        return begun[-1] if begun else None

    def as_of(self, on: date) -> Policy:
        """The policy reduced to what was in force on that day."""
        indications = tuple(
            replace(indication, uses=_in_force(indication.uses, on))
            for indication in self.indications
            if indication.period.covers(on)
        )
        return replace(self, indications=indications, contraindications=_in_force(self.contraindications, on))

    def uses(self) -> Iterator[Use]:
        """Every use of a criterion anywhere in the policy."""
        for indication in self.indications:
            yield from indication.uses
        yield from self.contraindications


@dataclass(frozen=True)
class FactNotes:
    """What is said about a fact beyond its type: the question that asks for it, and how long it stays fresh."""

    ask: str
    effort: Effort
    fresh_for: int | None = None  # days
    rationale: str = ""
    cite: tuple[Citation, ...] = ()


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """Everything loaded from a folder of criteria. Immutable, and compared by identity; see `fingerprint`."""

    version: str
    default_policies: tuple[str, ...]
    sources: Mapping[str, Source]
    facts: Mapping[str, FactNotes]
    policies: Mapping[str, Policy]
    criteria: Mapping[str, Criterion]

    def policy(self, policy_id: str) -> Policy:
        """The policy of that id; raises `UsageError` with the nearest one if there is none."""
        if policy_id not in self.policies:
            raise UsageError(f"there is no policy `{policy_id}`", near(policy_id, list(self.policies)))
        return self.policies[policy_id]

    def with_facts(self, notes: Mapping[str, FactNotes]) -> KnowledgeBase:
        """The same knowledge with other notes on some facts."""
        return replace(self, facts=MappingProxyType({**self.facts, **notes}))

    def with_policy(self, policy: Policy) -> KnowledgeBase:
        """The same knowledge with one policy changed."""
        return replace(self, policies=MappingProxyType({**self.policies, policy.id: policy}))

    @cached_property
    def fresh_for(self) -> dict[str, int]:
        """For each fact that goes stale, how many days it counts after it was seen."""
        return {fact: notes.fresh_for for fact, notes in self.facts.items() if notes.fresh_for is not None}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the meaning: the same whatever the order of files and criteria, the comments or the layout."""
        meaning = _meaning((self.version, self.sources, self.facts, self.policies, self.criteria))
        return "sha256:" + hashlib.sha256(meaning.encode()).hexdigest()


def _in_force(uses: tuple[Use, ...], on: date) -> tuple[Use, ...]:
    return tuple(use for use in uses if use.period.covers(on))


def _meaning(thing: object) -> str:
    """The thing as text: places left out, everything whose order means nothing sorted, every part marked off."""
    match thing:
        case Comparison():
            return line(replace(thing, codes=tuple(sorted(thing.codes))))
        case Group():
            return f"{thing.heading}({_sorted(thing.parts)})"
        case Mapping():
            return "{" + ",".join(f"{key!r}:{_meaning(thing[key])}" for key in sorted(thing)) + "}"
        case tuple():
            return f"[{_sorted(thing)}]"
        case _ if hasattr(thing, "__dataclass_fields__"):
            names = (name for name in thing.__dataclass_fields__ if name != "place")
            return "(" + ",".join(f"{name}:{_meaning(getattr(thing, name))}" for name in names) + ")"
        case _:
            return repr(thing)


def _sorted(parts: Iterable[object]) -> str:
    return ",".join(sorted(_meaning(part) for part in parts))
