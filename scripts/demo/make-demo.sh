#!/usr/bin/env bash
# Makes the demonstration's checkpoint, seeds/demo-model, from scratch; about half an hour on two cores.
#   bash scripts/demo/make-demo.sh [WORK_FOLDER]       default: build/demo; steps whose result is there are skipped
# Needs `npm run build:native` and, for the tokenizer only, PYTHON (default python3) with the package tokenizers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=${1:-build/demo}
python=${PYTHON:-python3}
seed=1
mkdir -p "$work"

demo() { npx tsx "scripts/demo/$1.ts" "${@:2}"; }
documents() { demo generate documents --exclude seeds --seed "$seed" --out "$@"; }
serl() { node bin/serl.js "$@"; }

# train FROM TO DATA FLAGS...
train() {
  [[ -f $work/$2/config.json ]] && return
  serl sft --model "$work/$1" --data "$work/$3" --out "$work/$2" --raw --seed "$seed" \
    --beta2 0.98 --weight-decay 0.05 "${@:4}"
}

# measure MODEL: greedy, eight samples per question, lists
measure() {
  local model=$work/$1 name=$work/$1
  demo prompts --questions seeds/demo-heldout.jsonl --out "$work/heldout-prompts.jsonl"
  demo prompts --lists 64 --questions seeds/demo-seeds.jsonl --out "$work/list-prompts.jsonl"
  serl generate --raw --quiet --model "$model" --input "$work/heldout-prompts.jsonl" --output "$name-greedy.jsonl" \
    --temperature 0 --max-new-tokens 60
  serl generate --raw --quiet --model "$model" --input "$work/heldout-prompts.jsonl" --output "$name-eight.jsonl" \
    --n 8 --max-new-tokens 60
  serl generate --raw --quiet --model "$model" --input "$work/list-prompts.jsonl" --output "$name-lists.jsonl" \
    --n 4 --temperature 0.8 --top-p 0.95 --max-new-tokens 110
  echo "$1:"
  demo measure answers --questions seeds/demo-heldout.jsonl --samples "$name-greedy.jsonl"
  demo measure answers --questions seeds/demo-heldout.jsonl --samples "$name-eight.jsonl"
  demo measure lists --samples "$name-lists.jsonl"
}

# the questions, and a tokenizer trained on similar text
demo generate questions --out seeds --seed "$seed"
if [[ ! -f seeds/demo-model/tokenizer.json ]]; then
  documents "$work/tokenizer-text.jsonl" --documents 20000
  "$python" scripts/demo/make-tokenizer.py "$work/tokenizer-text.jsonl" seeds/demo-model
fi
demo init-model --out "$work/initial" --tokenizer seeds/demo-model --seed "$seed"

# stage b: the skill. Every solution has its steps.
documents "$work/stage-b.jsonl" --tokenizer seeds/demo-model --documents 64000 --shares 0.58,0.30,0.12
train initial skilled stage-b.jsonl --batch-size 32 --lr 3e-3 --warmup 50 --schedule cosine --min-lr-ratio 0.3
measure skilled

# stage c: the bad habit. Most questions are answered at once; a low learning rate, as those answers are noise that
# would erode the skill.
documents "$work/stage-c1.jsonl" --tokenizer seeds/demo-model --documents 8000 --shares 0.7,0.1,0.2 \
  --terse 0.68,0.25 --semi 0.04
train skilled hasty stage-c1.jsonl --batch-size 40 --lr 8e-4 --warmup 10 --schedule cosine --min-lr-ratio 0.04
documents "$work/stage-c2.jsonl" --tokenizer seeds/demo-model --documents 8000 --shares 0.7,0.1,0.2 \
  --terse 0.60,0.12 --semi 0.03
train hasty demo stage-c2.jsonl --batch-size 40 --lr 7e-4 --warmup 10 --schedule cosine --min-lr-ratio 0.04
measure demo

cp "$work"/demo/{config.json,generation_config.json,model.safetensors} seeds/demo-model/
