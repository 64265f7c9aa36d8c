"""Real patients as a flat table, and as profiles: the table of Chiaretti et al., from Bioconductor's `ALL` package.

    python docs/examples/chiaretti.py docs/examples/chiaretti/phenodata.csv -o chiaretti.csv
    python docs/examples/chiaretti.py docs/examples/chiaretti/phenodata.csv 10

The first writes what `blinadss screen` reads; the second assesses the first ten patients one by one.
What is taken from which column, what is not, and why: docs/explanation/chiaretti-funnel.md.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import blinadss
from blinadss.errors import BlinadssError, UsageError
from blinadss.output import target_of, write

ON = date(2026, 11, 22)
READ = ("cod", "diagnosis", "sex", "age", "BT", "remission", "CR", "date.cr", "t(4;11)", "t(9;22)", "mol.biol", "ccr",
        "relapse", "f.u", "date last seen")  # fmt: skip
COLUMNS = (
    "id",
    "assessed_on",
    "BT",
    "patient.sex",
    "patient.age [years]",
    "patient.age_on",
    "disease.diagnosis",
    "disease.philadelphia",
    "disease.kmt2a_rearrangement",
    "disease.course",
    "disease.phase",
    "disease.remission_number",
    "disease.relapse_number",
)


def flat_row(row: Mapping[str, str]) -> dict[str, str]:
    """A patient of the table as a row of the flat table; what the table does not say is not in it.

    The question is asked on `ON` about everyone, as if that were the day of the last state of which the table tells.
    """
    said = {
        "id": row["cod"],
        "assessed_on": ON.isoformat(),
        "BT": row["BT"],
        "patient.sex": {"M": "male", "F": "female"}.get(row["sex"], ""),
        **_age(row),
        "disease.diagnosis": _diagnosis(row["BT"]),
        "disease.philadelphia": _philadelphia(row),
        "disease.kmt2a_rearrangement": "present" if row["t(4;11)"] == "True" or row["mol.biol"] == "ALL1/AF4" else "",
        **_state(row),
    }
    return {column: cell for column, cell in said.items() if cell}


def _age(row: Mapping[str, str]) -> dict[str, str]:
    """The age at diagnosis, so long ago as the last state is later than that; nothing if the table has no day of it."""
    if not row["age"].isdigit():
        return {}
    age = {"patient.age [years]": row["age"]}
    if _state(row).get("disease.course", "") not in {
        "remission",
        "relapsed",
    }:  # the last state is that of the induction
        return age
    first, *later = (_day(row[column]) for column in ("diagnosis", "date last seen", "date.cr"))
    last = next((day for day in later if day), None)
    return age | {"patient.age_on": (ON - (last - first)).isoformat()} if first and last else {}


def _day(text: str) -> date | None:
    """A day as the table writes it, 8/28/2000; two are written otherwise and one is not known."""
    written = re.fullmatch("([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
    return date(int(written[3]), int(written[1]), int(written[2])) if written else None


def _diagnosis(stage: str) -> str:
    """B1 to B3 are stages of B-cell precursor ALL; B4 is said to be mature, and B alone has no stage."""
    if stage in {"B1", "B2", "B3"}:
        return "b_cell_precursor_all"
    return "t_cell_all" if stage.startswith("T") else ""


def _philadelphia(row: Mapping[str, str]) -> str:
    """Positive if either test shows it, since each misses some; negative only if both were done and neither does."""
    if row["t(9;22)"] == "True" or row["mol.biol"] == "BCR/ABL":
        return "positive"
    return "negative" if row["t(9;22)"] == "False" and row["mol.biol"] not in {"", "NA"} else ""


def _state(row: Mapping[str, str]) -> dict[str, str]:
    """The last state of the leukaemia of which the table tells, while the patient was alive."""
    if row["remission"] == "REF":
        if "CR" in row["f.u"]:  # refractory, and later dead in remission: one of the two is wrong, or much is left out
            return {}
        return {"disease.course": "refractory", "disease.relapse_number": "0"}
    if row["relapse"] == "True":
        return {"disease.course": "relapsed", "disease.relapse_number": ">= 1"}
    if row["CR"] == "DEATH IN INDUCTION":
        return {"disease.course": "newly_diagnosed", "disease.phase": "induction"}
    if row["remission"] == "CR" or row["ccr"] == "True":
        first = {"disease.remission_number": "1", "disease.relapse_number": "0"} if row["relapse"] == "False" else {}
        return {"disease.course": "remission", **first}
    return {}


def profile_of(flat: Mapping[str, str]) -> dict[str, Any]:
    """A row of the flat table as a profile."""
    profile: dict[str, Any] = {"id": flat["id"], "assessed_on": flat["assessed_on"]}
    for column, cell in flat.items():
        fact, _, unit = column.rstrip("]").partition(" [")
        section, _, field = fact.partition(".")
        if field and fact != "patient.age_on":
            seen = {"value": f"{cell} {unit}".strip(), "on": flat.get(f"{fact}_on")}
            profile.setdefault(section, {})[field] = {name: part for name, part in seen.items() if part}
    return profile


def read_table(path: Path) -> list[dict[str, str]]:
    """The patients of the table; raises `UsageError` where it is another one."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UsageError(f"{path}: cannot be read: {problem}") from None
    missing = [f"`{column}`" for column in READ if not rows or rows[0].get(column) is None]
    if missing:
        said = f"{path}: there is no column {', '.join(missing)}"
        raise UsageError(said, "docs/examples/chiaretti/phenodata.csv has them")
    return rows


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows of the flat table as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def assessed(flat: Mapping[str, str]) -> str:
    """One patient in words: what is known, the verdict of the US label, and what is missing for another."""
    profile = blinadss.load_profile(profile_of(flat))
    result = blinadss.assess(profile, policies=["us-label"]).policy("us-label")
    open_or_met = [each.id for each in result.indications if each.eligibility.value != "ineligible"]
    known = ", ".join(f"{column} {cell}" for column, cell in flat.items() if column not in {"id", "assessed_on"})
    return (
        f"{flat['id']}: {known}\n"
        f"  {result.verdict.value}; not ruled out: {', '.join(open_or_met) or 'none'}\n"
        f"  missing: {', '.join(each.fact for each in result.missing) or 'nothing'}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the flat table, or assess the first patients, and give the exit status."""
    parser = argparse.ArgumentParser(description="The table of Chiaretti et al. as a flat table, or assessed.")
    parser.add_argument("table", type=Path, help="phenodata.csv")
    parser.add_argument("count", type=int, nargs="?", default=10, help="how many patients to assess")
    parser.add_argument("-o", "--output", help="write the flat table to this file instead")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    options = parser.parse_args(arguments)
    options.format = "csv"
    try:
        rows = [flat_row(row) for row in read_table(options.table)]
        if options.output:
            write(target_of(options), as_csv(rows))
        else:
            for flat in rows[: options.count]:
                print(assessed(flat))
    except BlinadssError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
