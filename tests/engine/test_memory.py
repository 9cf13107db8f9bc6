"""Freed memory goes back to the system."""

import sys

import pytest

from benchmarks.reading import resident_mb
from timbre.engine import memory


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is not GNU's")
def test_what_was_freed_is_given_back() -> None:
    blocks = [bytearray(b"x" * 60_000) for _ in range(4000)]  # too small for the C library to map each by itself
    pinned = blocks[-1]  # lies above them all, so that they stay with the process when they are freed
    full = resident_mb()
    blocks.clear()
    memory.give_back()
    assert full - resident_mb() > 150
    assert pinned
