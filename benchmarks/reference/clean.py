"""How the public reference cleans texts: reads [[language, text], …] as JSON, prints them cleaned; null: it raised.

Runs in the reference's own environment (install.sh). Japanese it turns into Latin letters at once, so the readings that
it is judged by have to be given to this script too.
"""

import json
import logging
import sys


def main() -> None:
    logging.disable(logging.CRITICAL)
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer, japanese_cleaners, multilingual_cleaners

    katsu = VoiceBpeTokenizer().katsu
    cleaned = []
    for language, text in json.load(sys.stdin):
        try:
            if language == "ja":
                cleaned.append(japanese_cleaners(text, katsu))
            else:
                cleaned.append(multilingual_cleaners(text, language.split("-")[0]))
        except Exception as failure:  # whatever it raises is what its user would get
            print(f"{language} {text!r}: {failure!r}", file=sys.stderr)
            cleaned.append(None)
    json.dump(cleaned, sys.stdout)


if __name__ == "__main__":
    main()
