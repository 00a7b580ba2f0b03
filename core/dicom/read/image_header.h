#pragma once
#include "core/base/user_text.h"
#include "core/dicom/codes/code.h"
#include "core/image/geometry.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mama {

// The header facts that hanging, geometry and provenance need. Empty string or nullopt: not in the file.
// Texts are UTF-8. Identifiers of the patient go on screen and into the library only.
struct ImageHeader
{
    std::string format;         // "dicom", "png", "jpeg", "tiff", "pgm"
    std::string transferSyntax; // UID; empty for other formats
    std::string sopClass, sopUid, seriesUid, studyUid, modality;
    std::string patientId, patientIdIssuer, patientName, patientBirthDate, patientSex;
    std::string accessionNumber; // of the order; tells exams apart where there is no Study Instance UID
    std::string studyDate, acquisitionDate, acquisitionTime, contentTime;
    std::string processing; // (0018,1400) Acquisition Device Processing Description
    std::string comments;   // (0020,4000) Image Comments
    std::string procedure;  // what was ordered and done: (0040,0254), (0032,1060), meanings of (0008,1032)
    std::string studyDescription, seriesDescription, protocolName, paddle, bodyPart, manufacturer, model, station;
    std::string photometric;        // as stored
    std::string presentationIntent; // "FOR PRESENTATION", "FOR PROCESSING"
    std::vector<std::string> imageType;
    std::string imageLaterality, laterality;  // (0020,0062), (0020,0060)
    std::vector<std::string> frameLaterality; // per frame, then shared; empty if none
    std::optional<Code> view;
    std::vector<Code> viewModifiers;
    std::string viewPosition;
    std::pair<std::string, std::string> patientOrientation; // row, column
    std::string horizontalFlip;                             // (0018,7034)
    bool partialView = false, implantPresent = false;
    std::optional<Spacing> pixelSpacing, imagerPixelSpacing;
    std::string spacingCalibration;      // (0028,0A02)
    std::optional<double> magnification; // ERMF (0018,1114)
    std::optional<double> distanceRatio; // (0018,1110) source to detector / (0018,1111) source to patient
    std::string presentationLutShape, pixelIntensityRelationship, burnedInAnnotation;
    std::vector<std::string> sourceImages; // SOP instance UIDs of SourceImageSequence
    int rows = 0, columns = 0, frames = 1, bitsAllocated = 0, bitsStored = 0, channels = 1;
    bool isSigned = false;
    std::vector<UserText> warnings;
};

} // namespace mama
