-- Q8 key_people
-- en: How dependent is the group on few people, now against three years ago?
-- id: Seberapa bergantung kelompok pada sedikit orang, sekarang dibanding tiga tahun lalu?
-- grain: one row per group, code and calendar year, with the same figure three years earlier
-- caveat: What one person makes is told as the band of a whole year (band_low, band_high); core50_share is the yearly mean of its ok months. The same band three years apart does not mean that nothing changed.
-- param group_id: a group; default all
WITH figures AS (
    SELECT group_id, code, year, band_low, band_high, CAST(NULL AS DOUBLE PRECISION) AS mean_value, n_months, status
    FROM research.yearly_band
    WHERE code IN ('key_person_dependence', 'top1_share')
    UNION ALL
    SELECT group_id, code, CAST(EXTRACT(YEAR FROM month) AS INTEGER), CAST(NULL AS DOUBLE PRECISION),
           CAST(NULL AS DOUBLE PRECISION), AVG(CASE WHEN status = 'ok' THEN value END),
           COUNT(CASE WHEN status = 'ok' THEN value END),
           CASE WHEN COUNT(CASE WHEN status = 'ok' THEN value END) > 0 THEN 'ok' ELSE MAX(status) END
    FROM research.indicator
    WHERE code = 'core50_share'
    GROUP BY group_id, code, CAST(EXTRACT(YEAR FROM month) AS INTEGER)
)
SELECT n.group_id, n.code, n.year, n.band_low, n.band_high, n.mean_value, n.n_months, n.status,
       b.band_low AS band_low_3y_before, b.band_high AS band_high_3y_before,
       b.mean_value AS mean_value_3y_before, b.status AS status_3y_before
FROM figures n
LEFT JOIN figures b ON b.group_id = n.group_id AND b.code = n.code AND b.year = n.year - 3
WHERE (CAST(:group_id AS VARCHAR) IS NULL OR n.group_id = CAST(:group_id AS VARCHAR))
ORDER BY n.group_id, n.code, n.year
