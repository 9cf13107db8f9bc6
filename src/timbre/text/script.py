"""Tags in brackets that say who reads on, in which language, how fast, and where nothing is said.

`[voice:ana]`, `[lang:pt]` and `[speed 0.9]` hold until another of their kind, or until `[/voice]`, `[/lang]`,
`[/speed]`; `[pause 500ms]` stands for itself. Other brackets are text, unless they look like a tag that does not exist.
"""

import re
from dataclasses import replace

from timbre.errors import BadScript
from timbre.text.parts import LONGEST_PAUSE_S, SPEEDS, Part, Place, Places, Run, at, seconds, tidied

NAMES = ("voice", "lang", "pause", "speed")
_TAG = re.compile(
    r"\[(?P<name>voice|lang|pause|speed)\s*[:=](?P<value>[^\[\]\n]*)(?P<closed>\]?)"
    r"|\[(?P<bare>pause|speed)\s+(?P<number>[\d.,][^\[\]\n]*)\]"
    r"|\[/(?P<end>voice|lang|speed)\]"
    r"|\[(?P<unknown>[a-z]{3,}):(?!/)[^\s\[\]]+\]",
    re.IGNORECASE,
)
_SPEED = re.compile(r"(\d+(?:[.,]\d+)?|[.,]\d+)\s*([x%]?)", re.IGNORECASE)


def parse(text: str) -> list[Part]:
    """The parts of a text with tags. Raises errors.BadScript, which names line and column."""
    return _Reading(text).parts()


def untagged(text: str) -> list[Part]:
    """The same form of a text in which brackets mean nothing."""
    return [Part((Run(text),))]


class _Reading:
    """How far a text was read, and what holds there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Part] = []
        self.state = Part(())

    def parts(self) -> list[Part]:
        start, places = 0, Places(self.text)
        for tag in _TAG.finditer(self.text):
            self._keep(self.text[start : tag.start()])
            self._heed(tag, places.of(tag.start()))
            start = tag.end()
        self._keep(self.text[start:])
        return tidied(self.found)

    def _keep(self, text: str) -> None:
        if text:
            self.found.append(replace(self.state, runs=(Run(text),)))

    def _heed(self, tag: re.Match[str], place: Place) -> None:
        if unknown := tag["unknown"]:
            raise BadScript(**at(place), reason=f"there is no tag '{unknown}', only {', '.join(NAMES)}")
        if end := tag["end"]:
            self.state = _changed(self.state, end.lower(), None, place)
            return
        if tag["name"] and not tag["closed"]:
            raise BadScript(**at(place), reason=f"the tag '{tag['name']}' has no closing bracket")
        name, value = (tag["name"] or tag["bare"]).lower(), (tag["value"] if tag["name"] else tag["number"]).strip()
        if name == "pause":
            self.found.append(replace(self.state, runs=(), pause=_pause(value, place), place=place))
        else:
            self.state = _changed(self.state, name, value, place)


def _changed(state: Part, name: str, value: str | None, place: Place) -> Part:
    """What holds from a tag on; without a value what holds for the text as a whole."""
    if name == "speed":
        return replace(state, speed=None if value is None else _speed(value, place), place=place)
    if value == "":
        raise BadScript(**at(place), reason=f"the tag '{name}' has nothing after its colon")
    return replace(state, voice=value, place=place) if name == "voice" else replace(state, language=value, place=place)


def _pause(value: str, place: Place) -> float:
    found = seconds(value)
    if found is None or not found <= LONGEST_PAUSE_S:
        reason = f"a pause is a time such as 500ms or 1.5s, at most {LONGEST_PAUSE_S:g}s, and not '{value}'"
        raise BadScript(**at(place), reason=reason)
    return found


def _speed(value: str, place: Place) -> float:
    found = _SPEED.fullmatch(value)
    speed = float(found[1].replace(",", ".")) / (100 if found[2] == "%" else 1) if found else 0.0
    low, high = SPEEDS
    if not low <= speed <= high:
        raise BadScript(**at(place), reason=f"a speed is a number from {low:g} to {high:g}, and not '{value}'")
    return speed
