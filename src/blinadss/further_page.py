"""What is said beyond an answer, in words: what to find out, what it could become, why not, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blinadss.findings import Missing
from blinadss.further import Completion, Further
from blinadss.lapses import lapse_text
from blinadss.page import Page
from blinadss.sight import Because
from blinadss.wording import named

BECAUSE: dict[Because, str] = {
    "missing": "not known",
    "stale": "too old to count",
    "conflicting": "results disagree",
    "inconclusive": "does not settle this",
}


def to_find_out(page: Page, missing: Sequence[Missing], further: Further | None) -> None:
    """The questions on which the answer depends, which of them to ask first, and which make no difference."""
    if not missing:
        return
    page.line("")
    page.line(page.paint("To find out", "strong"))
    for number, each in enumerate(missing, 1):
        page.labelled(f"{number}.", "open", each.ask, indent=5)
        page.paragraph(_why_asked(each), " " * 5, style="faint")
    if further:
        for sentence in _questions(missing, further):
            page.paragraph(sentence, "  ")


def ahead(page: Page, further: Further, indent: str) -> None:
    """What an open answer could become, and what any answer becomes by time alone."""
    for completion in further.completions:
        page.paragraph(_could_be(completion), indent)
    for lapse in further.lapses[:1]:
        page.paragraph(lapse_text(lapse), indent)
    for lapse in further.lapses[1:]:
        page.paragraph(f"After that it h{lapse_text(lapse)[1:]}", indent)
    if further.searched_until:
        page.paragraph(f"What comes after {further.searched_until} was not searched further.", indent)


def why_not(page: Page, further: Further, indent: str) -> None:
    """Which facts forbid it, and what would have to be different."""
    for number, forbidding in enumerate(further.forbidden_by):
        reason = "Also, and enough by itself:" if number else "Why not:"
        page.paragraph(f"{reason} {forbidding.says}.", indent)
    for number, otherwise in enumerate(further.otherwise):
        then = "would be met" if otherwise.answer == "eligible" else "would be open again, by what is not known,"
        page.paragraph(f"{'Or it' if number else 'It'} {then} if {otherwise.says}.", indent)
    if further.fixed:
        facts = " and ".join(named(fact) for fact in further.fixed)
        page.paragraph(f"Nothing that can change would make a difference: {facts}.", indent)
    for what in further.not_searched:
        page.paragraph(f"Not searched further: {what}.", indent)


def _why_asked(missing: Missing) -> str:
    effort = f"; {missing.effort}" if missing.effort else ""
    alone = "; can settle it alone" if missing.weight == "alone" else ""
    return f"({missing.fact}: {BECAUSE[missing.because]}{effort}{alone})"


def _questions(missing: Sequence[Missing], further: Further) -> Iterator[str]:
    numbers = {each.fact: number for number, each in enumerate(missing, 1)}
    if len(missing) > 1 and further.ask_next:
        yield f"Ask question {numbers[further.ask_next]} first."
        enough = [str(numbers[fact]) for fact in further.enough]
        if len(enough) == len(missing):
            yield "The answers to all of them settle it for certain; fewer may do."
        else:
            yield f"The answers to {', '.join(enough)} settle it for certain; fewer may do."
    if further.no_matter:
        yield f"Not known either, and of no difference here: {', '.join(named(fact) for fact in further.no_matter)}."


def _could_be(completion: Completion) -> str:
    facts = ", ".join(f"{fact}: {value}" for fact, value in completion.facts.items())
    return f"Could be {completion.answer}, for example with {facts}."
