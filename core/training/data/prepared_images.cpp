#include "core/training/data/prepared_images.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/dicom/read/image_file.h"
#include "core/training/data/lesion_share.h"
#include "core/training/data/patient_free.h"
#include "core/training/settings/training_actions.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <thread>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

Error brokenFile(const fs::path& file)
{
    return {
        ErrorCode::Format, {action::openPrepared}, file.string(), {TextId("prepared.broken", "is broken: remove it")}};
}

constexpr std::string_view magic = "MAMAPREP1"; // at the end, after the contents and their length

// A square's side, else columns and rows.
json toJson(const Extent& size) { return size.square() ? json(size.columns) : json{size.columns, size.rows}; }

Extent extentOf(const json& size)
{
    return size.is_array() ? Extent(size.at(0).get<int>(), size.at(1).get<int>()) : Extent(size.get<int>());
}

void addFile(json& list, const fs::path& file)
{
    std::error_code ignored;
    const auto time = fs::last_write_time(file, ignored).time_since_epoch().count();
    list.push_back(
        {file.string(), static_cast<std::int64_t>(fs::file_size(file, ignored)), static_cast<std::int64_t>(time)});
}

std::string keyOf(const TrainingIndex& index, const PreparedImages::Options& options)
{
    json key = {{"profile", mama::toJson(options.profile)},
                {"base", toJson(options.size.base)},
                {"patch", options.size.patch},
                {"files", json::array()}};
    for (const TrainingImage& image : index.images) {
        addFile(key["files"], image.path);
        for (const LesionMask& lesion : image.lesions)
            addFile(key["files"], lesion.file);
    }
    return sha256(key.dump(-1, ' ', false, json::error_handler_t::replace));
}

struct Result
{
    std::vector<std::uint8_t> picture, lesions[lesionChannels];
    std::string problem; // why it cannot be read
};

Raster<std::uint8_t> maskOf(const fs::path& path, const Geometry& geometry)
{
    const StoredImage stored = ImageFile::open(path)->readFrame(0);
    if (stored.channels != 1 || stored.type != SampleType::U8 || stored.rows != geometry.chain().storedRows ||
        stored.columns != geometry.chain().storedColumns)
        throw Error(ErrorCode::Data, {action::readMask}, path.string(),
                    {TextId("mask.wrong_form", "must be 8-bit grey of the image's size")});
    Raster<std::uint8_t> mask(stored.rows, stored.columns);
    std::memcpy(mask.values.data(), stored.bytes.data(), mask.values.size());
    return mask;
}

// Lesions of one channel may overlap: the larger share counts.
void addLesion(std::vector<std::uint8_t>& channel, const Raster<float>& share)
{
    channel.resize(share.values.size());
    for (std::size_t i = 0; i < channel.size(); ++i)
        channel[i] = std::max(channel[i], static_cast<std::uint8_t>(std::lround(255 * share.values[i])));
}

Result prepareOne(const TrainingImage& image, const PreparedImages::Options& options)
{
    Result result;
    try {
        const auto file = ImageFile::open(image.path);
        if (file->kind() != FileKind::Image)
            throw Error(ErrorCode::Data, {action::readImage}, image.path.string(),
                        {TextId("data.no_image", "not an image but: %1"), name(file->kind())});
        const StoredImage stored = file->readFrame(0);
        const PreparedImage prepared =
            prepare(stored, file->pipeline(0), options.profile, {options.size.base, options.size.patch});
        result.picture = prepared.seenGrey.values;
        for (const LesionMask& lesion : image.lesions)
            addLesion(result.lesions[static_cast<std::size_t>(lesion.channel)],
                      lesionShare(maskOf(lesion.file, prepared.geometry), prepared.geometry));
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Memory || error.code() == ErrorCode::Internal)
            throw;
        result = {};
        result.problem = error.why().english();
    }
    return result;
}

// Images first to last, in parallel; what fails otherwise than by its own file is thrown here.
std::vector<Result> prepareSome(const TrainingIndex& index, std::size_t first, std::size_t last,
                                const PreparedImages::Options& options, const Job& job)
{
    std::vector<Result> results(last - first);
    std::vector<std::exception_ptr> failures(static_cast<std::size_t>(options.threads));
    std::atomic<std::size_t> next{first};
    {
        std::vector<std::jthread> workers;
        for (std::exception_ptr& failure : failures)
            workers.emplace_back([&] {
                try {
                    for (std::size_t image; (image = next++) < last && !job.cancelled();)
                        results[image - first] = prepareOne(index.images[image], options);
                } catch (...) {
                    failure = std::current_exception();
                }
            });
    }
    for (const std::exception_ptr& failure : failures)
        if (failure)
            std::rethrow_exception(failure);
    return results;
}

struct Stopped
{
};

class Packer
{
public:
    Packer(std::ostream& out, Extent base) : m_out(out), m_base(base) {}
    void add(const TrainingImage& image, const Result& result)
    {
        json entry = json::array();
        entry.push_back(put(result.picture));
        for (const auto& channel : result.lesions)
            entry.push_back(put(channel));
        m_entries.push_back(entry);
        if (!result.problem.empty())
            m_unreadable.push_back({image.path.string(), result.problem});
    }
    void finish()
    {
        const std::string contents =
            json{{"base", toJson(m_base)}, {"entries", m_entries}, {"unreadable", m_unreadable}}.dump(
                -1, ' ', false, json::error_handler_t::replace);
        const std::uint64_t length = contents.size();
        m_out << contents;
        m_out.write(reinterpret_cast<const char*>(&length), sizeof length);
        m_out << magic;
    }

private:
    std::int64_t put(const std::vector<std::uint8_t>& bytes)
    {
        if (bytes.empty())
            return -1;
        const std::int64_t place = m_place;
        m_out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        m_place += static_cast<std::int64_t>(bytes.size());
        return place;
    }

    std::ostream& m_out;
    Extent m_base;
    std::int64_t m_place = 0;
    json m_entries = json::array(), m_unreadable = json::array();
};

void pack(std::ostream& out, const TrainingIndex& index, const PreparedImages::Options& options, const Job& job)
{
    constexpr std::size_t chunk = 32;
    Packer packer(out, options.size.base);
    for (std::size_t first = 0; first < index.images.size(); first += chunk) {
        const std::size_t last = std::min(first + chunk, index.images.size());
        const auto results = prepareSome(index, first, last, options, job);
        if (job.cancelled())
            throw Stopped(); // ends writeAtomically without a file
        for (std::size_t i = 0; i < results.size(); ++i)
            packer.add(index.images[first + i], results[i]);
        job.report(last, index.images.size(), "preparing images");
    }
    packer.finish();
}

} // namespace

PreparedImages::PreparedImages(MappedFile file) : m_file(std::move(file))
{
    const auto bytes = m_file.bytes();
    const auto broken = [&] { throw brokenFile(m_file.path()); };
    std::uint64_t length = 0;
    const std::size_t tail = sizeof length + magic.size();
    if (bytes.size() < tail || std::memcmp(bytes.data() + bytes.size() - magic.size(), magic.data(), magic.size()) != 0)
        broken();
    std::memcpy(&length, bytes.data() + bytes.size() - tail, sizeof length);
    if (length > bytes.size() - tail)
        broken();
    const char* contents = reinterpret_cast<const char*>(bytes.data()) + (bytes.size() - tail - length);
    const json all = json::parse(contents, contents + length, nullptr, false);
    if (!all.is_object())
        broken();
    m_base = extentOf(all.at("base"));
    for (const json& entry : all.at("entries"))
        m_entries.push_back(
            {entry.at(0).get<std::int64_t>(), {entry.at(1).get<std::int64_t>(), entry.at(2).get<std::int64_t>()}});
    for (const json& one : all.at("unreadable"))
        m_unreadable.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>()});
}

Cancellable<PreparedImages> PreparedImages::open(const TrainingIndex& index, const Options& options, const Job& job)
{
    const fs::path file = options.folder / (keyOf(index, options) + ".prepared");
    if (!fs::exists(file))
        try {
            writeAtomically(file, [&](std::ostream& out) { pack(out, index, options, job); });
        } catch (const Stopped&) {
            return {};
        }
    PreparedImages images{MappedFile(file)};
    const double bad = static_cast<double>(images.m_unreadable.size() + index.missing.size());
    const double all = static_cast<double>(index.images.size() + index.missing.size());
    if (bad > options.badShare * all) {
        const std::string first = images.m_unreadable.empty()
                                      ? index.missing.front() + " (no such file)"
                                      : withoutPatient(images.m_unreadable.front().file, index) + " (" +
                                            images.m_unreadable.front().reason + ")";
        fs::remove(file); // so that a repaired set is read anew
        throw Error(ErrorCode::Data, {action::readDataSet}, first,
                    {TextId("data.too_many_unreadable",
                            "%1 of %2 images cannot be read, more than data.bad_image_share allows"),
                     static_cast<long>(bad), static_cast<long>(all)});
    }
    return images;
}

void PreparedImages::checkWhole() const
{
    if (m_file.isCut())
        m_file.check();
}

std::span<const std::uint8_t> PreparedImages::at(std::int64_t place) const
{
    const auto count = static_cast<std::size_t>(m_base.rows) * static_cast<std::size_t>(m_base.columns);
    if (place < 0)
        return {};
    if (static_cast<std::size_t>(place) + count > m_file.bytes().size())
        throw brokenFile(m_file.path());
    return {reinterpret_cast<const std::uint8_t*>(m_file.bytes().data()) + place, count};
}

std::span<const std::uint8_t> PreparedImages::picture(std::size_t image) const { return at(m_entries[image].picture); }

std::span<const std::uint8_t> PreparedImages::lesions(std::size_t image, LesionChannel channel) const
{
    return at(m_entries[image].lesions[static_cast<std::size_t>(channel)]);
}

} // namespace mama
