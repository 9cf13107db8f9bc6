"""What is quickest is measured, kept, and chosen where nothing else is asked for."""

import json
from pathlib import Path

import pytest

from timbre.engine import quantize, tuning
from timbre.engine.backends import vocoder as backends
from timbre.engine.engine import Engine
from timbre.engine.placement import Placement, choose
from timbre.engine.tuning import Sound, Tuned, Weights
from timbre.errors import CannotPlace
from timbre.settings import settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIMBRE_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_every_way_that_this_machine_has_is_measured(engine_folder: Path) -> None:
    said: list[str] = []
    found = tuning.tune(engine_folder, said.append)
    assert set(found.measured_weights) == {"fp32", *(["int8"] if quantize.available() else [])}
    assert set(found.measured_vocoders) == {f"{kind}-{numbers}" for kind, numbers in backends.available()}
    assert found.measured_vocoders["torch-fp32"].mel_db < 1e-3
    assert all(one.ms[8] > 0 and one.distance < tuning.MOST_DISTANCE for one in found.measured_weights.values())
    assert found.measured_vocoders[found.vocoder].rtf == min(one.rtf for one in found.measured_vocoders.values())
    assert len(said) == len(found.measured_weights) + len(found.measured_vocoders)


def test_the_engine_takes_what_was_found_and_another_machine_does_not(home: Path, engine_folder: Path) -> None:
    def placed(weights: str = "auto", vocoder: str = "auto") -> Placement:
        return Engine(engine_folder, "tiny", threads=1, weights=weights, vocoder=vocoder).placement

    fingerprint = Engine(engine_folder, "tiny", threads=1).fingerprint
    path = tuning.keep(fingerprint, Tuned("fp32", "torch-fp32", {"fp32": Weights({1: 1.0}, 0)}, {"x": Sound(1, 0)}))
    assert placed() == Placement("cpu", "fp32", "torch", "fp32")
    assert placed(vocoder=f"{backends.fastest()}-fp32").kind == backends.fastest()
    assert placed(vocoder="fp32").kind == backends.fastest()
    assert placed().as_dict() == {"device": "cpu", "weights": "fp32", "vocoder": "torch-fp32"}
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"machine": "another"}))
    assert placed().kind == backends.available()[-1][0]
    path.write_text("{")
    assert placed().kind == backends.available()[-1][0]


@pytest.mark.parametrize("asked", [{"device": "cuda:99"}, {"weights": "bf16"}, {"vocoder": "onednn-int8"}])
def test_what_cannot_be_had_is_refused(engine_folder: Path, asked: dict[str, str]) -> None:
    model = Engine(engine_folder, "tiny", threads=1).model
    with pytest.raises(CannotPlace) as fault:
        choose(model, **{"device": "cpu", **asked})
    assert "TIMBRE_ENGINE" in fault.value.advice
