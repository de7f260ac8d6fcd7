-- Q6 shocks
-- en: What did COVID-19, or another shock, do: drop, recovery, surge of aid, placebo rank?
-- id: Apa akibat COVID-19, atau guncangan lain: penurunan, pemulihan, lonjakan tolong-menolong, peringkat plasebo?
-- grain: one row per group, shock and indicator
-- caveat: A drop within the placebo band is no effect, and a shock that falls into Ramadan is not told apart from it. Exports that do not reach back so far say so in shock_status.
-- param group_id: a group; default all
-- param shock: part of a shock's name; default all
SELECT group_id, shock, shock_date, code, shock_status, "drop", drop_share, placebo_rank_p, n_placebos, surge,
       recovery_months, its_status, step, step_lo, step_hi, step_placebo_p, status
FROM research.shock
WHERE (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
  AND (CAST(:shock AS VARCHAR) IS NULL OR LOWER(shock) LIKE '%' || LOWER(CAST(:shock AS VARCHAR)) || '%')
ORDER BY group_id, shock_date, shock, code
