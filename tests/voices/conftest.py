"""Voices kept in a home of the test's own."""

from pathlib import Path

import pytest
from libraries import library_at

from timbre.voices.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_at(tmp_path / "home")
