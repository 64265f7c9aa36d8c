"""What follows for a fact from what was said of others, in SQL: the counterpart of `consequences`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sqlglot import exp

from blinadss.cohort.seen import Asked, Seen, SeenCode, SeenDays, SeenSpan
from blinadss.engines.layers import Layers
from blinadss.engines.readings import Reading
from blinadss.engines.terms import all_of, any_of, copied, formula, negated, one_of
from blinadss.engines.truths import Truths
from blinadss.expression import Comparison
from blinadss.facts import FACTS
from blinadss.kinds import Measured
from blinadss.knowledge import Consequence
from blinadss.quantity import Quantity, Span
from blinadss.truth import Truth


@dataclass(frozen=True)
class Followed:
    """A fact with what follows for it: what is said counts, or else what follows, and the two may be in conflict.

    What is ``seen`` has no value where they are. ``filled`` is whether something follows of which nothing is known
    otherwise; ``branches`` what, and when.
    """

    seen: Seen | None
    conflict: exp.Expression
    filled: exp.Expression = field(default_factory=exp.false)
    branches: tuple[tuple[exp.Expression, Consequence], ...] = ()

    def because(self) -> exp.Expression:
        """Why it is not known: missing, stale or conflicting; NULL where it is known, as far as it goes."""
        said = self.seen.because() if self.seen else exp.Literal.string("missing")
        if not self.branches:
            return said
        text = "CASE WHEN :conflict THEN 'conflicting' WHEN NOT :filled THEN :said END"
        return formula(text, conflict=self.conflict, filled=self.filled, said=said)

    def reading(self, said: Reading) -> Reading:
        """What comparisons ask, which were asked of what was said alone."""
        return Asked(lambda leaf: self._asked(said.asked(leaf), leaf)) if self.branches else said

    def _asked(self, said: exp.Expression, leaf: Comparison) -> exp.Expression:
        """Where it is filled, nothing is known otherwise, so what follows decides an OR, or an AND."""
        answers = [(holds, _implied(each, leaf)) for holds, each in self.branches]
        implied = answers[0][1]
        if isinstance(implied, exp.Boolean) and all(answer == implied for _, answer in answers):
            return any_of(said, self.filled) if implied.this else all_of(said, negated(self.filled))
        case = exp.Case().when(negated(self.filled), said)
        for holds, answer in answers:
            case = case.when(copied(holds), answer, copy=False)
        return case


def following(
    fact: str, seen: Seen | None, follows: Sequence[Consequence], conditions: Truths, layers: Layers
) -> Followed:
    """What is known of a fact; see `with_consequences`, which says the same for one patient."""
    branches = []
    for each in follows:
        holds = layers.add(f"{fact} follows", formula("COALESCE(:truth, FALSE)", truth=conditions.of(each.when)))
        if any(holds.find_all(exp.Column)):  # or what it follows from is not in the table
            branches.append((holds, each))
    said = seen.conflict if seen else exp.false()
    if not branches:
        return Followed(seen, said)
    open_ = all_of(seen.unknown() if seen else exp.true(), negated(said))
    by_value: dict[str | Quantity, list[exp.Expression]] = {}
    for holds, each in branches:
        by_value.setdefault(each.value, []).append(holds)
    wholes = {value: any_of(*some) for value, some in by_value.items()}
    against = [all_of(holds, _against(fact, seen, value)) for value, holds in wholes.items()]
    apart = [all_of(open_, one, other) for one, other in combinations(wholes.values(), 2)]
    disagree = any_of(*against, *apart)
    if not isinstance(disagree, exp.Boolean):
        disagree = formula("COALESCE(:disagree, FALSE)", disagree=disagree)
    conflict = layers.add(f"{fact} in conflict", any_of(said, disagree))
    alone = [negated(conflict)] if apart else []  # what contradicts what is said does not fill
    filled = layers.add(f"{fact} filled", all_of(open_, any_of(*wholes.values()), *alone))
    if seen and not isinstance(disagree, exp.Boolean):
        seen = seen.without(layers, f"{fact} agreed", disagree)
    return Followed(seen, conflict, filled, tuple(branches))


def _against(fact: str, seen: Seen | None, value: str | Quantity) -> exp.Expression:
    """Whether what is known contradicts what follows; not where nothing is known."""
    match seen:
        case SeenCode():
            return negated(one_of(seen.code, (str(value),)))
        case SeenDays():
            return formula("NOT :day IS NULL", day=seen.latest)
        case SeenSpan() if isinstance(value, Quantity):
            reading, kind = seen.reading(value.scale), FACTS[fact]
            exceeds = reading.asked(Comparison(fact, ">", (), value))
            if isinstance(kind, Measured) and value.magnitude == kind.least:
                return exceeds  # nothing is less
            return any_of(negated(reading.asked(Comparison(fact, ">=", (), value))), exceeds)
    return exp.false()


def _implied(each: Consequence, leaf: Comparison) -> exp.Expression:
    """What a comparison gives if the fact is what follows."""
    if isinstance(each.value, Quantity):
        if leaf.threshold is None or leaf.threshold.scale != each.value.scale:
            return exp.cast(exp.Null(), "BOOLEAN")
        truth = Span.point(each.value.magnitude).compared(leaf.operator, leaf.threshold.magnitude)
        return exp.Boolean(this=truth is Truth.TRUE)
    return exp.Boolean(this=leaf.threshold is not None or each.value in leaf.codes)
