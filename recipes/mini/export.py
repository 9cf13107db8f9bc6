"""The finished model as a folder of the public layout, half precision, with its built-in voices."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from recipes.mini.clips import pick_clip
from recipes.mini.codes import load_dvae
from recipes.mini.model import CONFIG, config
from recipes.mini.parts import load_gpt, load_speaker_encoder, trained
from recipes.mini.speech import MODEL_RATE, Speech, recorded
from recipes.mini.symbols import VOCABULARY
from timbre.engine.protocol import Conditioning, write_voices
from timbre.xtts.model import Xtts

# The pack, and the factor it is played at, that a built-in voice is cloned from; what a listener would say of it; and
# the pack's own language, for every voice speaks both. Ten that resemblyzer tells well apart: at most .64 alike.
VOICES = {
    "ana": ("af_aoede", 0.9457, "Ana", "a woman, rather low", "en"),
    "bento": ("pm_alex", 0.8459, "Bento", "a man, low; Brazilian", "pt"),
    "caio": ("am_puck", 1.0, "Caio", "a man, low", "en"),
    "clara": ("bf_isabella", 0.8459, "Clara", "a woman, rather low; British", "en"),
    "davi": ("pm_santa", 1.118, "Davi", "a man, rather high; Brazilian", "pt"),
    "iris": ("hf_alpha", 0.9457, "Iris", "a woman, rather high", "en"),
    "lia": ("pf_dora", 1.118, "Lia", "a woman, high; Brazilian", "pt"),
    "nina": ("af_nicole", 1.118, "Nina", "a woman, near whispering", "en"),
    "oto": ("bm_daniel", 1.0574, "Oto", "a man, middle; British", "en"),
    "ravi": ("hm_psi", 1.0, "Ravi", "a man, middle", "en"),
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
    voices, cards = {}, {}
    for number, (key, (pack, factor, name, about, language)) in enumerate(VOICES.items()):
        clip = pick_clip(
            speech, recordings(speech, pack, factor), CLIP_SECONDS * MODEL_RATE, np.random.default_rng(number)
        )
        latents, embedding = model.condition([clip])
        voices[key] = Conditioning(latents.numpy(), embedding.numpy())
        cards[key] = {"name": name, "about": about, "language": language}
    (folder / "voices.safetensors").write_bytes(write_voices(voices))
    (folder / "voices.json").write_text(json.dumps(cards, indent=1) + "\n", "utf-8")


def recordings(speech: Speech, pack: str, factor: float) -> list[int]:
    """The training set's recordings of a pack at a factor."""
    rows = [(place, speech.rows[place]) for place in speech.split("train")]
    return [place for place, row in rows if row["voice"] == pack and row["factor"] == factor]


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
