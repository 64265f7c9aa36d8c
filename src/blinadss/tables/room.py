"""The room in which a table is read: a connection, and a folder for what does not fit into memory.

Text tables and tables of other databases are first copied into a Parquet file in that folder. Of a Parquet file
DuckDB knows each row's number, which costs nothing and leaves all processors at work; to number the rows of a
text table as they are read, it would use one. Values that recur are written once in such a file, and what is
asked of them is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from blinadss.cohort.layout import ROW
from blinadss.errors import Problem, UsageError, printable, quoted
from blinadss.in_sql import literal, name_of
from blinadss.tables.running import run

Settings = dict[str, str | bool | int | float | list[str]]

QUOTING = """quote = '"', escape = '"', strict_mode = true"""  # of fields in text tables, as RFC 4180 has it
_AT_ONCE = 122_880  # rows of a group in a Parquet file, as DuckDB has them
_CELLS = 4_000_000  # of a group, which is held in memory while it is written: wide tables have smaller groups
_RESERVED = "a name that is kept for the number of the row"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was found: a query that gives each of its rows with its number, and the rows that are none."""

    query: str
    rejects: Path | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A connection to an empty database, and a folder that is removed with everything in it."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    settings: Settings = field(default_factory=dict)

    @property
    def table(self) -> Path:
        """Where a table is that was copied here."""
        return self.folder / "table.parquet"

    def stage(self, select: str, width: int, saying: str) -> None:
        """Copy what ``select`` gives, about ``width`` columns, in the order in which it comes."""
        group = max(2048, min(_AT_ONCE, _CELLS // max(1, width)))
        how = f"FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE {group}"
        run(self.connection, f"COPY ({select}) TO {literal(self.table)} ({how})", saying)

    def staged_rows(self) -> int:
        """How many rows the copy has."""
        counted = f"SELECT count(*) FROM read_parquet({literal(self.table)})"  # noqa: S608 - a path of our own
        ((rows,),) = self.connection.execute(counted).fetchall()
        return int(rows)

    def staged(self, names: Sequence[str], number: str = "file_row_number + 1", where: str = "true") -> str:
        """A query of the copy, whose columns ``c0``, ``c1`` … get their ``names`` back, and each row its number."""
        columns = [f"CAST({number} AS BIGINT) AS {name_of(ROW)}"]
        columns += [f"c{place} AS {name_of(name)}" for place, name in enumerate(names)]
        return f"SELECT {', '.join(columns)} FROM read_parquet({literal(self.table)}) WHERE {where}"  # noqa: S608


@contextmanager
def room(memory: str, threads: int | None, beside: Path | None) -> Iterator[Room]:
    """A room for as long as it is needed; raises `UsageError` if there is none, or for a limit that is none."""
    try:
        held = TemporaryDirectory(prefix="blinadss-", dir=beside, ignore_cleanup_errors=True)
    except OSError as problem:
        raise UsageError(f"there is no room for temporary files: {problem.strerror or problem}") from None
    with held as folder:
        settings: Settings = {
            "memory_limit": memory,
            "temp_directory": str(Path(folder) / "spilled"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,  # a name is a table's, never a variable's
        }
        if threads is not None:
            settings["threads"] = threads
        try:
            connection = duckdb.connect(config=settings)
        except duckdb.Error as error:
            raise UsageError(
                f"memory {quoted(memory)}{'' if threads is None else f' and {threads} threads'} cannot be had: "
                f"{said(error)}",
                "write for example `3GB`",
            ) from None
        with connection:
            yield Room(connection, Path(folder), settings)


def checked_names(names: Sequence[str], where: str) -> None:
    """Raise `UsageError` with every name that cannot be a column's, or that two columns have.

    SQL takes no notice of capitals in names, so names that differ in nothing else are the same.
    """
    problems, seen = [], dict[str, int]()
    for place, name in enumerate(names, 1):
        first = seen.setdefault(name.lower(), place)
        if not name.strip() or "\0" in name:
            hint = "give it one, or leave the column out (a first column without a name is often a table's index)"
            problems.append(Problem(f"{where}: column {place} has no name", hint))
        elif first != place:
            both = f"columns {first} and {place} are both called {quoted(name)}"
            problems.append(Problem(f"{where}: {both}", "rename one; capitals make no difference"))
        elif name.lower() == ROW:
            problems.append(Problem(f"{where}: column {place} is called {quoted(name)}, {_RESERVED}", "rename it"))
    if problems:
        raise UsageError(problems)


def said(error: Exception) -> str:
    """What DuckDB said, in one line without its own name for the kind of error."""
    first = str(error).split("\n", 1)[0]
    kind, found, rest = first.partition(": ")
    return printable(rest if found and kind.endswith("Error") else first).strip()
