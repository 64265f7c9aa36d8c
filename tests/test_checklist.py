"""Checklists: golden ones for five patients, dates in every form, and what is refused with a hint."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

import blinadss
from blinadss import Truth, checklist
from blinadss.checklist_calendar import checklist_ics
from blinadss.checklist_page import checklist_text
from blinadss.checklist_table import COLUMNS, checklist_csv
from blinadss.guidance import CONFIRM, CONFIRM_LOCALLY, Checklist
from blinadss.statements import Period

GOLDEN = Path(__file__).parent / "golden"
ON, START = date(2026, 11, 24), date(2026, 12, 1)
ADULT = {
    "patient": {"birth_date": "1981-02-03", "sex": "male", "weight": "71 kg", "height": "174 cm"},
    "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "philadelphia": "negative",
                "course": "relapsed", "relapse_number": "1"},
    "history": {"blinatumomab_hypersensitivity": "absent"},
}  # fmt: skip
CHILD = {
    "patient": {"birth_date": "2017-05-05", "sex": "female", "weight": "30 kg", "height": "117 cm"},
    "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "philadelphia": "negative",
                "course": "remission", "phase": "consolidation", "relapse_number": "0"},
    "history": {"blinatumomab_hypersensitivity": "absent"},
}  # fmt: skip
INFANT = {
    "patient": {"birth_date": "2026-08-20", "sex": "female", "weight": "5 kg", "height": "58 cm"},
    "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "philadelphia": "negative",
                "course": "refractory", "kmt2a_rearrangement": "present"},
    "history": {"blinatumomab_hypersensitivity": "absent"},
}  # fmt: skip
SEIZURES = {
    "patient": {"birth_date": "1969-09-09", "sex": "female", "weight": "58 kg", "height": "160 cm",
                "childbearing_potential": "absent"},
    "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "philadelphia": "negative",
                "course": "remission", "remission_number": "1"},
    "mrd": {"level": "0.4 %"},
    "cns": {"seizure_history": "present", "pathology": "present"},
    "history": {"blinatumomab_hypersensitivity": "absent"},
}  # fmt: skip
CASES: dict[str, tuple[Mapping[str, Any], str, Mapping[str, Any]]] = {
    "adult-relapsed-us": (ADULT, "us-label/relapsed-refractory", {"cycle": 1, "bag": timedelta(hours=96)}),
    "adult-relapsed-eu": (ADULT, "eu-label/relapsed-refractory", {"cycle": 1, "bag": timedelta(hours=96)}),
    "child-consolidation-us": (CHILD, "us-label/consolidation", {"cycle": 2, "ordered": "28 mcg/day"}),
    "child-first-relapse-eu": (CHILD, "eu-label/paediatric-first-relapse", {}),
    "infant-refractory-us": (INFANT, "us-label/relapsed-refractory", {"cycle": 1, "bag": timedelta(hours=48)}),
    "infant-refractory-eu": (INFANT, "eu-label/paediatric-relapsed-refractory", {"cycle": 1}),
    "mrd-seizures-us": (SEIZURES, "us-label/mrd-positive", {"cycle": 1, "bag": timedelta(days=7)}),
    "mrd-seizures-eu": (SEIZURES, "eu-label/mrd-positive", {"cycle": 1}),
}


def made(facts: Mapping[str, Any], indication: str, **how: Any) -> Checklist:
    """The checklist of a made-up patient, by the reference engine."""
    profile = blinadss.load_profile(facts)
    how = {"start": START, "on": ON, "engines": ["reference"], **how}
    return checklist(profile, indication, **how)


def shown(listed: Checklist) -> str:
    """The text, without what changes with every edit of the criteria."""
    return re.sub(r"sha256:[0-9a-f]{12}", "sha256:…", checklist_text(listed))


@pytest.mark.parametrize("name", CASES)
def test_the_checklist_reads_as_it_did(name: str) -> None:
    facts, indication, how = CASES[name]
    assert shown(made(facts, indication, **how)) == (GOLDEN / f"checklist-{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_every_engine_gives_the_same_checklist(name: str) -> None:
    facts, indication, how = CASES[name]
    alone, all_of_them = made(facts, indication, **how), made(facts, indication, **how, engines=None)
    left_out = {"engines": None}
    assert {**alone.model_dump(), **left_out} == {**all_of_them.model_dump(), **left_out}


def test_same_in_same_out() -> None:
    assert (
        made(*CASES["adult-relapsed-us"][:2]).model_dump_json()
        == made(*CASES["adult-relapsed-us"][:2]).model_dump_json()
    )


def test_nine_cycles_follow_each_other_with_14_and_then_56_days_between() -> None:
    cycles = made(ADULT, "us-label/relapsed-refractory").cycles
    assert [each.number for each in cycles] == list(range(1, 10))
    assert [(each.last_day - each.first_day).days for each in cycles] == [27] * 9
    assert [(each.next_from - each.last_day).days - 1 for each in cycles] == [14] * 5 + [56] * 4
    assert [each.phase for each in cycles] == ["induction"] * 2 + ["consolidation"] * 3 + ["continued therapy"] * 4


def test_the_arithmetic_of_a_dose_by_surface_is_shown() -> None:
    (planned,) = made(CHILD, "us-label/consolidation", cycle=1).doses
    assert (planned.dose.amount, planned.dose.unrounded) == ("14.81 mcg/day", "14.811313 mcg/day")
    assert "15 mcg/m2/day × 0.9874… m2 ≈ 14.81 mcg/day, within the cap of 28 mcg/day" in planned.dose.working
    assert planned.dose.confirm == CONFIRM


def test_an_unknown_weight_leaves_the_dose_open_and_asks() -> None:
    facts = {**CHILD, "patient": {"birth_date": "2017-05-05"}}
    listed = made(facts, "us-label/consolidation", cycle=1)
    assert {(each.dose.amount, each.dose.truth) for each in listed.doses} == {(None, Truth.UNKNOWN)}
    assert [each.fact for each in listed.missing] == ["patient.weight"]
    light = made({**facts, "patient": {"weight": "30 kg"}}, "us-label/consolidation", cycle=1)
    assert [each.fact for each in light.missing] == ["patient.body_surface_area"]


def test_a_dose_that_nobody_stated_is_not_borrowed() -> None:
    facts = {**SEIZURES, "patient": {**SEIZURES["patient"], "weight": "40 kg"}}
    listed = made(facts, "eu-label/mrd-positive", cycle=1)
    assert listed.doses == ()
    assert listed.not_stated[0].startswith("Cycle 1, from day 1: no dose is stated for this patient.")


@pytest.mark.parametrize(
    ("ordered", "truth", "says"),
    [
        ("28 mcg/day", Truth.FALSE, "28 mcg/day is 89 % more than the rule gives, 14.81 mcg/day"),
        ("14.81 mcg/day", Truth.TRUE, "14.81 mcg/day is what the rule gives"),
        ("14.8 mcg/day", Truth.TRUE, "14.8 mcg/day is what the rule gives"),
        ("15 mcg/day", Truth.TRUE, "15 mcg/day is what the rule gives"),
        ("14 mcg/day", Truth.FALSE, "5 % less than the rule gives"),
    ],
)
def test_an_ordered_dose_is_held_against_the_rule(ordered: str, truth: Truth, says: str) -> None:
    held = made(CHILD, "us-label/consolidation", cycle=1, ordered=ordered).ordered
    assert held is not None
    assert held.truth is truth
    assert says in held.says[0]


@pytest.mark.parametrize(
    ("how", "problem", "hint"),
    [
        ({"indication": "us-label/relapsed"}, "no checklist is known for `us-label/relapsed`", "relapsed-refractory"),
        ({"cycle": 12}, "`us-label/relapsed-refractory` has no cycle 12", "it has cycles 1 to 9"),
        ({"cycle": 0}, "has no cycle 0", "it has cycles 1 to 9"),
        ({"start": date(2019, 1, 1)}, "what `us-label` says of doses on 2019-01-01 is not", "from 2024-06-14 on"),
        ({"start": date(2010, 1, 1)}, "what `us-label` says of doses on 2010-01-01 is not", "start no earlier"),
        ({"bag": timedelta(hours=36)}, "there is no bag that lasts 36 hours", "24 hours, 48 hours"),
        ({"ordered": "28 mg/day"}, "is not in mcg/day", "28 mcg/day"),
        ({"ordered": "a lot"}, "`a lot` is not a dose", "28 mcg/day"),
    ],
)
def test_what_the_knowledge_does_not_cover_is_refused(how: dict[str, Any], problem: str, hint: str) -> None:
    with pytest.raises(blinadss.UsageError) as error:
        made(ADULT, **{"indication": "us-label/relapsed-refractory", **how})
    assert problem in str(error.value)
    assert hint in str(error.value)


def test_a_bag_with_preservative_is_refused_below_its_weight() -> None:
    with pytest.raises(blinadss.UsageError, match="a bag of 72 hours is not for this patient") as error:
        made(INFANT, "us-label/relapsed-refractory", cycle=1, bag=timedelta(hours=72))
    assert "choose 24 hours or 48 hours" in str(error.value)


def test_bags_fill_the_infusion_and_begin_anew_with_a_step_of_dose() -> None:
    listed = made(ADULT, "us-label/relapsed-refractory", cycle=1, bag=timedelta(hours=96))
    bags = [(each.day, each.title) for each in listed.entries if each.kind == "bag"]
    assert bags[:3] == [
        (1, "Bag for 96 hours"),
        (5, "Bag for 72 hours, shorter than the others"),
        (8, "Bag for 96 hours"),
    ]
    hours = [int(re.findall("[0-9]+", title)[0]) for _, title in bags]
    assert sum(hours) == 28 * 24


def test_hours_pass_and_days_are_those_of_the_calendar_when_the_clocks_change() -> None:
    start = datetime(2027, 3, 20, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # the clocks go forward on 2027-03-28
    listed = made(ADULT, "us-label/relapsed-refractory", start=start, cycle=1, bag=timedelta(hours=24))
    times = [(each, each.start) for each in listed.entries if isinstance(each.start, datetime)]
    bags = [f"{at:%d %H:%M}" for each, at in times if each.kind == "bag"]
    assert bags[7:10] == ["27 09:00", "28 10:00", "29 10:00"]
    daily = [f"{at:%d %H:%M}" for each, at in times if each.of == "practice/daily-chemistry"]
    assert daily[7:9] == ["27 09:00", "28 09:00"]
    (end,) = [at for each, at in times if each.kind == "end"]
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(days=28)
    assert [at.astimezone(UTC) for _, at in times] == sorted(at.astimezone(UTC) for _, at in times)


def test_days_run_over_the_end_of_months_and_over_a_leap_day() -> None:
    listed = made(ADULT, "us-label/relapsed-refractory", start=date(2028, 2, 2), cycle=1)
    (cycle,) = listed.cycles
    assert (cycle.last_day, cycle.next_from) == (date(2028, 2, 29), date(2028, 3, 15))


def test_what_is_due_on_a_day_is_what_begins_or_lasts_on_it() -> None:
    listed = made(ADULT, "us-label/relapsed-refractory", cycle=1)
    titles = {each.title for each in listed.due(date(2026, 12, 8))}
    assert {"Step to the full dose", "In hospital"} <= titles
    assert "Start with the starting dose" not in titles
    assert not [each for each in listed.due(date(2027, 6, 1)) if each.kind == "dose"]


def test_what_rests_on_a_label_on_practice_and_on_a_caution_is_kept_apart() -> None:
    listed = made(SEIZURES, "us-label/mrd-positive", cycle=1)
    homes = {"label": "us-label/", "practice": "practice/", "caution": "cautions/"}
    assert all(item.id.startswith(homes[item.basis]) for item in listed.items)
    assert {item.basis for item in listed.items} == set(homes)
    held = {item.id for item in listed.items if item.basis == "caution" and item.truth is Truth.TRUE}
    assert any("seizure" in name for name in held)
    unread = [item for item in listed.items if item.assurance == "unverified"]
    assert {(item.basis, item.confirm) for item in unread if item.basis != "caution"} == {
        ("label", CONFIRM),
        ("practice", CONFIRM_LOCALLY),
    }


def test_an_item_for_other_patients_is_named_and_left_out() -> None:
    listed = made(ADULT, "us-label/relapsed-refractory", cycle=1)
    assert "us-label/premedication-relapsed-refractory-child" in listed.not_for_this_patient
    assert listed.item("us-label/premedication-relapsed-refractory-child") is None
    with pytest.raises(blinadss.ProfileError):
        made({**ADULT, "patient": {"weight": "0.4 kg"}}, "us-label/relapsed-refractory")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "ELIGIBLE · this indication applies to the patient, and nothing contraindicates"),
        ({"disease": {**ADULT["disease"], "course": "remission"}}, "INELIGIBLE · this indication does not apply"),
        ({"disease": {}}, "UNDETERMINED · it is not known whether this indication applies"),
        ({"history": {}}, "UNDETERMINED · the indication applies, but a contraindication cannot be ruled out"),
        ({"history": {"blinatumomab_hypersensitivity": "present"}}, "CONTRAINDICATED · a contraindication is present"),
    ],
)
def test_the_list_says_first_whether_the_treatment_may_be_given_at_all(facts: dict[str, Any], says: str) -> None:
    assert shown(made({**ADULT, **facts}, "us-label/relapsed-refractory", cycle=1)).splitlines()[2].startswith(says)


def test_the_table_has_a_row_for_everything_and_holds_no_patient() -> None:
    listed = made({**ADULT, "id": "Mrs Secret"}, "us-label/relapsed-refractory", cycle=1)
    rows = list(csv.reader(StringIO(checklist_csv(listed))))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) > len(listed.entries)
    assert "Secret" not in checklist_csv(listed)
    assert len(list(csv.reader(StringIO(checklist_csv(listed, on=START))))) == 1 + len(listed.due(START))


def test_two_other_libraries_read_the_calendar() -> None:
    start = datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    listed = made({**ADULT, "id": "Mrs Secret"}, "us-label/relapsed-refractory", start=start, cycle=1)
    text = checklist_ics(listed)
    events = [each for each in icalendar.Calendar.from_ical(text).walk() if each.name == "VEVENT"]
    assert len(events) == len(listed.entries) == len(list(vobject.readOne(text).vevent_list))
    assert len({str(each["uid"]) for each in events}) == len(events)
    titles = {str(each["summary"]) for each in events}
    assert "Step to the full dose" in titles
    assert not [title for title in titles if re.search(r"Secret|mcg|[0-9] kg", title)]
    first = next(each for each in events if str(each["summary"]) == "Start with the starting dose")
    assert first.decoded("dtstart") == start.astimezone(UTC)


def test_a_course_that_is_moved_keeps_the_uids_of_its_entries() -> None:
    def uids(start: date) -> list[str]:
        text = checklist_ics(made(ADULT, "us-label/relapsed-refractory", start=start, cycle=1))
        return sorted(re.findall(r"UID:(\S+)", text))

    assert uids(START) == uids(date(2026, 12, 3))


def test_two_patients_share_no_entry_of_a_calendar() -> None:
    one, two = (
        set(re.findall(r"UID:(\S+)", checklist_ics(made({**ADULT, "id": name}, "us-label/mrd-positive", cycle=1))))
        for name in ("one", "two")
    )
    assert one
    assert not one & two


def test_rows_are_those_in_force_on_the_day_of_the_start() -> None:
    shipped = blinadss.load_knowledge()
    treatment = shipped.treatments["us-label"]
    dated = replace(treatment.items[0], period=Period(START))
    changed = replace(treatment, items=(dated, *treatment.items[1:]))
    knowledge = replace(shipped, treatments={**shipped.treatments, "us-label": changed})

    def listed(start: date) -> bool:
        return dated.id in (
            each.id for each in made(SEIZURES, "us-label/mrd-positive", start=start, knowledge=knowledge).items
        )

    assert (listed(START), listed(START - timedelta(days=1))) == (True, False)


def test_a_day_s_calendar_holds_that_day_with_the_same_uids() -> None:
    listed = made(ADULT, "us-label/relapsed-refractory", cycle=1)
    whole, day = (set(re.findall(r"UID:(\S+)", checklist_ics(listed, on=on))) for on in (None, date(2026, 12, 8)))
    assert len(day) == len(listed.due(date(2026, 12, 8)))
    assert day < whole
