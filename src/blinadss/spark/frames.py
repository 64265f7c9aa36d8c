"""A DataFrame of Spark as a table that can be screened: its columns as DuckDB calls them, and its refused cells.

Only what is read is kept of it, each column under its own name, so that no other column can be mistaken for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as sql
from pyspark.sql import types as of

from blinadss.cohort.layout import ROW, Column, Layout
from blinadss.cohort.query import CohortQuery
from blinadss.cohort.rows import why_refused
from blinadss.errors import Problem, UsageError, quoted

_TYPES: dict[type[of.DataType], str] = {
    of.StringType: "VARCHAR",
    of.CharType: "VARCHAR",
    of.VarcharType: "VARCHAR",
    of.ByteType: "TINYINT",
    of.ShortType: "SMALLINT",
    of.IntegerType: "INTEGER",
    of.LongType: "BIGINT",
    of.FloatType: "FLOAT",
    of.DoubleType: "DOUBLE",
    of.DateType: "DATE",
    of.TimestampNTZType: "TIMESTAMP",
    of.TimestampType: "TIMESTAMP WITH TIME ZONE",
    of.NullType: '"NULL"',
}
_WIDEST = 16  # digits before the point with which decimals still compare exactly with any threshold
_REASONS = "array<struct<column: string, cell: string, reason: string>>"


def columns_of(frame: DataFrame) -> list[Column]:
    """The columns of a DataFrame but for that of the row's number."""
    return [Column(each.name, _type(each.dataType)) for each in frame.schema if each.name.casefold() != ROW]


def table_of(frame: DataFrame, layout: Layout) -> DataFrame:
    """The columns of a DataFrame that are read, and the number of each row: its own, or one that Spark gives it.

    Raises `UsageError` for columns that Spark would not tell apart.
    """
    names = [each.name for each in frame.schema]
    clashing = _clashing([each.name for each in layout.columns])
    clashing |= _clashing([name for name in names if name.casefold() == ROW])
    if clashing:
        hint = "rename one, or drop it; Spark does not tell capitals apart"
        raise UsageError([Problem(f"the table has two columns {quoted(name)}", hint) for name in sorted(clashing)])
    plain = frame.toDF(*map(str, range(len(names))))  # a name may hold anything, and may be there twice
    wanted = {each.name: each for each in layout.columns}
    row = sql.monotonically_increasing_id()
    read = []
    for number, name in enumerate(names):
        if name.casefold() == ROW:
            row = sql.col(str(number))
        elif name in wanted:
            read.append(_cells(sql.col(str(number)), wanted[name]).alias(name))
    return plain.select(row.alias(ROW), *read)


def refused_cells(set_apart: DataFrame, query: CohortQuery) -> DataFrame:
    """Row, column, cell and reason of each cell that cannot be read, of what `CohortQuery.set_apart` gives."""
    layout, on, wrong = query.layout, query.on, tuple(query.refusals)
    names = [each.name for each in layout.columns]

    def reasons(cells: Row, refused: Sequence[bool]) -> list[tuple[str, str, str]]:
        row = dict(zip(names, cells, strict=True))
        asked = [name for name, is_so in zip(wrong, refused, strict=True) if is_so]
        return list(why_refused(layout, asked, row, on))

    why = sql.udf(reasons, _REASONS, useArrow=False)
    cells = sql.struct(*map(_named, names))
    refused = sql.array(*(_named(f"{name} refused") for name in wrong))
    told = set_apart.select(ROW, sql.explode(why(cells, refused)).alias("told"))
    return told.select(ROW, "told.*")


def _type(its: of.DataType) -> str:
    if isinstance(its, of.DecimalType):
        return f"DECIMAL({its.precision}, {its.scale})"
    return _TYPES.get(type(its), its.simpleString().upper())


def _cells(cells: Expression, its: Column) -> Expression:
    # what has a collation or a fixed length compares otherwise than a text does
    return cells.cast("string") if its.holds == "text" else cells


def _named(name: str) -> Expression:
    """The column of that name, whatever it holds."""
    return sql.col(f"`{name.replace('`', '``')}`")


def _clashing(names: Collection[str]) -> set[str]:
    """Names that are there twice, but for capitals."""
    counted = Counter(name.casefold() for name in names)
    return {name for name in names if counted[name.casefold()] > 1}
