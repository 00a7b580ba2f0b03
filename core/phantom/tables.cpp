#include "core/base/files.h"
#include "core/phantom/study.h"

#include <cstdio>

namespace mama::phantom {
namespace {

std::string text(char code) { return code ? std::string(1, code) : std::string(); }

void writeLegend(std::ostream& out)
{
    out << "Header in export,Description,Code,Meaning\n";
    out << "asses,synthetic,A,Additional Evaluation\nasses,synthetic,N,Negative\nasses,synthetic,B,Benign\nasses,synthetic,P,Probably Benign\n"
           "asses,synthetic,S,Suspicious\nasses,synthetic,M,Highly Suggestive of Malignancy\n";
    out << "massshape,synthetic,R,Round\nmassshape,synthetic,O,Oval\nmassshape,synthetic,X,Irregular\nmassshape,synthetic,F,Focal Asymmetry\n"
           "massshape,synthetic,A,Architectural Distortion\n";
    out << "massmargin,synthetic,D,Circumscribed\nmassmargin,synthetic,M,Microlobulated\nmassmargin,synthetic,I,Indistinct\nmassmargin,synthetic,S,Spiculated\n";
    out << "massdens,synthetic,+,High\nmassdens,synthetic,=,Iso\n";
    out << "calcfind,synthetic,A,Amorphous\ncalcfind,synthetic,P,Punctate\ncalcfind,synthetic,I,Fine Pleomorphic\ncalcfind,synthetic,B,Fine Linear Branching\n"
           "calcfind,synthetic,Q,Coarse\n";
    out << "calcdistri,synthetic,G,Grouped\ncalcdistri,synthetic,L,Linear\ncalcdistri,synthetic,S,Segmental\n";
}

void writeClinical(std::ostream& out, const std::vector<StudyRecord>& studies)
{
    out << "empi_anon,acc_anon,study_date_anon,desc,asses,tissueden,numfind,side,massshape,massmargin,massdens,calcfind,calcdistri,age_at_study,RACE_DESC,ETHNIC_GROUP_DESC,GENDER_DESC\n";
    for (const StudyRecord& study : studies)
        for (int side = 0; side < 2; ++side) {
            std::vector<Lesion> rows = study.breasts[side].lesions;
            if (rows.empty())
                rows.emplace_back(); // a negative breast has a row too
            int number = 0;
            for (const Lesion& lesion : rows)
                out << study.patient << ',' << study.accession << ',' << dateText(study.date, "-")
                    << ",MG Screening Bilateral," << lesion.assessment << ',' << study.density << ',' << ++number << ','
                    << "LR"[side] << ',' << text(lesion.shape) << ',' << text(lesion.margin) << ','
                    << text(lesion.density) << ',' << text(lesion.morphology) << ',' << text(lesion.distribution) << ','
                    << study.age << ',' << study.race << ',' << study.ethnicity << ",Female\n";
        }
}

void writeMetadata(std::ostream& out, const std::vector<StudyRecord>& studies)
{
    out << "anon_dicom_path,empi_anon,acc_anon,study_date_anon,StudyDescription,SeriesDescription,FinalImageType,ImageLateralityFinal,ViewPosition,Manufacturer\n";
    for (const StudyRecord& study : studies)
        for (const ImageRecord& image : study.images)
            out << image.path << ',' << study.patient << ',' << study.accession << ',' << dateText(study.date, "-")
                << ",MG Screening Bilateral,\"SYNTHETIC phantom, no patient\",2D," << name(image.side) << ','
                << name(image.view) << ",MaMA synthetic phantom\n";
}

void writeLesions(std::ostream& out, const std::vector<StudyRecord>& studies)
{
    out << "sop_uid,anon_dicom_path,mask,lesion,kind,conspicuity,shape,margin,density,morphology,distribution,size_mm,centre_x,centre_y,note\n";
    for (const StudyRecord& study : studies)
        for (const ImageRecord& image : study.images)
            for (const LesionRecord& record : image.lesions) {
                const Lesion& lesion = study.breasts[image.side == Side::Left ? 0 : 1].lesions[record.lesion];
                char numbers[96];
                std::snprintf(numbers, sizeof numbers, "%.1f,%.2f,%.2f", lesion.sizeMm, record.x, record.y);
                out << record.sop << ',' << record.image << ',' << record.mask << ',' << record.lesion << ','
                    << name(lesion.kind) << ',' << name(lesion.conspicuity) << ',' << text(lesion.shape) << ','
                    << text(lesion.margin) << ',' << text(lesion.density) << ',' << text(lesion.morphology) << ','
                    << text(lesion.distribution) << ',' << numbers << ",synthetic\n";
            }
}

void writeStudies(std::ostream& out, const std::vector<StudyRecord>& studies)
{
    out << "seed,empi_anon,acc_anon,density,birads_left,birads_right,glandular_fraction,note\n";
    for (const StudyRecord& study : studies) {
        char fraction[32];
        std::snprintf(fraction, sizeof fraction, "%.4f",
                      (study.breasts[0].glandularFraction + study.breasts[1].glandularFraction) / 2);
        out << study.seed << ',' << study.patient << ',' << study.accession << ',' << study.density << ','
            << study.breasts[0].assessment << ',' << study.breasts[1].assessment << ',' << fraction
            << (study.prior ? ",synthetic prior\n" : ",synthetic\n");
    }
}

} // namespace

void writeTables(const std::filesystem::path& folder, const std::vector<StudyRecord>& studies)
{
    const auto write = [&](const char* file, auto table) {
        writeAtomically(folder / file, [&](std::ostream& out) { table(out, studies); });
    };
    writeAtomically(folder / "tables" / "AWS_Open_Data_Clinical_Legend.csv", writeLegend);
    write("tables/EMBED_OpenData_clinical.csv", writeClinical);
    write("tables/EMBED_OpenData_metadata.csv", writeMetadata);
    write("lesions.csv", writeLesions);
    write("studies.csv", writeStudies);
}

} // namespace mama::phantom
