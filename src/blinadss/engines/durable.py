"""The durable-rules engine: the same answers by forward chaining through networks of flat rules.

Everything to be concluded is a *step*: all, or any, of some comparisons and of
earlier steps. Two rules decide each step: one fires when it is definitely true
and one when it is definitely false, and an absent fact fires neither. Steps that
need no other come first; what they conclude is asserted to the next networks,
up to the indications and the verdict. Rules fire or do not; nothing is worked
out beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from blinadss.engines.conclusion import Conclusions
from blinadss.engines.encoding import ALWAYS, NEVER, Asked, Encoding
from blinadss.engines.network import ROOM, Condition, Network, NetworkError, Rule, Word
from blinadss.expression import Comparison, Expression, Group, Values
from blinadss.knowledge import Policy
from blinadss.links import Link
from blinadss.normal_form import CONTRAINDICATED, ELIGIBLE, Step, normal_form
from blinadss.truth import Truth

_TRUTHS = {1: Truth.TRUE, 0: Truth.FALSE, None: Truth.UNKNOWN}
_DUAL: dict[Word, Word] = {"all": "any", "any": "all"}
_WIDEST = ROOM // 3  # a step of n parts has n conditions in one rule and n alternatives in the other


class DurableEngine:
    """Answers every criterion of one or several policies as they stand on one day, and adds up, in networks of rules.

    Several policies share the steps that they have in common, and so need fewer networks than each by itself.
    """

    name = "durable"

    def __init__(self, *policies: Policy, links: Sequence[Link] = ()) -> None:
        steps = [list(normal_form(policy, tuple(links)).steps()) for policy in policies]
        asked = [use.criterion.when for policy in policies for use in policy.uses()]
        unseen = (each for some in steps for step in some for each in (*step.unseen[0], *step.unseen[1]))
        self._encoding = Encoding([*asked, *unseen])
        plan = _Plan(self._encoding)
        self._asked = [_Keys(policy, its, plan) for policy, its in zip(policies, steps, strict=True)]
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

    def __init__(self, policy: Policy, steps: Iterable[Step], plan: _Plan) -> None:
        criteria = {use.criterion.id: plan.asked(use.criterion.when) for use in policy.uses()}
        concluded: dict[str, Asked] = {}
        for step in steps:
            parts = [criteria[name].signed(holds) for name, holds in step.criteria]
            parts += [concluded[name].signed(holds) for name, holds in step.steps]
            concluded[step.name] = plan.with_unseen(plan.step(step.word, parts), *step.unseen)
        self._criteria = {name: plan.key(asked) for name, asked in criteria.items()}
        self._indications = {each.id: plan.key(concluded[each.id]) for each in policy.indications}
        self._contraindicated, self._eligible = plan.key(concluded[CONTRAINDICATED]), plan.key(concluded[ELIGIBLE])

    def conclusions(self, known: Mapping[str, int]) -> Conclusions:
        """What the networks concluded."""
        return Conclusions(
            {name: _TRUTHS[known.get(key)] for name, key in self._criteria.items()},
            {name: _TRUTHS[known.get(key)] for name, key in self._indications.items()},
            _TRUTHS[known.get(self._contraindicated)],
            _TRUTHS[known.get(self._eligible)],
        )


class _Plan:
    """The steps by which a policy is concluded, each named once however often it is asked for."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._steps: dict[tuple[Word, tuple[Asked, ...]], Asked] = {}
        self._halves: dict[tuple[Word, tuple[Asked, ...]], Asked] = {}
        self._counts: dict[tuple[int, tuple[Asked, ...]], Asked] = {}
        self._rules: list[tuple[int, list[Rule]]] = []

    def asked(self, expression: Expression) -> Asked:
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

    def step(self, word: Word, parts: Iterable[Asked]) -> Asked:
        """All, or any, of the parts; one that is too wide for a network is divided."""
        neutral, settled = (ALWAYS, NEVER) if word == "all" else (NEVER, ALWAYS)
        parts = tuple(part for part in dict.fromkeys(parts) if part != neutral)
        if settled in parts:
            return settled
        if len(parts) > _WIDEST:
            groups = [parts[start : start + _WIDEST] for start in range(0, len(parts), _WIDEST)]
            return self.step(word, [self.step(word, group) for group in groups])
        if len(parts) < 2:
            return parts[0] if parts else neutral
        return self._named(word, parts)

    def key(self, asked: Asked) -> str:
        """The key under which the truth of what is asked will be known."""
        if not asked.stage or asked.holds.number == 0:  # a comparison, or the opposite of a step
            asked = self._named("all", (asked,))
        return asked.holds.key

    def networks(self) -> list[list[Rule]]:
        """The rules of all steps, by networks in the order in which they must be asked."""
        networks: list[list[Rule]] = []
        stage, room = 0, 0
        for its, rules in sorted(self._rules, key=lambda each: each[0]):
            size = sum(rule.size for rule in rules)
            if its > stage or size > room:
                networks.append([])
                stage, room = its, ROOM
            networks[-1] += rules
            room -= size
        return networks

    def with_unseen(self, asked: Asked, holds: Iterable[Expression], fails: Iterable[Expression]) -> Asked:
        """The same, and definitely true or false in some cases more."""
        sides = [
            (side, *(self._surely("all", self._parts(each)) for each in more))
            for side, more in ((asked, holds), (asked.negated, fails))
        ]
        if all(len(side) == 1 for side in sides):
            return asked
        either = tuple(self._widely(side) for side in sides)
        key = f"s{len(self._rules)}"
        rules = [Rule(f"{truth}{key}", "all", (side.holds,)) for truth, side in zip("tf", either, strict=True)]
        return self._add(key, 1 + max(side.stage for side in either), rules)

    def _parts(self, expression: Expression) -> tuple[Asked, ...]:
        """What must all be so for a box of findings."""
        flat = isinstance(expression, Group) and expression.word == "all"
        parts = expression.parts if flat else (expression,)  # type: ignore[union-attr]  # only a group is flat
        return tuple(self.asked(part) for part in parts)

    def _widely(self, parts: tuple[Asked, ...]) -> Asked:
        """Any of the parts, as far as they are definitely true."""
        while len(parts) > _WIDEST:
            groups = (parts[start : start + _WIDEST] for start in range(0, len(parts), _WIDEST))
            parts = tuple(self._surely("any", group) for group in groups)
        return self._surely("any", parts)

    def _surely(self, word: Word, parts: tuple[Asked, ...]) -> Asked:
        """All, or any, of the parts, of which nobody asks whether it is definitely false: half the rules of a step."""
        if len(parts) < 2:
            return parts[0] if parts else ALWAYS
        if (word, parts) not in self._halves:
            key = f"s{len(self._rules)}"
            rule = Rule(f"t{key}", word, tuple(part.holds for part in parts))
            self._halves[word, parts] = self._add(key, 1 + max(part.stage for part in parts), [rule])
        return self._halves[word, parts]

    def _named(self, word: Word, parts: tuple[Asked, ...]) -> Asked:
        if (word, parts) not in self._steps:
            key = f"s{len(self._rules)}"
            holds, fails = tuple(part.holds for part in parts), tuple(part.fails for part in parts)
            rules = [Rule(f"t{key}", word, holds), Rule(f"f{key}", _DUAL[word], fails)]
            self._steps[word, parts] = self._add(key, 1 + max(part.stage for part in parts), rules)
        return self._steps[word, parts]

    def _add(self, key: str, stage: int, rules: list[Rule]) -> Asked:
        self._rules.append((stage, rules))
        return Asked(Condition(key, "==", 1), Condition(key, "==", 0), stage)

    def _compared(self, leaf: Comparison) -> Asked:
        if leaf.threshold is not None:
            return self._encoding.measured(leaf)
        either = self.step("any", [self._encoding.coded(leaf.reads, code) for code in leaf.codes])
        return either if leaf.operator == "is" else either.negated

    def _at_least(self, needed: int, parts: tuple[Asked, ...]) -> Asked:
        """So many of the parts: some of the first half and the rest of the second, in any proportion."""
        if needed <= 0 or needed > len(parts):
            return ALWAYS if needed <= 0 else NEVER
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
