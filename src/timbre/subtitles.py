"""Subtitles: words and their times as cues that can be read while they are heard, in the formats that players know."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from timbre.errors import UnknownSubtitles
from timbre.text.languages import resolve
from timbre.text.split import CLAUSE, CLOSING, FINAL
from timbre.text.timed import Timed

LINE, LINES = 42, 2
"""Characters of a line, and lines of a cue, as broadcasters have them. Signs of Chinese, Japanese and Korean count
twice.
"""

LONGEST_S, SHORTEST_S = 7.0, 0.8
"""Seconds that a cue is shown for at the most, and at the least where nothing follows so soon."""

PAUSE_S = 0.8
"""Silence after which a new cue begins."""

WORTH = LINE // 2
"""Characters from which on a cue may end with a clause."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines that are shown together, from and to when."""

    begin: float
    end: float
    lines: tuple[str, ...]


def cues(words: Sequence[Timed], language: str) -> list[Cue]:
    """Words in the order in which they are said, as cues that end with sentences and clauses where they can."""
    line, blank = _shape(language)
    last_ones = _sentence_ends([word.text for word in words], language, blank)
    found: list[list[Timed]] = []
    for place, word in enumerate(words):
        last = found[-1] if found else []
        if last and place - 1 not in last_ones and not _ends(last, word, line, blank):
            last.append(word)
        else:
            found.append([word])
    nexts = [*(cue[0].begin for cue in found), float("inf")][1:]
    return [_cue(one, after, line, blank) for one, after in zip(found, nexts, strict=False)]


def _shape(language: str) -> tuple[int, str]:
    """Characters of a line, and what stands between words."""
    code = resolve(language).code
    return LINE // 2 if code in ("zh-cn", "ja", "ko") else LINE, "" if code in ("zh-cn", "ja") else " "


def _sentence_ends(texts: Sequence[str], language: str, blank: str) -> set[int]:
    """The places of words that a sentence ends with; the full stop of an abbreviation ends none."""
    import sentencex

    whole, at = blank.join(texts), 0
    closes: set[int] = set()
    for sentence in sentencex.segment(resolve(language).iso, whole):
        at = whole.find(sentence.strip(), at) + len(sentence.strip())
        closes.add(at)
    found, at = set(), 0
    for place, text in enumerate(texts):
        at += len(text)
        if at in closes:
            found.add(place)
        at += len(blank)
    return found


def _ends(cue: Sequence[Timed], word: Timed, line: int, blank: str) -> bool:
    """Whether a cue is over before a word."""
    text = blank.join(one.text for one in cue)
    return (
        (text.rstrip(CLOSING).endswith(tuple(CLAUSE)) and len(text) >= WORTH * line // LINE)
        or word.begin - cue[-1].end >= PAUSE_S
        or word.end - cue[0].begin > LONGEST_S
        or _lines([*(one.text for one in cue), word.text], line, blank) is None
    )


def _cue(words: Sequence[Timed], next_begin: float, line: int, blank: str) -> Cue:
    texts = [one.text for one in words]
    end = min(max(words[-1].end, words[0].begin + SHORTEST_S), max(next_begin, words[-1].end))
    return Cue(words[0].begin, max(end, words[0].begin + 0.001), _lines(texts, line, blank) or (blank.join(texts),))


def _lines(texts: Sequence[str], line: int, blank: str) -> tuple[str, ...] | None:
    """Words in one line, or in two that are broken after a mark or near the middle; None where they do not fit."""
    whole = blank.join(texts)
    if len(whole) <= line:
        return (whole,)
    pairs = [(blank.join(texts[:at]), blank.join(texts[at:])) for at in range(1, len(texts))]
    fitting = [pair for pair in pairs if max(map(len, pair)) <= line]
    if not fitting:
        return None
    return min(fitting, key=lambda pair: (pair[0][-1] not in CLAUSE + FINAL, abs(len(pair[0]) - len(pair[1]))))


def srt(words: Sequence[Timed], language: str) -> str:
    """SubRip."""
    return "\n".join(
        f"{number}\n{_clock(one.begin, ',')} --> {_clock(one.end, ',')}\n{_plain(one)}\n"
        for number, one in enumerate(cues(words, language), 1)
    )


def vtt(words: Sequence[Timed], language: str) -> str:
    """WebVTT, as browsers read it."""
    shown = (f"{_clock(one.begin, '.')} --> {_clock(one.end, '.')}\n{_escaped(one)}\n" for one in cues(words, language))
    return "\n".join(("WEBVTT\n", *shown))


def as_json(words: Sequence[Timed], language: str) -> str:
    """Every word, and the cues."""
    return json.dumps(table(words, language), ensure_ascii=False, indent=1) + "\n"


def table(words: Sequence[Timed], language: str) -> dict[str, object]:
    """What the JSON has."""
    shown = [{"begin_s": one.begin, "end_s": round(one.end, 3), "lines": one.lines} for one in cues(words, language)]
    return {"words": [word_row(word) for word in words], "cues": shown}


def word_row(word: Timed) -> dict[str, object]:
    """A word as JSON has it, everywhere."""
    return {"word": word.text, "begin_s": word.begin, "end_s": word.end}


FORMATS: dict[str, tuple[str, Callable[[Sequence[Timed], str], str]]] = {
    "srt": ("application/x-subrip", srt),
    "vtt": ("text/vtt", vtt),
    "json": ("application/json", as_json),
}
"""By the ending of a file: the media type, and what writes it."""


def format_of(name: str) -> str:
    """A format as FORMATS has it. Raises errors.UnknownSubtitles."""
    if (format := name.lower().removeprefix(".")) not in FORMATS:
        raise UnknownSubtitles(format=name, known=", ".join(FORMATS))
    return format


def written(words: Sequence[Timed], language: str, format: str) -> str:
    """A whole file in one of FORMATS."""
    return FORMATS[format][1](words, language)


def _clock(seconds: float, mark: str) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}{mark}{whole % 1000:03}"


def _plain(cue: Cue) -> str:
    return "\n".join(cue.lines).replace("-->", "→")


def _escaped(cue: Cue) -> str:
    return "\n".join(cue.lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
