"""A model in the public layout: `model.pth` with the keys and the weight norm of published files, and what lies beside.

The public reference loads it, and so does everything that loads XTTS-v2.
"""

import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from timbre.engine.folder import built_in
from timbre.engine.protocol import Conditioning
from timbre.xtts import checkpoint
from timbre.xtts.checkpoint import State
from timbre.xtts.model import Xtts

_NORMED = re.compile(r"(hifigan_decoder\.waveform_decoder\.(?:ups\.\d+|resblocks\.\d+\.convs[12]\.\d+))\.weight")
"""The weights that published files have as a length and a direction."""

_FRONT = "hifigan_decoder.speaker_encoder.torch_spec"


def public_state(model: Xtts) -> State:
    """A model's tensors by the names of published files, in single precision."""
    found: State = {}
    for key, tensor in model.state_dict().items():
        one = tensor.float() if tensor.is_floating_point() else tensor
        if normed := _NORMED.fullmatch(key):
            found[f"{normed[1]}.weight_g"] = one.flatten(1).norm(dim=1).reshape(-1, *[1] * (one.dim() - 1))
            found[f"{normed[1]}.weight_v"] = one
        else:
            found[key] = one
    return {key: one.detach().contiguous().clone() for key, one in (found | _computed(model)).items()}


def _computed(model: Xtts) -> State:
    """What published files keep although it is computed."""
    spectrogram = model.hifigan_decoder.speaker_encoder.spectrogram
    return {
        f"{_FRONT}.0.filter": torch.tensor([[[-0.97, 1.0]]]),
        f"{_FRONT}.1.spectrogram.window": _buffer(spectrogram, "window"),
        f"{_FRONT}.1.mel_scale.fb": _buffer(spectrogram, "bands").T,
    }


def _buffer(module: torch.nn.Module, name: str) -> Tensor:
    return module.get_buffer(name)


def write(base: Path, model: Xtts, into: Path, voices: Mapping[str, Conditioning]) -> None:
    """The public layout in a new folder: what a checkpoint did not touch is as `base`, a folder of any layout, has it.

    voices: named ones beside those of the base.
    """
    into.mkdir(parents=True, exist_ok=True)
    torch.save({"model": public_state(model)}, into / "model.pth")
    for name in ("config.json", "vocab.json", "mel_stats.pth", "LICENSE.txt", "CARD.md"):
        if (base / name).exists():
            shutil.copyfile(base / name, into / name)
    if not (into / "mel_stats.pth").exists():
        torch.save(model.mel_stats.clone(), into / "mel_stats.pth")
    if dvae := next((base / name for name in checkpoint.DVAE_WEIGHTS if (base / name).exists()), None):
        state = checkpoint.read(dvae)
        torch.save({key.removeprefix("dvae."): one.clone() for key, one in state.items()}, into / "dvae.pth")
    kept = {
        name: {
            "gpt_cond_latent": torch.from_numpy(voice.latents)[None],
            "speaker_embedding": torch.from_numpy(voice.embedding)[None, :, None],
        }
        for name, voice in (built_in(base) | dict(voices)).items()
    }
    torch.save(kept, into / "speakers_xtts.pth")


def zipped(folder: Path, to: Path, check: Callable[[], None]) -> None:
    """A folder's files as one archive, not pressed: weights do not get smaller."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            check()
            archive.write(path, path.name)
