"""Checkpoints put to use over HTTP: voices that speak side by side, models, exports, and takes."""

import contextlib
import io
import json
import os
import shutil
import signal
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from adapters import make_adapter
from checkpoints import Bench
from running import Service, alive, children, serving
from safetensors.torch import load_file, save

from timbre.audio.decode import decode
from timbre.engine.engine import Engine
from timbre.engine.protocol import Sampling
from timbre.store.tables_training import CheckpointRow
from timbre.text.plan import plan
from timbre.xtts import checkpoint

SEEDED = Sampling(seed=5)
TEXT = "The kettle has just boiled."


@pytest.fixture(scope="module")
def tuning(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Bench]]:
    """A service with a run of two adapters and a whole model, all of the tiny one."""
    home = tmp_path_factory.mktemp("tuned") / "home"
    with serving(home, engine_folder, engine_adapters=2) as running:
        bench = Bench(home, home / "models" / "tiny")
        bench.run()
        bench.adapter("c-a", 1)
        bench.adapter("c-b", 2)
        bench.whole("c-m", 3)
        yield running, bench
        assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def http(tuning: tuple[Service, Bench]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=tuning[0].url, timeout=120) as client:
        yield client


def promoted(http: httpx.Client, checkpoint: str, **more: Any) -> dict[str, Any]:
    body = {"name": f"Voice of {checkpoint}", "consent": "She agreed."} | more
    answer = http.post(f"/training/checkpoints/{checkpoint}/promote", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["voice"]


def demoted(http: httpx.Client, checkpoint: str, **more: Any) -> dict[str, Any]:
    answer = http.post(f"/training/checkpoints/{checkpoint}/demote", json=more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(http: httpx.Client, voice: str, text: str = TEXT) -> np.ndarray:
    body = {"model": "tts-1", "input": text, "voice": voice, "response_format": "wav", "seed": 5}
    answer = http.post("/v1/audio/speech", json=body)
    assert answer.status_code == 200, answer.text
    return decode(answer.content, 24_000)


def done(http: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 100
    while (found := http.get(f"/jobs/{job['id']}").json())["status"] not in ("completed", "failed"):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def checkpoint_file(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of a model.pth by its own names."""
    return checkpoint.read(folder / "model.pth")


def near(one: np.ndarray, other: np.ndarray) -> bool:
    return len(one) == len(other) and float(np.abs(one - other).max()) < 2e-3


def test_two_fine_tunes_and_none_speak_in_one_batch(http: httpx.Client):
    voices = [promoted(http, "c-a")["id"], promoted(http, "c-b")["id"]]
    shown = http.get(f"/voices/{voices[0]}").json()
    assert (shown["kind"], shown["model"], shown["checkpoint"], shown["language"]) == ("tuned", "tiny", "c-a", "en")
    alone = [said(http, voice) for voice in (*voices, "ana")]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda voice: said(http, voice), (*voices, "ana")))
    for one, other in zip(alone, together, strict=True):
        assert near(one, other)
    assert not near(alone[0], alone[1])
    assert len(http.get("/health/engines").json()["items"]) == 1
    for name in ("c-a", "c-b"):
        demoted(http, name)
    assert http.get(f"/voices/{voices[0]}").status_code == 404


def test_an_engine_that_was_killed_is_brought_the_voice_again(http: httpx.Client, tuning: tuple[Service, Bench]):
    voice = promoted(http, "c-a")["id"]
    before = said(http, voice)
    engine = children(tuning[0])["engine"]
    os.kill(engine, signal.SIGKILL)
    while alive(engine):
        time.sleep(0.01)
    assert near(said(http, voice), before)
    demoted(http, "c-a")


def test_more_voices_than_the_engine_holds_take_turns(http: httpx.Client, tuning: tuple[Service, Bench]):
    tuning[1].adapter("c-c", 4)
    voices = [promoted(http, name)["id"] for name in ("c-a", "c-b", "c-c")]
    first = [said(http, voice) for voice in voices]
    assert all(near(said(http, voice), heard) for voice, heard in zip(voices, first, strict=True))
    for name in ("c-a", "c-b", "c-c"):
        demoted(http, name)


def test_every_way_to_speak_takes_a_fine_tuned_voice(http: httpx.Client):
    voice = promoted(http, "c-a", name="Grandmother")["id"]
    for name in (voice, "grandmother"):
        assert http.post("/synthesize-direct", json={"text": TEXT, "voice": name}).status_code == 200
    assert http.get(f"/voices/{voice}/preview").status_code == 200
    assert voice in [one["id"] for one in http.get("/v1/audio/voices").json()["voices"]]
    job = done(http, http.post("/jobs", json={"text": TEXT, "voice_id": "Grandmother", "seed": 5}).json())
    assert (job["status"], job["voice_id"], job["model"]) == ("completed", voice, "tiny"), job
    other = http.post("/jobs", json={"text": TEXT, "voice_id": voice, "model": "mini"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "wrong_model_for_voice")
    mixed = http.post(
        "/voices/mix", json={"name": "Both", "voices": [{"id": voice, "weight": 1}, {"id": "ana", "weight": 1}]}
    )
    assert (mixed.status_code, mixed.json()["error"]["code"]) == (422, "bad_mix"), mixed.text
    demoted(http, "c-a")


def test_a_voice_that_is_taken_over_comes_back_as_it_was(http: httpx.Client, speech_wav: bytes):
    clone = http.post(
        "/voices/clone",
        files={"files": ("me.wav", speech_wav)},
        data={"name": "Maria", "consent": "Yes.", "language": "pt"},
    ).json()
    done(http, clone)
    voice = clone["voice"]["id"]
    cloned = said(http, voice)
    first = promoted(http, "c-a", voice_id=voice, name=None, consent=None)
    assert (first["id"], first["name"], first["language"], first["kind"]) == (voice, "Maria", "pt", "tuned")
    once = said(http, voice)
    assert promoted(http, "c-b", voice_id=voice, name=None, consent=None)["checkpoint"] == "c-b"
    assert not near(said(http, voice), once) and not near(once, cloned)
    refused = http.post("/training/checkpoints/c-a/demote", json={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "promotion_overtaken")
    assert [(one["checkpoint_id"], one["replaces"]) for one in http.get("/training/promotions").json()["items"]] == [
        ("c-b", True),
        ("c-a", True),
    ]
    assert demoted(http, "c-b")["target"] == voice
    assert near(said(http, voice), once)
    demoted(http, "c-a", target=voice, kind="voice")
    assert near(said(http, voice), cloned)
    assert http.get(f"/voices/{voice}").json()["kind"] == "cloned"
    again = http.post("/training/checkpoints/c-a/demote", json={})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_promoted")
    assert http.delete(f"/voices/{voice}").status_code == 204


@pytest.mark.parametrize(
    ("checkpoint", "body", "status", "code"),
    [
        ("c-none", {"name": "A", "consent": "Yes."}, 404, "unknown_checkpoint"),
        ("c-a", {"name": "A"}, 422, "bad_voice"),
        ("c-a", {"name": "  ", "consent": "Yes."}, 422, "bad_voice"),
        ("c-a", {"name": "A", "consent": "Yes.", "language": "xx"}, 422, "unknown_language"),
        ("c-a", {"voice_id": "v-000000000000"}, 404, "unknown_voice"),
        ("c-a", {"voice_id": "ana"}, 404, "unknown_voice"),
        ("c-m", {"name": "A", "consent": "Yes."}, 422, "bad_promotion"),
        ("c-m", {"kind": "model", "name": "mini"}, 422, "bad_promotion"),
        ("c-m", {"kind": "model", "name": "tiny"}, 422, "bad_promotion"),
        ("c-m", {"kind": "model", "name": "../x"}, 422, "bad_promotion"),
        ("c-m", {"kind": "model"}, 422, "bad_promotion"),
        ("c-m", {"kind": "model", "name": "new", "clips_of": "ana"}, 404, "unknown_voice"),
    ],
)
def test_what_cannot_be_is_said(http: httpx.Client, checkpoint: str, body: dict[str, Any], status: int, code: str):
    answer = http.post(f"/training/checkpoints/{checkpoint}/promote", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert http.get("/training/promotions").json()["items"] == []


def test_a_voice_of_a_model_that_is_not_loaded_is_refused_and_its_jobs_wait(
    http: httpx.Client, tuning: tuple[Service, Bench]
):
    _, bench = tuning
    shutil.copytree(bench.model, bench.home / "models" / "other")
    config = bench.home / "models" / "other" / "config.json"
    config.write_text(config.read_text() + "\n")  # another fingerprint
    other = Bench(bench.home, bench.home / "models" / "other", "other")
    other.adapter("c-o", 5)
    voice = promoted(http, "c-o")["id"]
    refused = http.post("/synthesize-direct", json={"text": TEXT, "voice": voice})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "voice_needs_model")
    assert "'other'" in refused.json()["error"]["message"]
    for path, body in (
        ("/training/checkpoints/load", {"checkpoint_id": "c-o"}),
        ("/training/inference/synthesize", {"checkpoint_id": "c-o", "text": TEXT}),
    ):
        answer = http.post(path, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "model_not_loaded")
    assert voice not in [one["id"] for one in http.get("/v1/audio/voices").json()["voices"]]
    assert voice in [one["id"] for one in http.get("/voices").json()["items"]]
    job = done(http, http.post("/jobs", json={"text": TEXT, "voice_id": voice, "seed": 5}).json())
    assert (job["status"], job["model"]) == ("completed", "other"), job
    assert http.post("/models/tiny/load").status_code == 200
    demoted(http, "c-o")


def test_a_checkpoint_speaks_without_being_promoted(http: httpx.Client):
    held = http.post("/training/checkpoints/load", json={"checkpoint_id": "c-a"}).json()
    assert held["model"] == "tiny" and held["adapter"] in held["adapters"]
    voice = promoted(http, "c-a")["id"]
    wanted = said(http, voice)
    demoted(http, "c-a")
    body = {"checkpoint_id": "c-a", "text": TEXT, "seed": 5}
    answer = http.post("/training/inference/synthesize", json=body)
    assert answer.status_code == 200 and near(decode(answer.content, 24_000), wanted)
    whole = http.post("/training/inference/synthesize", json=body | {"checkpoint_id": "c-m", "language": "en"})
    assert whole.status_code == 202
    job = done(http, whole.json())
    assert job["status"] == "completed", job
    take = http.get(job["result"]["url"])
    assert take.headers["content-type"] == "audio/flac"
    assert len(decode(take.content, 24_000)) == pytest.approx(job["result"]["seconds"] * 24_000, abs=24)
    assert http.get(f"/training/exports/{job['id']}").status_code == 404


@pytest.mark.parametrize("checkpoint", ["c-a", "c-m"])
def test_a_checkpoint_is_compared_with_its_base(http: httpx.Client, checkpoint: str):
    body = {"checkpoint_id": checkpoint, "text": TEXT, "seed": 5}
    job = done(http, http.post("/training/inference/ab-test", json=body).json())
    assert job["status"] == "completed", job
    found, takes = job["result"], {}
    for name in ("base", "tuned"):
        assert -1 <= found[name]["similarity"] <= 1 and "word_error_rate" not in found[name]
        takes[name] = decode(http.get(found[name]["url"]).content, 24_000)
        assert len(takes[name]) == pytest.approx(found[name]["seconds"] * 24_000, abs=24)
    assert not near(takes["base"], takes["tuned"])


def test_a_whole_model_is_made_loaded_exchanged_and_taken_back(http: httpx.Client, tuning: tuple[Service, Bench]):
    _, bench = tuning
    bench.whole("c-n", 9)

    def make(checkpoint: str, **more: Any) -> dict[str, Any]:
        body = {"kind": "model", "name": "grandmother", "person": "Großmutter Anna"} | more
        answer = http.post(f"/training/checkpoints/{checkpoint}/promote", json=body)
        assert answer.status_code == 202, answer.text
        job = done(http, answer.json()["job"])
        assert job["status"] == "completed", job
        return job["result"]

    make("c-m")
    shown = http.get("/models/grandmother").json()
    assert shown["installed"] and shown["removable"] and shown["source"] == "checkpoint c-m of tiny"
    first = (bench.home / "models" / "grandmother" / "model.safetensors").read_bytes()
    make("c-n")
    assert (bench.home / "models" / "grandmother" / "model.safetensors").read_bytes() != first
    assert http.post("/training/checkpoints/c-m/demote", json={}).json()["error"]["code"] == "promotion_overtaken"
    assert demoted(http, "c-n", target="grandmother")["replaces"]
    assert (bench.home / "models" / "grandmother" / "model.safetensors").read_bytes() == first
    assert http.post("/models/grandmother/load").status_code == 200
    assert [one["id"] for one in http.get("/voices").json()["items"] if one["kind"] == "built-in"] == ["gromutter-anna"]
    assert len(said(http, "default")) > 1000
    refused = http.post("/training/checkpoints/c-m/demote", json={})
    assert refused.json()["error"]["code"] == "model_in_use"
    assert http.post("/models/tiny/load").status_code == 200
    demoted(http, "c-m")
    assert http.get("/models/grandmother").status_code == 404
    left = [path.name for path in (bench.home / "models").iterdir() if path.name.startswith(".q-")]
    assert left == []


def test_an_export_is_the_merged_model_or_the_adapter(
    http: httpx.Client, tuning: tuple[Service, Bench], tmp_path: Path
):
    _, bench = tuning

    def unpacked(checkpoint: str, form: str) -> Path:
        answer = http.post(f"/training/checkpoints/{checkpoint}/export", json={"form": form})
        assert answer.status_code == 202, answer.text
        job = done(http, answer.json())
        assert job["status"] == "completed", job
        archive = http.get(job["result"]["url"])
        assert archive.headers["content-type"] == "application/zip"
        folder = tmp_path / f"{checkpoint}-{form}"
        zipfile.ZipFile(io.BytesIO(archive.content)).extractall(folder)
        return folder

    folder = unpacked("c-a", "model")
    assert {path.name for path in folder.iterdir()} >= {"model.pth", "config.json", "vocab.json", "speakers_xtts.pth"}
    raw, before = checkpoint_file(folder), checkpoint_file(bench.model)
    assert raw.keys() == before.keys() - {"gpt.gpt.wte.weight"}, "the keys of published files, weight norm and all"
    assert all(raw[key].shape == before[key].shape for key in raw)
    merged = Engine(folder, "merged", threads=1)
    assert "grandmother" in merged.voices()
    voice = promoted(http, "c-a")["id"]
    ours = said(http, voice)
    demoted(http, "c-a")
    pieces = plan(TEXT, "en", merged.character_limit("en"))
    theirs = np.concatenate(list(merged.speak(pieces, "en", merged.voices()["grandmother"], SEEDED)))
    assert near(ours, np.concatenate([theirs]))

    folder = unpacked("c-a", "adapter")
    config = json.loads((folder / "adapter_config.json").read_text())
    assert (config["peft_type"], config["r"], config["base_model_name_or_path"]) == ("LORA", 4, "tiny")
    assert (folder / "adapter_model.safetensors").is_file()
    refused = http.post("/training/checkpoints/c-m/export", json={"form": "adapter"})
    assert refused.json()["error"]["code"] == "bad_promotion"


def received(http: httpx.Client, file: str, data: bytes, **more: Any) -> dict[str, Any]:
    answer = http.post("/training/checkpoints", files={"file": (file, data)}, data=more)
    assert answer.status_code == 202, answer.text
    return done(http, answer.json())


def test_checkpoints_of_other_people_are_taken_in(
    http: httpx.Client, tuning: tuple[Service, Bench], tmp_path: Path, speech_wav: bytes
):
    _, bench = tuning
    state = {f"xtts.{key}": one for key, one in checkpoint_file(bench.model).items()}
    state["xtts.gpt.final_norm.weight"] = state["xtts.gpt.final_norm.weight"] * 1.1
    torch.save({"model": state, "config": {}, "step": 3}, tmp_path / "best.pth")
    job = received(http, "best_model.pth", (tmp_path / "best.pth").read_bytes())
    assert job["status"] == "completed" and job["result"]["kind"] == "model", job
    with bench.database.reading() as session:
        row = session.get_one(CheckpointRow, job["result"]["checkpoint"])
    assert (row.name, row.base, row.base_fingerprint, row.run_id) == ("best_model", "tiny", bench.fingerprint, None)
    assert row.bytes < 10_000, "what does not differ is not kept"

    make_adapter(checkpoint.read_config(bench.model).model_args, bench.fingerprint, 1, 2.0).to_file(tmp_path / "a")
    plain = save(load_file(tmp_path / "a"))
    assert received(http, "lora.safetensors", plain)["error"]["code"] == "bad_checkpoint"
    job = received(http, "lora.safetensors", plain, alpha="8", name="Theirs")
    assert job["status"] == "completed" and job["result"]["kind"] == "adapter", job
    theirs = job["result"]["checkpoint"]
    body = {"name": "Theirs", "consent": "Yes.", "language": "en"}
    refused = http.post(f"/training/checkpoints/{theirs}/promote", json=body)
    assert refused.json()["error"]["code"] == "bad_promotion" and "recordings" in refused.json()["error"]["message"]
    clone = http.post(
        "/voices/clone", files={"files": ("me.wav", speech_wav)}, data={"name": "Maria", "consent": "Yes."}
    ).json()
    voice = promoted(http, theirs, clips_of=clone["voice"]["id"], language="en")["id"]
    assert len(said(http, voice)) > 1000
    demoted(http, theirs)
    assert http.delete(f"/voices/{clone['voice']['id']}").status_code == 204


class Poison:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch /tmp/timbre-poisoned",)


def test_poison_and_junk_are_one_sentence_each(http: httpx.Client, tmp_path: Path):
    torch.save({"model": {"gpt.x": Poison()}}, tmp_path / "poison.pth")
    torch.save({"model": {"gpt.unknown": torch.zeros(3)}}, tmp_path / "strange.pth")
    for name, data, code in (
        ("poison.pth", (tmp_path / "poison.pth").read_bytes(), "unsafe_checkpoint"),
        ("strange.pth", (tmp_path / "strange.pth").read_bytes(), "unknown_tensor"),
        ("junk.pt", b"junk", "bad_checkpoint"),
        ("junk.safetensors", b"junk", "bad_checkpoint"),
        ("huge.safetensors", (2**62).to_bytes(8, "little") + b"{}", "bad_checkpoint"),
    ):
        job = received(http, name, data)
        assert (job["status"], job["error"]["code"]) == ("failed", code), job
    assert not Path("/tmp/timbre-poisoned").exists()
    for name, base, code in (("a.zip", "", "bad_promotion"), ("a.pth", "none", "unknown_model")):
        answer = http.post("/training/checkpoints", files={"file": (name, b"x")}, data={"base": base})
        assert answer.json()["error"]["code"] == code


def runs_of(job: str) -> list[int]:
    """The processes that work on a job."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if job in words and "run" in words:
            found.append(int(path.name))
    return found


def test_work_whose_process_is_killed_is_done_all_the_same(http: httpx.Client, tuning: tuple[Service, Bench]):
    body = {"kind": "model", "name": "killed", "person": "Anna"}
    job = http.post("/training/checkpoints/c-m/promote", json=body).json()["job"]
    for delay in (0.3, 2.0):
        deadline = time.monotonic() + 30
        while not (found := runs_of(job["id"])):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(delay)
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(alive(process) for process in found):
            time.sleep(0.02)
    ended = done(http, job)
    assert ended["status"] == "completed", ended
    assert http.get("/models/killed").json()["installed"]
    demoted(http, "c-m", target="killed")
    assert not list((tuning[1].home / "models").glob(".q-*"))
