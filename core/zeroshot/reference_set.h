#pragma once
#include "core/base/user_text.h"
#include "core/dicom/codes/side.h"
#include "core/study/fusion.h"
#include "core/study/slot.h"
#include "core/zeroshot/similarity.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mama {

// Many studies as one model has embedded them. A similarity is a number without a scale; its rank among those that the
// same sentence has with these studies says whether it is high for this model and sentence.
struct ReferenceSet
{
    std::string name;  // what the studies are, in words
    std::string model; // hash of the model that embedded them; with another one they mean nothing
    std::string hash;  // SHA-256 of the file; set by read()
    std::int64_t dim = 0, studies = 0;
    std::vector<std::int32_t> study; // [N] from 0; images of a study lie together
    std::vector<Side> sides;         // [N]
    std::vector<float> images;       // [N, D], L2-normalised
    std::vector<float> patches;      // [P, D], L2-normalised, a sample of all patches in the breast; may be empty
    // How the images became input and the patches were drawn; the profile is empty in files of version 1.
    std::string profile, mapWay;
    int profileVersion = 0;
    // The mean patch of the breasts at each cell of the grid, by view (referenceView); a cell in which no breast lay
    // has the view's mean. All empty in files of version 1 and for models without patches.
    std::int64_t rows = 0, columns = 0;
    std::vector<float> means;         // [4, rows, columns, D]
    std::vector<std::int32_t> counts; // [4, rows, columns]: patches behind each mean
    std::vector<std::int32_t> places; // [P]: of each sampled patch, (view * rows + row) * columns + column; -1: none

    std::size_t count() const { return study.size(); }
    bool hasMeans() const { return !means.empty(); }
    std::span<const float> mean(std::size_t place) const; // [D]
    bool hasView(std::size_t view) const;                 // any patch of it

    // A safetensors file (version 2): images, patches and means as 16-bit integers of 1/32767, study, side (0 unknown,
    // 1 right, 2 left, 3 both), counts, places, the rest as metadata; by rename. Error(Io) names the file.
    void write(const std::filesystem::path& file) const;
    // Version 1 too, which has no means. Error(Io) or Error(Format) names the file and what is wrong.
    static ReferenceSet read(const std::filesystem::path& file);
};

inline constexpr std::size_t referenceViews = 4; // R CC, L CC, R MLO, L MLO
// Which of them an image is: by its place among the hung views, else by side and view. Empty: none.
std::optional<std::size_t> referenceView(Slot slot, Side side, const std::string& view);

// A model's reference, or why it has none that can be used. Both empty: its folder holds none.
struct LoadedReference
{
    std::shared_ptr<const ReferenceSet> set;
    UserText problem;
};

// In a model's folder. It changes no embedding, so the model's hash leaves it out; results name its own.
inline constexpr const char* referenceFile = "reference.safetensors";

// The one in a model's folder, if it was made by the model of this hash with vectors of this length. Never throws: a
// model answers without it too.
LoadedReference findReference(const std::filesystem::path& folder, const std::string& modelHash, std::int64_t dim);

// Where similarities of one text lie among those that it has with the reference: the share of values that are lower, 0
// to 1. Images among all reference images; breasts and studies among values fused by the same rule.
class ReferenceRanks
{
public:
    // text: [D], L2-normalised.
    ReferenceRanks(const ReferenceSet& set, std::span<const float> text, FusionRule rule);
    double ofImage(double similarity) const { return shareBelow(m_images, similarity); }
    double ofBreast(double similarity) const { return shareBelow(m_breasts, similarity); }
    double ofStudy(double similarity) const { return shareBelow(m_studies, similarity); }

private:
    std::vector<double> m_images, m_breasts, m_studies; // ascending
};

// Cosines of a sentence [D] with the sampled patches, [P].
std::vector<float> patchCosines(const ReferenceSet& set, std::span<const float> sentence);
// The default range of a map: the 50th and 99th percentile of such values. Empty without any, or where both are one.
std::optional<std::pair<double, double>> referenceRange(std::vector<float> cosines);

} // namespace mama
