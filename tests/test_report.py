"""Reports: golden view models, what the views say of an answer, and that every format shows all of it and nothing else.

How pages look and behave in a real browser is tested in test_browser.py.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss import Truth
from blinadss.answer_words import speaks_for
from blinadss.cli import main
from blinadss.errors import UsageError
from blinadss.expression import Group
from blinadss.grammar import read_comparison
from blinadss.loading import load_knowledge
from blinadss.output import patience
from blinadss.report import Report, assessment_report, checklist_report, html, pdf, to_html, to_markdown, to_pdf
from blinadss.report.blocks import Cell, Phrase, Picture, Table, Tick, phrase, shown
from blinadss.report.cycle import Lane
from blinadss.report.lanes import lanes_of
from blinadss.report.paths import criterion_branch
from blinadss.report.tree import Branch, icon_of
from blinadss.testing import profiles
from blinadss.testing.generated import knowledge_of
from blinadss.testing.patients import as_profile
from reports import (
    EXAMPLE_NAMES,
    EXAMPLES,
    INDICATION,
    ON,
    Seen,
    example,
    golden,
    pages_of,
    parts,
    prose_of,
    report_of,
    seen_in_markdown,
    shown_on,
    squeezed,
    unhyphenated,
    within_margins,
)
from strategies import policy_of

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% for a in b %} ${7*7}",
    "\u202eright to left\u202c \u2066isolated\u2069 \u200f",
    "x" * 10_000,
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    '#strong[bold] *bold* _slanted_ $x^2$ `raw` @label <label> //comment /* more */ = Heading #import "x" \\',
    "| a | b |\n|---|---|\n# Heading\n- [ ] item\n1. one\n> quoted [a](javascript:alert(1)) ![b](c) www.x.y http://a.b",
    "</style></title></svg>]]> &amp; &lt; <!-- -->",
    "שלום مرحبا हिन्दी 漢字 ไทย",
    "\x00\x07\x1b[31m\x85\ue000\ufffe\U0010ffff",
    "'\"`; DROP TABLE patients; --",
)  # fmt: skip


# Golden view models. To renew them on purpose, write `golden(…)` of each over its file.


@pytest.mark.parametrize("name", ["child", "patient", "due"])
def test_a_view_model_is_the_golden_one(name: str) -> None:
    report = due_report() if name == "due" else example(name)
    assert golden(report) == (GOLDEN / f"report-{name}.json").read_text("utf-8")


def due_report() -> Report:
    profile = blinadss.load_profile(EXAMPLES / "child.yaml")
    listed = blinadss.checklist(
        profile,
        "us-label/relapsed-refractory",
        start=date(2026, 12, 1),
        cycle=1,
        ordered="5 mcg/day",
        engines=["reference"],
    )
    return checklist_report(listed, on=date(2026, 12, 8))


# What the views say


@settings(max_examples=12)
@given(profiles(on=ON))
def test_a_report_says_what_the_assessment_says(profile: blinadss.PatientProfile) -> None:
    """Every verdict, every finding of what applies or may apply, every question and every caution that is there."""
    assessment = blinadss.assess(profile, on=ON, engines=["reference"])
    report = assessment_report(assessment, profile)
    glances = [each for each in report.glances if each.anchor != "cautions"]
    assert [each.badge.word for each in glances] == [each.answer.replace("_", " ") for each in assessment.policies]
    sections = {each.anchor: each for each in report.sections}
    for policy in assessment.policies:
        texts = list(prose_of(replace(report, sections=(sections[f"policy-{policy.policy}"],))))
        indications = [each for each in policy.indications if each.applicability in {"applicable", "unknown"}]
        wanted = [finding.statement for each in indications for finding in each.findings]
        wanted += [finding.statement for finding in policy.contraindications]
        wanted += [shown(each.title) for each in policy.indications]
        assert not [text for text, count in Counter(wanted).items() if "\n".join(texts).count(text) < count]
        assert all(any(text.startswith(each.ask) for text in texts) for each in policy.missing)
    present = {each.statement for each in assessment.cautions if each.truth is Truth.TRUE}
    assert present <= set(prose_of(report))


@settings(max_examples=25)
@given(profiles(on=ON))
def test_the_tree_that_is_drawn_answers_as_the_engines_do(profile: blinadss.PatientProfile) -> None:
    """By Kleene's tables from the comparisons up; and what is lit alone leads to what decided."""
    knowledge = load_knowledge()
    assessment = blinadss.assess(profile, on=ON, engines=["reference"], policies=["eu-label", "nhs-england"])
    for policy in assessment.policies:
        for finding in policy.findings():
            root = criterion_branch(knowledge, finding, lit=True)
            assert root.truth is finding.truth
            assert icon_of(root) == {"good": "tick", "bad": "cross", "open": "question"}[speaks_for(finding)]
            if root.parts:
                assert root.parts[0].truth is finding.truth
                assert _lit_leaves(root) == sum(each.decisive for each in finding.comparisons)


def test_under_none_what_is_there_is_drawn_as_speaking_against() -> None:
    here, absent = read_comparison("disease.cd19 is positive"), read_comparison("infection.hiv is present")
    knowledge = knowledge_of(policy_of([Group("none", (here, absent))]))
    profile = as_profile({"disease.cd19": "positive", "infection.hiv": "absent"})
    assessment = blinadss.assess(profile, on=ON, policies=["p"], knowledge=knowledge, engines=["reference"])
    (group,) = criterion_branch(knowledge, next(assessment.policies[0].findings()), lit=True).parts
    assert (icon_of(group), *map(icon_of, group.parts)) == ("cross", "cross", "tick")
    assert [each.lit for each in group.parts] == [True, False]


def _lit_leaves(branch: Branch) -> int:
    if not branch.parts:
        return int(branch.lit)
    below = sum(map(_lit_leaves, branch.parts))
    assert branch.lit is (below > 0)
    return below


@pytest.mark.parametrize(
    ("bag", "start"), [(None, date(2026, 12, 1)), (timedelta(hours=48), datetime(2026, 12, 1, 9, tzinfo=UTC))]
)
def test_everything_due_can_be_ticked_once(bag: timedelta | None, start: date | datetime) -> None:
    profile = blinadss.load_profile(EXAMPLES / "child.yaml")
    listed = blinadss.checklist(
        profile, "eu-label/paediatric-relapsed-refractory", start=start, bag=bag, engines=["reference"]
    )
    report = checklist_report(listed)
    cautions = [item for item in listed.items if item.basis == "caution"]
    dated_ticks = [
        tick
        for section in report.sections
        if section.anchor.startswith("cycle-")
        for tick in parts(section)
        if isinstance(tick, Tick)
    ]
    boxes = sum(max(1, len(each.times)) for each in dated_ticks)
    assert boxes == sum(each.of not in {item.id for item in cautions} for each in listed.entries)
    last = next(each for each in report.sections if each.anchor == "caution")
    assert sum(isinstance(each, Tick) for each in parts(last)) == len(cautions)


@pytest.mark.parametrize(
    ("start", "infusion", "hospital", "bags"),
    [
        (date(2026, 12, 1), (0.0, 28.0), (0.0, 9.0), ()),
        (datetime(2026, 12, 1, 10, 30, tzinfo=UTC), (0.4375, 28.4375), (0.4375, 9.4375), (0.4375, 4.4375, 7.4375)),
    ],
)
def test_a_cycle_is_drawn_where_its_days_are(
    start: date | datetime, infusion: Any, hospital: Any, bags: tuple[float, ...]
) -> None:
    profile = blinadss.load_profile(EXAMPLES / "child.yaml")
    bag = timedelta(hours=96) if bags else None
    listed = blinadss.checklist(
        profile, "us-label/relapsed-refractory", start=start, cycle=1, bag=bag, engines=["reference"]
    )
    lanes = {each.label: each for each in lanes_of(listed, listed.cycles[0])}
    assert lanes["Infusion"].spans == (infusion,)
    assert lanes["In hospital"].spans == (hospital,)
    begin, end = infusion
    assert lanes["Dose"].spans == ((begin, begin + 7), (begin + 7, end))
    assert lanes["Dose"].words == tuple(each.dose.amount for each in listed.doses)
    assert bags == lanes.get("Bag hung", Lane("")).marks[: len(bags)]


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_tables_are_whole_and_every_picture_is_told_in_words(name: str) -> None:
    for each in parts(example(name)):
        if isinstance(each, Table):
            assert len(each.columns) == len(each.widths)
            reached = [0] * len(each.columns)
            for row in each.rows:
                assert len(row) == len(each.columns)
                for place, cell in enumerate(row):
                    assert (cell is None) is (reached[place] > 0)
                    reached[place] = cell.rows - 1 if isinstance(cell, Cell) else reached[place] - 1
            assert not any(reached)
        if isinstance(each, Picture):
            assert each.title
            assert len(each.description) > 40


def test_of_every_observation_it_is_said_until_when_it_counts_or_why_not() -> None:
    seen = {
        "mrd": {"level": [{"value": "1 %", "on": "2026-09-01"}, {"value": "0.3 %", "on": "2026-11-16"}]},
        "marrow": {"blasts": {"value": "2 %", "on": "2026-09-01"}},
        "disease": {"cd19": [{"value": "positive", "on": "2026-11-01"}, {"value": "negative", "on": "2026-11-01"}]},
        "patient": {"weight": "70 kg"},
    }
    report = report_of(blinadss.PatientProfile.model_validate(seen))
    (table,) = (each for each in parts(report.sections) if isinstance(each, Table) and "Counts" in each.columns)
    told = [[next(iter(prose_of_cell(row[place])), "") for place in (1, 2, 4)] for row in table.rows]
    assert sorted(told) == [
        ["0.3 %", "2026-11-16", "until 2026-12-14"],
        ["1 %", "2026-09-01", "no: a later one counts"],
        ["2 %", "2026-09-01", "no: too old to count"],
        ["70 kg", "", "no limit set"],
        ["negative", "2026-11-01", "no: results disagree"],
        ["positive", "2026-11-01", "no: results disagree"],
    ]


def prose_of_cell(cell: Cell | None) -> list[str]:
    assert cell
    return ["".join(run.text for run in prose) for prose in cell.prose]


def test_a_patient_who_is_supposed_and_one_who_contradicts_himself_are_told_before_any_answer() -> None:
    profile = blinadss.load_profile(EXAMPLES / "patient.yaml")
    report = report_of(profile, supposing={"marrow.blasts": "80 %"})
    assert [each.badge and each.badge.word for each in report.alerts] == ["SUPPOSED", "CONTRADICTION"]


def test_a_report_of_another_patient_or_of_other_criteria_is_refused() -> None:
    profile, other = (blinadss.load_profile(EXAMPLES / f"{name}.yaml") for name in ("patient", "child"))
    assessment = blinadss.assess(profile, on=ON, engines=["reference"])
    with pytest.raises(UsageError, match="not of this profile"):
        assessment_report(assessment, other)
    with pytest.raises(UsageError, match="other criteria"):
        assessment_report(assessment, profile, knowledge=replace(load_knowledge(), version="another"))


def test_links_lead_to_the_web_or_nowhere() -> None:
    urls = {each.url for name in EXAMPLE_NAMES for each in parts(example(name)) if isinstance(each, Phrase)}
    assert len(urls) > 10
    assert all(url.startswith(("https://", "http://")) for url in urls if url)
    assert phrase("here", url="javascript:alert(1)") == Phrase("here")


# Every format shows the whole view model


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_html_shows_the_whole_view_model(name: str) -> None:
    page = Seen(to_html(example(name)))
    assert not [text for text in set(prose_of(example(name))) if squeezed(text) not in page.text]
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_markdown_shows_the_whole_view_model(name: str) -> None:
    seen = seen_in_markdown(to_markdown(example(name)))
    pictures = [
        text for each in parts(example(name)) if isinstance(each, Picture) for text in (each.title, each.description)
    ]
    assert not [text for text in {*prose_of(example(name)), *pictures} if squeezed(text) not in seen.text]


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_a_pdf_shows_the_whole_view_model_and_the_patient_on_every_page(name: str) -> None:
    report = example(name)
    pages = pages_of(to_pdf(report))
    assert not [text for text in set(prose_of(report)) if not shown_on(pages, text, report.running)]
    assert all(unhyphenated(report.running) in page for page in pages)
    assert all(f"{number}/{len(pages)}" in page for number, page in enumerate(pages, 1))


@pytest.mark.parametrize("name", [*EXAMPLE_NAMES, "long"])
def test_nothing_in_a_pdf_runs_off_the_page(name: str) -> None:
    report = hostile_report("x" * 10_000) if name == "long" else example(name)
    assert within_margins(to_pdf(report))


def test_the_same_report_is_the_same_file() -> None:
    report = example("patient")
    assert to_html(report) == to_html(report)
    assert to_pdf(report) == to_pdf(report)
    assert report == report_of(blinadss.load_profile(EXAMPLES / "patient.yaml"))


# Hostile text


def hostile_report(text: str) -> Report:
    seen = {"value": "positive", "on": "2026-11-01", "method": text, "origin": text}
    return report_of(
        blinadss.PatientProfile.model_validate({"id": text, "disease": {"cd19": seen}}), policies=["us-label"]
    )


@pytest.mark.parametrize("text", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_hostile_text_is_text_in_every_format(text: str) -> None:
    report, calm = hostile_report(text), hostile_report("calm")
    wanted, safe = squeezed(shown(text)), Seen(to_html(calm))
    page, wiki = Seen(to_html(report)), seen_in_markdown(to_markdown(report))
    assert len(report.running) < 120
    assert all(shown(each) == each for each in parts(report) if isinstance(each, str))
    assert page.text.count(wanted) >= 3  # the title, the id and how the fact was found
    assert wiki.text.count(wanted) >= 3
    assert Counter(page.tags) == Counter(safe.tags)
    assert Counter(wiki.tags) == Counter(seen_in_markdown(to_markdown(calm)).tags)
    assert (page.links, page.attributes) == (safe.links, safe.attributes)
    pages = pages_of(to_pdf(report))
    assert all(unhyphenated(report.running)[:12] in each or not report.running.isascii() for each in pages)
    if text.isascii() and text.isprintable():
        assert shown_on(pages, shown(text), report.running)


def test_a_character_that_no_font_has_is_shown_by_its_code_point() -> None:
    assert any("[U+E000]" in page for page in pages_of(to_pdf(hostile_report("a \ue000 b"))))
    missing = hostile_report("a \U0002ebf0 b")  # printable, and in no font that is likely to be here
    assert any("[U+2EBF0]" in page for page in pages_of(to_pdf(missing)))


@cache
def calm_tags() -> tuple[set[str], set[str]]:
    calm = hostile_report("calm")
    return set(Seen(to_html(calm)).tags), set(seen_in_markdown(to_markdown(calm)).tags)


@settings(max_examples=25)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_an_element_or_is_lost(name: str, origin: str) -> None:
    fact = {"value": "positive", "origin": origin} if origin else "positive"
    profile = blinadss.PatientProfile.model_validate({"id": name, "disease": {"cd19": fact}})
    report = report_of(profile, policies=["us-label"])
    page, wiki = Seen(to_html(report)), seen_in_markdown(to_markdown(report))
    assert set(page.tags) == calm_tags()[0]
    assert set(wiki.tags) <= calm_tags()[1]
    for text in (name, origin):
        assert squeezed(shown(text)) in page.text
        assert squeezed(shown(text)) in wiki.text


# On the command line


@pytest.mark.parametrize(
    ("form", "begins"), [("html", b"<!doctype html>"), ("markdown", b"# Assessment of"), ("pdf", b"%PDF-")]
)
def test_a_report_is_written_whole_and_over_no_other_file(
    form: str, begins: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "report"
    call = ["assess", str(EXAMPLES / "patient.yaml"), "--policy", "us-label", "--format", form, "-o", str(target)]
    assert main(call) == 0
    assert target.read_bytes().startswith(begins)
    assert main(call) == 2
    assert "add `--force`" in capsys.readouterr().err
    target.write_bytes(b"old")
    assert main([*call, "--force"]) == 0
    assert target.read_bytes().startswith(begins)
    assert [each.name for each in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("form", ["html", "markdown", "pdf"])
def test_a_checklist_can_be_written_as_a_document_of_one_day(form: str, tmp_path: Path) -> None:
    target = tmp_path / "list"
    call = ["checklist", str(EXAMPLES / "patient.yaml"), "--indication", INDICATION, "--start", "2026-12-01"]
    assert main([*call, "--due", "2026-12-03", "--format", form, "-o", str(target)]) == 0
    text = "".join(pages_of(target.read_bytes())) if form == "pdf" else target.read_text("utf-8")
    assert unhyphenated("Due on Thu 2026-12-03") in unhyphenated(text.replace("\\", ""))


def test_a_pdf_is_not_poured_onto_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["assess", str(EXAMPLES / "patient.yaml"), "--format", "pdf"]) == 2
    assert "write it to a file with `-o report.pdf`" in capsys.readouterr().err


def test_what_takes_long_says_so_on_a_terminal_and_takes_it_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with patience("assessing"):
        pass
    assert not capsys.readouterr().err
    with patience("assessing"):
        sleep(1.3)
    assert capsys.readouterr().err == "\rassessing … 1 s\r\x1b[K"


@pytest.mark.parametrize(("form", "package"), [("html", "jinja2"), ("pdf", "typst")])
def test_without_the_extra_it_is_said_what_to_install(
    form: str, package: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    html._template.cache_clear()  # noqa: SLF001
    pdf._typst.cache_clear()  # noqa: SLF001
    target = tmp_path / "report"
    assert main(["assess", str(EXAMPLES / "patient.yaml"), "--format", form, "-o", str(target)]) == 2
    assert "install `blinadss[report]`" in capsys.readouterr().err
    assert not target.exists()
