"""Whether a disk can take what is to be written."""

import errno
import shutil
from pathlib import Path

from timbre.errors import NoRoom


def check_room(what: str, folder: Path, wanted: int, reserve: int = 0) -> None:
    """Raises errors.NoRoom when the disk cannot take so many bytes more and keep the reserve."""
    free = max(shutil.disk_usage(folder).free - reserve, 0)
    if wanted > free:
        raise no_room(what, folder, wanted, free)


def no_room(what: str, folder: Path, wanted: int, free: int = 0) -> NoRoom:
    """The error, also for a write that failed because the disk was full."""
    return NoRoom(what=what, needed=size(wanted), free=size(free), folder=folder)


def is_full(fault: OSError) -> bool:
    """Whether a write failed for want of room."""
    return fault.errno in {errno.ENOSPC, errno.EDQUOT}


def size(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
