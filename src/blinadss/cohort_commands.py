"""The commands about tables of patients: one screens a table, one makes up a synthetic one."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from blinadss.commands import knowledge_of, look, today
from blinadss.errors import Problem, UsageError
from blinadss.installed import require
from blinadss.output import free, write

if TYPE_CHECKING:
    from blinadss.attrition import Attrition
    from blinadss.screening import Screening, TableScreening


def screen(options: argparse.Namespace) -> int:
    """Screen a table of patients, or write an empty one."""
    require("a table of patients", ("duckdb", "sqlglot"), "cohort")
    if options.template:
        return _template(options)
    if options.table is None:
        raise UsageError("no table is named", "write `blinadss screen cohort.csv`, or `--template` for an empty one")
    from blinadss.screening import TableScreening
    from blinadss.tables import open_source

    output, quarantine, pictures = _targets(options)
    knowledge = knowledge_of(options)
    with (
        _ended_by_signals(),
        open_source(
            options.table,
            table=options.sheet,
            delimiter=options.delimiter,
            memory=options.memory,
            threads=options.threads,
            beside=output.parent if output else None,
        ) as source,
    ):
        has_days = any(column.name == "assessed_on" for column in source.columns)
        screening = TableScreening(
            source,
            knowledge,
            policies=options.policy,
            on=options.on or (None if has_days else today()),
            keep=options.keep,
            leave_out=options.leave_out,
            nothing=options.missing,
        )
        made = _made(options, screening, output, quarantine)
    if pictures is not None and made.attrition is not None:
        _draw(made.attrition, pictures, force=options.force)
    _say(options, made)
    return 0


def synthetic(options: argparse.Namespace) -> int:
    """Write a table of made-up patients."""
    require("a table of patients", ("duckdb", "sqlglot"), "cohort")
    from blinadss.output import patience
    from blinadss.synthetic import write_synthetic
    from blinadss.tables import checked_target

    target = checked_target(Path(options.output), force=options.force)
    with _ended_by_signals(), patience(f"making {options.rows:,} synthetic patients"):
        write_synthetic(target, options.rows, options.seed, options.bad, threads=options.threads)
    return 0


def _targets(options: argparse.Namespace) -> tuple[Path | None, Path | None, Path | None]:
    """Where the answers, the rows that cannot be read, and the pictures go; all that is wrong with them at once."""
    from blinadss.tables import checked_target

    output, pictures = (Path(each) if each else None for each in (options.output, options.pictures))
    quarantine = Path(options.quarantine) if options.quarantine else None
    if output is not None and quarantine is None:
        quarantine = output.with_name(f"{output.name.removesuffix(output.suffix)}-quarantine.csv")
    problems: list[Problem] = []
    for target, check in ((output, checked_target), (quarantine, free)):
        try:
            if target is not None:
                check(target, force=options.force)
        except UsageError as error:
            problems += error.problems
    if output is not None and output == quarantine:
        problems.append(Problem(f"{output}: answers and the rows set apart cannot go to one file"))
    if pictures is not None and not pictures.is_dir():
        problems.append(Problem(f"{pictures}: there is no such folder", "make the folder first"))
    if problems:
        raise UsageError(problems)
    return output, quarantine, pictures


def _made(
    options: argparse.Namespace, screening: TableScreening, output: Path | None, quarantine: Path | None
) -> Screening:
    from dataclasses import replace

    from blinadss.cohort.query import Wanted

    figures = bool(options.attrition or options.pictures or options.against)
    if figures:
        screening.needs_one_day()
    wanted = Wanted(findings=options.findings, reasons=options.reasons, because=options.because)
    set_apart = screening.quarantine(quarantine, force=options.force)
    if output is not None:
        screening.write(output, wanted, force=options.force)
    made = screening.counted(set_apart, output, least=options.least)
    if figures:
        made = replace(made, attrition=screening.attrition(against=options.against, least=options.least))
    return made


def _say(options: argparse.Namespace, made: Screening) -> None:
    from blinadss.screening_page import screening_markdown, screening_text

    if options.format == "json":
        write(None, made.model_dump_json(indent=2) + "\n")
    elif options.format == "markdown":
        write(None, screening_markdown(made))
    else:
        width, colour = look(None)
        write(None, screening_text(made, width=width, colour=colour))


def _draw(attrition: Attrition, folder: Path, *, force: bool) -> None:
    """A picture of each funnel, in files that are called after what they show."""
    from blinadss.attrition import funnel_picture

    for policy in attrition.policies:
        for funnel in policy.funnels:
            target = free(folder / f"{funnel.id.replace('/', '-')}.svg", force=force)
            write(target, funnel_picture(funnel, least=attrition.least).svg)


def _template(options: argparse.Namespace) -> int:
    """Write an empty table with a column for each fact that the policies ask."""
    import csv
    import io

    from blinadss.screening import template

    target = free(Path(options.output), force=options.force) if options.output else None
    if target is not None and target.suffix.lower() != ".csv":
        raise UsageError(f"{target}: an empty table is written as CSV", "let the name end with `.csv`")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(template(knowledge_of(options), options.policy))
    write(target, text.getvalue())
    return 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """While it lasts, being told to end is as Ctrl-C is, whatever was being done; no copy of a table is left behind."""
    told: list[int] = []

    def end(number: int, _: object) -> NoReturn:
        told.append(number)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except Exception:
        if told:  # of which DuckDB makes an error of its own
            raise KeyboardInterrupt from None
        raise
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
