#pragma once
#include "core/base/npy.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

// Reference numbers come from the folder that MAMA_PARITY names (default ../shared/parity), real data from
// MAMA_DATA (default ../shared/data). A missing folder skips loudly on a user's machine and fails in CI.
namespace mama::test {

std::filesystem::path parityFolder();
std::filesystem::path dataFolder();
std::filesystem::path sourceFolder();

// Where models are tested: MAMA_TEST_DEVICE, or the CPU.
std::string device();

// The program under test, from the build's bin folder.
std::filesystem::path program(const std::string& name);

// For moments that shall differ from run to run: MAMA_SEED, or a fresh one. Written to the test's log, so that a
// failure can be repeated.
std::uint32_t freshSeed();

// Whether a missing data folder must fail: the environment says CI=true.
bool inCi();

// One case folder with its case.json; tolerances by file.
class ParityCase
{
public:
    explicit ParityCase(const std::string& name) : ParityCase(name, parityFolder() / name) {}
    ParityCase(const std::string& name, const std::filesystem::path& folder);

    bool present() const { return std::filesystem::exists(m_folder / "case.json"); }
    std::filesystem::path path(const std::string& file) const { return m_folder / file; }
    const nlohmann::json& description() const { return m_case; }
    NpyArray array(const std::string& file) const { return readNpy(path(file)); }
    nlohmann::json json(const std::string& file) const;
    // The heads of a checkpoint's image tower, which small weights do not show and only the case tells.
    std::optional<int> imageHeads(const std::string& checkpoint) const;
    // Empty if every |actual - expected| <= atol + rtol * |expected| with that file's tolerances; else what is
    // wrong, worst element first. The largest difference goes to the test's log.
    std::string difference(const std::string& file, std::span<const float> actual) const;
    std::string difference(const std::string& file, std::span<const double> actual) const;

private:
    std::string m_name;
    std::filesystem::path m_folder;
    nlohmann::json m_case;
};

// The folder of a case whose config.json is of that "model_type"; a path that is not there if none is.
std::filesystem::path parityModel(const std::string& name, const std::string& modelType);

// Compares two arrays with stated tolerances; empty if equal within them.
std::string difference(std::span<const double> actual, std::span<const double> expected, double atol, double rtol,
                       const std::string& what);

// The first file of either folder that is not the same in both, byte for byte, or is in one alone; empty if there is
// none. `except`: names that are passed over.
std::string differentFile(const std::filesystem::path& a, const std::filesystem::path& b,
                          const std::set<std::string>& except = {});

} // namespace mama::test

// At the head of a test function that reads `folder`.
#define MAMA_NEED(condition, folder)                                                                                   \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            const std::string missing = "NOT TESTED: " + std::string(folder) + " is missing";                          \
            if (mama::test::inCi())                                                                                    \
                QFAIL(missing.c_str());                                                                                \
            QSKIP(missing.c_str());                                                                                    \
        }                                                                                                              \
    } while (false)

// For the functions above that return what is wrong.
#define MAMA_SAME(expression)                                                                                          \
    do {                                                                                                               \
        const std::string wrong = (expression);                                                                        \
        QVERIFY2(wrong.empty(), wrong.c_str());                                                                        \
    } while (false)
