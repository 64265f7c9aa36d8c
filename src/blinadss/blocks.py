"""Blocks of criteria that ask the same facts: when they all hold, and when one fails, as complete sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from blinadss.classes import Classes
from blinadss.errors import BlinadssError
from blinadss.expression import Comparison, Expression, comparisons, facts_in
from blinadss.implicants import Box, Sum, TooLarge, absorbed, contains
from blinadss.links import Link
from blinadss.truth import Truth, all_of, at_least


class NormalFormTooLarge(BlinadssError):
    """Criteria that ask the same facts in so many ways that no answer about them could be exact."""

    subject = "the criteria"


@dataclass(frozen=True)
class Sums:
    """When something holds and when it fails, as two complete sums."""

    holds: Sum
    fails: Sum

    @property
    def opposite(self) -> Sums:
        """The same of its opposite."""
        return Sums(self.fails, self.holds)

    def truth(self, box: Box) -> Truth:
        """What is certain for every case of the box."""
        if contains(self.holds, box):
            return Truth.TRUE
        return Truth.FALSE if contains(self.fails, box) else Truth.UNKNOWN


@dataclass(frozen=True)
class Part:
    """Something that must hold: a criterion, the opposite of one, or that an indication applies.

    ``tables`` is what an engine knows of it in a box before anything is added.
    """

    name: str
    positive: bool
    asks: tuple[Expression, ...]
    sums: Callable[[], Sums]
    tables: Callable[[Box], Truth]

    @property
    def facts(self) -> frozenset[str]:
        """The facts it asks for."""
        return frozenset(fact for each in self.asks for fact in facts_in(each))


class Block:
    """Parts that must all hold and share facts, with the links between those facts."""

    def __init__(self, name: str, classes: Classes, parts: Sequence[Part], links: Sequence[Link]) -> None:
        self.name, self.classes, self.parts, self.links = name, classes, tuple(parts), tuple(links)

    @cached_property
    def is_plain(self) -> bool:
        """Whether the tables miss nothing: every reading is asked for in one line, which can go both ways, unlinked."""
        leaves = [leaf for part in self.parts for each in part.asks for leaf in comparisons(each)]
        if self.links or len({leaf.reads for leaf in leaves}) < len(leaves):
            return False
        space = self.classes.space
        boxes = [self.classes.chosen(leaf) for leaf in leaves]
        return all(box != space.everything and space.holds_a_case(box) for box in boxes)

    @cached_property
    def elsewhere(self) -> Box:
        """All of whatever the block does not ask for."""
        asked = {leaf.reads for part in self.parts for each in part.asks for leaf in comparisons(each)}
        asked |= {
            leaf.reads for link in self.links for each in (link.impossible, link.guard) for leaf in comparisons(each)
        }
        return sum(self.classes.field(reads) for reads in self.classes.readings if reads not in asked)

    @cached_property
    def never(self) -> Sum:
        """The complete sum of what no patient can have."""
        space = self.classes.space
        cannot = [
            box & self.classes.chosen(link.guard)
            for link in self.links
            for box in sums_of(link.impossible, self.classes).holds
        ]
        return space.complement(space.complement(cannot)) if cannot else ()

    @cached_property
    def unlinked(self) -> Sums:
        """When all parts hold, and when one fails, whatever the links say."""
        parts = [part.sums() for part in self.parts]
        holds: Sum = (self.classes.space.everything,)
        for each in parts:
            holds = self.classes.space.product(holds, each.holds)
        return Sums(holds, parts[0].fails if len(parts) == 1 else self.classes.space.complement(holds))

    @cached_property
    def sums(self) -> Sums:
        """When all parts hold, and when one fails, of every patient that can be. Raises `NormalFormTooLarge`."""
        space = self.classes.space
        try:
            if not self.never:
                return self.unlinked
            can, (holds, fails) = space.complement(self.never), (self.unlinked.holds, self.unlinked.fails)
            return Sums(self._unless(space.product(fails, can)), self._unless(space.product(holds, can)))
        except TooLarge:
            raise NormalFormTooLarge(
                f"{self.name} asks the same facts in so many ways that no answer could be exact",
                "ask each fact in fewer places, or divide it",
            ) from None

    def _unless(self, other: Sum) -> Sum:
        """Whatever is not the other, without what merely cannot be."""
        return tuple(box for box in self.classes.space.complement(other) if not contains(self.never, box))

    @cached_property
    def unseen(self) -> tuple[tuple[Expression, ...], tuple[Expression, ...]]:
        """What makes it hold, and what makes it fail, that the tables do not see in its parts."""

        def unseen(boxes: Sum, truth: Truth) -> Iterator[Expression]:
            for box in boxes:
                known = self.classes.knowable(box)
                if any(all_of(part.tables(each) for part in self.parts) is not truth for each in known):
                    yield self.classes.written(box)

        return tuple(unseen(self.sums.holds, Truth.TRUE)), tuple(unseen(self.sums.fails, Truth.FALSE))


def sums_of(expression: Expression, classes: Classes) -> Sums:
    """When an expression holds and when it fails, as complete sums. Raises `TooLarge`."""
    space = classes.space
    if isinstance(expression, Comparison):
        box = classes.chosen(expression)
        here = (box,) if space.holds_a_case(box) else ()
        return Sums(here, space.complement(here))
    parts = [sums_of(part, classes) for part in expression.parts]
    if expression.word in ("any", "none"):
        parts = [each.opposite for each in parts]
    if expression.word != "at least":
        holds = _product(classes, parts)
        both = Sums(holds, space.complement(holds))
        return both.opposite if expression.word == "any" else both
    enough = absorbed(box for some in combinations(parts, max(expression.needed, 0)) for box in _product(classes, some))
    fails = space.complement(enough)
    return Sums(space.complement(fails), fails)


def _product(classes: Classes, parts: Sequence[Sums]) -> Sum:
    holds: Sum = (classes.space.everything,)
    for each in parts:
        holds = classes.space.product(holds, each.holds)
    return holds


def tables(expression: Expression, classes: Classes, box: Box) -> Truth:
    """What Kleene's tables say of an expression in a box."""
    if isinstance(expression, Comparison):
        chosen, field = classes.chosen(expression), classes.field(expression.reads)
        if box & field == field:  # nothing is known of it, though it may be able to be nothing else
            return Truth.UNKNOWN
        if box & chosen == box:
            return Truth.TRUE
        return Truth.UNKNOWN if classes.space.holds_a_case(box & chosen) else Truth.FALSE
    parts = [tables(part, classes, box) for part in expression.parts]
    needed = {"all": len(parts), "any": 1, "none": 1}.get(expression.word, expression.needed)
    counted = at_least(needed, parts)
    return ~counted if expression.word == "none" else counted
