"""The files of one policy become one `Policy`: its editions, indications, contraindications and shared criteria."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import cast

from blinadss.authoring import CRITERION, MORE, CriterionReader, Entry
from blinadss.errors import Place, Problems, near, quoted
from blinadss.kinds import day
from blinadss.knowledge import KINDS, Edition, Indication, Policy, PolicyKind
from blinadss.reading import Entries, Items, Node, Text
from blinadss.statements import ALWAYS, Criterion, Evidence, Role, Source, Term, Use

_PERIOD = ("from", "until")


def read_policy(
    policy_id: str,
    files: Mapping[str, Node],
    sources: Mapping[str, Source],
    evidence: Mapping[str, Evidence],
    problems: Problems,
) -> tuple[Policy | None, dict[str, Criterion]]:
    """The policy in a folder and the criteria it defines; nothing if the folder has no readable `policy.yaml`."""
    return _PolicyReader(policy_id, sources, evidence, problems).read(files)


def cited_evidence(entry: Entry, known: Mapping[str, Evidence], problems: Problems) -> tuple[Evidence, ...]:
    """The results named under `evidence`; each must be one that is listed."""
    found = []
    for text, place in entry.texts("evidence"):
        if text in known:
            found.append(known[text])
        else:
            hint = near(text, list(known)) or "list it in a file of the folder evidence first"
            problems.add(place, f"there is no result {quoted(text)}", hint)
    return tuple(found)


class _PolicyReader:
    def __init__(
        self, policy_id: str, sources: Mapping[str, Source], evidence: Mapping[str, Evidence], problems: Problems
    ) -> None:
        self.id, self.sources, self.evidence, self.problems = policy_id, sources, evidence, problems
        self.reader = CriterionReader(policy_id, sources, problems)
        self.shared: dict[str, Criterion | None] = {}
        self.editions: tuple[Edition, ...] = ()

    def read(self, files: Mapping[str, Node]) -> tuple[Policy | None, dict[str, Criterion]]:
        head = files.get("policy.yaml")
        if head is None:
            first = next(iter(files.values())).place
            self.problems.add(Place(first.file, 1, 1), "this folder has no `policy.yaml`", "every policy has one")
            return None, {}
        about = Entry(
            head,
            self.problems,
            "the policy",
            required=("policy", "title", "publisher", "jurisdiction", "editions"),
            optional=("kind", "until", "note", "terms", "flaw"),
        )
        self.named(about, "policy", self.id)
        self.editions = self.read_editions(about)
        kinds = {
            name: next(iter(node.entries), "") if isinstance(node, Entries) else "" for name, node in files.items()
        }
        for name, node in files.items():  # shared criteria first: the other files refer to them
            if kinds[name] == "shared":
                self.read_shared(node)
        contraindications: tuple[Use, ...] = ()
        indications = []
        for name, node in files.items():
            if kinds[name] == "contraindications":
                entry = Entry(node, self.problems, "this file", required=("contraindications",))
                contraindications += self.read_uses(entry, "contraindications", "contraindicates")
            elif kinds[name] == "indication":
                indications.append(self.read_indication(node, name))
            elif name != "policy.yaml" and kinds[name] != "shared":
                hint = "a file starts with `indication:`, `contraindications:` or `shared:`"
                self.problems.add(node.place, f"it is not clear what {quoted(name)} holds", hint)
        until = about.read("until", day, date.max)
        if not self.editions:
            return None, self.reader.criteria
        if until <= self.editions[-1].start:
            self.problems.add(about.place, "the policy ends before its last edition begins", "correct `until`")
        policy = Policy(
            self.id,
            about.text("title"),
            about.text("publisher"),
            about.text("jurisdiction"),
            self.editions,
            tuple(sorted(indications, key=lambda indication: (indication.period.start, indication.id))),
            contraindications,
            until,
            cast("PolicyKind", about.choice("kind", KINDS) or "policy"),
            self.read_terms(about),
            about.text("flaw"),
            about.place,
        )
        self.refuse_shared_ids(indications)
        return policy, self.reader.criteria

    def refuse_shared_ids(self, indications: list[Indication]) -> None:
        for each in indications:
            if each.id in self.reader.criteria and each.place:
                hint = "give one of them another name"
                self.problems.add(each.place, f"`{each.id}` is the id of a criterion as well", hint)

    def read_shared(self, node: Node) -> None:
        entry = Entry(node, self.problems, "this file", required=("shared",))
        for item in entry.items("shared"):
            each = Entry(item, self.problems, "criterion", required=CRITERION, optional=MORE)
            criterion = self.reader.read(each)
            self.shared[each.text("id")] = criterion  # nothing if it has a mistake, which is told where it stands

    def named(self, entry: Entry, key: str, name: str) -> None:
        """Note a file whose name inside differs from the name of its place."""
        node = entry.get(key)
        if isinstance(node, Text) and node.value != name:
            self.problems.add(
                node.place,
                f"this is {quoted(node.value)}, but it lies where `{name}` belongs",
                f"write `{name}`, or move it",
            )

    def read_editions(self, about: Entry) -> tuple[Edition, ...]:
        editions: list[Edition] = []
        node = about.get("editions")
        if node is not None and not (isinstance(node, Items) and node.items):
            self.problems.add(node.place, "a policy needs at least one edition", "say since when it has been in force")
            return ()
        for item in about.items("editions"):
            entry = Entry(
                item, self.problems, "an edition", required=("from", "title", "cite", "assurance"), optional=("note",)
            )
            start = entry.read("from", day, None)
            if start is None:
                continue
            if editions and start <= editions[-1].start:
                self.problems.add(entry.place, "the editions are not in order", "list them from the first to the last")
            cite = entry.citations(self.sources)
            editions.append(Edition(start, entry.text("title"), cite, entry.assurance(), entry.text("note")))
        return tuple(editions)

    def read_indication(self, node: Node, file: str) -> Indication:
        entry = Entry(
            node,
            self.problems,
            "an indication",
            required=("indication", "title", "requires"),
            optional=("applies_to", "excludes", "from", "until", "note", "evidence", "terms", "flaw"),
        )
        self.named(entry, "indication", f"{self.id}/{file.removesuffix('.yaml')}")
        scope = tuple(replace(use, scope=True) for use in self.read_uses(entry, "applies_to", "requires"))
        uses = scope + self.read_uses(entry, "requires", "requires") + self.read_uses(entry, "excludes", "excludes")
        below = entry.get("requires")
        if (isinstance(below, Items) and not below.items) or (isinstance(below, Text) and below.nothing):
            self.problems.add(
                entry.place,
                "an indication that requires nothing would be met by everybody",
                "list under `requires:` what must be true",
            )
        return Indication(
            entry.text("indication"),
            entry.text("title"),
            uses,
            entry.period(self.days()),
            cited_evidence(entry, self.evidence, self.problems),
            self.read_terms(entry),
            entry.text("flaw"),
            entry.place,
        )

    def read_terms(self, entry: Entry) -> tuple[Term, ...]:
        terms: dict[str, Term] = {}
        for item in entry.items("terms"):
            each = Entry(
                item, self.problems, "a term", required=("id", "statement", "cite", "assurance"), optional=_PERIOD
            )
            name, statement, cite = each.identifier("id"), each.text("statement"), each.citations(self.sources)
            if name in terms:
                self.problems.add(each.place, f"`{name}` is listed twice", "keep one")
            terms[name] = Term(f"{self.id}/{name}", statement, cite, each.assurance(), each.period(self.days()))
        return tuple(terms.values())

    def days(self) -> Collection[date]:
        return [edition.start for edition in self.editions]

    def read_uses(self, entry: Entry, key: str, role: Role) -> tuple[Use, ...]:
        uses: list[Use] = []
        for item in entry.items(key):
            use = self.read_use(item, role)
            if use is None:
                continue
            if any(other.criterion.id == use.criterion.id for other in uses):
                self.problems.add(item.place, f"`{use.criterion.id}` is listed twice", "keep one")
            uses.append(use)
        return tuple(uses)

    def read_use(self, node: Node, role: Role) -> Use | None:
        """A criterion written here, the name of a shared one, or `use:` with the time it applies."""
        if isinstance(node, Text):
            criterion, period = self.shared_criterion(node.value, node.place), ALWAYS
        elif isinstance(node, Entries) and "use" in node.entries:
            entry = Entry(node, self.problems, "the use of a criterion", required=("use",), optional=_PERIOD)
            criterion = self.shared_criterion(entry.text("use"), node.entries["use"].place)
            period = entry.period(self.days())
        else:
            entry = Entry(node, self.problems, "criterion", required=CRITERION, optional=(*MORE, *_PERIOD))
            criterion, period = self.reader.read(entry), entry.period(self.days())
        return Use(criterion, role, period) if criterion else None

    def shared_criterion(self, name: str, place: Place) -> Criterion | None:
        if name not in self.shared:
            self.problems.add(place, f"there is no shared criterion {quoted(name)}", near(name, list(self.shared)))
        return self.shared.get(name)
