"""The engine: a loaded model that conditions on clips and speaks."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from timbre.engine import heads, memory, placement, tuning
from timbre.engine.adapters import Adapters
from timbre.engine.alignment import Alignment
from timbre.engine.folder import built_in, fingerprint
from timbre.engine.lengths import lengths
from timbre.engine.protocol import Conditioning, Role, Sampling
from timbre.engine.sampling import Chooser, choose
from timbre.engine.scheduler import Scheduler
from timbre.engine.utterance import Manner, Speech, Utterance
from timbre.engine.word_times import Timing
from timbre.errors import BadRequest, ClipTooShort, NoWordTimes
from timbre.text.languages import LANGUAGES
from timbre.text.placing import placed
from timbre.text.plan import Piece
from timbre.text.tokenizer import Tokenizer
from timbre.xtts import checkpoint
from timbre.xtts.lora import Adapter

Samples = NDArray[np.float32]

FIRST_CODES, LONGEST_CHUNK = 4, 48
"""Codes that the first stretch of sound has beyond what the vocoder has to see ahead, and that the longest has."""

SOUNDED_A_STEP = 64
"""Codes made sound in one step at the most: all rows wait meanwhile."""

SHORTEST = 2_205
"""Samples of a clip, a tenth of a second, in fewer of which there is no window of a spectrum."""


class Engine:
    """One model, many utterances at a time. `rate` is of what it speaks, in samples a second.

    `rows` bounds the batch, `cache_mb` the memory of what its rows have said (0: what the machine has to spare).
    `device`, `weights` and `vocoder` are as in the settings of those names. `adapters` is how many it holds at once.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        threads: int = 0,
        rows: int = 16,
        cache_mb: int = 0,
        device: str = "cpu",
        weights: str = "fp32",
        vocoder: str = "fp32",
        adapters: int = 16,
    ) -> None:
        if threads:
            torch.set_num_threads(threads)
        self.folder, self.name = folder, name
        self.model = checkpoint.load(folder)
        self.tokenizer = Tokenizer.load(folder)
        self.fingerprint = fingerprint(folder)
        config = self.model.config
        self.languages = config.languages
        self.rate = config.model_args.output_sample_rate
        asked = device, weights, vocoder
        self.placement = placement.choose(self.model, *asked, quickest=tuning.kept(self.fingerprint))
        placement.place(self.model, self.placement)
        self._vocoder = placement.vocoder(self.model, self.placement)
        self.adapters = Adapters(self.model.gpt, self.fingerprint, adapters, self._spoken)
        self.heads = config.model_args.alignment_heads or heads.kept(folder, self.fingerprint)
        self._search: heads.Search | None = None
        self._align()
        self._position_bytes = placement.position_bytes(self.model.gpt)
        positions = placement.budget_mb(self.placement, cache_mb) * 2**20 // self._position_bytes
        self._decoding, rows = placement.decoding(self.model.gpt, self.placement, rows, positions)
        self.scheduler = Scheduler(rows, positions)
        self._tidy = False  # whether memory was given back since it last spoke

    @classmethod
    def load(cls, folder: Path, name: str, threads: int = 0) -> "Engine":
        """The model in a folder of the public layout. Raises errors.BadCheckpoint and its kin when it cannot be
        read.
        """
        return cls(folder, name, threads)

    def character_limit(self, language: str) -> int:
        """The longest piece of text that the model reads well, in characters."""
        limit = LANGUAGES[language].limit
        return min(limit, self.model.config.model_args.piece_characters or limit)

    def sampling(self) -> Sampling:
        """What the model's own configuration samples by."""
        config = self.model.config
        return Sampling(config.temperature, config.top_k, config.top_p, config.repetition_penalty)

    @torch.inference_mode()
    def condition(self, clips: Sequence[Samples]) -> Conditioning:
        """A voice from reference clips, each float32 [samples] at 22,050 Hz. Raises errors.ClipTooShort."""
        if min(map(len, clips), default=0) < SHORTEST:
            raise ClipTooShort()
        try:
            latents, speaker = self.model.condition([self._here(clip.astype(np.float32)) for clip in clips])
        except ValueError:
            raise ClipTooShort() from None
        return Conditioning(latents.cpu().numpy(), speaker.cpu().numpy())

    def voices(self) -> dict[str, Conditioning]:
        """The voices that came with the model: ours in `voices.safetensors`, or the public studio's."""
        return built_in(self.folder)

    def speak(
        self, pieces: Sequence[Piece], language: str, voice: Conditioning, sampling: Sampling, adapter: str = ""
    ) -> Iterator[Samples]:
        """Audio of the pieces in order, float32 at 24 kHz, the pauses between them included. Close it to stop early.

        The same seed gives the same audio; without one, each call has its own.
        """
        speech = self.begin(pieces, language, voice, sampling, adapter=adapter)
        try:
            while not speech.finished or speech.ready:
                yield from speech.take()
                self.step()
        finally:
            self.cancel(speech)

    def begin(
        self,
        pieces: Sequence[Piece],
        language: str,
        voice: Conditioning,
        sampling: Sampling,
        more: bool = False,
        adapter: str = "",
        background: bool = False,
        roles: Sequence[Role] = (),
        words: bool = False,
    ) -> Speech:
        """Take a request in hand: `step` makes its sound, `Speech.take` hands it out. Raises errors.BadRequest,
        UnknownAdapter, NoWordTimes.

        With `more` it stays open for `extend`, until `close`. `adapter` is one of `adapters`, which it keeps to its
        end; without one the model speaks as it is. What is in the background lets all others go first. `roles` read
        the pieces that name them. With `words`, `Speech.words` tells when each is said.
        """
        if words and not self.times_words:
            raise NoWordTimes(model=self.name)
        own = Role(language, voice, sampling.speed, adapter)
        seeded = sampling.seeded()
        manners = tuple(self._manner(role, replace(seeded, speed=role.speed)) for role in (own, *roles))
        speech = Speech(deque(), FIRST_CODES, manners=manners, open=more, background=background, timed=words)
        self.extend(speech, pieces)
        self.scheduler.add(speech)
        return speech

    def extend(self, speech: Speech, pieces: Sequence[Piece]) -> None:
        """Add to an open speech. It sounds as if all had been there from the start. Raises errors.BadRequest."""
        first, manners = speech.count, speech.manners
        if any(not 0 <= piece.role < len(manners) for piece in pieces):
            raise BadRequest(reason="a piece is for a role that was not named")
        utterances = [
            self._utterance(piece, manners[piece.role], first + place, speech.timed)
            for place, piece in enumerate(pieces)
        ]
        if utterances and not first:
            speech.owed = int(pieces[0].before * self.rate)
        if utterances and not speech.waiting and not speech.begun:  # somebody waits to hear something
            speech.chunk = FIRST_CODES + utterances[0].vocoder.lookahead
        speech.waiting.extend(utterances)
        speech.pause()

    def close(self, speech: Speech) -> None:
        """Nothing more is added to a speech: it ends with what it has."""
        speech.open = False

    def step(self) -> None:
        """Advance every running utterance by one audio code, and make sound of what is due."""
        self._tidy = False
        for utterance in self.scheduler.admit():
            self._prefill(utterance)
        running = [utterance for utterance in self.scheduler.running if not utterance.finished]
        if running:
            self._decode(running)
        self._free(self.scheduler.leave())
        self._sound()

    def cancel(self, speech: Speech) -> None:
        """Forget a speech; its rows are free from the next step on."""
        self._free(self.scheduler.remove(speech))

    def _free(self, gone: Sequence[Utterance]) -> None:
        for utterance in gone:
            if utterance.row is not None:
                self._decoding.leave(utterance.row)
                utterance.row = None

    def learn(self) -> bool:
        """Find out which heads align text and sound, where that is not known yet: as much as takes the time of a code.

        To be called while the engine is idle. Whether there is more to find out.
        """
        if self.heads is not None:
            self._give_back()
            return False
        self._search = self._search or heads.search(self)
        if self._search.step():
            return True
        if found := self._search.found:
            heads.keep(self.folder, self.fingerprint, found)
        self.heads, self._search = found.heads if found else (), None
        self._align()
        self._decoding, _ = placement.decoding(
            self.model.gpt, self.placement, self.scheduler.rows, self.scheduler.positions
        )
        return False

    def _manner(self, role: Role, sampling: Sampling) -> Manner:
        """A role as it is spoken. Raises errors.UnknownAdapter."""
        assert isinstance(role.voice, Conditioning) and isinstance(role.adapter, str)
        adapter = self.adapters.named(role.adapter) if role.adapter else None
        return Manner(role.language, role.voice, sampling, adapter)

    def _spoken(self) -> list[Adapter]:
        """The adapters of those who are spoken for."""
        manners = [manner for speech in self.scheduler.speeches for manner in speech.manners]
        return [manner.adapter for manner in manners if manner.adapter is not None]

    def _give_back(self) -> None:
        if not self._tidy:
            memory.give_back()
            self._tidy = True

    def _align(self) -> None:
        """Let the GPT tell where the known heads look."""
        self.model.gpt.args = replace(self.model.gpt.args, alignment_heads=self.heads or ())

    @property
    def times_words(self) -> bool | None:
        """Whether heads tell when each word is said; None while they are still to be looked for."""
        return None if self.heads is None else bool(self.heads)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to step for."""
        return all(speech.hungry for speech in self.scheduler.speeches)

    @property
    def runs(self) -> dict[str, str]:
        """Where it runs and in what numbers: `device`, `weights`, `vocoder`."""
        return self.placement.as_dict()

    @property
    def rows(self) -> int:
        """The most utterances that the batch holds."""
        return self.scheduler.rows

    @property
    def cache_mb(self) -> tuple[float, float]:
        """Megabytes that the running utterances may come to, and that they may have."""
        used, most = self.scheduler.used, self.scheduler.positions
        return used * self._position_bytes / 2**20, most * self._position_bytes / 2**20

    @property
    def waiting(self) -> int:
        """Speeches that have no place in the batch yet."""
        return self.scheduler.waiting

    @property
    def running(self) -> int:
        """Utterances in the batch."""
        return len(self.scheduler.running)

    @torch.inference_mode()
    def _utterance(self, piece: Piece, manner: Manner, number: int, timed: bool = False) -> Utterance:
        args, voice, sampling = self.model.config.model_args, manner.voice, manner.sampling
        assert sampling.seed is not None
        if voice.latents.shape[1] != args.gpt_n_model_channels or len(voice.embedding) != args.d_vector_dim:
            raise BadRequest(reason="the voice was made for another model")
        ids = self.tokenizer.encode(piece.text, manner.language)[: args.gpt_max_text_tokens - 2]
        fewest, most = lengths(piece.text, args, manner.language)
        chooser = Chooser.start(
            sampling, (sampling.seed + number) % 2**63, args.gpt_num_audio_tokens, args.gpt_start_audio_token
        )
        gpt = self.model.gpt
        latents = self._here(voice.latents).to(gpt.mel_embedding.weight)
        prefix = gpt.embed_prefix(latents, torch.tensor(ids, device=latents.device))
        vocoder = self._vocoder.stream(self._here(voice.embedding), sampling.speed)
        utterance = Utterance(piece.text, prefix, chooser, vocoder, fewest, most, piece.pause, manner.adapter)
        if self.heads:
            utterance.alignment = Alignment(len(ids) + 2)
            utterance.timing = self._timing(piece.text, len(ids) + 2, manner) if timed else None
        return utterance

    def _timing(self, text: str, positions: int, manner: Manner) -> Timing:
        args = self.model.config.model_args
        code_s = args.gpt_code_stride_len / args.input_sample_rate / manner.sampling.speed
        return Timing(placed(self.tokenizer, text, manner.language), positions, code_s)

    def _here(self, values: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(values).to(self.placement.device)

    @torch.inference_mode()
    def _prefill(self, utterance: Utterance) -> None:
        utterance.row, latent = self._decoding.begin(utterance.prefix, utterance.room, utterance.adapter)
        self._choose([utterance], latent[None])

    @torch.inference_mode()
    def _decode(self, running: list[Utterance]) -> None:
        rows = [utterance.row for utterance in running if utterance.row is not None]
        self._choose(running, self._decoding.step([utterance.codes[-1] for utterance in running], rows))

    def _choose(self, rows: list[Utterance], hidden: Tensor) -> None:
        """Each row's next code, from its latent [rows, width]."""
        args = self.model.config.model_args
        stop, start = args.gpt_stop_audio_token, args.gpt_start_audio_token
        logits = self.model.gpt.mel_head(hidden).float().cpu()
        forbidden = [row.forbidden(one, stop, start) for row, one in zip(rows, logits, strict=True)]
        codes = choose([row.chooser for row in rows], logits, forbidden)
        for row, code, latent in zip(rows, codes, hidden.float(), strict=True):
            row.take(code, latent, stop)

    @torch.inference_mode()
    def _sound(self) -> None:
        """Sound for those who have heard least, as much as a step has time for."""
        left = SOUNDED_A_STEP
        for speech in sorted(self.scheduler.speeches, key=lambda one: one.given):
            if left <= 0:
                break
            left -= self._sound_of(speech, left)
            if speech.finished:
                self._free(self.scheduler.remove(speech))

    def _sound_of(self, speech: Speech, most: int) -> int:
        """Sound of the utterance that is being heard, once a chunk of it has come together. Returns codes used."""
        if not speech.begun:
            return 0
        heard = speech.begun[0]
        count = min(len(heard.hidden), most)
        if count < speech.chunk and not heard.finished:
            return 0
        if len(speech.starts) == speech.heard:
            speech.starts.append(speech.given)
        speech.give(heard.sound(count))
        if heard.silent:
            speech.begun.popleft()
            if speech.timed:
                speech.words.append(heard.words())
            speech.heard += 1
            speech.owed = int(heard.pause * self.rate)
        speech.pause()
        speech.chunk = min(2 * speech.chunk, LONGEST_CHUNK)
        return count
