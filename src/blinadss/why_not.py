"""Why an answer is no: the smallest sets of facts that forbid it, and what would have to be different for a yes.

What would have to be different names only what can change in a patient's life. It explains
an answer; it is nothing to be done, least of all to the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from blinadss.classes import Codes
from blinadss.expression import Expression
from blinadss.facts import FACTS
from blinadss.implicants import Box, contains
from blinadss.knowledge import FactNotes
from blinadss.standing import Left, Standing
from blinadss.truth import Truth

FEW = 3  # ways for each block that are put together with those of other blocks


@dataclass(frozen=True)
class Way:
    """What some known facts would have to be: by fact, as comparisons, and the box of a patient with these."""

    facts: Mapping[str, tuple[Expression, ...]]
    box: Box


def forbidding(standing: Standing) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of known facts that make the answer no whatever else is so, the fewest facts first."""
    sets: dict[frozenset[str], tuple[str, ...]] = {}
    own: set[frozenset[str]] = set()  # what the criteria themselves say, without what facts have to do with each other
    for left in standing.left:
        if left.truth is Truth.FALSE:
            for sums in (left.block.unlinked, left.block.sums):
                for box in sums.fails:
                    if standing.known & box == standing.known:
                        facts = _facts(left, box ^ left.space.everything)
                        sets.setdefault(frozenset(facts), facts)
                        own |= {frozenset(facts)} if sums is left.block.unlinked else set()
    smallest = {key for key in sets if not any(other < key for other in sets)}
    return tuple(sorted((sets[key] for key in smallest & own or smallest), key=lambda facts: (len(facts), facts)))


def otherwise(standing: Standing, notes: Mapping[str, FactNotes]) -> tuple[Way, ...]:
    """The nearest honest ways to a yes: what would have to change of what can, the fewest facts first.

    Facts that are not known yet are left open. There is none if something forbids it that never changes.
    """
    sides = [_ways(left, notes) for left in standing.left if left.truth is Truth.FALSE]
    found: list[Way] = []
    for ways in product(*(side[:FEW] for side in sides)):
        facts: dict[str, tuple[Expression, ...]] = {}
        box = standing.known
        for left, (changed, target) in ways:
            for at in changed:
                fact = left.classes.facts[left.classes.readings[at]]
                facts[fact] = _target(left, changed, target, fact)
                box = box & ~left.space.fields[at] | target & left.space.fields[at]
        blocks = [left.block for left in standing.left]
        if not any(contains(each.never, box) or each.sums.truth(box) is Truth.FALSE for each in blocks):
            found.append(Way(facts, box))
    return tuple(sorted(found, key=lambda each: len(each.facts))[:FEW])


def fixed(standing: Standing, notes: Mapping[str, FactNotes]) -> tuple[str, ...]:
    """The facts that forbid it and cannot come to be otherwise, if that is so."""
    for left in standing.left:
        if left.truth is Truth.FALSE and not _ways(left, notes):
            stuck = [fact for facts in forbidding(Standing([left.block], left.known)) for fact in facts]
            return tuple(dict.fromkeys(fact for fact in stuck if _changes(notes, fact) != "freely"))
    return ()


def _ways(left: Left, notes: Mapping[str, FactNotes]) -> list[tuple[Left, tuple[tuple[int, ...], Box]]]:
    """How one block could come to hold: the readings that would have to be otherwise, and the box they would be in.

    Those that change the fewest readings and need the least besides come first, and none that changes more for nothing.
    """
    space, known = left.space, left.known
    ways: list[tuple[int, int, tuple[int, ...], Box]] = []
    for box in left.block.unlinked.holds:
        both = box & known
        changed = tuple(at for at, field in enumerate(space.fields) if not both & field)
        targets = [space.classes(box, at) & _within_reach(left, at, notes) for at in changed]
        if all(targets):
            for at, target in zip(changed, targets, strict=True):
                both |= target << space.offsets[at]
            ways.append((len(changed), len(left.facts(both)) - len(changed), changed, both))
    ways.sort(key=lambda way: way[:2])
    sets = [set(way[2]) for way in ways]
    first = [way for at, way in enumerate(ways) if not any(other <= sets[at] for other in sets[:at])]
    return [(left, (changed, box)) for _, _, changed, box in first]


def _within_reach(left: Left, at: int, notes: Mapping[str, FactNotes]) -> int:
    """The classes in which a reading can come to be."""
    variable, seen = left.classes.variables[left.classes.readings[at]], left.space.classes(left.known, at)
    fact = left.classes.facts[left.classes.readings[at]]
    everything = (1 << variable.size) - 1
    changes = _changes(notes, fact)
    if isinstance(variable, Codes):
        grown = sum(1 << index for index, group in enumerate(variable.groups) if "present" in group)
        return {"freely": everything, "never": seen, "upwards": seen | grown}[changes]
    grows = everything & -(seen & -seen)  # what is no less than the least that it can be now
    return seen if changes == "never" else grows if changes == "upwards" or variable.leaf.since else everything


def _changes(notes: Mapping[str, FactNotes], fact: str) -> str:
    return notes[fact].changes if fact in notes else "never"


def _facts(left: Left, bound: Box) -> tuple[str, ...]:
    readings = (reads for at, reads in enumerate(left.classes.readings) if bound & left.space.fields[at])
    return tuple(dict.fromkeys(fact for reads in readings if (fact := left.classes.facts[reads]) in FACTS))


def _target(left: Left, changed: tuple[int, ...], box: Box, fact: str) -> tuple[Expression, ...]:
    """What a fact would have to be, as comparisons, one for each of its readings."""
    readings = left.classes.readings
    return tuple(
        left.classes.variables[readings[at]].written(left.space.classes(box, at))
        for at in changed
        if left.classes.facts[readings[at]] == fact
    )
