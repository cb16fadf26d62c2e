/** A pair of answers and whether they are equal. */
export interface Case {
  readonly gold: string
  readonly prediction: string
  readonly equal: boolean
}

/** Lines of "= gold ## prediction" (equal) and "! gold ## prediction" (different), by what they are about. */
const TABLE: Readonly<Record<string, string>> = {
  numbers: String.raw`
= 1,234,567 ## 1234567
= $1{,}234$ ## 1234
= $10,\!080$ ## 10080
= 1 000 000 ## 1000000
= 4.0 ## 4
= 007 ## 7
= 3e6 ## 3000000
= $2.5\times 10^{-3}$ ## 0.0025
= $2e-3$ ## $-3+2e$
= 1000.5 ## 1000,5
! 32, 349 ## 32349
! 1234 ## 12345
! $10^{15}$ ## $10^{15}+1$
! $10^{15}x$ ## $(10^{15}+1)x$
= the 3rd ## 3rd
= $0.\overline{3}$ ## $\frac13$
= $0.1\overline{6}$ ## $\frac16$
! $0.\overline{3}$ ## 0.3`,
  fractions: String.raw`
= $1\frac{4}{5}$ ## 9/5
= 3 1/2 ## 7/2
= $3\frac12$ ## 3.5
= $\frac 34$ ## $\dfrac{3}{4}$
= $\frac{270}7$ ## $\frac{270}{7}$
= $-\frac{1}{2}$ ## $\frac{-1}{2}$
= $\frac{-1}{2}$ ## $\frac{1}{-2}$
= $1/2x$ ## $\frac{x}{2}$
= $1/2x$ ## $\frac{1}{2x}$
= $\frac{3}{4}\pi$ ## $3\pi/4$
! $3\frac{x}{2}$ ## $3+x/2$
! $\frac{2}{3}$ ## $\frac{3}{2}$`,
  'rounded decimals': String.raw`
= 0.333333 ## $\frac13$
= 3.141593 ## $\pi$
= 0.30000000000000004 ## 0.3
! 0.33 ## $\frac13$
! 3.14 ## $\pi$
! 0.666666 ## $\frac23$
! 0.0000001 ## 0.0000002`,
  'big numbers': String.raw`
! $\frac{1}{2004!}$ ## $\frac{1}{2006!}$
= $\frac{2004!}{2003!}$ ## 2004
! $2^{10^{10^{10}}}$ ## $2^{10^{10^{10}}}+1$
= $2^{10^{10^{10}}}$ ## $2^{10^{10^{10}}}$
! $1000000!$ ## $1000001!$`,
  percent: String.raw`
= $28\%$ ## 0.28
= $28\%$ ## 28
= $28$ percent ## $28\%$
= $\boxed{10}\%$ ## 10%
! $28\%$ ## 2.8
! 20% ## 20 miles`,
  money: String.raw`
= \$18.90 ## 18.9
= $5$ ## 5 dollars
= \$0.05 ## $5\text{ cents}$
! \$5 ## 5 euros`,
  units: String.raw`
= $5\text{ cm}$ ## 5
= $500\text{ cm}$ ## $5\text{ m}$
= $12\text{ cm}^2$ ## $12\text{ square centimeters}$
= $60$ mph ## $60\text{ miles per hour}$
= $60\frac{\text{km}}{\text{h}}$ ## $60\text{ km/h}$
= $6\text{ m}$ ## 6m
= $5\sqrt{3}\text{ cm}$ ## $\sqrt{75}$
= 21 apples ## 21
! $5\text{ cm}$ ## $5\text{ m}$
! $12\text{ cm}^2$ ## $12\text{ cm}$
! $2k$ ## $2$
! 5 minutes ## 5 hours`,
  degrees: String.raw`
= $90^\circ$ ## 90 degrees
= $90^\circ$ ## $\frac{\pi}{2}$
= $\sin 30^\circ$ ## $\frac12$
= $30^\circ 30'$ ## $30.5^\circ$
! $\sin 30$ ## $\frac12$
! $90^\circ$ ## $80^\circ$`,
  'times and dates': String.raw`
= 12:30 ## 12:30
= $12:30 \text{ p.m.}$ ## 12:30 PM
= 9:05 ## \boxed{9:05}
= 15:00 ## 3:00\text{ p.m.}
! 12:30 ## 1:30
! 9:05 ## \boxed{5:09}
! 12:00 ## 1:00
! 3:00\text{ a.m.} ## 3:00\text{ p.m.}
= June 5, 2020 ## \boxed{\text{June 5, 2020}}
= \text{5 June 2020} ## \boxed{\text{June 5, 2020}}
! \text{5 June 2020} ## \boxed{\text{June 6, 2020}}`,
  'texts and choices': String.raw`
= \text{Evelyn} ## $\boxed{\text{evelyn}}$
= Monday ## The answer is Monday.
= \text{(C)} ## The correct answer is (C).
= C ## \boxed{\textbf{(C)}}
= $\textbf{(B)}\ 12$ ## \boxed{12}
= B ## $\textbf{(B)}\ 12$
= no solution ## $\emptyset$
= undefined ## does not exist
= $\text{even}$ ## Even
! $\text{even}$ ## odd
! C ## \boxed{B}
! \text{Monday} ## \text{Tuesday}
= A ## \boxed{\text{A. } 5}
= 5 ## \boxed{\text{A) } 5}
= 8 ## \boxed{8 \text{ (eight)}}`,
  'tuples, sets and lists': String.raw`
= (3,4) ## $\left(3, 4\right)$
= $(3,4)$ ## $\langle 3,4\rangle$
= \{1,2,3\} ## \{3,2,1\}
= 1,2,3 ## 3, 2 and 1
= $(1,2)$ ## $1,2$
= $\{5\}$ ## 5
= $[1,2,3]$ ## $1,2,3$
= $100,200$ ## $\{100, 200\}$
= $(100,200)$ ## $(100, 200)$
= $\left\{ \frac{1}{2}, 3 \right\}$ ## $3, 0.5$
= \boxed{2} and \boxed{3} ## $2, 3$
! (3,4) ## (4,3)
! \{1,2\} ## \{1,2,3\}
! $[1,2]$ ## $1,2$
! $[1,2]$ ## $(1,2)$
! $(2,1)$ ## $1,2$
! $\{5\}$ ## 6
= $\{(1,2)\}$ ## $(1,2)$
= \boxed{3}, \boxed{5}, \boxed{7} ## 3, 5, 7`,
  'intervals and inequalities': String.raw`
= $(-\infty,3)\cup(5,\infty)$ ## $x<3$ or $x>5$
= $(5,\infty)\cup(-\infty,3)$ ## $(-\infty,3)\cup(5,\infty)$
= $(1,2]\cup(2,3)$ ## $(1,3)$
= $x>3$ ## $3<x$
= $x>3$ ## $(3,\infty)$
= $2x>6$ ## $x>3$
= $-2x<6$ ## $x>-3$
= $0\le x\le 1$ ## $x\in[0,1]$
= $[0,1]$ ## $0\le x\le 1$
= $x>1, x<3$ ## $(1,3)$
= $x\neq 3$ ## $(-\infty,3)\cup(3,\infty)$
= $\mathbb{R}\setminus\{3\}$ ## $x\ne 3$
= \mathbb{R} ## all real numbers
= $\{x \mid x>3\}$ ## $x>3$
= $\{x : -2 \le x < 1\}$ ## $[-2,1)$
= $a<x\le b$ ## $(a,b]$
! $(1,2)\cup(2,3)$ ## $(1,3)$
= \boxed{\bigcup_{k=-\infty}^{\infty}(2k \pi,(2k+2) \pi)} ## $\bigcup_{k=-\infty}^{\infty}(2k\pi,(2k+2)\pi)$
! $\bigcup_{k=-\infty}^{\infty}(2k\pi,(2k+2)\pi)$ ## $\bigcup_{k=-\infty}^{\infty}[2k\pi,(2k+2)\pi]$
! $-2x<6$ ## $x<-3$
! $[0,1]$ ## $0\le x<1$
! $(0,9)$ ## $[0,9)$
! $x>3$ ## $y>3$
! $x>3$ ## $x\ge 3$
! $\{x \mid -2 \le x < 1\}$ ## $\{1\}$
= $(-\infty,-1)\cup(-1,\infty)$ ## \boxed{\text{all real numbers except } -1}
= $\frac{1}{2}<m<\frac{3}{4}$ ## $(0.5, 0.75)$`,
  'equations and assignments': String.raw`
= $x=3$ ## 3
= $y=2x+3$ ## $2x+3$
= $y=2x+3$ ## $2x-y+3=0$
= $x^2+y^2=1$ ## $2x^2+2y^2-2=0$
= $x=1$ or $x=2$ ## $1,2$
= $x=1,y=2$ ## $(x,y)=(1,2)$
= $x=1,y=2$ ## $(1,2)$
= $x=1,y=2$ ## $y=2,x=1$
= $a=3$ and $b=4$ ## $(a,b)=(3,4)$
= $f(x)=2x+1$ ## $f(t)=2t+1$
= $f(x)=x^2$ ## $x^2$
= $W(n)=1$ or $-1$ ## $W(x)=1$ or $-1$
= $|PQ|=3$ ## $3$
= $3x+2y=6, x-y=1$ ## $x-y=1, 3x+2y=6$
= $2+3 = 5$ ## 5
= $m_{\max}=5$ ## 5
! $y=2x+3$ ## $2x+y+3=0$
! $x^2+y^2=1$ ## $x^2+y^2=2$
! $2x+z=1$ ## $1$
! $x=3$ ## $y=3$
! $x=1,y=2$ ## $x=2,y=1$
! $f(x)$ ## $f(y)$
! $I(0)=0$ ## $J(0)=0$
= $\left\{\begin{array}{l} x=1 \\ y=2 \end{array}\right.$ ## $(1,2)$
= $\begin{cases} x=1 \\ y=2 \end{cases}$ ## $x=1,y=2$
= $x=\frac{\pi}{4}+k\pi, k\in\mathbb{Z}$ ## $\frac{\pi}{4}+k\pi$
= $5\sqrt{2} \approx 7.07$ ## $5\sqrt{2}$
= $x \approx 7.07$ ## 7.07
= $\angle A=60^\circ, \angle B=30^{\circ}$ ## $60, 30$`,
  'plus-minus': String.raw`
= $\pm 3$ ## $3,-3$
= $\pm 3$ ## $\{-3,3\}$
= $x=2\pm\sqrt3$ ## $2+\sqrt{3}, 2-\sqrt{3}$
! $\pm 3$ ## $3$`,
  matrices: String.raw`
= $\begin{pmatrix}1&2\\3&4\end{pmatrix}$ ## $\begin{bmatrix}1&2\\3&4\end{bmatrix}$
= $\left[\begin{array}{cc}1 & 2\\ 3 & 4\end{array}\right]$ ## $\begin{pmatrix}1&2\\3&4\end{pmatrix}$
= $\begin{pmatrix}1&0\\0&1\end{pmatrix}+\begin{pmatrix}0&1\\1&0\end{pmatrix}$ ## $\begin{pmatrix}1&1\\1&1\end{pmatrix}$
= $2\begin{pmatrix}1&0\\0&1\end{pmatrix}$ ## $\begin{pmatrix}2&0\\0&2\end{pmatrix}$
= $\begin{pmatrix}1&2\\3&4\end{pmatrix}\begin{pmatrix}1\\1\end{pmatrix}$ ## $\begin{pmatrix}3\\7\end{pmatrix}$
= $\begin{pmatrix}1&2\\3&4\end{pmatrix}^{-1}$ ## $\begin{pmatrix}-2&1\\\frac32&-\frac12\end{pmatrix}$
= $\begin{vmatrix}1&2\\3&4\end{vmatrix}$ ## $-2$
! $\begin{pmatrix}1&2\\3&4\end{pmatrix}$ ## $\begin{bmatrix}1&3\\2&4\end{bmatrix}$`,
  ratios: String.raw`
= $3:4$ ## $6:8$
= $1:2:3$ ## $2:4:6$
= $\frac{3}{4}$ ## $3:4$
= $S_1:S_2=7:32$ ## $7:32$
! $1:2:3$ ## $3:2:1$`,
  bases: `
= $204_5$ ## $204_{5}$
= $54_{10}$ ## 54
! $204_5$ ## $204$
! $204_5$ ## $204_6$`,
  expressions: String.raw`
= $x^2-1$ ## $(x-1)(x+1)$
= x^2 + 3x - 6 ## $x^{2}+3x-6$
= sqrt(2)/2 ## $\frac{1}{\sqrt{2}}$
= $\sqrt{x^2}$ ## $|x|$
= $\sqrt{xy}$ ## $\sqrt{x}\sqrt{y}$
= $\ln(x^2)$ ## $2\ln|x|$
= $\log_2 8$ ## 3
= $\sin^2 x$ ## $(\sin x)^2$
= $\tan^{-1} 1$ ## $\frac{\pi}{4}$
= $\sqrt[3]{-8}$ ## -2
= $e^{i\pi}$ ## -1
= $\frac{1+i}{\sqrt2}$ ## $e^{i\pi/4}$
= $\frac{n!}{(n-2)!}$ ## $n(n-1)$
= $\binom{n}{2}$ ## $\frac{n(n-1)}{2}$
= $\sum_{k=1}^n k$ ## $\frac{n(n+1)}{2}$
= $(-1)^n$ ## $\cos(\pi n)$
= $F_{n-1}+F_{n-2}$ ## $F_{n-2}+F_{n-1}$
= $\frac{x^2}{2}+C$ ## $\frac12x^2+C$
= $2n+1$, where $n$ is an integer ## $2n+1$
= $x \equiv 3 \pmod 7$ ## $3 \pmod 7$
= $\gcd(12, 18)$ ## 6
= $\lfloor 3.7 \rfloor$ ## 3
! $\sqrt{x^2}$ ## $x$
! $3R^2$ ## $3r^2$
! $F_{n-1}$ ## $F_{n-2}$
! $x^2-1$ ## $x^2+1$
! $6-5i$ ## $6-5w$
! $x \equiv 3 \pmod 7$ ## $3 \pmod 8$`,
}

/** The cases of one topic, or of all. */
export function casesOf(topic?: string): Case[] {
  const tables = topic === undefined ? Object.values(TABLE) : [TABLE[topic]!]
  return tables.flatMap((table) =>
    table
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [gold, prediction] = line.slice(2).split(' ## ') as [string, string]
        return { gold, prediction, equal: line[0] === '=' }
      }),
  )
}

export const TOPICS = Object.keys(TABLE)
