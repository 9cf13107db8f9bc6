"""When the words of a job's speech are said: with each piece as it is said, and of the whole once all are."""

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from timbre.engine.protocol import RATE
from timbre.errors import JobHasNoWords
from timbre.jobs.tools import Files
from timbre.store.tables import Job, PieceAudio, Rendition
from timbre.subtitles import word_row
from timbre.text.timed import Timed
from timbre.timing import Clock

KEPT = "words"
"""What their file is called among the formats of a job's audio."""


class Told:
    """What the engine tells of a speech that is cut where its pieces begin."""

    def __init__(self) -> None:
        self._begins: dict[int, int] = {0: 0}  # samples; silence before the first piece is the first piece's
        self._words: dict[int, list[Timed]] = {}

    def begins(self, index: int, at: int) -> None:
        """A piece begins at that sample."""
        self._begins.setdefault(index, at)

    def said(self, index: int, words: list[Timed]) -> None:
        """A piece was said."""
        begin_s = self._begins[index] / RATE
        self._words[index] = [
            Timed(one.text, round(one.begin - begin_s, 3), round(one.end - begin_s, 3)) for one in words
        ]

    def of(self, index: int) -> list[Timed] | None:
        """The words of a piece, from its cut on; None where nobody told them."""
        return self._words.get(index)


def rows(words: Sequence[Timed] | None) -> list[dict[str, object]] | None:
    """Words as a row keeps them."""
    return None if words is None else [word_row(word) for word in words]


def whole(clock: Clock, pieces: Sequence[PieceAudio], samples: NDArray[np.float32]) -> list[Timed]:
    """The words of all pieces, as they are written. Those that nobody told are recognised with all the others. Raises
    errors.NoWordTimes.
    """
    if any(piece.words is None for piece in pieces):
        clock.recognise(samples)
    at = 0
    for piece in pieces:
        begin_s = at / RATE
        words = [
            Timed(one["word"], round(begin_s + one["begin_s"], 3), round(begin_s + one["end_s"], 3))
            for one in piece.words or ()
        ]
        clock.tell(piece.place, words)
        at += piece.samples
    return clock.words()


def file(files: Files, job_id: str, clock: Clock, words: Sequence[Timed]) -> Rendition:
    """Keeps them. The row is for the caller to keep."""
    told = {"language": clock.language, "by": clock.by, "words": rows(words)}
    data = json.dumps(told, ensure_ascii=False).encode()
    return Rendition(job_id=job_id, format=KEPT, blob=files.blobs.put(data, ".json"), bytes=len(data))


def kept(files: Files, job: Job) -> tuple[list[Timed], str, str]:
    """The words of a completed job, their language, and by what their times are known. Raises errors.JobHasNoWords,
    FileGone.
    """
    with files.database.reading() as session:
        row = session.get(Rendition, (job.id, KEPT))
    if row is None:
        raise JobHasNoWords(job=job.id)
    with files.blobs.local(row.blob) as path:
        told = json.loads(path.read_bytes())
    words = [Timed(one["word"], one["begin_s"], one["end_s"]) for one in told["words"]]
    return words, told["language"], told["by"]
