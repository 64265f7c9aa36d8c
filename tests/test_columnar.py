"""The columnar engine: magnitudes that SQL compares exactly, truths without CASE, and nothing left of a patient."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import blinadss
from blinadss import installed
from blinadss.consequences import follows
from blinadss.engines import maker_of, makers_here
from blinadss.engines.reference import ReferenceEngine
from blinadss.errors import UsageError
from blinadss.expression import Comparison, Group, Values
from blinadss.grammar import read_comparison
from blinadss.links import links_of
from blinadss.lookup import look_up, values_in
from blinadss.normal_form import normal_form
from blinadss.quantity import Quantity, Span
from blinadss.scenario_files import load_scenarios
from blinadss.truth import Truth
from strategies import policy_of

pytest.importorskip("duckdb")
pytest.importorskip("sqlglot")

import duckdb
import sqlglot
from sqlglot import exp

from blinadss.engines.clauses import Clauses
from blinadss.engines.columnar import ColumnarEngine
from blinadss.engines.readings import PlainReading
from blinadss.engines.ruler import Ruler

ON = date(2026, 11, 22)
KNOWLEDGE = blinadss.load_knowledge()
LABELS = [KNOWLEDGE.policies[name].as_of(ON) for name in ("us-label", "eu-label")]


def decimals(places: int = 6) -> st.SearchStrategy[Decimal]:
    few = st.integers(0, 60).map(lambda number: Decimal(number).scaleb(-1))
    return few | st.decimals(0, 10**7, places=places, allow_nan=False, allow_infinity=False)


@given(st.lists(decimals(3), min_size=1, max_size=4), decimals(), decimals(), st.booleans(), st.booleans(), st.data())
def test_a_ruler_compares_as_the_magnitudes_do(
    thresholds: list[Decimal], one: Decimal, other: Decimal, low_open: Any, high_open: Any, data: Any
) -> None:
    low, high = sorted((one, data.draw(st.sampled_from([other, *thresholds, Decimal("Infinity")]))))
    span = Span(low, high, low_open and low < high, high_open and low < high)
    ruler = Ruler.of("r", thresholds)
    lowest, highest = ruler.lowest(span), ruler.highest(span)
    assert len(lowest.as_tuple().digits) <= ruler.width
    for threshold in thresholds:
        assert (span.compared(">=", threshold) is Truth.TRUE) == (lowest >= threshold)
        assert (span.compared(">=", threshold) is Truth.FALSE) == (highest < threshold)
        assert (span.compared(">", threshold) is Truth.TRUE) == (lowest > threshold)
        assert (span.compared(">", threshold) is Truth.FALSE) == (highest <= threshold)


@pytest.mark.parametrize(
    ("thresholds", "magnitude", "written"),
    [
        (["5"], "5", "5"),
        (["5"], "4.97", "4.5"),
        (["5"], "4.9999999999999999999999999999999999999999", "4.5"),
        (["0.01", "5"], "4.97", "4.97"),
        (["0.01", "5"], "0.009", "0.005"),
        (["5"], "Infinity", "99999999999999999.9"),
    ],
)
def test_what_lies_between_two_marks_is_written_half_way(thresholds: list[str], magnitude: str, written: str) -> None:
    ruler = Ruler.of("r", map(Decimal, thresholds))
    assert ruler.lowest(Span.point(Decimal(magnitude))) == Decimal(written)


def test_what_a_bound_excludes_is_half_a_step_further_in() -> None:
    ruler = Ruler.of("r", [Decimal(5)])
    span = Span(Decimal(1), Decimal(5), low_open=True, high_open=True)
    assert (ruler.lowest(span), ruler.highest(span)) == (Decimal("1.5"), Decimal("4.5"))


def test_a_ruler_is_as_narrow_as_its_thresholds_allow_and_wide_ones_are_refused() -> None:
    assert Ruler.of("r", [Decimal("0.01"), Decimal(5)]).type == "DECIMAL(18, 3)"
    assert Ruler.of("r", [Decimal(10) ** 15, Decimal(10) ** -15]).type == "DECIMAL(38, 16)"
    far = [Comparison("f", ">=", (), Quantity(Decimal(10) ** power, "u")) for power in (24, -15)]
    with pytest.raises(UsageError, match=r"the thresholds of `f \[u\]` have 42 digits together"):
        ColumnarEngine(policy_of(far))


def test_no_truth_is_decided_by_a_case_and_no_comparison_is_made_twice() -> None:
    for whole in KNOWLEDGE.policies.values():
        policy = whole.as_of(whole.editions[-1].start)
        text = ColumnarEngine(policy, links=links_of(KNOWLEDGE)).sql
        assert "CASE" not in text
        parsed = sqlglot.parse_one(text, dialect="duckdb")
        *_, innermost = parsed.find_all(exp.Select)
        compared = [each.unalias().sql() for each in innermost.expressions]
        assert len(set(compared)) == len(compared)
        codes = [each for each in parsed.find_all(exp.Literal) if each.is_string]
        assert all(each.find_ancestor(exp.Select) is innermost for each in codes)


def test_the_text_reads_as_the_criteria_do() -> None:
    text = ColumnarEngine(LABELS[0]).sql
    assert '"disease.cd19" = \'positive\' AS "disease.cd19 is positive"' in text
    assert '"mrd.level [%] low" >= 0.1 OR ("mrd.level [%] high" >= 0.1 AND CAST(NULL AS BOOLEAN))' in text


def test_spark_reads_the_same_query() -> None:
    """Rendered for Spark and read as Spark reads it, it is the same; it needs no function of its own."""
    query = Clauses(LABELS, links_of(KNOWLEDGE)).select(exp.to_table("readings"))
    text = query.sql("spark")
    read = sqlglot.parse_one(text, dialect="spark").sql("duckdb").replace("TRY_CAST(", "CAST(")  # a cast of old Spark
    assert read == sqlglot.parse_one(query.sql("duckdb"), dialect="duckdb").sql("duckdb")
    functions = {type(each) for each in query.find_all(exp.Func)}
    assert functions <= {exp.Cast, exp.Coalesce, exp.And, exp.Or}


def test_names_that_differ_in_capitals_only_are_kept_apart() -> None:
    codes = [Comparison("f", "is", (code,)) for code in ("a", "A")]
    policy = policy_of([*codes, Comparison("F", "is", ("a",))])
    for values in ({"f": "a"}, {"f": "A"}, {"f": "b"}, {}):
        assert ColumnarEngine(policy.as_of(ON)).conclude(values) == ReferenceEngine(policy).conclude(values)


def test_names_and_codes_with_quotes_are_only_names_and_codes() -> None:
    odd = "o'\"; DROP TABLE patients; --"
    policy = policy_of([Comparison(odd, "is", (odd,)), Comparison("f", "is", ())])
    for values in ({odd: odd}, {odd: "x", "f": "x"}, {odd: ""}, {}):
        assert ColumnarEngine(policy).conclude(values) == ReferenceEngine(policy).conclude(values)


@pytest.mark.parametrize("needed", range(5))
def test_at_least_so_many_is_counted_in_three_values(needed: int) -> None:
    parts = tuple(Comparison(f"f{number}", "is", ("a",)) for number in range(3))
    policy = policy_of([Group("at least", (parts[0], Group("any", parts[1:]), parts[2]), needed), Group("all", ())])
    engine, reference = ColumnarEngine(policy), ReferenceEngine(policy)
    some = [{f"f{n}": code for n, code in enumerate(codes) if code != "?"} for codes in _triples("ab?")]
    assert list(engine.conclude_many(some)) == [reference.conclude(values) for values in some]


def _triples(letters: str) -> list[str]:
    return [a + b + c for a in letters for b in letters for c in letters]


def test_patients_are_answered_in_their_order_whatever_their_number() -> None:
    policy = policy_of([read_comparison("marrow.blasts >= 5 %")])
    some: list[Values] = [{"marrow.blasts [%]": Span.point(Decimal(number % 11))} for number in range(5000)]
    answers = [each.eligible for each in ColumnarEngine(policy).conclude_many(some)]
    assert answers == [Truth.TRUE if number % 11 >= 5 else Truth.FALSE for number in range(5000)]
    assert list(ColumnarEngine(policy).conclude_many([])) == []


def test_nothing_of_a_patient_stays() -> None:
    engine = ColumnarEngine(policy_of([read_comparison("disease.cd19 is positive")]))
    assert engine.conclude({"disease.cd19": "positive"}).eligible is Truth.TRUE
    assert engine.conclude({}).eligible is Truth.UNKNOWN
    (connection,) = engine._idle  # noqa: SLF001 - where it would be
    assert connection.execute("SELECT count(*) FROM patients").fetchall() == [(0,)]


def test_threads_ask_one_engine_at_once() -> None:
    engine, reference = ColumnarEngine(*LABELS), [ReferenceEngine(label) for label in LABELS]
    some: list[Values] = [
        {"disease.cd19": "positive" if number % 2 else "negative", "patient.age [months]": Span.point(Decimal(number))}
        for number in range(60)
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(engine.conclude_each, some))
    assert answers == [[each.conclude(values) for each in reference] for values in some]


@pytest.mark.parametrize("policy", sorted(KNOWLEDGE.policies))
def test_every_scenario_is_answered_as_the_reference_answers_it(policy: str) -> None:
    """With links, as an assessment asks; so what is eligible in a scenario is eligible in SQL."""
    whole, links = KNOWLEDGE.policies[policy], links_of(KNOWLEDGE)
    for start, some in _scenarios_of(policy).items():
        stands = whole.as_of(start)
        form = normal_form(stands, links)
        linked = {link.fact for link in form.links}
        patients = [
            values_in(look_up(each.profile, form.facts, each.on, KNOWLEDGE.fresh_for, follows(KNOWLEDGE)), linked)
            for each in some
        ]
        reference = ReferenceEngine(stands, links)
        found = list(ColumnarEngine(stands, links=links).conclude_many(patients))
        assert found == [reference.conclude(values) for values in patients]


def _scenarios_of(policy: str) -> dict[date, list[Any]]:
    found: dict[date, list[Any]] = {}
    for each in SCENARIOS:
        edition = KNOWLEDGE.policies[policy].edition(each.on)
        if policy in each.policies and edition:
            found.setdefault(edition.start, []).append(each)
    return found


SCENARIOS = load_scenarios(Path(__file__).parents[1] / "scenarios", KNOWLEDGE)


def test_an_assessment_asks_it_where_it_is_named() -> None:
    profile = blinadss.load_profile({"disease": {"cd19": "positive"}, "marrow": {"blasts": "< 5 %"}})
    alone = blinadss.assess(profile, on=ON, engines=["columnar"])
    assert alone.engines == ("columnar",)
    both = blinadss.assess(profile, on=ON, engines=["reference", "columnar"], policies=["all"])
    assert both.engines == ("reference", "columnar")
    assert "columnar" not in blinadss.assess(profile, on=ON).engines


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda package: None if package == "duckdb" else package)
    anew = KNOWLEDGE.alone(KNOWLEDGE.policy("us-label"))  # to every cache
    with pytest.raises(UsageError, match="the engine `columnar` needs `duckdb`") as error:
        blinadss.assess(blinadss.load_profile({}), on=ON, engines=["columnar"], knowledge=anew, policies=["us-label"])
    assert error.value.problems[0].hint == "install `blinadss[cohort]`"
    assert "columnar" not in makers_here()


def test_an_engine_that_is_not_named_imports_nothing() -> None:
    code = (
        "import sys, datetime, blinadss; from blinadss.engines import ENGINES, NAMED;"
        "blinadss.assess(blinadss.load_profile({}), on=datetime.date(2026, 11, 22));"
        "print([name for name in ('duckdb', 'sqlglot') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_a_table_of_somebody_s_own_is_answered_by_the_same_text() -> None:
    """Codes may be of an ENUM type, and points stand in one column; other columns do not matter."""
    clauses = Clauses(LABELS, points={"patient.age [months]", "mrd.level [%]"})
    assert clauses.readings["patient.age [months]"].columns == ("patient.age [months]",)
    columns = []
    for reading in clauses.readings.values():
        assert isinstance(reading, PlainReading)
        columns += [f'"{column}" {reading.type}' for column in reading.columns]
    connection = duckdb.connect()
    connection.execute("CREATE TYPE cd19 AS ENUM ('positive', 'negative')")
    table = re.sub(r'"disease.cd19" VARCHAR', '"disease.cd19" cd19', f"patient INTEGER, {', '.join(columns)}")
    connection.execute(f"CREATE TABLE readings ({table})")
    connection.execute(
        """INSERT INTO readings ("patient", "patient.age [months]", "disease.cd19") VALUES (7, 0.5, 'negative')"""
    )
    query = clauses.select(exp.to_table("readings"), [exp.column("patient")]).sql("duckdb")
    (row,) = connection.execute(query).fetchall()
    found = dict(zip(("patient", *clauses.answers), row, strict=True))
    assert found["patient"] == 7
    assert found[clauses.concluded[0].criteria["us-label/at-least-one-month-old"]] is False
    assert found[clauses.concluded[0].eligible] is False
    assert found[clauses.concluded[1].eligible] is False
    assert found[clauses.concluded[0].contraindicated] is None


def test_faults_put_into_the_engine_are_found() -> None:
    from columnar_faults import COLUMNAR_FAULTS
    from found import found_after

    assert len(COLUMNAR_FAULTS) >= 5
    engines = {name: maker_of(name) for name in ("reference", "columnar")}
    for fault in COLUMNAR_FAULTS:
        assert found_after(fault, pairs=20_000, engines=engines) is not None, fault.__doc__
