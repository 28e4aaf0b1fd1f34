// A headless Chromium that keeps to itself, and pages in it that tell of everything they shouldn't do.

import { createRequire } from "node:module";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const PROGRAMS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Starts the browser with an empty profile; `close` ends it and removes that. `options` are those of its pages. */
export async function start(options = {}) {
  // Where `ci/85-html.sh` has put it.
  const { chromium } = createRequire(resolve("target/tools/html/package.json"))("playwright-core");
  const executablePath = PROGRAMS.find((program) => program && existsSync(program));
  if (!executablePath) throw new Error("no Chromium: install the package chromium, or name it in CHROMIUM");
  const profile = mkdtempSync(join(tmpdir(), "instrument-html-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: ARGUMENTS, ...options });
  const browser = context.browser();
  return {
    context,
    browser,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A page opened from disk. `page.complaints` has what it said on the console, threw, or asked the network for. */
export async function open(context, file, { width = 1440, height = 1000, colorScheme = "light" } = {}) {
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  const address = pathToFileURL(resolve(file)).href;
  page.complaints = [];
  page.on("console", (message) => page.complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => page.complaints.push(`thrown: ${error.stack}`));
  page.on("dialog", (dialog) => {
    page.complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => request.url() !== address && page.complaints.push(`request: ${request.url()}`));
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName("ready").length > 0, null, { timeout: 30_000 });
  // What was asked for is drawn with the screen's next frame.
  await settle(page);
  return page;
}

/** Waits until two further frames of the screen were drawn. */
export function settle(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
}
