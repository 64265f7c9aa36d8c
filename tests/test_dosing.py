"""Doses: the arithmetic against plain fractions, what is shown of it, and a dose that somebody ordered."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss.derived import SURFACE
from blinadss.dosing import Amount, agrees, amount_of
from blinadss.errors import UsageError
from blinadss.lookup import look_up
from blinadss.testing.patients import as_profile
from blinadss.treatment import Dose
from blinadss.truth import Truth
from strategies import ON

MRD = "us-label/mrd-positive"
FIXED, BY_SURFACE = "us-label/mrd-fixed", "us-label/mrd-by-surface"
CHILD = {"patient.weight": "30 kg", "patient.height": "117 cm"}  # 0.98742 m2, so that 15 mcg/m2/day are 14.8113


def kilograms() -> st.SearchStrategy[Decimal]:
    return st.decimals("1", "250", places=3)


def centimetres() -> st.SearchStrategy[Decimal]:
    return st.decimals("30", "220", places=1)


@st.composite
def rules(draw: st.DrawFn, cap: bool | None = None) -> Dose:  # noqa: FBT001 - with one, without one, or either
    """A dose by body surface as a file may state it."""
    unit: Literal["mg", "mcg"] = draw(st.sampled_from(["mg", "mcg"]))
    capped = draw(st.booleans()) if cap is None else cap
    most = draw(st.decimals("0.5", "60", places=2)) if capped else None
    return Dose(draw(st.decimals("0.25", "30", places=2)), unit, by_surface=True, a_day=draw(st.booleans()), cap=most)


def amount(dose: Dose, facts: dict[str, Any]) -> Amount | None:
    return amount_of(dose, look_up(as_profile(facts), [SURFACE], ON, {}))


def weighed(kg: Decimal, cm: Decimal) -> dict[str, str]:
    return {"patient.weight": f"{kg} kg", "patient.height": f"{cm} cm"}


def shown_number(found: Amount) -> Fraction:
    return Fraction(found.shown.removesuffix(f" {found.unit}"))


@given(rules(cap=False), kilograms(), centimetres())
def test_a_dose_is_the_rule_times_the_body_surface_by_mosteller(dose: Dose, kg: Decimal, cm: Decimal) -> None:
    """The square of the dose is that of the rule times weight times height over 3600, without a root."""
    found = amount(dose, weighed(kg, cm))
    assert found is not None
    wanted = Fraction(dose.amount) ** 2 * Fraction(kg) * Fraction(cm) / 3600
    assert abs(Fraction(found.exact) ** 2 - wanted) < Fraction(1, 10**20)


@given(rules(cap=False), st.decimals("0.1", "3", places=4))
def test_a_dose_by_a_stated_body_surface_is_their_product(dose: Dose, surface: Decimal) -> None:
    found = amount(dose, {SURFACE: f"{surface} m2"})
    assert found is not None
    assert Fraction(found.exact) == Fraction(dose.amount) * Fraction(surface)


@given(rules(cap=True), kilograms(), centimetres())
def test_no_dose_is_above_its_cap_and_none_below_it_is_changed(dose: Dose, kg: Decimal, cm: Decimal) -> None:
    """With a cap the dose is the lesser of the cap and of the dose without one, exactly."""
    facts = weighed(kg, cm)
    uncapped = amount(Dose(dose.amount, dose.unit, by_surface=True, a_day=dose.a_day), facts)
    found = amount(dose, facts)
    assert found is not None
    assert uncapped is not None
    assert dose.cap is not None
    assert found.exact == min(dose.cap, uncapped.exact)
    assert ("above the cap" in found.working) == (uncapped.exact > dose.cap)
    assert shown_number(found) <= Fraction(dose.cap)


@given(rules(), kilograms(), centimetres())
def test_what_is_shown_is_rounded_half_up_to_two_decimals(dose: Dose, kg: Decimal, cm: Decimal) -> None:
    found = amount(dose, weighed(kg, cm))
    assert found is not None
    exact = Fraction(found.exact)
    assert shown_number(found) == Fraction((exact * 100 + Fraction(1, 2)).__floor__(), 100)


@given(rules(), st.decimals("0.1", "3", places=4))
def test_nothing_is_rounded_without_saying_so(dose: Dose, surface: Decimal) -> None:
    """The working has a sign of approximation just where the product has more decimals than it shows."""
    found = amount(dose, {SURFACE: f"{surface} m2"})
    assert found is not None
    product = Fraction(dose.amount) * Fraction(surface)
    assert ("≈" in found.working) == ((product * 100).denominator != 1)
    assert ("=" in found.working) == ("≈" not in found.working)


@given(kilograms(), centimetres(), kilograms(), centimetres(), rules())
def test_nobody_larger_gets_less(kg: Decimal, cm: Decimal, more: Decimal, further: Decimal, dose: Dose) -> None:
    smaller, larger = (amount(dose, weighed(*each)) for each in ((kg, cm), (max(kg, more), max(cm, further))))
    assert smaller is not None
    assert larger is not None
    assert smaller.exact <= larger.exact


@given(st.decimals("0.001", "99", places=3), st.fixed_dictionaries({}, optional={SURFACE: st.just("1 m2")}))
def test_a_fixed_dose_is_shown_as_it_is_stated_whoever_gets_it(number: Decimal, facts: dict[str, str]) -> None:
    found = amount(Dose(number, "mg"), facts)
    assert found is not None
    assert found.exact == number
    assert shown_number(found) == Fraction(number)
    assert "≈" not in found.working


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"patient.weight": "30 kg"},
        {"patient.height": "117 cm"},
        {"patient.weight": "< 30 kg", "patient.height": "117 cm"},
        {"patient.weight": "30 kg", "patient.height": "> 117 cm"},
        {SURFACE: "< 1 m2"},
        {SURFACE: ">= 2.5 m2"},
        {SURFACE: ["1 m2", "1.1 m2"]},
    ],
    ids=str,
)
def test_a_body_surface_that_is_not_exactly_known_gives_no_dose(facts: dict[str, Any]) -> None:
    assert amount(Dose(Decimal(5), "mg", by_surface=True), facts) is None


def test_the_working_shows_rule_surface_product_and_cap() -> None:
    dose = Dose(Decimal(15), "mcg", by_surface=True, a_day=True, cap=Decimal(28))
    within, above = amount(dose, CHILD), amount(dose, {SURFACE: "2 m2"})
    assert within is not None
    assert above is not None
    assert (within.shown, within.unrounded) == ("14.81 mcg/day", "14.811313 mcg/day")
    assert within.working == (
        "15 mcg/m2/day × 0.9874… m2 ≈ 14.81 mcg/day, within the cap of 28 mcg/day; "
        "body surface 0.99 m2 (Mosteller, 30 kg, 117 cm)"
    )
    assert above.working == "15 mcg/m2/day × 2 m2 = 30 mcg/day, above the cap: 28 mcg/day; body surface 2 m2"
    assert above.shown == "28 mcg/day"


def planned(facts: dict[str, Any], ordered: str | None = None) -> blinadss.Checklist:
    return blinadss.checklist(as_profile(facts), MRD, start=ON, on=ON, ordered=ordered, engines=("reference",))


def doses(facts: dict[str, Any]) -> dict[str, tuple[str | None, set[str]]]:
    """Each dose of the treatment that is not for other patients: its amount, and what it asks for."""
    found = [each.dose for each in planned(facts).doses]
    return {each.id: (each.amount, {asked.fact for asked in each.missing}) for each in found}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"patient.weight": "45 kg"}, {FIXED: ("28 mcg/day", set())}),
        ({**CHILD, "patient.weight": "44.999 kg"}, {BY_SURFACE: ("18.14 mcg/day", set())}),
        ({"patient.weight": "99.2081 lb"}, {FIXED: ("28 mcg/day", set())}),
        ({"patient.weight": "99.208 lb", "patient.height": "117 cm"}, {BY_SURFACE: ("18.14 mcg/day", set())}),
        ({"patient.weight": ">= 45 kg"}, {FIXED: ("28 mcg/day", set())}),
        ({"patient.weight": "< 45 kg"}, {BY_SURFACE: (None, {SURFACE})}),
        ({"patient.weight": "< 45 kg", SURFACE: "1 m2"}, {BY_SURFACE: ("15 mcg/day", set())}),
        ({"patient.weight": "30 kg"}, {BY_SURFACE: (None, {SURFACE})}),
        ({"patient.weight": "30 kg", SURFACE: "< 1 m2"}, {BY_SURFACE: (None, {SURFACE})}),
        ({"patient.weight": "44 kg", SURFACE: "1.9 m2"}, {BY_SURFACE: ("28 mcg/day", set())}),
        ({"patient.height": "117 cm"}, {FIXED: (None, {"patient.weight"}), BY_SURFACE: (None, {"patient.weight"})}),
        ({SURFACE: "1 m2"}, {FIXED: (None, {"patient.weight"}), BY_SURFACE: (None, {"patient.weight"})}),
    ],
    ids=str,
)  # fmt: skip
def test_the_weight_decides_which_dose_and_what_is_unknown_is_asked(facts: dict[str, Any], expected: Any) -> None:
    assert doses(facts) == expected


def test_what_every_dose_needs_is_asked_once_for_the_whole_checklist() -> None:
    assert [each.fact for each in planned({}).missing] == ["patient.weight"]
    assert [each.fact for each in planned({"patient.weight": "30 kg"}).missing] == [SURFACE]
    assert planned(CHILD).missing == ()


@pytest.mark.parametrize(
    ("ordered", "truth"),
    [("14.81 mcg/day", Truth.TRUE), ("14.8 mcg/day", Truth.TRUE), ("15 mcg/day", Truth.TRUE),
     ("14.8113 mcg/day", Truth.TRUE), ("28 mcg/day", Truth.FALSE), ("14 mcg/day", Truth.FALSE),
     ("14.9 mcg/day", Truth.FALSE), ("14.82 mcg/day", Truth.FALSE), ("15.0 mcg/day", Truth.FALSE)],
)  # fmt: skip
def test_an_order_agrees_with_the_rule_rounded_as_the_order_is(ordered: str, truth: Truth) -> None:
    found = planned(CHILD, ordered).ordered
    assert found is not None
    assert (found.ordered, found.truth) == (ordered, truth)


def test_an_order_that_is_wrong_says_by_how_much_and_shows_the_arithmetic() -> None:
    double, near = planned(CHILD, "28 mcg/day").ordered, planned(CHILD, "14.82 mcg/day").ordered
    assert double is not None
    assert near is not None
    (said,) = double.says
    assert said.startswith(
        "cycles 1 to 4, days 1 to 28: 28 mcg/day is 89 % more than the rule gives, 14.81 mcg/day (15"
    )
    assert "14.82 mcg/day is less than 1 % more than the rule gives" in near.says[0]


@pytest.mark.parametrize("facts", [{}, {"patient.weight": "30 kg"}, {**CHILD, "patient.weight": "< 45 kg"}])
def test_an_order_for_somebody_of_unknown_size_is_neither_right_nor_wrong(facts: dict[str, Any]) -> None:
    found = planned(facts, "28 mcg/day").ordered
    assert found is not None
    assert found.truth is Truth.UNKNOWN
    assert all("cannot be worked out for this patient yet" in said for said in found.says)


@pytest.mark.parametrize(
    "ordered",
    ["28 mg/day", "28 mcg", "28 mg", "15 mcg/m2/day", "15 mcg/m2", "28 µg/day", "28", "28 mcg/d", "-28 mcg/day",
     "0 mcg/day", "28 mcg/day and more", "twenty-eight", "28,0 mcg/day", "2.8e1 mcg/day"],
)  # fmt: skip
def test_an_order_that_is_no_daily_dose_in_micrograms_is_refused(ordered: str) -> None:
    with pytest.raises(UsageError, match="the ordered dose") as caught:
        planned({"patient.weight": "70 kg"}, ordered)
    assert caught.value.problems[0].hint


@settings(max_examples=60)
@given(kilograms(), centimetres(), st.integers(0, 2))
def test_what_the_rule_gives_is_always_a_right_order(kg: Decimal, cm: Decimal, decimals: int) -> None:
    """The amount worked out, rounded to as many decimals as one likes, agrees; a hundredth beside it does not."""
    found = amount(Dose(Decimal(15), "mcg", by_surface=True, a_day=True), weighed(kg, cm))
    assert found is not None
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal((Fraction(found.exact) / Fraction(step) + Fraction(1, 2)).__floor__()) * step
    assert agrees(found.exact, rounded)
    assert not agrees(found.exact, rounded + step)
    assert not agrees(found.exact, rounded - step)
