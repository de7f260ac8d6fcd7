-- Q9 newcomers
-- en: Which year's newcomers stay active 3, 6 and 12 months after joining, welcomed or not?
-- id: Pendatang tahun mana yang tetap aktif 3, 6, dan 12 bulan setelah bergabung, disambut atau tidak?
-- grain: one row per group, year of joining, welcomed (NULL: all newcomers) and months since joining; of one gender where it is asked for
-- caveat: Kaplan-Meier with delayed entry; silence is 84 days without a turn. Who is welcomed is not chosen by lot: no cause. Only joins that an export shows; who founded the group is no newcomer.
-- param group_id: a group; default all
-- param gender: female or male; default everybody
SELECT group_id, joined_year, is_welcomed, gender, months_since_joining,
       survival, survival_lo, survival_hi, n_at_risk, status
FROM (
    SELECT group_id, joined_year, is_welcomed, CAST(NULL AS VARCHAR) AS gender, months_since_joining,
           survival, survival_lo, survival_hi, n_at_risk, status
    FROM research.newcomer_survival
    UNION ALL
    SELECT group_id, joined_year, CAST(NULL AS BOOLEAN), gender, months_since_joining,
           survival, survival_lo, survival_hi, n_at_risk, status
    FROM research.newcomer_survival_by_gender
) AS newcomers
WHERE COALESCE(gender, '') = COALESCE(CAST(:gender AS VARCHAR), '')
  AND (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
ORDER BY group_id, joined_year, CASE WHEN is_welcomed IS NULL THEN 0 WHEN is_welcomed THEN 1 ELSE 2 END,
         months_since_joining
