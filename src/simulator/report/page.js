"use strict";
{
  const words = document.documentElement.dataset;
  const figure = (cell) => {
    const text = cell.dataset.v ?? cell.textContent;
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
  };
  const compare = (a, b, place) => {
    const [x, y] = [figure(a.cells[place]), figure(b.cells[place])];
    if (x !== null && y !== null) return x - y;
    if (x !== null || y !== null) return x === null ? 1 : -1;
    return a.cells[place].textContent.localeCompare(b.cells[place].textContent, words.lang || undefined);
  };
  const sort = (table, head, place) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows].sort((a, b) => (down ? -1 : 1) * compare(a, b, place));
    table.classList.add("sorted");
    table.tBodies[0].append(...rows);
  };
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const save = (table, title) => {
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => quoted(cell.dataset.v ?? cell.textContent)).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv" }));
    link.download = `${title.replace(/[\\/:*?"<>|\s]+/g, " ").trim().slice(0, 80)}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  for (const table of document.querySelectorAll("table.figures")) {
    const title = table.caption.textContent;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const button = document.createElement("button");
      button.textContent = head.textContent;
      button.title = words.sort;
      button.addEventListener("click", () => sort(table, head, place));
      head.replaceChildren(button);
    });
    const button = document.createElement("button");
    button.className = "save";
    button.textContent = words.save;
    button.addEventListener("click", () => save(table, title));
    table.caption.append(button);
  }
  const year = document.getElementById("year");
  year?.addEventListener("change", () => {
    for (const shown of document.querySelectorAll("[data-year]")) shown.hidden = shown.dataset.year !== year.value;
  });
}
