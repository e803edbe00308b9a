// A browser may ask for hours with AM and PM, while the pages write 16:30: words tell them apart.

/** Tells a time of day, such as 16:30, in words. */
export function told(time: string): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  if (minute === 0 && hour % 12 === 0) return hour === 0 ? "midnight" : "noon";
  const clock = `${hour % 12 || 12}:${String(minute).padStart(2, "0")}`;
  const part =
    hour < 5 || hour >= 22
      ? "at night"
      : hour < 12
        ? "in the morning"
        : hour < 18
          ? "in the afternoon"
          : "in the evening";
  return `${clock} ${part}`;
}

/** Tells a stretch from one time to another, with its length; an end before it is on the next day. */
export function toldSpan(begins: string, ends: string): string {
  const minutes = (time: string) => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    return 60 * hour + minute;
  };
  const over = minutes(ends) <= minutes(begins);
  const length = minutes(ends) - minutes(begins) + (over ? 24 * 60 : 0);
  const hours = Math.floor(length / 60);
  const long = [hours ? `${hours} h` : "", length % 60 ? `${length % 60} min` : ""].filter(Boolean);
  const next = over ? " the next day" : "";
  return `${told(begins)} to ${told(ends)}${next}: ${long.join(" ")}`;
}

/** Writes the words behind each time that is filled in, and behind the two of a stretch. */
export function timeWords(root: Document): void {
  const done = new Set<Element>();
  let number = 0;
  for (const input of root.querySelectorAll<HTMLInputElement>('input[type="time"]')) {
    const box = input.closest("[data-span]") ?? input;
    if (done.has(box)) continue;
    done.add(box);
    const inputs = box === input ? [input] : [...box.querySelectorAll("input")];
    const said = root.createElement("span");
    number += 1;
    said.id = `time-words-${number}`;
    said.className = "hint";
    said.setAttribute("aria-live", "polite");
    box.after(said);
    const write = () => {
      const [begins = "", ends = ""] = inputs.map((one) => one.value);
      const whole = inputs.every((one) => one.value !== "");
      said.textContent = !whole ? "" : ends ? toldSpan(begins, ends) : told(begins);
    };
    for (const one of inputs) {
      const known = one.getAttribute("aria-describedby");
      one.setAttribute("aria-describedby", known ? `${known} ${said.id}` : said.id);
      one.addEventListener("input", write);
    }
    write();
  }
}
