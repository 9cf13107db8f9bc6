"""The engine: a loaded model that conditions on clips and speaks."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from timbre.engine.protocol import Conditioning, Sampling, read_voices
from timbre.engine.sampling import Chooser
from timbre.engine.utterance import Utterance, lengths
from timbre.errors import BadRequest, ClipTooShort
from timbre.text.languages import LANGUAGES
from timbre.text.plan import Piece
from timbre.text.tokenizer import Tokenizer
from timbre.xtts import checkpoint
from timbre.xtts.vocoder import at_speed

Samples = NDArray[np.float32]

STUDIO = "speakers_xtts.pth"  # beside the public weights: named voices, by their conditioning


class Engine:
    """One model, one utterance at a time. `rate` is of what it speaks, in samples a second."""

    def __init__(self, folder: Path, name: str, threads: int = 0) -> None:
        if threads:
            torch.set_num_threads(threads)
        self.folder, self.name = folder, name
        self.model = checkpoint.load(folder)
        self.tokenizer = Tokenizer.load(folder)
        self.fingerprint = fingerprint(folder)
        config = self.model.config
        self.languages = config.languages
        self.rate = config.model_args.output_sample_rate

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
        try:
            latents, speaker = self.model.condition([torch.from_numpy(clip.astype(np.float32)) for clip in clips])
        except ValueError:
            raise ClipTooShort() from None
        return Conditioning(latents.numpy(), speaker.numpy())

    def voices(self) -> dict[str, Conditioning]:
        """The voices that came with the model: ours in `voices.safetensors`, or the public studio's."""
        path = self.folder / "voices.safetensors"
        return read_voices(path.read_bytes()) if path.exists() else self._studio_voices()

    def _studio_voices(self) -> dict[str, Conditioning]:
        path = self.folder / STUDIO
        if not path.exists():
            return {}
        found = checkpoint.read_voices(path)
        return {
            "-".join(name.lower().split()): Conditioning(latents.numpy(), speaker.numpy())
            for name, (latents, speaker) in found.items()
        }

    def speak(
        self, pieces: Sequence[Piece], language: str, voice: Conditioning, sampling: Sampling
    ) -> Iterator[Samples]:
        """Audio of the pieces in order, float32 at 24 kHz, the pauses between them included. Close it to stop early.

        The same seed gives the same audio; without one, each call has its own.
        """
        seed = secrets.randbits(62) if sampling.seed is None else sampling.seed
        for number, piece in enumerate(pieces):
            utterance = self._utterance(piece, language, voice, sampling, seed + number)
            for _ in self._decode(utterance):
                yield np.zeros(0, np.float32)  # a place to stop at: the caller may close between any two codes
            if utterance.codes:
                yield self._vocode(utterance, sampling.speed)
            if piece.pause and number + 1 < len(pieces):
                yield np.zeros(int(piece.pause * self.rate), np.float32)

    def _utterance(self, piece: Piece, language: str, voice: Conditioning, sampling: Sampling, seed: int) -> Utterance:
        args = self.model.config.model_args
        if voice.latents.shape[1] != args.gpt_n_model_channels or len(voice.embedding) != args.d_vector_dim:
            raise BadRequest(reason="the voice was made for another model")
        ids = self.tokenizer.encode(piece.text, language)[: args.gpt_max_text_tokens - 2]
        fewest, most = lengths(piece.text, args)
        chooser = Chooser.start(sampling, seed % 2**63, args.gpt_num_audio_tokens, args.gpt_start_audio_token)
        tensors = torch.tensor(ids), torch.from_numpy(voice.latents), torch.from_numpy(voice.embedding)
        return Utterance(piece.text, *tensors, chooser, fewest, most)

    def _decode(self, utterance: Utterance) -> Iterator[None]:
        """Say an utterance, one code a step."""
        gpt, args = self.model.gpt, self.model.config.model_args
        stop, start = args.gpt_stop_audio_token, args.gpt_start_audio_token
        with torch.inference_mode():
            prefix = gpt.embed_prefix(utterance.latents, utterance.text_ids)
            hidden, cache = gpt.prefill([prefix], len(prefix) + utterance.most)
            utterance.take(gpt.mel_head(hidden)[0], hidden[0], stop, start)
        while not utterance.finished:
            yield
            with torch.inference_mode():
                hidden = gpt.step(torch.tensor(utterance.codes[-1:]), cache)
                utterance.take(gpt.mel_head(hidden)[0], hidden[0], stop, start)

    @torch.inference_mode()
    def _vocode(self, utterance: Utterance, speed: float) -> Samples:
        latents = at_speed(utterance.spoken(), speed)
        wave: Samples = self.model.hifigan_decoder(latents, utterance.speaker[None])[0].numpy()
        return wave


def fingerprint(folder: Path) -> str:
    """What tells one model's weights from another's: a hash of its configuration and of its weights' bytes."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    weights = next(folder / name for name in checkpoint.WEIGHTS if (folder / name).exists())
    with weights.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()[:16]
