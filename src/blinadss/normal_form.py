"""Each indication and each verdict in its normal form, on which Kleene's tables are exact.

The tables say unknown too often where one fact is asked for in several places. So parts that
ask the same facts, or linked ones, are put together into a *block*, and for each block all the largest
sets of findings are worked out that make it hold, and all that make it fail: its prime
implicants. Those that the tables do not see by themselves are added to the question, as
comparisons like any others; so every engine answers exactly by the tables alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from blinadss.blocks import Block, NormalFormTooLarge, Part, Sums, sums_of, tables
from blinadss.classes import Classes
from blinadss.errors import KnowledgeError, Problem
from blinadss.expression import Expression, facts_in
from blinadss.implicants import Box, Sum, absorbed
from blinadss.knowledge import KnowledgeBase, Policy
from blinadss.links import Link, links_among, links_of
from blinadss.statements import Use
from blinadss.truth import Truth, all_of, any_of

CONTRAINDICATED, ELIGIBLE, APPLIES = "contraindicated", "eligible", "an indication applies"
_NOTHING_AGAINST = "nothing contraindicates"


_Piece = tuple[frozenset[str], tuple[Part, ...], tuple[Link, ...]]


@dataclass(frozen=True)
class Step:
    """One thing to conclude: that all, or any, of some criteria and earlier steps hold, or their opposites."""

    name: str
    word: Literal["all", "any"]
    criteria: tuple[tuple[str, bool], ...] = ()  # each with whether it is to hold
    steps: tuple[tuple[str, bool], ...] = ()
    block: Block | None = None

    @property
    def unseen(self) -> tuple[tuple[Expression, ...], tuple[Expression, ...]]:
        """What makes it hold, and what makes it fail, that the tables do not see in its parts."""
        return self.block.unseen if self.block else ((), ())


class NormalForm:
    """A policy as it stands on one day: blocks for each indication and for the verdict, and the steps of an engine."""

    def __init__(self, policy: Policy, stated: Sequence[Link]) -> None:
        whens = list(dict.fromkeys(use.criterion.when for use in policy.uses()))
        self._stated = tuple(stated) if policy.indications else ()
        self._made: dict[tuple[tuple[Part, ...], tuple[Link, ...]], Block] = {}
        self.links = links_among(whens, self._stated)
        linked = [link.impossible for link in self.links]
        self.classes = Classes([*whens, *linked, *(link.guard for link in self.links)])
        self.facts = frozenset(fact for each in [*whens, *linked] for fact in facts_in(each))
        self.indications = {
            each.id: self._blocks(each.id, [self._part(use, positive=use.role == "requires") for use in each.uses])
            for each in policy.indications
        }
        against = [self._part(use, positive=False) for use in policy.contraindications]
        self.contraindications = self._blocks(_NOTHING_AGAINST, against)
        alone = [part for blocks in self.indications.values() for block in blocks for part in block.parts]
        self.verdict = self._blocks(
            policy.id, [*(alone if len(self.indications) == 1 else [self._applies()]), *against]
        )

    def steps(self) -> Iterator[Step]:
        """What an engine concludes, in this order: each indication, `CONTRAINDICATED`, `ELIGIBLE`."""
        done: set[str] = set()
        for name, blocks in self.indications.items():
            yield from _all_of(name, blocks, done)
        yield Step(APPLIES, "any", steps=tuple((name, True) for name in self.indications))
        against = (part.name for block in self.contraindications for part in block.parts)
        yield Step(CONTRAINDICATED, "any", tuple((name, True) for name in against))
        yield from _all_of(ELIGIBLE, self.verdict, done)

    def _part(self, use: Use, *, positive: bool) -> Part:
        when, classes = use.criterion.when, self.classes

        def sums() -> Sums:
            both = sums_of(when, classes)
            return both if positive else both.opposite

        def truth(box: Box) -> Truth:
            return tables(when, classes, box) if positive else ~tables(when, classes, box)

        return Part(use.criterion.id, positive, (when,), sums, truth)

    def _applies(self) -> Part:
        """That some indication applies, of a policy that has several or none."""
        whens = {leaf: None for blocks in self.indications.values() for b in blocks for p in b.parts for leaf in p.asks}

        def sums() -> Sums:
            space = self.classes.space
            fails: Sum = (space.everything,)
            for blocks in self.indications.values():
                fails = space.product(fails, absorbed(box for block in blocks for box in block.unlinked.fails))
            return Sums(space.complement(fails), fails)

        def truth(box: Box) -> Truth:
            return any_of(all_of(block.sums.truth(box) for block in blocks) for blocks in self.indications.values())

        return Part(APPLIES, True, tuple(whens), sums, truth)

    def _blocks(self, name: str, parts: Sequence[Part]) -> tuple[Block, ...]:
        """The parts, those together that ask the same facts or linked ones."""
        links = links_among([each for part in parts for each in part.asks], self._stated)
        pieces: list[_Piece] = [(part.facts, (part,), ()) for part in parts]
        pieces += [(facts_in(each.impossible), (), (each,)) for each in links]
        return tuple(
            self._made.setdefault((some, linked), Block(f"{name} #{number}", self.classes, some, linked))
            for number, (_, some, linked) in enumerate(_together(pieces), 1)
            if some
        )


@lru_cache(maxsize=64)  # a cohort asks every policy, and more than once
def normal_form(policy: Policy, links: tuple[Link, ...] = ()) -> NormalForm:
    """The normal form of a policy as it stands on one day; kept while it is in use."""
    return NormalForm(policy, links)


def sizes(knowledge: KnowledgeBase) -> dict[tuple[str, str], tuple[int, int]]:
    """How many sets of findings settle the verdict of each edition of each policy: a yes, a no, in its largest block.

    Raises `KnowledgeError` for every policy whose criteria ask the same facts in too many ways.
    """
    links, found, problems = links_of(knowledge), dict[tuple[str, str], tuple[int, int]](), list[Problem]()
    for policy in knowledge.policies.values():
        for edition in policy.editions:
            form = NormalForm(policy.as_of(edition.start), links)
            try:
                sums = [
                    block.sums for block in (*form.verdict, *(b for each in form.indications.values() for b in each))
                ]
            except NormalFormTooLarge as large:
                problems += [replace(each, place=policy.place) for each in large.problems]
                break
            found[policy.id, edition.id] = max((len(each.holds), len(each.fails)) for each in sums)
    if problems:
        raise KnowledgeError(problems)
    return found


def _all_of(name: str, blocks: Iterable[Block], done: set[str]) -> Iterator[Step]:
    """A step for each block in which the tables may miss something, and one for all of them."""
    criteria: list[tuple[str, bool]] = []
    steps: list[tuple[str, bool]] = []
    for block in blocks:
        own = tuple((part.name, part.positive) for part in block.parts if part.name != APPLIES)
        earlier = ((APPLIES, True),) if len(own) < len(block.parts) else ()
        if block.is_plain:
            criteria += own
            steps += earlier
            continue
        if block.name not in done:
            yield Step(block.name, "all", own, earlier, block)
        done.add(block.name)
        steps.append((block.name, True))
    yield Step(name, "all", tuple(criteria), tuple(steps))


def _together(pieces: Iterable[_Piece]) -> list[_Piece]:
    """The pieces, those joined that share a fact, directly or through others."""
    apart: list[_Piece] = []
    for piece in pieces:
        touching = [each for each in apart if each[0] & piece[0]]
        joined = [*touching, piece]
        apart = [each for each in apart if each not in touching]
        apart.append(
            (
                frozenset[str]().union(*(each[0] for each in joined)),
                tuple(part for each in joined for part in each[1]),
                tuple(link for each in joined for link in each[2]),
            )
        )
    return apart
