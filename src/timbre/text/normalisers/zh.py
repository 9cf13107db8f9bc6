"""Mandarin: a percentage is said before its number, a year digit by digit; the rest is every language's."""

from timbre.text import numerals
from timbre.text.normalisers.base import Normaliser, Rule, rule


class Reader(Normaliser):
    """The reader of Mandarin in simplified characters."""

    def own_rules(self) -> list[Rule]:
        return [
            rule(r"(?<!\d)(\d{4})(?=年)", lambda found: numerals.digits(found[1], self.language, "")),
            rule(rf"({self.signed})\s?[%％]", lambda found: f"百分之{self.number(found[1])}"),
            rule(rf"({self.signed})\s?km(?!\w)", lambda found: f"{self.number(found[1])}公里"),
        ]
