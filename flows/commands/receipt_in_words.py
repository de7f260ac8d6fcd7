"""A receipt as a curator reads it."""

from __future__ import annotations

from rich.console import Console

from tasks.receipt import GroupReceipt, Receipt

_ENDINGS = {
    0: "done",
    3: "done, but at least one file was refused",
    4: "ended: a critical expectation failed; the groups named below keep their last good rows",
}


def in_words(receipt: Receipt) -> None:
    """Print a receipt: what was taken in, what was refused and why, what came of it."""
    console = Console(highlight=False, soft_wrap=True)

    def say(words: str) -> None:
        console.print(words, markup=False)

    say(f"{receipt.flow} {receipt.month}: {_ENDINGS.get(receipt.exit_code, 'ended')}")
    for group in receipt.groups:
        for line in _group_lines(group):
            say(line)
    if receipt.n_unusable_folders:
        say(
            f"{receipt.n_unusable_folders} folders in landing have names no group can have: use letters, digits, - _ ."
        )
    if receipt.n_misplaced_files:
        say(
            f"{receipt.n_misplaced_files} files lie in landing itself, where none but groups.toml and "
            "corrections.toml is read: put them into the folder of their group"
        )
    if receipt.snapshot_id:
        news = (
            f"new, {receipt.n_changed_cells} cells changed"
            if receipt.is_new_snapshot
            else "as before: nothing changed"
        )
        say(f"snapshot  {receipt.snapshot_id} ({news})")
    for name in ("warehouse", "report", "release"):
        place = getattr(receipt, name)
        if place:
            say(f"{name:<9} {place}")
    for note in receipt.notes:
        say(f"note: {note}")


def _group_lines(group: GroupReceipt) -> list[str]:
    files = f"{group.n_new} new, {group.n_duplicate} seen before, {group.n_known} unchanged"
    lines = [
        f"{group.group_id}: files {files}; {group.n_messages:,} messages by {group.n_people} people in store"
    ]
    if group.cells_computed:
        lines.append(f"  {group.cells_computed:,} indicator values computed anew")
    lines += [
        f"  REFUSED {refused.file}: {refused.reason.replace('_', ' ')}. {refused.next_step}"
        for refused in group.refused
    ]
    if group.n_quarantined_rows:
        lines.append(f"  {group.n_quarantined_rows} rows in quarantine")
    if group.n_conflicts:
        lines.append(f"  {group.n_conflicts} conflicts about people: see `solidarity conflicts`")
    if group.is_carried_over:
        lines.append("  CARRIED OVER: its new rows broke a critical expectation, the last good ones stay")
    if group.next_export_due:
        lines.append(f"  next export due by {group.next_export_due}")
    return lines
