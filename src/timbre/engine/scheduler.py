"""Who is in the batch: the one place that lets utterances in, by fairness and by memory."""

from timbre.engine.utterance import Speech, Utterance

SHARE = 0.75  # of the rows that one speech may take, or a long text would keep newcomers out
AHEAD = 8  # utterances of a speech that may be decoded before they are heard
KEPT = 8  # one row of so many is kept free of speech that nobody listens to
A_STEP = 2  # utterances begun in a step; each delays all others by its prefix


class Scheduler:
    """The speeches in hand, and the utterances that the next step advances.

    `rows` bounds the batch, `positions` what all its rows together are expected to come to.
    """

    def __init__(self, rows: int, positions: int) -> None:
        self.rows, self.positions = rows, positions
        self.speeches: list[Speech] = []
        self.running: list[Utterance] = []

    @property
    def waiting(self) -> int:
        """Speeches that somebody waits for, that nothing was said of yet, and that the batch has no row for."""
        unheard = sum(
            bool(speech.waiting) and not (speech.begun or speech.given or speech.background) for speech in self.speeches
        )
        between = sum(
            bool(speech.waiting and (speech.begun or speech.given) and not speech.running)
            and len(speech.begun) < AHEAD
            and not speech.background
            for speech in self.speeches
        )  # two of their utterances, and so about to take a row again, before any newcomer
        return max(0, unheard - max(0, self.rows - len(self.running) - between))

    def add(self, speech: Speech) -> None:
        """Take a speech in hand."""
        self.speeches.append(speech)

    def remove(self, speech: Speech) -> list[Utterance]:
        """Drop a speech, finished or not; its rows are free at once. Returns who was in the batch."""
        if speech in self.speeches:
            self.speeches.remove(speech)
        gone = [utterance for utterance in speech.begun if utterance in self.running]
        self.running = [utterance for utterance in self.running if utterance not in gone]
        speech.waiting.clear()
        speech.begun.clear()
        speech.open = False
        return gone

    def admit(self) -> list[Utterance]:
        """The utterances that join the batch now."""
        admitted: list[Utterance] = []
        while len(admitted) < A_STEP and len(self.running) < self.rows and (speech := self._next()):
            if self.running and self.used + speech.waiting[0].expected > self.positions:
                break  # it waits for memory, and nobody overtakes it
            utterance = speech.waiting.popleft()
            speech.begun.append(utterance)
            self.running.append(utterance)
            admitted.append(utterance)
        return admitted

    def leave(self) -> list[Utterance]:
        """Let the finished utterances out of the batch. Returns them."""
        gone = [utterance for utterance in self.running if utterance.finished]
        self.running = [utterance for utterance in self.running if not utterance.finished]
        return gone

    def _next(self) -> Speech | None:
        """The speech with the fewest rows, of those the first to come: who has none yet waits for first audio.

        What is in the background gets the rows that nobody else wants, save a few that are kept for who comes next.
        """
        most = max(1, int(self.rows * SHARE))
        able = [one for one in self.speeches if one.waiting and one.running < most and len(one.begun) < AHEAD]
        if len(self.running) >= self.rows - self.rows // KEPT:
            able = [one for one in able if not one.background]
        return min(able, key=lambda speech: (speech.background, speech.running, speech.number), default=None)

    @property
    def used(self) -> int:
        """Positions that the running utterances are expected to come to."""
        return sum(utterance.expected for utterance in self.running)
