"""Hostile expressions: a designer, or whoever got hold of his sign-in, writes one into a condition.

Each is refused, when it is read or when it is evaluated over NAMES and FUNCTIONS; none has a value.
"""

NAMES = {"n": 3, "text": "x", "many": ("a", "b"), "decision": "accept"}
FUNCTIONS = {"mode": lambda: "DEADLINE", "plus_days": lambda n: n}

REACHING_INSIDE = """
().__class__
''.__class__.__mro__
().__class__.__bases__[0].__subclasses__()
n.__class__
n.real
n.bit_length()
text.format(n)
text.join(many)
text.encode()
many.count(1)
many[0]
many[0:1]
many[-1]
text[0]
mode.__globals__
mode.__code__
mode().__class__
mode()()
(mode or mode)()
plus_days.__self__
[].append(1)
''.join([''])
'{0.__class__}'.format(n)
'%s' % n
'%(n)s' % many
'%2000000000d' % n
text % n
f'{n}'
f'{n.__class__}'
f"{n!r:>1000000000}"
f'{mode()}'
""".strip().splitlines()

CALLING_OUT = """
__import__('os')
__import__('os').system('id')
eval('1')
exec('1')
open('/etc/passwd')
open('/etc/passwd').read()
compile('1', '', 'eval')
globals()
locals()
vars()
dir()
getattr(n, 'real')
setattr(n, 'real', 1)
type(n)
type('X', (), {})
object()
super()
breakpoint()
input()
print(n)
exit()
quit()
help()
memoryview(b'')
bytearray(9)
int('9' * 9)
str(n)
len(text)
range(9)
range(10 ** 9)
sum(many)
sorted(many)
max(many)
list(many)
dict()
set()
tuple(many)
chr(1)
hash(text)
id(n)
os.system('id')
sys.exit()
subprocess.run('id')
_
__builtins__
__name__
__file__
__builtins__['eval']
self
plus_days(*many)
plus_days(**many)
plus_days(n=1)
plus_days(1, 2, 3)
plus_days()
mode(1)
""".strip().splitlines()

OTHER_GRAMMAR = """
lambda: 1
(lambda: 1)()
(lambda f: f(f))(lambda f: f(f))
lambda *a: a
[x for x in many]
[x for x in [1, 2]]
(x for x in many)
{x for x in many}
{x: x for x in many}
[x async for x in many]
[[y for y in x] for x in many]
{'a': 1}
{1, 2}
{**many}
[*many]
[n, n]
[[1]]
[mode()]
(n, n)
n if n else 1
n := 1
(n := 1)
(decision := 'accept') == 'accept'
await n
(yield)
(yield from many)
n is None
n is not None
n @ n
n << 99
n >> 1
n & 1
n | 1
n ^ 1
~n
+n
n ** 2
9 ** 9 ** 9
2 ** 1000000
n.n = 1
n = 1
n += 1
del n
import os
from os import system
assert n
raise n
pass
return n
global n
while n: n
for x in many: x
if n: n
def f(): 1
class A: pass
with n: n
try: n
1; 2
n, = many
*many
n;
print n
n ? 1 : 2
n && n
n || n
!n
${n}
{{ n }}
#{n}
<% n %>
; rm -rf /
`id`
$(id)
' or '1'='1
1; drop table hazards
decision == 'accept' --
b'x'
b'x' * 9
u'x' 'y'.z
1j
...
Ellipsis.x
1__0
0777
0x
1e
'
"
'''
\\
n \\
(
)
[
n ==
== n
n n
and
not
in many
n in
n not many
""".strip().splitlines()

GROWING = [
    "'a' * 100000000",
    "100000000 * 'a'",
    "'a' * 100001 * 100001",
    "[1, 2] * 100000000",
    "('a' * 90000) + ('a' * 90000)",
    "9 * 'aaaaaaaaaa' * 99999",
    "(1, 2, 3) * 99999999",
    "1 / 0",
    "n // 0",
    "n % 0",
    "1e308 * text",
    "n / (n - 3)",
    "n > 'a'",
    "n + 'a'",
    "n - text",
    "-text",
    "text / 2",
    "text - text",
    "n in 3",
    "n in n",
    "many < n",
    "mode() + 1",
    "missing",
    "missing()",
    "n and missing",
    "Mode()",
    "mode",
    "plus_days",
    "mode == mode",
    "text in mode",
]

NESTED = [
    "(" * 249 + "1" + ")" * 249,
    "[" * 249 + "]" * 249,
    "not " * 120 + "n.n",
    "-" * 490 + "n.n",
    "plus_days(" * 40 + "x" + ")" * 40,
    "1 " + "+ 1" * 300,
    "n" * 501,
    "'" + "a" * 600 + "'",
    "9" * 5000,
    "(" * 100000,
    "1 if " * 60 + "1",
    "lambda: " * 60 + "1",
    "n." * 200 + "n",
    "mode()" + "()" * 200,
    "n" + "[0]" * 150,
]

LOOKING_ALIKE = [
    "__ｉmport__('os')",
    "ｅval('1')",
    "n．real",
    "ｏpen('/etc/passwd')",
    "ｇetattr(n, 'real')",
    "n\u200b.real",
    "n\u202e.real",
    "ｎ.__class__",
    "ｍode().__class__",
    "еval('1')",  # the first letter is Cyrillic
    "𝓮val('1')",
    "𝐧.𝐫eal",
    "n\u3002real",
    "n == “accept”",
    "n ＝＝ 3",
    "ｎ（）",
    "n＋1",
    "ⅰ",
    "µ",
    "ﬁ",
    "n\u037e 1",
    "‘accept’ == decision",
]

CONTROL = ["", " ", "\t\n", "\0", "n\0", "'\0", "n\r\nimport os", "n\n+1", "# n", "n\x0c\x1b[31m == ", "\ufeffn.n", "\ud800", "n\x85.n"]

HOSTILE = [*REACHING_INSIDE, *CALLING_OUT, *OTHER_GRAMMAR, *GROWING, *NESTED, *LOOKING_ALIKE, *CONTROL]
