"""The vocoder of `mini`, on the GPT's teacher-forced latents: spectra until they stand still, a discriminator last."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from recipes.mini.codes import Codes
from recipes.mini.gpt import Reader
from recipes.mini.model import config
from recipes.mini.speech import MODEL_RATE, Speech
from timbre.training import checkpoints
from timbre.training.discriminator import Discriminator, critic_loss, rival_losses
from timbre.training.gpt import embed
from timbre.training.optimizers import adamw
from timbre.training.schedule import Schedule
from timbre.training.spectral import spectral_loss
from timbre.training.trainer import Metrics, Plan, Trainer, Turn
from timbre.xtts.gpt import Gpt
from timbre.xtts.model import SPEAKER_RATE
from timbre.xtts.resample import resample
from timbre.xtts.vocoder import Decoder

STEPS, RIVAL_FROM, RATE, RIVAL_RATE = 6000, 4500, 1e-3, 5e-4
PIECES, FRAMES = 12, 43  # a step; a piece is 43 frames of 256 samples, .46 s
PASSED_WEIGHT, MATCHED_WEIGHT = 0.3, 1.0


@torch.inference_mode()
def write_latents(build: Path, most: int = 12_000) -> None:
    """`latents/`: each recording's latents, teacher-forced after a clip of another sentence, and its clip's
    embedding.
    """
    speech, codes = Speech(build / "speech"), Codes(build)
    stats = torch.load(build / "mel_stats.pt", weights_only=True)
    gpt, decoder = load_gpt(build), load_speaker_encoder(build)
    places = [*speech.split("validation"), *speech.split("train")[:most]]
    readers = {name: Reader(speech, codes, stats, speech.split(name), 11) for name in ("train", "validation")}
    rows, speakers = [], []
    for begin in range(0, len(places), 16):
        chosen = places[begin : begin + 16]
        reader = readers[speech.rows[chosen[0]]["split"]]
        chosen = [place for place in chosen if speech.rows[place]["split"] == speech.rows[chosen[0]]["split"]]
        batch, _ = reader.collate(chosen, begin)
        embedded, layout = embed(gpt, batch)
        hidden = gpt.hidden(embedded)
        for row in range(len(chosen)):
            first, count = int(layout.first_audio[row]), int(layout.audio[row]) - 1
            rows.append((chosen[row], hidden[row, first : first + count].half()))
        clips = [
            reader.clip(speech.rows[place]["speaker"], 3.0, np.random.default_rng(place), {place}) for place in chosen
        ]
        speakers += list(decoder.speaker_encoder(resample(torch.stack(clips), MODEL_RATE, SPEAKER_RATE)))
    starts = np.cumsum([0, *(len(latents) for _, latents in rows)])
    torch.save(
        {
            "places": torch.tensor([place for place, _ in rows]),
            "latents": torch.cat([latents for _, latents in rows]),
            "starts": torch.from_numpy(starts),
            "speakers": torch.stack(speakers),
        },
        build / "latents.pt",
    )


def load_gpt(build: Path) -> Gpt:
    """The trained GPT."""
    gpt = Gpt(config().model_args)
    gpt.load_state_dict(_trained(build / "gpt")["gpt"])
    return gpt.eval()


def load_speaker_encoder(build: Path) -> Decoder:
    """An untrained vocoder with the trained speaker encoder beside it."""
    decoder = Decoder(config().model_args)
    decoder.speaker_encoder.load_state_dict(_trained(build / "speakers")["encoder"])
    return decoder.eval()


def _trained(folder: Path) -> dict[str, dict[str, Tensor]]:
    state = checkpoints.load(folder)
    if state is None:
        raise FileNotFoundError(f"{folder} has no checkpoint: run the step '{folder.name}' first")
    modules: dict[str, dict[str, Tensor]] = state["modules"]
    return modules


class VocoderTask:
    """Frames of latents in, waves out."""

    def __init__(self, build: Path, seed: int, rival_from: int) -> None:
        torch.manual_seed(seed)
        self.speech, self.seed, self.rival_from = Speech(build / "speech"), seed, rival_from
        self.kept = torch.load(build / "latents.pt", weights_only=True, mmap=True)
        self.decoder = load_speaker_encoder(build)
        self.generator, self.discriminator = self.decoder.waveform_decoder, Discriminator()
        self.modules: dict[str, nn.Module] = {"generator": self.generator, "discriminator": self.discriminator}
        places = self.kept["places"].tolist()
        lengths = (self.kept["starts"][1:] - self.kept["starts"][:-1]).tolist()
        splits = [self.speech.rows[place]["split"] for place in places]
        long_enough = [row for row, length in enumerate(lengths) if length * 4 > FRAMES]
        self.train = [row for row in long_enough if splits[row] == "train"]
        self.held = [row for row in long_enough if splits[row] == "validation"]
        weights = np.array([lengths[row] for row in self.train], dtype=np.float64)
        self.share = weights / weights.sum()
        self.turns = [
            Turn("vocoder", [adamw(self.generator.named_parameters(), RATE, betas=(0.8, 0.99))], self.loss),
            Turn(
                "rival",
                [adamw(self.discriminator.named_parameters(), RIVAL_RATE, betas=(0.8, 0.99))],
                self.rival_loss,
                begins=rival_from,
            ),
        ]
        self._made = torch.zeros(0)

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Frames [pieces, width, 43], speaker embeddings [pieces, 512, 1], waves [pieces, samples]."""
        draw = np.random.default_rng([self.seed, step])
        return self._collate([int(row) for row in draw.choice(self.train, PIECES, p=self.share)], draw)

    def _collate(self, rows: list[int], draw: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        frames, waves = [], []
        for row in rows:
            begin, end = int(self.kept["starts"][row]), int(self.kept["starts"][row + 1])
            whole = self.decoder.frames(self.kept["latents"][begin:end].float()[None])[0]
            first = int(draw.integers(whole.shape[1] - FRAMES + 1))
            frames.append(whole[:, first : first + FRAMES])
            wave = torch.from_numpy(self.speech.wave(int(self.kept["places"][row])))[
                first * 256 : (first + FRAMES) * 256
            ]
            waves.append(torch.nn.functional.pad(wave, (0, FRAMES * 256 - len(wave))))
        return torch.stack(frames), self.kept["speakers"][rows][:, :, None], torch.stack(waves)

    def loss(self, batch: tuple[Tensor, Tensor, Tensor], step: int) -> dict[str, Tensor]:
        """Spectra, and from `rival_from` on the rival's verdict too."""
        frames, speakers, waves = batch
        made = self.generator(frames, speakers)[:, 0]
        self._made = made.detach()
        spectra = spectral_loss(made, waves)
        if step < self.rival_from:
            return {"loss": spectra, "spectra": spectra}
        passed, matched = rival_losses(self.discriminator(waves), self.discriminator(made))
        loss = spectra + PASSED_WEIGHT * passed + MATCHED_WEIGHT * matched
        return {"loss": loss, "spectra": spectra, "passed": passed, "matched": matched}

    def rival_loss(self, batch: tuple[Tensor, Tensor, Tensor], step: int) -> dict[str, Tensor]:
        """The discriminator's loss on what the generator has just made."""
        return {"loss": critic_loss(self.discriminator(batch[2]), self.discriminator(self._made))}

    def validate(self) -> Metrics:
        """Spectra of held-out sentences."""
        draw = np.random.default_rng(5)
        rows = [int(row) for row in draw.choice(self.held, 48)]
        frames, speakers, waves = self._collate(rows, draw)
        return {"loss": float(spectral_loss(self.generator(frames, speakers)[:, 0], waves))}


def train(build: Path, steps: int = STEPS, rival_from: int = RIVAL_FROM, seed: int = 42) -> Metrics:
    """Train the vocoder on `latents.pt`; its checkpoints go to `build/vocoder`."""
    plan = Plan(build / "vocoder", Schedule(steps, warmup=50, hold=0.6, floor=0.05), validate_every=200)
    return Trainer(VocoderTask(build, seed, rival_from), plan).run()
