"""Codes that go round and round: a model that has lost its way says the same again until something ends it."""

from collections.abc import Sequence

LOOP = 16  # codes said again one after another; of 35,844 recordings none has more than 6
LONGEST = 64  # codes of what is repeated, three seconds
"""`python -m benchmarks.lengths` prints how often recordings repeat themselves."""


def looped(codes: Sequence[int]) -> int:
    """How many of the last codes said nothing but what had been said just before them; 0 below LOOP."""
    last = len(codes) - 1
    for period in range(1, min(LONGEST, last) + 1):
        again = 0
        while again < last + 1 - period and codes[last - again] == codes[last - again - period]:
            again += 1
        if again >= LOOP:
            return again
    return 0
