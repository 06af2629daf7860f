"""What nobody types and somebody sends."""

from typing import Any

from hypothesis import strategies as st

# An element of this name in an answer was not escaped.
ELEMENT = "x9q"
MARKUP = (
    f"<{ELEMENT}>",
    f'"><{ELEMENT} onload=alert(1)>',
    f"'><{ELEMENT}>",
    f"</textarea></script></title><{ELEMENT}>",
    f"]]><{ELEMENT}/>",
    f"{{{{7*7}}}}<{ELEMENT}>{{% load x %}}",
    f"&lt;{ELEMENT}&gt;<{ELEMENT}",
)
FORMULAS = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1")
ODD = (
    "",
    " ",
    "\u00a0\u2003",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202egrade\u202c",
    "\ufeff",
    "e\u0301" * 500,
    "𝕬👩‍⚕️",
    "x" * 60_000,
    "9" * 400,
    "-" + "9" * 400,
    "1e309",
    "-1e309",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "٣",
    "²",
    "99999999999999999999",
    "-1",
    "0",
    "2147483648",
    "9223372036854775808",
    "1.5",
    "null",
    "None",
    "undefined",
    "true",
    "[]",
    "{}",
    '{"a":',
    "10000-01-01",
    "0000-00-00",
    "2023-02-29",
    "1899-12-31",
    "2024-03-31T02:30",
    "9999-12-31T23:59",
    "24:00",
    "00000000-0000-0000-0000-000000000000",
    "../../etc/passwd",
    "' OR 1=1 --",
    "%00%0a%0dSet-Cookie: a=b",
    "line\r\nSet-Cookie: a=b",
    "//evil.example/",
    "javascript:alert(1)",
    "https://evil.example/",
)
TEXTS: st.SearchStrategy[str] = (
    st.sampled_from(MARKUP)
    | st.sampled_from(ODD)
    | st.sampled_from(FORMULAS)
    | st.text(max_size=40)
    | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "Zs", "Mn"]), max_size=12)
    | st.integers().map(str)
    | st.floats().map(str)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**30), 2**63, 0.1, 1e308]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)
