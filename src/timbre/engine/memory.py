"""Memory given back to the system, which the C library keeps when torch frees it."""

import ctypes
import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Return what was freed. Takes some milliseconds; does nothing where the C library is not GNU's."""
    if (trim := _trim()) is not None:
        trim(0)


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL("libc.so.6").malloc_trim if sys.platform == "linux" else None
    except (OSError, AttributeError):
        return None
