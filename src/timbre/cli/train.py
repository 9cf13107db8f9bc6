"""`timbre train`: what comes of a training run, put to use."""

from timbre.cli import promotion


def main(argv: list[str]) -> int:
    """Does what was asked. The verbs that put checkpoints to use are in `promotion`. Raises what a server raises."""
    return promotion.main(argv)
