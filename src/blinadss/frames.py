"""Screening a dataframe: pandas, Polars, PyArrow or a DuckDB relation goes in, and the same kind comes out.

A frame keeps its rows and their order. A row that cannot be read has no verdict, and ``refused`` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from blinadss.errors import UsageError
from blinadss.in_sql import name_of
from blinadss.installed import require
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge

if TYPE_CHECKING:
    import duckdb

    from blinadss.cohort.query import CohortQuery, Wanted

F = TypeVar("F")
REFUSED = "refused"
_KINDS = "a pandas, Polars or PyArrow table, or a DuckDB relation"


def screen(  # noqa: PLR0913 - each says one thing about the question, by name
    table: F,
    *,
    policies: Sequence[str] | None = None,
    on: date | None = None,
    knowledge: KnowledgeBase | None = None,
    keep: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    findings: bool = False,
    reasons: bool = False,
    because: bool = False,
) -> F:
    """The verdicts of each policy for each row of a table, in the same kind of table.

    The columns are those of docs/reference/cohort-table.md. ``on`` is the day of assessment, by default that in the
    column `assessed_on`. Policies are named as for `assess`. With ``findings`` there is a boolean column for each
    indication and criterion, missing where that is unknown; with ``reasons`` which criteria stand against, and which
    are open; with ``because`` why a fact is not known. ``id`` and the columns to ``keep`` are carried along.

    A frame gets a row for each of its own, in their order, pandas with its index; `refused` says what cannot be read
    in a row without verdicts. A relation is answered lazily, on its own connection, has the number of each row
    (``row``), and in `refused` the columns that cannot be read. Raises `UsageError` for columns that are wrong,
    a policy that there is not, a day that nobody gives, or a table of another kind.
    """
    require("screening", ("duckdb", "sqlglot", "narwhals"), "cohort")
    import duckdb

    from blinadss.cohort.query import Wanted

    question = _Question(
        load_knowledge() if knowledge is None else knowledge,
        policies,
        on,
        tuple(keep),
        tuple(leave_out),
        Wanted(findings=findings, reasons=reasons, because=because),
    )
    made: Any
    if isinstance(table, duckdb.DuckDBPyRelation):
        made = question.of_relation(table)
    else:
        as_given = _maker_of(table)
        with closing(duckdb.connect()) as connection:
            made = as_given(question.of_frame(connection, table))
    found: F = made
    return found


@dataclass(frozen=True)
class _Question:
    knowledge: KnowledgeBase
    policies: Sequence[str] | None
    on: date | None
    keep: tuple[str, ...]
    leave_out: tuple[str, ...]
    wanted: Wanted

    def of_relation(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """What is answered of a relation, and for rows that cannot be read the columns that are wrong."""
        from blinadss.cohort.layout import ROW

        query = self._query(relation)
        numbered = f'SELECT row_number() OVER () AS "{ROW}", * FROM cohort'  # noqa: S608 - no name of anybody's
        answered = query.screened("numbered", self.wanted).sql("duckdb", copy=False)
        parts = [f"SELECT *, CAST(NULL AS VARCHAR) AS {REFUSED} FROM ({answered})"]  # noqa: S608
        if query.refusals:
            wrong = query.which_refused("numbered", REFUSED).sql("duckdb", copy=False)
            parts.append(wrong)
        joined = " UNION ALL BY NAME ".join(parts)
        made = relation.query("cohort", f'WITH numbered AS ({numbered}) {joined} ORDER BY "{ROW}"')
        assert made is not None  # noqa: S101 - it is a query
        return made

    def of_frame(self, connection: duckdb.DuckDBPyConnection, frame: Any) -> duckdb.DuckDBPyRelation:  # noqa: ANN401
        """What is answered of a frame, with the reasons for rows that cannot be read."""
        from blinadss.cohort.layout import ROW
        from blinadss.cohort.refusals import refused_rows

        connection.execute("SET pandas_analyze_sample = 0")  # a column of anything is read as text
        connection.register("given", frame)
        given = connection.sql("SELECT * FROM given")
        query = self._query(given)
        connection.execute(f'CREATE TEMP TABLE cohort AS SELECT row_number() OVER () AS "{ROW}", * FROM given')  # noqa: S608
        said = [
            (row, "; ".join(f"{name}: {reason}" for name, _, reason in cells))
            for row, cells in refused_rows(connection, query, "cohort")
        ]
        connection.execute(f'CREATE TEMP TABLE refusals ("{ROW}" BIGINT, {REFUSED} VARCHAR)')
        if said:
            numbers, texts = ([each[place] for each in said] for place in (0, 1))
            connection.execute("INSERT INTO refusals SELECT unnest($1), unnest($2)", [numbers, texts])
        answered = query.screened("cohort", self.wanted).sql("duckdb", copy=False)
        carried = "".join(f", cohort.{name_of(each.name)}" for each in query.layout.carried)
        both = (
            f"SELECT *, CAST(NULL AS VARCHAR) AS {REFUSED} FROM ({answered}) UNION ALL BY NAME"  # noqa: S608
            f' SELECT refusals."{ROW}", refusals.{REFUSED}{carried} FROM refusals JOIN cohort USING ("{ROW}")'
        )
        return connection.sql(f'SELECT * EXCLUDE ("{ROW}") FROM ({both}) ORDER BY "{ROW}"')  # noqa: S608

    def _query(self, relation: duckdb.DuckDBPyRelation) -> CohortQuery:
        from blinadss.cohort.layout import Column, read_layout
        from blinadss.cohort.query import CohortQuery

        columns = [Column(name, str(type_)) for name, type_ in zip(relation.columns, relation.types, strict=True)]
        layout = read_layout(columns, keep=self.keep, leave_out=self.leave_out)
        return CohortQuery(layout, self.knowledge, self.policies, self.on)


def _maker_of(table: object) -> Callable[[duckdb.DuckDBPyRelation], Any]:
    """What makes a frame, of the kind of this one, of what DuckDB answers."""
    import narwhals as nw

    try:
        frame = nw.from_native(table, eager_only=True)  # type: ignore[call-overload]
    except TypeError:
        raise UsageError(f"`{type(table).__name__}` is not a table that can be screened", f"give {_KINDS}") from None
    library = frame.implementation
    if library.is_pandas():
        return partial(_as_pandas, given=table)
    if library.is_polars():
        return lambda answered: answered.pl()
    if library.is_pyarrow():
        return lambda answered: answered.to_arrow_table()
    raise UsageError(f"a table of {library.name.lower()} cannot be screened", f"give {_KINDS}")


def _as_pandas(answered: duckdb.DuckDBPyRelation, given: Any) -> Any:  # noqa: ANN401
    """With the index of the frame that was given, and truths that can be missing."""
    found = answered.df()
    truths = [name for name, type_ in zip(answered.columns, answered.types, strict=True) if str(type_) == "BOOLEAN"]
    found = found.astype(dict.fromkeys(truths, "boolean"))
    found.index = given.index
    return found
