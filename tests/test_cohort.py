"""Screening a table gives the very answers of an assessment of each row, whatever the columns are like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

import blinadss
from blinadss.truth import Truth

pytest.importorskip("duckdb")
pytest.importorskip("sqlglot")

import flat_tables
from blinadss.cohort.layout import Column, read_layout
from blinadss.cohort.query import CohortQuery, Wanted
from blinadss.cohort.rows import profile_of, why_refused
from blinadss.testing.choices import Dice
from blinadss.testing.tables import facts_read, marks_read

ON = date(2026, 11, 22)
KNOWLEDGE = blinadss.load_knowledge()
LABELS = ("us-label", "eu-label")
SOME = (*LABELS, "nhs-england", "trials/tower", "trials/e1910")
ALL = tuple(KNOWLEDGE.policies)
TRUTHS = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}
EVERYTHING = Wanted(findings=True, reasons=True, because=True)


def screened(
    table: flat_tables.Generated, query: CohortQuery
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """The rows that were answered and those that were refused, by number."""
    connection = table.in_duckdb()
    found = []
    for select in (query.screened("cohort", EVERYTHING), query.refused("cohort")):
        result = connection.execute(select.sql("duckdb", copy=False))
        names = [column[0] for column in result.description or ()]
        found.append({row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()})
    answered, refused = found
    assert sorted([*answered, *refused]) == list(range(1, len(table.rows) + 1))
    return answered, refused


def differences(
    query: CohortQuery, row: Mapping[str, Any], answer: Mapping[str, Any], on: date | None, policies: Sequence[str]
) -> list[str]:
    """In what the answers to one row differ from an assessment of it."""
    profile = profile_of(query.layout, row)
    assessed = blinadss.assess(
        profile,
        on=on,
        policies=policies,
        knowledge=query.knowledge,
        engines=("reference",),
        further=False,
        cautions=False,
    )
    found = []
    for result in assessed.policies:
        if answer[result.policy] != result.verdict.value:
            found.append(f"{result.policy} is {answer[result.policy]}, not {result.verdict.value}: {profile}")
        for finding in result.findings():
            if TRUTHS[answer[finding.criterion]] is not finding.truth:
                found.append(f"{finding.criterion} is {answer[finding.criterion]}, not {finding.truth}: {profile}")
            for leaf in finding.comparisons:
                because = answer[f"{leaf.fact} because"]
                if leaf.truth is Truth.UNKNOWN and because != leaf.unknown_because:
                    found.append(f"{leaf.fact} is {because}, not {leaf.unknown_because}: {profile}")
        found += _wrongly_listed(result, answer)
        for indication in result.indications:
            if indication.applicability != "not_in_force":
                truth = {"eligible": True, "ineligible": False, "undetermined": None}[indication.eligibility.value]
                if answer[indication.id] is not truth:
                    found.append(f"{indication.id} is {answer[indication.id]}, not {truth}: {profile}")
    return found


def _wrongly_listed(result: blinadss.PolicyResult, answer: Mapping[str, Any]) -> list[str]:
    """What is listed as standing against a patient, or as open, and is not, or the other way round."""
    said = {name: answer[f"{result.policy} {name}"] or "" for name in ("against", "open")}
    wanted = _against_and_open(result)
    return [
        f"{name} is {said[name]}, not {wanted[name]}"
        for name in said
        if set(said[name].split("; ")) - {""} != wanted[name]
    ]


def _against_and_open(result: blinadss.PolicyResult) -> dict[str, set[str]]:
    """The criteria that stand against a patient, and those that are open."""
    against, open_ = set(), set()
    for finding in result.findings():
        if finding.truth is Truth.UNKNOWN:
            open_.add(finding.criterion)
        elif (finding.truth is Truth.TRUE) != (finding.role == "requires"):
            against.add(finding.criterion)
    return {"against": against, "open": open_}


def check(table: flat_tables.Generated, policies: Sequence[str], on: date | None = ON) -> tuple[int, int]:
    """Compare every row; how many were answered, and how many refused."""
    query = CohortQuery(read_layout(table.columns), KNOWLEDGE, policies, on)
    answered, refused = screened(table, query)
    differing = [
        each
        for number, answer in answered.items()
        for each in differences(query, table.rows[number - 1], answer, on, policies)
    ]
    assert not differing, differing[:3]
    for number, row in refused.items():
        wrong = [name for name in query.refusals if row[f"{name} refused"]]
        assert wrong
        assert all(reason for _, _, reason in why_refused(query.layout, wrong, table.rows[number - 1], on))
    return len(answered), len(refused)


@pytest.mark.parametrize(("policies", "rows"), [(LABELS, 150), (ALL, 10)], ids=["both labels", "every policy"])
def test_a_table_of_texts_is_answered_as_each_row_is_assessed(policies: tuple[str, ...], rows: int) -> None:
    dice = [Dice(f"texts {number}") for number in range(rows)]
    marks = marks_read(KNOWLEDGE, policies)
    table = flat_tables.of_texts(dice, facts_read(KNOWLEDGE, policies), ON, marks, KNOWLEDGE.fresh_for)
    assert check(table, policies) == (rows, 0)


@pytest.mark.parametrize("seed", range(6))
def test_a_table_of_numbers_and_days_is_answered_as_each_row_is_assessed(seed: int) -> None:
    policies = SOME if seed == 0 else LABELS
    dice = [Dice(f"types {seed}/{number}") for number in range(60)]
    facts, marks = facts_read(KNOWLEDGE, policies), marks_read(KNOWLEDGE, policies)
    answered, _ = check(flat_tables.of_types(Dice(seed), dice, facts, ON, marks), policies)
    assert answered > 30


def test_each_row_is_answered_on_its_own_day() -> None:
    dice = [Dice(f"days {number}") for number in range(120)]
    marks = marks_read(KNOWLEDGE, ALL)
    facts = facts_read(KNOWLEDGE, LABELS)
    table = flat_tables.of_texts(dice, facts, ON, marks, KNOWLEDGE.fresh_for)
    table.columns.append(Column("assessed_on", "DATE"))
    starts = [edition.start for policy in KNOWLEDGE.select(LABELS) for edition in policy.editions]
    for row, each in zip(table.rows, dice, strict=True):
        row["assessed_on"] = each.of((*starts, *[ON] * 12, date(2026, 12, 1), None))
    answered, refused = check(table, LABELS, None)
    assert answered > 40
    assert refused > 40  # what was seen later than a row's day, and rows without one
