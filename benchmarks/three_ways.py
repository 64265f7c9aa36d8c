"""A million synthetic rows, answered by DuckDB, by Spark and by the reference engine, and compared cell by cell.

``python benchmarks/three_ways.py 1000000``: every verdict, indication and criterion of both labels, in typed columns.
Exit status 1 if anything differs. Without pyspark or Java, Spark is left out, and it says so.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

import blinadss
from blinadss.cohort.layout import Column, Layout, read_layout
from blinadss.cohort.query import CohortQuery, Wanted
from blinadss.cohort.rows import profile_of
from blinadss.consequences import follows
from blinadss.engines.reference import ReferenceEngine
from blinadss.links import links_of
from blinadss.lookup import look_up, values_in
from blinadss.normal_form import normal_form
from blinadss.synthetic import write_synthetic
from blinadss.truth import Truth

ON, LABELS = date(2026, 11, 22), ("us-label", "eu-label")
KNOWLEDGE = blinadss.load_knowledge()
AT_ONCE = 10_000
TRUTHS = {Truth.TRUE: True, Truth.FALSE: False, Truth.UNKNOWN: None}


def layout_of(given: str) -> Layout:
    """The columns of the table."""
    described = duckdb.execute(f"DESCRIBE FROM '{given}'").fetchall()
    return read_layout(
        [Column(name, its) for name, its, *_ in described if name != "row"], leave_out=["deliberate_mistake"]
    )


@cache
def ready(given: str) -> tuple[Layout, list[Any]]:
    """The layout, and for each label what it asks, the facts that are linked, and the reference engine."""
    asked = []
    for name in LABELS:
        policy, links = KNOWLEDGE.policies[name].as_of(ON), links_of(KNOWLEDGE)
        form = normal_form(policy, links)
        asked.append((policy, form.facts, {link.fact for link in form.links}, ReferenceEngine(policy, links)))
    return layout_of(given), asked


def differing(given: str, answered: str, first: int) -> int:
    """How many of some rows the reference answers otherwise."""
    layout, asked = ready(given)
    its = f'WHERE "row" BETWEEN {first} AND {first + AT_ONCE - 1} ORDER BY "row"'
    different = 0
    for row, told in zip(dicts(f"FROM '{given}' {its}"), dicts(f"FROM '{answered}' {its}"), strict=True):
        different += any(told[name] != truth for name, truth in concluded(layout, asked, row))
    return different


def concluded(layout: Layout, asked: list[Any], row: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What the reference concludes of a row, by the column in which it stands."""
    profile = profile_of(layout, row)
    for policy, facts, linked, engine in asked:
        sights = look_up(profile, facts, ON, KNOWLEDGE.fresh_for, follows(KNOWLEDGE))
        found = engine.conclude(values_in(sights, linked))
        yield from ((name, TRUTHS[truth]) for name, truth in {**found.criteria, **found.indications}.items())
        verdict = {Truth.TRUE: "eligible", Truth.FALSE: "ineligible", Truth.UNKNOWN: "undetermined"}[found.eligible]
        yield policy.id, "contraindicated" if found.contraindicated is Truth.TRUE else verdict


def dicts(query: str) -> Iterator[dict[str, Any]]:
    """The rows of an answer by their columns."""
    cursor = duckdb.connect().execute(query)
    names = [each[0] for each in cursor.description or ()]
    yield from (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def by_spark(given: str, answered: str, folder: Path) -> int:
    """How many rows Spark answers otherwise, or answers and DuckDB does not."""
    from pyspark.sql import SparkSession

    from blinadss.spark import screen_spark

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "4g")
    for name in ("spark.driver.bindAddress", "spark.driver.host"):
        builder = builder.config(name, "127.0.0.1")
    spark = builder.config("spark.ui.enabled", "false").config("spark.sql.ansi.enabled", "true").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        made = screen_spark(
            spark.read.parquet(given), policies=LABELS, on=ON, findings=True, leave_out=["deliberate_mistake"]
        )
        made.screened.write.parquet(str(folder / "spark"))
    finally:
        spark.stop()
    one, other = f"FROM '{answered}'", f"FROM '{folder}/spark/*.parquet'"
    ((number,),) = duckdb.execute(
        f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))"  # noqa: S608 - ours
    ).fetchall()
    return int(number)


def main() -> int:
    """Make the rows, answer them in three ways, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        made, given, answered = (str(folder / f"{name}.parquet") for name in ("made", "given", "answered"))
        facts = set(CohortQuery(read_layout([Column("assessed_on", "DATE")]), KNOWLEDGE, LABELS).facts)
        write_synthetic(made, rows, 8, facts=facts)
        duckdb.execute(f"COPY (SELECT file_row_number + 1 AS row, * FROM read_parquet('{made}')) TO '{given}'")  # noqa: S608
        begun = time.perf_counter()
        query = CohortQuery(layout_of(given), KNOWLEDGE, LABELS, ON).screened("given", Wanted(findings=True))
        connection = duckdb.connect()
        connection.read_parquet(given).create_view("given")
        connection.execute(f"COPY ({query.sql('duckdb')}) TO '{answered}' (FORMAT parquet)")
        print(f"DuckDB answered {rows:,} rows in {time.perf_counter() - begun:.0f} s", flush=True)
        wrong = 0
        if find_spec("pyspark") and shutil.which("java"):
            begun = time.perf_counter()
            wrong = by_spark(given, answered, folder)
            print(f"Spark answered them in {time.perf_counter() - begun:.0f} s: {wrong or 'none'} differ", flush=True)
        else:
            print("Spark is not here, and was not asked", flush=True)
        begun = time.perf_counter()
        with ProcessPoolExecutor(2) as pool:
            firsts = range(1, rows + 1, AT_ONCE)
            found = sum(pool.map(differing, [given] * len(firsts), [answered] * len(firsts), firsts))
        print(f"the reference answered them in {time.perf_counter() - begun:.0f} s: {found or 'none'} differ")
    return 1 if wrong or found else 0


if __name__ == "__main__":
    sys.exit(main())
