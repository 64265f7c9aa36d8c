"""The files of one policy become one `Policy`: its editions, indications, contraindications and shared criteria."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from blinadss.authoring import Entry, read_expression
from blinadss.errors import Place, Problems, near, quoted
from blinadss.kinds import day
from blinadss.knowledge import Criterion, Edition, Indication, Period, Policy, Role, Source, Use
from blinadss.reading import Entries, Items, Node, Text

_CRITERION = ("id", "statement", "when", "cite", "assurance")
_WHY = ("rationale",)
_PERIOD = ("from", "until")


def read_policy(
    policy_id: str, files: Mapping[str, Node], sources: Mapping[str, Source], problems: Problems
) -> tuple[Policy | None, dict[str, Criterion]]:
    """The policy in a folder and the criteria it defines; nothing if the folder has no readable `policy.yaml`."""
    return _PolicyReader(policy_id, sources, problems).read(files)


class _PolicyReader:
    def __init__(self, policy_id: str, sources: Mapping[str, Source], problems: Problems) -> None:
        self.id, self.sources, self.problems = policy_id, sources, problems
        self.criteria: dict[str, Criterion] = {}
        self.shared: dict[str, Criterion | None] = {}
        self.places: dict[str, Place] = {}
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
            optional=("until", "note"),
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
            return None, self.criteria
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
        )
        return policy, self.criteria

    def read_shared(self, node: Node) -> None:
        entry = Entry(node, self.problems, "this file", required=("shared",))
        for item in entry.items("shared"):
            each = Entry(item, self.problems, "criterion", required=_CRITERION, optional=_WHY)
            criterion = self.read_criterion(each)
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
            optional=("excludes", "from", "until", "note"),
        )
        self.named(entry, "indication", f"{self.id}/{file.removesuffix('.yaml')}")
        uses = self.read_uses(entry, "requires", "requires") + self.read_uses(entry, "excludes", "excludes")
        below = entry.get("requires")
        if (isinstance(below, Items) and not below.items) or (isinstance(below, Text) and below.nothing):
            self.problems.add(
                entry.place,
                "an indication that requires nothing would be met by everybody",
                "list under `requires:` what must be true",
            )
        return Indication(entry.text("indication"), entry.text("title"), uses, entry.period(self.days()), entry.place)

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
            criterion, period = self.shared_criterion(node.value, node.place), Period()
        elif isinstance(node, Entries) and "use" in node.entries:
            entry = Entry(node, self.problems, "the use of a criterion", required=("use",), optional=_PERIOD)
            criterion = self.shared_criterion(entry.text("use"), node.entries["use"].place)
            period = entry.period(self.days())
        else:
            entry = Entry(node, self.problems, "criterion", required=_CRITERION, optional=(*_WHY, *_PERIOD))
            criterion, period = self.read_criterion(entry), entry.period(self.days())
        return Use(criterion, role, period) if criterion else None

    def shared_criterion(self, name: str, place: Place) -> Criterion | None:
        if name not in self.shared:
            self.problems.add(place, f"there is no shared criterion {quoted(name)}", near(name, list(self.shared)))
        return self.shared.get(name)

    def read_criterion(self, entry: Entry) -> Criterion | None:
        name, when = entry.identifier("id"), entry.get("when")
        expression = read_expression(when, self.problems) if when else None
        statement, cite, assurance = entry.text("statement"), entry.citations(self.sources), entry.assurance()
        if not name:
            return None
        full = f"{self.id}/{name}"
        if full in self.places:
            self.problems.add(
                entry.place,
                f"criterion `{name}` is written twice",
                f"the first is in {self.places[full]}; move it to shared.yaml and refer to it",
            )
            return None
        self.places[full] = entry.place
        if expression is None:
            return None
        self.criteria[full] = Criterion(
            full, statement, expression, cite, assurance, entry.text("rationale"), place=entry.place
        )
        return self.criteria[full]
