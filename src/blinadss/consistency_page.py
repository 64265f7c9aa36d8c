"""In what a profile contradicts itself, in words."""

from __future__ import annotations

from collections.abc import Sequence

from blinadss.citing import ASSURANCE, places
from blinadss.consistency import Contradiction
from blinadss.page import Page


def contradictions_text(found: Sequence[Contradiction], *, width: int = 96, colour: bool = False) -> str:
    """Each contradiction with what the profile says, what to do and where it comes from."""
    page = Page(width, colour=colour)
    if not found:
        page.line("The profile does not contradict itself.")
    for number, each in enumerate(found, 1):
        page.labelled(f"{number}.", "bad", each.statement, indent=5)
        for fact, value in each.said.items():
            page.paragraph(f"{fact}: {value}", " " * 5)
        page.paragraph(f"What to do: {each.do}", " " * 5)
        if each.assurance:
            page.paragraph(f"[{places(each.cite)}] {ASSURANCE[each.assurance]}", " " * 5, style="faint")
    return "\n".join(page.lines) + "\n"
