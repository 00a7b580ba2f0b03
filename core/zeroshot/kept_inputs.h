#pragma once
#include "core/model/model.h"
#include "core/zeroshot/encoded_image.h"

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace mama {

// Images that were encoded lately, in memory, with what the model keeps to draw their maps in another way. By a key of
// all that an embedding depends on but the way of its maps. Beyond the limit those not used for longest go.
// Thread-safe.
class KeptInputs
{
public:
    struct Image
    {
        std::shared_ptr<const KeptTokens> tokens;
        std::shared_ptr<const EncodedImage> encoded; // in any way of maps
    };

    explicit KeptInputs(std::uint64_t limit) : m_limit(limit) {} // bytes of tokens

    std::optional<Image> find(const std::string& key); // marks it as just used
    void put(const std::string& key, Image image);     // nothing if it alone is above the limit
    void drop(const std::string& key);
    void clear();
    void limitTo(std::uint64_t bytes);

    struct Size
    {
        std::uint64_t images = 0, bytes = 0;
    };
    Size size() const;

private:
    struct Entry
    {
        std::string key;
        Image image;
        std::uint64_t bytes;
    };
    std::list<Entry>::iterator entry(const std::string& key);
    std::list<Entry> taken(std::list<Entry>::iterator at);
    std::list<Entry> beyond(std::uint64_t limit); // what has to go

    mutable std::mutex m_mutex; // all below
    std::uint64_t m_limit, m_bytes = 0;
    std::list<Entry> m_entries; // last used first
};

} // namespace mama
