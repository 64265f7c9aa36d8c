"""A folder of criteria becomes a knowledge base, or one error that lists every problem in every file.

knowledge.yaml   what this is, its version, the policies assessed by default
sources.yaml     every document cited, once
facts.yaml       for each fact: the question that asks for it, how long it stays fresh, and its codes
terminology.yaml the terminologies whose codes are named there; a folder may do without
evidence/        published results that indications and cautions refer to
cautions/        risks that do not forbid, one file a topic
grading/         grading systems, one file a version
POLICY/          policy.yaml, shared.yaml, contraindications.yaml, and one file an indication;
                 dosing.yaml, monitoring.yaml, toxicity.yaml: how the treatment is given
practice/        monitoring.yaml alone: what no label asks and hospitals do
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from blinadss import compiled
from blinadss.authoring import Entry, read_expression
from blinadss.cautions import read_cautions, read_evidence
from blinadss.errors import BlinadssError, KnowledgeError, Mistake, Place, Problem, Problems, near, quoted
from blinadss.expression import facts_in
from blinadss.facts import FACTS
from blinadss.grading_files import read_grading
from blinadss.kinds import NEVER, Coded, Measured, day
from blinadss.knowledge import (
    CAUTIONS,
    CHANGES,
    EFFORTS,
    Changes,
    Consequence,
    Effort,
    FactNotes,
    KnowledgeBase,
    Policy,
)
from blinadss.normal_form import sizes
from blinadss.policies import read_policy
from blinadss.quantity import DURATION, Quantity
from blinadss.reading import Entries, Node, read_file
from blinadss.statements import Source
from blinadss.terminology_files import extended, read_terminology
from blinadss.treatment_files import FILES, read_treatment

_PACKAGE = Path(__file__).parent
_NEEDED = frozenset({"knowledge.yaml", "sources.yaml", "facts.yaml"})
_TERMINOLOGY = "terminology.yaml"
_TOP = _NEEDED | {_TERMINOLOGY}


def shipped_criteria() -> Path:
    """The folder of criteria that ships with the library: inside the package, or beside `src` in a checkout."""
    inside = _PACKAGE / "criteria"
    return inside if inside.is_dir() else _PACKAGE.parents[1] / "criteria"


def load_knowledge(folder: str | Path | None = None) -> KnowledgeBase:
    """The knowledge in ``folder``, or what ships with the library, which is loaded once.

    Raises `KnowledgeError` with every problem in every file.
    """
    return _shipped() if folder is None else _load(Path(folder))


@cache
def _shipped() -> KnowledgeBase:
    folder = shipped_criteria()
    place = compiled.stored(folder)
    if place is None:
        return _load(folder)
    key = compiled.key_of(folder)
    recalled = compiled.recall(place, key)
    if recalled is not None:
        return recalled
    loaded = _load(folder)
    compiled.keep(place, key, loaded)
    return loaded


def _load(folder: Path) -> KnowledgeBase:
    if not folder.is_dir():
        raise KnowledgeError(
            f"{folder}: there is no such folder of criteria", "name a folder that holds knowledge.yaml"
        )
    if not (folder / "knowledge.yaml").is_file():
        raise KnowledgeError(f"{folder}: holds no knowledge.yaml", "name a folder of criteria")
    problems = Problems()
    nodes = _nodes(folder, problems)
    for name in sorted(_NEEDED - nodes.keys()):
        problems.extend(KnowledgeError(f"{folder / name}: there is no such file", "every folder has one").problems)
    problems.raise_any()
    about = Entry(nodes["knowledge.yaml"], problems, "the knowledge", required=("knowledge", "version", "assess"))
    sources = _sources(nodes["sources.yaml"], problems)
    problems.raise_any()  # without the sources, every citation would be one more problem
    facts = read_fact_notes(nodes["facts.yaml"], sources, problems)
    terminology = read_terminology(nodes.get(_TERMINOLOGY), nodes["facts.yaml"], sources, problems)
    folders = _by_folder(nodes)
    _refuse_misplaced(folders, problems)
    evidence = read_evidence(folders.pop("evidence", {}), sources, problems)
    cautions, notes, criteria = read_cautions(folders.pop(CAUTIONS, {}), sources, evidence, problems)
    grading = read_grading(folders.pop("grading", {}), sources, problems)
    given = {name: {file: files.pop(file) for file in FILES if file in files} for name, files in folders.items()}
    policies: dict[str, Policy] = {}
    for policy_id, files in sorted(folders.items()):
        policy, defined = read_policy(policy_id, files, sources, evidence, problems) if files else (None, {})
        criteria |= defined
        if policy is not None:
            policies[policy_id] = policy
    treatments = {
        name: read_treatment(name, files, policies, sources, problems) for name, files in given.items() if files
    }
    defaults = []
    for text, place in about.texts("assess"):
        if text not in policies:
            problems.add(place, f"there is no policy {quoted(text)}", near(text, list(policies)))
        defaults.append(text)
    problems.raise_any()
    loaded = KnowledgeBase(
        about.text("version"),
        tuple(defaults),
        MappingProxyType(sources),
        MappingProxyType(facts),
        MappingProxyType(policies),
        MappingProxyType(criteria),
        cautions,
        MappingProxyType(notes),
        MappingProxyType(evidence),
        MappingProxyType(treatments),
        MappingProxyType(grading),
        terminology,
    )
    sizes(loaded)  # refused here, and not with the first patient
    return loaded


def _nodes(folder: Path, problems: Problems) -> dict[str, Node]:
    """Every YAML file below the folder, by its path from there."""
    nodes: dict[str, Node] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in Path(name).parts)
        if hidden or path.is_dir() or path.suffix == ".md":
            continue
        if path.suffix != ".yaml":
            hint = "criteria are in files named `….yaml`, notes in files named `….md`"
            problems.add(Place(str(path), 1, 1), "this file would not be read", hint)
            continue
        try:
            nodes[name] = read_file(path, KnowledgeError)
        except BlinadssError as error:
            problems.extend(error.problems)
    return nodes


def _by_folder(nodes: Mapping[str, Node]) -> dict[str, dict[str, Node]]:
    """The files of each folder, by their names: those of a policy, the cautions, the evidence."""
    policies: dict[str, dict[str, Node]] = {}
    for name, node in nodes.items():
        folder, _, file = name.rpartition("/")
        if folder or file not in _TOP:
            policies.setdefault(folder, {})[file] = node
    return policies


def _refuse_misplaced(folders: Mapping[str, dict[str, Node]], problems: Problems) -> None:
    """Take the files on giving the treatment out of the folders that are no policy's, and say so."""
    for name in ("", "evidence", CAUTIONS, "grading"):
        for node in (folders[name].pop(file) for file in FILES if file in folders.get(name, {})):
            problems.add(
                Place(node.place.file, 1, 1), "this file belongs to a policy", "move it into the policy's folder"
            )


def _sources(node: Node, problems: Problems) -> dict[str, Source]:
    sources = {}
    if not isinstance(node, Entries):
        problems.add(node.place, "sources are listed as `key:` with their details below", None)
    for key, below in node.entries.items() if isinstance(node, Entries) else ():
        entry = Entry(
            below,
            problems,
            f"source `{key}`",
            required=("title", "publisher", "kind", "edition", "url", "retrieved"),
            optional=("note",),
        )
        texts = {
            name: entry.text(name) for name in ("title", "publisher", "kind", "edition", "url", "retrieved", "note")
        }
        entry.read("retrieved", lambda text: None if text == "unread" else day(text), None)
        sources[key] = Source(key, **texts, place=below.place)
    return sources


def read_fact_notes(node: Node, sources: Mapping[str, Source], problems: Problems) -> dict[str, FactNotes]:
    """The notes on facts in one file; a fact that the profile does not have is a problem."""
    notes = {}
    if not isinstance(node, Entries):
        problems.add(node.place, "facts are listed as `section.fact:` with their notes below", None)
        return {}
    for fact, below in node.entries.items():
        if fact not in FACTS:
            problems.add(node.keys[fact], f"unknown fact {quoted(fact)}", near(fact, list(FACTS)))
        entry = Entry(
            below,
            problems,
            f"`{fact}`",
            required=("ask", "effort"),
            optional=("changes", "fresh_for", "rationale", "cite", "follows", "codes", "words"),
        )
        cite = entry.citations(sources)
        window = entry.read("fresh_for", days, None)
        if window is not None and not (cite or entry.text("rationale")):
            problems.add(entry.place, f"`fresh_for` of `{fact}` has no reason", "add a `rationale` or a `cite`")
        effort = cast("Effort", entry.choice("effort", EFFORTS) or "chart")
        follows = _consequences(fact, entry, sources, problems)
        changes = cast("Changes", entry.choice("changes", CHANGES) or "freely")
        kind = FACTS.get(fact)
        if changes == "upwards" and isinstance(kind, Coded) and "present" not in kind.codes:
            problems.add(
                entry.place,
                f"`{fact}` has no order in which it could change `upwards`",
                "write `never`, or leave it out",
            )
        notes[fact] = FactNotes(entry.text("ask"), effort, window, entry.text("rationale"), cite, follows, changes)
    return notes


def _consequences(
    fact: str, entry: Entry, sources: Mapping[str, Source], problems: Problems
) -> tuple[Consequence, ...]:
    """What the fact is whenever something else holds."""
    found = []
    for item in entry.items("follows"):
        each = Entry(item, problems, "what follows", required=("value", "when", "rationale"), optional=("cite",))
        kind, when = FACTS.get(fact), each.get("when")
        value = each.read("value", kind.threshold if isinstance(kind, Measured) else kind.read, None) if kind else None
        expression = read_expression(when, problems) if when else None
        cite = each.citations(sources)
        if expression is not None and fact in facts_in(expression):
            problems.add(item.place, f"`{fact}` cannot follow from itself", "name another fact in `when`")
        elif isinstance(value, str | Quantity) and expression is not None:
            found.append(Consequence(value, expression, each.text("rationale"), cite))
        elif isinstance(value, date):
            problems.add(item.place, f"`{fact}` cannot follow as a day", f"write `{NEVER}`")
    return tuple(found)


def with_windows(knowledge: KnowledgeBase, path: str | Path) -> KnowledgeBase:
    """The same knowledge with a user's own windows: a file of `fact: {fresh_for: 14 days, rationale: …}`.

    `fresh_for: never stale` takes a window away. Raises `KnowledgeError`.
    """
    problems, node = Problems(), read_file(path, KnowledgeError)
    windows = {}
    if not isinstance(node, Entries):
        raise KnowledgeError(Problem("windows are listed as `section.fact:` with `fresh_for` below", None, node.place))
    for fact, below in node.entries.items():
        if fact not in FACTS:
            problems.add(node.keys[fact], f"unknown fact {quoted(fact)}", near(fact, list(FACTS)))
            continue
        entry = Entry(below, problems, f"`{fact}`", required=("fresh_for", "rationale"))
        window = entry.read("fresh_for", lambda text: None if text == "never stale" else days(text), None)
        known = knowledge.facts.get(fact, FactNotes(f"{FACTS[fact].says}?", "chart"))
        windows[fact] = replace(known, fresh_for=window, rationale=entry.text("rationale"), cite=())
    problems.raise_any()
    return knowledge.with_facts(windows)


def with_codes(knowledge: KnowledgeBase, path: str | Path) -> KnowledgeBase:
    """The same knowledge with a user's own codes: a file of `fact: {codes: […], words: […]}`, `systems` and `groups`.

    A code that is known already is replaced; `cite` is not needed. Raises `KnowledgeError`.
    """
    problems, node = Problems(), read_file(path, KnowledgeError)
    terminology = extended(knowledge.terminology, node, knowledge.sources, problems)
    problems.raise_any()
    return replace(knowledge, terminology=terminology)


def days(text: str) -> int | None:
    """A length of time in whole days or weeks, as days."""
    quantity = DURATION.read(text)
    if quantity.scale != "days" or quantity.magnitude <= 0 or quantity.magnitude % 1:
        raise Mistake(f"{quoted(text)} is not a number of days or weeks", "write for example `28 days`")
    return int(quantity.magnitude)
