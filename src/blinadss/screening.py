"""A table of patients screened: a verdict for every row that can be read, the others set apart, and how it adds up.

The rows stay in DuckDB. Only those that cannot be read come into Python, one by one, to say why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from blinadss.attrition import Attrition, Cross, PolicyAttrition, attrition, cross, settling
from blinadss.attrition.figures import Count, Discretion
from blinadss.cohort.layout import Column, headings_of, read_layout
from blinadss.cohort.query import VERDICTS, CohortQuery, Wanted
from blinadss.cohort.refusals import refused_rows
from blinadss.errors import UsageError
from blinadss.findings import KnowledgeStamp, Verdict
from blinadss.in_sql import literal, name_of
from blinadss.knowledge import KnowledgeBase
from blinadss.result import Result
from blinadss.tables import Source, run, write_quarantine, write_table

_SCREENED, _THEN = "blinadss screened", "blinadss screened then"
_EVERYTHING = Wanted(findings=True, lines=True)


@dataclass(frozen=True, slots=True)
class PolicyCount(Result):
    """How many rows have each verdict of one policy, and which editions answered."""

    policy: str
    title: str
    editions: tuple[str, ...]
    verdicts: Mapping[str, Count]


@dataclass(frozen=True, slots=True)
class Screening(Result):
    """What a screening came to: ``rows`` are ``screened`` or ``set_apart``, and each policy adds up to the former.

    ``assessed_on`` is nothing where each row has its own day. ``not_in_table`` are facts that the policies ask and the
    table has no column for; ``left_out`` columns that are no facts, ``not_asked`` facts that no policy asks. What is
    counted of too few is nothing, as in `Attrition`.
    """

    schema: Literal["blinadss/screening/1"]
    knowledge: KnowledgeStamp
    assessed_on: date | None
    rows: Count
    screened: Count
    set_apart: Count
    policies: tuple[PolicyCount, ...]
    not_in_table: tuple[str, ...]
    not_asked: tuple[str, ...]
    left_out: tuple[str, ...]
    attrition: Attrition | None = None
    least: int = 0


class TableScreening:
    """The screening of one open table under some policies, on one day or on that of each row.

    ``nothing`` are texts that say nothing in it, such as `NA`. Raises `UsageError` for what is wrong with its columns.
    """

    def __init__(  # noqa: PLR0913 - each says one thing about the question, by name
        self,
        source: Source,
        knowledge: KnowledgeBase,
        *,
        policies: Sequence[str] | None = None,
        on: date | None = None,
        keep: Sequence[str] = (),
        leave_out: Sequence[str] = (),
        nothing: Sequence[str] = (),
    ) -> None:
        self.source, self.knowledge, self.policies, self.on = source, knowledge, policies, on
        self.layout = read_layout(source.columns, keep=keep, leave_out=leave_out)
        self.query = CohortQuery(self.layout, knowledge, policies, on)
        self.connection = source.connection
        # Here `in` of many codes is not to become a join, nor is what cannot be read to be looked for twice.
        self.connection.execute("SET disabled_optimizers = 'filter_pushdown,in_clause'")
        self._table = self._without(nothing)

    def _without(self, nothing: Sequence[str]) -> str:
        """The table, in which these texts are NULL."""
        if not nothing:
            return self.source.relation
        texts = ", ".join(literal(text.strip()) for text in nothing)
        said = [
            f"CASE WHEN trim({name_of(each.name)}, ' ') NOT IN ({texts}) THEN {name_of(each.name)} END"
            f" AS {name_of(each.name)}"
            for each in self.source.columns
            if each.type == "VARCHAR"
        ]
        view = name_of("blinadss table")
        replaced = f"* REPLACE ({', '.join(said)})" if said else "*"
        self.connection.execute(f"CREATE VIEW {view} AS SELECT {replaced} FROM {self.source.relation}")  # noqa: S608
        return view

    def refused(self) -> Iterator[tuple[int, str, str, str]]:
        """Every cell that cannot be read, and every row: its number, the column, what it says, and why not."""
        for row, name, reason in self.source.rejects():
            yield row, name, "", reason
        for row, cells in refused_rows(self.connection, self.query, self._table):
            for cell in cells:
                yield row, *cell

    def quarantine(self, target: Path | None, *, force: bool = False) -> int:
        """How many rows cannot be read; which, why and where is written to the file, if one is named."""
        rows: set[int] = set()

        def noted() -> Iterator[tuple[int, str, str, str]]:
            for each in self.refused():
                rows.add(each[0])
                yield each

        if target is not None:
            write_quarantine(noted(), target, force=force)
        else:
            for _ in noted():
                pass
        return len(rows)

    def write(self, target: Path, wanted: Wanted = VERDICTS, *, force: bool = False) -> None:
        """Write what is answered for each row that can be read; the format is that of the suffix."""
        query = self.query.screened(self._table, wanted).sql("duckdb", copy=False)
        write_table(self.connection, query, target, force=force, rows=self.source.rows())

    def counted(self, set_apart: int, written: Path | None = None, *, least: int = 0) -> Screening:
        """How it adds up: from what was ``written``, if anything was, or else by asking all rows.

        Counts below ``least`` are not told; see `blinadss.attrition.figures.Discretion`.
        """
        if written is None:
            relation = f"({self.query.screened(self._table).sql('duckdb', copy=False)})"
        else:
            reader = {".csv": "read_csv", ".parquet": "read_parquet", ".jsonl": "read_json"}[written.suffix.lower()]
            more = ", all_varchar = true" if reader == "read_csv" else ""
            relation = f"{reader}({literal(written)}{more})"
        counts = self._counts(relation)
        rows = sum(counts[0].values()) if counts else self.source.rows() - set_apart
        rejected, told = len({row for row, _, _ in self.source.rejects()}), Discretion(least).told
        return Screening(
            schema="blinadss/screening/1",
            knowledge=KnowledgeStamp(self.knowledge.version, self.knowledge.fingerprint),
            assessed_on=self.on,
            rows=told(self.source.rows() + rejected),
            screened=told(rows),
            set_apart=told(set_apart),
            policies=tuple(
                PolicyCount(
                    policy.id,
                    policy.title,
                    tuple(each.prepared.edition.id for each in self.query.stands if each.policy.id == policy.id),
                    {verdict: told(number) for verdict, number in its.items()},
                )
                for policy, its in zip(self.query.policies, counts, strict=True)
            ),
            not_in_table=tuple(fact for fact in self.query.facts if fact not in self.layout.facts),
            not_asked=tuple(fact for fact in self.layout.facts if fact not in self.query.facts),
            left_out=self.layout.left_out,
            least=least,
        )

    def _counts(self, relation: str) -> list[dict[str, int]]:
        """How many rows have each verdict, policy by policy."""
        verdicts = [each.value for each in Verdict]
        counted = [
            f"count(*) FILTER (WHERE {name_of(policy.id)} = '{verdict}')"
            for policy in self.query.policies
            for verdict in verdicts
        ]
        query = f"SELECT {', '.join(counted)} FROM {relation}"  # noqa: S608 - names are quoted
        ((*numbers,),) = run(self.connection, query, "screening", self.source.rows())
        found = iter(numbers)
        return [{verdict: next(found) for verdict in verdicts} for _ in self.query.policies]

    def needs_one_day(self) -> None:
        """Raise `UsageError` if each row has a day of its own."""
        if self.on is None:
            hint = "pass `--on` with the day that counts for all of them"
            raise UsageError("the rows have days of their own, so no one edition answers them all", hint)

    def attrition(self, *, against: date | None = None, least: int = 0) -> Attrition:
        """Where patients are lost under each policy; verdicts of the first policy against others', or on another day.

        Raises `UsageError` if each row has a day of its own.
        """
        self.needs_one_day()
        self._keep(self.query, _SCREENED)
        relation = name_of(_SCREENED)
        policies = tuple(self._attrition_of(number, relation, least) for number in range(len(self.query.stands)))
        return Attrition(policies, tuple(self._crosses(relation, against, least)), least)

    def _attrition_of(self, number: int, relation: str, least: int) -> PolicyAttrition:
        stand = self.query.stands[number]
        made = attrition(self.connection, relation, stand.prepared, stand.columns, stand.policy.id, least=least)
        found = settling(
            self.connection,
            relation,
            stand.prepared,
            self.query.lines,
            stand.policy.id,
            knowledge=self.knowledge,
            least=least,
        )
        return replace(made, settling=found)

    def _crosses(self, relation: str, against: date | None, least: int) -> Iterator[Cross]:
        names = [policy.id for policy in self.query.policies]
        for other in names[1:]:
            yield cross(self.connection, relation, names[0], other, least=least)
        if against is None:
            return
        self._keep(CohortQuery(self.layout, self.knowledge, self.policies, against), _THEN, VERDICTS)
        for name in names:
            now, then = f"{name} on {self.on}", f"{name} on {against}"
            both = (
                f"(SELECT one.{name_of(name)} AS {name_of(now)}, other.{name_of(name)} AS {name_of(then)}"  # noqa: S608
                f" FROM {relation} AS one JOIN {name_of(_THEN)} AS other USING (row))"
            )
            yield cross(self.connection, both, now, then, least=least)

    def _keep(self, query: CohortQuery, name: str, wanted: Wanted = _EVERYTHING) -> None:
        """Keep what is answered in a table of that name, until the source is closed."""
        select = query.screened(self._table, wanted).sql("duckdb", copy=False)
        made = f"CREATE OR REPLACE TEMP TABLE {name_of(name)} AS {select}"
        run(self.connection, made, "screening", self.source.rows())


def template(knowledge: KnowledgeBase, policies: Sequence[str] | None = None) -> list[str]:
    """The heading of an empty table: a column for every fact that is read for these policies, in its usual unit.

    Beside it one for its day where it goes stale, and one for the upper limit of normal where there is one.
    """
    query = CohortQuery(read_layout([Column("assessed_on", "DATE")]), knowledge, policies)
    headings = ["id", "assessed_on"]
    for fact in query.facts:
        headings += headings_of(fact, dated=fact in knowledge.fresh_for)
    return headings
