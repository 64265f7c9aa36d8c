"""A policy as it stands on one day, made ready once for any number of patients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from blinadss.completions import Question
from blinadss.engines import ENGINES, Agreement
from blinadss.expression import Expression, Group, facts_in
from blinadss.findings import Cited
from blinadss.knowledge import Criterion, Edition, Indication, KnowledgeBase, Policy, Role, Use
from blinadss.reasons import Reasons

Key = tuple[str, Role]


def key_of(use: Use) -> Key:
    """What names the finding of a use: indications that use a criterion in the same role share it."""
    return use.criterion.id, use.role


class PreparedPolicy:
    """One edition of a policy, with everything that no patient changes already worked out."""

    def __init__(self, policy: Policy, edition: Edition, engines: Sequence[str], fingerprint: str) -> None:
        on = edition.start
        self.policy, self.edition = policy.as_of(on), edition
        self.agreement = Agreement([ENGINES[engine](self.policy) for engine in engines], fingerprint)
        self.uses = {key_of(use): use for use in self.policy.uses()}  # each once, however many indications share it
        self.reasons = {use.criterion.id: Reasons(use.criterion.when) for use in self.policy.uses()}
        self.questions = {each.id: Question(requirement(each)) for each in self.policy.indications}
        self.verdict = Question(verdict_expression(self.policy))
        self.contraindications_stand_alone = _stand_alone(self.policy)
        self.facts = tuple(sorted({fact for use in self.policy.uses() for fact in facts_in(use.criterion.when)}))
        self.cited = {use.criterion.id: _cited(use.criterion) for use in self.policy.uses()}


@lru_cache(maxsize=256)
def prepared_policy(
    knowledge: KnowledgeBase, policy_id: str, edition_start: date, engines: tuple[str, ...]
) -> PreparedPolicy:
    """The edition of a policy that begins on that day, ready for the engines; kept while it is in use."""
    policy = knowledge.policies[policy_id]
    edition = next(edition for edition in policy.editions if edition.start == edition_start)
    return PreparedPolicy(policy, edition, engines, knowledge.fingerprint)


def verdict_expression(policy: Policy) -> Expression:
    """The verdict as one expression: any indication, and no contraindication."""
    parts: list[Expression] = [Group("any", tuple(requirement(each) for each in policy.indications))]
    if policy.contraindications:
        parts.append(Group("none", tuple(use.criterion.when for use in policy.contraindications)))
    return Group("all", tuple(parts))


def _stand_alone(policy: Policy) -> bool:
    """Whether the contraindications can each go either way, whatever the indications ask."""
    contraindications = Group("none", tuple(use.criterion.when for use in policy.contraindications))
    elsewhere = {fact for each in policy.indications for fact in facts_in(requirement(each))}
    return not (elsewhere & facts_in(contraindications)) and Question(contraindications).asks_each_fact_once


def requirement(indication: Indication) -> Expression:
    """An indication as one expression: all it requires, and none of what it excludes."""
    required: list[Expression] = [use.criterion.when for use in indication.uses if use.role == "requires"]
    excluded = tuple(use.criterion.when for use in indication.uses if use.role == "excludes")
    return Group("all", tuple([*required, Group("none", excluded)] if excluded else required))


def _cited(criterion: Criterion) -> tuple[Cited, ...]:
    return tuple(
        Cited(source=each.source.id, section=each.section, url=each.source.url, title=each.source.title)
        for each in criterion.cite
    )
