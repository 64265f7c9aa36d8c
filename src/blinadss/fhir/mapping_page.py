"""A mapping report in words: the profile that was read, what each value rests on, and what a reader has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import yaml

from blinadss.errors import printable
from blinadss.fhir.mapping import Ignored, Import, NotUsable, Older, ToConfirm, Used
from blinadss.page import Page
from blinadss.profile import PatientProfile

_CONFIRM = "Nothing was taken from these passages. Read them, and write into the profile what they say."


def profile_yaml(profile: PatientProfile) -> str:
    """The profile as a file of its own, which may be read again, corrected and completed."""
    return yaml.safe_dump(profile.written(), sort_keys=False, allow_unicode=True, width=110)


def import_text(made: Import, *, width: int = 96, colour: bool = False) -> str:
    """The mapping report as text of a given width."""
    page = Page(width, colour=colour)
    page.paragraph(summary(made), "", style="strong")
    for title, parts in _sections(made):
        page.line("")
        page.line(page.paint(title.upper(), "strong"))
        for label, *lines in parts:
            page.paragraph(label, "  ")
            for line in lines:
                page.paragraph(line, "      ", style="faint")
    page.line("")
    page.line(page.paint("PROFILE", "strong"))
    page.lines += [f"  {printable(line)}" for line in profile_yaml(made.profile).splitlines()]
    return "\n".join(page.lines) + "\n"


def passages_text(made: Import, *, width: int = 96, colour: bool = False) -> str:
    """The passages of free text that may be about facts which the profile does not have, to stand below an answer."""
    open_ones = [each for each in made.to_confirm if set(each.facts) - set(each.known)]
    if not open_ones:
        return ""
    page = Page(width, colour=colour)
    page.line("")
    page.line(page.paint("In the record, as free text to confirm; nothing was taken from it", "strong"))
    for each in open_ones:
        label, *lines = _to_confirm(each)
        page.paragraph(label, "  ")
        for line in lines:
            page.paragraph(line, "      ", style="faint")
    return "\n".join(page.lines) + "\n"


def import_markdown(made: Import) -> str:
    """The mapping report as Markdown."""
    lines = [f"# Mapping report\n\n{_escaped(summary(made))}"]
    for title, parts in _sections(made):
        lines.append(f"\n## {title}\n")
        for label, *below in parts:
            lines.append("- " + "  \n  ".join(_escaped(line) for line in (label, *below)))
    lines.append(f"\n## Profile\n\n```yaml\n{profile_yaml(made.profile)}```")
    return "\n".join(lines) + "\n"


def summary(made: Import) -> str:
    """How much was read, in one sentence; nothing of the patient stands in it."""
    facts = len({each.fact for each in made.used})
    return (
        f"Read {_counted(facts, 'fact')} from {_counted(made.resources, 'resource')} as of {made.assessed_on}; "
        f"{_counted(len(made.not_usable), 'thing')} recognised or left out and not usable, "
        f"{_counted(len(made.to_confirm), 'passage')} of free text to confirm."
    )


def _sections(made: Import) -> Iterable[tuple[str, Sequence[Sequence[str]]]]:
    yield "Used", [_used(each) for each in made.used] or [("Nothing.",)]
    if made.not_usable:
        yield "Not usable, and why", [_not_usable(each) for each in made.not_usable]
    if made.to_confirm:
        yield (
            "To confirm: free text that may be relevant",
            [(_CONFIRM,), *(_to_confirm(each) for each in made.to_confirm)],
        )
    if made.older:
        yield "Not the latest, which alone counts", [_older(each) for each in made.older]
    if made.ignored:
        yield "Ignored", [_ignored(each) for each in made.ignored]


def _used(each: Used) -> tuple[str, ...]:
    limit = f", upper limit of normal {each.upper_limit}" if each.upper_limit else ""
    day = f", {each.on}" if each.on else ""
    trust = "" if each.assurance == "verified" else f" ({each.assurance})"
    marks = (f"! {mark}" for mark in each.marks)
    source = f"{each.resource} {each.element}: {each.original or '(as coded)'}"
    return (f"{each.fact}: {each.value}{limit}{day}", source, f"{each.code} {each.display}{trust}", *marks)


def _not_usable(each: NotUsable) -> tuple[str, ...]:
    about = f" ({', '.join(each.facts)})" if each.facts else ""
    what = " ".join(part for part in (each.code, each.original) if part)
    return (f"{each.resource}{about}: {each.why}", *([what] if what else []))


def _to_confirm(each: ToConfirm) -> tuple[str, ...]:
    asked = ", ".join(f"{fact} (known)" if fact in each.known else fact for fact in each.facts)
    return (f"{asked}: “{each.passage}”", f"{each.resource} {each.element}")


def _ignored(each: Ignored) -> tuple[str, ...]:
    times = f" × {each.count}" if each.count > 1 else ""
    named = ", ".join(each.resources) + (" …" if each.count > len(each.resources) else "")
    return (f"{each.kind}{times}{f': {each.what}' if each.what else ''}; {each.why}", named)


def _older(each: Older) -> tuple[str, ...]:
    named = ", ".join(each.resources) + (" …" if each.count > len(each.resources) else "")
    return (f"{each.fact} × {each.count}", named)


def _counted(number: int, one: str) -> str:
    return f"{number or 'no'} {one}{'' if number == 1 else 's'}"


def _escaped(line: str) -> str:
    """The line with nothing in it that Markdown would act on."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in printable(line))
