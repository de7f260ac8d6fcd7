"""Whether a folder lies on this machine: what others keep or carry must be encrypted."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.errors import ConfigurationError

#: File systems that keep their files on another machine, as ``/proc/mounts`` names them.
_REMOTE = re.compile(
    r"^(?:nfs\d?|cifs|smb\w*|ceph|glusterfs|afs|lustre|beegfs|davfs\w*|ncpfs"
    r"|fuse\.(?:sshfs|s3fs|rclone|gcsfuse|goofys|blobfuse2?|davfs2?|glusterfs|ceph\S*|mountpoint-s3|juicefs))$"
)
_URL = re.compile(r"^[a-z][a-z0-9+.-]+:/+", re.IGNORECASE)
_MOUNTS = Path("/proc/self/mounts")


def refuse_url(home: Path) -> None:
    """Refuse a home that is no folder.

    Raises:
        ConfigurationError: it is a URL.
    """
    if _URL.match(str(home)):
        raise ConfigurationError(
            "the home has to be a folder", next_step="mount the remote storage and set SOLIDARITY_VAULT_KEY"
        )


def refuse_unencrypted(folder: Path, *, is_encrypted: bool) -> None:
    """Refuse to keep a vault where it would lie readable on somebody else's machine.

    Raises:
        ConfigurationError: the folder lies on a network file system and no vault key is set.
    """
    if not is_encrypted and is_remote(folder):
        raise ConfigurationError(
            "the vault lies on remote storage and is not encrypted", next_step="set SOLIDARITY_VAULT_KEY"
        )


def is_remote(folder: Path, mounts: str | None = None) -> bool:
    """Whether a folder lies on a network file system, by the mount that holds it.

    Args:
        folder: the folder, which need not exist yet.
        mounts: lines of ``/proc/mounts``; the system's own where there are any.
    """
    if mounts is None:
        mounts = _MOUNTS.read_text("utf-8", errors="replace") if _MOUNTS.exists() else ""
    place = folder.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = Path(parts[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        depth = len(point.parts)
        if place.is_relative_to(point) and depth >= best:  # of two on one point the later lies on top
            best, kind = depth, parts[2]
    return bool(_REMOTE.match(kind))
