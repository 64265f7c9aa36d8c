"""Files of scenarios become scenarios, or one error that lists everything wrong in all of them.

A file is a list. A `patient:` item gives a patient a name, and scenarios of the same
file may build on it, each saying only what is different.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from blinadss.answer_words import WORDS
from blinadss.authoring import Entry
from blinadss.errors import BlinadssError, KnowledgeError, Place, Problems, ProfileError, near, one_of, quoted
from blinadss.facts import FACTS
from blinadss.findings import Eligibility, Verdict
from blinadss.intake import load_profile
from blinadss.kinds import day
from blinadss.knowledge import CAUTIONS, KnowledgeBase
from blinadss.profile import PatientProfile
from blinadss.reading import Entries, Items, Node, Text, place_of, read_file, to_plain
from blinadss.row_words import expected_words
from blinadss.scenarios import NOT_ASKED, Scenario

_VERDICTS = [verdict.value for verdict in Verdict]
_ELIGIBILITIES = [*(eligibility.value for eligibility in Eligibility), "not_applicable", "not_in_force"]
_FINDINGS = [*sorted({word for words in WORDS.values() for word in words.values()}), NOT_ASKED]
_EMPTY = "write `{}` for a patient of whom nothing is known"


def load_scenarios(folder: str | Path, knowledge: KnowledgeBase) -> tuple[Scenario, ...]:
    """Every scenario in a file, or in all files below a folder; raises `KnowledgeError` with every problem."""
    path = Path(folder)
    if not path.exists():
        raise KnowledgeError(
            f"{folder}: there is no such file or folder of scenarios", "name the folder that holds them"
        )
    problems = Problems()
    scenarios: list[Scenario] = []
    for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
        try:
            node = read_file(file, KnowledgeError)
        except BlinadssError as error:
            problems.extend(error.problems)
            continue
        if not isinstance(node, Items):
            problems.add(node.place, "a file of scenarios is a list", "start each one with `- scenario:`")
            continue
        scenarios += _FileReader(knowledge, problems).scenarios(node)
    problems.raise_any()
    return tuple(scenarios)


class _FileReader:
    """Reads the scenarios of one file, noting what is wrong with them."""

    def __init__(self, knowledge: KnowledgeBase, problems: Problems) -> None:
        self.knowledge, self.problems = knowledge, problems
        self.patients: dict[str, Entries] = {}
        indications = [each.id for policy in knowledge.policies.values() for each in policy.indications]
        self.words = {
            **dict.fromkeys(knowledge.criteria, _FINDINGS),
            **dict.fromkeys(indications, _ELIGIBILITIES),
            **dict.fromkeys(knowledge.policies, _VERDICTS),
        }
        self.homes = [*knowledge.policies, CAUTIONS]
        self.rows = expected_words(knowledge)

    def scenarios(self, node: Items) -> Iterator[Scenario]:
        """Every scenario of the file, the patients that they build on left out."""
        for item in node.items:
            if isinstance(item, Entries) and "patient" in item.entries and "scenario" not in item.entries:
                self.patient(item)
            elif scenario := self.scenario(item):
                yield scenario

    def patient(self, node: Node) -> None:
        entry = Entry(node, self.problems, "a patient", required=("patient", "profile"))
        name, below = entry.text("patient"), entry.get("profile")
        if name in self.patients:
            self.problems.add(entry.place, f"the patient {quoted(name)} is written twice", "give one another name")
        if below is not None and self.profile(below) is not None and isinstance(below, Entries):
            self.patients[name] = below

    def scenario(self, node: Node) -> Scenario | None:
        entry = Entry(
            node,
            self.problems,
            "a scenario",
            required=("scenario", "on", "expect"),
            optional=("patient", "profile", "missing", "edition"),
        )
        on = entry.read("on", day, None)
        expect = self.words_under(entry, "expect")
        rows: dict[str, dict[str, str]] = {}
        for name in [name for name in expect if name in self.rows]:
            home, word, place = self.rows[name][0], *expect.pop(name)
            self.refuse(name, word, place, self.rows[name][1])
            rows.setdefault(home, {})[name] = word
        about = [each for name, (word, place) in expect.items() if (each := self.home(name, word, place))]
        edition = self.editions(entry)
        missing = self.missing(entry)
        if not expect and not rows and "expect" in entry:
            self.problems.add(entry.place, "a scenario that expects nothing cannot fail", "say what should come out")
        below = self.built(entry)
        profile = self.profile(below) if below else None
        if on is None or profile is None:
            return None
        expected = {name: word for name, (word, _) in expect.items()}
        asked = tuple(dict.fromkeys([*about, *edition]))
        return Scenario(entry.text("scenario"), on, profile, expected, missing, edition, asked, entry.place, rows)

    def built(self, entry: Entry) -> Node | None:
        """The patient of a scenario: a named one, one written here, or a named one with some facts laid over it."""
        name, own = entry.text("patient"), entry.get("profile")
        if not name:
            if own is None:
                self.problems.add(entry.place, "a scenario has no `profile`", _EMPTY)
            return own
        if name not in self.patients:
            node = entry.get("patient")
            place = node.place if node else entry.place
            hint = near(name, list(self.patients)) or "give the patient that name in this file first"
            self.problems.add(place, f"there is no patient {quoted(name)}", hint)
            return None
        return _laid_over(self.patients[name], own) if isinstance(own, Entries) else own or self.patients[name]

    def home(self, name: str, word: str, place: Place) -> str | None:
        """The policy that something belongs to, if the word can be said of it."""
        if name not in self.words:
            hint = near(name, [*self.words, *self.rows])
            self.problems.add(place, f"nothing is called {quoted(name)}", hint)
        elif self.refuse(name, word, place, self.words[name]):
            return next(each for each in self.homes if name == each or name.startswith(f"{each}/"))
        return None

    def refuse(self, name: str, word: str, place: Place, words: Sequence[str]) -> bool:
        """Note a word that cannot be said of something; whether it can. Where there are no words it is an amount."""
        if words and word not in words:
            self.problems.add(place, f"`{name}` cannot be {quoted(word)}", f"write {one_of(words)}")
        return not words or word in words

    def words_under(self, entry: Entry, key: str) -> dict[str, tuple[str, Place]]:
        """The words under a key, with their places; anything else there is a problem."""
        node = entry.get(key)
        if node is not None and not isinstance(node, Entries):
            self.problems.add(node.place, f"`{key}` is a group of `id: word` lines", None)
        words = {}
        for name, each in node.entries.items() if isinstance(node, Entries) else ():
            if isinstance(each, Text) and not each.nothing:
                words[name] = each.value, each.place
            else:
                self.problems.add(each.place, f"one word is needed for {quoted(name)}", None)
        return words

    def editions(self, entry: Entry) -> dict[str, str]:
        editions, policies = {}, self.knowledge.policies
        for policy, (text, place) in self.words_under(entry, "edition").items():
            starts = [each.id for each in policies[policy].editions] if policy in policies else []
            if text not in starts:
                self.problems.add(place, f"{quoted(policy)} has no edition {quoted(text)}", near(text, starts))
            editions[policy] = text
        return editions

    def missing(self, entry: Entry) -> frozenset[str] | None:
        if "missing" not in entry:
            return None
        facts = list(entry.texts("missing"))
        for fact, place in facts:
            if fact not in FACTS:
                self.problems.add(place, f"unknown fact {quoted(fact)}", near(fact, list(FACTS)))
        return frozenset(fact for fact, _ in facts)

    def profile(self, node: Node) -> PatientProfile | None:
        if not isinstance(node, Entries):
            self.problems.add(node.place, "a profile is a group of sections", _EMPTY)
            return None
        try:
            return load_profile(to_plain(node))
        except ProfileError as error:
            self.problems.extend(replace(problem, place=place_of(node, problem.path)) for problem in error.problems)
            return None


def _laid_over(patient: Entries, different: Entries) -> Entries:
    """The patient with what is different laid over, fact by fact."""
    entries = dict(patient.entries)
    for section, below in different.entries.items():
        base = entries.get(section)
        if isinstance(base, Entries) and isinstance(below, Entries):
            entries[section] = replace(
                below, entries={**base.entries, **below.entries}, keys={**base.keys, **below.keys}
            )
        else:
            entries[section] = below
    return replace(different, entries=entries, keys={**patient.keys, **different.keys})
