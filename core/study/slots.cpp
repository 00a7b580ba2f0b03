#include "core/study/slots.h"

#include <algorithm>
#include <tuple>

namespace mama {
namespace {

// Spot and magnification views belong to their parent view; cleavage, axillary tail and tangential are views of their
// own.
bool mayHang(const StudyImage& image)
{
    constexpr std::string_view apart[] = {"M", "S", "CV", "AT", "TAN"};
    return std::ranges::none_of(apart, [&](std::string_view label) { return image.hasModifier(label); }) &&
           image.contrast != "recombined" && image.contrast != "high energy";
}

// A picture of something else: it hangs only in a study that has nothing better, such as digitised films.
bool isSubstitute(const StudyImage& image)
{
    return image.capture || (image.header.format == "dicom" && image.header.channels > 1);
}

// Somewhat magnified by the header, without a word or code that says so.
bool somewhatMagnified(const StudyImage& image)
{
    constexpr double contact = 1.05;
    return image.header.magnification.value_or(1) > contact;
}

const std::string& timeOf(const StudyImage& image)
{
    const ImageHeader& h = image.header;
    return h.acquisitionTime.empty() ? h.contentTime : h.acquisitionTime;
}

// True if a hangs rather than b.
bool preferred(const StudyImage& a, const StudyImage& b)
{
    const auto rank = [](const StudyImage& image) {
        const auto& types = image.header.imageType;
        const bool secondary = types.size() > 1 && types[1] == "SECONDARY" && image.contrast.empty();
        return std::tuple(image.presentation == "processing", !image.modifiers.empty(), secondary,
                          somewhatMagnified(image),
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
    if (a.breastArea != b.breastArea)
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

void fillSlots(Study& study)
{
    for (StudyImage& image : study.images)
        image.slot = Slot::Extra;
    fill(study, Slot::RCC, Side::Right, {"CC"});
    fill(study, Slot::LCC, Side::Left, {"CC"});
    fill(study, Slot::RMLO, Side::Right, {"MLO", "ML", "LM"});
    fill(study, Slot::LMLO, Side::Left, {"MLO", "ML", "LM"});
    sortImages(study.images);
    findTwins(study.images);
}

} // namespace mama
