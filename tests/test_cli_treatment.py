"""The commands on giving the treatment as a user meets them: every format, exit status, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import icalendar
import jsonschema
import pytest

from blinadss.cli import main
from blinadss.vocabulary import schema_text
from test_cli import refused

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
PATIENT, COURSE = str(EXAMPLES / "patient.yaml"), str(EXAMPLES / "course.yaml")
MRD, RELAPSED = "us-label/mrd-positive", "us-label/relapsed-refractory"
LIST = ("checklist", PATIENT, "--indication", MRD, "--start", "2026-12-01", "--cycle", "1")
FOLLOW = ("course", COURSE, "--profile", PATIENT, "--indication", RELAPSED)


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_a_checklist_is_text_for_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    text = answered(capsys, *LIST, "--ordered", "15 mcg/day")
    assert "28 mcg/day     cycle 1, days 1 to 28 (full dose)" in text
    assert "ORDERED 15 mcg/day · cycle 1, days 1 to 28: 15 mcg/day is 46 % less than the rule gives" in text
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 96


def test_what_is_due_on_a_day_is_listed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    text = answered(capsys, *LIST, "--due", "2026-12-03")
    assert "DUE ON THU 2026-12-03" in text
    assert "BEGUN BEFORE, AND LASTING" in text
    assert "CYCLE 1 OF 4" not in text


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [("checklist", LIST), ("course", FOLLOW), ("grade", ("grade", PATIENT, "ctcae-v5/alt"))],
)
def test_json_is_as_its_schema_says(kind: str, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    made = json.loads(answered(capsys, *arguments, "--format", "json"))
    for each in made if isinstance(made, list) else [made]:
        jsonschema.validate(each, json.loads(schema_text(kind)))


def test_csv_and_a_calendar_are_written_whole_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("csv", "ics"):
        target = tmp_path / f"list.{form}"
        assert answered(capsys, *LIST, "--format", form, "-o", str(target)) == ""
        assert refused(capsys, *LIST, "--format", form, "-o", str(target)).startswith(f"{target}: there is such a file")
    assert (tmp_path / "list.csv").read_text(encoding="utf-8").startswith("start,until,every,cycle,day,kind,title")
    assert icalendar.Calendar.from_ical((tmp_path / "list.ics").read_text(encoding="utf-8")).walk("VEVENT")


def test_a_time_zone_gives_every_entry_its_offset(capsys: pytest.CaptureFixture[str]) -> None:
    timed = [each if each != "2026-12-01" else "2027-03-20T09:00" for each in LIST]
    made = json.loads(answered(capsys, *timed, "--zone", "Europe/Berlin", "--bag", "24h", "--format", "json"))
    bags = [each["start"] for each in made["entries"] if each["kind"] == "bag"]
    assert bags[7:9] == ["2027-03-27T09:00:00+01:00", "2027-03-28T10:00:00+02:00"]


def test_a_grade_is_shown_with_its_version_and_what_could_raise_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = answered(capsys, "grade", PATIENT, "astct-2019/crs")
    assert text.startswith("GRADE 0 TO 4 · Cytokine release syndrome, ASTCT consensus grading (version 2019")
    assert "signs.temperature" in text


def test_every_scale_is_graded_unless_some_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    text = answered(capsys, "grade", PATIENT)
    assert text.count("(version 2019;") + text.count("(version 5.0;") + text.count("(version\n") >= 12


def test_a_course_is_answered_as_of_its_last_event_or_of_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, *FOLLOW).startswith("Course at 2026-12-12 08:00\n")
    text = answered(capsys, *FOLLOW, "--at", "2026-12-02T09:00", "--bag", "96h")
    assert "RUNNING · cycle 1, starting dose, 1 of 28 days of infusion" in text
    assert "2026-12-05 09:00      Change the bag" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*LIST[:3], "us-label/mrd", *LIST[4:]), "did you mean `us-label/mrd-positive`?"),
        ((*LIST[:-1], "5"), "has no cycle 5"),
        ((*LIST[:-1], "x"), "argument --cycle"),
        ((*LIST, "--zone", "Europe/Berlin"), "a time zone needs a time of day"),
        ((*LIST, "--bag", "96"), "`96` has no unit"),
        ((*LIST, "--bag", "5h"), "there is no bag that lasts 5 hours"),
        ((*LIST[:5], "2026-02-30"), "`2026-02-30` is not a day in the calendar"),
        ((*LIST[:5], "2026-12-01T9"), "is not a time"),
        ((*LIST[:5], "2026-12-01T09:00+01:00"), "add `--zone Europe/Berlin`"),
        (("grade", PATIENT, "astct-2019/csr"), "did you mean `astct-2019/crs`?"),
        (("course", PATIENT, "--profile", PATIENT, "--indication", RELAPSED), "a course is a list of events"),
        ((*FOLLOW, "--at", "2026-12-08"), "ask for"),
    ],
)
def test_a_call_that_cannot_be_answered_is_refused_with_a_hint(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says in refused(capsys, *arguments)


def test_a_zone_that_nobody_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    timed = [each if each != "2026-12-01" else "2026-12-01T09:00" for each in LIST]
    for zone in ("Mars/Base", "../../etc/passwd", ""):
        assert "there is no time zone" in refused(capsys, *timed, "--zone", zone)


def test_without_icalendar_a_calendar_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    assert "install `blinadss[report]`" in refused(capsys, *LIST, "--format", "ics")
