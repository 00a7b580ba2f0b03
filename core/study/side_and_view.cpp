#include "core/study/side_and_view.h"

#include "core/dicom/codes/view_codes.h"
#include "core/study/image_texts.h"
#include "core/study/spacing.h"
#include "core/study/view_words.h"

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

std::string frameSide(const StudyImage& image)
{
    const auto& sides = image.header.frameLaterality;
    const auto own = static_cast<std::size_t>(std::max(0, image.frame));
    if (own < sides.size() && sideOfName(sides[own]) != Side::Unknown)
        return name(sideOfName(sides[own]));
    for (const std::string& side : sides)
        if (sideOfName(side) != Side::Unknown)
            return name(sideOfName(side));
    return "";
}

std::string sideOfText(StudyImage& image, const char* source, const std::string& value)
{
    const Side side = sideOfName(value);
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
    return view ? name(*view) : parseViewText(code->meaning).view;
}

// The abbreviation, or words for it: "CRANIO-CAUDAL", "RCC", "OBLIQUE".
ViewText viewOfPosition(StudyImage& image)
{
    const std::string& position = image.header.viewPosition;
    ViewText said = parseViewText(position);
    if (const auto words = viewWords(position); words.size() == 1 && isObliqueWord(words[0].text))
        said.view = "MLO";
    if (said.view.empty() && !position.empty() && isMammogram(image.header))
        image.warnings.push_back(
            {TextId("study.unknown_view_position", "view: ViewPosition %1 is not a mammographic view"),
             position.substr(0, 40)});
    return said;
}

void addModifiers(const std::vector<std::string>& labels, std::vector<std::string>& to)
{
    for (const std::string& label : labels)
        if (std::ranges::find(to, label) == to.end())
            to.push_back(label);
}

// By the code, else by what its writer says that it means.
void readModifierCodes(StudyImage& image)
{
    for (const Code& code : image.header.viewModifiers) {
        if (const auto modifier = modifierOfCode(code)) {
            addModifiers({std::string(modifier->label)}, image.modifiers);
            continue;
        }
        if (!isMammogram(image.header))
            continue;
        const auto said = parseViewText(code.meaning).spoken;
        addModifiers(said.empty() ? std::vector<std::string>{"unknown modifier"} : said, image.modifiers);
        image.warnings.push_back(
            {TextId("study.unknown_modifier_code", "view modifier: code (%1, %2) is not in CID 4015"), code.value,
             code.scheme});
    }
}

void readModifiers(StudyImage& image, const std::vector<NamedText>& named)
{
    readModifierCodes(image);
    for (const NamedText& one : named)
        addModifiers(one.text.spoken, one.ofExam ? image.hints : image.modifiers);
    std::erase_if(image.hints, [&](const std::string& hint) { return image.hasModifier(hint); });
    if (image.header.view)
        return;
    addModifiers(parseViewText(image.header.viewPosition).modifiers, image.modifiers);
    const auto from = std::ranges::find_if(
        named, [&](const NamedText& one) { return one.text.view == image.view && !one.text.modifiers.empty(); });
    if (from != named.end())
        addModifiers(from->text.modifiers, image.modifiers);
}

// Clearly magnified by the header, whatever its codes say: contact views have factors up to about 1.1.
void readMagnification(StudyImage& image)
{
    constexpr double clearly = 1.3;
    if (usableMagnification(image.header).value_or(image.header.distanceRatio.value_or(1)) > clearly)
        addModifiers({"M"}, image.modifiers);
}

// Tags often say the plain view only, where the image's own texts say which one it is.
void readSpecialView(StudyImage& image, const std::vector<NamedText>& named)
{
    constexpr std::pair<std::string_view, std::string_view> special[] = {
        {"CC", "XCCL"}, {"CC", "XCCM"}, {"CC", "FB"}, {"MLO", "LMO"}, {"MLO", "SIO"}, {"MLO", "ISO"}};
    for (const NamedText& one : named) {
        const bool known =
            std::ranges::find(special, std::pair<std::string_view, std::string_view>(image.view, one.text.view)) !=
            std::end(special);
        const bool meant = one.text.view.size() > 3 || one.text.sideBesideView;
        if (one.ofExam || (!(known && meant) && one.text.view != "SPECIMEN"))
            continue;
        image.view = one.text.view;
        image.viewSource = one.source;
        return;
    }
}

// A text that names two sides or two views says none, and nothing else does.
void warnOfBoth(StudyImage& image, const std::vector<NamedText>& named)
{
    for (const NamedText& one : named) {
        if (one.ofExam)
            continue;
        if (one.text.bothSides && image.side == Side::Unknown)
            image.warnings.push_back({TextId("study.both_sides", "side: %1 names both, right and left"), one.source});
        if (one.text.severalViews && image.view.empty())
            image.warnings.push_back({TextId("study.several_views", "view: %1 names more than one"), one.source});
    }
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
    if (header.modality == "MG" || header.format != "dicom")
        return true;
    if (header.modality != "CR" && header.modality != "DX")
        return false;
    const auto says = [](const std::string& text, std::initializer_list<std::string_view> parts) {
        const std::string said = upper(text);
        return std::ranges::any_of(parts, [&](std::string_view part) { return said.find(part) != said.npos; });
    };
    if (!header.bodyPart.empty())
        return says(header.bodyPart, {"BREAST", "MAMMA", "MAMO"});
    return says(header.seriesDescription + " " + header.studyDescription, {"MAMMO", "MAMOG", "BREAST"});
}

void resolveSideAndView(StudyImage& image)
{
    const std::vector<NamedText> named = imageTexts(image);
    const ImageHeader& h = image.header;
    std::vector<Answer> sides{{"ImageLaterality", sideOfText(image, "(0020,0062) ImageLaterality", h.imageLaterality)},
                              {"FrameLaterality", frameSide(image)},
                              {"Laterality", sideOfText(image, "(0020,0060) Laterality", h.laterality)}};
    std::vector<Answer> views{{"ViewCodeSequence", viewOfSequence(image)}};
    const ViewText position = viewOfPosition(image);
    sides.push_back({"ViewPosition", name(position.side)});
    views.push_back({"ViewPosition", position.view});
    if (const Side side = sideOfName(h.bodyPart); side != Side::Both)
        sides.push_back({"BodyPartExamined", name(side)});
    // Names of files and folders of other modalities say nothing about a view.
    if (isMammogram(h) || h.modality.empty())
        for (const NamedText& one : named) {
            sides.push_back({one.source, name(one.text.side)});
            views.push_back({one.source, one.text.view});
        }
    const Answer side = settle(sides, {TextId("study.side", "side")}, image.warnings),
                 view = settle(views, {TextId("study.view", "view")}, image.warnings);
    image.side = sideOfName(side.value);
    image.sideSource = side.source;
    image.view = view.value;
    image.viewSource = view.source;
    if (isMammogram(h))
        warnOfBoth(image, named);
    readSpecialView(image, named);
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
