"""Real patients as profiles: the table of Chiaretti et al. (Blood 2004), from Bioconductor's `ALL` data package.

    python docs/examples/chiaretti.py phenodata.csv 10

What is taken from a row, and nothing more:

- BT: B1, B2, B3 are stages of B-cell precursor ALL (EGIL B-I to B-III), T and T1-T4 are T-cell ALL.
  B (no stage) and B4 (mature B) are left unknown.
- relapse TRUE: relapsed, at least once. Otherwise remission CR: in first remission; REF: refractory.
- t(9;22) or BCR/ABL: Philadelphia-positive; both looked for and absent: negative. t(4;11) or ALL1/AF4: KMT2A.
- age and sex as they stand. CD19, MRD, the phase of treatment and allergies are not in the table.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path
from typing import Any

import blinadss

ON = date(2026, 11, 22)


def profile_of(row: dict[str, str]) -> dict[str, Any]:
    """One row as a profile; what the row does not say stays out."""
    disease: dict[str, Any] = {}
    stage = row["BT"]
    if stage in {"B1", "B2", "B3"}:
        disease["diagnosis"] = "b_cell_precursor_all"
    elif stage.startswith("T"):
        disease["diagnosis"] = "t_cell_all"
    if row["relapse"] == "True":
        disease |= {"course": "relapsed", "relapse_number": ">= 1"}
    elif row["remission"] == "CR":
        disease |= {"course": "remission", "remission_number": 1, "relapse_number": 0}
    elif row["remission"] == "REF":
        disease |= {"course": "refractory", "relapse_number": 0}
    for fact, translocation, fusion, yes, no in (
        ("philadelphia", "t(9;22)", "BCR/ABL", "positive", "negative"),
        ("kmt2a_rearrangement", "t(4;11)", "ALL1/AF4", "present", "absent"),
    ):
        if row[translocation] == "True" or row["mol.biol"] == fusion:
            disease[fact] = yes
        elif row[translocation] == "False" and row["mol.biol"] not in {"", "NA", fusion}:
            disease[fact] = no
    patient = {"sex": {"M": "male", "F": "female"}.get(row["sex"])}
    if row["age"].isdigit():
        patient["age"] = f"{row['age']} years"
    return {"id": row["cod"], "patient": patient, "disease": disease}


def main() -> None:
    """Assess the first rows of the table and print, for each, the verdict and what is missing."""
    path, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:count]
    for row in rows:
        given = profile_of(row)
        result = blinadss.assess(blinadss.load_profile(given), on=ON).policy("us-label")
        open_or_met = [each.id for each in result.indications if each.eligibility.value != "ineligible"]
        print(f"{given['id']}: {row['BT']}, {given['disease']}")
        print(f"  {result.verdict.value}; not ruled out: {', '.join(open_or_met) or 'none'}")
        print(f"  missing: {', '.join(each.fact for each in result.missing) or 'nothing'}")


if __name__ == "__main__":
    main()
