-- The flat table of a cohort from an OMOP CDM v5.4: one row a person, a column a fact, as on one day.
--
-- Besides the CDM's own tables it reads three small ones, which omop.py makes and fills:
--   question    assessed_on            the index day; whatever is later is not seen
--   fact_note   fact, keeps            `any`: never changes; `present`: once present stays so; `latest`: the latest counts
--   concept_set role, fact, value, vocabulary_id, concept_code, concept_id, descendants, verified
--               the lines of the concept file, those for any fact repeated for each fact that they fit
--
-- What no record says is NULL, which is unknown: no code is no absence. Persons of whom no record up to that day tells
-- anything of the leukaemia, by a verified code or any other, are left out.
-- Nothing here is particular to DuckDB, so that it also runs on PostgreSQL.

WITH
-- A line means the concept whose id it gives, or else the one that has its code; and, if it says so, all below that.
meant AS (
  SELECT s.role, s.fact, s.value, s.descendants, s.verified, s.concept_id
  FROM concept_set AS s
  WHERE s.concept_id IS NOT NULL
  UNION ALL
  SELECT s.role, s.fact, s.value, s.descendants, s.verified, c.concept_id
  FROM concept_set AS s
  JOIN concept AS c ON c.vocabulary_id = s.vocabulary_id AND c.concept_code = s.concept_code
  WHERE s.concept_id IS NULL
),
covered AS MATERIALIZED (
  SELECT m.role, m.fact, m.value, m.verified, m.concept_id
  FROM meant AS m
  UNION
  SELECT m.role, m.fact, m.value, m.verified, a.descendant_concept_id
  FROM meant AS m
  JOIN concept_ancestor AS a ON a.ancestor_concept_id = m.concept_id
  WHERE m.descendants
),

-- Every record in one form. Concept 0 means that nobody could map it.
record AS (
  SELECT
    p.person_id, q.assessed_on AS seen_on, p.gender_concept_id AS concept_id, p.gender_source_concept_id AS source_id,
    CAST(NULL AS text) AS number, CAST(NULL AS text) AS range_high, CAST(NULL AS integer) AS answer_id,
    CAST(NULL AS integer) AS unit_id, CAST(NULL AS integer) AS sign_id
  FROM person AS p
  CROSS JOIN question AS q
  UNION ALL
  SELECT
    o.person_id, o.condition_start_date, o.condition_concept_id, o.condition_source_concept_id,
    NULL, NULL, NULL, NULL, NULL
  FROM condition_occurrence AS o
  UNION ALL
  SELECT
    o.person_id, o.drug_exposure_start_date, o.drug_concept_id, o.drug_source_concept_id,
    NULL, NULL, NULL, NULL, NULL
  FROM drug_exposure AS o
  UNION ALL
  SELECT
    o.person_id, o.procedure_date, o.procedure_concept_id, o.procedure_source_concept_id,
    NULL, NULL, NULL, NULL, NULL
  FROM procedure_occurrence AS o
  UNION ALL
  SELECT
    m.person_id, m.measurement_date, m.measurement_concept_id, m.measurement_source_concept_id,
    CAST(m.value_as_number AS text),
    CASE WHEN m.range_high > 0 THEN CAST(m.range_high AS text) END,
    m.value_as_concept_id,
    -- A unit that is written in the source and was not mapped is no lack of a unit.
    CASE
      WHEN coalesce(m.unit_concept_id, 0) <> 0 THEN m.unit_concept_id
      WHEN trim(coalesce(m.unit_source_value, '')) = '' THEN 0
    END,
    -- So it is with a sign: 0 is an equals sign only if the source shows no other.
    CASE
      WHEN coalesce(m.operator_concept_id, 0) <> 0 THEN m.operator_concept_id
      WHEN substring(trim(coalesce(m.value_source_value, '')) FROM 1 FOR 1) NOT IN ('<', '>', '≤', '≥') THEN 0
    END
  FROM measurement AS m
),
-- A record counts by its standard concept and by the concept of its source.
recognised AS (
  SELECT r.*, c.fact, c.value, c.verified
  FROM record AS r
  CROSS JOIN question AS q
  JOIN covered AS c ON c.role = 'record' AND c.concept_id = r.concept_id
  WHERE r.seen_on <= q.assessed_on
  UNION ALL
  SELECT r.*, c.fact, c.value, c.verified
  FROM record AS r
  CROSS JOIN question AS q
  JOIN covered AS c ON c.role = 'record' AND c.concept_id = r.source_id
  WHERE r.seen_on <= q.assessed_on AND r.source_id <> r.concept_id
),
patient AS MATERIALIZED (
  SELECT DISTINCT r.person_id
  FROM recognised AS r
  WHERE r.fact LIKE 'disease.%'
),

-- What each record says of its fact, in words of the flat table; NULL if it cannot be read or does not settle it.
-- Numbers lose the zeros at their end, so that 40 and 40.000 are one value; those with an exponent stay as they are.
numbered AS (
  SELECT
    r.person_id, r.fact, r.value, r.seen_on, r.concept_id, r.verified, r.answer_id, r.unit_id, r.sign_id,
    CASE
      WHEN lower(r.number) IN ('nan', 'inf', '-inf', 'infinity', '-infinity') THEN NULL
      WHEN position('.' IN r.number) > 0 AND position('e' IN lower(r.number)) = 0
        THEN rtrim(rtrim(r.number, '0'), '.')
      ELSE r.number
    END AS number,
    CASE
      WHEN lower(r.range_high) IN ('nan', 'inf', 'infinity') THEN NULL
      WHEN position('.' IN r.range_high) > 0 AND position('e' IN lower(r.range_high)) = 0
        THEN rtrim(rtrim(r.range_high, '0'), '.')
      ELSE r.range_high
    END AS range_high
  FROM recognised AS r
  JOIN patient AS p ON p.person_id = r.person_id
),
said AS (
  SELECT
    n.person_id, n.fact, n.seen_on, n.concept_id,
    n.verified AND coalesce(a.verified, TRUE) AND coalesce(u.verified, TRUE) AND coalesce(g.verified, TRUE) AS verified,
    CASE n.value
      WHEN 'unclear' THEN NULL
      WHEN 'day' THEN CAST(n.seen_on AS text)
      WHEN 'answer' THEN a.value
      WHEN 'number' THEN
        CASE WHEN n.sign_id = 0 OR g.value = '=' THEN '' ELSE g.value || ' ' END
        || CASE u.value WHEN 'grade' THEN 'grade ' || n.number WHEN '' THEN n.number ELSE n.number || ' ' || u.value END
      ELSE n.value
    END AS said,
    CASE WHEN n.value = 'number' AND u.value <> 'grade' THEN n.range_high || ' ' || u.value END AS upper_limit
  FROM numbered AS n
  LEFT JOIN covered AS a
    ON n.value = 'answer' AND a.role = 'answer' AND a.fact = n.fact AND a.concept_id = n.answer_id
  LEFT JOIN covered AS u
    ON n.value = 'number' AND u.role = 'unit' AND u.fact = n.fact AND u.concept_id = n.unit_id
  LEFT JOIN covered AS g
    ON n.value = 'number' AND g.role = 'sign' AND g.fact = n.fact AND g.concept_id = n.sign_id
),

-- Which records count: the latest day of the verified ones, and whatever is not verified on that day or after it.
-- What never changes is of all days alike, and what stays once it is present counts before all else;
-- there a record that cannot be read takes nothing back.
ranked AS (
  SELECT
    s.person_id, s.fact, s.seen_on, s.concept_id, s.verified, s.said, s.upper_limit,
    CASE
      WHEN f.keeps = 'latest' THEN s.seen_on
      WHEN s.said IS NULL THEN DATE '0001-01-01'
      WHEN f.keeps = 'any' OR s.said = 'present' THEN DATE '9999-12-31'
      ELSE s.seen_on
    END AS counts_on
  FROM said AS s
  JOIN fact_note AS f ON f.fact = s.fact
),
newest AS MATERIALIZED (
  SELECT
    r.*,
    coalesce(
      max(CASE WHEN r.verified THEN r.counts_on END) OVER (PARTITION BY r.person_id, r.fact),
      DATE '0001-01-01'
    ) AS from_on
  FROM ranked AS r
),
-- They must agree: neither chance nor an order of rows settles what two results of one day contradict.
settled AS MATERIALIZED (
  SELECT
    n.person_id, n.fact,
    CASE
      WHEN max(CASE WHEN n.verified THEN 1 END) = 1 AND max(CASE WHEN n.said IS NULL THEN 1 ELSE 0 END) = 0
        AND min(n.said) = max(n.said)
        THEN min(n.said)
    END AS said,
    max(CASE WHEN n.verified THEN n.seen_on END) AS seen_on,
    CASE WHEN min(n.upper_limit) = max(n.upper_limit) THEN max(CASE WHEN n.verified THEN n.upper_limit END) END
      AS upper_limit,
    max(CASE WHEN n.verified AND n.said IS NULL THEN 1 ELSE 0 END) = 1 AS unread,
    min(CASE WHEN n.verified THEN n.said END) < max(CASE WHEN n.verified THEN n.said END) AS conflicting
  FROM newest AS n
  WHERE n.counts_on >= n.from_on
  GROUP BY n.person_id, n.fact
),
known AS (
  SELECT
    s.person_id, s.fact, s.said,
    CASE WHEN s.said IS NOT NULL THEN s.seen_on END AS seen_on,
    CASE WHEN s.said IS NOT NULL THEN s.upper_limit END AS upper_limit
  FROM settled AS s
),

-- What somebody has to look at, because it leaves a fact open.
open_fact AS (
  SELECT
    s.person_id,
    string_agg(CASE WHEN s.unread THEN s.fact || ' (' || CAST(s.seen_on AS text) || ')' END, '; ' ORDER BY s.fact)
      AS not_read,
    string_agg(CASE WHEN s.conflicting THEN s.fact || ' (' || CAST(s.seen_on AS text) || ')' END, '; ' ORDER BY s.fact)
      AS in_conflict
  FROM settled AS s
  GROUP BY s.person_id
),
doubted AS (
  SELECT DISTINCT
    n.person_id,
    n.fact || coalesce(': ' || n.said, '') || ' (concept ' || CAST(n.concept_id AS text) || ', '
      || CAST(n.seen_on AS text) || ')' AS doubt
  FROM newest AS n
  JOIN settled AS s ON s.person_id = n.person_id AND s.fact = n.fact
  WHERE NOT n.verified AND n.counts_on >= n.from_on AND s.said IS NULL
),
to_confirm AS (
  SELECT d.person_id, string_agg(d.doubt, '; ' ORDER BY d.doubt) AS doubts
  FROM doubted AS d
  GROUP BY d.person_id
),

-- A day of birth must be whole, and be in the calendar. If only the year is known, what is certain is the age completed
-- on the last day of a year: whoever is born in a year has by then had as many birthdays as years have gone by.
counted AS (
  SELECT
    p.person_id, p.month_of_birth, p.year_of_birth,
    CASE
      WHEN p.month_of_birth BETWEEN 1 AND 12 AND p.day_of_birth BETWEEN 1 AND 31
        AND p.year_of_birth BETWEEN 1 AND 9998
        THEN make_date(CAST(p.year_of_birth AS integer), CAST(p.month_of_birth AS integer), 1)
          + (CAST(p.day_of_birth AS integer) - 1)
    END AS born,
    CAST(extract(year FROM q.assessed_on) AS integer) - 1 AS last_year
  FROM person AS p
  CROSS JOIN question AS q
),
birth AS (
  SELECT c.person_id, c.born, NULL AS age, CAST(NULL AS date) AS age_on
  FROM counted AS c
  WHERE extract(month FROM c.born) = c.month_of_birth
  UNION ALL
  SELECT c.person_id, NULL, CAST(c.last_year - c.year_of_birth AS text) || ' years', make_date(c.last_year, 12, 31)
  FROM counted AS c
  WHERE coalesce(extract(month FROM c.born) <> c.month_of_birth, TRUE) AND c.year_of_birth <= c.last_year
)

SELECT
  CAST(p.person_id AS text) AS id,
  max(q.assessed_on) AS assessed_on,
  max(b.born) AS "patient.birth_date",
  max(b.age) AS "patient.age",
  max(b.age_on) AS "patient.age_on",
  max(CASE WHEN s.fact = 'patient.sex' THEN s.said END) AS "patient.sex",
  max(CASE WHEN s.fact = 'patient.weight' THEN s.said END) AS "patient.weight",
  max(CASE WHEN s.fact = 'patient.weight' THEN s.seen_on END) AS "patient.weight_on",
  max(CASE WHEN s.fact = 'patient.height' THEN s.said END) AS "patient.height",
  max(CASE WHEN s.fact = 'patient.height' THEN s.seen_on END) AS "patient.height_on",
  max(CASE WHEN s.fact = 'patient.body_surface_area' THEN s.said END) AS "patient.body_surface_area",
  max(CASE WHEN s.fact = 'patient.body_surface_area' THEN s.seen_on END) AS "patient.body_surface_area_on",
  max(CASE WHEN s.fact = 'patient.pregnancy' THEN s.said END) AS "patient.pregnancy",
  max(CASE WHEN s.fact = 'patient.pregnancy' THEN s.seen_on END) AS "patient.pregnancy_on",
  max(CASE WHEN s.fact = 'patient.breastfeeding' THEN s.said END) AS "patient.breastfeeding",
  max(CASE WHEN s.fact = 'patient.breastfeeding' THEN s.seen_on END) AS "patient.breastfeeding_on",
  max(CASE WHEN s.fact = 'patient.childbearing_potential' THEN s.said END) AS "patient.childbearing_potential",
  max(CASE WHEN s.fact = 'patient.childbearing_potential' THEN s.seen_on END) AS "patient.childbearing_potential_on",
  max(CASE WHEN s.fact = 'patient.ecog' THEN s.said END) AS "patient.ecog",
  max(CASE WHEN s.fact = 'patient.ecog' THEN s.seen_on END) AS "patient.ecog_on",
  max(CASE WHEN s.fact = 'patient.karnofsky' THEN s.said END) AS "patient.karnofsky",
  max(CASE WHEN s.fact = 'patient.karnofsky' THEN s.seen_on END) AS "patient.karnofsky_on",
  max(CASE WHEN s.fact = 'patient.lansky' THEN s.said END) AS "patient.lansky",
  max(CASE WHEN s.fact = 'patient.lansky' THEN s.seen_on END) AS "patient.lansky_on",
  max(CASE WHEN s.fact = 'patient.down_syndrome' THEN s.said END) AS "patient.down_syndrome",
  max(CASE WHEN s.fact = 'patient.down_syndrome' THEN s.seen_on END) AS "patient.down_syndrome_on",
  max(CASE WHEN s.fact = 'disease.diagnosis' THEN s.said END) AS "disease.diagnosis",
  max(CASE WHEN s.fact = 'disease.diagnosis' THEN s.seen_on END) AS "disease.diagnosis_on",
  max(CASE WHEN s.fact = 'disease.cd19' THEN s.said END) AS "disease.cd19",
  max(CASE WHEN s.fact = 'disease.cd19' THEN s.seen_on END) AS "disease.cd19_on",
  max(CASE WHEN s.fact = 'disease.cd19_fraction' THEN s.said END) AS "disease.cd19_fraction",
  max(CASE WHEN s.fact = 'disease.cd19_fraction' THEN s.seen_on END) AS "disease.cd19_fraction_on",
  max(CASE WHEN s.fact = 'disease.philadelphia' THEN s.said END) AS "disease.philadelphia",
  max(CASE WHEN s.fact = 'disease.philadelphia' THEN s.seen_on END) AS "disease.philadelphia_on",
  max(CASE WHEN s.fact = 'disease.ph_like' THEN s.said END) AS "disease.ph_like",
  max(CASE WHEN s.fact = 'disease.ph_like' THEN s.seen_on END) AS "disease.ph_like_on",
  max(CASE WHEN s.fact = 'disease.kmt2a_rearrangement' THEN s.said END) AS "disease.kmt2a_rearrangement",
  max(CASE WHEN s.fact = 'disease.kmt2a_rearrangement' THEN s.seen_on END) AS "disease.kmt2a_rearrangement_on",
  max(CASE WHEN s.fact = 'disease.course' THEN s.said END) AS "disease.course",
  max(CASE WHEN s.fact = 'disease.course' THEN s.seen_on END) AS "disease.course_on",
  max(CASE WHEN s.fact = 'disease.remission_number' THEN s.said END) AS "disease.remission_number",
  max(CASE WHEN s.fact = 'disease.remission_number' THEN s.seen_on END) AS "disease.remission_number_on",
  max(CASE WHEN s.fact = 'disease.relapse_number' THEN s.said END) AS "disease.relapse_number",
  max(CASE WHEN s.fact = 'disease.relapse_number' THEN s.seen_on END) AS "disease.relapse_number_on",
  max(CASE WHEN s.fact = 'disease.phase' THEN s.said END) AS "disease.phase",
  max(CASE WHEN s.fact = 'disease.phase' THEN s.seen_on END) AS "disease.phase_on",
  max(CASE WHEN s.fact = 'disease.first_relapse_risk' THEN s.said END) AS "disease.first_relapse_risk",
  max(CASE WHEN s.fact = 'disease.first_relapse_risk' THEN s.seen_on END) AS "disease.first_relapse_risk_on",
  max(CASE WHEN s.fact = 'disease.extramedullary' THEN s.said END) AS "disease.extramedullary",
  max(CASE WHEN s.fact = 'disease.extramedullary' THEN s.seen_on END) AS "disease.extramedullary_on",
  max(CASE WHEN s.fact = 'disease.testicular' THEN s.said END) AS "disease.testicular",
  max(CASE WHEN s.fact = 'disease.testicular' THEN s.seen_on END) AS "disease.testicular_on",
  max(CASE WHEN s.fact = 'marrow.blasts' THEN s.said END) AS "marrow.blasts",
  max(CASE WHEN s.fact = 'marrow.blasts' THEN s.seen_on END) AS "marrow.blasts_on",
  max(CASE WHEN s.fact = 'blood.blasts' THEN s.said END) AS "blood.blasts",
  max(CASE WHEN s.fact = 'blood.blasts' THEN s.seen_on END) AS "blood.blasts_on",
  max(CASE WHEN s.fact = 'mrd.level' THEN s.said END) AS "mrd.level",
  max(CASE WHEN s.fact = 'mrd.level' THEN s.seen_on END) AS "mrd.level_on",
  max(CASE WHEN s.fact = 'mrd.status' THEN s.said END) AS "mrd.status",
  max(CASE WHEN s.fact = 'mrd.status' THEN s.seen_on END) AS "mrd.status_on",
  max(CASE WHEN s.fact = 'mrd.assay_sensitivity' THEN s.said END) AS "mrd.assay_sensitivity",
  max(CASE WHEN s.fact = 'mrd.assay_sensitivity' THEN s.seen_on END) AS "mrd.assay_sensitivity_on",
  max(CASE WHEN s.fact = 'cns.leukaemia' THEN s.said END) AS "cns.leukaemia",
  max(CASE WHEN s.fact = 'cns.leukaemia' THEN s.seen_on END) AS "cns.leukaemia_on",
  max(CASE WHEN s.fact = 'cns.status' THEN s.said END) AS "cns.status",
  max(CASE WHEN s.fact = 'cns.status' THEN s.seen_on END) AS "cns.status_on",
  max(CASE WHEN s.fact = 'cns.pathology' THEN s.said END) AS "cns.pathology",
  max(CASE WHEN s.fact = 'cns.pathology' THEN s.seen_on END) AS "cns.pathology_on",
  max(CASE WHEN s.fact = 'cns.seizure_history' THEN s.said END) AS "cns.seizure_history",
  max(CASE WHEN s.fact = 'cns.seizure_history' THEN s.seen_on END) AS "cns.seizure_history_on",
  max(CASE WHEN s.fact = 'history.prior_lines' THEN s.said END) AS "history.prior_lines",
  max(CASE WHEN s.fact = 'history.prior_lines' THEN s.seen_on END) AS "history.prior_lines_on",
  max(CASE WHEN s.fact = 'history.allogeneic_hsct' THEN s.said END) AS "history.allogeneic_hsct",
  max(CASE WHEN s.fact = 'history.allogeneic_hsct_on' THEN s.said END) AS "history.allogeneic_hsct_on",
  max(CASE WHEN s.fact = 'history.autologous_hsct' THEN s.said END) AS "history.autologous_hsct",
  max(CASE WHEN s.fact = 'history.autologous_hsct_on' THEN s.said END) AS "history.autologous_hsct_on",
  max(CASE WHEN s.fact = 'history.tki_exposure' THEN s.said END) AS "history.tki_exposure",
  max(CASE WHEN s.fact = 'history.tki_exposure' THEN s.seen_on END) AS "history.tki_exposure_on",
  max(CASE WHEN s.fact = 'history.tki_failures' THEN s.said END) AS "history.tki_failures",
  max(CASE WHEN s.fact = 'history.tki_failures' THEN s.seen_on END) AS "history.tki_failures_on",
  max(CASE WHEN s.fact = 'history.inotuzumab' THEN s.said END) AS "history.inotuzumab",
  max(CASE WHEN s.fact = 'history.inotuzumab' THEN s.seen_on END) AS "history.inotuzumab_on",
  max(CASE WHEN s.fact = 'history.alternative_available' THEN s.said END) AS "history.alternative_available",
  max(CASE WHEN s.fact = 'history.alternative_available' THEN s.seen_on END) AS "history.alternative_available_on",
  max(CASE WHEN s.fact = 'history.cd19_directed_therapy' THEN s.said END) AS "history.cd19_directed_therapy",
  max(CASE WHEN s.fact = 'history.cd19_directed_therapy' THEN s.seen_on END) AS "history.cd19_directed_therapy_on",
  max(CASE WHEN s.fact = 'history.blinatumomab_exposure' THEN s.said END) AS "history.blinatumomab_exposure",
  max(CASE WHEN s.fact = 'history.blinatumomab_exposure' THEN s.seen_on END) AS "history.blinatumomab_exposure_on",
  max(CASE WHEN s.fact = 'history.blinatumomab_hypersensitivity' THEN s.said END) AS "history.blinatumomab_hypersensitivity",
  max(CASE WHEN s.fact = 'history.blinatumomab_hypersensitivity' THEN s.seen_on END) AS "history.blinatumomab_hypersensitivity_on",
  max(CASE WHEN s.fact = 'history.immunoglobulin_hypersensitivity' THEN s.said END) AS "history.immunoglobulin_hypersensitivity",
  max(CASE WHEN s.fact = 'history.immunoglobulin_hypersensitivity' THEN s.seen_on END) AS "history.immunoglobulin_hypersensitivity_on",
  max(CASE WHEN s.fact = 'history.neurologic_events' THEN s.said END) AS "history.neurologic_events",
  max(CASE WHEN s.fact = 'history.neurologic_events' THEN s.seen_on END) AS "history.neurologic_events_on",
  max(CASE WHEN s.fact = 'history.pancreatitis' THEN s.said END) AS "history.pancreatitis",
  max(CASE WHEN s.fact = 'history.pancreatitis' THEN s.seen_on END) AS "history.pancreatitis_on",
  max(CASE WHEN s.fact = 'history.cranial_irradiation' THEN s.said END) AS "history.cranial_irradiation",
  max(CASE WHEN s.fact = 'history.cranial_irradiation' THEN s.seen_on END) AS "history.cranial_irradiation_on",
  max(CASE WHEN s.fact = 'history.autoimmune_disease' THEN s.said END) AS "history.autoimmune_disease",
  max(CASE WHEN s.fact = 'history.autoimmune_disease' THEN s.seen_on END) AS "history.autoimmune_disease_on",
  max(CASE WHEN s.fact = 'history.second_malignancy' THEN s.said END) AS "history.second_malignancy",
  max(CASE WHEN s.fact = 'history.last_chemotherapy_on' THEN s.said END) AS "history.last_chemotherapy_on",
  max(CASE WHEN s.fact = 'history.last_immunotherapy_on' THEN s.said END) AS "history.last_immunotherapy_on",
  max(CASE WHEN s.fact = 'history.last_radiotherapy_on' THEN s.said END) AS "history.last_radiotherapy_on",
  max(CASE WHEN s.fact = 'infection.active' THEN s.said END) AS "infection.active",
  max(CASE WHEN s.fact = 'infection.active' THEN s.seen_on END) AS "infection.active_on",
  max(CASE WHEN s.fact = 'infection.hiv' THEN s.said END) AS "infection.hiv",
  max(CASE WHEN s.fact = 'infection.hiv' THEN s.seen_on END) AS "infection.hiv_on",
  max(CASE WHEN s.fact = 'infection.hepatitis_b' THEN s.said END) AS "infection.hepatitis_b",
  max(CASE WHEN s.fact = 'infection.hepatitis_b' THEN s.seen_on END) AS "infection.hepatitis_b_on",
  max(CASE WHEN s.fact = 'infection.hepatitis_c' THEN s.said END) AS "infection.hepatitis_c",
  max(CASE WHEN s.fact = 'infection.hepatitis_c' THEN s.seen_on END) AS "infection.hepatitis_c_on",
  max(CASE WHEN s.fact = 'gvhd.active' THEN s.said END) AS "gvhd.active",
  max(CASE WHEN s.fact = 'gvhd.active' THEN s.seen_on END) AS "gvhd.active_on",
  max(CASE WHEN s.fact = 'gvhd.grade' THEN s.said END) AS "gvhd.grade",
  max(CASE WHEN s.fact = 'gvhd.grade' THEN s.seen_on END) AS "gvhd.grade_on",
  max(CASE WHEN s.fact = 'labs.alt' THEN s.said END) AS "labs.alt",
  max(CASE WHEN s.fact = 'labs.alt' THEN s.seen_on END) AS "labs.alt_on",
  max(CASE WHEN s.fact = 'labs.alt' THEN s.upper_limit END) AS "labs.alt_upper_limit",
  max(CASE WHEN s.fact = 'labs.ast' THEN s.said END) AS "labs.ast",
  max(CASE WHEN s.fact = 'labs.ast' THEN s.seen_on END) AS "labs.ast_on",
  max(CASE WHEN s.fact = 'labs.ast' THEN s.upper_limit END) AS "labs.ast_upper_limit",
  max(CASE WHEN s.fact = 'labs.alp' THEN s.said END) AS "labs.alp",
  max(CASE WHEN s.fact = 'labs.alp' THEN s.seen_on END) AS "labs.alp_on",
  max(CASE WHEN s.fact = 'labs.alp' THEN s.upper_limit END) AS "labs.alp_upper_limit",
  max(CASE WHEN s.fact = 'labs.ggt' THEN s.said END) AS "labs.ggt",
  max(CASE WHEN s.fact = 'labs.ggt' THEN s.seen_on END) AS "labs.ggt_on",
  max(CASE WHEN s.fact = 'labs.ggt' THEN s.upper_limit END) AS "labs.ggt_upper_limit",
  max(CASE WHEN s.fact = 'labs.bilirubin' THEN s.said END) AS "labs.bilirubin",
  max(CASE WHEN s.fact = 'labs.bilirubin' THEN s.seen_on END) AS "labs.bilirubin_on",
  max(CASE WHEN s.fact = 'labs.bilirubin' THEN s.upper_limit END) AS "labs.bilirubin_upper_limit",
  max(CASE WHEN s.fact = 'labs.direct_bilirubin' THEN s.said END) AS "labs.direct_bilirubin",
  max(CASE WHEN s.fact = 'labs.direct_bilirubin' THEN s.seen_on END) AS "labs.direct_bilirubin_on",
  max(CASE WHEN s.fact = 'labs.direct_bilirubin' THEN s.upper_limit END) AS "labs.direct_bilirubin_upper_limit",
  max(CASE WHEN s.fact = 'labs.creatinine' THEN s.said END) AS "labs.creatinine",
  max(CASE WHEN s.fact = 'labs.creatinine' THEN s.seen_on END) AS "labs.creatinine_on",
  max(CASE WHEN s.fact = 'labs.creatinine' THEN s.upper_limit END) AS "labs.creatinine_upper_limit",
  max(CASE WHEN s.fact = 'labs.creatinine_clearance' THEN s.said END) AS "labs.creatinine_clearance",
  max(CASE WHEN s.fact = 'labs.creatinine_clearance' THEN s.seen_on END) AS "labs.creatinine_clearance_on",
  max(CASE WHEN s.fact = 'labs.neutrophils' THEN s.said END) AS "labs.neutrophils",
  max(CASE WHEN s.fact = 'labs.neutrophils' THEN s.seen_on END) AS "labs.neutrophils_on",
  max(CASE WHEN s.fact = 'labs.platelets' THEN s.said END) AS "labs.platelets",
  max(CASE WHEN s.fact = 'labs.platelets' THEN s.seen_on END) AS "labs.platelets_on",
  max(CASE WHEN s.fact = 'labs.wbc' THEN s.said END) AS "labs.wbc",
  max(CASE WHEN s.fact = 'labs.wbc' THEN s.seen_on END) AS "labs.wbc_on",
  max(CASE WHEN s.fact = 'labs.haemoglobin' THEN s.said END) AS "labs.haemoglobin",
  max(CASE WHEN s.fact = 'labs.haemoglobin' THEN s.seen_on END) AS "labs.haemoglobin_on",
  max(CASE WHEN s.fact = 'labs.ldh' THEN s.said END) AS "labs.ldh",
  max(CASE WHEN s.fact = 'labs.ldh' THEN s.seen_on END) AS "labs.ldh_on",
  max(CASE WHEN s.fact = 'labs.ldh' THEN s.upper_limit END) AS "labs.ldh_upper_limit",
  max(CASE WHEN s.fact = 'labs.lipase' THEN s.said END) AS "labs.lipase",
  max(CASE WHEN s.fact = 'labs.lipase' THEN s.seen_on END) AS "labs.lipase_on",
  max(CASE WHEN s.fact = 'labs.lipase' THEN s.upper_limit END) AS "labs.lipase_upper_limit",
  max(CASE WHEN s.fact = 'labs.amylase' THEN s.said END) AS "labs.amylase",
  max(CASE WHEN s.fact = 'labs.amylase' THEN s.seen_on END) AS "labs.amylase_on",
  max(CASE WHEN s.fact = 'labs.amylase' THEN s.upper_limit END) AS "labs.amylase_upper_limit",
  max(CASE WHEN s.fact = 'labs.crp' THEN s.said END) AS "labs.crp",
  max(CASE WHEN s.fact = 'labs.crp' THEN s.seen_on END) AS "labs.crp_on",
  max(CASE WHEN s.fact = 'labs.crp' THEN s.upper_limit END) AS "labs.crp_upper_limit",
  max(CASE WHEN s.fact = 'labs.ferritin' THEN s.said END) AS "labs.ferritin",
  max(CASE WHEN s.fact = 'labs.ferritin' THEN s.seen_on END) AS "labs.ferritin_on",
  max(CASE WHEN s.fact = 'labs.ferritin' THEN s.upper_limit END) AS "labs.ferritin_upper_limit",
  max(CASE WHEN s.fact = 'labs.igg' THEN s.said END) AS "labs.igg",
  max(CASE WHEN s.fact = 'labs.igg' THEN s.seen_on END) AS "labs.igg_on",
  max(CASE WHEN s.fact = 'labs.lymphocytes' THEN s.said END) AS "labs.lymphocytes",
  max(CASE WHEN s.fact = 'labs.lymphocytes' THEN s.seen_on END) AS "labs.lymphocytes_on",
  max(CASE WHEN s.fact = 'medication.narrow_index_cyp_substrate' THEN s.said END) AS "medication.narrow_index_cyp_substrate",
  max(CASE WHEN s.fact = 'medication.narrow_index_cyp_substrate' THEN s.seen_on END) AS "medication.narrow_index_cyp_substrate_on",
  max(CASE WHEN s.fact = 'medication.immunosuppression' THEN s.said END) AS "medication.immunosuppression",
  max(CASE WHEN s.fact = 'medication.immunosuppression' THEN s.seen_on END) AS "medication.immunosuppression_on",
  max(CASE WHEN s.fact = 'immunisation.live_vaccine_on' THEN s.said END) AS "immunisation.live_vaccine_on",
  max(o.not_read) AS not_read,
  max(o.in_conflict) AS in_conflict,
  max(t.doubts) AS to_confirm
FROM patient AS p
CROSS JOIN question AS q
LEFT JOIN birth AS b ON b.person_id = p.person_id
LEFT JOIN known AS s ON s.person_id = p.person_id
LEFT JOIN open_fact AS o ON o.person_id = p.person_id
LEFT JOIN to_confirm AS t ON t.person_id = p.person_id
GROUP BY p.person_id
ORDER BY p.person_id
