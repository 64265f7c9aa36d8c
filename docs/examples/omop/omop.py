"""The flat table of a cohort from an OMOP CDM v5.4 in DuckDB, by `cohort.sql` and a concept file that sites replace.

python docs/examples/omop/omop.py cdm.duckdb --on 2026-11-22 --concepts my-concepts.csv -o cohort.parquet
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb

import blinadss
from blinadss.errors import BlinadssError, Mistake, Place, Problem, UsageError, one_of, quoted
from blinadss.facts import FACTS, near_fact
from blinadss.kinds import Coded, Dated, Kind, Measured, day
from blinadss.output import target_of
from blinadss.quantity import COUNT

HERE = Path(__file__).parent
QUERY = (HERE / "cohort.sql").read_text(encoding="utf-8")
COLUMNS = ("role", "fact", "value", "vocabulary_id", "concept_code", "concept_id", "descendants", "status", "source")
ROLES = ("record", "answer", "unit", "sign")
STATUSES = ("verified-curated", "verified-multi-use", "verified-local", "convention", "unverified")
SIGNS = ("<", "<=", "=", ">=", ">")
RECORDS = ("person", "condition_occurrence", "measurement", "drug_exposure", "procedure_occurrence")
READ_FROM = (*RECORDS, "concept", "concept_ancestor")
FILLED = frozenset(re.findall(r"CASE WHEN s\.fact = '([^']+)'", QUERY))  # the facts for which the query has a column
# A level of residual disease is compared with 0.01 %, which a number of so few decimal places cannot be.
FINE, PLACES = ("mrd.level", "mrd.assay_sensitivity"), 5


@dataclass(frozen=True)
class Line:
    """One line of the concept file: what a code means. `facts` are those it holds for, and `at` is where it stands."""

    role: str
    facts: tuple[str, ...]
    value: str
    vocabulary_id: str | None
    concept_code: str | None
    concept_id: int | None
    descendants: bool
    verified: bool
    at: Place

    def rows(self) -> Iterator[tuple[object, ...]]:
        """The line as rows of the table `concept_set`, one for each fact."""
        code = (self.vocabulary_id, self.concept_code, self.concept_id, self.descendants, self.verified)
        return ((self.role, fact, self.value, *code) for fact in self.facts)


def read_concepts(path: Path) -> tuple[Line, ...]:
    """The lines of a concept file; raises `UsageError` with everything that is wrong in it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(COLUMNS) <= set(rows.fieldnames or ()):
                raise UsageError(f"{path}: is not a concept file", f"its columns are {', '.join(COLUMNS)}")
            problems: list[Problem] = []
            lines = [line for row in rows for line in _checked(row, path, rows.line_num, problems)]
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read: {problem.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise UsageError(f"{path}: is not a CSV file in UTF-8", "save it as CSV UTF-8") from None
    problems += _contradictions(lines)
    if problems:
        raise UsageError(problems)
    return tuple(lines)


def _checked(row: Mapping[str, str | None], path: Path, number: int, problems: list[Problem]) -> Iterator[Line]:
    """The line, or nothing where a problem with it was noted."""
    cell = {name: (row.get(name) or "").strip() for name in COLUMNS}
    place = Place(str(path), number, 1, ",".join(cell.values()))
    found = [Problem(mistake.problem, mistake.hint, place) for mistake in _mistakes(cell)]
    problems += found
    if found:
        return
    facts = (cell["fact"],) if cell["fact"] else tuple(fact for fact in sorted(FILLED) if _fits(cell, FACTS[fact]))
    concept_id = int(cell["concept_id"]) if cell["concept_id"] else None
    code = (cell["vocabulary_id"] or None, cell["concept_code"] or None, concept_id, cell["descendants"] == "yes")
    yield Line(cell["role"], facts, cell["value"], *code, cell["status"] != "unverified", place)


def _mistakes(cell: Mapping[str, str]) -> Iterator[Mistake]:
    """Everything that is wrong with one line."""
    for column, known in (("role", ROLES), ("status", STATUSES), ("descendants", ("yes", "no"))):
        if cell[column] not in known:
            yield Mistake(f"`{column}` cannot be {quoted(cell[column])}", f"write {one_of(known)}")
    if cell["status"] != "unverified" and not cell["source"]:
        yield Mistake("no `source` is given", "write where the code was looked up, or call it `unverified`")
    if re.fullmatch("[0-9]{0,10}", cell["concept_id"]) is None:
        yield Mistake(f"{quoted(cell['concept_id'])} is not a concept id", "write the number alone")
    if cell["concept_id"] == "0" and cell["role"] != "unit":
        yield Mistake("concept 0 means that nothing could be mapped", "leave the line out")
    if not cell["concept_id"] and not (cell["vocabulary_id"] and cell["concept_code"]):
        yield Mistake("no code is given", "write a `concept_id`, or a `vocabulary_id` with a `concept_code`")
    yield from _mistakes_of_fact(cell) if cell["fact"] else _mistakes_without_fact(cell)


def _mistakes_without_fact(cell: Mapping[str, str]) -> Iterator[Mistake]:
    """What is wrong with a line for any fact, which only a unit or a sign can be."""
    role, value = cell["role"], cell["value"]
    if role not in {"unit", "sign"}:
        yield Mistake("no `fact` is given", "write the fact that the code speaks of")
    elif role == "sign" and value not in SIGNS:
        yield Mistake(f"{quoted(value)} is not a sign", f"write {one_of(SIGNS)}")
    elif role == "unit" and not any(_fits(cell, FACTS[fact]) for fact in FILLED):
        yield Mistake(f"{quoted(value)} is a unit of no fact", "docs/reference/units.md lists the units")


def _mistakes_of_fact(cell: Mapping[str, str]) -> Iterator[Mistake]:
    """What is wrong with the fact of a line, or with what the line says of it."""
    fact, value, role = cell["fact"], cell["value"], cell["role"]
    kind = FACTS.get(fact)
    if kind is None:
        yield Mistake(f"unknown fact {quoted(fact)}", near_fact(fact))
    elif fact not in FILLED:
        yield Mistake(f"the query has no column for `{fact}`", "add its columns to `cohort.sql`")
    elif role == "unit" and not _fits(cell, kind):
        yield Mistake(f"{quoted(value)} is not a unit of `{fact}`", "docs/reference/units.md lists the units")
    elif role == "record" and value in {"number", "day", "answer", "unclear"}:
        wanted = {"number": Measured, "day": Dated}.get(value)
        if wanted and not isinstance(kind, wanted):
            yield Mistake(f"`{fact}` is not a {value}", "write one of its values, `answer` or `unclear`")
    elif role in {"record", "answer"}:
        try:
            kind.read(value)
        except Mistake as mistake:
            yield Mistake(f"`{fact}` {mistake.problem}" if isinstance(kind, Coded) else mistake.problem, mistake.hint)


def _fits(cell: Mapping[str, str], kind: Kind) -> bool:
    """Whether the unit, or the sign, can stand with a number of that kind."""
    if not isinstance(kind, Measured) or cell["role"] == "sign":
        return isinstance(kind, Measured)
    try:
        kind.dimension.read("grade 1" if cell["value"] == "grade" else f"1 {cell['value']}")
    except Mistake:
        return False
    return True


def _contradictions(lines: Sequence[Line]) -> Iterator[Problem]:
    """Codes that are said to mean two things for one fact; `unclear` and a value are two as well."""
    first: dict[tuple[object, ...], Line] = {}
    for line in lines:
        code = line.concept_id if line.concept_id is not None else (line.vocabulary_id, line.concept_code)
        others = [first.setdefault((line.role, fact, code), line) for fact in line.facts]
        for other in [each for each in others if each.value != line.value][:1]:
            said = f"{quoted(line.value)} here and {quoted(other.value)} in line {other.at.line}"
            yield Problem(f"the code means two things: {said}", "leave one of the lines out", line.at)


def notes() -> Iterator[tuple[str, str]]:
    """For each fact of the query, how a record of it counts (the table `fact_note`)."""
    known = blinadss.load_knowledge().facts
    for fact in sorted(FILLED):
        changes = known[fact].changes if fact in known else "freely"
        stays = changes == "upwards" and isinstance(FACTS[fact], Coded)
        yield fact, "any" if changes == "never" else "present" if stays else "latest"


def fill(connection: duckdb.DuckDBPyConnection, lines: Sequence[Line], on: date) -> None:
    """Make and fill the three tables that the query reads besides the CDM."""
    code = "vocabulary_id text, concept_code text, concept_id bigint, descendants boolean, verified boolean"
    connection.execute("CREATE TEMP TABLE question (assessed_on date)")
    connection.execute("CREATE TEMP TABLE fact_note (fact text, keeps text)")
    connection.execute(f"CREATE TEMP TABLE concept_set (role text, fact text, value text, {code})")
    connection.execute("INSERT INTO question VALUES (?)", [on])
    connection.execute("INSERT INTO fact_note SELECT unnest(?), unnest(?)", [*map(list, zip(*notes(), strict=True))])
    counts = (fact for fact in sorted(FILLED) if getattr(FACTS[fact], "dimension", None) is COUNT)
    bare = (("unit", fact, "", None, None, 0, False, True) for fact in counts)  # a count has no unit
    rows = [*bare, *(row for line in lines for row in line.rows())]
    columns = [list(column) for column in zip(*rows, strict=True)]  # one statement takes a tenth of the time of many
    connection.execute(f"INSERT INTO concept_set SELECT {', '.join(['unnest(?)'] * len(columns))}", columns)


def open_cdm(path: Path, schema: str) -> duckdb.DuckDBPyConnection:
    """A connection to the CDM that only reads; raises `UsageError` where there is none, or tables are missing."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file", "name a DuckDB database with an OMOP CDM")
    connection = duckdb.connect(path, read_only=True)
    connection.execute("SET schema = ?", [schema])
    found = connection.execute(
        "SELECT lower(table_name) FROM information_schema.tables WHERE table_schema = ?", [schema]
    )
    missing = sorted({*READ_FROM} - {name for (name,) in found.fetchall()})
    if missing:
        problem = f"{path}: there is no table {', '.join(f'`{name}`' for name in missing)} in the schema `{schema}`"
        raise UsageError(problem, "name the schema of the CDM with `--schema`; the vocabulary belongs to it")
    return connection


def refuse_coarse(connection: duckdb.DuckDBPyConnection, lines: Sequence[Line]) -> None:
    """Raise `UsageError` if levels of residual disease are to be read from a column that has rounded them."""
    fine = sorted({fact for line in lines if line.value == "number" for fact in line.facts if fact in FINE})
    column = str(connection.table("measurement").project("value_as_number").types[0])
    places = re.fullmatch(r"DECIMAL\([0-9]+,([0-9]+)\)", column)
    if fine and places and int(places[1]) < PLACES:
        rounded = f"`measurement.value_as_number` is a {column}: it has rounded `{fine[0]}`"
        raise UsageError(rounded, "load the table again with this column as DOUBLE")


def write_cohort(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Run the query, and write the flat table, which appears whole or not at all."""
    with NamedTemporaryFile(dir=target.parent, suffix=target.suffix, delete=False) as file:
        half = Path(file.name)
    try:
        found = connection.sql(QUERY)
        (found.write_parquet if target.suffix == ".parquet" else found.write_csv)(str(half))
        half.chmod(0o644)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def write_tables(lines: Sequence[Line], on: date, folder: Path) -> None:
    """The three tables as CSV files, for a database other than DuckDB; an empty cell without quotes is NULL."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        fill(connection, lines, on)
        for name in ("question", "fact_note", "concept_set"):
            connection.table(name).write_csv(str(folder / f"{name}.csv"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the flat table, say what came of it, and give the exit status: 0, or 2 where the input is wrong."""
    parser = argparse.ArgumentParser(description="The flat table of a cohort from an OMOP CDM v5.4 in DuckDB.")
    parser.add_argument("cdm", type=Path, nargs="?", help="a DuckDB database with an OMOP CDM v5.4")
    parser.add_argument("--on", required=True, help="the index day, as 2026-11-22; later records are not seen")
    parser.add_argument("--concepts", type=Path, default=HERE / "concepts.csv", help="what each code means")
    parser.add_argument("--schema", default="main", help="the schema in which the CDM is")
    parser.add_argument("-o", "--output", help="the flat table to write: .parquet or .csv")
    parser.add_argument("--tables", type=Path, help="only write the tables that cohort.sql needs to this folder")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    options = parser.parse_args(arguments)
    try:
        print(run(options))
    except BlinadssError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def run(options: argparse.Namespace) -> str:
    """What was done, in words; raises `UsageError` before anything is written."""
    try:
        on = day(options.on)
    except Mistake as mistake:
        raise UsageError(f"`--on` {mistake.problem}", mistake.hint) from None
    lines = read_concepts(options.concepts)
    if options.tables:
        write_tables(lines, on, options.tables)
        return f"{options.tables}: question.csv, fact_note.csv and concept_set.csv, for cohort.sql"
    if options.cdm is None or options.output is None:
        raise UsageError("a CDM and a file to write are needed", "omop.py cdm.duckdb --on 2026-11-22 -o cohort.parquet")
    target = target_of(options) or Path("cohort")
    if target.suffix not in {".parquet", ".csv"}:
        raise UsageError(f"{target}: cannot be written as {quoted(target.suffix)}", "write a .parquet or a .csv file")
    try:
        with open_cdm(options.cdm, options.schema) as connection:
            refuse_coarse(connection, lines)
            fill(connection, lines, on)
            write_cohort(connection, target)
            return summary(connection, target, lines)
    except duckdb.Error as problem:
        raise UsageError(f"{options.cdm}: is no CDM v5.4 that can be read: {str(problem).splitlines()[0]}") from None


def summary(connection: duckdb.DuckDBPyConnection, target: Path, lines: Sequence[Line]) -> str:
    """How many persons the table has, what has to be looked at, and which codes the vocabulary does not have."""
    written = connection.from_parquet(str(target)) if target.suffix == ".parquet" else connection.read_csv(str(target))
    counts = written.aggregate("count(*), count(to_confirm), count(in_conflict), count(not_read)").fetchall()[0]
    here = "SELECT vocabulary_id, concept_code FROM concept SEMI JOIN concept_set USING (vocabulary_id, concept_code)"
    codes = set(connection.execute(here).fetchall())
    by_code = [line for line in lines if line.concept_id is None]
    absent = [str(line.at.line) for line in by_code if (line.vocabulary_id, line.concept_code) not in codes]
    everyone = connection.table("person").aggregate("count(*)").fetchall()[0][0]
    said = [
        f"{target}: {counts[0]} patients, of whom",
        f"  {counts[1]} with a fact that only an unverified code tells",
        f"  {counts[2]} with results in conflict",
        f"  {counts[3]} with a record that cannot be read",
        f"  {everyone - counts[0]} other persons, of whom no record tells of the leukaemia",
        *([f"  codes that this vocabulary does not have, in lines {', '.join(absent)}"] if absent else []),
    ]
    return "\n".join(said)


if __name__ == "__main__":
    sys.exit(main())
