"""The engines side by side, whole assessments by both, and durable-rules as it is used at first sight.

At first sight one writes a rule for each comparison, lets its action note what it
found, and adds up the rest. Prints figures and ratios taken in one run; nothing
here passes or fails.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

try:
    from durable.engine import Host, MessageNotHandledException
except ImportError:
    raise SystemExit("durable-rules cannot be imported here: there is nothing to compare") from None

import blinadss
from blinadss.engines import Conclusions, Engine
from blinadss.engines.durable import DurableEngine
from blinadss.engines.encoding import Encoding
from blinadss.engines.network import _OPERATORS, Condition
from blinadss.engines.reference import ReferenceEngine
from blinadss.expression import Comparison, Expression, Values, comparisons
from blinadss.knowledge import Policy
from blinadss.lookup import look_up, values_in
from blinadss.profile import PatientProfile
from blinadss.testing.choices import Dice
from blinadss.testing.patients import profile
from blinadss.truth import Truth, all_of, any_of, at_least, none_of

T = TypeVar("T")
ROUNDS = 15
KNOWLEDGE = blinadss.load_knowledge()


class NaiveEngine:
    """Two rules for each comparison; their actions note which of them fired, and the truth tables do the rest."""

    name = "naive"

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        leaves = {leaf: number for number, leaf in enumerate(_leaves(policy))}
        self._leaves = leaves
        self._encoding = Encoding(leaves)
        self._found: dict[int, Truth] = {}
        rules = {
            f"r{n}{truth.value}": self._rule(leaf, n, truth)
            for leaf, n in leaves.items()
            for truth in (Truth.TRUE, Truth.FALSE)
        }
        self._host = Host({"naive": rules})

    def conclude(self, values: Values) -> Conclusions:
        """The same as every engine."""
        self._found = {}
        fact = {"id": "patient", "sid": "0", **self._encoding.known(values)}
        with suppress(MessageNotHandledException):  # raised when no rule fires
            self._host.assert_fact("naive", fact)
            self._host.retract_fact("naive", fact)
        policy = self._policy
        criteria = {use.criterion.id: self._truth(use.criterion.when) for use in policy.uses()}
        indications = {
            each.id: all_of(
                criteria[use.criterion.id] if use.role == "requires" else ~criteria[use.criterion.id]
                for use in each.uses
            )
            for each in policy.indications
        }
        contraindicated = any_of(criteria[use.criterion.id] for use in policy.contraindications)
        eligible = all_of([any_of(indications.values()), ~contraindicated])
        return Conclusions(criteria, indications, contraindicated, eligible)

    def _rule(self, leaf: Comparison, number: int, truth: Truth) -> dict[str, Any]:
        def note(_: Any) -> None:  # noqa: ANN401
            self._found[number] = truth

        return {"all": [{"m": self._condition(leaf, truth)}], "run": note}

    def _condition(self, leaf: Comparison, truth: Truth) -> dict[str, Any]:
        if leaf.threshold is not None:
            asked = self._encoding.measured(leaf)
            return _written(asked.holds if truth is Truth.TRUE else asked.fails)
        coded = [self._encoding.coded(leaf.reads, code) for code in leaf.codes]
        if (leaf.operator == "is") is (truth is Truth.TRUE):
            return _joined("$or", [_written(each.holds) for each in coded])
        return _joined("$and", [_written(each.fails) for each in coded])

    def _truth(self, expression: Expression) -> Truth:
        if isinstance(expression, Comparison):
            return self._found.get(self._leaves[expression], Truth.UNKNOWN)
        parts = [self._truth(part) for part in expression.parts]
        match expression.word:
            case "all":
                return all_of(parts)
            case "any":
                return any_of(parts)
            case "none":
                return none_of(parts)
            case _:
                return at_least(expression.needed, parts)


def _leaves(policy: Policy) -> list[Comparison]:
    return list(dict.fromkeys(leaf for use in policy.uses() for leaf in comparisons(use.criterion.when)))


def _written(condition: Condition) -> dict[str, Any]:
    return {_OPERATORS[condition.operator]: {condition.key: condition.number}}


def _joined(word: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {word: parts}


def side_by_side(runs: dict[str, Callable[[], object]], calls: int) -> dict[str, float]:
    """Microseconds a call, the medians of rounds in which each ran once."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(ROUNDS):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - begun) / calls * 1e6)
    return {name: statistics.median(each) for name, each in times.items()}


def labels() -> Iterator[tuple[Policy, list[PatientProfile]]]:
    """Each policy that is asked by default, as it stands in its newest edition, and patients of that day."""
    for name in KNOWLEDGE.default_policies:
        policy = KNOWLEDGE.policy(name)
        day = policy.editions[-1].start
        yield policy.as_of(day), [profile(Dice(seed), KNOWLEDGE, day) for seed in range(200)]


def main() -> None:
    """Both comparisons, for each label."""
    for policy, people in labels():
        day = people[0].assessed_on
        assert day is not None  # noqa: S101 - they were made for one
        facts = {leaf.fact for leaf in _leaves(policy)}
        seen = [look_up(each, facts, day, KNOWLEDGE.fresh_for) for each in people]
        values = [values_in(sights) for sights in seen]
        engines: list[Engine] = [ReferenceEngine(policy), DurableEngine(policy), NaiveEngine(policy)]
        alike = all(len({str(engine.conclude(each)) for engine in engines}) == 1 for each in values)
        print(f"{policy.id}: {len(people)} patients, {len(_leaves(policy))} comparisons; all engines agree: {alike}")
        took = side_by_side({each.name: partial(_all, each.conclude, values) for each in engines}, len(people))
        for name, each in took.items():
            print(f"  engine alone, {name}: {each:,.0f} µs a patient, {each / took['naive']:.2f} of naive")
        one, both = (partial(blinadss.assess, policies=[policy.id], engines=names) for names in (("reference",), None))
        took = side_by_side(
            {"one engine": partial(_all, one, people), "both": partial(_all, both, people)}, len(people)
        )
        for name, each in took.items():
            print(f"  whole assessment, {name}: {each:,.0f} µs, {each / took['one engine']:.2f} of one engine")


def _all(ask: Callable[[T], object], patients: list[T]) -> None:
    for patient in patients:
        ask(patient)


if __name__ == "__main__":
    main()
