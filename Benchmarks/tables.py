# SPDX-License-Identifier: Apache-2.0
# Results as tables of text, in Markdown.

from peers import OURS, Shape
from results import DIRECT, ORDER

WHERE = {
    "pinned": "everything on one CPU",
    "unpinned": "wherever the scheduler puts it",
}


def figure(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratio_text(ratio):
    return f"**{ratio.median:.2f}** ({ratio.lowest:.2f}–{ratio.highest:.2f})" if ratio else "–"


def aim(one, name):
    """What was reached, and what was meant to be."""
    if name not in one.goals():
        return ["–", "–"]
    reached, goal = one.goals()[name]
    return [f"{reached:.2f}" + (", missed" if reached > goal else ""), f"≤ {goal:.2f}"]


def markdown(head, lines):
    """The first column is words, the others are figures."""
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *lines))


def sections(results):
    """`(title, [(what the table says, head, lines)])` of each shape and method."""
    for method, where in WHERE.items():
        for shape in Shape:
            some = [one for one in results if one.method == method and one.row.shape is shape and one.passes]
            if some:
                yield f"{shape.title}, {where}", list(tables(some))


def tables(some):
    seen = {name for one in some for name in one.names}
    names = [name for name in ORDER if name in seen]
    proxies = [name for name in names if name != DIRECT]
    others = [name for name in proxies if name != OURS]

    def lines(cell, columns, rows=some):
        return [[one.row.words, *(cell(one, name) for name in columns)] for one in rows]

    costs = [[line[0], one.row.unit, *line[1:]] for one, line in zip(some, lines(lambda one, name: figure(one.value(name)), proxies))]
    yield "What a unit costs the proxy", ["", "unit", *proxies], costs
    if others and OURS in proxies:
        ratios = lines(lambda one, name: ratio_text(one.ratio(name)), others)
        yield f"{OURS} divided by each peer: median (lowest–highest) of the rounds", ["", *others], ratios
    aimed = [one for one in some if one.goals()]
    if aimed:
        ours = [name for name in names if any(name in one.goals() for one in aimed)]
        cells = [[aim(one, name) for name in ours] for one in aimed]
        lines_of = [[one.row.words, one.cheapest() or "–", *sum(row, [])] for one, row in zip(aimed, cells)]
        caption = "What was aimed at: divided by the cheapest peer, or KiB of a stream"
        yield caption, ["", "cheapest peer", *sum(([name, "goal"] for name in ours), [])], lines_of
    timed = [one for one in some if not one.row.is_memory]
    if timed:
        yield "Units a second, of bulk rows GB", ["", *names], lines(lambda one, name: figure(one.rate(name)), names, timed)
    waited = [one for one in timed if one.row.mode[0] != "stream"]
    if waited:
        text = lambda one, name: " / ".join(map(figure, one.percentiles(name)))
        yield "Latency, p50 / p99 in microseconds", ["", *names], lines(text, names, waited)
    resumed = [one for one in timed if one.row.name == "resumed"]
    if resumed:
        text = lambda one, name: "–" if one.resumed(name) is None else f"{one.resumed(name):.0%}"
        yield "Connections that were resumed", ["", *names], lines(text, names, resumed)


def text(results):
    parts = []
    for title, made in sections(results):
        parts.append(f"## {title}\n")
        for caption, head, lines in made:
            parts.append(f"{caption}:\n\n{markdown(head, lines)}\n")
    parts += [f"- {trouble}" for one in results for trouble in one.troubles()]
    return "\n".join(parts)
