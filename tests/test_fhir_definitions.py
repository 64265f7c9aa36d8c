"""The knowledge as FHIR: valid, cited, and with conditions that give the same answers when they are read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blinadss.assessment import assess
from blinadss.authoring import read_expression
from blinadss.errors import KnowledgeError, Problems, UsageError
from blinadss.expression import Expression, facts_in
from blinadss.facts import FACTS
from blinadss.fhir import naming
from blinadss.fhir.code_systems import code_systems
from blinadss.fhir.definitions import authored, knowledge_bundle, plan_definition
from blinadss.fhir.libraries import library
from blinadss.findings import Verdict
from blinadss.kinds import Coded
from blinadss.knowledge import Edition, Indication, KnowledgeBase, Policy
from blinadss.loading import load_knowledge
from blinadss.reading import read_text
from blinadss.statements import Use
from blinadss.terminology import CodeSystem, Coding, FactCode, Terminology
from blinadss.testing import generated
from blinadss.testing.choices import drawn
from blinadss.testing.generated import CITE, criterion_of, knowledge_of
from blinadss.testing.patients import as_profile
from fhir_valid import problems
from strategies import ON, POOL, expressions, patients

CODES = Terminology(
    {"LOINC": CodeSystem("LOINC", "LOINC", ("http://loinc.org",))},
    (FactCode("labs.alt", Coding("LOINC", "1742-6"), "Alanine aminotransferase", assurance="secondary"),),
)
KNOWLEDGE = replace(load_knowledge(), terminology=CODES)
EDITIONS = [(policy, edition) for policy in KNOWLEDGE.policies.values() for edition in policy.editions]
DAYS = [start for each in generated.STARTS for start in (each, ON)]


def read(text: str) -> Expression:
    """The expression in the authoring language."""
    found = Problems()
    expression = read_expression(read_text(text, "expression", KnowledgeError), found)
    found.raise_any()
    assert expression is not None
    return expression


def parts(plan: Mapping[str, Any], key: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every condition or piece of documentation of the plan with its action."""
    (whole,) = plan["action"]
    for action in (whole, *whole.get("action", ())):
        yield from ((action, each) for each in action.get(key, ()))


def understood(plan: Mapping[str, Any]) -> Policy:
    """What anybody who reads the authoring language makes of a plan: an action applies if all its conditions hold."""
    (whole,) = plan["action"]

    def requires(action: Mapping[str, Any], name: str) -> tuple[Use, ...]:
        texts = [
            each["expression"]["expression"] for each in (*whole.get("condition", ()), *action.get("condition", ()))
        ]
        return tuple(Use(criterion_of(f"p/{name}-{n}", read(text)), "requires") for n, text in enumerate(texts))

    indications = tuple(
        Indication(f"p/i{number}", action["title"], requires(action, f"c{number}"))
        for number, action in enumerate(whole["action"])
    )
    edition = Edition(date.fromisoformat(plan["version"]), "An edition", CITE, "verified")
    return Policy("p", "A policy", "Somebody", "Nowhere", (edition,), indications, ())


@settings(max_examples=150, deadline=None)
@given(drawn(generated.policy, POOL, 3, 3), patients(), st.sampled_from(DAYS))
def test_the_conditions_read_back_give_the_verdict_of_the_policy(
    policy: Policy, facts: dict[str, Any], day: date
) -> None:
    def verdict(of: Policy) -> Verdict:
        known = as_profile(facts)
        asked = {"on": ON, "edition_on": day, "policies": ["p"], "engines": ["reference"], "further": False}
        return assess(known, knowledge=knowledge_of(of), **asked).verdict("p")  # type: ignore[arg-type]

    told = verdict(understood(plan_definition(policy, knowledge_of(policy), day)))
    meant = verdict(policy)
    assert told == (Verdict.INELIGIBLE if meant is Verdict.CONTRAINDICATED else meant)


@given(expressions())
def test_an_expression_is_written_so_that_it_reads_back(expression: Expression) -> None:
    assert read(authored(expression)) == expression


@pytest.mark.parametrize(
    ("policy", "edition"), EDITIONS, ids=[f"{policy.id}-{edition.id}" for policy, edition in EDITIONS]
)
def test_every_edition_of_every_policy_is_valid_cited_and_readable(policy: Policy, edition: Edition) -> None:
    plan = plan_definition(policy, KNOWLEDGE, edition.start)
    assert problems(plan) == []
    assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", plan["name"])  # pdf-0
    ids = [each["id"] for _, each in parts(plan, "condition")]
    assert len(set(ids)) == len(ids)
    now, sources = policy.as_of(edition.start), {each["label"] for each in plan["relatedArtifact"]}
    uses = list(now.uses())
    assert sorted(use.criterion.id for use in uses) == sorted(each.partition(":")[2] for each in ids)
    where = {(each["label"], each["display"]) for _, each in parts(plan, "documentation")}
    terms = (*now.terms, *(term for indication in now.indications for term in indication.terms))
    cited = [(use.criterion.id, use.criterion.cite) for use in uses] + [(term.id, term.cite) for term in terms]
    for name, cite in cited:
        assert {(name, str(each)) for each in cite} <= where
        assert {each.source.id for each in cite} <= sources
    for _, each in parts(plan, "condition"):
        assert each["expression"]["language"] == naming.AUTHORING
        read(each["expression"]["expression"])


def test_a_plan_says_what_it_is_and_whose_it_is_not() -> None:
    policy = KNOWLEDGE.policy("us-label")
    plan = plan_definition(policy, KNOWLEDGE, ON)
    assert (plan["url"], plan["version"]) == ("urn:x-blinadss:policy:us-label", "2024-06-14")
    assert plan["library"] == [f"urn:x-blinadss:library|{KNOWLEDGE.version}"]
    assert plan["effectivePeriod"] == {"start": "2024-06-14"}
    assert "publisher" not in plan  # the FDA has not published this resource
    assert "has not published, approved or checked" in plan["description"]
    assert "neither CQL nor FHIRPath" in plan["description"]
    (whole,) = plan["action"]
    assert [each["id"] for each in whole["action"]] == [each.id for each in policy.as_of(ON).indications]
    hypersensitivity = whole["condition"][0]["expression"]
    assert hypersensitivity["expression"] == "none:\n- history.blinatumomab_hypersensitivity is present"
    assert hypersensitivity["description"].startswith("Not so: ")


def test_an_edition_ends_the_day_before_the_next_one_begins() -> None:
    policy = KNOWLEDGE.policy("eu-label")
    first, second = policy.editions[:2]
    plan = plan_definition(policy, KNOWLEDGE, first.start)
    assert plan["effectivePeriod"]["start"] == first.id
    assert (second.start - date.fromisoformat(plan["effectivePeriod"]["end"])).days == 1


def test_how_well_a_criterion_was_checked_is_said_beside_it() -> None:
    for policy in KNOWLEDGE.policies.values():
        edition = policy.editions[-1]
        plan = plan_definition(policy, KNOWLEDGE, edition.start)
        trust = {use.criterion.id: use.criterion.assurance for use in policy.as_of(edition.start).uses()}
        for action, condition in parts(plan, "condition"):
            criterion = condition["id"].partition(":")[2]
            for text in (condition["expression"]["description"], action["textEquivalent"]):
                assert re.search(rf"\({re.escape(criterion)}; {trust[criterion]}", text, re.IGNORECASE)


def test_a_policy_that_is_not_in_force_has_no_plan() -> None:
    with pytest.raises(UsageError, match="`us-label` is not in force on 1999-12-31"):
        plan_definition(KNOWLEDGE.policy("us-label"), KNOWLEDGE, date(1999, 12, 31))


def test_the_library_names_the_knowledge_its_sources_and_the_data_it_asks_for() -> None:
    policies = KNOWLEDGE.select(["us-label"])
    described = library(KNOWLEDGE, policies, ON)
    assert problems(described) == []
    assert described["identifier"] == [{"system": naming.FINGERPRINT, "value": KNOWLEDGE.fingerprint}]
    assert described["version"] == KNOWLEDGE.version
    cited = [each for each in described["relatedArtifact"] if each["type"] == "citation"]
    assert [each["label"] for each in cited] == list(KNOWLEDGE.sources)
    assert all("://" in each["url"] for each in cited if "url" in each)
    assert sum("url" not in each for each in cited) == 1  # a document that is part of this project
    composed = [each["resource"] for each in described["relatedArtifact"] if each["type"] == "composed-of"]
    assert composed == ["urn:x-blinadss:policy:us-label|2024-06-14"]
    asked = {fact for use in policies[0].as_of(ON).uses() for fact in facts_in(use.criterion.when)}
    codes = [each["codeFilter"][0]["code"] for each in described["dataRequirement"]]
    assert {code[0]["code"] for code in codes} == asked
    assert "content" not in described
    first = policies[0].editions[0].start
    then = {fact for use in policies[0].as_of(first).uses() for fact in facts_in(use.criterion.when)}
    assert then < asked
    assert len(library(KNOWLEDGE, policies, first)["dataRequirement"]) == len(then)


def test_our_own_codes_are_described() -> None:
    facts, values = code_systems()
    assert problems(facts) == problems(values) == []
    assert [each["code"] for each in facts["concept"]] == list(FACTS)
    words = {code for kind in FACTS.values() if isinstance(kind, Coded) for code in kind.codes}
    assert {each["code"] for each in values["concept"]} == {*words, "never"}
    assert (facts["url"], values["url"]) == (naming.FACTS, naming.VALUES)
    assert facts["count"] == len(FACTS)


def test_the_whole_knowledge_is_one_valid_bundle_the_same_every_time() -> None:
    bundle = knowledge_bundle(KNOWLEDGE, ["all"], ON)
    assert problems(bundle) == []
    assert json.dumps(bundle) == json.dumps(knowledge_bundle(KNOWLEDGE, ["all"], ON))
    kinds = [each["resource"]["resourceType"] for each in bundle["entry"]]
    in_force = sum(policy.edition(ON) is not None for policy in KNOWLEDGE.policies.values())
    assert kinds == ["Library", *["PlanDefinition"] * in_force, "CodeSystem", "CodeSystem"]
    early = knowledge_bundle(KNOWLEDGE, ["us-label", "eu-label"], date(2015, 1, 1))
    assert [each["resource"]["url"] for each in early["entry"]][1:2] == ["urn:x-blinadss:policy:us-label"]
    assert len(early["entry"]) == 4


def test_a_knowledge_base_without_policies_in_force_is_valid_too() -> None:
    empty: KnowledgeBase = knowledge_of(Policy("p", "P", "S", "N", (Edition(ON, "E", CITE, "verified"),), (), ()))
    assert problems(knowledge_bundle(empty, ["p"], date(1990, 1, 1))) == []
    assert problems(plan_definition(empty.policy("p"), empty, ON)) == []
