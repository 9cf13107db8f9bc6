"""How often each recording is heard in training: by share of its kind and not by how much there is of it.

There are many hours of one teacher in English and few of all else. Two fifths of what training hears are Portuguese,
a fifth each the many voices in English, recorded people, and the one teacher.
"""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recipes.mini import people
from recipes.mini.speech import Speech

SHARES = {"pt": 0.4, "en": 0.2, "people": 0.2, "hibari": 0.2}


def kind(row: dict[str, Any]) -> str:
    """Which of the shares a recording belongs to."""
    if row["voice"] == "hibari":
        return "hibari"
    return "people" if row["voice"].split("-")[0] in people.SOURCES else str(row["language"])


def weights(speech: Speech, places: list[int]) -> NDArray[np.float64]:
    """How often each of the recordings is to be heard, so that every kind comes to its share of the seconds; the
    rarest is 1.
    """
    rows = [speech.rows[place] for place in places]
    seconds: Counter[str] = Counter()
    for row in rows:
        seconds[kind(row)] += row["samples"]
    found = np.array([SHARES[kind(row)] / seconds[kind(row)] for row in rows])
    out: NDArray[np.float64] = found / found.min()
    return out


def dealt(speech: Speech, places: list[int]) -> list[int]:
    """The recordings of one epoch, each as often as its weight says."""
    times = weights(speech, places).round().astype(int)
    return [place for place, count in zip(places, times, strict=True) for _ in range(count)]


def sample(speech: Speech, places: list[int], count: int) -> list[int]:
    """About `count` of the recordings, none twice: spread evenly within a kind, each kind by its share as far as it
    has as many.
    """
    found: list[int] = []
    kinds: dict[str, list[int]] = {}
    for place in places:
        kinds.setdefault(kind(speech.rows[place]), []).append(place)
    for number, name in enumerate(sorted(kinds, key=lambda one: len(kinds[one]))):  # what the scarce leave, others take
        wanted = (count - len(found)) // (len(kinds) - number)
        spread = np.linspace(0, len(kinds[name]), min(wanted, len(kinds[name])), endpoint=False)
        found += [kinds[name][int(one)] for one in spread]
    return found
