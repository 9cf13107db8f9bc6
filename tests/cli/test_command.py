"""The command as a user meets it: help, exit codes, one sentence for what goes wrong."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from recordings import file_of, speech
from running import GOLDEN

from timbre.cli.main import VERBS


def is_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> bool:
    """Whether it failed with a sentence and a hint that hold these words, and no traceback."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("timbre: ")]
    assert len(told) == 1 and told[0].endswith(".")
    return all(word in done.stderr for word in words)


def test_help_names_every_verb_and_is_quick(timbre):
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        done = timbre("--help")
        seconds.append(time.perf_counter() - began)
        assert done.returncode == 0 and all(verb in done.stdout for verb in VERBS)
    assert min(seconds) < 0.3


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_there_and_tells_how_it_is_used(timbre, verb: str):
    done = timbre(verb, "--help")
    assert done.returncode == 0 and f"timbre {verb}" in done.stdout


def test_version(timbre):
    assert timbre("--version").stdout.startswith("timbre 0.")


@pytest.mark.parametrize(
    "words", [[], ["sing"], ["voices"], ["voices", "sing"], ["models", "install"], ["doctor", "--loud"]]
)
def test_a_wrong_use_is_2(timbre, words: list[str]):
    done = timbre(*words)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(timbre):
    done = timbre("voices", "list", TIMBRE_PORT="high")
    assert done.returncode == 2 and "TIMBRE_PORT" in done.stderr and "Traceback" not in done.stderr


# Models


def test_models_are_listed(timbre):
    done = timbre("models", "list")
    assert done.returncode == 0
    assert any(line.startswith("xtts-v2") and "not installed" in line for line in done.stdout.splitlines())


def test_the_licence_is_shown_and_has_to_be_accepted(timbre, tmp_path):
    done = timbre("models", "install", "xtts-v2")
    assert "https://coqui.ai/cpml" in done.stderr and is_one_sentence(done, "not been accepted", "--accept-license")
    assert not (tmp_path / "home").exists()


def test_a_model_is_installed_from_files_that_are_here(timbre, tmp_path):
    source = tmp_path / "downloads"
    source.mkdir()
    for name in ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth"):
        (source / name).write_bytes((GOLDEN / name).read_bytes() if (GOLDEN / name).exists() else b"x")
    done = timbre("models", "install", "xtts-v2", "--from", str(source), "--accept-license")
    assert done.returncode == 0, done.stderr
    [record] = json.loads((tmp_path / "home" / "licences.json").read_text()).values()
    assert record["model"] == "xtts-v2" and record["accepted_at"] and record["accepted_by"]
    assert (tmp_path / "home" / "models" / "xtts-v2" / "model.pth").exists()
    listed = timbre("models", "list").stdout
    assert any(line.startswith("xtts-v2  installed") for line in listed.splitlines())
    (source / "vocab.json").unlink()
    again = timbre("models", "install", "xtts-v2", "--from", str(source), TIMBRE_HOME=str(tmp_path / "other"))
    assert "CPML" in again.stderr, "another home, another acceptance"
    lacking = timbre(
        "models", "install", "xtts-v2", "--from", str(source), "--accept-license", TIMBRE_HOME=str(tmp_path / "b")
    )
    assert is_one_sentence(lacking, "lacks vocab.json")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["models", "load", "gpt-9"], "no model 'gpt-9'"),
        (["models", "install", "gpt-9"], "no model 'gpt-9' that can be installed"),
        (["models", "verify", "nowhere"], "nowhere"),
        (["models", "verify", "."], "golden.safetensors"),
        (["voices", "remove", "nobody"], "no voice 'nobody'"),
        (["voices", "rename", "nobody", "B"], "no voice 'nobody'"),
        (["voices", "add", "A", "nothing.wav", "--consent", "Yes."], "nothing.wav is not audio"),
    ],
)
def test_what_is_not_there(timbre, words: list[str], sentence: str):
    assert is_one_sentence(timbre(*words), sentence)


def test_verify_compares_with_the_reference(timbre):
    done = timbre("models", "verify", str(GOLDEN), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["passed"]
    names = {check["name"] for check in report["checks"]}
    assert {"text_ids", "conditioning", "speaker_embedding", "latents", "waveform", "codes", "dvae_codes"} <= names
    assert all(check["error"] <= check["tolerance"] for check in report["checks"])


# Voices


def test_a_voice_is_added_listed_renamed_and_removed_without_an_engine(timbre, tmp_path):
    (tmp_path / "tape.ogg").write_bytes(file_of(speech(48_000), 48_000, "ogg", "libopus"))
    done = timbre("voices", "add", "Grandma", "tape.ogg", "--consent", "She agreed.", "--language", "en-GB")
    assert done.returncode == 0, done.stderr
    id = done.stdout.split()[0]
    assert id in timbre("voices", "list").stdout
    assert timbre("voices", "rename", "grandma", "Granny").returncode == 0
    assert "Granny" in timbre("voices", "list").stdout
    assert timbre("voices", "remove", id).returncode == 0
    assert id not in timbre("voices", "list").stdout


def test_the_models_own_voices_are_listed_without_an_engine(timbre, tmp_path, engine_folder: Path):
    (tmp_path / "home" / "models").mkdir(parents=True)
    (tmp_path / "home" / "models" / "tiny").symlink_to(engine_folder)
    done = timbre("voices", "list", TIMBRE_MODEL="tiny")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ana", "bruno", "clara", "davi"]
    assert is_one_sentence(timbre("voices", "remove", "ana", TIMBRE_MODEL="tiny"), "built into the model")


@pytest.mark.parametrize(("words", "sentence"), [([], "no consent"), (["--consent", " "], "no consent")])
def test_a_voice_needs_consent(timbre, tmp_path, words: list[str], sentence: str):
    (tmp_path / "a.wav").write_bytes(file_of(speech(), 22_050))
    assert is_one_sentence(timbre("voices", "add", "A", "a.wav", *words), sentence)


# Doctor


def test_the_doctor_says_what_is_here_and_what_is_missing(timbre, tmp_path, engine_folder: Path):
    done = timbre("doctor", "--json", TIMBRE_MODEL="absent")
    found = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 1 and found["model"]["level"] == "missing" and found["model"]["remedy"]
    assert found["torch"]["level"] == found["packages"]["level"] == "ok"
    (tmp_path / "home" / "models").mkdir(parents=True)
    (tmp_path / "home" / "models" / "tiny").symlink_to(engine_folder)
    well = timbre("doctor", TIMBRE_MODEL="tiny")
    assert well.returncode == 0 and "tiny: en pt" in well.stdout, well.stdout


def test_a_taken_port_and_a_home_that_is_a_file(timbre, tmp_path):
    import socket

    (tmp_path / "file").write_text("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = timbre("doctor", "--json", TIMBRE_PORT=port, TIMBRE_HOME=str(tmp_path / "file"))
    found = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert "taken" in found["port"]["found"] and found["home folder"]["level"] == "missing"
