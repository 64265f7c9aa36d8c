"""Which policy or edition answers differently for one patient, and what makes the difference.

The shapes are the JSON; see docs/reference/compare.md. The field names are a contract: add, never rename.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from blinadss.assessment import assess
from blinadss.differing import Answer, Difference, Differing, Stood, in_the_way, said
from blinadss.errors import UsageError
from blinadss.findings import Assessment, Eligibility, KnowledgeStamp, PolicyResult, ProfileStamp, Verdict
from blinadss.knowledge import KnowledgeBase, Policy
from blinadss.loading import load_knowledge
from blinadss.profile import PatientProfile
from blinadss.result import Result
from blinadss.truth import Truth


@dataclass(frozen=True, slots=True)
class Contrast(Result):
    """The answers of several policies, or editions, about one profile, and how each differs from the first in force.

    ``alike`` has a sentence for each answer that does not differ from it.
    """

    schema: Literal["blinadss/contrast/1"]
    profile: ProfileStamp
    assessed_on: date
    dates: tuple[date, ...]
    knowledge: KnowledgeStamp
    engines: tuple[str, ...]
    answers: tuple[Answer, ...]
    differences: tuple[Difference, ...]
    alike: tuple[str, ...]


def compare(  # noqa: PLR0913 - each says one thing about the question, by name
    profile: PatientProfile,
    *,
    on: date | None = None,
    policies: Sequence[str] | None = None,
    dates: Sequence[date] = (),
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
) -> Contrast:
    """Compare what several policies answer about one patient, and say what makes the difference.

    Each answer is held against the first that is in force. ``policies`` and ``engines`` are as in `assess`.
    With ``dates``, every policy is asked as it stood on each of those days, while the patient stays as on
    the day of assessment. Raises what `assess` raises, and `UsageError` where there is nothing to compare.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    asked = knowledge.select(knowledge.default_policies if policies is None else policies)
    days = tuple(sorted(set(dates)))
    if len(asked) * max(len(days), 1) < 2:
        raise UsageError(
            "there is nothing to compare: one policy as it stood on one day" if asked else "no policy is named",
            "name two policies, or one policy and two days between which it changed",
        )

    names = [policy.id for policy in asked]
    asking = _Asking(profile, on)
    made = [asking.answered(knowledge, names, day, engines) for day in days or (None,)]
    stood = _stood(asked, days or (made[0].assessed_on,), made)
    base = next((each for each in stood if each.verdict is not Verdict.NOT_IN_FORCE), stood[0])
    others = [each for each in stood if each is not base]
    differing = Differing(knowledge, asking.tried(made[0].engines))
    return Contrast(
        schema="blinadss/contrast/1",
        profile=made[0].profile,
        assessed_on=made[0].assessed_on,
        dates=days,
        knowledge=made[0].knowledge,
        engines=made[0].engines,
        answers=tuple(each.answer for each in stood),
        differences=tuple(differing.difference(base, each) for each in others if each.verdict is not base.verdict),
        alike=tuple(_alike(base, each) for each in others if each.verdict is base.verdict),
    )


@dataclass(frozen=True)
class _Asking:
    """One patient as on one day, for any policies as they stood on any day."""

    profile: PatientProfile
    on: date | None

    def answered(
        self, knowledge: KnowledgeBase, names: Sequence[str], day: date | None, engines: Sequence[str] | None
    ) -> Assessment:
        """What the policies answer."""
        return assess(
            self.profile,
            on=self.on,
            policies=names,
            knowledge=knowledge,
            engines=engines,
            cautions=False,
            further=False,
            edition_on=day,
        )

    def tried(self, engines: Sequence[str]) -> Callable[[KnowledgeBase, str, date], Verdict]:
        """What tries a policy that nobody wrote: the first engine alone, as no network of rules is kept for such."""
        return lambda knowledge, name, day: self.answered(knowledge, [name], day, engines[:1]).verdict(name)


def _stood(asked: Sequence[Policy], days: Sequence[date], made: Sequence[Assessment]) -> list[Stood]:
    """One answer for each edition of each policy, the days on which the same one stood together."""
    stood: list[Stood] = []
    for at, policy in enumerate(asked):
        found: dict[tuple[str | None, bool], tuple[PolicyResult, list[date]]] = {}
        for day, assessment in zip(days, made, strict=True):
            result = assessment.policies[at]
            found.setdefault((result.edition, day >= policy.until), (result, []))[1].append(day)
        stood += [_answer(result, tuple(on), alone=len(found) == 1) for result, on in found.values()]
    return stood


def _answer(result: PolicyResult, on: tuple[date, ...], *, alone: bool) -> Stood:
    when = "" if alone else f" of {result.edition}" if result.edition else f" on {on[0]}"
    name = f"{result.policy}{when}"
    answer = Answer(
        name=name,
        policy=result.policy,
        title=result.title,
        edition=result.edition,
        edition_title=result.edition_title,
        edition_assurance=result.edition_assurance,
        on=on,
        verdict=result.verdict,
        answer=result.answer,
        note=result.note,
    )
    return Stood(answer, result)


def _alike(one: Stood, other: Stood) -> str:
    """What is said of two answers that do not differ, and whether they come about alike."""
    if one.verdict is Verdict.NOT_IN_FORCE:
        return f"{one.answer.name} and {other.answer.name} are both not in force."
    words = [said(each.answer.answer) for each in (one, other)]
    why = "" if _reasons(one.result) == _reasons(other.result) else ", for different reasons"
    if words[0] == words[1]:
        return f"{one.answer.name} and {other.answer.name} both answer {words[0]}{why}."
    return f"{one.says}, and {other.says}, which is the same{why}."


def _reasons(result: PolicyResult) -> frozenset[str]:
    """What an answer rests on: the comparisons that speak for it or against it, or the facts that keep it open."""
    if result.verdict is Verdict.UNDETERMINED:
        return frozenset(each.fact for each in result.missing)
    found = [each for each in result.contraindications if each.truth is Truth.TRUE]
    for indication in result.indications if not found else ():
        if result.verdict is Verdict.INELIGIBLE:
            found += in_the_way(indication.findings)
        elif indication.eligibility is Eligibility.ELIGIBLE:
            found += indication.findings
    return frozenset(leaf.text for each in found for leaf in each.comparisons if leaf.decisive)
