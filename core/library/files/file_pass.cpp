#include "core/library/files/file_pass.h"

#include "core/base/error.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>

namespace mama {
namespace {

constexpr int atOnce = 64;
constexpr auto writtenEvery = std::chrono::milliseconds(500);

ImageThumb thumbIn(const FileLook& look, std::int64_t image)
{
    ImageThumb out;
    out.path = look.path;
    if (look.facts.state == "missing")
        return out;
    const auto found = std::find_if(look.images.begin(), look.images.end(),
                                    [&](const ImageLook& each) { return each.image.id == image; });
    if (found == look.images.end())
        return out;
    out.thumb = found->thumb;
    out.fault = out.thumb.fault;
    out.state = out.fault.empty() ? ImageThumb::State::Ready : ImageThumb::State::Refused;
    return out;
}

} // namespace

FilePass::FilePass(Library& library, ThumbStore& store, std::size_t memory)
    : m_library(library), m_store(store), m_memory(memory)
{
    countAgain();
}

FilePass::~FilePass()
{
    try {
        flush();
    } catch (const std::exception&) { // they are read again
    }
}

void FilePass::countAgain()
{
    std::int64_t files = 0, left = 0, gone = 0;
    m_library.read([&](SQLite::Database& database) {
        files = database.execAndGet("SELECT count(*) FROM file WHERE state <> 'none'").getInt64();
        left = database
                   .execAndGet("SELECT count(*) FROM file WHERE passed IS NULL AND state IN ('listed', 'read',"
                               " 'missing', 'refused')")
                   .getInt64();
        gone =
            database.execAndGet("SELECT count(*) FROM file WHERE passed IS NOT NULL AND state = 'missing'").getInt64();
    });
    const std::lock_guard lock(m_mutex);
    m_counts = {files, files - left - gone, 0, gone, 0, 0};
    m_after = 0;
    m_queue.clear();
    m_done.clear();
}

FilePass::Counts FilePass::counts()
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

void FilePass::fillQueue()
{
    std::vector<std::int64_t> files;
    m_library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id FROM file WHERE passed IS NULL AND state IN ('listed', 'read',"
                                         " 'missing', 'refused') AND id > ? ORDER BY id LIMIT ?");
        each.bind(1, m_after);
        each.bind(2, atOnce);
        while (each.executeStep())
            files.push_back(each.getColumn(0).getInt64());
    });
    if (files.empty())
        return;
    m_after = files.back();
    auto images = imagesInFiles(m_library, files);
    for (std::size_t i = 0; i < files.size(); ++i)
        m_queue.push_back({files[i], std::move(images[i])});
}

std::optional<FileToLook> FilePass::next()
{
    const std::lock_guard lock(m_mutex);
    for (;;) {
        if (m_queue.empty())
            fillQueue();
        if (m_queue.empty())
            return std::nullopt;
        FileToLook file = std::move(m_queue.front());
        m_queue.pop_front();
        if (file.images.empty() || m_busy.contains(file.file) || m_done.contains(file.file))
            continue;
        m_busy.insert(file.file);
        return file;
    }
}

std::optional<FileLook> FilePass::take(std::int64_t file)
{
    std::unique_lock lock(m_mutex);
    m_released.wait(lock, [&] { return !m_busy.contains(file); });
    for (const Looks* looks : {&m_pending, &m_leaving})
        if (const auto found = looks->find(file); found != looks->end())
            return found->second;
    m_busy.insert(file);
    return std::nullopt;
}

void FilePass::release(std::int64_t file)
{
    {
        const std::lock_guard lock(m_mutex);
        m_busy.erase(file);
    }
    m_released.notify_all();
}

Cancellable<FileLook> FilePass::look(const FileToLook& file, const std::stop_token& stop, const FrameUse& use)
{
    Cancellable<FileLook> found;
    try {
        found = lookAtFile(file, {m_memory, stop, use});
    } catch (...) {
        release(file.file);
        throw;
    }
    if (found)
        keep(*found);
    else
        release(file.file);
    return found;
}

ImageThumb FilePass::lookFor(const LibraryImage& image)
{
    if (const auto found = take(image.file))
        return thumbIn(*found, image.id);
    FileToLook file{image.file, imagesInFiles(m_library, std::span(&image.file, 1)).front()};
    const auto now = std::find_if(file.images.begin(), file.images.end(),
                                  [&](const LibraryImage& each) { return each.id == image.id; });
    bool asPassed = now == file.images.end();
    file.again = !asPassed && now->passed;
    if (file.again) {
        const ImageThumb there = findThumb(m_store, *now);
        asPassed = there.state == ImageThumb::State::Missing || isAsPassed(*now, FileState::of(there.path));
    }
    if (asPassed) {
        release(image.file);
        return findOrMakeThumb(m_store, now == file.images.end() ? image : *now);
    }
    const auto found = look(file);
    return found ? thumbIn(*found, image.id) : ImageThumb();
}

void FilePass::keep(FileLook look)
{
    putThumbs(m_store, look);
    std::unique_lock lock(m_mutex);
    const std::int64_t file = look.file;
    m_busy.erase(file);
    m_done.insert(file);
    m_pending.insert_or_assign(file, std::move(look));
    m_released.notify_all();
    if (std::chrono::steady_clock::now() - m_written >= writtenEvery)
        write(lock);
}

void FilePass::flush()
{
    std::unique_lock lock(m_mutex);
    write(lock);
}

// The lock is free while the disk is waited for.
void FilePass::write(std::unique_lock<std::mutex>& lock)
{
    if (m_pending.empty())
        return;
    lock.unlock();
    const std::lock_guard writing(m_writing);
    lock.lock();
    m_leaving = std::move(m_pending);
    m_pending.clear();
    lock.unlock();
    std::vector<const FileLook*> looks;
    for (const auto& [file, look] : m_leaving)
        looks.push_back(&look);
    try {
        m_store.flush();
        m_library.note([&](SQLite::Database& database) { keepLooks(database, looks); });
    } catch (...) {
        lock.lock();
        m_pending.merge(m_leaving);
        m_leaving.clear();
        m_written = std::chrono::steady_clock::now();
        throw;
    }
    lock.lock();
    for (const FileLook* look : looks)
        count(*look);
    m_leaving.clear();
    m_written = std::chrono::steady_clock::now();
}

void FilePass::count(const FileLook& look)
{
    if (look.again)
        return;
    m_counts.read += look.facts.state == "read";
    m_counts.refused += look.facts.state == "refused";
    m_counts.missing += look.facts.state == "missing";
    m_counts.bytes += look.bytes;
}

} // namespace mama
