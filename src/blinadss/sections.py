"""The sections of the profile: every fact the criteria can ask about, typed. This is the vocabulary.

Adding a field here adds a word to the authoring language, to the JSON Schema and
to `blinadss facts`, and nothing else has to change.
The sections and fields are a contract (see docs/reference/facts.md): add, never rename.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from blinadss import quantity as q
from blinadss.fields import coded, dated, happened, measured, presence
from blinadss.observation import Observation

Seen = tuple[Observation, ...]
# First words of what facts are called that keep their capital inside a sentence.
NAMES = frozenset({"C-reactive", "Down", "Gilbert", "Karnofsky", "Lansky", "Ph-like", "Philadelphia"})


class Section(BaseModel):
    """A group of facts; every field holds the observations of one fact, none if nobody said."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Patient(Section):
    """The person."""

    birth_date: Seen = dated("Date of birth")
    age: Seen = measured("Age, in completed years, months, weeks or days", q.DURATION)
    sex: Seen = coded("Sex", "female", "male")
    weight: Seen = measured("Body weight", q.MASS, least="0.5", most="350")
    height: Seen = measured("Height or length", q.LENGTH, most="300", above_zero=True)
    body_surface_area: Seen = measured("Body surface (by Mosteller if absent)", q.AREA, most="5", above_zero=True)
    pregnancy: Seen = presence("Pregnancy")
    breastfeeding: Seen = presence("Breast-feeding")
    childbearing_potential: Seen = presence("Childbearing potential")
    ecog: Seen = measured("ECOG performance status", q.GRADE, most="5")
    karnofsky: Seen = measured("Karnofsky performance score", q.PERCENTAGE, most="100")
    lansky: Seen = measured("Lansky play-performance score", q.PERCENTAGE, most="100")
    down_syndrome: Seen = presence("Down syndrome")
    post_pubescent: Seen = presence("Puberty is complete")
    fit_for_chemotherapy: Seen = presence("Fitness for intensive multi-agent chemotherapy")


class Disease(Section):
    """The leukaemia: what it is, what it carries, where it stands today."""

    diagnosis: Seen = coded(
        "Diagnosis",
        "b_cell_precursor_all",
        "t_cell_all",
        "mixed_phenotype_all",
        "burkitt",
        "b_cell_lymphoma",
        "richter_transformation",
        "autoimmune_disease",
        "solid_tumour",
        "other",
    )
    lymphoma_type: Seen = coded("Type of B-cell lymphoma", "dlbcl", "follicular", "mantle_cell", "other")
    cd19: Seen = coded("CD19 on the leukaemic blasts", "positive", "negative")
    cd19_fraction: Seen = measured("Fraction of blasts that express CD19", q.PERCENTAGE, most="100")
    philadelphia: Seen = coded("Philadelphia chromosome or BCR::ABL1", "positive", "negative")
    ph_like: Seen = coded("Ph-like (BCR::ABL1-like) signature", "present", "absent")
    kmt2a_rearrangement: Seen = presence("KMT2A rearrangement")
    course: Seen = coded("State today", "newly_diagnosed", "remission", "relapsed", "refractory")
    remission_number: Seen = measured("Number of the current or last complete remission", q.COUNT)
    relapse_number: Seen = measured("Relapses so far (first-line disease: 0)", q.COUNT)
    phase: Seen = coded("Phase of treatment", "induction", "consolidation", "maintenance", "salvage")
    first_relapse_risk: Seen = coded("Risk group of the first relapse", "high", "standard")
    extramedullary: Seen = presence("Extramedullary disease")
    extramedullary_elsewhere: Seen = presence(
        "Extramedullary disease outside the central nervous system and the testis"
    )
    testicular: Seen = presence("Leukaemia in the testis")
    secondary: Seen = presence("Leukaemia after cytotoxic treatment of another disease")
    ikzf1_plus: Seen = presence("IKZF1plus (IKZF1 deletion with certain further deletions)")
    wbc_at_diagnosis: Seen = measured("White blood cells at diagnosis", q.CELLS)
    standard_risk_group: Seen = coded("Subgroup of standard-risk ALL", "favourable", "average", "high")
    first_remission_length: Seen = measured("How long the first complete remission lasted", q.INTERVAL)


class Marrow(Section):
    """The bone marrow."""

    blasts: Seen = measured("Blasts in the marrow", q.PERCENTAGE, most="100")


class Blood(Section):
    """The peripheral blood smear."""

    blasts: Seen = measured("Blasts in the blood", q.CELLS)


class Mrd(Section):
    """Measurable residual disease."""

    level: Seen = measured("MRD level", q.PERCENTAGE, most="100")
    status: Seen = coded("MRD, where only detection is reported", "detected", "not_detected")
    assay_sensitivity: Seen = measured("Sensitivity of the MRD assay", q.PERCENTAGE, most="100", above_zero=True)


class Cns(Section):
    """The central nervous system."""

    leukaemia: Seen = presence("Leukaemia in the central nervous system")
    status: Seen = coded("CNS status", "cns1", "cns2", "cns3")
    pathology: Seen = presence("Clinically relevant CNS pathology (seizure, stroke, paresis, aphasia, …)")
    pathology_needs_treatment: Seen = presence("CNS pathology that needs treatment, such as unstable epilepsy")
    seizure_history: Seen = presence("Seizures in the history")


class History(Section):
    """What was given before, and what happened."""

    prior_lines: Seen = measured("Prior lines of therapy", q.COUNT)
    prior_salvages: Seen = measured("Salvage treatments so far", q.COUNT)
    intensive_blocks: Seen = measured("Blocks of intensive combination chemotherapy so far", q.COUNT)
    allogeneic_hsct: Seen = presence("Allogeneic stem cell transplantation")
    allogeneic_hsct_on: Seen = happened("Day of the last allogeneic transplantation")
    autologous_hsct: Seen = presence("Autologous stem cell transplantation")
    autologous_hsct_on: Seen = happened("Day of the last autologous transplantation")
    hsct_to_relapse: Seen = measured(
        "Time from the last allogeneic transplantation to the relapse after it", q.INTERVAL
    )
    tki_exposure: Seen = presence("Earlier treatment with a tyrosine kinase inhibitor")
    tki_failures: Seen = measured("Tyrosine kinase inhibitors that failed", q.COUNT)
    later_generation_tki_failures: Seen = measured("Second-generation or later TKIs that failed", q.COUNT)
    later_generation_tki_intolerance: Seen = presence("Intolerance of a second-generation or later TKI")
    imatinib_failure: Seen = presence("Failure or intolerance of imatinib")
    inotuzumab: Seen = presence("Earlier inotuzumab ozogamicin")
    alternative_available: Seen = presence("Another treatment option")
    cd19_directed_therapy: Seen = presence("Earlier CD19-directed therapy")
    blinatumomab_exposure: Seen = presence("Earlier blinatumomab")
    blinatumomab_for_mrd: Seen = presence("Earlier blinatumomab for measurable residual disease")
    blinatumomab_started_on: Seen = happened("Day on which blinatumomab was started")
    blinatumomab_response: Seen = presence("Response to blinatumomab")
    relapse_free_after_blinatumomab: Seen = measured("Time without relapse after blinatumomab", q.INTERVAL)
    blinatumomab_hypersensitivity: Seen = presence("Hypersensitivity to blinatumomab or its formulation")
    immunoglobulin_hypersensitivity: Seen = presence("Hypersensitivity to immunoglobulins")
    neurologic_events: Seen = presence("Neurologic events before treatment")
    pancreatitis: Seen = presence("Pancreatitis")
    cranial_irradiation: Seen = presence("Cranial irradiation")
    autoimmune_disease: Seen = presence("Autoimmune disease")
    second_malignancy: Seen = presence("Another malignancy")
    second_malignancy_on: Seen = happened("Day on which another malignancy was last active or treated")
    gilbert_syndrome: Seen = presence("Gilbert syndrome")
    severe_comorbidity: Seen = presence("A severe comorbidity, such as diabetes with end-organ damage or cirrhosis")
    last_chemotherapy_on: Seen = happened("Day of the last chemotherapy")
    last_immunotherapy_on: Seen = happened("Day of the last immunotherapy")
    last_radiotherapy_on: Seen = happened("Day of the last radiotherapy")
    last_investigational_agent_on: Seen = happened("Day of the last investigational agent")


class Infection(Section):
    """Infections."""

    active: Seen = presence("Active infection")
    hiv: Seen = presence("HIV infection")
    hepatitis_b: Seen = presence("Hepatitis B infection")
    hepatitis_c: Seen = presence("Hepatitis C infection")


class Gvhd(Section):
    """Graft-versus-host disease."""

    active: Seen = presence("Active graft-versus-host disease")
    grade: Seen = measured("Grade of graft-versus-host disease", q.GRADE, most="4")


class Labs(Section):
    """Laboratory values; those that are judged by the upper limit of normal carry it as ``upper_limit``."""

    alt: Seen = measured("Alanine aminotransferase", q.ENZYME)
    ast: Seen = measured("Aspartate aminotransferase", q.ENZYME)
    alp: Seen = measured("Alkaline phosphatase", q.ENZYME)
    ggt: Seen = measured("Gamma-glutamyl transferase", q.ENZYME)
    bilirubin: Seen = measured("Total bilirubin", q.BILIRUBIN)
    direct_bilirubin: Seen = measured("Direct bilirubin", q.BILIRUBIN)
    creatinine: Seen = measured("Creatinine", q.CREATININE)
    creatinine_clearance: Seen = measured("Creatinine clearance", q.CLEARANCE)
    neutrophils: Seen = measured("Neutrophils", q.CELLS)
    platelets: Seen = measured("Platelets", q.CELLS)
    wbc: Seen = measured("White blood cells", q.CELLS)
    haemoglobin: Seen = measured("Haemoglobin", q.HAEMOGLOBIN)
    ldh: Seen = measured("Lactate dehydrogenase", q.ENZYME)
    lipase: Seen = measured("Lipase", q.ENZYME)
    amylase: Seen = measured("Amylase", q.ENZYME)
    neutrophils_below_normal: Seen = presence("Neutrophils below the laboratory's lower limit of normal")
    platelets_below_normal: Seen = presence("Platelets below the laboratory's lower limit of normal")
    crp: Seen = measured("C-reactive protein", q.CRP)
    ferritin: Seen = measured("Ferritin", q.FERRITIN)
    igg: Seen = measured("Immunoglobulin G", q.PROTEIN)
    lymphocytes: Seen = measured("Lymphocytes", q.CELLS)
    regulatory_t_cells: Seen = measured("Regulatory T cells, of the T cells in blood", q.PERCENTAGE, most="100")
    ejection_fraction: Seen = measured("Left ventricular ejection fraction", q.PERCENTAGE, most="100")
    shortening_fraction: Seen = measured("Left ventricular shortening fraction", q.PERCENTAGE, most="100")


class Medication(Section):
    """What the patient takes."""

    narrow_index_cyp_substrate: Seen = presence("A CYP450 substrate with a narrow therapeutic index")
    immunosuppression: Seen = presence("Systemic immunosuppression")


class Immunisation(Section):
    """Vaccines."""

    live_vaccine_on: Seen = happened("Day of the last live vaccine")


class Plan(Section):
    """What is intended."""

    start_on: Seen = dated("Planned first day of the cycle", past=False)
    cycle: Seen = measured("Planned cycle", q.COUNT)
    combined_with: Seen = coded(
        "What is given together with it", "nothing", "tki", "chemotherapy", "inotuzumab", "checkpoint_inhibitor"
    )
    hsct_candidate: Seen = presence("Candidate for allogeneic transplantation now")
    tki_candidate: Seen = presence("Candidate for a tyrosine kinase inhibitor now")
    nccn_category: Seen = coded("NCCN category of this use", "1", "2a", "2b", "3", "not_listed")
