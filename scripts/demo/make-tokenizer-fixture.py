"""Encodes some texts with the demonstration's tokenizer in Python's tokenizers, for the unit test.

    python3 make-tokenizer-fixture.py seeds/demo-model test/unit/demo/tokenizer-ids.json
"""

import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

TEXTS = [
    "Vera keeps 12 apples. Later 4 of them get lost.\n12 - 4 = 8. The answer is \\boxed{8}.",
    "Come up with a series of questions:\n1. Suppose that the number k satisfies 5k - 7 = 23.\n2.",
    " 20 percent of 50 = 10.",
    "",
    "\n\n  two  spaces\tand a tab ",
    "Größe: 3 € – naïve 数学 🙂",
    "</s><s> <pad>x",
]


def main(folder: str, output: str) -> None:
    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    cases = [
        {
            "text": text,
            "ids": tokenizer.encode(text).ids,
            "decoded": tokenizer.decode(tokenizer.encode(text).ids),
        }
        for text in TEXTS
    ]
    Path(output).write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
