"""The command line: assess a patient, check and test the knowledge, list facts and policies.

Exit status: 0 answered, 1 the knowledge or scenarios fell short, 2 the input or
the call is wrong. What each command does is in `commands`, loaded when it is needed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

# Pydantic looks for plugins in every installed package at each start; a command that answers once has no use for any.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from blinadss import cohort_commands, commands, fhir_commands, knowledge_commands
from blinadss.arguments import a_day, a_length, a_moment, a_part, a_supposition
from blinadss.errors import BlinadssError, printable
from blinadss.patient_files import KINDS, NO_RECORD


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status. Problems go to standard error, never a traceback."""
    try:
        options = _parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
    except BlinadssError as error:
        print("\n".join(str(problem) for problem in error.problems), file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status


class _Parser(argparse.ArgumentParser):
    """An argument parser that speaks as the rest of the library does."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {printable(message)}\n  hint: see `{self.prog} --help`", file=sys.stderr)
        raise SystemExit(2)


class _Commands:
    """The commands of a parser, and the options that several of them have."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers: argparse._SubParsersAction[argparse.ArgumentParser] = parser.add_subparsers(
            required=True, metavar="COMMAND"
        )

    def add(
        self, run: Callable[[argparse.Namespace], int], says: str, *, knows: bool = True
    ) -> argparse.ArgumentParser:
        """A command named as the function that runs it; with ``knows`` it can use other criteria."""
        added = self._parsers.add_parser(run.__name__.rstrip("_"), help=says, description=says)
        added.set_defaults(run=run)
        if knows:
            added.add_argument("--knowledge", metavar="DIR", help="criteria to use instead of those that ship")
        return added

    def of_patient(self, run: Callable[[argparse.Namespace], int], says: str) -> argparse.ArgumentParser:
        """A command about one patient's file, as of a day."""
        added = self.add(run, says)
        added.add_argument("profile", metavar="PROFILE", help="a YAML, JSON or FHIR file; - is standard input")
        added.add_argument(
            "--on", type=a_day, metavar="DATE", help="the day of assessment (default: the profile's, or today)"
        )
        added.add_argument(
            "--from",
            dest="kind",
            choices=KINDS,
            default="auto",
            help="whether PROFILE is a profile or a record in FHIR (default: as it looks)",
        )
        self.reads_fhir(added)
        return added

    @staticmethod
    def reads_fhir(added: argparse.ArgumentParser) -> None:
        """Let a command say which patient of a record in FHIR is meant, and what local codes mean."""
        added.add_argument("--patient", metavar="ID", help="which patient of a record in FHIR, if it has several")
        added.add_argument("--codes", metavar="FILE", help="your own codes of facts, for a record in FHIR")

    @staticmethod
    def writes(added: argparse.ArgumentParser, *formats: str) -> None:
        """Let a command choose a format, the first by default, and a file."""
        added.add_argument("--format", choices=formats, default=formats[0], help="default: %(default)s")
        added.add_argument("-o", "--output", metavar="FILE", help="write to FILE, whole or not at all")
        added.add_argument("--force", action="store_true", help="replace FILE if there is one")


def _parser() -> argparse.ArgumentParser:
    from blinadss import __version__

    parser = _Parser(
        prog="blinadss", description="May this patient have the treatment, why or why not, and what is missing?"
    )
    parser.add_argument("--version", action="version", version=f"blinadss {__version__}")
    to = _Commands(parser)
    _of_patients(to)
    _of_tables(to)
    _of_knowledge(to)
    return parser


def _of_patients(to: _Commands) -> None:
    assess = to.of_patient(commands.assess, "assess one patient's file")
    assess.add_argument(
        "--policy",
        action="append",
        metavar="ID",
        help="a policy to answer, a folder of them such as trials, or all; may be repeated",
    )
    assess.add_argument("--fresh-for", metavar="FILE", help="your own windows after which facts are too old to count")
    assess.add_argument(
        "--suppose",
        action="append",
        type=a_supposition,
        metavar="FACT",
        help="answer as if this were so instead: 'disease.cd19: positive'; may be repeated",
    )
    to.writes(assess, "text", "json", *commands.DOCUMENTS, "fhir")

    compare = to.of_patient(commands.compare, "say which policy or edition answers differently, and why")
    compare.add_argument(
        "--policies",
        nargs="+",
        metavar="ID",
        help="the policies, the one to compare with first (default: as of assess)",
    )
    compare.add_argument(
        "--dates",
        nargs="+",
        type=a_day,
        default=(),
        metavar="DATE",
        help="the policies as they stood on each of these days; the patient stays as on the day of assessment",
    )
    to.writes(compare, "text", "json")

    checklist = to.of_patient(commands.checklist, "list what to give, watch and do, with dates")
    checklist.add_argument("--indication", required=True, metavar="ID", help="as `blinadss policies` lists them")
    checklist.add_argument(
        "--start",
        required=True,
        type=a_moment,
        metavar="DATE",
        help="the first day of the first cycle that is listed, or its time too: 2026-12-01T09:00",
    )
    checklist.add_argument("--zone", metavar="ZONE", help="the time zone of the start, such as Europe/Berlin")
    checklist.add_argument("--cycle", type=int, metavar="N", help="list this cycle alone (default: all of them)")
    checklist.add_argument("--bag", type=a_length, metavar="LENGTH", help="how long a bag lasts, such as 96h or 7d")
    checklist.add_argument("--ordered", metavar="DOSE", help="hold an ordered dose against the rule: '28 mcg/day'")
    checklist.add_argument("--due", type=a_day, metavar="DATE", help="list only what is due on that day")
    to.writes(checklist, "text", "json", *commands.DOCUMENTS, "csv", "ics", "fhir")

    course = to.add(commands.course, "say how a course of treatment stands, and what to do next")
    course.add_argument("events", metavar="EVENTS", help="a YAML or JSON list of what happened, and when")
    course.add_argument("--profile", required=True, metavar="PROFILE", help="who the patient is")
    course.add_argument("--indication", required=True, metavar="ID", help="as `blinadss policies` lists them")
    course.add_argument("--at", type=a_moment, metavar="TIME", help="as of when (default: the last event)")
    course.add_argument("--zone", metavar="ZONE", help="the time zone of TIME, where the events have one")
    course.add_argument("--bag", type=a_length, metavar="LENGTH", help="how long a bag lasts, such as 96h or 7d")
    course.set_defaults(**NO_RECORD)
    to.writes(course, "text", "json")

    grade = to.of_patient(commands.grade, "grade what was seen, by one version of a grading system")
    grade.add_argument("scale", nargs="*", metavar="SCALE", help="such as astct-2019/crs (default: every scale)")
    to.writes(grade, "text", "json")

    imported = to.add(fhir_commands.import_, "show the profile that a record in FHIR gives, and how it came about")
    imported.add_argument("profile", metavar="BUNDLE", help="a JSON or NDJSON file; - is standard input")
    imported.add_argument("--on", type=a_day, metavar="DATE", help="as of which day (default: today)")
    to.reads_fhir(imported)
    to.writes(imported, "text", "json", "markdown", "yaml")


def _of_tables(to: _Commands) -> None:
    screen = to.add(cohort_commands.screen, "screen a table of patients")
    screen.add_argument(
        "table",
        nargs="?",
        metavar="TABLE",
        help="a CSV, TSV, JSON lines or Parquet file, a folder of Parquet, a DuckDB file, or postgresql://…",
    )
    screen.add_argument(
        "--on", type=a_day, metavar="DATE", help="the day of assessment (default: assessed_on, or today)"
    )
    screen.add_argument("--policy", action="append", metavar="ID", help="as of assess; may be repeated")
    screen.add_argument("-o", "--output", metavar="FILE", help="write the answers to a .parquet, .csv or .jsonl file")
    screen.add_argument("--force", action="store_true", help="replace files that there are")
    screen.add_argument(
        "--quarantine", metavar="FILE", help="write what cannot be read here (default: beside the output)"
    )
    screen.add_argument("--findings", action="store_true", help="write the truth of every indication and criterion too")
    screen.add_argument("--reasons", action="store_true", help="write which criteria stand against, and which are open")
    screen.add_argument("--because", action="store_true", help="write why facts are not known")
    screen.add_argument("--attrition", action="store_true", help="say where patients are lost, and what to find out")
    screen.add_argument("--pictures", metavar="DIR", help="draw the funnels as SVG into this folder")
    screen.add_argument("--against", type=a_day, metavar="DATE", help="compare with the verdicts on another day")
    screen.add_argument("--least", type=int, default=0, metavar="N", help="tell no count of fewer than N patients")
    screen.add_argument("--table", dest="sheet", metavar="NAME", help="which table of a database")
    screen.add_argument("--delimiter", metavar="CHAR", help="what sets fields apart (default: found out)")
    screen.add_argument(
        "--missing", action="append", default=[], metavar="TEXT", help="a text that says nothing, as NA"
    )
    screen.add_argument("--keep", action="append", default=[], metavar="COLUMN", help="carry a column along")
    screen.add_argument("--leave-out", action="append", default=[], metavar="COLUMN", help="a column that is no fact")
    screen.add_argument("--fresh-for", metavar="FILE", help="your own windows after which facts are too old to count")
    screen.add_argument("--memory", default="3GB", metavar="SIZE", help="how much may be used (default: %(default)s)")
    screen.add_argument("--threads", type=int, metavar="N", help="how many processors (default: all)")
    screen.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="default: %(default)s")
    screen.add_argument("--template", action="store_true", help="write an empty table instead")

    synthetic = to.add(cohort_commands.synthetic, "make up a table of synthetic patients", knows=False)
    synthetic.add_argument("rows", type=int, metavar="ROWS", help="how many patients")
    synthetic.add_argument("-o", "--output", required=True, metavar="FILE", help="a new file: .parquet, .csv or .jsonl")
    synthetic.add_argument("--seed", type=int, default=0, metavar="N", help="another number, other patients")
    synthetic.add_argument("--bad", type=float, default=0.0, metavar="SHARE", help="in so many rows, a bad cell: 0.01")
    synthetic.add_argument("--threads", type=int, default=1, metavar="N", help="several write rows in any order")
    synthetic.add_argument("--force", action="store_true", help="replace FILE if there is one")


def _of_knowledge(to: _Commands) -> None:
    check = to.add(
        knowledge_commands.check, "say what is unwise in criteria, or in what a patient's file contradicts itself"
    )
    check.add_argument(
        "what",
        nargs="?",
        metavar="WHAT",
        help="a folder of criteria, or a patient's file (default: the shipped criteria)",
    )
    check.add_argument("--on", type=a_day, metavar="DATE", help="the day as of which a patient's file is checked")
    check.set_defaults(**{**NO_RECORD, "profile": None})
    check.add_argument("--sizes", action="store_true", help="list how large the normal form of each policy is")
    to.writes(check, "text", "json")

    test = to.add(knowledge_commands.test, "run scenarios, then break each criterion and see that a scenario notices")
    test.add_argument("folder", nargs="?", metavar="DIR", help="default: scenarios")
    test.add_argument("--policy", action="append", metavar="ID", help="break only this policy, folder, or `cautions`")
    test.add_argument(
        "--part", type=a_part, default=(1, 1), metavar="K/N", help="break only every N-th from the K-th on"
    )
    test.add_argument("--no-breakages", action="store_true", help="only run the scenarios")
    test.add_argument("--list", action="store_true", help="list every breakage and the scenario that noticed it")

    to.writes(to.add(knowledge_commands.facts, "list every fact a profile can hold"), "text", "markdown")

    policies = to.add(commands.policies, "list the policies and their editions")
    policies.add_argument("--on", type=a_day, metavar="DATE", help="mark what is in force on that day (default: today)")

    show = to.add(knowledge_commands.show, "show a policy, an indication, a criterion, a caution or a result in words")
    what = show.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "id", nargs="*", default=[], metavar="ID", help="the id of one, as `blinadss policies` lists them"
    )
    what.add_argument("--write", metavar="DIR", help="write the whole handbook of criteria into DIR")
    show.add_argument("--on", type=a_day, metavar="DATE", help="policies as of that day, in FHIR (default: today)")
    to.writes(show, "text", "fhir")

    schema = to.add(knowledge_commands.schema, "print a JSON Schema", knows=False)
    schema.add_argument(
        "of",
        nargs="?",
        choices=("profile", "assessment", "checklist", "grade", "course", "contrast"),
        default="profile",
    )
    to.writes(schema, "json")
