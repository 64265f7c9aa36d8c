"""The documentation says what is so: generated pages are current, and every example runs."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import blinadss
from blinadss.checks import CHECKS
from blinadss.report import to_html
from blinadss.vocabulary import schema_text, vocabulary_markdown
from reports import example

ROOT = Path(__file__).parents[1]
FOLLOWED = [
    "make-a-checklist",
    "grade-a-toxicity",
    "follow-a-course",
    "settle-an-open-answer",
    "check-a-profile",
    "write-a-report",
    "screen-a-cohort",
    "import-from-fhir",
    "answer-in-fhir",
]
FUNNEL = "pictures/us-label-relapsed-refractory.svg"  # as the commands of two pages draw it
# The page's own numbers of examples would take minutes; `test_testing` draws many from the same strategies.
FEW_EXAMPLES = """
from hypothesis import settings

settings.register_profile("few", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("few")
"""
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")),
         *sorted((ROOT / "criteria").rglob("*.md")), *sorted((ROOT / "scenarios").rglob("*.md"))]  # fmt: skip


def read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def test_generated_pages_are_current() -> None:
    assert read("docs", "reference", "facts.md") == vocabulary_markdown(blinadss.load_knowledge()), "run `make docs`"
    assert read("docs", "reference", "profile.schema.json") == schema_text("profile"), "run `make docs`"
    assert read("docs", "reference", "assessment.schema.json") == schema_text("assessment"), "run `make docs`"
    assert read("docs", "reference", "checklist.schema.json") == schema_text("checklist"), "run `make docs`"


@pytest.mark.parametrize("name", ["child", "patient"])
def test_the_reports_shown_are_current(name: str) -> None:
    alone = to_html(example(name))  # by one engine; where both can run, both have answered for the documentation
    shown = read("docs", "reports", f"{name}.html").replace("alike by reference and durable", "by reference alone")
    assert shown == alone, "run `make docs`"


def test_the_layers_shown_are_those_that_are_checked() -> None:
    (contract,) = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    assert "```text\n{}\n```".format("\n".join(contract["layers"])) in read("docs", "explanation", "architecture.md")


def test_every_check_has_a_page_and_every_page_a_check() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "reference" / "checks").glob("*.md")}
    assert pages == set(CHECKS)


def test_the_readme_s_twelve_lines_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", read("README.md"), re.DOTALL)
    assert len([line for line in blocks[0].splitlines() if line]) == 12
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(blocks[0], "README.md", "exec"), {})  # noqa: S102
    assert "undetermined" in out.getvalue().lower()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def follow(block: str, folder: Path) -> str:
    """Run each command of a block; every line of output below it is printed by it, in that order."""
    said = ""
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = step.splitlines()
        if command == "make demo" or "pip install" in command:
            continue
        line = command.replace(".venv/bin/python", sys.executable)
        line = line.replace(".venv/bin/blinadss", f"{sys.executable} -m blinadss")
        done = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603, S607
        printed = iter((done.stdout + done.stderr).splitlines())
        missing = [each for each in shown if each not in {"", "…"} and each not in printed]
        assert not missing, command
        said += done.stdout
    return said


def test_the_tutorial_shows_what_the_commands_print(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    blocks = re.findall(r"```console\n(.*?)```", read("docs", "tutorial", "first-assessment.md"), re.DOTALL)
    patient = tmp_path / "patient.yaml"
    for block in blocks:
        if "cannot be `pos`" in block:  # the step before says so
            text = patient.read_text(encoding="utf-8")
            patient.write_text(text.replace("cd19: {value: positive", "cd19: {value: pos"), encoding="utf-8")
        follow(block, tmp_path)


@pytest.mark.parametrize("name", FOLLOWED)
def test_pages_show_what_is_printed(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    page = read("docs", "how-to", f"{name}.md")
    for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        (tmp_path / "seen.yaml").write_text(text, encoding="utf-8")  # the page that has a file of its own says so
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        follow(block, tmp_path)
    for code, shown in re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.stdout == shown, done.stderr
    if (drawn := tmp_path / FUNNEL).exists():
        assert read("docs", "reports", "funnel.svg") == drawn.read_text(encoding="utf-8")


def test_the_funnel_of_real_patients_is_current(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    page = read("docs", "explanation", "chiaretti-funnel.md")
    printed = iter(
        "".join(follow(each, tmp_path) for each in re.findall(r"```console\n(.*?)```", page, re.DOTALL)).splitlines()
    )
    figures = page.partition("## Where they are lost")[2]
    shown = [line for line in figures.splitlines() if line.startswith("| ") and not line.startswith("| …")]
    assert len(shown) > 25
    missing = [line for line in shown if line not in printed]
    assert not missing
    drawn = (tmp_path / FUNNEL).read_text(encoding="utf-8")
    assert read("docs", "explanation", "chiaretti-us-label.svg") == drawn


def test_the_record_that_is_explained_is_read_as_it_is_told(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    for block in re.findall(r"```console\n(.*?)```", read("docs", "explanation", "brian-l.md"), re.DOTALL):
        follow(block, tmp_path)


def test_the_pages_about_generated_patients_and_about_pytest_are_followed_to_the_letter(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", read("docs", "how-to", "test-with-generated-patients.md"), re.DOTALL)
    (settings,) = re.findall(r"```toml\n(.*?)```", read("docs", "how-to", "run-scenarios-with-pytest.md"), re.DOTALL)
    (tmp_path / "test_mine.py").write_text(code, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(FEW_EXAMPLES, encoding="utf-8")
    for folder in ("criteria", "scenarios/us-label"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout
    assert re.search(r"[0-9]{3} passed", done.stdout)


def test_the_engine_of_the_how_to_agrees_with_the_reference() -> None:
    _, whole, _, compared = re.findall(r"```python\n(.*?)```", read("docs", "how-to", "add-an-engine.md"), re.DOTALL)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(f"{whole}\n{compared.replace('100_000', '5_000')}", "add-an-engine.md", "exec"), {})  # noqa: S102
    assert "no disagreement" in out.getvalue()


def test_the_readme_shows_both_commands_before_any_python() -> None:
    text = read("README.md")
    assert text.index("make demo") < text.index("make test") < text.index("```python")
