#include "core/library/handover/training_lesions.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/dicom/read/image_file.h"
#include "core/image/breast_outline.h"
#include "core/image/files/raster_file.h"
#include "core/library/handover/csv_row.h"
#include "core/library/handover/lesion_masks.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

// What marks need to know of their image.
struct Ground
{
    int rows = 0, columns = 0;
    Raster<std::uint8_t> breast; // empty: nobody asked
};

// A file that cannot be read gives no masks: training tells it too.
Ground groundOf(const HandedImage& image, const fs::path& file, bool withBreast)
{
    Ground ground{image.rows, image.columns, {}};
    if (!withBreast && ground.rows > 0 && ground.columns > 0)
        return ground;
    try {
        const auto opened = ImageFile::open(file);
        ground.rows = opened->header().rows;
        ground.columns = opened->header().columns;
        if (withBreast)
            ground.breast =
                findBreast(opened->readFrame(0), opened->pipeline(0)).maskByEight(ground.rows, ground.columns);
    } catch (const Error&) {
        if (withBreast)
            ground = {};
    }
    return ground;
}

} // namespace

void LesionExport::add(const HandedStudy& study, const HandedImage& image, const fs::path& file)
{
    if (image.marks.empty())
        return;
    const bool open =
        std::any_of(image.marks.begin(), image.marks.end(), [](const HandedMark& mark) { return !mark.note.empty(); });
    const Ground ground = groundOf(image, file, open);
    for (const HandedMark& mark : image.marks) {
        const auto kinds = lesionKinds(study, image, mark);
        const auto mask = kinds.empty() ? std::nullopt
                                        : maskOf(mark.note.empty() || ground.columns == 0
                                                     ? mark
                                                     : decidedByBreast(mark, ground.breast, ground.columns),
                                                 ground.rows, ground.columns);
        if (!mask) {
            ++m_otherMarks;
            continue;
        }
        const std::string name = "masks/" + std::to_string(++m_files) + ".png";
        writeAtomically(m_folder / name, encodePng(*mask));
        for (const std::string& kind : kinds)
            m_rows.push_back({file.stem().string(), file.string(), name, kind, ""});
    }
}

void LesionExport::finish()
{
    if (m_rows.empty())
        return;
    writeAtomically(m_folder / "lesions.csv", [&](std::ostream& out) {
        writeCsvRow(out, {"sop_uid", "anon_dicom_path", "mask", "kind", "conspicuity"});
        for (const auto& row : m_rows)
            writeCsvRow(out, row);
    });
}

} // namespace mama
