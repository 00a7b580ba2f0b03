#pragma once
#include "core/evaluation/lesion_target.h"
#include "core/image/geometry.h"

#include <array>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// What a model says of one image, by masses and calcifications (LesionChannel). Maps are row by row on the patch grid.
struct FindingAnswer
{
    struct Kind
    {
        std::vector<std::pair<std::string, double>> scores;           // name, the higher the more likely
        std::vector<std::pair<std::string, std::vector<float>>> maps; // name, empty where it does not apply
    };
    std::array<Kind, lesionChannels> kinds;
    std::vector<double> density;      // one score a class; empty: not asked
    std::optional<double> suspicious; // BI-RADS 4 and 5 against 1 and 2
};

// "mass", "calcification", in the order of LesionChannel.
inline constexpr std::array<const char*, lesionChannels> lesionKindNames = {"mass", "calcification"};

// One image, breast or exam, ready to be counted. NaN: has no meaning here.
struct FindingSample
{
    // One kind of lesion.
    struct Case
    {
        bool present = false, reachable = false;
        std::string conspicuity; // of the plainest of them
        double chance = 0, chanceNear = std::numeric_limits<double>::quiet_NaN();
        std::map<std::string, double> scores;
        std::map<std::string, MapAim> maps;
        std::map<std::string, Point> peaks; // of each map: its patch's centre, stored pixels
    };
    // What is asked of the whole; -1: not labelled, or not asked.
    struct Labels
    {
        int density = -1, suspicious = -1;
        bool normal = false;
        std::vector<double> densityScores;
        double suspicion = 0;
    };

    std::string patient;
    std::array<Case, lesionChannels> kinds;
    Labels labels;
};

// spacing: of a stored pixel, mm.
FindingSample findingSample(const FindingAnswer& answer, const TrainingImage& image, const PreparedImage& prepared,
                            const std::optional<Spacing>& spacing);

// One sample for all images of a key: mean scores, a lesion if any image has one. Maps stay the first image's.
std::vector<FindingSample> joinedByKey(const std::vector<FindingSample>& images, const std::vector<std::string>& keys);

} // namespace mama
