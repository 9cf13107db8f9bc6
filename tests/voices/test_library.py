"""Cloning a voice, keeping it, and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from libraries import files_of
from people import ALLISON, CARLO, prompts
from people import RATE as PROMPT_RATE
from recordings import file_of, likeness, speech

from timbre.audio.decode import decode
from timbre.engine.protocol import Conditioning
from timbre.errors import (
    BadVoice,
    BuiltInVoice,
    ClipsTooLarge,
    ClipTooShort,
    NoSpeech,
    NotAudio,
    StorageFull,
    TimbreError,
    TooLittleSpeech,
    TwoSpeakers,
    UnknownLanguage,
    UnknownVoice,
)
from timbre.store.tables import VoiceRow
from timbre.voices.library import Library
from timbre.voices.moved import take_over
from timbre.voices.preview import SENTENCES, preview_text
from timbre.voices.voice import OPENAI_NAMES, built_in

RATE = 22_050
STATS = {
    "fingerprint": "abc123",
    "voices": {
        name: {"name": name.capitalize(), "about": "Warm.", "language": "en"} for name in ("ana", "bruno", "clara")
    },
}


class Ear:
    """Stands in for the engine: remembers what it was given, and makes of it something that can be told apart."""

    def __init__(self, fingerprint: str = "abc123") -> None:
        self.fingerprint = fingerprint
        self.heard: list[list[np.ndarray]] = []

    def ready(self) -> dict:
        return STATS | {"fingerprint": self.fingerprint}

    def condition(self, clips) -> Conditioning:
        self.heard.append(list(clips))
        return Conditioning(
            np.full((32, 8), len(clips), np.float32), np.full(512, self.fingerprint == "abc123", np.float32)
        )


@pytest.fixture
def put(tmp_path: Path):
    """Writes a file and gives what `add` takes."""

    def write(shown: str, data: bytes) -> tuple[str, Path]:
        path = tmp_path / f"upload-{abs(hash(shown))}"
        path.write_bytes(data)
        return shown, path

    return write


def kept(tmp_path: Path) -> list[str]:
    return [path.name for path in files_of(tmp_path / "home")]


def test_two_people_in_one_file_are_refused_by_its_name(library: Library, put, tmp_path: Path) -> None:
    both = np.concatenate((prompts(ALLISON, 8, 3), prompts(CARLO, 8, 3)))
    with pytest.raises(TwoSpeakers, match=r"interview\.wav"):
        library.add("Both", [put("interview.wav", file_of(both, PROMPT_RATE))], "en", CONSENT, Ear())
    assert not kept(tmp_path)


GOOD = file_of(speech(), RATE)
LONG = (
    "Nobody answered the door when we came home. It was raining, and every light in the house was out. My brother said "
    "that the neighbours had seen a van in the yard, early in the morning. So we walked round to the garden, looked "
    "through the kitchen window, and found the cat asleep on a pile of newspapers. Then the telephone rang. It was our "
    "mother, who had forgotten to tell us that she would be away until Thursday, and where she had put the spare key. "
    "We laughed about it for a while, made a fire, and cooked whatever there was in the cupboard."
)
CONSENT = "She agreed on 3 May."


def test_a_voice_is_kept_with_its_clip_and_consent(library: Library, put, tmp_path):
    ear = Ear()
    voice = library.add(" Grandma \n", [put("tape.wav", GOOD)], "pt-BR", CONSENT, ear)
    assert (voice.name, voice.kind, voice.language) == ("Grandma", "cloned", "pt")
    assert voice.speech_s and 3 < voice.speech_s < 8 and voice.notes is None
    assert voice.created_at and voice.created_at.endswith("Z")
    assert library.all(STATS)[-1] == voice == library.get(voice.id, STATS)
    assert library.consent(voice.id)["text"] == CONSENT
    [clip] = files_of(tmp_path / "home", ".flac")
    assert (tmp_path / "home" / "files").stat().st_mode & 0o077 == 0
    [[heard]] = ear.heard
    assert np.array_equal(decode(clip, RATE), heard)
    assert likeness(heard, speech()) > 0.99
    assert len(heard) < len(speech()), "the quiet at its ends is cut away"


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [("mp3", "libmp3lame", 44_100), ("ogg", "libopus", 48_000), ("ipod", "aac", 44_100), ("flac", "flac", 16_000)],
)
def test_any_format_makes_a_voice(library: Library, put, container: str, codec: str, rate: int):
    data = file_of(np.stack([speech(rate)] * 2), rate, container, codec, "stereo")
    assert library.add("A", [put("a", data)], "en", CONSENT).speech_s


def test_several_clips_and_the_same_one_twice(library: Library, put, tmp_path):
    other = file_of(speech(text="A different sentence, which is read aloud by somebody."), RATE)
    ear = Ear()
    library.add("A", [put("1", GOOD), put("2", other), put("3", GOOD)], "en", CONSENT, ear)
    assert len(ear.heard[0]) == 2
    assert len(files_of(tmp_path / "home", ".flac")) == 2


def test_what_is_longer_than_the_model_hears_is_cut_with_a_note(library: Library, put):
    ear = Ear()
    long = np.concatenate((speech(text=LONG), speech()))
    voice = library.add("A", [put("long.wav", file_of(long, RATE))], "en", CONSENT, ear)
    assert 15 < len(ear.heard[0][0]) / RATE <= 30
    assert voice.speech_s and voice.speech_s <= 30
    [note] = voice.notes or []
    assert note.startswith("long.wav: only ")


def test_a_long_silence_before_the_first_word_does_not_matter(library: Library, put):
    ear = Ear()
    library.add("A", [put("a", file_of(np.concatenate([np.zeros(40 * RATE), speech()]), RATE))], "en", CONSENT, ear)
    assert np.abs(ear.heard[0][0][:RATE]).max() > 0.05


def test_clipping_and_noise_are_told_by_file(library: Library, put):
    noisy = speech(repeat=2) + np.random.default_rng(0).normal(0, 0.03, len(speech(repeat=2)))
    clips = [put("loud.wav", file_of(np.clip(speech() * 9, -1, 1), RATE)), put("noisy.wav", file_of(noisy, RATE))]
    notes = library.add("A", clips, "en", CONSENT).notes or []
    assert any(note.startswith("loud.wav: it is overdriven") for note in notes)
    assert any(note.startswith("noisy.wav: it is noisy") for note in notes)


# Refusals


def tone() -> np.ndarray:
    return 0.3 * np.sin(np.arange(5 * RATE) / 9)


@pytest.mark.parametrize(
    ("shown", "data", "fault"),
    [
        ("notes.txt", b"This is no audio at all.\n" * 40, NotAudio),
        ("empty.wav", b"", NotAudio),
        ("silence.wav", file_of(np.zeros(5 * RATE), RATE), NoSpeech),
        ("tone.wav", file_of(tone(), RATE), NoSpeech),
        ("blip.wav", file_of(tone()[: RATE // 5], RATE), NoSpeech),
        ("word.wav", file_of(speech()[: RATE * 2], RATE), TooLittleSpeech),
    ],
)
def test_a_bad_recording_is_refused_by_its_name_and_leaves_nothing(library: Library, put, tmp_path, shown, data, fault):
    for clips in ([put(shown, data)], [put("good.wav", GOOD), put(shown, data)]):
        if fault is TooLittleSpeech and len(clips) == 2:
            continue  # together they are enough
        with pytest.raises(fault, match=shown) as raised:
            library.add("A", clips, "en", CONSENT, Ear())
        assert raised.value.status == 422 and "\n" not in str(raised.value)
        assert kept(tmp_path) == []


def test_what_the_engine_refuses_leaves_nothing(library: Library, put, tmp_path, monkeypatch):
    ear = Ear()
    monkeypatch.setattr(ear, "condition", lambda clips: (_ for _ in ()).throw(ClipTooShort()))
    with pytest.raises(ClipTooShort):
        library.add("A", [put("a", GOOD)], "en", CONSENT, ear)
    assert kept(tmp_path) == []


def test_a_full_disk_leaves_nothing(library: Library, put, tmp_path, monkeypatch):
    def full(*_: object) -> str:
        raise StorageFull(where="here", reason="no space left")

    monkeypatch.setattr("timbre.store.folder.Folder.put", full)
    with pytest.raises(StorageFull, match="space"):
        library.add("A", [put("a", GOOD)], "en", CONSENT)
    assert kept(tmp_path) == [] and library.made() == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": "  "}, BadVoice),
        ({"name": "x" * 81}, BadVoice),
        ({"consent": "\n"}, BadVoice),
        ({"language": "xx"}, UnknownLanguage),
        ({"files": []}, BadVoice),
        ({"files": [("a", Path("a"))] * 11}, BadVoice),
    ],
)
def test_a_wrong_wish(library: Library, put, tmp_path, change: dict, fault: type[TimbreError]):
    wish = {"name": "A", "files": [put("a", GOOD)], "language": "en", "consent": CONSENT} | change
    with pytest.raises(fault):
        library.add(**wish)
    assert kept(tmp_path) == []


def test_too_much_at_once(library: Library, put, monkeypatch, tmp_path):
    big = put("a.wav", b"x" * 2_500_000)
    monkeypatch.setenv("TIMBRE_UPLOAD_LIMIT_MB", "2")
    from timbre.settings import settings

    settings.cache_clear()
    with pytest.raises(ClipsTooLarge):
        library.add("A", [big], "en", CONSENT)
    settings.cache_clear()


# Finding


def test_the_names_that_clients_ask_for_stand_for_built_in_voices(library: Library):
    assert library.get("default", STATS).id == "ana"
    assert {library.get(name, STATS).kind for name in OPENAI_NAMES} == {"built-in"}
    assert len({library.get(name, STATS).id for name in OPENAI_NAMES}) == 3
    assert library.get("alloy", STATS) == library.get("alloy", STATS)


def test_a_cloned_voice_is_also_found_by_its_name_where_only_one_has_it(library: Library, put):
    voice = library.add("Maria", [put("a", GOOD)], "en", CONSENT)
    assert library.get("maria", STATS) == voice
    library.add("MARIA", [put("a", GOOD)], "en", CONSENT)
    with pytest.raises(UnknownVoice):
        library.get("maria", STATS)


def test_without_built_in_voices_the_default_is_the_first_cloned_one(library: Library, put):
    with pytest.raises(UnknownVoice, match="default") as raised:
        library.get("default", {})
    assert "none yet" in raised.value.advice
    voice = library.add("Maria", [put("a", GOOD)], "en", CONSENT)
    assert library.get("default", {}) == voice


@pytest.mark.parametrize(
    "name", ["nobody", "", "../../etc/passwd", "v-0123456789ab", "v-../../x", "voices", ".", "v-0123456789ab\n"]
)
def test_an_unknown_voice_is_refused_and_nothing_is_lost(library: Library, put, name: str):
    kept_before = library.add("Maria", [put("a", GOOD)], "en", CONSENT)
    for ask in (lambda: library.get(name, STATS), lambda: library.remove(name), lambda: library.change(name, name="B")):
        with pytest.raises(UnknownVoice):
            ask()
    assert library.made() == [kept_before]


def test_a_built_in_voice_stays(library: Library):
    with pytest.raises(BuiltInVoice):
        library.remove("ana", STATS)


# Keeping


def test_rename_and_remove(library: Library, put, tmp_path):
    voice = library.add("Maria", [put("a", GOOD)], "en", CONSENT, Ear())
    assert library.change(voice.id, name="Joana").name == "Joana" == library.get(voice.id, STATS).name
    with pytest.raises(BadVoice):
        library.change(voice.id, name=" ")
    library.remove(voice.id)
    assert kept(tmp_path) == [] and library.made() == [], "recordings of people go at once"
    with pytest.raises(UnknownVoice):
        library.remove(voice.id)


def test_the_conditioning_is_made_once_for_each_model(library: Library, put):
    ear, other = Ear(), Ear("def456")
    voice = library.add("Maria", [put("a", GOOD)], "en", CONSENT, ear)
    first = library.conditioning(voice, ear.ready(), ear)
    assert isinstance(first, Conditioning) and len(ear.heard) == 1, "what was made when it was cloned is kept"
    second = library.conditioning(voice, other.ready(), other)
    assert library.conditioning(voice, other.ready(), other) and len(other.heard) == 1
    assert isinstance(second, Conditioning) and first.embedding[0] != second.embedding[0]
    assert np.array_equal(ear.heard[0][0], other.heard[0][0]), "both models heard the same"
    assert library.conditioning(library.get("ana", STATS), ear.ready(), ear) == "ana"


def test_a_voice_cloned_without_an_engine_is_heard_when_it_first_speaks(library: Library, put):
    ear = Ear()
    voice = library.add("Maria", [put("a", GOOD)], "en", CONSENT)
    assert isinstance(library.conditioning(voice, ear.ready(), ear), Conditioning) and len(ear.heard) == 1


def test_a_damaged_conditioning_is_made_again(library: Library, put, tmp_path):
    ear = Ear()
    voice = library.add("Maria", [put("a", GOOD)], "en", CONSENT, ear)
    [file] = files_of(tmp_path / "home", ".safetensors")
    file.write_bytes(b"damaged")
    for _ in range(2):
        assert isinstance(library.conditioning(voice, ear.ready(), ear), Conditioning) and len(ear.heard) == 2


def test_a_damaged_voice_does_not_hide_the_others(library: Library, put, tmp_path):
    good = library.add("Good", [put("a", GOOD)], "en", CONSENT)
    with library._shelf._database.writing() as session:
        session.add(VoiceRow(id="v-000000000000", kind="cloned", name="Bad", language="en", record={"id": 1}))
    assert library.made() == [good]


def test_voices_of_an_earlier_version_are_taken_over_once(library: Library, put, tmp_path):
    voice = library.add("Maria", [put("a", GOOD)], "en", CONSENT, Ear())
    record = library._shelf.read(voice.id)
    assert record
    place = tmp_path / "old" / "voices" / voice.id
    place.mkdir(parents=True)
    (place / "voice.json").write_text(json.dumps(record))
    for file in files_of(tmp_path / "home"):
        name = record["clips"][0]["file"] if file.suffix == ".flac" else "conditioning-abc123.safetensors"
        shutil.copy(file, place / name)
    library.remove(voice.id)
    (place.parent / "v-111111111111").mkdir()
    assert [take_over(tmp_path / "old", library._shelf) for _ in range(2)] == [1, 0]
    ear = Ear()
    assert library.get("maria", STATS) == voice and library.consent(voice.id)["text"] == CONSENT
    assert isinstance(library.conditioning(voice, ear.ready(), ear), Conditioning) and not ear.heard


def test_every_language_has_a_preview():
    from timbre.text.languages import LANGUAGES

    assert set(SENTENCES) == set(LANGUAGES)
    assert "Hello" in preview_text(built_in(STATS)[0])
