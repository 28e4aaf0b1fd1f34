// What a page of 100,000 call paths costs: `node ci/html/measure.mjs [NODES]`, after `ci/85-html.sh` has fetched what that takes.
// Says the medians, and all that they're of: writing it, the first paint, until all is there, a zoom, a weight, a search.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open, settle, start } from "./browser.mjs";
import { click } from "./checks/help.mjs";

const nodes = process.argv[2] ?? "100000";
const OPENED = 7, ZOOMED = 30;
const folder = mkdtempSync(join(tmpdir(), "instrument-measure-"));
const file = join(folder, "many.html");
const cargo = ["run", "--quiet", "--release", "--package", "instrument-report", "--features", "html", "--example", "page", "--"];
process.stdout.write(execFileSync("cargo", [...cargo, "--measure", nodes, file], { encoding: "utf8" }));

function say(what, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const rounded = sorted.map((time) => Math.round(time));
  console.log(`${what.padEnd(34)} ${rounded[rounded.length >> 1]} ms, the median of ${times.length}: ${rounded.join(" ")}`);
}

const { context, browser, close } = await start();
console.log(`Chromium ${browser ? browser.version() : await context.pages()[0].evaluate(() => navigator.userAgent)}`);
const opened = { painted: [], drawn: [], ready: [] };
let page = null;
for (let round = 0; round < OPENED; round++) {
  await page?.close();
  page = await open(context, file);
  const at = await page.evaluate(() => Object.fromEntries(["first-contentful-paint", "drawn", "ready"].map((name) =>
    [name, performance.getEntriesByName(name)[0].startTime])));
  opened.painted.push(at["first-contentful-paint"]);
  opened.drawn.push(at.drawn);
  opened.ready.push(at.ready);
}
say("first paint", opened.painted);
say("graph and table drawn", opened.drawn);
say("all read, row chosen", opened.ready);

/** From an input until the screen's next frame after it was drawn. */
async function timed(act) {
  await page.evaluate(() => {
    window.begun = null;
    addEventListener("pointerdown", () => { window.begun ??= performance.now(); }, { once: true, capture: true });
    addEventListener("input", () => { window.begun ??= performance.now(); }, { once: true, capture: true });
  });
  await act();
  return page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - window.begun)))));
}

const zooms = [];
for (let at = 0; at < ZOOMED; at++) {
  // Down into ever narrower frames, and back to all of them.
  const row = 2 + (at % 6);
  if (at % 6 === 0) await click(page, 0.3, 0);
  const box = await page.locator("#canvas").boundingBox();
  zooms.push(await timed(() => page.mouse.click(box.x + box.width * 0.2, box.y + row * 22 + 11)));
  await settle(page);
}
say("a zoom, from click to frame", zooms);
const drawn = await page.evaluate(() => performance.getEntriesByName("zoom", "measure").map((entry) => entry.duration));
say("of which the page's own work", drawn);

const searches = [];
for (const text of ["step_1", "worker", "step_77", "zzz", "/9$/"]) {
  await page.locator("#search").fill("");
  await settle(page);
  searches.push(await timed(() => page.locator("#search").fill(text)));
}
say("a search", searches);
await close();
rmSync(folder, { recursive: true, force: true });
