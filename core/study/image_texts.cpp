#include "core/study/image_texts.h"

#include "core/study/view_speech.h"
#include "core/study/view_words.h"

namespace mama {
namespace {

// The image's own folder; LEFT/CC and CC/LEFT together; else the nearest folder above that names side and view at once,
// since a lone side or "ML" higher up may stand for anything.
ViewText folderText(const std::filesystem::path& image)
{
    constexpr int highest = 4;
    std::filesystem::path folder = image.parent_path();
    const std::string own = folder.filename().string(), above = folder.parent_path().filename().string();
    if (namesOnlyView(own) && namesOnlyView(above))
        if (const ViewText both = parseViewText(above + " " + own, TextOf::Name);
            both.sideBesideView && !both.view.empty())
            return both;
    const ViewText nearest = parseViewText(own, TextOf::Name);
    if (!nearest.view.empty())
        return nearest;
    for (int level = 1; level < highest && folder.has_relative_path(); ++level) {
        folder = folder.parent_path();
        if (const ViewText named = parseViewText(folder.filename().string(), TextOf::Name);
            named.sideBesideView && !named.view.empty())
            return named;
    }
    return nearest;
}

// The side of the folder that a picture lies in, where the file's own name says a view and no side: LEFT/P1_CC.png.
Side sideAround(const std::filesystem::path& image)
{
    const ViewText own = parseViewText(image.stem().string());
    const Side side = sideOfName(image.parent_path().filename().string());
    return own.view.empty() || own.side != Side::Unknown || side == Side::Both ? Side::Unknown : side;
}

// Of one image, and no file's name: an M or S alone is no initial.
NamedText description(const char* source, const std::string& text)
{
    NamedText out{source, parseViewText(text)};
    for (const std::string& letter : loneModifiers(text))
        out.text.spoken.push_back(letter);
    return out;
}

// Side and view in a sentence may be another image's.
NamedText comment(const std::string& text)
{
    NamedText out{"ImageComments", {}};
    out.text.spoken = commentKinds(text);
    return out;
}

// A paddle names no view.
NamedText paddle(const std::string& name)
{
    NamedText out{"PaddleDescription", {}};
    out.text.spoken = paddleKinds(name);
    return out;
}

} // namespace

std::vector<NamedText> imageTexts(const StudyImage& image)
{
    const ImageHeader& h = image.header;
    std::vector<NamedText> all{description("SeriesDescription", h.seriesDescription),
                               description("ProtocolName", h.protocolName),
                               description("AcquisitionDeviceProcessingDescription", h.processing),
                               comment(h.comments),
                               paddle(h.paddle),
                               {"StudyDescription", parseViewText(h.studyDescription), true},
                               {"procedure", parseViewText(h.procedure), true},
                               {"file name", parseViewText(image.path.stem().string(), TextOf::Name)},
                               {"folder name", folderText(image.path), true}};
    // Sets that put one image a patient name it so: "Mass-Test_P_00016_LEFT_CC".
    if (const ViewText patient = parseViewText(h.patientId); patient.sideBesideView && !patient.view.empty())
        all.push_back({"PatientID", patient, true});
    // "Diagnostic mammogram LEFT" and a folder "left" name what was ordered, not this image.
    for (NamedText& one : all)
        if (one.ofExam && !one.text.sideBesideView)
            one.text.side = Side::Unknown;
    if (const Side around = sideAround(image.path); around != Side::Unknown) {
        all.push_back({"folder name", {}, true});
        all.back().text.side = around;
    }
    return all;
}

} // namespace mama
