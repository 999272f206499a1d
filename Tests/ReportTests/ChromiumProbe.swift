/// A page that holds the report in a frame of some width and writes down what a browser made of it.
///
/// The frame is needed because Chromium's own window is never narrower than 500 px.
enum ChromiumProbe {
  static func page(width: Int, of file: String) -> String {
    """
    <!doctype html><meta charset="utf-8"><body style="margin:0">
    <iframe id="page" src="\(file)" style="border:0;width:\(width)px;height:900px"></iframe><pre id="result"></pre>
    <script>\(script)</script>
    """
  }

  private static let script = #"""
    const frame = document.getElementById("page");
    const errors = [];
    frame.addEventListener("load", () => {
      const page = frame.contentDocument, view = frame.contentWindow;
      const opened = view.performance.now();
      view.addEventListener("error", event => errors.push(event.message));
      const count = selector => page.querySelectorAll(selector).length;
      const widthBefore = page.documentElement.scrollWidth;
      const seen = element => element.getClientRects().length > 0;

      // A point tells its name, and the next arrow key goes to its neighbour.
      const points = [...page.querySelectorAll(".point")].filter(seen);
      const tip = page.getElementById("tip");
      let named = 0;
      for (const point of points.slice(0, 50)) {
        point.dispatchEvent(new view.MouseEvent("mouseover", {bubbles: true}));
        if (!tip.hidden && tip.textContent.length > 5 && tip.textContent === point.getAttribute("aria-label")) named += 1;
      }
      const first = points.find(point => point.tabIndex === 0);
      let walked = false;
      if (first) {
        first.focus();
        first.dispatchEvent(new view.KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
        const now = page.activeElement;
        first.dispatchEvent(new view.KeyboardEvent("keydown", {key: "ArrowLeft", bubbles: true}));
        walked = [now, page.activeElement].some(element => element !== first && element.matches(".point"));
      }

      // Everything that is folded is opened, and words are looked at where they then stand.
      for (const details of page.querySelectorAll("details")) details.open = true;
      const corners = text => {
        const box = text.getBBox(), matrix = text.getScreenCTM();
        return [[box.x, box.y + 2], [box.x + box.width, box.y + 2], [box.x + box.width, box.y + box.height - 2], [box.x, box.y + box.height - 2]]
          .map(([x, y]) => [matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f]);
      };
      // Two convex shapes are apart where a line along a side of one parts them.
      const apart = (a, b) => [a, b].some(shape => shape.some((corner, index) => {
        const next = shape[(index + 1) % shape.length], normal = [next[1] - corner[1], corner[0] - next[0]];
        const on = points => points.map(([x, y]) => x * normal[0] + y * normal[1]);
        const [p, q] = [on(a), on(b)];
        return Math.max(...p) <= Math.min(...q) || Math.max(...q) <= Math.min(...p);
      }));
      const overlaps = [], cut = [];
      for (const drawing of page.querySelectorAll("svg")) {
        if (!seen(drawing)) continue;
        const texts = [...drawing.querySelectorAll("text")].map(text => ({text: text.textContent, shape: corners(text)}));
        const frame = drawing.getBoundingClientRect();
        texts.forEach((one, index) => {
          for (const other of texts.slice(index + 1)) {
            if (!apart(one.shape, other.shape)) overlaps.push(`${one.text} / ${other.text}`);
          }
          // Rows may let their words stand out a little; drawings with a frame may not, and nothing leaves the page.
          const isFramed = drawing.hasAttribute("viewBox");
          for (const [x, y] of one.shape) {
            const [left, right] = isFramed ? [frame.left - 1, frame.right + 1] : [0, page.documentElement.clientWidth + 1];
            if (x < left || x > right || isFramed && (y < frame.top - 1 || y > frame.bottom + 1)) { cut.push(one.text); break; }
          }
        });
      }
      // Words of tables and paragraphs that are wider than what holds them, where that does not scroll.
      const wide = [...page.querySelectorAll("h1, h2, h3, h4, p, li, summary, dd, dt, figcaption, caption, th, td")].filter(element =>
        seen(element) && !element.closest(".wide") && element.getBoundingClientRect().right > page.documentElement.clientWidth + 1);
      document.getElementById("result").textContent = JSON.stringify({
        opened, width: view.innerWidth, widthBefore, widthAfter: page.documentElement.scrollWidth,
        background: view.getComputedStyle(page.body).backgroundColor,
        requests: view.performance.getEntriesByType("resource").length, errors, overlaps, cut,
        wide: wide.map(element => element.textContent.slice(0, 60)),
        sections: count("section"), figures: count("figure"), points: points.length, named, walked,
        rows: count(".records tbody tr"), pager: [...page.querySelectorAll(".records .pager span")].map(e => e.textContent).join(),
      });
    });
    """#
}
