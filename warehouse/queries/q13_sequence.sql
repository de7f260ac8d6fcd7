-- Q13 sequence
-- en: Within members: does isolation or unanswered asking precede silence and exit, does empowerment follow aid?
-- id: Dalam diri anggota: apakah keterasingan atau permintaan tak terjawab mendahului diam dan keluar, apakah keberdayaan mengikuti bantuan?
-- grain: one row per group, outcome in the next month, and what came before
-- caveat: Coefficients of linear probability models on consenting members; never rows of people. Precedes is not causes. Without member effects (leaving happens once) people are compared with each other.
-- param group_id: a group; default all
SELECT group_id, outcome, term, coefficient, coefficient_lo, coefficient_hi, has_member_effects, status
FROM research.sequence_effect
WHERE (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
ORDER BY group_id, outcome, term
