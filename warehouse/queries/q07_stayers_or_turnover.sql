-- Q7 stayers_or_turnover
-- en: Is a change due to stayers changing, or to members coming and going?
-- id: Apakah perubahan terjadi karena anggota lama berubah, atau karena anggota datang dan pergi?
-- grain: one row per group, code and pair of calendar years; of one gender where it is asked for
-- caveat: within + entry + exit = change; within is the stayers-only version. entry and exit are hidden where fewer than 10 people came or left; turnover is their sum. Years that history begins or ends in are left out. By gender both are shown or neither; research.member_mean holds the means themselves.
-- param group_id: a group; default all
-- param code: one of the member means; default all
-- param gender: female or male; default everybody
SELECT group_id, code, from_year, to_year, gender, change, within, "entry", "exit", turnover, status
FROM (
    SELECT group_id, code, from_year, to_year, CAST(NULL AS VARCHAR) AS gender,
           change, within, "entry", "exit", turnover, status
    FROM research.decomposition
    UNION ALL
    SELECT group_id, code, from_year, to_year, gender, change, within, "entry", "exit", turnover, status
    FROM research.decomposition_by_gender
) AS parts
WHERE COALESCE(gender, '') = COALESCE(CAST(:gender AS VARCHAR), '')
  AND (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
  AND (CAST(:code AS VARCHAR) IS NULL OR code = CAST(:code AS VARCHAR))
ORDER BY group_id, code, from_year, to_year
