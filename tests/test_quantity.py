"""Numbers with units: read exactly, converted exactly, compared exactly, and refused where they are not clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blinadss import quantity as q
from blinadss import sight
from blinadss.errors import Mistake
from blinadss.profile import PatientProfile
from blinadss.quantity import Dimension, Quantity, Span
from blinadss.truth import Truth

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
OPERATORS = (">=", ">", "<=", "<")
DIMENSIONS = {name: each for name, each in vars(q).items() if isinstance(each, Dimension)}
ULN = dict.fromkeys(("x ULN", "xULN", "times ULN", "ULN"), Fraction(1))

# How much of the usual unit one of each unit is, worked out here a second time from the definitions of the units.
LITRE = 10**6  # cubic millimetres, and so microlitres
BILLION_PER_LITRE, ONE_PER_LITRE = Fraction(1), Fraction(1, 10**9)
SIZES: dict[str, dict[str, Fraction]] = {
    "PERCENTAGE": {"%": Fraction(1)},
    "CELLS": {
        **dict.fromkeys(("10*9/L", "10^9/L", "10e9/L", "G/L"), BILLION_PER_LITRE),
        **dict.fromkeys(("10*3/uL", "10^3/uL", "10e3/uL", "K/uL"), 1000 * LITRE * ONE_PER_LITRE),
        **dict.fromkeys(("10*3/mm3", "10^3/mm3", "K/mm3"), 1000 * LITRE * ONE_PER_LITRE),
        **dict.fromkeys(("/uL", "cells/uL", "/mm3", "cells/mm3"), LITRE * ONE_PER_LITRE),
        **dict.fromkeys(("10*6/L", "10^6/L"), 10**6 * ONE_PER_LITRE),
        **dict.fromkeys(("/L", "cells/L"), ONE_PER_LITRE),
    },
    # 1 U is 1 µmol/min and 1 kat is 1 mol/s, so 1 µkat/L is 60 U/L
    "ENZYME": {"U/L": Fraction(1), "IU/L": Fraction(1), "ukat/L": Fraction(60), **ULN},
    "BILIRUBIN": {"umol/L": Fraction(1), "mg/dL": Fraction("17.104"), **ULN},
    "CREATININE": {"umol/L": Fraction(1), "mg/dL": Fraction("88.4"), **ULN},
    "HAEMOGLOBIN": {"g/L": Fraction(1), "g/dL": Fraction(10)},
    "PROTEIN": {"g/L": Fraction(1), "mg/dL": Fraction(10, 1000), "g/dL": Fraction(10), "mg/L": Fraction(1, 1000)},
    "CRP": {"mg/L": Fraction(1), "mg/dL": Fraction(10), "ug/mL": Fraction(1000, 1000), **ULN},
    "FERRITIN": {"ug/L": Fraction(1), "ng/mL": Fraction(1000, 1000), "mcg/L": Fraction(1), **ULN},
    "CLEARANCE": {"mL/min": Fraction(1)},
    "MASS": {"kg": Fraction(1), "g": Fraction(1, 1000), "lb": Fraction("0.45359237"), "lbs": Fraction("0.45359237")},
    "LENGTH": {"cm": Fraction(1), "m": Fraction(100), "mm": Fraction(1, 10), "in": Fraction("2.54")},
    "AREA": {"m2": Fraction(1), "m^2": Fraction(1)},
    "INTERVAL": {
        **dict.fromkeys(("months", "month", "mo"), Fraction(1)),
        **dict.fromkeys(("years", "year", "yr"), Fraction(12)),
    },
    "TIME": {
        **dict.fromkeys(("hours", "hour", "h"), Fraction(1)),
        **dict.fromkeys(("days", "day", "d"), Fraction(24)),
        **dict.fromkeys(("weeks", "week", "wk"), Fraction(7 * 24)),
    },
    "TEMPERATURE": {"C": Fraction(1), "°C": Fraction(1)},
    "MULTIPLE": {"x baseline": Fraction(1)},
    "COUNT": {},
    "GRADE": {},
    "DURATION": {
        **dict.fromkeys(("days", "day", "d"), Fraction(1)),
        **dict.fromkeys(("weeks", "week", "wk"), Fraction(7)),
        **dict.fromkeys(("months", "month", "mo"), Fraction(1)),
        **dict.fromkeys(("years", "year", "yr", "a"), Fraction(12)),
    },
}
UNITS = [(name, unit) for name, sizes in SIZES.items() for unit in sizes]


def mistake(dimension: Dimension, text: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        dimension.read(text)
    return caught.value


def test_every_unit_has_its_size_checked_here() -> None:
    listed = {name: {unit for unit in each.units if unit} for name, each in DIMENSIONS.items()}
    assert listed == {name: set(sizes) for name, sizes in SIZES.items()} | {"GRADE": {"grade"}}


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_a_unit_converts_exactly(name: str, unit: str) -> None:
    read = DIMENSIONS[name].read(f"2.75 {unit}")
    assert Fraction(read.magnitude) == Fraction("2.75") * SIZES[name][unit]


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_a_unit_belongs_to_a_declared_scale(name: str, unit: str) -> None:
    dimension = DIMENSIONS[name]
    expected = "x ULN" if unit in ULN else {"m": "months", "y": "months", "a": "months"}.get(unit[0], "days")
    if name != "DURATION" and unit not in ULN:
        expected = dimension.scales()[0]
    assert dimension.read(f"2 {unit}").scale == expected


@pytest.mark.parametrize(("name", "unit"), UNITS)
@pytest.mark.parametrize("spelt", [str.lower, str.upper, str.swapcase], ids=["lower", "upper", "swapped"])
def test_the_case_of_a_unit_never_matters(name: str, unit: str, spelt: Callable[[str], str]) -> None:
    dimension = DIMENSIONS[name]
    assert dimension.read(f"3 {spelt(unit)}") == dimension.read(f"3 {unit}")


@pytest.mark.parametrize(("name", "unit"), UNITS)
@pytest.mark.parametrize("between", ["", "  ", "\t", "\u00a0", "\u2009"], ids=ascii)
def test_the_space_before_a_unit_never_matters(name: str, unit: str, between: str) -> None:
    if between or not unit[0].isdigit():  # 310*9/L would be another number
        dimension = DIMENSIONS[name]
        assert dimension.read(f" 3{between}{unit} ") == dimension.read(f"3 {unit}")


@pytest.mark.parametrize(("name", "unit"), [(name, unit) for name, unit in UNITS if unit[0] == "u" or "/u" in unit])
@pytest.mark.parametrize("micro", ["\u00b5", "\u03bc"], ids=["micro sign", "Greek mu"])
def test_both_characters_for_micro_are_read(name: str, unit: str, micro: str) -> None:
    dimension = DIMENSIONS[name]
    assert dimension.read(f"3 {unit.replace('u', micro)}") == dimension.read(f"3 {unit}")


@pytest.mark.parametrize(
    ("dimension", "grams_per_mole"),
    [(q.BILIRUBIN, "584.67"), (q.CREATININE, "113.12")],
    ids=["bilirubin", "creatinine"],
)
def test_molar_factors_agree_with_the_molar_mass(dimension: Dimension, grams_per_mole: str) -> None:
    # 1 mg/dL is 0.01 g/L, so 10 000 / (g/mol) µmol/L; the published factor is rounded to four or three digits
    exact = 10_000 / Fraction(grams_per_mole)
    assert abs(Fraction(dimension.read("1 mg/dL").magnitude) / exact - 1) < Fraction(1, 1000)


@pytest.mark.parametrize(
    ("dimension", "one", "other"),
    [
        (q.DURATION, "14 days", "2 weeks"),
        (q.DURATION, "24 months", "2 years"),
        (q.CELLS, "1500 /µL", "1.5 10*9/L"),
        (q.CELLS, "0.5 G/L", "500 cells/mm³"),
        (q.CELLS, "1.5 × 10⁹/L", "1.5 K/µL"),
        (q.CELLS, "1.5 x 10^3/uL", "1.5 10*3/mm3"),
        (q.CELLS, "150000/uL", "1.5e11 /L"),
        (q.ENZYME, "2 µkat/L", "120 U/L"),
        (q.ENZYME, "3 × ULN", "3 ULN"),
        (q.MASS, "1000 g", "1 kg"),
        (q.LENGTH, "1.7 m", "170 cm"),
        (q.AREA, "1.8 m²", "1.8 m^2"),
        (q.COUNT, "2.0", "2"),
        (q.GRADE, "  grade   3 ", "grade 3"),
    ],
)
def test_two_spellings_of_a_quantity_are_equal(dimension: Dimension, one: str, other: str) -> None:
    assert dimension.read(one) == dimension.read(other)


def test_a_month_is_not_comparable_with_days() -> None:
    assert q.DURATION.read("1 month").scale != q.DURATION.read("30 days").scale


@pytest.mark.parametrize("digit", "0123456789")
def test_a_grade_is_one_digit(digit: str) -> None:
    assert q.GRADE.read(f"grade {digit}") == Quantity(Decimal(digit), "grade")


@pytest.mark.parametrize(
    "written",
    [
        "0.1 %",
        "0.1%",
        "0.10 %",
        ".1 %",
        "+0.1 %",
        " 0.1\t% ",
        "00.1 %",
        "1e-3",
        "1E-3",
        "1.0e-3",
        "10e-4",
        "10^-3",
        "10*-3",
        "10⁻³",
        "1 x 10^-3",
        "1 × 10⁻³",
        "1·10^-3",
        "1*10^-3",
        "1x10-3",
        "1 x 10**-3",
        "1 x 10^\u22123",
        "10^-1 %",
        "10⁻¹ %",
        "1e-1 %",
    ],
)
def test_a_tenth_of_a_percent_is_exact_however_written(written: str) -> None:
    assert q.PERCENTAGE.read(written) == Quantity(Decimal("0.1"), "%")


@pytest.mark.parametrize("written", ["5 x 10^-4", "5 × 10⁻⁴", "5e-4", "0.5e-3", "5·10⁻⁴", "5x10-4", "0.05 %"])
def test_a_fraction_with_a_mantissa_is_exact(written: str) -> None:
    assert q.PERCENTAGE.read(written) == Quantity(Decimal("0.05"), "%")


@pytest.mark.parametrize(
    ("dimension", "written", "problem", "hint"),
    [
        (
            q.PERCENTAGE,
            "0,1 %",
            "`0,1 %` is ambiguous",
            "write the number with a decimal point and no separators",
        ),
        (
            q.CELLS,
            "150,000/uL",
            "`150,000/uL` is ambiguous",
            "write the number with a decimal point and no separators",
        ),
        (
            q.CELLS,
            "150'000/uL",
            "`150'000/uL` is ambiguous",
            "write the number with a decimal point and no separators",
        ),
        (q.PERCENTAGE, "5", "`5` has no unit", "write `5 %` or another unit"),
        (q.CELLS, "0.5", "`0.5` has no unit", "write the unit too, for example `0.5 10*9/L`"),
        (q.ENZYME, "120 ", "`120 ` has no unit", "write the unit too, for example `120 U/L`"),
        (q.PERCENTAGE, "5 kg", "`kg` is not a unit of a percentage", "write `%`"),
        (q.PERCENTAGE, "5 percent", "`percent` is not a unit of a percentage", "write `%`"),
        (q.DURATION, "12 weekz", "`weekz` is not a unit of a length of time", "did you mean `week`?"),
        (q.MASS, "70 stone", "`stone` is not a unit of a body weight", "write `kg`, `g`, `lb` or `lbs`"),
        (q.COUNT, "2.5", "`2.5` is not a whole number", "write for example `2`"),
        (q.COUNT, "2 lines", "`lines` is not a unit of a count", "write for example `2`"),
        (q.GRADE, "3", "`3` is not a grade", "write `grade 3`"),
        (q.GRADE, "grade III", "`grade III` is not a grade", "write for example `grade 3`"),
        (q.GRADE, "grade 10", "`grade 10` is not a grade", "write for example `grade 3`"),
        (q.GRADE, "grade \u0663", "`grade \u0663` is not a grade", "write for example `grade 3`"),
        (q.PERCENTAGE, "NaN", "`NaN` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "nan %", "`nan %` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "inf", "`inf` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "Infinity %", "`Infinity %` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "\u0665 %", "`\u0665 %` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "\uff15 %", "`\uff15 %` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "% 5", "`% 5` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "five %", "`five %` is not a number with a unit", "write for example `5 %`"),
        (q.PERCENTAGE, "- 5 %", "`- 5 %` is not a number with a unit", "write for example `5 %`"),
        (
            q.PERCENTAGE,
            "1" * 400,
            f"`{'1' * 59}…` has more digits than anything measured",
            "round it as the report does",
        ),
        (
            q.PERCENTAGE,
            "0.12345678901234567 %",
            "`0.12345678901234567 %` has more digits than anything measured",
            "round it as the report does",
        ),
        (q.CELLS, "1000000000000000000 /L", "`1000000000000000000 /L` is out of any measurable range", None),
    ],
)
def test_an_unclear_number_is_refused_with_a_hint(
    dimension: Dimension, written: str, problem: str, hint: str | None
) -> None:
    refused = mistake(dimension, written)
    assert (refused.problem, refused.hint) == (problem, hint)


@pytest.mark.parametrize("written", ["0.001", "0.1", "1", "100", "1.", "+1"])
def test_a_bare_decimal_is_never_a_percentage(written: str) -> None:
    assert mistake(q.PERCENTAGE, written).problem == f"`{written}` has no unit"


@pytest.mark.parametrize("name", [name for name in DIMENSIONS if name not in {"COUNT", "GRADE"}])
def test_a_number_without_a_unit_is_refused(name: str) -> None:
    assert mistake(DIMENSIONS[name], "3").problem == "`3` has no unit"


@pytest.mark.parametrize("name", [name for name in DIMENSIONS if name not in {"COUNT", "PERCENTAGE", "GRADE"}])
@pytest.mark.parametrize("written", ["1e-3", "10^-3", "1 x 10^2"])
def test_only_a_fraction_stands_alone_in_scientific_form(name: str, written: str) -> None:
    assert mistake(DIMENSIONS[name], written).problem == f"`{written}` has no unit"


@pytest.mark.parametrize("written", ["1e400", "1e-400", "1e99999999999", "0e400", "10^400", "1 x 10^-400"])
def test_an_absurd_exponent_is_refused_at_once(written: str) -> None:
    assert "measur" in mistake(q.PERCENTAGE, written).problem


@pytest.mark.parametrize("name", DIMENSIONS)
@pytest.mark.parametrize(
    "written",
    ["", " ", "%", "-", ".", "e5", "1e", "1e5.5 %", "1.2.3 %", "1 000 000 %", "1_000 %", "5 % %", "0x10 %", "1/1000"],
)
def test_what_is_not_one_number_is_refused(name: str, written: str) -> None:
    with pytest.raises(Mistake):
        DIMENSIONS[name].read(written)


@given(st.sampled_from(sorted(DIMENSIONS)), st.text(max_size=30) | st.from_regex(r"[0-9.eE^*x %/LuU+-]{1,15}"))
def test_any_text_is_a_quantity_or_a_mistake(name: str, text: str) -> None:
    """Nothing that somebody can type ends in another kind of error."""
    try:
        read = DIMENSIONS[name].read(text)
    except Mistake:
        return
    assert read.magnitude.is_finite()


@given(st.decimals(min_value=0, max_value=10**4, places=4), st.sampled_from(UNITS))
def test_a_quantity_reads_back_as_it_is_shown(number: Decimal, written: tuple[str, str]) -> None:
    """Showing a quantity on its own scale and reading that again gives the same quantity."""
    dimension = DIMENSIONS[written[0]]
    quantity = dimension.read(f"{number} {written[1]}")
    assume(len(str(quantity.magnitude).replace(".", "").strip("0")) <= 15)  # no measurement has more digits
    assert dimension.read(str(quantity)) == quantity


@pytest.mark.parametrize("written", ["150 x 1000/uL", "150 x1000/µL", "15 x 10000 /uL", "150 x 103/uL"])
def test_a_multiple_of_a_thousand_is_not_a_power(written: str) -> None:
    assert " is not a unit of a cell count per volume" in mistake(q.CELLS, written).problem


@pytest.mark.parametrize(("dimension", "written"), [(q.PERCENTAGE, "5² %"), (q.ENZYME, "120³ U/L"), (q.MASS, "7² kg")])
def test_a_raised_digit_never_joins_the_number(dimension: Dimension, written: str) -> None:
    mistake(dimension, written)


def test_a_wrong_unit_is_quoted_as_written() -> None:
    refused = mistake(q.ENZYME, "3 µg/dL")
    assert (refused.problem, refused.offset) == ("`µg/dL` is not a unit of an enzyme activity", 2)


@pytest.mark.parametrize(("written", "offset"), [("1 10*6/kg", 2), ("1e1 ekg", 4)])
def test_the_caret_stands_under_a_wrong_unit(written: str, offset: int) -> None:
    assert mistake(q.CELLS, written).offset == offset


@pytest.mark.parametrize("written", ["150 000/uL", "150_000/uL", "1.500.000/uL", "1 500 000 /uL"])
def test_other_separators_of_thousands_are_called_ambiguous(written: str) -> None:
    assert mistake(q.CELLS, written).problem == f"`{written}` is ambiguous"


NUMBERS = st.integers(-6, 6).map(lambda halves: Decimal(halves) / 2)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    low, high = sorted((draw(NUMBERS), draw(NUMBERS | st.just(Decimal("Infinity")))))
    if low == high:
        return Span.point(low)
    return Span(low, high, draw(st.booleans()), draw(st.booleans()))


def member(number: Decimal, span: Span) -> bool:
    above = number > span.low or (number == span.low and not span.low_open)
    return above and (number < span.high or (number == span.high and not span.high_open))


def marks(*numbers: Decimal) -> Iterator[Decimal]:
    """The finite numbers, one between each two neighbours, and one beyond each end."""
    finite = sorted({number for number in numbers if number.is_finite()})
    yield from finite
    yield from ((low + high) / 2 for low, high in pairwise(finite))
    yield from (finite[0] - 1, finite[-1] + 1)


def holds(number: Decimal, operator: str, threshold: Decimal) -> bool:
    return {
        ">=": number >= threshold,
        ">": number > threshold,
        "<=": number <= threshold,
        "<": number < threshold,
    }[operator]


@given(spans(), st.sampled_from(OPERATORS), NUMBERS)
@settings(max_examples=300)
def test_a_comparison_agrees_with_every_member(span: Span, operator: str, threshold: Decimal) -> None:
    """A span compares as true if all its members do, as false if none does, and is unknown otherwise."""
    answers = {
        holds(number, operator, threshold) for number in marks(span.low, span.high, threshold) if member(number, span)
    }
    expected = U if len(answers) == 2 else T if answers == {True} else F
    assert span.compared(operator, threshold) is expected


@pytest.mark.parametrize(
    ("span", "answers"),
    [
        (Span.point(Decimal(5)), (T, F, T, F)),
        (Span.point(Decimal(4)), (F, F, T, T)),
        (Span.point(Decimal(6)), (T, T, F, F)),
        (Span(Decimal(0), Decimal(5)), (U, F, T, U)),
        (Span(Decimal(0), Decimal(5), high_open=True), (F, F, T, T)),
        (Span(Decimal(5), Decimal(9)), (T, U, U, F)),
        (Span(Decimal(5), Decimal(9), low_open=True), (T, T, F, F)),
        (Span(Decimal(0), Decimal("Infinity")), (U, U, U, U)),
        (Span(Decimal(5), Decimal("Infinity"), low_open=True), (T, T, F, F)),
    ],
)
def test_open_and_closed_ends_decide_at_the_threshold(span: Span, answers: tuple[Truth, ...]) -> None:
    assert tuple(span.compared(operator, Decimal(5)) for operator in OPERATORS) == answers


@given(spans(), spans())
def test_the_order_of_a_meeting_never_matters(one: Span, other: Span) -> None:
    """Meeting is commutative."""
    assert one.meet(other) == other.meet(one)


@given(spans(), spans())
@settings(max_examples=300)
def test_a_meeting_holds_just_the_common_members(one: Span, other: Span) -> None:
    """A number lies in the meeting of two spans exactly if it lies in both; no meeting, no such number."""
    both = one.meet(other)
    for number in marks(one.low, one.high, other.low, other.high):
        assert (both is not None and member(number, both)) == (member(number, one) and member(number, other))


@given(spans())
def test_a_span_meets_itself_unchanged(span: Span) -> None:
    assert span.meet(span) == span


DAY = date(2026, 3, 2)
LIMITS = st.decimals(min_value="0.1", max_value=500, places=2)
MULTIPLES = st.decimals(min_value=0, max_value=20, places=3)
NUDGES = st.sampled_from([Decimal(0), Decimal("1e-9"), Decimal("-1e-9"), Decimal(7)])


def alt(value: str, limit: Decimal, reading: str) -> Span:
    profile = PatientProfile.model_validate({"labs": {"alt": {"value": value, "upper_limit": f"{limit} U/L"}}})
    span = sight.given(profile, "labs.alt", DAY, {}).values[f"labs.alt [{reading}]"]
    assert isinstance(span, Span)
    return span


@given(LIMITS, MULTIPLES, NUDGES, st.sampled_from(OPERATORS))
def test_a_multiple_of_the_limit_compares_exactly(
    limit: Decimal, threshold: Decimal, nudge: Decimal, operator: str
) -> None:
    """A value stands to `threshold x ULN` as it stands to the threshold times the limit, in exact fractions."""
    value = max(Decimal(0), threshold * limit + nudge)
    span = alt(f"{value:f} U/L", limit, "x ULN")
    expected = T if holds(value, operator, threshold * limit) else F
    assert span.compared(operator, threshold) is expected


@given(LIMITS, MULTIPLES, NUDGES, st.sampled_from(OPERATORS))
def test_a_value_in_multiples_compares_exactly_in_units(
    limit: Decimal, multiple: Decimal, nudge: Decimal, operator: str
) -> None:
    """`multiple x ULN` stands to a threshold in U/L as the multiple times the limit does."""
    threshold = max(Decimal(0), multiple * limit + nudge)
    span = alt(f"{multiple} x ULN", limit, "U/L")
    expected = T if holds(multiple * limit, operator, threshold) else F
    assert span.compared(operator, threshold) is expected


@given(st.decimals(min_value="0.001", max_value=10**6, places=3), LIMITS, MULTIPLES, st.sampled_from(OPERATORS))
def test_a_quotient_that_never_ends_compares_exactly(
    value: Decimal, limit: Decimal, threshold: Decimal, operator: str
) -> None:
    """Dividing by the limit compares as exact fractions do, although the quotient is rounded."""
    span = alt(f"{value} U/L", limit, "x ULN")
    exact = Fraction(value) / Fraction(limit) - Fraction(threshold)
    expected = {">=": exact >= 0, ">": exact > 0, "<=": exact <= 0, "<": exact < 0}[operator]
    assert span.compared(operator, threshold) is (T if expected else F)


@pytest.mark.parametrize(
    ("value", "answers"),
    [
        ("< 120 U/L", (F, F, T, T)),
        ("<= 120 U/L", (U, F, T, U)),
        ("≥ 120 U/L", (T, U, U, F)),
        ("> 120 U/L", (T, T, F, F)),
        ("> 40 U/L", (U, U, U, U)),
    ],
)
def test_a_bound_stays_a_bound_in_multiples(value: str, answers: tuple[Truth, ...]) -> None:
    span = alt(value, Decimal(40), "x ULN")
    assert tuple(span.compared(operator, Decimal(3)) for operator in OPERATORS) == answers


def test_without_a_limit_there_are_no_multiples() -> None:
    profile = PatientProfile.model_validate({"labs": {"alt": "120 U/L"}})
    assert list(sight.given(profile, "labs.alt", DAY, {}).values) == ["labs.alt [U/L]"]


def test_the_caret_stands_under_a_wrong_unit_with_a_raised_power() -> None:
    assert mistake(q.CELLS, "5 10⁹/kg").offset == 2


@pytest.mark.parametrize("written", ["150.000 /µL", "4.500/uL", "12.000 cells/mm3"])
def test_a_point_between_thousands_of_cells_is_ambiguous(written: str) -> None:
    assert mistake(q.CELLS, written).problem == f"`{written}` is ambiguous"
