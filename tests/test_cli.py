"""The command line as a user meets it: output, exit status, and messages instead of tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blinadss.cli import main
from blinadss.engines import ABSENT

NOTES = "".join(f"note: answered without the engine `{name}`: {why}\n" for name, why in ABSENT.items())
ROOT = Path(__file__).parents[1]
PATIENT = ROOT / "docs" / "examples" / "patient.yaml"


def run(*arguments: str, stdin: str | bytes | None = None, **environment: str) -> tuple[int, str, str]:
    """A real process: exit status, standard output, standard error."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "blinadss", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env={**os.environ, **environment},
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of a refused call, in this process; nothing may be on standard output."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(str(stop.code))
    captured = capsys.readouterr()
    assert (status, captured.out) == (2, "")
    assert "Traceback" not in captured.err
    assert "pydantic" not in captured.err
    return captured.err


def test_assess_answers_and_exits_with_0() -> None:
    status, out, err = run("assess", str(PATIENT))
    assert (status, err) == (0, NOTES)
    assert "UNDETERMINED · it depends on facts that are not known" in out
    assert "\x1b" not in out


def test_json_is_the_assessment_and_takes_the_day_from_the_call() -> None:
    status, out, _ = run("assess", str(PATIENT), "--format", "json", "--on", "2026-11-25", "--policy", "us-label")
    assert status == 0
    assert json.loads(out)["assessed_on"] == "2026-11-25"


def test_a_profile_can_come_from_standard_input_as_yaml_or_json() -> None:
    status, out, _ = run(
        "assess", "-", "--on", "2026-11-22", "--format", "json", stdin='{"disease": {"cd19": "negative"}}'
    )
    assert (status, json.loads(out)["policies"][0]["verdict"]) == (0, "ineligible")
    status, _, err = run("assess", "-", stdin="disease: {cd19: pos}")
    assert status == 2
    assert err.startswith("standard input:1:17: `disease.cd19` cannot be `pos`")


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "blinadss", "facts"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


BAD_PROFILES: dict[str, tuple[str | bytes, str, str]] = {
    "unknown field": ("disease: {cd91: positive}", "unknown field `disease.cd91`", "did you mean `disease.cd19`?"),
    "abbreviation": ("disease: {cd19: pos}", "cannot be `pos`", "write `positive`"),
    "missing unit": ("marrow: {blasts: 5}", "`5` has no unit", "write `5 %` or another unit"),
    "wrong unit": ("marrow: {blasts: 5 kg}", "`kg` is not a unit of a percentage", "write `%`"),
    "over 100": ("marrow: {blasts: 101 %}", "more than is possible", "at most `100 %`"),
    "negative weight": ("patient: {weight: -70 kg}", "`-70 kg` is negative", "zero or more"),
    "impossible date": ("patient: {birth_date: 2026-02-30}", "not a day in the calendar", "check the month"),
    "born later": ("patient: {birth_date: 2026-11-23}", "after the day of assessment, 2026-11-22", "correct the date"),
    "NaN": ("marrow: {blasts: NaN %}", "not a number with a unit", "write for example `5 %`"),
    "repeated key": ("disease: {cd19: positive}\ndisease: {}", "`disease` is written twice", "the first is in line 1"),
    "anchor": ("disease: &a {cd19: positive}", "an anchor (`a`) is not allowed", "write it out"),
    "alias": ("disease: {cd19: *a}", "an alias (`a`) is not allowed", "write it out"),
    "tag": ("disease: {cd19: !!str positive}", "a tag (", "take out the `!`"),
    "brackets": ("[" * 20_000, "nested more than 40 deep", ""),
    "list": ("- disease", "a profile is a group of sections", "start with `disease:`"),
    "empty": ("", "is empty", ""),
    "blank": ("# nothing but a comment\n", "is empty", ""),
    "binary": (b"\x7fELF\x02\x01\xff\xfe\x00", "not text in UTF-8", "save it as UTF-8"),
    "nul": (b"a: \x00", "a character that text cannot have", ""),
    "50 MB": (b"a: b\n" * 10_000_000, "is larger than 1,000,000 bytes", "one file holds one patient"),
    "fhir": ('{"resourceType": "Bundle", "entry": []}', "there is no record of a patient in it", "such as a Bundle"),
}


@pytest.mark.parametrize("name", BAD_PROFILES)
def test_a_malformed_profile_is_a_message_within_a_second(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, problem, hint = BAD_PROFILES[name]
    path = tmp_path / "patient.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    target = tmp_path / "out.txt"
    start = time.perf_counter()
    message = refused(capsys, "assess", str(path), "--on", "2026-11-22", "-o", str(target))
    assert time.perf_counter() - start < 1
    assert problem in message
    assert hint in message
    assert message.startswith(str(path))
    assert not target.exists()
    assert list(tmp_path.iterdir()) == [path]


def test_all_problems_are_told_at_once_in_file_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "patient.yaml"
    path.write_text(
        "disease:\n  cd19: pos\n  cd91: x\nmarrow:\n  blasts: 5\npatient:\n  weight: -1 kg\n", encoding="utf-8"
    )
    message = refused(capsys, "assess", str(path))
    places = [
        line.split(": ")[0].removeprefix(f"{path}:") for line in message.splitlines() if line.startswith(str(path))
    ]
    assert places == ["2:9", "3:3", "5:11", "7:11"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("assess",), "the following arguments are required: PROFILE"),
        (("assess", "nowhere.yaml"), "nowhere.yaml: there is no such file"),
        (("assess", "docs"), "docs: this is a folder, not a file"),
        (("assess", str(PATIENT), "--on", "22/11/2026"), "is not a date; write year-month-day"),
        (("assess", str(PATIENT), "--policy", "us"), "there is no policy `us`"),
        (("assess", str(PATIENT), "--format", "xml"), "invalid choice: 'xml'"),
        (("assess", str(PATIENT), "--knowledge", "nowhere"), "nowhere: there is no such folder of criteria"),
        (("assess", str(PATIENT), "-o", "nowhere/out.txt"), "there is no folder `nowhere`"),
        (("assess", str(PATIENT), "-o", "README.md"), "there is such a file already"),
        (("check", "docs"), "docs: holds no knowledge.yaml"),
        (("test", "nowhere"), "there is no such file or folder of scenarios"),
        (("dance",), "invalid choice: 'dance'"),
        ((), "the following arguments are required: COMMAND"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    message = refused(capsys, *arguments)
    assert problem in message
    assert len(message.splitlines()) <= 6


def test_output_goes_to_a_file_whole_and_replaces_one_only_by_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "answer.txt"
    assert main(["assess", str(PATIENT), "-o", str(target)]) == 0
    first = target.read_text(encoding="utf-8")
    assert first.startswith("Assessment of example-1")
    assert "add `--force`" in refused(capsys, "assess", str(PATIENT), "-o", str(target), "--format", "json")
    assert target.read_text(encoding="utf-8") == first
    assert main(["assess", str(PATIENT), "-o", str(target), "--format", "json", "--force"]) == 0
    assert json.loads(target.read_text(encoding="utf-8"))["schema"] == "blinadss/assessment/1"
    assert list(tmp_path.iterdir()) == [target]


def test_the_user_s_own_windows_decide_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patient, windows = tmp_path / "p.yaml", tmp_path / "windows.yaml"
    patient.write_text("mrd: {level: {value: 0.3 %, on: 2026-11-01}}", encoding="utf-8")
    windows.write_text("mrd.level: {fresh_for: 14 days, rationale: Our laboratory asks for it.}", encoding="utf-8")
    assert main(["assess", str(patient), "--on", "2026-11-22"]) == 0
    assert "too old to count" not in capsys.readouterr().out
    assert main(["assess", str(patient), "--on", "2026-11-22", "--fresh-for", str(windows)]) == 0
    assert "too old to count (0.3 % on 2026-11-01)" in capsys.readouterr().out
    windows.write_text("mrd.level: {fresh_for: soon, rationale: x}\nmrd.leve: {}", encoding="utf-8")
    message = refused(capsys, "assess", str(patient), "--fresh-for", str(windows))
    assert "`soon` is not a number with a unit" in message
    assert "did you mean `mrd.level`?" in message


def test_check_exits_with_1_where_something_is_unwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (ROOT / "criteria").rglob("*.yaml"):
        copy = tmp_path / path.relative_to(ROOT / "criteria")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(
            path.read_text(encoding="utf-8").replace("mrd.level >= 0.1 %", "mrd.level >= 0 %"), encoding="utf-8"
        )
    assert main(["check", str(tmp_path)]) == 1
    assert "holds for every patient" in capsys.readouterr().out
    assert main(["check", str(ROOT / "criteria")]) == 0


def test_failing_scenarios_and_unnoticed_breakages_exit_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.yaml"
    path.write_text(
        "- scenario: Everything is unknown\n  on: 2026-11-22\n  profile: {}\n  expect: {us-label: undetermined}\n",
        encoding="utf-8",
    )
    assert main(["test", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "1 scenario: no failures" in out
    assert (
        "no scenario notices: us-label/mrd-at-least-0-1-percent: `mrd.level >= 0.1 %` became `mrd.level > 0.1 %`" in out
    )
    path.write_text(path.read_text(encoding="utf-8").replace("undetermined", "eligible"), encoding="utf-8")
    assert main(["test", str(tmp_path)]) == 1
    assert (
        f"{path}:1:3: Everything is unknown: `us-label` is undetermined, expected eligible" in capsys.readouterr().out
    )


def test_policies_and_facts_and_schemas_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies", "--on", "2018-03-29"]) == 0
    assert "  > 2018-03-29  Accelerated approval for minimal residual disease" in capsys.readouterr().out
    assert main(["facts"]) == 0
    assert "disease.cd19 " in capsys.readouterr().out
    assert main(["schema", "assessment"]) == 0
    assert json.loads(capsys.readouterr().out)["$id"] == "blinadss/assessment/1"


def test_colour_is_for_terminals_that_want_it() -> None:
    """A pseudo-terminal gets colours, and none with NO_COLOR."""
    script = "import pty, sys; sys.exit(pty.spawn([sys.executable, '-m', 'blinadss', 'assess', sys.argv[1]]) >> 8)"
    for extra, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        environment = {**os.environ, "TERM": "xterm", **extra}
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", script, str(PATIENT)], capture_output=True, env=environment, check=False, cwd=ROOT
        )
        assert (b"\x1b[" in done.stdout) == coloured
