"""Optimizer steps of TRL's GRPOTrainer; one JSON line.        needs: torch, transformers, trl, datasets

trl_train.py MODEL PROMPTS.jsonl --prompts 2 --samples 8 --new 32 --steps 1 --threads 2 [--device cuda]
PROMPTS.jsonl: {"text": "..."} per line. A step samples every prompt, scores the samples with the frozen reference, and
takes one optimizer step on all of them, in micro-batches of one prompt. The first step is not counted.
"""

import os
import tempfile
import time

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")

from datasets import Dataset
from side import arguments, prompts, report, sync
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer

args = arguments("prompts", "samples", "new", "steps")
texts = [prompt["text"] for prompt in prompts(args)]
seconds = []


class Clock(TrainerCallback):
    def on_step_begin(self, *_, **__):
        sync(args)
        self.start = time.time()

    def on_step_end(self, *_, **__):
        sync(args)
        seconds.append(time.time() - self.start)


def reward(completions, **_):
    return [float(i % 2) for i in range(len(completions))]


with tempfile.TemporaryDirectory() as folder:
    settings = GRPOConfig(
        output_dir=folder,
        max_steps=args.steps + 1,
        per_device_train_batch_size=args.samples,
        gradient_accumulation_steps=len(texts),
        gradient_checkpointing=False,
        num_generations=args.samples,
        max_completion_length=args.new,
        generation_kwargs={"min_new_tokens": args.new},
        shuffle_dataset=False,
        beta=1e-3,
        learning_rate=1e-6,
        bf16=args.device != "cpu",
        use_cpu=args.device == "cpu",
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
    )
    trainer = GRPOTrainer(
        model=args.model,
        args=settings,
        train_dataset=Dataset.from_list([{"prompt": text} for text in texts] * (args.steps + 1)),
        reward_funcs=reward,
        callbacks=[Clock()],
    )
    trainer.train()
report(seconds=sum(seconds[1:]), units=len(seconds) - 1)
