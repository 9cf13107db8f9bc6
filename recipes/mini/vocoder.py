"""The vocoder of `mini`: spectra until they stand still, a discriminator last.

It learns twice. A trunk learns to make waves of the recordings' own mels, which needs no GPT and so runs beside its
training. Then the trunk's first layer is exchanged for one that hears the GPT's teacher-forced latents, and the whole
is trained on those.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from recipes.mini.balance import weights
from recipes.mini.frames import LatentFrames, MelFrames
from recipes.mini.model import config
from recipes.mini.parts import trained
from timbre.training import checkpoints
from timbre.training.optimizers import adamw, muon
from timbre.training.schedule import Schedule
from timbre.training.trainer import Metrics, Plan, Trainer, Turn
from timbre.training.vocoding import FRAMES, Pieces, Vocoding, piece
from timbre.xtts.vocoder import Generator

TRUNK_STEPS, STEPS = 8000, 4000
TRUNK_RIVAL_FROM, RIVAL_FROM = 2000, 1000  # spectra first; the second run goes on with the rival of the first
RATE, OTHER_RATE, RIVAL_RATE = 1e-3, 1e-3, 5e-4
PIECES = 8  # a step
FITTED = 400  # pieces that the exchanged first layer is fitted on

Source = MelFrames | LatentFrames


class VocoderTask:
    """Frames in, waves out."""

    def __init__(self, source: Source, generator: Generator, seed: int, rival_from: int) -> None:
        torch.manual_seed(seed)
        self.source, self.seed = source, seed
        self.vocoding = Vocoding(generator, rival_from)
        self.generator, self.discriminator = generator, self.vocoding.rival
        self.modules: dict[str, nn.Module] = {"generator": generator, "discriminator": self.discriminator}
        self.train, self.held = (self._long_enough(split) for split in ("train", "validation"))
        often = weights(source.speech, [source.place(row) for row in self.train])
        heard = np.array([source.length(row) for row in self.train]) * often
        self.share = heard / heard.sum()
        named = list(generator.named_parameters())
        optimizers = [
            muon([pair for pair in named if pair[1].ndim > 1], RATE),
            adamw([pair for pair in named if pair[1].ndim <= 1], OTHER_RATE, betas=(0.8, 0.99)),
        ]
        rivals = adamw(self.discriminator.named_parameters(), RIVAL_RATE, betas=(0.8, 0.99))
        self.loss, self.rival_loss = self.vocoding.loss, self.vocoding.rival_loss
        self.turns = [
            Turn("vocoder", optimizers, self.loss),
            Turn("rival", [rivals], self.rival_loss, begins=rival_from),
        ]

    def _long_enough(self, split: str) -> list[int]:
        return [row for row in self.source.rows(split) if self.source.length(row) > FRAMES]

    def batch(self, step: int) -> Pieces:
        """Pieces of recordings, drawn by how long they are and how often they ought to be heard."""
        draw = np.random.default_rng([self.seed, step])
        return self.collate([int(row) for row in draw.choice(self.train, PIECES, p=self.share)], draw)

    def collate(self, rows: list[int], draw: np.random.Generator) -> Pieces:
        """A piece of each row."""
        cut = []
        for row in rows:
            whole, wave = self.source.frames(row), torch.from_numpy(self.source.wave(row))
            cut.append(piece(whole, wave, int(draw.integers(whole.shape[1] - FRAMES + 1))))
        speakers = torch.stack([self.source.embedding(row, draw) for row in rows])
        frames, waves = (torch.stack(parts) for parts in zip(*cut, strict=True))
        return Pieces(frames, speakers[:, :, None], waves)

    def validate(self) -> Metrics:
        """Spectra of held-out sentences."""
        draw = np.random.default_rng(5)
        rows = [int(row) for row in draw.choice(self.held, 48)]
        return {"loss": self.vocoding.validate(self.collate(rows, draw))}


def train_trunk(build: Path, steps: int = TRUNK_STEPS, rival_from: int = 0, seed: int = 42) -> Metrics:
    """Train a vocoder of mels; its checkpoints go to `build/trunk`."""
    args = config().model_args
    torch.manual_seed(seed)
    generator = Generator(MelFrames.inputs, args.vocoder_width, args.d_vector_dim)
    task = VocoderTask(MelFrames(build), generator, seed, rival_from or TRUNK_RIVAL_FROM)
    plan = Plan(build / "trunk", Schedule(steps, warmup=50, hold=0.5, floor=0.1), validate_every=250)
    return Trainer(task, plan).run()


def train(build: Path, steps: int = STEPS, rival_from: int = 0, seed: int = 42) -> Metrics:
    """Train the vocoder of latents, from the trunk where there is one; its checkpoints go to `build/vocoder`."""
    args, source = config().model_args, LatentFrames(build)
    torch.manual_seed(seed)
    generator = Generator(args.decoder_input_dim, args.vocoder_width, args.d_vector_dim)
    task = VocoderTask(source, generator, seed, rival_from or RIVAL_FROM)
    if checkpoints.load(build / "trunk") and not checkpoints.load(build / "vocoder"):
        graft(build, task)
    plan = Plan(build / "vocoder", Schedule(steps, warmup=50, hold=0.6, floor=0.05), validate_every=200)
    return Trainer(task, plan).run()


@torch.no_grad()
def graft(build: Path, task: VocoderTask) -> None:
    """Give the task's generator the trunk's layers, and a first layer that makes of latents what the trunk's makes of
    mels, as nearly as least squares can. The rival goes on from what it has learnt too.
    """
    kept = trained(build / "trunk")
    state = kept["generator"]
    task.discriminator.load_state_dict(kept["discriminator"])
    first = nn.Conv1d(MelFrames.inputs, task.generator.conv_pre.out_channels, 7, padding=3)
    first.load_state_dict({name: state[f"conv_pre.{name}"] for name in ("weight", "bias")})
    task.generator.load_state_dict(
        {**task.generator.state_dict(), **{key: one for key, one in state.items() if "conv_pre" not in key}}
    )
    mels, seen, wanted = MelFrames(build), [], []
    for row in task.train[:: max(1, len(task.train) // FITTED)]:
        heard = first(mels.frames(task.source.place(row))[None])[0]
        latents = task.source.frames(row)
        count = min(heard.shape[1], latents.shape[1])
        windows = nn.functional.pad(latents, (3, 3)).unfold(1, 7, 1)[:, :count]  # [width, count, 7]
        seen.append(windows.permute(1, 0, 2).flatten(1))
        wanted.append(heard[:, :count].T)
    x, y = torch.cat(seen), torch.cat(wanted)
    x1 = torch.cat((x, torch.ones(len(x), 1)), 1).double()
    gram = x1.T @ x1
    solved = torch.linalg.solve(gram + 1e-3 * gram.diagonal().mean() * torch.eye(len(gram)), x1.T @ y.double()).float()
    weight, bias = solved[:-1], solved[-1]
    left = y - (x @ weight + bias)
    print(f"first layer: {1 - float(left.var() / y.var()):.3f} of the trunk's is explained", flush=True)
    task.generator.conv_pre.weight.copy_(weight.T.reshape(task.generator.conv_pre.weight.shape))
    task.generator.conv_pre.bias.copy_(bias)  # type: ignore[union-attr]
