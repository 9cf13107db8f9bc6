"""Checkpoints in every layout that people have, read as data: nothing in a file is run.

Published files carry their configuration as a pickled object. Inert stand-ins take the place of those few classes, by
name; every other global that a file asks for is refused before its code could run.
"""

import json
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from timbre.errors import BadCheckpoint, MissingTensor, UnknownTensor, WrongTensor
from timbre.xtts.config import ModelArgs, XttsConfig
from timbre.xtts.dvae import DiscreteVae
from timbre.xtts.model import Xtts
from timbre.xtts.reading import guarded

State = dict[str, Tensor]

WEIGHTS = ("model.safetensors", "model.pth", "model.pt")
DVAE_WEIGHTS = ("dvae.safetensors", "dvae.pth")
TEXT_TABLES = ("gpt.text_embedding.weight", "gpt.text_head.weight", "gpt.text_head.bias")

# what training and inference helpers leave in a file, and what is computed here instead of read
_DROPPED = re.compile(
    r"torch_mel_spectrogram_|dvae\.|gpt\.gpt_inference\.|gpt\.gpt\.wte\.|hifigan_decoder\.speaker_encoder\.torch_spec\."
)
_MAGNITUDE = (".weight_g", ".parametrizations.weight.original0")
_DIRECTION = (".weight_v", ".parametrizations.weight.original1")


class _Inert:
    """Takes whatever a pickled configuration says about itself, and does nothing with it."""


def _stand_ins() -> list[tuple[type, str]]:
    names = (
        "TTS.tts.configs.xtts_config.XttsConfig",
        "TTS.tts.configs.xtts_config.XttsAudioConfig",
        "TTS.tts.configs.xtts_config.XttsArgs",
        "TTS.tts.models.xtts.XttsAudioConfig",
        "TTS.tts.models.xtts.XttsArgs",
        "TTS.config.shared_configs.BaseDatasetConfig",
    )
    return [(type(name.rpartition(".")[2], (_Inert,), {}), name) for name in names]


def read(path: Path) -> State:
    """The tensors of a .safetensors, .pth or .pt file, by the names the file gives them.

    Raises BadCheckpoint for what is no checkpoint, UnsafeCheckpoint for one that asks to run code.
    """
    kept = guarded(path, lambda: load_file(path)) if path.suffix == ".safetensors" else _unpickled(path)
    state = kept.get("model", kept) if isinstance(kept, dict) else None
    if not isinstance(state, dict) or not all(isinstance(one, Tensor) for one in state.values()):
        raise BadCheckpoint(file=path.name, reason="it holds no table of tensors")
    return state


def read_voices(path: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """Conditioning latents [32, width] and speaker embedding [512] of each voice in a published `speakers_xtts.pth`.

    Raises BadCheckpoint and UnsafeCheckpoint as `read` does.
    """
    kept = _unpickled(path)
    try:
        return {
            str(name): (one["gpt_cond_latent"].float()[0], one["speaker_embedding"].float().flatten())
            for name, one in kept.items()
        }
    except (AttributeError, KeyError, TypeError, IndexError):
        raise BadCheckpoint(file=path.name, reason="it holds no table of voices") from None


def _unpickled(path: Path) -> Any:
    def load() -> Any:
        with torch.serialization.safe_globals(_stand_ins()):  # type: ignore[arg-type]
            # mapped, so that processes share the pages and what is never used is never read
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))

    return guarded(path, load)


def canonical(state: State) -> State:
    """The tensors by the model's own names: the trainer's prefix and helpers dropped, weight norm folded."""
    plain = {key.removeprefix("xtts."): value for key, value in state.items()}
    kept = {key: value for key, value in plain.items() if not _DROPPED.match(key)}
    folded: State = {}
    for key, value in kept.items():
        for magnitude, direction in zip(_MAGNITUDE, _DIRECTION, strict=True):
            if key.endswith(magnitude):
                stem = key.removesuffix(magnitude)
                folded[stem + ".weight"] = fold(value, kept[stem + direction])
                break
            if key.endswith(direction):
                break
        else:
            folded[key] = value
    return folded


def fold(magnitude: Tensor, direction: Tensor) -> Tensor:
    """The weight that weight norm stands for (Salimans and Kingma, 2016): one length for each first index."""
    length = direction.flatten(1).norm(dim=1).reshape(magnitude.shape)
    folded: Tensor = direction * (magnitude / length)
    return folded


def load(folder: Path) -> Xtts:
    """The model in a folder that holds `config.json` and its weights, ready to speak.

    Raises BadCheckpoint where a file is missing, and an error with key and shapes where the two do not fit.
    """
    path = next((folder / name for name in WEIGHTS if (folder / name).exists()), folder / WEIGHTS[0])
    state = canonical(read(path))
    model = build(read_config(folder), state)
    fill(model, state, path.name)
    return model.eval()


def read_config(folder: Path) -> XttsConfig:
    """The folder's configuration. Raises BadCheckpoint when there is none or it is no JSON."""
    path = folder / "config.json"
    try:
        return XttsConfig.load(path)
    except FileNotFoundError:
        raise BadCheckpoint(file=folder.name, reason="it has no config.json") from None
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, AttributeError):
        raise BadCheckpoint(file=path.name, reason="it is not the JSON of an XTTS configuration") from None


def build(config: XttsConfig, state: State) -> Xtts:
    """An empty model of the configured size, its text tables as long as the file's where a fine-tune made them
    longer.
    """
    rows = state[TEXT_TABLES[0]].shape[0] if TEXT_TABLES[0] in state else 0
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # nothing is initialised without memory, which torch remarks on for empty layers
        model = Xtts(config)
    if rows > config.model_args.gpt_number_text_tokens:
        width = config.model_args.gpt_n_model_channels
        model.gpt.text_embedding = nn.Embedding(rows, width, device="meta")
        model.gpt.text_head = nn.Linear(width, rows, device="meta")
    return model


def fill(module: nn.Module, state: State, file: str) -> None:
    """Give a module its tensors as 32-bit floats, every one of them and no other. `file` is the name that errors
    call.
    """
    wanted = module.state_dict()
    for key, tensor in wanted.items():
        if key.endswith("num_batches_tracked"):  # counts training steps; absent from files that were cleaned
            state.setdefault(key, torch.zeros((), dtype=torch.long))
        if key not in state:
            raise MissingTensor(file=file, key=key, wanted=list(tensor.shape))
        if state[key].shape != tensor.shape:
            raise WrongTensor(file=file, key=key, found=list(state[key].shape), wanted=list(tensor.shape))
    for key in state:
        if key not in wanted:
            raise UnknownTensor(file=file, key=key, found=list(state[key].shape))
    real = {key: value.float() if value.is_floating_point() else value for key, value in state.items()}
    module.load_state_dict(real, assign=True)
    _restore_constants(module)


def check_fits(file: str, key: str, tensor: Tensor, state: State) -> None:
    """Raises UnknownTensor and WrongTensor where a tensor of a file has no place in a model's `state`."""
    if key not in state:
        raise UnknownTensor(file=file, key=key, found=list(tensor.shape))
    if tensor.shape != state[key].shape:
        raise WrongTensor(file=file, key=key, found=list(tensor.shape), wanted=list(state[key].shape))


def _restore_constants(module: nn.Module) -> None:
    """Filters and windows are computed, never read, and were left empty while the module was built without memory."""
    for part in module.modules():
        remake = getattr(part, "constants", None)
        if remake:
            for name, value in remake().items():
                part.register_buffer(name, value, persistent=False)


def load_dvae(folder: Path, args: ModelArgs) -> DiscreteVae:
    """The DVAE beside a model's weights. Raises BadCheckpoint where there is none."""
    path = next((folder / name for name in DVAE_WEIGHTS if (folder / name).exists()), folder / DVAE_WEIGHTS[0])
    plain = {key.removeprefix("dvae."): value for key, value in read(path).items()}
    state = {
        key: value for key, value in plain.items() if not key.startswith("discrete_loss.")
    }  # the trainer's counters
    dvae = DiscreteVae(args)
    fill(dvae, state, path.name)
    return dvae.eval()
