"""Whether the package `peft` reads an adapter that Timbre exported: merged by it into the base model's weights, it has
to give those of the model that Timbre merged.

    PIP install --no-deps peft accelerate psutil        # into the reference's environment
    python adapter.py --folder OUT --base FULL          # after `python -m benchmarks.exported make`

OUT.peft holds `adapter_model.safetensors` and `adapter_config.json`.
"""

import argparse
from pathlib import Path

import torch
from exported import load
from peft import PeftModel


@torch.no_grad()
def main() -> None:
    """Print the largest difference, and how far the merged weights are from the base's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    options = parser.parse_args()
    model = load(options.folder)
    merged = {key: one.clone() for key, one in model.state_dict().items() if key.startswith("gpt.gpt.h.")}
    before = torch.load(options.base / "model.pth", weights_only=False)["model"]
    model.load_state_dict({key: before[key] for key in merged}, strict=False)
    assert all(torch.equal(one, before[key]) for key, one in model.state_dict().items() if key in merged)
    peft = PeftModel.from_pretrained(model, str(options.folder.with_suffix(".peft")))
    made = peft.merge_and_unload().state_dict()
    difference = max(float((made[key] - one).abs().max()) for key, one in merged.items())
    moved = max(float((before[key] - one).abs().max()) for key, one in merged.items())
    print(f"largest difference {difference:.1e}; the adapter moves weights by up to {moved:.2f}")


if __name__ == "__main__":
    main()
