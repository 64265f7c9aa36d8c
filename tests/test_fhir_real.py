"""Real records end to end: HL7's child with B-ALL gives just what it says, people without leukaemia nothing of it."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import carebundle
import pytest

import blinadss
from blinadss import cli, fhir
from blinadss.fhir.mapping import Import
from blinadss.findings import Assessment, Verdict
from fhir_fuzz import BRIAN

ON = date(2024, 2, 10)
LABELS = ("us-label", "eu-label")
# Facts of these parts of a profile say that somebody has leukaemia, or was treated or is ill as such a patient may be.
SERIOUS = "disease marrow blood mrd cns history infection gvhd medication immunisation plan toxicity"
GIVEN = "MedicationAdministration/cancer-related-medication-admin"
ORDERED = "MedicationRequest/cancer-related-medication-request"


@pytest.fixture(scope="module")
def brian() -> Import:
    return fhir.read(BRIAN, on=ON)


@pytest.fixture(scope="module")
def assessment(brian: Import) -> Assessment:
    return blinadss.assess(brian.profile, on=ON, engines=("reference",))


# the child


def test_just_these_facts_are_read(brian: Import) -> None:
    used = {(each.fact, each.value, str(each.on), each.resource, each.element, each.code) for each in brian.used}
    assert used == {
        ("patient.birth_date", "2021-01-01", "None", "Patient (entry 0)", "birthDate", "element birthDate"),
        ("patient.sex", "male", "None", "Patient (entry 0)", "gender", "element gender"),
        (
            "patient.body_surface_area",
            "0.59 m2",
            "2024-01-01",
            "Observation/body-surface-area-brian-l",
            "valueQuantity",
            "LOINC 8277-6",
        ),
        (
            "patient.lansky",
            "80 %",
            "2024-01-12",
            "Observation/lansky-performance-status-brian-l",
            "valueInteger",
            "NCIt C38144",
        ),
        (
            "disease.diagnosis",
            "b_cell_precursor_all",
            "None",
            "Condition/primary-cancer-condition-brian-l",
            "code",
            "SNOMED CT 277571004",
        ),
        (
            "labs.haemoglobin",
            "6.7 g/dL",
            "2024-01-04",
            "Observation/hemoglobin-brian-l",
            "valueQuantity",
            "LOINC 718-7",
        ),
        (
            "labs.wbc",
            "88.5 10*3/uL",
            "2024-01-04",
            "Observation/white-blood-cell-brian-l",
            "valueQuantity",
            "LOINC 26464-8",
        ),
        (
            "history.last_chemotherapy_on",
            ">= 2024-01-09",
            "None",
            f"{GIVEN}-cyclophosphamide-brian-l",
            "effectiveDateTime",
            "RxNorm 3002",
        ),
    }
    assert set(brian.profile.given) == {each.fact for each in brian.used}
    assert all(each.marks == () for each in brian.used)


def test_just_this_is_recognised_and_not_usable(brian: Import) -> None:
    assert {(each.resource, each.facts, each.why) for each in brian.not_usable} == {
        (
            "Observation/immunophenotype-brian-l",
            ("disease.cd19",),
            "the report is free text: read it, and say whether the blasts express CD19",
        ),
        (
            "Observation/cancer-disease-status-improved-brian-l",
            ("disease.course",),
            "it does not say that it is about this disease",
        ),
        (
            "Observation/all-risk-assessment-standard-brian-l",
            ("disease.first_relapse_risk",),
            "it is the risk group at diagnosis, and not that of a first relapse",
        ),
        *(
            (
                f"{ORDERED}-{drug}-brian-l",
                ("history.last_chemotherapy_on",),
                "an order does not say that it was given",
            )
            for drug in ("cyclophosphamide", "idarubicin", "vincristine")
        ),
    }


def test_the_passages_to_confirm_are_shown_and_not_read(brian: Import) -> None:
    assert {(each.resource, each.facts, each.known, each.passage) for each in brian.to_confirm} == {
        (
            "Observation/immunophenotype-brian-l",
            ("disease.cd19",),
            (),
            "positive for CD10, CD79a, TdT, CD19, and CD20",
        ),
        (
            "Observation/us-core-lumbar-puncture-result-brian-l",
            ("cns.leukaemia",),
            (),
            "negative for presence of cancer in the brain or spine",
        ),
    }


def test_every_resource_is_accounted_for(brian: Import) -> None:
    bundle = json.loads(BRIAN.read_text())
    named = {each.resource for each in brian.used} | {each.resource for each in brian.not_usable}
    named |= {each.resource for each in brian.to_confirm}
    named |= {place for each in brian.ignored for place in each.resources}
    named |= {place for each in brian.older for place in each.resources}
    kinds = [entry["resource"] for entry in bundle["entry"]]
    assert brian.resources == len(kinds) == 31
    places = {f"{each['resourceType']}/{each['id']}" for each in kinds if each["resourceType"] != "Patient"}
    assert named - {"Patient (entry 0)"} == places


def test_on_an_earlier_day_later_results_do_not_exist() -> None:
    early = fhir.read(BRIAN, on=date(2024, 1, 8))
    assert "patient.lansky" not in early.profile.given
    assert "history.last_chemotherapy_on" not in early.profile.given
    later = [each for each in early.not_usable if "after the day of assessment" in each.why]
    assert "Observation/lansky-performance-status-brian-l" in {each.resource for each in later}


@pytest.mark.parametrize("label", LABELS)
def test_the_labels_leave_open_what_the_record_leaves_open(assessment: Assessment, label: str) -> None:
    assert assessment.verdict(label) is Verdict.UNDETERMINED
    (policy,) = [each for each in assessment.policies if each.policy == label]
    missing = {each.fact: each.because for each in policy.missing}
    assert missing["disease.cd19"] == missing["disease.course"] == "missing"
    assert "history.blinatumomab_hypersensitivity" in missing
    assert "disease.diagnosis" not in missing
    assert all(each.eligibility.value != "eligible" for each in policy.indications)


def test_nothing_is_known_that_the_record_does_not_say(brian: Import, assessment: Assessment) -> None:
    unknown = {"disease.cd19", "disease.course", "disease.philadelphia", "cns.leukaemia", "marrow.blasts", "mrd.level"}
    assert not unknown & set(brian.profile.given)
    compared = [
        comparison
        for policy in assessment.policies
        for found in policy.findings()
        for comparison in found.comparisons
        if comparison.fact in unknown
    ]
    assert compared
    assert {each.truth.value for each in compared} == {"unknown"}
    assert {each.fact for each in compared} >= {"disease.cd19", "disease.course", "disease.philadelphia"}


def test_both_engines_answer_alike(brian: Import) -> None:
    both = blinadss.assess(brian.profile, on=ON)
    assert [both.verdict(label) for label in LABELS] == [Verdict.UNDETERMINED] * 2


def test_the_command_assesses_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(BRIAN), "--on", str(ON), "--format", "json"]) == 0
    out, said = capsys.readouterr()
    answer = json.loads(out)
    assert [(each["policy"], each["verdict"]) for each in answer["policies"]] == [
        (label, "undetermined") for label in LABELS
    ]
    assert said.startswith("note: Read 8 facts from 31 resources as of 2024-02-10; 6 things ")
    assert not re.search("brian|2021|MRN", said, re.IGNORECASE)


def test_the_command_imports_the_record(capsys: pytest.CaptureFixture[str], brian: Import) -> None:
    assert cli.main(["import", str(BRIAN), "--on", str(ON), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(brian.model_dump_json())
    assert cli.main(["import", str(BRIAN), "--on", str(ON)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "“positive for CD10, CD79a, TdT, CD19, and CD20”" in shown
    assert "history.last_chemotherapy_on: >= 2024-01-09" in shown


def test_a_record_that_is_cut_off_is_refused_without_a_name(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    half = tmp_path / "half.json"
    half.write_bytes(BRIAN.read_bytes()[:20_000])
    assert cli.main(["assess", str(half), "--from", "fhir", "--on", str(ON)]) == 2
    said = capsys.readouterr().err
    assert "it ends too soon" in said
    assert "Brian" not in said


# people without leukaemia


def _made(profile: str, seed: int) -> list[Any]:
    """A person as one visit, as a history of several, and as lines."""
    once = carebundle.generate_bundle(profile=profile, seed=seed, sex="MF"[seed % 2])
    often = carebundle.generate_history(profile=profile, seed=seed, visits=3)
    lines = "\n".join(carebundle.to_ndjson(once).values()).encode()
    return [json.loads(carebundle.to_json(once)), json.loads(carebundle.to_json(often)), lines]


@pytest.mark.parametrize("profile", sorted(carebundle.PROFILES))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_without_leukaemia_have_no_fact_of_it(profile: str, seed: int) -> None:
    for source in _made(profile, seed):
        made = fhir.read(source, on=date(2026, 1, 1))
        sections = {fact.partition(".")[0] for fact in made.profile.given}
        assert not sections & set(SERIOUS.split())
        assert {"patient.sex", "patient.birth_date"} <= set(made.profile.given)
        assert not any(set(each.facts) & {"patient.sex", "patient.birth_date"} for each in made.not_usable)
        assert not made.to_confirm
        assert {_fault(each.why) for each in made.not_usable} <= {""}


def _fault(why: str) -> str:
    """What looks like a fault of ours: a resource, a type, a date or a person that was not understood."""
    suspicious = "is not |does not say whose|another patient|not in the record|more than one|cannot be read|version"
    return why if re.search(suspicious, why) and "is not among the codes of UCUM" not in why else ""


@pytest.mark.parametrize("profile", sorted(carebundle.PROFILES))
def test_people_without_leukaemia_are_never_eligible(profile: str) -> None:
    for source in _made(profile, 1):
        made = fhir.read(source, on=date(2026, 1, 1))
        answer = blinadss.assess(made.profile, on=date(2026, 1, 1), engines=("reference",))
        assert all(answer.verdict(label) is not Verdict.ELIGIBLE for label in LABELS)
        indications = [each for policy in answer.policies for each in policy.indications]
        assert indications
        assert all(each.eligibility.value != "eligible" for each in indications)


def test_a_cohort_in_one_file_needs_a_name() -> None:
    cohort = carebundle.generate_cohort(count=3, seed=1)
    lines = "\n".join(carebundle.to_ndjson(cohort).values())
    patients = [json.loads(line)["id"] for line in lines.splitlines() if '"Patient"' in line[:200]]
    with pytest.raises(fhir.ProfileError, match="about 3 patients") as error:
        fhir.read(lines.encode(), on=date(2026, 1, 1))
    assert not any(each in str(error.value) for each in patients)
    for each in patients:
        made = fhir.read(lines.encode(), on=date(2026, 1, 1), patient=each)
        assert made.subject == f"Patient/{each}"
        assert {left.why for left in made.not_usable if not left.facts} <= {"about another patient"}
