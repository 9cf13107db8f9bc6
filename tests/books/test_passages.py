"""Texts of any length, in parts that can be planned."""

from hypothesis import given
from hypothesis import strategies as st

from timbre.books.passages import passages

TEXTS = st.lists(st.text(alphabet="abc .!?。\"'", max_size=80), max_size=12).map("\n".join)


@given(TEXTS, st.integers(min_value=1, max_value=60))
def test_nothing_is_lost_and_no_passage_is_too_long(text: str, limit: int):
    found = list(passages(text, limit))
    assert all(0 < len(passage) <= limit for passage in found)
    assert [sign for sign in "".join(found) if sign.isalnum()] == [sign for sign in text if sign.isalnum()]


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence():
    text = "One two three. Four five six! Seven eight nine."
    assert list(passages(text, 32)) == ["One two three. Four five six!", "Seven eight nine."]
    assert list(passages("One.\nTwo.\n* * *\nThree.", 12)) == ["One.\nTwo.", "Three."]
