"""Names of files may name their exporter: an erased person's name in them becomes a keyed word.

The word is the same wherever the name was, so that files of one phone are still told to be of one phone, and a
file that lies in landing under its old name is known again.
"""

from __future__ import annotations

from collections.abc import Callable

from schemas.config import Exporter, Group
from tasks.rights.known import Known
from tasks.rights.tombstones import Tombstones, read_tombstones
from warehouse.workspace import Workspace

_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_LENGTH = 8

Mask = Callable[[str], str]


def place_mask(workspace: Workspace, group_id: str, tombstones: Tombstones | None = None) -> Mask:
    """What turns a name of a file, or a pattern of such names, into one that names no erased person."""
    found = tombstones if tombstones is not None else read_tombstones(workspace.vault)
    if found is None:
        return str
    known = Known(found, group_id, workspace.config.community_of(group_id))

    def words(form: str) -> str:
        """Word by word: the pattern of an exporter may hold only one of a name's."""
        tokens = (found.key.token("place", "", word)[:_LENGTH] for word in form.split())
        return " ".join(f"x{token.translate(_LETTERS)}" for token in tokens)

    return lambda text: known.text(text, words)


def masked_group(workspace: Workspace, group_id: str) -> Group:
    """What is declared about a group, its exporters' patterns as file names are kept."""
    group = workspace.config.group(group_id)
    mask = place_mask(workspace, group_id)
    exporters = {
        name: declared.model_copy(update={"match": mask(declared.match), "owner": _owner(declared, mask)})
        for name, declared in group.exporters.items()
    }
    return group.model_copy(update={"exporters": exporters})


def _owner(declared: Exporter, mask: Mask) -> str | None:
    """Who holds a phone, as declared; nobody where that is an erased person."""
    return declared.owner if declared.owner is not None and mask(declared.owner) == declared.owner else None
