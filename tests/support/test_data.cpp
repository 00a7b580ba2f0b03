#include "tests/support/test_data.h"

#include "core/base/files.h"

#include <QDebug>
#include <cstdlib>
#include <random>
#include <regex>

namespace mama::test {
namespace {

std::string variable(const char* key)
{
    const char* value = std::getenv(key);
    return value ? value : "";
}

std::filesystem::path folder(const char* key, const char* below)
{
    const std::string named = variable(key);
    return named.empty() ? sourceFolder().parent_path() / "shared" / below : std::filesystem::path(named);
}

std::vector<double> widened(std::span<const float> values) { return {values.begin(), values.end()}; }

} // namespace

std::filesystem::path parityFolder() { return folder("MAMA_PARITY", "parity"); }
std::filesystem::path dataFolder() { return folder("MAMA_DATA", "data"); }
std::filesystem::path sourceFolder() { return MAMA_SOURCE_DIR; }
std::filesystem::path program(const std::string& name) { return std::filesystem::path(variable("MAMA_BIN")) / name; }
std::string device()
{
    const std::string named = variable("MAMA_TEST_DEVICE");
    return named.empty() ? "cpu" : named;
}
std::uint32_t freshSeed()
{
    const std::string named = variable("MAMA_SEED");
    const auto seed = named.empty() ? std::random_device()() : static_cast<std::uint32_t>(std::stoul(named));
    qInfo("seed %u; MAMA_SEED=%u repeats it", seed, seed);
    return seed;
}
bool inCi() { return variable("CI") == "true"; }

ParityCase::ParityCase(const std::string& name, const std::filesystem::path& folder) : m_name(name), m_folder(folder)
{
    if (present())
        m_case = readJson(m_folder / "case.json");
}

nlohmann::json ParityCase::json(const std::string& file) const { return readJson(path(file)); }

std::optional<int> ParityCase::imageHeads(const std::string& checkpoint) const
{
    const nlohmann::json& files = m_case.at("files");
    const std::string note =
        files.contains(checkpoint) ? files[checkpoint].value("note", std::string()) : std::string();
    std::smatch heads;
    return std::regex_search(note, heads, std::regex("heads: image (\\d+)")) ? std::optional(std::stoi(heads[1]))
                                                                             : std::nullopt;
}

std::string ParityCase::difference(const std::string& file, std::span<const double> actual) const
{
    const nlohmann::json& entry = m_case.at("files").at(file);
    const double atol = entry.value("atol", 0.0), rtol = entry.value("rtol", 0.0);
    return test::difference(actual, array(file).asDouble(), atol, rtol, m_name + "/" + file);
}

std::string ParityCase::difference(const std::string& file, std::span<const float> actual) const
{
    const auto wide = widened(actual);
    return difference(file, std::span<const double>(wide));
}

std::filesystem::path parityModel(const std::string& name, const std::string& modelType)
{
    const std::filesystem::path root = parityFolder() / name;
    if (std::filesystem::exists(root))
        for (const auto& entry : std::filesystem::directory_iterator(root))
            if (const auto config = entry.path() / "config.json";
                std::filesystem::exists(config) && readJson(config).value("model_type", "") == modelType)
                return entry.path();
    return root / modelType;
}

std::string difference(std::span<const double> actual, std::span<const double> expected, double atol, double rtol,
                       const std::string& what)
{
    if (actual.size() != expected.size())
        return what + ": " + std::to_string(actual.size()) + " values, expected " + std::to_string(expected.size());
    std::size_t wrong = 0, worstAt = 0;
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const bool bothNan = std::isnan(actual[i]) && std::isnan(expected[i]);
        const double gap = bothNan ? 0.0 : std::abs(actual[i] - expected[i]);
        const double excess = gap - (atol + rtol * std::abs(expected[i]));
        largest = std::max(largest, gap);
        if (!(excess <= 0)) {
            ++wrong;
            if (!(gap <= worst)) {
                worst = gap;
                worstAt = i;
            }
        }
    }
    qInfo().noquote() << QString::fromStdString(what) << "n" << actual.size() << "largest difference" << largest
                      << "atol" << atol;
    if (wrong == 0)
        return {};
    return what + ": " + std::to_string(wrong) + " of " + std::to_string(actual.size()) + " values differ; worst at " +
           std::to_string(worstAt) + ": " + std::to_string(actual[worstAt]) + ", expected " +
           std::to_string(expected[worstAt]);
}

std::string differentFile(const std::filesystem::path& a, const std::filesystem::path& b,
                          const std::set<std::string>& except)
{
    std::set<std::string> names;
    for (const auto& folder : {a, b})
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            names.insert(entry.path().filename().string());
    for (const std::string& name : names) {
        if (except.contains(name))
            continue;
        for (const auto& folder : {a, b})
            if (!std::filesystem::exists(folder / name))
                return name + " is missing in " + folder.string();
        if (readText(a / name) != readText(b / name))
            return name + " of " + a.string() + " is not that of " + b.string();
    }
    return {};
}

} // namespace mama::test
