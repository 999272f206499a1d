/// The look of the page: a paper's restraint, in light and dark.
enum Stylesheet {
  /// The cells of the columns that a table's classes, `n1` on, name as numbers.
  private static let numeric = (1...16).map { ".n\($0) tr > :nth-child(\($0))" }.joined(separator: ", ")

  static let text = """
    :root { color-scheme: light dark;
      --page: #fefefd; --ink: #1a1c1f; --soft: #666b72; --rule: #d9dbde; --faint: #eef0f1;
      --bar: #b4bac2; --best: #22609f; --roof: #b5322a; --tint: #f0f5fa; --box: #cfdcea;
      --s0: #22609f; --s1: #c2571a; --s2: #2f7d4f; --s3: #8a4fa3; --s4: #a67c00; --s5: #0f7f8c; --s6: #b03a68; --s7: #6b6f76; }
    @media (prefers-color-scheme: dark) { :root {
      --page: #15171a; --ink: #e3e4e6; --soft: #999ea6; --rule: #383c42; --faint: #24272b;
      --bar: #545c66; --best: #6da9e4; --roof: #ee8272; --tint: #1b2530; --box: #2c4763;
      --s0: #6da9e4; --s1: #f0935a; --s2: #6cc08d; --s3: #c294d9; --s4: #d9b342; --s5: #55c2cf; --s6: #ea83ab; --s7: #a3a8af; } }
    * { box-sizing: border-box; }
    html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; padding: 2.5rem 1.5rem 6rem; max-width: 70rem; background: var(--page); color: var(--ink);
      font: 16px/1.55 Charter, "Bitstream Charter", "Source Serif 4", Cambria, Georgia, serif; }
    h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; overflow-wrap: break-word; }
    h1 { font-size: 1.75rem; margin: 0; letter-spacing: -.01em; }
    header p { margin: .35rem 0 0; color: var(--soft); }
    h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; padding-top: .9rem; border-top: 1px solid var(--ink); }
    h3 { font-size: 1.1rem; margin: 2.25rem 0 .6rem; }
    h4 { font-size: 1rem; margin: 2rem 0 .5rem; }
    p { margin: .6rem 0; max-width: 46rem; overflow-wrap: break-word; }
    a { color: var(--best); text-decoration: none; }
    a:hover { text-decoration: underline; }
    :focus-visible { outline: 2px solid var(--best); outline-offset: 2px; }
    .skip { position: absolute; left: -99rem; }
    .skip:focus { left: 1rem; top: .5rem; }
    code, pre { font: .86em/1.4 ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    p code, li code { overflow-wrap: anywhere; }
    pre { overflow-x: auto; padding: .6rem .8rem; margin: .6rem 0; background: var(--faint); font-size: .78rem; max-height: 32rem; }
    pre code { font-size: 1em; }
    nav { font-size: .88rem; line-height: 1.5; margin-bottom: 2rem; }
    nav ul { list-style: none; margin: 0; padding: 0; }
    nav > ul > li { display: inline-block; margin-right: 1.1rem; }
    nav li li { display: none; }
    .notes { margin: .6rem 0; padding-left: 1.1rem; max-width: 46rem; }
    .notes li { margin: .25rem 0; overflow-wrap: break-word; }
    dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1.5rem; margin: .75rem 0; font-size: .94rem; }
    dt { color: var(--soft); }
    dd { margin: 0; overflow-wrap: break-word; }
    .wide { overflow-x: auto; margin: .9rem 0; }
    table { border-collapse: collapse; min-width: 60%; font-size: .79rem; line-height: 1.4;
      font-variant-numeric: tabular-nums lining-nums; border-top: 1.5px solid var(--ink);
      border-bottom: 1.5px solid var(--ink); }
    th { font-weight: 600; text-align: left; vertical-align: bottom; }
    thead th { border-bottom: 1px solid var(--ink); }
    th, td { padding: .26rem .5rem; }
    th:first-child, td:first-child { padding-left: .35rem; }
    td, tbody th { vertical-align: top; border-top: 1px solid var(--faint); }
    tbody th { font-weight: 400; }
    td code, th code, .n, \(numeric) { white-space: nowrap; }
    .n, \(numeric) { text-align: right; }
    .long { min-width: 14.5rem; }
    tr.best td { background: var(--tint); }
    figure { margin: 1rem 0 1.4rem; }
    figcaption, caption { color: var(--soft); font-size: .84rem; line-height: 1.45; margin-top: .25rem; text-align: left; }
    caption { caption-side: bottom; padding-top: .3rem; }
    .absent { margin: .4rem 0 0; padding-left: 1.1rem; color: var(--soft); font-size: .84rem; overflow-wrap: break-word; }
    .absent b { color: var(--roof); font-weight: 600; }
    details { margin: .5rem 0; font-size: .94rem; }
    summary { cursor: pointer; color: var(--soft); font-size: .88rem; overflow-wrap: break-word; }
    summary:hover { color: var(--ink); }
    details[open] > summary { color: var(--ink); }
    details > details, details > figure, details > .wide, details > p { margin-left: .9rem; }
    .pager { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; font-size: .84rem; margin: .8rem 0 -.4rem; }
    input, button { font: inherit; color: inherit; background: none; border: 1px solid var(--rule); border-radius: 3px; padding: .15rem .5rem; }
    input { width: 15rem; max-width: 100%; }
    button:disabled { color: var(--rule); }
    button:not(:disabled) { cursor: pointer; }
    th button { border: 0; padding: 0; font-weight: 600; text-align: inherit; }
    th button:hover { text-decoration: underline; }
    th[aria-sort="ascending"] button::after { content: " \\2191"; }
    th[aria-sort="descending"] button::after { content: " \\2193"; }
    svg { font: 12px ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
    svg text { fill: var(--ink); }
    svg .soft, svg .tick { fill: var(--soft); }
    svg .label { font: 11.5px ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    .bars .tick { text-anchor: middle; }
    .bars .tick.start { text-anchor: start; }
    .bars .tick.end { text-anchor: end; }
    .bars .bar { fill: var(--bar); y: 25%; height: 50%; }
    .bars .bar.best { fill: var(--best); }
    .bars .box { fill: var(--box); y: 20%; height: 60%; }
    .bars .axis { fill: var(--soft); width: 1px; height: 100%; }
    .bars .roof { fill: var(--roof); width: 1.5px; height: 100%; }
    .bars .group .roof { y: 20%; height: 80%; }
    .bars tbody[style] tr:not(.group) td:nth-child(2)::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--at); border-left: 1.5px solid var(--roof); }
    .bars .whisker { fill: var(--page); fill-opacity: .45; stroke: var(--ink); stroke-width: 1; y: 40%; height: 20%; }
    .plot .grid { stroke: var(--faint); }
    .plot .axis { stroke: var(--soft); }
    svg .error { stroke: var(--ink); stroke-width: 1.1; }
    .plot .roof { stroke: var(--roof); stroke-width: 1.5; }
    svg .roofname { fill: var(--roof); font-size: 11px; paint-order: stroke; stroke: var(--page); stroke-width: 3px; }
    svg .rug { stroke: var(--best); stroke-width: 1; stroke-opacity: .65; vector-effect: non-scaling-stroke; fill: none; }
    .records td { white-space: nowrap; }
    .bars table { width: 100%; border: 0; font: 12px/1.3 ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif; }
    .bars th, .bars td { border: 0; padding: 0 .45rem; vertical-align: middle; height: 20px; }
    .bars th { text-align: right; width: 1%; white-space: nowrap; padding-left: 0;
      font: 11.5px/1.3 ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    .bars .group th { text-align: left; font: 600 12px/1.3 ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif; }
    .bars tfoot td { border-top: 1px solid var(--soft); }
    .bars tfoot td:nth-child(n+3) { border: 0; }
    .bars tfoot th { font: inherit; }
    .bars .group th, .bars .group td { height: 26px; }
    .bars td { width: 1%; white-space: nowrap; text-align: right; }
    .bars .group td, .bars tfoot { color: var(--soft); }
    .bars td:nth-child(2) { width: auto; min-width: 7rem; padding: 0; position: relative; }
    .bars tbody tr:not(.group) td:nth-child(2) { background: repeating-linear-gradient(to right,
      transparent 0 var(--first, 0%), var(--faint) var(--first, 0%) calc(var(--first, 0%) + 1px), transparent calc(var(--first, 0%) + 1px) var(--step, 100%)); }
    .bars:not(.spread) tbody tr:not(.group) td:nth-child(2) { border-left: 1px solid var(--soft); }
    .bars caption { font: .84rem/1.45 Charter, "Bitstream Charter", "Source Serif 4", Cambria, Georgia, serif; }
    .bars details { margin: .2rem 0; }
    .bars .best th, .bars .best td { font-weight: 600; color: var(--best); }
    .bars tr.best td { background: none; }
    .bars svg { display: block; width: 100%; height: 20px; overflow: visible; }
    .bars .group svg { height: 26px; }
    .bars svg.over { position: absolute; inset: 0; }
    .plot svg { display: block; width: 100%; height: auto; }
    .plot .far svg { max-width: 960px; }
    .plot .near { display: none; }
    .plot.small .near { display: block; }
    .plot .near svg { max-width: 29rem; }
    .figures { display: flex; flex-wrap: wrap; gap: .8rem 2.6rem; margin: 1rem 0 1.2rem; }
    .figures div { max-width: 14rem; }
    .figures b { display: block; font-size: 1.9rem; line-height: 1.2; font-weight: 600; color: var(--best); font-variant-numeric: lining-nums; }
    .figures span { display: block; color: var(--soft); font-size: .88rem; line-height: 1.35; }
    svg .s0 { --mark: var(--s0); }
    svg .s1 { --mark: var(--s1); }
    svg .s2 { --mark: var(--s2); }
    svg .s3 { --mark: var(--s3); }
    svg .s4 { --mark: var(--s4); }
    svg .s5 { --mark: var(--s5); }
    svg .s6 { --mark: var(--s6); }
    svg .s7 { --mark: var(--s7); }
    svg .dots { stroke: var(--mark); stroke-opacity: .42; stroke-width: 4.5; stroke-linecap: round; }
    svg .point { fill: var(--mark); r: 2.6px; fill-opacity: .42; }
    svg .point.best { r: 4.2px; fill-opacity: 1; }
    svg .joint { stroke: var(--mark); stroke-width: 1.6; fill: none; }
    svg .point:focus { outline: none; }
    svg .point:focus, svg .point:hover { stroke: var(--ink); stroke-width: 2; fill-opacity: 1; }
    svg .key { fill: var(--mark); }
    #tip { position: absolute; z-index: 1; max-width: min(26rem, 92vw); padding: .25rem .55rem; border-radius: 3px; pointer-events: none;
      background: var(--ink); color: var(--page); font: 12px/1.4 ui-sans-serif, system-ui, "Helvetica Neue", Arial, sans-serif; }
    .heat { background: color-mix(in srgb, var(--best) calc(var(--heat) * .55), transparent); }
    @media (max-width: 44rem) {
      body { padding: 1.25rem .9rem 4rem; }
      .plot .far { display: none; }
      .plot .near { display: block; }
      dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
      dd { margin-bottom: .4rem; }
      .wide td:not(.long) { white-space: nowrap; }
      .bars table { display: flex; flex-direction: column; }
      .bars tbody, .bars tfoot, .bars caption { display: block; }
      .bars caption { order: 1; }
      .bars tr { display: flex; flex-wrap: wrap; align-items: baseline; padding-top: .3rem; }
      .bars tfoot tr { padding: 0; }
      .bars tr > * { width: auto; height: auto; }
      .bars th { flex: 1 1 auto; text-align: left; white-space: normal; overflow-wrap: anywhere; }
      .bars th, .bars td { padding: 0; }
      .bars td { padding-left: .6rem; width: auto; }
      .bars td:last-child { margin-left: auto; }
      .spread th { flex-basis: 100%; }
      .spread .group td:nth-child(2), .spread .group th { display: none; }
      .spread td:nth-child(3) { margin-left: auto; }
      .spread td:last-child { margin-left: 0; }
      .bars td:nth-child(2) { order: 1; flex: 0 0 100%; padding: 0; margin: 0; }
      .bars tfoot th, .bars tfoot td:nth-child(n+3) { display: none; }
      .bars td:nth-child(2) svg { height: 14px; }
      .bars .group td:nth-child(2) svg, .bars tfoot td:nth-child(2) svg { height: 20px; }
      details > details, details > figure, details > .wide, details > p { margin-left: 0; }
    }
    @media (min-width: 90rem) {
      body { max-width: 88rem; display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 3.5rem; }
      nav { position: sticky; top: 2.5rem; align-self: start; max-height: calc(100vh - 5rem); overflow-y: auto; }
      nav > ul > li { display: block; margin: 0 0 .35rem; }
      nav li li { display: block; padding-left: .9rem; font-size: .94em; }
    }
    @media print {
      nav, .pager, .skip, #tip { display: none; }
      body { max-width: none; padding: 0; font-size: 11px; }
      figure, tr { break-inside: avoid; }
      h2, h3, h4 { break-after: avoid; }
      tr[hidden] { display: table-row; }
      .wide { overflow: visible; }
    }
    """
}
