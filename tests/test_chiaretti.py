"""The real patients of Chiaretti et al. become a flat table in which nothing is said that their table does not say."""

from __future__ import annotations

import csv
import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

import blinadss
from blinadss.facts import FACTS

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
TABLE = EXAMPLES / "chiaretti" / "phenodata.csv"
PAGE = EXAMPLES.parent / "explanation" / "chiaretti-funnel.md"


@pytest.fixture(scope="module")
def mapper() -> ModuleType:
    spec = importlib.util.spec_from_file_location("chiaretti", EXAMPLES / "chiaretti.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(mapper: ModuleType) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = mapper.read_table(TABLE)
    return rows


@pytest.fixture(scope="module")
def flat(mapper: ModuleType, table: list[dict[str, str]]) -> list[dict[str, str]]:
    return [mapper.flat_row(row) for row in table]


def said(mapper: ModuleType, **cells: str) -> dict[str, str]:
    """The flat row of somebody of whom only those cells are known."""
    names = {"t4_11": "t(4;11)", "t9_22": "t(9;22)", "mol_biol": "mol.biol", "follow_up": "f.u"}
    row: dict[str, str] = dict.fromkeys(mapper.READ, "") | {names.get(name, name): cell for name, cell in cells.items()}
    return {column: cell for column, cell in mapper.flat_row(row).items() if column not in {"assessed_on", "BT"}}


def test_who_is_unknown_is_unknown_in_every_fact(mapper: ModuleType) -> None:
    assert said(mapper) == {}


@pytest.mark.parametrize(
    ("stage", "diagnosis"),
    [
        ("B1", "b_cell_precursor_all"),
        ("B3", "b_cell_precursor_all"),
        ("T", "t_cell_all"),
        ("T4", "t_cell_all"),
        ("B", None),
        ("B4", None),
    ],
)
def test_a_stage_of_precursors_or_of_t_cells_is_a_diagnosis(
    mapper: ModuleType, stage: str, diagnosis: str | None
) -> None:
    assert said(mapper, BT=stage).get("disease.diagnosis") == diagnosis


@pytest.mark.parametrize(
    ("karyotype", "fusion", "philadelphia"),
    [
        ("True", "", "positive"),
        ("False", "BCR/ABL", "positive"),
        ("", "BCR/ABL", "positive"),
        ("False", "NEG", "negative"),
        ("False", "ALL1/AF4", "negative"),
        ("", "NEG", None),
        ("False", "", None),
        ("False", "NA", None),
    ],
)
def test_philadelphia_is_negative_only_if_both_tests_are(
    mapper: ModuleType, karyotype: str, fusion: str, philadelphia: str | None
) -> None:
    assert said(mapper, t9_22=karyotype, mol_biol=fusion).get("disease.philadelphia") == philadelphia


def test_kmt2a_is_never_absent_for_want_of_one_partner(mapper: ModuleType) -> None:
    assert said(mapper, t4_11="True") == {"disease.kmt2a_rearrangement": "present"}
    assert "disease.kmt2a_rearrangement" not in said(mapper, t4_11="False", mol_biol="NEG")


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"remission": "REF", "CR": "REF"}, {"course": "refractory", "relapse_number": "0"}),
        ({"remission": "REF", "CR": "REF", "relapse": "False", "follow_up": "DEATH IN CR"}, {}),
        ({"remission": "CR", "relapse": "True", "follow_up": "REL"}, {"course": "relapsed", "relapse_number": ">= 1"}),
        (
            {"remission": "CR", "relapse": "False", "ccr": "True"},
            {"course": "remission", "remission_number": "1", "relapse_number": "0"},
        ),
        (
            {"relapse": "False", "ccr": "True"},
            {"course": "remission", "remission_number": "1", "relapse_number": "0"},
        ),
        ({"remission": "CR", "CR": "DEATH IN CR"}, {"course": "remission"}),
        ({"CR": "DEATH IN INDUCTION"}, {"course": "newly_diagnosed", "phase": "induction"}),
    ],
)
def test_the_state_is_the_last_one_in_life_that_is_told(
    mapper: ModuleType, cells: dict[str, str], state: dict[str, str]
) -> None:
    assert said(mapper, **cells) == {f"disease.{field}": cell for field, cell in state.items()}


@pytest.mark.parametrize(
    ("cells", "on"),
    [
        ({"relapse": "True", "date last seen": "8/28/2000"}, "2026-06-23"),
        ({"remission": "CR", "date last seen": "00/09/01", "date.cr": "4/28/2000"}, "2026-10-23"),
        ({"remission": "REF", "date last seen": "8/28/2000"}, None),
        ({}, None),
    ],
    ids=["last seen", "day of remission", "refractory", "no state"],
)
def test_an_age_is_that_at_diagnosis_and_as_old_as_the_follow_up_is_long(
    mapper: ModuleType, cells: dict[str, str], on: str | None
) -> None:
    row = said(mapper, age="17", diagnosis="3/29/2000", **cells)
    assert (row["patient.age [years]"], row.get("patient.age_on")) == ("17", on)


def test_without_a_day_of_the_last_state_there_is_no_age(mapper: ModuleType) -> None:
    assert "patient.age [years]" not in said(mapper, age="17", diagnosis="3/29/2000", relapse="True")


def test_whoever_may_have_come_of_age_since_the_diagnosis_is_neither_child_nor_adult(
    mapper: ModuleType, flat: list[dict[str, str]]
) -> None:
    adult = {}
    for row in flat:
        if row["id"] in {"25003", "24010", "8018", "1010"}:
            result = blinadss.assess(
                blinadss.load_profile(mapper.profile_of(row)), policies=["eu-label"], engines=["reference"]
            )
            findings = [each for indication in result.policies[0].indications for each in indication.findings]
            adult[row["id"]] = next(each.truth.value for each in findings if each.criterion == "eu-label/adult")
    assert adult == {"25003": "true", "24010": "unknown", "8018": "false", "1010": "true"}


def test_no_other_column_says_anything(
    mapper: ModuleType, table: list[dict[str, str]], flat: list[dict[str, str]]
) -> None:
    emptied = [row | {name: "" for name in row if name not in mapper.READ} for row in table]
    assert [mapper.flat_row(row) for row in emptied] == flat


def test_every_column_is_a_fact_or_the_id_or_is_carried_along(flat: list[dict[str, str]]) -> None:
    columns = {column.partition(" [")[0] for row in flat for column in row}
    assert columns - FACTS.keys() == {"id", "assessed_on", "BT", "patient.age_on"}


def test_every_patient_is_a_profile_without_contradictions(mapper: ModuleType, flat: list[dict[str, str]]) -> None:
    for row in flat:
        profile = blinadss.load_profile(mapper.profile_of(row))
        assert profile.id == row["id"]
        assert not blinadss.check_profile(profile, on=mapper.ON)


def test_the_page_counts_what_the_table_says(flat: list[dict[str, str]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for fact in ("diagnosis", "philadelphia", "kmt2a_rearrangement", "course"):
        counted = Counter(row.get(f"disease.{fact}", "unknown") for row in flat)
        shown = " · ".join(f"{number} {value}" for value, number in sorted(counted.items(), key=lambda each: -each[1]))
        assert f"| `disease.{fact}` | {shown} |" in page
    ages = sum("patient.age [years]" in row for row in flat)
    assert f"| `patient.age` | {ages} known · {len(flat) - ages} unknown |" in page


def test_nobody_is_eligible_and_whoever_has_t_cell_disease_is_not(
    mapper: ModuleType, flat: list[dict[str, str]]
) -> None:
    for row in flat:
        profile = blinadss.load_profile(mapper.profile_of(row))
        verdict = blinadss.assess(profile, policies=["us-label"], engines=["reference"], further=False)
        expected = {"ineligible"} if row["BT"].startswith("T") else {"undetermined", "ineligible"}
        assert verdict.verdict("us-label").value in expected


def test_the_flat_table_is_written_once(mapper: ModuleType, tmp_path: Path, flat: list[dict[str, str]]) -> None:
    target = tmp_path / "chiaretti.csv"
    assert mapper.main([str(TABLE), "-o", str(target)]) == 0
    with target.open(encoding="utf-8", newline="") as file:
        read = [{column: cell for column, cell in row.items() if cell} for row in csv.DictReader(file)]
    assert read == flat
    assert mapper.main([str(TABLE), "-o", str(target)]) == 2
    assert mapper.main([str(TABLE), "-o", str(target), "--force"]) == 0


def test_the_first_patients_are_assessed(mapper: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert mapper.main([str(TABLE), "2"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("undetermined; not ruled out: ") == 2
    assert "missing: disease.cd19, mrd.level, history.blinatumomab_hypersensitivity" in shown


@pytest.mark.parametrize(("name", "told"), [("none.csv", "cannot be read"), ("other.csv", "there is no column `cod`")])
def test_another_table_is_refused(
    mapper: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert mapper.main([str(tmp_path / name)]) == 2
    assert told in capsys.readouterr().err


def test_it_runs_as_the_page_says(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "chiaretti.py"), str(TABLE), "-o", "chiaretti.csv"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0  # noqa: S603
    assert len((tmp_path / "chiaretti.csv").read_text(encoding="utf-8").splitlines()) == 129
