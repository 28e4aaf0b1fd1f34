// The picture in the README: the page of the census of this repository. `node ci/html/picture.mjs docs/census.png`, after
// `ci/85-html.sh` has fetched what that takes; `pngquant` makes it small.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open, settle, start } from "./browser.mjs";

const [picture = "docs/census.png"] = process.argv.slice(2);
const LARGEST = 150_000;
const SIZE = { width: 1240, height: 860 };

const folder = mkdtempSync(join(tmpdir(), "instrument-picture-"));
const [recording, html, raw] = ["census.json", "census.html", "census.png"].map((name) => join(folder, name));
const quiet = { stdio: "ignore" };
execFileSync("cargo", ["run", "--quiet", "--release", "--example", "census"], { ...quiet, env: { ...process.env, INSTRUMENT_SAVE: recording } });
execFileSync("cargo", ["run", "--quiet", "--package", "instrument-report", "--features", "html", "--example", "page", "--", recording, html], quiet);

const { context, close } = await start({ deviceScaleFactor: 2 });
const page = await open(context, html, SIZE);
await page.locator(".row .text", { hasText: /^parse$/ }).click();
await page.mouse.move(0, 0);
await settle(page);
await page.screenshot({ path: raw });
await close();
execFileSync("pngquant", ["--force", "--speed", "1", "--strip", "--nofs", "--output", picture, "128", raw]);
rmSync(folder, { recursive: true, force: true });
const { size } = statSync(picture);
console.log(`${picture}: ${size} bytes`);
if (size > LARGEST) throw new Error(`that's more than ${LARGEST}: take fewer colours`);
