"""Ways to multiply with XTTS's weights on a CPU: milliseconds for the products of all 30 layers, by rows in the batch.

`ours` is what the engine does for int8. `rows leak` says whether a row's result changes by more than rounding with what
stands beside it in the batch.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.reading import machine, spread
from timbre.engine.quantize import EightBitLinear, available

LAYERS = 30
SHAPES = ((1024, 3072), (1024, 1024), (1024, 4096), (4096, 1024))  # inputs, outputs of a block's products
REAL = 6  # layers that are made; more of them only takes memory, for fewer than these would stay in the cache

Product = Callable[[Tensor], Tensor]


def fp32(weight: Tensor) -> Product:
    bias = torch.zeros(len(weight))
    stored = weight.T.contiguous()
    return lambda x: torch.addmm(bias, x, stored)


def bf16(weight: Tensor) -> Product:
    half = weight.bfloat16()
    return lambda x: F.linear(x.bfloat16(), half).float()


def dynamic(weight: Tensor) -> Product:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch means to move it elsewhere
        scale = float(weight.abs().max()) / 127
        packed = torch.ops.quantized.linear_prepack(torch.quantize_per_tensor(weight, scale, 0, torch.qint8), None)
    return lambda x: torch.ops.quantized.linear_dynamic(x, packed)


def weight_only(weight: Tensor) -> Product:
    scales = weight.abs().amax(1) / 127
    whole, scales = (weight / scales[:, None]).round().to(torch.int8), scales.bfloat16()
    return lambda x: torch._weight_int8pack_mm(x.bfloat16(), whole, scales).float()


def ours(weight: Tensor) -> Product:
    linear = EightBitLinear(weight, torch.zeros(len(weight)), 8.0)
    return lambda x: linear(linear.steps_of(x))


WAYS: dict[str, Callable[[Tensor], Product]] = {
    "fp32": fp32,
    "bf16": bf16,
    "quantized::linear_dynamic": dynamic,
    "_weight_int8pack_mm in bf16": weight_only,
    **({"ours": ours} if available() else {}),
}


@torch.inference_mode()
def measure(rows: list[int], runs: int) -> dict[str, dict[str, object]]:
    """Of each way: milliseconds at each number of rows, its error, and whether rows leak. The ways take turns."""
    draw = torch.Generator().manual_seed(0)
    weights = [[torch.randn(o, i, generator=draw) * 0.02 for i, o in SHAPES] for _ in range(REAL)]
    made = {name: [[make(weight) for weight in layer] for layer in weights] for name, make in WAYS.items()}
    inputs = {count: [torch.randn(count, i, generator=draw) for i, _ in SHAPES] for count in rows}
    times: dict[str, dict[int, list[float]]] = {name: {count: [] for count in rows} for name in made}
    for run in range(runs + 1):
        for name, layers in made.items():
            for count in rows:
                began = time.perf_counter()
                for layer in layers:
                    for product, x in zip(layer, inputs[count], strict=True):
                        product(x)
                if run:  # the first warms
                    times[name][count].append((time.perf_counter() - began) * 1000 * LAYERS / REAL)
    found: dict[str, dict[str, object]] = {}
    for name, layers in made.items():
        wanted = inputs[rows[-1]][0] @ weights[0][0].T
        error = (layers[0][0](inputs[rows[-1]][0]) - wanted).norm() / wanted.norm()
        found[name] = {
            "ms": {count: spread(of) for count, of in times[name].items()},
            "error": float(error),
            "rows leak": leaks(layers[0][0]),
        }
    return found


def leaks(product: Product) -> bool:
    """Whether a quiet row beside a loud one is another than beside a quiet one."""
    quiet = torch.randn(1, SHAPES[0][0], generator=torch.Generator().manual_seed(1))
    beside = [product(torch.cat((quiet, other)))[0] for other in (quiet, 6 * quiet)]
    return not torch.allclose(*beside, rtol=1e-5, atol=1e-5)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    print(json.dumps({"machine": machine(), "ways": measure(options.rows, options.runs)}, indent=1))


if __name__ == "__main__":
    main()
