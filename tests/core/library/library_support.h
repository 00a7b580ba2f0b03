#pragma once
#include "core/base/error.h"

#include <QTemporaryDir>
#include <filesystem>
#include <string>

namespace mama::test {

class Folder
{
public:
    std::filesystem::path operator/(const std::string& name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

private:
    QTemporaryDir m_folder;
};

// What a call that must fail says; empty: it did not fail.
template <class Call>
std::string fault(Call&& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

} // namespace mama::test
