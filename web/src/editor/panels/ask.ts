// What panels ask of the server about this plan.
import { Refusal } from "../api.ts";

/** Path of the plan that the page is about. */
export function planPath(): string {
  return /^\/plans\/\d+/.exec(location.pathname)?.[0] ?? "";
}

/** Runs something that the server may refuse, and tells why it did. */
export async function trying(
  tell: (text: string) => void,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Refusal) tell(error.told);
    // The browser says so when there is no connection.
    else if (error instanceof TypeError)
      tell("The server cannot be reached. Try again when you are connected.");
    else throw error;
  }
}
