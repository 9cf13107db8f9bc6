"""Whether so much speech suffices: only what was measured for sure is said."""

from typing import Any

from timbre.datasets.sufficiency import judged

CLONED = {"similarity": 0.60, "interval": 0.02}


def curve(*points: tuple[float, float]) -> dict[str, Any]:
    found = [{"minutes": minutes, "similarity": alike, "interval": 0.02} for minutes, alike in points]
    return {"cloned": CLONED, "points": found}


def test_nothing_is_said_while_nothing_was_better_for_sure() -> None:
    assert judged(None, 20) is None
    assert judged(curve((5, 0.61), (20, 0.62)), 20) is None


def test_the_measured_point_below_is_cited() -> None:
    found = curve((5, 0.61), (10, 0.70), (20, 0.71), (40, 0.80))
    assert judged(found, 12.34) == {
        "minutes": 12.3,
        "measured": {"minutes": 10, "similarity": 0.70, "interval": 0.02},
        "cloned": CLONED,
        "reached": True,
        "gains": True,
        "enough": False,  # with 40 it was better for sure
    }
    told = [judged(found, minutes) for minutes in (2, 6, 25, 60)]
    assert [(one["reached"], one["gains"], one["enough"]) for one in told] == [
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
