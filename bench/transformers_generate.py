"""transformers' generate() on the work of bench/generate.ts; one JSON line.

transformers_generate.py MODEL PROMPTS.jsonl --samples 16 --new 64 --threads 2       needs: torch, transformers
PROMPTS.jsonl: {"tokens": [...]} a line. float32 on the CPU, temperature 1, end-of-sequence ignored.
"""

import argparse
import json
import time

import torch
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("prompts")
parser.add_argument("--samples", type=int, default=16)
parser.add_argument("--new", type=int, default=64)
parser.add_argument("--threads", type=int, default=2)
args = parser.parse_args()

torch.set_num_threads(args.threads)
model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
prompts = [json.loads(line)["tokens"] for line in open(args.prompts)]
longest = max(map(len, prompts))
ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])  # [prompts, longest], padded on the left
mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
sampling = dict(do_sample=True, temperature=1.0, top_p=1.0, top_k=0, num_return_sequences=args.samples, pad_token_id=0)
with torch.no_grad():
    model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=2, min_new_tokens=2, **sampling)
    start = time.time()
    model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=args.new, min_new_tokens=args.new, **sampling)
    seconds = time.time() - start
print(json.dumps({"newTokensPerSecond": len(prompts) * args.samples * args.new / seconds, "seconds": seconds}))
