"""Files read as text with places: what is kept, what is refused, and how fast."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinadss.errors import KnowledgeError, Place, Problem, ProfileError
from blinadss.reading import LARGEST, Entries, Items, Text, place_of, read_file, read_text, to_plain

NO_SUCH_START = (
    "this is not readable as YAML: while scanning for the next token found character that cannot start any token"
)


def plain(text: str) -> Any:
    return to_plain(read_text(text, "p.yaml", ProfileError))


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProfileError) as caught:
        read_text(text, "p.yaml", ProfileError)
    return caught.value.problems


def where(problem: Problem) -> tuple[int, int] | None:
    return (problem.place.line, problem.place.column) if problem.place else None


def refused(path: Path) -> Problem:
    with pytest.raises(ProfileError) as caught:
        read_file(path, ProfileError)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    "scalar",
    [
        "NO",
        "no",
        "on",
        "yes",
        "true",
        "1.10",
        "1_000",
        "12:30",
        "0x1F",
        "0o17",
        "007",
        "1e3",
        ".5",
        "+1",
        "-1",
        ".inf",
        "2026-03-02",
        "5 %",
        "<= 0.01 %",
        "a#b",
        "=",
        "<<",
        "C:\\x",
        "it's",
        'say "so"',
        "naïve",
        "Ω",
        "😀",
        "NaN",
    ],
)
def test_a_scalar_stays_the_text_written(scalar: str) -> None:
    assert plain(f"key: {scalar}") == {"key": scalar}


@pytest.mark.parametrize("key", ["on", "no", "1.10", "12:30", "null", "~", "<<", "disease.cd19", "=", "2026-03-02"])
def test_a_key_stays_the_text_written(key: str) -> None:
    assert plain(f"{key}: x") == {key: "x"}


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null", "NULL"])
def test_nothing_written_is_nothing(nothing: str) -> None:
    assert plain(f"key: {nothing}") == {"key": None}


@pytest.mark.parametrize("quoted", ["''", '""', "'null'", '"~"', "'NULL'"])
def test_a_quoted_scalar_is_never_nothing(quoted: str) -> None:
    assert plain(f"key: {quoted}") == {"key": quoted[1:-1]}


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("a:\r\n  b: 1\r\n  c: 2\r\n", {"a": {"b": "1", "c": "2"}}),
        ("a:\r  b: 1\r", {"a": {"b": "1"}}),
        ("---\na: 1\n...\n", {"a": "1"}),
        ("%YAML 1.1\n---\na: 1\n", {"a": "1"}),
        ("# a comment\na: 1 # another\n", {"a": "1"}),
        ("a: {b: [1, 2], c: {}}\n", {"a": {"b": ["1", "2"], "c": {}}}),
        ("a:\n- 1\n- - 2\n  - 3\n", {"a": ["1", ["2", "3"]]}),
        ("a: >-\n  one\n  two\n", {"a": "one two"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: one\n  two\n", {"a": "one two"}),
        ("a:\tone\n", {"a": "one"}),
        ("[]", []),
        ("{}", {}),
        ("just some words", "just some words"),
        ("a: 'it''s'", {"a": "it's"}),
    ],
)
def test_the_structure_is_that_of_yaml(text: str, structure: object) -> None:
    assert plain(text) == structure


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    node = read_file(file, ProfileError)
    assert (to_plain(node), place_of(node, ("a",)).column) == ({"a": "1"}, 4)


@pytest.mark.parametrize(
    ("text", "problem", "hint", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "`a` is written twice", "the first is in line 1; keep one", (3, 1)),
        ("a: {b: 1, b: 2}\n", "`b` is written twice", "the first is in line 1; keep one", (1, 11)),
        ('{"a": 1,\n "a": 1}', "`a` is written twice", "the first is in line 1; keep one", (2, 2)),
        ("a: &x 1\n", "an anchor (`x`) is not allowed", "write it out", (1, 4)),
        ("a: &x\n  b: 1\n", "an anchor (`x`) is not allowed", "write it out", (1, 4)),
        ("a: *x\n", "an alias (`x`) is not allowed", "write it out", (1, 4)),
        ("a:\n  <<: *x\n", "an alias (`x`) is not allowed", "write it out", (2, 7)),
        (
            "gene: !EGFR\n",
            "a tag (`!EGFR`) is not allowed",
            "take out the `!`; quote the text if it starts with one",
            (1, 7),
        ),
        (
            "a: !!python/object:os.system x\n",
            "a tag (`tag:yaml.org,2002:python/object:os.system`) is not allowed",
            "take out the `!`; quote the text if it starts with one",
            (1, 4),
        ),
        ("a: 1\n---\nb: 2\n", "a second document starts here", "one file, one document", (2, 1)),
        ("a: 1\n---\n", "a second document starts here", "one file, one document", (2, 1)),
        ("? [a]\n: b\n", "a key must be a word", None, (1, 3)),
        ("? {a: 1}\n: b\n", "a key must be a word", None, (1, 3)),
        (
            "a: b: c\n",
            "this is not readable as YAML: mapping values are not allowed in this context",
            "quote the text if a colon belongs to it, or check the indentation",
            (1, 5),
        ),
        (
            "a:\n\tb: 1\n",
            NO_SUCH_START,
            "indent with spaces, and quote text that starts with a special character",
            (2, 1),
        ),
        (
            "a: @x\n",
            NO_SUCH_START,
            "indent with spaces, and quote text that starts with a special character",
            (1, 4),
        ),
        (
            "%YAML 2.0\n---\na: 1\n",
            "this is not readable as YAML: found incompatible YAML document",
            None,
            (1, 1),
        ),
    ],
)
def test_what_is_not_allowed_is_named_with_its_place(
    text: str, problem: str, hint: str | None, place: tuple[int, int]
) -> None:
    (found,) = problems(text)
    assert (found.problem, found.hint, where(found)) == (problem, hint, place)


def test_everything_not_allowed_is_reported_at_once() -> None:
    found = problems("a: &x 1\nb: *x\na: 2\nc: !t 3\n")
    assert [where(problem) for problem in found] == [(1, 4), (2, 4), (3, 1), (4, 4)]


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2",
        "a: {b",
        "a: 'x",
        'a: "\\x"',
        "]",
        "}",
        "a: *",
        "a: &",
        "- a\nb: 1",
        "a\nb: 1",
        "a: [",
        ": b",
        "%",
        '{"a" 1}',
        '{"a": 1} x',
        "a: %x",
        "a: `x`",
        "a: |x\n",
        "!<",
        "&a &b c",
        "a: 1\n b: 2",
        "\ta: 1",
    ],
)
def test_broken_yaml_is_a_problem_with_a_place(text: str) -> None:
    (found,) = problems(text)
    assert found.problem.startswith("this is not readable as YAML: ")
    assert found.place is not None


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x80", "\uffff", "\ufffe"])
def test_a_character_that_text_cannot_have_is_refused(character: str) -> None:
    expected = "p.yaml: has a character that text cannot have (control characters are not allowed)"
    assert [found.problem for found in problems(f"a: b{character}c\n")] == [expected]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t", "# only a comment\n", "---\n", "--- # x\n...\n", "null", "~"])
def test_a_file_that_says_nothing_is_empty(text: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(text)
    assert refused(file) == Problem(f"{file}: is empty")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.yaml"
    assert refused(file) == Problem(f"{file}: there is no such file", "check the path")


def test_a_folder_is_not_read_as_a_file(tmp_path: Path) -> None:
    assert refused(tmp_path) == Problem(f"{tmp_path}: this is a folder, not a file", "name a file in it")


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("a: 1\n")
    path = tmp_path / "p.yaml" / "q.yaml"
    assert refused(path) == Problem(f"{path}: cannot be read: Not a directory")


@pytest.mark.parametrize("name", ["a\x00b", "x" * 5000])
def test_an_impossible_file_name_is_refused(name: str) -> None:
    assert ": cannot be read: " in refused(Path(name)).problem


@pytest.mark.parametrize(
    ("data", "byte"),
    [
        (b"\x89PNG\r\n\x1a\n", 0),
        (b"a: caf\xe9\n", 6),
        ("a: 1\n".encode("utf-16"), 0),
        (b"a: \xed\xa0\xbd\n", 3),
        (b"a: \xc0\x80\n", 3),
        (bytes(range(256)), 128),
    ],
    ids=["picture", "Latin-1", "UTF-16", "surrogate", "overlong", "all bytes"],
)
def test_what_is_not_utf8_is_refused(data: bytes, byte: int, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(data)
    assert refused(file) == Problem(f"{file}: is not text in UTF-8 (byte {byte})", "save it as UTF-8 text")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_structure_or_a_problem(data: bytes) -> None:
    """No file ends in another kind of error."""
    try:
        text = data.decode("utf-8-sig")
        node = read_text(text, "p.yaml", ProfileError)
    except (ProfileError, UnicodeDecodeError):
        return
    assert isinstance(node, Text | Items | Entries)


@given(st.text(alphabet="ab:-?[]{}&*!|>'\"%@#,\n \t\\u0019dD8", max_size=60))
def test_any_punctuation_is_a_structure_or_a_problem(text: str) -> None:
    """No sequence of YAML's own characters ends in another kind of error."""
    try:
        node = read_text(text, "p.yaml", ProfileError)
    except ProfileError:
        return
    assert isinstance(node, Text | Items | Entries)


def test_a_large_file_is_refused_quickly(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("- " * LARGEST)
    start = time.perf_counter()
    found = refused(file)
    assert time.perf_counter() - start < 1
    assert found == Problem(
        f"{file}: is larger than 1,000,000 bytes", "one file holds one patient, or one policy's criteria"
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 20_000, (1, 41)),
        ("{" * 20_000, (1, 41)),
        ('{"a":' * 20_000, (1, 201)),
        ("[" * 20_000 + "]" * 20_000, (1, 41)),
        ("- " * 20_000, (1, 81)),
        ("? " * 20_000, (1, 81)),
        ("\n".join(f"{' ' * level}a:" for level in range(1000)), (41, 41)),
        ("\n".join(f"{' ' * level}-" for level in range(1000)), (41, 41)),
    ],
    ids=["brackets", "braces", "JSON", "closed", "lists", "keys", "groups by indentation", "lists by indentation"],
)
def test_deep_nesting_is_refused_within_a_second(text: str, place: tuple[int, int]) -> None:
    start = time.perf_counter()
    (found,) = problems(text)
    assert time.perf_counter() - start < 1
    assert (found.problem, where(found)) == ("brackets or lists are nested more than 40 deep", place)


def test_forty_levels_are_read() -> None:
    assert plain("[" * 40 + "]" * 40) == json.loads("[" * 40 + "]" * 40)


def test_a_caret_points_into_a_long_line() -> None:
    (found,) = problems(f"{{a: {'x' * 300}, a: y}}")
    _, line, caret, _ = str(found).splitlines()
    assert (line[len(caret) - 1 :].startswith("a: y}"), len(line) <= 104) == (True, True)


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("a: 1\nb: 2\n", ("b",), (2, 4)),
        ("a:\n  - x\n  - {b: y}\n", ("a", 1, "b"), (3, 9)),
        ("a:\n  b:\n    c: d\n", ("a", "b"), (3, 5)),
        ("a:\n  b: 1\n", ("a", "nowhere"), (2, 3)),
        ("a: [x]\n", ("a", 7), (1, 4)),
        ("a: x\n", ("a", "b", "c"), (1, 4)),
        ('{"a": {"b": [1, 22, 3]}}', ("a", "b", 2), (1, 21)),
        ('{\n\t"a": "x",\n\t"b": "y"\n}', ("b",), (3, 7)),
        ("ä: ö\nü: ß\n", ("ü",), (2, 4)),
        ("a: 😀\nb: {c: 😀, d: x}\n", ("b", "d"), (2, 14)),
        ("a: 'x'\nb: \"y\"\n", ("b",), (2, 4)),
        ("a: >-\n  x\nb: y\n", ("b",), (3, 4)),
        ("\r\na: x\r\n\r\nb: y\r\n", ("b",), (4, 4)),
    ],
)
def test_a_value_knows_its_line_and_column(text: str, path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    found = place_of(read_text(text, "p.yaml", ProfileError), path)
    assert ((found.line, found.column), found.file) == (place, "p.yaml")


def test_a_value_knows_the_whole_line() -> None:
    found = place_of(read_text("a:\n  b:  x  # why\n", "p.yaml", ProfileError), ("a", "b"))
    assert found == Place("p.yaml", 2, 7, "  b:  x  # why")


def test_the_error_is_the_one_asked_for(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="there is no such file"):
        read_file(tmp_path / "x.yaml", KnowledgeError)


def as_json(value: object) -> object:
    """What JSON says, with numbers and words as the text they are written in."""
    match value:
        case dict():
            return {key: as_json(below) for key, below in value.items()}
        case list():
            return [as_json(item) for item in value]
        case str() | None:
            return value
        case _:
            return json.dumps(value)


# All of Unicode but what YAML cannot hold unescaped: control characters, breaks that it folds, two non-characters.
RAW = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
ANY = st.characters(codec="utf-8")


def values(characters: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    texts = st.text(characters, max_size=8) | st.sampled_from(["", "null", "~", "a: b", " #x", "&a", "\\ud83d", "😀\\"])
    scalars = texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
    return st.recursive(
        st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars, max_size=3),
        lambda below: st.lists(below | scalars, max_size=3) | st.dictionaries(texts, below | scalars, max_size=3),
        max_leaves=10,
    )


INDENTS = st.sampled_from([None, 2, "\t"])


@given(values(ANY), INDENTS)
def test_escaped_json_keeps_its_meaning(value: object, indent: int | str | None) -> None:
    """JSON in ASCII is read with the structure that JSON gives it, every scalar as it is written."""
    assert plain(json.dumps(value, indent=indent)) == as_json(value)


@given(values(RAW), INDENTS)
def test_raw_json_keeps_its_meaning(value: object, indent: int | str | None) -> None:
    """The same of JSON in UTF-8."""
    assert plain(json.dumps(value, indent=indent, ensure_ascii=False)) == as_json(value)


@given(values(ANY))
def test_compact_json_keeps_its_meaning(value: object) -> None:
    """The same of JSON without any spaces."""
    assert plain(json.dumps(value, separators=(",", ":"))) == as_json(value)


@pytest.mark.parametrize("scalar", [-0.0, 1e16, 5e-324, math.pi, 10**30, True, False, "", "null", "1.10", "\u0000"])
def test_a_json_scalar_stays_as_written(scalar: object) -> None:
    assert plain(json.dumps({"a": scalar})) == {"a": scalar if isinstance(scalar, str) else json.dumps(scalar)}


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (r"\ud83d\ude00", "😀"),
        (r"\uD83D\uDE00", "😀"),
        (r"\\\ud83d\ude00", "\\😀"),
        (r"\ud83d\ude00\ud83d\ude01", "😀😁"),
        (r"\\ud83d", r"\ud83d"),
        (r"\/\b\f\n\r\t\"\\", '/\b\f\n\r\t"\\'),
        (r"\u00e9\u2028", "é\u2028"),
    ],
)
def test_json_escapes_are_read_as_json(escaped: str, text: str) -> None:
    assert plain(f'{{"a": "{escaped}"}}') == {"a": text}


@pytest.mark.parametrize("escaped", [r"\ud83d", r"\ude00", r"\ud83dx", r"\ude00\ud83d", r"\ud83d\ud83d\ude00"])
def test_a_lone_surrogate_is_a_problem(escaped: str) -> None:
    (found,) = problems(f'{{"a": "{escaped}"}}')
    assert found.problem.endswith("found invalid Unicode character escape code")


@pytest.mark.parametrize("text", [r"a: \ud83d\ude00", r"a: '\ud83d\ude00'"])
def test_an_unquoted_escape_stays_as_written(text: str) -> None:
    assert plain(text) == {"a": r"\ud83d\ude00"}


@pytest.mark.parametrize("character", ["\u0085", "\u2028", "\u2029", "\x0b", "\x0c"], ids=ascii)
def test_an_odd_line_break_is_refused(character: str) -> None:
    expected = Problem(f"p.yaml: has a line break that is none (U+{ord(character):04X})", "use ordinary line ends")
    assert problems(f'{{"a": "x{character}y"}}') == (expected,)
