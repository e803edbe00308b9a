// The map stands in a frame of our own page; both speak only to their own origin.

interface FromPage {
  geoteam: "show";
  code: string;
}

export function announce(code: string | undefined): void {
  if (code === undefined || window.parent === window) return;
  window.parent.postMessage({ geoteam: "picked", code }, window.location.origin);
}

export function ready(): void {
  if (window.parent === window) return;
  window.parent.postMessage({ geoteam: "ready" }, window.location.origin);
}

export function listen(show: (code: string) => void): void {
  window.addEventListener("message", (event: MessageEvent<FromPage>) => {
    if (event.source !== window.parent || event.origin !== window.location.origin) return;
    if (event.data?.geoteam === "show" && typeof event.data.code === "string")
      show(event.data.code);
  });
}
