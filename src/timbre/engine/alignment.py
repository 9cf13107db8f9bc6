"""Where in its text an utterance is, by the heads of the GPT that look at the symbol which is being said.

A model names such heads in its configuration (`alignment_heads`); without them nothing here is asked.
"""

from dataclasses import dataclass

from torch import Tensor

BEHIND = 3  # positions at the text's end that are no sound: the last symbol's own, its mark, STOP
JUMP = 8  # positions that the reading moves on at once, at the most: a glance farther ahead is no progress
REFUSALS = 12  # stops held back in all; a model that insists is right, and the heads were wrong
AFTER = 12  # codes after the end of the text, half a second


@dataclass(slots=True)
class Alignment:
    """How far the text has been read. `positions` is its length, START and STOP counted."""

    positions: int
    at: int = 0
    past: int = 0  # codes said since the end of the text was reached
    refused: int = 0

    def hear(self, attention: Tensor) -> None:
        """Move on to where the heads look, by their `attention` to the text [positions]."""
        looked = int(attention.argmax())
        if self.at < looked <= self.at + JUMP:
            self.at = looked
        if self.at >= self.positions - BEHIND + 1:
            self.past += 1

    def holds(self, wants_to_stop: bool) -> bool:
        """Whether it is too early to stop. `wants_to_stop`: the model would."""
        if self.at >= self.positions - BEHIND - 1 or self.refused >= REFUSALS:
            return False
        self.refused += wants_to_stop
        return True

    @property
    def over(self) -> bool:
        """Whether everything was said, and a pause after it."""
        return self.past > AFTER
