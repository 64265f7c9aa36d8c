"""What is legal but unwise: every check is set off by one small folder, and by nothing else in it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from blinadss.checks import CHECKS, Advice, check
from blinadss.loading import load_knowledge, shipped_criteria

ROOT = Path(__file__).parents[1]
VALID = Path(__file__).parent / "mistakes" / "valid"
INDICATION, POLICY, SHARED = "p/indication.yaml", "p/policy.yaml", "p/shared.yaml"
CONTRAINDICATIONS, FACTS, SOURCES = "p/contraindications.yaml", "facts.yaml", "sources.yaml"
CAUTIONS = "cautions/risk.yaml"
DOSING, MONITORING, TOXICITY = "p/dosing.yaml", "p/monitoring.yaml", "p/toxicity.yaml"
GRADING = "grading/g.yaml"
BOTH = """
  - id: negative
    statement: The leukaemia is CD19-negative.
    when: disease.cd19 is negative
    cite: label §1
    assurance: verified
  - cd19-positive
"""
CRITERION = """
  - id: another
    statement: Another statement.
    when: {when}
    cite: label §1
    assurance: verified
"""
SOURCE = """
book:
  title: A book
  publisher: A publisher
  kind: paper
  edition: "1"
  url: https://example.org/book
  retrieved: unread
"""

# What is changed in the valid folder (in a file, this for that), and what is then said.
UNWISE: dict[str, tuple[Mapping[str, tuple[str, str]], str]] = {
    "cannot-fail": (
        {CONTRAINDICATIONS: ("is present", "is present or absent")},
        """\
p/contraindications.yaml:2:5: `p/active-infection` holds for every patient
    - id: active-infection
      ^
  hint: look for an `any` that was meant as `all`, or for bounds that leave nothing out
  see: docs/reference/checks/cannot-fail.md""",
    ),
    "cannot-hold": (
        {
            CONTRAINDICATIONS: (
                "infection.active is present",
                "{all: [infection.active is present, infection.active is absent]}",
            )
        },
        """\
p/contraindications.yaml:2:5: `p/active-infection` holds for no patient
    - id: active-infection
      ^
  hint: look for lines that exclude each other; if the source says so, write a `flaw`
  see: docs/reference/checks/cannot-hold.md""",
    ),
    "source-flaw": (
        {CONTRAINDICATIONS: ("assurance: verified", "assurance: verified\n    flaw: It says so twice.")},
        """\
p/contraindications.yaml:2:5: `p/active-infection` repeats a flaw of its source: It says so twice.
    - id: active-infection
      ^
  hint: nothing to do here; the answers show it
  see: docs/reference/checks/source-flaw.md""",
    ),
    "unused-evidence": (
        {CAUTIONS: ("    evidence: survival\n", "")},
        """\
evidence/results.yaml:2:5: nothing shows the result `survival`
    - id: survival
      ^
  hint: name it under `evidence` of an indication or a caution, or take it out
  see: docs/reference/checks/unused-evidence.md""",
    ),
    "empty-edition": (
        {INDICATION: ("\nrequires", "from: 2024-06-14\nrequires")},
        """\
p/policy.yaml:1:1: `p` has no indication in the edition of 2020-01-01
    policy: p
    ^
  hint: give an indication a `from` or `until` that covers it, or end the policy with `until`
  see: docs/reference/checks/empty-edition.md""",
    ),
    "group-of-one": (
        {SHARED: ("disease.cd19 is positive", "{all: [disease.cd19 is positive]}")},
        """\
p/shared.yaml:2:5: `p/cd19-positive` has a group with one line
    - id: cd19-positive
      ^
  hint: add the line that is missing, or write the one line by itself
  see: docs/reference/checks/group-of-one.md""",
    ),
    "never-reached": (
        {TOXICITY: (">= grade 3", ">= grade 5")},
        """\
p/toxicity.yaml:21:9: `p/crs-grade-3` is never reached: a row above it holds whenever it does
    - id: crs-grade-3
      ^
  hint: put it further up, or narrow the row that takes its place
  see: docs/reference/checks/never-reached.md""",
    ),
    "nobody-meets": (
        {
            INDICATION: (
                "requires:",
                "from: 2024-06-14\nrequires:" + CRITERION.format(when="disease.cd19 is negative"),
            ),
            "p/always.yaml": ("", "indication: p/always\ntitle: Always\nrequires:\n  - cd19-positive\n"),
        },
        """\
p/indication.yaml:1:1: nobody can meet `p/indication` in the edition of 2024-06-14
    indication: p/indication
    ^
  hint: look for criteria that exclude each other, and date them; if the source says so, write a `flaw`
  see: docs/reference/checks/nobody-meets.md""",
    ),
    "not-one-dose": (
        {DOSING: ("    cycles: 1-2\n    days: 1-28\n    dose: 15", "    cycles: 1\n    days: 1-28\n    dose: 15")},
        """\
p/dosing.yaml:6:5: `p/indication`, cycle 2, from day 1: some patient has no dose
    - id: induction
      ^
  hint: let the doses of a day divide all patients between them, and give each day of the infusion one
  see: docs/reference/checks/not-one-dose.md""",
    ),
    "not-a-sentence": (
        {SHARED: ("The leukaemia is CD19-positive.", "CD19-positive leukaemia")},
        """\
p/shared.yaml:2:5: the statement of `p/cd19-positive` is not a sentence
    - id: cd19-positive
      ^
  hint: begin with a capital letter and end with a full stop
  see: docs/reference/checks/not-a-sentence.md""",
    ),
    "said-twice": (
        {INDICATION: ("requires:", "requires:" + CRITERION.format(when="disease.cd19  is  positive"))},
        """\
p/shared.yaml:2:5: `p/cd19-positive` asks the same as `p/another`
    - id: cd19-positive
      ^
  hint: keep one of them, in shared.yaml if several indications use it
  see: docs/reference/checks/said-twice.md""",
    ),
    "swallowed-comment": (
        {SHARED: ("cite: label §1", "cite: label §1 #2")},
        """\
p/shared.yaml:5:20: YAML takes the rest of this `cite` for a comment
    cite: label §1 #2
                   ^
  hint: put the whole text in quotes
  see: docs/reference/checks/swallowed-comment.md""",
    ),
    "unasked-fact": (
        {FACTS: ("infection.active", "infection.hiv")},
        """\
p/contraindications.yaml:2:5: facts.yaml has no question for `infection.active`
    - id: active-infection
      ^
  hint: write its question and effort into facts.yaml
  see: docs/reference/checks/unasked-fact.md""",
    ),
    "unknown-watch": (
        {MONITORING: ("watch: [crs]", "watch: [csr]")},
        """\
p/monitoring.yaml:5:5: `p/premedication` watches for `csr`, of which nothing says what to do
    - id: premedication
      ^
  hint: name a toxicity of toxicity.yaml
  see: docs/reference/checks/unknown-watch.md""",
    ),
    "unused-criterion": (
        {SHARED: ("shared:", "shared:" + CRITERION.format(when="disease.cd19 is negative"))},
        """\
p/shared.yaml:2:5: nothing uses `p/another`
    - id: another
      ^
  hint: use it in an indication, or take it out
  see: docs/reference/checks/unused-criterion.md""",
    ),
    "unused-source": (
        {SOURCES: ("label:", SOURCE.strip() + "\n\nlabel:")},
        """\
sources.yaml:2:3: nothing cites `book`
    title: A book
    ^
  hint: cite it, or take it out
  see: docs/reference/checks/unused-source.md""",
    ),
    "verified-unread": (
        {SOURCES: ("label:", SOURCE.strip() + "\n\nlabel:"), SHARED: ("cite: label", "cite: book")},
        """\
p/shared.yaml:2:5: `p/cd19-positive` is called verified, but nobody has read what it cites
    - id: cd19-positive
      ^
  hint: read the source, or lower the assurance
  see: docs/reference/checks/verified-unread.md""",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VALID, tmp_path / "criteria"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def advice(folder: Path) -> tuple[Advice, ...]:
    return check(load_knowledge(folder), folder)


def names(folder: Path) -> list[str]:
    return [each.name for each in advice(folder)]


def test_every_check_is_tried_here() -> None:
    assert sorted(UNWISE) == sorted(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_finds_what_it_names_alone(folder: Path, name: str) -> None:
    edits, message = UNWISE[name]
    for file, (old, new) in edits.items():
        edit(folder, file, old, new)
    found = advice(folder)
    assert [each.name for each in found] == [name]
    assert str(found[0]).replace(f"{folder}/", "") == message


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_has_its_page(name: str) -> None:
    page = ROOT / "docs" / "reference" / "checks" / f"{name}.md"
    assert page.is_file()


def test_no_page_describes_a_check_that_is_gone() -> None:
    pages = {page.stem for page in (ROOT / "docs" / "reference" / "checks").glob("*.md")}
    assert pages - {"README", "index"} <= CHECKS.keys()


def test_the_valid_folder_has_no_advice(folder: Path) -> None:
    assert advice(folder) == ()


def test_the_shipped_criteria_have_no_advice() -> None:
    found = advice(shipped_criteria())
    assert [str(each) for each in found if not each.known] == []
    assert {each.name for each in found} == {"source-flaw", "not-one-dose"}


def test_what_a_source_itself_makes_impossible_is_known_and_no_warning(folder: Path) -> None:
    """A policy that demands both can be met by nobody; with a `flaw` that is the source's own fault."""
    edit(folder, INDICATION, "  - cd19-positive\n", BOTH)
    assert {(each.name, each.known) for each in advice(folder)} == {("nobody-meets", False)}
    edit(folder, INDICATION, "title: An indication\n", "title: An indication\nflaw: It asks for both.\n")
    assert {(each.name, each.known) for each in advice(folder)} == {("nobody-meets", True), ("source-flaw", True)}


def test_a_group_inside_a_criterion_that_nothing_can_meet_is_found(folder: Path) -> None:
    edit(
        folder,
        CONTRAINDICATIONS,
        "infection.active is present",
        "{any: [infection.active is present, {all: [disease.cd19 is positive, disease.cd19 is negative]}]}",
    )
    (found,) = advice(folder)
    assert found.name == "cannot-hold"
    assert found.says == "a group `all` in `p/active-infection` holds for no patient"
    assert found.place is not None
    assert "hint: look for lines that exclude each other" in str(found)


@pytest.mark.parametrize(
    "when",
    [
        "{any: [marrow.blasts >= 5 %, marrow.blasts < 5 %]}",
        "{any: [disease.cd19 is positive, disease.cd19 is not positive]}",
        "{none: [{all: [disease.cd19 is positive, disease.cd19 is negative]}]}",
        "{at least 1 of: [marrow.blasts > 3 %, marrow.blasts <= 4 %]}",
        "marrow.blasts >= 0 %",
        "marrow.blasts <= 100 %",
        "disease.course is newly_diagnosed or remission or relapsed or refractory",
    ],
)
def test_what_holds_for_every_patient_is_noticed(folder: Path, when: str) -> None:
    edit(folder, CONTRAINDICATIONS, "infection.active is present", when)
    assert names(folder) == ["cannot-fail"]


@pytest.mark.parametrize(
    "when",
    [
        "{all: [marrow.blasts >= 5 %, marrow.blasts < 5 %]}",
        "{all: [marrow.blasts > 4 %, none: [marrow.blasts > 3 %]]}",
        "{none: [disease.cd19 is positive, disease.cd19 is negative]}",
        "{at least 2 of: [disease.course is relapsed, disease.course is refractory, disease.course is remission]}",
        "marrow.blasts < 0 %",
        "marrow.blasts > 100 %",
    ],
)
def test_what_holds_for_no_patient_is_noticed(folder: Path, when: str) -> None:
    edit(folder, CONTRAINDICATIONS, "infection.active is present", when)
    assert names(folder) == ["cannot-hold"]


@pytest.mark.parametrize(
    "when",
    [
        "{any: [marrow.blasts > 5 %, marrow.blasts < 5 %]}",
        "{all: [marrow.blasts >= 5 %, marrow.blasts <= 5 %]}",
        "{none: [disease.cd19 is negative]}",
        "{all: [disease.course is not relapsed, disease.course is not refractory]}",
    ],
)
def test_what_can_go_both_ways_is_left_alone(folder: Path, when: str) -> None:
    edit(folder, CONTRAINDICATIONS, "infection.active is present", when)
    assert names(folder) == []


def test_an_exclusion_of_what_is_required_leaves_nobody(folder: Path) -> None:
    edit(folder, INDICATION, "requires:", "excludes:\n  - cd19-positive\nrequires:")
    assert names(folder) == ["nobody-meets", "nobody-meets"]


def test_a_fact_is_asked_for_once(folder: Path) -> None:
    edit(folder, INDICATION, "requires:", "requires:" + CRITERION.format(when="infection.active is absent"))
    edit(folder, FACTS, "infection.active", "infection.hiv")
    assert names(folder) == ["unasked-fact"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (FACTS, "  rationale: Leukaemia", "  cite: book §1\n  rationale: Leukaemia"),
        (POLICY, "cite: label §1", "cite: [label §1, book §1]"),
        (SHARED, "cite: label §1", "cite: [book §1, label §1]"),
    ],
)
def test_a_citation_anywhere_uses_a_source(folder: Path, file: str, old: str, new: str) -> None:
    edit(folder, SOURCES, "label:", SOURCE.strip() + "\n\nlabel:")
    edit(folder, file, old, new)
    assert names(folder) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (SHARED, "when: disease.cd19 is positive", "when: disease.cd19 is positive # today", "when"),
        (SHARED, "The leukaemia is CD19-positive.", "This is reason #1. The leukaemia is CD19-positive.", "statement"),
        (FACTS, "effort: flow cytometry", "effort: flow cytometry # in the marrow", None),
        (SHARED, "shared:", "shared: # cite: this or that # when needed", None),
        (SHARED, "shared:", "# cite: a source # and a place\nshared:", None),
        (INDICATION, "title: An indication", "title: Indication#1", None),
    ],
)
def test_only_a_comment_after_text_is_swallowed(folder: Path, file: str, old: str, new: str, says: str | None) -> None:
    edit(folder, file, old, new)
    found = [each.says for each in advice(folder) if each.name == "swallowed-comment"]
    assert found == ([f"YAML takes the rest of this `{says}` for a comment"] if says else [])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_sign_is_no_comment(folder: Path, quote: str) -> None:
    edit(folder, INDICATION, "title: An indication", f"title: {quote}Indication #1{quote}")
    assert names(folder) == []


def test_advice_comes_in_file_order(folder: Path) -> None:
    unused = CRITERION.format(when="disease.cd19 is negative")
    edit(folder, SHARED, "shared:", f"# 1\n# 2\n# 3\nshared:{unused}")
    edit(folder, SHARED, "The leukaemia is CD19-positive.", "CD19-positive")
    lines = [each.place.line for each in advice(folder) if each.place]
    assert lines == sorted(lines)


@pytest.mark.parametrize("when", ["{any: [marrow.blasts >= 5 %, disease.course is refractory or relapsed]}"])
def test_the_same_in_another_order_is_said_twice(folder: Path, when: str) -> None:
    edit(folder, INDICATION, "requires:", "requires:" + CRITERION.format(when=when))
    assert names(folder) == ["said-twice"]


def test_a_grade_above_which_another_always_holds_is_never_reached(folder: Path) -> None:
    edit(folder, GRADING, "signs.hypotension is present", "signs.temperature >= 37 C")
    found = advice(folder)
    assert [each.says for each in found] == ["`g/crs-grade-1` is never reached: a row above it holds whenever it does"]


def test_two_doses_on_one_day_are_noticed_in_every_cycle(folder: Path) -> None:
    edit(folder, DOSING, "when: patient.weight < 45 kg", "when: patient.weight <= 45 kg")
    assert [each.says for each in advice(folder)] == [
        f"`p/indication`, cycle {cycle}, from day 1: some patient has more than one dose" for cycle in (1, 2)
    ]


@pytest.mark.parametrize(("days", "first"), [("1-27", 28), ("2-28", 1), ("1-7", 8)])
def test_a_day_without_a_dose_is_noticed_from_the_first_such_day(folder: Path, days: str, first: int) -> None:
    edit(folder, DOSING, "cycles: 1-2\n    days: 1-28", f"cycles: 1-2\n    days: {days}")
    assert f"`p/indication`, cycle 1, from day {first}: some patient has no dose" in [
        each.says for each in advice(folder)
    ]


def test_doses_that_follow_each_other_in_time_are_not_two(folder: Path) -> None:
    """One dose until an edition and another from it on: on no day are there two, or none."""
    for file in (DOSING, MONITORING, TOXICITY):
        edit(folder, file, "from: 2024-06-14", "from: 2020-01-01")
    text = (folder / DOSING).read_text(encoding="utf-8")
    start, end = text.index("  - id: fixed"), text.index("  - id: by-surface")
    until = text[start:end].replace("level: full", "level: full\n    until: 2024-06-14")
    since = text[start:end].replace("level: full", "level: full\n    from: 2024-06-14").replace("fixed", "fixed-later")
    (folder / DOSING).write_text(text[:start] + until + since + text[end:], encoding="utf-8")
    assert names(folder) == []
    (folder / DOSING).write_text(text[:start] + until + text[end:], encoding="utf-8")
    assert {each.says.rpartition(": ")[2] for each in advice(folder)} == {"some patient has no dose"}
    (folder / DOSING).write_text(text[:end] + since + text[end:], encoding="utf-8")
    assert {each.says.rpartition(": ")[2] for each in advice(folder)} == {"some patient has more than one dose"}


def test_a_source_without_a_dose_for_some_is_known_and_no_warning(folder: Path) -> None:
    edit(folder, DOSING, "when: patient.weight < 45 kg", "when: patient.weight < 44 kg")
    assert {(each.name, each.known) for each in advice(folder)} == {("not-one-dose", False)}
    edit(folder, DOSING, "    phase", "    flaw: It states none between 44 and 45 kg.\n    phase")
    assert {(each.name, each.known) for each in advice(folder)} == {("not-one-dose", True)}


def test_what_practice_watches_for_may_stand_in_any_label(folder: Path) -> None:
    text = (folder / MONITORING).read_text(encoding="utf-8").replace("monitoring: p\nfrom: 2024-06-14\n", "")
    (folder / "practice").mkdir()
    (folder / "practice/monitoring.yaml").write_text("monitoring: practice\n" + text, encoding="utf-8")
    assert names(folder) == []
    edit(folder, "practice/monitoring.yaml", "watch: [crs]", "watch: [crs, fatigue]")
    assert names(folder) == ["unknown-watch"]
