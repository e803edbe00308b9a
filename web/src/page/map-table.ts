// The table beside the map and the map in its frame light up each other's rows and areas.
import type { FromMap } from "../map/messages.ts";

export function mapAndTable(root: Document): void {
  const box = root.querySelector<HTMLElement>("[data-map-frame]");
  const frame = box?.querySelector("iframe");
  if (!box || !frame) return;
  // When the map never reports (an error page, say), its own load event ends the waiting.
  frame.addEventListener("load", () => box.removeAttribute("data-loading"));
  // A frame that came before this script did has nothing left to say.
  if (frame.contentDocument?.querySelector(".folium-map[data-ready]"))
    box.removeAttribute("data-loading");
  const table = root.querySelector<HTMLTableElement>("[data-map-table]");
  const rows = [...(table?.querySelectorAll<HTMLTableRowElement>("tr[data-code]") ?? [])];

  const tell = (code: string) =>
    frame.contentWindow?.postMessage({ geoteam: "show", code }, window.location.origin);
  const select = (picked: HTMLTableRowElement | undefined) => {
    for (const row of rows) row.classList.toggle("is-selected", row === picked);
  };
  for (const row of rows) {
    const code = row.dataset.code ?? "";
    row.tabIndex = 0;
    row.addEventListener("mouseenter", () => tell(code));
    row.addEventListener("mouseleave", () => tell(""));
    row.addEventListener("focus", () => {
      select(row);
      tell(code);
    });
    row.addEventListener("keydown", (event) => {
      if (event.target !== row) return;
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (!step) return;
      event.preventDefault();
      rows[rows.indexOf(row) + step]?.focus();
    });
  }
  window.addEventListener("message", (event: MessageEvent<FromMap>) => {
    if (event.source !== frame.contentWindow || event.origin !== window.location.origin) return;
    if (event.data?.geoteam === "ready") box.removeAttribute("data-loading");
    if (event.data?.geoteam !== "picked") return;
    const { code } = event.data;
    const row = rows.find((one) => one.dataset.code === code);
    select(row);
    row?.scrollIntoView({ block: "nearest" });
  });
}
