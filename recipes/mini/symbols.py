"""The text vocabulary of `mini`: special tokens, language marks, and the symbols that phonemes of both languages
need.
"""

SPECIAL = ("[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[pt]")
PHONEMES = (
    ';:,.!?—…"()“”\u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyz'
    "ɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
TOKENS = {token: number for number, token in enumerate((*SPECIAL, *PHONEMES))}
VOCABULARY = {"type": "phonemes", "tokens": TOKENS}


def encode(phonemes: str, language: str = "en") -> list[int]:
    """Token ids of a phoneme string, its language mark first."""
    return [TOKENS[f"[{language}]"], *spoken(phonemes)]


def spoken(phonemes: str) -> list[int]:
    """Token ids of the symbols alone; what the vocabulary lacks is dropped."""
    return [TOKENS["[SPACE]" if symbol == " " else symbol] for symbol in phonemes if symbol == " " or symbol in TOKENS]
