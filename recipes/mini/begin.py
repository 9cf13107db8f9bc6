"""Going on from a finished model on a machine that has none of its runs: weights as they were shipped, fresh
optimisers, a short warm-up.

The codes are the shipped DVAE's, so the sentences have to be read again (`teach`) but no code changes its meaning.
"""

from pathlib import Path

import torch

from recipes.mini.dvae import Centred
from recipes.mini.model import config
from recipes.mini.teacher import FACTORS
from timbre.training.checkpoints import START
from timbre.xtts import checkpoint


def begin(build: Path, folder: Path) -> None:
    """Write each network of the model in `folder` as what its run under `build` starts from."""
    model, dvae = checkpoint.load(folder), checkpoint.load_dvae(folder, config().model_args)
    stats = torch.load(folder / "mel_stats.pth", weights_only=True)
    centred = Centred(dvae, torch.zeros_like(stats), len(FACTORS), fresh=False)
    decoder = model.hifigan_decoder
    build.mkdir(parents=True, exist_ok=True)
    torch.save(stats, build / "mel_stats.pt")
    for run, modules in {
        "dvae": {"dvae": centred},
        "gpt": {"gpt": model.gpt},
        "speakers": {"encoder": decoder.speaker_encoder},
        "vocoder": {"generator": decoder.waveform_decoder},
    }.items():
        (build / run).mkdir(exist_ok=True)
        state = {"modules": {name: module.state_dict() for name, module in modules.items()}}
        torch.save(state, build / run / START)
