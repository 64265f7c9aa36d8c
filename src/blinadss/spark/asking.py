"""The query of a cohort through `spark.sql`, for a DataFrame of any size.

SQLGlot writes the one tree of the query as Spark spells it. Spark splits, runs and repeats the work; nothing is
brought to the driver, and Python is asked only why cells are refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as sql
from sqlglot import exp

from blinadss.cohort.layout import read_layout
from blinadss.cohort.query import CohortQuery, Wanted
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge
from blinadss.spark.frames import columns_of, refused_cells, table_of


@dataclass(frozen=True)
class SparkScreening:
    """The rows that were screened, and the cells for which others were set apart; both are worked out when asked for.

    ``rows`` counts, while ``screened`` or ``refused`` is written: `rows.get` then has ``rows`` and ``set_apart``.
    """

    screened: DataFrame
    refused: DataFrame
    left_out: tuple[str, ...]
    rows: Observation


def screen_spark(  # noqa: PLR0913 - each is asked for by name
    frame: DataFrame,
    *,
    policies: Sequence[str] | None = None,
    on: date | None = None,
    knowledge: KnowledgeBase | None = None,
    keep: Collection[str] = (),
    leave_out: Collection[str] = (),
    findings: bool = False,
    reasons: bool = False,
    because: bool = False,
) -> SparkScreening:
    """Some policies asked of each row of a DataFrame, on one day or on that of each row; nothing runs yet.

    A row is called by its column ``row``, or else by the number that Spark gives it, which changes with how the data
    are split. Raises `UsageError` for columns that cannot be read, policies that do not exist, or no day.
    """
    layout = read_layout(columns_of(frame), keep=keep, leave_out=leave_out)
    query = CohortQuery(layout, knowledge or load_knowledge(), policies, on)
    whole = exp.select("*").from_(query.read("given"))
    # What is observed is read once: without it Spark would work each condition out anew from the cells, and would
    # do the same with whatever is asked of the result.
    rows = Observation()
    counts = sql.count(sql.lit(1)).alias("rows"), sql.count_if(sql.expr(_text(query.is_refused))).alias("set_apart")
    read = _asked(whole, table_of(frame, layout)).observe(rows, *counts)
    answered = _asked(query.answered(exp.to_table("given"), Wanted(findings, reasons, because)), read)
    screened = answered.observe(Observation(), sql.count(sql.lit(1)).alias("rows"))
    told = refused_cells(_asked(query.set_apart(exp.to_table("given")), read), query)
    return SparkScreening(screened, told, layout.left_out, rows)


def _asked(query: exp.Expression, given: DataFrame) -> DataFrame:
    """What a query gives of a DataFrame, which it calls ``given``."""
    braced = _text(query).replace("{", "{{").replace("}", "}}")
    return given.sparkSession.sql(f"WITH given AS (SELECT * FROM {{frame}}) {braced}", frame=given)  # noqa: S608 - ours


def _text(query: exp.Expression) -> str:
    """The query as Spark spells it."""

    def spelt(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.DateDiff):  # the other form counts hours, which the day of a change of clocks lacks
            return exp.Anonymous(this="DATEDIFF", expressions=[node.this, node.expression])
        return node

    return query.transform(spelt).sql("spark")
