"""Which elements of the resources that we write have a *required* binding in R4, and the codes that it allows.

Neither fhir.resources nor fhirkit looks at them. The tables were made from the definitions of FHIR 4.0.1
(profiles-resources.json, profiles-types.json and valuesets.json, build 9346c8cc45) for the resources that we write
and the data types in them; types of which we hold nothing (Age, Signature, Money, Attachment) are left out. R4B binds
them alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

RESOURCES = (
    "Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic "
    "Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry "
    "ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication "
    "CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage "
    "CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric "
    "DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference DomainResource "
    "EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition "
    "Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition "
    "Group GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation "
    "ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure "
    "MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest "
    "MedicationStatement MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication "
    "MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured "
    "MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition "
    "MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition "
    "OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation "
    "Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse "
    "RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject Resource "
    "RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition "
    "StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein "
    "SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task "
    "TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription"
)
# What is no resource and yet a type of FHIR.
TYPES = (
    "Address Age Annotation Attachment BackboneElement CodeableConcept Coding ContactDetail ContactPoint Contributor "
    "Count DataRequirement Distance Dosage Duration Element ElementDefinition Expression Extension HumanName "
    "Identifier MarketingStatus Meta Money MoneyQuantity Narrative ParameterDefinition Period Population "
    "ProdCharacteristic ProductShelfLife Quantity Range Ratio Reference RelatedArtifact SampledData Signature "
    "SimpleQuantity SubstanceAmount Timing TriggerDefinition UsageContext base64Binary boolean canonical code date "
    "dateTime decimal id instant integer markdown oid positiveInt string time unsignedInt uri url uuid xhtml"
)
# By value set: its codes, and the elements that are bound to it.
_BOUND: Mapping[str, tuple[str, str]] = {
    "action-cardinality-behavior": (
        "single multiple",
        "RequestGroup.action.cardinalityBehavior PlanDefinition.action.cardinalityBehavior",
    ),
    "action-condition-kind": (
        "applicability start stop",
        "RequestGroup.action.condition.kind PlanDefinition.action.condition.kind",
    ),
    "action-grouping-behavior": (
        "visual-group logical-group sentence-group",
        "RequestGroup.action.groupingBehavior PlanDefinition.action.groupingBehavior",
    ),
    "action-participant-type": ("patient practitioner related-person device", "PlanDefinition.action.participant.type"),
    "action-precheck-behavior": (
        "yes no",
        "RequestGroup.action.precheckBehavior PlanDefinition.action.precheckBehavior",
    ),
    "action-relationship-type": (
        (
            "before-start before before-end concurrent-with-start concurrent concurrent-with-end after-start after "
            "after-end"
        ),
        "RequestGroup.action.relatedAction.relationship PlanDefinition.action.relatedAction.relationship",
    ),
    "action-required-behavior": (
        "must could must-unless-documented",
        "RequestGroup.action.requiredBehavior PlanDefinition.action.requiredBehavior",
    ),
    "action-selection-behavior": (
        "any all all-or-none exactly-one at-most-one one-or-more",
        "RequestGroup.action.selectionBehavior PlanDefinition.action.selectionBehavior",
    ),
    "address-type": ("postal physical both", "Address.type"),
    "address-use": ("home work temp old billing", "Address.use"),
    "administrative-gender": ("male female other unknown", "Patient.gender Patient.contact.gender"),
    "bundle-type": (
        "document message transaction transaction-response batch batch-response history searchset collection",
        "Bundle.type",
    ),
    "care-plan-activity-kind": (
        (
            "Appointment CommunicationRequest DeviceRequest MedicationRequest NutritionOrder Task ServiceRequest "
            "VisionPrescription"
        ),
        "CarePlan.activity.detail.kind",
    ),
    "care-plan-activity-status": (
        "not-started scheduled in-progress on-hold completed cancelled stopped unknown entered-in-error",
        "CarePlan.activity.detail.status",
    ),
    "care-plan-intent": ("proposal plan order option", "CarePlan.intent"),
    "codesystem-content-mode": ("not-present example fragment complete supplement", "CodeSystem.content"),
    "codesystem-hierarchy-meaning": ("grouped-by is-a part-of classified-with", "CodeSystem.hierarchyMeaning"),
    "concept-property-type": ("code Coding string integer boolean dateTime decimal", "CodeSystem.property.type"),
    "contact-point-system": ("phone fax email pager url sms other", "ContactPoint.system"),
    "contact-point-use": ("home work temp old mobile", "ContactPoint.use"),
    "days-of-week": ("mon tue wed thu fri sat sun", "Timing.repeat.dayOfWeek"),
    "event-timing": (
        (
            "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early EVE.late NIGHT PHS HS WAKE C CM CD CV "
            "AC ACM ACD ACV PC PCM PCD PCV"
        ),
        "Timing.repeat.when",
    ),
    "filter-operator": (
        "= is-a descendent-of is-not-a regex in not-in generalizes exists",
        "CodeSystem.filter.operator",
    ),
    "guidance-response-status": (
        "success data-requested data-required in-progress failure entered-in-error",
        "GuidanceResponse.status",
    ),
    "http-verb": ("GET HEAD POST PUT DELETE PATCH", "Bundle.entry.request.method"),
    "identifier-use": ("usual official temp secondary old", "Identifier.use"),
    "issue-severity": ("fatal error warning information", "OperationOutcome.issue.severity"),
    "issue-type": (
        (
            "invalid structure required value invariant security login unknown expired forbidden suppressed processing "
            "not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly "
            "business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational"
        ),
        "OperationOutcome.issue.code",
    ),
    "item-type": (
        (
            "group display question boolean decimal integer date dateTime time string text url choice open-choice "
            "attachment reference quantity"
        ),
        "Questionnaire.item.type",
    ),
    "link-type": ("replaced-by replaces refer seealso", "Patient.link.type"),
    "name-use": ("usual official temp nickname anonymous old maiden", "HumanName.use"),
    "narrative-status": ("generated extensions additional empty", "Narrative.status"),
    "observation-status": (
        "registered preliminary final amended corrected cancelled entered-in-error unknown",
        "Observation.status",
    ),
    "operation-parameter-use": ("in out", "ParameterDefinition.use"),
    "publication-status": (
        "draft active retired unknown",
        "Questionnaire.status PlanDefinition.status Library.status CodeSystem.status",
    ),
    "quantity-comparator": ("< <= >= >", "Duration.comparator Quantity.comparator"),
    "questionnaire-answers-status": (
        "in-progress completed amended entered-in-error stopped",
        "QuestionnaireResponse.status",
    ),
    "questionnaire-enable-behavior": ("all any", "Questionnaire.item.enableBehavior"),
    "questionnaire-enable-operator": ("exists = != > < >= <=", "Questionnaire.item.enableWhen.operator"),
    "related-artifact-type": (
        "documentation justification citation predecessor successor derived-from depends-on composed-of",
        "RelatedArtifact.type",
    ),
    "request-intent": (
        "proposal plan directive order original-order reflex-order filler-order instance-order option",
        "RequestGroup.intent ServiceRequest.intent",
    ),
    "request-priority": (
        "routine urgent asap stat",
        "RequestGroup.priority RequestGroup.action.priority ServiceRequest.priority PlanDefinition.action.priority",
    ),
    "request-status": (
        "draft active on-hold revoked completed entered-in-error unknown",
        "RequestGroup.status ServiceRequest.status CarePlan.status",
    ),
    "search-entry-mode": ("match include outcome", "Bundle.entry.search.mode"),
    "sort-direction": ("ascending descending", "DataRequirement.sort.direction"),
    "trigger-type": (
        "named-event periodic data-changed data-added data-modified data-removed data-accessed data-access-ended",
        "TriggerDefinition.type",
    ),
    "units-of-time": ("s min h d wk mo a", "Timing.repeat.durationUnit Timing.repeat.periodUnit"),
    "resource-types": (RESOURCES, "Questionnaire.subjectType"),
    "all-types": (f"{TYPES} {RESOURCES}", "DataRequirement.type ParameterDefinition.type"),
}
# By data type: the elements of that type. Of `value[x]` and its like, the name itself says the type.
_TYPED: Mapping[str, str] = {
    "Address": "Patient.address Patient.contact.address",
    "ContactDetail": (
        "CodeSystem.contact Library.author Library.contact Library.editor Library.endorser Library.reviewer "
        "PlanDefinition.author PlanDefinition.contact PlanDefinition.editor PlanDefinition.endorser "
        "PlanDefinition.reviewer Questionnaire.contact"
    ),
    "ContactPoint": "ContactDetail.telecom Patient.contact.telecom Patient.telecom",
    "DataRequirement": (
        "GuidanceResponse.dataRequirement Library.dataRequirement PlanDefinition.action.input "
        "PlanDefinition.action.output TriggerDefinition.data"
    ),
    "Duration": "PlanDefinition.goal.target.due",
    "HumanName": "Patient.contact.name Patient.name",
    "Identifier": (
        "Bundle.identifier CarePlan.identifier CodeSystem.identifier GuidanceResponse.identifier "
        "GuidanceResponse.requestIdentifier Library.identifier Observation.identifier Patient.identifier "
        "PlanDefinition.identifier Questionnaire.identifier QuestionnaireResponse.identifier "
        "RequestGroup.groupIdentifier RequestGroup.identifier ServiceRequest.identifier ServiceRequest.requisition"
    ),
    "Narrative": (
        "CarePlan.text CodeSystem.text GuidanceResponse.text Library.text Observation.text OperationOutcome.text "
        "Patient.text PlanDefinition.text Questionnaire.text QuestionnaireResponse.text RequestGroup.text "
        "ServiceRequest.text"
    ),
    "ParameterDefinition": "Library.parameter",
    "Quantity": (
        "CarePlan.activity.detail.dailyAmount CarePlan.activity.detail.quantity Dosage.maxDosePerAdministration "
        "Dosage.maxDosePerLifetime Observation.referenceRange.high Observation.referenceRange.low Range.high Range.low "
        "Ratio.denominator Ratio.numerator"
    ),
    "Range": "Observation.referenceRange.age",
    "Ratio": "Dosage.maxDosePerPeriod",
    "RelatedArtifact": (
        "Library.relatedArtifact PlanDefinition.action.documentation PlanDefinition.goal.documentation "
        "PlanDefinition.relatedArtifact RequestGroup.action.documentation"
    ),
    "Timing": "Dosage.timing",
    "TriggerDefinition": "PlanDefinition.action.trigger",
    "UsageContext": "CodeSystem.useContext Library.useContext PlanDefinition.useContext Questionnaire.useContext",
}
# Elements that hold what another element of the resource holds.
_AGAIN: Mapping[str, str] = {
    "RequestGroup.action.action": "RequestGroup.action",
    "PlanDefinition.action.action": "PlanDefinition.action",
    "Questionnaire.item.item": "Questionnaire.item",
    "QuestionnaireResponse.item.item": "QuestionnaireResponse.item",
    "QuestionnaireResponse.item.answer.item": "QuestionnaireResponse.item",
    "Parameters.parameter.part": "Parameters.parameter",
    "Observation.component.referenceRange": "Observation.referenceRange",
    "CodeSystem.concept.concept": "CodeSystem.concept",
}

ALLOWED: Mapping[str, frozenset[str]] = {
    element: frozenset(codes.split()) for codes, elements in _BOUND.values() for element in elements.split()
}
_TYPE_OF = {element: name for name, elements in _TYPED.items() for element in elements.split()} | dict(_AGAIN)
_CHOSEN = re.compile(rf"[a-z]+({'|'.join(_TYPED)})$")


def check_bindings(resource: Mapping[str, Any]) -> list[str]:
    """Every code of the resource that a required binding does not allow, with the path to it.

    What is contained, or an entry of a Bundle, is looked at as well.
    """
    return list(_wrong(resource, resource["resourceType"], resource["resourceType"]))


def _wrong(node: Mapping[str, Any], kind: str, path: str) -> Iterator[str]:
    for key, value in node.items():
        element = f"{kind}.{key}"
        for number, each in enumerate(value if isinstance(value, list) else [value]):
            where = f"{path}.{key}[{number}]" if isinstance(value, list) else f"{path}.{key}"
            if element in ALLOWED and not (isinstance(each, str) and each in ALLOWED[element]):
                yield f"{where}: {each!r} is not one of {', '.join(sorted(ALLOWED[element]))}"
            if isinstance(each, dict):
                yield from _wrong(each, _kind(each, element), where)


def _kind(node: Mapping[str, Any], element: str) -> str:
    """What an element holds: a resource, a data type, or parts of its own."""
    if "resourceType" in node:
        return str(node["resourceType"])
    chosen = _CHOSEN.search(element.rpartition(".")[2])
    return _TYPE_OF.get(element) or (chosen[1] if chosen else element)
