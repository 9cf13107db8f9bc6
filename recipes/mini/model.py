"""The size of `mini`, in the words of XTTS's own configuration."""

from typing import Any

from recipes.mini.symbols import TOKENS
from timbre.xtts.config import XttsConfig

CONFIG: dict[str, Any] = {
    "model": "xtts",
    "languages": ["en", "pt"],
    "gpt_cond_len": 12,
    "gpt_cond_chunk_len": 3,
    "max_ref_len": 12,
    "temperature": 0.6,
    "top_k": 50,
    "top_p": 0.8,
    "repetition_penalty": 1.5,
    "model_args": {
        "gpt_layers": 6,
        "gpt_n_model_channels": 288,
        "gpt_n_heads": 6,
        "gpt_max_audio_tokens": 605,
        "gpt_max_text_tokens": 402,
        "gpt_number_text_tokens": len(TOKENS),
        "gpt_start_text_token": TOKENS["[START]"],
        "gpt_stop_text_token": TOKENS["[STOP]"],
        "decoder_input_dim": 288,
        "vocoder_width": 128,
        "speaker_filters": [12, 24, 48, 96],
        "dvae_widths": [192, 320],
        "quantizer": "fsq",
        "fsq_levels": [8, 8, 4, 4],
        "text_front_end": "phonemes",
        "phonemizer": "timbre",
        "alignment_heads": [[1, 0], [1, 1], [2, 0], [2, 1]],  # those that guided attention taught
        "piece_characters": 110,
    },
}


def config() -> XttsConfig:
    """The same, read as any model's."""
    return XttsConfig.from_dict(CONFIG)
