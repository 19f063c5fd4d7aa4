"""Colours of charts, on paper and on pages."""

from collections.abc import Iterator

BLACK, GREY, BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY = (
    *("#000000", "#999999", "#0072B2", "#D55E00"),
    *("#009E73", "#E69F00", "#CC79A7", "#56B4E9"),
)
"""Colours that people with any colour vision tell apart: Okabe and Ito, Color Universal Design (2008)."""

PALE, LIGHT, DARK = "#F2F2F2", "#BDBDBD", "#777777"
"""Greys: what is outside, what came before, edges and sums."""

OUTER, INNER = "#C5DDEE", "#7FB8DA"
"""Bands in which most draws lie, and half of them."""

_VIRIDIS = (
    "#471365",
    "#463480",
    "#3A538B",
    "#2E6E8E",
    "#24868E",
    "#1F9F88",
    "#34B679",
    "#65CB5E",
    "#A8DB34",
    "#ECE51B",
)
"""Colours in an order, dark to light, for any colour vision and in grey: viridis of matplotlib, from 0.05 to 0.97."""


def sequence(count: int) -> list[str]:
    """So many colours in an order, dark to light."""
    return list(_between(count))


def _between(count: int) -> Iterator[str]:
    steps = len(_VIRIDIS) - 1
    for place in range(count):
        at = place * steps / max(count - 1, 1)
        low = min(int(at), steps - 1)
        pairs = zip(_channels(_VIRIDIS[low]), _channels(_VIRIDIS[low + 1]), strict=True)
        yield "#" + "".join(f"{round(first + (at - low) * (last - first)):02X}" for first, last in pairs)


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[start : start + 2], 16) for start in (1, 3, 5))
