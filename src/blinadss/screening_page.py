"""A screening as text for a screen, and as Markdown: how it adds up, and what was not read."""

from __future__ import annotations

from collections.abc import Iterator

from blinadss.attrition import attrition_markdown, attrition_text
from blinadss.attrition.figures import Count
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
        for verdict, share in _shares(screening, policy):
            page.line(f"  {_number(policy.verdicts[verdict], screening):>13}  {verdict.replace('_', ' ')}{share}")
    text = "\n".join(page.lines) + "\n"
    if screening.attrition is None:
        return text
    return f"{text}\n{attrition_text(screening.attrition, width=width, colour=colour)}"


def screening_markdown(screening: Screening) -> str:
    """The same as Markdown."""
    parts = ["# Screening", *_said(screening)]
    for policy in screening.policies:
        rows = [
            f"| {verdict.replace('_', ' ')} | {_number(policy.verdicts[verdict], screening)}{share} |"
            for verdict, share in _shares(screening, policy)
        ]
        parts += [f"## {_heading(policy)}", "\n".join(["| verdict | patients |", "|---|---:|", *rows])]
    if screening.attrition is not None:
        parts.append(attrition_markdown(screening.attrition))
    return "\n\n".join(parts).rstrip() + "\n"


def _said(screening: Screening) -> Iterator[str]:
    day = f"on {screening.assessed_on}" if screening.assessed_on else "each row on its own day"
    yield (
        f"{_number(screening.rows, screening)} rows, {day}: {_number(screening.screened, screening)} screened,"
        f" {_number(screening.set_apart, screening)} set apart because a cell cannot be read."
    )
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
        if number and screening.screened:
            yield verdict, f"  ({100 * number / screening.screened:.1f} %)"
        elif number is None:
            yield verdict, ""


def _number(count: Count, screening: Screening) -> str:
    """A count, or that it is too small to be told."""
    return f"{count:,}" if count is not None else f"fewer than {screening.least}"
