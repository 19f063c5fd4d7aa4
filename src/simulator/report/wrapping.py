"""Lines of text: Latin words stay whole, Japanese breaks between any two characters but where its rules forbid it."""

import re
from collections.abc import Callable, Iterator

WORD = re.compile(
    r"[「『（]*[\u2e80-\uffef][、。，．：；」』）！？ーァィゥェォッャュョぁぃぅぇぉっゃゅょ々]*|[^\s\u2e80-\uffef]+\s*|\s+"
)
"""What stays together at the end of a line."""


def lines(text: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    """Text in lines as long as fit into `room`, of which a text takes its `width`; a longer word has its own line."""
    line = ""
    for word in WORD.findall(text):
        if line and width(f"{line}{word.rstrip()}") > room:
            yield line.rstrip()
            line = ""
        line += word
    yield line.rstrip()
