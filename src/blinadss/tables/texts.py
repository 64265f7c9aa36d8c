"""Text files as bytes, unpacked if they are packed, and the rows that could not be read from them."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Self, cast

from blinadss.errors import UsageError
from blinadss.in_sql import literal
from blinadss.tables.progress import Progress
from blinadss.tables.records import LONGEST
from blinadss.tables.room import QUOTING, Room, Table

_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
Reject = tuple[int, str, str]


@contextmanager
def opened(path: Path, shown: str) -> Iterator[BinaryIO]:
    """The bytes of a file; raises `UsageError` if it cannot be read to its end."""
    try:
        with path.open("rb") as raw:
            yield cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UsageError(f"{shown}: is not packed by gzip, or is cut short", "make it anew") from None
    except OSError as problem:
        raise UsageError(f"{shown}: cannot be read: {problem.strerror or problem}") from None


def checked_text(path: Path, shown: str) -> None:
    """Raise `UsageError` if there is nothing in the file, or what stands in it is not UTF-8 to begin with."""
    with opened(path, shown) as stream:
        start = stream.read(4096)
    if not start.removeprefix(b"\xef\xbb\xbf").strip():
        raise UsageError(f"{shown}: is empty", "its first line says what the columns are called")
    coded = _MARKS.get(start[:2]) or ("no text" if b"\0" in start.partition(b"\n")[0] else None)
    if coded:
        raise UsageError(f"{shown}: is {coded}", "save the table as UTF-8")


@contextmanager
def read_through(path: Path, shown: str, saying: str) -> Iterator[BinaryIO]:
    """The same bytes, from the first to the last, with a bar on a terminal that says what is done and how far it is."""
    with opened(path, shown) as stream:
        raw = cast("BinaryIO", stream.fileobj) if isinstance(stream, gzip.GzipFile) else stream
        size = path.stat().st_size or 1

        def done() -> float:
            return 100 * raw.tell() / size

        with Progress(f"{saying} {path.name}", done=done):
            yield stream


class Sorting:
    """Rows sorted into the sound, each with its number before its cells, and the rejects, in files in a folder."""

    def __init__(self, folder: Path, delimiter: str = ",") -> None:
        self._sound, self._rejects, self._delimiter = folder / "sound.csv", folder / "rejects.csv", delimiter
        self._open = ExitStack()
        sound, rejects = (
            self._open.enter_context(path.open("w", encoding="utf-8", newline=""))
            for path in (self._sound, self._rejects)
        )
        self._write = sound.write
        self._keep = csv.writer(sound, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
        self._reject = csv.writer(rejects).writerow
        self._kept = self._rejected = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def keep(self, row: int, cells: Sequence[str | None]) -> None:
        """Keep a sound row."""
        self._kept += 1
        self._keep([row, *cells])

    def keep_text(self, row: int, text: str) -> None:
        """Keep a sound row whose cells are written down already."""
        self._kept += 1
        self._write(f"{row}{self._delimiter}{text}\n")

    def reject(self, row: int, reason: str, column: str = "") -> None:
        """Note why a row cannot be read."""
        self._rejected += 1
        self._reject([row, column, reason])

    def table(self, room: Room, names: Sequence[str], first: int | None = None) -> Table:
        """The sound rows as a table; ``first`` is how many cells the first row has, if later rows may have more."""
        self._open.close()
        columns = ", ".join(["number: 'BIGINT'", *(f"c{place}: 'VARCHAR'" for place in range(len(names)))])
        padded = first is not None and first < len(names)
        room.stage(
            f"SELECT * FROM read_csv({literal(self._sound)}, auto_detect = false, header = false, "  # noqa: S608
            f"columns = {{{columns}}}, delim = {literal(self._delimiter)}, new_line = '\\n', {QUOTING}, "
            f"null_padding = {padded}, parallel = false, max_line_size = {4 * LONGEST})",
            len(names),
            "putting rows together",
        )
        if (rows := room.staged_rows()) != self._kept:
            raise UsageError(
                f"of {self._kept} rows {rows} could be put together", "report this, it is not your mistake"
            )
        self._sound.unlink()
        return Table(room.staged(names, number="number"), self._rejects if self._rejected else None)


def rejects_in(path: Path | None) -> Iterator[Reject]:
    """What was rejected: number of the row, column, reason."""
    if path is None:
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row, column, reason in csv.reader(file):
            yield int(row), column, reason
