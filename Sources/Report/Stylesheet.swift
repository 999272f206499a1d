/// The look of the page: a paper's restraint, in light and dark.
enum Stylesheet {
  static let text = """
    :root { color-scheme: light dark;
      --page: #fefefd; --ink: #1a1c1f; --soft: #666b72; --rule: #d9dbde; --faint: #eef0f1;
      --bar: #b4bac2; --best: #22609f; --roof: #b5322a; --tint: #f0f5fa;
      --s0: #22609f; --s1: #c2571a; --s2: #2f7d4f; --s3: #8a4fa3; --s4: #a67c00; --s5: #0f7f8c; --s6: #b03a68; --s7: #6b6f76; }
    @media (prefers-color-scheme: dark) { :root {
      --page: #15171a; --ink: #e3e4e6; --soft: #999ea6; --rule: #383c42; --faint: #24272b;
      --bar: #545c66; --best: #6da9e4; --roof: #ee8272; --tint: #1b2530;
      --s0: #6da9e4; --s1: #f0935a; --s2: #6cc08d; --s3: #c294d9; --s4: #d9b342; --s5: #55c2cf; --s6: #ea83ab; --s7: #a3a8af; } }
    * { box-sizing: border-box; }
    html { scroll-padding-top: 1rem; }
    body { margin: 0 auto; padding: 2.5rem 1.5rem 6rem; max-width: 70rem; background: var(--page); color: var(--ink);
      font: 16px/1.55 Charter, "Bitstream Charter", "Source Serif 4", Cambria, Georgia, serif; }
    h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; }
    h1 { font-size: 1.75rem; margin: 0; letter-spacing: -.01em; }
    header p { margin: .35rem 0 0; color: var(--soft); }
    h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; padding-top: .9rem; border-top: 1px solid var(--ink); }
    h3 { font-size: 1.1rem; margin: 2.25rem 0 .6rem; }
    h4 { font-size: 1rem; margin: 2rem 0 .5rem; }
    p { margin: .6rem 0; max-width: 46rem; }
    a { color: var(--best); text-decoration: none; }
    a:hover { text-decoration: underline; }
    code { font: .86em/1.4 ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    nav { font-size: .88rem; line-height: 1.5; margin-bottom: 2rem; }
    nav ul { list-style: none; margin: 0; padding: 0; }
    nav > ul > li { display: inline-block; margin-right: 1.1rem; }
    nav li li { display: none; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; margin: .75rem 0; font-size: .94rem; }
    dt { color: var(--soft); }
    dd { margin: 0; }
    .wide { overflow-x: auto; margin: .9rem 0; }
    table { border-collapse: collapse; min-width: 60%; font-size: .79rem; line-height: 1.4;
      font-variant-numeric: tabular-nums lining-nums; border-top: 1.5px solid var(--ink);
      border-bottom: 1.5px solid var(--ink); }
    th { font-weight: 600; text-align: left; vertical-align: bottom; border-bottom: 1px solid var(--ink); }
    th, td { padding: .26rem .5rem; }
    th:first-child, td:first-child { padding-left: .35rem; }
    td { vertical-align: top; border-top: 1px solid var(--faint); }
    td code, .n { white-space: nowrap; }
    .n { text-align: right; }
    .long { min-width: 14.5rem; }
    tr.best td { background: var(--tint); }
    figure { margin: 1rem 0 1.25rem; overflow-x: auto; }
    figcaption { color: var(--soft); font-size: .84rem; margin-top: .15rem; }
    .absent { margin: .4rem 0 0; padding-left: 1.1rem; color: var(--soft); font-size: .84rem; }
    .absent b { color: var(--roof); font-weight: 600; }
    details { margin: .6rem 0; font-size: .94rem; }
    summary { cursor: pointer; color: var(--soft); font-size: .88rem; }
    svg { display: block; width: 100%; height: auto; min-width: 40rem; max-width: 960px;
      font: 12px ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
    svg text { fill: var(--ink); }
    svg .label { font: 11.5px ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    svg .soft { fill: var(--soft); }
    svg .group { font-weight: 600; }
    svg .won { font-weight: 600; fill: var(--best); }
    svg .bar { fill: var(--bar); }
    svg .bar.best { fill: var(--best); }
    svg .grid { stroke: var(--faint); }
    svg .axis { stroke: var(--soft); }
    svg .whisker { stroke: var(--ink); stroke-width: 1.1; fill: none; }
    svg .roof { stroke: var(--roof); stroke-width: 1.5; }
    svg .roofname { fill: var(--roof); font-size: 11px; paint-order: stroke; stroke: var(--page); stroke-width: 3px; }
    svg .s0 { --mark: var(--s0); }
    svg .s1 { --mark: var(--s1); }
    svg .s2 { --mark: var(--s2); }
    svg .s3 { --mark: var(--s3); }
    svg .s4 { --mark: var(--s4); }
    svg .s5 { --mark: var(--s5); }
    svg .s6 { --mark: var(--s6); }
    svg .s7 { --mark: var(--s7); }
    svg .dot { fill: var(--mark); }
    svg .dot.pale { fill-opacity: .42; }
    svg .joint { stroke: var(--mark); stroke-width: 1.6; fill: none; }
    svg .tip { visibility: hidden; font-weight: 600; paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
    svg .point:hover .tip, svg .point:focus .tip { visibility: visible; }
    svg .point:focus { outline: none; }
    svg .point:focus .dot, svg .point:hover .dot { stroke: var(--ink); stroke-width: 1.5; }
    .heat { background: color-mix(in srgb, var(--best) calc(var(--heat) * .55), transparent); }
    @media (min-width: 90rem) {
      body { max-width: 88rem; display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 3.5rem; }
      nav { position: sticky; top: 2.5rem; align-self: start; max-height: calc(100vh - 5rem); overflow-y: auto; }
      nav > ul > li { display: block; margin: 0 0 .35rem; }
      nav li li { display: block; padding-left: .9rem; font-size: .94em; }
    }
    @media print { nav { display: none; } body { max-width: none; padding: 0; font-size: 11px; } figure, tr { break-inside: avoid; } }
    """
}
