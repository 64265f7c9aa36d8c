"""Whether the exact answers agree with brute force over all completions, and how often the tables say too little.

``python benchmarks/exact.py 20000`` asks that many generated criteria about a generated patient each.
Prints figures; the exit status is 1 if any answer differs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

from blinadss.completions import Question
from blinadss.engines import ENGINES
from blinadss.engines.reference import answer_to
from blinadss.expression import Values, facts_in
from blinadss.lookup import look_up, values_in
from blinadss.prepared import requirement, verdict_expression
from blinadss.testing.choices import Dice
from blinadss.testing.generated import policy
from blinadss.testing.patients import as_profile
from blinadss.truth import Truth

ON = date(2026, 11, 22)
# Few facts, each with all that the thresholds drawn for it can tell apart.
GRID: Mapping[str, tuple[str, ...]] = {
    "disease.cd19": ("positive", "negative"),
    "disease.course": ("newly_diagnosed", "remission", "relapsed", "refractory"),
    "marrow.blasts": tuple(
        f"{each} %" for each in ["0", "0.5", "1", "1.5", "2", "3", "4.9", "4.95", "5", "5.05", "5.1", "50"]
    ),
    "disease.remission_number": ("0", "1", "2", "3", "4"),
    "cns.pathology": ("present", "absent"),
}


def values_of(facts: Mapping[str, str]) -> Values:
    """What an engine sees of a patient."""
    return values_in(look_up(as_profile(facts), facts, ON, {}))


def completions(known: Mapping[str, str], asked: frozenset[str]) -> Iterator[Values]:
    """Every way to fill in what is not known."""
    unknown = sorted(asked - known.keys())
    for values in product(*(GRID[fact] for fact in unknown)):
        yield values_of({**known, **dict(zip(unknown, values, strict=True))})


def compare(count: int) -> int:
    """How many answers differ from brute force or from branching."""
    seen: Counter[str] = Counter()
    for number in range(count):
        dice = Dice(f"exact {number}")
        asked = policy(dice, tuple(GRID), leaves=3)
        known = {fact: dice.of(values) for fact, values in GRID.items() if dice.once_in(2)}
        values = values_of(known)
        concluded = {name: maker(asked).conclude(values) for name, maker in ENGINES.items()}
        questions = {each.id: requirement(each) for each in asked.indications} | {"verdict": verdict_expression(asked)}
        for name, expression in questions.items():
            answer = answer_to(expression)
            possible = {answer(each) for each in completions(known, facts_in(expression))}
            exact = possible.pop() if len(possible) == 1 else Truth.UNKNOWN
            given = {
                engine: each.eligible if name == "verdict" else each.indications[name]
                for engine, each in concluded.items()
            } | {"branching": Question(expression).truth(values, ON)}
            seen["open" if exact is Truth.UNKNOWN else "settled"] += 1
            seen["settled, and open by the tables alone"] += answer(values) is not exact
            seen["answers that differ"] += sum(each is not exact for each in given.values())
    print(f"{count:,} policies and patients, {sum(seen[each] for each in ('open', 'settled')):,} questions")
    print(f"answered by {', '.join(ENGINES)}, by branching and by brute force")
    for what in ("open", "settled", "settled, and open by the tables alone", "answers that differ"):
        print(f"  {what}: {seen[what]:,}")
    return seen["answers that differ"]


if __name__ == "__main__":
    sys.exit(1 if compare(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000) else 0)
