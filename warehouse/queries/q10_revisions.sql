-- Q10 revisions
-- en: Which published numbers changed between two snapshots, by how much and why?
-- id: Angka terbitan mana yang berubah di antara dua snapshot, seberapa besar, dan mengapa?
-- grain: one row per group, month, code and snapshot that restated the cell
-- caveat: Without parameters: every restatement there is. Erasure and consent leave no row here. old_value and new_value are NULL where either snapshot hides the cell. For the net difference of any two snapshots use `solidarity diff`.
-- param group_id: a group; default all
-- param from_snapshot: the earlier snapshot; default the first
-- param to_snapshot: the later snapshot; default the newest
WITH RECURSIVE edges AS (
    SELECT DISTINCT from_snapshot_id, snapshot_id FROM research.revision
),
after_first AS (
    SELECT snapshot_id FROM edges WHERE from_snapshot_id = CAST(:from_snapshot AS VARCHAR)
    UNION
    SELECT e.snapshot_id FROM edges e JOIN after_first a ON e.from_snapshot_id = a.snapshot_id
),
up_to_last AS (
    SELECT from_snapshot_id, snapshot_id FROM edges WHERE snapshot_id = CAST(:to_snapshot AS VARCHAR)
    UNION
    SELECT e.from_snapshot_id, e.snapshot_id FROM edges e JOIN up_to_last u ON e.snapshot_id = u.from_snapshot_id
)
SELECT group_id, month, code, from_snapshot_id, snapshot_id, old_value, new_value,
       new_value - old_value AS change, old_status, new_status, reason
FROM research.revision
WHERE (CAST(:group_id AS VARCHAR) IS NULL OR group_id = CAST(:group_id AS VARCHAR))
  AND (CAST(:from_snapshot AS VARCHAR) IS NULL
       OR SUBSTR(snapshot_id, 1, 7) > SUBSTR(CAST(:from_snapshot AS VARCHAR), 1, 7)
       OR snapshot_id IN (SELECT snapshot_id FROM after_first))
  AND (CAST(:to_snapshot AS VARCHAR) IS NULL
       OR SUBSTR(snapshot_id, 1, 7) < SUBSTR(CAST(:to_snapshot AS VARCHAR), 1, 7)
       OR snapshot_id IN (SELECT snapshot_id FROM up_to_last))
ORDER BY group_id, month, code, from_snapshot_id, snapshot_id
