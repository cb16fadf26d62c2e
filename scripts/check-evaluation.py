"""Evaluates a model on question sets with transformers and math-verify alone, and compares with `serl eval`, item by item.

serl eval --model FOLDER --data SET... --limit 100 --max-new-tokens 256 --output RESULTS
python scripts/check-evaluation.py generate FOLDER RESULTS NAME responses.jsonl [SECONDS]     needs: torch, transformers
python scripts/check-evaluation.py compare RESULTS NAME responses.jsonl                       needs: math-verify

NAME is a set's in RESULTS. Of the results only the questions, the known answers and the settings are read (items/ and
results.json); prompts are made by the folder's own chat template, responses are greedy, float32, on the CPU. generate goes
on where it was stopped, and stops by itself after SECONDS. compare prints every item on which the
texts or the verdicts differ; it exits 1 when more than a tenth of the verdicts do.
"""

import json
import sys
import time

BATCH = 20  # questions at a time, the short ones first; padded on the left
SUFFIX = "\nPlease reason step by step, and put your final answer within \\boxed{}."


def lines(path):
    try:
        return [json.loads(line) for line in open(path)]
    except FileNotFoundError:
        return []


def generate(folder, results, name, output, seconds="1e9"):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    settings = json.load(open(f"{results}/results.json"))["settings"]
    if settings["temperature"] != 0 or settings["fewShot"] != 0 or settings["template"] == "none":
        sys.exit("only greedy, zero-shot evaluations with the chat template can be repeated")
    suffix = SUFFIX if settings["suffix"] is None else settings["suffix"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer.padding_side = "left"
    done = {line["key"] for line in lines(output)}
    left = [item for item in lines(f"{results}/items/{name}.jsonl") if item["key"] not in done]
    left.sort(key=lambda item: len(item["question"]))
    until = time.monotonic() + float(seconds)
    with open(output, "a") as file:
        while left and time.monotonic() < until:
            batch, left = left[:BATCH], left[BATCH:]
            chats = [[{"role": "user", "content": item["question"] + suffix}] for item in batch]
            prompts = tokenizer.apply_chat_template(
                chats, add_generation_prompt=True, padding=True, return_tensors="pt", return_dict=True
            )
            with torch.no_grad():
                rows = model.generate(**prompts, do_sample=False, max_new_tokens=settings["maxNewTokens"])
            for item, row in zip(batch, rows):
                text = tokenizer.decode(row[prompts["input_ids"].shape[1] :], skip_special_tokens=True)
                file.write(json.dumps({"key": item["key"], "text": text}) + "\n")
            file.flush()
    print(f"{len(lines(output))} responses in {output}")


def compare(results, name, responses):
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    targets = [ExprExtractionConfig(), LatexExtractionConfig()]

    def equal(known, text):
        gold, answer = parse(known, targets), parse(text, targets)
        return verify(gold, answer, float_rounding=6) or verify(answer, gold, float_rounding=6)

    items = {item["key"]: item for item in lines(f"{results}/items/{name}.jsonl")}
    theirs = lines(responses)
    right = [0, 0]
    other_texts = other_verdicts = 0
    for line in theirs:
        item = items[line["key"]]
        ours = item["samples"][0]
        known = item["known"] if "\\boxed" in item["known"] or "####" in item["known"] else f"\\boxed{{{item['known']}}}"
        verdict = bool(equal(known, line["text"]))
        right[0] += ours["right"]
        right[1] += verdict
        same_text = ours["text"] == line["text"]
        other_texts += not same_text
        if ours["right"] == verdict:
            continue
        other_verdicts += 1
        print(f"--- {name} {item['id']} (line {item['line']}), known {item['known'][-60:]}")
        print(f"    serl {ours['right']} ({ours['answer']!r}); transformers with math-verify {verdict}; texts {'equal' if same_text else 'differ'}")
        print(f"    text ends: {line['text'][-200:]!r}")
    n = len(theirs)
    print(f"{name}: {n} items, serl {right[0]} right, transformers with math-verify {right[1]}; ", end="")
    print(f"{other_texts} texts and {other_verdicts} verdicts differ")
    sys.exit(10 * other_verdicts > n)


command, *arguments = sys.argv[1:]
{"generate": generate, "compare": compare}[command](*arguments)
