// Draws the charts and runs the searches. Text from data is only ever set as text, never as markup.
(() => {
  "use strict";
  const THIN = "\u202f";
  const LOCALE = { decimal: ".", thousands: THIN, grouping: [3], currency: ["", ""], minus: "\u2212" };
  const PAGE_SIZE = 25;
  const MOST_LISTED = 12;

  const read = (id) => {
    const holder = document.getElementById(id);
    return holder ? JSON.parse(holder.textContent) : null;
  };
  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const grouped = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
  const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

  // Some browsers report a choice in a list only as a change. A change of a text field is left alone:
  // it comes when the field is left, by a click whose target must not be redrawn.
  function onInput(form, act) {
    form.addEventListener("input", act);
    for (const select of form.querySelectorAll("select")) select.addEventListener("change", act);
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  function drawCharts() {
    const plots = [...document.querySelectorAll(".plot[data-spec]")];
    const options = { mode: "vega-lite", actions: false, renderer: "svg", ast: true, formatLocale: LOCALE };
    return Promise.all(plots.map((plot) =>
      window.vegaEmbed(plot, read(plot.dataset.spec), options).then(() => {
        // The figure is described by the label of its frame; the drawing itself would only be noise.
        plot.querySelector("svg")?.setAttribute("aria-hidden", "true");
        plot.dataset.drawn = "true";
      }).catch((error) => {
        plot.textContent = "This chart could not be drawn; its figures are in the table below.";
        console.error(`chart ${plot.dataset.spec}: ${error.message}`);
      })));
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, index) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") !== "descending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const key = (row) => {
          const cell = row.cells[index];
          const value = cell.dataset.value ?? cell.textContent.trim().replaceAll(THIN, "");
          return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value.toLowerCase();
        };
        const compare = (left, right) => {
          const [a, b] = [key(left), key(right)];
          if (a === "" || b === "") return (a === "") - (b === "");
          const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
          return descending ? -order : order;
        };
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort(compare));
      });
    });
  }

  function highlighted(text, words) {
    const lower = text.toLowerCase();
    const parts = document.createDocumentFragment();
    let at = 0;
    while (at < text.length) {
      let start = -1;
      let length = 0;
      for (const word of words) {
        const found = lower.indexOf(word, at);
        if (found >= 0 && (start < 0 || found < start)) [start, length] = [found, word.length];
      }
      if (start < 0) break;
      parts.append(text.slice(at, start), make("mark", {}, text.slice(start, start + length)));
      at = start + length;
    }
    parts.append(text.slice(at));
    return parts;
  }

  function searchComments() {
    const form = document.getElementById("comment-search");
    if (!form) return;
    const comments = read("comment-data");
    const list = document.getElementById("comment-list");
    const more = document.getElementById("comment-more");
    const themesOf = (comment) => comment.themes.split(",").map((theme) => theme.trim()).filter(Boolean);
    const valuesOf = { theme: themesOf };
    for (const select of form.querySelectorAll("select")) {
      const values = new Set(comments.flatMap(valuesOf[select.name] ?? ((comment) => [comment[select.name]])).filter(Boolean));
      for (const value of [...values].sort()) select.append(make("option", { value }, value));
    }
    let found = [];
    let drawn = 0;
    const entry = (comment, words) => {
      const meta = [comment.when, comment.touchpoint, comment.channel, comment.kind, comment.sentiment + (comment.intensity ? ` (intensity ${comment.intensity})` : ""), comment.emotion, comment.themes, comment.language].filter(Boolean).join(" · ");
      const said = make("p", { class: "said", dir: "auto" }, highlighted(comment.text, words));
      const line = make("p", { class: "meta" }, meta);
      if (comment.customer) line.append(" · ", make("a", { href: `customers.html#customer=${encodeURIComponent(comment.customer)}` }, "customer"));
      return make("li", { class: ["positive", "negative"].includes(comment.sentiment) ? comment.sentiment : "other" }, said, line);
    };
    const extend = () => {
      const words = wordsOf(form.elements.words.value);
      list.append(...found.slice(drawn, drawn + PAGE_SIZE).map((comment) => entry(comment, words)));
      drawn = Math.min(found.length, drawn + PAGE_SIZE);
      more.hidden = drawn >= found.length;
    };
    const search = () => {
      const words = wordsOf(form.elements.words.value);
      const chosen = [...form.querySelectorAll("select")].filter((select) => select.value);
      found = comments.filter((comment) =>
        words.every((word) => comment.text.toLowerCase().includes(word))
        && chosen.every((select) => select.name === "theme" ? themesOf(comment).includes(select.value) : comment[select.name] === select.value));
      list.replaceChildren();
      drawn = 0;
      document.getElementById("comment-count").textContent = `${grouped(found.length)} of ${grouped(comments.length)} comments match`;
      extend();
    };
    more.addEventListener("click", extend);
    onInput(form, search);
    search();
  }

  function filterCases() {
    const form = document.getElementById("case-filter");
    if (!form) return;
    const rows = [...document.querySelectorAll("#case-table tbody tr")];
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const filter = () => {
      const words = wordsOf(form.elements.words.value);
      const chosen = [...form.querySelectorAll("select")].filter((select) => select.value);
      let count = 0;
      for (const row of rows) {
        row.hidden = !(words.every((word) => texts.get(row).includes(word))
          && chosen.every((select) => row.dataset[select.name] === select.value));
        count += row.hidden ? 0 : 1;
      }
      document.getElementById("case-count").textContent = `${grouped(count)} of ${grouped(rows.length)} listed cases match`;
    };
    onInput(form, filter);
    filter();
  }

  function showCustomers() {
    const form = document.getElementById("customer-search");
    if (!form) return;
    const customers = read("customer-data");
    const list = document.getElementById("customer-list");
    const view = document.getElementById("customer-view");
    const chosenId = () => new URLSearchParams(location.hash.slice(1)).get("customer");
    const show = () => {
      const id = chosenId();
      for (const button of list.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.id === id));
      const customer = customers.find((each) => each.id === id);
      if (!customer) {
        view.replaceChildren(make("p", { class: "quiet" }, id ? `Customer ${id} is not among those held here.` : "Choose a customer."));
        return;
      }
      const facts = make("dl", { class: "grid" }, ...customer.facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
      const events = customer.events.map(([when, kind, touchpoint, channel, headline, detail, felt, tone]) => {
        const item = make("li", { class: kind }, make("p", { class: "when" }, [when, touchpoint, channel].filter(Boolean).join(" · ")), make("p", {}, make("strong", {}, headline)));
        if (felt) item.lastElementChild.append(make("span", { class: `felt ${tone}` }, felt));
        if (detail) item.append(make("p", { class: "detail", dir: "auto" }, detail));
        return item;
      });
      const cases = customer.cases.map(([status, rule, line, cause, action]) => make("li", { class: status === "overdue" ? "overdue-case" : "case" },
        make("strong", {}, rule), make("p", { class: "quiet" }, line), ...[cause, action].filter(Boolean).map((text) => make("p", { dir: "auto" }, text))));
      view.replaceChildren(
        make("h2", { dir: "auto" }, customer.label), make("p", { class: "quiet" }, [customer.line, customer.id].filter(Boolean).join(" · ")), facts,
        make("h3", {}, "Open cases"),
        cases.length ? make("ol", { class: "open-cases" }, ...cases) : make("p", { class: "quiet" }, "No case is open."),
        make("h3", {}, "What happened, newest first"),
        events.length ? make("ol", { class: "timeline" }, ...events) : make("p", { class: "quiet" }, "No event is recorded for this customer."));
    };
    const search = () => {
      const words = wordsOf(form.elements.words.value);
      const found = customers.filter((customer) => words.every((word) => `${customer.label} ${customer.id} ${customer.line}`.toLowerCase().includes(word)));
      list.replaceChildren(...found.map((customer) => {
        const button = make("button", { type: "button", "data-id": customer.id, "aria-pressed": "false", dir: "auto" }, customer.label, make("small", {}, customer.line));
        button.addEventListener("click", () => { location.hash = new URLSearchParams({ customer: customer.id }).toString(); });
        return make("li", {}, button);
      }));
      if (!found.length) list.append(make("li", { class: "nodata" }, "No customer held here matches."));
      show();
    };
    onInput(form, search);
    window.addEventListener("hashchange", show);
    if (!chosenId() && customers.length) history.replaceState(null, "", `#${new URLSearchParams({ customer: customers[0].id })}`);
    search();
  }

  // Every slice of a journey stands in the page; the choice shows one of them and hides the others.
  function chooseSlice() {
    const form = document.getElementById("slice-filter");
    if (!form) return;
    const choose = () => {
      // Personas are not split by segment or month: choosing one puts the other two aside.
      const persona = form.elements.persona?.value;
      for (const other of [form.elements.segment, form.elements.period]) other.disabled = Boolean(persona);
      const name = persona ? `${persona}|all` : `${form.elements.segment.value}|${form.elements.period.value}`;
      for (const holder of document.querySelectorAll(".sliced")) {
        const parts = [...holder.children].filter((part) => part.dataset.slice !== undefined);
        const shown = parts.find((part) => part.dataset.slice === name) ?? parts.find((part) => part.dataset.slice === "");
        for (const part of parts) part.hidden = part !== shown;
      }
      for (const note of document.querySelectorAll(".of-everybody")) note.hidden = name === "all|all";
    };
    onInput(form, choose);
    choose();
  }

  // The newest journeys of each month stand in the page once; a list is filled when it is opened.
  function fillLists() {
    const data = read("behind-data");
    if (!data) return;
    const fill = (holder) => {
      const [segment, month] = holder.dataset.of.split("|");
      const marks = new Set(holder.dataset.marks.split(" ").map(Number));
      const shown = new Map();
      for (const [person, started, own, words, carried] of data.rows[holder.dataset.journey] ?? []) {
        const belongs = started === month && (segment === "all" || own === segment) && carried.some((mark) => marks.has(mark));
        if (belongs && !shown.has(person) && shown.size < MOST_LISTED) shown.set(person, words);
      }
      const items = [...shown].map(([person, words]) => {
        const [id, label, held] = data.people[person];
        const name = held ? make("a", { href: `customers.html#customer=${encodeURIComponent(id)}`, dir: "auto" }, label) : make("span", { dir: "auto" }, label);
        return make("li", {}, name, " ", make("span", { class: "quiet" }, label === id ? words : `${id}, ${words}`));
      });
      const note = make("p", { class: "note" }, `Shown: ${items.length} of ${holder.dataset.total} ${holder.dataset.noun}, of the newest held here, each customer once.`);
      holder.querySelector(".names").replaceChildren(make("ol", {}, ...items), note);
    };
    for (const holder of document.querySelectorAll("details.later")) holder.addEventListener("toggle", () => fill(holder), { once: true });
  }

  // On a phone the navigation is one long line: bring the current page into it.
  const navigation = document.querySelector(".navigation");
  const current = navigation.querySelector("[aria-current]");
  if (current) navigation.scrollLeft = current.offsetLeft - navigation.offsetLeft - 16;
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  searchComments();
  filterCases();
  showCustomers();
  chooseSlice();
  fillLists();
  drawCharts().then(() => { document.documentElement.dataset.ready = "true"; });
})();
