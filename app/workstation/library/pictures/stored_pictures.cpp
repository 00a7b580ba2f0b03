#include "app/workstation/library/pictures/stored_pictures.h"

#include "core/library/collection/file_place.h"
#include "core/library/collection/library_images.h"

#include <algorithm>
#include <unordered_set>

namespace mama {
namespace {

constexpr int threads = 2;

QImage imageOf(const Raster<std::uint8_t>& picture)
{
    QImage image(picture.columns, picture.rows, QImage::Format_Grayscale8);
    for (int row = 0; row < picture.rows; ++row)
        std::copy_n(&picture.at(row, 0), picture.columns, image.scanLine(row));
    return image;
}

// Empty: the image, or its file, is not there any more.
std::optional<StoredPictureRequest> requestOf(Library& library, std::int64_t study, qint64 image)
{
    const auto images = imagesOf(library, std::vector<std::int64_t>{study});
    for (const LibraryImage& each : images.front())
        if (each.id == image)
            return StoredPictureRequest{placeOfFile(each.root, each.below), each.frame};
    return std::nullopt;
}

} // namespace

StoredPictures::StoredPictures(QObject* parent) : QObject(parent) { m_pool.setMaxThreadCount(threads); }

StoredPictures::~StoredPictures()
{
    open(nullptr);
    m_pool.waitForDone();
}

void StoredPictures::open(std::shared_ptr<Library> library)
{
    want({});
    m_library = std::move(library);
}

void StoredPictures::want(const std::vector<std::pair<std::int64_t, std::array<TilePicture, 4>>>& studies)
{
    std::unordered_set<qint64> wanted;
    for (const auto& [study, pictures] : studies)
        for (const TilePicture& each : pictures)
            if (each.state == TilePicture::State::Ready)
                wanted.insert(each.image);
    for (auto& [image, entry] : m_entries)
        if (!wanted.contains(image))
            entry.job.cancel();
    std::erase_if(m_entries, [&](const auto& entry) { return !wanted.contains(entry.first); });
    for (const auto& [study, pictures] : studies)
        for (const TilePicture& each : pictures)
            if (wanted.contains(each.image) && m_entries[each.image].thumbnail != each.picture)
                read(study, each);
}

void StoredPictures::read(std::int64_t study, const TilePicture& picture)
{
    Entry& entry = m_entries[picture.image];
    entry.job.cancel();
    entry.thumbnail = picture.picture;
    entry.job = BackgroundJob::start<Made>(
        this,
        {[library = m_library, study, picture, by = m_window](const Job& job) -> Cancellable<Made> {
             auto request = job.cancelled() ? std::nullopt : requestOf(*library, study, picture.image);
             if (!request)
                 return std::nullopt;
             request->mirrored = picture.mirrored;
             request->flipped = picture.flipped;
             const auto values = std::make_shared<const StoredPicture>(readStoredPicture(*request));
             return Made{values, imageOf(shownBy(*values, by)), by};
         },
         [this, image = picture.image](Made made) { take(image, std::move(made)); },
         [](const QString&) {}}, // the thumbnail stays; the file's problem is in the list of problems
        &m_pool);
}

void StoredPictures::render(qint64 image)
{
    Entry& entry = m_entries.at(image);
    entry.job.cancel();
    entry.job =
        BackgroundJob::start<Made>(this,
                                   {[values = entry.values, by = m_window](const Job& job) -> Cancellable<Made> {
                                        if (job.cancelled())
                                            return std::nullopt;
                                        return Made{values, imageOf(shownBy(*values, by)), by};
                                    },
                                    [this, image](Made made) { take(image, std::move(made)); }, [](const QString&) {}},
                                   &m_pool);
}

void StoredPictures::take(qint64 image, Made made)
{
    const auto entry = m_entries.find(image);
    if (entry == m_entries.end())
        return;
    entry->second.values = std::move(made.values);
    entry->second.shown = std::move(made.shown);
    Q_EMIT changed();
    if (made.by != m_window) // it was changed meanwhile
        render(image);
}

void StoredPictures::setWindow(const WindowChange& change)
{
    m_window = change;
    for (const auto& [image, entry] : m_entries)
        if (entry.values)
            render(image);
}

QImage StoredPictures::picture(qint64 image) const
{
    const auto entry = m_entries.find(image);
    return entry == m_entries.end() ? QImage() : entry->second.shown;
}

} // namespace mama
