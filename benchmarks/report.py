"""Makes of the figures in `results` a plot, and the performance section of each README.

python -m benchmarks.report          # writes the section between its two marks, and the plot
python -m benchmarks.report --check  # says whether they are what the figures say
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.race import BARS, told

HERE = Path(__file__).parent
RESULTS = HERE / "results"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
READMES = {"README.md": "en", "README.pt-BR.md": "pt"}

Figures = dict[str, Any]

WORDS = {
    "en": {
        "race": "Full-size XTTS with random weights beside the public implementation (coqui-tts 0.28.0), in the same "
        "run, on {machine}. Minimum, median and maximum of {runs} runs; `{kind}` is what runs there.",
        "head": "| | coqui-tts | Timbre | times better |",
        "mini": "The built-in model `mini` on the same two cores:",
        "streams": "| streams at once | seconds of speech a second | real-time factor | first audio, seconds |",
        "again": "`make bench` measures both anew and writes this section.",
    },
    "pt": {
        "race": "XTTS de tamanho completo com pesos aleatórios ao lado da implementação pública (coqui-tts 0.28.0), "
        "na mesma execução, em {machine}. Mínimo, mediana e máximo de {runs} execuções; `{kind}` é o que roda ali.",
        "head": "| | coqui-tts | Timbre | vezes melhor |",
        "mini": "O modelo embutido `mini` nos mesmos dois núcleos:",
        "streams": "| fluxos | segundos de fala por segundo | fator de tempo real | primeiro áudio, segundos |",
        "again": "`make bench` mede os dois de novo e escreve esta seção.",
    },
}
PORTUGUESE = {
    "milliseconds a code, alone": "milissegundos por código, sozinho",
    "milliseconds a code, of 8 at once": "milissegundos por código, de 8 ao mesmo tempo",
    "vocoder, streamed; the reference at once, which is its quicker way": "vocoder em fluxo; a referência de uma vez, "
    "que é o seu modo mais rápido",
    "vocoder, streamed; the reference streamed as it streams": "vocoder em fluxo; a referência em fluxo, como ela faz",
    "real-time factor, one sentence": "fator de tempo real, uma frase",
    "real-time factor, ten sentences": "fator de tempo real, dez frases",
    "first audio, seconds": "primeiro áudio, segundos",
    "resident megabytes": "megabytes residentes",
}


def read(name: str) -> Figures:
    """The figures of one benchmark."""
    found: Figures = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    return found


def section(language: str, race: Figures, engine: Figures) -> str:
    """The performance section, between its two marks."""
    words, kind = WORDS[language], next(name for name in race["figures"] if name != "reference")
    theirs, ours = race["figures"]["reference"], race["figures"][kind]
    machine = race["machine"]
    name = f"{machine['processor']}, {machine['threads']} threads, torch {machine['torch']}"
    lines = [
        words["race"].format(machine=name, runs=race["runs"], kind=kind),
        "",
        words["head"],
        "| --- | --- | --- | --- |",
    ]
    for what, reference, mine, _ in BARS:
        better = theirs[reference]["median"] / ours[mine]["median"]
        shown = PORTUGUESE[what] if language == "pt" else what
        lines.append(f"| {shown} | {told(theirs[reference])} | {told(ours[mine])} | {better:.1f} |")
    lines += ["", words["mini"], "", words["streams"], "| --- | --- | --- | --- |"]
    for at in engine["at"]:
        shown = " | ".join(told(at[key]) for key in ("audio_s_a_second", "rtf", "first_audio_s"))
        lines.append(f"| {at['streams']} | {shown} |")
    return "\n".join([BEGIN, *lines, "", words["again"], END])


def with_section(text: str, made: str) -> str:
    """A README with its section replaced. Raises ValueError where it has no marks."""
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError(f"there are no {BEGIN} and {END}")
    return before + made + after


def plot(engine: Figures, path: Path) -> None:
    """Throughput and first audio against the number of streams."""
    from matplotlib import pyplot

    streams = [at["streams"] for at in engine["at"]]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for axes, key, name in (
        (left, "audio_s_a_second", "seconds of speech a second"),
        (right, "first_audio_s", "first audio, seconds"),
    ):
        values = [at[key] for at in engine["at"]]
        axes.fill_between(streams, [one["min"] for one in values], [one["max"] for one in values], alpha=0.25)
        axes.plot(streams, [one["median"] for one in values], marker="o")
        axes.set(xlabel="streams at once", ylabel=name, xscale="log", ylim=(0, None))
        axes.set_xticks(streams, [str(one) for one in streams], minor=False)
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    figure.suptitle(f"{engine['model']} on {engine['machine']['processor']}, {engine['machine']['threads']} threads")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def main() -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 where a README says something else")
    options = parser.parse_args()
    race, engine = read("race"), read("engine")
    different = []
    for name, language in READMES.items():
        path = HERE.parent / name
        text = path.read_text("utf-8")
        wanted = with_section(text, section(language, race, engine))
        if text != wanted:
            different.append(name)
            if not options.check:
                path.write_text(wanted, "utf-8")
    if options.check:
        print("different from the figures: " + ", ".join(different) if different else "all is as the figures say")
        return int(bool(different))
    plot(engine, RESULTS / "engine.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
