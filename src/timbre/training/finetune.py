"""Fine-tuning: a model learns to speak as one person does, from a dataset's build."""

import contextlib
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from timbre.engine.engine import Engine
from timbre.engine.folder import fingerprint
from timbre.errors import BadTraining
from timbre.store.files import write_whole
from timbre.store.room import check_room
from timbre.text.tokenizer import Tokenizer
from timbre.training import several
from timbre.training.examples import Examples, Preparing, read_manifest
from timbre.training.lora import HEADS
from timbre.training.options import Options
from timbre.training.overlay import overlay, weights_of
from timbre.training.peers import Alone, Peers
from timbre.training.precision import Precision
from timbre.training.schedule import Schedule
from timbre.training.task import FineTune, narrow
from timbre.training.tasting import Hearing, Tasting
from timbre.training.trainer import Metrics, Plan, Trainer
from timbre.training.watching import Ending, Kept, Said, Watcher
from timbre.xtts import checkpoint
from timbre.xtts.model import Xtts

__all__ = ["Ending", "Hearing", "Kept", "Options", "Said", "Watcher", "train"]

SAVE_S = 60.0
"""Seconds between two states that a run can be taken on from."""

FLOOR = 0.05
"""What is left of the learning rate at the end of a cosine."""

RESERVE = 500 * 2**20


def train(
    base: Path, data: Path, folder: Path, options: Options, watcher: Watcher, hearing: Hearing | None = None
) -> Ending:
    """Fine-tune the model in the folder `base` on the clips in `data`, a folder with a build's `manifest.json` and its
    files. All that a run needs to be taken on lies in `folder`; called again it goes on where it was.

    hearing: recognises what checkpoints say; without one there are no word error rates. Raises errors.BadTraining,
    BadCheckpoint, NoRoom, MissingExtra, TrainingProcessEnded.
    """
    if (count := several.processes(options)) > 1:
        work = several.Work(base, data, folder, options, hearing is not None)
        return several.train_together(work, count, watcher, hearing)
    return Session(base, data, folder, options, watcher, hearing).run()


class Session:
    """One call of `train`, in one process or in one of several."""

    def __init__(
        self,
        base: Path,
        data: Path,
        folder: Path,
        options: Options,
        watcher: Watcher,
        hearing: Hearing | None,
        peers: Peers | None = None,
    ) -> None:
        self._peers = peers or Alone()
        self.base, self.folder, self.options, self.watcher, self._hearing = base, folder, options, watcher, hearing
        self.device = device_of(options)
        if options.threads:
            torch.set_num_threads(options.threads)
        folder.mkdir(parents=True, exist_ok=True)
        self.fingerprint = fingerprint(base)
        model = checkpoint.load(base)
        check_room("the training", folder, room(model, options), RESERVE)
        language = str(read_manifest(data)["language"])
        if model.config.languages and language not in model.config.languages:
            raise BadTraining(reason=f"the model does not speak '{language}', the dataset's language")
        self.examples = self._peers.in_turn(lambda: prepared(base, model, data, folder, options, watcher))
        self._precision = Precision.choose(self.device, options.half)
        if self._precision.dtype and options.is_adapter:
            narrow(model, self._precision.dtype)
        self.task = FineTune(model, self.examples, options, self.device, self._peers)
        self.steps = options.max_steps or max(1, round(options.epochs * self.task.steps_an_epoch))
        self._tasting: Tasting | None = None
        self._shown = _Shown(folder / "shown.json")
        self._wish = ""
        self._pace = _Pace()

    def run(self) -> Ending:
        """Train to the end, or until somebody wishes otherwise."""
        options = self.options
        schedule = Schedule(
            self.steps,
            warmup=min(options.warmup, self.steps // 4),
            hold=1.0 if options.schedule == "constant" else 0.0,
            floor=FLOOR,
            shape="cosine",
        )
        plan = Plan(
            self.folder / "state",
            schedule,
            seed=options.seed,
            validate_every=options.validate_every,
            checkpoint_every=options.checkpoint_every,
            patience=options.patience,
            accumulate=options.accumulate,
            ema=options.ema,
            save_seconds=SAVE_S,
            precision=self._precision,
            stop=self._paused,
            finish=lambda: self._wish == "stop",
            observer=self,
        )
        trainer = Trainer(self.task, plan, self._peers)
        self.watcher.note(f"Taken on at step {trainer.step}" if trainer.step else f"Begun, of {self.steps} steps")
        self._pace.begin()
        trainer.run()
        ending: dict[str, Ending] = {"finished": "stopped", "stopped": "paused", "early": "early"}
        return ending.get(trainer.ended, "completed")

    def _paused(self) -> bool:
        self._wish = self.watcher.wish()
        return self._wish == "pause"

    def step(self, step: int, figures: Metrics) -> None:
        """See `Observer`."""
        self._pace.stepped()
        vocoder = {"vocoder_loss": figures["vocoder/spectra"]} if "vocoder/spectra" in figures else {}
        self.watcher.step(
            step,
            self.steps,
            vocoder
            | {
                "epoch": round(step / self.task.steps_an_epoch, 3),
                "loss": figures["gpt/loss"],
                "text_loss": figures["gpt/text"],
                "audio_loss": figures["gpt/audio"],
                "rate": figures["rate"] * self.options.rate,
                "gradient": figures["gpt/gradient"],
                "memory_mb": memory_mb(self.device),
                "step_s": round(self._pace.step_s, 4),
                "eta_s": round(self._eta(step), 1),
            },
        )

    def validated(self, step: int, figures: Metrics) -> None:
        """See `Observer`."""
        self._pace.validated()
        self.watcher.validated(step, _losses(figures))

    def checkpoint(self, step: int, figures: Metrics) -> None:
        """See `Observer`."""
        self.watcher.note(f"Checkpoint at step {step}: speaking with it")
        weights, kind = self._write(step)
        said, tasted = self._taste(step, weights)
        told = {f"validation_{key}": value for key, value in _losses(figures).items()}
        told |= {"epoch": round(step / self.task.steps_an_epoch, 3), **tasted}
        best = self._shown.add(step, figures["loss"])
        self.watcher.checkpoint(Kept(step, kind, weights, told, best, tuple(said)))
        self._drop()
        self._pace.tasted()

    def saving(self) -> None:
        """See `Observer`."""
        self.watcher.flush()

    def _write(self, step: int) -> tuple[Path, Any]:
        """The weights as a file of their own."""
        from safetensors.torch import save

        path = self.folder / "kept" / f"{step:07}.safetensors"
        path.parent.mkdir(exist_ok=True)
        if self.options.is_adapter:
            assert self.task.lora is not None
            self.task.lora.adapter(f"{step}", self.fingerprint).to_file(path)
            return path, "adapter"
        learnt = self.task.learnt()
        write_whole(path, save(weights_of(learnt), {"base": self.fingerprint}))
        return path, "model"

    def _taste(self, step: int, weights: Path) -> tuple[list[Said], dict[str, Any]]:
        if self._tasting is None:
            base = Engine(self.base, "base", weights="fp32", vocoder="fp32")
            options = self.options
            self._tasting = Tasting(base, self.examples, options.sentences, options.texts, self._hearing)
            self._engine = base
        into = self.folder / "samples" / f"{step:07}"
        if self.options.is_adapter:
            self._engine.adapters.load(weights, "tasted")
            return self._tasting.taste(into, adapter="tasted", check=self._check)
        made = self.folder / "spoken"
        overlay(self.base, weights, made)
        try:
            engine = Engine(made, "tuned", weights="fp32", vocoder="fp32")
            return self._tasting.taste(into, engine=engine, check=self._check)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _check(self) -> None:
        self.watcher.wish()

    def _drop(self) -> None:
        """Forget the files of all but the best and the last few."""
        kept = {f"{step:07}" for step in self._shown.kept(self.options.keep)}
        for path in [*(self.folder / "kept").glob("*.safetensors"), *(self.folder / "samples").glob("*")]:
            if path.name.removesuffix(".safetensors") not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _eta(self, step: int) -> float:
        left, options = self.steps - step, self.options
        validations = left / options.validate_every
        return self._pace.left(left, validations, left / options.checkpoint_every)


class _Pace:
    """How long a step, a validation and a checkpoint take, as running means."""

    def __init__(self) -> None:
        self.step_s = self._validation_s = self._tasting_s = 0.0
        self._since = time.monotonic()

    def begin(self) -> None:
        self._since = time.monotonic()

    def stepped(self) -> None:
        self.step_s = self._mean(self.step_s)

    def validated(self) -> None:
        self._validation_s = self._mean(self._validation_s)

    def tasted(self) -> None:
        self._tasting_s = self._mean(self._tasting_s)

    def left(self, steps: float, validations: float, checkpoints: float) -> float:
        return steps * self.step_s + validations * self._validation_s + checkpoints * self._tasting_s

    def _mean(self, before: float) -> float:
        now = time.monotonic()
        took, self._since = now - self._since, now
        return 0.95 * before + 0.05 * took if before else took


class _Shown:
    """The checkpoints that were shown, and their validation losses; kept on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._losses = {int(step): loss for step, loss in json.loads(path.read_text()).items()} if path.exists() else {}

    def add(self, step: int, loss: float) -> bool:
        """Whether it is the best by now."""
        self._losses[step] = loss
        write_whole(self._path, json.dumps(self._losses).encode())
        return self._best == step

    @property
    def _best(self) -> int:
        return min(self._losses, key=lambda step: (self._losses[step], step))

    def kept(self, last: int) -> set[int]:
        """The best, and so many of the last."""
        return {self._best, *sorted(self._losses)[-last:]}


def prepared(
    base: Path, model: Xtts, data: Path, folder: Path, options: Options, watcher: Watcher | None = None
) -> Examples:
    """The clips as examples. Raises errors.BadTraining, BadCheckpoint."""
    dvae = checkpoint.load_dvae(base, model.config.model_args)
    preparing = Preparing(model.config.model_args, Tokenizer.load(base), dvae, model.mel_stats, folder)
    told: Callable[[str], None] = watcher.note if watcher else lambda line: None
    return preparing.examples(data, options.max_samples, told)


def device_of(options: Options) -> str:
    """Where a run works."""
    if options.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return options.device


def room(model: Xtts, options: Options) -> int:
    """Bytes that a run writes at the most: what it is taken on from, twice while it is exchanged, and checkpoints."""
    width, layers = model.gpt.args.gpt_n_model_channels, model.gpt.args.gpt_layers
    if options.method == "lora":
        learnt = layers * options.lora_rank * width * 16
    else:
        learnt = sum(one.numel() for one in model.gpt.parameters())
    kept = learnt if options.is_adapter or options.method == "full" else layers * 12 * width**2  # of a checkpoint
    beside: list[nn.Module] = [model.hifigan_decoder.waveform_decoder] if options.vocoder else []
    if options.method == "lora" and options.lora_targets == "heads":
        beside += [getattr(model.gpt, name) for name in HEADS]
    more = sum(one.numel() for module in beside for one in module.parameters())
    learnt, kept = learnt + more, kept + more
    state = learnt * 4 * (3 + (options.ema > 0))
    whole = 0 if options.is_adapter else 2**30
    return 3 * state + (options.keep + 2) * kept * 4 + whole


def memory_mb(device: str) -> float:
    """The most that this process had in memory so far: the GPU's, where it works there."""
    if torch.device(device).type == "cuda":
        return round(torch.cuda.max_memory_allocated(device) / 2**20, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**10 if sys.platform == "linux" else 2**20), 1)


def forget_peak(device: str) -> None:
    """Lets `memory_mb` begin anew, where the system can do that."""
    if torch.device(device).type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _losses(figures: Metrics) -> dict[str, float]:
    found = {"loss": figures["loss"], "text_loss": figures["text"], "audio_loss": figures["audio"]}
    return found | ({"vocoder_loss": figures["vocoder"]} if "vocoder" in figures else {})


def sized(options: Options, **changes: Any) -> Options:
    """The same with some changes."""
    return replace(options, **changes)
