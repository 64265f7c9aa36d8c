"""The records of a text table one by one, broken lines among them, each with the line it begins in.

Slower than DuckDB's reader, and kept for what that reader cannot do: it gives up at the first line it cannot
make out, or leaves it to chance how much after it is lost. Here a line that cannot be made out costs that
line alone. A quoted field that never ends is taken to be a mistake of the line it begins in, and reading goes
on with the next line.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO, NamedTuple

LONGEST = 2_000_000  # bytes of one record
_ENDS_A_QUOTE = re.compile(r'(?<!")(?:"")*"(?!")')  # an odd number of quotation marks on end
_OPEN = re.compile(r' *"[^"]*(?:""[^"]*)*\Z')


class Record(NamedTuple):
    """What stands in the file from ``line`` on (from 1): its text and how many fields it has, or what is wrong."""

    line: int
    text: str = ""
    width: int = 0
    wrong: str = ""


class Lines:
    """The lines of a file with their numbers (from 1), some of which may be put back to be read again."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._again, self._number = stream, deque[tuple[int, bytes]](), 0

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        while line := self.next():
            yield line

    def next(self) -> tuple[int, bytes] | None:
        """The next line, of which no more is kept than one byte above `LONGEST`; nothing after the last."""
        if self._again:
            return self._again.popleft()
        line = self._stream.readline(LONGEST + 1)
        rest = line
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = self._stream.readline(LONGEST + 1)
        self._number += 1
        if self._number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")  # the mark says that it is UTF-8
        return (self._number, line) if line else None

    def back(self, lines: list[tuple[int, bytes]]) -> None:
        """Put lines back, to be the next ones."""
        self._again.extendleft(reversed(lines))


def records(stream: BinaryIO, delimiter: str, most: int) -> Iterator[Record]:
    """The records of a table whose fields are set apart by ``delimiter``; blank lines are none.

    ``most`` is how many fields a record may have while it is still looked for in further lines.
    """
    lines = Lines(stream)
    for number, line in lines:
        text = _without_end(line)
        if len(line) > LONGEST:
            yield Record(number, wrong=f"longer than {LONGEST:,} bytes")
        elif b'"' in text:
            yield _quoted(lines, number, line, delimiter, most)
        elif b"\r" in text:
            yield Record(number, wrong="a carriage return inside the line")
        elif text:
            try:
                decoded = text.decode()
                yield Record(number, decoded, decoded.count(delimiter) + 1)
            except UnicodeDecodeError:
                yield Record(number, wrong="not UTF-8")


def _quoted(lines: Lines, number: int, line: bytes, delimiter: str, most: int) -> Record:
    """A record with quotation marks in it, from as many lines as it takes."""
    taken, size = [(number, line)], len(line)
    while True:
        text = _without_end(b"".join(each for _, each in taken))
        fields, ends = _split(text.decode(errors="replace"), delimiter)
        if ends:
            return _decoded(number, text, len(fields))
        if ends is None or len(fields) > most:
            return _broken(lines, taken, "a quotation mark in the wrong place")
        while further := lines.next():
            taken.append(further)
            size += len(further[1])
            if size > LONGEST or _ENDS_A_QUOTE.search(further[1].decode(errors="replace")):
                break
        if further is None or size > LONGEST:
            return _broken(lines, taken, "a quotation mark that is never closed")


def _broken(lines: Lines, taken: list[tuple[int, bytes]], wrong: str) -> Record:
    lines.back(taken[1:])
    return Record(taken[0][0], wrong=wrong)


def _decoded(number: int, text: bytes, width: int) -> Record:
    try:
        return Record(number, text.decode(), width)
    except UnicodeDecodeError:
        return Record(number, wrong="not UTF-8")


def fields_of(record: Record, delimiter: str) -> list[str]:
    """The fields of a record in which nothing is wrong."""
    return _split(record.text, delimiter)[0]


def _split(text: str, delimiter: str) -> tuple[list[str], bool | None]:
    """The fields, and whether they end: not if a quoted one goes on, and nothing if there can be no such fields."""
    if '"' not in text:
        return text.split(delimiter), True
    if ' "' not in text:
        try:  # faster, and stricter: it takes no blanks around quotation marks, and no very long fields
            return next(csv.reader((text,), delimiter=delimiter, strict=True)), True
        except csv.Error:
            pass
    quoted, plain = _patterns(delimiter)
    fields, start = [], 0
    while True:
        found = quoted.match(text, start)
        if found:
            fields.append(found[1].replace('""', '"'))
        elif found := plain.match(text, start):
            fields.append(found[1])
        else:
            return fields, False if _OPEN.match(text, start) else None
        if not found[2]:
            return fields, True
        start = found.end()


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A field in quotation marks and one without, each with what ends it."""
    return (
        re.compile(rf' *"([^"]*(?:""[^"]*)*)" *({delimiter}|\Z)'),
        re.compile(rf'(?! *")([^{delimiter}\r\n]*)({delimiter}|\Z)'),
    )


def _without_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")
