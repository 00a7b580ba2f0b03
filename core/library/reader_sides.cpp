#include "core/library/reader_sides.h"

#include "core/library/reader_file.h"
#include "core/study/scan.h"
#include "core/study/side_and_view.h"
#include "core/study/slots.h"

#include <set>
#include <utility>
#include <vector>

namespace mama {

void takeReadersSides(ReaderFile& file, ScanReport& report, const Job& job)
{
    std::vector<ImageFileRef> images;
    std::vector<std::pair<std::size_t, std::size_t>> places; // study and image of each
    for (std::size_t s = 0; s < report.studies.size(); ++s)
        for (std::size_t i = 0; i < report.studies[s].images.size(); ++i)
            if (const StudyImage& image = report.studies[s].images[i];
                image.side == Side::Unknown || image.view.empty()) {
                images.push_back({image.path, image.header.sopUid, image.frame});
                places.emplace_back(s, i);
            }
    if (images.empty())
        return;
    const auto views = file.assigned(images, job);
    if (!views)
        return;
    std::set<std::size_t> changed;
    for (std::size_t k = 0; k < places.size(); ++k)
        if (const auto& view = (*views)[k]; view && view->side != Side::Unknown && !view->view.empty()) {
            setByReader(report.studies[places[k].first].images[places[k].second], view->side, view->view);
            changed.insert(places[k].first);
        }
    for (const std::size_t study : changed)
        fillSlots(report.studies[study]);
}

} // namespace mama
