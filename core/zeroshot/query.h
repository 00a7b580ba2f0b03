#pragma once
#include "core/base/user_text.h"
#include "core/study/fusion.h"
#include "core/text/sentences/sentence_subject.h"
#include "core/zeroshot/familiarity.h"
#include "core/zeroshot/map_minus.h"
#include "core/zeroshot/provenance.h"
#include "core/zeroshot/reference_set.h"
#include "core/zeroshot/study_encoder.h"
#include "core/zeroshot/text_encoder.h"

#include <optional>
#include <string>
#include <vector>

namespace mama {

class KnownSentences;
class SentenceContext;

struct QueryOptions
{
    std::vector<std::string> texts; // one or more
    FusionRule fusion = FusionRule::Maximum;
    Pooling pooling = Pooling::Default;
    std::string prefix;                   // in front of every sentence, in the provenance
    bool raw = false;                     // texts as they are; else querySentence's rules
    bool maps = true;                     // draw alignment maps
    bool allSentences = false;            // a map for every sentence of a text; else for its last one only
    bool negations = true;                // score the un-negated sentence beside a negated one
    LoadedReference reference{};          // of the same model; without its set there are no ranks
    std::vector<std::string> headings{};  // of the section of a report that each text stands in; may be shorter
    SentenceContext* sentences = nullptr; // of the same model; without it nothing is said of unlike and neutral ranks
    MapMinus minus{};                     // Reference needs its means, Neutral the sentences
};

// The score of the same sentence without its negation, shown beside the negated one's.
struct UnnegatedScores
{
    std::string text;
    std::vector<double> images; // per image
    FusedScores fused;          // of one text
};

struct QueriedText
{
    std::string text;    // as asked
    std::string encoded; // as read by the model
    bool cut = false;
    std::size_t sentences = 0;
    std::vector<UserText> warnings;
    std::optional<UnnegatedScores> unnegated;
    using Range = std::optional<std::pair<double, double>>; // MapOffset::range
    Range mapRange;                                         // of the sentence that the map is of
    std::vector<Range> mapRanges;                           // of each sentence, where each has a map
    std::string heading;                                    // of its section in a report; empty: none
    std::optional<std::string> negated;                     // the negating word
    std::optional<NotVisual> notVisual;
    std::optional<std::string> cutText;     // what the model did not read
    std::vector<std::string> sentenceTexts; // words of each sentence that the model reads in it
    std::optional<std::string> mapSentence; // the one that its one map is of
    std::optional<Familiarity> familiarity; // with QueryOptions::sentences
};

struct TextMap
{
    std::size_t text = 0, sentence = 0;
    Raster<float> values; // cosine per patch, less what is taken off; NaN: not seen
};

struct QueryResult
{
    std::vector<QueriedText> texts;
    std::vector<std::vector<double>> scores;          // [images][texts], cosines
    std::vector<std::vector<TextMap>> maps;           // [images][...]
    std::vector<std::vector<UserText>> imageWarnings; // [images][...]: why one has no map; beside its own
    FusedScores fused;
    std::vector<std::vector<double>> ranks;        // as scores, among the reference; NaN without one
    FusedScores fusedRanks;                        // as fused
    std::vector<std::vector<double>> neutralRanks; // as scores, among neutral sentences; NaN without sentences
    FusedScores fusedNeutralRanks;
    std::shared_ptr<const KnownSentences> known; // with QueryOptions::sentences
    std::size_t neutralCount = 0;
    std::string sentencesHash; // of the lists
    LoadedReference reference; // the one ranked among
    Provenance provenance;
    double textMilliseconds = 0, totalMilliseconds = 0;
};

// The main job: every sentence on every image of an encoded study. Error(Usage) for no or an empty text, Error(Model)
// if the model has no text tower, or not what is to be taken off its maps. Empty: cancelled.
Cancellable<QueryResult> query(TextEncoder& encoder, const EncodedStudy& study, const QueryOptions& options,
                               const Job& job = {});

} // namespace mama
