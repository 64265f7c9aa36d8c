"""Criteria as SQL: one boolean column for each comparison, each criterion and each step, in layers of plain SELECTs.

NULL is unknown, and AND, OR and NOT are Kleene's tables in SQL as they are here. Each column
reads columns below it by name and nothing else, so that no comparison is made twice:

    SELECT *, "disease.cd19 is positive" AND NOT "marrow.blasts < 5 %" AS "p/criterion"
    FROM (SELECT *, "disease.cd19" = 'positive' AS "disease.cd19 is positive", … FROM readings)

The text uses what DuckDB and Spark have in common, and no CASE where a truth is decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from blinadss.engines.factoring import any_of_sets
from blinadss.engines.layers import Layers
from blinadss.engines.readings import PlainReading, Reading
from blinadss.engines.terms import free_name, joined, named, negated, unknown
from blinadss.engines.truths import Truths, signed
from blinadss.expression import Comparison, Expression, comparisons
from blinadss.knowledge import Policy
from blinadss.links import Link
from blinadss.normal_form import CONTRAINDICATED, ELIGIBLE, NormalForm, Step, normal_form


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
        for leaf in comparisons_of(policy, normal_form(policy, links)):
            asked.setdefault(leaf.reads, []).append(leaf)
    return asked


def comparisons_of(policy: Policy, form: NormalForm) -> Iterator[Comparison]:
    """Every comparison of the criteria of a policy, and of what the tables do not see in them."""
    unseen = [each for step in form.steps() for side in step.unseen for each in side]
    for each in (*(use.criterion.when for use in policy.uses()), *unseen):
        yield from comparisons(each)


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
    _made: dict[tuple[str, Expression], exp.Expression] = field(default_factory=dict)
    _answers: dict[str, exp.Expression] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        asked, taken = asked_by(self.policies, self.links), set(self.reserved)
        if self.made is None:
            for reads, leaves in asked.items():
                name = free_name(reads, taken)
                self.readings[reads] = PlainReading.of(name, leaves, is_point=reads in self.points)
        else:
            self.readings |= {reads: self.made[reads] for reads in asked}
        taken |= {name for each in self.readings.values() for name in each.columns}
        self._layers = Layers(taken)
        self._truths = Truths(self._layers, self.readings)
        self.concluded += [self._policy(policy) for policy in self.policies]

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of the result, in their order."""
        return tuple(self._answers)

    @property
    def lines(self) -> dict[Comparison, str]:
        """The columns below the result, of each comparison; of a line and its opposite, of ``is``, ``>=`` or ``>``."""
        return self._truths.lines

    @property
    def unanswered(self) -> frozenset[Comparison]:
        """The comparisons that have none, since nothing is ever known of what they read."""
        return self._truths.unanswered

    def select(self, readings: exp.Expression, more: Iterable[exp.Expression] = ()) -> exp.Select:
        """The query that concludes everything for each row of a table, or a subquery, with the columns of `readings`.

        ``more`` is selected before it.
        """
        answers = [named(sql, name) for name, sql in self._answers.items()]
        return exp.Select(expressions=[*more, *answers]).from_(self._layers.over(readings), copy=False)

    def _policy(self, policy: Policy) -> Columns:
        steps = list(normal_form(policy, tuple(self.links)).steps())
        criteria = {use.criterion.id: self._criterion(use.criterion.id, use.criterion.when) for use in policy.uses()}
        asked = Counter(name for step in steps for name, _ in step.steps) + Counter(e.id for e in policy.indications)
        concluded: dict[str, exp.Expression] = {}
        for step in steps:
            parts = [signed(criteria[name], holds) for name, holds in step.criteria]
            parts += [signed(concluded[name], holds) for name, holds in step.steps]
            truth = self._concluded(step, parts)
            concluded[step.name] = self._layers.add(step.name, truth) if asked[step.name] > 1 else truth
        return Columns(
            {name: self._answer(name, truth) for name, truth in criteria.items()},
            {each.id: self._answer(each.id, concluded[each.id]) for each in policy.indications},
            self._answer(f"{policy.id} {CONTRAINDICATED}", concluded[CONTRAINDICATED]),
            self._answer(f"{policy.id} {ELIGIBLE}", concluded[ELIGIBLE]),
        )

    def _answer(self, name: str, truth: exp.Expression) -> str:
        """The name of the column of the result in which the truth stands."""
        free = free_name(name, self._named)
        self._answers[free] = truth
        return free

    def _criterion(self, name: str, when: Expression) -> exp.Expression:
        if (name, when) not in self._made:
            self._made[name, when] = self._layers.add(name, self._truths.of(when))
        return self._made[name, when]

    def _concluded(self, step: Step, parts: Sequence[exp.Expression]) -> exp.Expression:
        """What the tables say of a step, and where they say nothing, what they do not see."""
        truth = joined(exp.And if step.word == "all" else exp.Or, parts)
        holds, fails = step.unseen
        sides = []
        if holds:
            sides.append(self._or_nothing(holds))
        if fails:
            sides.append(negated(self._or_nothing(fails)))
        return exp.Coalesce(this=truth, expressions=sides) if sides else truth

    def _or_nothing(self, sets: Sequence[Expression]) -> exp.Expression:
        """True if any of the sets of findings is, and otherwise unknown."""
        return joined(exp.Or, [self._truths.of(any_of_sets(sets)), unknown()])
