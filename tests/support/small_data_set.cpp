#include "tests/support/small_data_set.h"

#include <fstream>

namespace fs = std::filesystem;

namespace mama::test {
namespace {

constexpr int rows = 120, columns = 100;

void writePgm(const fs::path& path, const std::string& pixels)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << "P5\n" << columns << " " << rows << "\n255\n" << pixels;
}

std::string breast(int number)
{
    std::string pixels;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const int y = row - rows / 2, x = column;
            const bool inside = x * x + y * y < 55 * 55;
            pixels += static_cast<char>(inside ? 90 + (row * (number + 3) + column * (2 * number + 5)) % 120 : 0);
        }
    return pixels;
}

std::string mask()
{
    std::string pixels;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            pixels += static_cast<char>(row >= 40 && row < 60 && column >= 20 && column < 40 ? 255 : 0);
    return pixels;
}

} // namespace

void writeSmallDataSet(const fs::path& folder, int exams)
{
    fs::create_directories(folder / "tables");
    std::ofstream metadata(folder / "tables" / "EMBED_OpenData_metadata.csv"),
        clinical(folder / "tables" / "EMBED_OpenData_clinical.csv");
    std::ofstream legend(folder / "tables" / "AWS_Open_Data_Clinical_Legend.csv"), lesions(folder / "lesions.csv");
    metadata
        << "empi_anon,acc_anon,anon_dicom_path,StudyDescription,FinalImageType,ImageLateralityFinal,ViewPosition\n";
    clinical
        << "empi_anon,acc_anon,side,asses,tissueden,age_at_study,RACE_DESC,ETHNIC_GROUP_DESC,massshape,massdens,calcfind,calcdistri\n";
    legend << "Header in export,Code,Meaning\nmassshape,R,Round\nmassdens,+,High Density\n";
    lesions << "sop_uid,anon_dicom_path,mask,lesion,kind,conspicuity\n";
    int number = 0;
    for (int exam = 0; exam < exams; ++exam) {
        const bool mass = exam % 2 == 1;
        const std::string patient = std::to_string(1000 + exam), accession = std::to_string(5000 + exam);
        clinical << patient << ',' << accession << ",L," << (mass ? "S" : "N") << ',' << 1 + exam % 4 << ",5"
                 << exam % 10 << ",White,Hispanic or Latino," << (mass ? "R,+" : ",") << ",,\n";
        clinical << patient << ',' << accession << ",R,N," << 1 + exam % 4 << ",5" << exam % 10
                 << ",White,Hispanic or Latino,,,,\n";
        for (const char* slot : {"LCC", "LMLO", "RCC", "RMLO"}) {
            const std::string uid = "1.2.3." + std::to_string(number);
            const std::string path = "images/" + patient + "/" + accession + "/" + uid + ".pgm";
            metadata << patient << ',' << accession << ',' << path << ",MG Screening Bilateral,2D," << slot[0] << ','
                     << slot + 1 << '\n';
            writePgm(folder / path, breast(number++));
            if (mass && slot[0] == 'L') {
                writePgm(folder / "masks" / (uid + "_0.pgm"), mask());
                lesions << uid << ',' << path << ",masks/" << uid << "_0.pgm,0,mass,obvious\n";
            }
        }
    }
}

} // namespace mama::test
