"""The command line: assess a patient, check and test the knowledge, list facts and policies.

Exit status: 0 answered, 1 the knowledge or scenarios fell short, 2 the input or
the call is wrong. Only this module reads today's date, and only it writes files.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# Pydantic looks for plugins in every installed package at each start; a command that answers once has no use for any.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from blinadss.errors import BlinadssError, Mistake, ProfileError, UsageError, printable

if TYPE_CHECKING:
    from blinadss.knowledge import KnowledgeBase


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


def _assess(options: argparse.Namespace) -> int:
    from blinadss.assessment import assess
    from blinadss.explanation import explain
    from blinadss.intake import located, read_patient

    target = _target(options)
    knowledge = _knowledge(options)
    profile, node = read_patient(options.profile)
    on = options.on or profile.assessed_on or date.today()  # noqa: DTZ011 - the patient's own calendar day
    try:
        assessment = assess(profile, on=on, policies=options.policy, knowledge=knowledge)
    except ProfileError as error:
        raise located(error, node) from None
    _note_absent_engines()
    if options.format == "json":
        _write(target, assessment.model_dump_json(indent=2) + "\n")
    else:
        from shutil import get_terminal_size

        terminal = target is None and sys.stdout.isatty()
        colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        width = min(get_terminal_size().columns, 110) if terminal else 96
        _write(target, explain(assessment, width=width, colour=colour))
    return 0


def _check(options: argparse.Namespace) -> int:
    from blinadss.checks import check
    from blinadss.loading import load_knowledge, shipped_criteria

    folder = Path(options.folder) if options.folder else shipped_criteria()
    knowledge = load_knowledge(folder)
    found = check(knowledge, folder)
    warnings = [each for each in found if not each.known]
    for each in found:
        print(each)
    known = f", {_counted(len(found) - len(warnings), 'known flaw')} of a source" if len(found) > len(warnings) else ""
    print(f"{_counted(len(knowledge.criteria), 'criterion', 'criteria')}: {_counted(len(warnings), 'warning')}{known}")
    return 1 if warnings else 0


def _test(options: argparse.Namespace) -> int:
    from blinadss.breakages import unnoticed
    from blinadss.scenario_files import load_scenarios
    from blinadss.scenarios import run

    folder = Path(options.folder or "scenarios")
    knowledge = _knowledge(options)
    policies = None if options.policy is None else knowledge.select_any(options.policy)
    scenarios = load_scenarios(folder, knowledge)
    failures = [failure for scenario in scenarios for failure in run(scenario, knowledge)]
    _note_absent_engines()
    for failure in failures:
        print(failure)
    print(f"{_counted(len(scenarios), 'scenario')}: {_counted(len(failures), 'failure')}")
    if failures or options.no_breakages:
        return 1 if failures else 0
    total, missed = unnoticed(knowledge, scenarios, policies=policies, listed=print if options.list else None)
    for breakage in missed:
        print(f"no scenario notices: {breakage}")
    print(f"{_counted(total, 'breakage')}: {total - len(missed)} noticed, {len(missed) or 'none'} unnoticed")
    return 1 if missed else 0


def _facts(options: argparse.Namespace) -> int:
    from blinadss.vocabulary import vocabulary_markdown, vocabulary_text

    knowledge = _knowledge(options)
    _write(
        _target(options), vocabulary_markdown(knowledge) if options.format == "markdown" else vocabulary_text(knowledge)
    )
    return 0


def _policies(options: argparse.Namespace) -> int:
    from blinadss.vocabulary import policies_text

    on = options.on or date.today()  # noqa: DTZ011
    print(policies_text(_knowledge(options), on), end="")
    return 0


def _show(options: argparse.Namespace) -> int:
    from blinadss.handbook import GENERATED, handbook
    from blinadss.prose import show

    knowledge = _knowledge(options)
    if options.write is None:
        for name in options.id:
            print(show(knowledge, name), end="")
        return 0
    folder, pages = Path(options.write), handbook(knowledge)
    before = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md")}
    foreign = [path for path in before.values() if GENERATED not in path.read_text(encoding="utf-8")]
    if foreign:
        raise UsageError(f"{foreign[0]}: is not a page of the handbook", "name a folder that holds nothing else")
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        _write(folder / name, text)
    for name in before.keys() - pages.keys():
        before[name].unlink()
    print(f"{_counted(len(pages), 'page')} in {folder}")
    return 0


def _schema(options: argparse.Namespace) -> int:
    from blinadss.vocabulary import schema_text

    _write(_target(options), schema_text(options.of))
    return 0


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def _knowledge(options: argparse.Namespace) -> KnowledgeBase:
    """The knowledge to use, with the user's own freshness windows if there are any."""
    from blinadss.loading import load_knowledge, with_windows

    knowledge = load_knowledge(options.knowledge)
    return with_windows(knowledge, options.fresh_for) if getattr(options, "fresh_for", None) else knowledge


def _note_absent_engines() -> None:
    """Say, once a command, which engine cannot run here; the answers say which did."""
    from blinadss.engines import ABSENT

    for name, why in ABSENT.items():
        print(f"note: answered without the engine `{name}`: {why}", file=sys.stderr)


def _target(options: argparse.Namespace) -> Path | None:
    """The file to write to, refused before any work is done if it would be overwritten."""
    if options.output is None or options.output == "-":
        return None
    target = Path(options.output)
    if target.exists() and not options.force:
        raise UsageError(f"{target}: there is such a file already", "name another, or add `--force` to replace it")
    if not target.parent.is_dir():
        raise UsageError(f"{target}: there is no folder `{target.parent}`", "make the folder first")
    return target


def _write(target: Path | None, text: str) -> None:
    """The whole text to standard output, or to a file that appears complete or not at all."""
    if target is None:
        sys.stdout.write(text)
        return
    from tempfile import NamedTemporaryFile

    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
            try:
                file.write(text)
            except BaseException:
                Path(file.name).unlink()
                raise
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as problem:
        raise UsageError(f"{target}: cannot be written: {problem.strerror}") from None


class _Parser(argparse.ArgumentParser):
    """An argument parser that speaks as the rest of the library does."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {printable(message)}\n  hint: see `{self.prog} --help`", file=sys.stderr)
        raise SystemExit(2)


def _day(text: str) -> date:
    from blinadss.kinds import day

    try:
        return day(text)
    except Mistake as mistake:
        raise argparse.ArgumentTypeError(f"{mistake.problem}; {mistake.hint}") from None


def _parser() -> argparse.ArgumentParser:
    from blinadss import __version__

    parser = _Parser(
        prog="blinadss", description="May this patient have the treatment, why or why not, and what is missing?"
    )
    parser.add_argument("--version", action="version", version=f"blinadss {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], says: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(name, help=says, description=says)
        added.set_defaults(run=run)
        return added

    def knows(added: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added.add_argument("--knowledge", metavar="DIR", help="criteria to use instead of those that ship")
        return added

    def writes(added: argparse.ArgumentParser, *formats: str) -> None:
        added.add_argument("--format", choices=formats, default=formats[0], help="default: %(default)s")
        added.add_argument("-o", "--output", metavar="FILE", help="write to FILE, whole or not at all")
        added.add_argument("--force", action="store_true", help="replace FILE if there is one")

    assess = knows(command("assess", _assess, "assess one patient's file"))
    assess.add_argument("profile", metavar="PROFILE", help="a YAML or JSON file; - is standard input")
    assess.add_argument(
        "--on", type=_day, metavar="DATE", help="the day of assessment (default: the profile's, or today)"
    )
    assess.add_argument(
        "--policy",
        action="append",
        metavar="ID",
        help="a policy to answer, a folder of them such as trials, or all; may be repeated",
    )
    assess.add_argument("--fresh-for", metavar="FILE", help="your own windows after which facts are too old to count")
    writes(assess, "text", "json")

    check = command("check", _check, "say what is legal but unwise in a folder of criteria")
    check.add_argument("folder", nargs="?", metavar="DIR", help="default: the criteria that ship")

    test = knows(command("test", _test, "run scenarios, then break each criterion and see that a scenario notices"))
    test.add_argument("folder", nargs="?", metavar="DIR", help="default: scenarios")
    test.add_argument("--policy", action="append", metavar="ID", help="break only this policy, folder, or `cautions`")
    test.add_argument("--no-breakages", action="store_true", help="only run the scenarios")
    test.add_argument("--list", action="store_true", help="list every breakage and the scenario that noticed it")

    writes(knows(command("facts", _facts, "list every fact a profile can hold")), "text", "markdown")

    policies = knows(command("policies", _policies, "list the policies and their editions"))
    policies.add_argument("--on", type=_day, metavar="DATE", help="mark what is in force on that day (default: today)")

    show = knows(command("show", _show, "show a policy, an indication, a criterion, a caution or a result in words"))
    what = show.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "id", nargs="*", default=[], metavar="ID", help="the id of one, as `blinadss policies` lists them"
    )
    what.add_argument("--write", metavar="DIR", help="write the whole handbook of criteria into DIR")

    schema = command("schema", _schema, "print a JSON Schema")
    schema.add_argument("of", nargs="?", choices=("profile", "assessment"), default="profile")
    writes(schema, "json")
    return parser
