"""Synthetic patients as a file: Parquet, CSV or JSON lines, whole or not at all, in memory that does not grow."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from blinadss.errors import UsageError, one_of, quoted
from blinadss.in_sql import literal
from blinadss.synthetic.chance import ROW
from blinadss.synthetic.distribution import Distribution
from blinadss.synthetic.distribution_files import SHIPPED, read_distribution
from blinadss.synthetic.query import query_over, synthetic_cohort
from blinadss.tables.running import interruptible

_FORMATS = {
    ".parquet": "FORMAT parquet, COMPRESSION snappy",
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
}


def write_synthetic(  # noqa: PLR0913 - each says one thing about the table, by name
    path: str | Path,
    rows: int,
    seed: int = 0,
    bad: float = 0.0,
    *,
    facts: Collection[str] | None = None,
    memory_limit: str = "2GB",
    threads: int = 1,
) -> None:
    """Write so many synthetic patients to a file; one that is there is replaced.

    The suffix says how: ``.parquet``, ``.csv`` or ``.jsonl``. ``bad`` is the share of rows, 0 to 1, with a cell that
    cannot be read, ``facts`` are the facts that are shown (default: all). ``memory_limit`` is what DuckDB may use.
    One thread writes the rows in the order of their numbers; several take less time, and write the same rows in any.
    Raises `UsageError` for what cannot be asked for, and where the file cannot be written.
    """
    target = Path(path)
    written = _FORMATS.get(target.suffix.lower())
    if written is None:
        raise UsageError(
            f"{target}: no table can be written as {quoted(target.suffix)}", f"end its name in {one_of([*_FORMATS])}"
        )
    query, distribution = synthetic_cohort(rows, seed, bad, facts=facts), read_distribution()
    if threads < 1:
        raise UsageError(f"{threads} threads are none", "allow 1 or more")
    if target.suffix.lower() == ".parquet":
        written = f"{written}, KV_METADATA {_metadata(distribution, rows, seed, bad)}"
    with _appearing(target) as temporary, duckdb.connect(config=_config(memory_limit, threads)) as connection:
        if threads > 1:
            numbers = _shared_out(connection, rows, temporary.with_name("numbers.duckdb"))
            query = query_over(numbers, seed, bad, distribution, facts)
        interruptible(connection, f"COPY ({query}) TO {literal(str(temporary))} ({written}, USE_TMP_FILE false)")


def _config(memory_limit: str, threads: int) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": memory_limit,
        "threads": threads,
        "preserve_insertion_order": threads == 1,  # several threads would keep it too, and wait for each other
        "temp_directory": "",
        "autoinstall_known_extensions": False,
    }


def _shared_out(connection: duckdb.DuckDBPyConnection, rows: int, path: Path) -> str:
    """A query of the numbers of all rows which DuckDB shares out among its threads, as it does not with `range`.

    They are those of a table in a file, where they take up next to nothing.
    """
    connection.execute(f"ATTACH {literal(str(path))} AS numbers")
    numbers = f"SELECT range AS {ROW} FROM range(1, {rows + 1})"  # noqa: S608 - a number
    interruptible(connection, f"CREATE TABLE numbers.numbers AS {numbers}")
    return f"SELECT {ROW} FROM numbers.numbers"  # noqa: S608 - a constant


def _metadata(distribution: Distribution, rows: int, seed: int, bad: float) -> str:
    """What the file says of itself."""
    from blinadss import __version__

    said = {
        "synthetic": distribution.says,
        "title": distribution.title,
        "assessed_on": distribution.assessed_on,
        "rows": rows,
        "seed": seed,
        "bad": bad,
        "distribution": f"sha256:{hashlib.sha256(SHIPPED.read_bytes()).hexdigest()}",
        "made_by": f"blinadss {__version__}, DuckDB {duckdb.__version__}",
    }
    return "{" + ", ".join(f"{key}: {literal(str(value))}" for key, value in said.items()) + "}"


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A file in a folder of its own beside the target, which it becomes in the end; what goes wrong is a problem."""
    try:
        with TemporaryDirectory(prefix=".blinadss-", dir=target.parent) as folder:
            temporary = Path(folder, target.name)
            yield temporary
            temporary.replace(target)
    except OSError as problem:
        raise UsageError(f"{target}: cannot be written: {problem.strerror}") from None
    except duckdb.OutOfMemoryException:
        raise UsageError(
            f"{target}: the memory is not enough", "allow more with `memory_limit`, or have fewer threads"
        ) from None
    except duckdb.Error as problem:
        raise UsageError(f"{target}: cannot be written: {str(problem).splitlines()[0]}") from None
