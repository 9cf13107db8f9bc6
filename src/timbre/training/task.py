"""The task of a fine-tune: the GPT, or an adapter beside it, learns to say the clips' texts with their codes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from timbre.training.conditions import ALL, Conditions
from timbre.training.data import Groups
from timbre.training.examples import TRAIN, VALIDATION, Example, Examples
from timbre.training.gpt import GptBatch, cross_entropies, embed
from timbre.training.lora import HEADS, Learning, Lora
from timbre.training.optimizers import adamw
from timbre.training.options import Options
from timbre.training.peers import Alone, Peers
from timbre.training.sounding import Sounding
from timbre.training.trainer import Metrics, Turn
from timbre.training.vocoding import Pieces, Vocoding
from timbre.xtts.conditioning import LATENTS
from timbre.xtts.gpt import Gpt, Projection
from timbre.xtts.lora import merged
from timbre.xtts.model import Xtts

VALIDATED = 48
"""Clips that a validation looks at, at the most."""

RIVAL_FROM, RIVAL_RATE = 200, 2e-4
"""The step from which on the vocoder minds its rival, who begins knowing nothing; and the rival's learning rate."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a batch's text, of its codes and of its rows this process has: the means over the batch are then the
    sums over all processes.
    """

    text: float
    audio: float
    rows: float

    @classmethod
    def of(cls, mine: Sequence[Example], batch: Sequence[Example]) -> "Shares":
        """Of rows that may be none at all."""
        text, whole_text = (sum(len(one.ids) + 1 for one in rows) for rows in (mine, batch))
        audio, whole_audio = (sum(len(one.codes) + 1 for one in rows) for rows in (mine, batch))
        return cls(text / whole_text, audio / whole_audio, len(mine) / len(batch))

    def of_vocoder(self, losses: dict[str, Tensor]) -> dict[str, Tensor]:
        """What counts by rows."""
        return {key: value * self.rows for key, value in losses.items()}


WHOLE = Shares(1.0, 1.0, 1.0)


@dataclass(slots=True, eq=False)
class Rows:
    """A batch, and what its rows are said after."""

    batch: GptBatch
    latents: Tensor  # [rows, 32, width]
    chosen: Sequence[Example]
    draw: np.random.Generator
    pieces: Pieces | None = None  # for the vocoder, once it was its turn
    shares: Shares = WHOLE


class FineTune:
    """Full or LoRA: they differ in what is trainable, and in nothing else."""

    def __init__(
        self, model: Xtts, examples: Examples, options: Options, device: str = "cpu", peers: Peers | None = None
    ) -> None:
        self.model, self.gpt, self.options, self.device = model, model.gpt, options, torch.device(device)
        self._peers = peers or Alone()
        torch.manual_seed(options.seed)
        lora = options.method == "lora"
        self.lora = (
            Lora(model.gpt.args, options.lora_rank, options.lora_alpha, options.lora_dropout, options.lora_targets)
            if lora
            else None
        )
        model.requires_grad_(False)
        learning: nn.Module = model.gpt if self.lora is None else self.lora
        learning.requires_grad_(True)
        model.gpt.to(self.device)
        learning.to(self.device)
        model.mel_stats = model.mel_stats.to(self.device)
        self.modules: dict[str, nn.Module] = {options.method: learning}
        self.heads = lora and options.lora_targets == "heads"
        if self.heads:
            self.modules["heads"] = nn.ModuleDict({name: getattr(model.gpt, name) for name in HEADS})
            self.modules["heads"].requires_grad_(True)
        self.train, held = examples.split(TRAIN), examples.split(VALIDATION)
        self.held = held[:: max(1, len(held) // VALIDATED)][:VALIDATED]
        self.clips = Conditions(model, examples, self.train, options.augment, frozen=lora)
        self.groups = Groups([positions(example) for example in self.train], options.batch, options.seed)
        named = [pair for module in self.modules.values() for pair in module.named_parameters()]
        optimizer = adamw(named, options.rate, options.weight_decay, betas=(0.9, 0.96))
        self.turns = [Turn("gpt", [optimizer], self.loss, clip=options.clip)]
        self.vocoding: Vocoding | None = None
        if options.vocoder:
            self.sounding = Sounding(model, examples, self.train)
            self._add_vocoder()

    def _add_vocoder(self) -> None:
        """The vocoder learns too, in turns of its own."""
        generator = self.model.hifigan_decoder.waveform_decoder.requires_grad_(True).to(self.device)
        self.vocoding = vocoding = Vocoding(generator, RIVAL_FROM)
        self.modules |= {"vocoder": generator, "rival": vocoding.rival.to(self.device)}
        betas = (0.8, 0.99)
        ours = adamw(generator.named_parameters(), self.options.vocoder_rate, 0.0, betas)
        rivals = adamw(vocoding.rival.named_parameters(), RIVAL_RATE, betas=betas)
        self.turns += [
            Turn("vocoder", [ours], self._vocoder_loss, clip=self.options.clip),
            Turn("rival", [rivals], self._rival_loss),
        ]

    def _vocoder_loss(self, rows: Rows, step: int) -> dict[str, Tensor]:
        assert self.vocoding is not None
        return rows.shares.of_vocoder(self.vocoding.loss(self._pieces(rows), step))

    def _rival_loss(self, rows: Rows, step: int) -> dict[str, Tensor]:
        assert self.vocoding is not None
        return rows.shares.of_vocoder(self.vocoding.rival_loss(self._pieces(rows), step))

    @torch.no_grad()
    def _pieces(self, rows: Rows) -> Pieces:
        """For the vocoder: from the model as it is now, nothing hidden from it and nothing dropped."""
        if rows.pieces is None:
            learning = self.lora is not None and self.lora.training
            if self.lora is not None:
                self.lora.eval()
            with self.device:
                x, layout = embed(self.gpt, rows.batch, rows.latents)
                hidden = through(self.gpt, x, self.lora)
            if self.lora is not None:
                self.lora.train(learning)
            spans = zip(hidden, layout.first_audio.tolist(), rows.batch.codes, strict=True)
            latents = [row[first : first + len(codes)] for row, first, codes in spans]
            rows.pieces = self.sounding.pieces(rows.chosen, latents, rows.draw)
        return rows.pieces

    @property
    def steps_an_epoch(self) -> float:
        return self.groups.per_epoch / self.options.accumulate

    def learnt(self) -> dict[str, Tensor]:
        """What a model that speaks so has in the place of its own tensors."""
        if self.lora is None:
            found = {f"gpt.{key}": one for key, one in self.gpt.state_dict().items()}
        else:
            found = {f"gpt.{key}": one for key, one in merged(self.gpt, self.lora.adapter("", "")).items()}
            heads = self.modules["heads"].state_dict() if self.heads else {}
            found |= {f"gpt.{key}": one for key, one in heads.items()}
        if self.vocoding is not None:
            state = self.vocoding.generator.state_dict()
            found |= {f"hifigan_decoder.waveform_decoder.{key}": one for key, one in state.items()}
        return found

    def batch(self, step: int) -> Rows:
        """Clips of about one length, each with another to be said after."""
        draw = np.random.default_rng([self.options.seed, step])
        batch = [self.train[place] for place in self.groups.batch(step)]
        rank, count = self._peers.rank, self._peers.count
        if count == 1:
            return self._rows(batch, draw)
        # neighbours in length apart; whom nothing is left for goes along with a row that counts nothing
        mine = slice(rank if rank < len(batch) else 0, None, count)
        rows = self._rows(batch, draw, mine)
        rows.shares = Shares.of(batch[rank::count], batch)
        rows.draw = np.random.default_rng([self.options.seed, step, rank])
        return rows

    def _rows(self, batch: list[Example], draw: np.random.Generator, mine: slice = ALL) -> Rows:
        """Some of a batch; by the same dice as the whole."""
        latents, chosen = self.clips.latents(batch, draw, mine), batch[mine]
        texts = [example.ids.to(self.device) for example in chosen]
        codes = [example.codes.to(self.device) for example in chosen]
        clip = torch.arange(len(chosen), device=self.device)
        return Rows(GptBatch(texts, codes, torch.empty(0), clip), latents, chosen, draw)

    def loss(self, rows: Rows, step: int) -> dict[str, Tensor]:
        """The two cross-entropies, weighted; where the rows are a share of a batch, its part of the batch's."""
        with self.device:
            hidden_share = self._hidden(len(rows.batch.text)) if torch.is_grad_enabled() else None
            x, layout = embed(self.gpt, rows.batch, rows.latents, hidden_share)
            hidden = through(self.gpt, x, self.lora, self.options.save_memory and torch.is_grad_enabled())
            text, audio = cross_entropies(self.gpt, hidden, layout, rows.batch)
        text, audio = text * rows.shares.text, audio * rows.shares.audio
        loss = self.options.text_weight * text + self.options.audio_weight * audio
        return {"loss": loss, "text": text, "audio": audio}

    def _hidden(self, rows: int) -> Tensor | None:
        """Which share of each row's codes the GPT is not shown."""
        return torch.full((rows,), self.options.hide) if self.options.hide else None

    def validate(self) -> Metrics:
        """The same losses on held-out clips, each weighted by its codes; where the vocoder learns, its spectra too."""
        sums: dict[str, float] = {}
        count = 0
        ordered = sorted(self.held, key=positions)
        for begin in range(0, len(ordered), 2 * self.options.batch):
            chosen = ordered[begin : begin + 2 * self.options.batch]
            rows = self._rows(chosen, np.random.default_rng([7, begin]))
            weight = sum(len(example.codes) + 1 for example in chosen)
            found = {key: float(value) for key, value in self.loss(rows, 0).items()}
            if self.vocoding is not None:
                found["vocoder"] = self.vocoding.validate(self._pieces(rows))
            for key, value in found.items():
                sums[key] = sums.get(key, 0.0) + value * weight
            count += weight
        return {key: value / count for key, value in sums.items()}


@torch.no_grad()
def narrow(model: Xtts, dtype: torch.dtype) -> None:
    """Keep the products of a model that does not learn in the numbers that they are multiplied in anyway: half of the
    memory, and no copy of each beside it. All else becomes a copy, so that the model's file, which is mapped, can go.
    """
    products = {one.weight for one in model.gpt.modules() if isinstance(one, Projection)}
    for one in model.parameters():
        one.data = one.to(dtype) if one in products else one.clone()
    for buffer in model.buffers():
        buffer.data = buffer.clone()


def positions(example: Example) -> int:
    """How long a clip's row is."""
    return LATENTS + len(example.ids) + 2 + len(example.codes) + 1


def through(gpt: Gpt, x: Tensor, lora: Lora | None, save_memory: bool = False) -> Tensor:
    """Embedded rows [rows, steps, width] through all blocks and the last norms, with what an adapter adds.

    save_memory: activations inside a block are made again on the way back, instead of kept.
    """
    added: list[Learning] | list[None] = [None] * len(gpt.gpt.h) if lora is None else lora.additions()
    for block, one in zip(gpt.gpt.h, added, strict=True):
        if save_memory:
            x = checkpoint(lambda x, block=block, one=one: block(x, added=one), x, use_reentrant=False)
        else:
            x = block(x, added=one)
    return gpt.finish(x)
