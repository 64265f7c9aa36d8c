"""How fast a table of patients is answered in SQL: verdicts alone, and all findings beside what is written by hand.

``python benchmarks/columnar.py 5000000`` makes so many rows (by default a million), a fifth of all values unknown.
Prints rows a second on two threads and per second of processor time; nothing here passes or fails.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from datetime import date

import duckdb
from sqlglot import exp

import blinadss
from blinadss.engines.clauses import Clauses
from blinadss.engines.columnar import ColumnarEngine
from blinadss.engines.readings import PlainReading, Reading
from blinadss.expression import Values
from blinadss.facts import FACTS
from blinadss.kinds import Coded
from blinadss.knowledge import Policy
from blinadss.links import AGREES, DISAGREES, links_of

ON = date(2026, 11, 22)
KNOWLEDGE = blinadss.load_knowledge()
LINKS = links_of(KNOWLEDGE)

# The criteria of both labels as somebody would write them who knows SQL and these tables.
BY_HAND = """
SELECT "disease.diagnosis" = 'b_cell_precursor_all' AS us1, "disease.cd19" = 'positive' AS us2,
  "disease.course" IN ('relapsed', 'refractory') AS us3, "patient.age [months]" >= 1 AS us4,
  "disease.course" = 'remission' AND "disease.remission_number []" BETWEEN 1 AND 2 AS us5,
  "mrd.level [%]" >= 0.1 AS us6, "disease.philadelphia" = 'negative' AS us7,
  "disease.phase" = 'consolidation' AS us8, "history.blinatumomab_hypersensitivity" = 'present' AS us9,
  "patient.age [months]" >= 216 AS eu1, "disease.diagnosis" = 'b_cell_precursor_all' AS eu2,
  "disease.cd19" = 'positive' AS eu3, "disease.course" IN ('relapsed', 'refractory') AS eu4,
  "disease.philadelphia" = 'negative' OR
    ("history.tki_failures []" >= 2 AND "history.alternative_available" = 'absent') AS eu5,
  "patient.age [months]" < 216 AS eu6, "disease.philadelphia" = 'negative' AS eu7, "patient.age [months]" >= 1 AS eu8,
  ("disease.course" IN ('relapsed', 'refractory') AND "history.prior_lines []" >= 2) OR
    ("disease.course" = 'relapsed' AND "history.allogeneic_hsct" = 'present') AS eu9,
  "disease.course" = 'remission' AND "disease.remission_number []" BETWEEN 1 AND 2 AS eu10,
  "mrd.level [%]" >= 0.1 AS eu11, "mrd.assay_sensitivity [%]" <= 0.01 AS eu12,
  "disease.relapse_number []" = 1 AS eu13, "disease.first_relapse_risk" = 'high' AS eu14,
  "disease.phase" = 'consolidation' AS eu15, "disease.relapse_number []" < 1 AS eu16,
  "history.blinatumomab_hypersensitivity" = 'present' AS eu17, "patient.breastfeeding" = 'present' AS eu18
FROM readings
"""


def table_of(readings: Iterable[Reading], rows: int) -> duckdb.DuckDBPyConnection:
    """A database with a table of such readings, the codes as an ENUM type."""
    columns = []
    plain = [each for each in readings if isinstance(each, PlainReading)]
    for number, reading in enumerate(plain):
        for column in reading.columns:
            chance = f"CAST(hash(i * {2 * number + 1} + {number}) % 1000 AS BIGINT)"
            value, its = f"({chance} % 400) / 10.0", reading.type
            if reading.ruler is None:
                kind = FACTS.get(reading.name)
                codes = ", ".join(
                    f"'{code}'" for code in (kind.codes if isinstance(kind, Coded) else (AGREES, DISAGREES))
                )
                value, its = f"[{codes}][1 + {chance} % {codes.count(',') + 1}]", f"ENUM ({codes})"
            columns.append(f'CASE WHEN hash(i + {number}) % 5 > 0 THEN CAST({value} AS {its}) END AS "{column}"')
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"CREATE TABLE readings AS SELECT {', '.join(columns)} FROM range({rows}) AS rows(i)")  # noqa: S608
    return connection


def timed(connection: duckdb.DuckDBPyConnection, query: str, columns: Iterable[str] = ()) -> tuple[float, float]:
    """The best of five: seconds by the clock, and of the processor."""
    counted = ", ".join(f'count("{column}")' for column in columns) or "count(COLUMNS(*))"
    clock, processor = [], []
    for _ in range(5):
        begun = time.perf_counter(), time.process_time()
        connection.execute(f"SELECT {counted} FROM ({query})").fetchall()  # noqa: S608 - names of ours
        clock.append(time.perf_counter() - begun[0])
        processor.append(time.process_time() - begun[1])
    return min(clock), min(processor)


def show(what: str, rows: int, times: tuple[float, float]) -> None:
    """One line of figures."""
    clock, processor = (rows / each / 1e6 for each in times)
    print(f"{what}: {clock:.1f} million rows a second, {processor:.1f} per second of processor time")


def many(policies: list[Policy], rows: int) -> None:
    """A table of that many patients, under these policies."""
    names = " and ".join(policy.id for policy in policies)
    points = Clauses(policies, LINKS).readings
    for label, clauses in (
        ("exact magnitudes", Clauses(policies, LINKS, points=points)),
        ("magnitudes as spans", Clauses(policies, LINKS)),
    ):
        connection = table_of(clauses.readings.values(), rows)
        query = clauses.select(exp.to_table("readings")).sql("duckdb")
        verdicts = [each.eligible for each in clauses.concluded]
        findings = [column for each in clauses.concluded for column in each.criteria.values()]
        show(f"{names}, {label}, verdicts", rows, timed(connection, query, verdicts))
        answered = timed(connection, query, findings)
        show(f"{names}, {label}, {len(findings)} findings", rows, answered)
        if len(policies) > 1 and clauses.points:
            by_hand = timed(connection, BY_HAND)
            show("the same findings, by hand", rows, by_hand)
            print(f"  by the engine {answered[1] / by_hand[1]:.2f} times as long as by hand")


def few() -> None:
    """One patient, and a thousand, through the engine."""
    policy = KNOWLEDGE.policies["us-label"].as_of(ON)
    begun = time.process_time()
    engine = ColumnarEngine(policy, links=LINKS)
    print(f"us-label made ready: {(time.process_time() - begun) * 1e3:.0f} ms")
    some: list[Values] = [{"disease.cd19": "positive"}] * 1000
    for number in (1, 1000):
        begun = time.process_time()
        list(engine.conclude_many(some[:number]))
        print(f"{number} patients: {(time.process_time() - begun) * 1e3 / number:.3f} ms each")


if __name__ == "__main__":
    few()
    asked = [KNOWLEDGE.policies[name].as_of(ON) for name in ("us-label", "eu-label")]
    for together in (asked[:1], asked):
        many(together, int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
