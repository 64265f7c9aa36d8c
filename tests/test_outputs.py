"""Answers about a table as files: all of them or none, in a format that the name says; and the bar meanwhile."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import duckdb
import pytest

from blinadss.errors import UsageError
from blinadss.tables.outputs import checked_target, write_quarantine, write_table
from blinadss.tables.progress import Progress, said_of

ROWS = "SELECT i AS row, 'us-label; \"x\"' AS id, i > 1 AS yes, NULL::VARCHAR AS nobody FROM range(1, 4) t(i)"
WRITING = """
import signal, sys, duckdb
from pathlib import Path
from blinadss.tables.outputs import write_table
from blinadss.errors import UsageError
signal.signal(signal.SIGINT, signal.default_int_handler)
if len(sys.argv) > 2:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_table(duckdb.connect(), "SELECT i, hash(i) FROM range(100_000_000_000) t(i)", Path(sys.argv[1]))
except UsageError as error:
    sys.exit(str(error))
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as opened:
        yield opened


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_what_is_written_reads_back(suffix: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / f"it's {suffix}"
    assert write_table(connection, ROWS, target) == 3
    name = str(target).replace("'", "''")
    found = connection.execute(f"FROM '{name}'").fetchall()
    assert found == connection.execute(ROWS).fetchall()
    assert [each.name for each in tmp_path.iterdir()] == [target.name]
    assert target.stat().st_mode & 0o777 == 0o644


def test_unknown_is_empty_in_csv_and_null_in_json(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_table(connection, f"{ROWS} LIMIT 1", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == 'row,id,yes,nobody\n1,"us-label; ""x""",false,\n'
    write_table(connection, f"{ROWS} LIMIT 1", tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_text() == '{"row":1,"id":"us-label; \\"x\\"","yes":false,"nobody":null}\n'


def test_a_target_that_cannot_be_written_is_refused_before_the_work(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "there.csv").write_text("mine")
    (tmp_path / "folder.csv").mkdir()
    for name, problem in {
        "a.xlsx": "the format cannot be told by the name",
        "there.csv": "there is such a file already",
        "folder.csv": "is a folder",
        "nowhere/a.csv": "there is no folder",
    }.items():
        with pytest.raises(UsageError, match=problem):
            checked_target(tmp_path / name)
        with pytest.raises(UsageError, match=problem):
            write_table(connection, "SELECT this FROM is.no.work", tmp_path / name)
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert write_table(connection, ROWS, tmp_path / "there.csv", force=True) == 3


def test_a_folder_that_may_not_be_written_to_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):  # the superuser writes everywhere

        def locked(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("tempfile.NamedTemporaryFile", locked)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"):
        write_table(connection, "SELECT this FROM is.no.work", tmp_path / "a.csv")


def test_a_query_that_fails_leaves_the_old_file_and_nothing_else(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    with pytest.raises(UsageError, match="cannot be written: Could not convert string 'x'"):
        write_table(connection, "SELECT CAST(c AS INTEGER) FROM (VALUES ('1'), ('x')) t(c)", target, force=True)
    with pytest.raises(duckdb.BinderException):
        write_table(connection, "SELECT nothing FROM range(3)", target, force=True)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.csv", "old")]


def test_too_little_memory_is_said_to_be_so(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    connection.execute("SET memory_limit = '20MB'; SET max_temp_directory_size = '0MB'")
    with pytest.raises(UsageError, match="allow more memory"):
        write_table(connection, "SELECT list(i) FROM range(50_000_000) t(i)", tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl"])
def test_a_full_disk_leaves_no_file(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITING, str(tmp_path / name), "full"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path / name}: cannot be written: ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl"])
def test_an_interrupt_leaves_no_file(name: str, tmp_path: Path) -> None:
    writing = subprocess.Popen([sys.executable, "-c", WRITING, str(tmp_path / name)], stderr=subprocess.PIPE)  # noqa: S603
    until = monotonic() + 60
    while not any(each.stat().st_size for each in tmp_path.iterdir()) and monotonic() < until:
        sleep(0.01)
    writing.send_signal(signal.SIGINT)
    try:
        _, said = writing.communicate(timeout=60)
    finally:
        writing.kill()
    assert b"KeyboardInterrupt" in said
    assert not list(tmp_path.iterdir())


def test_a_hundred_thousand_bad_cells_are_written_down(tmp_path: Path) -> None:
    rows = ((number, "labs.alt [U/L]", "lots", "`lots` is no number") for number in range(1, 100_001))
    assert write_quarantine(rows, tmp_path / "bad.csv") == 100_000
    with (tmp_path / "bad.csv").open(newline="") as file:
        assert sum(1 for _ in file) == 100_001


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_bad_cell_becomes_a_formula(text: str, tmp_path: Path) -> None:
    write_quarantine([(1, text, text, text)], tmp_path / "bad.csv")
    with (tmp_path / "bad.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["row", "column", "value", "reason"], ["1", *[f"'{text}"] * 3]]


def test_bad_cells_that_cannot_all_be_written_leave_no_file(tmp_path: Path) -> None:
    def failing() -> Iterator[tuple[int, str, str, str]]:
        yield 1, "a", "b", "c"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_quarantine(failing(), tmp_path / "bad.csv")
    assert not list(tmp_path.iterdir())
    write_quarantine([], tmp_path / "bad.csv")
    with pytest.raises(UsageError, match="there is such a file already"):
        write_quarantine([], tmp_path / "bad.csv")


def test_a_bar_shows_on_a_terminal_how_far_it_is_and_goes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("screening", done=lambda: 50.0):
        pass
    assert not capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    with Progress("screening", done=lambda: 50.0, rows=10):
        sleep(1.3)
    line = "screening [############............]  50 %  5 of 10 rows  0:01, about 0:01 more"
    assert capsys.readouterr().err == f"\r{line}\x1b[K\r\x1b[K"


def test_a_bar_follows_the_query_of_a_connection(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    connection.execute("SET threads = 1; CREATE TABLE t AS SELECT i FROM range(1_000_000) s(i)")
    slow = "SELECT count(*) FROM t WHERE regexp_matches(repeat(i::VARCHAR, 100), '(1|2)*3.*(4|5)+6$')"
    started = monotonic()
    with Progress("screening", connection, rows=1_000_000):
        while monotonic() < started + 2:
            connection.execute(slow)
    assert "% " in capsys.readouterr().err


def test_no_bar_is_said_where_nobody_knows_how_far_it_is() -> None:
    assert said_of("reading", 0.0, 5) == said_of("reading", -1.0, 5) == "reading … 0:05"
