"""The smallest pieces of the SQL that answers criteria: columns, decimals, and truths that may be unknown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlglot import exp

from blinadss.quantity import plain


def column(name: str) -> exp.Column:
    """A column, quoted, so that any name will do."""
    return exp.Column(this=exp.to_identifier(name, quoted=True))


def decimal(magnitude: Decimal) -> exp.Expression:
    """A decimal literal: with a point, or SQL would take it for a whole number of another width."""
    text = plain(magnitude)
    return exp.Literal.number(text if "." in text else f"{text}.0")


def unknown() -> exp.Expression:
    """An unknown truth."""
    return exp.Cast(this=exp.Null(), to=exp.DataType(this=exp.DataType.Type.BOOLEAN))


def either(certain: exp.Expression, possible: exp.Expression) -> exp.Expression:
    """True if the first is, false if not even the second is, and otherwise unknown."""
    return exp.Or(this=certain, expression=exp.Paren(this=exp.And(this=possible, expression=unknown())))


def enclosed(sql: exp.Expression) -> exp.Expression:
    """The expression, in parentheses where AND, OR or NOT would read it otherwise."""
    return exp.Paren(this=sql) if isinstance(sql, exp.Binary | exp.Not | exp.In) else sql.copy()


def one_of(asked: exp.Expression, codes: Sequence[str]) -> exp.Expression:
    """Whether a text is one of some codes; unknown where there is no text."""
    if not codes:
        return exp.NEQ(this=asked, expression=asked.copy())
    texts = [exp.Literal.string(code) for code in codes]
    return exp.EQ(this=asked, expression=texts[0]) if len(texts) == 1 else exp.In(this=asked, expressions=texts)


def free_name(name: str, taken: set[str]) -> str:
    """That name, or one like it that is not taken, and takes it; SQL does not tell capitals apart."""
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free
