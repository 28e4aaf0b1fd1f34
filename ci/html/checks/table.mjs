// The table of calls: its figures, sorting, collapsing, the keyboard, functions, many rows.

import assert from "node:assert/strict";
import { settle } from "../browser.mjs";
import { parsed } from "../expected.mjs";
import { key, press, rows } from "./help.mjs";

/** Names of the rows of a level. */
const level = (all, at) => all.filter((row) => row.level === at).map((row) => row.name);

export const table = [
  {
    name: "each cell has the snapshot's figure, marked where it's estimated or vague",
    view: { width: 2600, height: 1400 },
    run: async (page, expected) => {
      const shown = await rows(page);
      assert.equal(shown.length, expected.nodes.length);
      for (const node of expected.nodes) {
        const level = expected.path(node.place).length;
        const candidates = shown.filter((row) => row.name === node.name && row.level === level);
        assert.equal(candidates.length, 1, `rows of ${node.name}`);
        assert.deepEqual(candidates[0].cells, node.cells, node.name);
      }
      assert.ok(expected.nodes.some((node) => node.cells[0].startsWith("~")) && expected.nodes.some((node) => node.cells[0] === "–"));
    },
  },
  {
    name: "a heading sorts siblings, and turns round when it's pressed again",
    run: async (page, expected) => {
      const below = (name) => expected.children(expected.named(name).place);
      const byOwn = below("handle_request").sort((a, b) => b.own - a.own).map((node) => node.name);
      await press(page, "[data-column=own]", "Own");
      assert.deepEqual(level(await rows(page), 3).slice(0, byOwn.length), byOwn);
      assert.equal(await page.locator("[data-column=own]").getAttribute("aria-sort"), "descending");
      await press(page, "[data-column=own]", "Own");
      assert.equal(await page.locator("[data-column=own]").getAttribute("aria-sort"), "ascending");
      const turned = await rows(page);
      assert.deepEqual(level(turned, 1), ["serve", "reload"], "40 ms before 240 ms");
      await press(page, "[data-column=name]", "Call path");
      assert.deepEqual(level(await rows(page), 1), ["reload", "serve"]);
    },
  },
  {
    name: "what's absent comes last, whichever way it's sorted",
    run: async (page) => {
      for (const _ of [1, 2]) {
        await press(page, "[data-column=p99]", "p99");
        assert.equal(level(await rows(page), 4).filter((name) => ["upload", "render tile"].includes(name)).pop(), "upload");
      }
    },
  },
  {
    name: "rows open and close, by pointer and by keyboard",
    run: async (page) => {
      const before = (await rows(page)).length;
      const row = page.locator(".row", { hasText: "Query::run" }).first();
      await row.locator(".twist").click();
      await settle(page);
      assert.equal((await rows(page)).length, before - 2);
      assert.equal(await row.getAttribute("aria-expanded"), "false");
      await row.locator(".text").click();
      await page.locator("#table").focus();
      await key(page, "ArrowRight");
      assert.equal((await rows(page)).length, before);
      await key(page, "ArrowRight");
      assert.equal(await page.locator("#panel h3").textContent(), "Pool::get");
      await key(page, "ArrowLeft");
      assert.equal((await rows(page)).length, before - 1);
      await key(page, "ArrowLeft");
      assert.equal(await page.locator("#panel h3").textContent(), "Query::run");
      await key(page, "End");
      assert.equal(await page.locator("#panel h3").textContent(), "never");
      await key(page, "Enter");
      const chosen = page.locator(".row[aria-selected=true]");
      assert.equal(await page.locator("#table").getAttribute("aria-activedescendant"), await chosen.getAttribute("id"));
    },
  },
  {
    name: "a row that's opened twice zooms the graph",
    run: async (page) => {
      await page.locator(".row", { hasText: "Vec<T>::sort_by" }).dblclick();
      await settle(page);
      assert.deepEqual(await page.locator("#crumbs button").allTextContents(), ["all", "serve", "handle_request", "Vec<T>::sort_by"]);
    },
  },
  {
    name: "functions are added up over call paths",
    run: async (page, expected) => {
      await press(page, "#mode", "Functions");
      await press(page, "[data-column=own]", "Own");
      const shown = await rows(page);
      assert.equal(shown.length, 16);
      const own = shown.map((row) => parsed(row.cells[0])).filter((figure) => figure !== null);
      assert.deepEqual(own, [...own].sort((a, b) => b - a));
      const query = shown.find((row) => row.name === "Query::run");
      const [sum, total, , calls] = query.cells;
      const both = expected.nodes.filter((node) => node.name === "Query::run");
      assert.equal(parsed(sum), Math.round(both.reduce((all, node) => all + node.own, 0) / 1e6) * 1e6);
      assert.ok(sum.startsWith("~"));
      assert.equal(parsed(calls), 64_128);
      assert.equal(parsed(total), Math.round(both.reduce((all, node) => all + parsed(node.cells[1]), 0) / 1e6) * 1e6);
      assert.equal(query.cells.at(-1), "2");
    },
  },
  {
    name: "100,000 rows are rows, and few of them elements",
    file: "many",
    run: async (page) => {
      await page.locator("#expand").click();
      await settle(page);
      assert.equal(await page.locator("#table").getAttribute("aria-rowcount"), "100001");
      assert.ok((await page.locator(".row").count()) < 80);
      await page.locator("#table").focus();
      await key(page, "End");
      assert.equal(await page.locator(".row").last().getAttribute("aria-rowindex"), "100001");
      assert.equal(await page.locator(".row[aria-selected=true]").count(), 1);
      // However deep a row lies, its name has room.
      await page.locator("#table").evaluate((table) => { table.scrollTop = 1_000; });
      await settle(page);
      const [deepest, narrowest] = await page.locator(".row").evaluateAll((all) => [
        Math.max(...all.map((row) => Number(row.getAttribute("aria-level")))),
        Math.min(...all.map((row) => row.querySelector(".text").clientWidth)),
      ]);
      assert.ok(deepest > 12 && narrowest > 30, `${narrowest} pixels for a name, of ${deepest} levels`);
    },
  },
];
