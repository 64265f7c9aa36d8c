"""The codes of facts: what the shipped ones say, what is said about mistakes in them, and a user's own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss import compiled
from blinadss.errors import KnowledgeError, Problems
from blinadss.facts import FACTS
from blinadss.kinds import Coded, Dated, Measured
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge, with_codes
from blinadss.reading import read_text
from blinadss.terminology import BARE, ELEMENT, THE_DAY, WHERES, Coding, FactCode, Terminology
from blinadss.terminology_files import extended

SHIPPED = blinadss.load_knowledge().terminology
LOINC, SNOMED, ICD10 = "http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"
ICDO3, RXNORM = "http://terminology.hl7.org/CodeSystem/icd-o-3", "http://www.nlm.nih.gov/research/umls/rxnorm"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
FIRST_HAND = {"mcode-stu4", "fhir-r4", "us-core"}  # what was read with the publisher itself
TERMINOLOGY = """\
systems:
  LOINC:
    title: Laboratory codes
    uris: [http://loinc.org, urn:oid:2.16.840.1.113883.6.1]
  SNOMED CT:
    title: Clinical terms
    uris: [http://snomed.info/sct]
groups:
  blood cancer: [SNOMED CT 1, SNOMED CT 2]
"""
CODES = """
  codes:
    - code: LOINC 1-1
      display: Cancer course
      answers: {SNOMED CT 7: relapsed, SNOMED CT 8: remission}
      with: [LOINC 5-5 = SNOMED CT 9]
      cite: label §1
      assurance: secondary
    - code: SNOMED CT 3
      display: Relapse
      in: condition-status
      is: relapsed
      of: blood cancer
      while: active
      cite: label §1
      assurance: verified
  words: [relapse, remission]
"""
WEIGHT = """
  codes:
    - code: LOINC 2-2
      display: Body weight
      units: {kilo: kg}
      cite: label §1
      assurance: secondary
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(Path(__file__).parent / "mistakes" / "valid", tmp_path / "criteria"))
    (folder / "terminology.yaml").write_text(TERMINOLOGY, encoding="utf-8")
    below(folder, "disease.course", CODES)
    below(folder, "patient.weight", WEIGHT)
    return folder


def below(folder: Path, fact: str, text: str) -> None:
    """Write text below a fact of facts.yaml."""
    path = folder / "facts.yaml"
    before, after = path.read_text(encoding="utf-8").split(f"{fact}:\n")
    path.write_text(f"{before}{fact}:{text}{after}", encoding="utf-8")


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def message(folder: Path) -> str:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return str(caught.value).replace(f"{folder}/", "")


def says(uri: str, code: str) -> dict[str, str]:
    """What a code that stands alone says of each fact."""
    found = SHIPPED.index.get((uri, code), ())
    return {each.fact: each.value for each in found if each.value and each.assurance != "unverified"}


# What is shipped


@pytest.mark.parametrize("code", SHIPPED.codes, ids=lambda code: f"{code.fact}-{code.coding}")
def test_what_a_code_says_is_something_that_the_fact_can_be(code: FactCode) -> None:
    kind = FACTS[code.fact]
    for value in filter(None, (code.value, *code.answers.values())):
        assert value == THE_DAY if isinstance(kind, Dated) else kind.read(value)
    if isinstance(kind, Coded):
        assert bool(code.value) + bool(code.answers) + bool(code.unusable) == 1
    assert code.display
    assert code.where in WHERES
    assert code.coding.system in SHIPPED.systems or code.coding.system == ELEMENT


@pytest.mark.parametrize("code", SHIPPED.codes, ids=lambda code: f"{code.fact}-{code.coding}")
def test_what_was_read_is_cited_and_nothing_is_verified_at_second_hand(code: FactCode) -> None:
    assert bool(code.cite) == (code.assurance != "unverified")
    if code.assurance == "verified":
        assert {each.source.id for each in code.cite} & FIRST_HAND


def test_what_nobody_has_read_is_marked() -> None:
    unverified = {(each.fact, str(each.coding)) for each in SHIPPED.codes if each.assurance == "unverified"}
    assert unverified == {
        ("patient.body_surface_area", "LOINC 3140-1"),
        ("disease.diagnosis", "SNOMED CT 277572006"),
        ("disease.diagnosis", "ICD-O-3 9819/3"),
        ("disease.diagnosis", "ICD-O-3 9836/3"),
        ("disease.philadelphia", "LOINC 46434-7"),
        ("disease.philadelphia", "LOINC 50195-7"),
        ("disease.philadelphia", "LOINC 21821-4"),
        ("disease.ph_like", "ICD-O-3 9819/3"),
        ("infection.hepatitis_b", "LOINC 42595-9"),
        ("toxicity.tumour_lysis", "SNOMED CT 277605001"),
    }


def test_a_uri_names_one_terminology() -> None:
    uris = [uri for system in SHIPPED.systems.values() for uri in system.uris]
    assert len(uris) == len(set(uris))
    assert not set(SHIPPED.systems) & set(BARE)


def test_the_elements_of_the_person_are_read() -> None:
    assert {str(each.coding) for each in SHIPPED.codes if each.where == "patient"} == {
        "element birthDate",
        "element gender",
        "element us-core-birthsex",
    }
    (gender,) = SHIPPED.index[ELEMENT, "gender"]
    assert gender.answers == {Coding("code", "female"): "female", Coding("code", "male"): "male"}


@pytest.mark.parametrize(
    ("uri", "code", "expected"),
    [
        (SNOMED, "277571004", {"disease.diagnosis": "b_cell_precursor_all"}),
        (ICDO3, "9811/3", {"disease.diagnosis": "b_cell_precursor_all"}),
        (ICDO3, "9812/3", {"disease.diagnosis": "b_cell_precursor_all", "disease.philadelphia": "positive"}),
        (ICDO3, "9813/3", {"disease.diagnosis": "b_cell_precursor_all", "disease.kmt2a_rearrangement": "present"}),
        (ICDO3, "9819/3", {}),
        (SNOMED, "91857003", {}),
        (SNOMED, "93143009", {}),
        (SNOMED, "91856007", {"disease.course": "remission"}),
        (ICD10, "C91.00", {}),
        (ICD10, "C91.01", {"disease.course": "remission"}),
        (ICD10, "C91.02", {"disease.course": "relapsed"}),
        (CLINICAL, "recurrence", {"disease.course": "relapsed"}),
        (CLINICAL, "active", {}),
        (SNOMED, "58390007", {"history.allogeneic_hsct": "present", "history.allogeneic_hsct_on": "the day"}),
        (SNOMED, "234336002", {}),
        (ICD10, "Z92.850", {}),
        (RXNORM, "1597258", {"history.blinatumomab_exposure": "present", "history.last_immunotherapy_on": "the day"}
         | {"history.blinatumomab_hypersensitivity": "present"}),
        (RXNORM, "5650", {"history.last_chemotherapy_on": "the day"}),
        ("http://www.whocc.no/atc", "L01XL12", {"history.cd19_directed_therapy": "present"}
         | {"history.last_immunotherapy_on": "the day"}),
        (ICD10, "D89.833", {"toxicity.crs": "grade 3"}),
        (ICD10, "G92.00", {}),
        (ICD10, "K85.90", {"history.pancreatitis": "present", "toxicity.pancreatitis": "present"}),
        (ICD10, "C79.32", {}),
        ("http://hl7.org/fhir/sid/cvx", "03", {"immunisation.live_vaccine_on": "the day"}),
        (LOINC, "101119-6", {}),
        (LOINC, "77147-7", {}),
    ],
)  # fmt: skip
def test_a_code_alone_says_no_more_than_it_can(uri: str, code: str, expected: dict[str, str]) -> None:
    assert says(uri, code) == expected


def test_nothing_is_absent_but_by_an_answer() -> None:
    assert not [each for each in SHIPPED.codes if each.value in {"absent", "negative"}]
    denied = {each.fact for each in SHIPPED.codes if {"absent", "negative"} & set(each.answers.values())}
    assert denied == {
        "patient.pregnancy",
        "disease.philadelphia",
        "disease.kmt2a_rearrangement",
        "infection.hiv",
    }


@pytest.mark.parametrize("uri", ["http://www.genenames.org", "http://www.genenames.org/geneId"])
def test_a_gene_is_known_by_both_of_its_uris(uri: str) -> None:
    assert SHIPPED.coding(uri, "HGNC:1014") == Coding("HGNC", "HGNC:1014")
    fusion = [each for each in SHIPPED.index[LOINC, "69548-6"] if each.fact == "disease.philadelphia"]
    assert [{str(answer) for _, answer in each.components} for each in fusion] == [{"HGNC HGNC:1014", "HGNC HGNC:76"}]


def test_the_group_is_the_disease_whatever_its_lineage() -> None:
    group = set(SHIPPED.groups["all"])
    kept = [each for each in SHIPPED.codes if each.fact == "disease.diagnosis" and each.assurance != "unverified"]
    assert group == {each.coding for each in kept} - {Coding("SNOMED CT", "93143009")}
    aspects = [each for each in SHIPPED.codes if each.where in {"condition-status", "condition-site"}]
    assert all(set(each.of) == group for each in aspects)


def test_what_passes_is_said_only_while_it_is_active() -> None:
    passing = ("infection.active", "infection.hepatitis", "gvhd.", "toxicity.", "cns.leukaemia", "cns.pathology")
    said = [each for each in SHIPPED.codes if each.value and each.fact.startswith(passing)]
    assert said
    assert all(each.active for each in said)


def test_the_words_are_of_facts_and_each_is_written_once() -> None:
    assert set(SHIPPED.words) <= set(FACTS)
    assert {"disease.cd19", "disease.philadelphia", "mrd.level", "cns.leukaemia"} <= set(SHIPPED.words)
    assert all(words and len(set(words)) == len(words) for words in SHIPPED.words.values())


# What is written wrongly


def test_the_valid_folder_loads_whole(folder: Path) -> None:
    terminology = load_knowledge(folder).terminology
    asked, status = (each for each in terminology.codes if each.fact == "disease.course")
    (weight,) = (each for each in terminology.codes if each.fact == "patient.weight")
    assert asked.answers == {Coding("SNOMED CT", "7"): "relapsed", Coding("SNOMED CT", "8"): "remission"}
    assert asked.components == ((Coding("LOINC", "5-5"), Coding("SNOMED CT", "9")),)
    assert (status.where, status.value, status.active) == ("condition-status", "relapsed", True)
    assert status.of == (Coding("SNOMED CT", "1"), Coding("SNOMED CT", "2"))
    assert weight.units == {"kilo": "kg"}
    assert terminology.words == {"disease.course": ("relapse", "remission")}
    assert terminology.index["urn:oid:2.16.840.1.113883.6.1", "1-1"] == (asked,)


def test_a_folder_may_do_without(folder: Path) -> None:
    (folder / "terminology.yaml").unlink()
    assert "facts.yaml:7:13: there is no terminology `LOINC`" in message(folder)
    for text in (CODES, WEIGHT):
        edit(folder, "facts.yaml", text, "\n")
    assert load_knowledge(folder).terminology.codes == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("facts.yaml", "LOINC 1-1", "LOIN 1-1", "facts.yaml:7:13: there is no terminology `LOIN`"),
        ("facts.yaml", "LOINC 1-1", "LOIN 1-1", "hint: did you mean `LOINC`?"),
        ("facts.yaml", "code: SNOMED CT 3", "code: SNOMED 3", "hint: did you mean `SNOMED CT`?"),
        ("facts.yaml", "LOINC 1-1", "LOINC", "there is no terminology `LOINC`"),
        ("facts.yaml", "LOINC 1-1", "http://loinc.org", "has no code after the terminology"),
        ("facts.yaml", "SNOMED CT 7: relapsed", "SNOMED CT 7: relapse", "facts.yaml:9:30: cannot be `relapse`"),
        ("facts.yaml", "SNOMED CT 7: relapsed", "SNOMED 7: relapsed", "facts.yaml:9:17: there is no terminology"),
        ("facts.yaml", "SNOMED CT 7: relapsed", "code 7: relapsed, element 1: relapsed", "no terminology `element`"),
        ("facts.yaml", "is: relapsed", "is: yes", "facts.yaml:16:11: cannot be `yes`"),
        ("facts.yaml", "is: relapsed", "is: the day", "cannot be `the day`"),
        ("facts.yaml", "      is: relapsed\n", "", "facts.yaml:13:7: the code does not say what the fact is"),
        ("facts.yaml", "is: relapsed", "is: relapsed\n      unusable: so", "`is` and `unusable` do not go together"),
        ("facts.yaml", "of: blood cancer", "of: blood", "there is no group `blood`"),
        ("facts.yaml", "      of: blood cancer\n", "", "facts.yaml:13:7: `in: condition-status` needs `of`"),
        ("facts.yaml", "in: condition-status", "in: condition", "`of` is of a condition's status or site"),
        ("facts.yaml", "in: condition-status", "in: status", "`in` cannot be `status`"),
        ("facts.yaml", "while: active", "while: resolved", "`while` cannot be `resolved`"),
        ("facts.yaml", "LOINC 5-5 = SNOMED CT 9", "LOINC 5-5", "facts.yaml:10:14: `LOINC 5-5` names no answer"),
        ("facts.yaml", "with: [LOINC", "while: active\n      with: [LOINC", "`while` is of a condition"),
        ("facts.yaml", "units: {kilo: kg}", "units: {kilo: cm}", "facts.yaml:39:23: `cm` is not a unit"),
        ("facts.yaml", "with: [LOINC", "units: {kilo: kg}\n      with: [LOINC", "`units` are of a measurement"),
        ("facts.yaml", "units: {kilo: kg}", "in: patient", "`in: patient` and `element …` go together"),
        ("facts.yaml", "code: LOINC 2-2", "code: element weight", "`in: patient` and `element …` go together"),
        ("facts.yaml", "units: {kilo: kg}", "in: procedure", "the code does not say what the fact is"),
        ("facts.yaml", "in: condition-status", "in: procedure\n      with: [LOINC 5-5 = LOINC 6-6]", "`with` is of an"),
        ("facts.yaml", "      cite: label §1\n", "", "a code that was read somewhere has no `cite`"),
        ("facts.yaml", "cite: label §1", "cite: leaflet §1", "there is no source `leaflet`"),
        ("facts.yaml", "assurance: verified", "assurance: sure", "`assurance` cannot be `sure`"),
        ("facts.yaml", "      display: Relapse\n", "", "a code has no `display`"),
        ("facts.yaml", "display: Relapse", "name: Relapse", "a code has no `name`"),
        ("facts.yaml", "words: [relapse,", "words: [remission,", "the word `remission` is written twice"),
        ("facts.yaml", "words: [relapse, remission]", "words: {a: b}", "`words` needs some text"),
        ("terminology.yaml", "http://snomed.info/sct", "http://loinc.org", "is a URI of `LOINC` already"),
        ("terminology.yaml", "http://snomed.info/sct", "snomed", "terminology.yaml:7:12: `snomed` is not a URI"),
        ("terminology.yaml", "[http://snomed.info/sct]", "[]", "`SNOMED CT` has no URI"),
        ("terminology.yaml", "  LOINC:", "  code:", "`code` names no terminology here"),
        ("terminology.yaml", "SNOMED CT 1,", "ICD 1,", "terminology.yaml:9:18: there is no terminology `ICD`"),
        ("terminology.yaml", "groups:", "group:", "the terminology has no `group`"),
    ],
)
def test_a_mistake_is_said_where_it_stands(folder: Path, file: str, old: str, new: str, said: str) -> None:
    edit(folder, file, old, new)
    assert said in message(folder)


def test_a_code_is_written_once_for_a_fact(folder: Path) -> None:
    twice = CODES.replace("words:", "  - {code: LOINC 1-1, display: x, is: relapsed, assurance: unverified}\n  words:")
    edit(folder, "facts.yaml", CODES, twice)
    load_knowledge(folder)  # it has no components, and the first has
    edit(folder, "facts.yaml", "is: relapsed, assurance", "is: relapsed, with: LOINC 5-5 = SNOMED CT 9, assurance")
    assert "`LOINC 1-1` is written twice for `disease.course`" in message(folder)
    assert "the first is in facts.yaml:7:7" in message(folder)


# What the fingerprint and the store hold


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("facts.yaml", "while: active\n", "while: active\n      note: Why.\n"),
        ("facts.yaml", "SNOMED CT 7: relapsed", "SNOMED CT 6: relapsed"),
        ("facts.yaml", "LOINC 5-5 = SNOMED CT 9", "SNOMED CT 9 = LOINC 5-5"),
        ("facts.yaml", "words: [relapse", "words: [relapsed"),
        ("facts.yaml", "      while: active\n", ""),
        ("terminology.yaml", "SNOMED CT 2]", "SNOMED CT 4]"),
        ("terminology.yaml", "http://loinc.org, urn:oid:2.16.840.1.113883.6.1", "urn:oid:2.16.840.1.113883.6.1, http://loinc.org"),
    ],
)  # fmt: skip
def test_the_fingerprint_changes_with_what_codes_say(folder: Path, file: str, old: str, new: str) -> None:
    before = load_knowledge(folder).fingerprint
    edit(folder, file, old, new)
    assert load_knowledge(folder).fingerprint != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("words: [relapse, remission]", "words: [remission, relapse]"),
        ("{SNOMED CT 7: relapsed, SNOMED CT 8: remission}", "{SNOMED CT 8: remission, SNOMED CT 7: relapsed}"),
        ("of: blood cancer", "of: [SNOMED CT 2, SNOMED CT 1]"),
        ("code: LOINC 1-1", "code: http://loinc.org 1-1"),
    ],
)
def test_the_fingerprint_ignores_how_codes_are_written(folder: Path, old: str, new: str) -> None:
    before = load_knowledge(folder).fingerprint
    edit(folder, "facts.yaml", old, new)
    assert load_knowledge(folder).fingerprint == before


def test_codes_are_kept_and_recalled(folder: Path, tmp_path: Path) -> None:
    read, key = load_knowledge(folder), compiled.key_of(folder)
    compiled.keep(tmp_path / "store", key, read)
    again = compiled.recall(tmp_path / "store", key)
    assert again is not None
    assert vars_of(again.terminology) == vars_of(read.terminology)
    del vars(again)["fingerprint"]
    assert again.fingerprint == read.fingerprint  # worked out anew
    with pytest.raises(TypeError):
        again.terminology.words["disease.cd19"] = ()  # type: ignore[index]


def vars_of(terminology: Terminology) -> tuple[object, ...]:
    return terminology.codes, dict(terminology.systems), dict(terminology.words), dict(terminology.groups)


# A user's own


@pytest.fixture
def knowledge(folder: Path) -> KnowledgeBase:
    return load_knowledge(folder)


def own(tmp_path: Path, text: str) -> Path:
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "own.yaml"


def test_a_user_adds_codes_of_a_terminology_of_their_own(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = """\
systems:
  our laboratory: {title: Codes of our laboratory, uris: "http://example.org/lab"}
  LOINC: {title: Laboratory codes, uris: [urn:loinc]}
groups:
  blood cancer: [our laboratory B1]
disease.cd19:
  codes:
    - {code: our laboratory CD19, display: CD19, answers: {our laboratory POS: positive}, assurance: verified}
    - {code: http://example.org/other 19, display: CD19, is: positive, assurance: secondary}
  words: [CD19]
disease.course:
  words: [relapse, refractory]
"""
    changed = with_codes(knowledge, own(tmp_path, text)).terminology
    (added,) = changed.index["http://example.org/lab", "CD19"]
    assert added.answers == {Coding("our laboratory", "POS"): "positive"}
    assert [each.value for each in changed.index["http://example.org/other", "19"]] == ["positive"]
    assert changed.index["urn:loinc", "1-1"] == changed.index[LOINC, "1-1"] == knowledge.terminology.index[LOINC, "1-1"]
    assert changed.words == {"disease.course": ("relapse", "remission", "refractory"), "disease.cd19": ("CD19",)}
    status = next(each for each in changed.codes if each.where == "condition-status")
    assert status.of == (*knowledge.terminology.groups["blood cancer"], Coding("our laboratory", "B1"))
    assert len(changed.codes) == len(knowledge.terminology.codes) + 2


def test_the_longest_name_of_a_terminology_counts(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = """\
systems:
  LOINC local old: {title: Older codes, uris: "http://example.org/old"}
  LOINC local: {title: Our codes, uris: "http://example.org/ours"}
disease.cd19:
  codes:
    - {code: LOINC local 1, display: CD19, is: positive, assurance: verified}
    - {code: LOINC local old 1, display: CD19, is: positive, assurance: verified}
"""
    changed = with_codes(knowledge, own(tmp_path, text)).terminology
    assert [each.coding.system for each in changed.codes[-2:]] == ["LOINC local", "LOINC local old"]


def test_a_user_replaces_a_code(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = """\
disease.course:
  codes:
    - code: SNOMED CT 3
      display: Relapse
      in: condition-status
      of: blood cancer
      unusable: We write it of every visit.
      assurance: verified
"""
    changed = with_codes(knowledge, own(tmp_path, text))
    (status,) = changed.terminology.index[SNOMED, "3"]
    assert (status.value, status.unusable) == ("", "We write it of every visit.")
    assert len(changed.terminology.codes) == len(knowledge.terminology.codes)
    assert changed.fingerprint != knowledge.fingerprint
    assert knowledge.terminology.index[SNOMED, "3"][0].value == "relapsed"


def test_a_user_says_what_a_laboratory_means(tmp_path: Path) -> None:
    text = """\
labs.wbc:
  codes:
    - {code: LOINC 6690-2, display: Leukocytes, units: {K/uL: 10*9/L}, assurance: verified}
"""
    changed = with_codes(blinadss.load_knowledge(), own(tmp_path, text))
    assert [each.units for each in changed.terminology.index[LOINC, "6690-2"]] == [{"K/uL": "10*9/L"}]
    assert not any("K/uL" in each.units for each in SHIPPED.codes)


def test_mistakes_of_a_user_are_reported_together(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    text = """\
disease.cd91: {words: [CD19]}
disease.cd19: {words: [CD19], ask: Why?}
disease.course:
  codes:
    - {code: LOINC 1-1, display: Course, is: better, assurance: verified}
patient.weight: heavy
"""
    with pytest.raises(KnowledgeError) as caught:
        with_codes(knowledge, own(tmp_path, text))
    assert [(each.place.line, each.problem) for each in caught.value.problems if each.place] == [
        (1, "unknown fact `disease.cd91`"),
        (2, "`disease.cd19` has no `ask`"),
        (5, "cannot be `better`; it is `newly_diagnosed`, `remission`, `relapsed` or `refractory`"),
        (6, "`patient.weight` is a group of `key: value` lines"),
    ]


def test_the_documentation_shows_a_code_as_it_ships_and_a_file_that_loads(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "reference" / "terminology.md").read_text(encoding="utf-8")
    shipped, users = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    shown = with_codes(blinadss.load_knowledge(), own(tmp_path, shipped)).terminology
    assert [*shown.codes] == [*SHIPPED.codes]
    changed = with_codes(blinadss.load_knowledge(), own(tmp_path, users)).terminology
    assert len(changed.codes) == len(SHIPPED.codes) + 1
    status = [each for each in changed.codes if each.where == "condition-status"]
    assert all(Coding("our laboratory", "B-ALL") in each.of for each in status)


@pytest.mark.parametrize("text", ["- disease.cd19\n", "CD19\n"])
def test_a_file_without_codes_is_refused(knowledge: KnowledgeBase, tmp_path: Path, text: str) -> None:
    with pytest.raises(KnowledgeError, match=r"codes are listed as `section\.fact:`"):
        with_codes(knowledge, own(tmp_path, text))


def written() -> Iterator[st.SearchStrategy[str]]:
    """One code below each of a few facts, as a user may write it."""
    codes = st.text("ABC123-/:.", min_size=1, max_size=6).map(lambda code: f"{code}x")
    for fact, kind in FACTS.items():
        says = (
            ", is: 'the day'"
            if isinstance(kind, Dated)
            else f", is: {kind.codes[0]!r}"
            if isinstance(kind, Coded)
            else ""
        )
        if not isinstance(kind, Measured):
            yield st.builds(
                "{}: {{codes: [{{code: '{} {}', display: x{}, assurance: {}}}], words: [{!r}]}}\n".format,
                st.just(fact),
                st.sampled_from([*SHIPPED.systems, "http://example.org/x"]),
                codes,
                st.just(says),
                st.sampled_from(["verified", "unverified"]),
                codes,
            )


@given(
    st.lists(st.sampled_from([*written()]), min_size=1, max_size=5, unique=True).flatmap(lambda each: st.tuples(*each))
)
@settings(max_examples=25)
def test_a_file_read_twice_says_what_it_says_once(lines: tuple[str, ...]) -> None:
    node, problems = read_text("".join(lines), "own.yaml", KnowledgeError), Problems()
    once = extended(SHIPPED, node, {}, problems)
    twice = extended(once, node, {}, problems)
    problems.raise_any()
    assert vars_of(once) == vars_of(twice)
    added = {line.partition(":")[0] for line in lines}
    assert added <= {code.fact for code in once.codes if code not in SHIPPED.codes}
    assert len(once.codes) <= len(SHIPPED.codes) + len(lines)


@given(st.sampled_from([*SHIPPED.systems]), st.text("ABC123-/:.", min_size=1, max_size=8))
def test_a_code_is_written_as_it_is_shown(system: str, code: str) -> None:
    coding = Coding(system, code)
    names = [str(coding), *(f"{uri} {code}" for uri in SHIPPED.uris(system))]
    for name in names:
        text = f"disease.cd19: {{codes: [{{code: '{name}', display: x, is: positive, assurance: unverified}}]}}"
        read = extended(SHIPPED, read_text(text, "own.yaml", KnowledgeError), {}, Problems())
        assert read.codes[-1].coding == coding
        assert read.index[SHIPPED.uris(system)[-1], code][-1] is read.codes[-1]
