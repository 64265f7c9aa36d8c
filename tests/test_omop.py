"""The example mapper from an OMOP CDM: what it reads, what it leaves open; an unverified code decides nothing."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.facts import FACTS
from blinadss.findings import Verdict

duckdb = pytest.importorskip("duckdb")
FOLDER = Path(__file__).parents[1] / "docs" / "examples" / "omop"
CODES = Path(__file__).parents[2] / "shared" / "clinical" / "codes.csv"
SHIPPED = FOLDER / "concepts.csv"
ON = "2026-11-22"

# The tables of the CDM v5.4 from which the mapper reads, with the columns it reads and those that must be filled.
DDL = """
CREATE TABLE person (person_id integer NOT NULL, gender_concept_id integer NOT NULL, year_of_birth integer NOT NULL,
  month_of_birth integer, day_of_birth integer, birth_datetime timestamp, race_concept_id integer NOT NULL,
  ethnicity_concept_id integer NOT NULL, gender_source_concept_id integer);
CREATE TABLE condition_occurrence (condition_occurrence_id integer NOT NULL, person_id integer NOT NULL,
  condition_concept_id integer NOT NULL, condition_start_date date NOT NULL, condition_end_date date,
  condition_type_concept_id integer NOT NULL, condition_source_concept_id integer);
CREATE TABLE drug_exposure (drug_exposure_id integer NOT NULL, person_id integer NOT NULL,
  drug_concept_id integer NOT NULL, drug_exposure_start_date date NOT NULL, drug_exposure_end_date date NOT NULL,
  drug_type_concept_id integer NOT NULL, drug_source_concept_id integer);
CREATE TABLE procedure_occurrence (procedure_occurrence_id integer NOT NULL, person_id integer NOT NULL,
  procedure_concept_id integer NOT NULL, procedure_date date NOT NULL, procedure_type_concept_id integer NOT NULL,
  procedure_source_concept_id integer);
CREATE TABLE measurement (measurement_id integer NOT NULL, person_id integer NOT NULL,
  measurement_concept_id integer NOT NULL, measurement_date date NOT NULL, measurement_type_concept_id integer NOT NULL,
  operator_concept_id integer, value_as_number {number}, value_as_concept_id integer, unit_concept_id integer,
  range_low {number}, range_high {number}, measurement_source_concept_id integer, unit_source_value varchar(50),
  value_source_value varchar(50));
CREATE TABLE concept (concept_id integer NOT NULL, concept_name varchar(255) NOT NULL, domain_id varchar(20) NOT NULL,
  vocabulary_id varchar(20) NOT NULL, concept_class_id varchar(20) NOT NULL, standard_concept varchar(1),
  concept_code varchar(50) NOT NULL, valid_start_date date NOT NULL, valid_end_date date NOT NULL,
  invalid_reason varchar(1));
CREATE TABLE concept_ancestor (ancestor_concept_id integer NOT NULL, descendant_concept_id integer NOT NULL,
  min_levels_of_separation integer NOT NULL, max_levels_of_separation integer NOT NULL);
"""
MALE, FEMALE = 8507, 8532
PRECURSOR_B_ALL = 4082461
BLINATUMOMAB = 45892531
VIAL = 2_100_000_001  # a product below the ingredient
ASKED_FOR_BY_SITES = 2_100_000_002  # a concept of the site's own
TRANSCRIPT = 3013321


def lines_of(path: Path = SHIPPED) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _vocabulary() -> dict[tuple[str, str], int]:
    """A concept for every code of the file that has no id of its own there."""
    codes = dict.fromkeys(
        (line["vocabulary_id"], line["concept_code"]) for line in lines_of() if not line["concept_id"]
    )
    return {code: 2_000_000_000 + number for number, code in enumerate(codes)}


VOCABULARY = _vocabulary()


def of(vocabulary: str, code: str) -> int:
    return VOCABULARY[vocabulary, code]


@cache
def empty_cdm(number: str) -> bytes:
    """A DuckDB file with the tables and a vocabulary, and nobody in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "cdm.duckdb")
        with duckdb.connect(str(path)) as connection:
            connection.execute(DDL.format(number=number))
            known = [(concept, vocabulary, code) for (vocabulary, code), concept in VOCABULARY.items()]
            connection.execute(
                "INSERT INTO concept SELECT c, '', '', v, '', 'S', k, '1970-01-01', '2099-12-31', NULL "
                "FROM (SELECT unnest(?) AS c, unnest(?) AS v, unnest(?) AS k)",
                [list(column) for column in zip(*known, strict=True)],
            )
            connection.execute("INSERT INTO concept_ancestor VALUES (?, ?, 1, 2)", [BLINATUMOMAB, VIAL])
        return path.read_bytes()


class Cdm:
    """A small CDM in a DuckDB file, to which each test adds what it is about."""

    def __init__(self, path: Path, number: str = "DOUBLE") -> None:
        self.path = path
        path.write_bytes(empty_cdm(number))
        self.connection = duckdb.connect(str(path))

    def person(
        self,
        who: int,
        gender: int = FEMALE,
        born: tuple[int, int | None, int | None] = (1988, 5, 17),
        *,
        diagnosed: bool = True,
    ) -> None:
        if diagnosed:
            self.condition(who, PRECURSOR_B_ALL, "2019-02-01")
        self.connection.execute("INSERT INTO person VALUES (?, ?, ?, ?, ?, NULL, 0, 0, NULL)", [who, gender, *born])

    def condition(self, who: int, concept: int, on: str, source: int = 0) -> None:
        self.connection.execute(
            "INSERT INTO condition_occurrence VALUES (0, ?, ?, ?, NULL, 0, ?)", [who, concept, on, source]
        )

    def drug(self, who: int, concept: int, on: str) -> None:
        self.connection.execute("INSERT INTO drug_exposure VALUES (0, ?, ?, ?, ?, 0, NULL)", [who, concept, on, on])

    def procedure(self, who: int, concept: int, on: str) -> None:
        self.connection.execute("INSERT INTO procedure_occurrence VALUES (0, ?, ?, ?, 0, NULL)", [who, concept, on])

    def measured(
        self, who: int, concept: int, on: str, number: float | None = None, unit: str = "", **more: Any
    ) -> None:
        row = {
            "measurement_id": 0,
            "person_id": who,
            "measurement_concept_id": concept,
            "measurement_date": on,
            "measurement_type_concept_id": 0,
            "value_as_number": number,
            "unit_concept_id": of("UCUM", unit) if unit else 0,
            **more,
        }
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO measurement ({', '.join(row)}) VALUES ({marks})", [*row.values()])  # noqa: S608


@pytest.fixture
def cdm(tmp_path: Path) -> Cdm:
    return Cdm(tmp_path / "cdm.duckdb")


@pytest.fixture(scope="module")
def mapper() -> ModuleType:
    spec = importlib.util.spec_from_file_location("omop", FOLDER / "omop.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["omop"] = module
    spec.loader.exec_module(module)
    return module


Mapped = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def mapped(mapper: ModuleType, cdm: Cdm) -> Mapped:
    """The flat table by person: of each row only what is not NULL."""

    def run(concepts: Path = SHIPPED, on: str = ON) -> dict[str, dict[str, Any]]:
        cdm.connection.close()
        target = cdm.path.with_suffix(".parquet")
        asked = [str(cdm.path), "--on", on, "--concepts", str(concepts), "-o", str(target), "--force"]
        assert mapper.main(asked) == 0
        return table(target)

    return run


def table(path: Path) -> dict[str, dict[str, Any]]:
    found = duckdb.connect().from_parquet(str(path))
    rows = (dict(zip(found.columns, row, strict=True)) for row in found.fetchall())
    return {row["id"]: {name: cell for name, cell in row.items() if cell is not None} for row in rows}


def profile_of(row: Mapping[str, Any]) -> blinadss.PatientProfile:
    """A row of the flat table as a profile."""
    sections: dict[str, dict[str, Any]] = {}
    for fact in FACTS.keys() & row.keys():
        section, _, field = fact.partition(".")
        parts = {"value": row[fact], "on": None if f"{fact}_on" in FACTS else row.get(f"{fact}_on")}
        parts["upper_limit"] = row.get(f"{fact}_upper_limit")
        sections.setdefault(section, {})[field] = {name: part for name, part in parts.items() if part is not None}
    return blinadss.load_profile({"id": row["id"], "assessed_on": row["assessed_on"], **sections})


def verdicts(row: Mapping[str, Any]) -> list[Verdict]:
    assessment = blinadss.assess(profile_of(row), engines=["reference"], further=False)
    return [policy.verdict for policy in assessment.policies]


def rewritten(
    path: Path, change: Callable[[int, dict[str, str]], dict[str, str] | None], more: Iterable[str] = ()
) -> Path:
    """The shipped file with each line changed, or left out, and with further lines."""
    changed = (change(number, line) for number, line in enumerate(lines_of()))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines_of()[0]))
        writer.writeheader()
        writer.writerows(line for line in changed if line)
        file.writelines(f"{line}\n" for line in more)
    return path


def same(_: int, line: dict[str, str]) -> dict[str, str]:
    return line


# What is read


def test_each_table_of_the_cdm_fills_its_facts(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.condition(1, 0, "2026-10-01", source=of("ICD10CM", "C91.01"))
    cdm.drug(1, VIAL, "2026-05-01")
    cdm.procedure(1, of("SNOMED", "58390007"), "2025-09-30")
    cdm.measured(1, of("LOINC", "1742-6"), "2026-11-20", 120, "U/L", range_high=40)
    cdm.measured(1, of("LOINC", "11150-0"), "2026-11-19", 3, "%", operator_concept_id=4171756)
    cdm.measured(1, of("LOINC", "82810-3"), "2026-11-18", value_as_concept_id=of("SNOMED", "60001007"))
    cdm.measured(1, of("LOINC", "89247-1"), "2026-11-18", 1)
    assert mapped()["1"] == {
        "id": "1",
        "assessed_on": date(2026, 11, 22),
        "patient.birth_date": date(1988, 5, 17),
        "patient.sex": "female",
        "patient.pregnancy": "absent",
        "patient.pregnancy_on": date(2026, 11, 18),
        "patient.ecog": "grade 1",
        "patient.ecog_on": date(2026, 11, 18),
        "disease.diagnosis": "b_cell_precursor_all",
        "disease.diagnosis_on": date(2019, 2, 1),
        "disease.course": "remission",
        "disease.course_on": date(2026, 10, 1),
        "marrow.blasts": "< 3 %",
        "marrow.blasts_on": date(2026, 11, 19),
        "history.allogeneic_hsct": "present",
        "history.allogeneic_hsct_on": "2025-09-30",
        "history.blinatumomab_exposure": "present",
        "history.blinatumomab_exposure_on": date(2026, 5, 1),
        "labs.alt": "120 U/L",
        "labs.alt_on": date(2026, 11, 20),
        "labs.alt_upper_limit": "40 U/L",
    }


def test_what_lies_below_a_concept_counts_only_where_the_line_says_so(cdm: Cdm, mapped: Mapped) -> None:
    wide = 4173963  # B-cell leukaemia, below which there may be mature ones
    cdm.connection.execute("INSERT INTO concept_ancestor VALUES (?, ?, 1, 1)", [wide, ASKED_FOR_BY_SITES])
    cdm.connection.execute("INSERT INTO concept_ancestor VALUES (?, ?, 1, 1)", [PRECURSOR_B_ALL, VIAL])
    for who, concept in enumerate((wide, ASKED_FOR_BY_SITES, VIAL)):
        cdm.person(who, diagnosed=False)
        cdm.condition(who, 0, "2026-10-01", source=of("ICD10CM", "C91.01"))
        cdm.condition(who, concept, "2026-10-01")
    assert ["disease.diagnosis" in row for row in mapped().values()] == [True, False, True]


def test_a_row_is_a_profile_that_is_assessed(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.measured(1, of("LOINC", "1742-6"), "2026-11-20", 120.50, "U/L", range_high=40)
    profile = profile_of(mapped()["1"])
    assert str(profile.given["labs.alt"][0].value.quantity) == "120.5 U/L"  # type: ignore[union-attr]
    assert blinadss.assess(profile, engines=["reference"]).verdict("us-label") is Verdict.UNDETERMINED


def test_what_no_record_says_is_unknown(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1, gender=0, born=(1988, None, None))
    cdm.condition(1, 0, "2026-01-01")
    cdm.measured(1, 0, "2026-01-01", 7, "%", measurement_source_concept_id=0)
    assert mapped()["1"] == {
        "id": "1",
        "assessed_on": date(2026, 11, 22),
        "patient.age": "37 years",
        "patient.age_on": date(2025, 12, 31),
        "disease.diagnosis": "b_cell_precursor_all",
        "disease.diagnosis_on": date(2019, 2, 1),
    }


def test_whoever_has_no_record_of_the_leukaemia_is_left_out_and_whoever_has_any_is_in(cdm: Cdm, mapped: Mapped) -> None:
    codes = {1: ("ICD10CM", "C91.00"), 2: ("SNOMED", "91857003"), 3: ("SNOMED", "277572006"), 4: ("ICD10CM", "B20")}
    for who, code in codes.items():
        cdm.person(who, diagnosed=False)
        cdm.condition(who, of(*code), "2026-03-01")
    cdm.person(5, diagnosed=False)
    cdm.condition(5, PRECURSOR_B_ALL, "2026-12-01")
    rows = mapped()
    assert rows.keys() == {"1", "2", "3"}
    assert rows["2"]["not_read"] == "disease.diagnosis (2026-03-01)"


def test_a_day_of_birth_is_whole_or_the_year_alone_counts(cdm: Cdm, mapped: Mapped) -> None:
    year_alone = {"patient.age": "37 years", "patient.age_on": date(2025, 12, 31)}
    born: list[tuple[tuple[int, int | None, int | None], dict[str, Any]]] = [
        ((2026, 3, 2), {"patient.birth_date": date(2026, 3, 2)}),
        ((2026, None, None), {}),
        ((2025, None, None), {"patient.age": "0 years", "patient.age_on": date(2025, 12, 31)}),
        ((1988, 2, 30), year_alone),
        ((1988, 13, 1), year_alone),
        ((1988, 5, None), year_alone),
    ]
    for who, (parts, _) in enumerate(born):
        cdm.person(who, born=parts)
    rows = mapped()
    for who, (_, expected) in enumerate(born):
        row = rows[str(who)]
        assert {name: row[name] for name in row.keys() & {"patient.birth_date", *year_alone}} == expected


def test_an_age_from_the_year_of_birth_is_open_only_where_the_birthday_matters(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1, born=(2008, None, None))  # 17 or 18
    cdm.person(2, born=(2007, None, None))  # 18 or 19
    rows = mapped()
    ages = [blinadss.assess(profile_of(rows[who]), policies=["eu-label"], engines=["reference"]) for who in "12"]
    adult = [{each.criterion: each.truth.value for each in age.policies[0].indications[0].findings} for age in ages]
    of_age = next(name for name in adult[0] if "adult" in name or "18" in name)
    assert [each[of_age] for each in adult] == ["unknown", "true"]


def test_nothing_later_than_the_index_day_is_seen(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.condition(1, 0, "2026-11-22", source=of("ICD10CM", "C91.01"))
    cdm.condition(1, 0, "2026-11-23", source=of("ICD10CM", "C91.02"))
    cdm.drug(1, VIAL, "2026-11-23")
    row = mapped()["1"]
    assert row["disease.course"] == "remission"
    assert not {"disease.relapse_number", "history.blinatumomab_exposure"} & row.keys()


def test_the_latest_record_counts(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    for on, number in (("2026-01-01", 30), ("2026-11-01", 90), ("2026-06-01", 60)):
        cdm.measured(1, of("LOINC", "777-3"), on, number, "10*9/L")
    assert mapped()["1"]["labs.platelets"] == "90 10*9/L"


def test_units_and_signs_are_those_of_the_record(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.measured(1, of("LOINC", "777-3"), "2026-11-01", 50, "10*3/uL")
    cdm.measured(1, of("LOINC", "718-7"), "2026-11-01", 9.5, "g/dL")
    cdm.measured(1, of("LOINC", "1975-2"), "2026-11-01", 1.2, "mg/dL", range_high=1.2)
    cdm.measured(1, of("LOINC", "30376-8"), "2026-11-01", 0.00001, "10*9/L", operator_concept_id=4172703)
    row = mapped()["1"]
    assert row["labs.platelets"] == "50 10*9/L"
    assert row["labs.haemoglobin"] == "9.5 g/dL"
    assert (row["labs.bilirubin"], row["labs.bilirubin_upper_limit"]) == ("1.2 mg/dL", "1.2 mg/dL")
    assert str(profile_of(row).given["blood.blasts"][0].value.quantity) == "0.00001 10*9/L"  # type: ignore[union-attr]


def test_without_an_upper_limit_there_is_none(cdm: Cdm, mapped: Mapped) -> None:
    for who, range_high in enumerate([None, 0, float("nan")]):
        cdm.person(who)
        cdm.measured(who, of("LOINC", "1742-6"), "2026-11-01", 120, "U/L", range_high=range_high)
    for row in mapped().values():
        assert row["labs.alt"] == "120 U/L"
        assert "labs.alt_upper_limit" not in row


# What is left open


def test_a_latest_record_that_cannot_be_read_leaves_the_fact_open(cdm: Cdm, mapped: Mapped) -> None:
    unread: dict[str, tuple[float | None, str, dict[str, Any]]] = {
        "no unit": (120, "", {}),
        "a unit that was not mapped": (120, "", {"unit_source_value": "U/l"}),
        "a unit of something else": (120, "mg/dL", {}),
        "no number": (None, "U/L", {}),
        "not a number": (float("nan"), "U/L", {}),
        "infinity": (float("inf"), "U/L", {}),
        "an odd sign": (120, "U/L", {"operator_concept_id": 4_000_000}),
        "a sign that was lost": (120, "U/L", {"value_source_value": " <120"}),
    }
    for who, (number, unit, more) in enumerate(unread.values()):
        cdm.person(who)
        cdm.measured(who, of("LOINC", "1742-6"), "2026-10-01", 30, "U/L")
        cdm.measured(who, of("LOINC", "1742-6"), "2026-11-01", number, unit, **more)
    rows = mapped()
    for who, what in enumerate(unread):
        assert "labs.alt" not in rows[str(who)], what
        assert rows[str(who)]["not_read"] == "labs.alt (2026-11-01)"


def test_a_score_whose_unit_was_not_mapped_is_not_taken_for_one_without(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.measured(1, of("LOINC", "89247-1"), "2026-11-01", 1, unit_source_value="points of ten")
    assert "patient.ecog" not in mapped()["1"]


def test_results_of_one_day_that_disagree_leave_the_fact_open(cdm: Cdm, mapped: Mapped) -> None:
    for who, (first, second) in enumerate([(30, 300), (300, 30)]):
        cdm.person(who)
        cdm.measured(who, of("LOINC", "1742-6"), "2026-10-01", 30, "U/L")
        cdm.measured(who, of("LOINC", "1742-6"), "2026-11-01", first, "U/L")
        cdm.measured(who, of("LOINC", "1742-6"), "2026-11-01", second, "U/L")
        cdm.condition(who, 0, "2026-11-01", source=of("ICD10CM", "C91.01"))
        cdm.condition(who, 0, "2026-11-01", source=of("ICD10CM", "C91.02"))
    for row in mapped().values():
        assert not {"labs.alt", "labs.alt_on", "disease.course"} & row.keys()
        assert row["in_conflict"] == "disease.course (2026-11-01); labs.alt (2026-11-01)"


def test_results_of_one_day_that_agree_are_one(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.measured(1, of("LOINC", "1742-6"), "2026-11-01", 30.0, "U/L", range_high=40)
    cdm.measured(1, of("LOINC", "1742-6"), "2026-11-01", 30, "[IU]/L")
    cdm.measured(1, of("LOINC", "1920-8"), "2026-11-01", 30, "U/L", range_high=40)
    cdm.measured(1, of("LOINC", "1920-8"), "2026-11-01", 30, "U/L", range_high=35)
    row = mapped()["1"]
    assert (row["labs.alt"], row["labs.alt_upper_limit"]) == ("30 U/L", "40 U/L")
    assert row["labs.ast"] == "30 U/L"
    assert "labs.ast_upper_limit" not in row


def test_a_code_that_does_not_settle_the_course_ends_the_one_before(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.condition(1, 0, "2025-11-01", source=of("ICD10CM", "C91.01"))
    cdm.condition(1, 0, "2026-11-01", source=of("ICD10CM", "C91.00"))
    row = mapped()["1"]
    assert "disease.course" not in row
    assert row["not_read"] == "disease.course (2026-11-01)"


def test_a_relapse_stays_counted_when_a_remission_follows(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.condition(1, 0, "2025-11-01", source=of("ICD10CM", "C91.02"))
    cdm.condition(1, 0, "2026-11-01", source=of("ICD10CM", "C91.01"))
    row = mapped()["1"]
    assert (row["disease.course"], row["disease.relapse_number"]) == ("remission", ">= 1")


def test_a_transcript_that_is_gone_does_not_unmake_a_philadelphia_chromosome(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.measured(1, TRANSCRIPT, "2025-01-01", value_as_concept_id=of("LOINC", "LA9633-4"))
    cdm.measured(1, TRANSCRIPT, "2026-01-01", value_as_concept_id=ASKED_FOR_BY_SITES)
    cdm.person(2)
    cdm.measured(2, TRANSCRIPT, "2026-01-01", value_as_concept_id=ASKED_FOR_BY_SITES)
    rows = mapped()
    assert rows["1"]["disease.philadelphia"] == "positive"
    assert rows["1"]["disease.philadelphia_on"] == date(2025, 1, 1)
    assert "disease.philadelphia" not in rows["2"]
    assert rows["2"]["not_read"] == "disease.philadelphia (2026-01-01)"


def test_what_never_changes_and_is_said_in_two_ways_is_in_conflict_whatever_the_days(
    cdm: Cdm, mapped: Mapped, tmp_path: Path
) -> None:
    cdm.person(1)
    cdm.measured(1, TRANSCRIPT, "2025-01-01", value_as_concept_id=of("LOINC", "LA9633-4"))
    cdm.measured(1, TRANSCRIPT, "2026-01-01", value_as_concept_id=ASKED_FOR_BY_SITES)
    answer = f"answer,disease.philadelphia,negative,,,{ASKED_FOR_BY_SITES},no,verified-local,,our laboratory,"
    row = mapped(rewritten(tmp_path / "mine.csv", same, [answer]))["1"]
    assert "disease.philadelphia" not in row
    assert row["in_conflict"] == "disease.philadelphia (2026-01-01)"


def test_what_stays_once_it_is_present_is_not_taken_back(cdm: Cdm, mapped: Mapped, tmp_path: Path) -> None:
    cdm.person(1)
    cdm.condition(1, of("SNOMED", "197456007"), "2019-01-01")
    cdm.condition(1, ASKED_FOR_BY_SITES, "2026-01-01")
    denied = f"record,history.pancreatitis,absent,,,{ASKED_FOR_BY_SITES},no,verified-local,,our problem list,"
    row = mapped(rewritten(tmp_path / "mine.csv", same, [denied]))["1"]
    assert (row["history.pancreatitis"], row["history.pancreatitis_on"]) == ("present", date(2019, 1, 1))


def test_a_transplantation_of_unknown_kind_opens_the_day_of_the_last_one(cdm: Cdm, mapped: Mapped) -> None:
    cdm.person(1)
    cdm.procedure(1, of("SNOMED", "58390007"), "2020-01-01")
    cdm.procedure(1, of("SNOMED", "234336002"), "2023-01-01")
    row = mapped()["1"]
    assert row["history.allogeneic_hsct"] == "present"
    assert "history.allogeneic_hsct_on" not in row


# An unverified code decides nothing


def test_a_record_that_only_an_unverified_code_recognises_leaves_the_fact_open_and_is_listed(
    cdm: Cdm, mapped: Mapped
) -> None:
    cdm.person(1, diagnosed=False)
    cdm.condition(1, of("SNOMED", "277572006"), "2026-03-01")
    row = mapped()["1"]
    assert "disease.diagnosis" not in row
    concept = of("SNOMED", "277572006")
    assert row["to_confirm"] == f"disease.diagnosis: b_cell_precursor_all (concept {concept}, 2026-03-01)"


def test_a_later_unverified_record_opens_what_it_contradicts_and_nothing_else(cdm: Cdm, mapped: Mapped) -> None:
    for who, (number, later) in enumerate([(1.8, "2026-11-01"), (1.9, "2026-11-01"), (1.9, "2026-09-01")]):
        cdm.person(who)
        cdm.measured(who, of("LOINC", "8277-6"), "2026-10-01", 1.8, "m2")
        cdm.measured(who, of("LOINC", "3140-1"), later, number, "m2")
    surfaces = {who: (row.get("patient.body_surface_area"), "to_confirm" in row) for who, row in mapped().items()}
    assert surfaces == {"0": ("1.8 m2", False), "1": (None, True), "2": ("1.8 m2", False)}


def test_an_unverified_record_lends_no_upper_limit(cdm: Cdm, mapped: Mapped, tmp_path: Path) -> None:
    def doubt(_: int, line: dict[str, str]) -> dict[str, str]:
        return {**line, "status": "unverified"} if line["concept_code"] == "14804-9" else line

    cdm.person(1)
    cdm.measured(1, of("LOINC", "2532-0"), "2026-11-01", 300, "U/L")
    cdm.measured(1, of("LOINC", "14804-9"), "2026-11-01", 300, "U/L", range_high=250)
    row = mapped(rewritten(tmp_path / "mine.csv", doubt))["1"]
    assert row["labs.ldh"] == "300 U/L"
    assert "labs.ldh_upper_limit" not in row


@pytest.mark.parametrize(("role", "code"), [("answer", "60001007"), ("unit", "U/L"), ("sign", "4171756")])
def test_an_unverified_answer_unit_or_sign_decides_nothing_either(
    cdm: Cdm, mapped: Mapped, tmp_path: Path, role: str, code: str
) -> None:
    def doubt(_: int, line: dict[str, str]) -> dict[str, str]:
        meant = line["role"] == role and code in {line["concept_code"], line["concept_id"]}
        return {**line, "status": "unverified"} if meant else line

    cdm.person(1)
    cdm.measured(1, of("LOINC", "82810-3"), "2026-11-18", value_as_concept_id=of("SNOMED", "60001007"))
    cdm.measured(1, of("LOINC", "1742-6"), "2026-11-01", 120, "U/L")
    cdm.measured(1, of("LOINC", "11150-0"), "2026-11-01", 5, "%", operator_concept_id=4171756)
    row = mapped(rewritten(tmp_path / "mine.csv", doubt))["1"]
    fact = {"answer": "patient.pregnancy", "unit": "labs.alt", "sign": "marrow.blasts"}[role]
    assert {"patient.pregnancy", "labs.alt", "marrow.blasts"} - row.keys() == {fact}
    assert row["to_confirm"].startswith(f"{fact}: ")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Cdm:
    """Persons with several codes for one fact, so that doubting one of them matters."""
    cdm = Cdm(tmp_path_factory.mktemp("crowd") / "cdm.duckdb")
    cdm.person(1, diagnosed=False)
    cdm.condition(1, PRECURSOR_B_ALL, "2025-02-01")
    cdm.condition(1, 0, "2026-10-01", source=of("ICD10CM", "C91.02"))
    cdm.person(2, MALE, (1970, None, None), diagnosed=False)
    cdm.condition(2, of("ICDO3", "9812/3"), "2025-02-01")
    cdm.condition(2, of("SNOMED", "277571004"), "2024-02-01")
    cdm.condition(2, of("SNOMED", "91856007"), "2026-10-01", source=of("ICD10CM", "C91.01"))
    cdm.measured(2, TRANSCRIPT, "2025-02-02", value_as_concept_id=of("LOINC", "LA9633-4"))
    cdm.person(3, born=(2019, 3, 2), diagnosed=False)
    cdm.condition(3, of("ICDO3", "9811/3"), "2026-02-01")
    cdm.condition(3, of("ICD10CM", "C91.01"), "2026-09-01")
    cdm.condition(3, of("ICD10CM", "C91.02"), "2026-10-01")
    cdm.measured(3, of("LOINC", "11150-0"), "2026-11-10", 40, "%")
    cdm.condition(3, of("SNOMED", "61977001"), "2026-10-01")
    cdm.person(4, diagnosed=False)
    cdm.condition(4, of("SNOMED", "277572006"), "2026-10-01")
    cdm.measured(4, of("LOINC", "82810-3"), "2026-11-20", value_as_concept_id=of("SNOMED", "77386006"))
    cdm.condition(4, of("ICD10CM", "Z33.1"), "2026-11-21")
    cdm.procedure(4, of("SNOMED", "58390007"), "2026-10-30")
    cdm.drug(4, VIAL, "2026-10-30")
    cdm.connection.close()
    return cdm


Doubting = Callable[[frozenset[int], bool], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def doubting(crowd: Cdm, mapper: ModuleType) -> Doubting:
    """The flat table of the crowd where those lines of the file are unverified, or not there at all."""

    @cache
    def cohort(doubted: frozenset[int], there: bool) -> dict[str, dict[str, Any]]:  # noqa: FBT001 - two ways to doubt
        def change(number: int, line: dict[str, str]) -> dict[str, str] | None:
            if number not in doubted:
                return line
            return {**line, "status": "unverified"} if there else None

        concepts, target = rewritten(crowd.path.with_suffix(".csv"), change), crowd.path.with_suffix(".parquet")
        asked = [str(crowd.path), "--on", ON, "--concepts", str(concepts), "-o", str(target), "--force"]
        assert mapper.main(asked) == 0
        return table(target)

    return cohort


def assert_no_more_is_known(after: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Each fact is the same, of an older day, or unknown, and each verdict the same or undetermined."""
    for name in after.keys() - {"to_confirm", "not_read", "in_conflict"}:
        assert after[name] <= before[name] if name.endswith("_on") else after[name] == before[name]
    if after != before:
        for was, becomes in zip(verdicts(before), verdicts(after), strict=True):
            assert becomes in {was, Verdict.UNDETERMINED}


@settings(max_examples=5)
@given(doubted=st.frozensets(st.integers(0, len(lines_of()) - 1), max_size=len(lines_of())))
def test_an_unverified_code_excludes_nobody(doubting: Doubting, doubted: frozenset[int]) -> None:
    """Neither against the same codes verified nor against none is more known, or anybody excluded."""
    after, verified, without = doubting(doubted, True), doubting(frozenset(), True), doubting(doubted, False)
    assert after.keys() == verified.keys() >= without.keys()
    for who, row in after.items():
        assert_no_more_is_known(row, verified[who])
        if who in without:
            assert_no_more_is_known(row, without[who])


def test_doubting_every_code_that_speaks_of_somebody_leaves_nothing_but_the_doubts(
    doubting: Doubting,
) -> None:
    for row in doubting(frozenset(range(len(lines_of()))), True).values():
        born = {"patient.birth_date", "patient.age", "patient.age_on"}
        assert row.keys() - born == {"id", "assessed_on", "to_confirm"}
        assert "disease." in row["to_confirm"]


# The concept file


def test_the_shipped_file_holds_only_codes_that_were_collected_as_they_were_checked() -> None:
    if not CODES.exists():
        pytest.skip("the collection of codes is not part of the repository")
    systems = {"SNOMED CT": "SNOMED", "ICD-10-CM": "ICD10CM", "ICD-O-3": "ICDO3", "OMOP concept_id": ""}
    collected = {
        (systems.get(line["system"], line["system"]), code): (line["status"], line["display"])
        for line in lines_of(CODES)
        for code in line["code"].split("|")
    }
    for line in lines_of():
        if line["status"] != "convention":
            code = (line["vocabulary_id"], line["concept_code"] or line["concept_id"])
            assert collected[code] == (line["status"], line["display"])


def test_conventions_are_of_the_model_itself() -> None:
    conventions = {(line["role"], line["vocabulary_id"]) for line in lines_of() if line["status"] == "convention"}
    assert conventions == {("record", "Gender"), ("unit", "UCUM"), ("unit", ""), ("sign", "")}


def test_the_shipped_file_reads_and_fills_only_facts_with_columns(mapper: ModuleType) -> None:
    lines = mapper.read_concepts(SHIPPED)
    assert {fact for line in lines for fact in line.facts} <= mapper.FILLED <= FACTS.keys()


def test_every_column_of_the_table_is_a_fact_or_belongs_to_one(mapper: ModuleType, cdm: Cdm, mapped: Mapped) -> None:
    mapped()
    columns = duckdb.connect().from_parquet(str(cdm.path.with_suffix(".parquet"))).columns
    ends = ("", "_on", "_upper_limit")
    known = {f"{fact}{end}" for fact in FACTS for end in ends}
    assert set(columns) - known == {"id", "assessed_on", "not_read", "in_conflict", "to_confirm"}
    assert set(columns) >= mapper.FILLED


@pytest.mark.parametrize(
    ("line", "problem", "hint"),
    [
        ("record,disease.cd91,positive,,,1,no,unverified,,,", "unknown fact `disease.cd91`", "`disease.cd19`?"),
        ("record,signs.oxygen,room_air,,,1,no,unverified,,,", "no column for `signs.oxygen`", "add its columns"),
        ("record,disease.cd19,pos,,,1,no,unverified,,,", "`disease.cd19` cannot be `pos`", "write `positive`"),
        ("record,disease.cd19,number,,,1,no,unverified,,,", "`disease.cd19` is not a number", "one of its values"),
        ("record,marrow.blasts,5,,,1,no,unverified,,,", "`5` has no unit", "write `5 %`"),
        ("remark,disease.cd19,positive,,,1,no,unverified,,,", "`role` cannot be `remark`", "write `record`"),
        ("record,disease.cd19,positive,,,1,no,checked,,,", "`status` cannot be `checked`", "`verified-curated`"),
        ("record,disease.cd19,positive,,,1,,unverified,,,", "`descendants` cannot be an empty text", "`yes` or `no`"),
        ("record,disease.cd19,positive,,,1,no,verified-local,,,", "no `source` is given", "or call it `unverified`"),
        ("record,disease.cd19,positive,,,x1,no,unverified,,,", "`x1` is not a concept id", "write the number alone"),
        ("record,disease.cd19,positive,,,0,no,unverified,,,", "concept 0 means that nothing", "leave the line out"),
        ("record,disease.cd19,positive,SNOMED,,,no,unverified,,,", "no code is given", "write a `concept_id`"),
        ("record,,positive,,,1,no,unverified,,,", "no `fact` is given", "write the fact"),
        ("unit,,furlong,UCUM,x,,no,unverified,,,", "`furlong` is a unit of no fact", "lists the units"),
        ("unit,marrow.blasts,kg,UCUM,kg,,no,unverified,,,", "`kg` is not a unit of `marrow.blasts`", "lists the units"),
        ("sign,,~,,,1,no,unverified,,,", "`~` is not a sign", "write `<`"),
        (
            "record,disease.course,relapsed,ICD10CM,C91.01,,no,unverified,,,",
            "the code means two things: `relapsed` here and `remission` in line",
            "leave one of the lines out",
        ),
    ],
)
def test_a_mistake_in_the_file_is_shown_with_its_line(
    mapper: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, problem: str, hint: str
) -> None:
    mine = rewritten(tmp_path / "mine.csv", same, [line])
    assert mapper.main([str(tmp_path / "none"), "--on", ON, "--concepts", str(mine), "-o", "x.csv"]) == 2
    said = capsys.readouterr().err
    assert f"{mine}:{len(lines_of()) + 2}:1: " in said
    assert problem in said
    assert hint in said


def test_the_lines_shown_in_the_page_are_such_lines(mapper: ModuleType, tmp_path: Path) -> None:
    page = (FOLDER.parents[1] / "how-to" / "screen-an-omop-database.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    (tmp_path / "page.csv").write_text(block, encoding="utf-8")
    assert [line.role for line in mapper.read_concepts(tmp_path / "page.csv")] == ["record", "record", "answer", "unit"]


def test_all_mistakes_are_said_at_once(mapper: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = rewritten(tmp_path / "mine.csv", same, ["record,disease.cd91,positive,,,1,no,unverified,,,"] * 3)
    assert mapper.main(["cdm", "--on", ON, "--concepts", str(mine), "-o", "x.csv"]) == 2
    assert "has 3 problems" in capsys.readouterr().err


def test_what_a_site_adds_is_read(cdm: Cdm, mapped: Mapped, tmp_path: Path) -> None:
    cdm.person(1)
    cdm.measured(1, ASKED_FOR_BY_SITES, "2026-11-01", 0.0001, "%")
    cdm.measured(1, ASKED_FOR_BY_SITES + 1, "2026-11-01", 2)
    level = f"record,mrd.level,number,,,{ASKED_FOR_BY_SITES},no,verified-local,,our laboratory,"
    lines = f"record,history.prior_lines,number,,,{ASKED_FOR_BY_SITES + 1},no,verified-local,,our registry,"
    row = mapped(rewritten(tmp_path / "mine.csv", same, [level, lines]))["1"]
    assert str(profile_of(row).given["mrd.level"][0].value.quantity) == "0.0001 %"  # type: ignore[union-attr]
    assert row["history.prior_lines"] == "2"


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.duckdb", "-o", "x.parquet"], "none.duckdb: there is no such file"),
        (["bad.duckdb", "-o", "x.parquet"], "bad.duckdb: is no CDM v5.4 that can be read"),
        (["cdm.duckdb", "-o", "x.xlsx"], "x.xlsx: cannot be written as `.xlsx`"),
        (["cdm.duckdb", "-o", "there.csv"], "there.csv: there is such a file already"),
        (["cdm.duckdb", "-o", "no/x.csv"], "there is no folder `no`"),
        (["cdm.duckdb", "-o", "x.csv", "--schema", "omop"], "cdm.duckdb: is no CDM v5.4 that can be read"),
        (["cdm.duckdb"], "a CDM and a file to write are needed"),
        (["cdm.duckdb", "-o", "x.csv", "--concepts", "none.csv"], "none.csv: cannot be read"),
        (["cdm.duckdb", "-o", "x.csv", "--concepts", "bad.duckdb"], "bad.duckdb: is not a CSV file in UTF-8"),
        (["cdm.duckdb", "-o", "x.csv", "--concepts", "there.csv"], "there.csv: is not a concept file"),
        (["cdm.duckdb", "-o", "x.csv", "--on", "22.11.2026"], "`--on` `22.11.2026` is not a date"),
        (["empty.duckdb", "-o", "x.csv"], "there is no table `concept`, `concept_ancestor`"),
        (["other.duckdb", "-o", "x.csv"], "other.duckdb: is no CDM v5.4 that can be read"),
    ],
)
def test_a_wrong_call_is_told_and_writes_nothing(
    cdm: Cdm,
    mapper: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    cdm.connection.close()
    monkeypatch.chdir(tmp_path)
    Path("bad.duckdb").write_bytes(b"\xff\xfe\x00not a database")
    Path("there.csv").write_text("a,b\n", encoding="utf-8")
    duckdb.connect("empty.duckdb").close()
    with duckdb.connect("other.duckdb") as other:
        for name in mapper.READ_FROM:
            other.execute(f"CREATE TABLE {name} (person_id integer, value_as_number double)")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert mapper.main(["--on", ON, *arguments]) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_column_that_has_rounded_levels_of_residual_disease_is_refused(
    mapper: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cdm = Cdm(tmp_path / "coarse.duckdb", number="NUMERIC")
    cdm.connection.close()
    level = f"record,mrd.level,number,,,{ASKED_FOR_BY_SITES},no,verified-local,,our laboratory,"
    mine = rewritten(tmp_path / "mine.csv", same, [level])
    asked = [str(cdm.path), "--on", ON, "-o", str(tmp_path / "x.csv")]
    assert mapper.main([*asked, "--concepts", str(mine)]) == 2
    assert "is a DECIMAL(18,3): it has rounded `mrd.level`" in capsys.readouterr().err
    assert mapper.main(asked) == 0


def test_what_came_of_it_is_said(cdm: Cdm, mapper: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    cdm.person(1, diagnosed=False)
    cdm.condition(1, of("SNOMED", "277572006"), "2026-03-01")
    cdm.measured(1, of("LOINC", "1742-6"), "2026-10-01", 30)
    cdm.person(2)
    cdm.person(3, diagnosed=False)
    cdm.connection.execute("DELETE FROM concept WHERE vocabulary_id = 'ATC'")
    cdm.connection.close()
    target = cdm.path.with_suffix(".csv")
    assert mapper.main([str(cdm.path), "--on", ON, "-o", str(target)]) == 0
    said = capsys.readouterr().out
    assert "2 patients" in said
    assert "1 other persons, of whom no record tells of the leukaemia" in said
    assert "1 with a fact that only an unverified code tells" in said
    assert "1 with a record that cannot be read" in said
    assert "codes that this vocabulary does not have, in lines " in said
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3


def test_the_tables_for_another_database_hold_what_the_query_reads(mapper: ModuleType, tmp_path: Path) -> None:
    assert mapper.main(["--on", ON, "--tables", str(tmp_path / "tables")]) == 0
    read = {path.stem: lines_of(path) for path in (tmp_path / "tables").iterdir()}
    assert read["question"] == [{"assessed_on": ON}]
    assert {line["keeps"] for line in read["fact_note"]} == {"any", "present", "latest"}
    assert {line["role"] for line in read["concept_set"]} == {"record", "answer", "unit", "sign"}


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_the_query_reads_in_both_dialects(mapper: ModuleType, dialect: str) -> None:
    tree = sqlglot.parse_one(mapper.QUERY, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    assert {"measurement", "concept_ancestor", "question"} <= {each.name for each in tree.find_all(sqlglot.exp.Table)}
