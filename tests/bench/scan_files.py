#!/usr/bin/env python3
"""Seconds and memory of `mama scan` on many files: copies of one small DICOM file with UIDs of their own.

    tests/bench/scan_files.py --mama BUILD/bin/mama [--other OLD/bin/mama] [--files 10000] [--rounds 3]

The programs take turns, so that a busy machine disturbs both alike. Prints median seconds and the largest memory of each.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


def make(mama, folder, count):
    source = folder / "source"
    subprocess.run([mama, "--quiet", "phantom", "--seed", "1", "--studies", "1", "--size", "256x200", "--out", source],
                   check=True, capture_output=True)
    data = sorted((source / "images").rglob("*.dcm"))[0].read_bytes()
    study, own = folder / "files", sorted((source / "images").rglob("*.dcm"))[0].stem.encode()
    for number in range(count):
        place = study / f"{number // 100:04}"
        place.mkdir(parents=True, exist_ok=True)
        fresh = (own[:-8] + b"%08d" % number)[: len(own)]
        (place / f"{number}.dcm").write_bytes(data.replace(own, fresh))
    return study


def scan(mama, folder):
    start = time.monotonic()
    process = subprocess.Popen([mama, "--quiet", "scan", folder, "--json"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--mama", required=True)
    options.add_argument("--other")
    options.add_argument("--files", type=int, default=10000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    programs = [program for program in (given.mama, given.other) if program]
    with tempfile.TemporaryDirectory() as folder:
        files = make(given.mama, pathlib.Path(folder), given.files)
        figures = {program: [] for program in programs}
        for _ in range(given.rounds):
            for program in programs:
                figures[program].append(scan(program, files))
    for program, runs in figures.items():
        print(f"{program}: {statistics.median(r[0] for r in runs):.2f} s, {max(r[1] for r in runs):.0f} MB, {given.files} files")


main()
