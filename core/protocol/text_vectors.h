#pragma once
#include "core/protocol/query_reply.h"

// Vectors of sentences without an image, which a client compares with embeddings that it has. As in engine_requests.h
// and engine_replies.h.
namespace mama::protocol {

struct TextVectorsRequest
{
    static constexpr const char* method = "text_vectors";
    std::vector<std::string> texts; // 1 to 256
    std::string pooling = "default", prefix;
    bool raw = false;

    nlohmann::json toJson() const;
    static TextVectorsRequest fromJson(const nlohmann::json& params);
    bool operator==(const TextVectorsRequest&) const = default;
};

struct TextVectorsReply
{
    struct Text
    {
        std::string text, encoded; // as asked, as read by the model
        bool cut = false;
        bool unlike = false; // resembles nothing that the model knows
        std::optional<QueryReply::Nearest> nearest = {};
        std::vector<std::string> warnings = {};  // in English
        std::vector<UserText> warningTexts = {}; // the same, to be put into the user's language
        std::vector<float> vector = {};          // [embedding], L2-normalised
        bool operator==(const Text&) const = default;
    };
    std::string model, hash; // of the model: its vectors go with embeddings of this hash alone
    std::string pooling;
    std::vector<Text> texts;

    nlohmann::json toJson() const;
    static TextVectorsReply fromJson(const nlohmann::json& result);
    bool operator==(const TextVectorsReply&) const = default;
};

} // namespace mama::protocol
