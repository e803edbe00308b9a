// The map stands in a frame of our own page; both speak only to their own origin.

/**
 * What the page says: light a code up, or show the pin that the reader may move; `near` when it
 * begins near where it may belong.
 */
export type FromPage =
  | { geoteam: "show"; code: string }
  | { geoteam: "pin"; on: boolean; near?: boolean; lat?: number; lon?: number };

/** What the map says: it is drawn, something was picked, the pin was moved or let go. */
export type FromMap =
  | { geoteam: "ready" }
  | { geoteam: "picked"; code: string }
  | { geoteam: "pinned"; lat: number; lon: number }
  | { geoteam: "let go" };

export function tell(message: FromMap): void {
  if (window.parent === window) return;
  window.parent.postMessage(message, window.location.origin);
}

export function announce(code: string | undefined): void {
  if (code !== undefined) tell({ geoteam: "picked", code });
}

/** Calls back for every message of one kind from the page around the map. */
export function hear<K extends FromPage["geoteam"]>(
  kind: K,
  then: (message: Extract<FromPage, { geoteam: K }>) => void,
): void {
  window.addEventListener("message", (event: MessageEvent<FromPage>) => {
    if (event.source !== window.parent || event.origin !== window.location.origin) return;
    if (event.data?.geoteam === kind) then(event.data as Extract<FromPage, { geoteam: K }>);
  });
}
