"""The recipe of the built-in model: what training sees is what the product will feed."""

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch

from recipes.mini import __main__ as program
from recipes.mini.begin import begin
from recipes.mini.codes import load_dvae
from recipes.mini.done import is_done, mark
from recipes.mini.dvae import Centred
from recipes.mini.gpt import diagonal
from recipes.mini.model import CONFIG, config
from recipes.mini.parts import load_gpt, load_speaker_encoder
from recipes.mini.symbols import VOCABULARY, encode
from recipes.mini.teacher import RATE, trim
from timbre.models import catalogue
from timbre.text.phonemes import phonemiser
from timbre.text.tokenizer import Tokenizer
from timbre.training.checkpoints import START
from timbre.training.gpt import Layout
from timbre.xtts import checkpoint
from timbre.xtts.dvae import DiscreteVae, FiniteScalar


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The kettle was already singing when she opened the door.", "en"),
        ("A chaleira já cantava quando ela abriu a porta.", "pt"),
    ],
)
def test_training_and_speaking_give_a_sentence_the_same_ids(text: str, language: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "vocab.json").write_text(json.dumps(VOCABULARY))
    sounds = phonemiser("timbre", language)(text)
    assert Tokenizer.load(tmp_path).encode(text, language) == encode(sounds, language)


def test_folding_the_mean_and_the_norm_changes_no_code() -> None:
    torch.manual_seed(0)
    trained = Centred(DiscreteVae(config().model_args), torch.randn(80), 2)
    trained.norm.momentum = 0.5
    mel = torch.randn(3, 80, 40) - 2
    for _ in range(30):
        trained.encode(mel)  # lets the norm's running statistics settle
    trained.eval()
    wanted = trained.dvae.codebook.encode(trained.encode(mel))
    assert torch.equal(trained.folded().codes(mel), wanted)
    assert len(wanted.unique()) > 10


def test_training_goes_on_from_the_shipped_weights_as_they_are(tmp_path: Path) -> None:
    folder = catalogue.folder("mini")
    begin(tmp_path, folder)
    shipped, args = checkpoint.load(folder), config().model_args
    mel = torch.randn(2, 80, 40)
    dvae, stats = load_dvae(tmp_path)
    assert torch.equal(dvae.codes(mel), checkpoint.load_dvae(folder, args).codes(mel))
    assert torch.equal(stats, shipped.mel_stats)
    wave = torch.randn(1, 16_000)
    assert torch.equal(load_speaker_encoder(tmp_path)(wave), shipped.hifigan_decoder.speaker_encoder(wave))
    embedded = torch.randn(1, 5, args.gpt_n_model_channels)
    assert torch.equal(load_gpt(tmp_path).hidden(embedded), shipped.gpt.hidden(embedded))


def test_going_on_moves_earlier_runs_aside_and_forgets_what_was_done(tmp_path: Path) -> None:
    folder = catalogue.folder("mini")
    begin(tmp_path, folder)
    first = (tmp_path / "gpt" / START).read_bytes()
    mark(tmp_path, "gpt")
    begin(tmp_path, folder)
    assert (tmp_path / "before-1" / "gpt" / START).read_bytes() == first
    assert not is_done(tmp_path, "gpt")


def test_a_centred_dvae_that_goes_on_gives_the_codes_of_the_folded_one() -> None:
    torch.manual_seed(0)
    dvae, mean = checkpoint.load_dvae(catalogue.folder("mini"), config().model_args), torch.randn(80)
    mel = torch.randn(3, 80, 40) * 2 - 2
    wanted = dvae.codes(mel)
    centred = Centred(dvae, mean, 2, fresh=False).eval()
    same = centred.dvae.codebook.encode(centred.encode(mel)) == wanted
    assert float(same.float().mean()) > 0.99
    assert len(wanted.unique()) > 5


def test_a_whole_run_goes_on_with_the_step_it_had_come_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    table = {name: lambda name=name: ran.append(name) for name in ("latents", "vocoder")}
    monkeypatch.setattr(program, "steps", lambda options: table)
    options = Namespace(build=tmp_path)
    program.run(options, ["latents"])
    program.run(options, ["latents", "vocoder"], again=False)
    assert ran == ["latents", "vocoder"]


def test_finite_scalar_codes_are_a_codebook() -> None:
    levels = FiniteScalar((8, 8, 4, 4))
    codes = torch.arange(1024)[None]
    entries = levels.decode(codes)
    assert len({tuple(entry.tolist()) for entry in entries[0].T}) == 1024
    assert float(entries.abs().max()) <= 1.0
    z = torch.randn(2, 4, 50) * 2
    assert torch.allclose(levels.decode(levels.encode(z)), levels(z), atol=1e-6)


def test_the_guided_band_runs_from_the_first_symbol_to_the_last() -> None:
    layout = Layout(torch.tensor([12, 7]), torch.tensor([21, 9]), torch.tensor([11, 6]))
    band = diagonal(layout, 32 + 12 + 21)
    first = int(layout.first_audio[0])
    assert band[0, first].nonzero().flatten()[0] == 32
    assert band[0, first + 19].nonzero().flatten()[-1] == first - 1
    assert not band[0, :first].any()
    assert not band[1, int(layout.first_audio[1]) + 8 :].any()


def test_trim_leaves_a_breath_at_both_ends() -> None:
    tone = np.sin(np.arange(RATE) * 0.1).astype(np.float32)
    wave = np.concatenate([np.zeros(RATE // 2, np.float32), tone, np.zeros(RATE, np.float32)])
    assert len(trim(wave)) == pytest.approx(RATE * (1 + 0.06 + 0.12), abs=RATE * 0.02)
