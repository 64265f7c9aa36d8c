"""How chance becomes a value, in DuckDB's SQL: a number by chance for each name, and what a distribution makes of it.

All chance is a hash of the number of the row and of the seed together with a name, so a row depends neither on
how many others there are nor on how many threads make them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import accumulate, pairwise

from blinadss.in_sql import literal, name_of
from blinadss.kinds import Coded, Dated, Measured
from blinadss.synthetic.distribution import Case, Condition, Draw, Quantiles, Shares

ROW = '"row"'  # the column with the number of the row
_HASHES = 2**64  # as many as there are
Written = Callable[[str], str]


class Chances:
    """The values that draws have by chance, and what must be selected before for it: ``needed``, by name."""

    def __init__(self, draws: Mapping[str, Draw], seed: int) -> None:
        self.draws, self.seed = draws, seed
        self.needed: dict[str, str] = {}

    def chosen(self, name: str, cases: Iterable[Case], written: Written = str) -> str:
        """What the first case that applies gives; ``written`` says how a value of the file is written."""
        return first((self.holds(case.when), self._way(name, case.way, written)) for case in cases)

    def holds(self, when: Iterable[Condition]) -> str:
        """Whether all of it holds; nothing where nothing is asked."""
        return " AND ".join(part for condition in when for part in self._parts(condition))

    def below(self, name: str, share: Decimal) -> str:
        """Whether the number by chance of that name falls into the share."""
        return f"{self._number(name)} < {_hash_at(share)}"

    def _number(self, name: str) -> str:
        """A number by chance, another for each name and seed: a hash, of 64 bits."""
        digest = hashlib.sha256(f"{self.seed} {name}".encode()).digest()
        # `hash(row, name)` would not do: of two names, all its hashes differ by the same bits
        return f"hash(xor({ROW}, {_unsigned(int.from_bytes(digest[:8], 'big'))}))"

    def _parts(self, condition: Condition) -> Iterator[str]:
        name = name_of(condition.name)
        if condition.words:
            words = (word_of(self.draws[condition.name], word) for word in condition.words)
            yield f"{name} IN ({', '.join(words)})"
        if condition.least is not None:
            yield f"{name} >= {condition.least:f}"
        if condition.below is not None:
            yield f"{name} < {condition.below:f}"

    def _way(self, name: str, way: Shares | Quantiles, written: Written) -> str:
        if isinstance(way, Quantiles):
            drawn = first(self._lines(self._kept(name), way))
            return f"{name_of(way.of)} * {drawn}" if way.of else drawn
        number = self._number(name) if len(way.values) <= 2 else self._kept(name)
        shares = accumulate(share for _, share in way.values)
        return first(
            (_up_to(number, share), written(value)) for (value, _), share in zip(way.values, shares, strict=True)
        )

    def _kept(self, name: str) -> str:
        """The number by chance, worked out once and then asked several times."""
        chance = f"chance of {name}"
        self.needed[chance] = self._number(name)
        return name_of(chance)

    @staticmethod
    def _lines(number: str, way: Quantiles) -> Iterator[tuple[str, str]]:
        """The straight line between each two quantiles, and up to which chance it counts."""
        for (low, least), (high, most) in pairwise(way.points):
            slope = (most - least) / (high - low)
            line = f"({least - slope * low:.17g}::DOUBLE + {slope / _HASHES:.17g}::DOUBLE * {number})"
            yield _up_to(number, high), line if slope else f"{least:f}::DOUBLE"


def _up_to(number: str, share: Decimal) -> str:
    return "" if share == 1 else f"{number} < {_hash_at(share)}"


def _hash_at(share: Decimal) -> str:
    return _unsigned(min(int(share * _HASHES), _HASHES - 1))


def _unsigned(number: int) -> str:
    return f"CAST({number} AS UBIGINT)"


def first(cases: Iterable[tuple[str, str]]) -> str:
    """The value of the first case whose condition holds; one without a condition always does."""
    whens: list[str] = []
    for condition, value in cases:
        if not condition:
            return f"CASE {' '.join(whens)} ELSE {value} END" if whens else value
        whens.append(f"WHEN {condition} THEN {value}")
    return f"CASE {' '.join(whens)} END" if whens else "NULL"


def type_of(draw: Draw) -> str:
    """The type of what is drawn: a whole number unless it has digits, or none of a fact and so as exact as can be."""
    if draw.words and not isinstance(draw.kind, Dated):
        codes = draw.kind.codes if isinstance(draw.kind, Coded) else draw.words
        return f"ENUM({', '.join(literal(code) for code in codes)})"
    if draw.kind is None:
        return "DOUBLE"
    return f"DECIMAL(9, {draw.digits})" if isinstance(draw.kind, Measured) and draw.digits else "INTEGER"


def word_of(draw: Draw, word: str) -> str:
    """A word as a value of the draw's type."""
    return f"CAST({literal(word)} AS {type_of(draw)})"
