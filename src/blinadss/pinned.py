"""Which breakages no scenario notices: knowledge broken on purpose, and the scenarios run on each broken piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from blinadss.breakages import breakages
from blinadss.errors import BlinadssError, UsageError, near
from blinadss.knowledge import CAUTIONS, KnowledgeBase
from blinadss.row_breakages import broken_gradings, broken_treatments
from blinadss.scenarios import Scenario, outcome

Fault = tuple[str, KnowledgeBase]


def unnoticed(
    knowledge: KnowledgeBase,
    scenarios: Sequence[Scenario],
    *,
    only: Iterable[str] | None = None,
    listed: Callable[[str], None] | None = None,
    part: tuple[int, int] = (1, 1),
) -> tuple[int, tuple[str, ...]]:
    """How many breakages there are, and those that no scenario notices; ``listed`` is told of each that one does.

    Everything is broken unless some is named: a policy with its treatment, a folder of policies, ``cautions``,
    ``practice``, a grading system; and of all that every n-th breakage from the k-th on, for a ``part`` (k, n),
    so that several processes can share the work. Raises `UsageError` for a name that nothing has.
    """
    total, missed = 0, []
    for asking, faults in _subjects(knowledge, scenarios, None if only is None else list(only)):
        for what, broken in islice(faults, part[0] - 1, None, part[1]):
            total += 1
            if not listed:
                asking.sort(key=lambda scenario: not _names(scenario, what))  # the likeliest to notice it
            noticed = next((scenario for scenario in asking if _notices(scenario, broken)), None)
            if noticed is None:
                missed.append(what)
            elif listed:
                listed(f"{what}\n    noticed by: {noticed.sentence}")
            else:
                asking.sort(key=lambda scenario: scenario is not noticed)  # likely to notice the next one too
    return total, tuple(missed)


def _subjects(
    knowledge: KnowledgeBase, scenarios: Sequence[Scenario], only: list[str] | None
) -> Iterator[tuple[list[Scenario], Iterator[Fault]]]:
    """Each piece of knowledge that is broken, as the scenarios that ask it and its faults."""
    rows = {**knowledge.treatments, **knowledge.grading}
    named = [name for name in only or () if name in rows or name in (*knowledge.policies, CAUTIONS)]
    for name in only or ():
        if name not in named and not any(each.startswith(f"{name}/") for each in knowledge.policies):
            raise UsageError(f"nothing is called `{name}`", near(name, [*knowledge.policies, CAUTIONS, *rows]))
    chosen = (
        knowledge.all_policies()
        if only is None
        else knowledge.select_any(n for n in only if n not in rows or n in knowledge.policies)
    )
    for policy in chosen:
        asking = [_about(each, policy.id) for each in scenarios if policy.id in each.about]
        yield asking, ((str(each), knowledge.alone(each.policy)) for each in breakages(policy))
    for name in rows if only is None else named:
        asking = [replace(each, about=(), rows={name: each.rows[name]}) for each in scenarios if name in each.rows]
        if name in knowledge.treatments:
            treatments = broken_treatments(knowledge.treatments[name])
            yield asking, ((what, knowledge.alone(each)) for what, each in treatments)
        if name in knowledge.grading:
            systems = broken_gradings(knowledge.grading[name])
            yield asking, ((what, knowledge.alone(each)) for what, each in systems)


def _about(scenario: Scenario, policy: str) -> Scenario:
    """The scenario with only what it expects of one policy, so that no other need be answered."""
    if scenario.about == (policy,) and not scenario.rows:
        return scenario
    expect = {name: word for name, word in scenario.expect.items() if name == policy or name.startswith(f"{policy}/")}
    edition = {name: each for name, each in scenario.edition.items() if name == policy}
    return replace(scenario, about=(policy,), expect=expect, edition=edition, missing=None, rows={})


def _names(scenario: Scenario, what: str) -> bool:
    """Whether the scenario expects something of a criterion, an indication or a row that is named in what was done."""
    rows = (name for expect in scenario.rows.values() for name in expect)
    return any(name in what for name in (*scenario.expect, *rows) if name not in scenario.about)


def _notices(scenario: Scenario, broken: KnowledgeBase) -> bool:
    try:
        return next(outcome(scenario, broken, engines=("reference",)), None) is not None
    except BlinadssError:
        return True
