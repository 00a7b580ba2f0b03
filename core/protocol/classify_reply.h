#pragma once
#include "core/protocol/engine_replies.h"
#include "core/protocol/result_provenance.h"

#include <map>

// The engine's answer to classify, which is also what `mama classify --json` prints. A number that is not finite is
// null in JSON. fromJson() throws as in engine_replies.h.
namespace mama::protocol {

struct ClassifyReply
{
    using ByClass = std::map<std::string, double>;
    struct Scores
    {
        ByClass similarity; // empty for a linear probe
        ByClass logits, softmax, softmaxTwice;
        ByClass sigmoid = {}; // where the reference scores each class by itself
        bool operator==(const Scores&) const = default;
    };
    using Prompts = std::map<std::string, std::vector<std::string>>; // by class
    struct Image
    {
        ImageName image;
        Scores scores;
        Prompts prompts; // where images have their own
        std::vector<std::string> warnings;
        bool operator==(const Image&) const = default;
    };
    struct Breast
    {
        std::string side;
        Scores scores;
        bool operator==(const Breast&) const = default;
    };
    struct Study
    {
        Scores scores;
        std::string fusion;
        bool operator==(const Study&) const = default;
    };
    std::vector<std::string> classes; // in their order
    std::vector<Image> images;
    std::vector<Breast> breasts;
    Study study;
    Fusion fusion;
    std::optional<Prompts> prompts; // one set for all images
    std::string softmaxNote;
    std::vector<std::string> warnings;
    Provenance provenance;

    nlohmann::json toJson() const;
    static ClassifyReply fromJson(const nlohmann::json& result);
    bool operator==(const ClassifyReply&) const = default;
};

} // namespace mama::protocol
