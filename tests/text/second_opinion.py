"""Run by Debian's own Python, which has ICU: reads [[language, [rule sets, best first], number], …], says them."""

import json
import sys

import icu  # Debian's python3-icu

engines = {}
said = []
for language, wanted, number in json.load(sys.stdin):
    if language not in engines:
        engines[language] = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, icu.Locale(language))
    engine = engines[language]
    known = {engine.getRuleSetName(place) for place in range(engine.getNumberOfRuleSetNames())}
    chosen = next((name for name in wanted if name in known), None)
    said.append(engine.format(number, chosen) if chosen else None)
print(json.dumps(said))
