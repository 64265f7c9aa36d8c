"""Tables in a PostgreSQL database: one transaction that sees one state and changes nothing, copied row by row.

The rows come through ADBC, PostgreSQL's own protocol for copies underneath, as columns in Arrow that DuckDB takes
up as they arrive. Numbers with decimals and everything that is no number, day, time or text of PostgreSQL's come as
the text that the server writes for them. No message shows the password, or any piece of it.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from types import ModuleType
from typing import TYPE_CHECKING, Self

import duckdb

from blinadss.errors import UsageError, printable
from blinadss.in_sql import literal, name_of
from blinadss.tables.databases import chosen
from blinadss.tables.room import Room, Table, checked_names

if TYPE_CHECKING:
    from adbc_driver_manager import AdbcConnection

SCHEMES = ("postgresql", "postgres")
_BEGIN = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # rows in the order in which they lie, whoever else reads them: the same number for a row every time
    "SET LOCAL synchronize_seqscans = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)
_TABLES = """
    SELECT n.nspname::text, c.relname::text
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname !~ '^pg_(toast|temp)' ORDER BY 1, 2"""
_COLUMNS = """
    SELECT a.attname::text, a.atttypid::pg_catalog.regtype::text
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = {} AND c.relname = {} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_AS_THEY_ARE = {"smallint", "integer", "bigint", "real", "double precision", "boolean", "text", "character varying"}
_DAYS = {"date", "timestamp without time zone", "timestamp with time zone"}  # may be infinite, and are nothing then
_HELD = "from_postgresql"


def read_postgresql(room: Room, url: str, shown: str, table: str | None) -> Table:
    """The table called ``table`` (or ``schema.table``), or the only one that the user of the URL sees.

    Raises `UsageError` if the database cannot be reached, there is no such table, or it may not be read.
    """
    driver, manager = _driver()
    try:
        with (
            driver.connect(_patient(url)) as database,
            manager.AdbcConnection(database) as connection,
            _Session(room, connection, manager) as session,
        ):
            for statement in _BEGIN:
                session.run(statement)
            schema, name = chosen([(row[0], row[1]) for row in session.rows(_TABLES)], table, "public", shown)
            columns = session.rows(_COLUMNS.format(literal(schema), literal(name)))
            names = [column[0] for column in columns]
            checked_names(names, shown)
            cells = ", ".join(f"{_read(*column)} AS c{place}" for place, column in enumerate(columns))
            session.take(f"SELECT {cells} FROM {name_of(schema)}.{name_of(name)}")  # noqa: S608 - names are quoted
            room.stage(f"FROM {_HELD}", len(names), f"reading {name}")
    except (manager.Error, duckdb.DataError, duckdb.InvalidInputException) as error:
        raise _refusal(error, url, shown) from None
    return Table(room.staged(names))


def shown_url(url: str) -> str:
    """What a message may say of the URL: where the server is, and nothing of who asks it."""
    scheme, _, rest = url.partition("://")
    server = rest.rpartition("@")[2].partition("?")[0]
    return f"{scheme}://{printable(server)}" if re.fullmatch(r"[\w.:,\[\]-]*(/[\w.-]*)?", server) else f"{scheme}://…"


class _Session:
    """A connection to the server, what is read from it coming through DuckDB."""

    def __init__(self, room: Room, connection: AdbcConnection, manager: ModuleType) -> None:
        self._room, self._connection, self._manager = room, connection, manager
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._room.connection.unregister(_HELD)
        self._held.close()

    def run(self, statement: str) -> None:
        with self._manager.AdbcStatement(self._connection) as prepared:
            prepared.set_sql_query(statement)
            prepared.execute_update()

    def take(self, query: str) -> None:
        """Have DuckDB read the rows of a query, once."""
        prepared = self._held.enter_context(self._manager.AdbcStatement(self._connection))
        prepared.set_sql_query(query)
        stream = prepared.execute_query()[0]
        self._held.callback(stream.release)
        self._room.connection.register(_HELD, stream)

    def rows(self, query: str) -> list[tuple[str, str]]:
        """The rows of a query of two columns, in the order that it asks for."""
        self.take(query)
        found: list[tuple[str, str]] = self._room.connection.execute(f"FROM {_HELD}").fetchall()
        self._room.connection.unregister(_HELD)
        return found


def _driver() -> tuple[ModuleType, ModuleType]:
    try:
        import adbc_driver_manager
        import adbc_driver_postgresql  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError(
            "to read PostgreSQL a package is lacking",
            "install `blinadss[postgresql]`, or write the table to a file first",
        ) from None
    return adbc_driver_postgresql, adbc_driver_manager


def _patient(url: str) -> str:
    """The URL with a limit to waiting for a server that does not answer, unless it has one."""
    return url if "connect_timeout=" in url else f"{url}{'&' if '?' in url else '?'}connect_timeout=15"


def _read(name: str, kind: str) -> str:
    """What is asked for of a column."""
    if kind in _AS_THEY_ARE:
        return name_of(name)
    if kind in _DAYS:
        return f"CASE WHEN isfinite({name_of(name)}) THEN {name_of(name)} END"
    return f"{name_of(name)}::text"


def _refusal(error: Exception, url: str, shown: str) -> UsageError:
    """What the server or the driver said, if no part of what is secret in the URL is in it."""
    lines = str(error).splitlines()
    words = " ".join(line.strip() for line in lines if line.strip())
    words = printable(re.sub(r"^.*?\[libpq\] *", "", words))
    who = url.partition("://")[2].rpartition("@")[0]
    secrets = [who.partition(":")[2], *re.findall(r"password=([^&]*)", url)]
    pieces = {piece for secret in secrets for piece in re.split(r"\W+", secret) if piece}
    if any(piece in words for piece in pieces) or "URI" in words or "url" in words.lower():
        words = "the URL is not understood, or was refused"
    hint = "write `postgresql://user@server:5432/database`, each sign of a password as `%` and its code"
    return UsageError(f"{shown}: cannot be read: {words}", hint if "URL" in words else None)
