"""Tables in a DuckDB database file: read only, and nothing that a view in it would open besides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from blinadss.cohort.layout import ROW
from blinadss.errors import UsageError, near, one_of, quoted
from blinadss.in_sql import literal, name_of
from blinadss.tables.room import Room, Table, checked_names, said

_MAGIC = slice(8, 12), b"DUCK"


def read_database(room: Room, path: Path, shown: str, table: str | None) -> Table:
    """The table called ``table``, or the only one; raises `UsageError` with what there is if it cannot be told.

    A table from which no row was ever deleted is read where it is. What else there is, a view above all, is copied
    first, by a connection that can open no other file.
    """
    _checked_database(path, shown)
    try:
        room.connection.execute(f"ATTACH {literal(path)} AS source (READ_ONLY)")
        there = room.connection.execute(
            "SELECT schema_name, table_name, true FROM duckdb_tables() WHERE database_name = 'source' UNION ALL "
            "SELECT schema_name, view_name, false FROM duckdb_views() WHERE database_name = 'source' AND NOT internal "
            "ORDER BY ALL"
        ).fetchall()
    except duckdb.Error as error:
        raise UsageError(f"{shown}: cannot be read as a DuckDB database: {said(error)}") from None
    schema, name = chosen([(each[0], each[1]) for each in there], table, "main", shown)
    named = f"source.{name_of(schema)}.{name_of(name)}"
    if (schema, name, True) in there:
        names = _names(room.connection, named)
        checked_names(names, shown)
        counted = f"SELECT count(*) = coalesce(max(rowid) + 1, 0) FROM {named}"  # noqa: S608 - names are quoted
        # a column of that name would hide DuckDB's own
        if "rowid" not in map(str.lower, names) and room.connection.execute(counted).fetchall() == [(True,)]:
            return Table(f"SELECT CAST(rowid + 1 AS BIGINT) AS {name_of(ROW)}, * FROM {named}")  # noqa: S608
    room.connection.execute("DETACH source")
    return _copied(room, path, (schema, name), shown)


def chosen(there: Sequence[tuple[str, str]], table: str | None, usual: str, shown: str) -> tuple[str, str]:
    """The schema and name of the table that is asked for, or of the only one there is."""
    names = [name if schema == usual else f"{schema}.{name}" for schema, name in there]
    if not there:
        raise UsageError(f"{shown}: there is no table in it")
    if table is None:
        if len(there) > 1:
            some = one_of(names[:6]) + (f" … ({len(names)} in all)" if len(names) > 6 else "")
            raise UsageError(f"{shown}: which of its {len(names)} tables is meant?", f"write `--table` with {some}")
        return there[0]
    for place, (schema, name) in enumerate(there):
        if table in (names[place], f"{schema}.{name}"):
            return there[place]
    raise UsageError(f"{shown}: there is no table {quoted(table)} in it", near(table, names))


def _checked_database(path: Path, shown: str) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as problem:
        raise UsageError(f"{shown}: cannot be read: {problem.strerror or problem}") from None
    where, magic = _MAGIC
    if start[where] != magic:
        other = " but one of SQLite" if start.startswith(b"SQLite") else ""
        raise UsageError(f"{shown}: is not a DuckDB database{other}", "write the table to a Parquet or CSV file first")


def _copied(room: Room, path: Path, table: tuple[str, str], shown: str) -> Table:
    """The rows as they come, copied by a connection of its own that reads the database and writes the copy alone."""
    (schema, name) = table
    named = f"source.{name_of(schema)}.{name_of(name)}"
    with duckdb.connect(config=dict(room.settings)) as alone:
        alone.execute(f"ATTACH {literal(path)} AS source (READ_ONLY)")
        alone.execute(f"SET allowed_directories = [{literal(room.folder)}]; SET enable_external_access = false")
        try:
            names = _names(alone, named)
            checked_names(names, shown)
            columns = ", ".join(f"{name_of(name)} AS c{place}" for place, name in enumerate(names))
            Room(alone, room.folder).stage(
                f"SELECT {columns} FROM {named}",  # noqa: S608 - names are quoted
                len(names),
                f"reading {path.name}",
            )
        except duckdb.PermissionException:
            raise UsageError(
                f"{shown}: the view {quoted(name)} reads something outside of the database",
                "make a table of it",
            ) from None
    return Table(room.staged(names))


def _names(connection: duckdb.DuckDBPyConnection, named: str) -> list[str]:
    return [each for each, *_ in connection.execute(f"DESCRIBE {named}").fetchall()]
