"""The step that recognises what is said: every segment by itself, and those that are unsure once more by a larger
Whisper where one is here."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from sqlalchemy import select

from timbre.datasets import edges, waveform, whisper
from timbre.datasets.digest import digest
from timbre.datasets.hearing import RATE as HEARS
from timbre.datasets.hearing import Heard, Hearing
from timbre.datasets.said import written
from timbre.datasets.work import RATE, Work
from timbre.models.hub import Progress
from timbre.store.tables_training import SegmentRow, SourceRow
from timbre.text.compare import word_error_rate
from timbre.text.languages import resolve
from timbre.text.normalise import normalise

FETCHING = 0.2
"""Share of the step that fetching the Whisper counts for, where it has to be fetched."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A segment as it is to be recognised."""

    segment: str
    blob: str
    begin: int
    end: int

    def of(self, work: Work, step: str, whisper: str) -> str:
        return digest(step, self.blob, self.begin, self.end, resolve(work.language).code, whisper)


def transcribe(work: Work) -> None:
    """Recognises the segments that were not yet. What people wrote is left as it is.

    Raises errors.NoWhisper, MissingExtra, NoRoom, and what the work's teller raises.
    """
    name = work.settings.whisper
    wanted = list(_pending(work, "transcribe", name))
    if wanted:
        fetched = whisper.found(name, work.settings.home) is None
        folder = whisper.needed(name, work.settings.home, _fetching(work, name))
        _recognise(work, folder, "transcribe", name, wanted, FETCHING if fetched else 0.0)
    _again(work)
    work.tell.progress(1.0, f"{len(wanted)} segments were recognised." if wanted else "Nothing was to be recognised.")


def _again(work: Work) -> None:
    """Those of whose transcripts Whisper is unsure, by the larger one, if that is here."""
    name = work.settings.whisper_unsure
    folder = whisper.found(name, work.settings.home)
    if folder is None or name == work.settings.whisper:
        return
    if wanted := list(_pending(work, "transcribe_unsure", name, below=work.parameters.unsure)):
        work.tell.progress(0.99, f"{len(wanted)} unsure segments are recognised again, by the Whisper '{name}'.")
        _recognise(work, folder, "transcribe_unsure", name, wanted, 0.99)


def _pending(work: Work, step: str, name: str, below: float | None = None) -> Iterator[_Stretch]:
    """The segments whose result is not that of this Whisper for their stretch as it is now, in order."""
    query = (
        select(SegmentRow, SourceRow.blob)
        .join(SourceRow, SourceRow.id == SegmentRow.source_id)
        .where(SegmentRow.dataset_id == work.dataset, SourceRow.blob.is_not(None))
        .order_by(SourceRow.created_at, SourceRow.id, SegmentRow.begin)
    )
    with work.database.reading() as session:
        rows = session.execute(query).all()
    for segment, blob in rows:
        assert blob is not None
        stretch = _Stretch(segment.id, blob, segment.begin, segment.end)
        unsure = below is None or segment.figures.get("sure", 0.0) < below
        if unsure and segment.done.get(step) != stretch.of(work, step, name):
            yield stretch


def _recognise(work: Work, folder: Path, step: str, name: str, wanted: Sequence[_Stretch], from_share: float) -> None:
    """A batch at a time; what is recognised is kept at once."""
    hearing = Hearing(folder, work.settings)
    left = iter(wanted)
    count = 0
    while batch := list(islice(left, hearing.at_once)):
        work.tell.check()
        sounds = [_samples(work, stretch) for stretch in batch]
        heard = hearing.hear([_narrow(sound) for sound in sounds], resolve(work.language).iso)
        for stretch, sound, one in zip(batch, sounds, heard, strict=True):
            _keep(work, step, name, stretch, sound, one)
        count += len(batch)
        share = from_share + (1 - from_share) * count / len(wanted)
        work.tell.progress(min(share, 0.999), f"{count} of {len(wanted)} segments are recognised.")


def _samples(work: Work, stretch: _Stretch) -> NDArray[np.float32]:
    return waveform.samples(work.blobs, stretch.blob, stretch.begin, stretch.end)


def _narrow(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(soxr.resample(samples, RATE, HEARS), np.float32)


def _keep(work: Work, step: str, name: str, stretch: _Stretch, sound: NDArray[np.float32], heard: Heard) -> None:
    """Writes down a result, unless the segment was changed or deleted meanwhile."""
    with work.database.writing() as session:
        row = session.get(SegmentRow, stretch.segment, with_for_update=True)
        if row is None or (row.begin, row.end) != (stretch.begin, stretch.end):
            return
        row.done = {**row.done, step: stretch.of(work, step, name)}
        if step != "transcribe" and heard.sure <= row.figures.get("sure", 0.0):
            return  # the larger one is no surer
        if "edges" not in row.edited and row.text is None:
            begin, end, words = edges.without_cut_words(sound, heard.words, work.parameters.min_s)
            row.begin, row.end, heard = stretch.begin + begin, stretch.begin + end, Heard(words)
            moved = _Stretch(stretch.segment, stretch.blob, row.begin, row.end)
            row.done = {**row.done, step: moved.of(work, step, name)}
        first = stretch.begin / RATE
        row.heard = heard.text
        row.words = [
            asdict(word) | {"begin_s": round(first + word.begin_s, 3), "end_s": round(first + word.end_s, 3)}
            for word in heard.words
        ]
        row.figures = {**row.figures, "sure": round(heard.sure, 4), **_differs(work, row, heard)}


def _differs(work: Work, row: SegmentRow, heard: Heard) -> dict[str, float]:
    """How far what is heard is from a text that came with the recording."""
    if not (text := written(row)):
        return {}
    code = resolve(work.language).code
    return {"differs": round(word_error_rate([(normalise(text, code), normalise(heard.text, code))]), 4)}


def _fetching(work: Work, name: str) -> Progress:
    def told(file: str, done: int, total: int) -> None:
        note = f"The Whisper '{name}' is fetched: {file}, {done / 1e6:,.0f} of {total / 1e6:,.0f} MB."
        work.tell.progress(FETCHING * done / max(total, 1), note)

    return told
