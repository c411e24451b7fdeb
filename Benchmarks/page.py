# SPDX-License-Identifier: Apache-2.0
# The report as a page that needs nothing from elsewhere, in light and dark.

import html
import os
import re

from tables import sections

STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --faint: #6a737d; --line: #d9dee4; --good: #12835b; --bad: #c0392b }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --text: #e4e7ea; --faint: #949da6; --line: #333a41; --good: #3fbf8b; --bad: #ef7a6c } }
body { margin: 2rem auto; padding: 0 1.2rem; max-width: 76rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.7rem; margin-bottom: .2rem } h2 { font-size: 1.2rem; margin: 2.6rem 0 .4rem }
p, dl { color: var(--faint); max-width: 60rem } b { color: var(--text) }
figure { margin: 1rem 0 1.8rem; overflow-x: auto } figcaption { color: var(--faint); margin-bottom: .3rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
th { font-weight: 600; border-bottom: 1px solid var(--line) } th, td { padding: .28rem .9rem .28rem 0; text-align: right }
th:first-child, td:first-child { text-align: left } tr + tr td { border-top: 1px solid var(--line) }
td small { color: var(--faint) } .good b { color: var(--good) } .bad b { color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem } dt { color: var(--text) } dd { margin: 0 }
ul { color: var(--bad); padding-left: 1.2rem } a { color: inherit }
"""


def cell(text):
    """A ratio says by its colour on which side of 1 it is."""
    ratio = re.fullmatch(r"\*\*([\d.]+)\*\* (\(.*\))", text)
    if not ratio:
        return f"<td>{html.escape(text)}</td>"
    value = float(ratio.group(1))
    kind = ' class="good"' if value < 0.97 else ' class="bad"' if value > 1.03 else ""
    return f"<td{kind}><b>{ratio.group(1)}</b> <small>{ratio.group(2)}</small></td>"


def table(caption, head, lines):
    rows = ["".join(f"<th>{html.escape(word)}</th>" for word in head)]
    rows += [f"<td>{html.escape(line[0])}</td>" + "".join(map(cell, line[1:])) for line in lines]
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<figure><figcaption>{html.escape(caption)}</figcaption><table>\n{body}\n</table></figure>"


def write(folder, whole, results):
    """`folder`/index.html; the pages of rows that `attache bench` has put there are linked."""
    parts = []
    for title, made in sections(results):
        parts.append(f"<h2>{html.escape(title)}</h2>")
        parts += [table(*one) for one in made]
    troubles = [trouble for one in results for trouble in one.troubles()] + whole["failed"]
    if troubles:
        parts.append("<h2>What failed</h2><ul>" + "".join(f"<li>{html.escape(one)}</li>" for one in troubles) + "</ul>")
    pages = [(one, f"{one.row.key}-{one.method}.html") for one in results]
    links = [f'<a href="{name}">{html.escape(one.row.title)}, {one.method}</a>' for one, name in pages if os.path.exists(os.path.join(folder, name))]
    if links:
        parts.append("<h2>The last run of each row</h2><p>" + "<br>".join(links) + "</p>")
    machine = whole["machine"]
    about = {**whole["peers"], "machine": f"{machine['cpu']}, {machine['processors']} processors, {machine['kernel']}"}
    facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(words)}</dd>" for name, words in about.items())
    with open(os.path.join(folder, "index.html"), "w") as file:
        file.write(
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>What Attaché costs</title><style>{STYLE}</style></head><body>\n"
            f"<h1>What Attaché costs beside other proxies</h1><p>{html.escape(whole['started'])}, "
            f"{whole['seconds']} seconds. Cost is CPU time of the proxy's process for a unit of work. A ratio beneath 1 means "
            "that Attaché is cheaper; what stands in parentheses are the lowest and the highest round. "
            f"Benchmarks/README.md says how it is measured.</p><dl>{facts}</dl>\n" + "\n".join(parts) + "\n</body></html>\n")
