// The page of what changed between two recordings.

import assert from "node:assert/strict";
import { settle } from "../browser.mjs";
import { cells, hover, pixel, press, rows } from "./help.mjs";

const named = async (page, name) => (await rows(page)).find((row) => row.name === name);
/** How much more red than blue there is. */
const warmth = (colour) => Number(colour.split(",")[0]) - Number(colour.split(",")[2]);

export const difference = [
  {
    name: "a difference has both runs' figures, and what changed of own time",
    file: "changed",
    view: { width: 2600, height: 1200 },
    run: async (page) => {
      const headings = await page.locator("#table-head button").allTextContents();
      assert.deepEqual(headings.slice(1, 5).map((text) => text.replace(" ↓", "")), ["Change", "Change %", "Own", "Own, base"]);
      const longer = await named(page, "Vec<T>::sort_by");
      assert.deepEqual(longer.cells.slice(0, 6), ["+105 ms", "+50.0 %", "315 ms", "210 ms", "435 ms", "330 ms"]);
      assert.deepEqual((await named(page, "handle_request")).cells.slice(0, 2), ["0 ns", "0 %"], "its callee is to blame");
      assert.deepEqual((await named(page, "Query::run")).cells.slice(2, 4), ["~310 ms", "~310 ms"]);
      const observed = (await named(page, "upload")).cells;
      assert.deepEqual([observed[6], observed[7], observed[8]], ["2", "2", "–"], "observations, where there's no time");
      const facts = Object.fromEntries(await page.locator("#facts > div").evaluateAll((all) => all.map((one) => [...one.children].map((child) => child.textContent))));
      assert.equal(facts["New paths"], "1");
      assert.equal(facts["Vanished paths"], "1");
      assert.equal(facts["Change of own time"], "+105 ms");
    },
  },
  {
    name: "what's new or vanished is absent on the other side, and isn't 0",
    file: "changed",
    view: { width: 2600, height: 1200 },
    run: async (page) => {
      assert.deepEqual((await named(page, "successor")).cells.slice(0, 8), ["+120 ms", "–", "120 ms", "–", "120 ms", "–", "33", "–"]);
      assert.deepEqual((await named(page, "<script>alert(1)</script>")).cells.slice(0, 8), ["−120 ms", "–", "–", "120 ms", "–", "120 ms", "–", "33"]);
      assert.deepEqual(await page.locator(".row small", { hasText: /^(new|vanished)$/ }).allTextContents(), ["new", "vanished"]);
    },
  },
  {
    name: "frames are warm where own time grew, cold where it shrank, and as wide as either run",
    file: "changed",
    run: async (page) => {
      // Of 2,600 ms: render 1,030, then what takes longer, 435 ms, before Query::run, 425 ms.
      assert.equal((await hover(page, 0.5, 3)).name, "Vec<T>::sort_by");
      assert.ok(warmth(await pixel(page, 0.555, 3)) > 40, "more");
      assert.ok(Math.abs(warmth(await pixel(page, 0.3, 3))) < 12, "the same");
      assert.match((await hover(page, 0.5, 3)).text, /Change of own\s+\+105 ms/);
      await page.locator("#weight").selectOption("base");
      await settle(page);
      assert.equal((await hover(page, 0.45, 3)).name, "Query::run");
      assert.equal((await hover(page, 0.59, 4)).name, "<script>alert(1)</script>");
      assert.ok(warmth(await pixel(page, 0.61, 4)) < -40, "less");
      await press(page, "#direction", "Own");
      assert.ok((await page.locator("#flame-note").textContent()).includes("One run a side"));
    },
  },
  {
    name: "the panel has both runs of what changed most",
    file: "changed",
    run: async (page) => {
      const against = async () => Object.fromEntries((await cells(page, "#panel .scroll:first-of-type")).map(([name, ...rest]) => [name, rest]));
      assert.equal(await page.locator("#panel h3").textContent(), "successor");
      const added = await against();
      assert.deepEqual(added.Own, ["120 ms", "–", "+120 ms"]);
      assert.equal(added.Mean[2], "–", "a mean of no calls is nothing to differ from");
      await page.locator(".row .text", { hasText: "Vec<T>::sort_by" }).click();
      await settle(page);
      const table = await against();
      assert.deepEqual(table.Own, ["315 ms", "210 ms", "+105 ms"]);
      assert.deepEqual(table.Calls, ["1,200", "1,200", "0"]);
    },
  },
];
