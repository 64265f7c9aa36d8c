"""What each command about the knowledge does; those about a patient are in `commands`."""

from __future__ import annotations

import argparse
from pathlib import Path

from blinadss.commands import as_json, check_profile_file, counted, knowledge_of, note_absent_engines, today
from blinadss.errors import UsageError
from blinadss.output import target_of, write


def check(options: argparse.Namespace) -> int:
    """Say what is legal but unwise in a folder of criteria, 1 if anything is; or check a patient's file."""
    from blinadss.checks import check as checked
    from blinadss.loading import load_knowledge, shipped_criteria
    from blinadss.normal_form import sizes

    if options.what and not Path(options.what).is_dir():
        return check_profile_file(options)
    folder = Path(options.what) if options.what else shipped_criteria()
    knowledge = load_knowledge(folder)
    found = checked(knowledge, folder)
    warnings = [each for each in found if not each.known]
    for each in found:
        print(each)
    known = f", {counted(len(found) - len(warnings), 'known flaw')} of a source" if len(found) > len(warnings) else ""
    by_size = sorted(sizes(knowledge).items(), key=lambda each: -sum(each[1]))
    for (policy, edition), (yes, no) in by_size[: None if options.sizes else 1]:
        largest = "" if options.sizes else "the largest normal form: "
        print(f"{largest}{policy} of {edition}: {counted(yes, 'set')} of findings settle a yes, {no or 'none'} a no")
    print(f"{counted(len(knowledge.criteria), 'criterion', 'criteria')}: {counted(len(warnings), 'warning')}{known}")
    return 1 if warnings else 0


def test(options: argparse.Namespace) -> int:
    """Run scenarios, then break everything on purpose; 1 if a scenario fails or a breakage goes unnoticed."""
    from blinadss.pinned import unnoticed
    from blinadss.scenario_files import load_scenarios
    from blinadss.scenarios import run

    folder = Path(options.folder or "scenarios")
    knowledge = knowledge_of(options)
    scenarios = load_scenarios(folder, knowledge)
    failures = [failure for scenario in scenarios for failure in run(scenario, knowledge)]
    note_absent_engines()
    for failure in failures:
        print(failure)
    print(f"{counted(len(scenarios), 'scenario')}: {counted(len(failures), 'failure')}")
    if failures or options.no_breakages:
        return 1 if failures else 0
    total, missed = unnoticed(
        knowledge, scenarios, only=options.policy, listed=print if options.list else None, part=options.part
    )
    for breakage in missed:
        print(f"no scenario notices: {breakage}")
    print(f"{counted(total, 'breakage')}: {total - len(missed)} noticed, {len(missed) or 'none'} unnoticed")
    return 1 if missed else 0


def facts(options: argparse.Namespace) -> int:
    """List every fact a profile can hold."""
    from blinadss.vocabulary import vocabulary_markdown, vocabulary_text

    knowledge = knowledge_of(options)
    write(
        target_of(options),
        vocabulary_markdown(knowledge) if options.format == "markdown" else vocabulary_text(knowledge),
    )
    return 0


def show(options: argparse.Namespace) -> int:
    """Show something of the knowledge in words, or write the whole handbook."""
    from blinadss.handbook import GENERATED, handbook
    from blinadss.treatment_prose import show as shown

    target, knowledge = target_of(options), knowledge_of(options)
    if options.write is None and options.format == "fhir":
        from blinadss.fhir.definitions import knowledge_bundle

        write(target, as_json(knowledge_bundle(knowledge, options.id, options.on or today())))
        return 0
    if options.write is None:
        write(target, "".join(shown(knowledge, name) for name in options.id))
        return 0
    folder, pages = Path(options.write), handbook(knowledge)
    before = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md")}
    foreign = [path for path in before.values() if GENERATED not in path.read_text(encoding="utf-8")]
    if foreign:
        raise UsageError(f"{foreign[0]}: is not a page of the handbook", "name a folder that holds nothing else")
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, text)
    for name in before.keys() - pages.keys():
        before[name].unlink()
    print(f"{counted(len(pages), 'page')} in {folder}")
    return 0


def schema(options: argparse.Namespace) -> int:
    """Print a JSON Schema."""
    from blinadss.vocabulary import schema_text

    write(target_of(options), schema_text(options.of))
    return 0
