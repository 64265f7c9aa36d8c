"""Tables whose fields are set apart by commas, semicolons or tabs (RFC 4180): every cell as the text that it is.

DuckDB reads the file, with one column more than there are names: so it takes lines with too few fields, or one
too many, and it can be seen that they are. What it cannot read at all is read record by record. No row is lost:
each is in the table, or among the rejects with its number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from blinadss.errors import UsageError
from blinadss.in_sql import literal
from blinadss.tables.records import LONGEST, fields_of, records
from blinadss.tables.room import QUOTING, Room, Table, checked_names
from blinadss.tables.tally import tally
from blinadss.tables.texts import Sorting, checked_text, opened, read_through

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_UNHEARD_OF = "chr(1)"  # what no cell says: that one is empty must differ from that there is none


@dataclass(frozen=True, slots=True)
class Header:
    """What the columns are called, and what sets the fields apart."""

    names: tuple[str, ...]
    delimiter: str


def read_delimited(room: Room, path: Path, shown: str, delimiter: str | None = None) -> Table:
    """The table in a file; raises `UsageError` if it has no header, or one that names no columns.

    The delimiter is the one that the header has most of, unless it is given. A line with too few or too many
    fields, a quotation mark in the wrong place or bytes that are not UTF-8 is a reject; a blank line is nothing.
    """
    checked_text(path, shown)
    header = _header(path, shown, delimiter)
    checked_names(header.names, shown)
    if _read_by_duckdb(room, path, header):
        with read_through(path, shown, "counting the rows of") as stream:
            if room.staged_rows() == tally(stream) - 1:  # the header is no row
                return _uneven_apart(room, header.names)
    return _record_by_record(room, path, shown, header)


def _read_by_duckdb(room: Room, path: Path, header: Header) -> bool:
    """Whether DuckDB could read it to the end."""
    for parallel in (True, False):
        try:
            room.stage(_by_duckdb(path, header, parallel=parallel), len(header.names), f"reading {path.name}")
        except duckdb.OperationalError:  # no memory, no disk: another reader would fare no better
            raise
        except duckdb.Error as error:
            if parallel and "parallel=false" in str(error):  # two threads cannot share fields of several lines
                continue
            return False
        return True
    return False


def _header(path: Path, shown: str, delimiter: str | None) -> Header:
    with opened(path, shown) as stream:
        first = next(line for line in iter(lambda: stream.readline(LONGEST), b"") if line.strip())
    plain = re.sub(rb'"[^"]*"?', b"", first)
    delimiter = delimiter or max(DELIMITERS, key=lambda each: plain.count(each.encode()))
    with opened(path, shown) as stream:
        record = next(records(stream, delimiter, LONGEST))
    if record.wrong:
        raise UsageError(
            f"{shown}: the names of the columns cannot be read: {record.wrong}",
            "save the table as UTF-8, with the names of its columns in the first line",
        )
    return Header(tuple(fields_of(record, delimiter)), delimiter)


def _by_duckdb(path: Path, header: Header, *, parallel: bool) -> str:
    """What DuckDB reads: the cells, and of a row with too few or too many of them what is wrong."""
    width = len(header.names)
    columns = ", ".join(f"c{place}: 'VARCHAR'" for place in range(width + 1))
    cells = ", ".join(f"nullif(c{place}, '') AS c{place}" for place in range(width))
    wrong = (
        f"CASE WHEN c{width} IS NOT NULL THEN {literal(_uneven(width + 1, width))} "
        f"WHEN c{width - 1} IS NULL THEN 'fewer fields than the header ({width})' END AS wrong"
    )
    return (
        f"SELECT {cells}, {wrong} FROM read_csv({literal(path)}, auto_detect = false, "  # noqa: S608 - all is quoted
        f"header = true, columns = {{{columns}}}, delim = {literal(header.delimiter)}, {QUOTING}, "
        f"nullstr = {_UNHEARD_OF}, null_padding = true, parallel = {parallel})"
    )


def _uneven(fields: int, width: int) -> str:
    return f"{fields:,} fields, and the header has {width:,}"


def _uneven_apart(room: Room, names: Sequence[str]) -> Table:
    """The table that DuckDB read, without the rows that have too few or too many fields."""
    rejects = room.folder / "rejects.csv"
    (count,) = room.connection.execute(
        "COPY (SELECT file_row_number + 1, '', wrong "  # noqa: S608 - all is quoted
        f"FROM read_parquet({literal(room.table)}) WHERE wrong IS NOT NULL) TO {literal(rejects)} (HEADER false)"
    ).fetchall()[0]
    return Table(room.staged(names, where="wrong IS NULL"), rejects) if count else Table(room.staged(names))


def _record_by_record(room: Room, path: Path, shown: str, header: Header) -> Table:
    """The table read in Python, its sound rows copied with their numbers."""
    width = len(header.names)
    with Sorting(room.folder, header.delimiter) as sorting, read_through(path, shown, "reading line by line") as stream:
        found = records(stream, header.delimiter, width)
        next(found)  # the header
        for row, record in enumerate(found, 1):
            if record.width == width:
                sorting.keep_text(row, record.text)
            else:
                sorting.reject(row, f"line {record.line}: {record.wrong or _uneven(record.width, width)}")
        return sorting.table(room, header.names)
