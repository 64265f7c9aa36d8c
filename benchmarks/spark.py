"""How fast Spark screens a table, beside DuckDB on the same Parquet, and whether both answer alike.

``python benchmarks/spark.py 200000`` makes so many rows of texts (by default 100,000) and prints rows a second on this
machine, start-up apart. ``python benchmarks/spark.py --agree 1000000`` compares every verdict and finding of both
labels on so many rows, and a thousand of them with the reference engine; it ends with status 1 if any differ.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
from pyspark.sql import DataFrame, SparkSession

import blinadss
from blinadss.cohort.layout import Column, Layout, read_layout
from blinadss.cohort.query import CohortQuery, Wanted
from blinadss.cohort.rows import profile_of
from blinadss.spark import screen_spark
from blinadss.testing.tables import TextTable
from blinadss.truth import Truth

ON = date(2026, 11, 22)
LABELS = ("us-label", "eu-label")
KNOWLEDGE = blinadss.load_knowledge()
TABLE = TextTable(KNOWLEDGE, LABELS, ON)
LAYOUT: Layout = read_layout([Column(name, "VARCHAR") for name in TABLE.columns])
QUERY = CohortQuery(LAYOUT, KNOWLEDGE, LABELS, ON)
TRUTHS: dict[object, Truth] = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}
SAMPLE = 1000  # of which the reference is asked


def generated(folder: Path, rows: int) -> Path:
    """That many rows as several files of Parquet."""
    written = folder / "given.csv"
    with written.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, ["row", *TABLE.columns])
        lines.writeheader()
        lines.writerows({"row": number, **row} for number, row in enumerate(TABLE.rows(rows), 1))
    given = folder / "given"
    select = 'SELECT * REPLACE (CAST("row" AS BIGINT) AS "row")'
    source = f"read_csv('{written}', all_varchar = true)"
    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    connection.execute(f"COPY ({select} FROM {source}) TO '{given}' (FORMAT parquet, PER_THREAD_OUTPUT true)")
    return given


def session() -> SparkSession:
    """Spark in this process, which listens to nobody else."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    loopback = dict.fromkeys(("spark.driver.host", "spark.driver.bindAddress"), "127.0.0.1")
    builder = SparkSession.builder.master("local[2]").appName("benchmark").config("spark.driver.memory", "2g")
    for name, value in {**loopback, "spark.ui.enabled": "false", "spark.sql.ansi.enabled": "true"}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def asked(spark: SparkSession, given: Path, *, findings: bool) -> DataFrame:
    """What Spark is to answer."""
    return screen_spark(spark.read.parquet(str(given)), policies=LABELS, on=ON, findings=findings).screened


def database(given: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB beside the same files, which it calls ``given``."""
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "6GB"})
    connection.read_parquet(f"{given}/*.parquet").create_view("given")
    return connection


def answered(*, findings: bool) -> str:
    """The query that answers the same in DuckDB."""
    return QUERY.screened("given", Wanted(findings=findings)).sql("duckdb")


def show(what: str, rows: int, begun: float) -> None:
    """One line of figures."""
    seconds = time.perf_counter() - begun
    print(f"{what}: {seconds:.1f} s, {rows / seconds:,.0f} rows a second", flush=True)


def fast(spark: SparkSession, given: Path, folder: Path, rows: int) -> None:
    """Both write what they answer."""
    for findings, what in ((False, "verdicts"), (True, "verdicts and findings")):
        connection = database(given)
        begun = time.perf_counter()
        out = folder / f"duckdb-{findings}.parquet"
        connection.execute(f"COPY ({answered(findings=findings)}) TO '{out}' (FORMAT parquet)")
        show(f"DuckDB, {what}", rows, begun)
        for turn in ("the first time", "again"):  # the first time Spark compiles what it runs
            begun = time.perf_counter()
            asked(spark, given, findings=findings).write.mode("overwrite").parquet(str(folder / f"spark-{findings}"))
            show(f"Spark, {what}, {turn}", rows, begun)


def alike(spark: SparkSession, given: Path, folder: Path) -> bool:
    """Both answer the same in every cell, and the reference in some of them."""
    asked(spark, given, findings=True).write.parquet(str(folder / "spark"))
    connection = database(given)
    connection.execute(f"CREATE TABLE one AS {answered(findings=True)}")
    connection.read_parquet(f"{folder}/spark/*.parquet").create("other")
    (compared,) = connection.execute("SELECT count(*) FROM one").fetchone() or (0,)
    columns = [name for name, *_ in connection.execute("DESCRIBE one").fetchall()]
    differ = sum(
        len(connection.execute(f"({first} EXCEPT {second}) LIMIT 10").fetchall())
        for first, second in (("FROM one", "FROM other"), ("FROM other", "FROM one"))
    )
    print(f"{compared:,} rows of {len(columns) - 1} answers compared; {differ or 'none'} differ", flush=True)
    wrong = list(otherwise(connection))
    print(f"{SAMPLE:,} of them compared with the reference; {len(wrong) or 'none'} differ", *wrong[:5], sep="\n")
    return not differ and not wrong


def otherwise(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What the reference answers otherwise, of a thousand rows."""
    chosen = f'FROM given WHERE "row" IN (SELECT "row" FROM other ORDER BY hash("row") LIMIT {SAMPLE})'  # noqa: S608 - ours
    for row in dicts(connection, chosen):
        profile = profile_of(LAYOUT, row)
        assessed = blinadss.assess(
            profile, on=ON, policies=LABELS, engines=("reference",), further=False, cautions=False
        )
        for told in dicts(connection, f'FROM other WHERE "row" = {row["row"]}'):
            for each in assessed.policies:
                truths = {finding.criterion: finding.truth for finding in each.findings()}
                if told[each.policy] != each.verdict.value or any(
                    TRUTHS[told[name]] is not truths[name] for name in truths
                ):
                    yield f"row {row['row']}: {each.policy}"


def dicts(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, object]]:
    """The rows of an answer by their columns."""
    found = connection.execute(query)
    names = [each[0] for each in found.description or ()]
    yield from (dict(zip(names, row, strict=True)) for row in found.fetchall())


def main() -> int:
    """Make the rows, start Spark, and measure or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    parser.add_argument("--agree", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        given = generated(folder, options.rows)
        begun = time.perf_counter()
        spark = session()
        print(f"Spark starts in {time.perf_counter() - begun:.1f} s", flush=True)
        try:
            if options.agree:
                return 0 if alike(spark, given, folder) else 1
            fast(spark, given, folder, options.rows)
        finally:
            spark.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
