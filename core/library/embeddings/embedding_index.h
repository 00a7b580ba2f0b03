#pragma once
#include "core/library/embeddings/embedding_set.h"
#include "core/library/embeddings/row_scan.h"
#include "core/library/studies/study_columns.h"
#include "core/study/fusion.h"

#include <memory>

namespace mama {

// A question to a set: which studies are most like a vector. Of a sentence its own; of "A, not B" the difference of
// both (differenceOf), which scores every image with A's similarity less B's.
struct EmbeddingQuestion
{
    std::vector<float> vector; // [dim]
    FusionRule fusion = FusionRule::Maximum;
    const StudySet* inside = nullptr; // only these; null: all
    int threads = 2;
    ScanKernel kernel = scanKernels().back();
};
std::vector<float> differenceOf(std::span<const float> plus, std::span<const float> minus);

struct ImageScore
{
    std::int64_t image = 0;
    Side side = Side::Unknown;
    double score = 0;
};

// A row of the set and the image that it is of.
struct IndexedImage
{
    std::uint32_t row = 0;
    Side side = Side::Unknown;
    std::int64_t image = 0;
};

struct FoundStudy
{
    std::uint32_t study = 0; // index among the index's studies
    double score = 0;        // as `mama query` prints it
    ImageScore best;         // the image with the highest score of its own
};

// Which row of a set each image of a library has, by study: as of one moment. A study's score is of the images that
// hang in its four places, as core/library/collection/library_images.h says; where none of those has a row, of all that
// have one. Const and shared by threads.
class EmbeddingIndex
{
public:
    // studies: rising ids; results name them by their place (StudyColumns has them in that order). Error as
    // EmbeddingSet.
    EmbeddingIndex(Library& library, const std::filesystem::path& set, std::span<const std::int64_t> studies);

    const EmbeddingSetInfo& info() const { return m_set.info(); }
    const EmbeddingSet& set() const { return m_set; }
    std::span<const IndexedImage> imagesOf(std::size_t study) const // that count, by id
    {
        return std::span(m_entries).subspan(m_first[study], m_first[study + 1] - m_first[study]);
    }
    std::size_t size() const { return m_first.size() - 1; } // studies
    std::size_t images() const { return m_entries.size(); } // with a row
    std::size_t studiesWithRows() const;                    // that have a score
    bool has(std::size_t study) const { return m_first[study] < m_first[study + 1]; }
    // The row of an image, also of one that does not count; empty: it has none.
    std::optional<std::vector<float>> vectorOf(std::int64_t image) const;
    std::optional<std::vector<float>> vectorOf(std::string_view fileHash, int frame) const;

    // Of every study; NaN: it has no row, or is not inside. Error(Usage) for a vector of another length.
    std::vector<float> scores(const EmbeddingQuestion& question) const;
    // The best, highest score first, equal ones in the order of studies: exactly as a scan in double precision over the
    // stored rows ranks them.
    std::vector<FoundStudy> best(const EmbeddingQuestion& question, std::size_t count) const
    {
        return best(question, count, scores(question));
    }
    // scores: what scores() gave for the question.
    std::vector<FoundStudy> best(const EmbeddingQuestion& question, std::size_t count,
                                 std::span<const float> scores) const;
    // Each image of a study with its score.
    std::vector<ImageScore> imageScores(std::span<const float> vector, std::size_t study) const;

private:
    void read(Library& library, std::span<const std::int64_t> studies);
    float fusedScore(std::size_t study, const EmbeddingQuestion& question, RowProduct product) const;
    FoundStudy exact(std::size_t study, const EmbeddingQuestion& question) const;
    void check(std::span<const float> vector) const;

    EmbeddingSet m_set;
    std::vector<std::uint32_t> m_first;                          // [studies + 1], places in m_entries
    std::vector<IndexedImage> m_entries;                         // by study
    std::vector<std::pair<std::int64_t, std::uint32_t>> m_rowOf; // of every image with a row, by id
};

} // namespace mama
