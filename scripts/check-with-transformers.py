"""Loads a checkpoint folder in transformers and compares its log-probabilities with those of `serl score`.

serl score --model FOLDER --input texts.jsonl --output scores.jsonl
python scripts/check-with-transformers.py FOLDER texts.jsonl scores.jsonl       needs: torch, transformers

texts.jsonl: {"tokens": [...]} a line; scores.jsonl: {"logprobs": [...]} a line. float32 on the CPU. Exits 1 when a
log-probability differs by more than 2e-3.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM

folder, texts, scores = sys.argv[1:4]
model, loading = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
left = {key: value for key, value in loading.items() if value}
if left:
    sys.exit(f"transformers found the folder incomplete: {left}")
model.eval()
worst = 0.0
count = 0
for text, score in zip(open(texts), open(scores), strict=True):
    tokens = torch.tensor(json.loads(text)["tokens"])
    with torch.no_grad():
        logits = model(tokens[None]).logits[0, :-1].float()
    expected = torch.log_softmax(logits, -1).gather(1, tokens[1:, None])[:, 0]
    actual = torch.tensor(json.loads(score)["logprobs"])
    worst = max(worst, (expected - actual).abs().max().item())
    count += 1
print(f"{count} texts, largest difference {worst:.2e}")
sys.exit(worst > 2e-3)
