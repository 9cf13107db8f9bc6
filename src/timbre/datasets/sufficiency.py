"""Whether so much speech suffices, as far as that was measured.

`similarity_by_minutes.json` beside this file is what `python -m benchmarks.minutes` wrote: how alike held-out sentences
were to a person after learning from so many minutes, each with its 95 % interval, beside plain cloning. Where there is
none, or nothing in it is better than cloning for sure, nothing is said.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

Point = dict[str, Any]

CURVE = "similarity_by_minutes.json"


def verdict(minutes: float) -> dict[str, Any] | None:
    """What may be hoped for with so many minutes; None: nothing that was measured tells.

    minutes; measured: the point nearest below; cloned: the same of plain cloning; reached: whether there is a point
    below; gains: whether that point is better than cloning for sure; enough: whether no more minutes were better yet,
    for sure.
    """
    return judged(measured(), minutes)


@cache
def measured() -> dict[str, Any] | None:
    """What was measured."""
    path = files("timbre.datasets") / CURVE
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def judged(curve: dict[str, Any] | None, minutes: float) -> dict[str, Any] | None:
    """See `verdict`. curve: `cloned` and `points`, each with `similarity` and `interval`; points with `minutes`."""
    points = sorted(curve["points"], key=lambda point: point["minutes"]) if curve else []
    if not curve or not any(_better(point, curve["cloned"]) for point in points):
        return None
    below = [point for point in points if point["minutes"] <= minutes]
    here = below[-1] if below else points[0]
    more = [point for point in points if point["minutes"] > here["minutes"]]
    gains = bool(below) and _better(here, curve["cloned"])
    return {
        "minutes": round(minutes, 1),
        "measured": here,
        "cloned": curve["cloned"],
        "reached": bool(below),
        "gains": gains,
        "enough": gains and not any(_better(point, here) for point in more),
    }


def _better(one: Point, other: Point) -> bool:
    """Whether the difference of two means is more than its own interval."""
    return bool(one["similarity"] - other["similarity"] > (one["interval"] ** 2 + other["interval"] ** 2) ** 0.5)
