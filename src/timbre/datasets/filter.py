"""The step that says which segments a model is better off without, and all reasons why. A person's word goes before it.

Reasons are codes: length (too short or too long), words (none, too few or too many, or too many characters), rate
(said too slowly or too fast to be right), confidence (Whisper is unsure), text (what is heard is not what the text
says), snr, silence, clipping, speaker (somebody else's voice), duplicate.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from timbre.datasets import duplicates, figures, people, report, rows, waveform
from timbre.datasets.digest import digest
from timbre.datasets.parameters import Parameters
from timbre.datasets.said import read
from timbre.datasets.work import RATE, Work
from timbre.store.tables_training import SegmentRow, SourceRow
from timbre.text.compare import plain_words

REASONS = ("length", "words", "rate", "confidence", "text", "snr", "silence", "clipping", "speaker", "duplicate")

SOMEBODY_ELSE = 0.5
"""Likeness to the main speaker below which a segment is another's."""

SOMEBODY = "Somebody else speaks alone"
"""How the note begins that this step leaves."""

SLACK_S = 0.25
"""Seconds by which a segment may be shorter or longer than was asked for: pads count in its length."""

JUDGED = 200
"""Segments that are written down in one transaction."""

MEASURING = 0.9
"""Share of the step that measuring counts for."""

Rows = list[tuple[SegmentRow, str]]
"""Segments in order, each with its source's file."""


def filter_(work: Work) -> None:
    """Measures what was not yet measured, judges every segment anew, and leaves a report in the dataset's row.

    Raises errors.MissingExtra, and what the work's teller raises.
    """
    _measure(work)
    found = segments_of(work)
    work.tell.progress(MEASURING, "Speakers and duplicates are looked for.")
    likeness = _likeness(found)
    copies = duplicates.copies(work, found)
    for first in range(0, len(found), JUDGED):
        work.tell.check()
        _judge(work, [row.id for row, _ in found[first : first + JUDGED]], likeness, copies)
    _note(work, found, likeness)
    told = report.write(work, [row for row, _ in segments_of(work)])
    work.tell.progress(1.0, "{kept} segments are kept, {dropped} are left out.".format(**told["segments"]))


def segments_of(work: Work) -> Rows:
    """All segments of the dataset whose source is here, in order."""
    query = (
        select(SegmentRow, SourceRow.blob)
        .join(SourceRow, SourceRow.id == SegmentRow.source_id)
        .where(SegmentRow.dataset_id == work.dataset, SourceRow.blob.is_not(None))
        .order_by(SourceRow.created_at, SourceRow.id, SegmentRow.begin)
    )
    with work.database.reading() as session:
        return [(row, str(blob)) for row, blob in session.execute(query)]


def _measure(work: Work) -> None:
    left = [(row, blob) for row, blob in segments_of(work) if row.done.get("figures") != _of(row, blob)]
    for count, (row, blob) in enumerate(left, 1):
        work.tell.check()
        _measure_one(work, row, blob)
        if count % 10 == 0 or count == len(left):
            work.tell.progress(MEASURING * count / len(left), f"{count} of {len(left)} segments are measured.")


def _of(row: SegmentRow, blob: str) -> str:
    return digest("figures", figures.VERSION, blob, row.begin, row.end)


def _measure_one(work: Work, row: SegmentRow, blob: str) -> None:
    around = int(figures.AROUND_S * RATE)
    before = waveform.samples(work.blobs, blob, row.begin - around, row.begin)
    samples = waveform.samples(work.blobs, blob, row.begin, row.end)
    after = waveform.samples(work.blobs, blob, row.end, row.end + around)
    found = figures.sound(samples, before, after)
    voice = people.voice(samples, found.spans)
    with work.database.writing() as session:
        fresh = session.get(SegmentRow, row.id, with_for_update=True)
        if fresh is None or (fresh.begin, fresh.end) != (row.begin, row.end):
            return  # changed or deleted meanwhile
        kept = {name: value for name, value in fresh.figures.items() if name not in figures.NAMES}
        fresh.figures = {**kept, **found.as_dict()}
        fresh.voice = voice.as_list() if voice else []
        fresh.done = {**fresh.done, "figures": _of(row, blob)}


def _likeness(found: Rows) -> dict[str, float]:
    """How like the main speaker each segment is, where that can be told."""
    sources: dict[str, list[tuple[str, people.Voice]]] = defaultdict(list)
    for row, _ in found:
        if voice := people.Voice.from_list(row.voice):
            sources[row.source_id].append((row.id, voice))
    alike = people.main_speaker([[voice for _, voice in one] for one in sources.values()])
    return {
        segment: likeness
        for one, by in zip(sources.values(), alike, strict=True)
        for (segment, _), likeness in zip(one, by, strict=True)
        if likeness is not None
    }


def _note(work: Work, found: Rows, likeness: Mapping[str, float]) -> None:
    """Tells of each recording whether somebody else is alone in it."""
    alike: dict[str, list[float]] = defaultdict(list)
    for row, _ in found:
        alike[row.source_id] += [likeness[row.id]] if row.id in likeness else []
    told = []
    with work.database.writing() as session:
        for source in session.scalars(select(SourceRow).where(SourceRow.id.in_(alike)).with_for_update()):
            others = 0 if any(alike[source.id]) else len(alike[source.id])
            notes = [f"{SOMEBODY} in it: {others} segments are left out, and can be put back."] if others else []
            if notes != [one for one in source.notes if one.startswith(SOMEBODY)]:
                rows.noted(source, [SOMEBODY], notes)
            told += [f"{source.name}: {note}" for note in notes]
    for line in told:
        work.tell.progress(MEASURING, line)


def _judge(work: Work, ids: Sequence[str], likeness: Mapping[str, float], copies: set[str]) -> None:
    with work.database.writing() as session:
        for row in session.scalars(select(SegmentRow).where(SegmentRow.id.in_(ids)).with_for_update()):
            told = {"likeness": likeness[row.id]} if row.id in likeness else {}
            others = {name: value for name, value in row.figures.items() if name != "likeness"}
            row.figures = {**others, **counted(row, work.language), **told}
            row.reasons = reasons(row.figures, work.parameters, row.id in copies, "text" in row.edited)


def counted(row: SegmentRow, language: str) -> dict[str, float]:
    """What is counted in a segment's text."""
    text = read(row, language)
    return {
        "words": len(plain_words(text)),
        "characters": len(text),
        "rate": round(len(text) / max((row.end - row.begin) / RATE, 0.1), 2),
    }


def reasons(
    found: Mapping[str, Any], parameters: Parameters, is_copy: bool = False, by_hand: bool = False
) -> list[str]:
    """Why a segment with these figures is left out; none: it stays. by_hand: a person wrote its text.

    What could not be measured is no reason.
    """
    seconds = found.get("seconds", parameters.min_s)
    differs, sure = found.get("differs"), found.get("sure", 0.0)
    wrong = {
        "length": not parameters.min_s - SLACK_S <= seconds <= parameters.max_s + SLACK_S,
        "words": not parameters.min_words <= found["words"] <= parameters.max_words
        or found["characters"] > parameters.max_characters,
        "rate": found["words"] > 0 and not parameters.slowest <= found["rate"] <= parameters.fastest,
        "confidence": not by_hand and differs is None and sure < parameters.sure,
        "text": not by_hand and differs is not None and differs > parameters.differs,
        "snr": found.get("snr_db", parameters.snr_db) < parameters.snr_db,
        "silence": found.get("silence", 0.0) > parameters.silence,
        "clipping": found.get("clipped", 0.0) > parameters.clipped,
        "speaker": found.get("likeness", 1.0) < SOMEBODY_ELSE,
        "duplicate": is_copy,
    }
    return [reason for reason in REASONS if wrong[reason]]
