"""What a patient's file may say, in which forms, and what is said about a file that is wrong."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from blinadss.errors import Mistake, Problem, ProfileError
from blinadss.facts import FACTS
from blinadss.intake import load_profile
from blinadss.kinds import Amount, Coded, Dated, Days, Measured
from blinadss.observation import Observation
from blinadss.profile import PatientProfile
from blinadss.quantity import COUNT, DURATION, GRADE, Quantity
from blinadss.reading import read_file, read_text, to_plain
from blinadss.testing.patients import sections
from blinadss.vocabulary import schema_text

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "patient.yaml"
YES_OR_NO = "it is `present` or `absent`"
POSITIVE_OR_NEGATIVE = "it is `positive` or `negative`"


def problems(source: dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(ProfileError) as caught:
        load_profile(source)
    return caught.value.problems


def said(fact: str, value: object) -> tuple[str, str | None]:
    (problem,) = problems(sections({fact: value}))
    return problem.problem, problem.hint


def message(folder: Path, text: str, name: str = "p.yaml") -> str:
    """What is said about a file, with its path as seen from its folder."""
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(folder / name)
    return str(caught.value).replace(f"{folder}/", "")


def values(fact: str) -> st.SearchStrategy[str]:
    """Texts that a fact may have, on every scale and in every unit."""
    kind = FACTS[fact]
    match kind:
        case Coded():
            return st.sampled_from(kind.codes)
        case Dated():
            days = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
            parts = st.tuples(days, st.sampled_from((4, 7))).map(lambda drawn: drawn[0][: drawn[1]])
            return days | parts if kind.past else days
        case Measured():
            if kind.dimension is GRADE:
                return st.integers(0, int(kind.most)).map("grade {}".format)
            numbers = ["1", "2"] if kind.dimension in (COUNT, DURATION) else ["1", "0.1", "2.50"]
            numbers = [each for each in numbers if kind.most >= Decimal(each)]
            bounds = [""] if kind.dimension is DURATION else ["", "< ", "<=", "≥"]
            pieces = (st.sampled_from(bounds), st.sampled_from(numbers), st.sampled_from([*kind.dimension.units]))
            texts = st.tuples(*pieces).map(lambda drawn: f"{drawn[0]}{drawn[1]} {drawn[2]}".strip())
            texts = texts if "%" not in kind.dimension.units else texts.filter(lambda text: text.endswith("%"))
            return texts.filter(lambda text: possible(kind, text))


def possible(kind: Measured, text: str) -> bool:
    """Whether a person can have that value: not 1 g of body weight."""
    try:
        kind.read(text)
    except Mistake:
        return kind.least == 0  # what else is refused must not be
    return True


@st.composite
def observations(draw: st.DrawFn, fact: str) -> str | dict[str, str]:
    if draw(st.booleans()):
        return draw(values(fact))
    words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=10)
    optional: dict[str, st.SearchStrategy[str]] = {
        "on": st.dates().map(date.isoformat),
        "method": words,
        "origin": words,
    }
    kind = FACTS[fact]
    if isinstance(kind, Measured) and "x ULN" in kind.dimension.scales():
        optional["upper_limit"] = st.just(kind.dimension.example)
    return draw(st.fixed_dictionaries({"value": values(fact)}, optional=optional))


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, Any]:
    """A patient's file as a mapping: some facts, each as a scalar, an observation or a list of either."""
    facts = draw(st.lists(st.sampled_from(sorted(FACTS)), max_size=6, unique=True))
    written = {fact: draw(observations(fact) | st.lists(observations(fact), min_size=1, max_size=3)) for fact in facts}
    about = st.fixed_dictionaries(
        {}, optional={"id": st.text(max_size=5), "assessed_on": st.dates().map(date.isoformat)}
    )
    return {**draw(about), **sections(written)}


def test_a_scalar_is_an_observation_with_a_value_only() -> None:
    profile = load_profile({"marrow": {"blasts": "5 %"}})
    expected = Observation(Amount(Quantity(Decimal(5), "%")), "5 %")
    assert profile.given == {"marrow.blasts": (expected,)}


def test_an_observation_keeps_everything_that_was_written() -> None:
    written = {"value": "120 U/L", "on": "2026-03-02", "method": "m", "origin": "o", "upper_limit": "40 U/L"}
    (seen,) = load_profile({"labs": {"alt": written}}).given["labs.alt"]
    assert seen == Observation(
        Amount(Quantity(Decimal(120), "U/L")),
        "120 U/L",
        date(2026, 3, 2),
        "m",
        "o",
        Quantity(Decimal(40), "U/L"),
        "40 U/L",
    )


def test_a_list_keeps_every_observation_in_order() -> None:
    profile = load_profile({"disease": {"cd19": ["negative", {"value": "positive", "on": "2026-01-01"}]}})
    assert [(seen.value, seen.on) for seen in profile.given["disease.cd19"]] == [
        ("negative", None),
        ("positive", date(2026, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("fact", "raw", "text"),
    [
        ("disease.remission_number", 1, "1"),
        ("patient.birth_date", date(1990, 1, 1), "1990-01-01"),
        ("patient.birth_date", 1990, "1990"),
        ("patient.birth_date", Days.read("1990-02"), "1990-02"),
    ],
)
def test_a_python_value_is_read_as_its_text(fact: str, raw: object, text: str) -> None:
    (seen,) = load_profile(sections({fact: raw})).given[fact]
    assert seen.text == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1988", Days(date(1988, 1, 1), date(1988, 12, 31))),
        (" 1988-02 ", Days(date(1988, 2, 1), date(1988, 2, 29))),
        ("1988-12", Days(date(1988, 12, 1), date(1988, 12, 31))),
        ("1890", Days(date(1890, 1, 1), date(1890, 12, 31))),
        ("1988-02-29", date(1988, 2, 29)),
    ],
)
def test_of_a_date_only_the_year_or_the_month_may_be_known(text: str, value: date | Days) -> None:
    for fact in ("patient.birth_date", "history.last_chemotherapy_on"):
        profile = load_profile(sections({fact: {"value": text, "on": "2026-11-01"}}))
        assert [seen.value for seen in profile.given[fact]] == [value]
        assert profile.supposing({fact: text}).given[fact][0].value == value
    assert str(value) == text.strip()


def test_days_that_are_no_year_and_no_month_are_shown_by_their_ends() -> None:
    days = Days(date(1988, 1, 2), date(1988, 2, 29))
    assert str(days) == "1988-01-02 to 1988-02-29"
    assert said("patient.birth_date", days)[0].endswith("`1988-01-02 to 1988-02-29` is not a date")


def test_a_year_alone_is_another_patient_than_a_day_of_it() -> None:
    assert len({load_profile(sections({"patient.birth_date": each})).digest for each in (1988, "1988-01-01")}) == 2


@pytest.mark.parametrize(
    "source",
    [{}, {"disease": None}, {"disease": {}}, {"disease": {"cd19": None}}, {"disease": {"cd19": []}}, {"id": None}],
)
def test_nothing_written_is_no_observation(source: dict[str, Any]) -> None:
    profile = load_profile(source)
    assert (profile, profile.given) == (PatientProfile(), {})


def test_a_profile_cannot_be_changed() -> None:
    profile = load_profile({"disease": {"cd19": "positive"}})
    with pytest.raises(ValidationError):
        profile.disease.cd19 = ()
    with pytest.raises(ValidationError):
        profile.id = "x"


def test_the_shipped_example_loads() -> None:
    assert load_profile(EXAMPLE).given["mrd.level"][0].on == date(2026, 11, 16)


@given(profiles())
@settings(max_examples=80)
def test_a_profile_comes_back_from_its_own_dump(source: dict[str, Any]) -> None:
    """Dumping a profile and reading the dump gives the same profile, in Python and in JSON."""
    profile = load_profile(source)
    assert PatientProfile.model_validate(profile.model_dump()) == profile
    assert PatientProfile.model_validate_json(profile.model_dump_json()) == profile
    assert load_profile(json.loads(profile.model_dump_json(exclude_none=True))).digest == profile.digest


@given(profiles())
@settings(max_examples=80)
def test_a_mapping_and_its_file_are_the_same_profile(source: dict[str, Any]) -> None:
    """A profile written to YAML or JSON by any other program is read as the mapping it was written from."""
    profile = load_profile(source)
    for text in (yaml.safe_dump(source, allow_unicode=True), json.dumps(source)):
        assert load_profile(to_plain(read_text(text, "p.yaml", ProfileError))) == profile


@given(profiles(), st.randoms(use_true_random=False), st.text(max_size=5))
@settings(max_examples=80)
def test_the_digest_depends_on_facts_only(source: dict[str, Any], random: Any, name: str) -> None:
    """The digest is the same whatever the id, the order of the sections and facts, and the order of observations."""

    def shuffled(thing: Any) -> Any:
        if isinstance(thing, dict):
            return {key: shuffled(thing[key]) for key in random.sample(list(thing), len(thing))}
        return random.sample(thing, len(thing)) if isinstance(thing, list) else thing

    assert load_profile({**shuffled(source), "id": name}).digest == load_profile(source).digest


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"disease": {"cd19": "negative"}},
        {"disease": {"cd19": {"value": "positive", "on": "2026-01-01"}}},
        {"disease": {"cd19": ["positive", "positive"]}},
        {"disease": {"cd19": "positive", "course": "relapsed"}},
    ],
)
def test_the_digest_changes_with_a_fact(other: dict[str, Any]) -> None:
    assert load_profile(other).digest != load_profile({"disease": {"cd19": "positive"}}).digest


def test_a_bare_value_and_its_observation_have_one_digest() -> None:
    one, other = ({"disease": {"cd19": value}} for value in ("positive", {"value": "positive"}))
    assert load_profile(one).digest == load_profile(other).digest


@pytest.mark.parametrize(
    ("fact", "typed", "choice", "meant"),
    [
        *(
            ("disease.cd19", typed, POSITIVE_OR_NEGATIVE, "positive")
            for typed in ("pos", "POS", "Positive", "positiv+", "+", "CD19+", "yes", "true", "reactive", "present")
        ),
        *(
            ("disease.philadelphia", typed, POSITIVE_OR_NEGATIVE, "negative")
            for typed in ("neg", "NEG", "Ph-", "Ph−", "ph-", "-", "no", "false", "absent", "not detected")
        ),
        *(
            ("infection.active", typed, YES_OR_NO, "present")
            for typed in ("yes", "YES", "y", "true", "pos", "positive", "1", "+", "Present")
        ),
        *(
            ("infection.hiv", typed, YES_OR_NO, "absent")
            for typed in ("no", "No", "n", "none", "false", "neg", "negative", "0", "-", "ABSENT")
        ),
        *(
            ("mrd.status", typed, "it is `detected` or `not_detected`", "not_detected")
            for typed in ("neg", "MRD-", "not detected", "Not-detected", "undetectable", "no")
        ),
        *(
            ("mrd.status", typed, "it is `detected` or `not_detected`", "detected")
            for typed in ("pos", "MRD+", "yes", "Detected", "detectable")
        ),
        *(("patient.sex", typed, "it is `female` or `male`", "female") for typed in ("F", "f", "w", "Female")),
        *(("patient.sex", typed, "it is `female` or `male`", "male") for typed in ("M", "m", "MALE")),
        ("cns.status", "CNS2", "it is `cns1`, `cns2` or `cns3`", "cns2"),
        ("disease.first_relapse_risk", "HIGH", "it is `high` or `standard`", "high"),
        (
            "disease.course",
            "Newly diagnosed",
            "it is `newly_diagnosed`, `remission`, `relapsed` or `refractory`",
            "newly_diagnosed",
        ),
    ],
)
def test_what_people_type_is_refused_with_the_word_meant(fact: str, typed: str, choice: str, meant: str) -> None:
    assert said(fact, typed) == (f"`{fact}` cannot be `{typed}`; {choice}", f"write `{meant}`")


@pytest.mark.parametrize(
    ("raw", "typed", "meant"), [(True, "true", "present"), (False, "false", "absent"), (1, "1", "present")]
)
def test_a_python_truth_value_is_refused_too(raw: object, typed: str, meant: str) -> None:
    assert said("infection.active", raw) == (
        f"`infection.active` cannot be `{typed}`; {YES_OR_NO}",
        f"write `{meant}`",
    )


def test_t_cell_disease_is_never_guessed() -> None:
    problem, hint = said("disease.diagnosis", "T")
    assert problem == (
        "`disease.diagnosis` cannot be `T`; it is `b_cell_precursor_all`, `t_cell_all`, `mixed_phenotype_all`, "
        "`burkitt`, `b_cell_lymphoma`, `richter_transformation`, `autoimmune_disease`, `solid_tumour` or `other`"
    )
    assert hint is None


@pytest.mark.parametrize("fact", [fact for fact, kind in FACTS.items() if isinstance(kind, Coded)])
@pytest.mark.parametrize("typed", ["unknown", "n/a", "?", "maybe", "not done", "pending"])
def test_an_unknown_is_left_out_not_written(fact: str, typed: str) -> None:
    assert said(fact, typed)[0].startswith(f"`{fact}` cannot be `{typed}`; it is ")


@pytest.mark.parametrize(
    ("source", "problem", "hint"),
    [
        ({"disease": {"cd91": "x"}}, "unknown field `disease.cd91`", "did you mean `disease.cd19`?"),
        ({"disease": {"diagnose": "x"}}, "unknown field `disease.diagnose`", "did you mean `disease.diagnosis`?"),
        ({"cd19": "positive"}, "unknown field `cd19`", "did you mean `disease.cd19`?"),
        ({"marrow": {"cd19": "positive"}}, "unknown field `marrow.cd19`", "did you mean `disease.cd19`?"),
        ({"disease.cd19": "positive"}, "unknown field `disease.cd19`", "write `disease:` and put `cd19:` below it"),
        ({"disese": {"cd19": "positive"}}, "unknown field `disese`", "did you mean `disease`?"),
        ({"Disease": {"cd19": "positive"}}, "unknown field `Disease`", "did you mean `disease`?"),
        ({"assessed": "2026-01-01"}, "unknown field `assessed`", "did you mean `assessed_on`?"),
        (
            {"qwertz": {}},
            "unknown field `qwertz`",
            "`blinadss facts` lists them all",
        ),
        (
            {"disease": "positive"},
            "`disease` is a group of facts, not one value",
            "write its facts below it, for example `diagnosis`",
        ),
        (
            {"disease": ["positive"]},
            "`disease` is a group of facts, not one value",
            "write its facts below it, for example `diagnosis`",
        ),
    ],
)
def test_an_unknown_field_is_refused_with_a_near_name(source: dict[str, Any], problem: str, hint: str) -> None:
    assert [(found.problem, found.hint) for found in problems(source)] == [(problem, hint)]


@pytest.mark.parametrize(
    ("fact", "value", "problem", "hint"),
    [
        (
            "marrow.blasts",
            "100.1 %",
            "`100.1 %` is more than is possible",
            "at most `100 %`; check the number and the unit",
        ),
        ("mrd.level", "1e1", "`1e1` is more than is possible", "at most `100 %`; check the number and the unit"),
        ("marrow.blasts", "5", "`5` has no unit", "write `5 %` or another unit"),
        ("marrow.blasts", 5, "`5` has no unit", "write `5 %` or another unit"),
        ("marrow.blasts", "> 100 %", "`> 100 %` leaves no possible value", "check the number and the unit"),
        ("marrow.blasts", "< 0 %", "`< 0 %` leaves no possible value", "check the number and the unit"),
        ("marrow.blasts", float("nan"), "`NaN` is not a number with a unit", "write for example `5 %`"),
        ("marrow.blasts", float("inf"), "`Infinity` is not a number with a unit", "write for example `5 %`"),
        ("marrow.blasts", "NaN %", "`NaN %` is not a number with a unit", "write for example `5 %`"),
        ("marrow.blasts", "lots", "`lots` is not a number with a unit", "write for example `5 %`"),
        ("patient.weight", "-70 kg", "`-70 kg` is negative", "a measurement is zero or more"),
        ("patient.height", "0 cm", "`0 cm` is not possible", "leave the fact out if it is not known"),
        (
            "patient.weight",
            "0 kg",
            "`0 kg` is less than is possible",
            "at least `0.5 kg`; check the number and the unit",
        ),
        (
            "patient.weight",
            "0.4 kg",
            "`0.4 kg` is less than is possible",
            "at least `0.5 kg`; check the number and the unit",
        ),
        (
            "patient.weight",
            "400 kg",
            "`400 kg` is more than is possible",
            "at most `350 kg`; check the number and the unit",
        ),
        (
            "patient.weight",
            "7000 kg",
            "`7000 kg` is more than is possible",
            "at most `350 kg`; check the number and the unit",
        ),
        ("patient.age", "< 3 years", "`< 3 years` is a bound, not an age", "write for example `12 weeks`"),
        (
            "patient.age",
            "1.5 years",
            "`1.5 years` is not a whole number",
            "write whole years, months, weeks or days",
        ),
        ("patient.ecog", "2", "`2` is not a grade", "write `grade 2`"),
        ("disease.relapse_number", "1.5", "`1.5` is not a whole number", "write for example `2`"),
        (
            "patient.birth_date",
            "2026-02-30",
            "`2026-02-30` is not a day in the calendar",
            "check the month and the day",
        ),
        (
            "patient.birth_date",
            "0000-01-01",
            "`0000-01-01` is not a day in the calendar",
            "check the month and the day",
        ),
        (
            "patient.birth_date",
            "02/03/2026",
            "`02/03/2026` is not a date",
            "write year-month-day, for example `2026-03-02`, or `2026-03` or `2026` if no more is known",
        ),
        (
            "patient.birth_date",
            "2026-3-2",
            "`2026-3-2` is not a date",
            "write year-month-day, for example `2026-03-02`, or `2026-03` or `2026` if no more is known",
        ),
        (
            "patient.birth_date",
            "20260302",
            "`20260302` is not a date",
            "write year-month-day, for example `2026-03-02`, or `2026-03` or `2026` if no more is known",
        ),
        ("patient.birth_date", "1988-13", "`1988-13` is not in the calendar", "check the year and the month"),
        ("patient.birth_date", "0000", "`0000` is not in the calendar", "check the year and the month"),
        ("patient.birth_date", "1889", "`1889` is longer ago than anybody's life", "check the year"),
        ("patient.birth_date", "1889-12", "`1889-12` is longer ago than anybody's life", "check the year"),
        (
            "plan.start_on",
            "2026-12",
            "`2026-12` is not a whole day",
            "write year-month-day, for example `2026-03-02`",
        ),
        (
            "patient.birth_date",
            {"value": "1988", "on": "2026"},
            "`2026` is not a whole day",
            "write year-month-day, for example `2026-03-02`",
        ),
        (
            "disease.cd19",
            {"value": "positive", "on": "yesterday"},
            "`yesterday` is not a date",
            "write year-month-day, for example `2026-03-02`",
        ),
        (
            "disease.cd19",
            {"value": "positive", "upper_limit": "40 U/L"},
            "this fact has no upper limit of normal",
            "leave `upper_limit` out",
        ),
        (
            "labs.platelets",
            {"value": "100 10*9/L", "upper_limit": "400 10*9/L"},
            "this fact has no upper limit of normal",
            "leave `upper_limit` out",
        ),
        (
            "labs.alt",
            {"value": "100 U/L", "upper_limit": "40"},
            "`40` has no unit",
            "write the unit too, for example `120 U/L`",
        ),
        (
            "labs.alt",
            {"value": "100 U/L", "upper_limit": "0 U/L"},
            "`0 U/L` is not an upper limit",
            "write for example `120 U/L`",
        ),
        (
            "labs.alt",
            {"value": "100 U/L", "upper_limit": "1 x ULN"},
            "`1 x ULN` is not an upper limit",
            "write for example `120 U/L`",
        ),
        (
            "disease.cd19",
            {"valu": "positive", "value": "positive"},
            "`valu` is not part of an observation",
            "did you mean `value`?",
        ),
        (
            "disease.cd19",
            {"value": "positive", "when": "2026-01-01"},
            "`when` is not part of an observation",
            "write `value`, `on`, `method`, `origin` or `upper_limit`",
        ),
        (
            "disease.cd19",
            {"on": "2026-01-01"},
            "an observation needs a `value`",
            "leave the fact out if it is not known",
        ),
        ("disease.cd19", {}, "an observation needs a `value`", "leave the fact out if it is not known"),
        ("disease.cd19", [None], "an observation needs a `value`", "leave the fact out if it is not known"),
        (
            "disease.cd19",
            {"value": "positive", "method": ["flow"]},
            "one value is needed here, not a list or a group",
            "write a single value",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_a_hint(fact: str, value: object, problem: str, hint: str) -> None:
    assert said(fact, value) == (f"`{fact}`: {problem}", hint)


@pytest.mark.parametrize(
    ("written", "problem", "hint"),
    [
        ("2026-02-30", "`assessed_on`: `2026-02-30` is not a day in the calendar", "check the month and the day"),
        (datetime(2026, 1, 1), "`assessed_on`: a time of day is not used", "write the date only"),  # noqa: DTZ001
        (["x"], "`assessed_on`: one value is needed here, not a list or a group", "write a single value"),
    ],
)
def test_a_wrong_day_of_assessment_is_refused(written: object, problem: str, hint: str) -> None:
    assert problems({"assessed_on": written}) == (Problem(problem, hint, path=("assessed_on",)),)


@given(st.sampled_from(sorted(FACTS)), st.text(max_size=20))
def test_any_text_is_a_value_or_a_problem(fact: str, text: str) -> None:
    """Nothing that somebody can type into a profile ends in another kind of error."""
    try:
        profile = load_profile(sections({fact: text}))
    except ProfileError:
        return
    assert [seen.text for seen in profile.given[fact]] == [text]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "on", "method", "upper_limit", "x"]), below, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(["disease.cd19", "labs.alt", "patient.birth_date", "plan.cycle", "disease", "id"]), JSON)
def test_any_json_is_a_profile_or_a_problem(place: str, thing: object) -> None:
    """Whatever JSON stands where a fact or a section belongs, the answer is a profile or a `ProfileError`."""
    try:
        profile = load_profile(sections({place: thing}) if "." in place else {place: thing})
    except ProfileError as error:
        assert all(problem.problem for problem in error.problems)  # noqa: PT017 - either is right
        return
    assert isinstance(profile.digest, str)


def test_problems_come_in_file_order_with_places(tmp_path: Path) -> None:
    text = """\
marrow:
  blasts: 500 %
disease:
  cd91: positive
  cd19:
    - positive
    - {value: pos, on: 02/03/2026}
    - {valu: neg}
assessed_on: 2026-02-30
labs:
  alt: {value: 120, upper_limit: 40 U/L}
patient: female
cd19: positive
"""
    assert (
        message(tmp_path, text)
        == """\
the profile has 10 problems
p.yaml:2:11: `marrow.blasts`: `500 %` is more than is possible
    blasts: 500 %
            ^
  hint: at most `100 %`; check the number and the unit
p.yaml:4:3: unknown field `disease.cd91`
    cd91: positive
    ^
  hint: did you mean `disease.cd19`?
p.yaml:7:15: `disease.cd19` cannot be `pos`; it is `positive` or `negative`
    - {value: pos, on: 02/03/2026}
              ^
  hint: write `positive`
p.yaml:7:24: `disease.cd19`: `02/03/2026` is not a date
    - {value: pos, on: 02/03/2026}
                       ^
  hint: write year-month-day, for example `2026-03-02`
p.yaml:8:7: `disease.cd19`: an observation needs a `value`
    - {valu: neg}
      ^
  hint: leave the fact out if it is not known
p.yaml:8:14: `disease.cd19`: `valu` is not part of an observation
    - {valu: neg}
             ^
  hint: did you mean `value`?
p.yaml:9:14: `assessed_on`: `2026-02-30` is not a day in the calendar
    assessed_on: 2026-02-30
                 ^
  hint: check the month and the day
p.yaml:11:16: `labs.alt`: `120` has no unit
    alt: {value: 120, upper_limit: 40 U/L}
                 ^
  hint: write the unit too, for example `120 U/L`
p.yaml:12:10: `patient` is a group of facts, not one value
    patient: female
             ^
  hint: write its facts below it, for example `birth_date`
p.yaml:13:1: unknown field `cd19`
    cd19: positive
    ^
  hint: did you mean `disease.cd19`?"""
    )


def test_problems_in_json_have_places_too(tmp_path: Path) -> None:
    text = '{\n  "disease": {"cd19": "pos"},\n  "infection": {"hiv": false}\n}\n'
    assert (
        message(tmp_path, text, "p.json")
        == """\
the profile has 2 problems
p.json:2:23: `disease.cd19` cannot be `pos`; it is `positive` or `negative`
    "disease": {"cd19": "pos"},
                        ^
  hint: write `positive`
p.json:3:24: `infection.hiv` cannot be `false`; it is `present` or `absent`
    "infection": {"hiv": false}
                         ^
  hint: write `absent`"""
    )


@pytest.mark.parametrize("text", ["- disease\n", "just some words\n", "'disease: x'\n"])
def test_a_file_without_sections_is_no_profile(tmp_path: Path, text: str) -> None:
    said = message(tmp_path, text)
    assert said.startswith("p.yaml:1:1: a profile is a group of sections\n")
    assert said.endswith("\n  hint: start with `disease:` and put `cd19: positive` below it")


def test_one_problem_has_no_heading(tmp_path: Path) -> None:
    assert (
        message(tmp_path, "disease: {cd19: Ph-}\n")
        == """\
p.yaml:1:17: `disease.cd19` cannot be `Ph-`; it is `positive` or `negative`
    disease: {cd19: Ph-}
                    ^
  hint: write `negative`"""
    )


def test_what_acts_on_a_terminal_is_not_repeated() -> None:
    assert said("disease.cd19", "\x1b[31mpos\u202e")[0] == (
        f"`disease.cd19` cannot be `?[31mpos?`; {POSITIVE_OR_NEGATIVE}"
    )


def test_a_very_long_value_is_cut_in_the_message() -> None:
    assert said("disease.cd19", "x" * 10**5)[0] == f"`disease.cd19` cannot be `{'x' * 59}…`; {POSITIVE_OR_NEGATIVE}"


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_text("profile")))


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(schema().schema)


@given(profiles())
@settings(max_examples=50)  # validating by a schema is slow
def test_the_schema_accepts_what_the_profile_accepts(source: dict[str, Any]) -> None:
    """What loads as a profile is valid by the JSON Schema, as written and as dumped."""
    profile = load_profile(source)
    schema().validate(source)
    schema().validate(json.loads(profile.model_dump_json()))


def test_the_shipped_example_is_valid_by_the_schema() -> None:
    schema().validate(to_plain(read_file(EXAMPLE, ProfileError)))


@pytest.mark.parametrize(
    "source",
    [
        {"cd19": "positive"},
        {"disease": {"cd91": "positive"}},
        {"disease": {"cd19": "pos"}},
        {"disease": {"cd19": True}},
        {"disease": {"cd19": {"value": "positive", "when": "2026-01-01"}}},
        {"disease": {"cd19": {"on": "2026-01-01"}}},
        {"disease": {"cd19": {"value": "positive", "upper_limit": "40 U/L"}}},
        {"disease": {"cd19": [["positive"]]}},
        {"disease": "positive"},
        {"marrow": {"blasts": 5}},
        {"disease": {"relapse_number": 1.5}},
        {"patient": {"birth_date": 198}},
        {"patient": {"birth_date": 1889}},
        {"plan": {"start_on": 2026}},
    ],
)
def test_the_schema_rejects_what_the_profile_rejects(source: dict[str, Any]) -> None:
    assert problems(source)
    assert not schema().is_valid(source)


@pytest.mark.parametrize("fact", FACTS)
def test_the_schema_describes_every_fact(fact: str) -> None:
    section, _, field = fact.partition(".")
    whole = cast("dict[str, Any]", schema().schema)
    reference = whole["properties"][section]["anyOf"][0]["$ref"].rpartition("/")[2]
    described = whole["$defs"][reference]["properties"][field]
    assert described["description"] == FACTS[fact].says


@pytest.mark.parametrize("source", [{"disease": None}, {"id": 12345}, {"patient": {"birth_date": 1988}}])
def test_the_schema_accepts_the_odder_forms(source: dict[str, Any]) -> None:
    load_profile(source)
    schema().validate(source)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("disease.cd19", [["positive"]]),
        ("disease.cd19", {"value": ["positive"]}),
        ("labs.alt", {"value": "120 U/L", "upper_limit": ["40 U/L"]}),
        ("patient.birth_date", datetime(2026, 1, 1)),  # noqa: DTZ001
    ],
)
def test_one_mistake_is_reported_once(fact: str, value: object) -> None:
    assert len(problems(sections({fact: value}))) == 1


def test_a_small_float_is_no_fraction_either() -> None:
    assert said("mrd.level", 0.00001)[0] == "`mrd.level`: `0.00001` has no unit"


@pytest.mark.parametrize("source", [{1: 2}, {"disease": {1: 2}}])
def test_a_key_that_is_no_text_is_unknown(source: dict[str, Any]) -> None:
    assert problems(source)[0].problem.startswith("unknown field ")


def test_an_unknown_field_is_placed_at_its_key(tmp_path: Path) -> None:
    assert message(tmp_path, "disese:\n\n  # why\n  cd19: positive\n").startswith("p.yaml:1:1: unknown field")


@pytest.mark.parametrize("fact", ["disease.cd19", "marrow.blasts", "patient.birth_date"])
def test_an_empty_value_is_called_empty(fact: str) -> None:
    assert "an empty text" in said(fact, "")[0]


@pytest.mark.parametrize("field", ["qwertz", "egfr", "mll"])
def test_a_field_like_no_other_gets_no_near_name(field: str) -> None:
    assert said(f"disease.{field}", "x")[1] == "`blinadss facts` lists them all"


@pytest.mark.parametrize("field", ["gpt", "got"])
def test_the_other_name_of_an_enzyme_is_not_mistaken(field: str) -> None:
    assert said(f"labs.{field}", "40 U/L")[1] != "did you mean `labs.ggt`?"


@pytest.mark.parametrize("field", ["CD19", "Cd19"])
def test_a_field_in_capitals_is_recognised(field: str) -> None:
    assert said(f"disease.{field}", "positive")[1] == "did you mean `disease.cd19`?"
