// One item of the review queue: the choices and the map show each other, the pin tells where it is,
// and the item stays ours while somebody works on it.
import type { FromMap, FromPage } from "../map/messages.ts";

const KEEP_MS = 60_000;
const PAUSE_MS = 250;

export function review(root: Document): void {
  const form = root.querySelector<HTMLFormElement>("form[data-pin]");
  if (!form) return;
  keepOpen(root, form);
  const frame = root.querySelector<HTMLIFrameElement>("[data-map-frame] iframe");
  if (frame) choicesAndMap(form, frame);
}

function field<T extends HTMLElement = HTMLInputElement>(form: HTMLFormElement, name: string): T {
  return form.elements.namedItem(name) as unknown as T;
}

function chosen(form: HTMLFormElement): string {
  return field<HTMLElement & { value: string }>(form, "decision")?.value ?? "";
}

/** Whether the place is being set by the pin: as such, or as that of a shelter. */
function pinning(form: HTMLFormElement): boolean {
  const value = chosen(form);
  return value === "pin" || (value === "shelter" && field(form, "shelter").value === "pin");
}

function choicesAndMap(form: HTMLFormElement, frame: HTMLIFrameElement): void {
  const tell = (message: FromPage) =>
    frame.contentWindow?.postMessage(message, window.location.origin);
  const show = () => {
    const value = chosen(form);
    tell({ geoteam: "show", code: value === "shelter" ? field(form, "shelter").value : value });
    const at = { lat: Number(field(form, "lat").value), lon: Number(field(form, "lon").value) };
    const typed = field(form, "lat").value.trim() && field(form, "lon").value.trim();
    const known = typed && Number.isFinite(at.lat) && Number.isFinite(at.lon);
    const near = form.dataset.pinNear !== undefined;
    tell({ geoteam: "pin", on: pinning(form), near, ...(known ? at : {}) });
  };
  const ask = askAboutPin(form);
  form.addEventListener("change", (event) => {
    const name = (event.target as HTMLInputElement).name;
    if (["decision", "shelter", "lon", "lat"].includes(name)) show();
    if (name === "lon" || name === "lat" || name === "radius_m") ask();
  });
  // Chosen once more, the pin is wanted under the keyboard again.
  form.querySelector("input[value=pin]")?.addEventListener("click", show);
  field(form, "address").addEventListener("input", () => {
    if (chosen(form) !== "shelter") choose(form, "address");
  });
  window.addEventListener("message", (event: MessageEvent<FromMap>) => {
    if (event.source !== frame.contentWindow || event.origin !== window.location.origin) return;
    const said = event.data;
    if (said?.geoteam === "ready") show();
    // While the pin is set, a click on the map is about the pin.
    if (said?.geoteam === "picked" && !pinning(form)) choose(form, said.code);
    if (said?.geoteam === "pinned") {
      field(form, "lon").value = said.lon.toFixed(6);
      field(form, "lat").value = said.lat.toFixed(6);
      ask();
    }
    if (said?.geoteam === "let go") field(form, "why").focus();
  });
  // A frame that came before this script did has nothing left to say.
  if (frame.contentDocument?.querySelector(".folium-map[data-ready]")) show();
}

function choose(form: HTMLFormElement, value: string): void {
  const choices = [...form.querySelectorAll<HTMLInputElement>("input[name=decision]")];
  const choice = choices.find((one) => one.value === value);
  if (!choice || choice.checked) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Asks, once the pin rests, which area it is in; the answer stands beside it. */
function askAboutPin(form: HTMLFormElement): () => void {
  const told = form.querySelector<HTMLElement>("[data-pin-said]");
  const outside = form.querySelector<HTMLElement>("[data-pin-outside]");
  let waiting = 0;
  let asked = 0;
  const ask = async () => {
    if (!field(form, "lon").value || !field(form, "lat").value) return;
    const turn = ++asked;
    const body = new FormData();
    for (const name of ["csrf_token", "lon", "lat", "radius_m"])
      body.set(name, field(form, name).value);
    const answer = await post(form.dataset.pin ?? "", body);
    // A later question may have been answered first.
    if (turn !== asked || !told || !answer) return;
    told.textContent = String(answer.said ?? "");
    told.classList.toggle("is-outside", answer.outside === true);
    if (outside) {
      outside.hidden = answer.outside !== true;
      if (outside.hidden) field(form, "outside_too").checked = false;
    }
  };
  return () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, PAUSE_MS);
  };
}

/** While somebody works here, the item is kept for them; a screen left alone lets it go. */
function keepOpen(root: Document, form: HTMLFormElement): void {
  let active = false;
  for (const sign of ["keydown", "pointerdown", "pointermove", "message"])
    (sign === "message" ? window : root).addEventListener(sign, () => {
      active = true;
    });
  window.setInterval(async () => {
    if (!active || root.visibilityState !== "visible") return;
    active = false;
    const body = new FormData();
    body.set("csrf_token", field(form, "csrf_token").value);
    const answer = await post(form.dataset.keep ?? "", body);
    const lost = form.querySelector<HTMLElement>("[data-lost]");
    if (lost && answer?.kept === false) lost.hidden = false;
  }, KEEP_MS);
}

async function post(url: string, body: FormData): Promise<Record<string, unknown> | null> {
  try {
    const answer = await fetch(url, { method: "POST", body });
    const isJson = answer.headers.get("content-type")?.includes("json");
    return isJson ? ((await answer.json()) as Record<string, unknown>) : null;
  } catch {
    // Without a connection nothing is said; sending the form will tell.
    return null;
  }
}
