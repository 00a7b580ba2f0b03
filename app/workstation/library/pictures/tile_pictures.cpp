#include "app/workstation/library/pictures/tile_pictures.h"

#include "app/workstation/library/pictures/picture_queue.h"
#include "app/workstation/library/pictures/tile_of_image.h"
#include "core/base/error.h"
#include "core/base/stopwatch.h"
#include "core/library/files/file_pass.h"
#include "core/library/pictures/thumb_filling.h"
#include "widgets/look/shown_text.h"

#include <QPointer>
#include <algorithm>
#include <atomic>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <unordered_set>

namespace mama {
namespace {

constexpr std::size_t studiesAtOnce = 8; // looked up
constexpr int fillingsNiceness = 10;
constexpr double progressEvery = 250; // ms
constexpr auto whileBusy = std::chrono::milliseconds(20);

} // namespace

// The kept thumbnails, and the reading of files, opened by the first thread that needs them.
struct TilePictures::Store
{
    explicit Store(std::shared_ptr<Library> keptIn) : writer(std::move(keptIn)) {}
    // null: what is found is not kept.
    FilePass* pass(const std::filesystem::path& library)
    {
        if (!writer)
            return nullptr;
        ThumbStore& thumbs = open(library);
        const std::lock_guard lock(mutex);
        if (!files)
            files = std::make_unique<FilePass>(*writer, thumbs);
        return files.get();
    }
    void flushAll()
    {
        FilePass* of = nullptr;
        {
            const std::lock_guard lock(mutex);
            of = files.get();
        }
        of ? of->flush() : flush();
    }

    ThumbStore& open(const std::filesystem::path& library)
    {
        const std::lock_guard lock(mutex);
        if (!store)
            store = std::make_unique<ThumbStore>(library);
        return *store;
    }
    void flush()
    {
        const std::lock_guard lock(mutex);
        if (store)
            store->flush();
    }
    std::mutex mutex;
    const std::shared_ptr<Library> writer;
    std::unique_ptr<ThumbStore> store;
    std::unique_ptr<FilePass> files; // goes before them
};

// How far all images have been gone through.
struct TilePictures::Filling
{
    std::mutex mutex;
    std::unique_ptr<ThumbFilling> images;
    std::deque<LibraryImage> next;
    std::uint64_t done = 0;
    int threads = 0;
    bool ends = false;
    Stopwatch sinceTold;
};

struct TilePictures::Shared : std::enable_shared_from_this<Shared>
{
    Shared(TilePictures* of, std::shared_ptr<Library> opened, std::shared_ptr<Store> kept,
           std::shared_ptr<Filling> begun)
        : owner(of), library(std::move(opened)), store(std::move(kept)), fillState(std::move(begun))
    {}

    QPointer<TilePictures> owner; // looked at on the window's thread alone
    const std::shared_ptr<Library> library;
    const std::shared_ptr<Store> store;
    const std::shared_ptr<Filling> fillState;
    std::atomic<bool> stopped{false}, filling{false};

    std::mutex mutex; // of the queue, which the window's thread waits for
    PictureQueue queue;

    // On the window's thread, as long as this is what is open there.
    template <class Call>
    void post(Call call)
    {
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [self = shared_from_this(), call = std::move(call)] {
                if (!self->stopped && self->owner && self->owner->m_shared == self)
                    call(*self->owner);
            },
            Qt::QueuedConnection);
    }

    void notice(const QString& line)
    {
        post([line](TilePictures& pictures) { Q_EMIT pictures.noticed(line); });
    }

    ThumbStore& thumbs()
    {
        ThumbStore& opened = store->open(library->folder());
        for (const UserText& each : opened.takeNotices())
            notice(shownLine(each));
        return opened;
    }

    // Core's errors end here: what was to be done is not, and it is said.
    template <class Work>
    void guarded(const Work& work)
    {
        try {
            work();
        } catch (const std::exception& error) {
            notice(shownError(error));
        }
    }

    void lookUp(const std::vector<std::int64_t>& studies)
    {
        Found found;
        const auto images = imagesOf(*library, studies);
        for (std::size_t i = 0; i < studies.size() && !stopped; ++i) {
            auto& [study, pictures] = found.emplace_back(studies[i], waitingPictures());
            for (TilePicture& each : pictures)
                each.state = TilePicture::State::None;
            std::vector<WantedPicture> toMake;
            const std::array<int, 4> places = placesOf(images[i]);
            for (int view = 0; view < 4; ++view) {
                if (places[static_cast<std::size_t>(view)] < 0)
                    continue;
                const LibraryImage& image = images[i][static_cast<std::size_t>(places[static_cast<std::size_t>(view)])];
                const ImageThumb thumb = findThumb(thumbs(), image);
                pictures[static_cast<std::size_t>(view)] = pictureOf(image, thumb);
                if (thumb.state == ImageThumb::State::ToMake)
                    toMake.push_back({studies[i], view, image});
            }
            const std::lock_guard lock(mutex);
            queue.add(studies[i], std::move(toMake));
        }
        post([found = std::move(found)](TilePictures& pictures) { pictures.take(found); });
    }

    void make(const WantedPicture& wanted)
    {
        guarded([&] {
            FilePass* pass = store->pass(library->folder());
            const ImageThumb thumb = pass ? pass->lookFor(wanted.image) : findOrMakeThumb(thumbs(), wanted.image);
            if (pass && filling)
                countFiles(*pass, false);
            const TilePicture made = pictureOf(wanted.image, thumb);
            post([study = wanted.study, view = wanted.view, made](TilePictures& pictures) {
                pictures.take(study, view, made);
            });
        });
        const std::lock_guard lock(mutex);
        queue.finish(wanted);
    }

    // Of what is wanted, until there is nothing.
    void work()
    {
        while (!stopped) {
            std::vector<std::int64_t> studies;
            std::optional<WantedPicture> picture;
            {
                const std::lock_guard lock(mutex);
                studies = queue.takeStudies(studiesAtOnce);
                if (studies.empty())
                    picture = queue.takePicture();
            }
            if (!studies.empty())
                guarded([&] { lookUp(studies); });
            else if (picture)
                make(*picture);
            else
                break;
        }
        guarded([this] { store->flushAll(); });
    }

    bool busy()
    {
        const std::lock_guard lock(mutex);
        return !queue.idle();
    }

    std::optional<LibraryImage> nextToFill()
    {
        const std::lock_guard lock(fillState->mutex);
        if (fillState->next.empty())
            for (LibraryImage& image : fillState->images->next())
                fillState->next.push_back(std::move(image));
        if (fillState->next.empty())
            return std::nullopt;
        LibraryImage image = std::move(fillState->next.front());
        fillState->next.pop_front();
        return image;
    }

    // `more` have been looked at.
    void count(std::uint64_t more)
    {
        const std::lock_guard lock(fillState->mutex);
        fillState->done += more;
        if (more > 0 && fillState->sinceTold.milliseconds() < progressEvery)
            return;
        fillState->sinceTold = Stopwatch();
        const auto total = static_cast<std::uint64_t>(fillState->images ? fillState->images->total() : 0);
        post([done = fillState->done, total](TilePictures& out) { Q_EMIT out.filled(done, total); });
    }

    // False: there is none left, or it ends.
    bool waitTillIdle()
    {
        while (busy() && !stopped && filling)
            std::this_thread::sleep_for(whileBusy);
        return !stopped && filling;
    }

    void passFiles(FilePass& pass)
    {
        countFiles(pass, true);
        while (waitTillIdle()) {
            const auto file = pass.next();
            if (!file)
                break;
            pass.look(*file);
            countFiles(pass, false);
        }
        pass.flush();
        countFiles(pass, true);
    }

    void countFiles(FilePass& pass, bool now)
    {
        {
            const std::lock_guard lock(fillState->mutex);
            if (!now && fillState->sinceTold.milliseconds() < progressEvery)
                return;
            fillState->sinceTold = Stopwatch();
        }
        const FilePass::Counts counts = pass.counts();
        if (counts.files == 0 && !now) // not counted yet
            return;
        post([done = static_cast<std::uint64_t>(counts.files - counts.left()),
              total = static_cast<std::uint64_t>(counts.files)](TilePictures& out) { Q_EMIT out.passed(done, total); });
    }

    // What stops it stops all of it: it is said, and goes on when it is asked to.
    void failed(const std::exception& error)
    {
        filling = false;
        post([reason = shownError(error)](TilePictures& pictures) {
            if (!std::exchange(pictures.m_filling, false))
                return;
            Q_EMIT pictures.fillingFailed(reason);
        });
    }

    // All files, then all images, one after another, while nothing is wanted.
    void fill()
    {
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), fillingsNiceness);
        try {
            FilePass* pass = store->pass(library->folder());
            beginFilling(pass);
            if (pass)
                passFiles(*pass);
            while (waitTillIdle()) {
                const auto image = nextToFill();
                if (!image) {
                    const std::lock_guard lock(fillState->mutex);
                    fillState->ends = true;
                    break;
                }
                findOrMakeThumb(thumbs(), *image);
                count(1);
            }
        } catch (const std::exception& error) {
            failed(error);
        }
        store->flush();
        count(0);
        endFilling();
    }

    void beginFilling(FilePass* pass)
    {
        const std::lock_guard lock(fillState->mutex);
        ++fillState->threads;
        if (pass && fillState->threads == 1)
            pass->countAgain();
        if (!fillState->images)
            fillState->images = std::make_unique<ThumbFilling>(*library);
        else if (fillState->threads == 1)
            fillState->images->countAgain();
    }

    // The last thread to leave says that all is done.
    void endFilling()
    {
        const std::lock_guard lock(fillState->mutex);
        if (--fillState->threads > 0 || !fillState->ends)
            return;
        fillState->ends = false;
        fillState->images = nullptr;
        fillState->done = 0;
        filling = false;
        post([](TilePictures& pictures) {
            pictures.m_filling = false;
            Q_EMIT pictures.fillingEnded();
        });
    }
};

bool TilePictures::Entry::waits() const
{
    return std::any_of(pictures.begin(), pictures.end(),
                       [](const TilePicture& each) { return each.state == TilePicture::State::Waiting; });
}

TilePictures::TilePictures(Limits limits, QObject* parent) : QObject(parent), m_limits(limits)
{
    m_pool.setMaxThreadCount(limits.threads);
    m_fillPool.setMaxThreadCount(limits.threads);
}

TilePictures::~TilePictures()
{
    stop();
    m_pool.waitForDone();
    m_fillPool.waitForDone();
}

void TilePictures::stop()
{
    if (m_shared)
        m_shared->stopped = true;
    m_shared.reset();
    m_pool.clear();
    m_fillPool.clear();
}

void TilePictures::open(std::shared_ptr<Library> library, std::shared_ptr<Library> writer)
{
    stop();
    m_entries.clear();
    m_wanted.clear();
    m_bytes = 0;
    if (library)
        m_shared = std::make_shared<Shared>(this, std::move(library), std::make_shared<Store>(std::move(writer)),
                                            std::make_shared<Filling>());
    startFilling();
}

std::array<TilePicture, 4> TilePictures::pictures(std::int64_t study) const
{
    const auto found = m_entries.find(study);
    if (found == m_entries.end())
        return waitingPictures();
    found->second.used = ++m_uses;
    return found->second.pictures;
}

void TilePictures::want(const std::vector<std::int64_t>& studies)
{
    m_wanted = studies;
    if (!m_shared)
        return;
    std::vector<std::int64_t> lookUp;
    for (const std::int64_t study : studies) {
        const auto found = m_entries.find(study);
        if (found == m_entries.end() || found->second.waits())
            lookUp.push_back(study);
    }
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->queue.want(lookUp, studies);
    }
    startThreads();
}

// With another queue: what is being read now comes too late.
void TilePictures::lookAgain()
{
    if (!m_shared)
        return;
    const auto library = m_shared->library;
    const auto store = m_shared->store;
    const auto begun = m_shared->fillState;
    stop();
    m_shared = std::make_shared<Shared>(this, library, store, begun);
    const std::unordered_set<std::int64_t> wanted(m_wanted.begin(), m_wanted.end());
    std::erase_if(m_entries, [&](const auto& entry) { return !wanted.contains(entry.first); });
    m_bytes = 0;
    for (const auto& [study, entry] : m_entries)
        m_bytes += entry.bytes;
    m_shared->queue.want(m_wanted, m_wanted); // what is shown stays until something else is known
    startThreads();
    startFilling();
}

void TilePictures::setFilling(bool on)
{
    if (on == m_filling)
        return;
    m_filling = on;
    startFilling();
}

void TilePictures::startFilling()
{
    if (!m_shared)
        return;
    m_shared->filling = m_filling;
    for (int i = 0; m_filling && i < m_limits.threads; ++i)
        m_fillPool.start([shared = m_shared] { shared->fill(); });
}

// A thread that finds nothing to do ends at once.
void TilePictures::startThreads()
{
    for (int i = 0; m_shared && i < m_limits.threads; ++i)
        m_pool.start([shared = m_shared] { shared->work(); });
}

void TilePictures::take(const Found& found)
{
    QList<qint64> told;
    for (const auto& [study, pictures] : found) {
        Entry& entry = m_entries[study];
        m_bytes -= entry.bytes;
        entry.pictures = pictures;
        entry.bytes = 0;
        for (const TilePicture& each : pictures)
            entry.bytes += static_cast<std::size_t>(each.picture.sizeInBytes());
        entry.used = ++m_uses;
        m_bytes += entry.bytes;
        told.append(study);
    }
    limit();
    Q_EMIT changed(told);
}

void TilePictures::take(std::int64_t study, int view, const TilePicture& picture)
{
    const auto found = m_entries.find(study);
    if (found != m_entries.end()) {
        found->second.pictures[static_cast<std::size_t>(view)] = picture;
        found->second.bytes += static_cast<std::size_t>(picture.picture.sizeInBytes());
        m_bytes += static_cast<std::size_t>(picture.picture.sizeInBytes());
        limit();
        Q_EMIT changed({study});
    }
}

// Those not drawn for the longest time go, never what is wanted.
void TilePictures::limit()
{
    if (m_bytes <= m_limits.bytes)
        return;
    const std::unordered_set<std::int64_t> wanted(m_wanted.begin(), m_wanted.end());
    std::vector<std::pair<std::uint64_t, std::int64_t>> oldest;
    for (const auto& [study, entry] : m_entries)
        if (!wanted.contains(study))
            oldest.emplace_back(entry.used, study);
    std::sort(oldest.begin(), oldest.end());
    for (const auto& [used, study] : oldest) {
        if (m_bytes <= m_limits.bytes / 4 * 3)
            break;
        m_bytes -= m_entries.at(study).bytes;
        m_entries.erase(study);
    }
}

} // namespace mama
