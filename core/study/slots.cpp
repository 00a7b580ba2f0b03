#include "core/study/slots.h"

#include "core/study/view_kinds.h"

#include <algorithm>
#include <sstream>
#include <tuple>

namespace mama {
namespace {

bool mayHang(const StudyImage& image)
{
    return std::ranges::none_of(image.modifiers,
                                [](const std::string& label) {
                                    const ViewKind* kind = viewKind(label);
                                    return kind && kind->apart;
                                }) &&
           image.contrast != "recombined" && image.contrast != "high energy";
}

// A picture of something else: it hangs only in a study that has nothing better, such as digitised films.
bool isSubstitute(const StudyImage& image)
{
    return image.capture || (image.header.format == "dicom" && image.header.channels > 1);
}

std::string shortNumber(double number)
{
    std::ostringstream out;
    out.precision(3);
    out << number;
    return out.str();
}

// True if a hangs rather than b.
bool preferred(const StudyImage& a, const StudyImage& b)
{
    const auto rank = [](const StudyImage& image) {
        return std::tuple(image.presentation == "processing", !image.modifiers.empty(), isSecondary(image),
                          isSomewhatMagnified(image), !image.hints.empty(),
                          image.tomosynthesis ? 2
                          : image.synthetic   ? 1
                                              : 0,
                          image.header.partialView);
    };
    if (rank(a) != rank(b))
        return rank(a) < rank(b);
    const auto when = [](const StudyImage& image) { return std::tie(image.header.acquisitionDate, timeOf(image)); };
    if (when(a) != when(b))
        return when(a) > when(b);
    const bool byReader =
        a.sideSource == "reader" && b.sideSource == "reader"; // pixels that were read or not decide nothing
    if (!byReader && a.breastArea != b.breastArea)
        return a.breastArea > b.breastArea;
    return std::tie(a.header.sopUid, a.path, a.frame) < std::tie(b.header.sopUid, b.path, b.frame);
}

void fill(Study& study, Slot slot, Side side, std::initializer_list<std::string_view> views)
{
    const bool substitutes = std::ranges::all_of(study.images, isSubstitute);
    // ML, then LM, stands in for a missing MLO.
    for (const std::string_view view : views) {
        StudyImage* best = nullptr;
        for (StudyImage& image : study.images)
            if (image.side == side && image.view == view && mayHang(image) && (substitutes || !isSubstitute(image)) &&
                (!best || preferred(image, *best)))
                best = &image;
        if (best) {
            best->slot = slot;
            return;
        }
    }
}

// Rank in the strip of extras.
auto extraOrder(const StudyImage& image)
{
    const int side = image.side == Side::Right ? 0 : image.side == Side::Left ? 1 : image.side == Side::Both ? 2 : 3;
    static constexpr std::string_view Order[] = {"CC",  "MLO", "ML",  "LM", "XCCL",    "XCCM",
                                                 "LMO", "SIO", "ISO", "FB", "SPECIMEN"};
    const auto view = std::ranges::find(Order, image.view) - std::begin(Order);
    std::string modifiers;
    for (const std::string& modifier : image.modifiers)
        modifiers += modifier + " ";
    return std::tuple(side, view, modifiers, timeOf(image), image.header.sopUid, image.path, image.frame);
}

// Why an image that could have hung does not, where no badge says so.
void explain(StudyImage& image)
{
    std::vector<UserText> why = kindBadges(image.hints);
    if (isSecondary(image))
        why.push_back({TextId("badge.secondary_image", "secondary image")});
    if (isSomewhatMagnified(image) && !image.hasModifier("M"))
        why.push_back({TextId("badge.factor", "magnification factor %1"), shortNumber(*image.header.magnification)});
    for (const UserText& badge : why)
        if (std::ranges::find(image.badges, badge) == image.badges.end())
            image.badges.push_back(badge);
}

bool areTwins(const StudyImage& presentation, const StudyImage& processing)
{
    const ImageHeader &a = presentation.header, &b = processing.header;
    if (!a.sourceImages.empty())
        return std::ranges::find(a.sourceImages, b.sopUid) != a.sourceImages.end();
    return presentation.side == processing.side && !presentation.view.empty() && presentation.view == processing.view &&
           presentation.modifiers == processing.modifiers && presentation.tomosynthesis == processing.tomosynthesis &&
           a.acquisitionTime == b.acquisitionTime && a.acquisitionDate == b.acquisitionDate;
}

void findTwins(std::vector<StudyImage>& images)
{
    std::vector<std::size_t> single; // For Processing ones without a twin yet
    for (std::size_t i = 0; i < images.size(); ++i) {
        images[i].twin = -1;
        if (images[i].presentation == "processing")
            single.push_back(i);
    }
    for (std::size_t i = 0; i < images.size() && !single.empty(); ++i) {
        if (images[i].presentation != "presentation")
            continue;
        const auto twin = std::ranges::find_if(single, [&](std::size_t k) { return areTwins(images[i], images[k]); });
        if (twin == single.end())
            continue;
        images[i].twin = static_cast<int>(*twin);
        images[*twin].twin = static_cast<int>(i);
        single.erase(twin);
    }
}

// Hung ones by slot, then the extras in their order.
void sortImages(std::vector<StudyImage>& images)
{
    std::vector<std::pair<decltype(extraOrder(images.front())), std::size_t>> order;
    for (std::size_t i = 0; i < images.size(); ++i)
        order.emplace_back(extraOrder(images[i]), i);
    std::ranges::sort(order, [&](const auto& a, const auto& b) {
        const Slot one = images[a.second].slot, other = images[b.second].slot;
        return one != other || one != Slot::Extra ? one < other : a < b;
    });
    std::vector<StudyImage> sorted;
    sorted.reserve(images.size());
    for (const auto& [key, from] : order)
        sorted.push_back(std::move(images[from]));
    images = std::move(sorted);
}

} // namespace

// By the header, without a word or code that says so; a factor that cannot be used may mean more.
bool isSomewhatMagnified(const StudyImage& image)
{
    constexpr double contact = 1.05;
    return image.header.magnification.value_or(1) > contact;
}

bool isSecondary(const StudyImage& image)
{
    const auto& types = image.header.imageType;
    return types.size() > 1 && types[1] == "SECONDARY" && image.contrast.empty();
}

const std::string& timeOf(const StudyImage& image)
{
    const ImageHeader& h = image.header;
    return h.acquisitionTime.empty() ? h.contentTime : h.acquisitionTime;
}

void fillSlots(Study& study)
{
    for (StudyImage& image : study.images)
        image.slot = Slot::Extra;
    fill(study, Slot::RCC, Side::Right, {"CC"});
    fill(study, Slot::LCC, Side::Left, {"CC"});
    fill(study, Slot::RMLO, Side::Right, {"MLO", "ML", "LM"});
    fill(study, Slot::LMLO, Side::Left, {"MLO", "ML", "LM"});
    for (StudyImage& image : study.images)
        if (image.slot == Slot::Extra)
            explain(image);
    sortImages(study.images);
    findTwins(study.images);
}

} // namespace mama
