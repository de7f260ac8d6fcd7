-- Q2 mechanical_or_organic
-- en: Did the group shift between the mechanical and the organic type?
-- id: Apakah kelompok bergeser antara tipe mekanik dan tipe organik?
-- grain: one row per group and calendar year
-- caveat: axis_type is a position, not a level, and partly so by definition; positive is more organic than the base period. Compare years of equal n_ok; partial months are left out.
-- param group_id: a group; default all
WITH years AS (
    SELECT group_id, CAST(EXTRACT(YEAR FROM month) AS INTEGER) AS year,
           COUNT(*) AS n_months,
           COUNT(CASE WHEN status = 'ok' THEN value END) AS n_ok,
           AVG(CASE WHEN status = 'ok' THEN value END) AS mean_axis_type,
           COUNT(CASE WHEN status = 'suppressed' THEN 1 END) AS n_suppressed
    FROM research.indicator
    WHERE code = 'axis_type'
      AND (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
    GROUP BY group_id, CAST(EXTRACT(YEAR FROM month) AS INTEGER)
)
SELECT group_id, year, n_months, n_ok, mean_axis_type,
       mean_axis_type - LAG(mean_axis_type) OVER (PARTITION BY group_id ORDER BY year) AS change_from_year_before,
       n_suppressed
FROM years
ORDER BY group_id, year
