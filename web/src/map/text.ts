// Texts reach the map escaped by the one function in geoteam/maps/text.py. Where the browser wants
// plain text (aria-label, title), they are read back without ever becoming part of the page.

/** Plain text of an escaped text; markup in it is dropped, never run. */
export function plain(escaped: unknown): string {
  if (typeof escaped !== "string") return escaped == null ? "" : String(escaped);
  if (!escaped.includes("&") && !escaped.includes("<")) return escaped;
  const parsed = new DOMParser().parseFromString(escaped, "text/html");
  return parsed.documentElement.textContent ?? "";
}
