"""Comparisons and conditions in the words that a clinician reads."""

from __future__ import annotations

from datetime import date

from blinadss.expression import Comparison, Expression, Group, comparisons
from blinadss.facts import FACTS
from blinadss.sections import NAMES

_OPERATORS = {"is": "is", "is not": "is not", ">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}


def compared_prose(leaf: Comparison) -> str:
    """One comparison in words: ``Blasts in the marrow at least 5 %``."""
    fact = FACTS[leaf.fact].says
    if leaf.threshold is None:
        return f"{fact}: {_OPERATORS[leaf.operator]} {' or '.join(each.replace('_', ' ') for each in leaf.codes)}"
    amount = f"{_OPERATORS[leaf.operator]} {_threshold(leaf)}"
    return f"Time since the {_lower(fact)}: {amount}" if leaf.since else f"{fact}: {amount}"


def condition_text(expression: Expression) -> str:
    """A whole condition on one line: ``Cytokine release syndrome: at least grade 3``."""
    if isinstance(expression, Comparison):
        return compared_prose(expression)
    parts = [condition_text(part) for part in expression.parts]
    parts = [
        f"({part})" if isinstance(each, Group) and len(each.parts) > 1 else part
        for part, each in zip(parts, expression.parts, strict=True)
    ]
    if expression.word == "at least":
        return f"at least {expression.needed} of: {'; '.join(parts)}"
    joined = (" and " if expression.word == "all" else " or ").join(parts)
    return f"none of: {joined}" if expression.word == "none" else joined


def passed_prose(leaf: Comparison, start: str, *, perhaps: bool = False) -> str:
    """What has come about on the day on which a comparison of a length of time, or of an age, turns over.

    ``start`` is what is known of the day from which the time is counted; ``perhaps`` if the time may have been longer.
    """
    amount = _threshold(leaf)
    passed = f"more than {amount}" if leaf.operator in {">", "<="} else amount
    if not leaf.since:
        return f"the patient {'may be' if perhaps else 'is'} {passed} old"
    have = "may have" if perhaps else "has" if amount.startswith("1 ") else "have"
    return f"{passed} {have} passed since the {_lower(FACTS[leaf.fact].says)} ({start})"


def stale_prose(fact: str, seen_on: date, window: int) -> str:
    """What has come about on the day on which an observation no longer counts."""
    days = "day" if window == 1 else f"{window} days"
    return f"the observation of {seen_on} ({FACTS[fact].says}) is older than the {days} for which it counts"


def _threshold(leaf: Comparison) -> str:
    """What the comparison compares with, as its author wrote it: 18 years, not 216 months."""
    return leaf.text.rpartition(leaf.operator)[2].strip() or str(leaf.threshold)


def named(fact: str) -> str:
    """A fact in a sentence: ``age``, ``MRD level``, ``relapses so far``."""
    return _lower(FACTS[fact].says.partition(" (")[0].partition(", ")[0])


def would_be(expression: Expression) -> str:
    """What a fact would have to be: ``MRD level were at least 0.1 %``."""
    leaf = next(comparisons(expression))
    if not leaf.since:
        return f"{named(leaf.fact)} were {_amounts(expression)}"
    return f"{_amounts(expression)} had passed since the {named(leaf.fact)}"


def _amounts(expression: Expression) -> str:
    """``at least 18 years and less than 65 years``."""
    if isinstance(expression, Group) and len({leaf.threshold for leaf in comparisons(expression)}) == 1:
        return _threshold(next(comparisons(expression)))  # at least and at most the same
    if isinstance(expression, Group):
        return (" and " if expression.word == "all" else " or ").join(_amounts(part) for part in expression.parts)
    if expression.threshold is None:
        return " or ".join(code.replace("_", " ") for code in expression.codes)
    return f"{_OPERATORS[expression.operator]} {_threshold(expression)}"


def _lower(text: str) -> str:
    """The text as it goes on in a sentence; names and abbreviations keep their capitals."""
    first = text.partition(" ")[0]
    return text if first in NAMES or first.capitalize() != first else text[:1].lower() + text[1:]
