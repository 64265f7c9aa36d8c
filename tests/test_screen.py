"""`blinadss screen` on files: answers that add up, rows set apart, figures, pictures, and helpful errors."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from blinadss.cli import main
from blinadss.cohort_commands import _ended_by_signals

pytest.importorskip("duckdb")
pytest.importorskip("sqlglot")

import duckdb

HEADING = "id,disease.diagnosis,disease.cd19,disease.course,patient.age [years],mrd.level [%],ward"
ROWS = (
    "a,b_cell_precursor_all,positive,relapsed,12,0.1,x",
    "b,b_cell_precursor_all,,relapsed,40,<0.01,x",
    "c,t_cell_all,positive,relapsed,40,NaN,y",
    "d,b_cell_precursor_all,pos,relapsed,,5,y",
    "'; DROP TABLE cohort; --,b_cell_precursor_all,negative,relapsed,3,,=1+1",
    "f,b_cell_precursor_all,positive,relapsed,-1,500 mg,z",
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "cohort.csv"
    path.write_text("\n".join((HEADING, *ROWS)) + "\n", encoding="utf-8")
    return path


def screened(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["screen", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def figures(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    status, out, err = screened(capsys, *arguments, "--format", "json")
    assert (status, err) == (0, "")
    return json.loads(out)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_answers_and_what_is_set_apart_add_up_to_the_table(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    target = tmp_path / f"out{suffix}"
    found = figures(capsys, table, "--on", "2026-11-22", "-o", target, "--keep", "ward", "--reasons", "--findings")
    assert (found["rows"], found["screened"], found["set_apart"]) == (6, 4, 2)
    for policy in found["policies"]:
        assert sum(policy["verdicts"].values()) == 4
    assert found["policies"][0]["verdicts"]["ineligible"] == 2
    reader = {".csv": "read_csv", ".parquet": "read_parquet", ".jsonl": "read_json"}[suffix]
    rows = duckdb.execute(f"SELECT row, id, ward, \"us-label\" FROM {reader}('{target}') ORDER BY row").fetchall()  # noqa: S608
    assert rows == [
        (1, "a", "x", "undetermined"),
        (2, "b", "x", "undetermined"),
        (3, "c", "y", "ineligible"),
        (5, "'; DROP TABLE cohort; --", "=1+1", "ineligible"),
    ]
    with (tmp_path / "out-quarantine.csv").open(encoding="utf-8", newline="") as file:
        wrong = list(csv.DictReader(file))
    assert [(each["row"], each["column"], each["value"].lstrip("'")) for each in wrong] == [
        ("4", "disease.cd19", "pos"),
        ("6", "patient.age [years]", "-1"),
        ("6", "mrd.level [%]", "500 mg"),
    ]
    assert wrong[0]["reason"] == "cannot be `pos`; it is `positive` or `negative`; write `positive`"
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["cohort.csv", target.name, "out-quarantine.csv"])


def test_the_text_says_what_was_not_read(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = screened(capsys, table, "--on", "2026-11-22", "--policy", "us-label", "--leave-out", "ward")
    assert status == 0
    assert "6 rows, on 2026-11-22: 4 screened, 2 set apart because a cell cannot be read." in out
    assert "asked by the policies and not in the table, so unknown of everybody: " in out
    assert "1 left out, since no fact is called so: ward." in out
    assert "2  ineligible  (50.0 %)" in out


def test_texts_that_say_nothing_are_named(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(f"{HEADING}\na,NA,positive,-,NA,NA,x\n", encoding="utf-8")
    assert figures(capsys, table, "--on", "2026-11-22")["set_apart"] == 1
    found = figures(capsys, table, "--on", "2026-11-22", "--missing", "NA", "--missing", "-")
    assert (found["screened"], found["set_apart"]) == (1, 0)


def test_attrition_pictures_and_another_day(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    found = figures(capsys, table, "--on", "2026-11-22", "--pictures", pictures, "--against", "2015-01-01")
    us_label = found["attrition"]["policies"][0]
    assert us_label["patients"] == 4
    assert us_label["settling"]["facts"][0]["matters"] == 2
    between, us_then, _ = found["attrition"]["crosses"]
    assert (between["first"], between["second"]) == ("us-label", "eu-label")
    assert (us_then["first"], us_then["second"]) == ("us-label on 2026-11-22", "us-label on 2015-01-01")
    assert {each.name for each in pictures.iterdir()} >= {"us-label.svg", "eu-label.svg", "us-label-mrd-positive.svg"}
    for each in pictures.iterdir():
        ET.parse(each)  # noqa: S314 - our own
    _, out, _ = screened(capsys, table, "--on", "2026-11-22", "--attrition", "--least", "3")
    assert "fewer than 3" in out
    _, out, _ = screened(capsys, table, "--on", "2026-11-22", "--attrition", "--format", "markdown")
    assert out.startswith("# Screening\n")


def test_figures_need_one_day_for_all(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text("id,assessed_on\na,2026-11-22\nb,\n", encoding="utf-8")
    found = figures(capsys, table)
    assert (found["assessed_on"], found["screened"], found["set_apart"]) == (None, 1, 1)
    status, _, err = screened(capsys, table, "--attrition")
    assert status == 2
    assert "no one edition answers them all" in err
    assert "hint: pass `--on` with the day that counts for all of them" in err


def test_an_empty_table_can_be_filled_in_and_screened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.csv"
    assert screened(capsys, "--template", "--policy", "all", "-o", path)[0] == 0
    heading = path.read_text(encoding="utf-8").strip().split(",")
    assert {"id", "assessed_on", "disease.cd19", "mrd.level [%]", "mrd.level_on", "labs.alt [U/L]"} <= set(heading)
    assert figures(capsys, path)["rows"] == 0
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join("2026-11-22" if name == "assessed_on" else "" for name in heading) + "\n")
    found = figures(capsys, path, "--policy", "all")
    assert found["not_in_table"] == []
    assert not any(policy["verdicts"]["eligible"] for policy in found["policies"])


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("disease.cd91", "there is no fact `disease.cd91`\n  hint: did you mean `disease.cd19`?"),
        ("cd19", "there is no fact `cd19`\n  hint: did you mean `disease.cd19`?"),
        ("Disease_CD19", "there is no fact `Disease_CD19`\n  hint: did you mean `disease.cd19`?"),
        ("labs.alt [mg/dL]", "`mg/dL` is not a unit of an enzyme activity"),
        ("disease.cd19 [%]", "`disease.cd19` has no unit"),
        ("mrd.level_on", "stands beside no column `mrd.level`"),
        (
            "mrd.level [%],mrd.level_unit",
            "`mrd.level` has a unit in its name, `mrd.level [%]`, and in `mrd.level_unit`",
        ),
        ("labs.alt [U/L],labs.alt [ukat/L]", "`labs.alt` has two columns"),
        ("labs.platelets,labs.platelets_upper_limit", "has no upper limit of normal"),
        ("patient.sex_unit,patient.sex", "`patient.sex` has no unit and no upper limit"),
    ],
)
def test_columns_that_are_wrong_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], heading: str, said: str
) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text(f"{heading}\n{',' * heading.count(',')}1\n", encoding="utf-8")
    status, out, err = screened(capsys, path, "--on", "2026-11-22")
    assert (status, out) == (2, "")
    assert said in err


def test_a_table_of_two_thousand_columns_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wide.csv"
    names = [f"measured {number}" for number in range(1998)]
    path.write_text(f"{','.join(names)},id,disease.cd19\n{'0,' * 1998}a,negative\n", encoding="utf-8")
    found = figures(capsys, path, "--on", "2026-11-22")
    assert len(found["left_out"]) == 1998
    assert found["policies"][0]["verdicts"]["ineligible"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no table is named"),
        (["missing.csv"], "there is no such file"),
        (["{table}", "-o", "{folder}/out.xlsx"], "the format cannot be told by the name"),
        (["{table}", "-o", "{table}"], "there is such a file already"),
        (["{table}", "-o", "{folder}/no/out.csv"], "there is no folder"),
        (["{table}", "--pictures", "{folder}/no"], "there is no such folder"),
        (["{table}", "--policy", "us-lable"], "there is no policy `us-lable`"),
        (["{table}", "--keep", "wrad"], "there is no column `wrad` in the table\n  hint: did you mean `ward`?"),
        (["{table}", "-o", "{folder}/a.csv", "--quarantine", "{folder}/a.csv"], "cannot go to one file"),
        (["{table}", "--memory", "much"], "memory `much`"),
    ],
)
def test_what_is_wrong_with_the_call_is_said_before_any_work(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    called = [each.format(table=table, folder=tmp_path) for each in arguments]
    status, out, err = screened(capsys, *called)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert [each.name for each in tmp_path.iterdir()] == ["cohort.csv"]


def test_an_interrupted_screening_leaves_nothing(tmp_path: Path) -> None:
    path, target = tmp_path / "cohort.parquet", tmp_path / "out.csv"
    rows = (
        'SELECT i AS id, \'positive\' AS "disease.cd19", i % 100 AS "patient.age [years]" FROM range(4000000) AS r(i)'
    )
    duckdb.sql(f"COPY ({rows}) TO '{path}'")
    for ended in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "blinadss", "screen", path, "--on", "2026-11-22", "-o", target, "--findings"],
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stderr=subprocess.PIPE,
        )
        deadline = time.monotonic() + 60
        while not any(each.name.startswith(".out.csv") for each in tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(ended)
        try:
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 130
        assert b"Traceback" not in err
        left = [each.name for each in tmp_path.iterdir() if each.name not in {"cohort.parquet", "out-quarantine.csv"}]
        assert left == []
        (tmp_path / "out-quarantine.csv").unlink(missing_ok=True)


def test_an_error_that_an_interrupt_became_is_an_interrupt() -> None:
    """DuckDB, told to end in the middle of a small query, raises an error of its own."""

    @_ended_by_signals()
    def small_query() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        small_query()
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(RuntimeError, match="another"), _ended_by_signals():
        raise RuntimeError("another")
