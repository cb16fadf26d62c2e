#!/usr/bin/env python3
"""Small templates with what transformers makes of them, one JSON object per line: {"template", "text"} or {"template", "error"}.

    expected.py > expected.jsonl          every filter, test, method and operator on every kind of value, and random ones
    expected.py --random N --seed S       more random ones (--random-only: no others)

needs: jinja2 3.1.6, transformers 5.24.0 (numpy for its import)
"""
import argparse
import copy
import json
import random
import sys

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

PINNED = {"jinja2": "3.1.6", "transformers": "5.24.0"}
for module in (jinja2, transformers):
    if module.__version__ != PINNED[module.__name__]:
        sys.exit(f"needs {module.__name__} {PINNED[module.__name__]}, found {module.__version__}")

# what every template is given, as compare.ts gives it too
VARIABLES = {
    "messages": [{"role": "user", "content": "Hi"}],
    "tools": None,
    "documents": None,
    "add_generation_prompt": True,
    "flag": False,
    "nothing": None,
    "holes": {"a": None, "b": {"c": [None, None]}, "name": None},
    "count": 3,
    "text": "Straße 😀 ab",
    "people": [
        {"name": "Bo", "age": 31, "tags": ["x", "y"]},
        {"name": "al", "age": 7, "tags": []},
        {"name": "Cy", "age": 31},
    ],
    "deep": {"b": {"c": [1, 2.5, None, True, "é\n\"<&>'"]}, "a": {}, "items": 5},
}

VALUES = [
    "0", "7", "-3", "true", "false", "none", "1.0", "-2.5", "1e16", "1e-7", "0.1", "123456789012345678901234567890", "''", "'aB c'",
    "' x y  z '", "'😀é'", "'it\\'s \"q\"'", "'12'", "' -4.7e1 '", "'a,b,,c'", "'line\\n\\nnext'", "'ÀÉ ß ﬁ'", "[]", "[3, 1, 2]",
    "['b', 'A', 'a']", "[1, 1.0, true, 'x', none]", "[[1, 2], [3]]", "(1,)", "('a', 'b')", "{}", "{'b': 1, 'a': [2]}", "{1: 2, none: 3}", "{'a': none, 'name': none}", "[none]", "namespace(a=none, name=none)",
    "range(3)", "missing", "people", "deep", "text", "people[0]", "holes", "deep.items()", "deep.keys()", "namespace(a=1)",
    "people|map(attribute='name')", "'<b>'|safe", "nan", "'nan'|float", "'inf'|float", "-0.0",
]
FILTERS = [
    "abs", "attr('name')", "batch(2)", "batch(2, 0)|list", "capitalize", "center", "center(9)", "count", "default('d')", "d('d', true)",
    "default(default_value=1, boolean=true)", "dictsort", "dictsort(reverse=true)", "dictsort(false, 'value')", "e", "escape", "first",
    "float", "float(9)", "float('x')", "format(1)", "format('a', 2)", "groupby('age')", "groupby('name')|list", "indent", "indent(2, true)",
    "indent('> ', blank=true)", "int", "int(5)", "int(0, 16)", "int(base=8)", "items|list", "join", "join(', ')", "join('-', attribute='name')",
    "join(attribute=0)", "join(d=1)", "last", "length", "list", "lower", "map('upper')|list", "map(attribute='name')|list",
    "map(attribute='zip', default='?')|list", "map('int')|list", "map('default', 'x')|list", "max", "min", "max(attribute='age')",
    "min(case_sensitive=true)", "reject('odd')|list", "rejectattr('age', 'eq', 7)|list", "replace('a', 'z')", "replace('', '.', 2)",
    "replace(1, 2)", "reverse", "reverse|list", "round", "round(1)", "round(1, 'floor')", "round(method='ceil')", "round(-1)", "safe", "select|list",
    "select('string')|list", "select('gt', 1)|list", "selectattr('age')|list", "selectattr('age', 'lt', 10)|list", "selectattr('tags', 'defined')|list",
    "slice(2)|list", "slice(2, 'x')|list", "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "sort(attribute='age')",
    "sort(attribute='age,name')", "string", "sum", "sum(attribute='age')", "sum(start=10)", "title", "tojson", "tojson(indent=2)",
    "tojson(ensure_ascii=true)", "tojson(sort_keys=true)", "tojson(separators=(',', ':'))", "tojson(indent=0)", "tojson(indent='\\t')", "trim",
    "trim('ac')", "truncate(5)", "truncate(5, true)", "truncate(6, leeway=0)", "unique|list", "unique(true)|list", "unique(attribute='age')|list",
    "upper", "wordcount", "urlencode", "pprint", "striptags", "xmlattr", "filesizeformat", "forceescape", "wordwrap(3)", "nosuch",
]
TESTS = [
    "boolean", "callable", "defined", "divisibleby 3", "divisibleby(2)", "eq 1", "eq('a')", "== 7", "equalto none", "escaped", "even", "false",
    "filter", "float", "ge 1", "gt(0)", "in [1, 7, 'x']", "in 'aB c d'", "in deep", "integer", "iterable", "le 2", "lower", "lt 'b'", "mapping", "ne 2",
    "none", "not none", "number", "odd", "sameas none", "sameas true", "sequence", "string", "test", "true", "undefined", "not defined", "upper", "nosuch",
]
METHODS = [
    "upper()", "lower()", "title()", "capitalize()", "swapcase()", "casefold()", "strip()", "strip('a x')", "strip(none)", "lstrip('a')", "rstrip(' z')",
    "lstrip()", "rstrip()", "strip(chars='a')", "split()", "split(',')", "split(',', 1)", "split(none, 1)", "split(sep='b')", "split(maxsplit=1)", "rsplit(',', 1)",
    "rsplit(none, 1)", "rsplit()", "split('')", "splitlines()", "splitlines(true)", "replace('a', 'b')", "replace('', '-')", "replace('', '-', 2)",
    "replace(' ', '', 1)", "find('b')", "find('é')", "find('', 3)", "find('a', 1, -1)", "rfind('b')", "index('a')", "index(1)", "rindex('c')", "count('a')",
    "count('')", "count(1)", "startswith('a')", "startswith(('x', ' '))", "startswith('B', 1)", "endswith('c')", "endswith(('z ', 'c'), 1)", "startswith(['a'])",
    "isdigit()", "isalpha()", "isalnum()", "isspace()", "isupper()", "islower()", "istitle()", "isdecimal()", "isnumeric()", "isascii()", "zfill(9)",
    "center(10)", "center(9, '*')", "ljust(8, '.')", "rjust(8)", "partition('b')", "rpartition(' ')", "partition(',')", "removeprefix('a')",
    "removesuffix('c')", "expandtabs()", "format(1, a=2)", "encode()", "join(['x', 'y'])", "join('ab')", "join([1])", "get('a')", "get('zz', 5)", "get(1)",
    "items()", "keys()", "values()", "items()|list", "keys()|list", "copy()", "append(1)", "pop()", "update({})", "__class__", "__len__()", "is_integer()",
    "real", "bit_length()", "a", "name", "nosuch", "nosuch.x", "b.c[1]", "items", "0", "1",
]
SUBSCRIPTS = [
    "0", "-1", "1", "9", "-9", "'a'", "'name'", "'items'", "none", "true", "1.0", ":", "1:", ":-1", "::2", "::-1", "-2:", "5:1", "2:0:-1", ":2:1", "1:100", "-100:2",
    "::0", "'x':", "missing", "1, 2", "'a', 'b'",
]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
OPERANDS = [
    "0", "2", "-7", "true", "none", "1.5", "-0.5", "1e300", "100000000000000000000", "'a'", "'%s|%5.2f'", "'é😀'", "[1]", "[1, 'a']", "(1, 2)", "('a',)", "{'a': 1}", "missing",
    "range(2)", "'<'|safe",
]


def combinations():
    for value in VALUES:
        yield f"{{{{ {value} }}}}"
        yield f"{{{{ [{value}] }}}}"
        for filter in FILTERS:
            yield f"{{{{ ({value})|{filter} }}}}"
        for test in TESTS:
            yield f"{{{{ ({value}) is {test} }}}}"
        for method in METHODS:
            yield f"{{{{ ({value}).{method} }}}}"
        for subscript in SUBSCRIPTS:
            yield f"{{{{ ({value})[{subscript}] }}}}"
        yield f"{{% for x in {value} %}}[{{{{ x }}}}{{{{ loop.index }}}}/{{{{ loop.length }}}}{{{{ ',' if not loop.last }}}}]{{% else %}}none{{% endfor %}}"
        yield f"{{{{ -({value}) }}}}|{{{{ not ({value}) }}}}|{{{{ 1 if ({value}) else 2 }}}}"
        yield f"{{{{ +({value}) }}}}"
    for left in OPERANDS:
        for right in OPERANDS:
            for operator in BINARY:
                if operator == "**" and right == "100000000000000000000":
                    continue  # Python would not end
                yield f"{{{{ {left} {operator} {right} }}}}"


def random_templates(rng: random.Random, n: int):
    """Expressions and statements nested at random, with random white space control."""
    atoms = OPERANDS + VALUES[:30] + ["text", "count", "flag", "nothing", "people", "deep", "ns.v", "x", "y", "loop.index", "loop.first", "loop"]

    operators = [operator for operator in BINARY if operator not in ("**", "*")]  # Python would make texts without an end

    def expression(depth: int) -> str:
        if depth == 0 or rng.random() < 0.25:
            return rng.choice(atoms)
        kind = rng.randrange(10)
        inner = expression(depth - 1)
        if kind < 3:
            return f"{inner} {rng.choice(operators)} {expression(depth - 1)}"
        if kind == 3:
            return f"({inner}) {rng.choice(operators)} {expression(depth - 1)} {rng.choice(operators)} {expression(depth - 1)}"
        if kind == 4:
            return f"{inner}|{rng.choice(FILTERS[:90])}"
        if kind == 5:
            return f"{inner} is {rng.choice(TESTS[:-1])}"
        if kind == 6:
            return f"{inner}[{rng.choice(SUBSCRIPTS)}]"
        if kind == 7:
            return f"{inner}.{rng.choice(METHODS)}"
        if kind == 8:
            return f"{inner} if {expression(depth - 1)} else {expression(depth - 1)}"
        return rng.choice([f"not {inner}", f"-{inner}", f"[{inner}, {expression(depth - 1)}]", f"({inner}, {expression(depth - 1)})", f"{{'k': {inner}}}"])

    def block(body: str) -> str:
        return "{%" + rng.choice(["", "", "-", "+"]) + " " + body + " " + rng.choice(["", "", "-", "+"]) + "%}"

    def statements(depth: int) -> str:
        parts = []
        for _ in range(rng.randrange(1, 4)):
            kind = rng.randrange(12) if depth > 0 else rng.randrange(3)
            if kind == 0:
                parts.append(rng.choice(["a", " ", "\n", "  \n\t", "\n  b ", "{ %}", "{# note -#}", "{#- note #}\n", "x\n\n"]))
            elif kind < 3:
                parts.append("{{" + rng.choice(["", "-", "+"]) + " " + expression(2) + " " + rng.choice(["", "-"]) + "}}")
            elif kind == 3:
                parts.append(block(f"if {expression(2)}") + statements(depth - 1) + block(f"elif {expression(1)}") + statements(depth - 1) + block("else") + statements(depth - 1) + block("endif"))
            elif kind == 4:
                test = rng.choice(["", f" if {expression(1)}"])
                parts.append(block(f"for x in {expression(1)}{test}") + statements(depth - 1) + block("else") + "E" + block("endfor"))
            elif kind == 5:
                parts.append(block(f"set {rng.choice(['x', 'y', 'text', 'count'])} = {expression(2)}"))
            elif kind == 6:
                parts.append(block(f"set {rng.choice(['x', 'y'])}") + statements(depth - 1) + block("endset"))
            elif kind == 7:
                parts.append(block(f"macro m(x, y={expression(1)})") + statements(depth - 1) + block("endmacro") + f"{{{{ m({expression(1)}) }}}}")
            elif kind == 8:
                parts.append(block("set ns = namespace(v=0)") + block("for x in [1, 2]") + block(f"set ns.v = {expression(1)}") + statements(depth - 1) + block("endfor") + "{{ ns.v }}")
            elif kind == 9:
                parts.append(block("generation") + statements(depth - 1) + block("endgeneration"))
            elif kind == 10:
                parts.append(block(f"with x = {expression(1)}") + statements(depth - 1) + block("endwith"))
            else:
                parts.append(block(f"filter {rng.choice(['upper', 'trim', 'indent(2)', 'length'])}") + statements(depth - 1) + block("endfilter"))
        return "".join(parts)

    for _ in range(n):
        yield statements(2)


ENVIRONMENT = _compile_jinja_template("").environment


def outcome(template: str) -> dict:
    try:
        text = ENVIRONMENT.from_string(template).render(**copy.deepcopy(VARIABLES))  # "indent" changes a list
        text.encode()
        return {"template": template, "text": text}
    except Exception as error:  # whatever jinja2 or Python raises
        return {"template": template, "error": f"{type(error).__name__}: {error}"[:200]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--random-only", action="store_true")
    parser.add_argument("--variables", action="store_true", help="print the variables instead")
    asked = parser.parse_args()
    if asked.variables:
        print(json.dumps(VARIABLES))
        return
    fixed = [] if asked.random_only else combinations()
    for template in [*fixed, *random_templates(random.Random(asked.seed), asked.random)]:
        found = outcome(template)
        if " at 0x" not in found.get("text", ""):  # an address
            print(json.dumps(found))


main()
