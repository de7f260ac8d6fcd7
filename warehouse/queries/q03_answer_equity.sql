-- Q3 answer_equity
-- en: Are questions of ordinary members answered as often as officers', and is the gap closing?
-- id: Apakah pertanyaan anggota biasa dijawab sesering pertanyaan pengurus, dan apakah selisihnya mengecil?
-- grain: one row per group and quarter (the window of the quarter's last month), with the group's trend beside it
-- caveat: The gap is signed and 0 is equal; a slope towards 0 is closing. An unanswered question was not necessarily refused or unseen.
-- param group_id: a group; default all
SELECT i.group_id, i.month AS quarter_end, i.value AS gap, i.ci_low, i.ci_high, i.n_den, i.status,
       t.slope_per_month * 12 AS slope_per_year, t.slope_lo * 12 AS slope_per_year_lo,
       t.slope_hi * 12 AS slope_per_year_hi, t.trend_status
FROM research.indicator i
LEFT JOIN research.trend t ON t.group_id = i.group_id AND t.code = i.code
WHERE i.code = 'answer_equity_gap'
  AND EXTRACT(MONTH FROM i.month) IN (3, 6, 9, 12)
  AND (CAST(:group_id AS VARCHAR) IS NULL OR i.group_id = CAST(:group_id AS VARCHAR))
ORDER BY i.group_id, i.month
