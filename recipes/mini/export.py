"""The finished model as a folder of the public layout, half precision, with its built-in voices."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from recipes.mini.clips import pick_clip, speakers_of
from recipes.mini.codes import load_dvae
from recipes.mini.model import CONFIG, config
from recipes.mini.parts import load_gpt, load_speaker_encoder, trained
from recipes.mini.speech import MODEL_RATE, recorded
from recipes.mini.symbols import VOCABULARY
from timbre.engine.protocol import Conditioning, write_voices
from timbre.xtts.model import Xtts

VOICES = {  # the speaker of the recipe that each built-in voice is cloned from, and what a listener would say of it
    "bento": (0, "Bento", "low and calm"),
    "davi": (6, "Davi", "rather low"),
    "ana": (12, "Ana", "middle, even"),
    "iris": (17, "Iris", "rather high, clear"),
    "lia": (23, "Lia", "high and bright"),
}
CLIP_SECONDS = 9


def export(build: Path, folder: Path) -> None:
    """Write config.json, vocab.json, weights and voices to `folder`; the model card is written beside by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    model = assemble(build)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=1) + "\n", "utf-8")
    (folder / "vocab.json").write_text(json.dumps(VOCABULARY, ensure_ascii=False, indent=0) + "\n", "utf-8")
    save_file(_half(model.state_dict()), folder / "model.safetensors")
    dvae, stats = load_dvae(build)
    save_file(_half(dvae.state_dict()), folder / "dvae.safetensors")
    torch.save(stats, folder / "mel_stats.pth")
    speech = recorded(build)
    speakers = speakers_of(speech, speech.split("train"))
    voices, cards = {}, {}
    for key, (speaker, name, about) in VOICES.items():
        clip = pick_clip(speech, speakers[speaker], CLIP_SECONDS * MODEL_RATE, np.random.default_rng(speaker))
        latents, embedding = model.condition([clip])
        voices[key] = Conditioning(latents.numpy(), embedding.numpy())
        cards[key] = {"name": name, "about": about, "language": "en"}
    (folder / "voices.safetensors").write_bytes(write_voices(voices))
    (folder / "voices.json").write_text(json.dumps(cards, indent=1) + "\n", "utf-8")


def assemble(build: Path) -> Xtts:
    """The whole model out of the parts that were trained one after another."""
    model = Xtts(config()).eval()
    model.gpt = load_gpt(build)
    model.hifigan_decoder.speaker_encoder = load_speaker_encoder(build)
    model.hifigan_decoder.waveform_decoder.load_state_dict(trained(build / "vocoder")["generator"])
    model.mel_stats = torch.load(build / "mel_stats.pt", weights_only=True)
    return model.eval()


def _half(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights in half precision; `mel_stats`, which every mel is divided by, as they are."""
    whole = {key for key, value in state.items() if key == "mel_stats" or not value.is_floating_point()}
    return {key: (value if key in whole else value.half()).contiguous() for key, value in state.items()}
