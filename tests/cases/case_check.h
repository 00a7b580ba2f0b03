#pragma once
#include <QByteArray>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace mama::test {

// How one step of a case ended; `document` is null where its output holds no JSON.
struct StepOutcome
{
    int exit = -1;
    QByteArray out, err;
    nlohmann::ordered_json document;
};

// Folders that stand for {case} and {tmp} in a case's texts.
struct CaseFolders
{
    std::filesystem::path input, scratch;

    std::string filled(std::string text) const;
};

// What is wrong with `outcome` by one check of an expected.json, a group of alternatives ("any") among them; empty if
// it holds. The form of checks is written down at the head of cases.py, beside the cases.
std::string fault(const nlohmann::json& check, const StepOutcome& outcome, const CaseFolders& folders);

} // namespace mama::test
