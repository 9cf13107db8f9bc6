"""What is said in a segment: as somebody wrote it, else as it was recognised; and as the model is to read it."""

from timbre.store.tables_training import SegmentRow
from timbre.text.normalise import normalise


def written(segment: SegmentRow) -> str:
    """The text that a person gave, or that came with the recording; empty: none."""
    return (segment.text or "").strip()


def said(segment: SegmentRow) -> str:
    """The text that stands for a segment; empty where nothing was recognised yet."""
    return segment.text.strip() if segment.text is not None else (segment.heard or "").strip()


def read(segment: SegmentRow, language: str) -> str:
    """The same as a model reads it, numbers and signs as words, in one line."""
    return " ".join(normalise(said(segment), language).split())
