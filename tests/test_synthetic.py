"""Synthetic patients: the same for a seed, as the file says, free of contradictions but for those that it names."""

from __future__ import annotations

import contextlib
import json
import math
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import blinadss
from blinadss.cli import main
from blinadss.derived import origins
from blinadss.errors import KnowledgeError, ProfileError, UsageError
from blinadss.expression import facts_in
from blinadss.facts import FACTS
from blinadss.intake import load_profile
from blinadss.lookup import look_up, refuse_future

pytest.importorskip("duckdb")

import duckdb

from blinadss.consequences import follows
from blinadss.profile import PatientProfile
from blinadss.synthetic.distribution import Draw, Shares
from blinadss.synthetic.distribution_files import SHIPPED, read_distribution
from blinadss.synthetic.files import write_synthetic
from blinadss.synthetic.query import MISTAKE, synthetic_cohort
from test_documentation import follow

ROOT = Path(__file__).parents[1]
KNOWLEDGE = blinadss.load_knowledge()
DISTRIBUTION = read_distribution()
TODAY = DISTRIBUTION.assessed_on
SIGMAS = 5  # one in two million, and the seed is fixed


def rows(sql: str) -> list[dict[str, Any]]:
    """The rows of a query, each by the names of its columns."""
    with duckdb.connect(config={"threads": 2}) as connection:
        done = connection.execute(sql)
        names = [column[0] for column in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def count(table: str, where: str = "true") -> int:
    """How many rows of a table are so."""
    ((found,),) = (row.values() for row in rows(f"FROM {table} SELECT count(*) WHERE {where}"))
    return int(found)


def counted(table: str, column: str) -> dict[str | None, int]:
    """How many rows of a table have each value in a column."""
    return {
        row["value"]: row["n"] for row in rows(f'FROM {table} SELECT "{column}" AS value, count(*) AS n GROUP BY ALL')
    }


def profile(row: Mapping[str, Any]) -> PatientProfile:
    """A row of the flat table as a profile; the unit stands in the name of a column."""
    sections: dict[str, Any] = {"id": row["id"], "assessed_on": row["assessed_on"]}
    for column, cell in row.items():
        name, _, unit = column.removesuffix("]").partition(" [")
        if cell is not None and "." in name:
            fact, part = fact_of(name)
            text = f"grade {cell}" if unit == "grade" else f"{cell} {unit}".strip()
            section, _, field = fact.partition(".")
            sections.setdefault(section, {}).setdefault(field, {})[part] = text
    return load_profile(sections)


def fact_of(column: str) -> tuple[str, str]:
    """The fact that a column is about, and which part of an observation it holds."""
    if column in FACTS:
        return column, "value"
    fact, part = (column.removesuffix(end) for end in ("_on", "_upper_limit"))
    return (fact, "on") if fact in FACTS else (part, "upper_limit")


def conflicts(row: Mapping[str, Any]) -> list[str]:
    """The facts of which what a row says does not agree."""
    seen = look_up(profile(row), FACTS, TODAY, KNOWLEDGE.fresh_for, follows(KNOWLEDGE))
    return [fact for fact, sight in seen.items() if sight.because == "conflicting"]


def assert_share(seen: float, of: float, share: Decimal | float) -> None:
    """So many of so many are what a share allows."""
    spread = SIGMAS * math.sqrt(max(of * float(share) * (1 - float(share)), 1))
    assert abs(seen - of * float(share)) <= spread, (seen, of, share)


# The same patients


def test_the_same_seed_gives_the_same_patients_and_another_seed_others() -> None:
    assert rows(synthetic_cohort(50, seed=1)) == rows(synthetic_cohort(50, seed=1))
    assert rows(synthetic_cohort(50, seed=1)) != rows(synthetic_cohort(50, seed=2))


def test_a_row_does_not_depend_on_how_many_others_there_are() -> None:
    assert rows(synthetic_cohort(2100, seed=1))[:40] == rows(synthetic_cohort(40, seed=1))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_file_has_the_rows_of_the_query_whatever_the_threads(threads: int, tmp_path: Path) -> None:
    facts = ["disease.course", "marrow.blasts"]
    write_synthetic(tmp_path / "cohort.parquet", 140_000, 7, facts=facts, threads=threads)
    query = synthetic_cohort(140_000, 7, facts=facts)
    assert count(f"'{tmp_path}/cohort.parquet'") == 140_000
    assert count(f"((FROM '{tmp_path}/cohort.parquet') EXCEPT ALL ({query}))") == 0


def test_one_thread_writes_the_rows_in_their_order(tmp_path: Path) -> None:
    write_synthetic(tmp_path / "cohort.parquet", 300_000, 7, facts=[])
    numbered = f"read_parquet('{tmp_path}/cohort.parquet', file_row_number = true)"
    assert count(numbered, "id <> 'synthetic-' || (file_row_number + 1)") == 0


# What they are


def test_every_row_is_a_valid_profile_that_contradicts_itself_in_nothing() -> None:
    for row in rows(f"FROM ({synthetic_cohort(40, seed=3)}) WHERE {MISTAKE} IS NULL"):
        assert blinadss.check_profile(profile(row), engines=("reference",)) == (), row["id"]


def test_no_fact_of_many_rows_is_in_conflict() -> None:
    assert not [
        row["id"] for row in rows(f"FROM ({synthetic_cohort(250, seed=4)}) WHERE {MISTAKE} IS NULL") if conflicts(row)
    ]


@pytest.fixture(scope="module")
def contradicting() -> list[dict[str, Any]]:
    """A few rows with each contradiction that is named."""
    few = f"row_number() OVER (PARTITION BY {MISTAKE}) <= 6"
    return rows(f"FROM ({synthetic_cohort(20_000, seed=5)}) WHERE {MISTAKE} IS NOT NULL QUALIFY {few}")


@pytest.mark.parametrize("id", [each.id for each in DISTRIBUTION.contradictions])
def test_every_contradiction_that_is_named_is_in_conflict(
    id: str,  # noqa: A002 - its name in the file
    contradicting: list[dict[str, Any]],
) -> None:
    found = [row for row in contradicting if row[MISTAKE] == id]
    assert found
    assert all(conflicts(row) for row in found)


def test_as_many_contradict_themselves_as_the_file_says() -> None:
    total = 400_000
    found = counted(f"({synthetic_cohort(total, seed=6, facts=[])})", MISTAKE)
    named = {each.id: each.share for each in DISTRIBUTION.contradictions}
    assert sum(named.values()) == Decimal("0.005")
    assert found.keys() == {None, *named}
    for id_, share in named.items():
        assert_share(found[id_], total, share)


# Facts that are one of a few values whatever else is so.
SHARED = [
    (draw, draw.cases[0].way)
    for draw in DISTRIBUTION.draws.values()
    if draw.kind and not draw.cases[0].when and isinstance(draw.cases[0].way, Shares)
]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of 60,000 patients, as a table of a query."""
    path = tmp_path_factory.mktemp("synthetic") / "many.parquet"
    write_synthetic(path, 60_000, seed=8)
    return f"'{path}'"


@pytest.mark.parametrize(("draw", "way"), SHARED, ids=[draw.name for draw, _ in SHARED])
def test_shares_are_as_the_file_says(draw: Draw, way: Shares, many: str) -> None:
    unit = f" [{draw.unit}]" if draw.unit else ""
    found = counted(many, f"{draw.name}{unit}")
    recorded = 60_000 - found.pop(None, 0)
    if len(draw.recorded) == 1:
        assert_share(recorded, 60_000, draw.recorded[0].share)
    for value, share in way.values if len(draw.recorded) == 1 else ():
        assert_share(found.get(value, 0), recorded, share)


CHILD = "\"patient.birth_date\" > DATE '2006-11-22'"


@pytest.mark.parametrize(
    ("among", "those", "share"),
    [
        (f'{CHILD} AND "patient.sex" IS NOT NULL', "\"patient.sex\" = 'male'", 0.573),
        (f'{CHILD} AND "disease.course" IS NOT NULL', "\"disease.course\" = 'relapsed'", 0.20),
        ('"cns.status" IS NOT NULL AND "disease.course" = \'newly_diagnosed\'', "\"cns.status\" = 'cns2'", 0.102),
        (f"NOT ({CHILD}) AND \"disease.course\" = 'remission'", '"disease.relapse_number" = 1', 0.19 * 0.94),
        ('"disease.course" = \'remission\' AND "marrow.blasts [%]" IS NOT NULL', '"marrow.blasts [%]" < 0.8', 0.39),
        ('"disease.course" = \'remission\' AND "marrow.blasts [%]" IS NOT NULL', '"marrow.blasts [%]" = 5', 0.0213),
        ('"disease.cd19_on" IS NOT NULL', "\"disease.cd19\" = 'positive'", 0.955),
        ('"marrow.blasts_on" IS NOT NULL', '"marrow.blasts_on" < "assessed_on" - 28', 0.165),
    ],
)
def test_what_depends_on_something_is_as_the_file_says(among: str, those: str, share: float, many: str) -> None:
    assert abs(count(many, f"({among}) AND {those}") / count(many, among) - share) < 0.015


@pytest.mark.parametrize(
    "at",
    [
        "\"patient.birth_date\" = DATE '2008-11-22'",
        "\"patient.birth_date\" = DATE '2025-11-22'",
        "\"patient.birth_date\" = DATE '2026-10-25'",
        '"mrd.level [%]" = 0.1',
        '"mrd.level [%]" = 0.01',
        '"marrow.blasts [%]" = 5 AND "disease.course" = \'relapsed\'',
        "\"marrow.blasts_on\" = DATE '2026-10-25'",
        "\"marrow.blasts_on\" = DATE '2026-10-24'",
        "\"history.allogeneic_hsct_on\" = DATE '2026-08-30'",
        '"labs.alt [U/L]" = 5 * "labs.alt_upper_limit [U/L]"',
        '"labs.bilirubin [umol/L]" = 1.5 * "labs.bilirubin_upper_limit [umol/L]"',
        '"patient.weight [kg]" = 45',
    ],
)
def test_some_are_exactly_on_a_threshold(at: str, many: str) -> None:
    assert count(many, at) >= 10


def test_draws_that_depend_on_nothing_common_are_independent(many: str) -> None:
    some = [
        "\"patient.sex\" = 'male'",
        '"disease.wbc_at_diagnosis [10*9/L]" >= 50',
        '"labs.igg [g/L]" < 6',
        "\"plan.nccn_category\" = '2a'",
    ]
    for one, other in combinations(some, 2):
        assert_share(count(many, f"{one} AND {other}"), 60_000, count(many, one) * count(many, other) / 60_000**2)


def test_what_is_missing_is_missing_together(many: str) -> None:
    liver, kidney = ('"labs.alt [U/L]" IS NULL', '"labs.creatinine [umol/L]" IS NULL')
    one, other, both = (count(many, where) / 60_000 for where in (liver, kidney, f"{liver} AND {kidney}"))
    assert both > 2 * one * other


def test_columns_have_types_that_are_read_fast(many: str) -> None:
    types = {row["column_name"]: row["column_type"] for row in rows(f"DESCRIBE FROM {many}")}
    assert {re.sub(r"\(.*", "", each) for each in types.values()} == {"VARCHAR", "DATE", "DECIMAL", "INTEGER"}
    assert [types[name] for name in ("disease.cd19", "mrd.level [%]", "marrow.blasts_on")] == [
        "VARCHAR",
        "DECIMAL(9,4)",
        "DATE",
    ]


def test_every_verdict_of_both_labels_occurs() -> None:
    seen: dict[str, set[str]] = {}
    for row in rows(synthetic_cohort(80, seed=9)):
        assessment = blinadss.assess(
            profile(row), policies=["us-label", "eu-label"], engines=("reference",), further=False
        )
        for policy in assessment.policies:
            seen.setdefault(policy.policy, set()).add(policy.verdict.value)
    assert all({"eligible", "ineligible", "undetermined"} <= verdicts for verdicts in seen.values())


def asked(*policies: str) -> set[str]:
    """The facts that all editions of these policies ask for, or those from which they are worked out."""
    editions = [
        KNOWLEDGE.policies[name].as_of(each.start) for name in policies for each in KNOWLEDGE.policies[name].editions
    ]
    return {fact for policy in editions for use in policy.uses() for fact in facts_in(use.criterion.when)}


def test_the_facts_that_the_labels_ask_are_drawn_and_nearly_all_that_others_ask() -> None:
    drawn = {name for name, draw in DISTRIBUTION.draws.items() if draw.kind}
    assert not {fact for fact in asked("us-label", "eu-label") if drawn.isdisjoint(origins(fact))}
    others = asked(*KNOWLEDGE.policies) | {
        fact for use in KNOWLEDGE.cautions.uses() for fact in facts_in(use.criterion.when)
    }
    assert len(others & drawn) >= 0.95 * len(others)


# Cells that cannot be read


def test_a_bad_cell_is_the_only_thing_that_cannot_be_read_in_its_row() -> None:
    total = 1500
    found = rows(synthetic_cohort(total, seed=10, bad=0.04))
    bad = [row for row in found if str(row[MISTAKE]).startswith("bad cell: ")]
    assert_share(len(bad), total, 0.04)
    assert {row[MISTAKE] for row in bad} == {f"bad cell: {fact}" for fact, _ in DISTRIBUTION.bad_cells}
    for row in bad:
        fact = row[MISTAKE].removeprefix("bad cell: ")
        with pytest.raises(ProfileError) as caught:
            refuse_future(profile(row), TODAY)
        assert [problem.path[:2] for problem in caught.value.problems] == [tuple(fact.split("."))]
    for row in found[:60]:
        if row not in bad:
            refuse_future(profile(row), TODAY)


def test_bad_cells_are_among_the_facts_that_are_shown() -> None:
    found = rows(synthetic_cohort(200, seed=10, bad=1, facts=["disease.cd19", "labs.wbc"]))
    assert {(row["disease.cd19"], row[MISTAKE]) for row in found} == {("pos", "bad cell: disease.cd19")}


def test_without_bad_cells_nothing_changes_in_the_other_rows() -> None:
    good, some_bad = rows(synthetic_cohort(400, seed=11)), rows(synthetic_cohort(400, seed=11, bad=0.1))
    changed = [
        row
        for row, other in zip(some_bad, good, strict=True)
        if row[MISTAKE] is None and other[MISTAKE] is None and row != other
    ]
    assert changed == []


# The file of the distribution


def test_every_draw_says_where_its_figures_come_from() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert all(re.search("assumed|https?://|[0-9]{4};", draw.note) for draw in DISTRIBUTION.draws.values())
    assert "SYNTHETIC" in text.splitlines()[2]
    assert "Synthetic" in DISTRIBUTION.title
    assert "not epidemiology" in DISTRIBUTION.says


FILE = """\
title: Synthetic
says: Synthetic
assessed_on: 2026-11-22
draws:
  site:
    shares: {good: 60 %, poor: 40 %}
    note: assumed
  patient.sex:
    shares: {female: 50 %, male: 50 %}
    note: assumed
  marrow.blasts:
    unit: "%"
    digits: 1
    quantiles: {0 %: 0, 100 %: 90}
    note: assumed
contradictions:
  - id: none
    share: 1 %
    says: {patient.sex: male}
bad_cells:
  patient.sex: F
"""


@pytest.mark.parametrize(
    ("written", "instead", "line", "problem"),
    [
        ("patient.sex:\n    shares", "patient.sexx:\n    shares", 8, "unknown fact `patient.sexx`"),
        ("female: 50 %", "woman: 50 %", 9, "cannot be `woman`; it is `female` or `male`"),
        ("male: 50 %", "male: 49 %", 9, "the shares add up to 99 %"),
        ("poor: 40 %", "poor: 0.4", 6, "`0.4` has no unit"),
        ("poor: 40 %", "poor: 140 %", 6, "`140 %` is no share"),
        ('unit: "%"', "unit: kg", 11, "`kg` is not a unit of a percentage"),
        ('    unit: "%"\n', "", 11, "`marrow.blasts` has no `unit`"),
        ("100 %: 90", "100 %: 900", 14, "`900 %` is more than is possible"),
        ("100 %: 90", "100 %: 9.05", 14, "`9.05` has more digits than `marrow.blasts` has"),
        ("100 %: 90", "90 %: 90", 12, "the quantiles do not go from 0 % up to 100 %"),
        ("{0 %: 0, 100", "{0 %: 91, 100", 12, "a quantile is less than the one before it"),
        ("{0 %: 0, 100", "{0 %: -1, 100", 14, "`-1` is less than zero"),
        ("digits: 1", "digits: one", 13, "`one` is no number of digits"),
        ("    note: assumed\n  patient", "  patient", 6, "`site` has no `note`"),
        ("shares: {good", "share: {good", 6, "`site` has no `share`"),
        (
            "  patient.sex:\n    shares",
            "  patient.sex:\n    recorded: all\n    shares",
            9,
            "`all` is not a number with a unit",
        ),
        ("  site:\n", "  Site:\n", 5, "`Site` is not a name"),
        ("  site:\n", "  site:\n    recorded: 5 %\n", 5, "`site` is no fact, so it is not recorded"),
        ("says: {patient.sex: male}", "says: {patient.sex: M}", 19, "cannot be `M`; it is `female` or `male`"),
        ("says: {patient.sex: male}", "says: {patient.age: 3}", 19, "nothing called `patient.age` is drawn before"),
        ("share: 1 %", "share: 101 %", 18, "`101 %` is no share"),
        ("sex: F", "sex: female", 21, "`female` is not bad: `patient.sex` can be that"),
        ("patient.sex: F", "site: F", 21, "`site` is no fact"),
    ],
)
def test_a_mistake_in_the_file_is_reported_at_its_place(
    written: str, instead: str, line: int, problem: str, tmp_path: Path
) -> None:
    assert_mistake(FILE.replace(written, instead, 1), line, problem, tmp_path)


@pytest.mark.parametrize(
    ("case", "line", "problem"),
    [
        ("{when: {place: good}, is: 5}", 14, "nothing called `place` is drawn before"),
        ("{when: {site: god}, is: 5}", 14, "`site` is never `god`"),
        ("{when: {patient.sex: from 5}, is: 5}", 14, "`patient.sex` is never `from 5`"),
        ("{when: {site: good}}", 14, "a case does not say how it is drawn, or says it twice"),
        ("{is: 5, of: site}", 14, "a case does not say how it is drawn, or says it twice"),
        ("{of: site}", 14, "`site` is not a number"),
        ("{is: high}", 14, "`high` is not a number"),
        ("{is: 5}\n      - {is: 6}", 15, "this case never applies"),
        ("[5]", 14, "a case is a group of `key: value` lines"),
    ],
)
def test_a_mistake_in_a_case_is_reported_at_its_place(case: str, line: int, problem: str, tmp_path: Path) -> None:
    cases = f'    unit: "%"\n    cases:\n      - {case}\n'
    assert_mistake(re.sub(r'    unit: "%"\n    digits.*\n.*\n', cases, FILE), line, problem, tmp_path)


def test_a_year_alone_is_a_bad_cell_of_a_date_and_no_day_of_a_table(tmp_path: Path) -> None:
    quantiles = "    quantiles: {0 %: 0, 100 %: 90}\n    note: assumed\n"
    drawn = FILE.replace("contradictions:", f"  history.last_chemotherapy_on:\n{quantiles}contradictions:")
    bad = drawn.replace("patient.sex: F", "history.last_chemotherapy_on: 2026")
    (tmp_path / "bad.yaml").write_text(bad, encoding="utf-8")
    assert read_distribution(tmp_path / "bad.yaml").bad_cells == (("history.last_chemotherapy_on", "2026"),)
    contradiction = drawn.replace("{patient.sex: male}", "{history.last_chemotherapy_on: 2026-08}")
    assert_mistake(contradiction, 22, "`2026-08` is not a whole day", tmp_path)


def assert_mistake(text: str, line: int, problem: str, folder: Path) -> None:
    """Reading the text reports that problem, in that line."""
    path = folder / "distribution.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        read_distribution(path)
    found = [(each.place.line if each.place else 0, each.problem) for each in caught.value.problems]
    assert (line, problem) in found, found


def test_a_distribution_of_ones_own_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FILE, encoding="utf-8")
    mine = read_distribution(path)
    (row,) = rows(synthetic_cohort(1, distribution=mine))
    assert [*row] == ["id", "assessed_on", "patient.sex", "marrow.blasts [%]", MISTAKE]


# Files


@pytest.mark.parametrize("name", ["cohort.parquet", "cohort.csv", "cohort.jsonl"])
def test_each_kind_of_file_says_the_same(name: str, tmp_path: Path) -> None:
    write_synthetic(tmp_path / name, 30, seed=12)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    asked_for = 'SELECT id, "patient.sex", "marrow.blasts_on"'
    written = rows(f"FROM '{tmp_path / name}' {asked_for}")
    assert written == rows(f"FROM ({synthetic_cohort(30, seed=12)}) {asked_for}")


def test_a_parquet_file_says_that_it_is_synthetic_and_how_it_was_made(tmp_path: Path) -> None:
    write_synthetic(tmp_path / "cohort.parquet", 3, seed=13, bad=0.5)
    said = rows(
        f"FROM parquet_kv_metadata('{tmp_path}/cohort.parquet') SELECT decode(key) AS key, decode(value) AS value"
    )
    metadata = {row["key"]: row["value"] for row in said}
    assert metadata["synthetic"] == DISTRIBUTION.says
    assert "synthetic" in metadata["synthetic"].lower()
    assert (metadata["rows"], metadata["seed"], metadata["bad"]) == ("3", "13", "0.5")
    assert metadata["distribution"].startswith("sha256:")


def test_a_file_that_cannot_be_finished_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "cohort.parquet"
    target.write_text("before", encoding="utf-8")
    with pytest.raises(UsageError, match="the memory is not enough"):
        write_synthetic(target, 200_000, memory_limit="8MB")
    assert [path.name for path in tmp_path.iterdir()] == ["cohort.parquet"]
    assert target.read_text(encoding="utf-8") == "before"


def test_a_command_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "blinadss", "synthetic", "1000000", "-o", str(tmp_path / "cohort.csv")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        while process.poll() is None and not [path for path in tmp_path.iterdir() if path.stat().st_size]:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in said, [*tmp_path.iterdir()]) == (130, False, [])


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ({"rows": 0}, "0 rows are none"),
        ({"threads": 0}, "0 threads are none"),
        ({"bad": 1.5}, "1.5 is no share of the rows"),
        ({"bad": math.nan}, "nan is no share of the rows"),
        ({"facts": ["disease.cd91"]}, "`disease.cd91` is not drawn"),
        ({"facts": ["labs.wbc"], "bad": 0.1}, "none of these facts has a bad cell"),
        ({"path": "cohort.xls"}, "no table can be written as `.xls`"),
        ({"path": "nowhere/cohort.csv"}, "cannot be written: No such file or directory"),
        ({"memory_limit": "much"}, "cannot be written"),
    ],
)
def test_what_cannot_be_asked_for_is_said(call: dict[str, Any], problem: str, tmp_path: Path) -> None:
    asked_for = {"path": "cohort.csv", "rows": 5, **call}
    with pytest.raises(UsageError, match=re.escape(problem)):
        write_synthetic(tmp_path / asked_for.pop("path"), **asked_for)


def test_the_command_writes_a_file_and_replaces_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["synthetic", "4", "--seed", "5", "--bad", "0.1", "-o", str(tmp_path / "cohort.jsonl")]
    assert main(command) == 0
    lines = (tmp_path / "cohort.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"synthetic-{number}" for number in range(1, 5)]
    assert main(command) == 2
    assert "there is such a file already" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    assert main([*command[:-1], "-"]) == 2


def test_the_page_shows_what_is_printed(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "make-a-synthetic-cohort.md").read_text(encoding="utf-8")
    assert "**synthetic**" in page
    assert "**not epidemiology**" in page
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        follow(block, tmp_path)
    ((code, shown),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stdout == shown, done.stderr
