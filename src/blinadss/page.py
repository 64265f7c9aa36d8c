"""Lines of text of a given width, for a screen: paragraphs, words in the margin, colours where they are wanted."""

from __future__ import annotations

import textwrap

from blinadss.errors import printable

COLOURS = {"good": "32", "bad": "31", "open": "33", "faint": "2", "strong": "1"}
INDENT = 11  # columns, for what stands beside a word in the margin


class Page:
    """Lines of text of a given width, with or without colours."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width, self.colour = max(40, width), colour
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        """One line as it is."""
        self.lines.append(text)

    def paint(self, text: str, style: str) -> str:
        """The text in a colour, where colours are wanted."""
        return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if self.colour else text

    def paragraph(self, text: str, indent: str, *, style: str = "") -> None:
        """Wrapped text, every line indented."""
        for row in textwrap.wrap(printable(text), self.width - len(indent), break_on_hyphens=False) or [""]:
            self.line(indent + (self.paint(row, style) if style else row))

    def headed(self, word: str, style: str, text: str) -> None:
        """A coloured word and a wrapped sentence after it."""
        rows = textwrap.wrap(printable(f"{word} · {text}"), self.width, subsequent_indent="  ", break_on_hyphens=False)
        self.lines += [rows[0].replace(word, self.paint(word, style), 1), *rows[1:]]

    def labelled(self, label: str, style: str, text: str, *, indent: int = INDENT) -> None:
        """A word in the margin and a wrapped paragraph beside it."""
        rows = textwrap.wrap(printable(text), self.width - indent, break_on_hyphens=False) or [""]
        margin = f"  {label}".ljust(indent)
        self.line(margin.replace(label, self.paint(label, style), 1) + rows[0])
        for row in rows[1:]:
            self.line(" " * indent + row)
