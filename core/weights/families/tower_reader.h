#pragma once
#include "core/base/user_text.h"
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace mama::weights {

struct Spelling;

// One tower of a file as its family describes it: the tensors under the family's own names, what configurations tell,
// and where to note what is wrong or had to be assumed.
class TowerReader
{
public:
    virtual ~TowerReader() = default;

    const Spelling& spelling() const { return m_spelling; } // of the file
    bool joined() const { return m_joined; }                // part of a MaMA model, not a tower alone

    virtual bool has(const std::string& tensor) const = 0;
    // One dimension of a tensor, 0 if there is none.
    virtual std::int64_t size(const std::string& tensor, std::size_t dimension) const = 0;
    // 1 + the largest layer number of names like "<prefix>12.…".
    virtual std::int64_t layers(const std::string& prefix) = 0;

    // The configurations' value of the tower: `own` in our own section of it, `keys` as others call it. Null: none.
    virtual const nlohmann::json* config(const std::string& own, const std::vector<std::string>& keys = {}) const = 0;
    virtual const nlohmann::json* setting(const std::string& key) const = 0; // of the whole model
    virtual bool isTrue(const std::string& key) const = 0;                   // a setting
    virtual bool hasModelType(const std::string& start) const = 0; // one of the configurations is of such a model

    virtual void problem(const UserText& sentence) = 0;
    virtual void assume(const std::string& sentence) = 0;

    // A value of the configurations, else `assumed`, which is then noted with the reason.
    template <class T>
    T told(const std::string& own, const std::vector<std::string>& keys, T assumed, const std::string& why)
    {
        if (const nlohmann::json* value = config(own, keys)) {
            const bool fits = std::is_same_v<T, bool>   ? value->is_boolean()
                              : std::is_arithmetic_v<T> ? value->is_number()
                                                        : value->is_string();
            if (fits)
                return value->get<T>();
            problem({TextId("weights.wrong_type", "the configuration's %1 is %2, which is not of the right type"), own,
                     value->dump()});
        }
        assume(m_section + "." + own + " = " + nlohmann::json(assumed).dump() + " (" + why + ")");
        return assumed;
    }
    // Attention heads, which weights do not show: told under the keys, else by the family's width of a head.
    std::int64_t heads(std::int64_t width, const std::vector<std::string>& keys, std::int64_t headWidth);

protected:
    // section: "image" or "text"
    TowerReader(std::string section, const Spelling& spelling, bool joined)
        : m_section(std::move(section)), m_spelling(spelling), m_joined(joined)
    {}
    const std::string& section() const { return m_section; }

private:
    std::string m_section;
    const Spelling& m_spelling;
    bool m_joined;
};

} // namespace mama::weights
