"""How many records a text table has, counted by its line ends and quotation marks alone.

It is the second opinion on DuckDB's reader: a row that went missing, or was taken for a part of another, shows in
the number. If the two differ, the file is read record by record, so a tally may be wrong of a table that is not as
RFC 4180 has it, but never agree with a wrong number by the same mistake.
"""

from __future__ import annotations

from typing import BinaryIO

_AT_ONCE = 1 << 24
_BUT_MARKS = bytes(set(range(256)) - set(b'"\n'))


def tally(stream: BinaryIO) -> int:
    """How many lines that are not blank end outside of quotation marks, the last included if it has no end.

    Less than none if nobody can tell: it ends inside of quotation marks, or has carriage returns that end no line.
    """
    found, inside, last = 0, False, b""
    while chunk := stream.read(_AT_ONCE) + stream.readline():
        pieces = chunk.translate(None, _BUT_MARKS).replace(b'""', b"").split(b'"')
        found += sum(piece.count(b"\n") for piece in pieces[inside::2])
        if b"\n\n" in chunk or b"\n\r\n" in chunk or chunk[:1] in b"\r\n":
            found -= _blank(b'""'.join(chunk.split(b'"')[inside::2]), starts=not inside)
        if chunk.count(b"\r") != chunk.count(b"\r\n"):
            return -1
        inside ^= len(pieces) % 2 == 0
        last = chunk
    if inside:
        return -1
    return found + (not last.endswith(b"\n") and bool(last.strip()))


def _blank(text: bytes, *, starts: bool) -> int:
    """How many lines are blank in a text that ``starts`` with a line."""
    lines = text.replace(b"\r\n", b"\n")
    # of three ends of lines on end two are blank, and counting finds one
    ends = lines.count(b"\n\n") if b"\n\n\n" not in lines else sum(not line for line in lines.split(b"\n")[1:-1])
    return ends + (starts and lines.startswith(b"\n"))
