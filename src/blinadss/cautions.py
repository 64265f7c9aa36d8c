"""The folders `cautions` and `evidence`: risks that do not forbid, what to do about them, and published results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from blinadss.authoring import CRITERION, MORE, CriterionReader, Entry
from blinadss.errors import Mistake, Problems, quoted
from blinadss.knowledge import CAUTIONS, NO_CAUTIONS, SEVERITIES, CautionNotes, Policy, Severity
from blinadss.policies import cited_evidence
from blinadss.reading import Node
from blinadss.statements import Criterion, Effect, Evidence, Source, Use

_EFFECT = re.compile(
    r"(?P<measure>[a-z][a-z -]*[a-z]) (?P<value>-?[0-9.]+)"
    r"(?: \((?P<level>[0-9.]+) % CI (?P<low>-?[0-9.]+) to (?P<high>-?[0-9.]+)\))?"
)


def read_cautions(
    files: Mapping[str, Node], sources: Mapping[str, Source], evidence: Mapping[str, Evidence], problems: Problems
) -> tuple[Policy, dict[str, CautionNotes], dict[str, Criterion]]:
    """The cautions in a folder as uses of criteria, what is said of each beside it, and the criteria."""
    reader = CriterionReader(CAUTIONS, sources, problems)
    uses, notes = [], {}
    for file, node in files.items():
        for item in Entry(node, problems, "this file", required=("cautions",)).items("cautions"):
            entry = Entry(
                item, problems, "a caution", required=(*CRITERION, "severity", "do"), optional=(*MORE, "evidence")
            )
            criterion = reader.read(entry)
            severity = cast("Severity", entry.choice("severity", SEVERITIES) or "severe")
            said = CautionNotes(
                file.removesuffix(".yaml"), severity, entry.text("do"), cited_evidence(entry, evidence, problems)
            )
            if criterion is not None:
                uses.append(Use(criterion, "cautions"))
                notes[criterion.id] = said
    policy = Policy(CAUTIONS, NO_CAUTIONS.title, "", "", (), (), tuple(uses), kind=CAUTIONS)
    return policy, notes, reader.criteria


def read_evidence(files: Mapping[str, Node], sources: Mapping[str, Source], problems: Problems) -> dict[str, Evidence]:
    """Every published result in a folder, by id."""
    results: dict[str, Evidence] = {}
    for node in files.values():
        for item in Entry(node, problems, "this file", required=("evidence",)).items("evidence"):
            result = _result(item, sources, problems)
            if result.id in results:
                place = results[result.id].place
                problems.add(item.place, f"the result `{result.id}` is written twice", f"the first is in {place}")
            results.setdefault(result.id, result)
    return results


def _result(item: Node, sources: Mapping[str, Source], problems: Problems) -> Evidence:
    entry = Entry(
        item,
        problems,
        "a result",
        required=("id", "study", "population", "endpoint", "result", "cite", "assurance"),
        optional=("patients", "comparator", "effect", "note"),
    )
    return Evidence(
        entry.identifier("id"),
        entry.text("study"),
        entry.text("population"),
        entry.read("patients", _patients, None),
        entry.text("endpoint"),
        entry.text("result"),
        entry.text("comparator"),
        entry.read("effect", read_effect, None),
        entry.citations(sources),
        entry.assurance(),
        entry.text("note"),
        entry.place,
    )


def _patients(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]*", text):
        raise Mistake(f"{quoted(text)} is not a number of patients", "write digits only, for example `405`")
    return int(text)


def read_effect(text: str) -> Effect:
    """The measure of effect written in ``text``; raises `Mistake` if it is not one, or its interval leaves it out.

    >>> read_effect("hazard ratio 0.71 (95 % CI 0.55 to 0.93)").high
    Decimal('0.93')
    """
    match = _EFFECT.fullmatch(text)
    if match is None:
        raise Mistake(
            f"{quoted(text)} is not an effect", "write for example `hazard ratio 0.71 (95 % CI 0.55 to 0.93)`"
        )
    numbers = {name: Decimal(match[name]) if match[name] else None for name in ("value", "low", "high", "level")}
    value, low, high = numbers["value"], numbers["low"], numbers["high"]
    if low is not None and high is not None and value is not None and not low <= value <= high:
        raise Mistake(f"{quoted(text)} lies outside its own interval", "check the three numbers")
    return Effect(match["measure"], cast("Decimal", value), low, high, numbers["level"])
