#pragma once
#include "app/workstation/read/studies/study_loader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mama {

// Bytes of pixels to keep on a machine with so much memory: a sixteenth, at least 256 MiB and at most 4 GiB.
// 0: not known how much; as on a machine of 8 GiB.
std::uint64_t usualPictureMemory(std::uint64_t machine);

// Studies read ahead or shown lately, so that going to the next or back is immediate. Window's thread only.
class PictureCache
{
public:
    using Pictures = std::vector<LoadedImage>; // hung images of one study

    PictureCache();

    // Bytes of pixels, with their smaller levels. The study on screen and the one that came last stay whatever they
    // take.
    void setLimit(std::uint64_t bytes);
    std::uint64_t limit() const { return m_limit; }
    std::uint64_t used() const; // bytes
    std::size_t studies() const { return m_entries.size(); }

    void hold(const std::string& studyUid) { m_held = studyUid; } // the study on screen

    const Pictures* find(const std::string& studyUid) const;
    void put(const std::string& studyUid, Pictures pictures);
    void add(const std::string& studyUid, LoadedImage image); // to what is kept of a study, in place of an earlier one
    void forget(const std::string& studyUid);
    void clear();

private:
    struct Entry
    {
        std::string uid;
        Pictures pictures;
        std::uint64_t bytes = 0;
    };
    void shrink();

    std::uint64_t m_limit;
    std::string m_held;
    std::vector<Entry> m_entries; // newest last
};

} // namespace mama
