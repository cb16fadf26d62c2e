"""Values of expressions by mpmath, for test/fixtures/answers/values.json.

usage: expected-values.py > test/fixtures/answers/values.json      (needs: pip install mpmath)
"""
import json

import mpmath as mp

mp.mp.dps = 30
EXPRESSIONS = [
    (r"\sqrt{2}+\sqrt[3]{5}", mp.sqrt(2) + mp.cbrt(5)),
    (r"\frac{\pi}{\sqrt{7}}-e^{2}", mp.pi / mp.sqrt(7) - mp.e**2),
    (r"\sin 2 \cos 3", mp.sin(2) * mp.cos(3)),
    (r"\tan\left(\frac{\pi}{8}\right)", mp.tan(mp.pi / 8)),
    (r"\cot 1 + \sec 1 - \csc 1", mp.cot(1) + mp.sec(1) - mp.csc(1)),
    (r"\sin^2 40^\circ", mp.sin(mp.radians(40)) ** 2),
    (r"\arcsin \frac{1}{3}", mp.asin(mp.mpf(1) / 3)),
    (r"\arccos(-0.3)", mp.acos(mp.mpf("-0.3"))),
    (r"\tan^{-1} 7", mp.atan(7)),
    (r"\sinh 1 + \cosh 2 + \tanh 3", mp.sinh(1) + mp.cosh(2) + mp.tanh(3)),
    (r"\log 50", mp.log10(50)),
    (r"\log_3 50", mp.log(50, 3)),
    (r"\ln 50", mp.log(50)),
    (r"2^{0.3}\cdot 3^{-1/7}", mp.mpf(2) ** mp.mpf("0.3") * mp.mpf(3) ** (-mp.mpf(1) / 7)),
    (r"\frac{17!}{3^{20}}", mp.factorial(17) / mp.mpf(3) ** 20),
    (r"\binom{30}{11}/7", mp.binomial(30, 11) / 7),
    (r"\sum_{k=1}^{50} \frac{1}{k^2}", mp.fsum(mp.mpf(1) / k**2 for k in range(1, 51))),
    (r"\prod_{k=2}^{9} \left(1-\frac{1}{k}\right)", mp.mpf(1) / 9),
    (r"(1+2i)(3-i)", mp.mpc(1, 2) * mp.mpc(3, -1)),
    (r"\frac{2+i}{3-4i}", mp.mpc(2, 1) / mp.mpc(3, -4)),
    (r"e^{2i}", mp.exp(mp.mpc(0, 2))),
    (r"\sqrt{-5}", mp.sqrt(-5)),
    (r"i^i", mp.mpc(0, 1) ** mp.mpc(0, 1)),
    (r"\ln(-2)", mp.log(-2)),
    (r"|3-4i|", mp.mpf(5)),
    (r"\cos(1+i)", mp.cos(mp.mpc(1, 1))),
    (r"\lfloor -2.5 \rfloor + \lceil 2.1 \rceil", mp.mpf(0)),
    (r"\frac{1}{1+\frac{1}{1+\frac{1}{7}}}", mp.mpf(8) / 15),
    (r"\sqrt{2+\sqrt{2+\sqrt{2}}}", mp.sqrt(2 + mp.sqrt(2 + mp.sqrt(2)))),
    (r"3\frac{1}{7}", mp.mpf(22) / 7),
]
print("[")
rows = [{"text": t, "re": float(mp.re(v)), "im": float(mp.im(v))} for t, v in EXPRESSIONS]
print(",\n".join("  " + json.dumps(row) for row in rows))
print("]")
