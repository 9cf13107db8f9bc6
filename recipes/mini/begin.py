"""Going on from a finished model: weights as they were shipped, fresh optimisers, a short warm-up.

For more recordings, another day, or on a machine that has none of the model's runs. The codes go on from the shipped
DVAE's, so the GPT knows them already. What earlier runs left is moved aside and not lost.
"""

from pathlib import Path

import torch

from recipes.mini.done import forget
from recipes.mini.dvae import Centred
from recipes.mini.frames import MelFrames
from recipes.mini.mix import SPEAKERS
from recipes.mini.model import config
from recipes.mini.speech import MANY, mel_statistics, recorded
from timbre.training.checkpoints import START
from timbre.xtts import checkpoint
from timbre.xtts.vocoder import Generator

MADE = ("dvae", "gpt", "speakers", "trunk", "vocoder", "mel_stats.pt", "codes.npz", "embeddings.pt", "latents.pt")


def begin(build: Path, folder: Path) -> None:
    """Write each network of the model in `folder` as what its run under `build` starts from."""
    model, dvae = checkpoint.load(folder), checkpoint.load_dvae(folder, config().model_args)
    stats = torch.load(folder / "mel_stats.pth", weights_only=True)
    build.mkdir(parents=True, exist_ok=True)
    set_aside(build)
    mean = mel_statistics(recorded(build))[0] / stats if (build / MANY).exists() else torch.zeros_like(stats)
    centred = Centred(dvae, mean, SPEAKERS, fresh=False)
    decoder = model.hifigan_decoder
    torch.save(stats, build / "mel_stats.pt")
    for run, modules in {
        "dvae": {"dvae": centred},
        "gpt": {"gpt": model.gpt},
        "speakers": {"encoder": decoder.speaker_encoder},
        "trunk": {"generator": of_mels(decoder.waveform_decoder)},
    }.items():
        (build / run).mkdir(exist_ok=True)
        state = {"modules": {name: module.state_dict() for name, module in modules.items()}}
        torch.save(state, build / run / START)


def set_aside(build: Path) -> None:
    """Move what earlier runs made into `before-1`, or the first such folder that is free."""
    forget(build)
    made = [build / name for name in MADE if (build / name).exists()]
    if not made:
        return
    number = next(one for one in range(1, 1000) if not (build / f"before-{one}").exists())
    aside = build / f"before-{number}"
    aside.mkdir()
    for path in made:
        path.rename(aside / path.name)


def of_mels(generator: Generator) -> Generator:
    """The vocoder with a new first layer, for mels: what the recordings teach first."""
    args = config().model_args
    torch.manual_seed(42)
    trunk = Generator(MelFrames.inputs, args.vocoder_width, args.d_vector_dim)
    state = {name: one for name, one in generator.state_dict().items() if "conv_pre" not in name}
    trunk.load_state_dict({**trunk.state_dict(), **state})
    return trunk
