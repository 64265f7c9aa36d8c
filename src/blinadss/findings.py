"""What an assessment says: findings, eligibility, verdicts. The JSON of `assess --format json` is this, field by field.

See docs/reference/assessment.md. The field names are a contract: add, never rename.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Literal

from pydantic import TypeAdapter

from blinadss.errors import UsageError, near
from blinadss.knowledge import Assurance, Effort, Role
from blinadss.sight import Because
from blinadss.truth import Truth


class Eligibility(Enum):
    """Whether one indication applies to the patient."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


class Verdict(Enum):
    """Whether the patient may have the treatment under one policy."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    CONTRAINDICATED = "contraindicated"
    UNDETERMINED = "undetermined"
    NOT_IN_FORCE = "not_in_force"


class Result:
    """A part of an assessment; immutable, and written out as pydantic models are."""

    __slots__ = ()

    def model_dump(self, *, mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """The result as plain dicts and tuples; with ``mode="json"``, as JSON would hold it."""
        dumped: dict[str, Any] = _adapter(type(self)).dump_python(self, mode=mode)
        return dumped

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """The result as JSON text."""
        return _adapter(type(self)).dump_json(self, indent=indent).decode()

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of the result."""
        return _adapter(cls).json_schema(mode="serialization")


_ADAPTERS: dict[type[Result], TypeAdapter[Any]] = {}


def _adapter(result: type[Result]) -> TypeAdapter[Any]:
    """Pydantic's writer for one kind of result, made when first needed: building it costs milliseconds."""
    if result not in _ADAPTERS:
        _ADAPTERS[result] = TypeAdapter(result)
    return _ADAPTERS[result]


@dataclass(frozen=True, slots=True)
class Cited(Result):
    """A document and the place in it."""

    source: str
    section: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Compared(Result):
    """One comparison of a criterion, with the patient's own value.

    ``decisive`` marks the comparisons that settled the finding, or, if it is unknown, that keep it open.
    """

    text: str
    fact: str
    value: str | None
    observed_on: date | None
    truth: Truth
    unknown_because: Because | None
    decisive: bool


@dataclass(frozen=True, slots=True)
class Finding(Result):
    """The answer to one criterion for one patient."""

    criterion: str
    role: Role
    truth: Truth
    statement: str
    comparisons: tuple[Compared, ...]
    cite: tuple[Cited, ...]
    assurance: Assurance
    rationale: str


@dataclass(frozen=True, slots=True)
class Missing(Result):
    """A fact that keeps an answer open, why it is not known, and the question that asks for it."""

    fact: str
    because: Because
    ask: str
    effort: Effort | None


@dataclass(frozen=True, slots=True)
class IndicationResult(Result):
    """One indication: whether it applies, and why."""

    id: str
    title: str
    eligibility: Eligibility
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class PolicyResult(Result):
    """One policy as it stood on the day: the verdict, and everything it rests on.

    ``rests_on`` names the criteria behind the verdict whose assurance is below verified.
    """

    policy: str
    title: str
    edition: str | None
    edition_title: str | None
    edition_assurance: Assurance | None
    note: str
    verdict: Verdict
    indications: tuple[IndicationResult, ...]
    contraindications: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    rests_on: tuple[str, ...]

    def findings(self) -> Iterator[Finding]:
        """Every finding of the policy, contraindications first."""
        yield from self.contraindications
        for indication in self.indications:
            yield from indication.findings


@dataclass(frozen=True, slots=True)
class ProfileStamp(Result):
    """Which patient data was assessed."""

    id: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class KnowledgeStamp(Result):
    """Which knowledge it was assessed with."""

    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Assessment(Result):
    """The answers of all asked policies about one profile on one day."""

    schema: Literal["blinadss/assessment/1"]
    profile: ProfileStamp
    assessed_on: date
    knowledge: KnowledgeStamp
    engines: tuple[str, ...]
    policies: tuple[PolicyResult, ...]
    cautions: tuple[Finding, ...] = ()

    def policy(self, policy_id: str) -> PolicyResult:
        """The result for one policy; raises `UsageError` if it was not asked for."""
        for result in self.policies:
            if result.policy == policy_id:
                return result
        asked = [result.policy for result in self.policies]
        raise UsageError(f"the policy `{policy_id}` was not assessed", near(policy_id, asked))

    def verdict(self, policy_id: str) -> Verdict:
        """The verdict of one policy; raises `UsageError` if it was not asked for."""
        return self.policy(policy_id).verdict
