// What this phone keeps of tours goes at signing out, and when somebody else signs in. Words that the
// server has not taken stay: only who said them can send them. Of refused ones the notes go.
import { forget, forgetOthers } from "../road/keep.ts";
import { all, forgetNotes, type Waiting } from "../road/queue.ts";
import { counted } from "../road/telling.ts";

export function signingOut(page: Document): void {
  const { who } = page.documentElement.dataset;
  void forgetOthers(who, Date.now()).catch(() => undefined);
  const form = page.querySelector<HTMLFormElement>("form[data-sign-out]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void leave(form, who);
  });
}

/** What somebody who signs out is asked because of words on this phone; "" for nothing. */
export function question(words: readonly Waiting[], who: string | undefined): string {
  const mine = words.filter((one) => one.who === who);
  const refused = mine.filter((one) => one.refused).length;
  const unsent = mine.length - refused;
  if (!mine.length) return "";
  return [
    unsent &&
      `${counted(unsent, "word")} from the road ${unsent === 1 ? "has" : "have"} not been sent; ${unsent === 1 ? "it stays" : "they stay"} on this phone, and only you can send ${unsent === 1 ? "it" : "them"}.`,
    refused &&
      `${counted(refused, "word")} ${refused === 1 ? "was" : "were"} refused; what you wrote with ${refused === 1 ? "it" : "them"} is removed from this phone.`,
    "Sign out all the same?",
  ]
    .filter(Boolean)
    .join(" ");
}

async function leave(form: HTMLFormElement, who: string | undefined): Promise<void> {
  try {
    const asked = question(await all(), who);
    if (asked && !window.confirm(asked)) return;
    // What is under way keeps nothing more.
    delete document.documentElement.dataset.who;
    await forget(() => true);
    if (who) await forgetNotes(who);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
  form.submit();
}
