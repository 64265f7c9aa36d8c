"""A job for Spark that screens the Parquet files of a folder and writes others: `python -m blinadss.spark IN OUT`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from blinadss.arguments import a_day
from blinadss.errors import BlinadssError, UsageError
from blinadss.loading import load_knowledge
from blinadss.spark.asking import screen_spark


def main(arguments: Sequence[str] | None = None) -> int:
    """Screen the Parquet files of a folder and write others. Problems go to standard error; the status is 2 then."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # it would be another, which may not have the library
    running = SparkSession.getActiveSession()
    spark = running or SparkSession.builder.appName("blinadss").getOrCreate()
    try:
        _run(spark, options)
    except BlinadssError as error:
        print("\n".join(str(problem) for problem in error.problems), file=sys.stderr)
        return 2
    except AnalysisException as error:
        print(f"Spark refuses: {(error.getMessage() or str(error)).splitlines()[0]}", file=sys.stderr)
        return 2
    finally:
        if running is None:
            spark.stop()
    return 0


def _run(spark: SparkSession, options: argparse.Namespace) -> None:
    for target in (options.output, options.refused):
        if target and _is_there(spark, target):
            raise UsageError(f"{target}: there is such a folder already", "name another; nothing is overwritten")
    if not _is_there(spark, options.input):
        raise UsageError(f"{options.input}: there is no such folder", "name a folder of Parquet files")
    apart = options.partition_by
    made = screen_spark(
        spark.read.parquet(options.input),
        policies=options.policy,
        on=options.on,
        knowledge=load_knowledge(options.knowledge),
        keep=list(dict.fromkeys([*options.keep, *apart])),
        leave_out=options.leave_out,
        findings=options.findings,
        reasons=options.reasons,
        because=options.because,
    )
    made.screened.write.parquet(options.output, partitionBy=apart or None)
    counts = made.rows.get
    print(f"rows: {counts['rows']}; screened: {counts['rows'] - counts['set_apart']}; set apart: {counts['set_apart']}")
    if made.left_out:
        print(f"columns left out: {len(made.left_out)}")
    if options.refused:
        made.refused.write.parquet(options.refused)
    elif counts["set_apart"]:
        print("  hint: name a folder with `--refused` for the cells that cannot be read, and why")


def _is_there(spark: SparkSession, path: str) -> bool:
    try:
        spark.read.format("binaryFile").load(path)
    except AnalysisException as error:
        if error.getCondition() == "PATH_NOT_FOUND":
            return False
        raise
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="blinadss.spark", description="Screen a table of patients on Spark.")
    parser.add_argument("input", metavar="IN", help="a folder of Parquet files, partitioned or not")
    parser.add_argument("output", metavar="OUT", help="the folder to write; there must be none yet")
    parser.add_argument("--on", type=a_day, metavar="DATE", help="the day of assessment (default: that of each row)")
    parser.add_argument("--refused", metavar="DIR", help="where to write the cells that cannot be read, and why")
    parser.add_argument("--knowledge", metavar="DIR", help="criteria to use instead of those that ship")
    parser.add_argument("--policy", action="append", metavar="ID", help="a policy to ask (default: the labels)")
    several = {"keep": "carry this column along", "leave-out": "this column is no fact", "partition-by": "write apart"}
    for name, says in several.items():
        parser.add_argument(f"--{name}", action="append", default=[], metavar="COLUMN", help=says)
    for name, says in {
        "findings": "the truth of each criterion as well",
        "reasons": "which criteria stand against, and which are open",
        "because": "why each fact is not known",
    }.items():
        parser.add_argument(f"--{name}", action="store_true", help=says)
    return parser
