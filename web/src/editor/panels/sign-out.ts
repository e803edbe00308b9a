// Signing out while edits wait: they may be waited for, or stay in this browser for the same user.
import type { Editing } from "../editing.ts";
import { button, count, dialog, h } from "./dom.ts";

export function signOut(editing: Editing): void {
  const form = document.querySelector<HTMLFormElement>("form[data-sign-out]");
  let leaving = false;
  let box: HTMLDialogElement | null = null;
  let waits = false;
  const leave = () => {
    leaving = true;
    box?.close();
    form?.requestSubmit();
  };
  // Before the page's own way of signing out.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || leaving || !editing.log.waiting.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waits = false;
      box = asked(editing, leave, () => {
        waits = true;
        editing.say("You are signed out as soon as your edits are saved.");
      });
      // Who closes it stays, also when all is saved after that.
      box.addEventListener("close", () => {
        if (waits && !leaving) editing.say("You stay signed in.");
        waits = false;
      });
      box.showModal();
    },
    { capture: true },
  );
  editing.on("history", () => {
    if (editing.log.waiting.length || leaving) return;
    if (waits) leave();
    else box?.close();
  });
}

function asked(editing: Editing, leave: () => void, wait: () => void): HTMLDialogElement {
  const many = editing.log.waiting.length;
  const one = many === 1;
  const [it, is] = one ? ["It", "is"] : ["They", "are"];
  const told = h("p", { role: "status" });
  const box = dialog(
    `${count(many, "edit")} ${is} not saved yet`,
    h(
      "p",
      {},
      `${it} ${one ? "stays" : "stay"} in this browser, for your account only: open this plan here ` +
        `again, signed in as yourself, and ${one ? "it is" : "they are"} saved then.`,
    ),
    told,
    h(
      "p",
      { class: "actions" },
      editing.editable
        ? button(
            `Wait until ${one ? "it is" : "they are"} saved`,
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
