"""How each language reads what is not plain words. A language with rules of its own is one file here: `<code>.py`.

That file holds one subclass of `base.Normaliser`, named `Reader`. A language without a file is read by
`base.Normaliser` itself, with what CLDR knows of it and the few words of `words.py`.
"""

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from timbre.text.languages import Language

if TYPE_CHECKING:
    from timbre.text.normalisers.base import Normaliser


@lru_cache
def normaliser(language: Language) -> "Normaliser":
    """The reader of that language."""
    own = f"{__name__}.{language.iso}"
    if find_spec(own):
        made: Normaliser = import_module(own).Reader(language.iso)
    else:
        made = import_module(f"{__name__}.base").Normaliser(language.iso)
    return made
