"""Every step of the recipe, on a handful of recordings, from the shipped model to one that speaks."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from recipes.mini import export, many
from recipes.mini.begin import begin
from recipes.mini.codes import Codes, write_codes
from recipes.mini.dvae import DvaeTask
from recipes.mini.frames import LatentFrames, MelFrames, write_embeddings, write_latents
from recipes.mini.gpt import GptTask
from recipes.mini.mix import mix
from recipes.mini.model import config
from recipes.mini.speakers import SpeakerTask
from recipes.mini.speech import recorded, write_mels
from recipes.mini.vocoder import VocoderTask, graft
from timbre.engine.engine import Engine
from timbre.engine.protocol import Sampling
from timbre.models import catalogue
from timbre.text.plan import plan
from timbre.training import checkpoints
from timbre.training.trainer import Turn
from timbre.xtts.vocoder import Generator

SECOND = 24_000


def recordings(folder: Path, rows: list[dict[str, object]]) -> None:
    """A second and more of a tone in noise for each row."""
    folder.mkdir(parents=True)
    draw, start, waves, lines = np.random.default_rng(0), 0, [], []
    for number, row in enumerate(rows):
        count = SECOND + 2_000 * number
        wave = np.sin(np.arange(count) * 0.03 * (1 + number % 4)) + 0.1 * draw.normal(size=count)
        waves.append((6_000 * wave).astype("<i2"))
        lines.append(json.dumps({"number": number, **row, "start": start, "samples": count}))
        start += count
    (folder / "speech-0-0.i16").write_bytes(np.concatenate(waves).tobytes())
    (folder / "index-0-0.jsonl").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mini")
    splits = ("train", "train", "validation")
    english = [{"split": split, "text": "Yes, I do.", "phonemes": "jˈɛs, I dˈu.", "speaker": 3} for split in splits]
    recordings(folder / "speech", english)
    write_mels(folder / "speech")
    read = [
        {"split": split, "text": text, "language": language, "voice": voice, "factor": 1.0, "speaker": 40}
        for split in splits
        for text, language, voice in (("Os olhos dela.", "pt", "pf_dora"), ("One day.", "en", "af_sky"))
    ]
    recordings(folder / "kokoro", read)
    mix(folder)
    begin(folder, catalogue.folder("mini"))
    return folder


def keep(build: Path, run: str, **modules: torch.nn.Module) -> None:
    """A checkpoint of a run as the trainer leaves it."""
    state = {"modules": {name: module.state_dict() for name, module in modules.items()}}
    checkpoints.save(build / run, state, best=False)


def moved(turn: Turn, losses: dict[str, torch.Tensor]) -> bool:
    """Whether the loss is a number and every optimiser of the turn has something to do."""
    losses["loss"].backward()  # type: ignore[no-untyped-call]
    reached = [any(p.grad is not None for g in one.param_groups for p in g["params"]) for one in turn.optimizers]
    return bool(torch.isfinite(losses["loss"])) and all(reached)


def test_every_step_follows_from_the_one_before(build: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    speech = recorded(build)
    train = speech.split("train")

    speakers = SpeakerTask(speech, 42)
    speakers.encoder.load_state_dict(torch.load(build / "speakers" / "start.pt")["modules"]["encoder"])
    assert moved(speakers.turns[0], speakers.loss(speakers.batch(0), 0))
    keep(build, "speakers", encoder=speakers.encoder)

    dvae = DvaeTask(speech, 42, torch.load(build / "mel_stats.pt", weights_only=True))
    dvae.dvae.load_state_dict(torch.load(build / "dvae" / "start.pt")["modules"]["dvae"])
    assert moved(dvae.turns[0], dvae.loss(dvae._collate(train), 0))
    with torch.inference_mode():
        assert {"l1", "ctc", "codes_used"} <= dvae.validate().keys()
    keep(build, "dvae", dvae=dvae.dvae)

    write_codes(build)
    write_embeddings(build)
    assert [Codes(build).length(place) * 4 for place in train] == [speech.frames(place) for place in train]

    gpt = GptTask(build, 42)
    gpt.gpt.load_state_dict(torch.load(build / "gpt" / "start.pt")["modules"]["gpt"])
    assert moved(gpt.turns[0], gpt.loss(gpt.train.collate(train, 0), 0))
    with torch.inference_mode():
        assert {"codes_pt", "codes_en", "codes_hibari"} <= gpt.validate().keys()
    keep(build, "gpt", gpt=gpt.gpt)

    args = config().model_args
    trunk = VocoderTask(MelFrames(build), Generator(80, args.vocoder_width, args.d_vector_dim), 42, rival_from=0)
    trunk.generator.load_state_dict(torch.load(build / "trunk" / "start.pt")["modules"]["generator"])
    batch = trunk.batch(0)
    assert moved(trunk.turns[0], trunk.loss(batch, 0))
    assert moved(trunk.turns[1], trunk.rival_loss(batch, 0))
    keep(build, "trunk", **trunk.modules)

    write_latents(build)
    vocoder = VocoderTask(
        LatentFrames(build), Generator(args.decoder_input_dim, args.vocoder_width, args.d_vector_dim), 42, rival_from=9
    )
    graft(build, vocoder)
    assert moved(vocoder.turns[0], vocoder.loss(vocoder.batch(0), 0))
    keep(build, "vocoder", **vocoder.modules)

    monkeypatch.setattr(export, "VOICES", {"lia": ("pf_dora", 1.0, "Lia", "a woman", "pt")})
    export.export(build, tmp_path / "model")
    engine = Engine.load(tmp_path / "model", "mini", threads=1)
    assert list(engine.voices()) == ["lia"]
    for text, language in (("One day.", "en"), ("Um dia.", "pt")):
        pieces = plan(text, language, engine.character_limit(language))
        wave = np.concatenate(list(engine.speak(pieces, language, engine.voices()["lia"], Sampling(seed=1))))
        assert len(wave) > SECOND / 10
        assert float(np.abs(wave).max()) > 1e-3


def test_no_held_voice_has_a_place_among_the_built_in_ones() -> None:
    assert not {pack for pack, *_ in export.VOICES.values()} & set(many.HELD_VOICES)
    assert len({(pack, factor) for pack, factor, *_ in export.VOICES.values()}) == len(export.VOICES) == 10
    assert all(factor in many.FACTORS for _, factor, *_ in export.VOICES.values())
