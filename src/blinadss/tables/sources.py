"""Where a table of patients comes from: a file, a folder, a database, or what another program writes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from glob import glob
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from blinadss.cohort.layout import ROW, Column
from blinadss.errors import UsageError, quoted
from blinadss.in_sql import name_of
from blinadss.tables.databases import read_database
from blinadss.tables.delimited import DELIMITERS, read_delimited
from blinadss.tables.json_lines import read_json_lines
from blinadss.tables.parquet_files import parquet_files, read_parquet
from blinadss.tables.postgresql import SCHEMES, read_postgresql, shown_url
from blinadss.tables.room import Room, Table, room, said
from blinadss.tables.texts import Reject, rejects_in

_RELATION = name_of("cohort")
_READ = "here `.csv`, `.tsv`, `.jsonl` (or `.gz` of these), `.parquet`, `.duckdb` and `postgresql://…` are read"
_DELIMITED, _LINES, _DATABASES = (".csv", ".tsv"), (".jsonl", ".ndjson"), (".duckdb", ".db")


class Source:
    """A table of patients that is open: a context manager, after which nothing of it is left.

    ``relation`` is the name, in the SQL of ``connection``, of a view with all ``columns`` of the table as they are,
    and before them ``row``, the number of the row in the table (BIGINT, from 1; rejected rows count).
    Everything is read from disk again for each query, except what DuckDB may keep within its memory.
    """

    relation = _RELATION

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table, held: ExitStack) -> None:
        self.connection, self._table, self._held = connection, table, held
        connection.execute(f"CREATE VIEW {_RELATION} AS {table.query}")
        described = connection.execute(f"DESCRIBE {_RELATION}").fetchall()
        self.columns = tuple(Column(name, kind) for name, kind, *_ in described if name != ROW)
        self._rows: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back what is held; the relation is gone after this."""
        self._held.close()

    def rows(self) -> int:
        """How many rows there are, the rejected not among them."""
        if self._rows is None:
            counted = f"SELECT count(*) FROM {_RELATION}"  # noqa: S608 - a name of our own
            ((self._rows,),) = self.connection.execute(counted).fetchall()
        return self._rows or 0

    def rejects(self) -> Iterator[Reject]:
        """What could not even be read as a row: its number, the column if it is due to one, and the reason."""
        return rejects_in(self._table.rejects)


def open_source(  # noqa: PLR0913 - what the table is, and what reading it may take
    where: str,
    *,
    table: str | None = None,
    delimiter: str | None = None,
    memory: str = "3GB",
    threads: int | None = None,
    beside: Path | None = None,
) -> Source:
    """Open the table that is at ``where``: a path, a pattern for Parquet files, a URL, or `-` for CSV as it comes in.

    ``table`` is needed for a database with several. A text table and one of PostgreSQL are read to their end here
    and copied; the copy, and what does not fit into ``memory``, lie in a folder of their own in ``beside`` (or where
    the system has temporary files) until the source is closed, and hold what the table holds: it should be no less
    safe a place. Raises `UsageError` for a table that is not there or cannot be read as one.
    """
    if delimiter is not None and delimiter not in DELIMITERS:
        raise UsageError(f"{quoted(delimiter)} sets no fields apart", "give a comma, a semicolon or a tab")
    kept = ExitStack()
    with ExitStack() as held:
        inside = held.enter_context(room(memory, threads, beside))
        try:
            source = Source(inside.connection, _found(inside, where, table, delimiter), kept)
        except duckdb.OutOfMemoryException:
            raise UsageError(f"{_shown(where)}: does not fit into {memory} of memory", "allow more") from None
        except duckdb.Error as error:
            raise UsageError(f"{_shown(where)}: cannot be read: {said(error)}") from None
        kept.enter_context(held.pop_all())
    return source


def _shown(where: str) -> str:
    return shown_url(where) if "://" in where else "standard input" if where == "-" else where


def _found(inside: Room, where: str, table: str | None, delimiter: str | None) -> Table:
    shown, path = _shown(where), Path(where)
    scheme, is_url, _ = where.partition("://")
    if is_url and scheme in SCHEMES:
        return read_postgresql(inside, where, shown, table)
    if is_url:
        raise UsageError(f"tables are not read from `{scheme}://`", _READ)
    if path.suffix.lower() in _DATABASES:
        return read_database(inside, _there(path), shown, table)
    if table is not None:
        raise UsageError(f"{shown}: has no tables with names", "leave `--table` out; it is for databases")
    if path.is_dir():
        return read_parquet(inside, parquet_files(path, shown), shown)
    if path.suffix.lower() == ".parquet" or (any(char in where for char in "*?[") and not path.exists()):
        return read_parquet(inside, _fitting(where), shown)
    return _text(inside, where, delimiter)


def _text(inside: Room, where: str, delimiter: str | None) -> Table:
    shown, path = _shown(where), Path(where)
    if where == "-":
        return read_delimited(inside, _kept(inside), shown, delimiter)
    kind = Path(path.stem if path.suffix == ".gz" else path.name).suffix.lower()
    _there(path)
    if kind in _DELIMITED:
        return read_delimited(inside, path, shown, delimiter or ("\t" if kind == ".tsv" else None))
    if kind in _LINES:
        return read_json_lines(inside, path, shown)
    raise UsageError(f"{shown}: what this is cannot be told by its name", _READ)


def _there(path: Path) -> Path:
    if not path.exists():
        raise UsageError(f"{path}: there is no such file", _READ if not path.suffix else None)
    if not path.is_file():
        raise UsageError(f"{path}: is not a file")
    return path


def _fitting(where: str) -> list[Path]:
    """The file of that name, or else all that fit the pattern."""
    if Path(where).exists():
        return [Path(where)]
    found = [Path(each) for each in sorted(glob(where, recursive=True)) if Path(each).is_file()]  # noqa: PTH207
    if not found:
        raise UsageError(f"{where}: there is no such file")
    return found


def _kept(inside: Room) -> Path:
    """What comes in, in a file: it may have to be read more than once."""
    target = inside.folder / "incoming.csv"
    with target.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
    return target
