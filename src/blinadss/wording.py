"""Comparisons and conditions in the words that a clinician reads."""

from __future__ import annotations

from blinadss.expression import Comparison, Expression, Group
from blinadss.facts import FACTS

_OPERATORS = {"is": "is", "is not": "is not", ">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}


def compared_prose(leaf: Comparison) -> str:
    """One comparison in words: ``Blasts in the marrow at least 5 %``."""
    fact = FACTS[leaf.fact].says
    if leaf.threshold is None:
        return f"{fact}: {_OPERATORS[leaf.operator]} {' or '.join(each.replace('_', ' ') for each in leaf.codes)}"
    written = leaf.text.rpartition(leaf.operator)[2].strip()  # 18 years, as the author wrote it, not 216 months
    amount = f"{_OPERATORS[leaf.operator]} {written or leaf.threshold}"
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


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
