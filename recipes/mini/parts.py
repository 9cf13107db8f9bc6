"""The trained networks, each from its own run."""

from pathlib import Path

from torch import Tensor

from recipes.mini.model import config
from timbre.training import checkpoints
from timbre.xtts.gpt import Gpt
from timbre.xtts.speaker_encoder import SpeakerEncoder


def trained(folder: Path) -> dict[str, dict[str, Tensor]]:
    """The modules of a run's last checkpoint, or what it is to begin with.

    Raises FileNotFoundError where there is neither.
    """
    state = checkpoints.load(folder) or checkpoints.load(folder, checkpoints.START)
    if state is None:
        raise FileNotFoundError(f"{folder} has no checkpoint: run the step '{folder.name}' first")
    modules: dict[str, dict[str, Tensor]] = state["modules"]
    return modules


def load_gpt(build: Path) -> Gpt:
    """The trained GPT."""
    gpt = Gpt(config().model_args)
    gpt.load_state_dict(trained(build / "gpt")["gpt"])
    return gpt.eval()


def load_speaker_encoder(build: Path) -> SpeakerEncoder:
    """The trained speaker encoder."""
    args = config().model_args
    encoder = SpeakerEncoder(args.speaker_filters, args.d_vector_dim)
    encoder.load_state_dict(trained(build / "speakers")["encoder"])
    return encoder.eval()
