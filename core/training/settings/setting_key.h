#pragma once
#include "core/training/settings/settings_table.h"

namespace mama {

// Keys of settings as code writes them, held against the table by the compiler: a key that the table does not have, one
// of another type, or a choice that it does not offer is an error at the place where it is written.
namespace setting_key {
// Not constant expressions: the compiler names the one that it came to.
void thereIsNoSuchSetting();
void theSettingIsOfAnotherType();
void theSettingHasNoSuchChoice();
} // namespace setting_key

template <SettingType... types>
class SettingKeyOf
{
public:
    consteval SettingKeyOf(const char* key) : m_key(key)
    {
        const SettingRow* row = setting_table::find(key);
        if (!row)
            setting_key::thereIsNoSuchSetting();
        else if (!((row->type == types) || ...))
            setting_key::theSettingIsOfAnotherType();
    }
    constexpr std::string_view key() const { return m_key; }

private:
    std::string_view m_key;
};

using FlagKey = SettingKeyOf<SettingType::Flag>;
using IntegerKey = SettingKeyOf<SettingType::Integer>;
using NumberKey = SettingKeyOf<SettingType::Number>;
using TextKey = SettingKeyOf<SettingType::Text, SettingType::Choice>;
using ChoiceKey = SettingKeyOf<SettingType::Choice>;
using SettingKey =
    SettingKeyOf<SettingType::Flag, SettingType::Integer, SettingType::Number, SettingType::Text, SettingType::Choice>;

// A choice and one of the values that it offers: {"task", "pretrain"}.
class SettingChoice
{
public:
    consteval SettingChoice(ChoiceKey key, const char* value) : m_key(key), m_value(value)
    {
        if (!setting_table::find(key.key())->allows(value))
            setting_key::theSettingHasNoSuchChoice();
    }
    constexpr std::string_view key() const { return m_key.key(); }
    constexpr std::string_view value() const { return m_value; }

private:
    ChoiceKey m_key;
    std::string_view m_value;
};

} // namespace mama
