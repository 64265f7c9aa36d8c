"""The patterns of a course by durable-rules: each event meets what is remembered, and rules say what follows.

Working memory holds one fact a *thread* (the infusion, the level, the seizures, each
toxicity): its state, and the number of the event that put it there. An event is a fact
too, for as long as rules fire. A rule joins a thread in some state with a later event
and names the state that follows; the new fact replaces the old one and may fire further
rules, as that a grave episode began at the starting level follows from two threads. What
is found is read off the rules that fired; nothing is worked out beside them.

The hazards that `network` lists are met in the same way: no host, no actions, no `$nex`,
flat rules, whole numbers only, names checked for collisions, a network lent to one
at a time, everything retracted. Events are facts of durable-rules and not its messages,
which would stay and meet states of long after. Times are not sent, only the order.
"""

from __future__ import annotations

import json
import weakref
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import durable_rules_engine

from blinadss.engines.network import NetworkError, refuse_collisions
from blinadss.events import KINDS, LEVELS, TOXICITIES, Event, Resolution
from blinadss.patterns import Episode, Gap, Patterns

_SID = "course"
_NOT_KEPT = 1  # what `assert_fact` returns for a fact that no rule asks about
_INFUSION, _LEVEL, _SEIZURES, _TOXICITY = range(1, 5)
_NEUTRAL, _RUNNING, _STOPPED = 0, 1, 2
_FIRST, _SECOND = 1, 2
_GRAVE = 1
_KIND = {kind: number for number, kind in enumerate(KINDS, 1)}
Fact = dict[str, int | str]
Condition = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A thread in a state that meets a later event for which ``when`` holds is put into the state ``then``."""

    name: str
    thread: int
    state: Condition
    when: tuple[Condition, ...]
    then: int | None

    def written(self) -> Condition:
        """The rule in the words of durable-rules; without a new state it is about the event that made this one."""
        state = {"$and": [{"thread": self.thread}, self.state]}
        order: Condition = {"n": {"before": "n"}} if self.then is None else {"$gt": {"n": {"before": "n"}}}
        event = {"$and": [{"$gte": {"event": 1}}, *self.when, order]}
        return {"all": [{"before": state}, {"event": event}]}


def _rules() -> Iterable[_Rule]:
    def infusion(state: int, kind: str, then: int) -> _Rule:
        return _Rule(f"infusion{state}{kind}", _INFUSION, {"state": state}, ({"event": _KIND[kind]},), then)

    yield infusion(_NEUTRAL, "start", _RUNNING)
    yield infusion(_RUNNING, "interruption", _STOPPED)
    yield infusion(_RUNNING, "end", _NEUTRAL)
    yield infusion(_STOPPED, "restart", _RUNNING)
    yield infusion(_STOPPED, "start", _RUNNING)
    yield infusion(_STOPPED, "end", _NEUTRAL)
    for level in range(1, len(LEVELS) + 1):
        yield _Rule(f"level{level}", _LEVEL, {"$neq": {"state": level}}, ({"level": level},), level)
    yield _Rule("none", _LEVEL, {"$neq": {"state": _NEUTRAL}}, ({"event": _KIND["end"]},), _NEUTRAL)
    for seizures in (_FIRST, _SECOND):
        state = {"state": seizures - 1}
        yield _Rule(f"seizure{seizures}", _SEIZURES, state, ({"event": _KIND["seizure"]},), seizures)
    same: Condition = {"of": {"before": "of"}}
    yield _Rule("onset", _TOXICITY, {"state": _NEUTRAL}, (same, {"$gte": {"grade": 3}}), _GRAVE)
    yield _Rule("settled", _TOXICITY, {"state": _GRAVE}, (same, {"$lte": {"grade": 1}}), _NEUTRAL)
    yield _Rule("starting", _TOXICITY, {"state": _GRAVE}, (same,), None)


RULES = {rule.name: rule for rule in _rules()}
_STARTING = {"$and": [{"thread": _LEVEL}, {"state": LEVELS.index("starting") + 1}]}
_THREADS = [(_INFUSION, 0), (_LEVEL, 0), (_SEIZURES, 0), *((_TOXICITY, of) for of in range(1, len(TOXICITIES) + 1))]


def correlate(events: Sequence[Event]) -> Patterns:
    """The patterns in the events of a course, as the rules found them."""
    try:
        memory = _IDLE.pop()
    except IndexError:
        memory = _Memory()
    found = _Found()
    try:
        memory.begin()
        for number, event in enumerate(events, 1):
            for name, before in memory.met(_sent(number, event)):
                found.note(name, int(before["n"]), int(before["of"]), number)
        memory.forget()
    except durable_rules_engine.error as problem:
        raise NetworkError(f"durable-rules failed: {problem}") from problem
    _IDLE.append(memory)  # not after an exception: what it holds could no longer be trusted
    return found.patterns()


class _Memory:
    """A durable-rules network and the facts in it, used by one course at a time."""

    def __init__(self) -> None:
        definition = {rule.name: rule.written() for rule in RULES.values()}
        definition["starting"]["all"].append({"level": _STARTING})
        refuse_collisions(["id", "sid", "thread", "state", "of", "event", "level", "grade", "n", "before", *RULES])
        self._handle = durable_rules_engine.create_ruleset("course", json.dumps(definition))
        self._facts: dict[tuple[int, int], Fact] = {}
        self._kept: set[str] = set()
        weakref.finalize(self, durable_rules_engine.delete_ruleset, self._handle).atexit = False

    def begin(self) -> None:
        """Every thread in its neutral state."""
        for thread, of in _THREADS:
            self._enter(thread, of, _NEUTRAL, 0)

    def met(self, event: Fact) -> list[tuple[str, Fact]]:
        """The rules that fire because of an event, and what was remembered when they did, until no more fire."""
        waiting, fired = deque(self._assert(event)), []
        while waiting:
            name, facts = waiting.popleft()
            before, rule = facts["before"], RULES[name]
            fired.append((name, before))
            if rule.then is not None:
                self._retract(self._facts[int(before["thread"]), int(before["of"])])
                waiting += self._enter(int(before["thread"]), int(before["of"]), rule.then, int(event["n"]))
        self._retract(event)
        return fired

    def forget(self) -> None:
        """Leave nothing of the course behind."""
        for fact in self._facts.values():
            self._retract(fact)
        if self._kept:
            raise NetworkError("durable-rules was left with facts of a course")
        self._facts = {}

    def _enter(self, thread: int, of: int, state: int, number: int) -> list[tuple[str, dict[str, Fact]]]:
        fact: Fact = {"id": f"t{thread}of{of}n{number}", "thread": thread, "of": of, "state": state, "n": number}
        self._facts[thread, of] = fact
        return self._assert(fact)

    def _assert(self, fact: Fact) -> list[tuple[str, dict[str, Fact]]]:
        written = json.dumps({"sid": _SID, **fact})
        code, state = durable_rules_engine.assert_fact(self._handle, written)
        if code == _NOT_KEPT:
            return []
        if code:
            raise NetworkError(f"durable-rules did not take the fact (code {code})")
        self._kept.add(written)
        fired = []
        started = durable_rules_engine.start_action_for_state(self._handle, state)
        message = started[1] if started else None
        while message is not None:
            fired += json.loads(message).items()
            message = durable_rules_engine.complete_and_start_action(self._handle, state)
        return fired

    def _retract(self, fact: Fact) -> None:
        written = json.dumps({"sid": _SID, **fact})
        if written in self._kept:
            self._kept.remove(written)
            code, _ = durable_rules_engine.retract_fact(self._handle, written)
            if code:
                raise NetworkError(f"durable-rules did not take the fact back (code {code})")


class _Found:
    """What the rules that fired have found so far."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []
        self._episodes: dict[tuple[int, int], Episode] = {}
        self._second: int | None = None

    def note(self, name: str, since: int, of: int, number: int) -> None:
        """A rule fired with an event of that number, on a thread that was in its state ``since`` another."""
        if name in _STOPS:
            self._gaps.append(Gap(number))
        elif name in _GOES_ON:
            self._gaps.remove(Gap(since))
            self._gaps.append(Gap(since, number))
        elif name == "onset":
            self._episodes[of, number] = Episode(number, TOXICITIES[of - 1])
        elif name == "starting":
            self._episodes[of, number] = replace(self._episodes[of, number], at_starting=True)
        elif name == "settled":
            self._episodes[of, since] = replace(self._episodes[of, since], settled=number)
        elif name == "seizure2":
            self._second = number

    def patterns(self) -> Patterns:
        """All of it, in the order of the events."""
        return Patterns(tuple(sorted(self._gaps)), tuple(sorted(self._episodes.values())), self._second)


_STOPS = {rule.name for rule in RULES.values() if rule.thread == _INFUSION and rule.then == _STOPPED}
_GOES_ON = {rule.name for rule in RULES.values() if rule.thread == _INFUSION and rule.state == {"state": _STOPPED}}
_IDLE: list[_Memory] = []


def _sent(number: int, event: Event) -> Fact:
    """An event as the network sees it."""
    fact: Fact = {"id": f"e{number}", "event": _KIND[event.kind], "n": number}
    if (level := getattr(event, "level", None)) is not None:
        fact["level"] = LEVELS.index(level) + 1
    if (of := getattr(event, "of", None)) is not None:
        fact["of"] = TOXICITIES.index(of) + 1
        fact["grade"] = 0 if isinstance(event, Resolution) else event.grade  # type: ignore[union-attr]
    return fact
