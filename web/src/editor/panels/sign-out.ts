// Signing out while edits wait or are undecided: edits may be waited for, or all stays in this browser
// for the same user.
import type { Editing } from "../editing.ts";
import { button, count, dialog, h } from "./dom.ts";

export function signOut(editing: Editing): void {
  const form = document.querySelector<HTMLFormElement>("form[data-sign-out]");
  let leaving = false;
  let box: HTMLDialogElement | null = null;
  let waits = false;
  // How many were undecided when it was asked.
  let known = 0;
  const open = () => editing.log.waiting.length + editing.conflicts.length > 0;
  const leave = () => {
    leaving = true;
    box?.close();
    form?.requestSubmit();
  };
  const ask = () => {
    waits = false;
    known = editing.conflicts.length;
    const asking = asked(editing, leave, () => {
      waits = true;
      editing.say("You are signed out as soon as your edits are saved.");
    });
    // Who closes it stays, also when all is saved after that.
    asking.addEventListener("close", () => {
      if (box !== asking) return;
      if (waits && !leaving) editing.say("You stay signed in.");
      waits = false;
      box = null;
    });
    box = asking;
    asking.showModal();
  };
  // Before the page's own way of signing out.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || leaving || !open()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask();
    },
    { capture: true },
  );
  let before = editing.log.waiting.length;
  const news = () => {
    const now = editing.log.waiting.length;
    const saved = before > 0 && !now;
    before = now;
    if (leaving || !box) return;
    // Who waits knows of what was undecided then, and of nothing more.
    if (waits && saved && editing.conflicts.length <= known) leave();
    else if (saved || !open()) {
      const asking = box;
      if (open()) ask();
      else box = null;
      asking.close();
    }
  };
  editing.on("history", news);
  editing.on("conflict", news);
}

/** What is not saved and not decided yet: a title, and what becomes of it. */
export function leftOpen(editing: Editing): [title: string, ...told: string[]] {
  const [many, undecided] = [editing.log.waiting.length, editing.conflicts.length];
  const edits = `${count(many, "edit")} ${many === 1 ? "is" : "are"} not saved yet`;
  const units = `${editing.counted(undecided)} changed twice ${undecided === 1 ? "is" : "are"} not decided yet`;
  const kept = (one: boolean, then: string) =>
    `${one ? "It stays" : "They stay"} in this browser, for your account only: open this plan here ` +
    `again, signed in as yourself, and ${then}.`;
  const saved = kept(many === 1, `${many === 1 ? "it is" : "they are"} saved then`);
  const decide = kept(undecided === 1, "decide then whose change stands");
  if (!undecided) return [edits, saved];
  return many ? [edits, saved, `${units}. ${decide}`] : [units, decide];
}

function asked(editing: Editing, leave: () => void, wait: () => void): HTMLDialogElement {
  const many = editing.log.waiting.length;
  const [title, ...text] = leftOpen(editing);
  const told = h("p", { role: "status" });
  const box = dialog(
    title,
    ...text.map((one) => h("p", {}, one)),
    told,
    h(
      "p",
      { class: "actions" },
      editing.editable && many
        ? button(
            `Wait until ${many === 1 ? "it is" : "they are"} saved`,
            () => {
              told.textContent = "Waiting… You are signed out as soon as all is saved.";
              wait();
            },
            { class: "button button-primary" },
          )
        : null,
      button("Sign out now", leave, { class: "button" }),
      button("Stay here", () => box.close(), { class: "button" }),
    ),
  );
  return box;
}
