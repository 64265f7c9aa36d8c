"""Tables in Parquet: a file, several that a pattern names, or a folder of them, read where they are.

Files in a folder are taken in the order of their names, and a row's number counts through all of them. What the
names of folders say (`year=2026`) is a column, as text. A column that is in some files only is NULL in the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import duckdb

from blinadss.cohort.layout import ROW
from blinadss.errors import Problem, UsageError, quoted
from blinadss.in_sql import literal, name_of
from blinadss.tables.room import Room, Table, checked_names, said

_OWN = ("file_row_number", "file_index")  # what DuckDB calls the places of rows, unless a column is called so


def parquet_files(folder: Path, shown: str) -> list[Path]:
    """The files of a table in a folder; what starts with `_` or `.` is not data, by custom."""
    inside = sorted(folder.rglob("*.parquet"))
    found = [path for path in inside if not _set_aside(path.relative_to(folder)) and path.is_file()]
    if not found:
        raise UsageError(
            f"{shown}: there is no Parquet file in this folder", "name a file, or a folder of Parquet files"
        )
    return found


def _set_aside(path: Path) -> bool:
    return any(part.startswith(("_", ".")) for part in path.parts)


def read_parquet(room: Room, paths: Sequence[Path], shown: str) -> Table:
    """The table in some files; raises `UsageError` if one of them is no Parquet, or their columns do not fit."""
    files = f"[{', '.join(literal(_unpatterned(path)) for path in paths)}]"
    table = f"read_parquet({files}, union_by_name = true, hive_partitioning = true, hive_types_autocast = false)"
    try:
        names = [name for name, *_ in room.connection.execute(f"DESCRIBE FROM {table}").fetchall()]
        counts = room.connection.execute(
            f"SELECT file_name, num_rows FROM parquet_file_metadata({files})"  # noqa: S608 - all is quoted
        ).fetchall()
        twice = room.connection.execute(
            f"SELECT DISTINCT file_name FROM parquet_schema({files}) "  # noqa: S608 - all is quoted
            "GROUP BY file_name, lower(name) HAVING count(*) > 1"
        ).fetchall()
    except duckdb.Error as error:
        raise UsageError(f"{shown}: cannot be read as Parquet: {said(error)}") from None
    for (file,) in twice:
        checked_names(_columns(room, file), file)
    checked_names(names, shown)
    own = [name for name in names if name.lower() in _OWN]
    if own:
        raise UsageError(
            Problem(f"{shown}: a column is called {quoted(name)}, a name that is kept for places in files", "rename it")
            for name in own
        )
    rows = dict(counts)
    before = [0, *accumulate(rows[str(path)] for path in paths)][:-1]
    start = f"{before}[CAST(file_index AS BIGINT) + 1] + " if len(paths) > 1 else ""
    return Table(f"SELECT CAST({start}file_row_number + 1 AS BIGINT) AS {name_of(ROW)}, * FROM {table}")  # noqa: S608


def _columns(room: Room, file: str) -> list[str]:
    """What the columns of one file are called, as they are written there: DuckDB would rename some."""
    parts = room.connection.execute(
        f"SELECT name, num_children FROM parquet_schema({literal(_unpatterned(file))})"  # noqa: S608 - all is quoted
    ).fetchall()
    names, inside = [], 0
    for name, children in parts[1:]:  # the first is the table itself; parts of a column come after it
        if not inside:
            names.append(name)
        inside += (children or 0) - (1 if inside else 0)
    return names


def _unpatterned(path: Path | str) -> str:
    """The path as a pattern that fits itself alone."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(path))
