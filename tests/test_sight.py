"""What is known of a fact on a day, and the four ways of not knowing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import blinadss
from blinadss.grammar import read_comparison
from blinadss.lookup import look_up, refuse_future
from blinadss.quantity import Span
from blinadss.reasons import Reasons
from blinadss.sight import Sight
from strategies import ON

WINDOWS = {"marrow.blasts": 28, "mrd.level": 28, "mrd.status": 28}


def sight(fact: str, **sections: Any) -> Sight:
    return look_up(blinadss.load_profile(sections), [fact], ON, WINDOWS)[fact]


def answer(line: str, **sections: Any) -> str:
    comparison = read_comparison(line)
    return Reasons(comparison).truth(sight(comparison.fact, **sections).values).value


def test_a_fact_nobody_gave_is_missing() -> None:
    assert sight("disease.cd19") == Sight({}, None, None, "missing")


def test_the_latest_observation_counts() -> None:
    seen = sight("marrow.blasts", marrow={"blasts": [{"value": "40 %", "on": "2026-11-01"},
                                                     {"value": "3 %", "on": "2026-11-20"}]})  # fmt: skip
    assert (seen.text, seen.on) == ("3 %", date(2026, 11, 20))


def test_a_value_without_a_date_is_of_the_day_of_assessment() -> None:
    assert sight("disease.cd19", disease={"cd19": [{"value": "negative", "on": "2026-11-21"}, "positive"]}).text == (
        "positive"
    )


def test_two_results_of_the_latest_day_that_disagree_conflict() -> None:
    seen = sight("disease.cd19", disease={"cd19": ["positive", {"value": "negative", "on": "2026-11-22"}]})
    assert (seen.values, seen.because, seen.text) == ({}, "conflicting", "positive / negative")


def test_two_results_of_one_day_in_other_units_agree() -> None:
    assert answer("marrow.blasts >= 5 %", marrow={"blasts": ["5 %", "5e-2"]}) == "true"


@pytest.mark.parametrize(("day", "because"), [("2026-10-25", "inconclusive"), ("2026-10-24", "stale")])
def test_a_fact_is_stale_a_day_after_its_window(day: str, because: str) -> None:
    assert sight("marrow.blasts", marrow={"blasts": {"value": "5 %", "on": day}}).because == because


@pytest.mark.parametrize(
    ("mrd", "at_0_1", "at_0_01"),
    [
        ({"level": "0.1 %"}, "true", "true"),
        ({"level": "< 0.1 %"}, "false", "unknown"),
        ({"level": "< 0.01 %"}, "false", "false"),
        ({"level": "> 0.01 %"}, "unknown", "true"),
        ({"status": "not_detected", "assay_sensitivity": "0.01 %"}, "false", "false"),
        ({"status": "not_detected", "assay_sensitivity": "1e-3"}, "false", "unknown"),
        ({"status": "not_detected", "assay_sensitivity": "1 %"}, "unknown", "unknown"),
        ({"status": "not_detected"}, "unknown", "unknown"),
        ({"status": "detected", "assay_sensitivity": "0.01 %"}, "unknown", "unknown"),
        ({"status": "detected", "level": "0.3 %"}, "true", "true"),
        ({"status": "not_detected", "assay_sensitivity": "0.01 %", "level": "0.3 %"}, "unknown", "unknown"),
        ({"status": ["detected", "not_detected"], "level": "0.3 %"}, "unknown", "unknown"),
        ({"status": "not_detected", "assay_sensitivity": {"value": "0.01 %", "on": "2026-10-01"}}, "unknown",
         "unknown"),
        ({"level": {"value": "0.3 %", "on": "2026-11-01"}, "status": {"value": "not_detected", "on": "2026-11-20"},
          "assay_sensitivity": "0.01 %"}, "false", "false"),
        ({"level": {"value": "0.3 %", "on": "2026-11-20"}, "status": {"value": "not_detected", "on": "2026-11-01"},
          "assay_sensitivity": "0.01 %"}, "true", "true"),
        ({"status": {"value": "not_detected", "on": "2026-10-01"}, "assay_sensitivity": "0.01 %"}, "unknown",
         "unknown"),
    ],
)  # fmt: skip
def test_an_assay_says_only_what_it_can_see(mrd: dict[str, Any], at_0_1: str, at_0_01: str) -> None:
    assert (answer("mrd.level >= 0.1 %", mrd=mrd), answer("mrd.level >= 0.01 %", mrd=mrd)) == (at_0_1, at_0_01)


def test_detected_means_more_than_nothing() -> None:
    assert answer("mrd.level > 0 %", mrd={"status": "detected"}) == "true"
    assert answer("mrd.level > 0 %", mrd={"status": "not_detected"}) == "unknown"


@pytest.mark.parametrize(
    ("patient", "line", "expected"),
    [
        ({"birth_date": "2026-10-22"}, "patient.age >= 1 month", "true"),
        ({"birth_date": "2026-10-23"}, "patient.age >= 1 month", "false"),
        ({"age": "5 weeks"}, "patient.age >= 1 month", "true"),
        ({"age": "4 weeks"}, "patient.age >= 1 month", "unknown"),
        ({"age": "17 years"}, "patient.age < 18 years", "true"),
        ({"age": {"value": "17 years", "on": "2026-01-01"}}, "patient.age < 18 years", "unknown"),
        ({"age": {"value": "16 years", "on": "2026-01-01"}}, "patient.age < 18 years", "true"),
        ({"age": "34 years", "birth_date": "1992-01-05"}, "patient.age >= 18 years", "true"),
        ({"age": "30 years", "birth_date": "1992-01-05"}, "patient.age >= 18 years", "unknown"),
    ],
)
def test_age_follows_the_calendar(patient: dict[str, Any], line: str, expected: str) -> None:
    assert answer(line, patient=patient) == expected


@pytest.mark.parametrize(
    ("stated", "because"),
    [("1.7 m2", "inconclusive"), ("2.3 m2", "inconclusive"), ("1.69 m2", "conflicting"), ("2.31 m2", "conflicting")],
)
def test_a_body_surface_that_weight_and_height_cannot_give_is_in_conflict_with_them(stated: str, because: str) -> None:
    patient = {"weight": "90 kg", "height": "160 cm", "body_surface_area": stated}
    seen = sight("patient.body_surface_area", patient=patient)
    assert (seen.because, bool(seen.values)) == (because, because == "inconclusive")
    both = sight("patient.body_surface_area", patient={**patient, "body_surface_area": ["1.9 m2", "2.0 m2"]})
    assert both.because == "conflicting"


def test_body_surface_is_mosteller_where_none_is_given() -> None:
    seen = sight("patient.body_surface_area", patient={"weight": "90 kg", "height": "160 cm"})
    assert seen.values["patient.body_surface_area [m2]"] == Span.point(Decimal(2))
    assert seen.text == "2 m2 (Mosteller, 90 kg, 160 cm)"
    assert sight("patient.body_surface_area", patient={"weight": "90 kg"}).because == "missing"
    assert (
        sight("patient.body_surface_area", patient={"weight": "9 kg", "body_surface_area": "0.5 m2"}).text == "0.5 m2"
    )


@pytest.mark.parametrize(
    ("alt", "line", "expected"),
    [
        ({"value": "200 U/L", "upper_limit": "40 U/L"}, "labs.alt >= 5 x ULN", "true"),
        ({"value": "200 U/L", "upper_limit": "40 U/L"}, "labs.alt > 5 x ULN", "false"),
        ({"value": "100 U/L", "upper_limit": "30 U/L"}, "labs.alt > 3.33 x ULN", "true"),
        ("200 U/L", "labs.alt >= 5 x ULN", "unknown"),
        ("3 x ULN", "labs.alt >= 3 x ULN", "true"),
        ("3 x ULN", "labs.alt >= 100 U/L", "unknown"),
        ({"value": "3 x ULN", "upper_limit": "40 U/L"}, "labs.alt >= 120 U/L", "true"),
    ],
)
def test_the_upper_limit_is_the_laboratory_s_or_unknown(alt: Any, line: str, expected: str) -> None:
    assert answer(line, labs={"alt": alt}) == expected


@pytest.mark.parametrize(("day", "expected"), [("2026-08-30", "true"), ("2026-08-31", "false")])
def test_time_since_a_date_is_counted_to_the_day(day: str, expected: str) -> None:
    assert answer("since history.allogeneic_hsct_on >= 12 weeks", history={"allogeneic_hsct_on": day}) == expected


@pytest.mark.parametrize(
    ("day", "line", "expected"),
    [
        ("2026-08", ">= 12 weeks", "unknown"),  # 12 weeks before are 30 August
        ("2026-07", ">= 12 weeks", "true"),
        ("2026-09", ">= 12 weeks", "false"),
        ("2026", ">= 12 weeks", "unknown"),
        ("2026", ">= 11 months", "false"),
        ("2025", ">= 11 months", "unknown"),
        ("2025", ">= 10 months", "true"),
        ("2025", "> 10 months", "true"),
        ("2025", "< 23 months", "true"),
        ("2026-11", "<= 21 days", "true"),  # it has happened, so on 22 November or before
        ("2026-11", "< 21 days", "unknown"),
        ("2026-11", "> 0 days", "unknown"),
        ("never", ">= 12 weeks", "true"),
    ],
)
def test_time_since_a_month_or_a_year_is_unknown_only_where_it_matters(day: str, line: str, expected: str) -> None:
    history = {"allogeneic_hsct_on": day}
    assert answer(f"since history.allogeneic_hsct_on {line}", history=history) == expected


@pytest.mark.parametrize(
    ("patient", "text"),
    [
        ({"birth_date": "1988-11-22"}, "38 years (born 1988-11-22)"),
        ({"birth_date": "1988-11"}, "37 or 38 years (born 1988-11)"),
        ({"birth_date": "1988-10"}, "38 years (born 1988-10)"),
        ({"birth_date": "1988"}, "37 or 38 years (born 1988)"),
        ({"birth_date": "2025"}, "10 to 22 months (born 2025)"),
        ({"birth_date": "2024"}, "22 months to 2 years (born 2024)"),
        ({"birth_date": "2026-11"}, "0 to 21 days (born 2026-11)"),
        ({"birth_date": "1988", "age": "38 years"}, "38 years (stated 38 years, born 1988)"),
        ({"birth_date": "1988-10", "age": "30 years"}, "30 years, born 1988-10"),
        ({"birth_date": "1988-10", "age": {"value": "30 years", "on": "2019-10-01"}},
         "38 years (stated 30 years, born 1988-10)"),
    ],
)  # fmt: skip
def test_an_age_is_told_as_far_as_the_date_of_birth_is_known(patient: dict[str, Any], text: str) -> None:
    assert sight("patient.age", patient=patient).text == text


@pytest.mark.parametrize(
    ("patient", "line", "expected"),
    [
        ({"birth_date": "2008"}, "patient.age >= 18 years", "unknown"),
        ({"birth_date": "2007"}, "patient.age >= 18 years", "true"),
        ({"birth_date": "2009"}, "patient.age >= 18 years", "false"),
        ({"birth_date": "2008-11"}, "patient.age >= 18 years", "unknown"),
        ({"birth_date": "2008-10"}, "patient.age >= 18 years", "true"),
        ({"birth_date": "2008", "age": "17 years"}, "patient.age >= 18 years", "false"),
        ({"birth_date": "2008", "age": "18 years"}, "patient.age >= 18 years", "true"),
        ({"birth_date": "2008", "age": "19 years"}, "patient.age >= 18 years", "unknown"),
        ({"birth_date": "2008", "age": "18 years"}, "patient.age < 222 months", "unknown"),
    ],
)
def test_an_age_by_the_year_of_birth_is_a_range_that_a_stated_age_narrows(
    patient: dict[str, Any], line: str, expected: str
) -> None:
    assert answer(line, patient=patient) == expected


def test_an_answer_that_the_day_would_settle_is_inconclusive() -> None:
    profile = blinadss.load_profile({"patient": {"birth_date": "2008"}})
    (policy,) = blinadss.assess(profile, on=ON, policies=["eu-label"], further=False).policies
    leaves = [leaf for finding in policy.findings() for leaf in finding.comparisons if leaf.fact == "patient.age"]
    told = {(leaf.text, leaf.value, leaf.truth.value, leaf.unknown_because) for leaf in leaves}
    assert ("patient.age >= 18 years", "17 or 18 years (born 2008)", "unknown", "inconclusive") in told
    assert ("patient.age >= 1 month", "17 or 18 years (born 2008)", "true", None) in told


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2026-08", "2026-08-29"], "true"),
        (["2026", "2026-08-31"], "false"),
        (["2026-09", "2026"], "false"),
        (["2026-08", "2026-09"], "conflicting"),
        (["2026", "2025-12-31"], "conflicting"),
        (["2026", "never"], "conflicting"),
        (["2026-08", {"value": "2026-09-05", "on": "2026-11-01"}], "inconclusive"),
    ],
)
def test_what_is_said_of_one_date_on_one_day_must_agree(days: list[Any], expected: str) -> None:
    line = "since history.allogeneic_hsct_on >= 12 weeks"
    history = {"allogeneic_hsct_on": days}
    truth = answer(line, history=history)
    because = sight("history.allogeneic_hsct_on", history=history).because
    assert (because if truth == "unknown" else truth) == expected


def test_a_year_that_has_begun_is_not_after_the_day_of_assessment() -> None:
    refuse_future(blinadss.load_profile({"patient": {"birth_date": "2026"}}), ON)
    history = {"last_chemotherapy_on": "2026-12", "last_radiotherapy_on": "2027", "last_immunotherapy_on": "2026-11"}
    with pytest.raises(blinadss.ProfileError) as error:
        refuse_future(blinadss.load_profile({"history": history}), ON)
    assert [problem.problem for problem in error.value.problems] == [
        "`history.last_chemotherapy_on` is 2026-12, after the day of assessment, 2026-11-22",
        "`history.last_radiotherapy_on` is 2027, after the day of assessment, 2026-11-22",
    ]


def test_everything_after_the_day_of_assessment_is_refused_at_once() -> None:
    profile = blinadss.load_profile(
        {
            "patient": {"birth_date": "2026-11-23"},
            "disease": {"cd19": {"value": "positive", "on": "2027-01-01"}},
            "plan": {"start_on": "2027-01-01"},
        }
    )
    with pytest.raises(blinadss.ProfileError) as error:
        refuse_future(profile, ON)
    assert [problem.problem for problem in error.value.problems] == [
        "`patient.birth_date` is 2026-11-23, after the day of assessment, 2026-11-22",
        "`disease.cd19` was seen on 2027-01-01, after the day of assessment, 2026-11-22",
    ]
