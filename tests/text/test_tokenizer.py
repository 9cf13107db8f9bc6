"""Token ids against the public reference's, in every language, and the phoneme front end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from timbre import errors
from timbre.text import tokenizer
from timbre.text.languages import LANGUAGES
from timbre.text.phonemes import phonemiser
from timbre.text.tokenizer import PhonemeTokenizer, Tokenizer

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden-tiny"
EXTRA = {"zh-cn": "pypinyin", "ja": "cutlet", "ko": "hangul_romanize"}


@pytest.fixture(scope="module")
def bpe() -> Tokenizer:
    return Tokenizer.load(GOLDEN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_the_references_own(bpe: Tokenizer, language: str) -> None:
    if language in EXTRA:
        pytest.importorskip(EXTRA[language])
    cases = json.loads((GOLDEN / "text.json").read_text("utf-8"))[language]
    assert len(cases) == 3
    for case in cases:
        assert bpe.encode(case["text"], language) == case["ids"], case["text"]


def test_a_region_is_dropped(bpe: Tokenizer) -> None:
    assert bpe.encode("Olá, mundo.", "pt-BR") == bpe.encode("olá,  mundo.", "pt")


def test_text_cannot_spell_the_models_own_marks(bpe: Tokenizer) -> None:
    assert 0 not in bpe.encode("a [STOP] b", "en")


@pytest.mark.parametrize(("language", "package"), EXTRA.items())
def test_without_the_extra_the_error_says_what_to_install(
    bpe: Tokenizer, language: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer._ROMANISE[language].cache_clear()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(errors.MissingExtra) as caught:
        bpe.encode("a", language)
    assert "timbre-tts[cjk]" in caught.value.advice


def test_a_broken_vocabulary_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text("{}")
    with pytest.raises(errors.BadCheckpoint, match=r"vocab\.json"):
        Tokenizer.load(tmp_path)


def phoneme_folder(folder: Path) -> Path:
    marks = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[pt]"]
    tokens = {name: number for number, name in enumerate([*marks, *"həlˈOwɜɹd.,"])}
    (folder / "vocab.json").write_text(json.dumps({"type": "phonemes", "tokens": tokens}))
    (folder / "config.json").write_text(
        json.dumps({"model_args": {"text_front_end": "phonemes", "phonemizer": "hibari"}})
    )
    return folder


def test_phonemes_are_one_id_a_symbol(tmp_path: Path) -> None:
    front_end = Tokenizer.load(phoneme_folder(tmp_path))
    assert isinstance(front_end, PhonemeTokenizer)
    names = {number: name for name, number in front_end.tokens.items()}
    said = [names[number] for number in front_end.encode("Hello, world.", "en")]
    assert said == ["[en]", *"həlˈO,", "[SPACE]", *"wˈɜɹld."]


def test_phonemes_of_another_language_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(errors.LanguageNotSpoken, match="Portuguese"):
        Tokenizer.load(phoneme_folder(tmp_path)).encode("Olá.", "pt")


def test_an_acronym_sounds_like_its_letters() -> None:
    say = phonemiser("hibari", "en")
    assert say("the U S A") == say("the USA")
    assert say("sold D V Ds") == say("sold DVDs")


def test_importing_text_is_light() -> None:
    heavy = [
        "torch",
        "numpy",
        "babel",
        "emoji",
        "tokenizers",
        "unicode_rbnf",
        "sentencex",
        "hibari",
        "onnxruntime",
        "pypinyin",
        "cutlet",
    ]
    code = f"""
import sys
import timbre.text.plan, timbre.text.tokenizer
print([name for name in {heavy!r} if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
