"""How an answer stands with what is known of one patient: what it still depends on, and what would settle it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product

from blinadss.blocks import Block, Sums
from blinadss.further import Weight
from blinadss.implicants import Box, Sum, absorbed, contains
from blinadss.truth import Truth, all_of


class Left:
    """What is left of one block: the largest sets of further findings that settle it one way or the other.

    Only facts that its own criteria depend on are among them: links exclude what cannot be, and ask nothing.
    """

    def __init__(self, block: Block, known: Box, sums: Sums | None = None) -> None:
        self.block, self.known = block, known
        self.classes, self.space = block.classes, block.classes.space
        before = sums or block.sums
        both = [self._possible(self._cut(boxes)) for boxes in (before.holds, before.fails)]
        self.touched = frozenset(fact for box in both[0] + both[1] for fact in self.facts(box)) if block.never else None
        if sums is None and block.never:
            unlinked = self._cut(block.unlinked.holds + block.unlinked.fails)
            own = {fact for box in unlinked for fact in self.facts(box)}
            both = [tuple(box for box in boxes if own.issuperset(self.facts(box))) for boxes in both]
        self.sums = Sums(*both)

    def _cut(self, boxes: Sum) -> Sum:
        met = [both for box in boxes if self.space.holds_a_case(both := box & self.known)]
        return absorbed(met)

    def _possible(self, boxes: Sum) -> Sum:
        never = self.block.never
        return tuple(box for box in boxes if not contains(never, box)) if never else boxes

    @cached_property
    def truth(self) -> Truth:
        """Whether all its criteria hold, as far as is known."""
        if self.known in self.sums.holds:
            return Truth.TRUE
        return Truth.FALSE if self.known in self.sums.fails else Truth.UNKNOWN

    @cached_property
    def matters(self) -> frozenset[str]:
        """The facts on which it still depends."""
        if self.truth is not Truth.UNKNOWN:
            return frozenset()
        return frozenset(fact for box in self.sums.holds + self.sums.fails for fact in self.facts(box))

    def facts(self, box: Box) -> tuple[str, ...]:
        """The facts of which a box says more than is known."""
        more, facts, readings = box ^ self.known, self.classes.facts, self.classes.readings
        return tuple(dict.fromkeys(facts[readings[at]] for at, field in enumerate(self.space.fields) if more & field))

    def easiest(self, efforts: Mapping[str, int]) -> tuple[float, float]:
        """The least effort that makes it hold, and the least that makes it fail."""
        yes, no = (
            min(sum(efforts.get(fact, 1) for fact in self.facts(box)) for box in boxes)
            for boxes in (self.sums.holds, self.sums.fails)
        )
        return yes, no

    def is_settled_by(self, facts: Collection[str]) -> bool:
        """Whether these facts settle it for certain: no two completions alike in them give different answers."""
        free = 0
        for at, reads in enumerate(self.classes.readings):
            if self.classes.facts[reads] in self.matters and self.classes.facts[reads] not in facts:
                free |= self.known & self.space.fields[at]
        for holds, fails in product(self.sums.holds, self.sums.fails):
            alike = (holds | free) & (fails | free)
            both = [each & alike for each in (holds, fails)]
            if all(self.space.holds_a_case(each) and not contains(self.block.never, each) for each in both):
                return False
        return True

    def findings(self, fact: str) -> Iterator[Left]:
        """What is left after each thing that could be found out of a fact."""
        choices = []
        for at, reads in enumerate(self.classes.readings):
            if self.classes.facts[reads] == fact:
                seen = self.space.classes(self.known, at)
                choices.append([self.space.box(at, 1 << n) for n in range(seen.bit_length()) if seen >> n & 1])
        for sides in product(*choices):
            found = self.known
            for side in sides:
                found &= side
            if not contains(self.block.never, found):
                yield Left(self.block, found, self.sums)


@lru_cache(maxsize=1024)
def left_of(block: Block, known: Box) -> Left:
    """What is left of a block for what is known of its own facts; many questions have that in common."""
    return Left(block, known)


class Standing:
    """Blocks that must all hold, and what is known of one patient."""

    def __init__(self, blocks: Sequence[Block], known: Box) -> None:
        self.known = known
        self.left = tuple(left_of(block, known | block.elsewhere) for block in blocks)

    @cached_property
    def truth(self) -> Truth:
        """Whether all hold."""
        return all_of(each.truth for each in self.left)

    @cached_property
    def open(self) -> tuple[Left, ...]:
        """The blocks that can still go both ways."""
        return tuple(each for each in self.left if each.truth is Truth.UNKNOWN)

    @cached_property
    def matters(self) -> tuple[str, ...]:
        """The facts on which an open answer depends, in the order in which they are asked for."""
        if self.truth is not Truth.UNKNOWN:
            return ()
        found = frozenset[str]().union(*(each.matters for each in self.open))
        return tuple(dict.fromkeys(fact for fact in self.open[0].classes.facts.values() if fact in found))

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """All facts that are asked for, in that order."""
        found = {fact for left in self.left for part in left.block.parts for fact in part.facts}
        return tuple(
            dict.fromkeys(fact for left in self.left[:1] for fact in left.classes.facts.values() if fact in found)
        )

    @cached_property
    def unconcerned(self) -> tuple[str, ...]:
        """The facts that are asked for and can change nothing, not even by what they exclude."""
        concerned = frozenset[str]().union(
            *(each.matters if each.touched is None else each.touched for each in self.open)
        )
        return tuple(fact for fact in self.asked if fact not in concerned)

    @cached_property
    def sets(self) -> int:
        """How many sets of findings are looked at for an open answer."""
        return sum(len(each.sums.holds) + len(each.sums.fails) for each in self.open)

    @cached_property
    def weights(self) -> Mapping[str, Weight]:
        """Of each fact that matters, whether it can settle the answer alone, or only together with others."""
        boxes = [(each, box) for each in self.open for box in each.sums.fails]
        if len(self.open) == 1:
            boxes += [(self.open[0], box) for box in self.open[0].sums.holds]
        alone = {facts[0] for each, box in boxes if len(facts := each.facts(box)) == 1}
        return {fact: "alone" if fact in alone else "together" for fact in self.matters}

    def completions(self, wanted: Truth, efforts: Mapping[str, int]) -> Iterator[Box]:
        """Boxes in which the answer is settled that way, those first that take the fewest and easiest findings."""

        def size(left: Left, box: Box) -> tuple[int, int]:
            facts = left.facts(box)
            return len(facts), sum(efforts.get(fact, 1) for fact in facts)

        if wanted is Truth.FALSE:
            ways = [(size(each, box), box) for each in self.open for box in each.sums.fails]
            yield from (self._possible(self.known & box) for _, box in sorted(ways, key=lambda way: way[0]))
            return
        sides = [sorted(each.sums.holds, key=lambda box, left=each: size(left, box)) for each in self.open]  # type: ignore[misc]
        for number in range(max(map(len, sides), default=0)):
            box = self.known
            for side in sides:
                box &= side[min(number, len(side) - 1)]
            yield self._possible(box)

    def _possible(self, box: Box) -> Box:
        """The box, of each reading that it says more of with one class that the rest leaves possible."""
        never = [each for left in self.left for each in left.block.never]
        space = self.left[0].space
        for at, field in enumerate(space.fields if never else ()):
            if (box ^ self.known) & field:
                seen = space.classes(box, at)
                one = (box & space.box(at, 1 << n) for n in range(seen.bit_length()) if seen >> n & 1)
                box = next((each for each in one if not contains(never, each)), box)
        return box

    def enough(self, efforts: Mapping[str, int]) -> tuple[str, ...]:
        """The facts that settle the answer for certain, whatever they turn out to be, with the least effort.

        They are all that matter, but for those that follow from the others.
        """
        needed = set(self.matters)
        for left in self.open:
            if left.block.never:
                for fact in sorted(left.matters, key=lambda each: (-efforts.get(each, 1), each)):
                    if left.is_settled_by(needed - {fact}):
                        needed.remove(fact)
        return tuple(fact for fact in self.matters if fact in needed)

    def easiest_question(self, efforts: Mapping[str, int]) -> str | None:
        """The fact that matters and is found out most easily."""
        return min(self.matters, key=lambda fact: efforts.get(fact, 1), default=None)

    def next_question(self, efforts: Mapping[str, int]) -> str | None:
        """The fact to find out next: after it, on the average of what it can be, the least effort may settle it.

        That is, half way between the easiest findings for a yes and for a no. All that a fact
        can be counts alike; nobody says here how likely it is.
        """
        easiest = {left: left.easiest(efforts) for left in self.open}

        def expected(fact: str) -> float:
            asked = next(each for each in self.open if fact in each.matters)
            others = [each for left, each in easiest.items() if left is not asked]
            after = [self._to_settle(left, others, efforts) for left in asked.findings(fact)]
            return efforts.get(fact, 1) + sum(after) / max(len(after), 1)

        return min(self.matters, key=lambda fact: (expected(fact), efforts.get(fact, 1)), default=None)

    @staticmethod
    def _to_settle(left: Left, others: Sequence[tuple[float, float]], efforts: Mapping[str, int]) -> float:
        """The effort that may settle the answer, with one block as it is left now and others as they were."""
        if left.truth is Truth.FALSE or (left.truth is Truth.TRUE and not others):
            return 0
        open_ = [*others, *([left.easiest(efforts)] if left.truth is Truth.UNKNOWN else ())]
        least: float = sum(yes for yes, _ in open_) + min(no for _, no in open_)
        return least / 2
