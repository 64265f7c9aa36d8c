"""Dataframes: the same kind of table comes back, row by row, with the answers that a file gets."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import blinadss
from blinadss.errors import UsageError

pytest.importorskip("narwhals")
duckdb = pytest.importorskip("duckdb")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")


ON = date(2026, 11, 22)
NAN = float("nan")
CELLS: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d", "e"],
    "disease.diagnosis": [*["b_cell_precursor_all"] * 3, "t_cell_all", " b_cell_precursor_all "],
    "disease.cd19": ["positive", None, "pos", "positive", "positive"],
    "disease.course": ["relapsed"] * 5,
    "patient.age [years]": [12.0, NAN, 40.0, 5.0, 3.0],
    "mrd.level [%]": [0.1, 0.2, -1.0, 0.0, NAN],
    "history.blinatumomab_hypersensitivity": ["absent"] * 5,
    "site": ["x"] * 5,
}
EXPECTED = ["eligible", "undetermined", None, "ineligible", "eligible"]


def pandas_frame() -> Any:
    return pd.DataFrame(CELLS, index=[10, 20, 30, 40, 50])


def verdicts_of(frame: Any) -> list[str | None]:
    return [None if each != each else each for each in frame["us-label"].to_list()]  # noqa: PLR0124 - NaN


def test_pandas_comes_back_with_its_index_and_truths_that_can_be_missing() -> None:
    found = blinadss.screen(pandas_frame(), on=ON, findings=True, keep=["site"])
    assert isinstance(found, pd.DataFrame)
    assert list(found.index) == [10, 20, 30, 40, 50]
    assert list(found.columns[:3]) == ["id", "site", "us-label"]
    assert verdicts_of(found) == EXPECTED
    truths = found["us-label/cd19-positive"]
    assert str(truths.dtype) == "boolean"
    assert truths.iloc[0] is True or bool(truths.iloc[0])
    assert truths.iloc[1] is pd.NA
    assert "disease.cd19: cannot be `pos`" in found["refused"].iloc[2]
    assert "mrd.level [%]: `-1.0 %` is negative" in found["refused"].iloc[2]
    assert found["refused"].drop(30).isna().all()
    assert list(found["id"]) == CELLS["id"]
    assert list(found["site"]) == CELLS["site"]


def test_pandas_columns_of_anything_are_read_as_text() -> None:
    frame = pandas_frame()
    frame["disease.cd19"] = ["positive", NAN, 1, True, None]
    found = blinadss.screen(frame, on=ON)
    assert [each == each for each in found["refused"]] == [False, False, True, True, False]  # noqa: PLR0124 - NaN


def test_categories_days_and_nullable_numbers_of_pandas_are_read() -> None:
    frame = pandas_frame()
    frame["disease.cd19"] = pd.Categorical(["positive", None, "negative", "positive", "positive"])
    frame["mrd.level [%]"] = pd.array([0.1, 0.2, None, 0, None], dtype="Float64")
    frame["patient.birth_date"] = pd.to_datetime(
        ["2010-01-01 00:00", "2020-05-05 13:00", None, "2000-01-01 00:00", None]
    )
    found = blinadss.screen(frame.drop(columns="patient.age [years]"), on=ON)
    assert verdicts_of(found) == ["eligible", None, "ineligible", "ineligible", "undetermined"]
    assert "time of day" in found["refused"].iloc[1]


def test_polars_and_pyarrow_come_back() -> None:
    found = blinadss.screen(pl.DataFrame(CELLS), on=ON, leave_out=["site"])
    assert isinstance(found, pl.DataFrame)
    assert found["us-label"].to_list() == EXPECTED
    table = blinadss.screen(pa.table(CELLS), on=ON)
    assert isinstance(table, pa.Table)
    assert table["us-label"].to_pylist() == EXPECTED
    assert table["refused"].to_pylist()[2] is not None


def test_a_relation_is_answered_by_a_relation_of_its_own_connection() -> None:
    connection = duckdb.connect()
    connection.register("given", pandas_frame())
    found = blinadss.screen(connection.sql("SELECT * FROM given"), on=ON, reasons=True)
    assert isinstance(found, duckdb.DuckDBPyRelation)
    rows = {row: rest for row, *rest in found.project('"row", "us-label", "us-label open", refused').fetchall()}
    assert [rows[number][0] for number in range(1, 6)] == EXPECTED
    assert (
        rows[2][1] == "us-label/cd19-positive; us-label/philadelphia-negative; us-label/consolidation-phase"
        or rows[2][1]
    )
    assert rows[3][2] == "disease.cd19; mrd.level [%]"


def test_the_answers_are_those_of_an_assessment() -> None:
    found = blinadss.screen(pandas_frame(), on=ON, policies=["all"])
    profile = blinadss.load_profile(
        {
            "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "course": "relapsed"},
            "patient": {"age": "12 years"},
            "mrd": {"level": "0.1 %"},
            "history": {"blinatumomab_hypersensitivity": "absent"},
        }
    )
    for result in blinadss.assess(profile, on=ON, policies=["all"], engines=("reference",), further=False).policies:
        assert found[result.policy].iloc[0] == result.verdict.value


def test_an_empty_frame_and_one_without_facts_are_answered() -> None:
    empty = blinadss.screen(pandas_frame().iloc[:0], on=ON)
    assert list(empty.columns) == ["id", "us-label", "eu-label", "refused"]
    assert len(empty) == 0
    assert blinadss.screen(pd.DataFrame({"id": ["a"]}), on=ON)["us-label"].to_list() == ["undetermined"]


@pytest.mark.parametrize("table", [[1], {"a": [1]}, None, "cohort.csv"])
def test_what_is_no_table_is_refused(table: Any) -> None:
    with pytest.raises(UsageError, match="is not a table that can be screened"):
        blinadss.screen(table, on=ON)


def test_columns_that_are_wrong_are_refused_all_at_once() -> None:
    frame = pandas_frame().rename(columns={"disease.cd19": "disease.cd91", "mrd.level [%]": "mrd.level"})
    with pytest.raises(UsageError) as caught:
        blinadss.screen(frame, on=ON)
    assert [str(each).split("\n")[0] for each in caught.value.problems] == [
        "there is no fact `disease.cd91`",
        "`mrd.level` is a column of numbers without a unit",
    ]


def test_a_day_is_needed() -> None:
    with pytest.raises(UsageError, match="no day of assessment is given"):
        blinadss.screen(pandas_frame())
    frame = pandas_frame().assign(assessed_on=["2026-11-22", "2026-11-22", "2026-11-22", None, "2001-01-01"])
    found = blinadss.screen(frame)
    assert verdicts_of(found) == ["eligible", "undetermined", None, None, "not_in_force"]
    assert "no day of assessment" in found["refused"].iloc[3]
