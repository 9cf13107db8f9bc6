"""The speaker encoder of `mini`: clips of one speaker near, of others far, by cosine softmax over the speakers
(Wang et al., CosFace, 2018)."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from recipes.mini.clips import pick_clip, speakers_of
from recipes.mini.mix import SPEAKERS
from recipes.mini.model import config
from recipes.mini.speech import MODEL_RATE, Speech, recorded
from timbre.training.optimizers import adamw
from timbre.training.schedule import Schedule
from timbre.training.trainer import Metrics, Plan, Trainer, Turn
from timbre.xtts.model import SPEAKER_RATE
from timbre.xtts.resample import resample
from timbre.xtts.speaker_encoder import SpeakerEncoder

STEPS, RATE, CLIPS = 2400, 2e-3, 24
SECONDS = (1.5, 2.0, 3.0)
SCALE, MARGIN = 20.0, 0.1


class SpeakerTask:
    """Clips in, their speaker out."""

    def __init__(self, speech: Speech, seed: int) -> None:
        torch.manual_seed(seed)
        args = config().model_args
        self.speech, self.seed = speech, seed
        self.encoder = SpeakerEncoder(args.speaker_filters, args.d_vector_dim)
        self.centres = nn.Linear(args.d_vector_dim, SPEAKERS, bias=False)
        self.modules: dict[str, nn.Module] = {"encoder": self.encoder, "centres": self.centres}
        self.train = speakers_of(speech, speech.split("train"))
        self.held = speakers_of(speech, speech.split("validation"))
        named = [*self.encoder.named_parameters(), *self.centres.named_parameters()]
        self.turns = [Turn("speakers", [adamw(named, RATE)], self.loss)]

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Clips at 16 kHz [clips, samples] at random loudness, and their speakers [clips]."""
        return self._clips(self.train, np.random.default_rng([self.seed, step]))

    def _clips(self, speakers: dict[int, list[int]], draw: np.random.Generator) -> tuple[Tensor, Tensor]:
        chosen = draw.choice(sorted(speakers), CLIPS)
        samples = int(float(draw.choice(SECONDS)) * MODEL_RATE)
        clips = torch.stack([pick_clip(self.speech, speakers[int(one)], samples, draw) for one in chosen])
        gain = torch.from_numpy(draw.uniform(0.3, 2.0, (CLIPS, 1)).astype(np.float32))
        return resample(clips * gain, MODEL_RATE, SPEAKER_RATE), torch.from_numpy(chosen)

    def loss(self, batch: tuple[Tensor, Tensor], step: int) -> dict[str, Tensor]:
        """Cross-entropy over scaled cosines, the right one lowered by the margin."""
        clips, speakers = batch
        cosine = F.linear(self.encoder(clips).float(), F.normalize(self.centres.weight).float())
        lowered = cosine - MARGIN * F.one_hot(speakers, cosine.shape[1])
        right = (cosine.argmax(1) == speakers).float().mean()
        return {"loss": F.cross_entropy(SCALE * lowered, speakers), "right": right}

    def validate(self) -> Metrics:
        """The same on clips of held-out sentences."""
        found = [self.loss(self._clips(self.held, np.random.default_rng([7, number])), 0) for number in range(6)]
        return {key: sum(float(one[key]) for one in found) / len(found) for key in found[0]}


def train(build: Path, steps: int = STEPS, seed: int = 42) -> Metrics:
    """Train the speaker encoder; its checkpoints go to `build/speakers`."""
    plan = Plan(build / "speakers", Schedule(steps, warmup=20, hold=0.3, floor=0.02), validate_every=50)
    return Trainer(SpeakerTask(recorded(build), seed), plan).run()
