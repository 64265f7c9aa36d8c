"""Tables of patients from files of every kind and from PostgreSQL: every row is there, or a reject with its number."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from pwd import getpwnam
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blinadss.errors import UsageError
from blinadss.tables.records import fields_of, records
from blinadss.tables.sources import open_source

HOSTILE = ['a"; DROP VIEW cohort; --', "it's", "x y [10*9/L]", "tab\there", "%s {0} $1", "ü"]


@dataclass(frozen=True)
class Seen:
    """All that a source shows of a table."""

    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]
    rejects: list[tuple[int, str, str]]


def seen(where: Path | str, **named: Any) -> Seen:
    with open_source(str(where), **named) as source:
        rows = source.connection.execute(f'FROM {source.relation} ORDER BY "row"').fetchall()
        assert source.rows() == len(rows)
        names, types = [each.name for each in source.columns], [each.type for each in source.columns]
        return Seen(names, types, rows, list(source.rejects()))


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(where: Path | str, **named: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        open_source(str(where), **named)
    return caught.value


def in_duckdb(*statements: str, at: str = ":memory:") -> None:
    with duckdb.connect(at) as connection:
        for statement in statements:
            connection.execute(statement)


def in_parquet(path: Path, query: str, *values: str) -> Path:
    with duckdb.connect() as connection:
        connection.sql(query, params=values).to_parquet(str(path))
    return path


# Text tables


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,labs.alt [U/L]\n1,007\n2,\n"),
        ("a.CSV", b"\xef\xbb\xbfid,labs.alt [U/L]\r\n1,007\r\n2,"),
        ("a.tsv", b"id\tlabs.alt [U/L]\n1\t007\n2\t\n"),
        ("a.csv", b'"id";"labs.alt [U/L]"\n"1";"007"\n\n"2";""\n\n'),
        ("a.csv.gz", gzip.compress(b"id,labs.alt [U/L]\n1,007\n2,\n")),
    ],
)
def test_every_cell_of_a_text_table_is_the_text_that_it_is(name: str, content: bytes, tmp_path: Path) -> None:
    found = seen(written(tmp_path / name, content))
    assert found.columns == ["id", "labs.alt [U/L]"]
    assert found.types == ["VARCHAR", "VARCHAR"]
    assert found.rows == [(1, "1", "007"), (2, "2", None)]


def test_broken_lines_are_rejects_and_every_other_row_keeps_its_number(tmp_path: Path) -> None:
    content = (
        b'id,a,b\n1,x,y\n2,"over\nlines",y\n3,x\n4,x,y,z\n\n5,x,\xff\n6,"q""q",z\n'
        b'7,"never closed,z\n8,"a"b,c\n9,x\ry,z\n10,5" long,z\n'
    )
    found = seen(written(tmp_path / "a.csv", content))
    assert [row[:2] for row in found.rows] == [(1, "1"), (2, "2"), (6, "6"), (10, "10")]
    assert found.rows[1][2:] == ("over\nlines", "y")
    assert found.rejects == [
        (3, "", "line 5: 2 fields, and the header has 3"),
        (4, "", "line 6: 4 fields, and the header has 3"),
        (5, "", "line 8: not UTF-8"),
        (7, "", "line 10: a quotation mark in the wrong place"),
        (8, "", "line 11: a quotation mark in the wrong place"),
        (9, "", "line 12: a carriage return inside the line"),
    ]


def test_a_field_too_few_or_too_many_is_a_reject_even_if_it_is_empty(tmp_path: Path) -> None:
    found = seen(written(tmp_path / "a.csv", "id,a,b\n1,x,y\n2,x\n3,x,y,\n4,,\n"))
    assert found.rows == [(1, "1", "x", "y"), (4, "4", None, None)]
    assert [(row, column) for row, column, _ in found.rejects] == [(2, ""), (3, "")]


def test_a_quotation_mark_that_is_never_closed_costs_its_line_only(tmp_path: Path) -> None:
    rows = "".join(f"{number},x\n" for number in range(2, 200))
    found = seen(written(tmp_path / "a.csv", f'id,a\n1,"open\n{rows}'))
    assert [row[0] for row in found.rows] == list(range(2, 200))
    assert found.rejects == [(1, "", "line 2: a quotation mark that is never closed")]


_CELLS = st.sampled_from(["", "x", '"q"', '""', '"a,b"', '"a""b"', '"a\nb"', " x ", 'a"b', "ä", '"', "\r", "1\n", ","])


@settings(max_examples=15)
@given(
    st.lists(st.lists(_CELLS, min_size=1, max_size=4), max_size=12),
    st.integers(1, 3),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([b"", b"\xff", b"\x00"]),
)
def test_however_a_table_is_broken_no_row_is_lost_or_moved(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]], width: int, end: str, stray: bytes
) -> None:
    """What is read by DuckDB, or not, is what is read record by record."""
    header = ",".join(f"n{place}" for place in range(width))
    content = end.join([header, *(",".join(line) for line in lines), ""]).encode() + stray
    path = written(tmp_path_factory.getbasetemp() / "any.csv", content)
    found = seen(path, delimiter=",")
    expected = list(records(io.BytesIO(content), ",", width))[1:]
    sound = [
        (number, *(field or None for field in fields_of(record, ",")))
        for number, record in enumerate(expected, 1)
        if record.width == width
    ]
    assert found.rows == sound
    assert len(found.rejects) == len(expected) - len(sound)


def test_a_large_table_is_numbered_right_through_all_of_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("id,a\n")
        for number in range(1, 400_001):
            file.write(f"{number}\n\n" if number % 1000 == 0 else f'{number},"{"x" * 90}"\n')
    with open_source(str(path), threads=4, memory="500MB") as source:
        assert not source.connection.execute(f"FROM {source.relation} WHERE row <> id").fetchall()
        assert source.rows() == 399_600
        assert [row for row, _, _ in source.rejects()] == list(range(1000, 400_001, 1000))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a,b,A\n", "columns 1 and 3 are both called `A`"),
        (b",b\n", "column 1 has no name"),
        (b"a,Row\n", "is called `Row`, a name that is kept for the number of the row"),
        ("a,b\n".encode("utf-16"), "is UTF-16"),
        (b"a\xff,b\n1,2\n", "the names of the columns cannot be read: not UTF-8"),
        (b'a,"b\n1,2\n', "the names of the columns cannot be read: a quotation mark that is never closed"),
    ],
)
def test_a_text_table_without_proper_names_of_columns_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    assert problem in str(refused(written(tmp_path / "a.csv", content)))


def test_all_that_is_wrong_with_names_is_said_at_once(tmp_path: Path) -> None:
    assert len(refused(written(tmp_path / "a.csv", "a,,a,row\n")).problems) == 3


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    assert seen(written(tmp_path / "a.csv", "id,a")).rows == []
    assert seen(in_parquet(tmp_path / "a.parquet", "SELECT 1 AS a WHERE false")).rows == []


def test_a_packed_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(os.urandom(100_000).hex().encode())
    assert "cut short" in str(refused(written(tmp_path / "a.csv.gz", packed[:50_000])))
    assert "is not packed by gzip" in str(refused(written(tmp_path / "b.csv.gz", b"id\n1\n")))


def test_csv_may_come_from_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"id;a\n1;x\n")))
    assert seen("-").rows == [(1, "1", "x")]


# Lines of JSON


def test_numbers_in_json_keep_their_text(tmp_path: Path) -> None:
    line = '{"a": 1.10, "b": 123456789012345678901234567890, "c": 1e3, "d": -0, "e": 0.12345678901234567890, "f": true}'
    found = seen(written(tmp_path / "a.jsonl", line))
    assert found.rows == [(1, "1.10", "123456789012345678901234567890", "1e3", "-0", "0.12345678901234567890", "true")]
    assert set(found.types) == {"VARCHAR"}


def test_each_line_of_json_is_an_object_of_single_values_or_a_reject(tmp_path: Path) -> None:
    lines = [
        '{"id": "1", "a": "x"}', "", "[1]", "3", "nope", '{"id": 7, "a": {"deep": 1}}', '{"id": 8, "id": 9}',
        '{"id": "\\ud800"}', '{"": 1}', "[" * 100_000, '{"id": NaN, "b": "over\\nlines"}', '{"a": null}',
    ]  # fmt: skip
    found = seen(written(tmp_path / "a.ndjson", "\n".join(lines).encode() + b'\n{"a": "\xff"}'))
    assert found.columns == ["id", "a", "b"]
    assert found.rows == [(1, "1", "x", None), (11, None, None, "over\nlines"), (12, None, None, None)]
    assert found.rejects == [
        (3, "", "not an object"),
        (4, "", "not an object"),
        (5, "", "not JSON from character 1 on"),
        (6, "a", "a list or an object, where a single value is read"),
        (7, "", "a name comes twice"),
        (8, "", "half of a character"),
        (9, "", "a value without a name"),
        (10, "", "too deep"),
        (13, "", "not UTF-8"),
    ]


def test_names_in_json_that_differ_in_capitals_only_are_refused(tmp_path: Path) -> None:
    assert "both called `A`" in str(refused(written(tmp_path / "a.jsonl", '{"a": 1}\n{"A": 2}\n')))


def test_json_with_names_without_end_is_refused(tmp_path: Path) -> None:
    lines = "".join(f'{{"n{number}": 1}}\n' for number in range(10_002))
    assert "more than 10,000 different names" in str(refused(written(tmp_path / "a.jsonl", lines)))


# Parquet


def test_rows_of_many_parquet_files_are_counted_through(tmp_path: Path) -> None:
    for year in (1, 2):
        (tmp_path / f"year={year}").mkdir()
    in_parquet(tmp_path / "year=1" / "a.parquet", "SELECT i + 1 AS id, 'x' AS a FROM range(300_000) t(i)")
    in_parquet(tmp_path / "year=2" / "b.parquet", "SELECT i + 300_001 AS id, 1 AS b FROM range(5) t(i)")
    in_parquet(tmp_path / "_metadata.parquet", "SELECT 1 AS c")
    for where in (tmp_path, f"{tmp_path}/*/*.parquet"):
        with open_source(str(where)) as source:
            relation = f"FROM {source.relation}"
            assert source.rows() == 300_005
            assert not source.connection.execute(f"{relation} WHERE row <> id").fetchall()
            found = source.connection.execute(f"{relation} WHERE id IN (1, 300_001) ORDER BY row").fetchall()
            assert found == [(1, 1, "x", None, "1"), (300_001, 300_001, None, 1, "2")]


def test_a_name_with_signs_of_a_pattern_is_a_name_if_there_is_such_a_file(tmp_path: Path) -> None:
    in_duckdb(
        f"COPY (SELECT 1 AS a) TO '{tmp_path}/a[1]*.parquet'", f"COPY (SELECT 2 AS a) TO '{tmp_path}/a1b.parquet'"
    )
    assert seen(tmp_path / "a[1]*.parquet").rows == [(1, 1)]


def test_parquet_that_cannot_be_numbered_or_named_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert "`row`" in str(refused(in_parquet(path, "SELECT 1 AS file_row_number, 2 AS row")))
    assert "kept for places in files" in str(refused(in_parquet(path, "SELECT 1 AS File_Row_Number")))
    assert "column 2 has no name" in str(refused(in_parquet(path, 'SELECT 1 AS a, 2 AS " "')))


def test_the_files_of_a_table_may_have_nested_columns_beside_those_that_are_read(tmp_path: Path) -> None:
    path = in_parquet(tmp_path / "a.parquet", "SELECT {'a': 1, 'b': [2]} AS s, {'a': 3} AS a")
    assert seen(path).types == ["STRUCT(a INTEGER, b INTEGER[])", "STRUCT(a INTEGER)"]


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    assert "cannot be read as Parquet" in str(refused(written(tmp_path / "a.parquet", "hello, I am a text")))
    assert "cannot be read as Parquet" in str(refused(written(tmp_path / "b.parquet", "")))
    (tmp_path / "empty").mkdir()
    assert "no Parquet file in this folder" in str(refused(tmp_path / "empty"))


# DuckDB databases


def database(tmp_path: Path, *statements: str) -> Path:
    in_duckdb(*statements, at=str(tmp_path / "a.duckdb"))
    return tmp_path / "a.duckdb"


def test_the_only_table_of_a_database_needs_no_name(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE t AS SELECT i AS id FROM range(1, 4) s(i)")
    assert seen(path).rows == [(1, 1), (2, 2), (3, 3)]
    assert "no table `u`" in str(refused(path, table="u"))


def test_of_several_tables_one_is_named(tmp_path: Path) -> None:
    path = database(
        tmp_path, "CREATE TABLE t AS SELECT 1 AS a", "CREATE SCHEMA s", 'CREATE TABLE s."it\'s ""x""" AS SELECT 2 AS a'
    )
    assert "which of its 2 tables" in str(refused(path))
    assert seen(path, table="t").rows == seen(path, table="main.t").rows == [(1, 1)]
    assert seen(path, table='s.it\'s "x"').rows == [(1, 2)]


def test_rows_that_were_deleted_leave_no_gap(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE t AS SELECT i AS a FROM range(10) s(i)", "DELETE FROM t WHERE a = 3")
    assert [row[:2] for row in seen(path).rows][3] == (4, 4)


def test_a_column_that_is_called_like_the_number_of_a_row_is_not_taken_for_it(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE t AS SELECT i AS rowid FROM range(5, 8) s(i)")
    assert seen(path).rows == [(1, 5), (2, 6), (3, 7)]


def test_a_view_reads_its_database_and_nothing_else(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret.txt", "secret")
    path = database(
        tmp_path,
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE VIEW sound AS SELECT a AS b FROM t",
        f"CREATE VIEW prying AS FROM read_text('{secret}')",
    )
    assert seen(path, table="sound").rows == [(1, 1)]
    assert "reads something outside of the database" in str(refused(path, table="prying"))


def test_what_is_no_duckdb_database_is_refused(tmp_path: Path) -> None:
    assert "one of SQLite" in str(refused(written(tmp_path / "a.db", b"SQLite format 3\0" + bytes(100))))
    assert "is not a DuckDB database" in str(refused(written(tmp_path / "b.duckdb", b"")))
    assert "cannot be read as a DuckDB database" in str(refused(written(tmp_path / "c.duckdb", bytes(8) + b"DUCK" * 9)))
    assert "there is no table in it" in str(refused(database(tmp_path)))


# All of them


def test_names_of_columns_are_inert_in_sql(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s; a "folder"'
    folder.mkdir()
    values = ["'; DROP TABLE x; --"] * len(HOSTILE)
    names = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    text = written(folder / "a.csv", f"{','.join(names)}\n{','.join(values)}\n")
    lines = written(folder / "a.jsonl", json.dumps(dict(zip(HOSTILE, values, strict=True))))
    table = in_parquet(folder / "a.parquet", f"SELECT {', '.join(f'? AS {name}' for name in names)}", *values)
    for path in (text, lines, table):
        found = seen(path)
        assert found.columns == HOSTILE
        assert found.rows == [(1, *values)]


def test_a_table_may_have_two_thousand_columns(tmp_path: Path) -> None:
    names = [f"labs.n{place} [%]" for place in range(2000)]
    row = ",".join("12" for _ in names)
    text = written(tmp_path / "a.csv", ",".join(names) + "\n" + f"{row}\n" * 60)
    with open_source(str(text), memory="1GB") as source:
        assert (len(source.columns), source.rows()) == (2000, 60)
        target = tmp_path / "a.parquet"
        source.connection.sql(f"FROM {source.relation}").select(duckdb.StarExpression(exclude=["row"])).to_parquet(
            str(target)
        )
    assert seen(target).rows[-1][:3] == (60, "12", "12")
    lines = written(tmp_path / "a.jsonl", f"{json.dumps(dict.fromkeys(names, 1))}\n" * 20)
    assert len(seen(lines).columns) == 2000


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("nothing.csv", "there is no such file"),
        ("nothing.parquet", "there is no such file"),
        ("nothing*.parquet", "there is no such file"),
        ("table.xlsx", "what this is cannot be told by its name"),
        ("mysql://user:secret@server/db", "tables are not read from `mysql://`"),
        ("s3://bucket/a.parquet", "tables are not read from `s3://`"),
    ],
)
def test_what_is_not_there_or_not_read_is_refused(where: str, problem: str, tmp_path: Path) -> None:
    written(tmp_path / "table.xlsx", "PK")
    error = str(refused(where if "://" in where else tmp_path / where))
    assert problem in error
    assert "secret" not in error


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.csv", "a\n1\n")
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser reads everything

        def locked(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", locked)
    assert "cannot be read: Permission denied" in str(refused(path))


def test_limits_that_are_none_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a\n1\n")
    assert "cannot be had" in str(refused(path, memory="much"))
    assert "cannot be had" in str(refused(path, threads=-1))
    assert "sets no fields apart" in str(refused(path, delimiter="|"))
    assert "has no tables with names" in str(refused(path, table="t"))
    assert "no room for temporary files" in str(refused(path, beside=tmp_path / "nowhere"))


def test_nothing_is_left_of_a_source_that_was_closed_or_refused(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    path = written(tmp_path / "a.csv", "a,b\n1,2\n3\n")
    with open_source(str(path), beside=room) as source:
        assert source.rows() == 1
        assert list(room.iterdir())
    assert not list(room.iterdir())
    refused(written(tmp_path / "b.csv", "a,a\n"), beside=room)
    assert not list(room.iterdir())


@pytest.mark.parametrize(("name", "before"), [("a.jsonl", "sound.csv"), ("a.csv", "table.parquet")])
def test_an_interrupt_while_reading_leaves_nothing_behind(name: str, before: str, tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    line = '{"id": "#"}\n' if name == "a.jsonl" else '#,"a#"\n'
    with (tmp_path / name).open("w") as file:
        file.writelines(line.replace("#", str(number)) for number in range(1_000_000))
    code = (
        "import signal, sys; from pathlib import Path; from blinadss.tables.sources import open_source;"
        "signal.signal(signal.SIGINT, signal.default_int_handler); open_source(sys.argv[1], beside=Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / name), str(room)]
    reading = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603
    until = monotonic() + 60
    while not list(room.rglob(before)) and reading.poll() is None and monotonic() < until:
        sleep(0.01)
    reading.send_signal(signal.SIGINT)
    try:
        _, said = reading.communicate(timeout=60)
    finally:
        reading.kill()
    assert b"KeyboardInterrupt" in said
    assert not list(room.iterdir())


# PostgreSQL, a real one


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of this test's own, in a folder of its own; the URL of its superuser, with a password."""
    pytest.importorskip("adbc_driver_postgresql", reason="the package that reads PostgreSQL is not installed")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") if not programs else str(programs[-1])
    if initdb is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    folder, control = Path(mkdtemp(prefix="blinadss-test-")), str(Path(initdb).with_name("pg_ctl"))
    nobody = getpwnam("nobody")  # the server refuses to run as root
    who: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid} if os.getuid() == 0 else {}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)  # noqa: S603

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        written(folder / "password", "s3cret/p@ss")
        if who:
            shutil.chown(folder, **who)
            shutil.chown(folder / "password", **who)
        options = f"-p {port} -k {folder} -h 127.0.0.1 -F"
        run(initdb, "-D", f"{folder}/data", "-U", "tester", "-A", "scram-sha-256", "--pwfile", f"{folder}/password")
        run(control, "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://tester:s3cret%2Fp%40ss@127.0.0.1:{port}/postgres"
        finally:
            run(control, "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def asked(url: str, *statements: str) -> None:
    from adbc_driver_manager import AdbcConnection, AdbcStatement
    from adbc_driver_postgresql import connect  # type: ignore[import-untyped]

    with connect(url) as found, AdbcConnection(found) as connection:
        for statement in statements:
            with AdbcStatement(connection) as prepared:
                prepared.set_sql_query(statement)
                prepared.execute_update()


@pytest.fixture(scope="module")
def hospital(server: str) -> str:
    asked(
        server,
        "CREATE SCHEMA ward",
        'CREATE TABLE ward."pat""ients" AS SELECT i AS id, \'1.10\'::numeric AS "labs.alt [U/L]", '
        "CASE WHEN i % 2 = 0 THEN 'positive' END AS \"it's; DROP\", date '2026-03-02' AS seen_on, "
        "'infinity'::date AS never_on, 1.5::float8 AS f, true AS b, ARRAY[1,2] AS list, 'x'::char(3) AS padded "
        "FROM generate_series(1, 200000) i",
        "CREATE TABLE other AS SELECT 1 AS a",
        'CREATE TABLE twice AS SELECT 1 AS a, 2 AS "A"',
        "CREATE VIEW failing AS SELECT 1 / (i - 150000) AS a FROM generate_series(1, 200000) i",
    )
    return server


def test_a_table_of_postgresql_is_read_whole_and_in_order(hospital: str) -> None:
    with open_source(hospital, table='ward.pat"ients') as source:
        assert source.rows() == 200_000
        assert not source.connection.execute(f"FROM {source.relation} WHERE row <> id").fetchall()
        second = source.connection.execute(f"FROM {source.relation} WHERE row = 2").fetchall()
        assert second == [(2, 2, "1.10", "positive", date(2026, 3, 2), None, 1.5, True, "{1,2}", "x")]
        types = {each.name: each.type for each in source.columns}
        assert (types["seen_on"], types["never_on"], types["labs.alt [U/L]"]) == ("DATE", "DATE", "VARCHAR")


def test_of_several_tables_of_postgresql_one_is_named(hospital: str) -> None:
    error = str(refused(hospital))
    assert "which of its 4 tables is meant?" in error
    assert '`failing`, `other`, `twice` or `ward.pat"ients`' in error
    assert "there is no table `others`" in str(refused(hospital, table="others"))
    assert "did you mean `other`?" in str(refused(hospital, table="others"))
    assert "both called `A`" in str(refused(hospital, table="twice"))
    assert seen(hospital, table="public.other").rows == [(1, 1)]


def test_what_goes_wrong_in_the_middle_is_said(hospital: str) -> None:
    assert "division by zero" in str(refused(hospital, table="failing"))


def test_no_message_shows_a_password(hospital: str) -> None:
    wrong = hospital.replace("s3cret", "t0psecret")
    lost = hospital.rpartition("/")[0] + "/nowhere"
    broken = hospital.replace("s3cret%2Fp%40ss", "s3cret/p@ss")
    for url, said in ((wrong, "authentication failed"), (lost, '"nowhere" does not exist'), (broken, "not understood")):
        error = str(refused(url))
        assert said in error
        assert "s3cret" not in error
        assert "t0psecret" not in error
        assert "p@ss" not in error
        assert "tester:" not in error


def test_nothing_can_be_written_to_postgresql(hospital: str) -> None:
    asked(
        hospital,
        "CREATE TABLE ledger (a int)",
        "CREATE FUNCTION noted() RETURNS int LANGUAGE sql AS 'INSERT INTO ledger VALUES (1) RETURNING 1'",
        "CREATE VIEW writing AS SELECT noted() AS a",
    )
    assert "read-only transaction" in str(refused(hospital, table="writing"))
    assert seen(hospital, table="ledger").rows == []
    asked(hospital, "DROP VIEW writing", "DROP TABLE ledger")


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    pytest.importorskip("adbc_driver_postgresql")
    assert "Connection refused" in str(refused("postgresql://user:secret@127.0.0.1:1/db"))


def test_without_its_package_postgresql_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    error = refused("postgresql://user:secret@server/db")
    assert "package is lacking" in str(error)
    assert "blinadss[postgresql]" in str(error)
