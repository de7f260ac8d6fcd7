-- Q5 campaigns
-- en: Do campaigns stick: talkers, committed, conversion, half-life, retention after 180 days?
-- id: Apakah kampanye melekat: pembicara, yang berkomitmen, konversi, waktu paruh, retensi setelah 180 hari?
-- grain: one row per group, month in which campaigns began, and kind
-- caveat: Campaigns of one kind and month stand in one row; those with fewer than 10 people are suppressed. Retention is campaigner_retention of the month, over all kinds, and immature until 180 days have passed. Say nothing of adhesiveness from fewer than 5 campaigns.
-- param group_id: a group; default all
SELECT c.group_id, CAST(EXTRACT(YEAR FROM c.month) AS INTEGER) AS year, c.month, c.activity_kind,
       c.n_talkers, c.n_committed, c.conversion, c.half_life_days, c.status,
       r.value AS retention_180d, r.ci_low AS retention_lo, r.ci_high AS retention_hi,
       r.status AS retention_status
FROM research.campaign c
LEFT JOIN research.indicator r
    ON r.group_id = c.group_id AND r.month = c.month AND r.code = 'campaigner_retention'
WHERE (CAST(:group_id AS VARCHAR) IS NULL OR c.group_id = CAST(:group_id AS VARCHAR))
ORDER BY c.group_id, c.month, c.activity_kind
