"""Fine-tuning: taken on after a kill it goes the way it would have gone; what it keeps speaks as what it learnt."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from builds import make_base, make_build
from safetensors.torch import load_file

from timbre.engine.engine import Engine
from timbre.engine.folder import fingerprint
from timbre.errors import BadTraining
from timbre.training.estimate import MEASURED, estimate
from timbre.training.examples import read_manifest
from timbre.training.finetune import Session, train
from timbre.training.gpt import embed
from timbre.training.made import tuned, write
from timbre.training.options import Options
from timbre.training.overlay import overlay
from timbre.training.task import through
from timbre.training.watching import Kept
from timbre.xtts import checkpoint
from timbre.xtts.lora import Adapter, merge

OPTIONS = Options(
    method="lora",
    rate=1e-2,
    epochs=3,
    batch=2,
    accumulate=1,
    weight_decay=0.01,
    clip=1.0,
    schedule="cosine",
    warmup=2,
    text_weight=0.01,
    hide=0.2,
    audio_weight=1.0,
    ema=0.0,
    validate_every=4,
    checkpoint_every=4,
    patience=0,
    keep=1,
    max_samples=0,
    half="off",
    save_memory=False,
    augment=False,
    vocoder=False,
    vocoder_rate=1e-3,
    sentences=1,
    seed=42,
    device="cpu",
    threads=1,
    lora_rank=4,
    lora_alpha=8.0,
    lora_dropout=0.1,
    lora_targets="all",
    max_steps=8,
    texts=("Hello there.",),
)


class Watching:
    """Keeps all that it is told."""

    def __init__(self, wishes: dict[int, str] | None = None) -> None:
        self.steps: dict[int, dict[str, float]] = {}
        self.validations: dict[int, dict[str, float]] = {}
        self.kept: list[Kept] = []
        self.notes: list[str] = []
        self._wishes = wishes or {}

    def note(self, line: str) -> None:
        self.notes.append(line)

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        self.steps[step] = figures

    def validated(self, step: int, figures: dict[str, float]) -> None:
        self.validations[step] = figures

    def checkpoint(self, kept: Kept) -> None:
        self.kept.append(kept)

    def flush(self) -> None: ...

    def wish(self) -> str:
        return self._wishes.get(max(self.steps, default=0), "")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_build(tmp_path_factory.mktemp("build") / "data")


@pytest.fixture(scope="module")
def whole(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Watching, Path]:
    folder, watching = tmp_path_factory.mktemp("whole"), Watching()
    assert train(base, data, folder, OPTIONS, watching) == "completed"
    return watching, folder


def test_it_learns_and_tells_of_every_step(whole: tuple[Watching, Path]) -> None:
    watching, _ = whole
    assert list(watching.steps) == list(range(1, 9))
    assert list(watching.validations) == [4, 8]
    assert watching.validations[8]["audio_loss"] < watching.validations[4]["audio_loss"]
    last = watching.steps[8]
    assert last["eta_s"] == 0 and last["step_s"] > 0 and last["memory_mb"] > 0 and last["gradient"] > 0


def test_a_checkpoint_has_its_figures_and_what_it_said(whole: tuple[Watching, Path]) -> None:
    watching, folder = whole
    assert [one.step for one in watching.kept] == [4, 8]
    last = watching.kept[-1]
    assert last.kind == "adapter" and last.best
    assert last.figures["validation_loss"] == watching.validations[8]["loss"]
    assert -1 <= last.figures["similarity"] <= 1
    assert "word_error_rate" not in last.figures  # nobody listened
    [said] = last.samples
    assert said.text == "Hello there." and said.audio.stat().st_size > 1000 and said.reference.stat().st_size > 1000
    assert [path.stem for path in (folder / "kept").iterdir()] == ["0000008"]  # the best is the last: one is kept


@pytest.mark.parametrize(("method", "vocoder"), [("lora", True), ("full", False)])
def test_after_a_pause_the_losses_are_those_of_a_run_that_had_none(
    base: Path, data: Path, tmp_path: Path, method, vocoder
):
    chosen = replace(
        OPTIONS, method=method, vocoder=vocoder, rate=1e-3, ema=0.9, max_steps=6, validate_every=3, checkpoint_every=6
    )
    uncut, first, second = Watching(), Watching({3: "pause"}), Watching()
    assert train(base, data, tmp_path / "uncut", chosen, uncut) == "completed"
    assert train(base, data, tmp_path / "cut", chosen, first) == "paused"
    assert max(first.steps) == 3 and not first.kept
    assert train(base, data, tmp_path / "cut", chosen, second) == "completed"
    assert list(second.steps) == [4, 5, 6]
    for step in second.steps:
        assert second.steps[step]["loss"] == uncut.steps[step]["loss"]
        assert second.steps[step].get("vocoder_loss") == uncut.steps[step].get("vocoder_loss")
    assert second.validations[6] == uncut.validations[6]
    one, other = (load_file(watching.kept[-1].weights) for watching in (second, uncut))
    assert one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


KILLED = """
import json, os, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
from test_finetune import OPTIONS, Watching
from timbre.training import finetune
finetune.SAVE_S = 0.0
base, data, folder = map(Path, sys.argv[2:5])
print(finetune.train(base, data, folder, OPTIONS, Telling := type("Telling", (Watching,), {
    "step": lambda self, step, steps, figures: print("step", step, figures["loss"], flush=True)})()))
"""


def test_kill_9_in_the_middle_changes_no_loss(base: Path, data: Path, tmp_path: Path, whole: tuple[Watching, Path]):
    words = [sys.executable, "-c", KILLED, json.dumps(sys.path), str(base), str(data), str(tmp_path / "run")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("step 3 "):
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = Watching()
    assert train(base, data, tmp_path / "run", OPTIONS, again) == "completed"
    uncut = whole[0]
    assert 1 < min(again.steps) <= 4
    assert {step: one["loss"] for step, one in again.steps.items()} == {
        step: uncut.steps[step]["loss"] for step in again.steps
    }


def test_stop_ends_with_a_checkpoint_of_its_own(base: Path, data: Path, tmp_path: Path) -> None:
    watching = Watching({2: "stop"})
    assert train(base, data, tmp_path, OPTIONS, watching) == "stopped"
    assert [one.step for one in watching.kept] == [2]


def test_it_ends_early_when_validation_gets_no_better(base: Path, data: Path, tmp_path: Path) -> None:
    watching = Watching()
    chosen = replace(OPTIONS, rate=1e-12, schedule="constant", validate_every=1, checkpoint_every=50, patience=2)
    assert train(base, data, tmp_path, replace(chosen, max_steps=20), watching) == "early"
    assert max(watching.steps) < 20 and len(watching.kept) == 1


def test_an_adapter_begins_as_nothing_and_its_file_says_what_training_computed(base: Path, data: Path, tmp_path: Path):
    session = Session(base, data, tmp_path, replace(OPTIONS, lora_dropout=0.0), Watching(), None)
    task, rows = session.task, session.task.batch(0)
    x, _ = embed(task.gpt, rows.batch, rows.latents)
    assert torch.equal(through(task.gpt, x, task.lora), through(task.gpt, x, None))
    with torch.no_grad():
        for one in task.lora.parameters():
            one.normal_(std=0.1)
        learnt = through(task.gpt, x, task.lora)
        path = tmp_path / "a.safetensors"
        task.lora.adapter("a", fingerprint(base)).to_file(path)
        model = checkpoint.load(base)
        merge(model.gpt, Adapter.from_file(path, "a", model.gpt.args, fingerprint(base)))
        merged = through(model.gpt, x, None)
    assert (learnt - merged).abs().max() < 1e-4 * merged.abs().max()


def test_what_an_adapter_learns_beside_is_kept_in_half_and_loses_nothing_by_it(base: Path, data: Path, tmp_path: Path):
    session = Session(base, data, tmp_path, replace(OPTIONS, half="bf16"), Watching(), None)
    whole = Session(base, data, tmp_path, OPTIONS, Watching(), None).task
    kept = session.task.gpt.gpt.h[0].attn.c_attn.weight
    assert kept.dtype == torch.bfloat16 and whole.gpt.gpt.h[0].attn.c_attn.weight.dtype == torch.float32
    with torch.autocast("cpu", torch.bfloat16):
        losses = []
        for task in (session.task, whole):
            torch.manual_seed(3)
            losses.append(task.loss(task.batch(0), 0)["loss"])
            losses[-1].backward()
    assert torch.equal(*losses)
    gradients = [one.lora.layers[0]["mlp_c_fc"].up.grad for one in (session.task, whole)]
    assert torch.equal(*gradients) and gradients[0].any()


def test_memory_saved_is_the_same_gradient(base: Path, data: Path, tmp_path: Path) -> None:
    def gradient(save: bool) -> torch.Tensor:
        chosen = replace(OPTIONS, method="full", save_memory=save)
        task = Session(base, data, tmp_path, chosen, Watching(), None).task
        task.loss(task.batch(0), 0)["loss"].backward()
        return task.gpt.gpt.h[0].attn.c_attn.weight.grad

    assert torch.allclose(gradient(False), gradient(True), atol=1e-7)


def test_a_full_fine_tune_speaks_with_its_own_weights(base: Path, data: Path, tmp_path: Path) -> None:
    watching = Watching()
    train(base, data, tmp_path, replace(OPTIONS, method="full", max_steps=2), watching)
    last = watching.kept[-1]
    assert last.kind == "model"
    overlay(base, last.weights, tmp_path / "made")
    made, plain = Engine(tmp_path / "made", "made"), Engine(base, "base")
    assert made.fingerprint != plain.fingerprint
    assert not torch.equal(made.model.gpt.mel_head.weight, plain.model.gpt.mel_head.weight)
    assert torch.equal(  # what was not trained is the base's
        made.model.hifigan_decoder.speaker_encoder.conv1.weight,
        plain.model.hifigan_decoder.speaker_encoder.conv1.weight.half().float(),
    )


def test_the_vocoder_learns_too_and_the_model_that_is_made_speaks_with_it(base: Path, data: Path, tmp_path: Path):
    chosen = replace(OPTIONS, rate=1e-3, vocoder=True, vocoder_rate=5e-4, schedule="constant", max_steps=12)
    chosen = replace(chosen, validate_every=12, checkpoint_every=12)
    session, watching = Session(base, data, tmp_path, chosen, Watching(), None), Watching()
    with torch.inference_mode():
        before = session.task.validate()["vocoder"]
    train(base, data, tmp_path, chosen, watching)
    assert watching.validations[12]["vocoder_loss"] < before - 0.03
    assert watching.steps[12]["vocoder_loss"] > 0
    [last] = watching.kept
    assert last.kind == "model" and last.figures["validation_vocoder_loss"] > 0
    learnt = load_file(last.weights)
    write(base, tuned(base, last.weights, "model", fingerprint(base)), tmp_path / "made")
    made, plain = Engine(tmp_path / "made", "made").model.state_dict(), checkpoint.load(base).state_dict()
    vocoder, product = "hifigan_decoder.waveform_decoder.conv_pre.weight", "gpt.gpt.h.0.attn.c_attn.weight"
    assert {vocoder, product} < learnt.keys()
    for key in (vocoder, product):
        assert torch.allclose(made[key].float(), learnt[key].float(), atol=1e-3)
        assert not torch.allclose(learnt[key].float(), plain[key], rtol=0, atol=1e-4)


def test_heads_and_embeddings_may_learn_beside_an_adapter(base: Path, data: Path, tmp_path: Path) -> None:
    watching = Watching()
    train(base, data, tmp_path, replace(OPTIONS, lora_targets="heads", max_steps=2), watching)
    [last] = watching.kept
    learnt, before = load_file(last.weights), checkpoint.load(base).state_dict()
    assert last.kind == "model" and "gpt.conditioning_encoder.init.weight" not in learnt
    for key in ("gpt.mel_head.weight", "gpt.text_embedding.weight", "gpt.gpt.h.1.mlp.c_fc.weight"):
        assert not torch.allclose(learnt[key].float(), before[key], rtol=0, atol=1e-4)


def test_codes_end_where_the_sound_ends(base: Path, data: Path, tmp_path: Path) -> None:
    session = Session(base, data, tmp_path, OPTIONS, Watching(), None)
    lengths = {clip["file"]: clip["samples"] // 1024 for clip in read_manifest(data)["clips"]}
    for example in session.examples.split("train"):
        assert len(example.codes) == lengths[example.file]


def test_a_build_that_is_too_small_or_none_is_refused(base: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadTraining, match=r"manifest\.json"):
        train(base, tmp_path, tmp_path / "run", OPTIONS, Watching())
    manifest = read_manifest(data)
    manifest["clips"] = manifest["clips"][:1]
    small = tmp_path / "small"
    small.mkdir()
    (small / "manifest.json").write_text(json.dumps(manifest))
    (small / "g-0.flac").write_bytes((data / "g-0.flac").read_bytes())
    with pytest.raises(BadTraining, match="1 clips to learn from"):
        train(base, small, tmp_path / "run", OPTIONS, Watching())
    manifest["language"] = "xx"
    (small / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BadTraining, match="does not speak"):
        train(base, small, tmp_path / "other", OPTIONS, Watching())


def test_an_estimate_is_measured_and_leaves_nothing(base: Path, data: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    found = estimate(base, data, replace(OPTIONS, max_steps=0, epochs=4))
    took = time.monotonic() - began
    assert found["steps"] == 12 and found["clips"] == 5  # of three batches an epoch
    assert 0 < found["step_s"] * (MEASURED - 1) < took
    assert found["minutes_of_speech"] > 0.1


def test_the_prepared_codes_are_kept_and_used_again(base: Path, data: Path, tmp_path: Path) -> None:
    Session(base, data, tmp_path, OPTIONS, first := Watching(), None)
    Session(base, data, tmp_path, OPTIONS, second := Watching(), None)
    assert any("audio codes" in line for line in first.notes)
    assert not any("audio codes" in line for line in second.notes)
