// The page as a whole: no network, no markup out of names, themes, phones, focus, what it says of the run.

import assert from "node:assert/strict";
import { settle } from "../browser.mjs";
import { cells, pixel, terms } from "./help.mjs";

export const whole = [
  {
    name: "it opens without a word on the console, and asks nobody for anything",
    // What a page complains of fails each check.
    run: async (page) => assert.equal(await page.title(), "shop <server>"),
  },
  {
    name: "its policy refuses scripts and requests that aren't its own",
    run: async (page) => {
      await page.evaluate(() => {
        document.body.append(Object.assign(document.createElement("script"), { textContent: "window.intruder = true" }));
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.intruder = true'>");
      });
      const refused = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(() => false, () => true));
      assert.equal(await page.evaluate(() => window.intruder), undefined);
      assert.ok(refused);
      assert.ok(page.complaints.some((line) => line.includes("Content Security Policy")), page.complaints.join("\n"));
      page.complaints.length = 0;
    },
  },
  {
    name: "names stay text wherever they're shown",
    run: async (page) => {
      await page.locator("#expand").click();
      const names = await page.locator(".row .text").allTextContents();
      for (const name of ["<script>alert(1)</script>", "</script><img src=x onerror=alert(2)>", "Vec<T>::sort_by", "line\\u{2028}separator \\u{202e}turned"]) {
        assert.ok(names.includes(name), `${name} among ${names}`);
      }
      assert.equal(await page.locator("#program").textContent(), "shop <server>");
      assert.ok((await page.locator("#legend").textContent()).includes("<b>bold</b>"));
      assert.equal(await page.locator("img, main b b, main i i, script:not([nonce])").count(), 0);
    },
  },
  {
    name: "the facts of the run are there, and what's unknown is absent",
    run: async (page) => {
      const facts = await terms(page, "#about");
      const known = { Program: "shop <server>", Process: "4711", Host: "till-3", Started: "2026-11-26 21:59:36 UTC", Elapsed: "~2.40 s", "Built as": "release", System: "linux x86_64", Clock: "tsc", "Recorded by": "instrument 0.1.0", Threads: "up to 4 at once" };
      for (const [term, fact] of Object.entries(known)) assert.equal(facts[term], fact, term);
      const summary = await page.locator("#facts dd").allTextContents();
      assert.deepEqual(summary, ["~2.40 s", "5,073,884", "17", "16", "4", "~12.1 ms"]);
    },
  },
  {
    name: "losses, costs and partings are said in the table's words",
    run: async (page) => {
      const notes = await page.locator("#notes li").allTextContents();
      for (const part of ["timers: 22 ns a call as measured in this process", "~ estimated from the calls that a sampled site times", "~ the clocks parted between 900 ms and 1.10 s", "throttled: 1 call path", "lost: 3 × a call too deep", "lost: 1,204 × a span"]) {
        assert.ok(notes.some((note) => note.startsWith(part)), `${part} among ${notes.join("\n")}`);
      }
      assert.equal(await page.locator("#notes .lost").count(), 2);
    },
  },
  {
    name: "measurements, checkpoints, timers and probes have their figures",
    run: async (page) => {
      const measured = await cells(page, "#measurements");
      assert.deepEqual(measured[0], ["basket <b>size</b>", "3", "5.33", "4.19", "1", "11", "16"]);
      assert.deepEqual(measured[1], ["discount", "2", "-1.75", "0.750", "-2.50", "-1", "-3.50"]);
      const lines = await cells(page, "#checkpoints details:first-of-type");
      assert.deepEqual(lines[1], ["32: let table = text.parse::<Table<'_>>()?;", "171 ms", "71.3 %", "80.0 ms"]);
      assert.equal(await page.locator("#checkpoints details").count(), 2, "what was never called isn't there");
      const timers = await cells(page, "#timers");
      assert.match(timers[0].join(" "), /^thumbnail 292 3\.08 ms .* 50 % ≤ .* ms, 99\.9 % ≤ .* ms$/);
      assert.deepEqual(timers[1], ["idle", "0", "–", "–", "–", "–", "–"]);
      assert.deepEqual((await cells(page, "#probes"))[1], ["shop::store::Query::run", "count", "64,128", "its condition isn't a truth value: `args.id + 1`"]);
      assert.deepEqual((await cells(page, "#tasks"))[0].slice(0, 2), ["handle_request", "400"]);
    },
  },
  {
    name: "the theme is the system's until it's switched",
    view: { colorScheme: "dark" },
    run: async (page) => {
      const lightness = () => page.evaluate(() => {
        const [, ...parts] = /rgb\((\d+), (\d+), (\d+)/.exec(getComputedStyle(document.body).backgroundColor);
        return parts.reduce((sum, part) => sum + Number(part), 0) / 765;
      });
      const frame = async () => (await pixel(page, 0.5, 1)).split(",").reduce((sum, part) => sum + Number(part), 0) / 765;
      assert.ok((await lightness()) < 0.2);
      const before = await frame();
      assert.ok(before < 0.5, `frames are dark: ${before}`);
      await page.locator("#theme").click();
      await settle(page);
      assert.ok((await lightness()) > 0.9);
      assert.ok((await frame()) > 0.6, "frames are light");
      await page.locator("#theme").click();
      await settle(page);
      assert.equal(await frame(), before);
    },
  },
  {
    name: "on a phone nothing is wider than the screen, and the table scrolls by itself",
    view: { width: 390, height: 844 },
    run: async (page) => {
      await page.locator("#checkpoints summary").last().click();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      const wide = await page.locator("main section").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > 390).map((one) => one.id));
      assert.deepEqual(wide, []);
      assert.ok(await page.locator("#table").evaluate((table) => table.scrollWidth > table.clientWidth));
      await page.locator("#table").evaluate((table) => { table.scrollLeft = 300; });
      await settle(page);
      const left = await page.locator(".row .name").first().evaluate((name) => name.getBoundingClientRect().left);
      assert.ok(left < 60, "names stay where they are");
      const tapped = await page.locator("#theme, #direction button, #mode button, select").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
      assert.ok(Math.min(...tapped) >= 34, `${tapped}`);
    },
  },
  {
    name: "the keyboard reaches everything, and it's seen where it is",
    run: async (page) => {
      const reached = new Set();
      for (let step = 0; step < 60; step++) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
          const { activeElement: on } = document;
          const style = getComputedStyle(on);
          return { id: on.id || on.closest("[id]")?.id, isSeen: on === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) };
        });
        assert.ok(at.isSeen, `the focus can't be seen on ${at.id}`);
        reached.add(at.id);
      }
      for (const id of ["search", "theme", "weight", "direction", "colouring", "canvas", "legend", "mode", "expand", "table", "table-head"]) {
        assert.ok(reached.has(id), `${id} isn't among ${[...reached]}`);
      }
    },
  },
  {
    name: "a recording of nothing is a page that says so",
    file: "nothing",
    run: async (page) => {
      assert.ok(await page.getByText("No call was recorded.", { exact: true }).isVisible());
      assert.ok(await page.locator("#flame").isHidden());
      assert.equal((await terms(page, "#about")).Program, "–");
    },
  },
];
