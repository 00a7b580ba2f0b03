#pragma once
#include "core/base/mapped_file.h"
#include "core/base/progress.h"
#include "core/image/model_input.h"
#include "core/image/profile.h"
#include "core/training/data/training_index.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mama {

struct PreparedSize
{
    Extent base = defaultInputSize; // of the kept pictures, pixels
    int patch = defaultPatch;       // of the model's grid; 0: as the profile says
};

// Every image of a data set after decoding and its profile, as 8-bit pictures in one file that is mapped into memory:
// made once, by two threads, and found again by the files' names, sizes and times, the profile and the size.
// Immutable and shared between threads.
class PreparedImages
{
public:
    struct Options
    {
        Profile profile;
        PreparedSize size;
        std::filesystem::path folder; // of the packed files
        double badShare = 0.01;       // of the images; above it, Error(Data)
        int threads = 2;
    };
    // Empty: cancelled. Images that cannot be read are collected; Error(Data) names the first where they are more than
    // the share. Error(Io) if the packed file cannot be written.
    static Cancellable<PreparedImages> open(const TrainingIndex& index, const Options& options, const Job& job = {});

    Extent base() const { return m_base; }
    std::size_t size() const { return m_entries.size(); }
    bool readable(std::size_t image) const { return m_entries[image].picture >= 0; }
    // [rows, columns of base] grey, 0-255.
    std::span<const std::uint8_t> picture(std::size_t image) const;
    // [rows, columns of base] share of each pixel that lesions of the channel cover, 255: all of it; empty: no such
    // lesion.
    std::span<const std::uint8_t> lesions(std::size_t image, LesionChannel channel) const;

    // Error(Io) if the packed file was cut off since: what was read of it may be zeros.
    void checkWhole() const;

    struct Unreadable
    {
        std::filesystem::path file;
        std::string reason;
    };
    const std::vector<Unreadable>& unreadable() const { return m_unreadable; }

private:
    struct Entry
    {
        std::int64_t picture = -1, lesions[lesionChannels] = {-1, -1}; // places in the file
    };
    explicit PreparedImages(MappedFile file);
    std::span<const std::uint8_t> at(std::int64_t place) const;

    MappedFile m_file;
    Extent m_base;
    std::vector<Entry> m_entries;
    std::vector<Unreadable> m_unreadable;
};

} // namespace mama
