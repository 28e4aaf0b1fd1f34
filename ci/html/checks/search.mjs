// Searching: what's found, how much of the whole that is, and what's shown of it.

import assert from "node:assert/strict";
import { settle } from "../browser.mjs";
import { pixel, rows } from "./help.mjs";

/** Own time of nodes that match, and of all below them, as a share: each counted once. */
function share(expected, matches) {
  const isInside = (node) => expected.path(node.place).some((place) => matches(expected.nodes[place].name));
  const inside = expected.nodes.filter(isInside).reduce((sum, node) => sum + node.own, 0);
  return `${((inside / expected.sum(-1)) * 100).toFixed(1)} %`;
}

async function type(page, text) {
  await page.locator("#search").fill("");
  await page.locator("#search").blur();
  await page.keyboard.press("/");
  await page.keyboard.type(text);
  await settle(page);
}

export const search = [
  {
    name: "a search tells how much matches, filters the table, and marks what it found",
    run: async (page, expected) => {
      await type(page, "query");
      assert.equal(await page.locator("#search").inputValue(), "query");
      const text = await page.locator("#matched").textContent();
      assert.ok(text.startsWith(`2 call paths of 17 match: ${share(expected, (name) => name === "Query::run")} of time`), text);
      assert.deepEqual((await rows(page)).map((row) => row.name), ["serve", "handle_request", "Query::run", "reload", "Query::run"]);
      assert.deepEqual(await page.locator(".row mark").allTextContents(), ["Query", "Query"]);
      await page.keyboard.press("Escape");
      await settle(page);
      assert.equal(await page.locator("#matched").textContent(), "");
      assert.equal((await rows(page)).length, 17);
    },
  },
  {
    name: "paths and files are searched, and /…/ is a regular expression",
    run: async (page) => {
      await type(page, "src/render.rs");
      assert.match(await page.locator("#matched").textContent(), /^1 call path of/);
      await type(page, "/^(Vec|deflate$)/");
      assert.match(await page.locator("#matched").textContent(), /^2 call paths of/);
      await page.keyboard.press("Escape");
      // What a pattern would stumble over is text: nothing throws.
      await type(page, "/(/");
      assert.equal(await page.locator("#matched").textContent(), "Nothing matches.");
      await type(page, "<script>");
      assert.match(await page.locator("#matched").textContent(), /^1 call path of/);
    },
  },
  {
    name: "frames that don't match stand back",
    run: async (page) => {
      const [serve, render] = [await pixel(page, 0.25, 1), await pixel(page, 0.25, 3)];
      await type(page, "render");
      assert.notEqual(await pixel(page, 0.25, 1), serve);
      assert.equal(await pixel(page, 0.25, 3), render);
    },
  },
  {
    name: "what the search hid of a collapsed tree comes back",
    run: async (page) => {
      await page.locator("#collapse").click();
      await settle(page);
      assert.deepEqual((await rows(page)).map((row) => row.name), ["serve", "reload"]);
      await type(page, "is_free");
      assert.deepEqual((await rows(page)).map((row) => row.name), ["serve", "handle_request", "Query::run", "Pool::get", "is_free"]);
      await page.locator(".row .twist").nth(1).click();
      await settle(page);
      assert.deepEqual((await rows(page)).map((row) => row.name), ["serve", "handle_request"]);
      await page.locator("#search").focus();
      await page.keyboard.press("Escape");
      await settle(page);
      assert.deepEqual((await rows(page)).map((row) => row.name), ["serve", "reload"]);
    },
  },
];
