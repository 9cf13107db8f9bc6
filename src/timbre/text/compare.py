"""How far what was heard differs from what was written, a word at a time.

Both sides are brought to plain lower-case words first, so that "cannot" against "can not" is not the voice's fault.
"""

import re
from collections.abc import Sequence

_SAME = {
    "cannot": "can not",
    "gonna": "going to",
    "wanna": "want to",
    "ok": "okay",
    "mr": "mister",
    "mrs": "missus",
    "dr": "doctor",
}


def plain_words(text: str) -> list[str]:
    """Lower-case words without marks."""
    letters = re.sub(r"[^\w\s']", " ", text.lower().replace("’", "'"))
    words = [word.strip("'").replace("'", "") for word in letters.split()]
    return " ".join(_SAME.get(word, word) for word in words if word).split()


def word_errors(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """Words to change, add or take away (Levenshtein, 1966)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1]


def word_error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Errors a word over all (wanted, heard) texts."""
    words = [(plain_words(wanted), plain_words(heard)) for wanted, heard in pairs]
    return sum(word_errors(wanted, heard) for wanted, heard in words) / max(1, sum(len(wanted) for wanted, _ in words))
