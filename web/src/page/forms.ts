/** Filter forms send themselves on a change and show that they do. */
export function autoSubmit(root: Document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-auto-submit]")) {
    form.addEventListener("change", (event) => {
      // A half-typed text or date is not yet a choice; Enter or the button sends it.
      const target = event.target;
      if (target instanceof HTMLInputElement && target.type === "search") return;
      if (!form.checkValidity()) return;
      form.requestSubmit();
    });
  }
}

/** While a form is under way its button rests, and the map behind it says that it loads. */
export function busyForms(root: Document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>(
    "form[data-busy], form[data-auto-submit]",
  )) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      form.setAttribute("aria-busy", "true");
      root.querySelector("[data-map-frame]")?.setAttribute("data-loading", "");
      // After the event, or the pressed button's own value would not be sent.
      setTimeout(() => {
        for (const button of form.querySelectorAll<HTMLButtonElement>("button")) {
          button.disabled = true;
        }
      });
    });
  }
  // Coming back by the browser's history must not find a dead form.
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll<HTMLFormElement>("form[aria-busy]")) {
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll<HTMLButtonElement>("button"))
        button.disabled = false;
    }
  });
}
