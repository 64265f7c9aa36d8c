"""FHIR as it comes, JSON or one resource a line, becomes documents; what cannot be read is refused without being shown.

A document is a Bundle, a resource or whatever else stands there: what it is worth is seen later. Records are about
people, so a message says where something is wrong and never what is written there.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Never

from blinadss.errors import ProfileError, printable
from blinadss.fhir.detection import LINES, Source, is_content, looks_like_fhir
from blinadss.fhir.json_places import line_and_column, lone_half, repeated_name

__all__ = ["LARGEST", "LONGEST", "Source", "looks_like_fhir", "read_source"]

LARGEST = 100 * 2**20  # bytes of one JSON document
LONGEST = 10 * 2**20  # bytes of one line, where a line is a resource
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # how half of a character beyond U+FFFF is written

_WRONG = {
    "Expecting value": "a value is missing or is not JSON",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing after a name",
    "Expecting property name enclosed in double quotes": "a name in quotation marks is missing",
    "Illegal trailing comma before end of object": "a comma stands before the closing bracket",
    "Illegal trailing comma before end of array": "a comma stands before the closing bracket",
    "Unterminated string starting at": "a text that starts here is not closed",
    "Invalid control character at": "a text has a line break or a control character in it",
    "Invalid \\escape": "a backslash stands before a character that it cannot stand before",
    "Invalid \\uXXXX escape": "a character is written with \\u and not four hexadecimal digits",
    "Extra data": "something follows after the end",
}


class _NotAllowedError(Exception):
    """Readable as JSON, and yet not to be read; ``find`` tells where in the text it stands."""

    def __init__(self, problem: str, hint: str, find: Callable[[str], int | None]) -> None:
        super().__init__(problem)
        self.problem, self.hint, self.find = problem, hint, find


def read_source(source: Source) -> Iterator[Any]:
    """The documents of ``source``, one after the other.

    A mapping is one document and a list holds one in each item, as they are. Bytes are the content of a file; a text
    or a path names one (``-`` is standard input). A file holds one JSON document of at most `LARGEST` bytes (or a
    list of them), or a resource in each line of at most `LONGEST` bytes, which are read one at a time. Numbers with
    a point become `Decimal`. Raises `ProfileError` if there is nothing, or something that cannot be read.
    """
    match source:
        case Mapping():
            yield source
        case list():
            yield from source
        case bytes() | bytearray():
            yield from _documents(io.BytesIO(source), "the content", lines=False)
        case str() | Path():
            name = name_of(source)
            with _opened(source, name) as file:
                yield from _documents(file, name, lines=name.lower().endswith(LINES))
        case _:
            raise ProfileError(
                "FHIR cannot be read from this kind of object", "give a path, bytes, a mapping or a list of resources"
            )


def name_of(source: str | Path) -> str:
    """What messages call the file; raises `ProfileError` for a text that is the content of one."""
    text = str(source)
    if isinstance(source, str) and is_content(source):
        raise ProfileError("a text names a file, and this is the content of one", "give it as bytes: `text.encode()`")
    return "standard input" if text == "-" else printable(text)


@contextmanager
def _opened(source: str | Path, name: str) -> Iterator[IO[bytes]]:
    if str(source) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(source).open("rb")  # noqa: SIM115 - closed below; what the reader raises is no fault of opening
    except FileNotFoundError:
        raise ProfileError(f"{name}: there is no such file", "check the path") from None
    except IsADirectoryError:
        raise ProfileError(f"{name}: this is a folder, not a file", "name a file in it") from None
    except (OSError, ValueError) as problem:
        raise ProfileError(f"{name}: cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    with file:
        yield file


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise ProfileError(f"{name}: cannot be read: {problem.strerror or problem}") from None


def _documents(file: IO[bytes], name: str, *, lines: bool) -> Iterator[Any]:
    number, first = _line(file, name, 0)
    if not first:
        raise ProfileError(f"{name}: is empty")
    if first.lstrip().startswith(b"<"):
        raise ProfileError(f"{name}: is XML", "FHIR is read as JSON; ask the system for `application/fhir+json`")
    document = None if lines else _alone(first, name, number)
    if lines:
        yield from _lines(file, name, number, first)
    elif document is None:
        whole = _loaded(_whole(file, name, first), name, number)
        yield from whole if isinstance(whole, list) else (whole,)
    else:  # if a line follows, each is a resource; if none does, this was all
        yield document
        yield from _lines(file, name, *_line(file, name, number))


def _lines(file: IO[bytes], name: str, number: int, line: bytes) -> Iterator[Any]:
    while line:
        if len(line) > LONGEST:
            raise ProfileError(
                f"{name}:{number}: the line is longer than {LONGEST:,} bytes", "write one resource in each line"
            )
        yield _loaded(line, name, number)
        number, line = _line(file, name, number)


def _line(file: IO[bytes], name: str, number: int) -> tuple[int, bytes]:
    """The next line that is not blank, cut where it is too long, with its number; empty if there is none."""
    with _readable(name):
        while line := file.readline(LONGEST + 1):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                return number, line
    return number, b""


def _whole(file: IO[bytes], name: str, first: bytes) -> bytes:
    with _readable(name):
        data = first + file.read(LARGEST + 1 - len(first))
    if len(data) > LARGEST:
        raise ProfileError(
            f"{name}: is larger than {LARGEST:,} bytes", "write one resource in each line (NDJSON), which has no limit"
        )
    return data


def _alone(line: bytes, name: str, number: int) -> Any:  # noqa: ANN401 - what JSON holds
    """The object that the line is by itself, or `None`."""
    if len(line) > LONGEST or not line.lstrip().startswith(b"{") or not line.rstrip().endswith(b"}"):
        return None
    try:
        return _checked(line, _text(line, name, number), name, number)
    except json.JSONDecodeError:
        return None  # what is wrong is said when the whole is read


def _loaded(data: bytes, name: str, number: int) -> Any:  # noqa: ANN401 - what JSON holds
    """What the JSON says that begins in line ``number``."""
    text = _text(data, name, number)
    try:
        return _checked(data, text, name, number)
    except json.JSONDecodeError as error:
        end = len(text.rstrip())
        line, column = line_and_column(text, min(error.pos, end))
        if error.pos >= end or error.msg.startswith("Unterminated"):
            what, hint = "it ends too soon", "has the file been written, or sent, to its end?"
        elif text.lstrip()[:1] not in {"{", "["}:
            what, hint = (
                "it does not begin as JSON does",
                "FHIR is read as JSON; a profile is read as it is by `blinadss assess`",
            )
        else:
            what, hint = _WRONG.get(error.msg.split(": ")[0], "this cannot stand here"), None
        raise ProfileError(f"{name}:{number + line - 1}:{column}: is not readable as JSON: {what}", hint) from None


def _checked(data: bytes, text: str, name: str, number: int) -> Any:  # noqa: ANN401 - what JSON holds
    try:
        return _parsed(data, text)
    except json.JSONDecodeError:  # which its caller words
        raise
    except (ValueError, ArithmeticError):  # thousands of digits, or an exponent that none can have
        raise ProfileError(f"{name}: has a number with more digits than can be read", "no measurement has") from None
    except RecursionError:
        raise ProfileError(f"{name}: is nested too deep", "no record needs a hundred levels") from None
    except _NotAllowedError as error:
        line, column = line_and_column(text, error.find(text) or 0)
        raise ProfileError(f"{name}:{number + line - 1}:{column}: {error.problem}", error.hint) from None


def _parsed(data: bytes, text: str) -> Any:  # noqa: ANN401 - what JSON holds
    objects: list[dict[str, Any]] = []

    def kept(found: dict[str, Any], keep: Callable[[dict[str, Any]], None] = objects.append) -> dict[str, Any]:
        keep(found)
        return found

    parsed = json.JSONDecoder(**_NUMBERS, object_hook=kept).decode(text)
    # Every name ends in a quotation mark and a colon, with blanks between them at most; a text may have the same in it.
    # If there are no more of them than names that the objects have, no object was given one twice.
    if data.translate(None, b" \t\r\n").count(b'":') != sum(map(len, objects)):
        parsed = json.JSONDecoder(**_NUMBERS, object_pairs_hook=_object).decode(text)
    # most texts have no backslash at all, which is the quickest to see
    if "\\" in text and "\\u" in text and _HALF.search(text) and lone_half(text) is not None:
        raise _NotAllowedError("half of a character stands alone", "write both halves", lone_half)
    return parsed


def _text(data: bytes, name: str, number: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = number + data.count(b"\n", 0, error.start)
        raise ProfileError(f"{name}:{line}: is not text in UTF-8", "save it as UTF-8 text") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotAllowedError("an object has this name twice", "keep one of the two", repeated_name)
    return found


def _constant(text: str) -> Never:
    raise _NotAllowedError("NaN and Infinity are no numbers", "leave the value out", lambda whole: whole.find(text))


_NUMBERS: Mapping[str, Any] = {"parse_float": Decimal, "parse_constant": _constant}
