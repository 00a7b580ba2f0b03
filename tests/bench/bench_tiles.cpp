// bench_tiles LIBRARY: how long the pictures of a library's studies take: which images hang in all of them, the first
// screen of 25 studies from what is kept, and one thumbnail from its JPEG to its hung picture. Prints one JSON line.
#include "app/workstation/library/pictures/tile_pictures.h"
#include "core/base/stopwatch.h"
#include "core/library/pictures/image_thumbs.h"
#include "core/library/studies/study_keys.h"

#include <QCoreApplication>
#include <QTimer>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace mama;

namespace {

nlohmann::json hangingTimes(Library& library, const std::vector<std::int64_t>& studies)
{
    ThumbStore store(library.folder());
    std::vector<double> finding, hanging;
    for (const auto& images : imagesOf(library, studies))
        for (const LibraryImage& image : images) {
            const Stopwatch clock;
            const ImageThumb found = findThumb(store, image);
            finding.push_back(clock.milliseconds());
            if (found.state != ImageThumb::State::Ready)
                continue;
            const Stopwatch decoding;
            hang(found.thumb, image.side, image.view);
            hanging.push_back(decoding.milliseconds());
        }
    const auto median = [](std::vector<double>& all) {
        std::sort(all.begin(), all.end());
        return all.empty() ? 0 : all[all.size() / 2];
    };
    return {{"images", finding.size()}, {"find_ms", median(finding)}, {"hang_ms", median(hanging)}};
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc < 2)
        return 2;
    const auto library = std::make_shared<Library>(argv[1], Access::Read);
    nlohmann::json out;
    std::vector<std::int64_t> studies = allStudies(*library);
    out["studies"] = studies.size();
    const Stopwatch all;
    out["hung"] = hungImages(*library).size();
    out["hung_images_ms"] = all.milliseconds();
    studies.resize(std::min<std::size_t>(studies.size(), 25));
    TilePictures pictures;
    const Stopwatch clock;
    QObject::connect(&pictures, &TilePictures::changed, &application, [&] {
        for (const std::int64_t study : studies)
            for (const TilePicture& each : pictures.pictures(study))
                if (each.state == TilePicture::State::Waiting)
                    return;
        out["first_screen_ms"] = clock.milliseconds();
        QCoreApplication::quit();
    });
    pictures.open(library);
    pictures.want(studies);
    QTimer::singleShot(60000, &application, &QCoreApplication::quit);
    QCoreApplication::exec();
    out["thumbnails"] = hangingTimes(*library, studies);
    std::cout << out.dump() << std::endl;
    return 0;
}
