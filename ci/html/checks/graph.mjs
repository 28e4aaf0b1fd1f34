// The flame graph: where frames are, zooming, the keyboard, what widths stand for.

import assert from "node:assert/strict";
import { settle } from "../browser.mjs";
import { click, crumbs, hover, key, pixel, press, terms } from "./help.mjs";

const middle = (frame) => (frame.from + frame.to) / 2;

export const graph = [
  {
    name: "each frame is where own times put it, and none is wider than its place",
    run: async (page, expected) => {
      const frames = expected.frames().filter((frame) => frame.to - frame.from > 0.004);
      assert.ok(frames.length > 13);
      for (const frame of frames) {
        const inset = 0.0015;
        for (const across of [frame.from + inset, middle(frame), frame.to - inset]) {
          assert.equal((await hover(page, across, frame.row))?.name, frame.name, `at ${across} of row ${frame.row}`);
        }
      }
      // Right of all that's below `serve` is its own time, where nothing is drawn.
      const serve = frames.find((frame) => frame.name === "serve");
      assert.equal(await hover(page, serve.to - 0.004, serve.row + 1), null);
    },
  },
  {
    name: "a tooltip tells figures, shares and what ran beside",
    run: async (page, expected) => {
      const frame = expected.frames().find((one) => one.name === "render tile");
      const { text } = await hover(page, middle(frame), frame.row);
      const own = expected.named("render tile").cells;
      for (const part of [own[0], own[1], "3,200", `${((frame.to - frame.from) * 100).toFixed(1)} %`, "parallel", "shop::render"]) assert.ok(text.includes(part), `${part} in ${text}`);
      assert.ok((await page.locator("#flame-note").textContent()).includes("Striped frames ran beside"));
    },
  },
  {
    name: "a click zooms, breadcrumbs and Escape lead back",
    run: async (page, expected) => {
      const frame = expected.frames().find((one) => one.name === "Query::run" && one.row === 3);
      assert.deepEqual(await crumbs(page), []);
      await click(page, middle(frame), frame.row);
      assert.deepEqual(await crumbs(page), ["all", "serve", "handle_request", "Query::run"]);
      assert.equal((await hover(page, 0.97, 3)).name, "Query::run");
      assert.equal((await hover(page, 0.97, 1)).name, "serve");
      assert.equal((await hover(page, 0.1, 4)).name, "Pool::get");
      assert.equal(await page.locator("#panel h3").textContent(), "Query::run");
      await press(page, "#crumbs", "serve");
      assert.deepEqual(await crumbs(page), ["all", "serve"]);
      await page.locator("#canvas").focus();
      await key(page, "Escape");
      assert.deepEqual(await crumbs(page), []);
      assert.equal((await hover(page, 0.97, 1)).name, "reload");
    },
  },
  {
    name: "arrow keys move from frame to frame, and Enter zooms",
    run: async (page) => {
      await page.locator("#canvas").focus();
      const status = () => page.locator("#flame-status").textContent();
      await key(page, "ArrowDown");
      assert.match(await status(), /^serve: /);
      await key(page, "ArrowRight");
      assert.match(await status(), /^reload: /);
      await key(page, "ArrowRight");
      assert.match(await status(), /^reload: /, "there's nothing beside it");
      await key(page, "ArrowDown");
      assert.match(await status(), /^Query::run: /);
      await key(page, "ArrowUp");
      await key(page, "Enter");
      assert.deepEqual(await crumbs(page), ["all", "reload"]);
      await key(page, "Home");
      assert.deepEqual(await crumbs(page), []);
    },
  },
  {
    name: "widths are calls, or what a component measured",
    run: async (page, expected) => {
      await page.locator("#weight").selectOption("calls");
      await settle(page);
      assert.match((await hover(page, 0.5, 0)).text, /5,073,884/);
      assert.equal((await hover(page, 0.9, 5)).name, "is_free");
      await page.locator("#weight").selectOption({ label: "alloc_bytes" });
      await settle(page);
      // Own bytes: handle_request 1 MB, Vec<T>::sort_by 3 MB, below it 0.5 MB, render 1 MB.
      assert.equal((await hover(page, 3.4 / 5.5, 3)).name, "Vec<T>::sort_by");
      assert.equal((await hover(page, 3.6 / 5.5, 3)).name, "render");
      assert.equal(await hover(page, 4.6 / 5.5, 3), null);
      const names = await page.locator("#weight option").allTextContents();
      assert.deepEqual(names, ["Time", "Calls", "thread_cpu", "alloc_bytes", "heap_change", "frames", "live_bytes"], "no ratio");
      await page.locator("#weight").selectOption({ label: "live_bytes" });
      await settle(page);
      assert.match(await page.locator("#flame-note").textContent(), /estimated from a sample/);
      assert.ok(expected.nodes.length > 0);
    },
  },
  {
    name: "turned round, functions are on top with their own figures, and callers below",
    run: async (page, expected) => {
      await press(page, "#direction", "Own");
      const all = expected.nodes.reduce((sum, node) => sum + node.own, 0);
      const tile = expected.named("render tile").own / all;
      const query = expected.nodes.filter((node) => node.name === "Query::run").reduce((sum, node) => sum + node.own, 0) / all;
      assert.equal((await hover(page, tile - 0.002, 1)).name, "render tile");
      assert.equal((await hover(page, tile - 0.002, 2)).name, "render");
      assert.equal((await hover(page, tile - 0.002, 4)).name, "serve");
      assert.equal((await hover(page, tile + query - 0.002, 1)).name, "Query::run");
      assert.equal((await hover(page, tile + 0.01, 2)).name, "handle_request");
      assert.equal((await hover(page, tile + query - 0.01, 2)).name, "reload");
      await click(page, tile + 0.01, 1);
      assert.deepEqual(await crumbs(page), ["all", "Query::run"]);
      assert.equal((await terms(page, "#panel"))["Call paths"], "2");
    },
  },
  {
    name: "a legend has a colour for each module, and singles one out",
    run: async (page, expected) => {
      const texts = await page.locator("#legend button").allTextContents();
      assert.equal(texts[0], "shop::render30.1 %");
      const colour = (place) => pixel(page, ...place);
      const at = (name) => expected.frames().find((frame) => frame.name === name);
      const [render, codec] = [at("render"), at("deflate")];
      const places = [[render.to - 0.01, render.row], [codec.to - 0.01, codec.row]];
      const before = [await colour(places[0]), await colour(places[1])];
      assert.notEqual(before[0], before[1]);
      await press(page, "#legend", "shop::render");
      assert.equal(await colour(places[0]), before[0]);
      assert.notEqual(await colour(places[1]), before[1]);
      await press(page, "#legend", "shop::render");
      assert.equal(await colour(places[1]), before[1]);
      await page.locator("#colouring").selectOption("own");
      await settle(page);
      assert.notEqual(await colour(places[0]), before[0]);
      assert.ok((await page.locator("#legend").textContent()).includes("all its own"));
    },
  },
  {
    name: "of 100,000 call paths, what's too narrow to be drawn is one block that can be zoomed into",
    file: "many",
    run: async (page) => {
      const named = [];
      for (let row = 1; row < 12; row++) named.push([row, (await hover(page, 0.9999, row))?.name]);
      const block = named.find(([, name]) => /^[\d,]+ more$/.test(name));
      assert.ok(block, `no block among ${named}`);
      await click(page, 0.9999, block[0]);
      assert.ok((await crumbs(page)).length > 1);
    },
  },
];
