"""A folder of criteria: what is said about every kind of mistake in it, and what its fingerprint depends on.

`mistakes/valid` is the smallest folder that has everything. A mistake is a file
`mistakes/NAME.yaml`, which takes the place of its indication, or a folder
`mistakes/NAME/`, which is laid over it; `NAME.txt` is the whole message.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss.errors import KnowledgeError, Problem
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge, shipped_criteria, with_windows

MISTAKES = Path(__file__).parent / "mistakes"
NAMES = sorted(path.stem for path in MISTAKES.glob("*.txt"))
INDICATION, POLICY, SHARED = "p/indication.yaml", "p/policy.yaml", "p/shared.yaml"
CRITERION = """\
  - id: {id}
    statement: A statement.
    when: {when}
    cite: label §1
    assurance: verified
"""
OTHER_POLICY = """\
policy: {id}
title: Another policy
publisher: An agency
jurisdiction: Nowhere
editions:{editions}
"""
EDITION = """
  - from: 2020-01-01
    title: The only edition
    cite: label §1
    assurance: verified"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MISTAKES / "valid", tmp_path / "criteria"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def write(folder: Path, file: str, text: str) -> None:
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")


def message(folder: Path) -> str:
    """What is said about a folder, with paths as seen from it."""
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return str(caught.value).replace(f"{folder}/", "")


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return caught.value.problems


def test_every_mistake_has_its_message() -> None:
    mistakes = {path.stem for path in MISTAKES.iterdir() if path.suffix != ".txt"}
    assert sorted(mistakes - {"valid"}) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_is_said_word_for_word(name: str, folder: Path) -> None:
    if (MISTAKES / name).is_dir():
        shutil.copytree(MISTAKES / name, folder, dirs_exist_ok=True)
    else:
        shutil.copy(MISTAKES / f"{name}.yaml", folder / INDICATION)
    assert message(folder) == (MISTAKES / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


def test_the_valid_folder_loads_whole(folder: Path) -> None:
    knowledge = load_knowledge(folder)
    assert (knowledge.version, knowledge.default_policies) == ("1", ("p",))
    assert sorted(knowledge.criteria) == ["cautions/blasts", "p/active-infection", "p/cd19-positive", "p/relapsed"]
    assert [use.role for use in knowledge.cautions.uses()] == ["cautions"]
    assert [each.id for each in knowledge.caution_notes["cautions/blasts"].evidence] == ["survival"]
    assert knowledge.fresh_for == {"marrow.blasts": 28}
    assert [(use.criterion.id, use.role) for use in knowledge.policies["p"].uses()] == [
        ("p/cd19-positive", "requires"),
        ("p/relapsed", "requires"),
        ("p/active-infection", "contraindicates"),
    ]


def test_the_shipped_criteria_load_once() -> None:
    assert load_knowledge() is load_knowledge()
    assert load_knowledge(shipped_criteria()).fingerprint == load_knowledge().fingerprint


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere") == (
        Problem(
            f"{tmp_path / 'nowhere'}: there is no such folder of criteria", "name a folder that holds knowledge.yaml"
        ),
    )


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    assert message(tmp_path).endswith(": holds no knowledge.yaml\n  hint: name a folder of criteria")
    write(tmp_path, "knowledge.yaml", "knowledge: nothing\nversion: none\nassess: []\n")
    assert (
        message(tmp_path)
        == """\
the knowledge has 2 problems
facts.yaml: there is no such file
  hint: every folder has one
sources.yaml: there is no such file
  hint: every folder has one"""
    )


def test_unreadable_files_are_reported_together(folder: Path) -> None:
    (folder / INDICATION).write_bytes(b"\xff\xfe")
    write(folder, SHARED, "shared: [\n")
    assert [found.problem for found in problems(folder)] == [
        f"{folder / INDICATION}: is not text in UTF-8 (byte 0)",
        "this is not readable as YAML: while parsing a flow node did not find expected node content",
    ]


def test_criteria_of_two_policies_may_share_an_id(folder: Path) -> None:
    write(folder, "q/policy.yaml", OTHER_POLICY.format(id="q", editions=EDITION))
    write(
        folder,
        "q/contraindications.yaml",
        "contraindications:\n" + CRITERION.format(id="relapsed", when="disease.cd19 is negative"),
    )
    assert {"p/relapsed", "q/relapsed"} < {*load_knowledge(folder).criteria}


def test_the_same_folder_has_the_same_fingerprint(folder: Path, tmp_path: Path) -> None:
    elsewhere = Path(shutil.copytree(folder, tmp_path / "elsewhere"))
    first = load_knowledge(folder).fingerprint
    assert [load_knowledge(folder).fingerprint, load_knowledge(elsewhere).fingerprint] == [first, first]


SAME = {
    "a comment": (INDICATION, "requires:", "# why\n\nrequires:  # all of these"),
    "a quoted line": (INDICATION, "marrow.blasts >= 5 %", "'marrow.blasts >= 5 %'"),
    "spaces in a line": (INDICATION, "marrow.blasts >= 5 %", "marrow.blasts  >=  5%"),
    "another spelling of a threshold": (INDICATION, ">= 5 %", ">= 5e-2"),
    "order of codes": (INDICATION, "relapsed or refractory\n", "refractory or relapsed\n"),
    "order of keys": (POLICY, "title: A policy\npublisher: An agency", "publisher: An agency\ntitle: A policy"),
    "one citation as a list": (INDICATION, "cite: label §1.1", "cite: [label §1.1]"),
    "the same citation without a sign": (INDICATION, "label §1.1", "label 1.1"),
    "the same window in weeks": ("facts.yaml", "28 days", "4 weeks"),
    "a note in a file about nothing": (
        POLICY,
        "jurisdiction: Nowhere",
        "jurisdiction: Nowhere\nnote: Remember the milk.",
    ),
    "order of group parts": (
        INDICATION,
        "        - disease.course is relapsed or refractory\n        - marrow.blasts >= 5 %\n",
        "        - marrow.blasts >= 5 %\n        - disease.course is relapsed or refractory\n",
    ),
}


@pytest.mark.parametrize(("file", "old", "new"), SAME.values(), ids=SAME)
def test_the_fingerprint_ignores_how_it_is_written(folder: Path, file: str, old: str, new: str) -> None:
    before = load_knowledge(folder).fingerprint
    edit(folder, file, old, new)
    assert load_knowledge(folder).fingerprint == before


def test_the_fingerprint_ignores_the_order_of_criteria(folder: Path) -> None:
    before = load_knowledge(folder).fingerprint
    edit(folder, INDICATION, "  - cd19-positive\n\n", "")
    edit(folder, INDICATION, "    assurance: verified\n", "    assurance: verified\n  - cd19-positive\n")
    assert load_knowledge(folder).fingerprint == before


def test_the_fingerprint_ignores_the_order_of_files(folder: Path) -> None:
    before = load_knowledge(folder).fingerprint
    (folder / "p/contraindications.yaml").rename(folder / "p/zz.yaml")
    facts = (folder / "facts.yaml").read_text(encoding="utf-8").split("\n\n")
    write(folder, "facts.yaml", "\n\n".join(reversed(facts)))
    assert load_knowledge(folder).fingerprint == before


DIFFERENT = {
    "a threshold": (INDICATION, ">= 5 %", ">= 5.1 %"),
    "an operator": (INDICATION, ">= 5 %", "> 5 %"),
    "a code": (INDICATION, "relapsed or refractory\n", "relapsed\n"),
    "a fact": (SHARED, "disease.cd19 is positive", "disease.philadelphia is positive"),
    "is and is not": (SHARED, "is positive", "is not positive"),
    "a group": (INDICATION, "any:", "all:"),
    "a count": (INDICATION, "any:", "at least 2 of:"),
    "the place cited": (INDICATION, "label §1.1", "label §1.2"),
    "a further citation": (INDICATION, "cite: label §1.1", "cite: [label §1.1, label §1]"),
    "an assurance": (INDICATION, "assurance: verified", "assurance: secondary"),
    "a statement": (INDICATION, "has relapsed or is refractory", "has come back"),
    "a rationale": (SHARED, "    assurance", "    rationale: It is the target.\n    assurance"),
    "an id": (INDICATION, "id: relapsed", "id: active"),
    "the title of an indication": (INDICATION, "title: An indication", "title: Another"),
    "a role": (INDICATION, "\n  - id: relapsed", "\nexcludes:\n  - id: relapsed"),
    "the day a criterion begins": (INDICATION, "- cd19-positive", "- use: cd19-positive\n    from: 2024-06-14"),
    "the day a criterion ends": (INDICATION, "- cd19-positive", "- use: cd19-positive\n    until: 2024-06-14"),
    "the day an indication begins": (INDICATION, "\nrequires", "from: 2024-06-14\nrequires"),
    "the day of an edition": (POLICY, "2020-01-01", "2020-01-02"),
    "the day a policy ends": (POLICY, "jurisdiction", "until: 2025-01-01\njurisdiction"),
    "the assurance of an edition": (POLICY, "verified\n\n", "secondary\n\n"),
    "a window": ("facts.yaml", "28 days", "27 days"),
    "a question": ("facts.yaml", "express CD19", "carry CD19"),
    "an effort": ("facts.yaml", "effort: chart", "effort: history"),
    "the edition of a source": ("sources.yaml", "edition: 2024-06-14", "edition: 2024-06-15"),
    "whether a source was read": ("sources.yaml", "2026-11-22", "unread"),
    "the version": ("knowledge.yaml", '"1"', '"2"'),
}


@pytest.mark.parametrize(("file", "old", "new"), DIFFERENT.values(), ids=DIFFERENT)
def test_the_fingerprint_changes_with_the_meaning(folder: Path, file: str, old: str, new: str) -> None:
    before = load_knowledge(folder).fingerprint
    edit(folder, file, old, new)
    assert load_knowledge(folder).fingerprint != before


def test_no_two_meanings_share_a_fingerprint(tmp_path: Path) -> None:
    fingerprints = set()
    for number, (file, old, new) in enumerate(DIFFERENT.values()):
        folder = Path(shutil.copytree(MISTAKES / "valid", tmp_path / str(number)))
        edit(folder, file, old, new)
        fingerprints.add(load_knowledge(folder).fingerprint)
    assert len(fingerprints) == len(DIFFERENT)


@pytest.fixture
def knowledge(folder: Path) -> KnowledgeBase:
    return load_knowledge(folder)


def windows(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_user_replaces_windows_by_their_own(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = """\
marrow.blasts: {fresh_for: 2 weeks, rationale: As we do here.}
disease.cd19: {fresh_for: 90 days, rationale: As we do here.}
labs.alt: {fresh_for: 1 day, rationale: As we do here.}
"""
    changed = with_windows(knowledge, windows(tmp_path / "w.yaml", text))
    assert changed.fresh_for == {"marrow.blasts": 14, "disease.cd19": 90, "labs.alt": 1}
    assert changed.facts["disease.cd19"].ask == knowledge.facts["disease.cd19"].ask
    assert knowledge.fresh_for == {"marrow.blasts": 28}


def test_a_window_can_be_taken_away(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = "marrow.blasts: {fresh_for: never stale, rationale: We look every day.}\n"
    assert with_windows(knowledge, windows(tmp_path / "w.yaml", text)).fresh_for == {}


def test_other_windows_have_another_fingerprint(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = "marrow.blasts: {fresh_for: 27 days, rationale: Leukaemia changes within weeks.}\n"
    changed = with_windows(knowledge, windows(tmp_path / "w.yaml", text))
    assert changed.fingerprint != knowledge.fingerprint


def test_wrong_windows_are_reported_together(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = """\
marow.blasts: {fresh_for: 2 weeks, rationale: As we do here.}
marrow.blasts: {fresh_for: 1 month, rationale: As we do here.}
disease.cd19: {fresh_for: 90 days}
labs.alt: {fresh_for: 7, rationale: As we do here., effort: blood}
labs.ast: 7 days
"""
    with pytest.raises(KnowledgeError) as caught:
        with_windows(knowledge, windows(tmp_path / "w.yaml", text))
    assert (
        str(caught.value).replace(f"{tmp_path}/", "")
        == """\
the knowledge has 6 problems
w.yaml:1:1: unknown fact `marow.blasts`
    marow.blasts: {fresh_for: 2 weeks, rationale: As we do here.}
    ^
  hint: did you mean `marrow.blasts`?
w.yaml:2:28: `1 month` is not a number of days or weeks
    marrow.blasts: {fresh_for: 1 month, rationale: As we do here.}
                               ^
  hint: write for example `28 days`
w.yaml:3:15: `disease.cd19` has no `rationale`
    disease.cd19: {fresh_for: 90 days}
                  ^
w.yaml:4:24: `7` has no unit
    labs.alt: {fresh_for: 7, rationale: As we do here., effort: blood}
                           ^
  hint: write the unit too, for example `12 weeks`
w.yaml:4:53: `labs.alt` has no `effort`
    labs.alt: {fresh_for: 7, rationale: As we do here., effort: blood}
                                                        ^
  hint: write `fresh_for` or `rationale`
w.yaml:5:11: `labs.ast` is a group of `key: value` lines
    labs.ast: 7 days
              ^"""
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- marrow.blasts\n", "windows are listed as `section.fact:` with `fresh_for` below"),
        ("14 days\n", "windows are listed as `section.fact:` with `fresh_for` below"),
        ("", "is empty"),
    ],
)
def test_a_file_without_windows_is_refused(knowledge: KnowledgeBase, tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(KnowledgeError, match=problem):
        with_windows(knowledge, windows(tmp_path / "w.yaml", text))


@pytest.mark.parametrize("file", [INDICATION, POLICY, SHARED])
def test_an_empty_list_is_no_citation(folder: Path, file: str) -> None:
    edit(folder, file, "cite: label §1", "cite: [] # ")
    assert message(folder)


@pytest.mark.parametrize(
    "name", ["p/more.yml", "p/contraindications.YAML", "p/contraindications.yaml.txt", "p/more.json"]
)
def test_a_file_that_is_not_read_is_a_mistake(folder: Path, name: str) -> None:
    write(folder, name, "contraindications: [\n")
    assert message(folder)


@pytest.mark.parametrize("editions", ["", " []"])
def test_a_policy_without_editions_is_a_mistake(folder: Path, editions: str) -> None:
    write(folder, "q/policy.yaml", OTHER_POLICY.format(id="q", editions=editions))
    assert message(folder)


def test_a_policy_that_ends_before_it_begins_is_a_mistake(folder: Path) -> None:
    edit(folder, POLICY, "jurisdiction", "until: 2019-01-01\njurisdiction")
    assert message(folder)


def test_no_criterion_hides_another(folder: Path) -> None:
    edit(folder, INDICATION, "id: relapsed", "id: q/x")
    write(folder, "p/q/policy.yaml", OTHER_POLICY.format(id="p/q", editions=EDITION))
    write(folder, "p/q/shared.yaml", "shared:\n" + CRITERION.format(id="x", when="disease.cd19 is negative"))
    assert message(folder)


def test_the_name_of_the_shared_file_never_matters(folder: Path) -> None:
    (folder / SHARED).rename(folder / "p/zz.yaml")
    load_knowledge(folder)


def test_only_a_shared_criterion_can_be_used_by_name(folder: Path) -> None:
    write(folder, "p/j.yaml", "shared:\n" + CRITERION.format(id="x", when="disease.cd19 is negative"))
    write(folder, "p/z.yaml", "indication: p/z\ntitle: Z\nrequires:\n  - relapsed\n")
    assert "there is no shared criterion `relapsed`" in message(folder)


def test_sources_in_a_list_are_called_that(folder: Path) -> None:
    write(folder, "sources.yaml", "- label\n")
    assert "sources.yaml:1:1: sources are listed as `key:` with their details below" in message(folder)


@pytest.mark.parametrize(
    "written",
    [
        '"marrow.blasts >= 5 kg"',
        "marrow.blasts   >=   5 kg",
    ],
    ids=["quoted", "spaced"],
)
def test_the_caret_finds_its_word_however_written(folder: Path, written: str) -> None:
    edit(folder, INDICATION, "marrow.blasts >= 5 %", written)
    (found,) = problems(folder)
    assert found.place is not None
    assert found.place.text[found.place.column - 1 :].startswith("kg")


@pytest.mark.parametrize(
    "name", ["README.md", "p/README.md", ".gitignore", "p/.indication.yaml.swp", "p/.#indication.yaml"]
)
def test_notes_and_hidden_files_are_left_alone(folder: Path, name: str) -> None:
    before = load_knowledge(folder).fingerprint
    write(folder, name, "Remember: the milk: [\n")
    assert load_knowledge(folder).fingerprint == before


@pytest.mark.parametrize("name", [".git/config", ".git/more.yaml", ".github/workflow.yaml"])
def test_hidden_folders_are_left_alone(folder: Path, name: str) -> None:
    write(folder, name, "Remember: the milk: [\n")
    load_knowledge(folder)


@pytest.mark.parametrize(
    "written", ["marrow.blasts\n            >= 5 kg", ">-\n          marrow.blasts >= 5 kg"], ids=["folded", "block"]
)
def test_the_caret_of_a_folded_line_stays_on_it(folder: Path, written: str) -> None:
    edit(folder, INDICATION, "marrow.blasts >= 5 %", written)
    (found,) = problems(folder)
    assert found.place is not None
    assert found.place.column <= len(found.place.text)


@pytest.mark.parametrize("written", ['"marrow.blasts >= 5"', "marrow.blasts   >=   5"], ids=["quoted", "spaced"])
def test_the_caret_stands_after_the_end_however_written(folder: Path, written: str) -> None:
    edit(folder, INDICATION, "marrow.blasts >= 5 %", written)
    (found,) = problems(folder)
    assert found.place is not None
    assert found.place.text[: found.place.column - 1].endswith("5")


def test_a_mistake_in_sources_is_reported_once(folder: Path) -> None:
    write(folder, "sources.yaml", "- label\n")
    assert len(problems(folder)) == 1


PIECES = [
    "",
    "[",
    "]",
    "{",
    "- ",
    ": ",
    " #",
    "'",
    '"',
    "\n",
    "    ",
    "null",
    "-1",
    "any:",
    "at least 1 of:",
    "or",
    "since ",
]
FILES = sorted(path.relative_to(MISTAKES / "valid") for path in (MISTAKES / "valid").rglob("*.yaml"))


@given(st.sampled_from(FILES), st.integers(0, 500), st.integers(0, 40), st.sampled_from(PIECES))
def test_any_edit_gives_knowledge_or_problems(file: Path, start: int, length: int, piece: str) -> None:
    """Whatever is cut out of a file of criteria and put in its place, the answer is knowledge or a `KnowledgeError`."""
    text = (MISTAKES / "valid" / file).read_text(encoding="utf-8")
    with TemporaryDirectory() as place:
        folder = Path(shutil.copytree(MISTAKES / "valid", Path(place) / "criteria"))
        (folder / file).write_text(text[:start] + piece + text[start + length :], encoding="utf-8")
        try:
            fingerprint = load_knowledge(folder).fingerprint
        except KnowledgeError as error:
            fingerprint = str(error)
    assert fingerprint
