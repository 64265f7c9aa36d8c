"""The answer in words. Whole texts live in golden/ and change only on purpose, with an entry in the changelog."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import blinadss
from blinadss.engines import ENGINES
from blinadss.explanation import explain
from strategies import ON

GOLDEN = Path(__file__).parent / "golden"
PATIENTS: dict[str, tuple[Path | dict[str, Any], date]] = {
    "mrd-positive-remission": (Path(__file__).parents[1] / "docs" / "examples" / "patient.yaml", ON),
    "eligible-child": (
        {
            "patient": {"birth_date": "2026-10-22"},
            "disease": {
                "diagnosis": "b_cell_precursor_all",
                "cd19": {"value": "positive", "on": "2026-11-01"},
                "philadelphia": "negative",
                "course": "refractory",
                "phase": "induction",
            },
            "history": {"blinatumomab_hypersensitivity": "absent"},
        },
        ON,
    ),
    "everything-unknown": ({}, ON),
    "contraindicated": (
        {"disease": {"course": "relapsed"}, "history": {"blinatumomab_hypersensitivity": "present"}},
        date(2015, 6, 1),
    ),
    "four-ways-of-not-knowing": (
        {
            "disease": {
                "diagnosis": "b_cell_precursor_all",
                "cd19": ["positive", "negative"],
                "course": "remission",
                "remission_number": 1,
                "phase": "maintenance",
            },
            "mrd": {"status": {"value": "not_detected", "on": "2026-11-10"}, "assay_sensitivity": "1 %"},
            "patient": {"age": "4 weeks"},
            "history": {"blinatumomab_hypersensitivity": "absent"},
        },
        ON,
    ),
    "why-not": (
        {
            "patient": {"birth_date": "1988-05-17"},
            "disease": {
                "diagnosis": "b_cell_precursor_all",
                "cd19": "positive",
                "philadelphia": "positive",
                "course": "remission",
                "remission_number": 1,
            },
            "mrd": {"level": {"value": "0.05 %", "on": "2026-11-16"}, "assay_sensitivity": "0.01 %"},
            "history": {"blinatumomab_hypersensitivity": "absent"},
        },
        ON,
    ),
    "contradictory": (
        {
            "patient": {"age": "40 years", "sex": "male", "breastfeeding": "present"},
            "disease": {
                "diagnosis": "b_cell_precursor_all",
                "cd19": "positive",
                "philadelphia": "negative",
                "course": "remission",
                "remission_number": 1,
            },
            "marrow": {"blasts": {"value": "80 %", "on": "2026-11-20"}},
            "mrd": {"level": {"value": "0.3 %", "on": "2026-11-20"}, "assay_sensitivity": "0.01 %"},
            "history": {"blinatumomab_hypersensitivity": "absent"},
        },
        ON,
    ),
    "child-who-grows-up": (
        {
            "patient": {"birth_date": "2008-12-24"},
            "disease": {
                "diagnosis": "b_cell_precursor_all",
                "cd19": "positive",
                "philadelphia": "negative",
                "course": "relapsed",
                "relapse_number": 2,
            },
            "history": {
                "prior_lines": 2,
                "blinatumomab_hypersensitivity": "absent",
            },
        },
        ON,
    ),
    "not-in-force": ({}, date(2014, 12, 2)),
    "adult-with-cautions": (
        {
            "patient": {"age": "67 years", "sex": "male", "weight": "80 kg", "ecog": "grade 1"},
            "disease": {
                "diagnosis": "b_cell_precursor_all",
                "cd19": "positive",
                "philadelphia": "negative",
                "course": "relapsed",
                "relapse_number": 1,
                "phase": "salvage",
            },
            "marrow": {"blasts": "60 %"},
            "history": {"blinatumomab_hypersensitivity": "absent", "allogeneic_hsct": "absent"},
        },
        ON,
    ),
    "trial-that-cannot-be-said": ({"patient": {"age": "40 years"}, "disease": {"course": "refractory"}}, ON),
    "second-hand-edition": ({"disease": {"course": "refractory"}}, date(2016, 9, 1)),
}

US = ["us-label"]
POLICIES = {
    "adult-with-cautions": ["eu-label"],
    "child-who-grows-up": ["eu-label"],
    "contradictory": ["eu-label"],
    "trial-that-cannot-be-said": ["trials/alcantara"],
}


@pytest.mark.parametrize("name", sorted(PATIENTS))
def test_whole_explanations_are_as_agreed(name: str) -> None:
    source, on = PATIENTS[name]
    text = explain(
        blinadss.assess(
            blinadss.load_profile(source),
            on=on,
            policies=POLICIES.get(name, US),
            engines=["reference"],
            cautions=name in POLICIES,
        )
    )
    # the fingerprint names the knowledge, which may change where this patient's answer does not
    shown = re.sub(r"sha256:[0-9a-f]{12}", "sha256:…", text)
    path = GOLDEN / f"{name}.txt"
    assert shown == path.read_text(encoding="utf-8"), f"if this is meant, write it to {path.name}"


def test_it_is_said_which_engines_answered() -> None:
    profile = blinadss.load_profile({})
    assert "answered by reference alone." in explain(blinadss.assess(profile, on=ON, engines=["reference"]), width=200)
    if len(ENGINES) > 1:
        assert f"answered alike by {' and '.join(ENGINES)}." in explain(blinadss.assess(profile, on=ON), width=200)


def test_colours_are_only_there_when_asked_for() -> None:
    assessment = blinadss.assess(blinadss.load_profile({}), on=ON)
    plain, coloured = explain(assessment), explain(assessment, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == plain


@pytest.mark.parametrize("width", [40, 60, 96, 200])
def test_lines_keep_to_the_width_but_for_addresses(width: int) -> None:
    source, on = PATIENTS["mrd-positive-remission"]
    text = explain(blinadss.assess(blinadss.load_profile(source), on=on), width=width)
    long = [line for line in text.splitlines() if len(line) > width and " " in line.strip() and "http" not in line]
    assert not long


def test_a_patient_s_text_cannot_act_on_a_terminal() -> None:
    profile = blinadss.load_profile({"id": "\x1b[2Jevil\u202e"})
    assert "\x1b" not in explain(blinadss.assess(profile, on=ON))
    assert "\u202e" not in explain(blinadss.assess(profile, on=ON))


def test_settled_criteria_show_only_what_settled_them() -> None:
    profile = blinadss.load_profile({"disease": {"course": "relapsed"}})
    text = explain(blinadss.assess(profile, on=ON))
    assert "disease.course is remission: false" in text
    assert "disease.remission_number" not in text
