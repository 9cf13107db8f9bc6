"""What lies beside a model's weights, and what tells these weights from others."""

import hashlib
from pathlib import Path

from timbre.engine.protocol import Conditioning, read_voices
from timbre.xtts import checkpoint

OURS, STUDIO = "voices.safetensors", "speakers_xtts.pth"  # named voices, by their conditioning


def built_in(folder: Path) -> dict[str, Conditioning]:
    """The voices that came with a model: ours, or the public studio's."""
    if (folder / OURS).exists():
        return read_voices((folder / OURS).read_bytes())
    if not (folder / STUDIO).exists():
        return {}
    return {
        "-".join(name.lower().split()): Conditioning(latents.numpy(), speaker.numpy())
        for name, (latents, speaker) in checkpoint.read_voices(folder / STUDIO).items()
    }


def fingerprint(folder: Path) -> str:
    """What tells one model's weights from another's: a hash of its configuration and of its weights' bytes."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    weights = next(folder / name for name in checkpoint.WEIGHTS if (folder / name).exists())
    with weights.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()[:16]
