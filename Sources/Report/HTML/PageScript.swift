/// What the page does beyond lying there: names points, turns pages of long tables, opens what a link leads into. Without it everything but
/// the records can be read.
enum PageScript {
  static let text = #"""
    "use strict";
    (() => {
      const make = (name, text, attributes = {}) => {
        const element = document.createElement(name);
        if (text !== undefined) element.textContent = text;
        for (const key in attributes) element.setAttribute(key, attributes[key]);
        return element;
      };

      // Points: what one is stands in its title; shown beside it when pointed at or focused, arrows go to its neighbours.
      const tip = make("div", "", {id: "tip", hidden: ""});
      document.body.append(tip);
      const show = point => {
        if (!point.hasAttribute("aria-label")) {
          const title = point.querySelector("title");
          point.setAttribute("aria-label", title.textContent);
          point.setAttribute("role", "img");
          title.remove();
        }
        tip.textContent = point.getAttribute("aria-label");
        tip.hidden = false;
        const place = point.getBoundingClientRect(), width = document.documentElement.clientWidth;
        const left = Math.min(Math.max(8, place.left + place.width / 2 - tip.offsetWidth / 2), width - tip.offsetWidth - 8);
        tip.style.left = `${left + scrollX}px`;
        tip.style.top = `${place.top + scrollY - tip.offsetHeight - 8}px`;
      };
      const hide = () => { tip.hidden = true; };
      const pointOf = event => event.target.closest ? event.target.closest(".point") : null;
      for (const name of ["mouseover", "focusin"]) document.addEventListener(name, event => {
        const point = pointOf(event);
        if (point) show(point); else if (name === "mouseover" && !(document.activeElement || document.body).matches(".point")) hide();
      });
      document.addEventListener("focusout", hide);
      document.addEventListener("keydown", event => {
        if (event.key === "Escape") return hide();
        const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
        const point = pointOf(event);
        if (!step || !point) return;
        const across = element => Number(element.getAttribute("cx"));
        const points = [...point.closest("svg").querySelectorAll(".point")].sort((a, b) => across(a) - across(b));
        const next = points[points.indexOf(point) + step];
        if (next) { event.preventDefault(); if (!next.hasAttribute("tabindex")) next.tabIndex = -1; next.focus(); }
      });

      // Numbers as the report writes them.
      const significant = value => {
        const size = Math.abs(value);
        if (size === 0) return "0";
        if (size < 1e-3 || size >= 1e8) return value.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2");
        return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size * 1.0005))));
      };
      const units = {
        plain: significant, count: value => value.toFixed(0), ratio: value => `${significant(value)}×`,
        error: value => value === 0 ? "0" : value.toExponential(1).replace(/e([+-])(\d)$/, "e$10$2"),
        share: value => { const p = value * 100, s = Math.abs(p); return `${p.toFixed(s >= 10 || p === 0 ? 0 : s >= 1 ? 1 : 2)} %`; },
        time: value => {
          const size = Math.abs(value), [scale, name] = size < 1e3 ? [1, "ns"] : size < 1e6 ? [1e3, "µs"] : size < 1e9 ? [1e6, "ms"] : [1e9, "s"];
          return `${significant(value / scale)} ${name}`;
        },
      };

      // Pages of rows: a search, a count, and as many rows as fit a glance.
      const pageSize = 40;
      const pager = (box, what, count, draw) => {
        const bar = make("p", undefined, {class: "pager"});
        const search = make("input", undefined, {type: "search", placeholder: `Search ${what}`, "aria-label": `Search ${what}`});
        const told = make("span", "", {role: "status"});
        const [back, on] = ["Back", "Next"].map(text => make("button", text, {type: "button"}));
        let page = 0;
        const update = () => {
          const total = count(search.value.toLowerCase().split(/\s+/).filter(Boolean));
          page = Math.max(0, Math.min(page, Math.ceil(total / pageSize) - 1));
          const from = page * pageSize, to = Math.min(total, from + pageSize);
          told.textContent = total ? `${from + 1}–${to} of ${total}` : "none";
          back.disabled = page === 0;
          on.disabled = to >= total;
          draw(from, to);
        };
        search.addEventListener("input", () => { page = 0; update(); });
        back.addEventListener("click", () => { page -= 1; update(); });
        on.addEventListener("click", () => { page += 1; update(); });
        bar.append(search, told, back, on);
        box.before(bar);
        update();
        return update;
      };

      for (const box of document.querySelectorAll(".paged")) {
        const rows = [...box.querySelectorAll("tbody tr")];
        const texts = rows.map(row => row.textContent.toLowerCase());
        let found = rows;
        pager(box, "rows", words => {
          found = rows.filter((row, index) => words.every(word => texts[index].includes(word)));
          return found.length;
        }, (from, to) => {
          for (const row of rows) row.hidden = true;
          for (const row of found.slice(from, to)) row.hidden = false;
        });
      }

      for (const box of document.querySelectorAll(".records")) {
        const {columns, rows} = JSON.parse(box.querySelector("script").textContent);
        columns.forEach((column, index) => {
          if (column.words) for (const row of rows) row[index] = column.words[row[index]] ?? null;
        });
        const texts = rows.map(row => row.join(" ").toLowerCase());
        const wide = make("div", undefined, {class: "wide", role: "region", tabindex: "0", "aria-label": columns.map(c => c.title).join(", ")});
        const table = make("table"), head = make("tr"), body = make("tbody");
        const isNumber = columns.map((_, index) => rows.some(row => typeof row[index] === "number"));
        let order = rows.map((_, index) => index), found = order, sorted = -1, falling = false;
        columns.forEach((column, index) => {
          const cell = make("th", undefined, {scope: "col", class: isNumber[index] ? "n" : ""});
          const button = make("button", column.title, {type: "button"});
          button.addEventListener("click", () => {
            falling = sorted === index && !falling;
            sorted = index;
            const least = isNumber[index] ? Infinity : "";
            order = rows.map((_, row) => row).sort((a, b) => {
              const [x, y] = [rows[a][index] ?? least, rows[b][index] ?? least];
              return (x < y ? -1 : x > y ? 1 : a - b) * (falling ? -1 : 1);
            });
            for (const other of head.children) other.removeAttribute("aria-sort");
            cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
            update();
          });
          cell.append(button);
          head.append(cell);
        });
        const thead = make("thead");
        thead.append(head);
        table.append(thead, body);
        wide.append(table);
        box.append(wide);
        const update = pager(wide, "measurements", words => {
          found = words.length ? order.filter(row => words.every(word => texts[row].includes(word))) : order;
          return found.length;
        }, (from, to) => {
          body.replaceChildren(...found.slice(from, to).map(row => {
            const line = make("tr");
            rows[row].forEach((value, index) => line.append(make("td",
              typeof value === "number" ? (units[columns[index].unit] || significant)(value) : value ?? "–",
              {class: isNumber[index] ? "n" : ""})));
            return line;
          }));
        });
      }

      // A link into something folded opens it.
      const open = () => {
        const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (!target) return;
        for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
        target.scrollIntoView();
      };
      addEventListener("hashchange", open);
      open();
    })();
    """#
}
