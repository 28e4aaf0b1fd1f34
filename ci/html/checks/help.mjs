// What checks of the page do again and again.

import { settle } from "../browser.mjs";

export const ROW = 22;

/** Moves the pointer to a place of the graph, 0 to 1 across; what the tooltip says then. */
export async function hover(page, across, row) {
  const box = await page.locator("#canvas").boundingBox();
  await page.mouse.move(box.x + across * box.width, box.y + row * ROW + ROW / 2);
  await settle(page);
  if (await page.locator("#tooltip").isHidden()) return null;
  return { name: await page.locator("#tooltip strong").textContent(), text: await page.locator("#tooltip").innerText() };
}

export async function click(page, across, row) {
  const box = await page.locator("#canvas").boundingBox();
  await page.mouse.click(box.x + across * box.width, box.y + row * ROW + ROW / 2);
  await settle(page);
}

export async function crumbs(page) {
  return (await page.locator("#crumbs").isHidden()) ? [] : page.locator("#crumbs button").allTextContents();
}

/** All rows on the screen, in order, as texts: the name, then the cells. */
export async function rows(page) {
  return page.locator(".row").evaluateAll((rows) => rows.map((row) =>
    ({ name: row.querySelector(".text").textContent, level: Number(row.getAttribute("aria-level")), cells: [...row.querySelectorAll(".figure")].map((cell) => cell.textContent) })));
}

/** The colour at a place of the graph, 0 to 1 across, near the upper edge of a row. */
export async function pixel(page, across, row) {
  return page.evaluate(([across, y]) => {
    const canvas = document.getElementById("canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    return [...copy.getImageData(Math.round(across * canvas.width), y, 1, 1).data.slice(0, 3)].join();
  }, [across, row * ROW + 4]);
}

/** Presses a key, and waits until what it does is drawn. */
export async function key(page, name) {
  await page.keyboard.press(name);
  await settle(page);
}

/** Presses a button by its text, within something. */
export async function press(page, within, text) {
  await page.locator(`${within} button`, { hasText: text }).first().click();
  await settle(page);
}

/** The panel's or a section's terms, as an object. */
export async function terms(page, within) {
  const pairs = await page.locator(`${within} dl > div`).evaluateAll((all) =>
    all.map((pair) => [pair.querySelector("dt").textContent, pair.querySelector("dd").textContent]));
  return Object.fromEntries(pairs);
}

/** The texts of a section's table, row by row. */
export async function cells(page, within) {
  return page.locator(`${within} tbody tr`).evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
}
