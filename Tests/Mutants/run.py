"""Builds the shipped sources with every slip of the table inside, each behind a switch, and hunts
each with the simulator. See Tests/Mutants/README.md; started by Tests/mutants.sh."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "Tests" / "Mutants"
SWITCH = """#if canImport(Glibc)
    import Glibc
#endif

/// Which slip is on: the number in the environment's LYNK_MUTANT.
public enum Mutant {
    private static let number = getenv("LYNK_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0
    public static func isOn(_ number: Int) -> Bool { number == Self.number }
}
"""
SHAPE = re.compile(
    r"^mutant (\d+) (\S+)\nbreaks ([^\n]+)\nfile (\S+)\nfinds (\S+)\nseeds (\d+)\n"
    r"<<<<\n(.*?)\n====\n(.*?)\n>>>>\n",
    re.M | re.S,
)


class Mutant:
    def __init__(self, found):
        number, self.name, self.breaks, self.file, finds, seeds, self.old, self.new = found
        self.number, self.seeds, self.finds = int(number), int(seeds), finds.split(",")
        self.found, self.seed, self.tried, self.what = "", "", "", ""
        self.seconds = 0.0


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)


def read_table():
    mutants = []
    for file in sorted(TABLE.glob("*.mutants")):
        text = file.read_text()
        found = [Mutant(entry) for entry in SHAPE.findall(text)]
        if len(found) != len(re.findall(r"^mutant ", text, re.M)):
            fail(f"{file.name}: an entry has not the shape that README.md shows.")
        mutants += found
    if len({mutant.number for mutant in mutants}) != len(mutants):
        fail("Two mutants have the same number.")
    return sorted(mutants, key=lambda mutant: mutant.number)


def plant(mutants, sources):
    """Puts every slip into the copied sources; a text that does not match is named."""
    wrong = []
    for mutant in mutants:
        path = sources / mutant.file
        text = path.read_text() if path.exists() else ""
        if text.count(mutant.old) != 1:
            wrong.append(
                f"{mutant.name}: the text stands {text.count(mutant.old)} times in {mutant.file}"
            )
            continue
        if f"Mutant.isOn({mutant.number})" not in mutant.new:
            wrong.append(f"{mutant.name}: its replacement does not ask for its own number")
        path.write_text(text.replace(mutant.old, mutant.new))
    if wrong:
        fail("\n".join(wrong) + "\nThe sources have moved on: write these entries again.")


def copy(name, target, root=ROOT):
    """Copies a folder or file; what is the same keeps its time, so that builds are short."""
    source, target = root / name, target / name
    files = [source] if source.is_file() else [p for p in source.rglob("*") if p.is_file()]
    wanted = set()
    for file in files:
        place = target / file.relative_to(source) if source.is_dir() else target
        wanted.add(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or place.read_bytes() != file.read_bytes():
            shutil.copyfile(file, place)
    if source.is_dir():
        for old in [p for p in target.rglob("*") if p.is_file() and p not in wanted]:
            old.unlink()


def build(mutants, work, flags):
    staged = pathlib.Path(tempfile.mkdtemp(dir=work))
    try:
        shutil.copytree(ROOT / "Sources", staged / "Sources")
        plant(mutants, staged)
        (staged / "Sources/LynkCore/Mutant.swift").write_text(SWITCH)
        for name in ["Package.swift", "Samples", "Tests"]:
            copy(name, work)
        if (ROOT / "Package.resolved").exists():
            copy("Package.resolved", work)
        copy("Sources", work, staged)
    finally:
        shutil.rmtree(staged)
    print(f"Building lynk with {len(mutants)} slips in {work}", flush=True)
    start = time.monotonic()
    command = ["swift", "build", *flags, "--product", "lynk"]
    made = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if made.returncode:
        fail((made.stdout + made.stderr)[-6000:] + "\nThe build failed: its words are above.")
    print(f"Built in {time.monotonic() - start:.0f} s", flush=True)
    where = subprocess.run(
        command + ["--show-bin-path"], cwd=work, capture_output=True, text=True, check=True)
    return pathlib.Path(where.stdout.strip()) / "lynk"


def hunt(program, mutant, seeds, limit):
    environment = dict(os.environ, LYNK_MUTANT=str(mutant.number), SWIFT_BACKTRACE="enable=no")
    command = [str(program), "simulate", "--until", ",".join(mutant.finds)]
    start = time.monotonic()
    try:
        ended = subprocess.run(
            command + ["--seeds", str(seeds or mutant.seeds)], env=environment,
            capture_output=True, text=True, timeout=limit)
        said = ended.stdout.strip().splitlines()[-1] if ended.stdout.strip() else "ended"
    except subprocess.TimeoutExpired:
        said = f"found nothing tried 0: not at an end after {limit} s"
    mutant.seconds = time.monotonic() - start
    found = re.match(r"found (\w+) seed (\d+) tried (\d+): (.*)", said)
    if found:
        mutant.found, mutant.seed, mutant.tried, mutant.what = found.groups()
    else:
        mutant.what = said
    return mutant


def row(*cells):
    widths = (4, 24, 24, 22, 6, 6)
    return "  ".join(str(cell).ljust(width) for cell, width in zip(cells, widths)).rstrip()


def write_results(mutants, path, commit, clean):
    lines = [
        "# Mutants",
        "",
        "Written by `bash Tests/mutants.sh --write`: slips of the shipped sources, one at a time,",
        "and the checker of the simulator that found each. What each slip is stands in",
        "`Tests/Mutants/`.",
        "",
        f"Commit {commit}: {sum(bool(m.found) for m in mutants)} of {len(mutants)} found.",
        f"Without a slip {clean}.",
        "",
        "| Mutant | What it breaks | Found by | Seed | Seeds tried |",
        "|---|---|---|---:|---:|",
    ]
    for m in mutants:
        lines.append(
            f"| {m.name} | {m.breaks} | {m.found or 'nothing'} | {m.seed} | {m.tried} |")
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(
        prog="bash Tests/mutants.sh",
        description="Plants every slip of Tests/Mutants into a copy of the sources, builds lynk "
        "once, and hunts each slip with the simulator. Fails when a slip is found by none of "
        "the checkers that it names, and when the build without a slip does not hold.")
    parser.add_argument("mutants", nargs="*", help="names or numbers; all without any")
    parser.add_argument("--seeds", type=int, help="seeds for each, instead of the table's")
    parser.add_argument("--clean", type=int, default=200, help="seeds without a slip")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=int, default=900, help="seconds for each mutant")
    parser.add_argument("--debug", action="store_true", help="a debug build: slower seeds")
    parser.add_argument("--texts", action="store_true", help="only see that all texts match")
    parser.add_argument("--write", action="store_true", help="write Tests/Mutants.md")
    parser.add_argument("--commit", default="", help="names the code in Tests/Mutants.md")
    parser.add_argument(
        "--work", default=os.path.join(tempfile.gettempdir(), "lynk-mutants"),
        help="where the copy is built; kept, so that the next build is short")
    options = parser.parse_args()
    table = read_table()
    chosen = [
        m for m in table
        if not options.mutants or m.name in options.mutants or str(m.number) in options.mutants
    ]
    if not chosen:
        fail("No mutant has that name: see Tests/Mutants.")
    if options.texts:
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copytree(ROOT / "Sources", pathlib.Path(scratch) / "Sources")
            plant(table, pathlib.Path(scratch))
        print(f"{len(table)} texts match")
        return
    work = pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    flags = [] if options.debug else os.environ.get("LYNK_BUILD_FLAGS", "-c release").split()
    program = build(table, work, flags)
    print(row("", "mutant", "expected", "found by", "seed", "tried"), flush=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        hunts = [pool.submit(hunt, program, m, options.seeds, options.limit) for m in chosen]
        clean = pool.submit(
            subprocess.run, [str(program), "simulate", "--seeds", str(options.clean),
            "--marks-from", "1000000"],
            capture_output=True, text=True) if options.clean else None
        for done, future in enumerate(concurrent.futures.as_completed(hunts), 1):
            m = future.result()
            print(row(f"{done}", m.name, m.finds[0], m.found or "NOTHING", m.seed, m.tried)
                + ("" if m.found else f"  {m.what}"), flush=True)
    alive = [m for m in chosen if not m.found]
    dirty = clean is not None and clean.result().returncode != 0
    if dirty:
        print(clean.result().stdout)
        print("Without a slip something was found too: see above.")
    if options.write and not options.mutants:
        told = f"{options.clean} seeds hold" if not dirty else "some seeds do not hold"
        write_results(chosen, ROOT / "Tests" / "Mutants.md", options.commit, told)
    print(f"{len(chosen) - len(alive)} passed, {len(alive) + dirty} failed")
    sys.exit(1 if alive or dirty else 0)


main()
