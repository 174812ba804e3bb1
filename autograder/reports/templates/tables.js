"use strict";
// Makes every table of class "sortable" sortable by its headings, and those of class "filterable" filterable by words.
// A cell's data-value is what it is sorted by, else its text; cells without a value go last in both directions.
const order = new Intl.Collator("en", { numeric: true });

function valueOf(row, column) {
  const cell = row.cells[column];
  const value = cell.dataset.value ?? cell.textContent.trim();
  return value === "" ? null : Number.isNaN(Number(value)) ? value : Number(value);
}

function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : order.compare(a, b);
}

function sort(table, column, sign) {
  const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, column), row]);
  const known = rows.filter(([value]) => value !== null).sort(([a], [b]) => sign * compare(a, b));
  const unknown = rows.filter(([value]) => value === null);
  table.tBodies[0].append(...[...known, ...unknown].map(([, row]) => row));
}

function makeSortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const wasUp = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", wasUp ? "descending" : "ascending");
      sort(table, column, wasUp ? -1 : 1);
    });
  });
}

function makeFilterable(table) {
  const rows = [...table.tBodies[0].rows];
  const texts = new Map(rows.map((row) => [row, `${row.textContent} ${row.dataset.words ?? ""}`.toLowerCase()]));
  const label = document.createElement("label");
  const input = document.createElement("input");
  const count = document.createElement("output");
  input.type = "search";
  input.id = `filter-${table.id}`;
  label.className = "filter";
  label.append(table.dataset.filter, " ", input, count);
  table.closest(".scroll").before(label);
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => texts.get(row).includes(word));
      shown += !row.hidden;
    }
    count.textContent = words.length ? ` ${shown} of ${rows.length}` : "";
  };
  input.addEventListener("input", filter);
  return (words) => {
    input.value = words;
    filter();
    input.focus();
  };
}

document.querySelectorAll("table.sortable").forEach(makeSortable);
const filters = new Map([...document.querySelectorAll("table.filterable")].map((table) => [table.id, makeFilterable(table)]));
for (const link of document.querySelectorAll("a[data-words]")) {
  link.addEventListener("click", () => filters.get("students-table")(link.dataset.words));
}
