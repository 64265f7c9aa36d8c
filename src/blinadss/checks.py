"""What is legal but unwise in a folder of criteria. Each kind of finding has a page in docs/reference/checks/."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from blinadss.completions import Question
from blinadss.errors import Place
from blinadss.expression import Comparison, Expression, Group, comparisons, line
from blinadss.knowledge import Criterion, KnowledgeBase, Policy
from blinadss.prepared import requirement

_SWALLOWED = re.compile(r"""^\s*(?:- )?(cite|when|statement|ask|title):\s+[^\s'"|>&*!%#].*?\s(\#.*)$""")
_DAY = date(2024, 2, 29)  # which day makes no difference: all days have the same classes of age and elapsed time


@dataclass(frozen=True)
class Advice:
    """One thing an author should look at; ``name`` is its page in docs/reference/checks/."""

    name: str
    says: str
    place: Place | None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        line = self.place.shown() if self.place else ""
        return f"{where}{self.says}{line}\n  see: docs/reference/checks/{self.name}.md"


def check(knowledge: KnowledgeBase, folder: Path) -> tuple[Advice, ...]:
    """Everything unwise in the knowledge loaded from ``folder``, in file order."""
    found = [warning for each in CHECKS.values() for warning in each(knowledge, folder)]

    def order(each: Advice) -> tuple[str, int, int, str]:
        place = each.place
        return (place.file, place.line, place.column, each.says) if place else ("", 0, 0, each.says)

    return tuple(sorted(found, key=order))


def _cannot_fail(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for criterion in knowledge.criteria.values():
        if Question(criterion.when).ways({}, _DAY).if_false is None:
            yield Advice("cannot-fail", f"`{criterion.id}` holds for every patient", criterion.place)


def _cannot_hold(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for criterion in knowledge.criteria.values():
        if Question(criterion.when).ways({}, _DAY).if_true is None:
            yield Advice("cannot-hold", f"`{criterion.id}` holds for no patient", criterion.place)


def _nobody_meets(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for policy in knowledge.policies.values():
        for edition in policy.editions:
            for indication in policy.as_of(edition.start).indications:
                if Question(requirement(indication)).ways({}, _DAY).if_true is None:
                    says = f"nobody can meet `{indication.id}` in the edition of {edition.start}"
                    yield Advice("nobody-meets", says, indication.place)


def _unused_source(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    cited = {each.source.id for criterion in knowledge.criteria.values() for each in criterion.cite}
    cited |= {each.source.id for notes in knowledge.facts.values() for each in notes.cite}
    cited |= {
        each.source.id for policy in knowledge.policies.values() for edition in policy.editions for each in edition.cite
    }
    for source in knowledge.sources.values():
        if source.id not in cited:
            yield Advice("unused-source", f"nothing cites `{source.id}`", source.place)


def _unused_criterion(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    used = {use.criterion.id for policy in knowledge.policies.values() for use in policy.uses()}
    for criterion in knowledge.criteria.values():
        if criterion.id not in used:
            yield Advice("unused-criterion", f"nothing uses `{criterion.id}`", criterion.place)


def _unasked_fact(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    asked: dict[str, Criterion] = {}
    for criterion in knowledge.criteria.values():
        for leaf in comparisons(criterion.when):
            asked.setdefault(leaf.fact, criterion)
    for fact, criterion in asked.items():
        if fact not in knowledge.facts:
            yield Advice("unasked-fact", f"facts.yaml has no question for `{fact}`", criterion.place)


def _said_twice(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for policy in knowledge.policies.values():
        seen: dict[str, Criterion] = {}
        for criterion in dict.fromkeys(use.criterion for use in policy.uses()):
            meaning = _meaning(criterion.when)
            if meaning in seen:
                says = f"`{criterion.id}` asks the same as `{seen[meaning].id}`"
                yield Advice("said-twice", says, criterion.place)
            seen.setdefault(meaning, criterion)


def _meaning(expression: Expression) -> str:
    """The expression as text, the same for any order, grouping or repetition that changes nothing."""
    if isinstance(expression, Comparison):
        return line(replace(expression, codes=tuple(sorted(set(expression.codes)))))
    parts = {_meaning(part) for part in expression.parts}
    if len(parts) == 1 and expression.word in {"all", "any"}:
        return parts.pop()
    return f"{expression.heading}({', '.join(sorted(parts))})"


def _group_of_one(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    def lonely(expression: Expression) -> bool:
        if not isinstance(expression, Group):
            return False
        alone = len(expression.parts) == 1 and expression.word != "none"
        return alone or any(lonely(part) for part in expression.parts)

    for criterion in knowledge.criteria.values():
        if lonely(criterion.when):
            yield Advice("group-of-one", f"`{criterion.id}` has a group with one line", criterion.place)


def _empty_edition(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    def empty(policy: Policy) -> Iterator[date]:
        return (edition.start for edition in policy.editions if not policy.as_of(edition.start).indications)

    for policy in knowledge.policies.values():
        for start in empty(policy):
            yield Advice("empty-edition", f"`{policy.id}` has no indication in the edition of {start}", None)


def _not_a_sentence(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for criterion in knowledge.criteria.values():
        if not (criterion.statement[:1].isupper() and criterion.statement.endswith(".")):
            yield Advice("not-a-sentence", f"the statement of `{criterion.id}` is not a sentence", criterion.place)


def _verified_unread(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for criterion in knowledge.criteria.values():
        if criterion.assurance == "verified" and all(each.source.retrieved == "unread" for each in criterion.cite):
            says = f"`{criterion.id}` is called verified, but nobody has read what it cites"
            yield Advice("verified-unread", says, criterion.place)


def _swallowed_comment(_knowledge: KnowledgeBase, folder: Path) -> Iterator[Advice]:
    for path in sorted(folder.rglob("*.yaml")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = _SWALLOWED.match(text)
            if match:
                says = f"YAML takes the rest of this `{match[1]}` for a comment"
                yield Advice("swallowed-comment", says, Place(str(path), number, match.start(2) + 1, text))


CHECKS: dict[str, Callable[[KnowledgeBase, Path], Iterator[Advice]]] = {
    "cannot-fail": _cannot_fail,
    "cannot-hold": _cannot_hold,
    "empty-edition": _empty_edition,
    "group-of-one": _group_of_one,
    "nobody-meets": _nobody_meets,
    "not-a-sentence": _not_a_sentence,
    "said-twice": _said_twice,
    "swallowed-comment": _swallowed_comment,
    "unasked-fact": _unasked_fact,
    "unused-criterion": _unused_criterion,
    "unused-source": _unused_source,
    "verified-unread": _verified_unread,
}
