#pragma once
#include "core/protocol/engine_replies.h"
#include "core/protocol/result_provenance.h"

#include <array>
#include <map>

// The engine's answer to query, which is also what `mama query --json` prints. A number that is not finite is null in
// JSON. fromJson() throws as in engine_replies.h.
namespace mama::protocol {

struct QueryReply
{
    // Scores of the same sentence without its negation.
    struct Unnegated
    {
        std::string text;
        std::vector<double> images;
        std::map<std::string, double> breasts; // by side
        double study = 0;
        bool operator==(const Unnegated&) const = default;
    };
    // The sentence that a text is most like among those that the model knows.
    struct Nearest
    {
        std::string text;
        double similarity = 0; // cosine in the text model's own space
        bool operator==(const Nearest&) const = default;
    };
    // The default range of a map; NaN without a reference.
    struct MapRange
    {
        double low = 0, high = 0;
        bool operator==(const MapRange&) const = default;
    };
    struct Text
    {
        std::string text, encoded; // as asked, as read by the model
        bool cut = false;
        std::uint64_t sentences = 0;
        std::vector<std::string> warnings; // in English
        std::optional<Unnegated> unnegated;
        std::optional<std::array<double, 2>> mapRange = {}; // lowest and highest value of a map's default range
        std::vector<UserText> warningTexts = {}; // the same, to be put into the user's language; from the engine alone
        bool unlike = false;                     // resembles nothing that the model knows
        double familiarity = 0;                  // what that is decided by: unlike below known.threshold
        std::optional<Nearest> nearest = {};
        std::optional<std::string> heading = {};   // of its section in a report
        std::optional<std::string> negated = {};   // the negating word
        std::optional<std::string> notVisual = {}; // what it speaks of instead of this study's pictures: "history", ...
        std::optional<std::string> cutText = {};   // what the model did not read
        std::vector<std::string> sentenceTexts = {}; // words of each of its sentences
        std::optional<std::string> mapSentence = {}; // the one of them that its one map is of
        std::vector<MapRange> mapRanges = {};        // of each of them, where each has a map
        bool operator==(const Text&) const = default;
    };
    struct Map
    {
        std::uint64_t text = 0, sentence = 0;
        int rows = 0, columns = 0;
        std::vector<float> values;       // [rows, columns], cosines; NaN: not seen; empty if in a file
        std::optional<std::string> path; // of the .npy file; empty if inline
        bool operator==(const Map&) const = default;
    };
    struct Image
    {
        ImageName image;
        std::vector<double> scores; // per text
        std::vector<std::string> warnings;
        std::optional<std::vector<Map>> maps;    // empty: none were asked for
        std::vector<UserText> warningTexts = {}; // as of texts
        std::vector<double> ranks = {};          // per text, 0 to 1; NaN without a reference
        std::vector<double> neutralRanks = {};   // per text, among neutral sentences on this image
        bool operator==(const Image&) const = default;
    };
    struct Breast
    {
        std::string side;
        std::vector<double> scores; // per text
        std::string fusion;
        std::vector<double> ranks = {}, neutralRanks = {}; // per text
        bool operator==(const Breast&) const = default;
    };
    struct Study
    {
        std::vector<double> scores; // per text
        std::string fusion;
        std::vector<double> ranks = {}, neutralRanks = {}; // per text
        bool operator==(const Study&) const = default;
    };
    // The studies that ranks are read from.
    struct Reference
    {
        std::string name, hash;
        std::uint64_t studies = 0, images = 0;
        bool operator==(const Reference&) const = default;
    };
    // Sentences that those asked are compared with: neutral ones, and those that the model knows.
    struct Sentences
    {
        std::string name, hash;
        std::uint64_t sentences = 0;
        bool operator==(const Sentences&) const = default;
    };
    struct Known
    {
        std::string name, hash;
        std::uint64_t sentences = 0;
        double threshold = 0; // of familiarity
        bool operator==(const Known&) const = default;
    };
    struct Milliseconds
    {
        double text = 0, total = 0;
        bool operator==(const Milliseconds&) const = default;
    };
    std::vector<Text> texts;
    std::vector<Image> images;
    std::vector<Breast> breasts;
    Study study;
    Fusion fusion;
    std::string score;                           // what the numbers are
    std::optional<Reference> reference;          // empty: the model has none
    std::optional<std::string> referenceProblem; // why there are no ranks
    std::optional<Sentences> neutral;            // that neutral ranks are read from
    std::optional<Known> known;                  // that `nearest` and `unlike` are read from
    Milliseconds milliseconds;
    std::optional<std::string> folder; // of maps in files
    Provenance provenance;

    nlohmann::json toJson() const;
    static QueryReply fromJson(const nlohmann::json& result);
    bool operator==(const QueryReply&) const = default;
};

} // namespace mama::protocol
