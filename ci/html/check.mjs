// Pages in a real browser: `node ci/html/check.mjs EVERYTHING.html TEXTS.json NOTHING.html MANY.html CHANGED.html [NAME…]`. With names, only
// checks whose name has one of them.

import { Expected } from "./expected.mjs";
import { open, start } from "./browser.mjs";
import { difference } from "./checks/difference.mjs";
import { graph } from "./checks/graph.mjs";
import { whole } from "./checks/whole.mjs";
import { panel } from "./checks/panel.mjs";
import { search } from "./checks/search.mjs";
import { table } from "./checks/table.mjs";

const [everything, texts, nothing, many, changed, ...names] = process.argv.slice(2);
const checks = [...whole, ...graph, ...search, ...table, ...panel, ...difference];
const { context, close } = await start();
let failed = 0;
for (const { name, file = "everything", view, run } of checks) {
  if (names.length > 0 && !names.some((part) => name.includes(part))) continue;
  const start = performance.now();
  const page = await open(context, { everything, nothing, many, changed }[file], view);
  try {
    await run(page, new Expected(texts));
    if (page.complaints.length > 0) throw new Error(page.complaints.join("\n"));
    console.log(`ok ${Math.round(performance.now() - start).toString().padStart(6)} ms  ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED        ${name}\n${error.stack}`);
  }
  await page.close();
}
await close();
console.log(failed > 0 ? `${failed} of ${checks.length} checks failed` : "all checks passed");
process.exitCode = failed > 0 ? 1 : 0;
