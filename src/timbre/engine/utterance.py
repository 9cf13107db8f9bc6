"""What is being said: a speech is what somebody asked for, an utterance one piece of its text on the way to sound."""

from collections import deque
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from timbre.engine.alignment import Alignment
from timbre.engine.decoding import Row
from timbre.engine.lengths import likely
from timbre.engine.loops import looped
from timbre.engine.protocol import Conditioning, Sampling
from timbre.engine.sampling import Chooser
from timbre.engine.stream import VocoderStream
from timbre.engine.word_times import Timing
from timbre.text.timed import Timed
from timbre.xtts.conditioning import LATENTS
from timbre.xtts.lora import Adapter

FADE = 480  # samples, 20 ms, at the end of what was cut

Samples = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Utterance:
    """What was asked, and how far it has come."""

    text: str
    prefix: Tensor  # all that stands before the first code, [length, width]
    chooser: Chooser
    vocoder: VocoderStream
    fewest: int
    most: int
    pause: float = 0.0  # seconds of silence after it, unless it is the last
    adapter: Adapter | None = None
    codes: list[int] = field(default_factory=list)
    hidden: list[Tensor] = field(default_factory=list)  # one latent a code, [width]; what the vocoder took is dropped
    finished: bool = False
    row: Row | None = None  # what it has said, while it runs
    alignment: Alignment | None = None  # where the model has heads for it
    timing: Timing | None = None  # and who asked wants to know when its words are said
    guarded: bool = True  # else it says what the model wants, to see what guarding is worth
    over: bool = False  # it has to end now, whatever the model wants
    cut: bool = False  # it was ended while there may have been sound

    @property
    def room(self) -> int:
        """Positions that it comes to at the most."""
        return len(self.prefix) + self.most

    @property
    def expected(self) -> int:
        """Positions that it will hardly come to."""
        return len(self.prefix) + min(self.most, likely(self.text))

    def forbidden(self, logits: Tensor, stop: int, start: int) -> tuple[int, ...]:
        """The codes that may not come next, whatever its `logits` [codes]; to be asked once before each code."""
        in_mid_text = self._in_mid_text(logits, stop)  # which follows the text at every code
        early = in_mid_text or len(self.codes) < self.fewest
        return (start, stop) if early else (start,)

    def take(self, code: int, latent: Tensor, stop: int) -> None:
        """Say a code; `latent` [width] is what it was chosen from and speaks it.

        The `stop` code ends the utterance and is not spoken itself.
        """
        if code == stop or self.over:
            self.finished, self.cut = True, code != stop
            return
        self.codes.append(code)
        self.hidden.append(latent)
        repeated = self._repeated()
        if repeated or len(self.codes) >= self.most:
            self._end_before(repeated)

    def _in_mid_text(self, logits: Tensor, stop: int) -> bool:
        """Whether the heads that align text and sound say that there is more to be read."""
        if self.alignment is None or self.row is None:
            return False
        if self.row.attention is not None:
            self.alignment.hear(self.row.attention[LATENTS:])
            if self.timing is not None:
                self.timing.hear(self.row.attention[LATENTS:])
        if self.alignment.ended:
            self.over = self.alignment.over(float(logits.float().softmax(0)[stop]))
        return self.alignment.holds(int(logits.argmax()) == stop)

    def _repeated(self) -> int:
        """How many of its last codes said what had been said."""
        if not self.guarded:
            return 0
        return looped(self.codes) or (self.alignment.repeats if self.alignment is not None else 0)

    def _end_before(self, last: int) -> None:
        """End without the last codes, as far as they were not heard yet."""
        self.finished = self.cut = True
        unsaid = min(last, len(self.hidden))
        if unsaid:
            del self.codes[-unsaid:], self.hidden[-unsaid:]

    def words(self) -> list[Timed]:
        """Its words, once it is `finished`, and when in it they are said; none where nobody asked."""
        return self.timing.times(len(self.codes)) if self.timing is not None else []

    def sound(self, most: int) -> Samples:
        """The sound of at most so many of the latents that wait for it, [samples]; the rest of it with the last one."""
        latents, self.hidden = self.hidden[:most], self.hidden[most:]
        parts = [self.vocoder.push(torch.stack(latents))] if latents else []
        if self.silent:
            parts.append(self.vocoder.finish())
        samples = torch.cat(parts).float().cpu().numpy() if parts else np.zeros(0, np.float32)
        return faded(samples) if self.silent and self.cut else samples

    @property
    def silent(self) -> bool:
        """Whether nothing of it waits to be made sound, nor will."""
        return self.finished and not self.hidden


def faded(samples: Samples) -> Samples:
    """Sound [samples] whose end does not click."""
    length = min(FADE, len(samples))
    ramp = np.linspace(1, 0, length, dtype=np.float32)
    return np.concatenate((samples[: len(samples) - length], samples[len(samples) - length :] * ramp))


_numbers = count()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a part of a speech is read; `sampling` has its seed."""

    language: str
    voice: Conditioning
    sampling: Sampling
    adapter: Adapter | None = None


@dataclass(slots=True, eq=False)
class Speech:
    """A request: its utterances in order. They are decoded side by side and heard one after another.

    While it is open, more may be added: it ends only once it is closed.
    """

    waiting: deque[Utterance]  # not begun
    chunk: int  # codes of the next stretch of sound
    begun: deque[Utterance] = field(default_factory=deque)  # decoding, or decoded and not yet heard; the first is heard
    ready: list[Samples] = field(default_factory=list)  # sound to be handed out
    given: int = 0  # samples of sound made so far
    number: int = field(default_factory=lambda: next(_numbers))  # who came first
    manners: tuple[Manner, ...] = ()  # its roles
    open: bool = False
    background: bool = False  # nobody listens to it yet
    heard: int = 0  # utterances that were made sound to their end
    starts: list[int] = field(default_factory=list)  # the sample at which each utterance begins to sound
    timed: bool = False  # whether to tell when words are said
    words: list[list[Timed]] = field(default_factory=list)  # of each that was made sound to its end, from its start on
    owed: int = 0  # samples of silence after what was heard, due once something follows

    @property
    def running(self) -> int:
        """Rows that it has in the batch."""
        return sum(not utterance.finished for utterance in self.begun)

    @property
    def finished(self) -> bool:
        """Whether everything was said and made sound."""
        return not (self.open or self.waiting or self.begun)

    @property
    def hungry(self) -> bool:
        """Whether it has nothing to say until more is added to it."""
        return self.open and not self.waiting and not self.begun

    @property
    def count(self) -> int:
        """Utterances that it was given so far."""
        return self.heard + len(self.begun) + len(self.waiting)

    def give(self, samples: Samples) -> None:
        """Hand out sound."""
        self.given += len(samples)
        self.ready.append(samples)

    def pause(self) -> None:
        """Hand out the silence after what was heard, if something follows: the last utterance has none."""
        if self.owed and (self.begun or self.waiting):
            self.give(np.zeros(self.owed, np.float32))
            self.owed = 0

    def take(self) -> list[Samples]:
        """The sound that became ready since the last call."""
        ready, self.ready = self.ready, []
        return ready
