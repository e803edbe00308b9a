// Small helpers of the server-rendered pages; every page works without them.
import { confirmations, copyButtons, foldsOnPaper, tableFilters } from "./page/controls.ts";
import { autoSubmit, busyForms } from "./page/forms.ts";
import { keptEdits } from "./page/kept-edits.ts";
import { mapAndTable } from "./page/map-table.ts";
import { remedies } from "./page/remedies.ts";
import { review } from "./page/review.ts";
import { roadBoard } from "./page/road-board.ts";
import { shortcuts } from "./page/shortcuts.ts";
import { signingOut } from "./page/sign-out.ts";
import { timeWords } from "./page/time-words.ts";

document.documentElement.classList.add("has-script");
autoSubmit(document);
busyForms(document);
confirmations(document);
copyButtons(document);
tableFilters(document);
foldsOnPaper(document);
keptEdits(document);
mapAndTable(document);
remedies(document);
review(document);
shortcuts(document);
signingOut(document);
roadBoard(document);
timeWords(document);
// On a phone the bar of pages and the tabs scroll sideways: the present one must be in sight.
for (const bar of [".nav", ".tabs"])
  document.querySelector(`${bar} [aria-current]`)?.scrollIntoView({ block: "nearest" });
