"""What the benchmarks share: the text of the race, the machine's name, and how figures of several runs are told."""

import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import torch

from timbre.xtts import processor

TEXT = "O sistema lê o texto em voz alta, com a voz que você escolheu, sem pressa e sem tropeços."


def spread(values: Sequence[float]) -> dict[str, float]:
    """Minimum, median and maximum."""
    return {
        "min": round(min(values), 4),
        "median": round(statistics.median(values), 4),
        "max": round(max(values), 4),
    }


def machine(device: str = "cpu") -> dict[str, object]:
    """What the figures are of: processor, GPU if it is one, threads, and the versions of what computes."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    flags = next((line for line in lines if line.startswith("flags")), "")
    return {
        "processor": processor.name(),
        "instructions": [
            flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8") if flag in flags
        ],
        **({} if device == "cpu" else {"gpu": torch.cuda.get_device_name(device), "cuda": torch.version.cuda}),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "onnxruntime": version("onnxruntime"),
    }


def resident_mb() -> float:
    """Memory that this process holds, in megabytes of 2**20 bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
