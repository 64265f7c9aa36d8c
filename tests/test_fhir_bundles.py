"""From text to the resources of one patient: nothing is guessed, nothing is shown that could name a person."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blinadss.errors import ProfileError
from blinadss.fhir import parsing
from blinadss.fhir.entries import Entry, Notice, entries_of
from blinadss.fhir.parsing import looks_like_fhir, read_source
from blinadss.fhir.patients import Chosen, about, choose, remarks
from blinadss.fhir.references import Index

ROOT = Path(__file__).parents[1]
BRIAN = ROOT / "docs" / "examples" / "mcode" / "brian-l.json"
TEXT = BRIAN.read_text(encoding="utf-8")
SECRET = "Smith-1234567"  # noqa: S105 - what no message may show
Json = dict[str, Any]


def observation(name: str | None = "o", subject: object = "Patient/p", **more: object) -> Json:
    """An observation about somebody, by the text of the reference or as it is given."""
    found: Json = {"resourceType": "Observation", **more}
    if name is not None:
        found["id"] = name
    if subject is not None:
        found["subject"] = {"reference": subject} if isinstance(subject, str) else subject
    return found


def patient(name: str = "p", **more: object) -> Json:
    """A Patient resource."""
    return {"resourceType": "Patient", "id": name, **more}


def bundle(*resources: object, kind: str = "collection", **more: object) -> Json:
    """A bundle of resources, or of entries where they are given with what is around them."""
    entries = [
        each if isinstance(each, dict) and "resourceType" not in each else {"resource": each} for each in resources
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **more}


def served(resource: Json, base: str = "http://a.example/fhir") -> Json:
    """The entry of a resource on a server."""
    return {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource}


def refused(source: object, *words: str) -> str:
    """The message with which a source is refused, in which the words stand."""
    with pytest.raises(ProfileError) as caught:
        list(read_source(source))  # type: ignore[arg-type]
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert SECRET not in message
    return message


def places(document: object) -> list[str]:
    """The names of the resources in a document."""
    return [each.place for each in entries_of([document])[0]]


def said(document: object) -> list[tuple[str, str]]:
    """What is left out of a document, and why."""
    return [(each.place, each.what) for each in entries_of([document])[1]]


def read(*documents: object) -> tuple[tuple[Entry, ...], Index]:
    """The resources and their index."""
    entries, _ = entries_of(documents)
    return entries, Index(entries)


# text


def test_numbers_are_as_they_are_written() -> None:
    (document,) = read_source(b'\xef\xbb\xbf{"resourceType": "X", "a": 1.50, "b": 2, "c": 1e2}')
    assert (str(document["a"]), document["b"], document["c"]) == ("1.50", 2, Decimal(100))
    assert type(document["b"]) is int


def test_what_is_no_file_is_taken_as_it_is() -> None:
    given_one: Mapping[str, Any] = {"resourceType": "Patient"}
    assert list(read_source(given_one)) == [given_one]
    assert list(read_source([given_one, 5])) == [given_one, 5]
    assert list(read_source(b'[{"a": 1}, 2]')) == [{"a": 1}, 2]


def test_a_file_and_standard_input_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (from_path,) = read_source(BRIAN)
    assert list(read_source(str(BRIAN))) == [from_path]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert list(read_source("-")) == [from_path]
    refused(tmp_path / "none.json", "none.json: there is no such file")
    refused(tmp_path, "this is a folder")
    refused("a\0b", "cannot be read")


@pytest.mark.parametrize("end", ["", "\n", "\r\n\n"])
def test_a_resource_in_each_line(end: str, tmp_path: Path) -> None:
    lines = [observation(name) for name in "abc"]
    text = "\n\n".join(json.dumps(line) for line in lines) + end
    assert list(read_source(text.encode())) == lines
    file = tmp_path / "export.ndjson"
    file.write_text(json.dumps(lines[0]) + end, encoding="utf-8")
    assert list(read_source(file)) == lines[:1]


def test_lines_are_read_one_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "export.ndjson"
    file.write_text('{"a": 1}\n{"a": 2}\n{"a": \n', encoding="utf-8")
    documents = read_source(file)
    assert [next(documents), next(documents)] == [{"a": 1}, {"a": 2}]
    with pytest.raises(ProfileError, match=r"export.ndjson:3:\d+: is not readable as JSON: it ends too soon"):
        next(documents)


def test_what_is_too_large_is_refused_before_it_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "LARGEST", 1000)
    monkeypatch.setattr(parsing, "LONGEST", 100)
    short = json.dumps({"a": "x" * 80}).encode()
    assert len(list(read_source(b"\n".join([short] * 50)))) == 50  # no limit to the number of lines
    refused(short + b"\n" + json.dumps({"a": "x" * 200}).encode(), "content:2", "longer than 100 bytes")

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            buffer[:] = b"[" + b" " * (len(buffer) - 1)
            self.taken += len(buffer)
            return len(buffer)

    endless = Endless()
    monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": io.BufferedReader(endless, 64)}))
    refused("-", "standard input: is larger than 1,000 bytes", "NDJSON")
    assert endless.taken < 2000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty"]),
        (" \n\n", ["is empty"]),
        ("<Patient/>", ["is XML", "application/fhir+json"]),
        (f'{{"name": "{SECRET}', ["content:1:10", "ends too soon"]),
        (f'{{"{SECRET}": [1,\n2', ["content:2:2", "ends too soon"]),
        (f'{{"a": {SECRET}}}', ["content:1:7", "a value is missing"]),
        (f'{{"a": 1\n "{SECRET}": 2}}', ["content:2:2", "a comma"]),
        (f'{{"a" "{SECRET}"}}', ["content:1:6", "a colon"]),
        (f'{{"a": "\\{SECRET}"}}', ["content:1:8", "backslash"]),
        (f'{{"a": "x\n{SECRET}"}}', ["line break"]),
        (f"[] {SECRET}", ["content:1:4", "after the end"]),
        (f'{{"a": 1}}\n{SECRET}', ["content:2:1"]),
        (f"{SECRET}: 1", ["content:1:1"]),
        (f'{{\n"{SECRET}": 1, "b": {{"{SECRET}": "}}{{"}},\n "{SECRET}": 2}}', ["content:3:2", "twice"]),
        ('{"a": 1, "\\u0061": 2}', ["content:1:10", "twice"]),
        ('{"b": "NaN",\n"a": [NaN]}', ["NaN and Infinity"]),
        ('\n \n{"a": }', ["content:3:7", "a value is missing"]),
        ('{"a": -Infinity}', ["content:1:7", "NaN and Infinity"]),
        ('{"a": ' + "9" * 5000 + "}", ["content", "more digits than can be read"]),
        ('{"a": 1e99999999999999999999999999}', ["content", "more digits than can be read"]),
        ('{"a": "\\ud83d\\ude00 \\ud83d"}', ["content:1:21", "half of a character"]),
        ('{"a": "\\ud83d\\u0041"}', ["content:1:8", "half of a character"]),
        ('{"a": "\\ude00"}', ["content:1:8", "half of a character"]),
        ("[" * 100_000, ["nested too deep"]),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, ["nested too deep"]),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place_and_is_not_shown(text: str, words: list[str]) -> None:
    refused(text.encode(), *words)


def test_characters_beyond_the_first_plane_and_backslashes_are_no_halves() -> None:
    assert list(read_source(b'{"a": "\\ud83d\\ude00", "b": "\\\\ud83d"}')) == [{"a": "😀", "b": "\\ud83d"}]


def test_what_is_not_utf_8_or_no_source_is_refused() -> None:
    refused('{"a":\n"é"}'.encode("latin-1"), "content:2", "UTF-8")
    refused("{}".encode("utf-16"), "UTF-8")
    refused(5, "kind of object")
    refused(json.dumps({"name": SECRET}), "the content of one", "encode()")


@given(st.integers(0, len(TEXT) - 2))
def test_a_record_that_was_cut_off_is_refused_wherever_it_was(length: int) -> None:
    refused(TEXT[:length].encode())


def test_fhir_is_told_from_a_profile(tmp_path: Path) -> None:
    large = '{"entry": [' + '{"resource": {"resourceType": "Observation"}},' * 30_000
    alphabetical = '{"entry": [{"resource": {"a": "}{"}}], "resourceType": "Bundle"}'
    for text in [TEXT, alphabetical, large, f"\ufeff [{alphabetical}]", f'{json.dumps(patient())}\n{{"a": 1}}']:
        assert looks_like_fhir(text)
        assert looks_like_fhir(text.encode())
    assert looks_like_fhir('<Patient xmlns="http://hl7.org/fhir">')
    assert looks_like_fhir(BRIAN)
    assert looks_like_fhir(str(BRIAN))
    assert looks_like_fhir("export.ndjson")
    assert looks_like_fhir(patient())
    assert looks_like_fhir([patient()])
    none = [
        "id: resourceType\n",
        "{resourceType: Patient}",
        '{"patient": {"resourceType": "x"}, "id": "resourceType"}',
        '{"id": "\\"resourceType\\": "}',
        "[]",
        "{}",
        "",
        "<html>",
        "resourceType: Patient\n",
        '{"a',
    ]
    assert not [text for text in none if looks_like_fhir(text) or looks_like_fhir(text.encode())]
    others: list[Any] = [{}, [], [5], tmp_path, tmp_path / "none.json", "-"]
    assert not any(looks_like_fhir(other) for other in others)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_no_profile_is_taken_for_fhir(path: Path) -> None:
    assert not looks_like_fhir(path)


# resources


@pytest.mark.parametrize(
    "kind",
    [
        "document",
        "message",
        "transaction",
        "transaction-response",
        "batch",
        "batch-response",
        "history",
        "searchset",
        "collection",
        "nonsense",
    ],
)
def test_bundles_of_every_type_are_opened(kind: str) -> None:
    assert places(bundle(patient(), observation("a"), observation("b_c"), kind=kind)) == [
        "Patient (entry 0)",
        "Observation/a",
        "Observation (entry 2)",
    ]


def test_the_published_child_is_read_whole() -> None:
    entries, notices = entries_of(read_source(BRIAN))
    assert (len(entries), notices, entries[0].place) == (31, (), "Patient (entry 0)")
    assert entries[3].place == "Observation/hemoglobin-brian-l"
    assert entries[3].full_url == "http://example.org/fhir/Observation/hemoglobin-brian-l"


def test_bundles_in_bundles_parameters_and_lists_are_opened() -> None:
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "x", "resource": observation("b")}, {"name": "y"}, 5],
    }
    documents = [[observation("a"), parameters], bundle(bundle(observation("c")), observation("d"))]
    entries, notices = entries_of(documents)
    assert [(each.place, each.position) for each in entries] == [(f"Observation/{x}", n) for n, x in enumerate("abcd")]
    assert notices == ()


def test_bundles_are_opened_to_a_depth_and_circles_once() -> None:
    deep: Json = observation("in")
    for _ in range(6):
        deep = bundle(deep)
    assert places(deep) == ["Observation/in"]
    assert said(bundle(deep)) == [("Bundle (entry 0)", "stands more than 5 bundles deep")]
    circle = bundle(observation("a"))
    circle["entry"] += [{"resource": circle}] * 1000
    assert places(circle) == ["Observation/a"]


@pytest.mark.parametrize(
    ("entry", "place", "what"),
    [
        (5, "entry 1", "is not an object"),
        (None, "entry 1", "is not an object"),
        ({"resource": [1]}, "entry 1", "is not an object"),
        ({"resource": {"id": SECRET}}, "entry 1", "does not say what it is (resourceType)"),
        ({"resource": {"resourceType": {"a": 1}}}, "entry 1", "does not say what it is (resourceType)"),
        ({"resource": {"resourceType": SECRET}}, "entry 1", "does not say what it is (resourceType)"),
        ({"response": {"status": "204"}}, "entry 1", "holds no resource"),
        (
            {"resource": {"resourceType": "OperationOutcome"}},
            "OperationOutcome (entry 1)",
            "is a message of the server and no record",
        ),
        ({"request": {"method": "DELETE", "url": "Observation/x"}}, "Observation/x", "was deleted"),
        ({"request": {"method": "DELETE", "url": f"Patient/{SECRET}"}}, "Patient (entry 1)", "was deleted"),
        ({"request": {"method": "DELETE", "url": f"Patient?identifier={SECRET}"}}, "entry 1", "was deleted"),
        (
            {"request": {"method": "PATCH"}, "resource": patient()},
            "entry 1",
            "is a change to a record, and not the record",
        ),
        ({"resource": observation("x", implicitRules="urn:x")}, "Observation/x", "is written by rules of its own"),
        ({"resource": observation("x", modifierExtension=[{}])}, "Observation/x", "has an extension that may change"),
        ({"resource": observation("x"), "modifierExtension": [{}]}, "entry 1", "has an extension that may change"),
        ({"resource": {**bundle(observation()), "implicitRules": "x"}}, "Bundle (entry 1)", "is written by rules"),
        ({"resource": {**bundle(), "entry": "x"}}, "Bundle (entry 1)", "has an `entry` that is not a list"),
        ({"resource": {"resourceType": "Parameters", "parameter": {}}}, "Parameters (entry 1)", "has parameters that"),
    ],
)
def test_what_is_left_out_is_said(entry: object, place: str, what: str) -> None:
    document = {**bundle(observation("a")), "entry": [{"resource": observation("a")}, entry]}
    assert places(document) == ["Observation/a"]
    ((its_place, its_what),) = said(document)
    assert its_place == place
    assert its_what.startswith(what)


def test_what_stands_there_by_itself_is_said_too() -> None:
    assert said("x") == said(None) == [("entry 0", "is not an object")]
    assert said([[patient()]]) == [("entry 0", "is not an object")]


@pytest.mark.parametrize("name", ["x" * 65, "a_b", "a b", "a/b", "é", "", "a\n"])
def test_an_id_that_is_none_is_not_shown(name: str) -> None:
    assert places(observation(name)) == ["Observation (entry 0)"]
    assert places({"resourceType": "Observation", "id": 5}) == ["Observation (entry 0)"]


@pytest.mark.parametrize("kind", ["Patient", "Person", "RelatedPerson"])
def test_the_id_of_a_person_is_not_shown(kind: str) -> None:
    assert places({"resourceType": kind, "id": SECRET}) == [f"{kind} (entry 0)"]


def test_contained_resources_are_entries_of_their_own() -> None:
    inside = [observation("y"), patient(SECRET), observation(None), 5, observation("m", modifierExtension=[{}])]
    inside += [observation("z"), observation("z")]
    report = {"resourceType": "DiagnosticReport", "id": "x", "contained": inside}
    entries, notices = entries_of([report])
    assert [each.place for each in entries] == [
        "DiagnosticReport/x",
        "DiagnosticReport/x#y",
        "Patient in DiagnosticReport/x",
        "Observation in DiagnosticReport/x",
    ]
    assert {each.within for each in entries[1:]} == {entries[0]}
    assert [each.place for each in notices] == [f"{each} DiagnosticReport/x".strip() for each in ("something in",)] + [
        "DiagnosticReport/x#m",
        "DiagnosticReport/x#z",
        "DiagnosticReport/x#z",
    ]
    assert said({**report, "contained": "x"}) == [
        ("DiagnosticReport/x", "has `contained` resources that are not a list")
    ]


# versions


def version(value: int, updated: str | None = None, number: object = None) -> Json:
    """One version of an observation."""
    meta = {"lastUpdated": updated, "versionId": number}
    return observation("v", valueInteger=value, meta={key: each for key, each in meta.items() if each is not None})


def used(*versions: Json, kind: str = "collection") -> list[int]:
    """The values of the versions that are used."""
    return [each.resource["valueInteger"] for each in entries_of([bundle(*versions, kind=kind)])[0]]


ORDERED = [
    # 23:30 in Lisbon is before 23:00 in the west
    [version(1, "2026-01-01T23:30:00Z"), version(2, "2026-01-01T23:00:00-05:00"), version(3, "2026-01-02T05:00:00.5Z")],
    [version(1, number="9"), version(2, number="10"), version(3, number="11")],
    [
        version(1, "2026-01-01T00:00:00Z", "7"),
        version(2, "2026-01-02T00:00:00Z", "1"),
        version(3, "2026-01-02T00:00:00Z", "2"),
    ],
]


@pytest.mark.parametrize("versions", ORDERED)
def test_the_newest_version_is_used_in_whatever_order_they_come(versions: list[Json]) -> None:
    for order in permutations(versions):
        assert used(*order) == [3]
        assert [what for _, what in said(bundle(*order))] == ["is an older version"] * 2


@pytest.mark.parametrize(
    "versions",
    [
        [version(1), version(2)],
        [version(1, "2026-01-01T00:00:00Z"), version(2)],
        [version(1, "2026-01-01"), version(2, "2026-01-02")],  # a day is no instant
        [version(1, "2026-01-01T00:00:00Z"), version(2, "2026-01-01T00:00:00Z")],
        [version(1, number="a"), version(2, number="b")],
        [version(1, "0001-01-01T00:00:00+14:00"), version(2, "9999-99-99T00:00:00Z")],
        [version(1, number=1), version(2, number=2)],
    ],
)
def test_versions_without_an_order_are_not_used(versions: list[Json]) -> None:
    for order in permutations(versions):
        assert used(*order) == []
        ((place, what),) = said(bundle(*order))
        assert (place, what[:28]) == ("Observation/v", "stands there in 2 versions, ")


def test_copies_count_once_and_a_history_has_the_newest_first() -> None:
    assert used(version(1), version(1, "2026-01-01T00:00:00Z"), version(1)) == [1]
    assert said(bundle(version(1), version(1))) == []
    assert used(version(2), version(1), kind="history") == [2]
    histories = [bundle(version(2), kind="history"), bundle(version(1), kind="history")]
    assert entries_of(histories)[0] == ()  # two histories have no order between them
    assert len(entries_of([[observation(None), observation(None)]])[0]) == 2  # nothing says that they are the same


def test_one_id_on_two_servers_is_two_resources() -> None:
    a, b = served(version(1)), served(version(2), "http://b.example/fhir")
    assert used(a, b) == [1, 2]
    assert used(a, version(1)) == [1]  # where the other does not say where it is, there is only one it can be
    assert used(a, version(2)) == []
    assert used(a, b, version(3)) == [1, 2, 3]


def test_a_copy_that_does_not_say_where_it_is_is_where_the_others_are() -> None:
    there, alone = served(patient()), patient(meta={"versionId": "2"})
    there["resource"]["meta"] = {"versionId": "1"}
    for order in permutations([there, alone, served(observation("a"))]):
        entries, index = read(bundle(*order))
        (person,) = (each for each in entries if each.kind == "Patient")
        assert person.resource is alone
        assert person.full_url == "http://a.example/fhir/Patient/p"
        assert index.resolve("http://a.example/fhir/Patient/p", entries[-1]) is person


def test_what_was_deleted_last_is_not_used() -> None:
    gone: Json = {"request": {"method": "DELETE", "url": "Observation/v"}}
    assert used(gone, version(1), kind="history") == []
    assert used(version(1), gone, kind="history") == [1]  # and then written again
    assert used(version(1), gone) == []  # which was first is not said
    gone["response"] = {"lastModified": "2026-01-02T00:00:00Z"}
    assert used(gone, version(1, "2026-01-01T00:00:00Z")) == []
    assert used(gone, version(1, "2026-01-03T00:00:00Z")) == [1]
    gone_there = {**gone, "fullUrl": "http://a.example/fhir/Observation/v"}
    assert used(gone_there, served(version(1, "2026-01-01T00:00:00Z"))) == []


def test_a_version_that_may_not_be_read_does_not_bring_back_an_older_one() -> None:
    newer = {**version(2, number="2"), "modifierExtension": [{"url": "x"}]}
    assert used(version(1, number="1"), newer) == []


def test_objects_that_hold_themselves_do_not_hang() -> None:
    one, other = version(1), version(1)
    one["x"], other["x"] = one, other
    assert used(one, other) == []


# references


def test_relative_references_are_seen_from_the_server_of_the_resource() -> None:
    entries, index = read(
        bundle(served(patient()), served(patient(), "http://b.example"), served(observation()), observation("n"))
    )
    here, there, seen, nowhere = entries
    assert index.resolve("Patient/p", seen) is here
    assert index.resolve({"reference": "http://b.example/Patient/p/_history/3"}, seen) is there
    assert index.resolve("Patient/p/_history/1", seen) is here
    assert index.resolve("Patient/p", nowhere) is None  # it may be either
    assert index.resolve("Patient/p", there) is there
    assert index.key("Patient/q", seen) == index.key("http://a.example/fhir/Patient/q", nowhere)


def test_what_is_contained_is_on_the_server_of_what_it_is_in() -> None:
    report = {"resourceType": "DiagnosticReport", "id": "r", "contained": [observation("y")]}
    entries, index = read(bundle(served(patient()), served(report), served(patient(), "http://b.example")))
    here, _, inner, _ = entries
    assert inner.within is entries[1]
    assert index.resolve(inner.resource["subject"], inner) is here


def test_a_resource_of_another_server_is_not_meant() -> None:
    entries, index = read(bundle(served(patient(), "http://b.example"), served(observation()), observation("n")))
    assert index.resolve("Patient/p", entries[1]) is None
    assert index.resolve("Patient/p", entries[2]) is entries[0]


def test_references_to_what_is_on_no_server() -> None:
    by_uuid = {"fullUrl": "urn:uuid:0A", "resource": patient()}
    entries, index = read(
        bundle(by_uuid, served(observation()), {"fullUrl": "urn:oid:1.2", "resource": observation("n")})
    )
    for reference in ("urn:uuid:0a", "urn:uuid:0A", "Patient/p"):
        assert index.resolve(reference, entries[1]) is entries[0]
        assert index.resolve(reference, entries[2]) is entries[0]
    assert index.resolve("urn:oid:1.2", entries[0]) is entries[2]
    assert index.resolve("urn:uuid:0b", entries[1]) is None
    assert index.key("urn:uuid:0B", entries[1]) == index.key("urn:uuid:0b", entries[2])


def test_references_within_a_resource() -> None:
    report = {"resourceType": "DiagnosticReport", "contained": [observation("y")]}
    entries, index = read([report, deepcopy(report)])
    first, inner, second, other = entries
    assert index.resolve("#y", first) is inner
    assert index.resolve("#y", inner) is inner
    assert index.resolve("#", inner) is first
    assert index.resolve("#y", second) is other
    assert index.resolve("#z", first) is None


def test_references_by_identifier() -> None:
    number = {"system": "urn:mrn", "value": "7"}
    entries, index = read([patient("a", identifier=[number]), patient("b", identifier=[{"value": "7"}]), observation()])
    assert index.resolve({"identifier": number}, entries[2]) is entries[0]
    assert index.resolve({"identifier": {"value": "7"}}, entries[2]) is entries[1]
    assert index.resolve({"identifier": number, "type": "Device"}, entries[2]) is None
    assert index.resolve({"identifier": {"system": "urn:mrn", "value": "8"}}, entries[2]) is None
    twice, index = read([patient("a", identifier=[number]), patient("b", identifier=[number]), observation()])
    assert index.resolve({"identifier": number}, twice[2]) is None


@pytest.mark.parametrize(
    "reference",
    [None, 5, [], {}, "", " ", {"reference": 5}, {"reference": None}, {"identifier": "x"}, {"display": "x"}],
)
def test_what_is_no_reference_refers_to_nothing(reference: object) -> None:
    entries, index = read([observation()])
    assert index.refer(reference, entries[0]) == (None, None, None)


# patients


def chosen(*resources: object, patient: str | None = None) -> tuple[Chosen, list[str | None]]:
    """The patient of a bundle, and for each resource why it is not about that patient."""
    entries, index = read(bundle(*resources))
    found = choose(entries, index, patient)
    return found, [about(each, found, index) for each in entries]


def not_chosen(*resources: object, patient: str | None = None) -> str:
    """The message that there is not one patient."""
    with pytest.raises(ProfileError) as caught:
        chosen(*resources, patient=patient)
    message = str(caught.value)
    assert SECRET not in message
    return message


def test_the_only_patient_is_chosen() -> None:
    found, reasons = chosen(patient(), observation())
    assert found.entry is not None
    assert (found.entry.place, reasons) == ("Patient (entry 0)", [None, None])
    found, reasons = chosen(observation("a"), observation("b"))
    assert (found, reasons) == (Chosen("Patient/p", None), [None, None])
    found, reasons = chosen(observation("a", {"identifier": {"value": "7"}}), patient("x", identifier=[{"value": "7"}]))
    assert (found.key, reasons) == ("Patient/x", [None, None])


def test_the_published_child_is_the_patient_of_all_but_the_professionals() -> None:
    entries, index = read(*read_source(BRIAN))
    found = choose(entries, index, None)
    apart = [each.kind for each in entries if about(each, found, index)]
    assert (found.entry, apart) == (entries[0], ["Practitioner"] * 3)


def test_a_subject_is_somebody_even_if_nothing_says_that_it_is_a_patient() -> None:
    one, other = observation("a", "urn:uuid:1"), observation("b", "urn:uuid:2")
    assert chosen(one) == (Chosen("urn:uuid:1", None), [None])
    assert "2 patients" in not_chosen(one, other)
    assert chosen(one, other, patient="urn:uuid:2")[1] == ["about another patient", None]


def test_several_patients_are_an_error_unless_one_is_named() -> None:
    several = [patient(SECRET), observation("a", f"Patient/{SECRET}"), observation("b", "Patient/other")]
    message = not_chosen(*several)
    assert "2 patients (Patient (entry 0), the subject of Observation/b)" in message
    assert "--patient ID" in message
    for name in (SECRET, f"Patient/{SECRET}", f" {SECRET} "):
        found, reasons = chosen(*several, patient=name)
        assert found.entry is not None
        assert reasons == [None, None, "about another patient"]
    found, reasons = chosen(*several, patient="other")
    assert (found, reasons[2]) == (Chosen("Patient/other", None), None)
    for missing in ("nobody", "", SECRET[:-1]):
        assert "is not in the records" in not_chosen(*several, patient=missing)
    many = [patient(f"{SECRET}{n}") for n in range(50)]
    assert "50 patients" in not_chosen(*many)
    assert len(not_chosen(*many)) < 300


def test_one_id_on_two_servers_has_to_be_named_in_full() -> None:
    both = [served(patient(SECRET)), served(patient(SECRET), "http://b.example")]
    assert "2 patients" in not_chosen(*both)
    assert "whole address" in not_chosen(*both, patient=SECRET)
    assert chosen(*both, patient=f"http://b.example/Patient/{SECRET}")[1] == ["about another patient", None]


def test_without_a_patient_nothing_is_taken_to_be_about_one() -> None:
    assert chosen(observation(subject=None)) == (Chosen(None, None), ["does not say whose it is"])
    assert "no record of a patient" in not_chosen({"resourceType": "Practitioner"})
    assert "no record of a patient" in not_chosen()


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (observation(subject=None), "does not say whose it is"),
        (observation(subject={"display": SECRET}), "does not say whose it is"),
        ({**observation(), "subject": "Patient/p"}, "does not say whose it is"),
        ({**observation(), "subject": [{"reference": "Patient/p"}]}, "does not say whose it is"),
        (observation(subject="Group/g"), "about somebody or something other than the patient"),
        (observation(subject="Device/d"), "about somebody or something other than the patient"),
        ({"resourceType": "Immunization", "patient": {"reference": "Patient/p"}}, None),
        ({"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p"}}, None),
        ({"resourceType": "AllergyIntolerance", "subject": {"reference": "Patient/p"}}, "does not say whose it is"),
        ({"resourceType": "Condition", "patient": {"reference": "Patient/p"}}, "does not say whose it is"),
        ({"resourceType": "Condition", "subject": {"reference": "Patient/p"}}, None),
    ],
)
def test_whose_a_resource_is(resource: Json, reason: str | None) -> None:
    assert chosen(patient(), resource)[1] == [None, reason]


@pytest.mark.parametrize(
    ("focus", "reason"),
    [
        ([], None),
        ([{"reference": "Condition/c"}], None),
        ([{"reference": "Specimen/s"}], None),
        ([{"reference": "Patient/p"}], None),
        ([{"reference": "Patient/fetus"}], "about somebody or something other than the patient (focus)"),
        ([{"reference": "RelatedPerson/r"}], "about somebody or something other than the patient (focus)"),
        (
            [{"reference": "http://x.example/Practitioner/r"}],
            "about somebody or something other than the patient (focus)",
        ),
        (
            [{"reference": "Condition/c"}, {"reference": "Device/d"}],
            "about somebody or something other than the patient (focus)",
        ),
        (
            [{"identifier": {"value": "7"}, "type": "Device"}],
            "about somebody or something other than the patient (focus)",
        ),
        ([{"reference": "urn:uuid:0"}], "about something, it cannot be told what (focus)"),
        ([{"display": "the donor"}], "about something, it cannot be told what (focus)"),
        ("Condition/c", "about something, it cannot be told what (focus)"),
    ],
)
def test_an_observation_may_look_at_something_else(focus: object, reason: str | None) -> None:
    assert chosen(patient(), observation(focus=focus))[1] == [None, reason]


def test_what_was_taken_from_somebody_else_is_not_about_the_patient() -> None:
    donor = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/donor"}}
    of_specimen, of_focus = (
        observation("a", specimen={"reference": "Specimen/s"}),
        observation("b", focus=[{"reference": "Specimen/s"}]),
    )
    _, reasons = chosen(patient(), donor, of_specimen, of_focus, patient="p")
    other = "about somebody or something other than the patient"
    assert reasons == [None, "about another patient", f"{other} (specimen)", f"{other} (focus)"]


def test_what_a_reader_should_know_of_the_patient() -> None:
    record = patient(active=False, deceasedBoolean=True, link=[5, {"type": "seealso"}, {"type": "replaced-by"}])
    found, _ = chosen(record)
    place = "Patient (entry 0)"
    assert remarks(found) == (
        Notice(place, "says that another record replaces it"),
        Notice(place, "is marked as no longer in use"),
        Notice(place, "says that the patient has died"),
    )
    assert remarks(chosen(patient(active=True, deceasedBoolean=False, link="x"))[0]) == ()
    assert remarks(Chosen("Patient/p", None)) == ()


# laws

JUNK: list[Any] = [
    None,
    True,
    0,
    "",
    "x",
    SECRET,
    [],
    {},
    [None],
    {"reference": 5},
    [[{}]],
    "Patient/x",
    "#",
    "urn:uuid:",
]


ELEMENTS = ["subject", "focus", "contained", "id", "meta", "fullUrl", "entry", "modifierExtension"]


def nodes(value: object) -> Iterator[Any]:
    """Every object and list in a structure."""
    if isinstance(value, dict | list):
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from nodes(each)


def changed(document: Json, chance: Random) -> None:
    """Change a few things at random places: left out, wrapped, exchanged, made to hold themselves, or nonsense."""
    every = list(nodes(document))
    for _ in range(chance.randint(1, 12)):
        node: Any = chance.choice([document, *every[:10], *chance.choices(every, k=20)])
        if not node:
            continue
        key = chance.choice(sorted(node) if isinstance(node, dict) else range(len(node)))
        match chance.randint(0, 4):
            case 0:
                del node[key]
            case 1:
                node[key] = [node[key]]
            case 2:
                node[chance.choice(ELEMENTS) if isinstance(node, dict) else key] = chance.choice(JUNK)
            case 3:
                node[key] = chance.choice(every)
            case _:
                node[key] = chance.choice(JUNK)


@settings(max_examples=300)
@given(st.randoms(use_true_random=False), st.integers(0, 30))
def test_whatever_is_wrong_there_are_resources_or_a_clear_error(chance: Random, count: int) -> None:
    document = json.loads(TEXT)
    document["entry"] = chance.sample(document["entry"], count)
    changed(document, chance)
    entries, notices = entries_of(read_source(document))
    index = Index(entries)
    assert all("Smith" not in each.place + each.what for each in notices)
    assert not [
        each for each in entries if each.kind == "Patient" and str(each.id) in each.place.split("#")[0].split("/")
    ]
    try:
        found = choose(entries, index, chance.choice([None, None, "cancer-patient-brian-l", "x"]))
    except ProfileError as error:
        assert "cancer-patient" not in str(error)  # noqa: PT017 - what it must not say
        return
    for each in entries:
        reason = about(each, found, index)
        assert SECRET not in (reason or "")
        assert reason is not None or found.key is not None


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(chance: Random) -> None:
    document = json.loads(TEXT)
    chance.shuffle(document["entry"])
    entries, index = read(document)
    found = choose(entries, index, None)
    kept = {each.place for each in entries if each.kind != "Patient" and about(each, found, index) is None}
    assert len(kept) == 27
    assert found.key == "http://example.org/fhir/Patient/cancer-patient-brian-l"


def of_size(count: int) -> bytes:
    """A bundle of so many entries."""
    entries = json.loads(TEXT)["entry"]
    grown = entries[:1]
    for number in range(count - 1):
        entry = deepcopy(entries[1 + number % (len(entries) - 1)])
        entry["resource"].pop("text", None)
        entry["resource"]["id"] += f"-{number}"
        entry["fullUrl"] += f"-{number}"
        grown.append(entry)
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": grown}).encode()
