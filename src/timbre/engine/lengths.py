"""How many audio codes a text can take: what is shorter swallowed words, and what is longer babbles.

From the recordings that `mini` was taught with, 35,844 in 24 voices: all but one in a thousand have at least 1 + 1.0
and at most 13 + 1.8 codes a letter (`python -m benchmarks.lengths` prints that). Who clones a voice may bring a hastier
or a slower one, so both bounds here stand well outside. Letters of other languages say more or less than English ones;
how much, their character limits tell, which fill the same 605 codes.
"""

from timbre.text.languages import LANGUAGES
from timbre.xtts.config import ModelArgs

FEWEST_BESIDE, FEWEST_A_LETTER = 4, 0.6  # at 21.5 codes a second, 36 letters: nobody reads so fast
MOST_BESIDE, MOST_A_LETTER = 16, 3.2  # 7 letters a second, and .7 s for silence

LIKELY_BESIDE, LIKELY_A_CHARACTER = 20, 2.0  # a slow reading, which memory is set aside for


def likely(text: str) -> int:
    """Audio codes that a text will hardly come to."""
    return int(LIKELY_A_CHARACTER * len(text)) + LIKELY_BESIDE


def lengths(text: str, args: ModelArgs, language: str = "en") -> tuple[int, int]:
    """The fewest and the most audio codes that a text can take. `language` is a key of LANGUAGES."""
    letters = sum(character.isalnum() for character in text) * LANGUAGES["en"].limit / LANGUAGES[language].limit
    most = min(int(MOST_BESIDE + letters * MOST_A_LETTER), args.gpt_max_audio_tokens)
    fewest = int(FEWEST_BESIDE + letters * FEWEST_A_LETTER) if letters else 0
    return min(fewest, most - 1), most
