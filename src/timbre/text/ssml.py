"""The part of SSML 1.1 (W3C, 2010) that says what our tags say: speak, p, s, break, prosody rate, say-as, sub, lang and
voice.

What is not among it is an error and not passed over: a text that is read otherwise than it was written is worse.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from xml.parsers import expat

from timbre.errors import BadScript
from timbre.text.parts import LONGEST_PAUSE_S, SPEEDS, Part, Place, Run, at, seconds, tidied

STRENGTHS = {"none": 0.0, "x-weak": 0.05, "weak": 0.15, "medium": 0.35, "strong": 0.7, "x-strong": 1.2}
"""Seconds of silence of a break by its strength: those that a word, a clause, a sentence and a paragraph end with."""

RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6}

KINDS = {
    "characters": "characters", "spell-out": "characters", "verbatim": "characters", "digits": "digits",
    "telephone": "digits", "cardinal": "cardinal", "number": "cardinal", "ordinal": "ordinal",
    "date": "", "time": "", "currency": "", "unit": "", "fraction": "", "address": "",
}  # fmt: skip
"""What say-as may say of a text, and the kind of run that this is: "" is what every reader finds out by itself."""

ATTRIBUTES = {
    "speak": {"version", "lang", "base", "schemaLocation"}, "p": {"lang"}, "s": {"lang"},
    "break": {"time", "strength"}, "prosody": {"rate"}, "say-as": {"interpret-as", "format", "detail"},
    "sub": {"alias"}, "lang": {"lang"}, "voice": {"name", "lang"},
}  # fmt: skip
_RATE = re.compile(r"([+-]?)(\d+(?:\.\d+)?)%")


def looks_like(text: str) -> bool:
    """Whether a text is meant as SSML."""
    return re.match(r"\s*(<\?xml[^>]{0,100}\?>\s*)?<speak[\s>/]", text) is not None


def parse(text: str) -> list[Part]:
    """The parts of an SSML document. Raises errors.BadScript, which names line and column."""
    return _Reading().parts(text)


class _Reading:
    """A document as it is read, and what holds within the elements that are open."""

    def __init__(self) -> None:
        self._found: list[Part] = []
        self._open: list[tuple[str, Part]] = []
        self._kind = ""
        self._muted = 0  # within sub, whose alias is read
        self._after_s = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def parts(self, text: str) -> list[Part]:
        try:
            self._parser.Parse(text.strip(), True)
        except expat.ExpatError as fault:
            reason = f"this is not well-formed SSML ({expat.ErrorString(fault.code)})"
            raise BadScript(line=fault.lineno, column=fault.offset + 1, reason=reason) from None
        return tidied(self._found)

    @property
    def _place(self) -> Place:
        return Place(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    @property
    def _state(self) -> Part:
        return self._open[-1][1] if self._open else Part(())

    def _fail(self, reason: str) -> BadScript:
        return BadScript(**at(self._place), reason=reason)

    def _refuse(self, *_: object) -> None:
        raise self._fail("a document type cannot be declared here")

    def _begin(self, tag: str, wire: Mapping[str, str]) -> None:
        name, self._after_s = tag.rpartition(":")[2], False
        if name not in ATTRIBUTES:
            raise self._fail(f"there is no element '{tag}', only {', '.join(ATTRIBUTES)}")
        if (name == "speak") == bool(self._open):
            raise self._fail("the document is one element 'speak'")
        given = {key.rpartition(":")[2]: value.strip() for key, value in wire.items() if not key.startswith("xmlns")}
        if unknown := sorted(set(given) - ATTRIBUTES[name]):
            raise self._fail(f"'{name}' has no attribute '{unknown[0]}' here")
        state = self._state
        if "lang" in given:
            state = replace(state, language=given["lang"], place=self._place)
        state = self._entered(name, given, state)
        self._open.append((name, state))

    def _entered(self, name: str, given: Mapping[str, str], state: Part) -> Part:
        if name == "voice" and "name" in given:
            return replace(state, voice=given["name"], place=self._place)
        if name == "prosody":
            return replace(state, speed=(state.speed or 1.0) * self._rate(given.get("rate", "")), place=self._place)
        if name == "break":
            self._found.append(replace(state, runs=(), pause=self._pause(given), place=self._place))
        elif name == "p":
            self._found.append(replace(state, runs=(Run("\n"),)))
        elif name == "say-as":
            self._kind = self._said_as(given.get("interpret-as", ""))
        elif name == "sub":
            if "alias" not in given:
                raise self._fail("'sub' needs its attribute 'alias'")
            self._text(given["alias"])
            self._muted += 1
        return state

    def _end(self, tag: str) -> None:
        name, state = self._open.pop()
        if name == "say-as":
            self._kind = ""
        elif name == "sub":
            self._muted -= 1
        elif name == "p":
            if self._after_s:
                self._found[-1] = replace(self._found[-1], pause=STRENGTHS["strong"])
            self._found.append(replace(state, runs=(Run("\n"),)))
        elif name == "s":
            self._found.append(replace(state, runs=(), pause=STRENGTHS["medium"]))
        self._after_s = name == "s"

    def _text(self, text: str) -> None:
        if self._muted:
            return
        self._after_s = self._after_s and not text.strip()
        run = Run(text if self._kind else re.sub(r"\s+", " ", text), self._kind)  # line ends mean nothing in XML
        if self._after_s:
            return
        last = self._found[-1] if self._found else None
        if last and last.pause is None and replace(last, runs=()) == self._state:
            self._found[-1] = replace(last, runs=(*last.runs, run))
        else:
            self._found.append(replace(self._state, runs=(run,)))

    def _pause(self, given: Mapping[str, str]) -> float:
        if "time" not in given:
            strength = given.get("strength", "medium")
            if strength not in STRENGTHS:
                raise self._fail(f"a break's strength is one of {', '.join(STRENGTHS)}, and not '{strength}'")
            return STRENGTHS[strength]
        found = seconds(given["time"])
        if found is None or found > LONGEST_PAUSE_S:
            reason = f"a break's time is such as 500ms or 1.5s, at most {LONGEST_PAUSE_S:g}s, and not '{given['time']}'"
            raise self._fail(reason)
        return found

    def _rate(self, value: str) -> float:
        found = _RATE.fullmatch(value)
        if found:
            rate = float(found[2]) / 100
            rate = 1 + rate * (-1 if found[1] == "-" else 1) if found[1] else rate
        else:
            rate = RATES.get(value, 0.0)
        low, high = SPEEDS
        if not low <= rate <= high:
            words = ", ".join(RATES)
            raise self._fail(f"a rate is one of {words}, or from {low:.0%} to {high:.0%}, and not '{value}'")
        return rate

    def _said_as(self, value: str) -> str:
        if value not in KINDS:
            raise self._fail(f"say-as interprets as one of {', '.join(KINDS)}, and not '{value}'")
        return KINDS[value]
