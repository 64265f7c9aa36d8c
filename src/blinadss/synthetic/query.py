"""Synthetic patients: one SQL query that makes any number of them from a distribution, the same for the same seed.

They are made up: what is drawn is plausible, and none of it is epidemiology.
The query is DuckDB's. Its codes are enumerations, which DuckDB writes to a file several times as fast as texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from blinadss.errors import Problem, UsageError, near, one_of, quoted
from blinadss.in_sql import literal, name_of
from blinadss.kinds import NEVER, Coded, Dated, Measured
from blinadss.quantity import DURATION, GRADE
from blinadss.synthetic.chance import ROW, Chances, first, type_of, word_of
from blinadss.synthetic.distribution import Case, Contradiction, Distribution, Draw, Quantiles, Shares
from blinadss.synthetic.distribution_files import read_distribution

MISTAKE = "deliberate_mistake"  # the column that names what was made wrong on purpose


def synthetic_cohort(
    rows: int,
    seed: int = 0,
    bad: float = 0.0,
    *,
    facts: Collection[str] | None = None,
    distribution: Distribution | None = None,
) -> str:
    """A query for DuckDB whose rows are synthetic patients, as the flat table that a screening reads.

    ``bad`` is the share of rows, 0 to 1, that have one cell which cannot be read. ``facts`` are the facts that are
    shown (default: all that are drawn). Raises `UsageError` for another share, number of rows or fact, and
    `KnowledgeError` where the distribution that ships cannot be read.
    """
    if rows < 1:
        raise UsageError(f"{rows} rows are none", "ask for 1 or more")
    numbers = f"SELECT range AS {ROW} FROM range(1, {rows + 1})"  # noqa: S608 - a number
    return query_over(numbers, seed, bad, read_distribution() if distribution is None else distribution, facts)


def query_over(
    numbers: str, seed: int, bad: float, distribution: Distribution, facts: Collection[str] | None = None
) -> str:
    """The same for the rows whose numbers another query, ``numbers``, gives in its column ``row``."""
    if not 0 <= bad <= 1:
        raise UsageError(f"{bad} is no share of the rows", "write a number from 0 to 1")
    drawn = [name for name, draw in distribution.draws.items() if draw.kind]
    unknown = [name for name in facts or () if name not in drawn]
    if unknown:
        raise UsageError(Problem(f"{quoted(name)} is not drawn", near(name, drawn)) for name in unknown)
    shown = [distribution.draws[name] for name in drawn if facts is None or name in facts]
    cells = [(fact, text) for fact, text in distribution.bad_cells if distribution.draws[fact] in shown] if bad else []
    if bad and not cells:
        listed = [fact for fact, _ in distribution.bad_cells]
        raise UsageError("none of these facts has a bad cell", f"show {one_of(listed)} too" if listed else None)
    mistakes = tuple(_mistakes(distribution.contradictions, cells, Decimal(repr(bad))))
    return _Table(distribution, seed, mistakes, {fact for fact, _ in cells}).query(numbers, shown)


class _Table:
    """The table as a query in layers: all chance, then draw upon draw, then what is written down of it."""

    def __init__(
        self, distribution: Distribution, seed: int, mistakes: Sequence[Contradiction], as_text: Collection[str]
    ) -> None:
        self.draws, self.chances = distribution.draws, Chances(distribution.draws, seed)
        self.today = f"DATE '{distribution.assessed_on}'"
        self.mistakes, self.as_text = mistakes, as_text  # facts whose codes are texts, since some are no codes

    def query(self, numbers: str, facts: Sequence[Draw]) -> str:
        """The whole of it, with the columns of these facts."""
        sql = f"SELECT CAST({ROW} AS UBIGINT) AS {ROW} FROM ({numbers})"  # noqa: S608 - names and texts are quoted
        for names in _levels(self.draws):
            sql = self._more(sql, {name: self._value(self.draws[name]) for name in names})
        sql = self._more(
            sql, {_recorded(draw.name): self._recorded(draw) for draw in facts} | {MISTAKE: self._mistake()}
        )
        columns = {"id": f"'synthetic-' || {ROW}", "assessed_on": self.today}
        columns |= {name: value for draw in facts for name, value in self._columns(draw)}
        columns[MISTAKE] = first((_is(number), literal(each.id)) for number, each in enumerate(self.mistakes))
        return f"SELECT {_listed(columns)} FROM ({self._more(sql, {})})"  # noqa: S608

    def _more(self, sql: str, columns: Mapping[str, str]) -> str:
        """The query with more columns, after what they need of chance."""
        needed, self.chances.needed = self.chances.needed, {}
        for layer in (needed, columns):
            sql = f"SELECT *, {_listed(layer)} FROM ({sql})" if layer else sql  # noqa: S608
        return sql

    def _value(self, draw: Draw) -> str:
        """What is drawn: a word, a number, or the days since something was, below zero if it never was."""
        if draw.words and not isinstance(draw.kind, Dated):
            return self.chances.chosen(draw.name, draw.cases, lambda word: word_of(draw, word))
        number = self.chances.chosen(draw.name, draw.cases, lambda text: "-1" if text == NEVER else text)
        if isinstance(draw.kind, Measured) and draw.kind.dimension is DURATION:
            number = f"floor({number})"  # of an age, only what is completed counts
        return f"CAST({number} AS {type_of(draw)})"

    def _recorded(self, draw: Draw) -> str:
        """Whether there is a value and it is written down."""
        there = f"{name_of(draw.name)} IS NOT NULL"
        if all(each.share == 1 for each in draw.recorded):
            return there
        name = _recorded(draw.name)
        seen = first((self.chances.holds(each.when), self.chances.below(name, each.share)) for each in draw.recorded)
        return f"{seen} AND {there}" if draw.on or draw.upper_limit else seen

    def _mistake(self) -> str:
        """The number of what is made wrong in a row, if anything is."""
        shares = tuple((str(number), each.share) for number, each in enumerate(self.mistakes))
        return self.chances.chosen(MISTAKE, [Case((), Shares(shares))])

    def _columns(self, draw: Draw) -> Iterator[tuple[str, str]]:
        """The columns of a fact: its value, and where there are such the day and the upper limit."""
        said = ((number, dict(each.values).get(draw.name)) for number, each in enumerate(self.mistakes))
        wrong = {number: self._literal(draw, text) for number, text in said if text is not None}
        yield f"{draw.name}{_unit(draw)}", self._cell(draw, wrong, self._shown(draw))
        nothing = dict.fromkeys(wrong, "NULL")
        if draw.on:
            days = self.chances.chosen(f"{draw.name} on", draw.on)
            yield f"{draw.name}_on", self._cell(draw, nothing, f"{self.today} - CAST({days} AS INTEGER)")
        if draw.upper_limit:
            limit = self.chances.chosen(f"{draw.name} upper limit", draw.upper_limit)
            cell = self._cell(draw, nothing, f"CAST({limit} AS {type_of(draw)})")
            yield f"{draw.name}_upper_limit{_unit(draw)}", cell

    @staticmethod
    def _cell(draw: Draw, wrong: Mapping[int, str], value: str) -> str:
        """What is wrong on purpose, otherwise the value where it is written down."""
        mistakes = [(_is(number), text) for number, text in wrong.items()]
        return first([*mistakes, (name_of(_recorded(draw.name)), value)])

    def _shown(self, draw: Draw) -> str:
        """The value as it stands in the table."""
        name = name_of(draw.name)
        if isinstance(draw.kind, Dated):
            seen_on = f"{self.today} - {name}"
            return (
                first([(f"{name} < 0", literal(NEVER)), ("", f"CAST({seen_on} AS VARCHAR)")]) if draw.words else seen_on
            )
        return f"CAST({name} AS VARCHAR)" if isinstance(draw.kind, Coded) and draw.name in self.as_text else name

    def _literal(self, draw: Draw, text: str) -> str:
        """A value that is written in the file, as it stands in the table."""
        if isinstance(draw.kind, Coded):
            return literal(text) if draw.name in self.as_text else word_of(draw, text)
        if isinstance(draw.kind, Dated):
            return literal(text) if draw.words else f"DATE {literal(text)}"
        return f"CAST({text} AS {type_of(draw)})"


def _mistakes(
    contradictions: Sequence[Contradiction], cells: Sequence[tuple[str, str]], bad: Decimal
) -> Iterator[Contradiction]:
    """All that is made wrong: bad cells, each as often as the others, and contradictions in the rows that have none."""
    for fact, text in cells:
        yield Contradiction(f"bad cell: {fact}", bad / len(cells), ((fact, text),))
    for each in contradictions:
        yield Contradiction(each.id, each.share * (1 - bad), each.values)


def _levels(draws: Mapping[str, Draw]) -> list[list[str]]:
    """The names of what is drawn, in groups that depend on earlier groups alone."""
    level: dict[str, int] = {}
    for name, draw in draws.items():
        level[name] = max((level[each] + 1 for each in _asked(draw)), default=0)
    return [[name for name in level if level[name] == depth] for depth in range(max(level.values(), default=-1) + 1)]


def _asked(draw: Draw) -> Iterator[str]:
    for case in draw.cases:
        yield from (condition.name for condition in case.when)
        if isinstance(case.way, Quantiles) and case.way.of:
            yield case.way.of


def _unit(draw: Draw) -> str:
    """The unit as it stands in the name of a column."""
    unit = "grade" if isinstance(draw.kind, Measured) and draw.kind.dimension is GRADE else draw.unit
    return f" [{unit}]" if unit else ""


def _recorded(name: str) -> str:
    return f"{name} recorded"


def _is(number: int) -> str:
    return f"{name_of(MISTAKE)} = {number}"


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{value} AS {name_of(name)}" for name, value in columns.items())
