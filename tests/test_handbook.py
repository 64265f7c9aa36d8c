"""The criteria in words: every page is current, and everything that has an id can be shown."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import blinadss
from blinadss.cli import main
from blinadss.handbook import assurances, handbook
from blinadss.prose import show

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "criteria"
KNOWLEDGE = blinadss.load_knowledge()
PAGES = handbook(KNOWLEDGE)


def test_the_handbook_is_current() -> None:
    written = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md")}
    assert written == PAGES.keys(), "run `make docs`"
    for name, text in PAGES.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, "run `make docs`"


def test_the_table_of_three_patients_is_current() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "examples" / "three_patients.py"))
    page = ROOT / "docs" / "explanation" / "three-patients.md"
    assert page.read_text(encoding="utf-8") == "\n".join(script["lines"]()).rstrip() + "\n", "run `make docs`"


def test_every_statement_can_be_shown_with_its_source() -> None:
    for name, criterion in KNOWLEDGE.criteria.items():
        text = show(KNOWLEDGE, name)
        assert criterion.statement in text
        assert all(each.source.url in text for each in criterion.cite)
        assert criterion.assurance in text.lower()
    for policy in KNOWLEDGE.policies.values():
        assert policy.title in show(KNOWLEDGE, policy.id)
        for indication in policy.indications:
            text = show(KNOWLEDGE, indication.id)
            assert all(use.criterion.statement in text for use in indication.uses)
            assert all(term.statement in text for term in indication.terms)
    for result in KNOWLEDGE.evidence.values():
        assert result.result in show(KNOWLEDGE, result.id)


def test_a_page_shows_every_criterion_of_its_policy_and_when_it_applies() -> None:
    text = PAGES["us-label.md"]
    assert "`us-label/philadelphia-negative`, in force until 2017-07-11" in text
    assert "- MRD level: at least 0.1 % (`mrd.level >= 0.1 %`)" in text
    for use in KNOWLEDGE.policies["us-label"].uses():
        assert f"`{use.criterion.id}`" in text


def test_the_table_counts_every_statement_once() -> None:
    counted = assurances(KNOWLEDGE)
    assert counted["cautions"].total() == len(KNOWLEDGE.caution_notes)
    assert counted["evidence"].total() == len(KNOWLEDGE.evidence)
    tower = KNOWLEDGE.policies["trials/tower"]
    criteria = {use.criterion.id for use in tower.uses()}
    terms = {term.id for owner in (tower, *tower.indications) for term in owner.terms}  # type: ignore[attr-defined]
    assert counted["trials/tower"].total() == len(criteria) + len(terms)
    row = re.search(r"^\| trials/tower \| (\d+) \|", PAGES["index.md"], re.MULTILINE)
    assert row is not None
    assert int(row[1]) == len(criteria) + len(terms)


def test_what_does_not_exist_is_answered_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "us-label/mrd-possitive"]) == 2
    assert capsys.readouterr().err == (
        "nothing is called `us-label/mrd-possitive`\n  hint: did you mean `us-label/mrd-positive`?\n"
    )


def test_writing_removes_old_pages_and_touches_no_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--write", str(tmp_path / "book")]) == 0
    old = tmp_path / "book" / "trials" / "old.md"
    old.write_text((tmp_path / "book" / "index.md").read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["show", "--write", str(tmp_path / "book")]) == 0
    assert not old.exists()
    mine = tmp_path / "book" / "mine.md"
    mine.write_text("# Mine\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["show", "--write", str(tmp_path / "book")]) == 2
    assert "mine.md: is not a page of the handbook" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "# Mine\n"
