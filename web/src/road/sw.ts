// Opens a tour that this phone keeps while there is no connection. It answers for the tour's page, its
// data and its parts only, and keeps nothing itself: the page does (keep.ts).
import { find, forgetOthers } from "./keep.ts";

interface Extending extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asking extends Extending {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
const worker = self as unknown as {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", run: (event: Extending) => void): void;
  addEventListener(type: "fetch", run: (event: Asking) => void): void;
};

/** A connection that does not answer for so long is none. */
const PATIENCE_MS = 5000;
const PAGE = /^\/road\/[a-z0-9]+$/;
const DATA = /^\/road\/[a-z0-9]+\/tour\.json$/;

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) =>
  event.waitUntil(forgetOthers(undefined, Date.now()).then(() => worker.clients.claim())),
);
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const isPage = request.mode === "navigate" && PAGE.test(pathname);
  if (isPage || DATA.test(pathname)) event.respondWith(networkFirst(request, pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(keptFirst(request));
});

async function networkFirst(request: Request, address: string): Promise<Response> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    return await fetch(request, { signal: stop.signal });
  } catch (error) {
    const found = await find(address, Date.now());
    if (found) return found;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The addresses of built files carry their content's hash. */
async function keptFirst(request: Request): Promise<Response> {
  return (await find(request.url, Date.now())) ?? fetch(request);
}
