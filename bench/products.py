"""Matrix products of one decode step, in both layouts, by batch size: products.py [THREADS]      needs: torch

The shapes are SmolLM2-135M's; "W @ x.T" keeps activations feature-major, "linear" is torch.nn.functional.linear.
"""

import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
LAYERS = 30
SHAPES = [(960, 576), (576, 576), (3072, 576), (576, 1536), (49152, 576)]  # qkv, output, gate and up, down, vocabulary


def seconds(product, rows):
    total = 0.0
    for out, inputs in SHAPES:
        count = 1 if out == 49152 else LAYERS
        weights = [torch.randn(out, inputs) for _ in range(min(count, 8))]  # more than the CPU caches hold
        x = torch.randn(rows, inputs)
        arguments = x.t().contiguous() if product is torch.mm else x
        run = (lambda w: torch.mm(w, arguments)) if product is torch.mm else (lambda w: product(arguments, w))
        for w in weights:
            run(w)
        start = time.time()
        for _ in range(3):
            for i in range(count):
                run(weights[i % len(weights)])
        total += (time.time() - start) / 3
    return total


for rows in (1, 2, 4, 8, 16, 32, 64, 128):
    a, b = seconds(torch.mm, rows), seconds(torch.nn.functional.linear, rows)
    print(f"{rows:4} rows: W @ x.T {rows / a:7.1f}, linear {rows / b:7.1f} tokens/s", flush=True)
