"""One resource as it is read: what in it is about facts, and where that is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Never

from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.fhir.access import NOTHING, Element, groups
from blinadss.fhir.concepts import Lexicon, short, shown
from blinadss.fhir.sightings import EVER, NoResult, Rejected, Sighting, Value, unreadable
from blinadss.kinds import Days
from blinadss.observation import Observation
from blinadss.terminology import THE_DAY, FactCode, Where

# Codes of verificationStatus by which something is not so; what is not confirmed otherwise may be so.
NOT_SO = frozenset({"refuted", "entered-in-error"})


class Match(NamedTuple):
    """A code of a fact that stands in a resource: in which element, in which concept, beside what else."""

    element: str
    concept: Element
    code: FactCode
    beside: Element


@dataclass(slots=True)
class Resource:
    """A resource to be read, its name in reports, the codes that are known, and what was found so far.

    ``on`` is the day of assessment; ``doubt`` is why it may mean something else than it seems to, if it may.
    """

    content: Element
    place: str
    lexicon: Lexicon
    resolve: Callable[[Element], Element]
    sightings: list[Sighting]
    rejected: list[Rejected]
    on: date
    doubt: str = ""

    def parts(self, name: str) -> Sequence[Element]:
        """The groups in a list; none, and a doubt about all that it says, if they are not as they should be."""
        try:
            return groups(self.content, name)
        except Mistake as mistake:
            self.doubt = self.doubt or mistake.problem
            return ()

    def matches(self, where: Where, concepts: Iterable[tuple[str, Element]]) -> list[Match]:
        """What the concepts, each with its element, are about."""
        return [
            Match(element, concept, code, NOTHING)
            for element, concept in concepts
            for code in self.lexicon.matches(concept, where)
        ]

    def note(self, found: Iterable[Match], sighting: Callable[[Resource, Match], Sighting]) -> bool:
        """Note what each match says, or why it settles nothing; whether there was any."""
        spoke = False
        for match in found:
            spoke, code, days = True, match.code, EVER
            try:
                seen = sighting(self, match)
                days = seen.days or EVER
                self._refuse_doubt()
                self.sightings.append(seen)
            except Mistake as mistake:
                # a day that cannot be read leaves the last one that is known a day on or after which it was
                if isinstance(mistake, NoResult) or code.value == THE_DAY:
                    said = short(shown(match.concept))
                    self.rejected.append(Rejected(self.place, (code.fact,), mistake.problem, str(code.coding), said))
                else:
                    self.sightings.append(Sighting(code.fact, days, self.place, code, unreadable(mistake.problem)))
        return spoke

    def give_up(self, found: Iterable[Match], why: str) -> bool:
        """Note that what the matches say cannot be read; whether any of them says something."""

        def given_up(_: Resource, match: Match) -> Never:
            refuse_unusable(match.code)
            raise Mistake(why)

        return self.note(found, given_up)

    def _refuse_doubt(self) -> None:
        if self.doubt:
            raise Mistake(self.doubt)

    def saw(self, match: Match, value: str, days: Days, *marks: str) -> Sighting:
        """A value that the terminology gives for the code of the match, seen on one of the days."""
        code, element = match.code, match.element

        def read() -> Value:
            return Value(Observation(FACTS[code.fact].read(value), value), element, short(shown(match.concept)), marks)

        return Sighting(code.fact, days, self.place, code, read, standing=code.where != "observation")


def refuse_unusable(code: FactCode) -> None:
    """Raise `NoResult` for a code that settles nothing by itself, or that nobody has checked."""
    if code.unusable:
        raise NoResult(code.unusable)
    if code.assurance == "unverified":
        raise NoResult("nobody has checked this code, so it settles nothing")
