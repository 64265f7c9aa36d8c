"""Complete sums of prime implicants: all the largest boxes of cases in which something holds, as whole numbers.

A case gives each of some variables one of its few classes. A *box* allows each variable
some of its classes and holds every case that can be made of these; it is a whole number with one bit
for each class. A *sum* is the union of its boxes, and it is *complete* if every box that it
covers lies in one of them. Then asking whether something holds in a box is asking for one
box that contains it: Kleene's tables, read over a complete sum, are exact.

Products of complete sums are complete, and so is the complement of any sum worked out as
a product (Nelson RJ. Simplest normal truth functions. J Symb Log 1955;20:105; for variables
of more than two values: Brown FM. Boolean Reasoning. 2nd ed. Dover, 2003, chapter 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

Box = int
Sum = tuple[Box, ...]

# No sum may have more boxes than this. The largest of the criteria that ship has about a hundred and fifty.
MOST = 3_000


class TooLarge(Exception):
    """A sum that would have more boxes than anybody can wait for."""


@dataclass(frozen=True)
class Space:
    """Variables with so many classes each, and what can be done with boxes of them.

    Above the bits of each variable there is one that is always free: adding ones to all
    bits of a box reaches it just where the variable has a class left.
    """

    widths: tuple[int, ...]

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where the bits of each variable begin."""
        return tuple(sum(self.widths[:index]) + index for index in range(len(self.widths)))

    @cached_property
    def fields(self) -> tuple[Box, ...]:
        """All bits of each variable."""
        return tuple(((1 << width) - 1) << offset for width, offset in zip(self.widths, self.offsets, strict=True))

    @cached_property
    def everything(self) -> Box:
        """The box of all cases."""
        return sum(self.fields)

    @cached_property
    def _guards(self) -> int:
        return sum(1 << (offset + width) for width, offset in zip(self.widths, self.offsets, strict=True))

    def box(self, variable: int, classes: int) -> Box:
        """The box that allows one variable only some of its classes."""
        return self.everything & ~self.fields[variable] | classes << self.offsets[variable]

    def classes(self, box: Box, variable: int) -> int:
        """The classes that a box allows one variable."""
        return (box & self.fields[variable]) >> self.offsets[variable]

    def bound(self, box: Box) -> tuple[int, ...]:
        """The variables of which a box does not allow every class."""
        left = self.everything & ~box
        return tuple(index for index, field in enumerate(self.fields) if left & field)

    def holds_a_case(self, box: Box) -> bool:
        """Whether every variable has a class left."""
        return (box + self.everything) & self._guards == self._guards

    def product(self, one: Sum, other: Sum) -> Sum:
        """What lies in both sums; complete if both are. Raises `TooLarge`."""
        everything, guards = self.everything, self._guards
        if len(one) * len(other) > MOST * 50:
            raise TooLarge
        met = {both for mine in one for yours in other if ((both := mine & yours) + everything) & guards == guards}
        return absorbed(met)

    def complement(self, boxes: Iterable[Box]) -> Sum:
        """The complete sum of what lies in none of the boxes. Raises `TooLarge`."""
        everything, guards = self.everything, self._guards
        left: list[Box] = [everything]
        for box in sorted(boxes, key=lambda each: -each.bit_count()):
            sides = [everything & ~(box & self.fields[each]) for each in self.bound(box)]
            outside = [each for each in left if ((each & box) + everything) & guards != guards]
            cut = (each & side for each in set(left) - set(outside) for side in sides)
            left = _absorbed(outside, (each for each in cut if (each + everything) & guards == guards))
        return tuple(left)


def absorbed(boxes: Iterable[Box]) -> Sum:
    """The boxes that lie in no other, the largest first. Raises `TooLarge`."""
    return tuple(_absorbed([], boxes))


def _absorbed(kept: list[Box], boxes: Iterable[Box]) -> list[Box]:
    """Boxes of which none lies in another, with those of the others that lie in none of them or of each other."""
    for box in sorted(set(boxes), key=lambda each: (-each.bit_count(), each)):
        for each in kept:
            if box & each == box:
                break
        else:
            kept.append(box)
            if len(kept) > MOST:
                raise TooLarge
    return kept


def contains(boxes: Sequence[Box], box: Box) -> bool:
    """Whether one of the boxes contains that one."""
    return any(box & each == box for each in boxes)
