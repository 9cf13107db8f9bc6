"""Reading files that may hold anything: what they hold, or one sentence that says why it cannot be read."""

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from timbre.errors import BadCheckpoint, UnsafeCheckpoint

T = TypeVar("T")


def guarded(path: Path, load: Callable[[], T]) -> T:
    """What `load` reads from `path`. Raises BadCheckpoint where it fails, UnsafeCheckpoint where it asked for code."""
    try:
        return load()
    except FileNotFoundError:
        raise BadCheckpoint(file=path.name, reason="there is no such file") from None
    except Exception as fault:  # a file of any bytes can make a reader fail in any way
        asked = re.search(r"(?:GLOBAL|global) ([\w.]+)", str(fault))
        if asked and isinstance(fault, pickle.UnpicklingError):
            raise UnsafeCheckpoint(file=path.name, name=asked[1]) from None
        raise BadCheckpoint(file=path.name, reason="it is damaged or of another kind") from None
