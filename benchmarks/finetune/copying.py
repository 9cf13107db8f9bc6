"""What the base model leaves of a person's words: held-out clips as codes, and from their codes as sound again.

The GPT is given the right codes, so nothing is sampled: a fine-tune can hardly be understood better than this.
"""

from pathlib import Path
from typing import Any

import numpy as np
import soxr
import torch

from benchmarks.reading import machine
from recipes.mini.judge import whisper_base
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import word_error_rate
from timbre.training.examples import TEST, VALIDATION
from timbre.training.finetune import prepared
from timbre.training.gpt import GptBatch, embed
from timbre.training.options import Options
from timbre.training.task import through
from timbre.training.tasting import CLIP_RATE, reference
from timbre.training.watching import Watcher
from timbre.xtts.checkpoint import load

LANGUAGE = "en"


@torch.inference_mode()
def copied(base: Path, data: Path, folder: Path, options: Options, watcher: Watcher) -> dict[str, Any]:
    """Word error rates of the recordings, and of what is made of their codes."""
    model = load(base).eval()
    clips = prepared(base, model, data, folder, options, watcher)
    latents, speaker = model.condition([torch.from_numpy(wave) for wave in reference(clips)])
    hearing, rate = whisper_base(Path("build/mini")), model.config.model_args.output_sample_rate
    recordings, copies = [], []
    for one in clips.split(TEST) + clips.split(VALIDATION):
        batch = GptBatch([one.ids], [one.codes], torch.empty(0), torch.zeros(1, dtype=torch.long))
        x, layout = embed(model.gpt, batch, latents[None].float())
        said = through(model.gpt, x, None)[layout.audio_positions()][:-1]
        wave = model.hifigan_decoder(said[None], speaker[None].float()).flatten().numpy()
        for kept, sound, at in ((recordings, clips.wave(one), CLIP_RATE), (copies, wave, rate)):
            heard = hearing.hear(np.asarray(soxr.resample(sound, at, HEARD_RATE), np.float32), LANGUAGE).text
            kept.append((one.text, heard))
    return {
        "machine": machine(),
        "clips": len(copies),
        "word_error_rate": {
            "recordings": round(word_error_rate(recordings), 4),
            "copies": round(word_error_rate(copies), 4),
        },
    }
