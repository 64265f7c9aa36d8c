"""Quantities of FHIR: exact both ways, the same factors as UCUM, and nothing guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss import quantity as q
from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.fhir.ucum import UCUM_NAMES, codes_of, read, written
from blinadss.kinds import Amount, Measured
from blinadss.observation import read_observations
from blinadss.quantity import Dimension
from blinadss.testing.choices import drawn
from blinadss.testing.values import value as value_of
from strategies import ON

MEASURED = {fact: kind for fact, kind in FACTS.items() if isinstance(kind, Measured)}
DIMENSIONS = {name: each for name, each in vars(q).items() if isinstance(each, Dimension)}
KINDS = {name: Measured(each) for name, each in DIMENSIONS.items()}
NEUTROPHILS, MRD, ALT = (MEASURED[fact] for fact in ("labs.neutrophils", "mrd.level", "labs.alt"))
# Grams per mole, from the formulae C33H36N4O6 and C4H7N3O.
MOLAR_MASS = {"BILIRUBIN": 584.67, "CREATININE": 113.12}


def in_json(quantity: Mapping[str, Any], *, exact: bool) -> Any:
    """The quantity after a journey as JSON, its numbers as decimals or as the floats of most programs."""
    return json.loads(json.dumps(quantity), parse_float=Decimal if exact else None)


def coded(value: object, code: str, **parts: object) -> dict[str, object]:
    return {"value": value, "system": UCUM_NAMES[0], "code": code, **parts}


@given(st.sampled_from(list(MEASURED)).flatmap(lambda fact: st.tuples(st.just(fact), drawn(value_of, fact, ON, {}))))
def test_every_measured_fact_comes_back_as_the_same_amount(given_value: tuple[str, Any]) -> None:
    fact, raw = given_value
    for seen in read_observations(raw, FACTS[fact]):
        assert isinstance(seen.value, Amount)
        quantity = written(seen.value, MEASURED[fact], seen.text)
        for exact in (True, False):
            assert MEASURED[fact].read(read(in_json(quantity, exact=exact), MEASURED[fact])) == seen.value


@st.composite
def amounts(draw: st.DrawFn) -> tuple[Measured, str]:
    """A kind of fact and an amount of it as somebody may write it: any digits, any unit, with a bound or without."""
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    unit = draw(st.sampled_from(list(kind.dimension.units)))
    digits, places = draw(st.integers(0, 10**15 - 1)), draw(st.integers(0, 15))
    number = f"{Decimal(digits).scaleb(-places):f}"
    text = f"grade {digits % 10}" if unit == "grade" else f"{number} {unit}".strip()
    bound = draw(st.sampled_from(("", "", "< ", "<= ", "> ", ">= ")))
    return kind, bound + (f"{number}e0" if not unit and kind.dimension is q.PERCENTAGE else text)


@given(amounts())
def test_any_digits_and_any_unit_that_a_profile_takes_come_back(amount: tuple[Measured, str]) -> None:
    kind, text = amount
    try:
        seen = kind.read(text)
    except Mistake:  # a profile does not take it either
        return
    quantity = written(seen, kind, text)
    for exact in (True, False):
        assert kind.read(read(in_json(quantity, exact=exact), kind)) == seen


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-15, 15))
def test_a_float_holds_fifteen_digits(digits: int, power: int) -> None:
    number = Decimal(digits).scaleb(power)
    assert Decimal(json.dumps(float(number))) == number


def test_the_number_and_the_unit_are_those_of_the_profile() -> None:
    def shown(fact: str, text: str) -> tuple[object, object]:
        quantity = written(MEASURED[fact].read(text), MEASURED[fact], text)
        return quantity["value"], quantity["code"]

    assert shown("labs.neutrophils", "0.5 10*3/uL") == (0.5, "10*3/uL")
    assert shown("labs.neutrophils", "500 cells/uL") == (500, "{cells}/uL")
    assert shown("labs.creatinine", "0.9 mg/dL") == (0.9, "mg/dL")
    assert shown("patient.weight", "154 lb") == (154, "[lb_av]")
    assert shown("patient.age", "7 months") == (7, "mo")
    assert shown("patient.ecog", "grade 1") == (1, "{score}")
    assert shown("mrd.level", "1e-4") == (0.01, "%")  # a fraction without a unit
    assert shown("labs.igg", "1.2345e3 mg/L") == (1234.5, "mg/L")
    assert shown("labs.igg", "1234e-3 mg/L") == (0.001234, "g/L")  # 1.234 could be taken for a thousand
    assert written(MRD.read("<= 0.01 %"), MRD, "<= 0.01 %")["comparator"] == "<="


def test_every_dimension_of_the_profile_has_codes_and_each_is_one_of_its_units() -> None:
    assert {kind.dimension.name for kind in MEASURED.values()} <= {each.name for each in DIMENSIONS.values()}
    for kind in KINDS.values():
        assert all(ours in kind.dimension.units for ours in codes_of(kind).values())
        scales = {kind.dimension.units[ours].scale for ours in codes_of(kind).values()}
        assert scales == set(kind.dimension.scales())


@pytest.fixture(scope="module")
def registry() -> Any:
    """Another reader of UCUM."""
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@pytest.mark.parametrize("name", sorted(DIMENSIONS))
def test_the_codes_are_codes_of_ucum_and_worth_what_ucum_says(name: str, registry: Any) -> None:
    worth: dict[str, list[tuple[Any, float]]] = {}
    for code, ours in codes_of(KINDS[name]).items():
        unit = DIMENSIONS[name].units[ours]
        as_ucum = registry.from_ucum(code.replace("[IU]", "U").replace("[iU]", "U"))  # of an enzyme they are the same
        if "mol/" not in code and not code.startswith("{"):
            worth.setdefault(unit.scale, []).append((registry.Quantity(as_ucum), float(unit.factor)))
    for (usual, size), *others in worth.values():
        for other, factor in others:
            assert (other / usual).to_base_units().magnitude == pytest.approx(factor / size, rel=1e-12)


@pytest.mark.parametrize("name", MOLAR_MASS)
def test_the_molar_factors_are_those_of_the_molar_mass(name: str) -> None:
    micromoles_per_litre = 10_000 / MOLAR_MASS[name]  # in 1 mg/dL
    assert float(DIMENSIONS[name].units["mg/dL"].factor) == pytest.approx(micromoles_per_litre, rel=5e-4)


def test_the_page_of_units_lists_every_code() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reference" / "units.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|`]+?) \| (`.+`) \|$", page, re.MULTILINE))
    listed = {name: re.findall("`([^`]+)`", codes) for name, codes in rows.items()}
    for kind in KINDS.values():
        name = kind.dimension.name.removeprefix("a ").removeprefix("an ")
        assert listed[name] == list(codes_of(kind))


REFUSED: tuple[tuple[Any, Measured, str, str], ...] = (
    (coded(5, "K/uL"), NEUTROPHILS, "`K/uL` is kelvin per microlitre in UCUM", "`10*3/uL`"),
    ({"value": 5, "unit": "K/uL"}, NEUTROPHILS, "kelvin per microlitre", "a file of codes may say"),
    (coded(5, "K/mm3"), NEUTROPHILS, "kelvin per cubic millimetre", "`10*3/uL`"),
    (coded(5, "M/uL"), NEUTROPHILS, "`M/uL` is no unit in UCUM", "`10*3/uL`"),
    (coded(5, "x10E3/uL"), NEUTROPHILS, "no unit", "`10*3/uL`"),
    (coded(5, "G/L"), NEUTROPHILS, "gauss per litre", "`10*3/uL`"),
    (coded(1, "MG/DL"), MEASURED["labs.creatinine"], "`MG/DL` is not among the codes", "`umol/L`, `mg/dL` or `{ULN}`"),
    (coded(1, "Mg/dL"), MEASURED["labs.creatinine"], "`Mg/dL` is not among the codes", "`mg/dL`"),
    (coded(98.6, "[degF]"), MEASURED["signs.temperature"], "`[degF]` is not among", "`Cel`"),
    (coded(90, "mL/min/{1.73_m2}"), MEASURED["labs.creatinine_clearance"], "is not among", "`mL/min`"),
    (coded(0.0001, "1"), MRD, "`1` is not among the codes of UCUM for a percentage", "`%`"),
    (coded(40, "%", system="http://hospital.example/units"), MRD, "`%` is not given as a code of UCUM", "`%`"),
    ({"value": 40, "code": "%"}, MRD, "`%` is not given as a code of UCUM", "`%`"),
    ({"value": 40, "unit": "percent"}, MRD, "`percent` is not among", "`%`"),
    ({"value": 40}, MRD, "the quantity has no unit", "`%`"),
    ({"value": 40, "unit": " "}, MRD, "the quantity has no unit", "`%`"),
    (coded(40, ["%"]), MRD, "the quantity has no unit", "`%`"),  # type: ignore[arg-type]
    (coded("40", "%"), MRD, "the quantity's value is not a number", "quotation marks"),
    (coded(True, "%"), MRD, "the quantity's value is not a number", ""),
    (coded(None, "%"), MRD, "the quantity has no value", ""),
    (coded(float("nan"), "%"), MRD, "out of any measurable range", ""),
    (coded(float("inf"), "%"), MRD, "out of any measurable range", ""),
    (coded(Decimal("1e999999"), "%"), MRD, "out of any measurable range", ""),
    (coded(10**400, "%"), MRD, "out of any measurable range", ""),
    (coded(Decimal("0.123456789012345678"), "%"), MRD, "more digits than anything measured", ""),
    (coded(5, "%", comparator="~"), MRD, "the comparator `~` is not known", "`<`, `<=`, `>` or `>=`"),
    (coded(5, "%", comparator=["<"]), MRD, "is not known", "`<`"),
    (coded(101, "%"), MRD, "`101 %` is more than is possible", "at most `100 %`"),
    (coded(-1, "%"), MRD, "`-1 %` is negative", ""),
    (coded(0, "%", comparator="<"), MRD, "leaves no possible value", ""),
    (coded(2.5, "{score}"), MEASURED["patient.ecog"], "`grade 2.5` is not a grade", ""),
    (coded(1.5, "1"), MEASURED["plan.cycle"], "`1.5` is not a whole number", ""),
    (coded(Decimal("150.000"), "/uL"), NEUTROPHILS, "`150.000 /uL` is ambiguous", ""),
    (coded(1.234, "/uL"), NEUTROPHILS, "`1.234 /uL` is ambiguous", ""),
)


@pytest.mark.parametrize(("quantity", "kind", "problem", "hint"), REFUSED, ids=lambda each: str(each)[:40])
def test_what_is_not_clear_is_refused_and_never_guessed(quantity: Any, kind: Measured, problem: str, hint: str) -> None:
    with pytest.raises(Mistake) as refused:
        read(quantity, kind)
    assert problem in refused.value.problem
    assert hint in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("quantity", "kind", "text"),
    [
        (coded(6.7, "g/dL", unit="gm"), MEASURED["labs.haemoglobin"], "6.7 g/dL"),
        (coded(Decimal("0.01"), "%", comparator="<"), MRD, "< 0.01 %"),
        (coded(1e-7, "%"), MRD, "0.0000001 %"),
        (coded(Decimal("0.50"), "%"), MRD, "0.50 %"),
        (coded(1, "{score}"), MEASURED["patient.ecog"], "grade 1"),
        (coded(Decimal("1.0"), "{score}"), MEASURED["patient.ecog"], "grade 1"),
        (coded(Decimal("2.0"), "1"), MEASURED["plan.cycle"], "2"),
        ({"value": 2}, MEASURED["plan.cycle"], "2"),
        (coded(34, "[IU]/l"), ALT, "34 U/L"),
        (coded(2, "{ULN}", comparator=">="), ALT, ">= 2 x ULN"),
        (coded(4, "10^3/uL", system="urn:oid:2.16.840.1.113883.6.8"), NEUTROPHILS, "4 10^3/uL"),
        ({"value": 4.5, "unit": "10*9/L"}, NEUTROPHILS, "4.5 10*9/L"),
        ({"value": 4.5, "unit": "10*9/l", "system": UCUM_NAMES[0]}, NEUTROPHILS, "4.5 10*9/L"),
        (coded(12, "{#}/uL"), NEUTROPHILS, "12 /uL"),
    ],
)
def test_a_quantity_is_read_as_a_profile_writes_it(quantity: Any, kind: Measured, text: str) -> None:
    assert read(quantity, kind) == text


def test_a_file_of_codes_may_say_what_a_laboratory_means() -> None:
    meant = {"K/uL": "10*3/uL", "Giga/l": "10*9/L", "Mpt/l": "K/uL", "local-7": "/nL", "wrong": "furlong"}
    assert read(coded(5, "K/uL"), NEUTROPHILS, meant) == "5 10*3/uL"
    assert read({"value": 5, "unit": "Giga/l"}, NEUTROPHILS, meant) == "5 10*9/L"
    assert read({"value": 5, "unit": "Mpt/l"}, NEUTROPHILS, meant) == "5 K/uL"  # one of our own units
    assert read({"value": 5, "code": "local-7", "system": "urn:x"}, NEUTROPHILS, meant) == "5 10*9/L"
    with pytest.raises(Mistake, match="`furlong` is not among"):
        read({"value": 5, "unit": "wrong"}, NEUTROPHILS, meant)
