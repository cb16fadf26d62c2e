"""Adds math-verify's verdicts, both ways, to pairs of answers.

usage: verify.py < pairs.jsonl > verified.jsonl      (needs: pip install math-verify==0.9.0)
"""
import json
import sys
from importlib.metadata import version

from math_verify import parse, verify

VERSION = "0.9.0"
if version("math-verify") != VERSION:
    sys.exit(f"math-verify is {version('math-verify')}: install {VERSION}, which the tables in docs/answers.md are of")

TIMEOUT = 120  # seconds of the clock: on a busy machine its five would count as verdicts


def verdict(gold, prediction):
    try:
        a, b = (parse(text, parsing_timeout=TIMEOUT) for text in (gold, prediction))
        return [bool(verify(x, y, timeout_seconds=TIMEOUT)) for x, y in ((a, b), (b, a))]
    except Exception as error:  # its failures are results too
        return str(error)[:80]


for line in sys.stdin:
    pair = json.loads(line)
    pair["mathVerify"] = verdict(pair["gold"], pair["prediction"])
    print(json.dumps(pair), flush=True)
