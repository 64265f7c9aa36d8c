"""The attrition of a screened table: every figure is what assessing the same patients one by one would count."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import blinadss
from blinadss.answer_words import speaks_for
from blinadss.answers import Patient
from blinadss.errors import UsageError
from blinadss.expression import Comparison, Value
from blinadss.findings import Eligibility, Finding, PolicyResult, Verdict
from blinadss.implicants import contains
from blinadss.knowledge import EFFORTS
from blinadss.links import links_of
from blinadss.prepared import PreparedPolicy, prepared_policy
from blinadss.profile import PatientProfile
from blinadss.quantity import Span
from blinadss.scenario_files import load_scenarios
from blinadss.standing import Standing
from blinadss.stating import stated
from blinadss.testing.choices import Dice
from blinadss.testing.patients import profile as generated_profile
from blinadss.truth import Truth, all_of, any_of

pytest.importorskip("duckdb")
pytest.importorskip("sqlglot")

import duckdb
from sqlglot import exp

from blinadss.attrition import counting as attrition_module
from blinadss.attrition import lines as lines_module
from blinadss.attrition import settled as settling_module
from blinadss.attrition.counting import attrition
from blinadss.attrition.crossing import VERDICTS, changing, cross
from blinadss.attrition.figures import Attrition, Discretion, Funnel, PolicyAttrition, Settling, Step, Truths
from blinadss.attrition.funnel import funnel_picture
from blinadss.attrition.page import attrition_markdown, attrition_text
from blinadss.attrition.settled import Seen, settled_by, settling
from blinadss.engines.clauses import Clauses, Columns
from blinadss.engines.readings import PlainReading

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
ON = date(2026, 11, 22)
KNOWLEDGE = blinadss.load_knowledge()
ELIGIBILITY = {
    Eligibility.ELIGIBLE: Truth.TRUE,
    Eligibility.INELIGIBLE: Truth.FALSE,
    Eligibility.UNDETERMINED: Truth.UNKNOWN,
}
VERDICT = {Verdict.ELIGIBLE: Truth.TRUE, Verdict.UNDETERMINED: Truth.UNKNOWN}
VERDICT |= {Verdict.INELIGIBLE: Truth.FALSE, Verdict.CONTRAINDICATED: Truth.FALSE}
NAMES = ("us-label", "eu-label", "nhs-england", "trials/tower", "trials/e1910")


def prepared(name: str) -> PreparedPolicy:
    edition = KNOWLEDGE.policies[name].edition(ON)
    assert edition
    return prepared_policy(KNOWLEDGE, name, edition.start)


@dataclass(frozen=True)
class Table:
    """A screened table in a database of its own, and where everything stands in it."""

    connection: duckdb.DuckDBPyConnection
    columns: Mapping[str, Columns]
    lines: Mapping[Comparison, str]
    patients: Sequence[Patient]


def screened(profiles: Iterable[PatientProfile], names: Sequence[str] = NAMES, on: date = ON) -> Table:
    """The profiles as a table of readings, screened as the columnar engine does."""
    policies = [prepared(name) for name in names]
    facts = {fact for each in policies for fact in each.criteria.facts}
    linked = {link.fact for each in policies for link in each.form.links}
    patients = [Patient(each, on, KNOWLEDGE, sorted(facts), sorted(linked)) for each in profiles]
    clauses = Clauses([each.policy for each in policies], links_of(KNOWLEDGE))
    readings = {reads: each for reads, each in clauses.readings.items() if isinstance(each, PlainReading)}
    connection = duckdb.connect()
    columns = [(name, each.type) for each in readings.values() for name in each.columns]
    typed = [f"CAST(fields[{at}] AS {its}) AS {_quoted(name)}" for at, (name, its) in enumerate(columns, 1)]
    rows = [list(_written(readings, each.values)) for each in patients]
    connection.execute("CREATE TABLE written (number INTEGER, fields VARCHAR[])")
    connection.execute("INSERT INTO written SELECT unnest($1), unnest($2)", [list(range(len(rows))), rows])
    connection.execute(f"CREATE TABLE readings AS SELECT number, {', '.join(typed)} FROM written")  # noqa: S608
    more = [exp.column(name, quoted=True) for name in ("number", *clauses.lines.values())]
    answered = clauses.select(exp.to_table("readings"), more).sql("duckdb")
    verdicts = [f"{_verdict(each)} AS {_quoted(name)}" for name, each in zip(names, clauses.concluded, strict=True)]
    connection.execute(f"CREATE TABLE screened AS SELECT *, {', '.join(verdicts)} FROM ({answered})")  # noqa: S608
    return Table(connection, dict(zip(names, clauses.concluded, strict=True)), clauses.lines, patients)


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _written(readings: Mapping[str, PlainReading], values: Mapping[str, Value]) -> Iterator[str | None]:
    for reads, reading in readings.items():
        value = values.get(reads)
        if reading.ruler is None:
            yield value if isinstance(value, str) else None
        else:
            span = value if isinstance(value, Span) else None
            yield f"{reading.ruler.lowest(span):f}" if span else None
            yield f"{reading.ruler.highest(span):f}" if span else None


def _verdict(columns: Columns) -> str:
    no, yes = _quoted(columns.contraindicated), _quoted(columns.eligible)
    return (
        f"CASE WHEN {no} THEN 'contraindicated' WHEN {yes} THEN 'eligible' WHEN NOT {yes} THEN 'ineligible' "
        "ELSE 'undetermined' END"
    )


@cache
def profiles() -> tuple[PatientProfile, ...]:
    """Generated patients, and patients of scenarios of whom something is not known."""
    dice = Dice("attrition")
    made = [generated_profile(dice, KNOWLEDGE, ON) for _ in range(40)]
    for each in load_scenarios(ROOT / "scenarios", KNOWLEDGE):
        if not set(NAMES).isdisjoint(each.about) and each.on <= ON:
            known = list(each.profile.given)
            made.append(each.profile.supposing({dice.of(known): None for _ in range(dice.below(4)) if known}))
    return tuple(made)


@cache
def everybody() -> Table:
    """Those patients, screened."""
    return screened(profiles())


@cache
def assessed() -> tuple[Mapping[str, PolicyResult], ...]:
    """Those patients, assessed one by one."""
    made = [_assessed(each) for each in profiles()]
    return tuple({name: each.policy(name) for name in NAMES} for each in made)


def _assessed(profile: PatientProfile, names: Sequence[str] = NAMES, **more: Any) -> blinadss.Assessment:
    how: dict[str, Any] = {"knowledge": KNOWLEDGE, "engines": ["reference"], "cautions": False, "further": False}
    return blinadss.assess(profile, on=ON, policies=names, **how, **more)


def figures(name: str, relation: str = "screened", table: Table | None = None, least: int = 0) -> PolicyAttrition:
    if (relation, table, least) == ("screened", None, 0):
        return kept_figures(name)
    return counted(name, relation, table or everybody(), least)


def counted(name: str, relation: str, table: Table, least: int) -> PolicyAttrition:
    where = (table.connection, relation, prepared(name))
    found = attrition(*where, table.columns[name], name, least=least)
    return replace(found, settling=settling(*where, table.lines, name, knowledge=KNOWLEDGE, least=least))


@cache
def kept_figures(name: str) -> PolicyAttrition:
    """Those of everybody, counted once."""
    return counted(name, "screened", everybody(), 0)


def holds(finding: Finding) -> Truth:
    """Whether a finding speaks for the patient."""
    return {"good": Truth.TRUE, "bad": Truth.FALSE}.get(speaks_for(finding), Truth.UNKNOWN)


def answers(funnel: Funnel, result: PolicyResult) -> list[Truth]:
    """What each line of a funnel says of one patient, as assessing the patient says it."""
    against = [holds(each) for each in result.contraindications]
    applies = {each.id: ELIGIBILITY[each.eligibility] for each in result.indications}
    if funnel.id == result.policy:
        return [*against, any_of(applies.values()), VERDICT[result.verdict]]
    (indication,) = (each for each in result.indications if each.id == funnel.id)
    exactly = all_of([*against, applies[funnel.id]]) if len(applies) > 1 else VERDICT[result.verdict]
    return [*against, *(holds(each) for each in indication.findings), exactly]


def check_funnels(name: str) -> None:
    """Every figure of every funnel of a policy, against patients assessed one by one."""
    results, found = [each[name] for each in assessed()], figures(name)
    assert found.patients == found.in_force == len(results)
    assert {each: count for each, count in found.verdicts.items() if count} == Counter(r.verdict.value for r in results)
    for funnel in found.funnels:
        patients = [answers(funnel, result) for result in results]
        for at, step in enumerate(funnel.steps):
            alone = Counter(each[at] for each in patients)
            assert step.alone == Truths(alone[Truth.TRUE], alone[Truth.FALSE], alone[Truth.UNKNOWN])
            end = at + 1 if step.kind != "concludes" else None
            begin = at if end is None else 0
            so_far = [all_of(each[begin:end]) for each in patients]
            before = [all_of(each[:at]) for each in patients]
            lost = sum(one is not Truth.FALSE and each is Truth.FALSE for one, each in zip(before, so_far, strict=True))
            remain, certain = len(so_far) - so_far.count(Truth.FALSE), so_far.count(Truth.TRUE)
            assert (step.lost, step.remain, step.certain, step.open) == (lost, remain, certain, remain - certain)


def check_near_misses(name: str) -> None:
    """Those one criterion short of each indication."""
    results = [each[name] for each in assessed()]
    for funnel in figures(name).funnels:
        if funnel.near_misses is None:
            assert funnel.id == name
            continue
        counts = Counter[tuple[str, str]]()
        for result in results:
            *truths, _ = answers(funnel, result)
            if truths.count(Truth.FALSE) == 1:
                missed = funnel.steps[truths.index(Truth.FALSE)].id
                counts[missed, "open" if Truth.UNKNOWN in truths else "for"] += 1
                counts[missed, "otherwise"] += Truth.UNKNOWN not in truths and result.verdict is Verdict.ELIGIBLE
        misses = funnel.near_misses.criteria
        near = {(each.id, "for"): each.others_for or 0 for each in misses}
        near |= {(each.id, "open"): each.others_open or 0 for each in misses}
        near |= {(each.id, "otherwise"): each.otherwise_eligible or 0 for each in misses}
        assert Counter(near) == counts
        for about, total in (("for", funnel.near_misses.others_for), ("open", funnel.near_misses.others_open)):
            assert total == sum(count for (_, what), count in counts.items() if what == about)


def check_settling(name: str) -> None:
    """The facts that matter are those that each assessment names as missing, with their weights."""
    missing = [each[name].missing for each in assessed() if each[name].verdict is Verdict.UNDETERMINED]
    found = figures(name).settling
    assert found
    assert (found.undetermined, found.looked_at, found.complete) == (len(missing), len(missing), True)
    matters = Counter(each.fact for some in missing for each in some)
    alone = Counter(each.fact for some in missing for each in some if each.weight == "alone")
    assert {each.fact: each.matters for each in found.facts} == matters
    assert {each.fact: each.can_settle for each in found.facts if each.can_settle} == alone
    opened = [
        Standing(prepared(name).form.verdict, prepared(name).form.classes.known(patient.values))
        for results, patient in zip(assessed(), everybody().patients, strict=True)
        if results[name].verdict is Verdict.UNDETERMINED
    ]
    settles = Counter(fact for standing in opened for fact in settled_by(standing))
    assert {each.fact: each.settles for each in found.facts if each.settles} == settles
    assert {(each.fact, each.ask, each.effort) for each in found.facts} == {
        (each.fact, each.ask, each.effort) for some in missing for each in some
    }


def check_settled_by(name: str, one_in: int) -> None:
    """What each single fact can settle, and does, by supposing it to be everything that it can be."""
    table, ready = everybody(), prepared(name)
    seen = Seen(ready, table.lines)
    columns = ", ".join(map(_quoted, seen.columns))
    truths = table.connection.execute(f"SELECT {columns} FROM screened ORDER BY number").fetchall()  # noqa: S608
    exactly = 0
    for at in range(0, len(truths), one_in):
        standing = Standing(ready.form.verdict, seen.box(truths[at]))
        settles = settled_by(standing)
        for missing in assessed()[at][name].missing:
            if missing.because == "conflicting":  # supposing one fact leaves the other that it contradicts
                continue
            alone, all_said = missing.weight == "alone", True
            outcomes = []
            for verdict, said in supposed(profiles()[at], table.patients[at], ready, missing.fact):
                outcomes.append(verdict is not Verdict.UNDETERMINED)
                all_said = all_said and said
            if all_said:
                exactly += 1
                assert (alone, missing.fact in settles) == (any(outcomes), all(outcomes))
            else:  # from one fact a profile may conclude another, which the policy does not
                assert not alone or any(outcomes)
                assert missing.fact not in settles or all(outcomes)
    assert exactly > 15


def supposed(
    profile: PatientProfile, patient: Patient, ready: PreparedPolicy, fact: str
) -> Iterator[tuple[Verdict, bool]]:
    """The verdict for each class of what a fact can be, and whether the profile then says just that and no more."""
    classes = ready.form.classes
    known = classes.known(patient.values)
    boxes = [known]
    for at, reads in enumerate(classes.readings):
        if classes.facts[reads] == fact:
            possible = classes.space.classes(known, at)
            one = [classes.space.box(at, 1 << n) for n in range(possible.bit_length()) if possible >> n & 1]
            boxes = [box & each for box in boxes for each in one]
    never = [each for block in ready.form.verdict for each in block.never]
    for box in boxes:
        if not contains(never, box):
            facts = stated(classes, box, known, patient.values, ON)
            verdict = _assessed(profile, [ready.policy.id], supposing=facts).policy(ready.policy.id).verdict
            yield verdict, classes.known(patient.supposing(facts).values) == box


CHECKS: tuple[Callable[[str], None], ...] = (check_funnels, check_near_misses, check_settling)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_figures_are_what_assessing_one_by_one_counts(check: Callable[[str], None], name: str) -> None:
    check(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_fact_settles_what_every_value_of_it_would_settle(name: str) -> None:
    check_settled_by(name, one_in=21)


def test_the_truths_of_comparisons_say_as_much_as_the_values() -> None:
    """The box may be larger, where a value is compared in a link alone; no answer depends on that."""
    table = everybody()
    for name in NAMES:
        ready = prepared(name)
        seen = Seen(ready, table.lines)
        columns = ", ".join(map(_quoted, seen.columns))
        rows = table.connection.execute(f"SELECT {columns} FROM screened ORDER BY number").fetchall()  # noqa: S608
        for truths, patient in zip(rows, table.patients, strict=True):
            by_truths = Standing(ready.form.verdict, seen.box(truths))
            by_values = Standing(ready.form.verdict, ready.form.classes.known(patient.values))
            assert by_truths.truth is by_values.truth
            assert by_truths.weights == by_values.weights
            assert settled_by(by_truths) == settled_by(by_values)


@pytest.mark.parametrize("name", NAMES)
def test_sums_add_up(name: str) -> None:
    found = figures(name)
    assert sum(found.verdicts.values()) == found.patients  # type: ignore[arg-type]  # nothing is hidden
    policy, *indications = found.funnels
    for funnel in found.funnels:
        assert funnel.patients == found.in_force
        assert sum(_numbers(funnel.applies)) == funnel.patients
        left = funnel.patients
        for step in funnel.steps:
            assert sum(_numbers(step.alone)) == funnel.patients
            assert step.lost is not None
            assert step.remain is not None
            assert left == step.lost + step.remain
            assert step.remain == (step.certain or 0) + (step.open or 0)
            left = step.remain
        for one, other in pairwise(funnel.steps[:-1]):
            assert (one.certain or 0) >= (other.certain or 0)
        last = funnel.steps[-1]
        assert (last.alone.speaks_for, last.alone.cannot_be_said) == (last.certain, last.open)
        if funnel.near_misses:
            assert funnel.near_misses.others_for == sum(each.others_for or 0 for each in funnel.near_misses.criteria)
    last = policy.steps[-1]
    assert (last.certain, last.open) == (found.verdicts["eligible"], found.verdicts["undetermined"])
    if not indications:
        assert policy.applies == last.alone


def _numbers(truths: Truths) -> tuple[int, ...]:
    numbers = (truths.speaks_for, truths.speaks_against, truths.cannot_be_said)
    return tuple(each or 0 for each in numbers)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_does_not_matter_and_twice_the_rows_are_twice_the_counts(name: str) -> None:
    once = figures(name)
    assert figures(name, "(SELECT * FROM screened ORDER BY hash(number))") == once
    twice = figures(name, "(SELECT * FROM screened UNION ALL SELECT * FROM screened)")
    assert twice == _mapped(once, lambda count: 2 * count)


def _mapped(thing: Any, change: Callable[[int], int | None]) -> Any:
    """The figures with every count changed."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{each.name: _mapped(getattr(thing, each.name), change) for each in fields(thing)})
    if isinstance(thing, tuple):
        return tuple(_mapped(each, change) for each in thing)
    if isinstance(thing, dict):
        return {name: _mapped(each, change) for name, each in thing.items()}
    return change(thing) if isinstance(thing, int) and not isinstance(thing, bool) else thing


def test_where_everything_is_known_nothing_cannot_be_said() -> None:
    patients = 0
    for name in NAMES:
        known = " AND ".join(f"{_quoted(each)} IS NOT NULL" for each in everybody().columns[name].criteria.values())
        found = figures(name, f"(SELECT * FROM screened WHERE {known})")  # noqa: S608 - names are quoted
        for funnel in found.funnels:
            assert funnel.applies.cannot_be_said == 0
            for step in funnel.steps:
                assert (step.alone.cannot_be_said, step.open) == (0, 0)
            assert funnel.near_misses is None or funnel.near_misses.others_open == 0
        assert found.verdicts["undetermined"] == 0
        assert found.settling == Settling(0, 0, complete=True, facts=())
        patients += found.patients or 0
    assert patients > 30


def test_rows_of_a_day_before_the_policy_are_counted_and_left_out_of_the_funnels() -> None:
    relation = (
        """(SELECT * REPLACE (CASE WHEN number % 3 = 0 THEN 'not_in_force' ELSE "us-label" END AS "us-label") """
        """FROM screened)"""
    )
    found, of = figures("us-label", relation), len(profiles())
    before = (of + 2) // 3
    assert (found.patients, found.in_force, found.verdicts["not_in_force"]) == (of, of - before, before)
    rest = figures("us-label", "(SELECT * FROM screened WHERE number % 3 > 0)")
    assert (found.funnels, found.settling) == (rest.funnels, rest.settling)
    assert "All patients on whose day the policy was in force" in attrition_markdown(Attrition((found,)))


def test_nothing_is_left_behind_in_the_database() -> None:
    table = everybody()
    figures("us-label")
    with pytest.raises(duckdb.Error):
        figures("us-label", "(SELECT * REPLACE (error('no') AS \"us-label\") FROM screened)")
    with pytest.raises(UsageError):
        figures("us-label", "(SELECT * REPLACE ('yes' AS \"us-label\") FROM screened)")
    names = table.connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    assert names == [("readings",), ("screened",), ("written",)]


@pytest.mark.parametrize(("text", "said"), [("'yes'", "yes"), ("NULL", "None"), ("'eligible '", "eligible ")])
def test_a_column_of_anything_but_verdicts_is_refused(text: str, said: str) -> None:
    relation = f'(SELECT * REPLACE ({text} AS "us-label") FROM screened)'  # noqa: S608
    for asked in (
        lambda: figures("us-label", relation),
        lambda: cross(everybody().connection, relation, "us-label", "eu-label"),
    ):
        with pytest.raises(UsageError, match=f"`us-label` holds `{said}`, which is no verdict") as caught:
            asked()
        assert "each row has one of eligible, ineligible," in str(caught.value)


@pytest.mark.parametrize("name", ["us-label", "trials/tower"])
def test_only_the_largest_patterns_are_looked_at_where_there_are_many(name: str) -> None:
    table, ready = everybody(), prepared(name)
    where = (table.connection, "screened", ready, table.lines, name)
    whole = settling(*where, knowledge=KNOWLEDGE)
    some = settling(*where, knowledge=KNOWLEDGE, most=3)
    assert some.undetermined == whole.undetermined
    assert some.complete is False
    assert some.looked_at is not None
    assert 3 <= some.looked_at < (whole.looked_at or 0)
    assert all(each.matters is not None and each.matters <= some.looked_at for each in some.facts)
    found = Attrition((replace(figures(name), settling=some),))
    assert f"Looked at were {some.looked_at} of them" in " ".join(attrition_text(found).split())


def test_two_columns_are_crossed_and_who_changes_can_be_selected() -> None:
    table = everybody()
    found = cross(table.connection, "screened", "us-label", "eu-label")
    pairs = Counter((each["us-label"].verdict.value, each["eu-label"].verdict.value) for each in assessed())
    assert found.verdicts == VERDICTS
    for one, counts in zip(VERDICTS, found.counts, strict=True):
        assert counts == tuple(pairs[one, other] for other in VERDICTS)
    assert found.first_sums == tuple(sum(n for (one, _), n in pairs.items() if one == each) for each in VERDICTS)
    assert found.second_sums == tuple(sum(n for (_, one), n in pairs.items() if one == each) for each in VERDICTS)
    assert found.patients == len(profiles())
    changed = {pair: n for pair, n in pairs.items() if pair[0] != pair[1]}
    assert {(each.before, each.after): each.patients for each in found.changes} == changed
    rows = table.connection.execute(changing("screened", "us-label", "eu-label")).fetchall()
    assert len(rows) == found.changed == sum(changed.values())
    same = cross(table.connection, "screened", "us-label", "us-label")
    assert (same.changed, same.changes) == (0, ())


def test_an_empty_cohort_has_no_patients_and_no_percentages() -> None:
    for relation, table in (("screened", screened([])), ("(SELECT * FROM screened WHERE FALSE)", everybody())):
        found = tuple(figures(name, relation, table) for name in NAMES)
        assert found == _mapped(found, lambda _: 0)
        both = Attrition(found, (cross(table.connection, relation, *NAMES[:2]),))
        assert not [line for line in attrition_text(both).splitlines() if line.endswith(" %") and "MRD" not in line]
        assert "| eligible | 0 |  |" in attrition_markdown(both)
        for funnel in (each for one in found for each in one.funnels):
            ET.fromstring(funnel_picture(funnel).svg)  # noqa: S314 - our own


@pytest.mark.parametrize("least", [2, 10])
def test_small_counts_are_not_told_and_cannot_be_had_by_subtracting(least: int) -> None:
    """Every count is zero, hidden, or a multiple of the least; so are the differences of those that are told."""
    table = everybody()
    exact = tuple(figures(name) for name in NAMES)
    told = tuple(figures(name, least=least) for name in NAMES)
    counts = [each for each in _counts(told) if each is not None]
    assert all(count % least == 0 for count in counts)
    hidden = list(_counts(told)).count(None)
    assert hidden >= sum(0 < (each or 0) < least for each in _counts(exact)) > 0
    both = Attrition(told, (cross(table.connection, "screened", *NAMES[:2], least=least),), least)
    assert all(count is None or count % least == 0 for count in _counts(both.crosses))
    for text in (attrition_text(both, width=200), attrition_markdown(both)):
        assert f"fewer than {least}" in text
        assert f"rounded to a multiple of {least}" in text
    assert json.loads(both.model_dump_json()) == both.model_dump(mode="json")
    for funnel in (each for one in told for each in one.funnels):
        steps = [each for step in funnel.steps for each in _counts(step)]
        assert f"fewer than {least}" in funnel_picture(funnel, least=least).svg or None not in steps


def test_the_order_says_nothing_of_hidden_counts() -> None:
    found = figures("us-label", least=60)
    assert found.settling
    places = [
        (each.settles or 0, each.can_settle or 0, each.matters or 0, -EFFORTS.index(each.effort or "chart"))
        for each in found.settling.facts
    ]
    assert places == sorted(places, reverse=True)
    for funnel in found.funnels:
        order = [step.id for step in funnel.steps]
        misses = funnel.near_misses.criteria if funnel.near_misses else ()
        shown = [(-(each.others_for or 0), -(each.others_open or 0), order.index(each.id)) for each in misses]
        assert shown == sorted(shown)


def test_a_least_count_below_zero_is_refused() -> None:
    with pytest.raises(UsageError, match="the least count that is told cannot be -1"):
        Discretion(-1)


def _counts(figures: Any) -> Iterator[int | None]:
    """Every count in some figures."""
    if not is_dataclass(figures):
        for each in figures:
            yield from _counts(each)
        return
    for each in fields(figures):
        value = getattr(figures, each.name)
        if "Count" in str(each.type):
            yield from _flat(value)
        elif is_dataclass(value) or (isinstance(value, tuple) and value and is_dataclass(value[0])):
            yield from _counts(value)


def _flat(counts: Any) -> Iterator[int | None]:
    if isinstance(counts, dict):
        counts = tuple(counts.values())
    if isinstance(counts, tuple):
        for each in counts:
            yield from _flat(each)
    else:
        yield counts


def exclusions_are_taken_for_requirements(patch: pytest.MonkeyPatch) -> None:
    line = lines_module._line  # noqa: SLF001 - where the fault is put in
    patch.setattr(
        lines_module,
        "_line",
        lambda use, columns: replace(line(use, columns), holds=_quoted(columns.criteria[use.criterion.id])),
    )


def contraindications_are_no_criteria(patch: pytest.MonkeyPatch) -> None:
    lines = lines_module._lines  # noqa: SLF001 - where the fault is put in
    patch.setattr(lines_module, "_lines", lambda _, indication, columns: lines((), indication, columns))


def patterns_are_counted_and_not_patients(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attrition_module._Counter, "_count", lambda _, groups: len(list(groups)))  # noqa: SLF001


def what_is_unknown_excludes(patch: pytest.MonkeyPatch) -> None:
    first = attrition_module._first  # noqa: SLF001 - where the fault is put in
    patch.setattr(attrition_module, "_first", lambda asked: first([f"({each}) IS NOT FALSE" for each in asked]))


def what_can_settle_is_taken_for_what_does(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        settling_module, "settled_by", lambda each: [fact for fact in each.matters if each.weights[fact] == "alone"]
    )


def what_is_false_is_taken_for_unknown(patch: pytest.MonkeyPatch) -> None:
    box = Seen.box
    patch.setattr(Seen, "box", lambda seen, truths: box(seen, [each or None for each in truths]))


@pytest.mark.parametrize(
    "fault",
    [
        exclusions_are_taken_for_requirements,
        contraindications_are_no_criteria,
        patterns_are_counted_and_not_patients,
        what_is_unknown_excludes,
        what_can_settle_is_taken_for_what_does,
        what_is_false_is_taken_for_unknown,
    ],
)
def test_a_fault_put_in_is_found(fault: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    monkeypatch.setattr(sys.modules[__name__], "kept_figures", kept_figures.__wrapped__)  # they are counted anew
    with pytest.raises(AssertionError):
        everything_is_checked()


def everything_is_checked() -> None:
    for name in ("eu-label", "trials/tower"):
        for check in CHECKS:
            check(name)


SMALL = [
    {},
    {"disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "course": "relapsed"}},
    {
        "patient": {"age": "40 years"},
        "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "course": "relapsed"},
        "history": {"blinatumomab_hypersensitivity": "absent"},
    },
    {
        "patient": {"age": "40 years"},
        "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "negative", "course": "relapsed"},
        "history": {"blinatumomab_hypersensitivity": "absent"},
    },
    {
        "patient": {"age": "7 years"},
        "disease": {
            "diagnosis": "b_cell_precursor_all",
            "cd19": "positive",
            "course": "remission",
            "remission_number": "1",
        },
        "mrd": {"level": "0.05 %"},
        "history": {"blinatumomab_hypersensitivity": "absent"},
    },
    {
        "patient": {"age": "62 years"},
        "disease": {
            "diagnosis": "b_cell_precursor_all",
            "cd19": "positive",
            "course": "remission",
            "remission_number": "2",
        },
        "mrd": {"level": "0.4 %"},
    },
    {"disease": {"diagnosis": "t_cell_all"}},
    {"disease": {"diagnosis": "b_cell_precursor_all"}, "history": {"blinatumomab_hypersensitivity": "present"}},
]


@cache
def small() -> Attrition:
    """The figures of a few patients, each of whom can be counted by hand."""
    names = ("us-label", "trials/e1910")
    table = screened([blinadss.load_profile(each) for each in SMALL], names)
    found = tuple(figures(name, table=table) for name in names)
    return Attrition(found, (cross(table.connection, "screened", *names),))


# To renew them on purpose, write what `small` gives over each file.
@pytest.mark.parametrize(("write", "suffix"), [(attrition_text, "txt"), (attrition_markdown, "md")])
def test_the_pages_of_a_few_patients_are_as_they_were(write: Callable[[Attrition], str], suffix: str) -> None:
    assert write(small()) == (GOLDEN / f"attrition.{suffix}").read_text(encoding="utf-8")


def test_a_table_is_aligned_and_no_line_is_too_long() -> None:
    for width, most in ((60, 90), (100, 100), (200, 200)):  # numbers alone take 60
        text = attrition_text(small(), width=width)
        assert max(map(len, text.splitlines())) <= most
    numbers = _mapped(small(), lambda count: count * 6_250_000)
    assert "50,000,000" in attrition_text(numbers)
    assert max(map(len, attrition_text(numbers, width=120).splitlines())) <= 120


def test_percentages_name_what_they_are_of() -> None:
    text = attrition_text(small())
    assert "of 8" in text
    assert "12.5 %" in text
    assert "Another verdict: " in text


def hostile(text: str, patients: int | None = 7) -> Funnel:
    """A funnel with that text wherever one may stand."""
    alone = Truths(patients, patients, patients)
    steps = tuple(
        Step(text, kind, text, "unverified", True, alone, patients, patients, patients, patients)
        for kind in ("contraindicates", "requires", "excludes", "applies", "concludes")
    )
    return Funnel(text, text, patients, steps, alone)


@given(
    st.text(max_size=80)
    | st.sampled_from(["<script>&amp;]]>", "\u202e\x00\ud800\ufffe", "x" * 3000, "word " * 800, ""])
)
@settings(max_examples=12)
def test_a_picture_is_well_formed_whatever_the_criteria_say(text: str) -> None:
    for patients in (0, 7, 50_000_000, None):
        picture = funnel_picture(hostile(text, patients), least=5)
        root = ET.fromstring(picture.svg)  # noqa: S314 - our own
        assert root.get("role") == "img"
        assert root[0].tag.endswith("title")
        for box in root.iter("{http://www.w3.org/2000/svg}rect"):
            if box.get("x"):
                assert float(box.get("width", "0")) >= 0
                assert float(box.get("x", "0")) + float(box.get("width", "0")) <= picture.width


def test_a_picture_says_in_words_what_it_shows_and_is_told_apart_without_colours() -> None:
    for policy in small().policies:
        for funnel in policy.funnels:
            picture = funnel_picture(funnel)
            for step in funnel.steps:
                assert step.statement.rstrip(".") in picture.description
                assert f"{step.lost} lost, {step.remain} remain" in picture.description
            assert picture.svg.count("stroke-dasharray") > sum(bool(step.lost) for step in funnel.steps)
            assert "url(#" in picture.svg


@pytest.mark.parametrize("text", ["a | b", "<img src=x>", "*bold* [link](http://x)", "line\nbreak", "# no heading"])
def test_markdown_shows_a_statement_as_it_is(text: str) -> None:
    found = replace(small().policies[0], funnels=(hostile(text),))
    page = MarkdownIt("commonmark").enable("table").render(attrition_markdown(Attrition((found,))))
    shown = f"{escape(' '.join(text.split()))} [{escape(' '.join(text.split()))}, unverified]"
    assert page.count(shown) == 5
    assert page.count("<tr>") == 1 + 5 + 1 + 1 + 5 + 1 + len((found.settling or Settling(0, 0, False, ())).facts)
