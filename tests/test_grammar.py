"""One line, one comparison; and what is said about a line that is not one."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss.errors import Mistake
from blinadss.expression import Comparison, Operator, line
from blinadss.facts import FACTS
from blinadss.grammar import read_comparison
from blinadss.kinds import Coded, Dated, Measured
from blinadss.quantity import COUNT, DURATION, GRADE, Quantity

ORDERED = (">=", ">", "<=", "<")
HOW_TO_COMPARE = "compare it with `>=`, `>`, `<=` or `<`"
WHAT_A_LINE_IS = "write a fact, an operator and a value; `blinadss facts` lists the facts"


def mistake(text: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        read_comparison(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("disease.cd19 is positive", Comparison("disease.cd19", "is", ("positive",))),
        ("disease.cd19 is not positive", Comparison("disease.cd19", "is not", ("positive",))),
        ("disease.course is relapsed or refractory", Comparison("disease.course", "is", ("relapsed", "refractory"))),
        ("mrd.status is not_detected", Comparison("mrd.status", "is", ("not_detected",))),
        ("mrd.status is not not_detected", Comparison("mrd.status", "is not", ("not_detected",))),
        ("marrow.blasts >= 5 %", Comparison("marrow.blasts", ">=", threshold=Quantity(Decimal(5), "%"))),
        ("marrow.blasts > 5 %", Comparison("marrow.blasts", ">", threshold=Quantity(Decimal(5), "%"))),
        ("marrow.blasts <= 5 %", Comparison("marrow.blasts", "<=", threshold=Quantity(Decimal(5), "%"))),
        ("marrow.blasts < 5 %", Comparison("marrow.blasts", "<", threshold=Quantity(Decimal(5), "%"))),
        ("marrow.blasts >= 0 %", Comparison("marrow.blasts", ">=", threshold=Quantity(Decimal(0), "%"))),
        ("mrd.level >= 1e-4", Comparison("mrd.level", ">=", threshold=Quantity(Decimal("0.01"), "%"))),
        ("labs.alt > 3 x ULN", Comparison("labs.alt", ">", threshold=Quantity(Decimal(3), "x ULN"))),
        ("labs.alt > 2 µkat/L", Comparison("labs.alt", ">", threshold=Quantity(Decimal(120), "U/L"))),
        ("history.prior_lines >= 2", Comparison("history.prior_lines", ">=", threshold=Quantity(Decimal(2), ""))),
        ("toxicity.crs >= grade 3", Comparison("toxicity.crs", ">=", threshold=Quantity(Decimal(3), "grade"))),
        ("patient.age >= 1 month", Comparison("patient.age", ">=", threshold=Quantity(Decimal(1), "months"))),
        (
            "since history.allogeneic_hsct_on >= 12 weeks",
            Comparison("history.allogeneic_hsct_on", ">=", threshold=Quantity(Decimal(84), "days"), since=True),
        ),
    ],
)
def test_a_line_becomes_one_comparison(text: str, comparison: Comparison) -> None:
    assert read_comparison(text) == comparison


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  marrow.blasts >= 5 %  ", "marrow.blasts >= 5 %"),
        ("marrow.blasts>=5%", "marrow.blasts >= 5 %"),
        ("marrow.blasts  >=\t5  %", "marrow.blasts >= 5 %"),
        ("disease.cd19\tis  not   positive", "disease.cd19 is not positive"),
        ("disease.course is relapsed  or  refractory", "disease.course is relapsed or refractory"),
        ("since   history.allogeneic_hsct_on>=84 d", "since history.allogeneic_hsct_on >= 84 days"),
    ],
)
def test_spaces_in_a_line_never_matter(text: str, plain: str) -> None:
    comparison = read_comparison(text)
    assert (line(comparison), comparison.text) == (plain, text.strip())


def codes(kind: Coded) -> st.SearchStrategy[tuple[str, tuple[str, ...]]]:
    one = st.sampled_from(kind.codes).map(lambda code: (code,))
    some = st.lists(st.sampled_from(kind.codes), min_size=1, unique=True).map(tuple)
    return st.tuples(st.just("is"), some) | st.tuples(st.just("is not"), one)


def magnitudes(kind: Measured) -> st.SearchStrategy[Quantity]:
    whole = kind.dimension in (COUNT, GRADE, DURATION)
    finest = Decimal(1) if whole else Decimal("0.0001")
    most = min(kind.most, Decimal(1000))
    least = int(kind.least / finest)
    steps = st.integers(max(least, 1 if kind.above_zero else 0), int(most / finest))
    scales = st.sampled_from(kind.dimension.scales())
    return st.tuples(steps, scales).map(lambda drawn: Quantity(drawn[0] * finest, drawn[1]))


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """A comparison on any fact that can be compared."""
    compared = {fact: kind for fact, kind in FACTS.items() if not isinstance(kind, Dated) or kind.past}
    fact = draw(st.sampled_from(sorted(compared)))
    kind = compared[fact]
    if isinstance(kind, Coded):
        operator, wanted = draw(codes(kind))
        return Comparison(fact, cast("Operator", operator), wanted)
    operator = draw(st.sampled_from(ORDERED))
    threshold = draw(magnitudes(kind if isinstance(kind, Measured) else Measured(DURATION)))
    return Comparison(fact, cast("Operator", operator), threshold=threshold, since=isinstance(kind, Dated))


@given(comparisons())
def test_a_line_reads_back_as_it_was_written(comparison: Comparison) -> None:
    """Writing a comparison as a line and reading the line gives the same comparison, whatever the fact."""
    assert read_comparison(line(comparison)) == comparison


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_but_future_days_can_be_compared(fact: str) -> None:
    match FACTS[fact]:
        case Coded(codes=(code, *_)):
            text = f"{fact} is {code}"
        case Measured() as kind:
            example = "1" if kind.dimension is COUNT else kind.dimension.example
            text = f"{fact} >= {'grade 3' if kind.dimension is GRADE else example}"
        case Dated(past=True):
            text = f"since {fact} >= 12 weeks"
        case _:
            assert mistake(f"since {fact} >= 12 weeks").problem == f"`{fact}` may lie in the future"
            return
    assert read_comparison(text).fact == fact


@given(
    st.text(max_size=40)
    | st.from_regex(r"(since |not )?(disease\.c[a-z0-9]{1,4}|marrow\.blasts) ?[a-z0-9<>=!% ]{0,20}")
)
def test_any_line_is_a_comparison_or_a_mistake(text: str) -> None:
    """Nothing that an author can type ends in another kind of error, and the caret stays on the line."""
    try:
        offset = read_comparison(text).text.find(text.strip())
    except Mistake as refused:
        offset = refused.offset
    assert 0 <= offset <= len(text)


@pytest.mark.parametrize(
    ("text", "problem", "hint", "at"),
    [
        ("disease.cd19 == positive", "`==` is not an operator", "write `is`", "=="),
        ("disease.cd19 = positive", "`=` is not an operator", "write `is`", "="),
        ("disease.cd19 != positive", "`!=` is not an operator", "write `is not`", "!="),
        ("disease.course in relapsed", "`in` is not an operator", "write `is`", "in relapsed"),
        ("disease.course not in relapsed", "`not in` is not an operator", "write `is not`", "not in"),
        ("marrow.blasts ≥ 5 %", "`≥` is not an operator", "write `>=`", "≥"),
        ("marrow.blasts ≤5 %", "`≤` is not an operator", "write `<=`", "≤"),
        ("marrow.blasts => 5 %", "`=>` is not an operator", "write `>=`", "=>"),
        ("disease.cd91 == positive", "unknown fact `disease.cd91`", "did you mean `disease.cd19`?", "disease"),
        (
            "disease.cd19 is positive and marrow.blasts >= 5 %",
            "one line holds one comparison",
            "put each comparison on its own line under `all:`",
            "and",
        ),
        (
            "disease.cd19 is positive or marrow.blasts >= 5 %",
            "one line holds one comparison",
            "put each comparison on its own line under `any:`",
            "or marrow",
        ),
        (
            "disease.cd19 is positive && marrow.blasts >= 5 %",
            "one line holds one comparison",
            "put each comparison on its own line under `all:`",
            "&&",
        ),
        (
            "marrow.blasts >= 5 % || mrd.level >= 0.1 %",
            "one line holds one comparison",
            "put each comparison on its own line under `any:`",
            "||",
        ),
        (
            "not disease.cd19 is positive",
            "`not` is not part of a line",
            "write `is not`, or put the line under `none:`",
            "not",
        ),
        ("disease.cd91 is positive", "unknown fact `disease.cd91`", "did you mean `disease.cd19`?", "disease"),
        ("Disease.CD19 is positive", "unknown fact `Disease.CD19`", "did you mean `disease.cd19`?", "Disease"),
        ("qwertz is positive", "unknown fact `qwertz`", "`blinadss facts` lists them all", "qwertz"),
        (
            "since history.alogeneic_hsct_on >= 12 weeks",
            "unknown fact `history.alogeneic_hsct_on`",
            "did you mean `history.allogeneic_hsct_on`?",
            "history",
        ),
        (
            "disease.cd19 is pos",
            "`disease.cd19` cannot be `pos`; it is `positive` or `negative`",
            "write `positive`",
            "pos",
        ),
        (
            "disease.course is relapsed or refractary",
            "`disease.course` cannot be `refractary`; it is `newly_diagnosed`, `remission`, `relapsed` or `refractory`",
            None,
            "refractary",
        ),
        (
            "disease.cd19 is unknown",
            "`disease.cd19` cannot be `unknown`; it is `positive` or `negative`",
            None,
            "unknown",
        ),
        ("disease.course is relapsed or relapsed", "`relapsed` is written twice", "keep one", "relapsed$"),
        (
            "disease.course is not relapsed or refractory",
            "`is not` takes one word",
            "put one `is not` line for each word under `all:`",
            "is not",
        ),
        ("marrow.blasts >= 5", "`5` has no unit", "write `5 %` or another unit", "$"),
        ("labs.alt > 120", "`120` has no unit", "write the unit too, for example `120 U/L`", "$"),
        (
            "since history.allogeneic_hsct_on >= 12",
            "`12` has no unit",
            "write the unit too, for example `12 weeks`",
            "$",
        ),
        ("marrow.blasts >= 5 kg", "`kg` is not a unit of a percentage", "write `%`", "kg"),
        (
            "since history.allogeneic_hsct_on >= 12 weekz",
            "`weekz` is not a unit of a length of time",
            "did you mean `week`?",
            "weekz",
        ),
        ("marrow.blasts >= five", "`five` is not a number with a unit", "write for example `5 %`", "five"),
        (
            "marrow.blasts >= 0,1 %",
            "`0,1 %` is ambiguous",
            "write the number with a decimal point and no separators",
            "0,1",
        ),
        (
            "marrow.blasts >= 500 %",
            "`500 %` is more than is possible",
            "at most `100 %`; check the number and the unit",
            "500",
        ),
        ("marrow.blasts >= -5 %", "`-5 %` is negative", "a measurement is zero or more", "-5"),
        ("patient.height >= 0 cm", "`0 cm` is not possible", "leave the fact out if it is not known", "0 cm"),
        ("history.prior_lines >= 2.5", "`2.5` is not a whole number", "write for example `2`", "2.5"),
        (
            "patient.age >= 1.5 years",
            "`1.5 years` is not a whole number",
            "write whole years, months, weeks or days",
            "1.5",
        ),
        ("toxicity.crs >= 3", "`3` is not a grade", "write `grade 3`", "3"),
        ("marrow.blasts is 5 %", "`marrow.blasts` is a number, not a word", HOW_TO_COMPARE, "is 5"),
        ("marrow.blasts is not 5 %", "`marrow.blasts` is a number, not a word", HOW_TO_COMPARE, "is not"),
        (
            "disease.cd19 >= positive",
            "`disease.cd19` is a word, not a number",
            "write `disease.cd19 is positive`",
            ">=",
        ),
        (
            "patient.birth_date < 2000-01-01",
            "`patient.birth_date` is a date, and dates are not compared",
            "write `since patient.birth_date >= 12 weeks` for the time that has passed",
            "< 2000",
        ),
        (
            "history.allogeneic_hsct_on is 2026-01-01",
            "`history.allogeneic_hsct_on` is a date, and dates are not compared",
            "write `since history.allogeneic_hsct_on >= 12 weeks` for the time that has passed",
            "is 2026",
        ),
        (
            "since marrow.blasts >= 12 weeks",
            "`marrow.blasts` is not a date, so no time has passed since it",
            "leave `since` out",
            "since",
        ),
        (
            "since disease.cd19 is positive",
            "`disease.cd19` is not a date, so no time has passed since it",
            "leave `since` out",
            "since",
        ),
        (
            "since plan.start_on >= 1 day",
            "`plan.start_on` may lie in the future",
            "`since` needs a day that has been",
            "plan",
        ),
        (
            "since history.allogeneic_hsct_on is 12 weeks",
            "a length of time is compared with `>=`, `>`, `<=` or `<`",
            None,
            "is 12",
        ),
        ("disease.cd19 is", "the line ends before saying what to compare with", None, "$"),
        ("disease.cd19 is not", "the line ends before saying what to compare with", None, "$"),
        ("marrow.blasts >=", "the line ends before saying what to compare with", None, "$"),
        ("marrow.blasts", "`marrow.blasts` is not a comparison", WHAT_A_LINE_IS, "marrow"),
        ("disease.cd19 positive", "`disease.cd19 positive` is not a comparison", WHAT_A_LINE_IS, "disease"),
        ("5 % <= marrow.blasts", "`5 % <= marrow.blasts` is not a comparison", WHAT_A_LINE_IS, "5 %"),
        (
            "marrow.blasts within 14 days",
            "`marrow.blasts within 14 days` is not a comparison",
            WHAT_A_LINE_IS,
            "marrow",
        ),
        ("  disease.cd91 is positive", "unknown fact `disease.cd91`", "did you mean `disease.cd19`?", "disease"),
        (
            "  marrow.blasts >= 500 %",
            "`500 %` is more than is possible",
            "at most `100 %`; check the number and the unit",
            "500",
        ),
    ],
)
def test_a_wrong_line_gets_problem_hint_and_caret(text: str, problem: str, hint: str | None, at: str) -> None:
    offset = len(text) - len(at) + 1 if at.endswith("$") else text.index(at)
    refused = mistake(text)
    assert (refused.problem, refused.hint, refused.offset) == (problem, hint, offset)


@pytest.mark.parametrize(
    "text",
    [
        "disease.cd19 is positive AND marrow.blasts >= 5 %",
        "disease.cd19 is positive and not marrow.blasts >= 5 %",
        "disease.cd19 is positive and since history.last_chemotherapy_on >= 2 weeks",
        "marrow.blasts >= 5 % and < 20 %",
    ],
)
def test_every_joined_line_is_called_one(text: str) -> None:
    assert mistake(text).problem == "one line holds one comparison"


@pytest.mark.parametrize(
    ("operator", "hint"),
    [
        ("==", "compare a number with `>=`, `>`, `<=` or `<`"),
        ("=", "compare a number with `>=`, `>`, `<=` or `<`"),
        ("!=", "compare a number with `>=`, `>`, `<=` or `<`"),
        ("=<", "write `<=`"),
    ],
)
def test_the_hint_for_a_number_suits_a_number(operator: str, hint: str) -> None:
    refused = mistake(f"marrow.blasts {operator} 5 %")
    assert (refused.problem, refused.hint) == (f"`{operator}` is not an operator", hint)


def test_a_fact_without_its_section_is_recognised() -> None:
    assert mistake("cd19 is positive").hint == "did you mean `disease.cd19`?"


@pytest.mark.parametrize("fact", ["disease.qwertz", "disease.lineage", "history.egfr"])
def test_a_fact_like_no_other_gets_no_near_name(fact: str) -> None:
    assert mistake(f"{fact} is positive").hint == "`blinadss facts` lists them all"


@pytest.mark.parametrize(
    ("text", "most"), [("toxicity.crs >= grade 9", "grade 5"), ("gvhd.grade >= grade 5", "grade 4")]
)
def test_the_highest_grade_is_named_as_it_is_written(text: str, most: str) -> None:
    assert mistake(text).hint == f"at most `{most}`; check the number and the unit"


def test_an_age_without_a_unit_is_not_called_days() -> None:
    assert mistake("patient.age >= 18").hint == "write the unit too, for example `12 weeks`"


@pytest.mark.parametrize("text", ["patient.age >= 2000 days", "patient.age >= 260 weeks"])
def test_a_child_of_five_may_be_counted_in_days(text: str) -> None:
    read_comparison(text)


@pytest.mark.parametrize("text", ["patient.age >= 200 years", "patient.age >= 2000 months"])
def test_an_impossible_age_is_refused(text: str) -> None:
    mistake(text)


def test_the_caret_finds_since_in_an_indented_line() -> None:
    assert mistake("  since marrow.blasts >= 12 weeks").offset == 2
