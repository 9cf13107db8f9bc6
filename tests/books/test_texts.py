"""Markdown, plain texts and subtitles as books."""

from pathlib import Path

import pytest

from timbre.books.book import Cue
from timbre.books.opening import open_book
from timbre.errors import BadBook, EmptyBook


def opened(folder: Path, name: str, text: str):
    (folder / name).write_text(text, "utf-8")
    return open_book(folder / name)


def test_markdown_is_parted_at_its_headings_and_only_its_text_is_read(tmp_path: Path):
    book = opened(
        tmp_path,
        "notes.md",
        "---\ntitle: On Tea\nauthor: [Ann, Bea]\nlang: en\n---\n# On Tea\n\n## The **pot**\n\nIt is\nbrown[^1] and "
        "~~not~~ [round](http://x.y) ![a pot](pot.png).\n\n```\ncode()\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "- Boil\n- Pour\n\n"
        "## The cup\n\n### Its handle\n\n> Mind <b>it</b>: `hot` &amp; wet.\n\n[voice:ana] stays.\n\n[^1]: A note.\n",
    )
    assert (book.title, book.author, book.language) == ("On Tea", "Ann, Bea", "en")
    assert [(one.title, one.text) for one in book.chapters] == [
        ("The pot", "On Tea\nThe pot\nIt is brown and not round .\nBoil\nPour"),
        ("The cup", "The cup\nIts handle\nMind it: hot & wet.\n[voice:ana] stays."),
    ]


def test_markdown_without_headings_is_one_chapter(tmp_path: Path):
    book = opened(tmp_path, "a.md", "Tea.\n\nMore tea.")
    assert [(one.title, one.text) for one in book.chapters] == [("a", "Tea.\nMore tea.")]


def test_wrapped_lines_of_a_plain_text_are_paragraphs_and_its_chapters_are_found(tmp_path: Path):
    text = (
        "\ufeffA STORY\n\nCHAPTER I. The Pot\n\nIt was brown and\nround.\n\nIt was hot.\n\n"
        "Chapter 2\r\n\r\nChapter two begins\r\nwith a cup.\n\n* * *\n\nEnd.\n"
    )
    book = opened(tmp_path, "story.txt", text)
    assert [(one.title, one.text) for one in book.chapters] == [
        ("story", "A STORY"),
        ("CHAPTER I. The Pot", "CHAPTER I. The Pot\nIt was brown and round.\nIt was hot."),
        ("Chapter 2", "Chapter 2\nChapter two begins with a cup.\nEnd."),
    ]


def test_long_lines_are_paragraphs_by_themselves(tmp_path: Path):
    long = "This line is a paragraph, for it is longer than any margin would let it be in a text that was wrapped. " * 2
    book = opened(tmp_path, "a.txt", f"{long}\n{long}\n\n{long}")
    assert book.chapters[0].text.count("\n") == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.srt", "2\n00:00:03,000 --> 00:00:04,500\n<i>Dinner</i> {\\an8}is\nready.\n\n1\n"
                  "00:00:01,000 --> 00:00:02,000\n♪ Tea. ♪\n\n3\n00:00:05,000 --> 00:00:06,000\n♪\n"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nTea.\n\n00:03.000 --> 00:04.500\n<v Ann>Dinner is\nready.</v>\n"),
    ],
)  # fmt: skip
def test_subtitles_keep_their_times(tmp_path: Path, name: str, text: str):
    book = opened(tmp_path, name, text)
    assert book.cues == (Cue(1.0, 2.0, "Tea."), Cue(3.0, 4.5, "Dinner is ready."))


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("a.srt", "No times at all.", BadBook),
        ("a.srt", "", EmptyBook),
        ("a.md", "```\ncode\n```", EmptyBook),
        ("a.md", "---\n{: [\n---\nTea.", BadBook),
        ("a.txt", "\n* * *\n", EmptyBook),
    ],
)
def test_what_has_no_text_is_refused(tmp_path: Path, name: str, text: str, error: type[Exception]):
    with pytest.raises(error):
        opened(tmp_path, name, text)
