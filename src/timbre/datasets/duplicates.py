"""Recordings that are in a dataset twice: the same words, and the same sound."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from timbre.datasets import waveform
from timbre.datasets.said import said
from timbre.datasets.work import RATE, Work
from timbre.store.tables_training import SegmentRow
from timbre.text.compare import plain_words

ALMOST_S = 0.5
"""Seconds by which two cuts of one recording may differ in length."""

SAME = 0.7
"""Correlation from which two recordings are one; two readings of a sentence by one person come to less than 0.3."""


def copies(work: Work, rows: Sequence[tuple[SegmentRow, str]]) -> set[str]:
    """The segments that are another one's copy, by id. rows: segments in order, each with its source's file.

    Of two the first stays, unless a person wants the second.
    """
    alike = defaultdict(list)
    for row, blob in rows:
        if words := tuple(plain_words(said(row))):
            alike[words].append((row, blob))
    found: set[str] = set()
    for group in alike.values():
        kept: list[tuple[SegmentRow, NDArray[np.float32]]] = []
        for row, blob in sorted(group, key=lambda one: one[0].verdict != "keep") if len(group) > 1 else []:
            sound = waveform.samples(work.blobs, blob, row.begin, row.end)
            if any(_same(sound, other) for _, other in kept):
                found.add(row.id)
            else:
                kept.append((row, sound))
    return found


def _same(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> bool:
    """Whether they correlate at some shift."""
    if abs(len(ours) - len(theirs)) > ALMOST_S * RATE:
        return False
    size = 1 << (len(ours) + len(theirs)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(ours, size) * np.conj(np.fft.rfft(theirs, size)), size)
    norm = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return bool(norm > 0 and cross.max() / norm > SAME)
