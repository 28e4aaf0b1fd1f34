"""Exports of a recording, read by other programs' readers, against its figures as JSON.

check.py FOLDER SCHEMA: the folder has one file a format, as ci/84-exports.sh writes them; SCHEMA is speedscope's own.
"""

import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import jsonschema

folder = pathlib.Path(sys.argv[1])
figures = json.loads((folder / "json").read_text())
rows = figures["rows"]
own = {tuple(row["stack"]): row["own_ns"] for row in rows}
whole = sum(row["own_ns"] for row in rows)
assert len(own) == len(rows), "stacks that are the same can't be compared"
shown = {stack: weight for stack, weight in own.items() if weight > 0}


def same(what, found, expected):
    assert found == expected, f"{what}: {found!r}, expected {expected!r}"
    print(f"{what}: {len(expected) if hasattr(expected, '__len__') else expected}")


# Folded stacks: NFC makes a semicolon of what stands for one.
folded = {}
for line in (folder / "folded").read_text().splitlines():
    if line.startswith("# "):
        continue
    stack, weight = line.rsplit(" ", 1)
    names = tuple(name.replace("\u037e", ";") for name in stack.split(";"))
    if names[0].startswith("#\u00a0"):
        names = ("# " + names[0][2:],) + names[1:]
    folded[names] = int(weight)
same("folded stacks", folded, shown)

# The flame graph is XML; the whole is as wide as all own time.
root = xml.etree.ElementTree.parse(folder / "svg").getroot()
titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
same("svg's whole", int(next(t for t in titles if t.startswith("all (")).split("(")[1].split(" ")[0].replace(",", "")), whole)
assert not list(root.iter("script"))[1:], "a name became a script"

# speedscope, by its own schema.
speedscope = json.loads((folder / "speedscope").read_text())
jsonschema.validate(speedscope, json.loads(pathlib.Path(sys.argv[2]).read_text()))
names = [frame["name"] for frame in speedscope["shared"]["frames"]]
profile = speedscope["profiles"][speedscope["activeProfileIndex"]]
stacks = {tuple(names[frame] for frame in stack): w for stack, w in zip(profile["samples"], profile["weights"])}
same("speedscope's stacks", stacks, shown)
same("speedscope's unit", profile["unit"], "nanoseconds")

# Chrome's: each event lies in its caller's, and those of a level don't overlap.
events = [event for event in json.loads((folder / "chrome").read_text())["traceEvents"] if event["ph"] == "X"]
open_until = []
for event in events:
    begin, end = round(event["ts"] * 1000), round((event["ts"] + event["dur"]) * 1000)
    while open_until and open_until[-1][1] <= begin:
        open_until.pop()
    assert not open_until or end <= open_until[-1][1], f"{event} ends after its caller"
    open_until.append((begin, end))
same("chrome's own times", sum(event["args"]["own_ns"] for event in events), sum(row["own_ns"] for row in rows if row["total_ns"]))

# Firefox's: its tables refer to what's there, and samples weigh milliseconds.
firefox = json.loads((folder / "firefox").read_text())
strings = firefox.get("shared", {}).get("stringArray")
found = {}
for thread in firefox["threads"]:
    strings_of_thread = strings or thread["stringArray"]
    assert thread["samples"]["weightType"] == "tracing-ms", thread["samples"]["weightType"]
    prefix, frame = thread["stackTable"]["prefix"], thread["stackTable"]["frame"]
    for stack, weight in zip(thread["samples"]["stack"], thread["samples"]["weight"]):
        path = []
        while stack is not None:
            function = thread["frameTable"]["func"][frame[stack]]
            path.append(strings_of_thread[thread["funcTable"]["name"][function]])
            stack = prefix[stack]
        found[tuple(reversed(path))] = round(weight * 1e6)
same("firefox's stacks", found, shown)

# Graphviz reads the graph: a box a row.
plain = subprocess.run(["dot", "-Tplain", folder / "dot"], check=True, capture_output=True, text=True).stdout
same("dot's boxes", sum(line.startswith("node ") for line in plain.splitlines()), len(rows))

# Go's pprof.
if len(sys.argv) > 3:
    raw = subprocess.run([sys.argv[3], "tool", "pprof", "-raw", folder / "pprof"], check=True, capture_output=True, text=True)
    samples = raw.stdout.split("Samples:\n")[1].split("Locations\n")[0].splitlines()[1:]
    values = [int(line.split(":")[0].split()[0]) for line in samples if line.strip()]
    same("pprof's own time", sum(values), whole)
    same("pprof's samples", len(values), sum(1 for row in rows if row["own_ns"] or row["count"]))
