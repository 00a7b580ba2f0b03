#!/usr/bin/env python3
"""embed_tables FOLDER [--images N] [--columns C] [--seed S]: tables in EMBED's layout, of made-up values, for measuring how long
an import takes: N rows of C columns in metadata, four images an exam, some two findings an exam. Then, by hand:
/usr/bin/time -v mama import embed FOLDER --library LIBRARY --json"""
import argparse, os, random


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--images", type=int, default=500_000)
    parser.add_argument("--columns", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    tables = os.path.join(arguments.folder, "tables")
    os.makedirs(tables, exist_ok=True)
    names = ("anon_dicom_path,empi_anon,acc_anon,cohort_num,study_date_anon,StudyDescription,SeriesDescription,FinalImageType,"
             "ImageLateralityFinal,ViewPosition,spot_mag,num_roi,ROI_coords,match_level,Manufacturer,WindowCenter,WindowWidth").split(",")
    rest = [f"Tag{i}" for i in range(arguments.columns - len(names))]
    fill = [",".join(rng.choice(["", "", "1", "0.07", "DERIVED", "4096.0", "HOLOGIC"]) for _ in rest) for _ in range(64)]
    with open(os.path.join(tables, "EMBED_OpenData_metadata.csv"), "w") as out, \
            open(os.path.join(tables, "EMBED_OpenData_clinical.csv"), "w") as clinical:
        out.write(",".join(names + rest) + "\n")
        clinical.write("empi_anon,acc_anon,study_date_anon,desc,asses,tissueden,numfind,side,massshape,massmargin,massdens,calcfind,"
                       "calcdistri,calcnumber,path_severity,age_at_study\n")
        for exam in range(arguments.images // 4):
            woman, acc = 90_000_000 + exam // 3, 9_000_000_000_000_000 + exam
            date, kind = f"20{10 + exam % 10}-0{1 + exam % 9}-11 00:00:00", "MG Screen Bilat w/Tomo/CAD Stnd Protocol"
            for side in "LR":
                clinical.write(f"{woman},{acc},{date},{kind},{rng.choice('NNNNBAPSMK')},{rng.randint(1, 4)}.0,{'LR'.index(side) + 1},{side},"
                               f"{rng.choice(['', '', 'O', 'X', 'S'])},,,{rng.choice(['', '', 'A', 'P'])},,0.0,,{rng.randint(35, 85)}.25\n")
            for i, (side, view) in enumerate([("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO")]):
                number = f"{exam:08d}{i}{rng.randrange(10**9):09d}"
                roi = ("1", '"((100, 200, 300, 400),)"', "[1]") if rng.random() < 0.05 else ("0", "()", "[]")
                out.write(f"./images/cohort_{1 + exam % 2}/{woman}/2.25.{number}1/2.25.{number}2/2.25.{number}3.dcm,{woman},{acc},"
                          f"{1 + exam % 2},{date},{kind},{side} {view},2D,{side},{view},0,{','.join(roi)},\"HOLOGIC, Inc.\",2047,4096,"
                          f"{fill[rng.randrange(64)]}\n")
    print(f"{arguments.images // 4 * 4} images in {tables}")


if __name__ == "__main__":
    main()
