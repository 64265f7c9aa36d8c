"""Criteria as SQL: one boolean column for each comparison, each criterion and each step, in layers of plain SELECTs.

NULL is unknown, and AND, OR and NOT are Kleene's tables in SQL as they are here. Each column
reads columns below it by name and nothing else, so that no comparison is made twice:

    SELECT *, "disease.cd19 is positive" AND NOT "marrow.blasts < 5 %" AS "p/criterion"
    FROM (SELECT *, "disease.cd19" = 'positive' AS "disease.cd19 is positive", … FROM readings)

The text uses what DuckDB and Spark have in common, and no CASE where a truth is decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import assert_never

from sqlglot import exp

from blinadss.engines.factoring import any_of_sets
from blinadss.engines.readings import PlainReading, Reading
from blinadss.engines.terms import column, either, enclosed, free_name, unknown
from blinadss.expression import Comparison, Expression, comparisons, line
from blinadss.knowledge import Policy
from blinadss.links import Link
from blinadss.normal_form import CONTRAINDICATED, ELIGIBLE, Step, normal_form


@dataclass(frozen=True, slots=True)
class Clause:
    """A boolean expression, and how many layers lie below it."""

    sql: exp.Expression
    stage: int = 0

    @property
    def negated(self) -> Clause:
        return Clause(exp.Not(this=enclosed(self.sql)), self.stage)

    def signed(self, holds: bool) -> Clause:  # noqa: FBT001 - or its opposite
        return self if holds else self.negated


@dataclass(frozen=True)
class Columns:
    """In which columns the conclusions about one policy stand."""

    criteria: dict[str, str]
    indications: dict[str, str]
    contraindicated: str
    eligible: str


def asked_by(policies: Iterable[Policy], links: Iterable[Link] = ()) -> dict[str, list[Comparison]]:
    """All that the criteria of some policies ask, and what the tables do not see in them, by what is read."""
    links = tuple(links)
    asked: dict[str, list[Comparison]] = {}
    for policy in policies:
        unseen = [each for step in normal_form(policy, links).steps() for side in step.unseen for each in side]
        for each in (*(use.criterion.when for use in policy.uses()), *unseen):
            for leaf in comparisons(each):
                asked.setdefault(leaf.reads, []).append(leaf)
    return asked


@dataclass
class Clauses:
    """The columns that answer some policies, as they stand on one day, from the readings of their criteria.

    ``points`` are the readings whose magnitudes are known exactly or not at all: they stand in one column.
    ``made`` are readings that stand elsewhere, all that `asked_by` names, in a table that has the columns ``reserved``.
    """

    policies: Sequence[Policy]
    links: Sequence[Link] = ()
    points: Collection[str] = ()
    made: Mapping[str, Reading] | None = None
    reserved: Collection[str] = ()
    readings: dict[str, Reading] = field(default_factory=dict)
    concluded: list[Columns] = field(default_factory=list)
    _layers: list[dict[str, exp.Expression]] = field(default_factory=lambda: [{}])
    _made: dict[object, Clause] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _answers: dict[str, exp.Expression] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for reads, leaves in asked_by(self.policies, self.links).items():
            if self.made is None:
                name = free_name(reads, self._taken)
                self.readings[reads] = PlainReading.of(name, leaves, is_point=reads in self.points)
            else:
                self.readings[reads] = self.made[reads]
        self._taken |= {name.casefold() for each in self.readings.values() for name in each.columns}
        self._taken |= {name.casefold() for name in self.reserved}
        self.concluded += [self._policy(policy) for policy in self.policies]

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of the result, in their order."""
        return tuple(self._answers)

    @property
    def lines(self) -> dict[Comparison, str]:
        """The columns below the result, of each comparison; of a line and its opposite, of ``is``, ``>=`` or ``>``."""
        made = {leaf: clause.sql for leaf, clause in self._made.items() if isinstance(leaf, Comparison)}
        return {leaf: sql.name for leaf, sql in made.items() if isinstance(sql, exp.Column)}

    def select(self, readings: exp.Expression, more: Iterable[exp.Expression] = ()) -> exp.Select:
        """The query that concludes everything for each row of a table, or a subquery, with the columns of `readings`.

        ``more`` is selected before it.
        """
        source = readings
        for number, layer in enumerate(self._layers):
            columns = [exp.alias_(sql, name, quoted=True, copy=False) for name, sql in layer.items()]
            if columns:
                inner = exp.Select(expressions=[exp.Star(), *columns]).from_(source, copy=False)
                source = inner.subquery(f"layer_{number}", copy=False)
        answers = [exp.alias_(sql, name, quoted=True, copy=False) for name, sql in self._answers.items()]
        return exp.Select(expressions=[*more, *answers]).from_(source, copy=False)

    def _policy(self, policy: Policy) -> Columns:
        steps = list(normal_form(policy, tuple(self.links)).steps())
        criteria = {use.criterion.id: self._criterion(use.criterion.id, use.criterion.when) for use in policy.uses()}
        asked = Counter(name for step in steps for name, _ in step.steps) + Counter(e.id for e in policy.indications)
        concluded: dict[str, Clause] = {}
        for step in steps:
            parts = [criteria[name].signed(holds) for name, holds in step.criteria]
            parts += [concluded[name].signed(holds) for name, holds in step.steps]
            clause = self._concluded(step, parts)
            concluded[step.name] = self._column(step.name, clause) if asked[step.name] > 1 else clause
        return Columns(
            {name: self._answer(name, clause) for name, clause in criteria.items()},
            {each.id: self._answer(each.id, concluded[each.id]) for each in policy.indications},
            self._answer(f"{policy.id} {CONTRAINDICATED}", concluded[CONTRAINDICATED]),
            self._answer(f"{policy.id} {ELIGIBLE}", concluded[ELIGIBLE]),
        )

    def _answer(self, name: str, clause: Clause) -> str:
        """The name of the column of the result in which the clause stands."""
        free = free_name(name, self._named)
        self._answers[free] = clause.sql.copy()
        return free

    def _criterion(self, name: str, when: Expression) -> Clause:
        if (name, when) not in self._made:
            self._made[name, when] = self._column(name, self._truth(when))
        return self._made[name, when]

    def _concluded(self, step: Step, parts: Sequence[Clause]) -> Clause:
        """What the tables say of a step, and where they say nothing, what they do not see."""
        truth = _joined(exp.And if step.word == "all" else exp.Or, parts)
        holds, fails = step.unseen
        sides = []
        if holds:
            sides.append(self._or_nothing(holds))
        if fails:
            sides.append(self._or_nothing(fails).negated)
        if not sides:
            return truth
        first = exp.Coalesce(this=truth.sql, expressions=[side.sql for side in sides])
        return Clause(first, max(each.stage for each in (truth, *sides)))

    def _or_nothing(self, sets: Sequence[Expression]) -> Clause:
        """True if any of the sets of findings is, and otherwise unknown."""
        return _joined(exp.Or, [self._truth(any_of_sets(sets)), Clause(unknown())])

    def _truth(self, expression: Expression) -> Clause:
        """The expression as a clause, after the columns that it needs have been added."""
        if isinstance(expression, Comparison):
            return self._compared(expression)
        parts = [self._truth(part) for part in expression.parts]
        match expression.word:
            case "all":
                return _joined(exp.And, parts)
            case "any":
                return _joined(exp.Or, parts)
            case "none":
                return _joined(exp.Or, parts).negated
            case "at least":
                return self._at_least(expression.needed, parts)
            case _:
                assert_never(expression.word)

    def _at_least(self, needed: int, parts: Sequence[Clause]) -> Clause:
        """So many of the parts hold for certain; or at least they may."""
        parts = [self._column("part", part) for part in parts]
        certain, possible = (_count(parts, unknown=unknown, needed=needed) for unknown in (False, True))
        stage = max((part.stage for part in parts), default=0)
        return Clause(either(certain, possible), stage)

    def _compared(self, leaf: Comparison) -> Clause:
        """One line; a line and its opposite share a column."""
        opposite = leaf.operator in ("is not", "<", "<=")
        if opposite:
            operators = {"is not": "is", "<": ">=", "<=": ">"}
            leaf = replace(leaf, operator=operators[leaf.operator])  # type: ignore[arg-type]  # each is an operator
        if leaf not in self._made:
            self._made[leaf] = self._column(line(leaf), Clause(self.readings[leaf.reads].asked(leaf), -1))
        return self._made[leaf].signed(not opposite)

    def _column(self, name: str, clause: Clause) -> Clause:
        """A column of that name, or nearly, for the clause; what is one column already needs no other."""
        if isinstance(clause.sql, exp.Column):
            return clause
        stage, free = clause.stage + 1, free_name(name, self._taken)
        while len(self._layers) <= stage:
            self._layers.append({})
        self._layers[stage][free] = clause.sql
        return Clause(column(free), stage)


def _joined(join: type[exp.And | exp.Or], parts: Sequence[Clause]) -> Clause:
    """All, or any, of the parts."""
    if not parts:
        return Clause(exp.Boolean(this=join is exp.And))
    sql = reduce(lambda one, other: join(this=one, expression=other), [enclosed(part.sql) for part in parts])
    return Clause(sql, max(part.stage for part in parts))


def _count(parts: Sequence[Clause], *, unknown: bool, needed: int) -> exp.Expression:
    """Whether enough of the parts hold, those that are unknown counted or not."""

    def one_or_none(part: Clause) -> exp.Expression:
        known = exp.Coalesce(this=part.sql.copy(), expressions=[exp.Boolean(this=unknown)])
        return exp.Cast(this=known, to=exp.DataType(this=exp.DataType.Type.INT))

    counted = [one_or_none(part) for part in parts] or [exp.Literal.number(0)]
    total = reduce(lambda one, other: exp.Add(this=one, expression=other), counted)
    return exp.GTE(this=total, expression=exp.Literal.number(needed))
