"""What is said aloud in a story, told apart from what the narrator says: by quotation marks, and by dashes at the
beginning of a paragraph, as Portuguese, Spanish, French and Polish print it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from timbre.text.parts import Part, Run

PAIRS = {"“": "”", "„": "“”", "«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」", "『": "』", '"': '"'}
"""What opens a quotation, and what closes it. Single marks are left alone: they are apostrophes too."""

_DASH = "—–―"
_TURN = re.compile(rf"(?<=[\s,.!?…])[{_DASH}](?=[\s\w¿¡])|(?<=\w)[{_DASH}](?=[\s.,;:!?…])")
_MARKS = " \t" + _DASH + "".join(PAIRS) + "".join(PAIRS.values())
_LOOSE = " \t,;:." + _DASH  # what may be left before the first word of a stretch


def told_apart(parts: Sequence[Part], voice: str) -> list[Part]:
    """The parts, with what is said aloud in them read by `voice`, save where a voice was named already."""
    reading = _Reading(voice)
    return [made for part in parts for made in ([part] if part.voice else reading.apart(part))]


class _Reading:
    """A story as it is read: a quotation may go on from one part into the next."""

    def __init__(self, voice: str) -> None:
        self._voice = voice
        self._closers = ""  # what ends the quotation that is open; "" where none is

    def apart(self, part: Part) -> Iterator[Part]:
        """A part's narration and dialogue in turn. One that has runs of its own kind is not taken apart."""
        if any(run.kind for run in part.runs):
            yield replace(part, voice=self._voice if self._closers else None)
            return
        found = [(aloud, text) for aloud, text in self._stretches(part.text) if any(mark.isalnum() for mark in text)]
        for number, (aloud, text) in enumerate(found, 1):
            pause = part.pause if number == len(found) else None
            yield replace(part, runs=(Run(text),), voice=self._voice if aloud else None, pause=pause)
        if not found:
            yield part

    def _stretches(self, text: str) -> Iterator[tuple[bool, str]]:
        """What is said aloud (True) and what is told, in order, each with the line ends that belong to it."""
        for paragraph in re.split(r"(?<=\n)", text):
            line = paragraph.lstrip()
            dashed = not self._closers and line[:1] in _DASH and line[1:].strip()
            spoken = _by_dashes(line) if dashed else self._by_marks(paragraph)
            found = [(aloud, said.strip(_MARKS if aloud else " \t").lstrip(_LOOSE)) for aloud, said in spoken]
            found = [(aloud, said) for aloud, said in found if said]
            if paragraph.endswith("\n"):
                self._closers = ""
                if found and not found[-1][1].endswith("\n"):
                    found[-1] = (found[-1][0], found[-1][1] + "\n")
            yield from found

    def _by_marks(self, paragraph: str) -> Iterator[tuple[bool, str]]:
        """A paragraph with quotations. One that is not closed goes on to the paragraph's end."""
        start = 0
        for at, mark in enumerate(paragraph):
            if self._closers and mark in self._closers:
                yield True, paragraph[start:at]
                start, self._closers = at + 1, ""
            elif not self._closers and mark in PAIRS and _opens(paragraph, at):
                yield False, paragraph[start:at]
                start, self._closers = at + 1, PAIRS[mark]
        yield bool(self._closers), paragraph[start:]


def _by_dashes(line: str) -> Iterator[tuple[bool, str]]:
    """A paragraph that begins with a dash: what is said and who says it, in turn."""
    aloud = True
    for stretch in _TURN.split(line[1:]):
        yield aloud, stretch
        aloud = not aloud


def _opens(paragraph: str, at: int) -> bool:
    """Whether a mark may open a quotation: a straight one is also the sign of inches, after a digit."""
    return paragraph[at] != '"' or not paragraph[at - 1 : at].isdigit()
