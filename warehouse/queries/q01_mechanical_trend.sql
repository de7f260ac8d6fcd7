-- Q1 mechanical_trend
-- en: Has visible mechanical solidarity risen, fallen or stayed, with interval and status?
-- id: Apakah solidaritas mekanik yang tampak naik, turun, atau tetap, dengan selang dan statusnya?
-- grain: one row per group and code
-- caveat: Use the words of trend_status and no others; q_bh is NULL below 24 usable months; of composites q_by decides. By gender ask research.member_mean. Expressed solidarity, not sincerity or faith.
-- param group_id: a group; default all
-- param code: an indicator or index; default idx_mechanical
SELECT group_id, code, n_months,
       slope_per_month * 12 AS slope_per_year, slope_lo * 12 AS slope_per_year_lo, slope_hi * 12 AS slope_per_year_hi,
       q_bh, q_by, trend_status, status, snapshot_id
FROM research.trend
WHERE (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
  AND code = COALESCE(CAST(:code AS VARCHAR), 'idx_mechanical')
ORDER BY group_id, code
