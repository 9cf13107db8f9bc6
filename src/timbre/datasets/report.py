"""What a dataset holds, in figures: lengths, noise, speed, confidence, what is left out and why, which letters."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select

from timbre.datasets import sufficiency
from timbre.datasets.owned import dataset
from timbre.datasets.said import read
from timbre.datasets.work import RATE, Work
from timbre.store.database import Database
from timbre.store.tables import now
from timbre.store.tables_training import DatasetRow, SegmentRow
from timbre.text.languages import resolve

BINS = 12
SHOWN = ("seconds", "snr_db", "rate", "sure")
"""What there is a histogram of."""


def is_kept(segment: SegmentRow) -> bool:
    """Whether a segment goes into a build: a person's word goes before the filter's."""
    return segment.verdict == "keep" or (segment.verdict != "drop" and not segment.reasons)


def write(work: Work, rows: Sequence[SegmentRow]) -> dict[str, Any]:
    """Leaves the report in the dataset's row, and returns it."""
    told = report(rows, work.language)
    with work.database.writing() as session:
        if dataset := session.get(DatasetRow, work.dataset, with_for_update=True):
            dataset.report, dataset.changed_at = told, now()
    return told


def report_of(database: Database, dataset_id: str, owner: str | None) -> dict[str, Any]:
    """The report of a dataset as its segments are now. Raises errors.UnknownDataset."""
    with database.reading() as session:
        of = dataset(session, dataset_id, owner)
        return report(list(session.scalars(select(SegmentRow).where(SegmentRow.dataset_id == of.id))), of.language)


def report(rows: Sequence[SegmentRow], language: str) -> dict[str, Any]:
    """The figures. What has no value is absent."""
    kept = [row for row in rows if is_kept(row)]
    told = {
        "segments": {"kept": len(kept), "dropped": len(rows) - len(kept)},
        "seconds": {"kept": _seconds(kept), "dropped": _seconds(row for row in rows if not is_kept(row))},
        "reasons": _reasons(rows),
        "speakers": _speakers(rows),
        "histograms": {name: found for name in SHOWN if (found := _histogram(rows, name))},
        "sounds": _sounds(kept, language),
        "verdict": sufficiency.verdict(_seconds(kept) / 60),
    }
    return {name: value for name, value in told.items() if value is not None}


def _seconds(rows: Iterable[SegmentRow]) -> float:
    return round(sum(row.end - row.begin for row in rows) / RATE, 1)


def _reasons(rows: Sequence[SegmentRow]) -> dict[str, dict[str, float]]:
    """Of each reason, how many segments and seconds it leaves out. One that has two counts under both."""
    left = [row for row in rows if not is_kept(row)]
    by: dict[str, list[SegmentRow]] = {}
    for row in left:
        for reason in row.reasons or ["person"]:
            by.setdefault(reason, []).append(row)
    return {reason: {"segments": len(of), "seconds": _seconds(of)} for reason, of in sorted(by.items())}


def _speakers(rows: Sequence[SegmentRow]) -> dict[str, float] | None:
    """How long the main speaker and the others are heard; None where that was not looked for."""
    heard = [row for row in rows if row.voice]
    if not heard:
        return None
    others = [row for row in heard if "speaker" in row.reasons]
    return {"main_s": round(_seconds(heard) - _seconds(others), 1), "others_s": _seconds(others)}


def _histogram(rows: Sequence[SegmentRow], name: str) -> dict[str, list[float]] | None:
    """Edges of bins, and how many segments that are kept and that are left out lie in each."""
    found = {
        which: [row.figures[name] for row in rows if name in row.figures and is_kept(row) == which]
        for which in (True, False)
    }
    if not (every := [*found[True], *found[False]]):
        return None
    edges = np.histogram_bin_edges(every, BINS)
    return {
        "edges": [round(float(edge), 3) for edge in edges],
        "kept": np.histogram(found[True], edges)[0].tolist(),
        "dropped": np.histogram(found[False], edges)[0].tolist(),
    }


def _sounds(kept: Sequence[SegmentRow], language: str) -> dict[str, Any] | None:
    """How often each letter of the language is in the texts: what is never said is never learnt."""
    counts = Counter(mark for row in kept for mark in read(row, language).lower() if mark.isalpha())
    if not counts:
        return None
    missing = [letter for letter in LETTERS.get(resolve(language).code, "") if not counts[letter]]
    return {"characters": dict(counts.most_common(100)), "missing": missing}


LATIN = "abcdefghijklmnopqrstuvwxyz"
LETTERS = {
    "en": LATIN,
    "es": LATIN.replace("k", "").replace("w", "") + "áéíñóúü",
    "fr": LATIN.replace("w", "") + "àâçèéêëîïôùû",
    "de": LATIN + "äöüß",
    "it": "abcdefghilmnopqrstuvzàèéìòù",
    "pt": "abcdefghijlmnopqrstuvxzáâãàçéêíóôõú",
    "pl": "abcdefghijklłmnoprstuwyząćęńóśźż",
    "tr": "abcçdefgğhıijklmnoöprsştuüvyz",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "nl": LATIN,
    "cs": "abcdefghijklmnoprstuvyzáčďéěíňóřšťúůýž",
    "hu": "abcdefghijklmnoprstuvzáéíóöőúüű",
}
"""What texts of a language are written with, where its letters are few enough to be counted."""
