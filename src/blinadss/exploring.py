"""What is said beyond an answer, worked out for one patient under one policy; the shapes are in `further`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from blinadss.answers import Patient
from blinadss.blocks import Block
from blinadss.facts import FACTS
from blinadss.further import Completion, Forbidding, Further, Otherwise
from blinadss.kinds import Coded
from blinadss.knowledge import EFFORTS, KnowledgeBase
from blinadss.normal_form import NormalForm
from blinadss.standing import Standing
from blinadss.stating import stated
from blinadss.truth import Truth, all_of
from blinadss.why_not import Way, fixed, forbidding, otherwise
from blinadss.wording import named, would_be

TRIES = 8  # completions that are tried until one can be written down and gives the answer when it is fed back
SETS = 5  # smallest sets of forbidding facts that are named
MANY, SETS_LOOKED_AT = 30, 600  # unknown facts, and sets of findings, beyond which the next question is the easiest
_NO_EXAMPLE = "findings that settle it each way, because what the profile says contradicts itself"
_TOO_MANY = "the best next question, because too many facts are unknown; the easiest is named"
_NOBODY = "nobody can meet all of these criteria together"
_MORE_SETS = "more sets of facts that forbid it"


class Explorer:
    """One patient under one policy, for the questions beyond the answers."""

    def __init__(self, patient: Patient, form: NormalForm) -> None:
        self._patient, self._form = patient, form
        self._notes, self._efforts = patient.knowledge.facts, _efforts(patient.knowledge)

    def further(self, standing: Standing, contraindications: Sequence[Block] = ()) -> Further:
        """What is said beyond one answer; some of its blocks may be that nothing contraindicates."""
        if standing.truth is Truth.UNKNOWN:
            return self._open(standing, contraindications)
        return self._no(standing, contraindications) if standing.truth is Truth.FALSE else Further()

    def _open(self, standing: Standing, contraindications: Sequence[Block]) -> Further:
        ways = (self._completion(standing, wanted, contraindications) for wanted in (Truth.TRUE, Truth.FALSE))
        completions = tuple(way for way in ways if way)
        few = len(standing.matters) <= MANY and standing.sets <= SETS_LOOKED_AT
        left_out = ((_NO_EXAMPLE, len(completions) < 2), (_TOO_MANY, not few))
        return Further(
            completions=completions,
            ask_next=standing.next_question(self._efforts) if few else standing.easiest_question(self._efforts),
            enough=standing.enough(self._efforts),
            no_matter=tuple(fact for fact in standing.unconcerned if not self._patient.sights[fact].values),
            not_searched=tuple(sentence for sentence, so in left_out if so),
        )

    def _completion(self, standing: Standing, wanted: Truth, contraindications: Sequence[Block]) -> Completion | None:
        """The fewest and easiest findings that settle it that way, of those that a profile can really say."""
        classes, patient = self._form.classes, self._patient
        for box in islice(standing.completions(wanted, self._efforts), TRIES):
            facts = stated(classes, box, standing.known, patient.values, patient.on)
            known = classes.known(patient.supposing(facts).values)
            if all_of(left.block.sums.truth(known) for left in standing.left) is wanted:
                parts = (part for block in contraindications for part in block.parts)
                against = any(part.tables(known) is Truth.FALSE for part in parts)
                no = "contraindicated" if against else "ineligible"
                return Completion("eligible" if wanted is Truth.TRUE else no, facts)
        return None

    def _no(self, standing: Standing, contraindications: Sequence[Block]) -> Further:
        against = Standing(contraindications, standing.known)  # which settles the answer whatever the indications say
        sets = forbidding(against if against.truth is Truth.FALSE else standing)
        ways = otherwise(standing, self._notes)
        return Further(
            forbidden_by=tuple(
                Forbidding(facts, " and ".join(f"{named(fact)} is {self._said(fact)}" for fact in facts) or _NOBODY)
                for facts in sets[:SETS]
            ),
            otherwise=tuple(self._otherwise(standing, way) for way in ways),
            fixed=() if ways else fixed(standing, self._notes),
            not_searched=(_MORE_SETS,) if len(sets) > SETS else (),
        )

    def _otherwise(self, standing: Standing, way: Way) -> Otherwise:
        certain = all(left.block.sums.truth(way.box) is Truth.TRUE for left in standing.left)
        facts = {fact: " and ".join(would_be(each) for each in parts) for fact, parts in way.facts.items()}
        says = " and ".join(f"{target} (now {self._said(fact)})" for fact, target in facts.items())
        return Otherwise("eligible" if certain else "undetermined", facts, says)

    def _said(self, fact: str) -> str:
        """The patient's own value, with its day."""
        sight = self._patient.sights[fact]
        text = sight.text.replace("_", " ") if isinstance(FACTS[fact], Coded) and sight.text else sight.text
        return f"{text}, seen on {sight.on}" if sight.on else f"{text}"


@lru_cache(maxsize=16)
def _efforts(knowledge: KnowledgeBase) -> dict[str, int]:
    """How much finding out each fact takes: twice as much for every step of the list, from the chart up."""
    return {fact: 1 << EFFORTS.index(notes.effort) for fact, notes in knowledge.facts.items()}
