// Runs the module: `node run.mjs module.wasm`. Without a clock nothing is recorded, which is said; by the host's clock all is.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const module = await WebAssembly.compile(await readFile(process.argv[2]));

// A clock that goes on by a microsecond each time it's asked.
let microseconds = 0;
const host = { now: () => 1000 * ++microseconds };

/** The results of two rounds of work, and the report on them. */
async function run(hasClock) {
    const { exports } = await WebAssembly.instantiate(module, { host });
    if (hasClock) assert.equal(exports.use_host_clock(), 1);
    const results = [exports.work(), exports.work()];
    const length = exports.report();
    const text = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.text(), length));
    console.log(text);
    assert.deepEqual(results, [482, 482], "functions do what they do without attributes");
    return text;
}

const without = await run(false);
assert.match(without, /^elapsed –$/m);
assert.match(without, /^nothing was recorded: this system has no clock; .*`clock::set_clock`/m);
assert.ok(!without.includes("fibonacci"), "no figure without a clock");
assert.equal(microseconds, 0);

const by = await run(true);
for (const [name, calls] of [["fibonacci", 2], ["squares", 2], ["twice", 2]]) {
    const row = by.split("\n").find((line) => line.startsWith(name));
    assert.ok(row?.split(/\s+/).includes(String(calls)), `${calls} calls of ${name}`);
}
assert.ok(!by.includes("no clock"));
for (const text of [without, by]) assert.ok(!text.includes("0 ns"), "no time is told that nobody has measured");
console.log("the module ran with and without a clock");
