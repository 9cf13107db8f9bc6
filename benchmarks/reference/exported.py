"""What the public reference computes with a model that Timbre exported: its own loader reads the files, strictly.

Writes `golden.safetensors` and `text.json` beside them, as golden.py does. Run it in the environment that install.sh
makes; `python -m benchmarks.exported` says the rest.
"""

import argparse
import json
from pathlib import Path

import torch
from golden import build_dvae, golden, golden_text, load_clip
from safetensors.torch import save_file
from TTS.tts.configs.xtts_config import XttsConfig
from TTS.tts.layers.tortoise.arch_utils import TorchMelSpectrogram
from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
from TTS.tts.models.xtts import Xtts, XttsArgs


def load(folder: Path) -> Xtts:
    """The model in a folder of the public layout, by the reference's own `load_checkpoint`."""
    told = json.loads((folder / "config.json").read_text())
    known = XttsArgs().to_dict().keys()
    args = XttsArgs(**{key: value for key, value in told["model_args"].items() if key in known})
    config = XttsConfig(model_args=args)
    # the random model's table has two rows fewer than its vocabulary has tokens; published ones have as many
    VoiceBpeTokenizer.get_number_tokens = lambda _: args.gpt_number_text_tokens
    model = Xtts(config)
    model.load_checkpoint(config, checkpoint_dir=str(folder), strict=True, eval=True)
    model.eval()
    return model


@torch.inference_mode()
def dvae_codes(folder: Path, clip: Path) -> torch.Tensor:
    """Audio codes of the clip by the exported DVAE and statistics, shape [codes]."""
    dvae = build_dvae("full", 0)
    dvae.load_state_dict(torch.load(folder / "dvae.pth", weights_only=True), strict=True)
    mel = TorchMelSpectrogram(mel_norm_file=str(folder / "mel_stats.pth"), sampling_rate=22050)(load_clip(clip, 22050))
    return dvae.get_codebook_indices(mel)[0]


def main() -> None:
    """Load, compute, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--codes", type=int, default=40)
    options = parser.parse_args()
    folder = options.folder
    asked = json.loads((folder / "config.json").read_text())["golden"]
    clips = [folder / f"{name}.wav" for name in ("reference", "reference_short", "reference_long")]
    model = load(folder)
    values = golden(model, clips, asked["text"], asked["language"], options.codes)
    values["dvae_codes"] = dvae_codes(folder, clips[0])
    (folder / "text.json").write_text(json.dumps(golden_text(model), ensure_ascii=False, indent=1), encoding="utf-8")
    save_file({key: value.contiguous().clone() for key, value in values.items()}, folder / "golden.safetensors")
    for key, value in values.items():
        print(f"{key:14} {tuple(value.shape)} {value.float().abs().mean():.5f}")


if __name__ == "__main__":
    main()
