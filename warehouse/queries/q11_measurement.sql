-- Q11 measurement
-- en: How much of each change survives adjustment for regime, exporter mix, stickers and presence bounds?
-- id: Seberapa banyak perubahan bertahan setelah disesuaikan dengan rezim, campuran pengekspor, stiker, dan batas kehadiran?
-- grain: one row per group, code and variant of the trend model
-- caveat: No verdict where a variant turns the sign (is_sign_kept false), nor where the sticker share moved by more than 0.10 (sticker_shift). A trend without variants was too short for them.
-- param group_id: a group; default all
-- param code: an indicator or index; default all
WITH stickers AS (
    SELECT group_id, MAX(sticker_share) - MIN(sticker_share) AS sticker_shift
    FROM (
        SELECT group_id, EXTRACT(YEAR FROM month) AS year, AVG(sticker_share) AS sticker_share
        FROM research.group_month_regime
        GROUP BY group_id, EXTRACT(YEAR FROM month)
    ) AS years
    GROUP BY group_id
)
SELECT t.group_id, t.code, v.variant,
       t.slope_per_month * 12 AS slope_per_year, v.slope_per_month * 12 AS variant_slope_per_year,
       CASE WHEN t.slope_per_month <> 0 THEN v.slope_per_month / t.slope_per_month END AS share_that_survives,
       v.is_sign_kept, t.same_sign_share, s.sticker_shift, t.trend_status, t.status
FROM research.trend t
LEFT JOIN research.trend_variant v ON v.group_id = t.group_id AND v.code = t.code
LEFT JOIN stickers s ON s.group_id = t.group_id
WHERE (CAST(:group_id AS VARCHAR) IS NULL OR t.group_id = CAST(:group_id AS VARCHAR))
  AND (CAST(:code AS VARCHAR) IS NULL OR t.code = CAST(:code AS VARCHAR))
ORDER BY t.group_id, t.code, v.variant
