"""The durable-rules engine: the same answers by forward chaining through networks of flat rules.

Everything to be concluded is a *step*: all, or any, of some comparisons and of
earlier steps. Two rules decide each step: one fires when it is definitely true
and one when it is definitely false, and an absent fact fires neither. Steps that
need no other come first; what they conclude is asserted to the next networks,
up to the indications and the verdict. Rules fire or do not; nothing is worked
out beside them.

A magnitude is sent as its place among the thresholds that are asked of it,
twice: the lowest and the highest it can have. So the networks compare small
whole numbers and never meet a decimal, a unit or a name somebody chose.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from blinadss.engines.conclusion import Conclusions
from blinadss.engines.network import ROOM, Condition, Network, NetworkError, Rule, Word
from blinadss.expression import Comparison, Expression, Values, comparisons
from blinadss.knowledge import Policy
from blinadss.quantity import Span
from blinadss.truth import Truth

_TRUTHS = {1: Truth.TRUE, 0: Truth.FALSE, None: Truth.UNKNOWN}
_DUAL: dict[Word, Word] = {"all": "any", "any": "all"}
_WIDEST = ROOM // 3  # a step of n parts has n conditions in one rule and n alternatives in the other


class DurableEngine:
    """Answers every criterion of one or several policies as they stand on one day, and adds up, in networks of rules.

    Several policies share the steps that they have in common, and so need fewer networks than each by itself.
    """

    name = "durable"

    def __init__(self, *policies: Policy) -> None:
        self._encoding = _Encoding(use.criterion.when for policy in policies for use in policy.uses())
        plan = _Plan(self._encoding)
        self._asked = [_Keys(policy, plan) for policy in policies]
        self._stages = plan.networks()
        # Whoever asks takes networks from here and puts them back, so that no two threads ever use the same.
        self._idle = [self._built()]  # rules that durable-rules refuses are refused now, not with the first patient

    def conclude(self, values: Values) -> Conclusions:
        """The truth of every criterion, of every indication, and of the verdict, as the rules concluded them."""
        return self.conclude_each(values)[0]

    def conclude_each(self, values: Values) -> list[Conclusions]:
        """The same for each policy, in their order."""
        known = self._encoding.known(values)
        try:
            networks = self._idle.pop()
        except IndexError:
            networks = self._built()
        for network in networks:
            _learn(known, network.fired(known))
        self._idle.append(networks)  # not after an exception: what they hold could no longer be trusted
        return [asked.conclusions(known) for asked in self._asked]

    def _built(self) -> list[Network]:
        return [Network(rules) for rules in self._stages]


class _Keys:
    """Under which keys the networks conclude what is asked of one policy."""

    def __init__(self, policy: Policy, plan: _Plan) -> None:
        criteria = {use.criterion.id: plan.asked(use.criterion.when) for use in policy.uses()}
        indications = {
            each.id: plan.step(
                "all",
                [
                    criteria[use.criterion.id] if use.role == "requires" else criteria[use.criterion.id].negated
                    for use in each.uses
                ],
            )
            for each in policy.indications
        }
        contraindicated = plan.step("any", [criteria[use.criterion.id] for use in policy.contraindications])
        eligible = plan.step("all", [plan.step("any", indications.values()), contraindicated.negated])
        self._criteria = {name: plan.key(asked) for name, asked in criteria.items()}
        self._indications = {name: plan.key(asked) for name, asked in indications.items()}
        self._contraindicated, self._eligible = plan.key(contraindicated), plan.key(eligible)

    def conclusions(self, known: Mapping[str, int]) -> Conclusions:
        """What the networks concluded."""
        return Conclusions(
            {name: _TRUTHS[known.get(key)] for name, key in self._criteria.items()},
            {name: _TRUTHS[known.get(key)] for name, key in self._indications.items()},
            _TRUTHS[known.get(self._contraindicated)],
            _TRUTHS[known.get(self._eligible)],
        )


class _Encoding:
    """How what is known of a patient becomes keys with small whole numbers."""

    def __init__(self, expressions: Iterable[Expression]) -> None:
        leaves = [leaf for expression in expressions for leaf in comparisons(expression)]
        cuts: dict[str, set[Decimal]] = {}
        codes: dict[str, set[str]] = {}
        for leaf in leaves:
            if leaf.threshold is None:
                codes.setdefault(leaf.reads, set()).update(leaf.codes)
            else:
                cuts.setdefault(leaf.reads, set()).add(leaf.threshold.magnitude)
        self._cuts = {reads: sorted(cuts[reads]) for reads in sorted(cuts)}
        self._codes = {reads: {code: number for number, code in enumerate(sorted(codes[reads]), 1)} for reads in codes}
        self._keys = {reads: f"k{number}" for number, reads in enumerate([*self._cuts, *sorted(self._codes)])}

    def known(self, values: Values) -> dict[str, int]:
        """The patient as the networks see them; what no criterion asks for is left out."""
        known = {"always": 1}
        for reads, key in self._keys.items():
            value = values.get(reads)
            if isinstance(value, str):
                known[key] = self._codes[reads].get(value, 0)  # 0: a code that no criterion names
            elif isinstance(value, Span):
                cuts = self._cuts[reads]
                low, high = _place(cuts, value.low), _place(cuts, value.high)
                known[key + "l"] = low + (value.low_open and low % 2)
                known[key + "h"] = high - (value.high_open and high % 2)
        return known

    def coded(self, reads: str, code: str) -> _Asked:
        """Whether a fact has a code."""
        key, number = self._keys[reads], self._codes[reads][code]
        return _Asked(Condition(key, "==", number), Condition(key, "!=", number))

    def measured(self, leaf: Comparison) -> _Asked:
        """Whether a magnitude lies on the right side of a threshold: at its lowest, or at its highest."""
        assert leaf.threshold is not None  # noqa: S101 - only codes are compared without one
        key, place = self._keys[leaf.reads], _place(self._cuts[leaf.reads], leaf.threshold.magnitude)
        low, high = key + "l", key + "h"
        at_least = _Asked(Condition(low, ">=", place), Condition(high, "<", place))
        more_than = _Asked(Condition(low, ">", place), Condition(high, "<=", place))
        match leaf.operator:
            case ">=":
                return at_least
            case ">":
                return more_than
            case "<":
                return at_least.negated
            case _:
                return more_than.negated


@dataclass(frozen=True, slots=True)
class _Asked:
    """The condition under which something is definitely true, and that under which it is definitely false."""

    holds: Condition
    fails: Condition
    stage: int = 0

    @property
    def negated(self) -> _Asked:
        return _Asked(self.fails, self.holds, self.stage)


_NEVER = _Asked(Condition("always", "==", 0), Condition("always", "==", 1))
_ALWAYS = _NEVER.negated


class _Plan:
    """The steps by which a policy is concluded, each named once however often it is asked for."""

    def __init__(self, encoding: _Encoding) -> None:
        self._encoding = encoding
        self._steps: dict[tuple[Word, tuple[_Asked, ...]], _Asked] = {}
        self._counts: dict[tuple[int, tuple[_Asked, ...]], _Asked] = {}

    def asked(self, expression: Expression) -> _Asked:
        """What decides the expression, after the steps it needs have been added."""
        if isinstance(expression, Comparison):
            return self._compared(expression)
        parts = tuple(self.asked(part) for part in expression.parts)
        match expression.word:
            case "all" | "any":
                return self.step(expression.word, parts)
            case "none":
                return self.step("any", parts).negated
            case "at least":
                return self._at_least(expression.needed, parts)
            case _:
                assert_never(expression.word)

    def step(self, word: Word, parts: Iterable[_Asked]) -> _Asked:
        """All, or any, of the parts; one that is too wide for a network is divided."""
        neutral, settled = (_ALWAYS, _NEVER) if word == "all" else (_NEVER, _ALWAYS)
        parts = tuple(part for part in dict.fromkeys(parts) if part != neutral)
        if settled in parts:
            return settled
        if len(parts) > _WIDEST:
            groups = [parts[start : start + _WIDEST] for start in range(0, len(parts), _WIDEST)]
            return self.step(word, [self.step(word, group) for group in groups])
        if len(parts) < 2:
            return parts[0] if parts else neutral
        return self._named(word, parts)

    def key(self, asked: _Asked) -> str:
        """The key under which the truth of what is asked will be known."""
        if not asked.stage or asked.holds.number == 0:  # a comparison, or the opposite of a step
            asked = self._named("all", (asked,))
        return asked.holds.key

    def networks(self) -> list[list[Rule]]:
        """The rules of all steps, by networks in the order in which they must be asked."""
        networks: list[list[Rule]] = []
        stage, room = 0, 0
        for (word, parts), step in sorted(self._steps.items(), key=lambda item: item[1].stage):
            holds, fails = tuple(part.holds for part in parts), tuple(part.fails for part in parts)
            key, other = step.holds.key, _DUAL[word]
            rules = [Rule(f"t{key}", word, holds), Rule(f"f{key}", other, fails)]
            size = sum(rule.size for rule in rules)
            if step.stage > stage or size > room:
                networks.append([])
                stage, room = step.stage, ROOM
            networks[-1] += rules
            room -= size
        return networks

    def _named(self, word: Word, parts: tuple[_Asked, ...]) -> _Asked:
        if (word, parts) not in self._steps:
            key = f"s{len(self._steps)}"
            stage = 1 + max(part.stage for part in parts)
            self._steps[word, parts] = _Asked(Condition(key, "==", 1), Condition(key, "==", 0), stage)
        return self._steps[word, parts]

    def _compared(self, leaf: Comparison) -> _Asked:
        if leaf.threshold is not None:
            return self._encoding.measured(leaf)
        either = self.step("any", [self._encoding.coded(leaf.reads, code) for code in leaf.codes])
        return either if leaf.operator == "is" else either.negated

    def _at_least(self, needed: int, parts: tuple[_Asked, ...]) -> _Asked:
        """So many of the parts: some of the first half and the rest of the second, in any proportion."""
        if needed <= 0 or needed > len(parts):
            return _ALWAYS if needed <= 0 else _NEVER
        if needed in (1, len(parts)):
            return self.step("any" if needed == 1 else "all", parts)
        if (needed, parts) not in self._counts:
            half = len(parts) // 2
            proportions = range(max(0, needed - len(parts) + half), min(needed, half) + 1)
            self._counts[needed, parts] = self.step(
                "any",
                [
                    self.step(
                        "all",
                        [
                            self._at_least(wanted, some)
                            for wanted, some in ((few, parts[:half]), (needed - few, parts[half:]))
                            if wanted
                        ],
                    )
                    for few in proportions
                ],
            )
        return self._counts[needed, parts]


def _learn(known: dict[str, int], fired: Iterable[str]) -> None:
    """Add what the rules that fired conclude to what is known."""
    for name in fired:
        key, truth = name[1:], int(name[0] == "t")
        if known.setdefault(key, truth) != truth:
            raise NetworkError(f"the durable-rules network calls `{key}` both true and false")


def _place(cuts: Sequence[Decimal], magnitude: Decimal) -> int:
    """Where a magnitude stands among the thresholds: an odd number at one of them, an even one between two."""
    index = bisect_left(cuts, magnitude)
    return 2 * index + (index < len(cuts) and cuts[index] == magnitude)
