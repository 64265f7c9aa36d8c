"""Two columns of verdicts against each other: who is answered otherwise by another policy, or on another day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from duckdb import DuckDBPyConnection

from blinadss.attrition.figures import Change, Cross, Discretion
from blinadss.errors import UsageError
from blinadss.findings import Verdict
from blinadss.in_sql import name_of

VERDICTS = tuple(each.value for each in Verdict)


def cross(connection: DuckDBPyConnection, relation: str, column_a: str, column_b: str, *, least: int = 0) -> Cross:
    """How many rows have each verdict in one column and each in another, and how many change from which to which.

    ``relation`` is SQL that stands after FROM; both columns are in it. Counts below ``least`` are not told; see
    `Discretion`. Raises `UsageError` if there is anything but a verdict in a column.
    """
    told = Discretion(least).told
    found = counts_of(connection, relation, (column_a, column_b))
    counts = {(one, other): found.get((one, other), 0) for one, other in product(VERDICTS, VERDICTS)}
    changes = [Change(*pair, patients=told(each)) for pair, each in counts.items() if each and pair[0] != pair[1]]
    return Cross(
        first=column_a,
        second=column_b,
        verdicts=VERDICTS,
        counts=tuple(tuple(told(counts[one, other]) for other in VERDICTS) for one in VERDICTS),
        first_sums=tuple(told(sum(counts[one, other] for other in VERDICTS)) for one in VERDICTS),
        second_sums=tuple(told(sum(counts[one, other] for one in VERDICTS)) for other in VERDICTS),
        patients=told(sum(counts.values())),
        changed=told(sum(each for (one, other), each in counts.items() if one != other)),
        changes=tuple(sorted(changes, key=lambda each: -(each.patients or 0))),
    )


def changing(relation: str, column_a: str, column_b: str) -> str:
    """The query that selects all rows of a table whose verdicts in two columns differ."""
    one, other = name_of(column_a), name_of(column_b)
    return f"SELECT * FROM {relation} WHERE {one} IS DISTINCT FROM {other}"  # noqa: S608 - names are quoted


def counts_of(
    connection: DuckDBPyConnection, relation: str, names: Sequence[str], patients: str = "count(*)"
) -> dict[tuple[str, ...], int]:
    """How many patients have which verdicts in some columns; ``patients`` counts those of some rows.

    Raises `UsageError` if there is anything but a verdict in a column.
    """
    columns = ", ".join(map(name_of, names))
    query = f"SELECT {columns}, {patients} FROM {relation} GROUP BY {columns}"  # noqa: S608 - names are quoted
    counts: dict[tuple[str, ...], int] = {}
    wrong: dict[str, str] = {}
    for *verdicts, count in connection.execute(query).fetchall():
        wrong |= {name: f"{verdict}" for name, verdict in zip(names, verdicts, strict=True) if verdict not in VERDICTS}
        counts[tuple(verdicts)] = int(count)
    if wrong:
        raise UsageError(
            "; ".join(f"the column `{name}` holds `{text}`, which is no verdict" for name, text in wrong.items()),
            f"name columns of verdicts: each row has one of {', '.join(VERDICTS)}",
        )
    return counts
