"""The one query that screens a table: what is known of each row, what the criteria make of it, and the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlglot import exp

from blinadss.cohort import cells
from blinadss.cohort.derived import exactly
from blinadss.cohort.given import Table
from blinadss.cohort.known import Known
from blinadss.cohort.layout import ROW, Layout
from blinadss.engines.clauses import Clauses, Columns, asked_by
from blinadss.engines.layers import Layers
from blinadss.engines.terms import any_of, column, copied, formula, named, together, unknown
from blinadss.errors import UsageError, quoted
from blinadss.expression import Comparison
from blinadss.findings import Verdict
from blinadss.knowledge import KnowledgeBase, Policy
from blinadss.links import links_of
from blinadss.prepared import PreparedPolicy, prepared_policy
from blinadss.quantity import Quantity

_DAY = "day of assessment"


@dataclass(frozen=True)
class Stand:
    """A policy as one of its editions has it, from one day up to another, and the columns that answer it."""

    prepared: PreparedPolicy
    start: date
    until: date
    columns: Columns

    @property
    def policy(self) -> Policy:
        """The policy as it stands."""
        return self.prepared.policy


@dataclass(frozen=True)
class Wanted:
    """What a screening gives beside the verdicts.

    ``findings``: the truth of each indication and criterion; ``reasons``: which criteria stand against, and which
    are open; ``because``: why a fact is not known; ``lines``: the truth of each comparison.
    """

    findings: bool = False
    reasons: bool = False
    because: bool = False
    lines: bool = False


VERDICTS = Wanted()


class CohortQuery:
    """Some policies asked of a table with that layout, on one day or on that of each row.

    Raises `UsageError` if a row has no day, or if a policy asks what a table cannot say.
    """

    def __init__(
        self, layout: Layout, knowledge: KnowledgeBase, policies: Sequence[str] | None = None, on: date | None = None
    ) -> None:
        if on is None and layout.assessed_on is None:
            hint = "pass `--on`, or give the table a column `assessed_on`"
            raise UsageError("no day of assessment is given", hint)
        self.layout, self.knowledge, self.on = layout, knowledge, on
        self.policies = knowledge.select(knowledge.default_policies if policies is None else policies)
        editions = [each for policy in self.policies for each in _editions(knowledge, policy, on)]
        links, standing = links_of(knowledge), [prepared.policy for prepared, _, _ in editions]
        self._layers = Layers([ROW, *self._names()])
        self._table = self._made_table()
        self._known = Known(self._table, knowledge, asked_by(standing, links))
        taken = {ROW, *self._names(), *self._layers.names}
        self._clauses = Clauses(standing, links, made=self._known.readings, reserved=taken)
        self._clash()
        self.stands = tuple(
            Stand(*edition, columns) for edition, columns in zip(editions, self._clauses.concluded, strict=True)
        )

    def _names(self) -> Iterator[str]:
        """Every column of the table that may be read."""
        return (each.name for each in self.layout.columns)

    def _made_table(self) -> Table:
        """The table, whose day of assessment is the one that was asked for, or that of each row."""
        follows = {fact: notes.follows for fact, notes in self.knowledge.facts.items()}
        fractions = {
            fact
            for fact, its in follows.items()
            if any(isinstance(each.value, Quantity) and each.value.magnitude % 1 for each in its)
        }
        exact = exactly(self.layout.facts) | fractions
        fresh_for = self.knowledge.fresh_for
        if self.on is not None:
            return Table(self.layout, self._layers, cells.day_literal(self.on), self.on, fresh_for, exact)
        its = self.layout.assessed_on
        assert its is not None  # noqa: S101 - it was refused
        found, _, wrong = cells.any_day(self._layers, its)
        day = self._layers.add(_DAY, found)
        table = Table(self.layout, self._layers, day, None, fresh_for, exact)
        table.refuse(its, formula(":wrong OR :day IS NULL", wrong=wrong, day=day))
        return table

    @property
    def asked(self) -> tuple[str, ...]:
        """Every fact that the policies ask."""
        return self._known.facts

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that is read of a table: those that are asked, and those from which others follow."""
        return self._known.read

    @property
    def lines(self) -> Mapping[Comparison, str]:
        """The column of each comparison in what is screened with ``lines``."""
        return self._clauses.lines

    @property
    def refusals(self) -> Mapping[str, exp.Expression]:
        """By column that is read, when a cell of it is refused."""
        return {name: when for name, when in self._table.refused.items() if any(when.find_all(exp.Column))}

    @property
    def is_refused(self) -> exp.Expression:
        """Whether any cell of a row is."""
        return any_of(*self.refusals.values())

    def screened(self, table: str, wanted: Wanted = VERDICTS) -> exp.Select:
        """What is answered for each row that can be read of a table, which has a column `row` as well."""
        return self.answered(self.read(table), wanted)

    def refused(self, table: str) -> exp.Select:
        """The rows that have a cell that cannot be read: their columns that are read, and which of them are wrong."""
        return self.set_apart(self.read(table))

    def read(self, table: str) -> exp.Expression:
        """The table with what is read of each row, beside its own columns."""
        return self._layers.over(exp.to_table(table, dialect="duckdb"))

    def answered(self, read: exp.Expression, wanted: Wanted = VERDICTS) -> exp.Select:
        """What is answered for each row that can be read, of a table as `read` makes it."""
        rows = exp.select("*").from_(read, copy=False)
        if self.refusals:
            rows = rows.where(formula("NOT COALESCE(:refused, FALSE)", refused=self.is_refused), copy=False)
        own = self._own()
        lines = [column(name) for name in dict.fromkeys(self._clauses.lines.values())] if wanted.lines else []
        why = [named(self._because(fact), _because(fact)) for fact in self.asked if wanted.because]
        day = [named(self._table.on, _DAY)] if self.on is None else []
        inner = self._clauses.select(rows.subquery("readable", copy=False), [*own, *lines, *why, *day])
        concluded = inner.subquery("concluded", copy=False)
        answers = [each for policy in self.policies for each in self._answers(policy, wanted)]
        because = [column(_because(fact)) for fact in self.asked if wanted.because]
        return exp.Select(expressions=[*map(copied, own), *answers, *because, *map(copied, lines)]).from_(
            concluded, copy=False
        )

    def set_apart(self, read: exp.Expression) -> exp.Select:
        """The rows that have a cell that cannot be read, of a table as `read` makes it."""
        names = dict.fromkeys(self._names())
        wrong = [named(when, f"{name} refused") for name, when in self.refusals.items()]
        rows = exp.Select(expressions=[column(ROW), *(column(name) for name in names), *wrong])
        return rows.from_(read, copy=False).where(self.is_refused, copy=False)

    def which_refused(self, table: str, name: str) -> exp.Select:
        """The rows with a cell that cannot be read: what is carried along, and under a ``name`` which columns."""
        wrong = [
            formula("CASE WHEN :when THEN :name END", when=when, name=exp.Literal.string(each))
            for each, when in self.refusals.items()
        ]
        which = named(together(wrong), name)
        rows = exp.Select(expressions=[*self._own(), which]).from_(self.read(table), copy=False)
        return rows.where(self.is_refused, copy=False)

    def _own(self) -> list[exp.Expression]:
        """The number of a row, and what is carried along."""
        return [column(name) for name in (ROW, *(each.name for each in self.layout.carried))]

    def _because(self, fact: str) -> exp.Expression:
        """Why a fact is not known, or leaves something open that is asked of it."""
        lines = [column(name) for leaf, name in self._clauses.lines.items() if leaf.fact == fact]
        unanswered = [exp.true() for leaf in self._clauses.unanswered if leaf.fact == fact]
        nothing = any_of(*unanswered, *(formula(":line IS NULL", line=line) for line in lines))
        said = self._known.because(fact)
        return formula(
            "CASE WHEN NOT :said IS NULL THEN :said WHEN :nothing THEN 'inconclusive' END", said=said, nothing=nothing
        )

    def _answers(self, policy: Policy, wanted: Wanted) -> Iterator[exp.Expression]:
        """The columns that answer one policy: its verdict first."""
        verdict = self._by_edition(policy, lambda stand: _verdict(stand.columns))
        text = f"COALESCE(:verdict, '{Verdict.NOT_IN_FORCE.value}')"
        yield named(formula(text, verdict=verdict), policy.id)
        if wanted.reasons:
            for name, holds in (("against", True), ("open", None)):
                texts = self._by_edition(policy, partial(_listed, holds=holds))
                yield named(texts, f"{policy.id} {name}")
        if not wanted.findings:
            return
        for id_ in self._ids(policy, lambda columns: columns.indications):
            yield self._truth(policy, id_, lambda columns: columns.indications)
        for id_ in self._ids(policy, lambda columns: columns.criteria):
            yield self._truth(policy, id_, lambda columns: columns.criteria)
        if wanted.lines:
            for stand in self._of(policy):
                yield from (column(name) for name in (stand.columns.contraindicated, stand.columns.eligible))

    def _ids(self, policy: Policy, of: Callable[[Columns], dict[str, str]]) -> list[str]:
        return list(dict.fromkeys(id_ for stand in self._of(policy) for id_ in of(stand.columns)))

    def _truth(self, policy: Policy, id_: str, of: Callable[[Columns], dict[str, str]]) -> exp.Expression:
        def truth(stand: Stand) -> exp.Expression:
            name = of(stand.columns).get(id_)
            return column(name) if name else unknown()

        return named(self._by_edition(policy, truth), id_)

    def _of(self, policy: Policy) -> list[Stand]:
        return [stand for stand in self.stands if stand.policy.id == policy.id]

    def _by_edition(self, policy: Policy, of: Callable[[Stand], exp.Expression]) -> exp.Expression:
        """What one edition says, or that of the day of each row; NULL where none is in force."""
        stands = self._of(policy)
        if self.on is not None:
            return of(stands[0]) if stands else exp.null()
        case = exp.Case()
        for stand in stands:
            days = {
                "day": column(_DAY),
                "start": cells.day_literal(stand.start),
                "until": cells.day_literal(stand.until),
            }
            case = case.when(formula(":day >= :start AND :day < :until", **days), of(stand), copy=False)
        return case if stands else exp.null()

    def _clash(self) -> None:
        """Refuse to carry along a column that is called as one of the result may be."""
        criteria = {use.criterion.id for policy in self.policies for use in policy.uses()}
        taken = {ROW, *criteria, *(policy.id for policy in self.policies), *map(_because, self.asked)}
        clashing = [
            each.name for each in self.layout.kept if each.name.casefold() in {name.casefold() for name in taken}
        ]
        if clashing:
            raise UsageError(
                f"the result has a column {quoted(clashing[0])} of its own", "rename yours, or do not keep it"
            )


def _editions(knowledge: KnowledgeBase, policy: Policy, on: date | None) -> Iterator[tuple[PreparedPolicy, date, date]]:
    """The edition of a policy on that day, or all of them, each with the days on which it is in force."""
    following = [*(each.start for each in policy.editions[1:]), date.max]
    for edition, next_one in zip(policy.editions, following, strict=True):
        until = min(next_one, policy.until)
        if edition.start < until and (on is None or edition.start <= on < until):
            yield prepared_policy(knowledge, policy.id, edition.start), edition.start, until


def _verdict(columns: Columns) -> exp.Expression:
    """The verdict in words: a contraindication settles it whatever the indications say."""
    return formula(
        f"CASE WHEN :no THEN '{Verdict.CONTRAINDICATED.value}' WHEN :yes THEN '{Verdict.ELIGIBLE.value}'"
        f" WHEN NOT :yes THEN '{Verdict.INELIGIBLE.value}' ELSE '{Verdict.UNDETERMINED.value}' END",
        no=column(columns.contraindicated),
        yes=column(columns.eligible),
    )


def _listed(stand: Stand, holds: bool | None) -> exp.Expression:  # noqa: FBT001 - or unknown
    """The criteria of a policy that stand against it, or are open, by their ids."""
    listed = []
    for use in {(each.criterion.id, each.role): each for each in stand.policy.uses()}.values():
        truth = column(stand.columns.criteria[use.criterion.id])
        against = formula("NOT :truth" if use.role == "requires" else ":truth", truth=truth)
        when = against if holds else formula(":truth IS NULL", truth=truth)
        name = exp.Literal.string(use.criterion.id)
        listed.append(formula("CASE WHEN :when THEN :name END", when=when, name=name))
    return together(listed)


def _because(fact: str) -> str:
    """What the column is called that says why a fact is not known."""
    return f"{fact} because"
