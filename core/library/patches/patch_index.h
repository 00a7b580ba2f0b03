#pragma once
#include "core/base/user_text.h"
#include "core/library/collection/library.h"
#include "core/library/patches/patch_codes.h"
#include "core/library/patches/patch_scan.h"
#include "core/library/studies/study_columns.h"

#include <array>
#include <memory>
#include <optional>

namespace mama {

inline constexpr auto boxOutside = TextId("patches.box_outside", "the box covers no patch of the breast");

// A rectangle on an image, in stored pixels: pixel (i, j) covers [i, i+1) x [j, j+1).
struct ImageBox
{
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    bool operator==(const ImageBox&) const = default;
};
// "120,340,64,80": left, top, width, height. Error(Usage).
ImageBox boxFromText(const std::string& text);
// "120,340,184,420": left, top, right, bottom. Error(Usage).
ImageBox boxFromCorners(const std::string& text);

// What is looked for: patches of a box, each by its vector.
struct RegionPatches
{
    std::vector<std::array<int, 2>> cells; // row, column of the grid
    std::vector<float> vectors;            // [cells, dim], unit length
    std::size_t under = 0;                 // of the breast's patches under the box; of more than mostCells some
    static constexpr std::size_t mostCells = 16;
};
// Which cells of a grid lie under a box: those whose centre lies in it, or else the one under its centre. isBreast: of
// [rows, columns]. At most mostCells, evenly taken. Empty: there is none in the breast.
std::vector<std::array<int, 2>> cellsUnder(const Geometry& geometry, const ImageBox& box,
                                           std::span<const std::uint8_t> isBreast, std::size_t* under = nullptr);

enum class RegionStages { Fitting, Exact, Two };

struct RegionQuestion
{
    RegionPatches region;
    const StudySet* inside = nullptr; // only these; null: all
    RegionStages stages = RegionStages::Fitting;
    std::size_t candidates = 2000; // patches that codes choose for each of the region's, of two stages
    int threads = 2;
    ScanKernel kernel = scanKernels().back();
};

struct FoundImage
{
    std::int64_t image = 0;  // of the library
    std::uint32_t study = 0; // place among the index's studies
    double score = 0;        // 1: every patch of the region is found again
    std::uint32_t record = 0;
    std::array<int, 2> cell{}; // the patch nearest to one of the region's: row, column
    ImageBox place;            // that it covers
};

struct FoundImages
{
    bool exact = true;
    std::vector<FoundImage> images; // highest score first, equal ones by study and image
};

// What two stages find of what the exact search finds.
struct PatchRecall
{
    double recall = 0; // of the 20 nearest images; the image asked with does not count
    std::size_t questions = 0;
    double exactMilliseconds = 0, stagesMilliseconds = 0; // medians
    static constexpr std::size_t at = 20;
};

// The patches of a library's images, by study: as of one moment. An image's score for a region is the mean over the
// region's patches of the largest cosine that any of its own patches has (late interaction, arXiv 2004.12832), so that
// the image on which a box is drawn has 1. Every image counts, whatever its view. Const and shared by threads.
class PatchIndex
{
public:
    // studies: rising ids; results name them by their place. Error as PatchSet. Empty: cancelled.
    static Cancellable<PatchIndex> open(Library& library, const std::filesystem::path& set,
                                        std::span<const std::int64_t> studies, const Job& job = {});

    const EmbeddingSetInfo& info() const { return m_set->info(); }
    const PatchSet& set() const { return *m_set; }
    std::size_t images() const { return m_entries.size(); } // of the library, with patches
    std::size_t patches() const { return m_patches; }       // of those
    std::size_t studies() const;                            // that have one
    bool has(std::int64_t image) const { return recordOf(image).has_value(); }
    // An image of the library that has patches, by its file's bytes and its frame.
    std::optional<std::int64_t> imageOf(std::string_view fileHash, int frame) const;
    // The patches of the breast under a box on an image of the set. Error(Usage): it has none, or the box covers none.
    RegionPatches under(std::int64_t image, const ImageBox& box) const;
    // Error(Usage) for vectors of another length. Images without a patch have no score.
    FoundImages nearest(const RegionQuestion& question, std::size_t count) const;
    // Whether all patches are compared where nobody asks for stages.
    bool isFitting(std::size_t cells) const;

    // Asks with patches of the set, evenly chosen. Empty: cancelled, or too few images.
    std::optional<PatchRecall> measureRecall(std::size_t questions, int threads, const Job& job = {}) const;
    // As it was measured when the set was made, of as many patches as it holds now.
    std::optional<PatchRecall> measured() const;
    void keepMeasured(const PatchRecall& recall) const;

private:
    struct Entry
    {
        std::uint32_t study = 0, record = 0;
        std::int64_t image = 0;
    };
    struct RecordScore
    {
        std::uint32_t record = 0;
        double score = 0;
    };
    // A patch that codes have chosen for one of the region's: the fewer bits differ, the nearer.
    struct Candidate
    {
        std::uint32_t distance = 0, record = 0;
        std::uint64_t patch = 0; // of the set
        bool operator<(const Candidate& other) const
        {
            return distance != other.distance ? distance < other.distance : patch < other.patch;
        }
    };
    PatchIndex() = default;
    void read(Library& library, std::span<const std::int64_t> studies);
    std::optional<std::uint32_t> recordOf(std::int64_t image) const;
    std::vector<std::uint32_t> recordsInside(const StudySet* inside) const;
    double exactScore(std::uint32_t record, const RegionQuestion& question) const;
    std::vector<RecordScore> exactScores(std::span<const std::uint32_t> records, const RegionQuestion& question) const;
    std::vector<std::vector<Candidate>> chosenPatches(std::span<const std::uint32_t> records,
                                                      const RegionQuestion& question) const;
    std::vector<std::uint32_t> chosenImages(std::span<const std::uint32_t> records, const RegionQuestion& question,
                                            std::size_t count) const;
    FoundImage found(const Entry& entry, double score, const RegionQuestion& question) const;

    std::unique_ptr<const PatchSet> m_set;
    std::optional<PatchCodes> m_codes;
    std::vector<Entry> m_entries;                                   // by study, image
    std::vector<std::pair<std::int64_t, std::uint32_t>> m_recordOf; // by image
    std::size_t m_patches = 0;
};

} // namespace mama
