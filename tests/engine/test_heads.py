"""The heads that align text and sound: found in the model's own output, and kept with it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from timbre.engine import heads
from timbre.engine.engine import Engine
from timbre.engine.heads import Found, best, keep, kept, search, sentences, walks
from timbre.models import catalogue

CODES, TEXT = 60, 40


def looks(*positions: int) -> torch.Tensor:
    """One head that looks at one text position from each code, [1, codes, text]."""
    return torch.nn.functional.one_hot(torch.tensor(positions), TEXT).float()[None]


def diagonal(first: int, last: int) -> list[int]:
    return torch.linspace(first, last, CODES).round().int().tolist()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from timbre.settings import settings

    monkeypatch.setenv("TIMBRE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


@pytest.fixture
def folder(engine_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(engine_folder, tmp_path / "model"))


def test_a_head_that_reads_from_start_to_end_walks() -> None:
    assert float(walks(looks(*diagonal(0, TEXT - 1)))) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    "positions",
    [
        diagonal(TEXT - 1, 0),
        [TEXT // 2] * CODES,
        [0] * CODES,
        diagonal(0, TEXT // 2),
    ],
    ids=["backwards", "one place", "the start", "half the text"],
)
def test_a_head_that_does_otherwise_does_not(positions: list[int]) -> None:
    assert float(walks(looks(*positions))) < 0.6


def test_a_head_that_looks_everywhere_or_beside_the_text_does_not_walk() -> None:
    assert float(walks(torch.full((1, CODES, TEXT), 1 / TEXT))) < 0.1
    assert float(walks(torch.zeros(1, CODES, TEXT))) == 0


def test_fewer_codes_than_any_way_needs_are_no_way() -> None:
    assert float(walks(looks(0, 1, 2))) == 0


def test_one_odd_sentence_of_three_is_forgiven() -> None:
    scores = torch.tensor([[[0.9, 0.1]], [[0.2, 0.1]], [[0.8, 0.1]]])
    assert best(scores).heads == ((0, 0),)
    assert best(scores[:, :, 1:]).heads == ()


def test_a_model_reads_its_own_languages() -> None:
    assert {language for _, language in sentences(["en"])} == {"en"}
    assert {language for _, language in sentences(["en", "pt", "de"])} == {"en", "de"}
    assert {language for _, language in sentences(["pt"])} == {"pt"}
    assert not sentences([])


def test_the_built_in_model_has_the_heads_that_its_training_guided() -> None:
    folder = catalogue.folder("mini")
    engine = Engine.load(folder, "mini", threads=1)
    guided = {tuple(one) for one in engine.heads or ()}
    engine.model.gpt.args = replace(engine.model.gpt.args, alignment_heads=())
    assert guided and guided <= set(search(engine).finish().heads)


def test_random_weights_have_none_and_that_is_kept_too(folder: Path, home: Path) -> None:
    engine = Engine.load(folder, "tiny", threads=1)
    assert engine.heads is None
    while engine.learn():
        assert engine.heads is None
    assert engine.heads == ()
    assert Engine.load(folder, "tiny", threads=1).heads == ()
    assert not home.exists()


def test_what_was_found_is_for_these_weights_alone(folder: Path, home: Path) -> None:
    assert kept(folder, "these") is None
    assert keep(folder, "these", Found(((3, 1), (2, 0)), [])) == folder / "alignment.json"
    assert kept(folder, "these") == ((3, 1), (2, 0))
    assert kept(folder, "others") is None


def test_where_the_models_folder_is_not_ours_it_lies_in_the_home_folder(folder: Path, home: Path) -> None:
    (folder / "alignment.json").mkdir()  # as good as a folder that takes no file
    assert keep(folder, "these", Found(((3, 1),), [])) == home / "alignment" / "these.json"
    assert kept(folder, "these") == ((3, 1),)


@pytest.mark.parametrize("told", ["", "[]", '{"fingerprint": "these", "heads": [[1]]}', '{"heads": 7}'])
def test_a_broken_file_is_no_answer(folder: Path, home: Path, told: str) -> None:
    (folder / "alignment.json").write_text(told)
    assert kept(folder, "these") is None


def test_what_was_found_is_used_and_the_configuration_goes_before_it(folder: Path, home: Path) -> None:
    engine = Engine.load(folder, "tiny", threads=1)
    keep(folder, engine.fingerprint, Found(((1, 1),), []))
    assert Engine.load(folder, "tiny", threads=1).model.gpt.args.alignment_heads == ((1, 1),)
    config = json.loads((folder / "config.json").read_text())
    config["model_args"]["alignment_heads"] = [[0, 1]]
    (folder / "config.json").write_text(json.dumps(config))
    engine = Engine.load(folder, "tiny", threads=1)
    assert engine.heads == engine.model.gpt.args.alignment_heads
    assert [tuple(one) for one in engine.heads] == [(0, 1)]
    assert not engine.learn()


def test_without_a_voice_there_is_nothing_to_search_with(folder: Path, home: Path) -> None:
    (folder / "voices.safetensors").unlink()
    engine = Engine.load(folder, "tiny", threads=1)
    assert not engine.learn() and engine.heads == ()
    assert heads.kept(folder, engine.fingerprint) == ()
