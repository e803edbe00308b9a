// Keys for the main pages, taken from the links themselves: <a data-shortcut="g m">Map</a>.
// WCAG 2.1.4: single keys must be possible to turn off, so the help has a switch.
// data-shortcut-focus="#id" says where the keyboard goes on; data-shortcut-help="Enter" lists a key
// that the browser itself knows.

interface Shortcut {
  keys: string;
  text: string;
  run: () => void;
}

const OFF = "geoteam-shortcuts-off";
const PAUSE_MS = 1200;

/** Finds the shortcut that a sequence of keys names, or says whether one may still come. */
export function lookUp<T extends { keys: string }>(typed: string, all: readonly T[]): T | boolean {
  return (
    all.find((one) => one.keys === typed) ?? all.some((one) => one.keys.startsWith(`${typed} `))
  );
}

export function shortcuts(root: Document): void {
  const all: Shortcut[] = [...root.querySelectorAll<HTMLElement>("[data-shortcut]")].map(
    (element) => ({
      keys: element.dataset.shortcut ?? "",
      text: element.dataset.shortcutText ?? element.textContent?.trim() ?? "",
      run: () => {
        const next = element.dataset.shortcutFocus;
        element.click();
        const on = next ? root.querySelector<HTMLElement>(next) : element;
        if (next || element instanceof HTMLInputElement) on?.focus();
      },
    }),
  );
  const search = root.querySelector<HTMLElement>("input[type=search]");
  if (search) all.push({ keys: "/", text: "Search this page", run: () => search.focus() });
  const help = dialog(root, all);
  all.push({ keys: "?", text: "This help", run: () => help.showModal() });
  for (const opener of root.querySelectorAll<HTMLElement>("[data-open-shortcuts]"))
    opener.addEventListener("click", () => help.showModal());

  let typed = "";
  let last = 0;
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open || isOff()) return;
    if (isTyping(event.target as HTMLElement) || event.key.length > 1) return;
    typed = event.timeStamp - last < PAUSE_MS && typed ? `${typed} ${event.key}` : event.key;
    last = event.timeStamp;
    const found = lookUp(typed, all);
    if (typeof found === "boolean") {
      if (!found) typed = "";
      return;
    }
    typed = "";
    event.preventDefault();
    found.run();
  });
}

/** Letters belong to a field that takes text; a choice or a button takes none. */
function isTyping(target: HTMLElement): boolean {
  return target.closest("input:not([type=radio], [type=checkbox]), select, textarea") !== null;
}

function isOff(): boolean {
  return window.localStorage.getItem(OFF) === "1";
}

function dialog(root: Document, all: Shortcut[]): HTMLDialogElement {
  const box = root.createElement("dialog");
  box.id = "shortcuts";
  box.setAttribute("aria-labelledby", "shortcuts-title");
  const title = root.createElement("h2");
  title.id = "shortcuts-title";
  title.textContent = "Keyboard shortcuts";
  const list = root.createElement("dl");
  list.className = "facts shortcut-list";
  // A long list scrolls, by the keyboard too, and what closes it stays in sight.
  list.tabIndex = 0;
  const known = [...root.querySelectorAll<HTMLElement>("[data-shortcut-help]")].map((element) => ({
    keys: element.dataset.shortcutHelp ?? "",
    text: element.dataset.shortcutText ?? element.textContent?.trim() ?? "",
  }));
  for (const { keys, text } of [...all, ...known, { keys: "?", text: "This help" }]) {
    const key = root.createElement("dt");
    keys.split(" ").forEach((one, i) => {
      const cap = root.createElement("kbd");
      cap.textContent = one;
      key.append(i ? " then " : "", cap);
    });
    const what = root.createElement("dd");
    what.textContent = text;
    list.append(key, what);
  }
  const choice = root.createElement("label");
  choice.className = "choice";
  const box2 = root.createElement("input");
  box2.type = "checkbox";
  box2.checked = !isOff();
  box2.addEventListener("change", () => window.localStorage.setItem(OFF, box2.checked ? "0" : "1"));
  choice.append(box2, "Use keyboard shortcuts on this computer");
  const form = root.createElement("form");
  form.method = "dialog";
  const close = root.createElement("button");
  close.className = "button button-primary";
  close.textContent = "Close";
  form.append(close);
  box.append(title, list, choice, form);
  root.body.append(box);
  return box;
}
