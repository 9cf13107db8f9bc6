"""Counting misheard words."""

import pytest

from timbre.evaluation.intelligibility import plain_words, word_error_rate, word_errors


@pytest.mark.parametrize(
    ("wanted", "heard", "errors"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a c", 1),
        ("a b c", "a x b c", 1),
        ("a b c", "a x c", 1),
        ("a b", "", 2),
        ("", "a", 1),
    ],
)
def test_word_errors(wanted: str, heard: str, errors: int) -> None:
    assert word_errors(wanted.split(), heard.split()) == errors


def test_case_marks_and_two_spellings_of_a_word_are_no_errors() -> None:
    assert plain_words("I cannot — it’s “OK”, Mr. Smith!") == plain_words("i can not it's okay mister smith")


def test_rate_is_over_all_words() -> None:
    assert word_error_rate([("one two three", "one two three"), ("four", "five")]) == 0.25
