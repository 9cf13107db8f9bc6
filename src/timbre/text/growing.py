"""A text that is planned while it is still being written, into the pieces that the whole of it would have had.

What is read together, and how a number is said, may hang on what follows. So a piece is handed out once the text after
it shows that it stays as it is: the same pieces come out wherever the text was torn.
"""

import re
from dataclasses import replace

from timbre.text.languages import resolve
from timbre.text.normalise import bound
from timbre.text.split import CLOSING, FINAL, PAUSE_PARAGRAPH, PAUSE_SENTENCE, SHORT, Piece, split

AHEAD = SHORT + 8
"""Characters read after a sentence that show it is complete: fewer, and what follows may be read together with it. The
last word, which may be half there, could yet become shorter when it is read.
"""

HELD = 400
"""Characters after an opened quotation or bracket in which its end is waited for: sentences in it stay together."""

_END = re.compile(
    rf"[{re.escape(FINAL)}][{re.escape(CLOSING)}\]}}]*(?=\s)\s*|[。！？][{re.escape(CLOSING)}]*\s*|\s*\n\s*"
)
_CLOSERS = {
    '"': '"', "“": "”", "„": "“”", "”": "”", "«": "»", "»": "«", "‘": "’", "‚": "‘’", "‹": "›", "›": "‹",
    "「": "」", "『": "』", "(": ")", "（": "）", "[": "]", "{": "}", "<": ">",
}  # fmt: skip


class Growing:
    """The pieces of a text as it grows. Planning takes as long as for any text: call it where nobody waits.

    limit: of a piece, in characters, as for `timbre.text.plan.plan`. Raises errors.UnknownLanguage.
    """

    def __init__(self, language: str, limit: int) -> None:
        spoken = resolve(language)
        self._language, self._limit = spoken.code, min(limit, spoken.limit)
        self._rest = ""  # what is not handed out yet

    def add(self, text: str) -> list[Piece]:
        """The pieces that are complete now that this has been written too."""
        self._rest += text
        ends = [found.end() for found in _END.finditer(self._rest) if found.end() < len(self._rest)]
        whole: list[Piece] = []
        back = 1
        while back <= len(ends):
            at = ends[-back]
            if not _open(self._rest, at):
                whole = whole or self._pieces(self._rest)
                if settled := self._settled(at, whole):
                    self._rest = self._rest[at:]
                    return settled
            back += max(1, back // 4)  # of a long text that is there at once, not every end is tried
        return []

    def flush(self) -> list[Piece]:
        """All that is left, as if the text ended here. What is added later is read as a new sentence."""
        rest, self._rest = self._rest, ""
        pieces = self._pieces(rest)
        pause = PAUSE_PARAGRAPH if rest.rstrip(" \t").endswith("\n") else PAUSE_SENTENCE
        return [*pieces[:-1], replace(pieces[-1], pause=pause)] if pieces else []

    def _settled(self, at: int, whole: list[Piece]) -> list[Piece]:
        """The pieces before a place, if the text falls apart there and has gone on for long enough; else none."""
        after = self._pieces(self._rest[at:])
        if sum(len(piece.text) for piece in after) < AHEAD:
            return []
        before = self._pieces(self._rest[:at])
        if not before or before[:-1] + after != whole[: len(before) - 1] + whole[len(before) :]:
            return []
        last = whole[len(before) - 1]  # which knows its pause
        return [*before[:-1], last] if last.text == before[-1].text else []

    def _pieces(self, text: str) -> list[Piece]:
        return split(bound(text, self._language), self._language, self._limit)


def _open(text: str, at: int) -> bool:
    """Whether a quotation or a bracket that was opened in this paragraph may still be closed after `at`."""
    begun: list[tuple[int, str]] = []
    for place in range(text.rfind("\n", 0, at) + 1, at):
        mark = text[place]
        closed = [depth for depth, (_, ends) in enumerate(begun) if mark in ends]
        if closed:
            del begun[closed[-1] :]
        elif mark in _CLOSERS:
            begun.append((place, _CLOSERS[mark]))
        elif mark == "'" and not text[max(place - 1, 0) : place].strip():  # else an apostrophe
            begun.append((place, "'"))
    return bool(begun) and len(text) - begun[0][0] < HELD
