"""What is seen on a terminal while a long piece of work goes on: how far it is, and how long it will take."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from shutil import get_terminal_size
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import duckdb

_BAR = 24  # characters


class Progress:
    """While it lasts, a bar on a terminal, from the first second on, which is taken back in the end.

    What runs is a query of a connection, or whatever ``done`` tells the percentage of; nobody watches if
    standard error is no terminal. ``rows`` is how many there are to do in all, if that is known.
    """

    def __init__(
        self,
        saying: str,
        connection: duckdb.DuckDBPyConnection | None = None,
        *,
        done: Callable[[], float] | None = None,
        rows: int | None = None,
    ) -> None:
        self._saying, self._rows = saying, rows
        self._connection, self._percent = connection, done or (connection.query_progress if connection else None)
        self._over = threading.Event()
        self._speaker: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._connection is not None:  # it shall keep account of how far it is, and say nothing of its own
            self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        if sys.stderr.isatty():
            self._speaker = threading.Thread(target=self._speak, daemon=True)
            self._speaker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._speaker is not None:
            self._speaker.join()

    def _speak(self) -> None:
        seconds = 0
        while not self._over.wait(1):
            seconds += 1
            line = said_of(self._saying, self._percent() if self._percent else -1, seconds, self._rows)
            sys.stderr.write(f"\r{line[: get_terminal_size().columns - 1]}\x1b[K")
            sys.stderr.flush()
        if seconds:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def said_of(saying: str, percent: float, seconds: int, rows: int | None = None) -> str:
    """One line on how far it is; a percentage of nothing or less is not known.

    >>> said_of("screening", 25.0, 30, 1_000_000)
    'screening [######..................]  25 %  250,000 of 1,000,000 rows  0:30, about 1:30 more'
    >>> said_of("reading", -1, 3661)
    'reading … 1:01:01'
    """
    if not 0 < percent <= 100:
        return f"{saying} … {_clock(seconds)}"
    bar = "#" * int(_BAR * percent / 100)
    counted = "" if rows is None else f"  {int(rows * percent / 100):,} of {rows:,} rows"
    more = round(seconds * (100 - percent) / percent)
    return f"{saying} [{bar:.<{_BAR}}] {int(percent):3} %{counted}  {_clock(seconds)}, about {_clock(more)} more"


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
