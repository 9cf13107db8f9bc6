"""The whole model: what a checkpoint holds, and the two things it is asked for before any text."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from timbre.xtts.config import XttsConfig
from timbre.xtts.gpt import Gpt
from timbre.xtts.mel import conditioning_mel, log_mel
from timbre.xtts.resample import resample
from timbre.xtts.vocoder import Decoder

SPEAKER_RATE = 16_000
SHORTEST_PIECE = 0.33  # seconds; what is left over of a clip and shorter is not listened to


class Xtts(nn.Module):
    """XTTS of the sizes that its configuration gives."""

    mel_stats: Tensor

    def __init__(self, config: XttsConfig) -> None:
        super().__init__()
        self.config = config
        self.gpt = Gpt(config.model_args)
        self.hifigan_decoder = Decoder(config.model_args)
        self.register_buffer("mel_stats", torch.ones(80))
        self.spectrogram = conditioning_mel()

    @torch.inference_mode()
    def condition(self, clips: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Conditioning latents [32, width] and speaker embedding [512] of reference clips [samples] at 22,050 Hz.

        Each clip is cut to the configuration's `max_ref_len`. The embedding is the mean of the clips' own; for the
        latents the clips are joined, cut into pieces, and the pieces' latents averaged. Raises ValueError when no
        piece is long enough.
        """
        config, rate = self.config, self.config.model_args.input_sample_rate
        cut = [clip[: int(rate * config.max_ref_len)] for clip in clips]
        encoder = self.hifigan_decoder.speaker_encoder
        speaker = torch.stack([encoder(resample(clip[None], rate, SPEAKER_RATE))[0] for clip in cut]).mean(0)
        joined = torch.cat(cut)[: int(rate * config.gpt_cond_len)]
        cuts = torch.split(joined, int(rate * config.gpt_cond_chunk_len))
        pieces = [one for one in cuts if len(one) >= rate * SHORTEST_PIECE]
        if not pieces:
            raise ValueError(f"the clips are shorter than {SHORTEST_PIECE} s")
        mels = [log_mel(self.spectrogram(piece[None]), self.mel_stats) for piece in pieces]
        latents = torch.cat([self.gpt.condition(mel) for mel in mels]).mean(0)
        return latents, speaker
