"""How many of the cases in tests/text/cases are read rightly, by us and by the public reference's own clean-up.

python -m benchmarks.normalise --reference DIR   # DIR: what benchmarks/reference/install.sh made
python -m benchmarks.normalise                   # ours alone

python -m benchmarks.normalise --settle          # takes out of known_failing.toml what is read rightly now

A reading is right when it sounds like one of those a case expects: letters' case, hyphens and stops, which no reader
says, count for neither. `exact` counts as the tests do, to the letter. Prints a table; --out writes the figures.
"""

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from timbre.text.normalise import normalise

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "text" / "cases"
FAILING = CASES / "known_failing.toml"
CLEAN = Path(__file__).parent / "reference" / "clean.py"
WITHOUT_BLANKS = {"zh-cn", "ja"}  # blanks between their signs are not read; those of "G D P" are
COLUMNS = ("cases", "ours", "reference", "reference_alone")
HEADS = ("cases", "ours", "reference", "reference right, ours wrong")

_UNHEARD = re.compile(r"[\"“”«»‐‑–—.,;:!?…،؛。、，！？：；·-]+")

_BETWEEN_SIGNS = re.compile(r"(?<![a-z]) |(?<=[a-z]{2}) | (?![a-z](?![a-z]))")
_INNERMOST = re.compile(r"\{[^{}]*\}")


class Case(NamedTuple):
    """One line of a table."""

    language: str
    category: str
    input: str
    expected: list[str]


def cases() -> list[Case]:
    """Every case of every language."""
    found = []
    for path in sorted(CASES.glob("*.toml")):
        if path != FAILING:
            for case in tomllib.loads(path.read_text("utf-8"))["case"]:
                found.append(Case(path.stem, case["category"], case["input"], case["expected"]))
    return found


def heard(text: str, language: str) -> str:
    """What is left of a reading for the ear."""
    said = _UNHEARD.sub(" ", text.casefold())
    said = re.sub(r"\s+", " ", said).strip()
    return _BETWEEN_SIGNS.sub("", said) if language in WITHOUT_BLANKS else said


def right(said: str | None, case: Case, expected: list[str]) -> bool:
    """Whether it sounds like one of the readings that are right."""
    return said is not None and heard(said, case.language) in {heard(one, case.language) for one in expected}


def by_reference(folder: Path, texts: list[tuple[str, str]]) -> list[str | None]:
    """What the reference makes of each; None where it raises."""
    done = subprocess.run(
        [folder / "bin" / "python", CLEAN], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


def judged(folder: Path | None) -> dict[str, dict[str, dict[str, int]]]:
    """language → category → counts. `reference_alone`: the reference is right and ours is wrong."""
    counts: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    every = cases()
    japanese = sorted({("ja", said) for case in every if case.language == "ja" for said in case.expected})
    texts = [*((case.language, case.input) for case in every), *japanese]
    made = by_reference(folder, texts) if folder else [None] * len(texts)
    latin = dict(zip((said for _, said in japanese), made[len(every) :], strict=True))
    for case, theirs in zip(every, made, strict=False):
        said = normalise(case.input, case.language)
        ours = right(said, case, case.expected)
        read = case.expected if case.language != "ja" else [latin[one] or "" for one in case.expected]
        reference = right(theirs, case, read)
        count = counts[case.language][case.category]
        count["cases"] += 1
        count["exact"] += exact(case)
        count["ours"] += ours
        if folder:
            count["reference"] += reference
            count["reference_alone"] += reference and not ours
            if reference and not ours:
                print(f"{case.language} {case.input!r}: ours {said!r}, reference {theirs!r}", file=sys.stderr)
    return counts


def exact(case: Case) -> bool:
    """Whether the tests take it: to the letter, and the same when read again."""
    said = normalise(case.input, case.language)
    return said in case.expected and normalise(said, case.language) == said


def settle() -> int:
    """Takes the cases out of the list of failing ones that fail no more, and says how many; it never adds one."""
    listed = tomllib.loads(FAILING.read_text("utf-8"))["failing"]
    failing = {(case.language, case.input) for case in cases() if not exact(case)}
    kept = {language: [one for one in inputs if (language, one) in failing] for language, inputs in listed.items()}
    head, _, _ = FAILING.read_text("utf-8").partition("[failing]")
    lines = [f"{head}[failing]"]
    for language, inputs in kept.items():
        if inputs:
            lines += [f"{language} = [", *(f"    {json.dumps(one, ensure_ascii=False)}," for one in inputs), "]"]
    FAILING.write_text("\n".join(lines) + "\n", "utf-8")
    return sum(map(len, listed.values())) - sum(map(len, kept.values()))


def total(rows: list[dict[str, int]]) -> dict[str, int]:
    """The sum of counts."""
    return {key: sum(row.get(key, 0) for row in rows) for key in (*COLUMNS, "exact")}


def table(counts: dict[str, dict[str, dict[str, int]]]) -> str:
    """Markdown: a line a language and category, a line a language, and one for all."""
    lines = ["| | " + " | ".join(HEADS) + " |", "|---" * (len(HEADS) + 1) + "|"]
    for language, categories in counts.items():
        for category, row in categories.items():
            lines.append(f"| {language} {category} | " + " | ".join(str(row.get(key, 0)) for key in COLUMNS) + " |")
        lines.append(_bold(language, total([*categories.values()])))
    every = [row for categories in counts.values() for row in categories.values()]
    lines.append(_bold("all", total(every)))
    return "\n".join(lines)


def _bold(name: str, row: dict[str, int]) -> str:
    return f"| **{name}** | " + " | ".join(f"**{row[key]}**" for key in COLUMNS) + " |"


def _on_one_line(found: re.Match[str]) -> str:
    return re.sub(r"\s+", " ", found[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, help="folder of the reference's environment")
    parser.add_argument("--out", type=Path, help="write the figures there as JSON")
    parser.add_argument("--settle", action="store_true", help="shorten the list of cases that are known to fail")
    chosen = parser.parse_args()
    if chosen.settle:
        print(f"{settle()} cases fail no more")
        return
    counts = judged(chosen.reference)
    print(table(counts))
    if chosen.out:
        totals = {language: total([*rows.values()]) for language, rows in counts.items()}
        figures = {"reference": "coqui-tts 0.28.0" if chosen.reference else None, "total": total([*totals.values()])}
        written = {**figures, "languages": totals, "categories": counts}
        spread = json.dumps(written, ensure_ascii=False, indent=1)
        chosen.out.write_text(_INNERMOST.sub(_on_one_line, spread) + "\n", "utf-8")


if __name__ == "__main__":
    main()
