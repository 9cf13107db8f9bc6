"""The page's words: every one that is used is there in both languages, and none is there for nothing."""

import json
import re
from pathlib import Path

import pytest

import timbre.web
from timbre.profiles import BUILT_IN

WEB = Path(timbre.web.__file__).parent
LANGUAGES = ("en", "pt-BR")
FILES = sorted(path.stem for path in (WEB / "locales" / "en").glob("*.json"))
COUNTED = re.compile(r"_(zero|one|other)$")


def words(language: str, name: str) -> dict[str, str]:
    return json.loads((WEB / "locales" / language / f"{name}.json").read_text("utf-8"))


def sources() -> str:
    return "\n".join(path.read_text("utf-8") for path in [WEB / "index.html", *WEB.glob("js/**/*.js")])


def used() -> tuple[set[str], set[str]]:
    """Keys that stand whole in the sources, and the beginnings of those that are put together there."""
    key = rf"(?:{'|'.join(FILES)})\.[\w.-]*"
    whole = set(re.findall(rf'"({key})"', sources()))
    begun = set(re.findall(rf"[`\"]({key})(?:\$\{{|\" \+)", sources()))
    return whole, begun


@pytest.mark.parametrize("name", FILES)
def test_both_languages_have_the_same_words_with_the_same_gaps(name: str):
    english, portuguese = (words(language, name) for language in LANGUAGES)
    assert english.keys() == portuguese.keys() and all(portuguese.values()) and all(english.values())
    for key, sentence in english.items():
        assert key.startswith(f"{name}."), key
        gaps, theirs = (sorted(set(re.findall(r"\{(\w+)\}", one))) for one in (sentence, portuguese[key]))
        assert gaps == theirs, key


def test_profiles_that_are_built_in_have_their_words():
    english = words("en", "speak")
    told = {
        f"speak.profile_{one.id}_{what}": getattr(one, what) for one in BUILT_IN.values() for what in ("name", "about")
    }
    assert {key: said for key, said in english.items() if key.startswith("speak.profile_")} == told


def test_portuguese_files_are_those_of_english():
    assert sorted(path.stem for path in (WEB / "locales" / "pt-BR").glob("*.json")) == FILES


def test_every_word_that_is_used_is_there():
    there = {key for name in FILES for key in words("en", name)}
    there |= {COUNTED.sub("", key) for key in there}
    whole, begun = used()
    assert {key for key in whole if key not in there and key not in begun} == set()
    assert {start for start in begun if not any(key.startswith(start) for key in there)} == set()


def test_no_word_is_there_for_nothing():
    whole, begun = used()
    there = {key for name in FILES for key in words("en", name)}
    unused = {
        key for key in there if {key, COUNTED.sub("", key)}.isdisjoint(whole) and not any(map(key.startswith, begun))
    }
    assert unused == set()
