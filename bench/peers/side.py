"""Shared by the Python programs that ours is compared with: arguments, model, prompts, the JSON line."""

import argparse
import json
import resource
import sys

import torch


def arguments(*counts):
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("input")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    for name in counts:
        parser.add_argument(f"--{name}", type=int, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    return args


def load(args):
    from transformers import AutoModelForCausalLM

    dtype = torch.float32 if args.device == "cpu" else torch.bfloat16
    return AutoModelForCausalLM.from_pretrained(args.model, dtype=dtype).to(args.device).eval()


def prompts(args):
    """[prompts] of {"tokens", "text"}."""
    with open(args.input) as file:
        return [json.loads(line) for line in file][: args.prompts]


def sync(args):
    if args.device != "cpu":
        torch.cuda.synchronize()


def report(**measured):
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({**measured, "peakBytes": peak}), flush=True)
