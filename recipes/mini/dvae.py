"""The DVAE of `mini`: the mel made again from one code in four frames, and the phonemes read from the codes alone.

The second task is what makes so few codes carry words: without it the same codes gave 73 % word error rate.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recipes.mini.balance import dealt, sample
from recipes.mini.mix import SPEAKERS
from recipes.mini.model import config
from recipes.mini.speech import Speech, mel_statistics, recorded
from recipes.mini.symbols import TOKENS, spoken
from timbre.training.data import Buckets, mask, pad
from timbre.training.optimizers import adamw
from timbre.training.schedule import Schedule
from timbre.training.trainer import Metrics, Plan, Trainer, Turn
from timbre.xtts.dvae import DiscreteVae

STEPS, RATE, FRAMES = 10_000, 1.5e-3, 3200
VALIDATED = 150  # recordings
READING = 0.25  # weight of the phonemes' loss


class PhonemeReader(nn.Module):
    """The bottleneck [batch, width, codes] → log-probabilities of phonemes [2 · codes, batch, tokens].

    Dropped after training.
    """

    def __init__(self, width: int, hidden: int = 192) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(width, 2 * hidden, 5, padding=2),
            nn.ReLU(),
            nn.Conv1d(2 * hidden, 2 * hidden, 5, padding=2),
            nn.ReLU(),
        )
        self.head = nn.Conv1d(hidden, len(TOKENS), 3, padding=1)

    def forward(self, quantized: Tensor) -> Tensor:
        """See the class."""
        hidden = self.net(quantized)
        twice = hidden.unflatten(1, (-1, 2)).permute(0, 1, 3, 2).flatten(2)
        return F.log_softmax(self.head(twice).float(), 1).permute(2, 0, 1)


class Centred(nn.Module):
    """The DVAE as it is trained. `folded` gives what is added here to its weights, without changing what it does.

    The mels' mean is taken off, for XTTS's are divided but not centred, and AdamW walks badly when every input leans
    one way. The bottleneck is batch-normed, or it grows until every level but the outermost is lost. The decoder is
    told who speaks, or half of what the codes could carry would go into saying that over and over.
    """

    mean: Tensor

    def __init__(self, dvae: DiscreteVae, mean: Tensor, speakers: int, fresh: bool = True) -> None:
        super().__init__()
        self.dvae = dvae
        self.register_buffer("mean", mean)
        self.speaker = nn.Embedding(speakers, dvae.decoder[0].out_channels)  # type: ignore[arg-type]
        nn.init.zeros_(self.speaker.weight)
        self.norm = nn.BatchNorm1d(dvae.codebook.width, momentum=0.02, affine=False)
        with torch.no_grad():
            if fresh:
                dvae.decoder[-1].bias.copy_(mean)  # type: ignore[operator]
            else:  # already folded: nothing may change
                conv = dvae.encoder[0][0]  # type: ignore[index]
                conv.bias.add_(conv.weight.sum(2) @ mean)  # type: ignore[operator, union-attr]
                self.norm.running_var.sub_(self.norm.eps)  # type: ignore[union-attr, operator]

    def encode(self, mel: Tensor) -> Tensor:
        """Mels [batch, 80, frames] → the bottleneck before its levels [batch, width, frames / 4]."""
        first, *others = self.dvae.encoder
        conv = first[0]  # type: ignore[index]
        padded = F.pad(mel, (1, 1)) - self.mean[:, None]
        x = F.conv1d(padded, conv.weight, conv.bias, stride=2).relu()
        for layer in others:
            x = layer(x)
        out: Tensor = self.norm(x)
        return out

    def forward(self, mel: Tensor, speaker: Tensor) -> tuple[Tensor, Tensor]:
        """The mel made again, and the quantized bottleneck, of mels [batch, 80, frames] by speakers [batch]."""
        quantized: Tensor = self.dvae.codebook(self.encode(mel).float())
        first, *others = self.dvae.decoder
        made = first(quantized) + self.speaker(speaker)[:, :, None]
        for layer in others:
            made = layer(made)
        return made, quantized

    @torch.no_grad()
    def folded(self) -> DiscreteVae:
        """The DVAE that hears mels as XTTS's do, and speaks as nobody in particular."""
        conv = self.dvae.encoder[0][0]  # type: ignore[index]
        conv.bias.sub_(conv.weight.sum(2) @ self.mean)  # type: ignore[operator, union-attr]
        narrow, spread = self.dvae.encoder[-1], (self.norm.running_var + self.norm.eps).sqrt()  # type: ignore[operator]
        narrow.weight.div_(spread[:, None, None])  # type: ignore[operator, union-attr]
        narrow.bias.sub_(self.norm.running_mean).div_(spread)  # type: ignore[operator, union-attr]
        self.dvae.decoder[0].bias.add_(self.speaker.weight.mean(0))  # type: ignore[operator]
        return self.dvae


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings of one step, padded to the longest."""

    mels: Tensor  # [rows, 80, frames]
    lengths: Tensor  # frames, [rows]
    speakers: Tensor  # [rows]
    phonemes: Tensor  # of all rows, end to end
    counts: Tensor  # phonemes, [rows]


class DvaeTask:
    """Mels of whole sentences in, the same mels and the sentence's phonemes out."""

    def __init__(self, speech: Speech, seed: int, stats: Tensor | None = None) -> None:
        self.speech = speech
        torch.manual_seed(seed)
        mean, spread = mel_statistics(speech)
        self.stats = spread if stats is None else stats
        self.dvae = Centred(DiscreteVae(config().model_args), mean / self.stats, SPEAKERS)
        self.reader = PhonemeReader(self.dvae.dvae.codebook.width)
        self.train = dealt(speech, [place for place in speech.split("train") if speech.frames(place) <= FRAMES])
        self.buckets = Buckets([speech.frames(place) for place in self.train], FRAMES, seed)
        self.modules: dict[str, nn.Module] = {"dvae": self.dvae, "reader": self.reader}
        named = [*self.dvae.named_parameters(), *self.reader.named_parameters()]
        self.turns = [Turn("dvae", [adamw(named, RATE)], self.loss)]

    def batch(self, step: int) -> Batch:
        """Recordings of about one length."""
        return self._collate([self.train[place] for place in self.buckets.batch(step)])

    def _collate(self, places: list[int]) -> Batch:
        mels, lengths = pad([self.speech.mel(place) / self.stats for place in places])
        rows = [self.speech.rows[place] for place in places]
        phonemes = [torch.tensor(spoken(row["phonemes"])) for row in rows]
        counts = torch.tensor([len(one) for one in phonemes])
        speakers = torch.tensor([row["speaker"] for row in rows])
        return Batch(mels.transpose(1, 2), lengths, speakers, torch.cat(phonemes), counts)

    def loss(self, batch: Batch, step: int) -> dict[str, Tensor]:
        """L1 in standard deviations of a band, and the reader's loss a phoneme."""
        mels, lengths, phonemes, counts = batch.mels, batch.lengths, batch.phonemes, batch.counts
        made, quantized = self.dvae(mels, batch.speakers)
        kept = mask(lengths, mels.shape[2])[:, None]
        l1 = ((made.float() - mels).abs() * kept).sum() / (kept.sum() * mels.shape[1])
        read = self.reader(quantized)
        ctc = (
            F.ctc_loss(read, phonemes, lengths // 2, counts, blank=0, reduction="sum", zero_infinity=True)
            / counts.sum()
        )
        return {"loss": l1 + READING * ctc, "l1": l1, "ctc": ctc}

    def validate(self) -> Metrics:
        """The same losses on held-out sentences, and how many codes they use."""
        batch = self._collate(sample(self.speech, self.speech.split("validation"), VALIDATED))
        losses = {key: float(value) for key, value in self.loss(batch, 0).items()}
        codes = self.dvae.dvae.codebook.encode(self.dvae.encode(batch.mels).float())
        return {**losses, "codes_used": float(len(codes.unique()))}


def train(build: Path, steps: int = STEPS, seed: int = 42) -> Metrics:
    """Train the DVAE on the recordings under `build`; its checkpoints go to `build/dvae`."""
    kept = build / "mel_stats.pt"  # once there are networks that were trained with them, they stay
    task = DvaeTask(recorded(build), seed, torch.load(kept, weights_only=True) if kept.exists() else None)
    torch.save(task.stats, kept)
    return Trainer(task, Plan(build / "dvae", Schedule(steps, warmup=50, hold=0.5, floor=0.03))).run()
