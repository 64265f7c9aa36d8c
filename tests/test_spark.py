"""Spark answers as DuckDB does on the same rows, sets the same cells apart, and never fails because of a cell."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

import blinadss
from blinadss.cohort.layout import Column, read_layout
from blinadss.cohort.query import CohortQuery, Wanted
from blinadss.cohort.rows import why_refused
from blinadss.errors import UsageError
from blinadss.facts import FACTS
from blinadss.kinds import Coded
from blinadss.testing.choices import Dice
from blinadss.testing.tables import TextTable

if shutil.which("java") is None:
    pytest.skip("Spark needs Java 17 or newer", allow_module_level=True)
pyspark = pytest.importorskip("pyspark")

from pyspark.sql import DataFrame, SparkSession  # noqa: E402 - where Spark is

from blinadss.spark import screen_spark  # noqa: E402 - the same
from blinadss.spark.job import main  # noqa: E402 - the same

pytestmark = pytest.mark.xdist_group("spark")  # one session for all, in one process
ON = date(2026, 11, 22)
KNOWLEDGE = blinadss.load_knowledge()
LABELS = ("us-label", "eu-label")
EVERYTHING = Wanted(findings=True, reasons=True, because=True)
SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # nothing here runs for long
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "America/Sao_Paulo",  # where midnight is missing on some days
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
Answers = dict[int, dict[str, Any]]
Refused = set[tuple[int, str, str, str]]


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def stored(path: Path, types: Mapping[str, str], rows: Sequence[Sequence[object]]) -> Path:
    """The rows as Parquet, numbered from 1."""
    columns = [list(range(1, len(rows) + 1)), *map(list, zip(*rows, strict=True))]
    named = {"row": "BIGINT", **types}
    cells = [
        f'UNNEST(CAST(${number} AS {its}[])) AS "{name.replace(chr(34), chr(34) * 2)}"'
        for number, (name, its) in enumerate(named.items(), 1)
    ]
    duckdb.connect().execute(f"COPY (SELECT {', '.join(cells)}) TO '{path}' (FORMAT parquet)", columns)
    return path


def generated(path: Path, policies: Sequence[str], number: int, *, dated: bool = True) -> Path:
    table = TextTable(KNOWLEDGE, policies, ON)
    names = [name for name in table.columns if dated or name in FACTS]
    rows = [[row[name] for name in names] for row in table.rows(number)]
    return stored(path, dict.fromkeys(names, "VARCHAR"), rows)


def by_duckdb(
    path: Path, policies: Sequence[str], on: date | None, wanted: Wanted, keep: Collection[str]
) -> tuple[Answers, Refused]:
    """What DuckDB answers, and what it refuses."""
    connection = duckdb.connect()
    connection.sql(f"CREATE VIEW given AS FROM '{path}'")
    described = connection.sql("DESCRIBE given").fetchall()
    layout = read_layout([Column(name, its) for name, its, *_ in described if name != "row"], keep=keep)
    query = CohortQuery(layout, KNOWLEDGE, policies, on)
    if len(policies) > 8:
        connection.execute("PRAGMA disable_optimizer")
    refused: Refused = set()
    for row in dicts(connection, query.refused("given").sql("duckdb")):
        wrong = [name for name in query.refusals if row[f"{name} refused"]]
        refused |= {(row["row"], *why) for why in why_refused(layout, wrong, row, on)}
    return {row["row"]: row for row in dicts(connection, query.screened("given", wanted).sql("duckdb"))}, refused


def dicts(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    asked = connection.execute(query)
    names = [each[0] for each in asked.description or ()]
    for row in asked.fetchall():
        yield dict(zip(names, row, strict=True))


def agree(
    spark: SparkSession,
    path: Path,
    policies: Sequence[str] = ("us-label",),
    on: date | None = ON,
    keep: Collection[str] = (),
    wanted: Wanted = EVERYTHING,
) -> tuple[Answers, Refused]:
    """Both answer alike; what they answer."""
    answers, refused = by_duckdb(path, policies, on, wanted, keep)
    made = screen_spark(
        spark.read.parquet(str(path)),
        policies=policies,
        on=on,
        keep=keep,
        findings=wanted.findings,
        reasons=wanted.reasons,
        because=wanted.because,
    )
    assert {row["row"]: row.asDict() for row in made.screened.collect()} == answers
    assert not refused or {tuple(row) for row in made.refused.collect()} == refused
    counts = made.rows.get
    apart = len({row for row, *_ in refused})
    assert (counts["rows"], counts["set_apart"]) == (len(answers) + apart, apart)
    return answers, refused


def test_texts_of_thousands_of_patients_are_answered_alike(spark: SparkSession, tmp_path: Path) -> None:
    answers, _ = agree(spark, generated(tmp_path / "given.parquet", LABELS, 500), LABELS)
    assert {row["us-label"] for row in answers.values()} >= {"ineligible", "contraindicated", "undetermined"}


def test_policies_of_every_kind_are_answered_alike(spark: SparkSession, tmp_path: Path) -> None:
    """All of them together take Spark half a minute to plan; `make agree` asks them."""
    some = ["nhs-england", "trials/tower", "payers/qualchoice"]
    path = generated(tmp_path / "given.parquet", some, 60)
    answers, _ = agree(spark, path, some, wanted=Wanted())
    assert len(answers[1]) == 1 + len(some)


HOSTILE: Sequence[tuple[str | None, ...]] = [
    ("positive", "0.5 %", "2026-03-02", "40", "18 years"),
    (" positive ", "< 0.01 %", "2026-03-02\n", "1e1", "216 months"),
    ("Positive", "0,5 %", "2026-02-30", "+12.50", "1.5 years"),
    ("NaN", "5 %\n", "0001-01-01", "1e400", "İnf"),
    ("", "5 % %", "9999-12-31", "\u00a05", "1000 years"),
    ("   ", "1.500 %", "2018-11-04", "inf", "-1 years"),
    ("posi\ntive", "5\r\n%", "2018-11-05", "ıNF", "0 days"),
    ("'; DROP", "١٢ %", "2026-3-2", "İNF", "28 days"),
    ("positive\x00", "5 \\% '", "1500-02-29", "0x10", "18"),
    ("🙂", "<<5 %", "never", "99999999999999999", "18 yea\u0130rs"),
    (None, None, None, None, None),
]


def test_hostile_texts_and_names_are_read_alike(spark: SparkSession, tmp_path: Path) -> None:
    kept = "a `b` \"c\" 'd' \\e {f} [g] h,i;j=k"
    names = [
        "disease.cd19",
        "mrd.level",
        "history.blinatumomab_hypersensitivity_on",
        "labs.alt [U/L]",
        "patient.age",
        kept,
        "history.blinatumomab_hypersensitivity",
        "us-label",
    ]
    rows = [[*row, "'\\`", "absent", "x"] for row in HOSTILE]
    rows += [[*HOSTILE[0][:place], cell, *HOSTILE[0][place + 1 :], kept, "present", "y"]
             for row in HOSTILE for place, cell in enumerate(row)]  # fmt: skip
    path = stored(tmp_path / "given.parquet", dict.fromkeys(names, "VARCHAR"), rows)
    answers, refused = agree(spark, path, keep=[kept])
    assert answers[1][kept] == "'\\`"
    assert {column for _, column, *_ in refused} >= {"disease.cd19", "mrd.level", "patient.age"}


TYPED = {
    "assessed_on": "VARCHAR",
    "disease.cd19": "VARCHAR",
    "disease.diagnosis": "VARCHAR",
    "disease.course": "VARCHAR",
    "disease.remission_number": "TINYINT",
    "mrd.level [%]": "DOUBLE",
    "mrd.status": "VARCHAR",
    "mrd.status_on": "TIMESTAMP",
    "patient.birth_date": "DATE",
    "patient.age [years]": "INTEGER",
    "disease.phase": "VARCHAR",
    "disease.philadelphia": "VARCHAR",
    "history.blinatumomab_hypersensitivity": "VARCHAR",
    "disease.philadelphia_on": "DATE",
    "history.prior_lines": "DOUBLE",
    "history.tki_failures": "DECIMAL(38, 18)",
    "disease.relapse_number": "FLOAT",
    "mrd.assay_sensitivity [%]": "DECIMAL(9, 6)",
}


CELLS: Mapping[str, tuple[Sequence[object], Sequence[object]]] = {
    "assessed_on": (["2026-11-22", " 2024-06-14 ", "2018-11-05", "2012-01-01"], ["", "soon"]),
    "disease.remission_number": ([1, 2, None], [0, -1]),
    "mrd.level [%]": ([0.1, 0.05, float("nan"), float("inf"), 0.0, 0.30000000000000004, 100.0, None], [1e300, -1.0]),
    "mrd.status": ([None, "detected", "not_detected"], ["lost"]),
    "mrd.status_on": (
        ["2018-11-04 00:00:00", "2011-11-04 00:00:00", "1900-02-28 00:00:00", None],
        ["2011-11-04 01:00:00"],
    ),
    "patient.birth_date": ([date(1990, 2, 28), date(2000, 2, 29), None], [date(2031, 1, 1), date(1850, 1, 1)]),
    "patient.age [years]": ([18, 17, 0, None], [300, -1]),
    "disease.philadelphia_on": ([None, date(2010, 1, 1)], [date(2026, 12, 1)]),
    "history.prior_lines": ([1.0, 2.0, float("-inf"), None], [0.5, 1e300]),
    "history.tki_failures": (["1", "2", None], ["99999999999999999999", "0.5"]),
    "disease.relapse_number": ([1.0, 0.0, None], [0.5, 1e30]),
    "mrd.assay_sensitivity [%]": (["0.01", "0.001", None], ["0"]),
}


def typed_rows() -> Iterator[list[object]]:
    """Cells of every type; about half of the rows have one that is refused."""
    for number in range(600):
        choices = Dice(number)
        row = []
        for name in TYPED:
            kind = FACTS.get(name)
            codes = [*kind.codes, None] if isinstance(kind, Coded) else []
            good, bad = CELLS.get(name, (codes, codes))
            row.append(choices.of(bad if choices.once_in(20) else good))
        yield row


def test_numbers_days_and_moments_are_read_alike_on_the_day_of_each_row(spark: SparkSession, tmp_path: Path) -> None:
    path = stored(tmp_path / "given.parquet", TYPED, list(typed_rows()))
    answers, refused = agree(spark, path, LABELS, on=None)
    assert {row["eu-label"] for row in answers.values()} >= {"not_in_force", "undetermined"}
    assert {column for _, column, *_ in refused} >= {"assessed_on", "mrd.level [%]", "mrd.status_on"}


def test_columns_that_can_hold_no_fact_are_refused_before_anything_runs(spark: SparkSession) -> None:
    frame = spark.sql(
        'SELECT TRUE AS `disease.cd19`, CURRENT_TIMESTAMP() AS `patient.birth_date`, 1 AS `marrow.blasts`, "" AS id'
    )
    with pytest.raises(UsageError) as found:
        screen_spark(frame, on=ON)
    told = str(found.value)
    assert "`disease.cd19` is a column of BOOLEAN" in told
    assert "`patient.birth_date` is a column of TIMESTAMP WITH TIME ZONE" in told
    assert "`marrow.blasts` is a column of numbers without a unit" in told


def test_columns_that_spark_would_mix_up_are_refused(spark: SparkSession) -> None:
    frame = spark.sql("SELECT 'positive' AS `disease.cd19`, 1 AS site, 2 AS Site, 1 AS row, 2 AS Row")
    with pytest.raises(UsageError) as found:
        screen_spark(frame, on=ON, keep=["site", "Site"])
    assert [problem.problem for problem in found.value.problems] == [
        "the table has two columns `Row`",
        "the table has two columns `Site`",
        "the table has two columns `row`",
        "the table has two columns `site`",
    ]


def frame_of_two(spark: SparkSession) -> DataFrame:
    return spark.sql("SELECT 'positive' AS `disease.cd19` UNION ALL SELECT 'negative' UNION ALL SELECT 'pos'")


def test_rows_without_a_number_get_one_and_what_is_asked_of_the_result_is_asked_after_it(spark: SparkSession) -> None:
    made = screen_spark(frame_of_two(spark), policies=["us-label"], on=ON, findings=True)
    yes = made.screened.where("`us-label/cd19-positive`").select("row").collect()
    no = made.screened.where("NOT `us-label/cd19-positive`").select("row").collect()
    wrong = made.refused.select("row").collect()
    assert len({row["row"] for row in (*yes, *no, *wrong)}) == 3


def job(*arguments: object) -> int:
    return main([*map(str, arguments), "--policy", "us-label"])


def test_the_job_reads_and_writes_partitions_and_overwrites_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out, refused = (tmp_path / name for name in ("given", "out", "refused"))
    rows = "SELECT id AS row, IF(id % 10 = 0, 'pos', 'positive') AS `disease.cd19`, id % 3 AS site FROM RANGE(100)"
    spark.sql(rows).write.partitionBy("site").parquet(str(given))
    arguments = [given, out, "--on", ON, "--refused", refused]
    assert job(*arguments, "--partition-by", "site") == 0
    assert capsys.readouterr().out == "rows: 100; screened: 90; set apart: 10\n"
    assert {path.name for path in out.glob("site=*")} == {"site=0", "site=1", "site=2"}
    assert {tuple(row) for row in spark.read.parquet(str(refused)).select("column", "cell").distinct().collect()} == {
        ("disease.cd19", "pos")
    }
    assert spark.read.parquet(str(out)).columns == ["row", "us-label", "site"]
    assert job(*arguments) == 2
    assert capsys.readouterr().err == (
        f"{out}: there is such a folder already\n  hint: name another; nothing is overwritten\n"
    )


def test_the_job_says_what_is_wrong_with_the_call(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "given"
    spark.sql("SELECT 'positive' AS `disease.cd91`, 1 AS `labs.alt`").write.parquet(str(given))
    assert job(tmp_path / "none", tmp_path / "out", "--on", ON) == 2
    assert "there is no such folder" in capsys.readouterr().err
    assert job(given, tmp_path / "out", "--on", ON) == 2
    told = capsys.readouterr().err
    assert "did you mean `disease.cd19`?" in told
    assert "`labs.alt` is a column of numbers without a unit" in told
    assert job(given, tmp_path / "out", "--leave-out", "disease.cd91", "--leave-out", "labs.alt") == 2
    assert "no day of assessment is given" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
