#pragma once
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace mama {

struct EncodedText
{
    std::vector<float> global, sentences; // [D], [S, D], L2-normalised
    std::int64_t last = -1;               // of the sentences
    bool cut = false;                     // the text did not fit into the model's length
};

// The texts that were asked for last and what they became; for several threads.
class RecentTexts
{
public:
    std::optional<EncodedText> find(const std::string& key);
    void add(const std::string& key, EncodedText text);

private:
    struct Entry
    {
        std::string key;
        EncodedText text;
    };

    std::mutex m_mutex;
    std::list<Entry> m_entries; // least recently used first
    std::unordered_map<std::string, std::list<Entry>::iterator> m_byKey;
};

} // namespace mama
