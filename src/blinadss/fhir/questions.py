"""The open questions of an assessment: each fact that keeps a verdict open, once, and first what can settle one."""

from __future__ import annotations

from dataclasses import dataclass

from blinadss.findings import Assessment, Missing, PolicyResult
from blinadss.further_words import BECAUSE
from blinadss.knowledge import EFFORTS, Effort, KnowledgeBase

EXAMINATIONS: tuple[Effort, ...] = tuple(each for each in EFFORTS if each not in {"chart", "history"})


@dataclass(frozen=True, slots=True)
class Answered:
    """An assessment with what its resources need besides: notes on facts and public codes, and whom they are about."""

    assessment: Assessment
    knowledge: KnowledgeBase
    subject: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to find out, and the policies whose verdict depends on it."""

    missing: Missing
    policies: tuple[PolicyResult, ...]

    @property
    def fact(self) -> str:
        """The path of the fact."""
        return self.missing.fact

    @property
    def needs_examination(self) -> bool:
        """Whether it takes more than to look at the record, or to ask or look at the patient."""
        return self.missing.effort in EXAMINATIONS

    def why(self) -> str:
        """Why it is asked, and by which policies."""
        because = BECAUSE[self.missing.because]
        names = ", ".join(each.policy for each in self.policies)
        alone = " It can settle an answer alone." if self.missing.weight == "alone" else ""
        return f"{because[:1].upper()}{because[1:]}. Asked by {names}.{alone}"


def open_questions(assessment: Assessment) -> tuple[Question, ...]:
    """Every fact on which an open verdict depends, once.

    Those that can settle a verdict alone come first, each in the order in which its policy asks.
    """
    asked: dict[str, list[tuple[Missing, PolicyResult]]] = {}
    for policy in assessment.policies:
        for missing in policy.missing:
            asked.setdefault(missing.fact, []).append((missing, policy))
    found = [
        Question(min((missing for missing, _ in each), key=_weight), tuple(policy for _, policy in each))
        for each in asked.values()
    ]
    return tuple(sorted(found, key=lambda each: _weight(each.missing)))


def _weight(missing: Missing) -> int:
    return 0 if missing.weight == "alone" else 1
