#pragma once
#include "core/protocol/run_records.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mama {

// How well maps tell images with a lesion of one kind from images without, and how well they aim, image by image.
class LesionFigures
{
public:
    // map: row by row on the patch grid; lesions [base, base]: share of each pixel that lesions cover, 255 all of it,
    // or empty without one. The score is the map's highest patch.
    void add(std::span<const float> map, std::span<const std::uint8_t> lesions, int base, const std::string& patient);

    // "NAME_auc"; "NAME_hit", the share of images with a lesion whose highest patch has its centre in one;
    // "NAME_oracle", the share where some patch has; of those images, "NAME_cnr", the signed contrast of lesion and
    // rest to their noise, and "NAME_miou", the mean overlap of lesion and map, scaled to 0..1, at the thresholds 0.1
    // to 0.5. All patches count, air too. 95 % intervals by patient; undefined figures are left out. ending: behind the
    // names.
    void report(const std::string& name, EvalRecord& record, const std::string& ending = {}) const;

private:
    std::vector<double> m_scores;
    std::vector<bool> m_present;
    static constexpr std::size_t aims = 4;
    std::vector<std::array<double, aims>> m_aims; // hit, oracle, CNR, mIoU; of images with a lesion
    std::vector<std::string> m_patients;
};

} // namespace mama
