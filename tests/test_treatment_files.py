"""What is read from the files on giving the treatment and on grades; the mistakes in them are in `mistakes/`."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss.errors import KnowledgeError, Mistake
from blinadss.loading import load_knowledge
from blinadss.schedule import read_schedule
from blinadss.treatment import ACTIONS, ITEM_KINDS, Dose, read_dose
from blinadss.treatment_text import read_days, read_days_off, read_range, read_time

VALID = Path(__file__).parent / "mistakes" / "valid"
DOSING, MONITORING, TOXICITY, GRADING = "p/dosing.yaml", "p/monitoring.yaml", "p/toxicity.yaml", "grading/g.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VALID, tmp_path / "criteria"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def practice(folder: Path, head: str = "", row: str = "") -> None:
    """A file on what no policy asks, made from the policy's."""
    text = (VALID / MONITORING).read_text(encoding="utf-8")
    text = text.replace("monitoring: p\nfrom: 2024-06-14\n", f"monitoring: practice\n{head}")
    (folder / "practice").mkdir()
    (folder / "practice/monitoring.yaml").write_text(text.replace("    kind", f"{row}    kind"), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return [each.problem for each in caught.value.problems]


def test_every_line_of_the_files_is_read(folder: Path) -> None:
    treatment = load_knowledge(folder).treatments["p"]
    assert (treatment.title, treatment.start) == ("A policy", date(2024, 6, 14))
    (cycle,) = treatment.cycles
    assert (cycle.id, cycle.phase, cycle.cycles, cycle.infusion, cycle.off) == (
        "p/induction",
        "induction",
        (1, 2),
        28,
        14,
    )
    fixed, by_surface = treatment.doses
    assert (fixed.drug, fixed.level, fixed.cycles, fixed.days) == ("blinatumomab", "full", (1, 2), (1, 28))
    assert fixed.dose == Dose(Decimal(28), "mcg", a_day=True)
    assert by_surface.dose == Dose(Decimal(15), "mcg", by_surface=True, a_day=True, cap=Decimal(28))
    (bag,) = treatment.bags
    assert (bag.lasts, bag.rate, bag.preservative, bag.when) == (timedelta(hours=24), "10 mL/h", "free", None)
    (item,) = treatment.items
    assert (item.title, item.kind, item.watch) == ("Dexamethasone before the infusion", "premedication", ("crs",))
    assert item.schedule == (read_schedule("within 1 hour before cycle 1"),)
    assert [(each.drug, str(each.dose), each.how) for each in item.give] == [
        ("dexamethasone", "20 mg", "intravenously")
    ]
    (toxicity,) = treatment.toxicities
    assert (toxicity.fact, [each.action for each in toxicity.act]) == ("toxicity.crs", ["stop", "interrupt"])
    assert [str(each.dose) for each in toxicity.act[1].give] == ["5 mg/m2, at most 8 mg"]
    assert [(each.level, str(each.dose)) for each in toxicity.act[1].restart] == [("starting", "9 mcg/day")]
    assert treatment.graded_by is not None
    assert treatment.graded_by.statement == "The table grades by a scale of its own."


def test_a_dose_that_says_nothing_of_itself_is_put_into_words(folder: Path) -> None:
    doses = {row.id: row.statement for row in load_knowledge(folder).treatments["p"].rows()}
    assert doses["p/premedication-dexamethasone"] == "Dexamethasone 20 mg, intravenously."
    assert doses["p/crs-restart"] == "Blinatumomab 9 mcg/day."


def test_a_grading_system_keeps_its_version_and_its_order(folder: Path) -> None:
    system = load_knowledge(folder).grading["g"]
    (scale,) = system.scales
    assert (system.title, system.version, scale.id, scale.fact) == ("A grading system", "1", "g/crs", "toxicity.crs")
    assert [(row.id, row.grade) for row in scale.grades] == [("g/crs-grade-2", 2), ("g/crs-grade-1", 1)]


@pytest.mark.parametrize("kind", ITEM_KINDS)
def test_every_kind_of_item_can_be_written(folder: Path, kind: str) -> None:
    edit(folder, MONITORING, "kind: premedication", f"kind: {kind}")
    assert [item.kind for item in load_knowledge(folder).treatments["p"].items] == [kind]


@pytest.mark.parametrize("word", ACTIONS)
def test_every_action_can_be_written(folder: Path, word: str) -> None:
    edit(folder, TOXICITY, "action: interrupt", f"action: {word}")
    assert load_knowledge(folder).treatments["p"].toxicities[0].act[1].action == word


@pytest.mark.parametrize("written", ["indication", "p/indication", "[indication, p/indication]"])
def test_an_indication_is_named_with_or_without_its_policy(folder: Path, written: str) -> None:
    edit(folder, DOSING, "    phase", f"    for: {written}\n    phase")
    (cycle,) = load_knowledge(folder).treatments["p"].cycles
    assert set(cycle.indications) == {"p/indication"}
    assert cycle.concerns("p/indication")
    assert not cycle.concerns("p/other")


def test_what_is_said_of_no_indication_is_said_of_all(folder: Path) -> None:
    (cycle,) = load_knowledge(folder).treatments["p"].cycles
    assert cycle.concerns("p/indication")
    assert cycle.concerns("whatever")


def test_what_no_policy_asks_belongs_to_no_edition(folder: Path) -> None:
    practice(folder, head="title: What is done here\n", row="    for: p/indication\n")
    stated = load_knowledge(folder).treatments["practice"]
    assert (stated.title, stated.start, stated.items[0].indications) == (
        "What is done here",
        date.min,
        ("p/indication",),
    )


def test_what_no_policy_asks_names_a_policy_with_its_indication(folder: Path) -> None:
    practice(folder, row="    for: indication\n")
    assert problems(folder) == ["there is no indication `indication`"]


def test_a_row_lasts_from_its_first_day_to_the_day_before_the_last(folder: Path) -> None:
    edit(folder, DOSING, "    lasts", "    from: 2020-01-01\n    until: 2024-06-14\n    lasts")
    treatment = load_knowledge(folder).treatments["p"]
    assert len(treatment.as_of(date(2024, 6, 13)).bags) == 1
    assert treatment.as_of(date(2024, 6, 14)).bags == ()


@pytest.mark.parametrize("file", [DOSING, MONITORING, TOXICITY])
def test_each_file_may_be_left_out(folder: Path, file: str) -> None:
    (folder / file).unlink()
    treatment = load_knowledge(folder).treatments["p"]
    parts = {DOSING: treatment.doses, MONITORING: treatment.items, TOXICITY: treatment.toxicities}
    assert [name for name, rows in parts.items() if not rows] == [file]


def test_a_policy_without_any_of_them_has_no_treatment(folder: Path) -> None:
    for file in (DOSING, MONITORING, TOXICITY):
        (folder / file).unlink()
    assert dict(load_knowledge(folder).treatments) == {}


def test_mistakes_in_several_files_are_said_together_in_file_order(folder: Path) -> None:
    edit(folder, TOXICITY, "action: stop", "action: halt")
    edit(folder, GRADING, "grade: 2", "grade: 6")
    edit(folder, DOSING, "cap: 28 mcg/day", "cap: 28 mg/day")
    edit(folder, DOSING, "lasts: 24 hours", "lasts: 0 hours")
    assert problems(folder) == [
        "`6` is not a grade",
        "the cap is not in mcg/day",
        "`0 hours` is no time at all",
        "`action` cannot be `halt`",
    ]


def test_two_rows_without_an_id_are_two_mistakes_and_no_third(folder: Path) -> None:
    edit(folder, DOSING, "  - id: fixed\n    statement", "  - statement")
    edit(folder, DOSING, "  - id: by-surface\n    statement", "  - statement")
    assert problems(folder) == ["a dose has no `id`"] * 2


@pytest.mark.parametrize("name", ["p/indication", "p/cd19-positive", "p/active-infection", "p/induction", "p/crs"])
def test_a_name_that_anything_in_the_folder_has_is_taken(folder: Path, name: str) -> None:
    edit(folder, TOXICITY, "id: crs-restart", f"id: {name.removeprefix('p/')}")
    assert problems(folder) == [f"something is called `{name}` already"]


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("28 mcg/day", Dose(Decimal(28), "mcg", a_day=True)),
        ("15 mcg/m2/day", Dose(Decimal(15), "mcg", by_surface=True, a_day=True)),
        ("5 mg/m2", Dose(Decimal(5), "mg", by_surface=True)),
        ("0.5 mg", Dose(Decimal("0.5"), "mg")),
    ],
)
def test_a_dose_reads_back_as_it_was_written(text: str, dose: Dose) -> None:
    assert read_dose(text) == dose
    assert str(dose) == text


@given(st.decimals("0.01", 999, places=2), st.sampled_from(["mg", "mcg"]), st.booleans(), st.booleans())
def test_every_dose_reads_back_as_it_was_written(amount: Decimal, unit: str, by_surface: bool, a_day: bool) -> None:  # noqa: FBT001
    dose = read_dose(f"{amount} {unit}{'/m2' if by_surface else ''}{'/day' if a_day else ''}")
    assert (dose.amount, dose.unit, dose.by_surface, dose.a_day) == (amount, unit, by_surface, a_day)
    assert read_dose(str(dose)) == dose


@pytest.mark.parametrize(
    "text",
    ["", "28", "mcg/day", "28mcg/day", "28  mcg/day", "28 MCG/day", "28 ug/day", "28 µg/day", "28 mcg/d", "28 g",
     "-28 mcg/day", "28. mcg/day", ".5 mg", "28,5 mcg/day", "9-28 mcg/day", "28 mcg/day/m2", "28 mcg per day",
     "2.8e1 mcg/day", "0 mg", "0.00 mcg/day", "٢٨ mcg/day"],
)  # fmt: skip
def test_what_is_no_dose_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_dose(text)
    assert caught.value.hint


def test_a_sign_for_micrograms_is_answered_with_the_word() -> None:
    for sign in ("28 µg/day", "28 μg/day", "28 ug/day"):
        with pytest.raises(Mistake) as caught:
            read_dose(sign)
        assert caught.value.hint == "write micrograms as mcg"


@pytest.mark.parametrize(("text", "found"), [("1", (1, 1)), ("1-7", (1, 7)), ("8-28", (8, 28)), ("3-3", (3, 3))])
def test_a_range_has_a_first_and_a_last(text: str, found: tuple[int, int]) -> None:
    assert read_range(text) == found


@pytest.mark.parametrize("text", ["", "0", "0-7", "7-1", "1-", "-7", "1 - 7", "1–7", "1-7-9", "one", "1.5"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        read_range(text)


def test_lengths_of_time_are_exact() -> None:
    assert read_time("24 hours") == read_time("1 day") == timedelta(days=1)
    assert read_time("7 days") == read_time("1 week") == timedelta(days=7)
    assert read_time("0.5 hours") == timedelta(minutes=30)
    assert (read_days("48 hours"), read_days_off("none"), read_days_off("2 weeks")) == (2, 0, 14)


@pytest.mark.parametrize("text", ["36 hours", "0 days", "-1 days", "28", "a week"])
def test_what_is_no_number_of_days_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        read_days(text)
