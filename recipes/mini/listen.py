"""How training goes, by ear: held-out sentences through Griffin-Lim, before there is a vocoder, and what Whisper hears.

`codes`: the recordings' own codes through the DVAE's decoder. `gpt`: sentences as the GPT says them, through its mel
head.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr
import torch
from torch import Tensor

from recipes.mini.balance import SHARES, kind
from recipes.mini.clips import pick_clip, speakers_of
from recipes.mini.codes import load_dvae
from recipes.mini.gpt import MelHead
from recipes.mini.griffinlim import to_wave
from recipes.mini.judge import whisper_base
from recipes.mini.model import config
from recipes.mini.parts import load_gpt, trained
from recipes.mini.speech import MODEL_RATE, Speech, recorded
from recipes.mini.symbols import encode
from timbre.engine.alignment import Alignment
from timbre.engine.decoding import SeparateCaches
from timbre.engine.lengths import lengths
from timbre.engine.protocol import Sampling
from timbre.engine.sampling import Chooser, choose
from timbre.engine.stream import VocoderStream
from timbre.engine.utterance import Utterance
from timbre.evaluation.intelligibility import RATE, word_error_rate
from timbre.training import checkpoints
from timbre.xtts.conditioning import LATENTS
from timbre.xtts.gpt import Gpt
from timbre.xtts.mel import conditioning_mel, log_mel
from timbre.xtts.vocoder import Decoder

ROWS = 12  # spoken side by side


def listen(build: Path, sentences: int) -> dict[str, float]:
    """Word error rates of both ways and every kind of recording, as far as they are trained."""
    speech = recorded(build)
    spoken = (build / "gpt" / checkpoints.LAST).exists()
    found = {}
    for name in SHARES:
        places = [place for place in speech.split("validation") if kind(speech.rows[place]) == name][:sentences]
        found[f"codes {name}"] = _heard(build, speech, places, codes_as_mels(build, speech, places))
        if spoken:
            found[f"gpt {name}"] = _heard(build, speech, places, sentences_as_mels(build, speech, places))
    return found


def _heard(build: Path, speech: Speech, places: list[int], mels: Iterator[Tensor]) -> float:
    judge, stats = whisper_base(build), mel_stats(build)
    pairs = []
    for place, mel in zip(places, mels, strict=True):
        wave = soxr.resample(to_wave(mel * stats).numpy(), MODEL_RATE, RATE).astype(np.float32)
        row = speech.rows[place]
        pairs.append((row["text"], judge.hear(wave, row["language"]).text))
        print(*pairs[-1], sep="\n    ", flush=True)
    return word_error_rate(pairs)


@torch.inference_mode()
def codes_as_mels(build: Path, speech: Speech, places: list[int]) -> Iterator[Tensor]:
    """The mel [frames, 80] that the DVAE makes again of each recording, in standard deviations."""
    dvae, stats = load_dvae(build)
    for place in places:
        mel = (speech.mel(place) / stats).T[None]
        yield dvae.reconstruct(dvae.codes(mel))[0].T


@torch.inference_mode()
def sentences_as_mels(build: Path, speech: Speech, places: list[int]) -> Iterator[Tensor]:
    """The mel of each sentence as the GPT says it after a clip of the recording's speaker."""
    gpt, head, stats = load_gpt(build), MelHead(config().model_args.gpt_n_model_channels), mel_stats(build)
    head.load_state_dict(trained(build / "gpt")["mel_head"])
    for begin in range(0, len(places), ROWS):
        for utterance in say(gpt, speech, places[begin : begin + ROWS], stats):
            yield head(torch.stack(utterance.hidden).T[None])[0].T


def mel_stats(build: Path) -> Tensor:
    """What every mel is divided by, [80]."""
    stats: Tensor = torch.load(build / "mel_stats.pt", weights_only=True)
    return stats


def say(gpt: Gpt, speech: Speech, places: list[int], stats: Tensor) -> list[Utterance]:
    """The sentences of recordings, sampled as the model's configuration says, all rows side by side."""
    speakers, spectrogram, chosen = speakers_of(speech, speech.split("validation")), conditioning_mel(), config()
    args = chosen.model_args
    sampling = Sampling(chosen.temperature, chosen.top_k, chosen.top_p, chosen.repetition_penalty)
    mute = VocoderStream(Decoder(args), torch.zeros(args.d_vector_dim))  # nothing is made sound here
    decoding, rows = SeparateCaches(gpt), []
    for place in places:
        row = speech.rows[place]
        clip = pick_clip(speech, speakers[row["speaker"]], 3 * MODEL_RATE, np.random.default_rng(place))
        latents = gpt.condition(log_mel(spectrogram(clip[None]), stats))[0]
        chooser = Chooser.start(sampling, place, args.gpt_num_audio_tokens, args.gpt_start_audio_token)
        prefix = gpt.embed_prefix(latents, torch.tensor(encode(row["phonemes"], row["language"])))
        rows.append(Utterance(row["text"], prefix, chooser, mute, *lengths(row["text"], args, row["language"])))
        rows[-1].alignment = Alignment(len(prefix) - LATENTS - 1)
        rows[-1].row, latent = decoding.begin(prefix, rows[-1].room)
        _take(gpt, rows[-1:], latent[None])
    while running := [row for row in rows if not row.finished]:
        said = [row.row for row in running if row.row]
        _take(gpt, running, decoding.step([row.codes[-1] for row in running], said))
    return rows


def _take(gpt: Gpt, rows: list[Utterance], hidden: Tensor) -> None:
    stop, start = gpt.args.gpt_stop_audio_token, gpt.args.gpt_start_audio_token
    logits = gpt.mel_head(hidden)
    forbidden = [row.forbidden(one, stop, start) for row, one in zip(rows, logits, strict=True)]
    codes = choose([row.chooser for row in rows], logits, forbidden)
    for row, code, latent in zip(rows, codes, hidden, strict=True):
        row.take(code, latent, stop)
