-- Q4 bridging
-- en: Do cohorts and regions mix more than chance, and is bridging growing?
-- id: Apakah angkatan dan daerah berbaur lebih dari kebetulan, dan apakah jembatan sosial tumbuh?
-- grain: one row per group, code (ei_region, ei_cohort) and calendar year
-- caveat: Only the excess over chance speaks of mixing: the E-I index itself moves with the sizes of cohorts. n_p_below_05 counts months, of which one in twenty is expected by chance.
-- param group_id: a group; default all
SELECT i.group_id, i.code, CAST(EXTRACT(YEAR FROM i.month) AS INTEGER) AS year,
       COUNT(CASE WHEN i.status = 'ok' THEN i.value END) AS n_ok,
       AVG(CASE WHEN i.status = 'ok' THEN i.value END) AS mean_value,
       AVG(CASE WHEN i.status = 'ok' THEN e.value END) AS mean_expected,
       AVG(CASE WHEN i.status = 'ok' THEN x.value END) AS mean_excess,
       COUNT(CASE WHEN i.status = 'ok' AND p.value < 0.05 THEN 1 END) AS n_p_below_05,
       COUNT(CASE WHEN i.status = 'suppressed' THEN 1 END) AS n_suppressed
FROM research.indicator i
LEFT JOIN research.indicator_detail e
    ON e.group_id = i.group_id AND e.month = i.month AND e.code = i.code AND e.detail = 'expected'
LEFT JOIN research.indicator_detail x
    ON x.group_id = i.group_id AND x.month = i.month AND x.code = i.code AND x.detail = 'excess'
LEFT JOIN research.indicator_detail p
    ON p.group_id = i.group_id AND p.month = i.month AND p.code = i.code AND p.detail = 'p'
WHERE i.code IN ('ei_region', 'ei_cohort')
  AND (CAST(:group_id AS VARCHAR) IS NULL OR i.group_id = CAST(:group_id AS VARCHAR))
GROUP BY i.group_id, i.code, CAST(EXTRACT(YEAR FROM i.month) AS INTEGER)
ORDER BY i.group_id, i.code, year
