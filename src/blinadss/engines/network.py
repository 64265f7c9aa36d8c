"""A durable-rules network of flat rules: one patient's facts go in, the names of the rules that fire come out.

Everything durable-rules 2.0.28 does that could hurt is handled here, most of it
by calling its engine (written in C) without the `Host` around it:

- a `Host` runs rules from timers in other threads, swallows what an action raises,
  and takes an action with a second parameter for an asynchronous one: there is no
  host here and there are no actions, only the names of the rules that fire;
- one network used by two threads at once crashes the process: its owner lends it to one at a time;
- a fact holds at most 254 keys, and matching at most 64 conditions at once: a network holds
  few enough rules that neither can be reached (`ROOM`), and only the keys they ask for are sent;
- nested conditions are refused from 15 groups on, and match once for every path through
  their alternatives: rules are flat, all or any of some conditions;
- `$nex` can hang: no rule asks whether a key is absent, and no condition holds of an absent key;
- names are compared by 32-bit hash: names that collide are refused when the network is built;
- facts stay in memory until they are retracted: they are, and a network that fails is thrown away;
- deleting a network leaves a third of a megabyte behind unless its state is deleted first, and
  deleting a state in which no rule ever fired frees what was never allocated: only others are deleted.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import durable_rules_engine

from blinadss.errors import BlinadssError

# Conditions in one network, those of a rule of alternatives counted twice. All of them may hold for one
# patient, and durable-rules keeps at most 64 that hold waiting while it follows them.
ROOM = 63
Word = Literal["all", "any"]
_OPERATORS = {"==": "$eq", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_OWN = {"id": "patient", "sid": "0"}  # every fact has these; there is never more than one
_OWN_WRITTEN = json.dumps(_OWN)[:-1]  # JSON put together by hand: writing it is a third of what a network takes
_NOT_HANDLED = 1  # what `assert_fact` returns when no rule fires


class NetworkError(BlinadssError):
    """The durable-rules network failed, so there is no answer."""

    subject = "the durable-rules network"


@dataclass(frozen=True, slots=True)
class Condition:
    """A key of the fact compared with a whole number; an absent key never satisfies one."""

    key: str
    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    number: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that fires when all, or any, of its conditions hold."""

    name: str
    word: Word
    conditions: tuple[Condition, ...]

    @property
    def size(self) -> int:
        """How much of a network's room the rule takes."""
        return len(self.conditions) * (2 if self.word == "any" and len(self.conditions) > 1 else 1)


class Network:
    """A few rules, ready to be asked about any number of patients, by one thread at a time.

    Raises `NetworkError` if the rules do not fit, or if two names would be taken for one.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.keys = tuple(sorted({condition.key for rule in rules for condition in rule.conditions}))
        refuse_collisions([*_OWN, *self.keys])
        if sum(rule.size for rule in rules) > ROOM:
            raise NetworkError(f"the rules have more than {ROOM} conditions", "divide them among several networks")
        self._names = {rule.name for rule in rules}
        self._written = {key: f", {json.dumps(key)}: " for key in self.keys}
        definition = json.dumps({rule.name: {"all": [{"m": _written(rule)}]} for rule in rules})
        try:
            self._handle = durable_rules_engine.create_ruleset("rules", definition)
        except durable_rules_engine.error as problem:
            raise NetworkError(f"durable-rules refuses the rules: {problem}") from problem
        self._has_fired = False
        self._delete_when_dropped(durable_rules_engine.delete_ruleset)

    def fired(self, known: Mapping[str, int]) -> set[str]:
        """The names of the rules that fire for a patient of whom this is known; nothing of the patient is kept."""
        asked = [f"{written}{known[key]}" for key, written in self._written.items() if key in known]
        if not asked:
            return set()
        try:
            return self._fired(_OWN_WRITTEN + "".join(asked) + "}")
        except durable_rules_engine.error as problem:
            raise NetworkError(f"durable-rules failed: {problem}") from problem

    def _delete_when_dropped(self, delete: Callable[[int], None]) -> None:
        self._deletion = weakref.finalize(self, delete, self._handle)
        self._deletion.atexit = False

    def _fired(self, fact: str) -> set[str]:
        code, state = durable_rules_engine.assert_fact(self._handle, fact)
        if code == _NOT_HANDLED:  # and not kept either
            return set()
        if code:
            raise NetworkError(f"durable-rules did not take the fact (code {code})")
        fired = set()
        started = durable_rules_engine.start_action_for_state(self._handle, state)
        message: str | None = started[1] if started else None
        if started and not self._has_fired:
            self._has_fired = True
            self._deletion.detach()
            self._delete_when_dropped(_delete_with_state)
        while message is not None:
            fired.add(message[2 : message.index('"', 2)])  # {"name":{"m":…}}
            message = durable_rules_engine.complete_and_start_action(self._handle, state)
        code, _ = durable_rules_engine.retract_fact(self._handle, fact)
        if code or not fired <= self._names:
            raise NetworkError(f"durable-rules answered with `{fired - self._names or code}`, which is no answer")
        return fired


def _delete_with_state(handle: int) -> None:
    durable_rules_engine.delete_state(handle, _OWN["sid"])
    durable_rules_engine.delete_ruleset(handle)


def refuse_collisions(names: Iterable[str]) -> None:
    """Raise `NetworkError` if durable-rules would take two different names for one."""
    seen: dict[int, str] = {}
    for name in names:
        other = seen.setdefault(_hash(name), name)
        if other != name:
            raise NetworkError(f"durable-rules cannot tell the names `{other}` and `{name}` apart")


def _hash(name: str) -> int:
    """The 32-bit FNV-1a hash by which durable-rules compares names."""
    number = 0x811C9DC5
    for byte in name.encode():
        number = ((number ^ byte) * 0x01000193) & 0xFFFFFFFF
    return number


def _written(rule: Rule) -> dict[str, object]:
    """The rule's condition in the words of durable-rules."""
    parts: list[dict[str, object]] = [{_OPERATORS[each.operator]: {each.key: each.number}} for each in rule.conditions]
    return parts[0] if len(parts) == 1 else {"$and" if rule.word == "all" else "$or": parts}
