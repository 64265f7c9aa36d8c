"""The smallest pieces of the SQL that answers criteria: columns, decimals, and truths that may be unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, reduce
from typing import cast

from sqlglot import exp, parse_one

from blinadss.quantity import plain


def column(name: str) -> exp.Column:
    """A column, quoted, so that any name will do."""
    return exp.Column(this=exp.to_identifier(name, quoted=True))


def named(sql: exp.Expression, name: str) -> exp.Expression:
    """The expression under a name."""
    return exp.Alias(this=copied(sql), alias=exp.to_identifier(name, quoted=True))


def copied(sql: exp.Expression) -> exp.Expression:
    """The expression again, as a tree of its own: a node has one parent. Much faster than what SQLGlot does itself."""
    return _filled(sql, {})


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


def at_ends(sides: Sequence[exp.Expression]) -> exp.Expression:
    """What is asked of a magnitude at its lowest and at its highest; one side, where the two are alike."""
    return sides[0] if len(sides) == 1 else either(*sides)


def enclosed(sql: exp.Expression) -> exp.Expression:
    """The expression, in parentheses where what stands about it would read it otherwise."""
    return _wrapped(copied(sql))


def _wrapped(sql: exp.Expression) -> exp.Expression:
    return exp.Paren(this=sql) if isinstance(sql, exp.Binary | exp.Unary | exp.In | exp.Between) else sql


def negated(sql: exp.Expression) -> exp.Expression:
    """The opposite."""
    return exp.Boolean(this=not sql.this) if isinstance(sql, exp.Boolean) else exp.Not(this=enclosed(sql))


def joined(join: type[exp.And | exp.Or], parts: Sequence[exp.Expression]) -> exp.Expression:
    """All, or any, of the parts; of none, what is always so, or never. What is so in any case is not written."""
    certain = [part for part in parts if isinstance(part, exp.Boolean)]
    settled = [part for part in certain if part.this is (join is exp.Or)]
    if settled or len(certain) == len(parts):
        return exp.Boolean(this=bool(settled) if join is exp.Or else not settled)
    asked = [enclosed(part) for part in parts if not isinstance(part, exp.Boolean)]
    return reduce(lambda one, other: join(this=one, expression=other), asked)


def all_of(*parts: exp.Expression) -> exp.Expression:
    """All of the parts."""
    return joined(exp.And, parts)


def any_of(*parts: exp.Expression) -> exp.Expression:
    """Any of the parts."""
    return joined(exp.Or, parts)


def formula(text: str, **parts: exp.Expression) -> exp.Expression:
    """SQL as DuckDB reads it, with expressions in the place of names after a colon.

    >>> formula(":one >= 2 * :other", one=column("a b"), other=decimal(Decimal(3))).sql("duckdb")
    '"a b" >= 2 * 3.0'
    """
    return _filled(_parsed(text), parts)


def _filled(node: exp.Expression, parts: Mapping[str, exp.Expression]) -> exp.Expression:
    """A copy of the expression, with parts in the place of names."""
    if isinstance(node, exp.Placeholder):
        return _wrapped(_filled(parts[node.name[:-1]], {}))

    def of(value: object) -> object:
        if isinstance(value, list):
            return [of(each) for each in value]
        return _filled(value, parts) if isinstance(value, exp.Expression) else value

    return type(node)(**{key: of(value) for key, value in node.args.items()})


@lru_cache(maxsize=256)
def _parsed(text: str) -> exp.Expression:
    names = re.sub(r"(?<![:\w]):([a-z_]+)", r":\1_", text)  # some are words of SQL
    parsed = parse_one(names, dialect="duckdb")
    return cast("exp.Expression", parsed.this if isinstance(parsed, exp.Alias) else parsed)  # which has no name


def one_of(asked: exp.Expression, codes: Sequence[str]) -> exp.Expression:
    """Whether a text is one of some codes; unknown where there is no text."""
    if not codes:
        return exp.NEQ(this=asked, expression=copied(asked))
    texts = [exp.Literal.string(code) for code in codes]
    return exp.EQ(this=asked, expression=texts[0]) if len(texts) == 1 else exp.In(this=asked, expressions=texts)


def together(texts: Sequence[exp.Expression]) -> exp.Expression:
    """The texts that there are, with a semicolon between them; NULL if there is none."""
    joined_texts = exp.Anonymous(this="CONCAT_WS", expressions=[exp.Literal.string("; "), *texts])  # leaves NULL out
    return exp.Nullif(this=joined_texts, expression=exp.Literal.string(""))


def free_name(name: str, taken: set[str]) -> str:
    """That name, or one like it that is not taken, and takes it; SQL does not tell capitals apart."""
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free
