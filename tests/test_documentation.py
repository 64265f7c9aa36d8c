"""The documentation says what is so: generated pages are current, and every example runs."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

import blinadss
from blinadss.checks import CHECKS
from blinadss.vocabulary import schema_text, vocabulary_markdown

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")),
         *sorted((ROOT / "criteria").rglob("*.md")), *sorted((ROOT / "scenarios").rglob("*.md"))]  # fmt: skip


def read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def test_generated_pages_are_current() -> None:
    assert read("docs", "reference", "facts.md") == vocabulary_markdown(blinadss.load_knowledge()), "run `make docs`"
    assert read("docs", "reference", "profile.schema.json") == schema_text("profile"), "run `make docs`"
    assert read("docs", "reference", "assessment.schema.json") == schema_text("assessment"), "run `make docs`"


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


def test_the_readme_shows_both_commands_before_any_python() -> None:
    text = read("README.md")
    assert text.index("make demo") < text.index("make test") < text.index("```python")
