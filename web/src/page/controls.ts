/** A button with data-confirm asks before it sends its form, and before the form says that it is busy. */
export function confirmations(root: Document): void {
  root.addEventListener(
    "submit",
    (event) => {
      const asked =
        event.submitter?.getAttribute("data-confirm") ??
        (event.target as HTMLElement).getAttribute("data-confirm");
      if (asked && !window.confirm(asked)) event.preventDefault();
    },
    // On the way down: what listens at the form itself must know the answer.
    { capture: true },
  );
}

/** A button with data-copy="#id" copies the text of that element. */
export function copyButtons(root: Document): void {
  root.addEventListener("click", async (event) => {
    const button = (event.target as Element | null)?.closest<HTMLElement>("[data-copy]");
    const source = button && root.querySelector(button.dataset.copy ?? "");
    if (!button || !source) return;
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent?.trim() ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
      window.getSelection()?.selectAllChildren(source);
    }
    setTimeout(() => {
      button.textContent = before;
    }, 2000);
  });
}

/** Tells which rows of a table hold all the words. */
export function matches(row: string, words: string): boolean {
  const text = row.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** An input with data-filter-table="#id" hides the rows that do not match, and says how many do. */
export function tableFilters(root: Document): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-filter-table]")) {
    const table = root.querySelector<HTMLTableElement>(input.dataset.filterTable ?? "");
    if (!table) continue;
    const said = root.createElement("p");
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    input.after(said);
    input.addEventListener("input", () => {
      let shown = 0;
      for (const body of table.tBodies) {
        const rows = [...body.rows].filter((row) => !row.classList.contains("group-row"));
        for (const row of rows) row.hidden = !matches(row.textContent ?? "", input.value.trim());
        const left = rows.filter((row) => !row.hidden).length;
        // With its last row goes the heading of a group.
        body.hidden = !left;
        shown += left;
      }
      said.textContent = shown === 1 ? "1 row" : `${shown} rows`;
    });
  }
}

/** Opens what only a phone folds away while it is printed: not every browser's style can do that. */
export function foldsOnPaper(root: Document): void {
  const opened: HTMLDetailsElement[] = [];
  window.addEventListener("beforeprint", () => {
    for (const fold of root.querySelectorAll<HTMLDetailsElement>(
      "details.fold-narrow:not([open])",
    )) {
      fold.open = true;
      opened.push(fold);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const fold of opened.splice(0)) fold.open = false;
  });
}
