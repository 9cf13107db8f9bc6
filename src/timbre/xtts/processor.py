"""What this machine's processor is, and what it is quick at."""

import platform
from functools import cache
from pathlib import Path

import torch


@cache
def name() -> str:
    """As it calls itself."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    told = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return told or platform.processor() or platform.machine()


@cache
def multiplies_bf16() -> bool:
    """Whether it has instructions for bfloat16 matrices; without them half precision is slower than single."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
