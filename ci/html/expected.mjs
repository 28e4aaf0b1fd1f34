// What the page with everything has to show, worked out from what the snapshot's own figures say, and not as the page does.

import { readFileSync } from "node:fs";

export class Expected {
  constructor(file) {
    this.nodes = JSON.parse(readFileSync(file, "utf8"));
    this.nodes.forEach((node, place) => { node.place = place; });
  }

  children(place) {
    return this.nodes.filter((node) => node.parent === place);
  }

  named(name) {
    return this.nodes.find((node) => node.name === name);
  }

  /** Own time of a node and all below it. */
  sum(place) {
    const own = place < 0 ? 0 : this.nodes[place].own;
    return this.children(place).reduce((sum, child) => sum + this.sum(child.place), own);
  }

  /** Frames as `{ name, row, from, to }`, from 0 to 1 across, each level with the heaviest first. */
  frames(place = -1, row = 0, from = 0, whole = this.sum(-1)) {
    const frame = { name: place < 0 ? "all" : this.nodes[place].name, row, from, to: from + this.sum(place) / whole };
    const below = this.children(place).sort((a, b) => this.sum(b.place) - this.sum(a.place));
    const frames = [frame];
    let left = from;
    for (const child of below) {
      frames.push(...this.frames(child.place, row + 1, left, whole));
      left += this.sum(child.place) / whole;
    }
    return frames;
  }

  /** From the root down to a node. */
  path(place) {
    return place < 0 ? [] : [...this.path(this.nodes[place].parent), place];
  }
}

/** `310 ms` as nanoseconds, `5,000,000` as a number, `53.5 %` as 53.5; what's absent is null. */
export function parsed(text) {
  if (text === "–") return null;
  const [number, unit] = text.replace("~", "").replace("<", "").replaceAll(",", "").split(" ");
  return Number(number) * ({ ns: 1, µs: 1e3, ms: 1e6, s: 1e9, KiB: 1024, MiB: 1024 ** 2 }[unit] ?? 1);
}
