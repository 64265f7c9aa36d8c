"""How long one assessment takes, and the same criteria side by side in zen-engine's expression language.

Prints figures and ratios taken in one run; nothing here passes or fails.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date

import zen

import blinadss
from blinadss.engines.reference import answer_to
from blinadss.expression import Comparison, Expression, Group, comparisons
from blinadss.quantity import Span
from blinadss.truth import Truth

ON = date(2026, 11, 22)
DISEASE = {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "philadelphia": "negative", "relapse_number": 0}
PATIENTS = {
    "nothing known": {},
    "eligible, everything known": {
        "patient": {"birth_date": "1988-05-17"},
        "disease": {**DISEASE, "course": "remission", "remission_number": 1, "phase": "consolidation"},
        "mrd": {"level": {"value": "0.3 %", "on": "2026-11-16"}},
        "history": {"blinatumomab_hypersensitivity": "absent"},
    },
    "one fact missing": {
        "patient": {"birth_date": "1988-05-17"},
        "disease": {**DISEASE, "course": "relapsed", "phase": "salvage"},
        "mrd": {"level": "0.3 %"},
    },
}


def microseconds(run: Callable[[], object], rounds: int = 30, calls: int = 200) -> float:
    """The median over rounds of the mean time of one call."""
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        times.append((time.perf_counter() - start) / calls)
    return statistics.median(times) * 1e6


def zen_text(expression: Expression) -> str:
    """The expression in zen's language, for a patient about whom everything is known."""
    match expression:
        case Comparison(threshold=None):
            inside = ", ".join(f"'{code}'" for code in expression.codes)
            return f"{'not ' if expression.operator == 'is not' else ''}({key(expression)} in [{inside}])"
        case Comparison():
            assert expression.threshold is not None  # noqa: S101
            return f"{key(expression)} {expression.operator} {expression.threshold.magnitude}"
        case Group(word="all"):
            return "(" + " and ".join(zen_text(part) for part in expression.parts) + ")"
        case Group(word="any"):
            return "(" + " or ".join(zen_text(part) for part in expression.parts) + ")"
        case Group():
            return "not (" + " or ".join(zen_text(part) for part in expression.parts) + ")"


def key(leaf: Comparison) -> str:
    """A name zen can use for what a comparison reads."""
    return "".join(char if char.isalnum() else "_" for char in leaf.reads)


def whole_assessments() -> None:
    """One assessment of a loaded profile, all findings included."""
    for name, patient in PATIENTS.items():
        profile = blinadss.load_profile(patient)
        took = microseconds(lambda profile=profile: blinadss.assess(profile, on=ON), calls=100)  # type: ignore[misc]
        print(f"one assessment, {name}: {took:,.0f} µs")


def criteria_alone() -> None:
    """Every shipped criterion, answered for one patient by both engines from values ready to use."""
    criteria = [each.when for each in blinadss.load_knowledge().criteria.values()]
    leaves = [leaf for when in criteria for leaf in comparisons(when)]
    values: dict[str, str | Span] = {}
    context: dict[str, object] = {}
    for leaf in leaves:
        if leaf.threshold is None:
            values[leaf.reads] = context[key(leaf)] = leaf.codes[0]
        else:
            values[leaf.reads] = Span.point(leaf.threshold.magnitude)
            context[key(leaf)] = float(leaf.threshold.magnitude)
    ours = [answer_to(when) for when in criteria]
    theirs = [zen.compile_expression(zen_text(when)) for when in criteria]
    pairs = zip(ours, theirs, strict=True)
    agreed = all((answer(values) is Truth.TRUE) == bool(each.evaluate(context)) for answer, each in pairs)
    print(f"{len(criteria)} criteria, {len(leaves)} comparisons; both give the same answers: {agreed}")
    fast = microseconds(lambda: [answer(values) for answer in ours])
    slow = microseconds(lambda: [each.evaluate(context) for each in theirs])
    print(f"criteria alone: reference engine {fast:.1f} µs, zen-engine {slow:.1f} µs, {slow / fast:.1f} times as long")
    many_ours, many_theirs = ours * 10, theirs * 10
    fast = microseconds(lambda: [answer(values) for answer in many_ours], calls=50)
    slow = microseconds(lambda: [each.evaluate(context) for each in many_theirs], calls=50)
    print(f"  ten times as many: reference engine {fast:.1f} µs, zen-engine {slow:.1f} µs, {slow / fast:.1f} times")


if __name__ == "__main__":
    whole_assessments()
    criteria_alone()
