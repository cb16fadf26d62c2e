"""Log-probabilities of random sequences with transformers; one JSON line.        needs: torch, transformers

transformers_score.py MODEL PROMPTS.jsonl --sequences 32 --length 192 --threads 2 [--device cuda]
Eight sequences at a time: with a large vocabulary, logits of more do not fit into little memory.
"""

import time

import torch
from side import arguments, load, report, sync

args = arguments("sequences", "length")
model = load(args)
vocabulary = min(200, model.config.vocab_size)
ids = torch.randint(3, vocabulary, (args.sequences, args.length)).to(args.device)


def score(rows):
    for part in rows.split(8):
        logprobs = torch.log_softmax(model(part).logits[:, :-1].float(), -1)
        logprobs.gather(-1, part[:, 1:, None]).cpu()
    sync(args)


with torch.no_grad():
    score(ids[:1])  # warm up
    start = time.time()
    score(ids)
    report(seconds=time.time() - start, units=ids.numel())
