"""A screening as text for a screen, and as Markdown: how it adds up, and what was not read."""

from __future__ import annotations

from collections.abc import Iterator

from blinadss.attrition import attrition_markdown, attrition_text
from blinadss.attrition.telling import counted, share
from blinadss.page import Page
from blinadss.screening import PolicyCount, Screening

_LISTED = 12  # names of facts and columns; more are counted


def screening_text(screening: Screening, *, width: int = 100, colour: bool = False) -> str:
    """The text, in lines of at most ``width`` columns."""
    page = Page(width, colour=colour)
    for line in _said(screening):
        page.paragraph(line, "")
    for policy in screening.policies:
        page.line("")
        page.paragraph(_heading(policy), "", style="strong")
        for verdict, part in _shares(screening, policy):
            page.line(f"  {counted(policy.verdicts[verdict], screening.least):>13}  {verdict.replace('_', ' ')}{part}")
    text = "\n".join(page.lines) + "\n"
    if screening.attrition is None:
        return text
    return f"{text}\n{attrition_text(screening.attrition, width=width, colour=colour)}"


def screening_markdown(screening: Screening) -> str:
    """The same as Markdown."""
    parts = ["# Screening", *_said(screening)]
    for policy in screening.policies:
        rows = [
            f"| {verdict.replace('_', ' ')} | {counted(policy.verdicts[verdict], screening.least)}{part} |"
            for verdict, part in _shares(screening, policy)
        ]
        parts += [f"## {_heading(policy)}", "\n".join(["| verdict | patients |", "|---|---:|", *rows])]
    if screening.attrition is not None:
        parts.append(attrition_markdown(screening.attrition))
    return "\n\n".join(parts).rstrip() + "\n"


def _said(screening: Screening) -> Iterator[str]:
    day = f"on {screening.assessed_on}" if screening.assessed_on else "each row on its own day"
    rows, screened, apart = (
        counted(each, screening.least) for each in (screening.rows, screening.screened, screening.set_apart)
    )
    yield f"{rows} rows, {day}: {screened} screened, {apart} set apart because a cell cannot be read."
    for names, what in (
        (screening.not_in_table, "asked by the policies and not in the table, so unknown of everybody"),
        (screening.not_asked, "in the table and asked by none of these policies"),
        (screening.left_out, "left out, since no fact is called so"),
    ):
        if names:
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            yield f"{len(names)} {what}: {', '.join(names[:_LISTED])}{more}."


def _heading(policy: PolicyCount) -> str:
    few = len(policy.editions) == 1
    editions = f"edition {policy.editions[0]}" if few else f"{len(policy.editions)} editions, each on its days"
    return f"{policy.title} ({editions})" if policy.editions else policy.title


def _shares(screening: Screening, policy: PolicyCount) -> Iterator[tuple[str, str]]:
    """Each verdict that somebody has, with its share of those who were screened."""
    for verdict, number in policy.verdicts.items():
        if number != 0:
            part = share(number, screening.screened)
            yield verdict, f"  ({part})" if part else ""
