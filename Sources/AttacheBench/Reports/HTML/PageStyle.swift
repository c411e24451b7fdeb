// SPDX-License-Identifier: Apache-2.0
// How a page looks: light and dark, on a screen, on a phone and on paper.

/// Eight colours that people with colour blindness tell apart in either scheme.
enum PageStyle {
    static let text = """
        :root { color-scheme: light dark;
          --page: #f6f5f2; --card: #fffefb; --ink: #1d1c1a; --soft: #63605a; --line: #e3e0d9;
          --good: #00704a; --bad: #b3261e; --warn: #fff3d6; --warn-ink: #5d4300;
          --c0: #2a6fd0; --c1: #d9541e; --c2: #138a61; --c3: #8a5cc9; --c4: #b07900;
          --c5: #c2417f; --c6: #4b6a75; --c7: #6f7f14; }
        @media (prefers-color-scheme: dark) { :root {
          --page: #141413; --card: #1e1e1c; --ink: #ecebe6; --soft: #a3a19a; --line: #363532;
          --good: #5fcf9d; --bad: #ff8a7d; --warn: #3a2f12; --warn-ink: #f5dfa5;
          --c0: #6aa5f5; --c1: #ff8b57; --c2: #43c492; --c3: #b893f0; --c4: #e0ac3c;
          --c5: #f07fb1; --c6: #93b4c0; --c7: #b3c24d; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
            "Noto Sans", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; }
        main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 48px; }
        header { margin-bottom: 24px; }
        h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em;
          margin: 4px 0 8px; text-wrap: balance; }
        h2 { font-size: 1.0625rem; font-weight: 600; margin: 0 0 12px; }
        .kind { color: var(--soft); margin: 0; font-size: .875rem; letter-spacing: .02em; }
        .extent { color: var(--soft); margin: 0 0 12px; }
        .targets, .legend { list-style: none; padding: 0; margin: 0; display: flex;
          flex-wrap: wrap; gap: 4px 22px; }
        .legend { font-size: .875rem; margin-bottom: 8px; }
        code { font: .8125em ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono",
            monospace; overflow-wrap: anywhere; color: var(--soft); }
        .s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); }
        .s3 { --c: var(--c3); } .s4 { --c: var(--c4); } .s5 { --c: var(--c5); }
        .s6 { --c: var(--c6); } .s7 { --c: var(--c7); }
        .swatch { display: inline-block; width: 18px; margin-right: 8px; vertical-align: .25em;
          border-top: 3px solid var(--c); border-radius: 2px; }
        .swatch.dashed { border-top-style: dashed; border-radius: 0; }
        section, .tile { background: var(--card); border: 1px solid var(--line);
          border-radius: 10px; }
        section { padding: 18px 20px; margin-top: 16px; }
        .warnings { background: var(--warn); color: var(--warn-ink); border-radius: 10px;
          padding: 12px 18px; margin-bottom: 16px; }
        .warnings ul { margin: 0; padding: 0; list-style: none; }
        .tiles { display: grid; gap: 12px;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 136px), 1fr)); }
        .tiles.many { grid-template-columns: repeat(auto-fit, minmax(max(30%, 158px), 1fr)); }
        .tile { padding: 12px 16px; }
        .tile h2 { color: var(--soft); font-size: .8125rem; font-weight: 500; margin: 0 0 2px; }
        .tile > strong { font-size: 1.6rem; font-weight: 600; letter-spacing: -.02em;
          line-height: 1.25; overflow-wrap: anywhere; }
        .tile p { display: flex; align-items: baseline; margin: 0; font-size: .9375rem; }
        .tile p .swatch { flex: none; align-self: center; width: 10px; }
        .tile p span { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis;
          white-space: nowrap; margin-right: 8px; color: var(--soft); font-size: .875rem; }
        .tile p strong { font-weight: 600; white-space: nowrap; }
        .tile.bad > strong, td.bad:not(:has(small)), td.bad small { color: var(--bad); }
        td.good:not(:has(small)), td.good small { color: var(--good); }
        figure { margin: 0; }
        .plot { position: relative; }
        svg { display: block; width: 100%; height: auto; overflow: visible; }
        svg text { font-size: 11px; fill: var(--soft); }
        .grid, .tick, .base, .cross { stroke: var(--line); vector-effect: non-scaling-stroke; }
        .tick { stroke-opacity: .55; }
        .base { stroke: var(--soft); stroke-opacity: .6; }
        .cross { stroke: var(--soft); stroke-dasharray: 3 3; }
        .series polyline { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round;
          stroke-linecap: round; vector-effect: non-scaling-stroke; }
        .series.dashed polyline { stroke-dasharray: 5 5; stroke-width: 1.6; }
        .series circle { fill: transparent; }
        .series circle.dot { fill: var(--c); r: 2.6px; }
        .series circle.trouble { fill: var(--card); stroke: var(--bad); stroke-width: 2; }
        .series circle.near, .series circle:hover { fill: var(--c); stroke: var(--card);
          stroke-width: 1.5; }
        .tip { position: absolute; top: 0; pointer-events: none; background: var(--card);
          border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px;
          box-shadow: 0 4px 16px #0003; font-size: .8125rem; white-space: nowrap; z-index: 1; }
        .tip p { margin: 0; display: flex; align-items: center; gap: 8px; }
        .tip p strong { margin-left: auto; padding-left: 12px; font-weight: 600; }
        .tip p:first-child { color: var(--soft); }
        .tip .swatch { margin: 0; }
        .wide { overflow-x: auto; }
        .wide + .caption { margin-top: 18px; }
        table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
        .caption { margin: 0; color: var(--soft); font-size: .875rem; padding-bottom: 8px; }
        th, td { text-align: right; padding: 7px 0 7px 18px; font-weight: 400; white-space: nowrap;
          vertical-align: top; border-bottom: 1px solid var(--line); }
        tbody tr:last-child > * { border-bottom: 0; }
        th:first-child, th.left, .left { text-align: left; padding-left: 0; }
        th.left:not(:first-child) { padding-left: 18px; }
        td.left { padding-left: 18px; white-space: normal; min-width: 8em;
          overflow-wrap: anywhere; }
        thead th { color: var(--soft); font-size: .8125rem; }
        tbody th { font-weight: 600; white-space: normal; overflow-wrap: anywhere;
          min-width: 7em; max-width: 16em; }
        td small, th small { display: block; font-size: .75rem; color: var(--soft);
          font-weight: 400; }
        dl { margin: 0; display: grid; gap: 8px 24px;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr)); }
        dl div:last-child { grid-column: 1 / -1; }
        dt { color: var(--soft); font-size: .8125rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        @media (max-width: 900px) { svg text { font-size: 14px; } }
        @media (max-width: 640px) {
          main { padding: 20px 12px 32px; }
          h1 { font-size: 1.375rem; }
          section { padding: 14px; }
          .tiles { gap: 8px; }
          .tile > strong { font-size: 1.3rem; }
          svg text { font-size: 24px; }
          .minor { display: none; }
        }
        @media print { body { background: none; } section, .tile { break-inside: avoid; } }

        """
}
