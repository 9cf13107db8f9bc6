"""The step that cuts recordings into segments at pauses. What people edited stays as it is; the rest is cut anew where
the recording or the rules have changed.

A segment's edges lie where it is quiet around what is said: it is widened from where the net hears speech to where the
sound has died away, never past the quietest moment of the pause that it is cut in.
"""

import bisect
from collections.abc import Sequence

import numpy as np
import soxr
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timbre.audio import speakers, vad
from timbre.datasets import rows, waveform
from timbre.datasets.cutting import Plan, Rules, Span, planned
from timbre.datasets.digest import digest
from timbre.datasets.work import RATE, Work
from timbre.errors import UnknownSource
from timbre.store.tables import new_id, now
from timbre.store.tables_training import SegmentRow, SourceRow

Samples = NDArray[np.float32]
Levels = NDArray[np.float32]
_New = tuple[int, int, str | None, list[str]]  # from which sample to which, the text, reasons to leave it out
STEP, VERSION = "segment", 2

RECIPE_S = 11.6
"""Seconds of the longest clip that a model learns from: one that came with its text is left whole up to here."""

BLOCK_S, LEAD_S = 480.0, 2.56
"""Seconds that lie in memory at a time, and that the net hears before them; both whole windows at either rate."""

FRAME = 221
"""Samples that a level is measured over: a hundredth of a second."""

REACH_S = 0.25
"""How far an edge is widened at the most."""

DIED_AWAY = 2.0
"""Times the level of what is quietest around it, at which a sound has died away."""

LEAD = 2
"""Frames of quiet that are left beside a sound, where there are as many: it may be sudden, and clips are faded in."""

LONGEST_S = 30.0
"""Seconds of speech without a pause that are kept as a segment, for a person to part; what is longer is left out."""

LISTENED_S = 180.0
"""Seconds that are listened to for a second person."""

SURE_OF_TWO = 2.8
"""Of `audio.speakers.two_speakers`: one person comes to 1 or 2, seldom to 2.5."""

NOBODY, LEFT_OUT, NO_PAUSE, TOO_LONG, TWO = (
    "Nobody speaks", "Left out", "Without a pause", "Its text", "Two people seem to speak",
)  # fmt: skip
NOTES = (NOBODY, LEFT_OUT, NO_PAUSE, TOO_LONG, TWO)
"""How the notes begin that this step leaves."""


def segment(work: Work) -> None:
    """Cuts every recording that is here and was not cut so, one at a time. Raises what the work's teller raises."""
    query = select(SourceRow).where(SourceRow.dataset_id == work.dataset, SourceRow.blob.is_not(None))
    with work.database.reading() as session:
        found = list(session.scalars(query.order_by(SourceRow.id)))
    pending = [row for row in found if row.done.get(STEP) != _of(work, row)]
    whole = max(sum(row.samples or 0 for row in pending), 1)
    before = 0
    for row in pending:
        _cut(work, row, before / whole, (row.samples or 0) / whole)
        before += row.samples or 0
        work.tell.kept()
    with work.database.reading() as session:
        count = rows.counts(session, work.dataset)["segments"]
    work.tell.progress(1.0, f"{len(pending)} recordings were cut; there are {count} segments.")


def _of(work: Work, row: SourceRow) -> str:
    one = work.parameters
    return digest(STEP, VERSION, row.blob, one.min_s, one.max_s, one.pause_s, bool(row.text))


def _cut(work: Work, row: SourceRow, share: float, part: float) -> None:
    of = _of(work, row)
    if row.text and (row.samples or 0) <= RECIPE_S * RATE:
        _write(work, row, of, [(0, row.samples or 0, row.text, [])], [])
        work.tell.progress(share + part, f"{row.name}: one segment, as it came with its text.")
        return
    taken = [(one.begin, one.end) for one in _edited(work, row)]
    heard = _Heard(work, row, taken, share, part)
    padded = 2 * vad.PAD_S  # what the net's spans have more than there is of speech
    rules = Rules(work.parameters.min_s, work.parameters.max_s, max(work.parameters.pause_s - padded, 0.02))
    plan = Plan()
    for spans in _between(heard.spans, [(begin / RATE, end / RATE) for begin, end in taken]):
        made = planned(spans, rules)
        plan.pieces += made.pieces
        plan.short += made.short
        plan.long += made.long
    new: list[_New] = [(*heard.edges(one), None, []) for one in plan.pieces]
    new += [(*heard.edges(one), None, ["length"]) for one in plan.short]
    new += [(*heard.edges(one), None, ["length"]) for one in plan.long if one[1] - one[0] <= LONGEST_S]
    notes = _notes(row, heard.spans, plan)
    if not row.text and _two_speak(work, row, heard.spans):
        notes.append(f"{TWO} in it; the filter keeps who speaks most.")
    _write(work, row, of, sorted(new, key=lambda one: one[0]), notes)
    seconds = sum(end - begin for begin, end in plan.pieces)
    work.tell.progress(share + part, f"{row.name}: {len(plan.pieces)} segments, {seconds:.0f} s.")


def _notes(row: SourceRow, spans: Sequence[Span], plan: Plan) -> list[str]:
    """What people should know of how a recording was cut."""
    found = []
    if not spans:
        found.append(f"{NOBODY} in it.")
    if plan.short:
        seconds = sum(end - begin for begin, end in plan.short)
        found.append(f"{LEFT_OUT}: {len(plan.short)} stretches of speech, {seconds:.1f} s together, too short alone.")
    if plan.long:
        seconds = sum(end - begin for begin, end in plan.long)
        found.append(f"{NO_PAUSE} to cut at: {len(plan.long)} stretches of speech, {seconds:.1f} s together, left out.")
    if row.text:
        found.append(f"{TOO_LONG} is not used, for it is longer than {RECIPE_S} s: its segments are recognised.")
    return found


def _two_speak(work: Work, row: SourceRow, spans: Sequence[Span]) -> bool:
    """Whether two people seem to speak in the first minutes."""
    if not spans:
        return False
    begin = spans[0][0]
    samples = waveform.samples(work.blobs, str(row.blob), int(begin * RATE), int((begin + LISTENED_S) * RATE))
    narrow = np.asarray(soxr.resample(samples, RATE, speakers.RATE), np.float32)
    heard = [(one - begin, min(end - begin, LISTENED_S)) for one, end in spans if one - begin < LISTENED_S]
    return speakers.two_speakers(narrow, heard) >= SURE_OF_TWO


class _Heard:
    """Where somebody speaks in a recording, and how loud every hundredth of a second is. It is read once, in blocks."""

    def __init__(self, work: Work, row: SourceRow, taken: Sequence[tuple[int, int]], share: float, part: float) -> None:
        """taken: stretches that segments stay in."""
        assert row.blob is not None
        count, block, lead = row.samples or 0, round(BLOCK_S * RATE), round(LEAD_S * RATE)
        block = _whole(block)
        sure, levels = [], []
        for begin in range(0, count, block):
            work.tell.check()
            before = min(begin, lead)
            samples = waveform.samples(work.blobs, row.blob, begin - before, min(begin + block, count))
            narrow = np.asarray(soxr.resample(samples, RATE, vad.RATE), np.float32)
            first, windows = (round(one / RATE * vad.RATE / vad.WINDOW) for one in (before, block))
            sure.append(vad.probabilities(narrow)[first : first + windows])
            levels.append(_levels(samples[before:]))
            work.tell.progress(share + part * 0.9 * min((begin + block) / max(count, 1), 1.0))
        self.samples, self.taken = count, taken
        self.levels = np.concatenate([np.zeros(0, np.float32), *levels])
        self.spans = vad.spans(np.concatenate([np.zeros(0, np.float32), *sure]), count / RATE)
        self._begins, self._ends = [begin for begin, _ in self.spans], [end for _, end in self.spans]

    def edges(self, piece: Span) -> tuple[int, int]:
        """From which sample to which a piece goes, so that what is said is whole and what is before and after is not in
        it.
        """
        ends, begins = self._ends, self._begins
        place, follows = bisect.bisect_right(ends, piece[0]), bisect.bisect_left(begins, piece[1])
        before = ends[place - 1] if place else 0.0
        after = begins[follows] if follows < len(begins) else self.samples / RATE
        first = self._quiet(self._frame(piece[0]), self._frame(max(before, piece[0] - REACH_S)))
        last = self._quiet(self._frame(piece[1]), self._frame(min(after, piece[1] + REACH_S)))
        begin = max([first, *(end for _, end in self.taken if end <= piece[0] * RATE + 1)])
        end = min([last, self.samples, *(begin for begin, _ in self.taken if begin >= piece[1] * RATE - 1)])
        return begin, end

    def _frame(self, second: float) -> int:
        return min(max(int(second * RATE / FRAME), 0), max(len(self.levels) - 1, 0))

    def _quiet(self, edge: int, farthest: int) -> int:
        """The sample nearest to an edge at which the sound has died away, on the way to the quietest one out there."""
        step = 1 if farthest > edge else -1
        way = np.arange(edge, farthest + step, step)
        levels = self.levels[way]
        quietest = int(levels.argmin())
        floor = float(levels[quietest]) * DIED_AWAY
        first = int(np.argmax(levels <= floor))
        last = min(first + LEAD, quietest)
        while levels[last] > floor:
            last -= 1
        return int(way[last]) * FRAME + FRAME // 2


def _whole(block: int) -> int:
    """Samples that are whole windows of the net and whole frames of levels."""
    unit = np.lcm(FRAME, 3_528)  # 0.16 s: five windows, 3,528 samples at 22,050 Hz
    return int(block // unit * unit)


def _levels(samples: Samples) -> Levels:
    count = -(-len(samples) // FRAME)
    padded = np.pad(samples, (0, count * FRAME - len(samples)))
    levels: Levels = np.sqrt(np.square(padded.reshape(count, FRAME)).mean(1))
    return levels


def _edited(work: Work, row: SourceRow) -> list[SegmentRow]:
    """The segments that a person edited or judged, in order: they stay."""
    with work.database.reading() as session:
        return [one for one in _segments(session, row.id) if _by_hand(one)]


def _segments(session: Session, source: str) -> list[SegmentRow]:
    return list(session.scalars(select(SegmentRow).where(SegmentRow.source_id == source).order_by(SegmentRow.begin)))


def _by_hand(one: SegmentRow) -> bool:
    return bool(one.edited or one.verdict)


def _between(spans: Sequence[Span], walls: Sequence[Span]) -> list[list[Span]]:
    """Spans of speech between stretches that are taken already."""
    groups: list[list[Span]] = [[]]
    place = 0
    for span in spans:
        while place < len(walls) and walls[place][1] <= span[0]:
            place += 1
            groups.append([])
        begin, end = span
        for wall in walls[place:]:
            if wall[0] >= end:
                break
            if wall[0] - begin > vad.SHORTEST_S:
                groups[-1].append((begin, wall[0]))
            groups.append([])
            begin = max(begin, wall[1])
        if end - begin > vad.SHORTEST_S or begin == span[0]:
            groups[-1].append((begin, end))
    return [group for group in groups if group]


def _write(work: Work, row: SourceRow, of: str, new: Sequence[_New], notes: Sequence[str]) -> None:
    """Puts new segments in the place of those that nobody edited, all of a recording at once."""
    clips: list[str | None] = []
    with work.database.writing() as session:
        fresh = session.get(SourceRow, row.id, with_for_update=True)
        if fresh is None:
            raise UnknownSource(source=row.id)
        present = {(one.begin, one.end): one for one in _segments(session, row.id)}
        kept = [one for one in present.values() if _by_hand(one)]
        wanted = [one for one in new if not any(_overlap(one, other) for other in kept)]
        stays = {present[begin, end].id for begin, end, *_ in wanted if (begin, end) in present}
        stays |= {one.id for one in kept}
        clips = [one.clip for one in present.values() if one.id not in stays]
        session.execute(delete(SegmentRow).where(SegmentRow.source_id == row.id, SegmentRow.id.not_in(stays)))
        ids = iter(sorted(new_id("g") for _ in wanted))
        for begin, end, text, reasons in wanted:
            if (begin, end) not in present:
                session.add(
                    SegmentRow(
                        id=next(ids),
                        dataset_id=row.dataset_id,
                        source_id=row.id,
                        begin=begin,
                        end=end,
                        text=text,
                        reasons=reasons,
                    )
                )
            elif text is not None:
                present[begin, end].text, present[begin, end].changed_at = text, now()
        rows.noted(fresh, NOTES, notes)
        fresh.done = {**fresh.done, STEP: of}
    rows.forget(work.blobs, {clip for clip in clips if clip})


def _overlap(one: _New, other: SegmentRow) -> bool:
    return one[0] < other.end and other.begin < one[1]
