"""Grades: what is certain, what is possible, and that knowing more only ever narrows it; by one version at a time."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss import grade
from blinadss.advising import prepared_grading
from blinadss.answers import Patient
from blinadss.derived import ORIGINS
from blinadss.errors import UsageError
from blinadss.expression import facts_in
from blinadss.guidance import Grade
from blinadss.lookup import look_up
from blinadss.testing import patients as generated_patients
from blinadss.testing.choices import drawn
from blinadss.testing.patients import as_profile
from blinadss.testing.values import marks_of
from blinadss.treatment import Scale
from blinadss.truth import Truth
from strategies import ON
from test_laws import plain_meaning

KNOWLEDGE = blinadss.load_knowledge()
SCALES = {scale.id: scale for system in KNOWLEDGE.grading.values() for scale in system.scales}
WHENS = [row.when for system in KNOWLEDGE.grading.values() for row in system.rows() if row.when]
CRS, ICANS, ALT = "astct-2019/crs", "astct-2019/icans", "ctcae-v5/alt"
ICE = {"orientation": 4, "naming": 3, "command": 1, "writing": 1, "attention": 1}
ADULT = {"patient.age": "40 years", "neurology.developmental_delay": "absent"}
AWAKE = {
    "neurology.consciousness": "spontaneously",
    "neurology.seizure": "none",
    "neurology.motor_weakness": "absent",
    "neurology.cerebral_oedema": "none",
    "neurology.raised_pressure": "absent",
}


def graded(scale: str, facts: dict[str, Any], engine: str = "reference") -> Grade:
    return grade(as_profile(facts), scale, on=ON, engines=(engine,))


def between(scale: str, facts: dict[str, Any]) -> tuple[int, int]:
    found = graded(scale, facts)
    return found.at_least, found.at_most


def asked(scale: Scale, *, derived: bool) -> list[str]:
    """The facts that a scale asks; those that can be worked out as they are, or what they are worked out from."""
    named = {fact for row in scale.grades if row.when for fact in facts_in(row.when)}
    worked_out = {fact for fact in named if fact in ORIGINS and fact != "patient.age"}
    if derived:
        return sorted(named)
    return sorted((named | {origin for fact in worked_out for origin in ORIGINS[fact]}) - worked_out)


def undated(written: Any) -> Any:
    """The value by itself: items of one score seen on several days are not one score."""
    first = written[0] if isinstance(written, list) else written
    return first["value"] if isinstance(first, dict) and "upper_limit" not in first else first


def observations(scale: Scale, *, derived: bool) -> st.SearchStrategy[dict[str, Any]]:
    facts = drawn(generated_patients.facts, asked(scale, derived=derived), ON, marks_of(WHENS))
    return facts.map(lambda found: {name: undated(each) if "ice_" in name else each for name, each in found.items()})


@pytest.mark.parametrize("scale", SCALES)
@settings(max_examples=60)
@given(data=st.data())
def test_more_observations_never_move_a_certain_grade(scale: str, data: Any) -> None:
    """Whatever else comes to be known, the grade stays between the bounds that were certain before."""
    facts = data.draw(observations(SCALES[scale], derived=data.draw(st.booleans())))
    hidden = data.draw(st.sets(st.sampled_from(sorted(facts)))) if facts else set()
    before = graded(scale, {fact: each for fact, each in facts.items() if fact not in hidden})
    after = graded(scale, facts)
    assert before.at_least <= after.at_least <= after.at_most <= before.at_most
    if before.grade is not None:
        assert after.grade == before.grade


@pytest.mark.parametrize("scale", SCALES)
@settings(max_examples=40)
@given(data=st.data())
def test_every_engine_gives_the_plain_meaning_of_every_scale(engine: str, scale: str, data: Any) -> None:
    """The certain grade is the gravest row that holds, the possible one the gravest that may; both by the tables."""
    facts = data.draw(observations(SCALES[scale], derived=data.draw(st.booleans())))
    _, prepared = prepared_grading(KNOWLEDGE, scale.partition("/")[0])
    values = Patient(as_profile(facts), ON, KNOWLEDGE, prepared.facts).values
    truths = [(row.grade, plain_meaning(row.when, values)) for row in SCALES[scale].grades if row.when]
    found = graded(scale, facts, engine)
    assert [(row.grade, row.truth) for row in found.rows] == truths
    assert found.at_least == max([0, *(number for number, truth in truths if truth is Truth.TRUE)])
    assert found.at_most == max([0, *(number for number, truth in truths if truth is not Truth.FALSE)])


@pytest.mark.parametrize("scale", SCALES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_grade_asks_for_something_just_while_it_is_open(scale: str, data: Any) -> None:
    found = graded(scale, data.draw(observations(SCALES[scale], derived=True)))
    assert bool(found.missing) == (found.grade is None)
    certain = f"grade {found.at_least}"
    assert str(found) == (certain if found.grade is not None else f"{certain} to {found.at_most}")


@pytest.mark.parametrize("scale", SCALES)
def test_of_nobody_in_particular_every_grade_is_possible(scale: str) -> None:
    assert between(scale, {}) == (0, max(row.grade for row in SCALES[scale].grades))


@pytest.mark.parametrize("scale", SCALES)
def test_a_grade_cites_documents_of_its_own_version_alone(scale: str) -> None:
    """No row of one version stands in another: its id, its sheet and everything that it cites are of that version."""
    own = {"astct-2019": ("2019", "astct-2019", "AST"), "ctcae-v5": ("5.0", "ctcae", "CT")}
    system = scale.partition("/")[0]
    version, documents, sheet = own[system]
    found = graded(scale, {})
    assert (found.version, found.system) == (version, KNOWLEDGE.grading[system].title)
    assert all(row.id.startswith(f"{system}/") for row in found.rows)
    assert all(cited.source.startswith(documents) for row in found.rows for cited in row.cite)
    assert not any("ctcae-6" in cited.source for row in found.rows for cited in row.cite)
    assert all(name.startswith(sheet) and "6-" not in name for row in SCALES[scale].grades for name in row.rows)
    assert all(row.cite for row in found.rows)


@pytest.mark.parametrize(
    ("scale", "hint"),
    [("astct-2019/csr", "astct-2019/crs"), ("ctcae-v5/altt", "ctcae-v5/alt"), ("ctcae-v6/alt", "ctcae-v5/alt")],
)
def test_an_unknown_scale_is_answered_with_the_nearest(scale: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"there is no scale `{scale}`") as caught:
        graded(scale, {})
    assert caught.value.problems[0].hint == f"did you mean `{hint}`?"


def test_a_name_like_no_scale_is_answered_with_all_of_them() -> None:
    with pytest.raises(UsageError) as caught:
        graded("fatigue", {})
    assert all(name in str(caught.value.problems[0].hint) for name in SCALES)


def test_a_grade_needs_a_day_and_takes_that_of_the_profile() -> None:
    with pytest.raises(UsageError, match="no day is given"):
        grade(as_profile({}), CRS)
    assert grade(as_profile({"signs.temperature": "37 C"}, ON), CRS).scale == CRS


@pytest.mark.parametrize(("score", "number"), [*enumerate([3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 0])])
def test_an_ice_score_makes_a_grade(score: int, number: int) -> None:
    assert between(ICANS, {**ADULT, **AWAKE, "neurology.ice": str(score)}) == (number, number)


SCORES = st.fixed_dictionaries({item: st.integers(0, most) for item, most in ICE.items()})


@settings(max_examples=100)
@given(SCORES, st.sets(st.sampled_from(list(ICE))))
def test_an_ice_score_of_which_items_are_missing_is_a_range(items: dict[str, int], hidden: set[str]) -> None:
    """The grade reaches from that with every missing item right to that with every one wrong."""
    seen = {f"neurology.ice_{item}": str(score) for item, score in items.items() if item not in hidden}
    low = sum(score for item, score in items.items() if item not in hidden)
    high = low + sum(ICE[item] for item in hidden)
    best, worst = (graded(ICANS, {**ADULT, **AWAKE, "neurology.ice": str(score)}).grade for score in (high, low))
    assert between(ICANS, {**ADULT, **AWAKE, **seen}) == (best, worst)


def test_items_of_an_earlier_day_are_not_added_to_those_of_a_later_one() -> None:
    items = {f"neurology.ice_{item}": {"value": str(most), "on": "2026-11-21"} for item, most in ICE.items()}
    items["neurology.ice_writing"] = {"value": "0", "on": "2026-11-22"}
    assert between(ICANS, {**ADULT, **AWAKE, **items}) == (1, 3)


CHILD = {"patient.age": "11 years", "neurology.developmental_delay": "absent"}
DELAYED = {"patient.age": "30 years", "neurology.developmental_delay": "present"}


@pytest.mark.parametrize(("capd", "number"), [("0", 0), ("1", 1), ("8", 1), ("9", 3), ("32", 3)])
@pytest.mark.parametrize("patient", [CHILD, DELAYED], ids=["child", "delayed"])
def test_below_12_years_and_with_delay_capd_takes_the_place_of_ice(
    patient: dict[str, str], capd: str, number: int
) -> None:
    for ice in ("0", "10"):
        scores = {"neurology.capd": capd, "neurology.ice": ice}
        assert between(ICANS, {**patient, **AWAKE, **scores}) == (number, number)


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2014-11-23", (0, 0)), ("2014-11-22", (3, 3)), ("2014-11-21", (3, 3))],
    ids=["the day before 12", "12", "the day after"],
)
def test_ice_counts_from_the_twelfth_birthday(born: str, expected: tuple[int, int]) -> None:
    scores = {"neurology.ice": "0", "neurology.capd": "0", "neurology.developmental_delay": "absent"}
    assert between(ICANS, {"patient.birth_date": born, **scores, **AWAKE}) == expected


def test_which_score_counts_stays_open_while_age_or_delay_is_unknown() -> None:
    scores = {"neurology.ice": "1", "neurology.capd": "1", **AWAKE}
    assert between(ICANS, {**scores, "neurology.developmental_delay": "absent"}) == (0, 3)
    assert between(ICANS, {**scores, "patient.age": "40 years"}) == (0, 3)
    assert between(ICANS, {**scores, "patient.age": "8 years"}) == (1, 1)


@settings(max_examples=100)
@given(observations(SCALES[ICANS], derived=False))
def test_who_cannot_be_woken_has_grade_4_whatever_else_is_seen(facts: dict[str, Any]) -> None:
    assert between(ICANS, {**facts, "neurology.consciousness": "not_at_all"}) == (4, 4)


def test_cytokine_release_needs_fever_or_treatment_that_hides_it() -> None:
    shock = {"signs.vasopressors": "2", "signs.hypotension": "present", "signs.oxygen": "room_air"}
    none, hidden = {"signs.fever_treated": "absent"}, {"signs.fever_treated": "present"}
    assert between(CRS, {**shock, **none, "signs.temperature": "37.9 C"}) == (0, 0)
    assert between(CRS, {**shock, **none, "signs.temperature": "38.0 C"}) == (4, 4)
    assert between(CRS, {**shock, **hidden, "signs.temperature": "36 C"}) == (4, 4)
    assert between(CRS, shock) == (0, 4)


BASELINES = {
    "normal before": ("1 x ULN", {"1": 0, "1.01": 1, "3": 1, "3.01": 2, "5": 2, "5.01": 3, "20": 3, "20.01": 4}),
    "twice the limit before": ("2 x ULN", {"1": 0, "2.9": 0, "3": 1, "6": 1, "6.1": 2, "10": 2, "10.1": 3, "40.1": 4}),
}


@pytest.mark.parametrize(
    ("before", "now", "number"),
    [(before, now, number) for before, numbers in BASELINES.values() for now, number in numbers.items()],
)
def test_a_liver_value_is_graded_by_the_limit_or_by_an_abnormal_baseline(before: str, now: str, number: int) -> None:
    assert between(ALT, {"labs.alt": f"{now} x ULN", "baseline.alt": before}) == (number, number)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"labs.alt": "0.9 x ULN"}, (0, 0)),
        ({"labs.alt": "6 x ULN"}, (0, 3)),
        ({"labs.alt": "6 x ULN", "baseline.alt": "<= 1 x ULN"}, (3, 3)),
        ({"labs.alt": "6 x ULN", "baseline.alt": "> 1 x ULN"}, (0, 3)),
        ({"labs.alt": "> 20 x ULN", "baseline.alt": "1 x ULN"}, (4, 4)),
        ({"baseline.alt": "1 x ULN"}, (0, 4)),
    ],
    ids=str,
)  # fmt: skip
def test_without_a_baseline_a_raised_value_is_a_range(facts: dict[str, Any], expected: tuple[int, int]) -> None:
    assert between(ALT, facts) == expected


MULTIPLES = st.sampled_from(["1.5", "3", "5", "20"])


@given(st.decimals("0.1", "900", places=1), st.decimals("0.1", "90", places=1), MULTIPLES)
def test_a_change_is_the_exact_ratio_to_the_baseline(now: Decimal, before: Decimal, times: str) -> None:
    """On which side of a multiple a value lies is decided without rounding, in whichever unit each was measured."""
    profile = as_profile({"labs.alt": f"{now} U/L", "baseline.alt": f"{before} U/L"})
    (span,) = look_up(profile, ["change.alt"], ON, {})["change.alt"].values.values()
    for operator in (">", ">="):
        threshold = Fraction(times) * Fraction(before)
        holds = Fraction(now) > threshold if operator == ">" else Fraction(now) >= threshold
        assert span.compared(operator, Decimal(times)) is (Truth.TRUE if holds else Truth.FALSE)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("facts", "operator", "times", "truth"),
    [
        ({"labs.alt": "> 160 U/L", "baseline.alt": "40 U/L"}, ">", "4", Truth.TRUE),
        ({"labs.alt": "< 160 U/L", "baseline.alt": "40 U/L"}, ">=", "4", Truth.FALSE),
        ({"labs.alt": "<= 160 U/L", "baseline.alt": "40 U/L"}, ">=", "4", Truth.UNKNOWN),
        ({"labs.alt": "2 ukat/L", "baseline.alt": "40 U/L"}, ">=", "3", Truth.TRUE),
        ({"labs.alt": "6 x ULN", "baseline.alt": "2 x ULN"}, ">=", "3", Truth.TRUE),
        ({"labs.alt": "160 U/L", "baseline.alt": "40 U/L", "change.alt": "2 x baseline"}, ">", "2", Truth.FALSE),
    ],
    ids=str,
)  # fmt: skip
def test_a_change_of_bounds_units_and_multiples(facts: dict[str, Any], operator: str, times: str, truth: Truth) -> None:
    (span,) = look_up(as_profile(facts), ["change.alt"], ON, {})["change.alt"].values.values()
    assert span.compared(operator, Decimal(times)) is truth  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "facts",
    [{"labs.alt": "160 U/L"}, {"baseline.alt": "40 U/L"}, {"labs.alt": "160 U/L", "baseline.alt": "0 U/L"},
     {"labs.alt": "160 U/L", "baseline.alt": "1 x ULN"}, {"labs.alt": "160 U/L", "baseline.alt": "> 40 U/L"},
     {"labs.alt": "160 U/L", "baseline.alt": "< 40 U/L"}],
    ids=str,
)  # fmt: skip
def test_a_change_without_two_comparable_values_is_unknown(facts: dict[str, Any]) -> None:
    assert look_up(as_profile(facts), ["change.alt"], ON, {})["change.alt"].values == {}
