"""What a build holds, and that it never changes."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recordings import speech
from sqlalchemy import func, select
from working import Left, Told, add_segment, add_source, again, change, in_hand, segment

from timbre.audio.decode import decode
from timbre.datasets import figures
from timbre.datasets.build import build, prepared
from timbre.datasets.ljspeech_export import builds, export
from timbre.datasets.parameters import Parameters
from timbre.datasets.work import RATE, Work
from timbre.errors import NoBuild, NothingToBuild, UnknownBuild
from timbre.store.tables import Blob
from timbre.store.tables_training import BuildFile

TEXTS = (
    "She sells sea shells by the shore, while nobody watches the tide.",
    "Yesterday evening the train from the north arrived forty minutes late again.",
    "The ferry was full before the rain began on platform 3.",
)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return filled(tmp_path)


def filled(home: Path) -> Work:
    """Twenty-four segments in three recordings of unlike loudness."""
    work = in_hand(home)
    for loud in (0.2, 0.6, 1.0):
        sounds = [speech(text=text)[RATE // 4 : -RATE // 4] * loud for text in TEXTS]
        source = add_source(work, np.concatenate(sounds * 3))
        at = 0.0
        for number in range(8):
            sound = sounds[number % 3]
            add_segment(work, source, at, at + len(sound) / RATE, heard=TEXTS[number % 3])
            at += len(sound) / RATE
    return work


def manifest(work: Work, place: int = 0) -> dict[str, Any]:
    return json.loads(work.blobs.whole(builds(work.database, work.dataset, None)[place].manifest))


def test_a_build_is_clips_of_one_loudness_with_hashes_and_texts_as_they_are_read(work: Work):
    build(work)
    told = manifest(work)
    assert (told["format"], told["language"], told["rate"], told["dataset"]) == (1, "en", RATE, work.dataset)
    assert {clip["split"] for clip in told["clips"]} == {"train", "validation", "test"}
    assert any("platform three" in clip["text"] for clip in told["clips"]), "numbers stand as words"
    for clip in told["clips"]:
        flac = work.blobs.whole(clip["blob"])
        assert hashlib.sha256(flac).hexdigest() == clip["sha256"]
        samples = decode(flac, RATE)
        assert len(samples) == clip["samples"]
        assert figures.loudness(samples) == pytest.approx(-20, abs=0.5)
        assert abs(samples[0]) < 1e-3 and abs(samples[-1]) < 1e-3 and np.abs(samples).max() <= 0.98
    [row] = builds(work.database, work.dataset, None)
    assert sum(row.figures[split]["clips"] for split in row.figures) == len(told["clips"])


def test_nothing_new_is_built_of_nothing_new(work: Work):
    build(work)
    second = again(work)
    build(second)
    assert len(builds(work.database, work.dataset, None)) == 1 and "Nothing changed" in second.tell.lines[-1]


def test_a_build_stays_as_it_was_when_its_segments_change(work: Work):
    build(work)
    first = manifest(work)
    clip = next(clip for clip in first["clips"] if clip["split"] == "train")
    id = clip["file"].removesuffix(".flac")
    change(work, id, verdict="drop")
    build(again(work))
    rows = builds(work.database, work.dataset, None)
    assert len(rows) == 2 and manifest(work, 1) == first
    assert clip["file"] not in {one["file"] for one in manifest(work)["clips"]}
    kept = {one["file"]: one["sha256"] for one in first["clips"]}
    assert all(kept.get(one["file"], one["sha256"]) == one["sha256"] for one in manifest(work)["clips"])
    assert work.blobs.collect(grace=-work_age())[0] >= 0 and work.blobs.storage.exists(clip["blob"])


def work_age() -> Any:
    from datetime import timedelta

    return timedelta(hours=1)


def test_the_same_content_is_the_same_files_wherever_it_is_built(tmp_path: Path):
    one, other = filled(tmp_path / "a"), filled(tmp_path / "b")
    build(one)
    build(other)
    found = [sorted(clip["sha256"] for clip in manifest(work)["clips"]) for work in (one, other)]
    assert set(found[0]) & set(found[1])
    assert len(set(found[0])) < len(found[0]), "a clip that is there twice is one file"


def test_work_that_is_left_goes_on_where_it_was(work: Work, monkeypatch: pytest.MonkeyPatch):
    import dataclasses

    with pytest.raises(Left):
        build(dataclasses.replace(work, tell=Told(left_after=5)))
    assert not builds(work.database, work.dataset, None)
    made: list[int] = []
    monkeypatch.setattr("timbre.datasets.build.prepared", lambda *of: made.append(1) or prepared(*of))
    build(again(work))
    assert len(made) == len(manifest(work)["clips"]) - 4


def test_what_a_person_keeps_or_drops_goes_before_the_filter(work: Work):
    from working import segments

    first, second, *_ = segments(work)
    change(work, first.id, reasons=["snr"], verdict="keep")
    change(work, second.id, verdict="drop")
    build(work)
    files = {clip["file"] for clip in manifest(work)["clips"]}
    assert f"{second.id}.flac" not in files
    assert segment(work, first.id).clip or f"{first.id}.flac" not in files


def test_an_edge_in_the_middle_of_speech_is_given_quiet():
    whole = speech(text=TEXTS[0])
    spans = figures.spoken(whole)
    said = whole[round((spans[0][0] + 0.3) * RATE) : round((spans[-1][1] - 0.3) * RATE)]
    made = prepared(said, Parameters({"pad_s": 0.2}))
    [(begin, _), *_, (_, end)] = [figures.spoken(made)[0], figures.spoken(made)[-1]]
    assert begin >= 0.1 and len(made) / RATE - end >= 0.1 and len(made) > len(said)


def test_a_clip_is_not_raised_until_it_clips():
    click = np.zeros(4 * RATE, np.float32)
    click[::RATE] = 0.9
    assert np.abs(prepared(click + speech(text=TEXTS[0])[: 4 * RATE] * 0.01, Parameters({}))).max() <= 0.971


def test_too_little_is_one_sentence_and_leaves_nothing(tmp_path: Path):
    work = in_hand(tmp_path)
    with pytest.raises(NothingToBuild, match="0 segments are kept, and none are left to learn from"):
        build(work)
    with pytest.raises(NoBuild):
        export(work.database, work.blobs, work.dataset, None)
    with work.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BuildFile)) == 0
        assert session.scalar(select(func.count()).select_from(Blob)) == 0


def test_an_export_is_what_other_trainers_read(work: Work):
    build(work)
    with pytest.raises(UnknownBuild):
        export(work.database, work.blobs, work.dataset, None, "m-0")
    made = export(work.database, work.blobs, work.dataset, None)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(made.parts)))
    assert archive.testzip() is None and made.name.startswith("Allison m-")
    told = manifest(work)
    rows = list(csv.reader(io.StringIO(archive.read("metadata.csv").decode()), delimiter="|", quoting=csv.QUOTE_NONE))
    assert [row[1] for row in rows] == [clip["text"] for clip in told["clips"]]
    assert json.loads(archive.read("manifest.json")) == told
    for row, clip in zip(rows, told["clips"], strict=True):
        wave = archive.read(f"wavs/{row[0]}.wav")
        assert len(decode(wave, RATE)) == clip["samples"]
        assert wave[:4] == b"RIFF"
