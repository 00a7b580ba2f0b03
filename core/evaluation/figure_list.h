#pragma once
#include "core/metrics/bootstrap.h"

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace mama {

// Figures over the same samples, collected by name and computed with 95 % intervals by patient in one bootstrap.
class FigureList
{
public:
    // patients: one key a sample.
    explicit FigureList(std::vector<std::string> patients) : m_patients(std::move(patients)) {}

    // AUC of the samples that are used; all vectors one element a sample.
    void addAuc(const std::string& name, const std::vector<double>& scores, const std::vector<bool>& positive,
                const std::vector<bool>& used);
    // Mean over the samples whose value is not NaN. Without any, the figure is left out.
    void addMean(const std::string& name, const std::vector<double>& values);
    // Mean recall of the classes that occur; -1: the sample does not count.
    void addBalancedAccuracy(const std::string& name, const std::vector<int>& truth, const std::vector<int>& answer);

    // {name: {"value", "low", "high", "n"}}; undefined figures are left out. Empty: cancelled.
    Cancellable<nlohmann::json> result(const metrics::BootstrapOptions& options, const Job& job) const;

private:
    struct Entry
    {
        std::string name;
        std::size_t n = 0;
        std::function<double(std::span<const double>)> figure;
    };
    std::vector<std::string> m_patients;
    std::vector<Entry> m_entries;
};

} // namespace mama
