"""Where in its text an utterance is, by the heads of the GPT that look at the symbol which is being said.

A model names such heads in its configuration (`alignment_heads`), or they are found in it (timbre.engine.heads);
without them nothing here is asked. The numbers are of how `mini` speaks when nothing is wrong, 550 utterances: it stops
2 to 5 codes after it has come to the end of its text, once after 7, and never looks back for more than 6.
"""

from dataclasses import dataclass

from torch import Tensor

BEHIND = 3  # positions at the text's end that are no sound: the last symbol's own, its mark, STOP
BEFORE = 2  # positions at its start that are none: START and the language's mark, where a look may rest
JUMP = 8  # positions that the reading moves on at once, at the most: a glance farther ahead is no progress
REFUSALS = 12  # stops held back in all; a model that insists is right, and the heads were wrong
AFTER = 4  # codes after the end of the text, .2 s: what comes later is heard as something more
SYMBOLS_AFTER = 1.5  # or as many as so many symbols took, where a symbol is not a sound but half a word
LIKELY_AFTER, LIKELY = 2, 0.1  # codes after the end from which on a stop as likely as this one is not left to chance
AGAIN, SPREAD = 12, 4  # codes that look far back, one after another, over so many positions: the text is read again


@dataclass(slots=True)
class Alignment:
    """How far the text has been read. `positions` is its length, START and STOP counted."""

    positions: int
    at: int = 0
    read: int = 0  # codes said until the end of the text was reached
    past: int = 0  # and since
    refused: int = 0
    again: int = 0  # codes in a row that looked far back
    lowest: int = 0  # where they looked
    highest: int = 0

    def hear(self, attention: Tensor) -> None:
        """Move on to where the heads look, by their `attention` to the text [positions]."""
        looked = int(attention.argmax())
        if self.at < looked <= self.at + JUMP:
            self.at = looked
        self.read += not self.ended
        self.past += self.ended
        if not BEFORE <= looked < self.at - JUMP:
            self.again = 0
            return
        self.again += 1
        first = self.again == 1
        self.lowest = looked if first else min(self.lowest, looked)
        self.highest = looked if first else max(self.highest, looked)

    def holds(self, wants_to_stop: bool) -> bool:
        """Whether it is too early to stop. `wants_to_stop`: the model would."""
        if self.at >= self.positions - BEHIND - 1 or self.refused >= REFUSALS:
            return False
        self.refused += wants_to_stop
        return True

    @property
    def ended(self) -> bool:
        """Whether the end of the text was reached."""
        return self.at > self.positions - BEHIND

    def over(self, likely: float) -> bool:
        """Whether everything was said. `likely`: how likely the model's stop is now."""
        most = max(AFTER, int(SYMBOLS_AFTER * self.read / self.positions))
        return self.past > most or (self.past > LIKELY_AFTER and likely >= LIKELY)

    @property
    def repeats(self) -> int:
        """Codes since the text is being read again; 0 while it is not."""
        return self.again if self.again >= AGAIN and self.highest - self.lowest >= SPREAD else 0
