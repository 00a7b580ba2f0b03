#!/usr/bin/env python3
"""file_pass MAMA FOLDER... [--repeat N] [--threads N]: the file pass against `mama bench decode` on the same files.

Below each folder all images are listed in tables of EMBED's layout, links to them beside; a library of them is read by
`mama library files` as often as said, each time from the beginning, and the same files are decoded by `mama bench decode`. Prints
seconds of the clock and of the processor for both, and their ratio (aim: 1.15)."""
import argparse, json, os, resource, shutil, subprocess, tempfile


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(*arguments):
    before = processor_seconds()
    done = subprocess.run(arguments, capture_output=True, text=True)
    return done, processor_seconds() - before


def make_set(folder, place):
    os.makedirs(os.path.join(place, "tables"))
    os.makedirs(os.path.join(place, "images"))
    files = sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)
    with open(os.path.join(place, "tables/EMBED_OpenData_metadata.csv"), "w") as images, \
            open(os.path.join(place, "tables/EMBED_OpenData_clinical.csv"), "w") as exams:
        images.write("anon_dicom_path,empi_anon,acc_anon,study_date_anon,StudyDescription,FinalImageType,ImageLateralityFinal,"
                     "ViewPosition,spot_mag,num_roi,ROI_coords\n")
        exams.write("empi_anon,acc_anon,study_date_anon,desc,asses,tissueden,numfind,side,age_at_study\n")
        for number, file in enumerate(files):
            link = f"images/{number}{os.path.splitext(file)[1]}"
            os.symlink(os.path.abspath(file), os.path.join(place, link))
            images.write(f"{link},{9000 + number},{700000 + number},2015-01-01,MG,2D,L,CC,0,0,()\n")
            exams.write(f"{9000 + number},{700000 + number},2015-01-01,MG,N,2,1,L,50\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mama")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    threads = ["--threads", str(arguments.threads)]
    for folder in arguments.folders:
        place = tempfile.mkdtemp(prefix="file-pass-")
        try:
            make_set(folder, os.path.join(place, "set"))
            library = os.path.join(place, "library")
            run(arguments.mama, "--quiet", "import", "embed", os.path.join(place, "set"), "--library", library)
            clock, processor, report = [], [], {}
            for number in range(arguments.repeat + 1):
                copy = os.path.join(place, f"copy-{number}")
                shutil.copytree(library, copy)
                done, seconds = run(arguments.mama, "--quiet", "library", "files", "--library", copy, "--json", *threads)
                report = json.loads(done.stdout)
                clock.append(report["seconds"])
                processor.append(seconds)
            decode, decode_processor = run(arguments.mama, "bench", "decode", os.path.join(place, "set/images"), "--repeat",
                                           str(arguments.repeat), "--json", *threads)
            bench = json.loads(decode.stdout)
            idle = run(arguments.mama, "--version")[1]
            ours = sorted(clock[1:])[len(clock) // 2 - 1], sorted(processor[1:])[len(clock) // 2 - 1] - idle
            theirs = bench["results"][0]["median"] / 1000, (decode_processor - idle) / (arguments.repeat + 1)
            print(f"{folder}: {report['read']} of {report['files']} files, {bench['pixels'] / 1e6:.1f} megapixels; decode "
                  f"{theirs[0]:.3f} s ({theirs[1]:.3f} s of processor), file pass {ours[0]:.3f} s ({ours[1]:.3f} s of processor): "
                  f"{ours[0] / theirs[0]:.2f} of the clock, {ours[1] / theirs[1]:.2f} of the processor")
        finally:
            shutil.rmtree(place, ignore_errors=True)


main()
