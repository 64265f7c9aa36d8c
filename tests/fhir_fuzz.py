"""Records in FHIR, changed at random: reading one gives a profile that can be assessed, or an error for a reader.

    python tests/fhir_fuzz.py [TRIES] [SEED]

Elements are taken away, replaced, copied elsewhere and given the wrong type; every element that a reader reads gets
junk; references are bent, statuses contradicted, people added, bundles made into others or into lines; things are
nested without end; the text is cut and bytes of it are changed.
Nothing but an `Import` or a `ProfileError` may come of it, and no error may say who it is.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from carebundle import generate_bundle, generate_history, to_json

import blinadss
from blinadss import fhir
from blinadss.fhir.mapping_page import import_markdown, import_text
from blinadss.loading import load_knowledge
from records import coded

ON = date(2026, 11, 22)
BRIAN = Path(__file__).parents[1] / "docs" / "examples" / "mcode" / "brian-l.json"
_WHO = ("name", "address", "telecom", "identifier", "birthDate", "id")  # of a Patient: what says who it is
_NOT_WHO = frozenset({"use", "system", "type", "rank", "extension", "country", "state"})
_SHORTEST = 4  # characters: an initial stands in many words
JUNK: tuple[Any, ...] = (
    None,
    "",
    " ",
    "x" * 100_000,
    "\u202e\x00\ud7ff",
    "2026-02-30",
    "0000",
    "9999-12-31T99:99:99Z",
    0,
    -1,
    10**30,
    Decimal("1e-90"),
    1.5,
    True,
    [],
    [[]],
    {},
    [None],
    {"coding": None},
    {"reference": "#"},
    {"reference": "Patient/../../x"},
    {"value": 5, "unit": "K/uL", "system": "http://unitsofmeasure.org", "code": "K/uL"},
    "urn:uuid:0",
    "entered-in-error",
    "0001-01-01",
    {"start": "2027-01-01", "end": "2020"},
    {"start": "2020"},
    [{"code": {"coding": "x"}}],
    {"coding": [{"system": "http://snomed.info/sct", "code": 5}]},
    [{"url": 5}],
    "@deep@",
)
# What readers look at, wherever it stands.
_READ = """
    resourceType status code category subject patient focus specimen component method interpretation referenceRange
    dataAbsentReason valueQuantity valueCodeableConcept valueInteger valueString valueBoolean valueDateTime valuePeriod
    effectiveDateTime effectivePeriod effectiveInstant extension modifierExtension implicitRules contained meta id
    clinicalStatus verificationStatus bodySite evidence stage recordedDate onsetDateTime onsetPeriod abatementDateTime
    performedDateTime performedPeriod occurrenceDateTime medicationCodeableConcept medicationReference ingredient
    vaccineCode reaction type conclusion conclusionCode result presentedForm content text note section questionnaire
    item authored gender birthDate link active deceasedBoolean identifier reference fullUrl request response entry
    coding system value comparator unit url valueCode start end high
"""
_STATUSES = """
    final FINAL preliminary registered cancelled entered-in-error unknown amended active completed stopped not-done
    in-progress intended resolved remission relapse inactive confirmed refuted provisional unconfirmed
"""
_TYPES = "batch batch-response collection document history message searchset transaction transaction-response none"
READ, STATUSES, TYPES = _READ.split(), _STATUSES.split(), _TYPES.split()
DEEP = (50, 500, 990, 5_000, 100_000)
Change = Callable[[random.Random, Any], None]


def records() -> list[dict[str, Any]]:
    """What is changed: HL7's child with B-ALL, and made-up people without leukaemia."""
    made = [generate_bundle(profile=profile, seed=1) for profile in ("healthy", "type2_diabetes")]
    made.append(generate_history(seed=1, visits=2))
    return [json.loads(BRIAN.read_text()), *(json.loads(to_json(each)) for each in made)]


def identifiers(record: Any) -> frozenset[str]:
    """Every text of a record that says who its patients are."""
    patients = (each for each in groups(record) if isinstance(each, dict) and each.get("resourceType") == "Patient")
    said = (text for each in patients for name in _WHO for text in _texts(each.get(name)))
    return frozenset(text for text in said if len(text) >= _SHORTEST)


def _texts(of: Any) -> Iterator[str]:
    if isinstance(of, str):
        yield of
    for name, each in of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ():
        if name not in _NOT_WHO:
            yield from _texts(each)


def groups(of: Any) -> list[Any]:
    """Every object and list below, the thing itself included."""
    found, waiting = [], [of]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list):
            found.append(each)
            waiting += each.values() if isinstance(each, dict) else each
    return found


def _place(chance: random.Random, of: Any) -> tuple[Any, Any] | None:
    where = chance.choice([each for each in groups(of) if each] or [None])
    if where is None:
        return None
    return where, chance.choice(list(where) if isinstance(where, dict) else range(len(where)))


def take_away(chance: random.Random, of: Any) -> None:
    """Take something away."""
    if place := _place(chance, of):
        del place[0][place[1]]


def replace(chance: random.Random, of: Any) -> None:
    """Put junk in the place of something."""
    if place := _place(chance, of):
        place[0][place[1]] = deepcopy(chance.choice(JUNK))


def move(chance: random.Random, of: Any) -> None:
    """Copy something to where something else was."""
    one, other = _place(chance, of), _place(chance, of)
    if one and other:
        one[0][one[1]] = deepcopy(other[0][other[1]])


def wrap(chance: random.Random, of: Any) -> None:
    """Put something into a list, or take it out of one."""
    if place := _place(chance, of):
        inside = place[0][place[1]]
        place[0][place[1]] = inside[0] if isinstance(inside, list) and inside else [inside]


def repeat(chance: random.Random, of: Any) -> None:
    """Have an entry twice, the second one changed."""
    entries = of.get("entry") if isinstance(of, dict) else None
    if isinstance(entries, list) and entries:
        again = deepcopy(chance.choice(entries))
        replace(chance, again)
        entries.insert(chance.randrange(len(entries)), again)


def bend(chance: random.Random, of: Any) -> None:
    """Let a reference lead somewhere else, to itself too."""
    references = [each for each in groups(of) if isinstance(each, dict) and isinstance(each.get("reference"), str)]
    if references:
        chance.choice(references)["reference"] = chance.choice(references)["reference"] + chance.choice(("", "x", "#y"))


def spoil(chance: random.Random, of: Any) -> None:
    """Give something an element that readers read, with junk in it."""
    if where := [each for each in groups(of) if isinstance(each, dict)]:
        chance.choice(where)[chance.choice(READ)] = deepcopy(chance.choice(JUNK))


def contradict(chance: random.Random, of: Any) -> None:
    """Give a resource other statuses, some of them besides those that it has."""
    if where := [each for each in groups(of) if isinstance(each, dict) and "resourceType" in each]:
        one = chance.choice(where)
        one["status"] = chance.choice(STATUSES)
        for name in ("clinicalStatus", "verificationStatus"):
            if isinstance(status := one.get(name), dict) and isinstance(codings := status.get("coding"), list):
                codings.append({"system": "http://x.example", "code": chance.choice(STATUSES)})


def add(chance: random.Random, of: Any) -> None:
    """Add resources with a code that says something of a fact, one of them changed."""
    entries = of.get("entry") if isinstance(of, dict) else None
    if isinstance(entries, list):
        subject = next((each["subject"] for each in groups(of) if isinstance(each, dict) and "subject" in each), None)
        code = chance.choice(load_knowledge().terminology.codes)
        made = [coded(code, load_knowledge().terminology, f"made-{number}", subject) for number in range(2)]
        replace(chance, made[1])
        entries += [{"resource": each} for each in made]


def crowd(chance: random.Random, of: Any) -> None:
    """Add a person, or let one resource hold another."""
    entries = of.get("entry") if isinstance(of, dict) else None
    if isinstance(entries, list) and entries:
        one, other = (deepcopy(chance.choice(entries)) for _ in range(2))
        inside = other.get("resource") if isinstance(other, dict) else None
        if isinstance(one, dict) and isinstance(holder := one.get("resource"), dict):
            holder["contained"], holder["subject"] = [inside], {"reference": "#x"}
        entries += (
            [one]
            if chance.random() < 0.5
            else [{"resource": {"resourceType": "Patient", "id": chance.choice(("q", "p.q", "a b"))}}]
        )


def rename(chance: random.Random, of: Any) -> None:
    """Make a bundle one of another type, with what its entries then have."""
    if isinstance(of, dict) and isinstance(of.get("entry"), list):
        of["type"] = chance.choice(TYPES)
        for entry in of["entry"]:
            if isinstance(entry, dict) and chance.random() < 0.3:
                entry["request"] = {"method": chance.choice(("GET", "PUT", "POST", "DELETE", "PATCH")), "url": "x/y"}
                entry["search"] = {"mode": chance.choice(("match", "include", "outcome"))}
                entry["response"] = {"status": "200", "lastModified": chance.choice(("2026-01-01T00:00:00Z", "x"))}


CHANGES: tuple[Change, ...] = (
    take_away, replace, replace, move, wrap, repeat, bend, spoil, spoil, contradict, add, crowd, rename
)  # fmt: skip


def lines(whole: Any) -> bytes:
    """The resources of a bundle, one in each line."""
    entries = whole.get("entry") if isinstance(whole, dict) else None
    resources = (
        [each.get("resource") for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    )
    return b"\n".join(json.dumps(each, default=str).encode(errors="replace") for each in resources or [whole])


def changed(chance: random.Random, whole: dict[str, Any]) -> Any:
    """A record with a few changes, as content or as bytes."""
    mine = deepcopy(whole)
    for _ in range(chance.randint(1, 6)):
        chance.choice(CHANGES)(chance, mine)
    if chance.random() < 0.4:
        return mine if chance.random() < 0.8 else [each for each in groups(mine) if isinstance(each, dict)]
    text = lines(mine) if chance.random() < 0.2 else json.dumps(mine, default=str).encode(errors="replace")
    if b'"@deep@"' in text:
        opening, closing = chance.choice(((b"[", b"]"), (b'{"item":', b"}"), (b'{"extension":[', b"]}")))
        deep = chance.choice(DEEP)
        text = text.replace(b'"@deep@"', opening * deep + b"1" + closing * deep, 1)
    spoilt = bytearray(text)
    if spoilt and chance.random() < 0.4:
        del spoilt[chance.randrange(len(spoilt)) :]
    for _ in range(chance.choice((0, 0, 0, 1, 5)) if spoilt else 0):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


@cache
def _wholes() -> tuple[tuple[dict[str, Any], frozenset[str]], ...]:
    return tuple((each, identifiers(each)) for each in records())


def tried(tries: int, seed: int = 0) -> Counter[str]:
    """What came of so many changed records; raises `AssertionError` if an error says who it is."""
    chance, knowledge = random.Random(seed), load_knowledge()  # noqa: S311
    outcomes: Counter[str] = Counter()
    for number in range(tries):
        whole, who = chance.choice(_wholes())
        source, named = changed(chance, whole), chance.choice((None, whole["entry"][0]["fullUrl"]))
        try:
            made = fhir.read(source, on=ON, patient=named, knowledge=knowledge)
        except fhir.ProfileError as error:
            said = str(error)
            assert not any(each in said for each in who), f"try {number} of seed {seed} says who it is"
            outcomes["refused"] += 1
            continue
        except BaseException:
            print(f"try {number} of seed {seed}", file=sys.stderr)
            raise
        outcomes["read"] += 1
        outcomes["facts"] += len(made.profile.given)
        if number % 10 == 0:
            blinadss.assess(made.profile, on=ON, knowledge=knowledge, engines=("reference",))
            made.model_dump_json()
            assert import_text(made)
            assert import_markdown(made)
            outcomes["assessed"] += 1
    return outcomes


if __name__ == "__main__":
    print(dict(tried(*(int(each) for each in sys.argv[1:] or ["20000"]))))
