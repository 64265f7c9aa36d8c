"""Tables of patients screened: beside SQL by hand, beside loops over single patients, and by how large the table is.

``python benchmarks/cohort.py 5000000 --largest 50000000`` asks both labels. Figures are by processor time and by the
clock, and of one run; nothing here passes or fails, but that answers which ought to be the same are compared.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import zen

import blinadss
from assess import key, zen_text
from blinadss.cohort.layout import Column, Layout, read_layout
from blinadss.cohort.query import CohortQuery, Wanted
from blinadss.cohort.rows import profile_of
from blinadss.consequences import follows
from blinadss.engines.reference import ReferenceEngine
from blinadss.expression import Values, comparisons
from blinadss.facts import FACTS
from blinadss.kinds import Coded
from blinadss.lookup import look_up, values_in
from blinadss.quantity import Span
from blinadss.screening import TableScreening
from blinadss.synthetic import read_distribution, write_synthetic
from blinadss.tables import open_source
from blinadss.truth import Truth

ON = date(2026, 11, 22)
LABELS = ("us-label", "eu-label")
TYPED = {
    "patient.birth_date": ("DATE", "DATE '2026-11-01' - CAST({} * 30 AS INT)"),
    "mrd.level [%]": ("DOUBLE", "CASE WHEN {0} = 7 THEN 'NaN' WHEN {0} = 8 THEN 200 ELSE {0} % 400 / 1000.0 END"),
    "mrd.assay_sensitivity [%]": ("DOUBLE", "(1 + {} % 400) / 10000.0"),
} | {
    each: ("BIGINT", f"CASE WHEN {{0}} = {n} THEN -1 ELSE {{0}} % 4 END")
    for n, each in enumerate(
        ("disease.remission_number", "disease.relapse_number", "history.tki_failures", "history.prior_lines")
    )
}
CODES = (
    *("disease.diagnosis", "disease.cd19", "disease.course", "disease.philadelphia", "disease.phase"),
    *("history.blinatumomab_hypersensitivity", "history.alternative_available", "history.allogeneic_hsct"),
    *("disease.first_relapse_risk", "patient.sex", "patient.breastfeeding"),
)

# The criteria of both labels in their order, as somebody would write them who knows SQL and these tables. What stands
# in braces differs: how a level of MRD, a number of relapses and breast-feeding are taken.
BY_HAND = """
SELECT row, "disease.diagnosis" = 'b_cell_precursor_all' AS us1, "disease.cd19" = 'positive' AS us2,
  "disease.course" IN ('relapsed', 'refractory') AS us3, "patient.birth_date" <= DATE '2026-10-22' AS us4,
  "disease.course" = 'remission' AND "disease.remission_number" BETWEEN 1 AND 2 AS us5,
  {level} >= 0.1::DOUBLE AS us6, "disease.philadelphia" = 'negative' AS us7, "disease.phase" = 'consolidation' AS us8,
  "history.blinatumomab_hypersensitivity" = 'present' AS us9,
  "patient.birth_date" <= DATE '2008-11-22' AS eu1, "disease.diagnosis" = 'b_cell_precursor_all' AS eu2,
  "disease.cd19" = 'positive' AS eu3, "disease.course" IN ('relapsed', 'refractory') AS eu4,
  "disease.philadelphia" = 'negative' OR
    ("history.tki_failures" >= 2 AND "history.alternative_available" = 'absent') AS eu5,
  "patient.birth_date" > DATE '2008-11-22' AS eu6, "disease.philadelphia" = 'negative' AS eu7,
  "patient.birth_date" <= DATE '2026-10-22' AS eu8,
  ("disease.course" IN ('relapsed', 'refractory') AND "history.prior_lines" >= 2) OR
    ("disease.course" = 'relapsed' AND "history.allogeneic_hsct" = 'present') AS eu9,
  "disease.course" = 'remission' AND "disease.remission_number" BETWEEN 1 AND 2 AS eu10,
  {level} >= 0.1::DOUBLE AS eu11, {sensitivity} <= 0.01::DOUBLE AS eu12,
  {relapses} = 1 AS eu13, "disease.first_relapse_risk" = 'high' AS eu14, "disease.phase" = 'consolidation' AS eu15,
  {relapses} < 1 AS eu16, "history.blinatumomab_hypersensitivity" = 'present' AS eu17, {breastfeeding} AS eu18
FROM {table}
"""
NAIVE = {
    "level": '"mrd.level [%]"',
    "sensitivity": '"mrd.assay_sensitivity [%]"',
    "relapses": '"disease.relapse_number"',
    "breastfeeding": "\"patient.breastfeeding\" = 'present'",
    "table": "patients",
}
# The same with care: impossible cells refused, NaN and infinities nothing, what follows, and what contradicts it.
CAREFUL = {
    "level": "level",
    "sensitivity": "sensitivity",
    "relapses": "relapses",
    "breastfeeding": "breastfeeding",
    "table": """(
  SELECT *,
    CASE WHEN "disease.course" = 'newly_diagnosed' OR
        ("disease.course" = 'remission' AND "disease.remission_number" = 1)
      THEN CASE WHEN "disease.relapse_number" > 0 THEN NULL ELSE 0 END ELSE "disease.relapse_number" END AS relapses,
    CASE WHEN "patient.sex" = 'male' OR "patient.birth_date" > DATE '2018-11-22'
      THEN CASE WHEN "patient.breastfeeding" <> 'absent' THEN NULL ELSE FALSE END
      ELSE "patient.breastfeeding" = 'present' END AS breastfeeding
  FROM (SELECT *,
      CASE WHEN isfinite("mrd.level [%]") THEN "mrd.level [%]" END AS level,
      CASE WHEN isfinite("mrd.assay_sensitivity [%]") THEN "mrd.assay_sensitivity [%]" END AS sensitivity
    FROM patients)
  WHERE coalesce("disease.remission_number" BETWEEN 0 AND 999999999999, TRUE)
    AND coalesce("disease.relapse_number" BETWEEN 0 AND 999999999999, TRUE)
    AND coalesce("history.tki_failures" BETWEEN 0 AND 999999999999, TRUE)
    AND coalesce("history.prior_lines" BETWEEN 0 AND 999999999999, TRUE)
    AND coalesce("patient.birth_date" BETWEEN DATE '1890-01-01' AND DATE '2026-11-22', TRUE)
    AND coalesce(level BETWEEN 0 AND 100, TRUE) AND coalesce(sensitivity > 0 AND sensitivity <= 100, TRUE))""",
}

Times = tuple[float, float]  # seconds of the processor, and by the clock


def took(run: Callable[[], object], rounds: int = 3) -> Times:
    """The best of some rounds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time(), time.perf_counter()
        run()
        times.append((time.process_time() - begun[0], time.perf_counter() - begun[1]))
    return min(each for each, _ in times), min(each for _, each in times)


def show(what: str, rows: int, times: Times) -> None:
    """One line of figures."""
    processor, clock = (rows / each for each in times)
    print(f"{what}: {processor:,.0f} rows per second of processor time, {clock:,.0f} a second by the clock")


def patients(rows: int) -> tuple[duckdb.DuckDBPyConnection, Layout]:
    """A table of what both labels ask, a fifth of all values unknown and a few impossible, and its layout."""
    types = dict(TYPED)
    for fact in CODES:
        kind = FACTS[fact]
        assert isinstance(kind, Coded)  # noqa: S101 - those are codes
        codes = ", ".join(f"'{code}'" for code in kind.codes)
        types[fact] = f"ENUM({codes})", f"[{codes}][1 + {{}} % {len(kind.codes)}]"
    parts = []
    for number, (name, (its, value)) in enumerate(types.items()):
        chance = value.format(f"CAST(hash(i * {2 * number + 1} + {number}) % 1000 AS BIGINT)")
        parts.append(f'CASE WHEN hash(i + {number}) % 5 > 0 THEN CAST({chance} AS {its}) END AS "{name}"')
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"CREATE TABLE patients AS SELECT i + 1 AS row, {', '.join(parts)} FROM range({rows}) AS r(i)")  # noqa: S608
    return connection, read_layout([Column(name, its) for name, (its, _) in types.items()])


def in_sql(connection: duckdb.DuckDBPyConnection, layout: Layout, rows: int) -> float:
    """Findings and verdicts beside what is written by hand; seconds of processor time that the verdicts take."""
    begun = time.process_time()
    query = CohortQuery(layout, blinadss.load_knowledge(), LABELS, ON)
    ours, verdicts = (query.screened("patients", wanted).sql("duckdb") for wanted in (Wanted(findings=True), Wanted()))
    print(f"made ready: {time.process_time() - begun:.2f} s")
    criteria = [name for stand in query.stands for name in stand.columns.criteria]
    by_hand = [f"us{n}" for n in range(1, 10)] + [f"eu{n}" for n in range(1, 19)]
    naive, careful = BY_HAND.format(**NAIVE), BY_HAND.format(**CAREFUL)

    def asked(sql: str, columns: Iterable[str], how: str = "count({})") -> list[tuple[object, ...]]:
        counted = ", ".join(how.format(f'"{name}"') for name in columns)
        return connection.execute(f"SELECT {counted} FROM ({sql})").fetchall()  # noqa: S608 - names of ours

    def digest(sql: str, columns: list[str]) -> list[tuple[object, ...]]:
        listed = ", ".join(f'"{name}"' for name in ("row", *columns))
        return connection.execute(f"SELECT count(*), sum(hash({listed})) FROM ({sql})").fetchall()  # noqa: S608

    if digest(ours, criteria) != digest(careful, by_hand):
        raise SystemExit("what is written by hand with care finds something else")
    print(f"{len(criteria)} findings of {rows:,} rows, the same as by hand with care, row for row")
    times = {
        "findings": took(partial(asked, ours, criteria)),
        "by hand, with care": took(partial(asked, careful, by_hand)),
        "by hand, naive": took(partial(asked, naive, by_hand)),
        "verdicts": took(partial(asked, verdicts, LABELS, "count(*) FILTER ({} = 'eligible')")),
    }
    for what, each in times.items():
        show(f"  {what}", rows, each)
    for what in ("by hand, with care", "by hand, naive"):
        print(f"  findings take {times['findings'][0] / times[what][0]:.2f} times as long as {what}")
    return times["verdicts"][0] / rows


def in_loops(connection: duckdb.DuckDBPyConnection, layout: Layout, a_row: float, count: int = 300) -> None:
    """The same patients one by one: assessed, concluded by the reference engine alone, and by a graph of zen-engine.

    zen-engine has no unknown: it is asked of complete rows only, and of these the findings are compared.
    """
    query = CohortQuery(layout, blinadss.load_knowledge(), LABELS, ON)
    complete = " AND ".join(f'"{columns.value.name}" IS NOT NULL' for columns in layout.facts.values())
    readable = "row NOT IN (SELECT row FROM refused)"
    connection.execute(f"CREATE TABLE refused AS {query.refused('patients').sql('duckdb')}")
    cursor = connection.execute(f"SELECT * FROM patients WHERE {complete} AND {readable} LIMIT 20000")  # noqa: S608
    names = [name for name, *_ in cursor.description or ()]
    people = [profile_of(layout, dict(zip(names, cells, strict=True))) for cells in cursor.fetchall()]
    criteria = {use.criterion.id: use.criterion.when for stand in query.stands for use in stand.policy.uses()}
    leaves = [leaf for when in criteria.values() for leaf in comparisons(when)]
    facts = {leaf.fact for leaf in leaves}
    values: list[Values] = [
        values_in(look_up(each, facts, ON, query.knowledge.fresh_for, follows(query.knowledge))) for each in people
    ]
    known = [n for n, each in enumerate(values) if all(leaf.reads in each for leaf in leaves)][:count]
    people, values = [people[n] for n in known], [values[n] for n in known]
    contexts = [
        {key(leaf): float(its.low) if isinstance(its := each[leaf.reads], Span) else its for leaf in leaves}
        for each in values
    ]
    engines = [ReferenceEngine(stand.policy) for stand in query.stands]
    graph = zen.ZenEngine().create_decision(_graph({name: zen_text(when) for name, when in criteria.items()}))
    concluded = [{n: t for engine in engines for n, t in engine.conclude(each).criteria.items()} for each in values]
    found = [graph.evaluate(each)["result"] for each in contexts]
    alike = all(
        {n: t is Truth.TRUE for n, t in one.items()} == other for one, other in zip(concluded, found, strict=True)
    )
    print(f"{len(people)} complete patients one by one; zen-engine finds the same: {alike}")
    assess = partial(blinadss.assess, on=ON, policies=LABELS, engines=("reference",), further=False, cautions=False)
    loops = {
        "assess, reference engine": lambda: [assess(each) for each in people],
        "reference engine alone": lambda: [engine.conclude(each) for each in values for engine in engines],
        "zen-engine, findings": lambda: [graph.evaluate(each) for each in contexts],
    }
    for what, run in loops.items():
        times = took(run)
        show(f"  {what}", len(people), times)
        print(f"    {times[0] / len(people) / a_row:,.0f} times as long as verdicts in SQL")


def _graph(expressions: dict[str, str]) -> str:
    """A decision of one node with these expressions."""
    listed = [{"id": name, "key": name, "value": text} for name, text in expressions.items()]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "all", "type": "expressionNode", "name": "all", "content": {"expressions": listed}},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    ends = (("in", "all"), ("all", "out"))
    return json.dumps(
        {"nodes": nodes, "edges": [{"id": a + b, "sourceId": a, "targetId": b, "type": "edge"} for a, b in ends]}
    )


def by_size(largest: int) -> None:
    """What a row costs from Parquet to Parquet, after what a table of one row costs."""
    print("| rows | µs a row, processor | µs a row, clock | seconds, clock | MB at most |")
    print("|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        base: list[float] = [0, 0]
        for rows in sorted({1, *(n for n in (100_000, 1_000_000, 10_000_000) if n < largest), largest}):
            child = [sys.executable, __file__, "--folder", folder, str(rows)]
            for what in ("make", "screen"):
                said = subprocess.run([*child, "--only", what], check=True, capture_output=True, text=True).stdout  # noqa: S603
            *times, peak = json.loads(said)
            if rows == 1:
                base = times
                continue
            processor, clock = ((each - its) / rows * 1e6 for each, its in zip(times, base, strict=True))
            print(f"| {rows:,} | {processor:.2f} | {clock:.2f} | {times[1]:.1f} | {peak:.0f} |", flush=True)
    print(f"A table of one row: {base[0]:.1f} s of processor time, {base[1]:.1f} s by the clock.")


def whole(folder: Path, rows: int, only: str) -> None:
    """One part of it, in a process of its own: a table made, or screened as `blinadss screen` does it."""
    table = folder / "patients.parquet"
    knowledge = blinadss.load_knowledge()
    if only == "make":
        drawn = {name for name, draw in read_distribution().draws.items() if draw.kind}
        asked = CohortQuery(read_layout([]), knowledge, LABELS, ON).facts
        write_synthetic(table, rows, facts=drawn.intersection(asked), threads=2)
        print("[0]")
        return
    begun = time.process_time(), time.perf_counter()
    with open_source(str(table), threads=2, beside=folder) as source:
        screening = TableScreening(source, knowledge, policies=LABELS, on=ON)
        apart = screening.quarantine(folder / "apart.csv", force=True)
        screening.write(folder / "screened.parquet", force=True)
        screening.counted(apart, folder / "screened.parquet")
    times = time.process_time() - begun[0], time.perf_counter() - begun[1]
    print(json.dumps([*times, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def main() -> None:
    """All of it, or one part in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000, help="rows of the table in DuckDB")
    parser.add_argument("--largest", type=int, default=10_000_000, help="rows of the largest Parquet file")
    parser.add_argument("--only", choices=("make", "screen"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        whole(options.folder, options.rows, options.only)
        return
    connection, layout = patients(options.rows)
    in_loops(connection, layout, in_sql(connection, layout, options.rows))
    connection.close()
    by_size(options.largest)


if __name__ == "__main__":
    main()
