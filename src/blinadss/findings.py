"""What an assessment says: findings, eligibility, verdicts. The JSON of `assess --format json` is this, field by field.

See docs/reference/assessment.md. The field names are a contract: add, never rename.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Literal

from blinadss.errors import UsageError, near
from blinadss.further import Further, Weight
from blinadss.knowledge import Effort, PolicyKind, Severity
from blinadss.result import Result, maker
from blinadss.sight import Because
from blinadss.statements import Assurance, Role
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


Applicability = Literal["applicable", "not_applicable", "unknown", "not_in_force"]


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
    flaw: str


@dataclass(frozen=True, slots=True)
class ShownTerm(Result):
    """Something a policy also asks that no profile decides: it is shown, and is no part of the verdict."""

    id: str
    statement: str
    cite: tuple[Cited, ...]
    assurance: Assurance


@dataclass(frozen=True, slots=True)
class ShownEffect(Result):
    """A measure of effect, with its confidence interval (``level`` is in %) if one was published."""

    measure: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    level: Decimal | None


@dataclass(frozen=True, slots=True)
class ShownEvidence(Result):
    """A published result shown beside an indication or a caution; it decides nothing.

    ``patients`` is how many were studied, or nothing where that was not read.
    """

    id: str
    study: str
    population: str
    patients: int | None
    endpoint: str
    result: str
    comparator: str
    effect: ShownEffect | None
    cite: tuple[Cited, ...]
    assurance: Assurance
    note: str


@dataclass(frozen=True, slots=True)
class CautionFinding(Result):
    """A risk that does not forbid: whether it is there, how grave it is, what to do, what is known of it.

    A severity of ``informative`` is a predictor of response, ``not_indicated`` a use that no label covers.
    """

    criterion: str
    role: Role
    truth: Truth
    statement: str
    comparisons: tuple[Compared, ...]
    cite: tuple[Cited, ...]
    assurance: Assurance
    rationale: str
    flaw: str
    topic: str
    severity: Severity
    do: str
    evidence: tuple[ShownEvidence, ...]


@dataclass(frozen=True, slots=True)
class Missing(Result):
    """A fact that keeps an answer open, why it is not known, and the question that asks for it.

    ``weight`` says whether what is found out can settle the answer ``alone``, or only ``together`` with others.
    """

    fact: str
    because: Because
    ask: str
    effort: Effort | None
    weight: Weight = "together"


@dataclass(frozen=True, slots=True)
class IndicationResult(Result):
    """One indication: whether it applies, and why.

    ``applicability`` says whether it is for such a patient at all, and is kept apart from
    the eligibility: an indication for children is not applicable to an adult, and what is
    not in force on the day has no findings. Both count as ineligible.
    """

    id: str
    title: str
    eligibility: Eligibility
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    applicability: Applicability = "applicable"
    note: str = ""
    terms: tuple[ShownTerm, ...] = ()
    evidence: tuple[ShownEvidence, ...] = ()
    flaw: str = ""
    further: Further | None = None


@dataclass(frozen=True, slots=True)
class PolicyResult(Result):
    """One policy as it stood on the day: the verdict, and everything it rests on.

    ``answer`` is the verdict in the words of this kind of policy: of a trial, whether the
    patient would have met its criteria. ``rests_on`` names the criteria behind the verdict
    whose assurance is below verified, ``terms`` what is asked besides and not decided here.
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
    kind: PolicyKind
    answer: str
    terms: tuple[ShownTerm, ...]
    flaw: str
    further: Further | None = None

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
    cautions: tuple[CautionFinding, ...] = ()
    supposed: Mapping[str, str] = field(default_factory=dict)

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


# An answer of every policy has a thousand of these.
made_finding, made_compared, made_caution = maker(Finding), maker(Compared), maker(CautionFinding)
made_indication = maker(IndicationResult)
