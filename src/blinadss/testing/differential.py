"""The long comparison of engines: generated criteria, editions, days and patients, answered by all and compared.

Run it with ``python -m blinadss.testing.differential [PAIRS] [--seed N]``. The exit
status is 1 if the engines disagreed anywhere, and 2 if there is nothing to compare.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from blinadss.consequences import follows
from blinadss.derived import ORIGINS
from blinadss.engines import ABSENT, Agreement, Engine, EngineDisagreement, makers_here
from blinadss.expression import comparisons, written
from blinadss.knowledge import KnowledgeBase, Policy
from blinadss.loading import load_knowledge
from blinadss.lookup import look_up, values_in
from blinadss.profile import PatientProfile
from blinadss.quantity import Span
from blinadss.sight import Sight
from blinadss.testing import generated, patients
from blinadss.testing.choices import Dice
from blinadss.truth import Truth

Engines = Mapping[str, Callable[[Policy], Engine]]
# Facts of every kind, those from which others are worked out among them.
_FACTS = tuple(sorted({*generated.FEW, *(origin for origins in ORIGINS.values() for origin in origins)}))
_PATIENTS = 40  # of each policy
_SHIPPED = 20  # one policy in so many is a shipped one


@dataclass
class Tally:
    """What was compared, and the first disagreement if there was one."""

    pairs: int = 0
    patients: int = 0
    policies: int = 0
    truths: Counter[Truth] = field(default_factory=Counter)
    looked_up: Counter[str] = field(default_factory=Counter)
    disagreement: str | None = None

    def __str__(self) -> str:
        """The figures in a few lines."""
        truths = ", ".join(f"{self.truths[truth]:,} {truth.value}" for truth in Truth)
        looked_up = ", ".join(f"{number:,} {what}" for what, number in sorted(self.looked_up.items()))
        lines = (
            f"{self.pairs:,} pairs of a patient and a criterion",
            f"{self.patients:,} patients, {self.policies:,} policies",
            f"answers: {truths}",
            f"facts looked up: {looked_up}",
            self.disagreement or "no disagreement",
        )
        return "\n".join(lines)


def compare(pairs: int, seed: int = 0, engines: Engines | None = None) -> Tally:
    """Compare the engines on at least so many pairs of a patient and a criterion, or up to the first disagreement.

    All that can run here are compared, unless some are given. The same arguments compare the same pairs.
    """
    tally = Tally()
    engines = makers_here() if engines is None else engines
    while tally.pairs < pairs and tally.disagreement is None:
        dice = Dice(f"{seed}/{tally.policies}")
        shipped = tally.policies % _SHIPPED == _SHIPPED - 1
        knowledge = load_knowledge() if shipped else generated.knowledge(dice, _FACTS, leaves=8, most=4)
        _compare(tally, dice, knowledge, engines)
        tally.policies += 1
    return tally


def _compare(tally: Tally, dice: Dice, knowledge: KnowledgeBase, engines: Engines) -> None:
    """Compare the engines on patients of one policy, in whichever edition is in force on the day of each."""
    policy = dice.of(list(knowledge.policies.values()))
    asked: dict[date, list[_Patient]] = {}
    for _ in range(_PATIENTS):
        profile = patients.profile(dice, knowledge)
        day = profile.assessed_on
        edition = policy.edition(day) if day else None
        if day is None or edition is None:
            continue
        asked.setdefault(edition.start, []).append(_Patient(profile, day))
    for start, some in asked.items():
        stands = _Ready(policy.as_of(start), engines, knowledge.fingerprint)
        for patient in some:
            patient.sights = look_up(
                patient.profile, stands.facts, patient.day, knowledge.fresh_for, follows(knowledge)
            )
        _compare_some(tally, stands, some)
        if tally.disagreement is not None:
            return


def _compare_some(tally: Tally, stands: _Ready, some: Sequence[_Patient]) -> None:
    """Compare the engines on some patients of one edition."""
    answers = stands.agreement.conclude_many([values_in(patient.sights) for patient in some])
    for patient in some:
        tally.patients += 1
        try:
            concluded = next(answers)
        except EngineDisagreement as difference:
            asked = stands.criteria.get(difference.criterion, "")
            tally.disagreement = f"{difference}\n  {asked}\n  {patient.profile}\n  policy {tally.policies}"
            return
        tally.pairs += len(concluded.criteria)
        tally.truths.update(concluded.criteria.values())
        tally.looked_up.update(stands.kind_of(sight) for sight in patient.sights.values())


@dataclass
class _Patient:
    """A profile, the day on which it is asked, and what is known then."""

    profile: PatientProfile
    day: date
    sights: Mapping[str, Sight] = field(default_factory=dict)


class _Ready:
    """A policy as it stands on one day, ready for all engines."""

    def __init__(self, policy: Policy, engines: Engines, fingerprint: str) -> None:
        self.agreement = Agreement([make(policy) for make in engines.values()], fingerprint)
        leaves = [leaf for use in policy.uses() for leaf in comparisons(use.criterion.when)]
        self.facts = frozenset(leaf.fact for leaf in leaves)
        self.criteria = {use.criterion.id: written(use.criterion.when) for use in policy.uses()}
        self._thresholds = {(leaf.reads, leaf.threshold.magnitude) for leaf in leaves if leaf.threshold}

    def kind_of(self, sight: Sight) -> str:
        """How much is known of a fact, and whether that is exactly a threshold."""
        if not sight.values:
            return sight.because
        if any(isinstance(value, Span) and value.low != value.high for value in sight.values.values()):
            return "known as a range"
        at = any(
            isinstance(value, Span) and (reading, value.low) in self._thresholds
            for reading, value in sight.values.items()
        )
        return "exactly at a threshold" if at else "known"


def main(arguments: list[str] | None = None) -> int:
    """Compare, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m blinadss.testing.differential", description=__doc__)
    parser.add_argument("pairs", nargs="?", type=int, default=100_000, help="how many pairs to compare at least")
    parser.add_argument("--seed", type=int, default=0, help="another number compares other pairs")
    options = parser.parse_args(arguments)
    engines = makers_here()
    if len(engines) < 2:
        print(f"there is nothing to compare: {'; '.join(ABSENT.values())}", file=sys.stderr)
        return 2
    begun = time.perf_counter()
    tally = compare(options.pairs, options.seed, engines)
    print(f"{' and '.join(engines)}, seed {options.seed}, {time.perf_counter() - begun:.0f} s\n{tally}")
    return 0 if tally.disagreement is None else 1


if __name__ == "__main__":
    sys.exit(main())
