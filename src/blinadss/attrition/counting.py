"""Attrition: how many patients of a screened table each criterion of a policy loses, alone and in order.

The table is read once: rows that are answered alike become one *pattern* with their number, and all
is counted from the patterns. No row of a patient comes into Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from blinadss.attrition.crossing import VERDICTS, counts_of
from blinadss.attrition.figures import Count, Discretion, Funnel, NearMiss, NearMisses, PolicyAttrition, Step, Truths
from blinadss.attrition.lines import Asked, Line, asked_in
from blinadss.engines.clauses import Columns
from blinadss.engines.terms import free_name
from blinadss.findings import Verdict
from blinadss.in_sql import name_of
from blinadss.prepared import PreparedPolicy

_PATTERNS = name_of("blinadss patterns of answers")


def attrition(  # noqa: PLR0913 - where the figures come from, and how they are told
    connection: DuckDBPyConnection,
    relation: str,
    prepared: PreparedPolicy,
    columns: Columns,
    verdict: str,
    *,
    least: int = 0,
) -> PolicyAttrition:
    """The attrition of a screened table under one edition of a policy.

    ``relation`` is SQL that stands after FROM: a quoted name, or a query in parentheses, of the rows that this edition
    answers. It has the BOOLEAN ``columns`` of the policy and the column ``verdict`` of its verdicts. Counts below
    ``least`` are not told; see `Discretion`. Raises `UsageError` if a row has no verdict.
    """
    told = Discretion(least).told
    answers = [*columns.criteria.values(), *columns.indications.values(), columns.contraindicated, columns.eligible]
    kept = list(dict.fromkeys([verdict, *answers]))
    patients = name_of(free_name("patients", {name.casefold() for name in kept}))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_PATTERNS} AS "  # noqa: S608 - names are quoted
        f"SELECT {', '.join(map(name_of, kept))}, count(*) AS {patients} FROM {relation} GROUP BY ALL"
    )
    try:
        found = counts_of(connection, _PATTERNS, [verdict], f"sum({patients})")
        in_force = f"{_PATTERNS} WHERE {name_of(verdict)} <> '{Verdict.NOT_IN_FORCE.value}'"
        counter = _Counter(connection, in_force, patients, Discretion(least))
        funnels = tuple(counter.funnel(asked) for asked in asked_in(prepared, columns))
    finally:
        connection.execute(f"DROP TABLE {_PATTERNS}")
    counts = {each: found.get((each,), 0) for each in VERDICTS}
    return PolicyAttrition(
        policy=prepared.policy.id,
        title=prepared.policy.title,
        kind=prepared.policy.kind,
        edition=prepared.edition.id,
        patients=told(sum(counts.values())),
        in_force=told(sum(counts.values()) - counts[Verdict.NOT_IN_FORCE.value]),
        verdicts={each: told(count) for each, count in counts.items()},
        funnels=funnels,
    )


@dataclass(frozen=True)
class _Group:
    """Patients who are alike in all that a funnel asks of them; its lines are counted from 0."""

    excluded_at: int  # the first line that excludes them; how many lines there are, if none does
    unsure_at: int  # the first line that does not speak for them, likewise
    against: int  # how many lines exclude them; 2 are two or more
    unsaid: bool  # whether a line cannot be said of them
    concluded: bool | None
    eligible: bool  # under any indication of the policy
    patients: int


class _Counter:
    """Counts funnels from the patterns in ``source``, which is SQL that stands after FROM, each with its patients."""

    def __init__(self, connection: DuckDBPyConnection, source: str, patients: str, discretion: Discretion) -> None:
        self._connection, self._source, self._patients, self._told = connection, source, patients, discretion.told

    def funnel(self, asked: Asked) -> Funnel:
        """All figures of one funnel."""
        groups = self._groups(asked)
        (applies,) = self._truths([asked.applies])
        near = None if asked.of_policy else self._near_misses(asked.criteria, groups)
        return Funnel(asked.id, asked.title, self._count(groups), tuple(self._steps(asked, groups)), applies, near)

    def _steps(self, asked: Asked, groups: Sequence[_Group]) -> Iterator[Step]:
        lines = (*asked.criteria, asked.conclusion)
        for place, (line, alone) in enumerate(zip(lines, self._truths([line.holds for line in lines]), strict=True)):
            if line is asked.conclusion:
                left = [each for each in groups if each.excluded_at == place]
                lost = [each for each in left if each.concluded is False]
                certain = [each for each in left if each.concluded is True]
                unsure = [each for each in left if each.concluded is None]
            else:
                lost = [each for each in groups if each.excluded_at == place]
                certain = [each for each in groups if each.unsure_at > place]
                unsure = [each for each in groups if each.unsure_at <= place < each.excluded_at]
            yield Step(
                id=line.id,
                kind=line.kind,
                statement=line.statement,
                assurance=line.assurance,
                scope=line.scope,
                alone=alone,
                lost=self._count(lost),
                remain=self._count(certain + unsure),
                certain=self._count(certain),
                open=self._count(unsure),
            )

    def _near_misses(self, lines: Sequence[Line], groups: Sequence[_Group]) -> NearMisses:
        """Those one criterion short, by criterion, those first that most patients lack."""
        short = [each for each in groups if each.against == 1]
        misses = []
        for place, line in enumerate(lines):
            here = [each for each in short if each.excluded_at == place]
            if here:
                misses.append(NearMiss(line.id, line.statement, line.scope, *self._one_short(here)))
        misses.sort(key=lambda each: (-(each.others_for or 0), -(each.others_open or 0)))
        return NearMisses(*self._one_short(short), tuple(misses))

    def _one_short(self, groups: Sequence[_Group]) -> tuple[Count, Count, Count]:
        said = [each for each in groups if not each.unsaid]
        unsaid, otherwise = [each for each in groups if each.unsaid], [each for each in said if each.eligible]
        return self._count(said), self._count(unsaid), self._count(otherwise)

    def _count(self, groups: Iterable[_Group]) -> Count:
        return self._told(sum(each.patients for each in groups))

    def _truths(self, asked: Sequence[str]) -> list[Truths]:
        """For how many each expression is true, false and unknown."""
        sides = [side for each in asked for side in (each, f"NOT {each}", f"{each} IS NULL")]
        counts = ", ".join(f"coalesce(sum({self._patients}) FILTER (WHERE {side}), 0)" for side in sides)
        (row,) = self._run(f"SELECT {counts} FROM {self._source}")  # noqa: S608 - names are quoted
        told = [self._told(int(count)) for count in row]
        return [Truths(*told[at : at + 3]) for at in range(0, len(told), 3)]

    def _groups(self, asked: Asked) -> list[_Group]:
        holds = [line.holds for line in asked.criteria]
        against = " + ".join(f"CAST(coalesce(NOT {each}, FALSE) AS INTEGER)" for each in holds)
        unsaid = " OR ".join(f"{each} IS NULL" for each in holds)
        found = self._run(
            f"SELECT {_first([f'NOT {each}' for each in holds])}, "  # noqa: S608 - names are quoted
            f"{_first([f'{each} IS NOT TRUE' for each in holds])}, "
            f"least(2, {against or 0}), {unsaid or 'FALSE'}, {asked.conclusion.holds}, {asked.eligible} IS TRUE, "
            f"CAST(sum({self._patients}) AS BIGINT) FROM {self._source} GROUP BY ALL"
        )
        return [_Group(*row) for row in found]

    def _run(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()


def _first(conditions: Sequence[str]) -> str:
    """The place of the first condition that holds, or how many there are."""
    when = " ".join(f"WHEN {each} THEN {place}" for place, each in enumerate(conditions))
    return f"CASE {when} ELSE {len(conditions)} END" if conditions else "0"
