"""Subtitles said at their times: what would run into the next cue is said faster, and what still does pushes it on."""

from collections.abc import Sequence
from dataclasses import dataclass

from timbre.books.book import Cue
from timbre.books.narrator import Narrator, Take
from timbre.books.reading import Part, Sound, Told, say
from timbre.books.work import Work
from timbre.engine.protocol import RATE

FASTEST = 1.5
"""How much faster than asked for a cue is said at most."""

MARGIN = 1.03
"""What is said faster is not quite as much shorter."""

NOTICED_S = 0.05
"""Seconds that a cue may be late before it counts as late."""


@dataclass(frozen=True, slots=True)
class Dubbed:
    """What is heard, and by how many seconds each cue that is late begins after its time."""

    part: Part
    late: tuple[float, ...]


def dub(narrator: Narrator, work: Work, title: str, cues: Sequence[Cue], told: Told) -> Dubbed:
    """Says what is missing of the cues, and lays them out. Raises what the narrator raises."""
    spoken = list[list[Take]]()
    place = 0
    for cue in cues:
        spoken.append(narrator.takes(cue.text, place))
        place += len(spoken[-1])
    say(narrator, work, [take for takes in spoken for take in takes], told)
    sounds, late, at, place = list[Sound](), list[float](), 0, 0
    for number, (cue, takes) in enumerate(zip(cues, spoken, strict=True)):
        start = max(at, round(cue.start * RATE))
        room = round(cues[number + 1].start * RATE) - start if number + 1 < len(cues) else None
        first, place = place, place + len(takes)
        if room is not None and takes and (length := _length(takes, work)) > room:
            factor = min(length / max(room, 1) * MARGIN, FASTEST)
            takes = narrator.takes(cue.text, first, round(narrator.speed * factor, 2))
            say(narrator, work, takes, lambda *_: None)
        if takes and start / RATE - cue.start > NOTICED_S:
            late.append(start / RATE - cue.start)
        for index, take in enumerate(takes):
            silence = round(takes[index - 1].pause * RATE) if index else start - at
            sounds.append(Sound(silence, take.key))
            at = start if not index else at + silence
            at += work.length(take.key)
    return Dubbed(Part(title, tuple(sounds)), tuple(late))


def _length(takes: Sequence[Take], work: Work) -> int:
    """Samples of a cue, the silences within it included."""
    return sum(work.length(take.key) for take in takes) + sum(round(take.pause * RATE) for take in takes[:-1])
