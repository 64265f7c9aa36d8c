"""The sections of the profile that say what is seen while the treatment runs: toxicities, signs, examination.

As in `sections`, a field here is a word of the authoring language.
"""

from __future__ import annotations

from blinadss import quantity as q
from blinadss.fields import coded, measured, presence
from blinadss.sections import Section, Seen


class Toxicity(Section):
    """What has gone wrong during treatment."""

    crs: Seen = measured("Cytokine release syndrome", q.GRADE, most="5")
    neurologic: Seen = measured("Neurologic toxicity", q.GRADE, most="5")
    liver: Seen = measured("Liver toxicity", q.GRADE, most="5")
    other: Seen = measured("Other toxicity", q.GRADE, most="5")
    earlier_treatment: Seen = measured("Unresolved toxicity of earlier treatment", q.GRADE, most="5")
    seizures: Seen = measured("Seizures during treatment", q.COUNT)
    crs_reached_grade_3: Seen = presence("Cytokine release of grade 3 or more since the infusion last began")
    crs_lasting: Seen = measured("How long cytokine release of grade 3 has not settled to grade 1", q.TIME)
    neurologic_reached_grade_3: Seen = presence("Neurologic toxicity of grade 3 or more since the infusion last began")
    neurologic_lasting: Seen = measured("How long neurologic toxicity of grade 3 has not settled to grade 1", q.TIME)
    neurologic_settled_for: Seen = measured(
        "How long neurologic toxicity of grade 3 has been at grade 1 or less", q.TIME
    )
    neurologic_at_starting_dose: Seen = presence("Neurologic toxicity of grade 3 arose at the starting dose")
    liver_reached_grade_3: Seen = presence("Liver toxicity of grade 3 or more since the infusion last began")
    liver_lasting: Seen = measured("How long liver toxicity of grade 3 has not settled to grade 1", q.TIME)
    liver_settled_for: Seen = measured("How long liver toxicity of grade 3 has been at grade 1 or less", q.TIME)
    other_reached_grade_3: Seen = presence("Another toxicity of grade 3 or more since the infusion last began")
    other_lasting: Seen = measured("How long another toxicity of grade 3 has not settled to grade 1", q.TIME)
    other_settled_for: Seen = measured("How long another toxicity of grade 3 has been at grade 1 or less", q.TIME)
    infection: Seen = presence("Infection during treatment")
    tumour_lysis: Seen = presence("Tumour lysis syndrome during treatment")
    pancreatitis: Seen = presence("Signs or symptoms of pancreatitis")
    prolonged_neutropenia: Seen = presence("Prolonged neutropenia")
    febrile_neutropenia: Seen = presence("Febrile neutropenia")


class Infusion(Section):
    """The infusion that is running, or has been stopped."""

    interrupted_for: Seen = measured("How long the infusion has been stopped", q.TIME)
    first_cycle: Seen = presence("The interruption is in the first cycle")


class Signs(Section):
    """What is seen at the bedside, from which cytokine release is graded."""

    temperature: Seen = measured("Body temperature", q.TEMPERATURE, most="45")
    fever_treated: Seen = presence("An antipyretic, a steroid or an anti-cytokine drug that may hide fever")
    other_cause: Seen = presence("Another cause that explains the fever, hypotension or hypoxia")
    hypotension: Seen = presence("Hypotension")
    hypotension_after_fluids: Seen = presence("Hypotension that fluids do not correct")
    vasopressors: Seen = measured("Vasopressors given, vasopressin not counted", q.COUNT)
    oxygen: Seen = coded("Oxygen that is needed", "room_air", "low_flow", "high_flow", "positive_pressure")
    oxygen_fraction: Seen = measured("Fraction of oxygen that is needed", q.PERCENTAGE, most="100")
    life_threatening: Seen = presence("A life-threatening state that needs urgent intervention")


class Neurology(Section):
    """The neurologic examination, from which neurotoxicity is graded."""

    ice: Seen = measured("ICE score (by its items if absent)", q.COUNT, most="10")
    ice_orientation: Seen = measured("ICE: year, month, city, hospital", q.COUNT, most="4")
    ice_naming: Seen = measured("ICE: three objects named", q.COUNT, most="3")
    ice_command: Seen = measured("ICE: a command followed", q.COUNT, most="1")
    ice_writing: Seen = measured("ICE: a sentence written", q.COUNT, most="1")
    ice_attention: Seen = measured("ICE: counting back from 100 by ten", q.COUNT, most="1")
    capd: Seen = measured("CAPD score (Cornell assessment of paediatric delirium)", q.COUNT, most="32")
    developmental_delay: Seen = presence("Developmental delay")
    consciousness: Seen = coded("Wakes", "spontaneously", "to_voice", "to_touch", "not_at_all")
    seizure: Seen = coded("Seizure, clinical or on the EEG", "none", "brief", "prolonged")
    motor_weakness: Seen = presence("Deep focal motor weakness")
    cerebral_oedema: Seen = coded("Cerebral oedema on imaging", "none", "focal", "diffuse")
    raised_pressure: Seen = presence("Posturing, sixth-nerve palsy, papilloedema or Cushing's triad")


class Baseline(Section):
    """Laboratory values before the first dose, with which those during treatment are compared."""

    alt: Seen = measured("Alanine aminotransferase before treatment", q.ENZYME)
    ast: Seen = measured("Aspartate aminotransferase before treatment", q.ENZYME)
    alp: Seen = measured("Alkaline phosphatase before treatment", q.ENZYME)
    ggt: Seen = measured("Gamma-glutamyl transferase before treatment", q.ENZYME)
    bilirubin: Seen = measured("Total bilirubin before treatment", q.BILIRUBIN)
    creatinine: Seen = measured("Creatinine before treatment", q.CREATININE)


class Change(Section):
    """Laboratory values as multiples of those before treatment; worked out if absent."""

    alt: Seen = measured("Alanine aminotransferase, as a multiple of the baseline", q.MULTIPLE)
    ast: Seen = measured("Aspartate aminotransferase, as a multiple of the baseline", q.MULTIPLE)
    alp: Seen = measured("Alkaline phosphatase, as a multiple of the baseline", q.MULTIPLE)
    ggt: Seen = measured("Gamma-glutamyl transferase, as a multiple of the baseline", q.MULTIPLE)
    bilirubin: Seen = measured("Total bilirubin, as a multiple of the baseline", q.MULTIPLE)
    creatinine: Seen = measured("Creatinine, as a multiple of the baseline", q.MULTIPLE)
