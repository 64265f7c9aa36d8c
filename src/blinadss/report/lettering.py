"""Letters in a picture: how wide a text will be, for any sans font, and how it is broken into lines.

A picture is laid out before anybody knows in which font it is shown. Widths are therefore those of DejaVu Sans, or a
little more: it is the widest of the fonts that pictures ask for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from blinadss.report.blocks import shown

Ink = Literal["ink", "faint", "good", "bad", "open", "paper", "lit"]

_BOLD = 1.15  # how much wider bold letters are
_LONGEST_CLUSTER = 8  # what joins to one sign; more is not a script but a joke, and is broken like any text
_PARTS = re.compile(r"(?<=\w-)(?=[^\W\d_]{2})")  # a line may end after a hyphen, but not within a date
_ASCII = (
    (0.36, "' ijlJ,./:;\\|-f"),
    (0.41, "()[]t!rI"),
    (0.53, '"*_`sz?'),
    (0.84, "w#+<=>^~"),
    (1.0, "mMW%@"),
)
_SHORT = 400  # characters; the lines of such texts are kept, since the criteria are the same for every patient
_KNOWN = {char: width for width, chars in _ASCII for char in chars}


@dataclass(frozen=True, slots=True)
class Face:
    """How a text is written: its size in pixels, its colour, whether it is bold, and where it starts."""

    size: float = 14
    ink: Ink = "ink"
    bold: bool = False
    anchor: Literal["start", "middle", "end"] = "start"

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return round(self.size * 1.3, 1)

    def width(self, text: str) -> float:
        """How wide the text will be at most, about."""
        return sum(map(_em, text)) * self.size * (_BOLD if self.bold else 1)

    def wrapped(self, text: str, width: float, most: int = 0) -> tuple[str, ...]:
        """The text as lines of at most this width, ``most`` of them; a longer word is broken.

        >>> Face().wrapped("The leukaemia is CD19-positive.", 120)
        ('The leukaemia', 'is CD19-', 'positive.')
        """
        return (_kept if len(text) <= _SHORT else _lines)(self, text, width, most)

    def lines(self, text: str, width: float) -> list[str]:
        """The text as however many lines it takes."""
        lines: list[str] = []
        line, reached = "", 0.0
        for piece in self._pieces(text, width):
            if line and reached + self.width(piece.rstrip()) > width:
                lines.append(line.rstrip())
                line, reached = "", 0.0
            line, reached = line + piece, reached + self.width(piece)
        return [*lines, line.rstrip()] if line.strip() else lines

    def cut(self, text: str, width: float) -> str:
        """The text, or as much of its beginning as fits, and three dots."""
        text = shown(text)
        if self.width(text) <= width:
            return text
        kept, reached = "", self.width("…")
        for cluster in _clusters(text):
            reached += self.width(cluster)
            if reached > width:
                break
            kept += cluster
        return f"{kept.rstrip()}…"

    def _pieces(self, text: str, width: float) -> Iterator[str]:
        """What may stand at the start of a line: words with their blank, parts of words after a hyphen or too long."""
        for word in shown(text).split():
            for part in _PARTS.split(f"{word} "):
                if self.width(part.rstrip()) > width:
                    yield from self._broken(part, width)
                else:
                    yield part

    def _broken(self, word: str, width: float) -> Iterator[str]:
        piece, reached = "", 0.0
        for cluster in _clusters(word):
            advance = self.width(cluster)
            if piece and cluster != " " and reached + advance > width:
                yield piece
                piece, reached = "", 0.0
            piece, reached = piece + cluster, reached + advance
        yield piece


def _clusters(text: str) -> Iterator[str]:
    """The letters of a text, each with the marks on it and what is joined to it."""
    cluster = ""
    for char in text:
        joins = unicodedata.category(char) in {"Mn", "Me", "Mc", "Cf"} or cluster.endswith("\u200d")
        if cluster and (not joins or len(cluster) >= _LONGEST_CLUSTER):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


@lru_cache(maxsize=4096)
def _em(char: str) -> float:
    """The width of a letter as a share of the size, rather too wide than too narrow."""
    if char in _KNOWN:
        return _KNOWN[char]
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return 1.4
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.3
    letters = unicodedata.normalize("NFKD", char)
    if letters != char:
        return min(2.0, sum(map(_em, letters)))
    if char.isascii():
        return 0.79 if char.isupper() or char == "&" else 0.64
    return 1.0


def _lines(face: Face, text: str, width: float, most: int) -> tuple[str, ...]:
    lines = face.lines(text, width)
    if not most or len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], face.cut(f"{lines[most - 1]} {lines[most]}", width))


_kept = lru_cache(maxsize=4096)(_lines)
