#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// The regions of one image as INbreast writes them: an Apple property list.
struct InbreastRegion
{
    std::string name;
    std::vector<float> points; // x y x y ..., pixels, origin top left
    std::string fault;         // "no points", "unreadable point"; empty: none
    int pointsGiven = -1;      // NumberOfPoints; -1: not said
};

struct InbreastRegions
{
    std::vector<InbreastRegion> regions;
    int regionsGiven = -1; // NumberOfROIs; -1: not said
};

// Empty: it is no such document. Nothing that it names is fetched.
std::optional<InbreastRegions> readInbreastXml(const std::filesystem::path& file);

} // namespace mama
