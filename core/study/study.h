#pragma once
#include "core/base/progress.h"
#include "core/dicom/read/image_file.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mama {

enum class Side { Unknown, Right, Left, Both };
enum class Slot { RCC, LCC, RMLO, LMLO, Extra };
const char* name(Side side); // "R", "L", "B", ""
const char* name(Slot slot); // "RCC", ..., "extra"

// A millimetre scale and how far it can be trusted (workstation notes 1.6).
struct SpacingFact
{
    std::optional<Spacing> mm; // in the breast; empty: no mm anywhere
    std::string
        basis; // "calibrated GEOMETRY", "corrected by ERMF 1.5", "at detector, not corrected", "basis unknown", "none"
};

struct StudyImage
{
    std::filesystem::path path;
    int frame = 0;
    ImageHeader header;
    Side side = Side::Unknown;
    std::string sideSource; // "ImageLaterality", "FrameLaterality", "Laterality", "SeriesDescription", "file name", ...
    std::string view;       // abbreviation of CID 4014: CC, MLO, ML, ...; empty if unknown
    std::string viewSource;
    std::vector<std::string> modifiers; // labels of CID 4015
    std::string label;                  // side + modifier + view as drawn: RMCC, LCCID
    std::string presentation;           // "presentation", "processing" or ""
    SpacingFact spacing;
    Slot slot = Slot::Extra;
    bool mirrorForDisplay = false;   // hang with a horizontal flip
    bool flipForDisplay = false;     // and a vertical one
    bool mirrored = false;           // stored mirrored by the pixels' evidence
    int chestWallColumn = -1;        // first breast column at the chest-wall side, stored pixels; -1 unknown
    double breastArea = 0;           // share of the image
    bool synthetic = false;          // 2D made from a tomosynthesis
    bool tomosynthesis = false;      // a stack of slices, or its projections
    int twin = -1;                   // index in the study of its For Presentation or For Processing counterpart
    std::vector<std::string> badges; // "mirrored", "side and pixels disagree", "synthetic", "for processing", ...
    std::vector<std::string> warnings;
};

struct Study
{
    std::string uid;                    // StudyInstanceUID, or "folder:<name>" for loose images
    std::string date;                   // YYYYMMDD or ""
    std::string patientId, patientName; // screen and library only
    std::vector<StudyImage> images;     // hung ones in slot order, then extras in the fixed order
    const StudyImage* inSlot(Slot slot) const;
};

struct ScanProblem
{
    std::filesystem::path path;
    std::string reason;
    bool refused = true; // false: no image and none expected (a report, a text file), listed by its kind only
};

struct ScanReport
{
    std::vector<Study> studies;
    std::vector<ScanProblem> problems; // refused files, each with its reason; others by kind ("structured report")
};

// Files and folders (recursively), grouped into studies, sides and views resolved, hung. Empty: cancelled.
// readPixels: look for mirrored storage and the chest wall in the pixels (slower).
struct ScanOptions
{
    bool readPixels = true;
    int threads = 0; // 0: as many as there are processors, at most 8
};
Cancellable<ScanReport> scan(const std::vector<std::filesystem::path>& paths, const Job& job = {},
                             const ScanOptions& options = {});

// Everything of an image that its header and name say: side, view, label, presentation, spacing, badges.
StudyImage describeImage(const std::filesystem::path& path, const ImageHeader& header, int frame = 0);

// What the pixels say of the chest wall, the breast's area and mirrored storage. Display follows PatientOrientation
// where there is one, else the pixels; a contradiction is flagged, never flipped (workstation notes 1.3).
struct PixelEvidence
{
    bool found = false;
    bool chestWallLeft = false; // else right, as stored
    int chestWallColumn = -1;
    double breastArea = 0;
};
PixelEvidence lookAtPixels(const StoredImage& image, const GreyPipeline& pipeline);
struct BreastOutline;
PixelEvidence evidenceOf(const BreastOutline& breast); // for who has the outline already
void orient(StudyImage& image, const PixelEvidence& evidence);

// Fills the four slots, one image each, orders the extras and finds the twins (workstation notes 1.2, 1.5).
void hang(Study& study);

} // namespace mama
