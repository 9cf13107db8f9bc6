"""The GPT of `mini`: XTTS's two cross-entropies, and two helps that a small model trained from nothing needs.

What stands for the clip has to say whose it is, or the codes so far tell the voice well enough and the clip is never
heard; and of many rows most codes are hidden. The networks that hear the clip are moved by AdamW at a low rate: both it
and Muon make full steps of the smallest gradient, and walk at random where there is none.

A mel made from the latents gives them a dense target, and is what a vocoder on the latents needs anyway. Guided
attention asks two heads of the second and third layer to look at the part of the text that is due (Tachibana et al.,
2018).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recipes.mini.balance import SHARES, dealt, kind
from recipes.mini.clips import pick_clip, speakers_of
from recipes.mini.codes import Codes
from recipes.mini.mix import SPEAKERS
from recipes.mini.model import config
from recipes.mini.speech import HOP, MODEL_RATE, Speech, recorded
from recipes.mini.symbols import encode
from timbre.training.data import Buckets
from timbre.training.gpt import GptBatch, Layout, cross_entropies, embed
from timbre.training.optimizers import adamw, muon
from timbre.training.schedule import Schedule
from timbre.training.trainer import Metrics, Plan, Trainer, Turn
from timbre.xtts.conditioning import LATENTS
from timbre.xtts.gpt import Block, Gpt
from timbre.xtts.mel import conditioning_mel, log_mel

STEPS, POSITIONS = 6000, 6000  # a step's conditioning, text and audio positions, padding counted
MATRIX_RATE, OTHER_RATE, CLIP_RATE = 3e-3, 2e-3, 5e-4
MASKED, MASKED_MORE, MORE_OFTEN = 0.12, 0.6, 0.35  # shares of a row's codes; and the share of rows with more
SPEAKER_WEIGHT = 0.3
TEXT_WEIGHT, GUIDED_WEIGHT, GUIDED_LATER, GUIDED_STEPS = 0.01, 0.3, 0.05, 1500
GUIDED_LAYERS, GUIDED_HEADS, BAND = (1, 2), 2, 0.08
VALIDATED = 40  # recordings of each kind
LOSSES = ("codes", "text", "mel", "speaker", "guided")
CLIP_SECONDS = (1.0, 1.0, 1.5, 2.0, 3.0)


class MelHead(nn.Module):
    """Latents [latents, width] of one row → mel [4 · latents, 80]. Dropped after training."""

    def __init__(self, width: int, hidden: int = 192) -> None:
        super().__init__()
        self.first = nn.Conv1d(width, hidden, 3, padding=1)
        self.second = nn.Conv1d(hidden, hidden, 5, padding=2)
        self.last = nn.Conv1d(hidden, 80, 5, padding=2)

    def forward(self, latents: Tensor) -> Tensor:
        """[batch, width, latents] → [batch, 80, 4 · latents]."""
        x = F.gelu(self.first(latents))
        x = F.gelu(self.second(F.interpolate(x, scale_factor=4, mode="linear")))
        out: Tensor = self.last(x)
        return out


@dataclass(frozen=True, slots=True)
class Rows:
    """What a step learns from."""

    batch: GptBatch
    mels: list[Tensor]  # of each row, [4 · codes, 80] in standard deviations
    speakers: Tensor  # of each clip, [clips]


class Reader:
    """Makes batches: a sentence to say, and a clip of other sentences of the same speaker to say it after."""

    def __init__(self, speech: Speech, codes: Codes, stats: Tensor, places: list[int], seed: int) -> None:
        self.speech, self.codes, self.stats, self.places, self.seed = speech, codes, stats, places, seed
        self.spectrogram = conditioning_mel()
        self.by_speaker = speakers_of(speech, places)

    def collate(self, places: list[int], step: int) -> Rows:
        """The batch of a step."""
        draw = np.random.default_rng([self.seed, step])
        speakers = [self.speech.rows[place]["speaker"] for place in places]
        order = sorted(set(speakers))
        seconds = float(draw.choice(CLIP_SECONDS))
        clips = [self.clip(speaker, seconds, draw, exclude=set(places)) for speaker in order]
        mels = log_mel(self.spectrogram(torch.stack(clips)), self.stats)
        rows = [self.speech.rows[place] for place in places]
        texts = [torch.tensor(encode(row["phonemes"], row["language"])) for row in rows]
        clip = torch.tensor([order.index(speaker) for speaker in speakers])
        batch = GptBatch(texts, [self.codes[place] for place in places], mels, clip)
        return Rows(batch, [self.speech.mel(place) / self.stats for place in places], torch.tensor(order))

    def clip(self, speaker: int, seconds: float, draw: np.random.Generator, exclude: set[int]) -> Tensor:
        """A stretch of recordings of the speaker, joined, [samples] at 22,050 Hz."""
        others = [place for place in self.by_speaker[speaker] if place not in exclude]
        return pick_clip(self.speech, others or self.by_speaker[speaker], int(seconds * MODEL_RATE) // HOP * HOP, draw)


class GptTask:
    """Sentences in, codes out, after a clip of another sentence."""

    def __init__(self, build: Path, seed: int) -> None:
        torch.manual_seed(seed)
        speech, codes = recorded(build), Codes(build)
        stats = torch.load(build / "mel_stats.pt", weights_only=True)
        train = [place for place in speech.split("train") if codes.length(place) >= 4]
        self.gpt = Gpt(config().model_args)
        self.mel_head = MelHead(config().model_args.gpt_n_model_channels)
        self.train = Reader(speech, codes, stats, train, seed)
        self.held = Reader(speech, codes, stats, speech.split("validation"), seed)
        self.dealt = dealt(speech, train)
        lengths = [LATENTS + len(speech.rows[place]["phonemes"]) + 3 + codes.length(place) + 1 for place in self.dealt]
        self.buckets = Buckets(lengths, POSITIONS, seed)
        self.speaker_head = nn.Linear(config().model_args.gpt_n_model_channels, SPEAKERS)
        self.modules: dict[str, nn.Module] = {
            "gpt": self.gpt,
            "mel_head": self.mel_head,
            "speaker_head": self.speaker_head,
        }
        named = dict(self.gpt.named_parameters())
        matrices = {name for name, one in named.items() if one.ndim == 2 and "gpt.h." in name}
        clips = {name for name in named if name.startswith("conditioning_")}
        others = [(name, one) for name, one in named.items() if name not in matrices | clips] + [
            *self.mel_head.named_parameters(),
            *self.speaker_head.named_parameters(),
        ]
        optimizers = [
            muon([(name, named[name]) for name in sorted(matrices)], MATRIX_RATE),
            adamw(others, OTHER_RATE, betas=(0.9, 0.98)),
            adamw([(name, named[name]) for name in sorted(clips)], CLIP_RATE, betas=(0.9, 0.98)),
        ]
        self.turns = [Turn("gpt", optimizers, self.loss)]

    def batch(self, step: int) -> Rows:
        """Rows of about one length; see `Reader.collate`."""
        return self.train.collate([self.dealt[one] for one in self.buckets.batch(step)], step)

    def loss(self, batch: Rows, step: int) -> dict[str, Tensor]:
        """Cross-entropies, mel, speaker and guided attention."""
        guided = GUIDED_WEIGHT if step < GUIDED_STEPS else GUIDED_LATER
        masked = torch.where(torch.rand(len(batch.mels)) < MORE_OFTEN, MASKED_MORE, MASKED)
        return self._losses(batch, masked, guided)

    def _losses(self, rows: Rows, masked: Tensor | None, weight: float) -> dict[str, Tensor]:
        batch = rows.batch
        latents = self.gpt.condition(batch.clips)
        speaker = F.cross_entropy(self.speaker_head(latents.mean(1)).float(), rows.speakers)
        x, layout = embed(self.gpt, batch, latents, masked)
        band, guided = diagonal(layout, x.shape[1]), x.new_zeros(())
        for layer, block in enumerate(self.gpt.gpt.h):
            if weight and layer in GUIDED_LAYERS:
                guided = guided + guided_attention(block, x, band) / len(GUIDED_LAYERS)  # type: ignore[arg-type]
            x = block(x)
        hidden = self.gpt.finish(x)
        text, codes = cross_entropies(self.gpt, hidden, layout, batch)
        mel = self._mel_loss(hidden, layout, rows.mels)
        loss = codes + TEXT_WEIGHT * text + mel + SPEAKER_WEIGHT * speaker + weight * guided
        return {"loss": loss, "codes": codes, "text": text, "mel": mel, "speaker": speaker, "guided": guided}

    def _mel_loss(self, hidden: Tensor, layout: Layout, mels: list[Tensor]) -> Tensor:
        longest = int(layout.audio.max()) - 1
        where = layout.first_audio[:, None] + torch.arange(longest)
        rows = torch.arange(len(where))[:, None]
        made = self.mel_head(hidden[rows, where.clamp(max=hidden.shape[1] - 1)].transpose(1, 2)).float().transpose(1, 2)
        lost = [F.l1_loss(one[: len(mel)], mel, reduction="sum") for one, mel in zip(made, mels, strict=True)]
        return torch.stack(lost).sum() / sum(mel.numel() for mel in mels)

    def validate(self) -> Metrics:
        """The losses on held-out sentences, nothing masked, and the codes' of each kind of recording."""
        speech, found = self.held.speech, {}
        for name in SHARES:
            places = [place for place in self.held.places if kind(speech.rows[place]) == name][:VALIDATED]
            if places:
                found[name] = self._losses(self.held.collate(places, 0), None, 0.1)
        means = {key: sum(float(one[key]) for one in found.values()) / len(found) for key in LOSSES}
        return {
            **means,
            "loss": means["codes"],
            **{f"codes_{name}": float(one["codes"]) for name, one in found.items()},
        }


def diagonal(layout: Layout, longest: int) -> Tensor:
    """True where an audio position [rows, longest] may look for its text, within the band about the diagonal: [rows,
    longest, longest].
    """
    at = torch.arange(longest)
    spoken = (at[None] - layout.first_audio[:, None]) / (layout.audio - 1)[:, None]
    read = (at[None] - LATENTS) / (layout.text - 1)[:, None]
    near = (spoken[:, :, None] - read[:, None]).abs() < BAND
    audio = (spoken >= 0) & (at[None] < (layout.first_audio + layout.audio - 1)[:, None])
    text = (at >= LATENTS)[None] & (at[None] < layout.first_audio[:, None])
    return near & audio[:, :, None] & text[:, None]


def guided_attention(block: Block, x: Tensor, band: Tensor) -> Tensor:
    """−log of the attention that the first heads of a block give to the band, mean over audio positions."""
    attention = block.attn
    width = x.shape[-1]
    size = width // block.heads
    columns = torch.cat([torch.arange(GUIDED_HEADS * size) + part * width for part in range(2)])
    normed = block.ln_1(x)
    both = normed @ attention.c_attn.weight[:, columns] + attention.c_attn.bias[columns]
    query, key = both.unflatten(-1, (2, GUIDED_HEADS, size)).permute(2, 0, 3, 1, 4)
    first = int(band.any(2).any(0).nonzero()[0])  # no row has audio before
    scores = (query[:, :, first:] @ key.transpose(-1, -2)).float() / size**0.5
    causal = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()[first:]
    share = scores.masked_fill(~causal, -torch.inf).softmax(-1)
    inside = (share * band[:, None, first:]).sum(-1)
    audio = band[:, first:].any(-1)
    return -(inside + 1e-4).log()[audio[:, None].expand_as(inside)].mean()


def train(build: Path, steps: int = STEPS, seed: int = 42) -> Metrics:
    """Train the GPT on the codes under `build`; its checkpoints go to `build/gpt`."""
    return Trainer(GptTask(build, seed), Plan(build / "gpt", Schedule(steps, warmup=60, hold=0.5, floor=0.02))).run()
