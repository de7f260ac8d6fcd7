-- Q12 validity
-- en: Do commitments become presence, and do the indices track the attendance that is declared?
-- id: Apakah komitmen menjadi kehadiran, dan apakah indeks mengikuti daftar hadir yang dinyatakan?
-- grain: one row per group and year (measure: attendance), and per group and index (measure: the index)
-- caveat: Attendance is what corrections.toml declares. rank_correlation is Spearman's, of the index's yearly mean with people per activity, its interval by Fisher's z; below 5 years it says nothing and is NULL. A member survey is not in the warehouse: join yours by year.
-- param group_id: a group; default all
WITH ledger AS (
    SELECT group_id, year, n_activities, n_committed, n_attended, kept_share, unannounced_share, status
    FROM research.attendance
    WHERE (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
),
both_known AS (
    SELECT i.group_id, i.code, a.year, AVG(i.value) AS level, MAX(a.n_attended * 1.0 / a.n_activities) AS came
    FROM research.indicator i
    JOIN ledger a ON a.group_id = i.group_id AND a.year = CAST(EXTRACT(YEAR FROM i.month) AS INTEGER)
    WHERE i.code LIKE 'idx%' AND i.status = 'ok' AND a.status = 'ok' AND a.n_activities > 0
    GROUP BY i.group_id, i.code, a.year
),
ranked AS (
    SELECT group_id, code,
           RANK() OVER (PARTITION BY group_id, code ORDER BY level)
               + (COUNT(*) OVER (PARTITION BY group_id, code, level) - 1) / 2.0 AS level_rank,
           RANK() OVER (PARTITION BY group_id, code ORDER BY came)
               + (COUNT(*) OVER (PARTITION BY group_id, code, came) - 1) / 2.0 AS came_rank
    FROM both_known
),
correlated AS (
    SELECT group_id, code, COUNT(*) AS n_years,
           CASE WHEN COUNT(*) >= 5 AND MIN(level_rank) < MAX(level_rank) AND MIN(came_rank) < MAX(came_rank)
                THEN CORR(CAST(level_rank AS DOUBLE PRECISION), CAST(came_rank AS DOUBLE PRECISION)) END AS rho
    FROM ranked
    GROUP BY group_id, code
),
bounded AS (
    SELECT group_id, code, n_years, rho,
           0.5 * LN((1 + rho) / NULLIF(CASE WHEN ABS(rho) < 0.999999 THEN 1 - rho END, 0)) AS z,
           CASE WHEN n_years > 3 THEN 1.959963985 / SQRT(n_years - 3.0) END AS reach
    FROM correlated
)
SELECT group_id, 'attendance' AS measure, year, n_activities, n_committed, n_attended, kept_share, unannounced_share,
       CAST(NULL AS BIGINT) AS n_years, CAST(NULL AS DOUBLE PRECISION) AS rank_correlation,
       CAST(NULL AS DOUBLE PRECISION) AS rank_correlation_lo, CAST(NULL AS DOUBLE PRECISION) AS rank_correlation_hi, status
FROM ledger
UNION ALL
SELECT group_id, code, NULL, NULL, NULL, NULL, NULL, NULL, n_years, rho,
       CAST((EXP(2 * (z - reach)) - 1) / (EXP(2 * (z - reach)) + 1) AS DOUBLE PRECISION),
       CAST((EXP(2 * (z + reach)) - 1) / (EXP(2 * (z + reach)) + 1) AS DOUBLE PRECISION),
       CASE WHEN n_years < 5 THEN 'low_n' WHEN rho IS NULL THEN 'not_applicable' ELSE 'ok' END
FROM bounded
ORDER BY group_id, measure, year
