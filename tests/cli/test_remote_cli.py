"""The command line asks a service elsewhere that needs a key: say, voices, jobs, admin."""

import json
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from commanding import Command
from guarded import Guarded, guarding
from recordings import file_of, speech
from sound import seconds


@pytest.fixture(scope="module")
def guarded(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarding(tmp_path_factory.mktemp("guarded"), engine_folder) as running:
        yield running


@pytest.fixture
def timbre(guarded: Guarded, tmp_path: Path) -> Command:
    """The command on another machine, with the admin's key."""
    return Command(guarded.service, tmp_path, tmp_path / "home", TIMBRE_API_KEY=guarded.admin_key)


@pytest.fixture
def there(guarded: Guarded) -> list[str]:
    return ["--server", guarded.url]


def test_without_a_key_it_is_said_where_to_put_one(guarded: Guarded, there: list[str], tmp_path: Path):
    nobody = Command(guarded.service, tmp_path, tmp_path / "home")
    assert "--key-file FILE" in nobody.refused("say", "Hello.", "-o", "out.wav", *there)
    (tmp_path / "key").write_text(guarded.key("speak")[1] + "\n")
    with_file = [*there, "--key-file", "key"]
    job = nobody.done("jobs", "submit", "Hello.", *with_file).strip()
    assert "completed" in nobody.done("jobs", "watch", job, *with_file)
    assert "lacks the scope" in nobody.refused("admin", "stats", *with_file)
    assert not (tmp_path / "home").exists()


def test_speech_comes_as_it_is_made(timbre: Command, there: list[str], tmp_path: Path):
    timbre.done("say", "The kettle has just boiled.", "--seed", 1, "-o", "out.wav", *there)
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert file.getnframes() > 4800, "and its header names its length"
    timbre.done("say", "-", "--voice", "davi", "-o", "out.mp3", *there, given="Hello.")
    assert seconds((tmp_path / "out.mp3").read_bytes()) > 0.3
    assert "no voice 'nobody'" in timbre.refused("say", "Hello.", "--voice", "nobody", "-o", "no.wav", *there)
    assert not (tmp_path / "no.wav").exists() and not (tmp_path / "home").exists()


def test_a_voice_is_cloned_heard_renamed_and_removed(timbre: Command, there: list[str], tmp_path: Path):
    (tmp_path / "tape.ogg").write_bytes(file_of(speech(48_000), 48_000, "ogg", "libopus"))
    (tmp_path / "words.txt").write_text("no audio")
    assert "no consent" in timbre.refused("voices", "add", "A", "tape.ogg", *there)
    agreed = ["--consent", "She agreed.", *there]
    assert "words.txt is not audio" in timbre.refused("voices", "add", "A", "words.txt", *agreed)
    made = timbre.done("voices", "add", "Grandma", "tape.ogg", *agreed)
    id = made.split()[0]
    assert "s of speech" in made
    timbre.done("voices", "rename", "grandma", "Granny", *there)
    [line] = [line for line in timbre.done("voices", "list", *there).splitlines() if id in line]
    assert "Granny" in line and "cloned" in line
    timbre.done("voices", "preview", "granny", "-o", "out.mp3", *there)
    assert seconds((tmp_path / "out.mp3").read_bytes()) > 0.3
    assert timbre.done("voices", "remove", id, *there) == "Granny is gone, with its recordings.\n"


def test_voices_are_mixed_there(timbre: Command, there: list[str]):
    assert "75% Ana, 25% Bruno" in timbre.done("voices", "mix", "Narrator", "ana=3", "bruno=1", *there)
    assert "2 to 5 voices" in timbre.refused("voices", "mix", "Alone", "ana=3", *there)


def test_the_admin_sees_how_the_service_is(timbre: Command, there: list[str]):
    told = timbre.done("admin", "stats", *there)
    assert "tiny, ready" in told and "worker" in told and "sqlite" in told
    assert json.loads(timbre.done("admin", "stats", "--json", *there))["broker"] == {"reachable": True, "own": True}
    assert "files removed" in timbre.done("admin", "cleanup", *there)
    [line] = timbre.done("admin", "logs", "--role", "serve", "--lines", 1, *there).splitlines()
    assert "  serve  " in line
    assert "lines" in timbre.refused("admin", "logs", "--lines", 0, *there)
