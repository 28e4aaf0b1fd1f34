// The panel of what's chosen: figures, the distribution, async calls, components, the way there.

import assert from "node:assert/strict";
import { settle } from "../browser.mjs";
import { parsed } from "../expected.mjs";
import { cells, press, terms } from "./help.mjs";

async function choose(page, name) {
  await page.locator(".row .text", { hasText: name }).first().click();
  await settle(page);
}

/** Where a mark of the distribution is, across. */
const flag = (page, name) => page.locator(`#panel .chart`).first().locator(`.flag.${name} line`).getAttribute("x1").then(Number);

export const panel = [
  {
    name: "the row with the most own time is chosen at first",
    run: async (page) => assert.equal(await page.locator("#panel h3").textContent(), "render tile"),
  },
  {
    name: "a chosen row's figures are the snapshot's, with where it is in the source",
    run: async (page, expected) => {
      await choose(page, "Pool::get");
      const [own, total, share, calls, mean, median, p99, max] = expected.named("Pool::get").cells;
      const found = await terms(page, "#panel");
      const wanted = { Own: own, Total: total, "Of elapsed": share, Calls: calls, Mean: mean, Median: median, p99, Max: max };
      for (const [term, figure] of Object.entries(wanted)) assert.equal(found[term], figure, term);
      assert.equal(await page.locator("#panel code").textContent(), "src/store.rs:103:5");
      assert.deepEqual(await page.locator("#panel .chain button").allTextContents(), ["serve", "handle_request", "Query::run"]);
      await press(page, "#panel .chain", "handle_request");
      assert.equal(await page.locator("#panel h3").textContent(), "handle_request");
    },
  },
  {
    name: "a distribution has all calls in its bars, and its marks in order on a logarithmic axis",
    run: async (page) => {
      await choose(page, "deflate");
      const titles = await page.locator("#panel .bin title").allTextContents();
      const calls = titles.reduce((sum, title) => sum + Number(/: ([\d,]+) calls?$/.exec(title)[1].replaceAll(",", "")), 0);
      assert.equal(calls, 3_200);
      // The outermost bars hold the shortest and the longest call, and reach not much further: a bucket is 1/32 of its value.
      const found = await terms(page, "#panel");
      const [first, last] = [parsed(titles[0].split(" to ")[0]), parsed(titles.at(-1).split(" to ")[1].split(":")[0])];
      assert.ok(first <= parsed(found.Min) * 1.005 && first > parsed(found.Min) * 0.95, `${first} for ${found.Min}`);
      assert.ok(last >= parsed(found.Max) * 0.995 && last < parsed(found.Max) * 1.05, `${last} for ${found.Max}`);
      const marks = [await flag(page, "p50"), await flag(page, "p90"), await flag(page, "p99"), await flag(page, "max")];
      assert.deepEqual(marks, [...marks].sort((a, b) => a - b));
      const ticks = await page.locator("#panel .tick").evaluateAll((all) => all.map((tick) => [tick.textContent, Number(tick.querySelector("line").getAttribute("x1"))]));
      const nanos = (text) => parseFloat(text) * { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }[text.split(" ")[1]];
      const steps = ticks.slice(1).map(([text, x], at) => (x - ticks[at][1]) / Math.log10(nanos(text) / nanos(ticks[at][0])));
      assert.ok(steps.length > 0 && steps.every((step) => Math.abs(step - steps[0]) < 0.5), `${ticks}`);
    },
  },
  {
    name: "an async row has polls, waiting and what was cancelled",
    run: async (page) => {
      await choose(page, "handle_request");
      const found = await terms(page, "#panel");
      assert.equal(found.Polls, "1,310");
      assert.equal(found["Polls a call"], "3.18");
      assert.equal(found.Cancelled, "12");
      assert.equal(found["Mean cancelled"], "~30.0 ms");
      assert.match(found["Sum of wall"], /^~(9\.00|8\.99) s$/);
      assert.equal(await page.locator("#panel .chart").count(), 2);
    },
  },
  {
    name: "components have their figures, and what they didn't measure isn't 0",
    run: async (page) => {
      await choose(page, "render");
      const found = Object.fromEntries((await cells(page, "#panel")).map(([name, ...rest]) => [name, rest]));
      assert.deepEqual(found.cpu_share.slice(0, 3), ["75.0 %", "–", "75.0 %"]);
      assert.deepEqual(found.alloc_bytes.slice(0, 2), ["977 KiB", "977 KiB"]);
      await choose(page, "Vec<T>::sort_by");
      const alive = (await cells(page, "#panel")).find(([name]) => name === "live_bytes");
      assert.deepEqual(alive.slice(1), ["~2.86 MiB", "~2.86 MiB", "~2.44 KiB", "–", "–", "–", "–", "–"], "a sample, added up");
      await choose(page, "upload");
      const upload = await terms(page, "#panel");
      assert.equal(upload.Total, "–");
      assert.equal(upload.Observations, "2");
      assert.deepEqual((await cells(page, "#panel"))[0], ["frames", "42", "42", "21", "2", "40", "19", "2", "2"]);
    },
  },
  {
    name: "it says how figures came to be",
    run: async (page) => {
      const notes = async (name) => {
        await choose(page, name);
        return (await page.locator("#panel .notes li").allTextContents()).join(" ");
      };
      assert.match(await notes("is_free"), /throttled: one in 64 is timed\. 4,996,000 calls were counted/);
      assert.match(await notes("Query::run"), /One call in 64 is timed\..*~ is estimated/);
      assert.match(await notes("render tile"), /beside its parent, in parallel/);
      assert.match(await notes("serve"), /Clocks parted.*1 call was open/);
    },
  },
];
