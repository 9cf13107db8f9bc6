"""A text that is planned while it is still being written, into the pieces that the whole of it would have had.

What is read together, and how a number is said, may hang on what follows. So a piece is handed out once the text after
it shows that it stays as it is: the same pieces come out wherever the text was torn.
"""

import re
from dataclasses import replace

from timbre.text.languages import resolve
from timbre.text.normalise import bound
from timbre.text.pronunciations import Spell, as_it_stands
from timbre.text.sentences import QUOTED, opened
from timbre.text.split import CLOSING, FINAL, PAUSE_PARAGRAPH, PAUSE_SENTENCE, SHORT, Piece, split

AHEAD = SHORT + 8
"""Characters read after a sentence that show it is complete: fewer, and what follows may be read together with it. The
last word, which may be half there, could yet become shorter when it is read.
"""

WINDOW = 1000
"""Characters that are looked at together, unless nothing in them is complete: of a long text, the start comes first."""

TRIES = 30
"""Ends of sentences that are tried in a window: as many very short ones may be read together.

A text of nothing but ends would else keep us busy for minutes, and so would one whose long rest was looked at again
with every letter.
"""

HELD = QUOTED
"""Characters after an opened quotation or bracket in which its end is waited for: sentences in it stay together."""

_END = re.compile(
    rf"[{re.escape(FINAL)}][{re.escape(CLOSING)}\]}}]*(?=\s)\s*|[。！？][{re.escape(CLOSING)}]*\s*|\s*\n\s*"
)


class Growing:
    """The pieces of a text as it grows. Planning takes as long as for any text: call it where nobody waits.

    limit: of a piece, in characters, and spell: as for `timbre.text.plan.plan`. Raises errors.UnknownLanguage.
    """

    def __init__(self, language: str, limit: int, spell: Spell = as_it_stands) -> None:
        spoken = resolve(language)
        self._spell = spell
        self._language, self._limit = spoken.code, min(limit, spoken.limit)
        self._rest = ""  # what is not handed out yet
        self._enough = 0  # how long that has to become before it is looked at again

    def add(self, text: str) -> list[Piece]:
        """The pieces that are complete now that this has been written too."""
        self._rest += text
        pieces: list[Piece] = []
        window = WINDOW
        while len(self._rest) >= self._enough:
            settled, at = self._settled(self._rest[:window])
            pieces += settled
            self._rest = self._rest[at:]
            if not settled and window >= len(self._rest):
                self._enough = len(self._rest) + 1 + max(len(self._rest) - WINDOW // 4, 0) // 8
                break
            window, self._enough = (WINDOW, 0) if settled else (2 * window, self._enough)
        return pieces

    def flush(self) -> list[Piece]:
        """All that is left, as if the text ended here. What is added later is read as a new sentence."""
        rest, self._rest, self._enough = self._rest, "", 0
        pieces = self._pieces(rest)
        pause = PAUSE_PARAGRAPH if rest.rstrip(" \t").endswith("\n") else PAUSE_SENTENCE
        return [*pieces[:-1], replace(pieces[-1], pause=pause)] if pieces else []

    def _settled(self, text: str) -> tuple[list[Piece], int]:
        """The pieces of a text that stay as they are whatever follows, and where in it they end; none if there are
        none.

        They end where the text can be torn without a difference, if it goes on for long enough after that.
        """
        ends = [found.end() for found in _END.finditer(text) if found.end() < len(text)]
        whole = self._pieces(text) if ends else []
        if sum(len(piece.text) for piece in whole[1:]) < AHEAD:
            return [], 0
        for at in ends[: -1 - TRIES * WINDOW // max(len(text), WINDOW) : -1]:
            before = self._pieces(text[:at])
            count = len(before)
            if not before or [piece.text for piece in before] != [piece.text for piece in whole[:count]]:
                continue
            after = whole[count:]
            cut = whole[count - 1].pause < PAUSE_SENTENCE  # within a sentence, whose parts hang on its length
            if cut or sum(len(piece.text) for piece in after) < AHEAD or _open(text, at):
                continue
            if self._pieces(text[at:]) == after:
                return whole[:count], at  # the last of which knows its pause
        return [], 0

    def _pieces(self, text: str) -> list[Piece]:
        return split(bound(self._spell(text), self._language), self._language, self._limit)


def _open(text: str, at: int) -> bool:
    """Whether a quotation or a bracket that was opened in this paragraph may still be closed after `at`."""
    start = text.rfind("\n", 0, at) + 1
    begun = opened(text[start:at])
    return begun is not None and len(text) - start - begun < HELD
