// What this phone keeps of tours goes at signing out, and when somebody else signs in. Words that the
// server has not taken stay: only who said them can send them.
import { forget, forgetOthers } from "../road/keep.ts";
import { all } from "../road/queue.ts";

export function signingOut(page: Document): void {
  const { who } = page.documentElement.dataset;
  void forgetOthers(who, Date.now()).catch(() => undefined);
  const form = page.querySelector<HTMLFormElement>("form[data-sign-out]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void leave(form, who);
  });
}

async function leave(form: HTMLFormElement, who: string | undefined): Promise<void> {
  try {
    const waiting = (await all()).filter((one) => one.who === who && !one.refused).length;
    const told = `${waiting} ${waiting === 1 ? "word" : "words"} from the road ${waiting === 1 ? "has" : "have"} not been sent. Sign out all the same? They stay on this phone, and only you can send them.`;
    if (waiting && !window.confirm(told)) return;
    await forget(() => true);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
  form.submit();
}
