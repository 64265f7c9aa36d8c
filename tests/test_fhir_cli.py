"""FHIR on the command line: what is read, what is written, and messages that say nothing of the patient."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from blinadss.cli import main
from blinadss.fhir.naming import VALUES
from fhir_valid import problems
from records import B_ALL, LOINC, PATIENT, bundle, condition, observation, quantity

ROOT = Path(__file__).parents[1]
BRIAN = str(ROOT / "docs" / "examples" / "mcode" / "brian-l.json")
ON = ("--on", "2024-02-10")
Capture = pytest.CaptureFixture[str]


def ran(capsys: Capture, *arguments: str) -> tuple[str, str]:
    """What a command printed, and what it said on standard error; it must have answered."""
    assert main(arguments) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def refused(capsys: Capture, *arguments: str) -> str:
    """The message of a refused call."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def written(folder: Path, source: Any, name: str = "record.json") -> str:
    path = folder / name
    path.write_text(source if isinstance(source, str) else json.dumps(source), encoding="utf-8")
    return str(path)


def test_a_record_is_recognised_and_assessed(capsys: Capture) -> None:
    out, err = ran(capsys, "assess", BRIAN, *ON, "--format", "json")
    assessment = json.loads(out)
    assert {each["policy"]: each["verdict"] for each in assessment["policies"]} == {
        "us-label": "undetermined",
        "eu-label": "undetermined",
    }
    assert "facts from 31 resources as of 2024-02-10" in err
    assert "brian" not in err.casefold()
    assert ran(capsys, "assess", BRIAN, *ON, "--format", "json", "--from", "fhir")[0] == out


def test_prose_about_what_is_not_known_stands_below_the_answer(capsys: Capture) -> None:
    out, _ = ran(capsys, "assess", BRIAN, *ON)
    answer, _, below = out.partition("In the record, as free text to confirm")
    assert "CD79a" not in answer
    assert "positive for CD10, CD79a, TdT, CD19, and CD20" in below


def test_a_record_may_come_through_a_pipe(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("auto", "fhir"):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(Path(BRIAN).read_bytes())))
        out, _ = ran(capsys, "assess", "-", *ON, "--from", kind)
        assert "UNDETERMINED" in out
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"disease: {cd19: positive}\n")))
    assert "UNDETERMINED" in ran(capsys, "assess", "-", "--on", "2026-11-22")[0]


def test_every_command_about_a_patient_reads_a_record(capsys: Capture) -> None:
    assert ran(capsys, "compare", BRIAN, *ON)[0]
    assert ran(capsys, "grade", BRIAN, "astct-2019/crs", *ON)[0]
    listed, _ = ran(
        capsys, "checklist", BRIAN, *ON, "--indication", "us-label/relapsed-refractory", "--start", "2024-06-20"
    )
    assert "0.59" in listed
    assert "does not contradict itself" in ran(capsys, "check", BRIAN, *ON)[0]


def test_the_profile_that_is_shown_can_be_completed_and_assessed(capsys: Capture, tmp_path: Path) -> None:
    ran(capsys, "import", BRIAN, *ON, "--format", "yaml", "-o", str(tmp_path / "brian.yaml"))
    profile = yaml.safe_load((tmp_path / "brian.yaml").read_text(encoding="utf-8"))
    profile["disease"] |= {"cd19": "positive", "course": "refractory"}
    profile["history"] = {"blinatumomab_hypersensitivity": "absent"}
    completed = written(tmp_path, yaml.safe_dump(profile), "completed.yaml")
    out, _ = ran(capsys, "assess", completed, "--policy", "us-label", "--format", "json")
    assert json.loads(out)["policies"][0]["verdict"] == "eligible"


def test_the_mapping_report_in_every_format(capsys: Capture) -> None:
    text, _ = ran(capsys, "import", BRIAN, *ON)
    markdown, _ = ran(capsys, "import", BRIAN, *ON, "--format", "markdown")
    data = json.loads(ran(capsys, "import", BRIAN, *ON, "--format", "json")[0])
    for shown in (text, markdown):
        assert "positive for CD10, CD79a, TdT, CD19, and CD20" in shown
    assert {each["fact"] for each in data["used"]} == {
        "patient.birth_date",
        "patient.sex",
        "patient.body_surface_area",
        "patient.lansky",
        "disease.diagnosis",
        "labs.haemoglobin",
        "labs.wbc",
        "history.last_chemotherapy_on",
    }


def test_one_of_several_patients(capsys: Capture, tmp_path: Path) -> None:
    other = {**PATIENT, "id": "john-doe-4711", "gender": "female"}
    path = written(tmp_path, bundle(other, condition("c", B_ALL)))
    message = refused(capsys, "import", path)
    assert "2 patients" in message
    assert "--patient" in message
    assert "john" not in message
    data = json.loads(ran(capsys, "import", path, "--patient", "p", "--format", "json")[0])
    assert data["profile"]["disease"]["diagnosis"]["value"] == "b_cell_precursor_all"
    assert "john" not in refused(capsys, "import", path, "--patient", "jane")


def test_a_laboratory_says_what_its_units_and_codes_mean(capsys: Capture, tmp_path: Path) -> None:
    wbc = observation("wbc", "6690-2", valueQuantity=quantity(3.2, "K/uL"))
    cd19 = observation(
        "cd19",
        {"coding": [{"system": "http://hospital.example/codes", "code": "FLOW19"}]},
        valueCodeableConcept={"coding": [{"system": "http://hospital.example/answers", "code": "POS"}]},
    )
    record = written(tmp_path, bundle(wbc, cd19))
    codes = written(
        tmp_path,
        """
labs.wbc:
  codes:
    - {code: LOINC 6690-2, display: Leukocytes, units: {K/uL: 10*3/uL}, assurance: verified}
disease.cd19:
  codes:
    - code: http://hospital.example/codes FLOW19
      display: CD19 on blasts
      answers: {http://hospital.example/answers POS: positive, http://hospital.example/answers NEG: negative}
      assurance: verified
""",
        "codes.yaml",
    )
    assert "kelvin" in ran(capsys, "import", record, "--on", "2026-11-22")[0]
    data = json.loads(ran(capsys, "import", record, "--on", "2026-11-22", "--codes", codes, "--format", "json")[0])
    assert data["profile"]["labs"]["wbc"]["value"] == "3.2 10*3/uL"
    assert data["profile"]["disease"]["cd19"]["value"] == "positive"


@pytest.mark.parametrize(
    "arguments",
    [
        ("assess", BRIAN, *ON, "--policy", "all"),
        ("checklist", BRIAN, *ON, "--indication", "us-label/relapsed-refractory", "--start", "2024-06-20"),
        ("show", "us-label", "trials/tower", "--on", "2026-11-22"),
    ],
)
def test_what_is_written_as_fhir_is_valid(arguments: tuple[str, ...], capsys: Capture, tmp_path: Path) -> None:
    ran(capsys, *arguments, "--format", "fhir", "-o", str(tmp_path / "answer.json"))
    assert problems(json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))) == []


def test_questions_that_are_sent_out_come_back_answered(capsys: Capture, tmp_path: Path) -> None:
    answer = json.loads(ran(capsys, "assess", BRIAN, *ON, "--format", "fhir")[0])
    resources = [each["resource"] for each in answer["entry"]]
    form = next(each for each in resources if each["resourceType"] == "Questionnaire")
    words = {
        "disease.cd19": "positive",
        "disease.course": "refractory",
        "history.blinatumomab_hypersensitivity": "absent",
    }
    items = [
        {"linkId": fact, "answer": [{"valueCoding": {"system": VALUES, "code": word}}]} for fact, word in words.items()
    ]
    record = json.loads(Path(BRIAN).read_text(encoding="utf-8"))
    response = {
        "resourceType": "QuestionnaireResponse",
        "id": "answers",
        "status": "completed",
        "questionnaire": form["url"],
        "subject": {"reference": "Patient/cancer-patient-brian-l"},
        "authored": "2024-02-09",
        "item": items,
    }
    assert set(words) <= {each["linkId"] for each in form["item"]}
    url = "http://example.org/fhir/QuestionnaireResponse/answers"
    record["entry"].append({"fullUrl": url, "resource": response})
    again = json.loads(ran(capsys, "assess", written(tmp_path, record), *ON, "--format", "json")[0])
    assert {each["policy"]: each["verdict"] for each in again["policies"]}["us-label"] == "eligible"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "name": "Doe"',
            "ends too soon",
        ),
        ('{"resourceType": "Patient", "resourceType": "Patient"}', "twice"),
        ('{"resourceType": "Patient", "id": NaN}', "NaN"),
        ('{"resourceType": "Bundle", "type": "collection"}', "no record of a patient"),
        ('<Patient xmlns="http://hl7.org/fhir"><name>Doe</name></Patient>', "XML"),
        ('{"resourceType": ' + "[" * 100_000, "nested"),
    ],
)
def test_what_cannot_be_read_is_said_and_not_shown(content: str, said: str, capsys: Capture, tmp_path: Path) -> None:
    message = refused(capsys, "import", written(tmp_path, content))
    assert said in message
    assert "Doe" not in message


def test_a_patient_of_a_profile_is_not_named(capsys: Capture) -> None:
    patient = str(ROOT / "docs" / "examples" / "patient.yaml")
    assert "names a patient of a record in FHIR" in refused(capsys, "assess", patient, "--patient", "p")
    assert "unknown field `resourceType`" in refused(capsys, "assess", BRIAN, *ON, "--from", "profile")


def test_records_one_in_each_line(capsys: Capture, tmp_path: Path) -> None:
    lines = [
        PATIENT,
        observation("hb", {"coding": [{"system": LOINC, "code": "718-7"}]}, valueQuantity=quantity(9, "g/dL")),
    ]
    path = written(tmp_path, "\n".join(json.dumps(each) for each in lines), "record.ndjson")
    assert "labs.haemoglobin: 9 g/dL" in ran(capsys, "import", path, "--on", "2026-11-22")[0]
