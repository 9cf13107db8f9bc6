"""Where a recording is cut into segments, from where somebody speaks in it: in pauses alone, never inside a word.

Stretches of speech between two pauses that are long enough are phrases. A phrase that is too long is parted at its
longest shorter pause, as often as needed. Phrases that lie close together are joined to pieces of a good length, by
what costs least over the whole recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

Span = tuple[float, float]
"""From one second to another."""

SHORTEST_PAUSE_S = 0.12
"""Shorter ones may be inside a word: before a t or a k."""

WITHIN_S = 1.0
"""The longest pause that a piece may have within it."""

GOOD = 0.65
"""Of the longest piece: the length that pieces would best have."""

LEFT_OUT = 4.0
"""What a second of speech that is in no piece costs; a piece of the best length costs nothing, the worst about one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How pieces are to be, in seconds."""

    min_s: float
    max_s: float
    pause_s: float


@dataclass(slots=True)
class Plan:
    """Pieces in order, and speech that is in none of them: too little by itself, or too long without a pause."""

    pieces: list[Span] = field(default_factory=list)
    short: list[Span] = field(default_factory=list)
    long: list[Span] = field(default_factory=list)


def planned(spans: Sequence[Span], rules: Rules) -> Plan:
    """How speech is to be cut. spans: of speech, parted by pauses that may be shorter than those to cut at."""
    plan = Plan()
    fitting: list[Span] = []
    for phrase in phrases(spans, rules.pause_s):
        for part in parted(phrase, rules.max_s):
            if part[-1][1] - part[0][0] <= rules.max_s:
                fitting.append((part[0][0], part[-1][1]))
            else:  # it stands between those before and those after it
                _join(fitting, rules, plan)
                fitting = []
                plan.long.append((part[0][0], part[-1][1]))
    _join(fitting, rules, plan)
    return plan


def phrases(spans: Sequence[Span], pause_s: float) -> list[list[Span]]:
    """Spans in groups, between pauses of at least so many seconds."""
    found: list[list[Span]] = []
    for span in spans:
        if found and span[0] - found[-1][-1][1] < pause_s:
            found[-1].append(span)
        else:
            found.append([span])
    return found


def parted(phrase: list[Span], max_s: float) -> list[list[Span]]:
    """A phrase in parts that are short enough, cut at its longest pauses; a part may still be too long."""
    if phrase[-1][1] - phrase[0][0] <= max_s or len(phrase) < 2:
        return [phrase]
    whole = phrase[-1][1] - phrase[0][0]

    def worth(place: int) -> float:
        """A long pause, and rather in the middle than near an end."""
        middle = min(phrase[place - 1][1] - phrase[0][0], phrase[-1][1] - phrase[place][0]) / whole
        return (phrase[place][0] - phrase[place - 1][1]) * (0.5 + middle)

    places = [place for place in range(1, len(phrase)) if phrase[place][0] - phrase[place - 1][1] >= SHORTEST_PAUSE_S]
    if not places:
        return [phrase]
    best = max(places, key=worth)
    return parted(phrase[:best], max_s) + parted(phrase[best:], max_s)


def _join(parts: Sequence[Span], rules: Rules, plan: Plan) -> None:
    """Joins neighbours to pieces, by what costs least over all of them: a piece by how far its length is from a good
    one, speech in no piece by its seconds.
    """
    costs, before, is_piece = [0.0], [0], [True]
    for end in range(1, len(parts) + 1):
        options = [(costs[end - 1] + LEFT_OUT * (1 + parts[end - 1][1] - parts[end - 1][0]), end - 1, False)]
        for begin in range(end - 1, -1, -1):
            length = parts[end - 1][1] - parts[begin][0]
            if length > rules.max_s or (begin < end - 1 and parts[begin + 1][0] - parts[begin][1] > WITHIN_S):
                break
            if length >= rules.min_s:
                options.append((costs[begin] + _cost(length, rules), begin, True))
        cost, place, good = min(options)
        costs.append(cost)
        before.append(place)
        is_piece.append(good)
    pieces: list[Span] = []
    short: list[Span] = []
    end = len(parts)
    while end > 0:
        (pieces if is_piece[end] else short).append((parts[before[end]][0], parts[end - 1][1]))
        end = before[end]
    plan.pieces += pieces[::-1]
    plan.short += short[::-1]


def _cost(length: float, rules: Rules) -> float:
    good = GOOD * rules.max_s
    return ((length - good) / max(good - rules.min_s, rules.max_s - good, 0.1)) ** 2
