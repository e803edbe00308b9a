// Elements in one line each, and how numbers are written.
type Child = Node | string | null;
type Given = Record<string, string | number | boolean | ((event: never) => void)>;

/** Makes an element; functions are listeners, true and false are attributes there or not. */
export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  given: Given = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value as EventListener);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function button(text: string, run: () => void, given: Given = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "button button-small", click: run, ...given }, text);
}

/** Writes into an element that holds one text: no new node, so that no style is asked for anew. */
export function write(into: HTMLElement, text: string): void {
  const node = into.firstChild;
  if (!(node instanceof Text)) into.textContent = text;
  else if (node.data !== text) node.data = text;
}

let made = 0;

/** A label and its field. */
export function field(label: string, input: HTMLElement, hint = ""): HTMLElement {
  made += 1;
  input.id ||= `field-${made}`;
  const told = hint ? h("span", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  if (told) input.setAttribute("aria-describedby", told.id);
  return h("div", { class: "field" }, h("label", { for: input.id }, label), told, input);
}

export function choice(label: string, input: HTMLInputElement): HTMLElement {
  return h("label", { class: "choice" }, input, label);
}

/** A dialog with a title, in the page for as long as it is open. */
export function dialog(title: string, ...content: Child[]): HTMLDialogElement {
  made += 1;
  const id = `dialog-${made}`;
  const box = h(
    "dialog",
    { "aria-labelledby": id, class: "editor-dialog" },
    h("h2", { id }, title),
    ...content,
  );
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  return box;
}

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const ONE = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const NONE = "–";

export function whole(value: number): string {
  return Number.isFinite(value) ? WHOLE.format(value) : NONE;
}

export function tenths(value: number): string {
  return Number.isFinite(value) ? ONE.format(value) : NONE;
}

export function hundredths(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : NONE;
}

/** A share in percent, with its sign. */
export function signed(share: number): string {
  if (!Number.isFinite(share)) return NONE;
  const text = ONE.format(Math.abs(share) * 100);
  const sign = text === "0.0" ? "" : share > 0 ? "+" : "−";
  return `${sign}${text} %`;
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${ONE.format(share * 100)} %` : NONE;
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${whole(value)} ${value === 1 ? one : many}`;
}

/** What the server has written on the editor's page, such as the city's time zone. */
export function told(name: string): string {
  return document.querySelector<HTMLElement>("#editor")?.dataset[name] ?? "";
}

/** In the city's time zone as on every page: "14:05" of today, else "3 Mar 2026 14:05". */
export function moment(iso: string, zone = told("zone"), now = new Date()): string {
  const given = { hourCycle: "h23", hour: "2-digit", minute: "2-digit", timeZone: zone } as const;
  const format = new Intl.DateTimeFormat("en-US", {
    ...given,
    year: "numeric",
    month: "short",
    day: "numeric",
  });
  const parts = (at: Date) =>
    Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = ({ day, month, year }: Record<string, string>) => `${day} ${month} ${year}`;
  const at = parts(new Date(iso));
  const time = `${at.hour}:${at.minute}`;
  return day(at) === day(parts(now)) ? time : `${day(at)} ${time}`;
}
