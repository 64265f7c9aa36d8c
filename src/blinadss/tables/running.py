"""A query that takes long: it is seen how far it is, and Ctrl-C ends it at once.

Python hears of Ctrl-C between two of its own steps, and to it a query is one step: a query that writes a CSV file
would go on to its end. So it runs in a thread of its own, and the one that hears of Ctrl-C stops it.
"""

from __future__ import annotations

import threading
from typing import Any

import duckdb

from blinadss.tables.progress import Progress

_SECONDS = 0.2  # between two looks, so that Ctrl-C is heard of


def run(connection: duckdb.DuckDBPyConnection, query: str, saying: str, rows: int | None = None) -> list[Any]:
    """What the query gives, ``saying`` on a terminal what is done; ``rows`` is how many it goes through.

    Raises what DuckDB does. After a `KeyboardInterrupt` the connection is free again.
    """
    with Progress(saying, connection, rows=rows):
        return interruptible(connection, query)


def interruptible(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    """The same, and nothing is said."""
    found: list[Any] = []
    failed: list[BaseException] = []
    over = threading.Event()

    def work() -> None:
        try:
            found.extend(connection.execute(query).fetchall())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            failed.append(error)
        finally:
            over.set()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while not over.wait(_SECONDS):
            pass
    except BaseException:
        connection.interrupt()
        while not over.wait(_SECONDS):  # a query that had not begun was not stopped
            connection.interrupt()
        raise
    finally:
        worker.join()
    if failed:
        raise failed[0]
    return found
