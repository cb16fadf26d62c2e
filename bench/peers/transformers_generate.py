"""Sampling with transformers' generate(); one JSON line.        needs: torch, transformers

transformers_generate.py MODEL PROMPTS.jsonl --prompts 8 --samples 16 --new 64 --threads 2 [--device cuda]
PROMPTS.jsonl: {"tokens": [...]} per line. Temperature 1, end-of-sequence ignored; float32, on CUDA bfloat16.
"""

import time

import torch
from side import arguments, load, prompts, report, sync

args = arguments("prompts", "samples", "new")
model = load(args)
rows = [prompt["tokens"] for prompt in prompts(args)]
longest = max(map(len, rows))
ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows]).to(args.device)  # [prompts, longest], left-padded
mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows]).to(args.device)
sampling = dict(do_sample=True, temperature=1.0, top_p=1.0, top_k=0, num_return_sequences=args.samples, pad_token_id=0)


def sample(new):
    model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=new, min_new_tokens=new, **sampling)
    sync(args)


with torch.no_grad():
    sample(2)  # warm up
    start = time.time()
    sample(args.new)
    report(seconds=time.time() - start, units=len(rows) * args.samples * args.new)
