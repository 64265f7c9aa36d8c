"""The columnar engine: the same answers by one SQL query, for one patient or for any number at once.

What is known of the patients becomes the rows of a table, one column a reading, and the query
that `clauses` makes of the policies concludes everything for each row. DuckDB runs it, inside this
process, without files, extensions or network. What is known is inserted in a transaction that is
rolled back after the answer, so nothing of a patient stays.

DuckDB works out a plan anew each time a prepared query is run, unless its optimizer is switched off;
for a few patients that is nearly all the time it takes, so here it is off. A connection is used by one
thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import duckdb
from sqlglot import exp

from blinadss.engines.clauses import Clauses, Columns
from blinadss.engines.conclusion import Conclusions
from blinadss.engines.readings import PlainReading
from blinadss.expression import Value, Values
from blinadss.knowledge import Policy
from blinadss.links import Link
from blinadss.quantity import Span
from blinadss.truth import Truth

_TRUTHS = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}
_AT_ONCE = 2048  # rows that DuckDB takes together
_ROOM: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
}


class ColumnarEngine:
    """Answers every criterion of one or several policies as they stand on one day, and adds up, in SQL."""

    name = "columnar"

    def __init__(self, *policies: Policy, links: Sequence[Link] = ()) -> None:
        clauses = Clauses(policies, links)
        self._concluded = tuple(clauses.concluded)
        self._readings = {reads: each for reads, each in clauses.readings.items() if isinstance(each, PlainReading)}
        self.sql = clauses.select(exp.to_table("readings"), [exp.column("row", quoted=True)]).sql("duckdb")
        self._places = {name: place for place, name in enumerate(clauses.answers, 1)}
        self._idle = [self._prepared()]  # a query that DuckDB refuses is refused now, not with the first patient

    def conclude(self, values: Values) -> Conclusions:
        """The truth of every criterion, of every indication, and of the verdict."""
        return self.conclude_each(values)[0]

    def conclude_each(self, values: Values) -> list[Conclusions]:
        """The same for each policy, in their order."""
        (row,) = self._rows([values])
        return [self._conclusions(each, row) for each in self._concluded]

    def conclude_many(self, patients: Sequence[Values]) -> Iterator[Conclusions]:
        """What is concluded of the first policy for each patient, in their order; far faster than one by one."""
        for start in range(0, len(patients), _AT_ONCE):
            for row in self._rows(patients[start : start + _AT_ONCE]):
                yield self._conclusions(self._concluded[0], row)

    def _rows(self, patients: Sequence[Values]) -> list[tuple[bool | None, ...]]:
        fields = [list(self._fields(values)) for values in patients]
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._prepared()
        connection.execute("BEGIN")
        connection.execute("INSERT INTO patients SELECT unnest($1), unnest($2)", [list(range(len(fields))), fields])
        rows = connection.execute("EXECUTE answers").fetchall()
        connection.execute("ROLLBACK")
        self._idle.append(connection)  # not after an exception: what it holds could no longer be trusted
        return sorted(rows, key=lambda row: row[0] or 0)

    def _fields(self, values: Values) -> Iterator[str | None]:
        for reads, reading in self._readings.items():
            yield from _written(reading, values.get(reads))

    def _prepared(self) -> duckdb.DuckDBPyConnection:
        connection = _database().cursor()
        connection.execute("PRAGMA disable_optimizer")
        connection.execute('CREATE TEMP TABLE patients ("row" INTEGER, fields VARCHAR[])')
        connection.execute(f"PREPARE answers AS WITH readings AS ({_typed(self._readings.values())}) {self.sql}")
        return connection

    def _conclusions(self, columns: Columns, row: Sequence[bool | None]) -> Conclusions:
        def truths(names: Mapping[str, str]) -> dict[str, Truth]:
            return {about: _TRUTHS[row[self._places[name]]] for about, name in names.items()}

        verdict = truths({"no": columns.contraindicated, "yes": columns.eligible})
        return Conclusions(truths(columns.criteria), truths(columns.indications), verdict["no"], verdict["yes"])


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database in memory, in which each connection has a table of its own."""
    return duckdb.connect(config=_ROOM)


def _typed(readings: Iterable[PlainReading]) -> str:
    """The readings of the patients in the table: each field as its type."""
    columns = [(column, reading.type) for reading in readings for column in reading.columns]
    typed = ['"row"']
    for place, (column, its) in enumerate(columns, 1):
        typed.append(f"CAST(fields[{place}] AS {its}) AS {exp.to_identifier(column, quoted=True).sql('duckdb')}")
    return f"SELECT {', '.join(typed)} FROM patients"  # noqa: S608 - names are quoted


def _written(reading: PlainReading, value: Value | None) -> Iterator[str | None]:
    """The fields of one reading; none where nothing is known."""
    if reading.ruler is None:
        yield value if isinstance(value, str) else None
    elif isinstance(value, Span):
        yield f"{reading.ruler.lowest(value):f}"
        yield f"{reading.ruler.highest(value):f}"
    else:
        yield None
        yield None
