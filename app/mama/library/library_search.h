#pragma once
#include "app/mama/library/search_command.h"
#include "core/library/collection/library_images.h"
#include "core/library/embeddings/embedding_index.h"
#include "core/zeroshot/text_vectors.h"

#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {

// One search: what the library holds, the set that is asked, the model where it is needed.
class Search
{
public:
    Search(const SearchCommand& command, const Job& job);
    // The sets are asked, and every study has its score: false: cancelled.
    bool ask();
    // Filters by scores and finds the best: false: cancelled. others: of further models, by name.
    bool rank(const std::vector<FilterMeans::OfModel>& others = {});
    nlohmann::json document() const;
    void print() const;

    const EmbeddingSetInfo& set() const { return m_set; }
    const std::vector<float>& scores() const { return m_scores; } // one a study; NaN: none, or not inside
    const StudyColumns& columns() const { return m_columns; }
    const nlohmann::json& studies() const { return m_studies; }

private:
    void chooseSet(const std::string& hash);
    const LoadedModel& model();
    bool askText();
    bool askImage();
    nlohmann::json peakOf(const LibraryImage& image);
    nlohmann::json studyJson(const FoundStudy& found, std::size_t rank, const std::vector<LibraryImage>& images);
    nlohmann::json rankingJson() const;
    std::string datasetOf(std::size_t study) const;

    const SearchCommand& m_command;
    Job m_job;
    std::unique_ptr<Library> m_library;
    StudyColumns m_columns;
    std::vector<FilterClause> m_clauses;
    StudySet m_inside;
    LoadedModel m_model;
    EmbeddingSetInfo m_set;
    std::unique_ptr<EmbeddingIndex> m_index;
    EmbeddingQuestion m_question;
    std::vector<TextVector> m_texts;
    std::vector<float> m_scores;
    nlohmann::json m_studies = nlohmann::json::array();
};

} // namespace mama::cli
