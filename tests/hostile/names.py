"""Names that try to be more than names: for terminals, browsers, templates, spreadsheets, file systems and pages."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "chinese, japanese, korean": "代理配置サーバー에이전트",
    "arabic turned around": "وكيل\u202egnp.exe\u202c",
    "hebrew in an isolate": "\u2067סוכן\u2069 agent \u200f\u061c",
    "emoji": "\U0001f916\U0001f469\u200d\U0001f4bb\U0001f3f3\ufe0f\u200d\U0001f308",
    "marks upon marks": "Z" + "\u0338\u0321\u0489" * 40 + "algo",
    "no width": "pay\u200bpal\u2060\ufeff\u00ad\U000e0041",
    "terminal codes": "\x1b[2J\x1b[31mred\x07\x08\x7f\x9b31m",
    "terminal link": "\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "returns": "safe\rsafer\x0b\x0c",
    "lines": "one\ntwo\r\nthree\u2028four\u2029five\x85six",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": 'x" onmouseover="alert(1)" y=\'z\' autofocus onfocus=alert(1) b',
    "end of a drawing": "</title></text></svg><svg onload=alert(1)><foreignObject>",
    "end of a style": "</style><style>*{display:none}</style><link rel=stylesheet href=//evil.example>",
    "end of a comment": "--> ]]> <!-- <![CDATA[ ?> <?php",
    "entities": "&lt;b&gt; &#x3c;script&#x3e; &amp;amp;",
    "template": "{{7*7}}{% for c in ().__class__.__mro__ %}{{ c }}{% endfor %}${7*7}#{7*7}<%= 7*7 %>",
    "style sheet": '"; } * { background: url(http://evil.example/x.png) } \\22 \\a',
    "markdown": "[x](javascript:alert(1)) ![y](http://evil.example/y.png) **b** `c` <http://evil.example>",
    "formula": "=cmd|'/C calc'!A0",
    "formula of sums": "+1+1",
    "formula of a function": "@SUM(1+1)*cmd",
    "formula behind a tab": '\t=HYPERLINK("http://evil.example")',
    "above": "../../../etc/passwd",
    "above in windows": "..\\..\\windows\\system32",
    "formats": "%s%n%x {0} {name!r} $(id) `id` ${HOME} \\u0041 \\x1b[31m",
    "nothing to see": "\u3164\u00a0\u2003\u115f",
    "no characters": "a\ufffeb\uffffc\U0010ffff\ue000",
    "half a character": "half\ud800",
    "long": "L" * 10_000,
    "long words": "word " * 2_000,
    "long path": "a/" * 5_000,
    "long and wide": "代" * 10_000,
}
