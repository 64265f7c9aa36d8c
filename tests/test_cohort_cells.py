"""Whatever is written in a cell: SQL reads it as a profile reads it, or refuses it and says why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import blinadss
from blinadss.expression import Comparison
from blinadss.facts import FACTS
from blinadss.kinds import Measured
from blinadss.quantity import DURATION, Quantity
from strategies import policy_of

pytest.importorskip("duckdb")
pytest.importorskip("sqlglot")

import flat_tables
from blinadss.cohort.layout import Column, read_layout
from blinadss.cohort.query import CohortQuery
from blinadss.cohort.rows import why_refused
from blinadss.testing.choices import Dice
from test_cohort import differences, screened

ON = date(2026, 11, 22)
KNOWLEDGE = blinadss.load_knowledge()

# A fact of every dimension, and a comparison of it on each scale.
MEASURED = {
    "mrd.level": "%",
    "labs.platelets": "10*9/L",
    "labs.alt": "U/L",
    "labs.bilirubin": "mg/dL",
    "labs.haemoglobin": "g/dL",
    "labs.igg": "mg/dL",
    "patient.weight": "lb",
    "patient.age": "months",
    "patient.ecog": "grade",
    "history.prior_lines": "",
    "history.hsct_to_relapse": "years",
}
_NUMBERS = "0 5 05 5. .5 0.50 +5 -5 -0 5e0 5E-1 1e-3 1e3 10e9 1e16 1e-16 1e999 0.0000000000001 1 2 3 18 12.75"
_ODD_NUMBERS = "1.000 150.000 0.150 1.5.2 1,5 1'000 1_000 ١ ５ e5 . + - 123456789012345678 10^3 10*3 5x10^3 10⁹"
NUMBERS, ODD_NUMBERS = _NUMBERS.split(), _ODD_NUMBERS.split()
NO_NUMBERS = ["NaN", "inf", "-inf", "", "  ", "unknown", "5 x 10^9", "' OR 1=1 --"]
BOUNDS = ["<", "<=", ">", ">= ", "≤", "< ", "=", " ", "grade ", "~"]
ODD_UNITS = ["µkat/L", "10*9 / L", "MG/DL", "Mg / dl", "× ULN", "m²", "%%", "mg", "K / µL", "kg", "%", "."]


def _texts(fact: str) -> list[str]:
    """A hundred texts and more for a fact, the same in every run, most of them with one of its units or none."""
    units = list(FACTS[fact].dimension.units)  # type: ignore[union-attr]  # all are measured
    found = []
    for number in range(80):
        dice = Dice(f"{fact} {number}")
        bound = dice.of(BOUNDS) if dice.once_in(3) else ""
        written = dice.of(dice.of((NUMBERS, NUMBERS, NUMBERS, ODD_NUMBERS, NO_NUMBERS)))
        unit = dice.of(ODD_UNITS) if dice.once_in(5) else dice.of(("", *units))
        found.append(f"{bound}{written}{dice.of((' ', '', '  ', chr(9), chr(160)))}{unit}")
    return [*NUMBERS, *ODD_NUMBERS, *NO_NUMBERS, *found]


@pytest.mark.parametrize("fact", sorted(MEASURED))
def test_whatever_is_written_is_read_as_a_profile_reads_it_or_refused(fact: str) -> None:
    """What SQL reads, the profile reads too, and alike; what it refuses has a reason."""
    texts = _texts(fact)
    kind = FACTS[fact]
    assert isinstance(kind, Measured)
    ages = kind.dimension is DURATION
    marks = [Quantity(Decimal(mark), scale) for mark in ("0", "0.5", "5", "18") for scale in kind.dimension.scales()]
    leaves = [
        Comparison(fact, operator, (), mark)
        for mark in marks
        if not (ages and mark.magnitude % 1)
        for operator in (">=", ">")
    ]
    policy = policy_of(leaves)
    knowledge = KNOWLEDGE.alone(policy)
    for header, beside in ((fact, False), (f"{fact} [{MEASURED[fact]}]", False), (fact, True)):
        columns = [Column(header, "VARCHAR"), *([Column(f"{fact}_unit", "VARCHAR")] if beside else [])]
        if beside and not MEASURED[fact]:
            continue
        rows = [
            {each.name: text for each, text in zip(columns, (said, MEASURED[fact]), strict=False)} for said in texts
        ]
        query = CohortQuery(read_layout(columns), knowledge, [policy.id], ON)
        answered, refused = screened(flat_tables.Generated(columns, rows), query)
        assert len(answered) > 5
        for number, answer in answered.items():
            assert not differences(query, rows[number - 1], answer, ON, [policy.id])
        for number in refused:
            ((_, _, reason),) = why_refused(query.layout, [header], rows[number - 1], ON)
            assert reason


@pytest.mark.parametrize("fact", ["patient.birth_date", "history.allogeneic_hsct_on", "plan.start_on"])
@pytest.mark.parametrize("said", ["1988", "1988-05", " 2026 "])
def test_a_table_holds_whole_days(fact: str, said: str) -> None:
    """A profile may know a date to the year; a cell that does is set apart, in the column of a fact or of its day."""
    policy = policy_of([Comparison("patient.age", ">=", (), Quantity(Decimal(216), "months"))])
    columns = [Column(each, "VARCHAR") for each in (fact, "disease.cd19", "disease.cd19_on")]
    whole = {fact: "2020-05-17", "disease.cd19": "positive", "disease.cd19_on": "2020-05-17"}
    rows: list[flat_tables.Row] = [whole, whole | {fact: said}, whole | {"disease.cd19_on": said}]
    asked = [*policy_of([Comparison("disease.cd19", "is", ("positive",))]).uses(), *policy.uses()]
    leaves = [use.criterion.when for use in asked]
    if fact.endswith("hsct_on"):
        leaves.append(Comparison(fact, ">=", (), Quantity(Decimal(1), "months"), since=True))
    policy = policy_of(leaves)
    query = CohortQuery(read_layout(columns), KNOWLEDGE.alone(policy), [policy.id], ON)
    answered, refused = screened(flat_tables.Generated(columns, rows), query)
    wrong = {number: [each for each in query.refusals if row[f"{each} refused"]] for number, row in refused.items()}
    read = [fact] if fact != "plan.start_on" else []  # which no criterion asks
    assert wrong == {each: names for each, names in ((2, read), (3, ["disease.cd19_on"])) if names}
    assert set(answered) == {1, 2, 3} - set(wrong)
    for number, names in wrong.items():
        ((name, cell, reason),) = why_refused(query.layout, names, rows[number - 1], ON)
        assert (name, cell) == (names[0], said.strip())
        assert reason == (
            f"`{said.strip()}` is not a whole day, and a table holds whole days; write the day too, or nothing"
        )
