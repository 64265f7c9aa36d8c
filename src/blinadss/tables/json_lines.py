"""Tables of which each line is an object in JSON: every value as the text that it is in the file.

DuckDB reads such lines as well, but of a number it keeps its value and not its text: 1.10 becomes 1.1, and of long
ones the last digits change. So they are read here. It takes longer; a large table is better kept in Parquet.
The number of a row is that of its line, also after blank ones.
"""

from __future__ import annotations

import json
from pathlib import Path

from blinadss.errors import UsageError
from blinadss.tables.records import LONGEST, Lines
from blinadss.tables.room import Room, Table, checked_names
from blinadss.tables.texts import Sorting, checked_text, read_through

_MOST = 10_000  # different names: more come of keys that are no names of columns
_WORDS = {True: "true", False: "false"}
_SINGLE = {str, bool, type(None)}
_REMEMBERED = 1000


class _Object(list[tuple[str, object]]):
    """The names and values of an object, in their order, repeated names among them."""


# a number that is none says nothing, as everywhere in a table
_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=lambda _: None, strict=True
)


def read_json_lines(room: Room, path: Path, shown: str) -> Table:
    """The table in a file, with a column for every name that occurs; all cells are text.

    A line that is no object, one in which a name comes twice, and one with a list or an object for a value are
    rejects. Raises `UsageError` if names differ only in capitals, or are too many to be columns.
    """
    checked_text(path, shown)
    columns = _Columns()
    first: int | None = None
    with Sorting(room.folder) as sorting, read_through(path, shown, "reading") as stream:
        for row, line in Lines(stream):
            if not line.strip():
                continue
            try:
                cells = columns.cells(_object(line))
            except _UnreadError as unread:
                sorting.reject(row, unread.reason, unread.column)
                continue
            first = len(cells) if first is None else first
            sorting.keep(row, cells)
            if len(columns.places) > _MOST:
                raise UsageError(
                    f"{shown}: more than {_MOST:,} different names by line {row}",
                    'write each line as one patient: `{"name of a column": value, …}`',
                )
        names = list(columns.places)
        checked_names(names, shown)
        return sorting.table(room, names, first)


class _UnreadError(Exception):
    """A line cannot be read, because of one column or as a whole."""

    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.reason, self.column = reason, column


def _object(line: bytes) -> _Object:
    """The object that a line is."""
    if len(line) > LONGEST:
        raise _UnreadError(f"longer than {LONGEST:,} bytes")
    try:
        text = line.decode()
        found = _DECODER.decode(text)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # half a character can be written so, and is no text
    except UnicodeDecodeError:
        raise _UnreadError("not UTF-8") from None
    except UnicodeEncodeError:
        raise _UnreadError("half of a character") from None
    except json.JSONDecodeError as error:
        raise _UnreadError(f"not JSON from character {error.pos + 1} on") from None
    except RecursionError:
        raise _UnreadError("too deep") from None
    if not isinstance(found, _Object):
        raise _UnreadError("not an object")
    return found


class _Columns:
    """The columns that were met so far, each with its place."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self._met: dict[tuple[str, ...], list[int]] = {}  # most lines have the names of another, in the same order

    def cells(self, found: _Object) -> list[str | None]:
        """The text of each value in the place of its name; a name that is new gets the next place."""
        names, values = zip(*found, strict=True) if found else ((), ())
        kinds = set(map(type, values))
        if not kinds <= _SINGLE:
            raise _UnreadError(
                "a list or an object, where a single value is read",
                next(name for name, value in found if type(value) not in _SINGLE),
            )
        if bool in kinds:
            values = tuple(_WORDS[value] if isinstance(value, bool) else value for value in values)
        places = self._met.get(names) or self._of(names)
        cells: list[str | None] = [None] * len(self.places)
        for place, value in zip(places, values, strict=True):
            cells[place] = value
        return cells

    def _of(self, names: tuple[str, ...]) -> list[int]:
        if len(set(names)) < len(names):
            raise _UnreadError("a name comes twice")
        if not all(name.strip() for name in names):
            raise _UnreadError("a value without a name")
        if len(self._met) == _REMEMBERED:
            self._met.clear()
        self._met[names] = [self.places.setdefault(name, len(self.places)) for name in names]
        return self._met[names]
