#pragma once
#include "core/base/progress.h"
#include "core/library/patches/patch_set.h"

#include <memory>

namespace mama {

// Sign codes of a set's patches: a bit a dimension, whether it lies above the set's mean. They are made of all the set
// holds, which reads and checks every row, and kept beside it; of a set that grew meanwhile they are made anew.
class PatchCodes
{
public:
    PatchCodes(PatchCodes&&) = default;
    PatchCodes& operator=(PatchCodes&&) = default;
    PatchCodes(const PatchCodes&) = delete;
    PatchCodes& operator=(const PatchCodes&) = delete;
    // Those on the disk where they are of the set as it is, else made in memory. Empty: cancelled.
    static Cancellable<PatchCodes> of(const PatchSet& set, const Job& job = {});
    // Makes them where the disk has none of the set as it is, and keeps them there. False: cancelled. Error(Io).
    static bool keep(const PatchSet& set, const Job& job = {});

    std::size_t words() const { return m_words; } // 64 dimensions each
    const std::uint64_t* code(std::size_t patch) const { return m_codes + patch * m_words; }
    std::vector<std::uint64_t> codeOf(std::span<const float> vector) const; // [dim] -> [words]
    bool isSound(std::uint32_t image) const { return m_sound[image] != 0; } // its rows check
    std::size_t damaged() const;                                            // images
    const std::vector<float>& mean() const { return m_mean; }               // [dim]

private:
    PatchCodes() = default;
    static std::optional<PatchCodes> read(const PatchSet& set);
    static Cancellable<PatchCodes> make(const PatchSet& set, const Job& job);
    void write(const PatchSet& set) const;

    std::size_t m_words = 0;
    std::vector<float> m_mean;
    std::vector<std::uint8_t> m_sound;
    std::vector<std::uint64_t> m_made;
    std::shared_ptr<const MappedFile> m_file; // that m_codes is in; null: m_made
    const std::uint64_t* m_codes = nullptr;
};

} // namespace mama
