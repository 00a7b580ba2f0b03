#pragma once
#include "core/base/user_text.h"
#include "core/dicom/codes/side.h"
#include "core/dicom/read/image_header.h"
#include "core/study/slot.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// A millimetre scale and how far it can be trusted (workstation notes 1.6).
struct SpacingFact
{
    std::optional<Spacing> mm; // in the breast; empty: no mm anywhere
    UserText
        basis; // "calibrated GEOMETRY", "corrected by ERMF 1.5", "at detector, not corrected", "basis unknown", "none"
};

class PrivateFolder;

struct StudyImage
{
    std::filesystem::path path;     // where it is read
    std::filesystem::path origin{}; // where a person finds it, if elsewhere: "study.zip/IM1", a name in an archive
    int frame = 0;
    ImageHeader header;
    Side side = Side::Unknown;
    std::string sideSource; // "ImageLaterality", "FrameLaterality", "Laterality", "SeriesDescription", "file name", ...
    std::string view;       // abbreviation of CID 4014: CC, MLO, ML, ...; empty if unknown
    std::string viewSource;
    std::vector<std::string> modifiers; // labels of ViewKind
    std::vector<std::string> hints;     // and those that only a text of the whole exam tells
    std::string contrast;               // of contrast mammography: "low energy", "recombined", "high energy"; or ""
    bool capture = false;               // a secondary capture: a screenshot, a printout, a digitised film
    std::string label;                  // side + modifier + view as drawn: RMCC, LCCID
    std::string presentation;           // "presentation", "processing" or ""
    SpacingFact spacing;
    Slot slot = Slot::Extra;
    bool mirrorForDisplay = false; // hang with a horizontal flip
    bool flipForDisplay = false;   // and a vertical one
    bool mirrored = false;         // stored mirrored by the pixels' evidence
    int chestWallColumn = -1;      // first breast column at the chest-wall side, stored pixels; -1 unknown
    double breastArea = 0;         // share of the image
    bool synthetic = false;        // 2D made from a tomosynthesis
    bool tomosynthesis = false;    // a stack of slices, or its projections
    int twin = -1;                 // index in the study of its For Presentation or For Processing counterpart
    std::vector<UserText> badges;  // "mirrored", "side and pixels disagree", "synthetic", "for processing", ...
    std::vector<UserText> warnings;

    bool hasModifier(std::string_view wanted) const;
    const std::filesystem::path& place() const { return origin.empty() ? path : origin; }
};

struct Study
{
    std::string uid;                    // StudyInstanceUID, or "folder:<name>" for loose images
    std::string date;                   // YYYYMMDD or ""
    std::string patientId, patientName; // screen and library only
    std::vector<StudyImage> images;     // hung ones in slot order, then extras in the fixed order
    std::vector<std::shared_ptr<const PrivateFolder>> unpacked{}; // holds the files of images out of archives
    const StudyImage* inSlot(Slot slot) const;
};

} // namespace mama
