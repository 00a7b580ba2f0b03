#include "core/study/side_and_view.h"

#include "core/dicom/codes/view_codes.h"
#include "core/study/view_text.h"

#include <algorithm>

namespace mama {
namespace {

std::string upper(std::string_view text)
{
    std::string out;
    for (const char c : text)
        if (c != ' ' && c != '\0')
            out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

Side sideOfTag(std::string_view value)
{
    const std::string v = upper(value);
    return v == "B" || v == "BOTH" || v == "BILATERAL" ? Side::Both : sideOfWord(v);
}

struct Answer
{
    std::string source, value; // value: "R", "L", "B" or a view's abbreviation
};

// The first answer counts; each later one that differs is a warning.
Answer settle(const std::vector<Answer>& answers, const UserText& what, std::vector<UserText>& warnings)
{
    Answer first;
    for (const Answer& answer : answers) {
        if (answer.value.empty())
            continue;
        if (first.value.empty())
            first = answer;
        else if (answer.value != first.value)
            warnings.push_back({TextId("study.contradiction", "%1: %2 says %3, %4 says %5"), what, first.source,
                                first.value, answer.source, answer.value});
    }
    return first;
}

struct NamedText
{
    std::string source;
    ViewText text;
    bool ofExam = false; // names what was ordered or whose it is, not this image
};

// A name that says a side or a view and nothing else.
bool isBare(const std::string& name)
{
    const std::string word = upper(name);
    return sideOfWord(word) != Side::Unknown || std::ranges::find(viewNames(), word) != viewNames().end();
}

// The image's own folder; LEFT/CC and CC/LEFT together; else the nearest folder above that names side and view at once,
// since a lone side or "ML" higher up may stand for anything.
ViewText folderText(const std::filesystem::path& image)
{
    constexpr int highest = 4;
    std::filesystem::path folder = image.parent_path();
    const std::string own = folder.filename().string(), above = folder.parent_path().filename().string();
    if (isBare(own) && isBare(above))
        if (const ViewText both = parseViewText(above + " " + own); both.sideBesideView && !both.view.empty())
            return both;
    const ViewText nearest = parseViewText(own);
    if (!nearest.view.empty())
        return nearest;
    for (int level = 1; level < highest && folder.has_relative_path(); ++level) {
        folder = folder.parent_path();
        if (const ViewText named = parseViewText(folder.filename().string());
            named.sideBesideView && !named.view.empty())
            return named;
    }
    return nearest;
}

// The side of the folder that a picture lies in, where the file's own name says a view and no side: LEFT/P1_CC.png.
Side sideAround(const std::filesystem::path& image)
{
    const ViewText own = parseViewText(image.stem().string());
    return own.view.empty() || own.side != Side::Unknown ? Side::Unknown
                                                         : sideOfWord(upper(image.parent_path().filename().string()));
}

// A paddle names no view.
ViewText paddleText(const std::string& paddle)
{
    ViewText text;
    text.spoken = parseViewText(paddle).spoken;
    return text;
}

std::vector<NamedText> texts(const StudyImage& image)
{
    const ImageHeader& h = image.header;
    std::vector<NamedText> all{{"SeriesDescription", parseViewText(h.seriesDescription)},
                               {"ProtocolName", parseViewText(h.protocolName)},
                               {"PaddleDescription", paddleText(h.paddle)},
                               {"StudyDescription", parseViewText(h.studyDescription), true},
                               {"file name", parseViewText(image.path.stem().string())},
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

std::string frameSide(const StudyImage& image)
{
    const auto& sides = image.header.frameLaterality;
    const auto own = static_cast<std::size_t>(std::max(0, image.frame));
    if (own < sides.size() && sideOfTag(sides[own]) != Side::Unknown)
        return name(sideOfTag(sides[own]));
    for (const std::string& side : sides)
        if (sideOfTag(side) != Side::Unknown)
            return name(sideOfTag(side));
    return "";
}

std::string sideOfText(StudyImage& image, const char* source, const std::string& value)
{
    const Side side = sideOfTag(value);
    const std::string said = upper(value);
    if (side == Side::Unknown && !said.empty() && said != "U" && isMammogram(image.header))
        image.warnings.push_back(
            {TextId("study.unknown_side", "side: %1 \"%2\" is neither R, L nor B"), source, value.substr(0, 40)});
    return name(side);
}

std::string viewOfSequence(StudyImage& image)
{
    const auto& code = image.header.view;
    if (!code)
        return "";
    const auto view = viewOfCode(*code);
    if (!view && isMammogram(image.header))
        image.warnings.push_back(
            {TextId("study.unknown_view_code", "view: code (%1, %2) of ViewCodeSequence is not in CID 4014"),
             code->value, code->scheme});
    return view ? name(*view) : "";
}

std::string viewOfPosition(StudyImage& image)
{
    const std::string position = upper(image.header.viewPosition);
    if (position.empty() || std::ranges::find(viewNames(), position) != viewNames().end())
        return position;
    if (isMammogram(image.header))
        image.warnings.push_back(
            {TextId("study.unknown_view_position", "view: ViewPosition %1 is not a mammographic view"),
             image.header.viewPosition});
    return "";
}

void addModifiers(const std::vector<std::string>& labels, StudyImage& image)
{
    for (const std::string& label : labels)
        if (!image.hasModifier(label))
            image.modifiers.push_back(label);
}

void readModifiers(StudyImage& image, const std::vector<NamedText>& named)
{
    for (const Code& code : image.header.viewModifiers) {
        if (const auto modifier = modifierOfCode(code))
            image.modifiers.emplace_back(modifier->label);
        else if (isMammogram(image.header))
            image.warnings.push_back(
                {TextId("study.unknown_modifier_code", "view modifier: code (%1, %2) is not in CID 4015"), code.value,
                 code.scheme});
    }
    for (const NamedText& one : named)
        if (!one.ofExam)
            addModifiers(one.text.spoken, image);
    if (image.header.view)
        return;
    const auto from = std::ranges::find_if(
        named, [&](const NamedText& one) { return one.text.view == image.view && !one.text.modifiers.empty(); });
    if (from != named.end())
        addModifiers(from->text.modifiers, image);
}

// Clearly magnified by the header, whatever its codes say: contact views have factors up to about 1.1.
void readMagnification(StudyImage& image)
{
    constexpr double clearly = 1.3;
    if (image.header.magnification.value_or(1) > clearly)
        addModifiers({"M"}, image);
}

// What contrast mammography made of it: by ImageType, else by words.
void readContrast(StudyImage& image, const std::vector<NamedText>& named)
{
    for (const std::string& value : image.header.imageType) {
        const std::string said = upper(value);
        if (said.starts_with("RECOMB") || said.starts_with("SUBTRACT"))
            image.contrast = "recombined";
        else if (said.starts_with("LOW_ENER"))
            image.contrast = "low energy";
        else if (said.starts_with("HIGH_ENER"))
            image.contrast = "high energy";
    }
    for (const NamedText& one : named)
        if (image.contrast.empty() && !one.ofExam)
            image.contrast = one.text.contrast;
}

// RMCC, LSMLO, LCCID, RCV.
std::string composeLabel(const StudyImage& image)
{
    std::string before, view = image.view, behind;
    for (const ViewModifier& known : viewModifiers()) {
        if (std::ranges::find(image.modifiers, known.label) == image.modifiers.end())
            continue;
        if (known.place == LabelPlace::Before)
            before += known.label;
        else if (known.place == LabelPlace::Behind)
            behind += known.label;
        else
            view = known.label;
    }
    return name(image.side) + before + view + behind;
}

} // namespace

bool isMammogram(const ImageHeader& header)
{
    return header.modality == "MG" || header.format != "dicom" ||
           ((header.modality == "CR" || header.modality == "DX") && header.bodyPart == "BREAST");
}

void resolveSideAndView(StudyImage& image)
{
    const std::vector<NamedText> named = texts(image);
    const ImageHeader& h = image.header;
    std::vector<Answer> sides{{"ImageLaterality", sideOfText(image, "(0020,0062) ImageLaterality", h.imageLaterality)},
                              {"FrameLaterality", frameSide(image)},
                              {"Laterality", sideOfText(image, "(0020,0060) Laterality", h.laterality)}};
    std::vector<Answer> views{{"ViewCodeSequence", viewOfSequence(image)}, {"ViewPosition", viewOfPosition(image)}};
    // Names of files and folders of other modalities say nothing about a view.
    if (isMammogram(h) || h.modality.empty())
        for (const NamedText& one : named) {
            sides.push_back({one.source, name(one.text.side)});
            views.push_back({one.source, one.text.view});
        }
    const Answer side = settle(sides, {TextId("study.side", "side")}, image.warnings),
                 view = settle(views, {TextId("study.view", "view")}, image.warnings);
    image.side = sideOfTag(side.value);
    image.sideSource = side.source;
    image.view = view.value;
    image.viewSource = view.source;
    readModifiers(image, named);
    readMagnification(image);
    readContrast(image, named);
    image.label = composeLabel(image);
}

void setByReader(StudyImage& image, Side side, const std::string& view)
{
    image.side = side;
    image.view = view;
    image.sideSource = image.viewSource = "reader";
    image.label = composeLabel(image);
    const UserText badge{TextId("badge.set_by_reader", "side and view set by the reader")};
    if (std::ranges::find(image.badges, badge) == image.badges.end())
        image.badges.push_back(badge);
}

} // namespace mama
