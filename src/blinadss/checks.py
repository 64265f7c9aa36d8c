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
from blinadss.knowledge import Edition, FactNotes, Indication, KnowledgeBase, Policy
from blinadss.prepared import requirement
from blinadss.statements import Citation, Criterion, Evidence, Term
from blinadss.terminology import FactCode
from blinadss.treatment import Row
from blinadss.treatment_checks import never_reached, not_one_dose, unknown_watch
from blinadss.truth import Truth

_SWALLOWED = re.compile(r"""^\s*(?:- )?(cite|when|statement|ask|title):\s+[^\s'"|>&*!%#].*?\s(\#.*)$""")
_DAY = date(2024, 2, 29)  # which day makes no difference: all days have the same classes of age and elapsed time


@dataclass(frozen=True)
class Advice:
    """One thing an author should look at; ``name`` is its page in docs/reference/checks/.

    It is ``known`` if the author has said that the flaw is the source's own and was left in.
    """

    name: str
    says: str
    place: Place | None
    known: bool = False

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        line = self.place.shown() if self.place else ""
        return f"{where}{self.says}{line}\n  hint: {HINTS[self.name]}\n  see: docs/reference/checks/{self.name}.md"


def check(knowledge: KnowledgeBase, folder: Path) -> tuple[Advice, ...]:
    """Everything unwise in the knowledge loaded from ``folder``, in file order."""
    found = [warning for each in CHECKS.values() for warning in each(knowledge, folder)]

    def order(each: Advice) -> tuple[str, int, int, str]:
        place = each.place
        return (place.file, place.line, place.column, each.says) if place else ("", 0, 0, each.says)

    return tuple(sorted(found, key=order))


def _cannot_fail(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for criterion in knowledge.all_criteria():
        for part, named in _parts(criterion):
            if Question(part).ways({}, _DAY).if_false is None:
                says = f"{named} holds for every patient"
                yield Advice("cannot-fail", says, criterion.place, known=bool(criterion.flaw))


def _cannot_hold(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for criterion in knowledge.all_criteria():
        for part, named in _parts(criterion):
            if Question(part).ways({}, _DAY).if_true is None:
                says = f"{named} holds for no patient"
                yield Advice("cannot-hold", says, criterion.place, known=bool(criterion.flaw))


def _parts(criterion: Criterion) -> Iterator[tuple[Expression, str]]:
    """A criterion's expression and, where that is sound, the groups inside it, each with what to call it."""

    def groups(expression: Expression) -> Iterator[Group]:
        for part in expression.parts if isinstance(expression, Group) else ():
            if isinstance(part, Group):
                yield part
                yield from groups(part)

    yield criterion.when, f"`{criterion.id}`"
    ways = Question(criterion.when).ways({}, _DAY)
    if ways.if_true is not None and ways.if_false is not None:
        for group in groups(criterion.when):
            yield group, f"a group `{group.heading}` in `{criterion.id}`"


def _nobody_meets(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for policy in knowledge.policies.values():
        met: dict[Expression, bool] = {}  # most editions ask the same
        for edition in policy.editions:
            for indication in policy.as_of(edition.start).indications:
                wanted = requirement(indication)
                if wanted not in met:
                    met[wanted] = Question(wanted).can_be(Truth.TRUE, {}, _DAY)
                if not met[wanted]:
                    says = f"nobody can meet `{indication.id}` in the edition of {edition.start}"
                    yield Advice("nobody-meets", says, indication.place, known=bool(indication.flaw))


def _source_flaw(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    policies = list(knowledge.policies.values())
    said: list[Policy | Indication | Criterion] = [*policies, *knowledge.criteria.values()]
    said += [each for policy in policies for each in policy.indications]
    for each in said:
        if each.flaw:
            says = f"`{each.id}` repeats a flaw of its source: {each.flaw}"
            yield Advice("source-flaw", says, each.place, known=True)


def _citations(knowledge: KnowledgeBase) -> Iterator[Citation]:
    """Every citation anywhere."""
    policies = list(knowledge.policies.values())
    said: list[Criterion | FactNotes | FactCode | Evidence | Edition | Term | Row] = [*knowledge.criteria.values()]
    said += knowledge.rows()
    said += knowledge.terminology.codes
    said += [*knowledge.facts.values(), *knowledge.evidence.values()]
    said += [edition for policy in policies for edition in policy.editions]
    said += [term for policy in policies for term in policy.terms]
    said += [term for policy in policies for indication in policy.indications for term in indication.terms]
    for each in said:
        yield from each.cite


def _unused_source(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    cited = {each.source.id for each in _citations(knowledge)}
    for source in knowledge.sources.values():
        if source.id not in cited:
            yield Advice("unused-source", f"nothing cites `{source.id}`", source.place)


def _unused_criterion(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    used = {use.criterion.id for policy in knowledge.all_policies() for use in policy.uses()}
    for criterion in knowledge.criteria.values():
        if criterion.id not in used:
            yield Advice("unused-criterion", f"nothing uses `{criterion.id}`", criterion.place)


def _unused_evidence(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    shown = {each.id for notes in knowledge.caution_notes.values() for each in notes.evidence}
    indications = (each for policy in knowledge.policies.values() for each in policy.indications)
    shown |= {each.id for indication in indications for each in indication.evidence}
    for result in knowledge.evidence.values():
        if result.id not in shown:
            yield Advice("unused-evidence", f"nothing shows the result `{result.id}`", result.place)


def _unasked_fact(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    asked: dict[str, Criterion] = {}
    for criterion in knowledge.all_criteria():
        for leaf in comparisons(criterion.when):
            asked.setdefault(leaf.fact, criterion)
    for fact, criterion in asked.items():
        if fact not in knowledge.facts:
            yield Advice("unasked-fact", f"facts.yaml has no question for `{fact}`", criterion.place)


def _said_twice(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for policy in knowledge.all_policies():
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

    for criterion in knowledge.all_criteria():
        if lonely(criterion.when):
            yield Advice("group-of-one", f"`{criterion.id}` has a group with one line", criterion.place)


def _empty_edition(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    def empty(policy: Policy) -> Iterator[date]:
        return (edition.start for edition in policy.editions if not policy.as_of(edition.start).indications)

    for policy in knowledge.policies.values():
        for start in empty(policy):
            says = f"`{policy.id}` has no indication in the edition of {start}"
            yield Advice("empty-edition", says, policy.place)


def _stated(knowledge: KnowledgeBase) -> Iterator[Criterion | Row]:
    yield from knowledge.criteria.values()
    yield from knowledge.rows()


def _not_a_sentence(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for each in _stated(knowledge):
        if not (each.statement[:1].isupper() and each.statement.endswith(".")):
            yield Advice("not-a-sentence", f"the statement of `{each.id}` is not a sentence", each.place)


def _verified_unread(knowledge: KnowledgeBase, _folder: Path) -> Iterator[Advice]:
    for each in _stated(knowledge):
        if each.assurance == "verified" and all(cited.source.retrieved == "unread" for cited in each.cite):
            says = f"`{each.id}` is called verified, but nobody has read what it cites"
            yield Advice("verified-unread", says, each.place)


def _swallowed_comment(_knowledge: KnowledgeBase, folder: Path) -> Iterator[Advice]:
    for path in sorted(folder.rglob("*.yaml")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = _SWALLOWED.match(text)
            if match:
                says = f"YAML takes the rest of this `{match[1]}` for a comment"
                yield Advice("swallowed-comment", says, Place(str(path), number, match.start(2) + 1, text))


def _of_treatments(
    name: str, each: Callable[[KnowledgeBase], Iterator[tuple[str, Place | None, bool]]]
) -> Callable[[KnowledgeBase, Path], Iterator[Advice]]:
    """A check of how treatments are given, as the others are."""
    return lambda knowledge, _folder: (Advice(name, says, place, known) for says, place, known in each(knowledge))


CHECKS: dict[str, Callable[[KnowledgeBase, Path], Iterator[Advice]]] = {
    "cannot-fail": _cannot_fail,
    "cannot-hold": _cannot_hold,
    "empty-edition": _empty_edition,
    "group-of-one": _group_of_one,
    "never-reached": _of_treatments("never-reached", never_reached),
    "nobody-meets": _nobody_meets,
    "not-one-dose": _of_treatments("not-one-dose", not_one_dose),
    "not-a-sentence": _not_a_sentence,
    "said-twice": _said_twice,
    "source-flaw": _source_flaw,
    "swallowed-comment": _swallowed_comment,
    "unasked-fact": _unasked_fact,
    "unknown-watch": _of_treatments("unknown-watch", unknown_watch),
    "unused-criterion": _unused_criterion,
    "unused-evidence": _unused_evidence,
    "unused-source": _unused_source,
    "verified-unread": _verified_unread,
}
HINTS = {
    "cannot-fail": "look for an `any` that was meant as `all`, or for bounds that leave nothing out",
    "cannot-hold": "look for lines that exclude each other; if the source says so, write a `flaw`",
    "empty-edition": "give an indication a `from` or `until` that covers it, or end the policy with `until`",
    "group-of-one": "add the line that is missing, or write the one line by itself",
    "never-reached": "put it further up, or narrow the row that takes its place",
    "nobody-meets": "look for criteria that exclude each other, and date them; if the source says so, write a `flaw`",
    "not-a-sentence": "begin with a capital letter and end with a full stop",
    "not-one-dose": "let the doses of a day divide all patients between them, and give each day of the infusion one",
    "said-twice": "keep one of them, in shared.yaml if several indications use it",
    "source-flaw": "nothing to do here; the answers show it",
    "swallowed-comment": "put the whole text in quotes",
    "unasked-fact": "write its question and effort into facts.yaml",
    "unknown-watch": "name a toxicity of toxicity.yaml",
    "unused-criterion": "use it in an indication, or take it out",
    "unused-evidence": "name it under `evidence` of an indication or a caution, or take it out",
    "unused-source": "cite it, or take it out",
    "verified-unread": "read the source, or lower the assurance",
}
